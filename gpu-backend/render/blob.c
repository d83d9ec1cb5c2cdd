/* SPDX-License-Identifier: MIT */
/*
 * Blobs of the renderer's memory: what a context's command stream made (virgl's
 * PIPE_RESOURCE_CREATE) and gave a number becomes a resource.
 */
#include <errno.h>
#include <stdlib.h>
#include <virgl/virglrenderer.h>

#include "common/fd.h"
#include "gpu-backend/render/blob-memory.h"
#include "gpu-backend/render/execute.h"
#include "gpu-backend/virtio-gpu.h"

static_assert(VIRTIO_GPU_BLOB_MEM_HOST3D == VIRGL_RENDERER_BLOB_MEM_HOST3D &&
		      VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST == VIRGL_RENDERER_BLOB_MEM_HOST3D_GUEST,
	"virglrenderer has the numbers of VIRTIO");

/*
 * virglrenderer wants the pages of a HOST3D_GUEST blob with its creation and then transfers nothing
 * to or from them: it tells its textures of pages only when they are attached.
 */
static int blob_create_virgl(const struct render_header *header, const struct render_blob *wanted,
	const struct iovec *iov, size_t count)
{
	int error = virgl_renderer_resource_create_blob(
		&(struct virgl_renderer_resource_create_blob_args){
			.res_handle = wanted->resource_id,
			.ctx_id = header->context_id,
			.blob_mem = wanted->memory,
			.blob_flags = wanted->flags,
			.blob_id = wanted->blob_id,
			.size = wanted->size,
			.iovecs = iov,
			.num_iovs = (uint32_t)count,
		});

	if (error || !iov)
		return error;
	virgl_renderer_resource_detach_iov((int)wanted->resource_id, NULL, NULL);
	error = virgl_renderer_resource_attach_iov(
		(int)wanted->resource_id, (struct iovec *)iov, (int)count);
	if (error)
		virgl_renderer_resource_unref(wanted->resource_id);
	return error;
}

static int blob_create(struct render *render, const struct render_header *header,
	const struct render_blob *wanted, struct resource *resource)
{
	size_t count = (header->size - sizeof(*wanted)) / sizeof(wanted->entries[0]), pieces = 0;
	const struct iovec *iov = NULL;
	int error = 0;

	/* Of which virglrenderer would look at the lower half alone. */
	if (wanted->blob_id > UINT32_MAX)
		return EINVAL;
	if (count)
		error = render_backing_create(render, wanted->entries, count, &resource->backing);
	if (!error && resource->backing)
		error = gpu_backing_map(resource->backing, render->memory, &iov, &pieces);
	if (error)
		return error;
	return blob_create_virgl(header, wanted, iov, pieces);
}

static int blob_place(struct resource *resource, int fd, uint64_t size)
{
	int error = fd < 0 ? ENOMEM : blob_memory_place(resource, fd, size);

	if (error)
		virgl_renderer_resource_unref(resource->id);
	return error;
}

uint32_t execute_blob_create(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_blob *wanted = body;
	struct resource *resource = calloc(1, sizeof(*resource));
	int error = 0, fd = wanted->in_file ? channel_take_fd(&render->channel) : -1;

	if (!resource) {
		fd_close(&fd);
		return render_refuse(header, ENOMEM);
	}
	resource->id = wanted->resource_id;
	error = blob_create(render, header, wanted, resource);
	if (!error && wanted->in_file)
		error = blob_place(resource, fd, wanted->size);
	fd_close(&fd);
	if (error) {
		gpu_backing_destroy(resource->backing);
		free(resource);
		return render_refuse(header, error);
	}
	resource_add(render, resource);
	return VIRTIO_GPU_RESP_OK_NODATA;
}
