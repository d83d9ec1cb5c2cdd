/* SPDX-License-Identifier: MIT */
/* Memory of blobs that a guest maps. */
#include "gpu-backend/render/blob-memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#include <virgl/virglrenderer.h>

#include "common/checked.h"
#include "common/fd.h"
#include "gpu-backend/render/execute.h"
#include "gpu-backend/virtio-gpu.h"

/* Virgl's command streams: a header has the command, and how many words follow it. */
#define COMMAND(word) ((word)&0xffu)
#define COMMAND_WORDS(word) ((word) >> 16)
#define COMMAND_RESOURCE_CREATE 48u
#define COMMAND_RESOURCE_COPY_REGION 17u
#define RESOURCE_CREATE_WORDS 11u
#define RESOURCE_COPY_REGION_WORDS 13u
#define RESOURCE_FLAG_PERSISTENT (1u << 1)
#define RESOURCE_FLAG_COHERENT (1u << 2)

static uint32_t page_bytes(void)
{
	return (uint32_t)sysconf(_SC_PAGESIZE);
}

int blob_memory_place(struct resource *resource, int fd, uint64_t size)
{
	uint64_t known;
	void *at;

	if (virgl_renderer_resource_map(resource->id, &at, &known))
		return ENOTSUP;
	if ((uintptr_t)at % page_bytes() || size % page_bytes() || !size || known < size)
		goto err_map;
	if (mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
		goto err_map;
	resource->file_pages = at;
	resource->file_bytes = size;
	return 0;

err_map:
	virgl_renderer_resource_unmap(resource->id);
	return ENOTSUP;
}

/* False: the pages are as they were. */
static bool pages_become_copy(void *pages, size_t size)
{
	void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return false;
	memcpy(copy, pages, size);
	if (mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, pages) != MAP_FAILED)
		return true;
	munmap(copy, size);
	return false;
}

/* Whoever still draws from the buffer finds in it what was there, if there is memory for that. */
void blob_memory_take_back(struct resource *resource)
{
	void *pages = resource->file_pages;
	size_t size = resource->file_bytes;

	if (!pages_become_copy(pages, size) &&
		mmap(pages, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			-1, 0) == MAP_FAILED) {
		/* Better no 3D than a guest that reads this process's memory. */
		log_error("memory that a guest has mapped cannot be taken back");
		_exit(EXIT_FAILURE);
	}
	resource->file_pages = NULL;
	virgl_renderer_resource_unmap(resource->id);
}

/* words follow the header. */
static void round_create(uint32_t *words)
{
	uint32_t target = words[0], *width = &words[3], flags = words[9], blob_id = words[10], end;

	if (target == VIRTIO_GPU_TARGET_BUFFER && flags & RESOURCE_FLAG_PERSISTENT && blob_id &&
		checked_add(*width, page_bytes() - 1, &end))
		*width = end - end % page_bytes();
}

void blob_memory_round_stream(uint32_t *words, size_t count)
{
	for (size_t i = 0; i < count && COMMAND_WORDS(words[i]) < count - i;
		i += 1 + COMMAND_WORDS(words[i])) {
		if (COMMAND(words[i]) == COMMAND_RESOURCE_CREATE &&
			COMMAND_WORDS(words[i]) == RESOURCE_CREATE_WORDS)
			round_create(words + i + 1);
	}
}

/* --- The trial: a buffer of which virglrenderer reads what was written into the file --- */

#define TRIAL_CONTEXT 1u
#define TRIAL_BLOB 1u
#define TRIAL_COPY 2u
#define TRIAL_FORMAT 64u /* R8 */
#define TRIAL_PAGES 3u

static bool trial_submit(uint32_t *words, size_t size)
{
	return virgl_renderer_submit_cmd(words, TRIAL_CONTEXT, (int)(size / sizeof(*words))) == 0;
}

static bool trial_blob_create(uint32_t size)
{
	uint32_t stream[] = {COMMAND_RESOURCE_CREATE | RESOURCE_CREATE_WORDS << 16,
		VIRTIO_GPU_TARGET_BUFFER, TRIAL_FORMAT, VIRGL_RES_BIND_VERTEX_BUFFER, size - 1, 1,
		1, 1, 0, 0, RESOURCE_FLAG_PERSISTENT | RESOURCE_FLAG_COHERENT, TRIAL_BLOB};
	struct virgl_renderer_resource_create_blob_args blob = {
		.res_handle = TRIAL_BLOB,
		.ctx_id = TRIAL_CONTEXT,
		.blob_mem = VIRGL_RENDERER_BLOB_MEM_HOST3D,
		.blob_flags = VIRGL_RENDERER_BLOB_FLAG_USE_MAPPABLE,
		.blob_id = TRIAL_BLOB,
		.size = size,
	};

	blob_memory_round_stream(stream, sizeof(stream) / sizeof(stream[0]));
	return trial_submit(stream, sizeof(stream)) &&
	       virgl_renderer_resource_create_blob(&blob) == 0;
}

static bool trial_copy_create(uint32_t size)
{
	struct virgl_renderer_resource_create_args args = {
		.handle = TRIAL_COPY,
		.target = VIRTIO_GPU_TARGET_BUFFER,
		.format = TRIAL_FORMAT,
		.bind = VIRGL_RES_BIND_VERTEX_BUFFER,
		.width = size,
		.height = 1,
		.depth = 1,
		.array_size = 1,
	};

	return virgl_renderer_resource_create(&args, NULL, 0) == 0;
}

static bool trial_copied(uint32_t at, uint32_t value)
{
	uint32_t stream[] = {COMMAND_RESOURCE_COPY_REGION | RESOURCE_COPY_REGION_WORDS << 16,
		TRIAL_COPY, 0, at, 0, 0, TRIAL_BLOB, 0, at, 0, 0, sizeof(value), 1, 1};
	struct {
		uint32_t x, y, z, w, h, d;
	} box = {at, 0, 0, sizeof(value), 1, 1};
	uint32_t read = ~value;
	struct iovec iov = {&read, sizeof(read)};

	virgl_renderer_ctx_attach_resource(TRIAL_CONTEXT, TRIAL_BLOB);
	virgl_renderer_ctx_attach_resource(TRIAL_CONTEXT, TRIAL_COPY);
	return trial_submit(stream, sizeof(stream)) &&
	       virgl_renderer_transfer_read_iov(
		       TRIAL_COPY, 0, 0, 0, 0, (struct virgl_box *)&box, 0, &iov, 1) == 0 &&
	       read == value;
}

static bool trial_run(int fd, uint32_t size)
{
	const uint32_t value = 0x12345678;
	uint32_t at = size - (uint32_t)sizeof(value);
	struct resource blob = {.id = TRIAL_BLOB};
	bool works = false;

	if (!trial_blob_create(size))
		return false;
	if (blob_memory_place(&blob, fd, size) == 0) {
		if (trial_copy_create(size)) {
			works = pwrite(fd, &value, sizeof(value), at) == sizeof(value) &&
				trial_copied(at, value);
			virgl_renderer_resource_unref(TRIAL_COPY);
		}
		blob_memory_take_back(&blob);
	}
	virgl_renderer_resource_unref(TRIAL_BLOB);
	return works;
}

bool blob_memory_works(void)
{
	uint32_t size = TRIAL_PAGES * page_bytes();
	int fd = memfd_create("binnacle-trial", MFD_CLOEXEC);
	bool works = false;

	if (fd >= 0 && ftruncate(fd, size) == 0 &&
		virgl_renderer_context_create_with_flags(TRIAL_CONTEXT, 2, 0, "") == 0) {
		works = trial_run(fd, size);
		virgl_renderer_context_destroy(TRIAL_CONTEXT);
	}
	fd_close(&fd);
	return works;
}
