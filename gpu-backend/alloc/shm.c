/* SPDX-License-Identifier: MIT */
/* Images in a memfd: what wl_shm takes, and what the kernel makes a dmabuf of. Sealed, so that a
 * compositor may rely on its size. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/fd.h"
#include "gpu-backend/image.h"

static void shm_finish(struct gpu_image *image)
{
	munmap(image->pixels, image->size);
	fd_close(&image->fd);
}

static const struct gpu_alloc alloc_shm = {.name = "shm", .finish = shm_finish};

/* A dmabuf is made of whole pages. And compositors count a buffer as whole rows from its first
 * pixel: a part at the right of the last rows ends a row behind the image. */
static size_t file_size(const struct gpu_image *image)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (image->size + image->stride + page - 1) / page * page;
}

int alloc_shm_init(struct gpu_image *image)
{
	int error;

	/* wl_shm counts in signed 32 bits. */
	if (!image->size || image->size > INT32_MAX || file_size(image) > INT32_MAX)
		return -EOVERFLOW;
	image->parts = calloc(1, sizeof(*image->parts));
	if (!image->parts)
		return -ENOMEM;
	image->fd = memfd_create("binnacle-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (image->fd < 0)
		goto err_parts;
	if (ftruncate(image->fd, (off_t)file_size(image)) < 0 ||
		fcntl(image->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		goto err_fd;
	image->pixels = mmap(NULL, image->size, PROT_READ | PROT_WRITE, MAP_SHARED, image->fd, 0);
	if (image->pixels == MAP_FAILED)
		goto err_fd;
	image->alloc = &alloc_shm;
	image->parts[0] = (struct gpu_memory_part){.fd = image->fd, .size = file_size(image)};
	image->part_count = 1;
	return 0;

err_fd:
	error = errno;
	fd_close(&image->fd);
	errno = error;
err_parts:
	error = errno;
	free(image->parts);
	return -error;
}
