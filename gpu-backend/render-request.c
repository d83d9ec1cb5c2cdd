/* SPDX-License-Identifier: MIT */
/* Guest requests that the renderer answers. */
#include "gpu-backend/render-request.h"

#include <stdlib.h>

#include "gpu-backend/context.h"

bool gpu_resource_is_rendered(const struct gpu *gpu, const struct gpu_resource *resource)
{
	return resource->generation && renderer_is_running(gpu->renderer) &&
	       resource->generation == renderer_generation(gpu->renderer);
}

static_assert(offsetof(struct virtio_gpu_resource_create_3d, resource_id) ==
			      offsetof(struct virtio_gpu_resource_id, resource_id) &&
		      offsetof(struct virtio_gpu_resource_create_blob, resource_id) ==
			      offsetof(struct virtio_gpu_resource_id, resource_id),
	"the id comes first");

struct render_request {
	struct renderer_job job;
	struct gpu_request request;
	uint32_t type; /* what "done" means; 0: what the renderer says */
	enum render_undo undo;
	uint64_t serial; /* of what is undone */
};

static void render_request_undo(struct render_request *render)
{
	struct gpu_context *context;
	struct gpu_resource *resource;

	switch (render->undo) {
	case RENDER_UNDO_CONTEXT:
		context = gpu_context_find(
			render->request.gpu, le32_get(render->request.command.hdr.ctx_id));
		if (context && context->serial == render->serial)
			gpu_context_destroy(render->request.gpu, context);
		break;
	case RENDER_UNDO_RESOURCE:
		/* Every command that makes one begins with its id. */
		resource = gpu_resource_find(&render->request.gpu->resources,
			le32_get(render->request.command.resource.resource_id));
		if (resource && resource->serial == render->serial) {
			gpu_forget_resource(render->request.gpu, resource);
			gpu_resource_destroy(&render->request.gpu->resources, resource);
		}
		break;
	case RENDER_UNDO_NOTHING:
		break;
	}
}

/* What the renderer writes into the guest's pages is told to whom migrates it. */
static void render_request_dirty(const struct render_request *render)
{
	struct gpu *gpu = render->request.gpu;
	struct vhost_user_memory *memory = vhost_user_device_memory(&gpu->device);
	struct gpu_resource *resource;
	const struct iovec *iov;
	size_t count;

	if (gpu_request_type(&render->request) != VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D)
		return;
	resource = gpu_resource_find(
		&gpu->resources, le32_get(render->request.command.transfer_3d.resource_id));
	if (resource && resource->backing &&
		gpu_backing_map(resource->backing, memory, &iov, &count) == 0)
		vhost_user_device_memory_dirtied(&gpu->device, iov, count);
}

static void render_request_done(struct renderer_job *job, uint32_t type)
{
	struct render_request *render = wl_container_of(job, render, job);

	if (type != VIRTIO_GPU_RESP_OK_NODATA) {
		gpu_refuse(render->request.gpu, &render->request, type, "by the renderer");
		render_request_undo(render);
	} else {
		render_request_dirty(render);
	}
	gpu_request_respond_plain(&render->request, render->type ? render->type : type);
	free(render);
}

static struct render_request *render_request_create(const struct gpu_request *request)
{
	struct render_request *render = calloc(1, sizeof(*render));

	if (render)
		*render = (struct render_request){
			.job = {.done = render_request_done}, .request = *request};
	return render;
}

static struct render_header request_header(const struct gpu_request *request, enum render_op op)
{
	const struct virtio_gpu_ctrl_hdr *hdr = &request->command.hdr;
	uint32_t flags = le32_get(hdr->flags);
	struct render_header header = {.op = op, .context_id = le32_get(hdr->ctx_id)};

	if (flags & VIRTIO_GPU_FLAG_FENCE)
		header.flags |= RENDER_FENCED;
	if (flags & VIRTIO_GPU_FLAG_INFO_RING_IDX) {
		header.flags |= RENDER_RING;
		header.ring_index = hdr->ring_idx;
	}
	return header;
}

uint32_t gpu_render_with_fd(struct gpu *gpu, struct gpu_request *request, enum render_op op,
	const void *body, size_t size, int fd, enum render_undo undo, uint64_t serial)
{
	struct render_header header = request_header(request, op);
	struct render_request *render = render_request_create(request);

	if (!render)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	gpu->resources.render_requests++;
	render->undo = undo;
	render->serial = serial;
	if (renderer_send(gpu->renderer, &header, body, size, fd, &render->job) == 0)
		return 0;
	render_request_undo(render);
	free(render);
	return gpu_refuse(
		gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY, "too much waits for the renderer");
}

uint32_t gpu_render(struct gpu *gpu, struct gpu_request *request, enum render_op op,
	const void *body, size_t size, enum render_undo undo, uint64_t serial)
{
	return gpu_render_with_fd(gpu, request, op, body, size, -1, undo, serial);
}

uint32_t gpu_render_space(struct gpu *gpu, struct gpu_request *request, enum render_op op,
	size_t size, void **body, enum render_undo undo, uint64_t serial)
{
	struct render_header header = request_header(request, op);
	struct render_request *render = render_request_create(request);

	if (!render)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	gpu->resources.render_requests++;
	render->undo = undo;
	render->serial = serial;
	*body = renderer_send_space(gpu->renderer, &header, size, &render->job);
	if (*body)
		return 0;
	render_request_undo(render);
	free(render);
	return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
		"%zu bytes more than may wait for the renderer", size);
}

void gpu_render_entries(const struct gpu_backing *backing, struct render_entry *entries)
{
	uint32_t count;
	const struct gpu_backing_entry *from = gpu_backing_entries(backing, &count);

	for (uint32_t i = 0; i < count; i++)
		entries[i] =
			(struct render_entry){.address = from[i].address, .length = from[i].length};
}

void gpu_request_finish(struct gpu_request *request, uint32_t type)
{
	struct gpu *gpu = request->gpu;
	struct render_header header = request_header(request, RENDER_FENCE);
	struct render_request *render;

	/* A ring is a context's own timeline, and commands of ours are on none of them. */
	header.flags &= (uint16_t)~RENDER_RING;
	if (!(header.flags & RENDER_FENCED) || request->queue_index != VIRTIO_GPU_QUEUE_CONTROL ||
		!gpu->renderer || !renderer_has_fences(gpu->renderer)) {
		gpu_request_respond_plain(request, type);
		return;
	}
	render = render_request_create(request);
	if (render)
		render->type = type;
	if (!render || renderer_send(gpu->renderer, &header, NULL, 0, -1, &render->job) < 0) {
		free(render);
		gpu_request_respond_plain(request, type);
	}
}
