/* SPDX-License-Identifier: MIT */
/* Images in a memfd: what wl_shm takes. Sealed, so that a compositor may rely on its size. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/fd.h"
#include "gpu-backend/image.h"

int alloc_shm_init(struct gpu_image *image)
{
	int error;

	/* wl_shm counts in signed 32 bits. */
	if (!image->size || image->size > INT32_MAX)
		return -EOVERFLOW;
	image->fd = memfd_create("binnacle-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (image->fd < 0)
		return -errno;
	if (ftruncate(image->fd, (off_t)image->size) < 0 ||
		fcntl(image->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		goto err_fd;
	image->pixels = mmap(NULL, image->size, PROT_READ | PROT_WRITE, MAP_SHARED, image->fd, 0);
	if (image->pixels == MAP_FAILED)
		goto err_fd;
	return 0;

err_fd:
	error = errno;
	fd_close(&image->fd);
	return -error;
}

void alloc_shm_finish(struct gpu_image *image)
{
	munmap(image->pixels, image->size);
	fd_close(&image->fd);
}
