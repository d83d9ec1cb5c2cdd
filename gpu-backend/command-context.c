/* SPDX-License-Identifier: MIT */
/* The commands that make contexts and give them resources (VIRTIO 1.3 §5.7.6.9). */
#include <stdlib.h>
#include <string.h>

#include "gpu-backend/context.h"
#include "gpu-backend/render-request.h"

struct gpu_context *gpu_context_find(const struct gpu *gpu, uint32_t id)
{
	struct gpu_context *context;

	wl_list_for_each (context, &gpu->contexts, link) {
		if (context->id == id)
			return context;
	}
	return NULL;
}

void gpu_context_destroy(struct gpu *gpu, struct gpu_context *context)
{
	gpu->context_count--;
	wl_list_remove(&context->link);
	free(context);
}

void gpu_contexts_clear(struct gpu *gpu)
{
	while (!wl_list_empty(&gpu->contexts)) {
		struct gpu_context *context = wl_container_of(gpu->contexts.next, context, link);

		gpu_context_destroy(gpu, context);
	}
}

struct gpu_context *gpu_context_of(struct gpu *gpu, const struct gpu_request *request)
{
	uint32_t id = le32_get(request->command.hdr.ctx_id);
	struct gpu_context *context = gpu_context_find(gpu, id);

	if (context && context->generation == renderer_generation(gpu->renderer))
		return context;
	gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID,
		context ? "context %u was lost with its renderer" : "there is no context %u", id);
	return NULL;
}

uint32_t gpu_command_ctx_create(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_ctx_create *command = &request->command.ctx_create;
	uint32_t id = le32_get(command->hdr.ctx_id), length = le32_get(command->nlen);
	uint32_t init = le32_get(command->context_init);
	struct render_context body = {0};
	struct gpu_context *context;

	if (!id || gpu_context_find(gpu, id))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID,
			"context %u is %s", id, id ? "there already" : "not a valid id");
	if (length > sizeof(command->debug_name))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"a name of %u bytes", length);
	if (gpu->features & VIRTIO_GPU_F_CONTEXT_INIT)
		body.capset_id = init & VIRTIO_GPU_CONTEXT_INIT_CAPSET_ID_MASK;
	if (body.capset_id && !renderer_capset_find(gpu->renderer, body.capset_id))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"capability set %u", body.capset_id);
	if (gpu->context_count >= gpu->resources.limits.contexts)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
			"a context beside %u", gpu->context_count);
	context = calloc(1, sizeof(*context));
	if (!context)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	*context = (struct gpu_context){
		.id = id,
		.generation = renderer_generation(gpu->renderer),
		.serial = ++gpu->resources.last_serial,
	};
	wl_list_insert(&gpu->contexts, &context->link);
	gpu->context_count++;
	memcpy(body.name, command->debug_name,
		length < sizeof(body.name) ? length : sizeof(body.name) - 1);
	return gpu_render(gpu, request, RENDER_CONTEXT_CREATE, &body, sizeof(body),
		RENDER_UNDO_CONTEXT, context->serial);
}

uint32_t gpu_command_ctx_destroy(struct gpu *gpu, struct gpu_request *request)
{
	uint32_t id = le32_get(request->command.hdr.ctx_id);
	struct gpu_context *context = gpu_context_find(gpu, id);
	bool lost;

	if (!context)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID,
			"there is no context %u", id);
	lost = context->generation != renderer_generation(gpu->renderer);
	gpu_context_destroy(gpu, context);
	if (lost)
		return VIRTIO_GPU_RESP_OK_NODATA;
	return gpu_render(gpu, request, RENDER_CONTEXT_DESTROY, NULL, 0, RENDER_UNDO_NOTHING, 0);
}

static uint32_t context_resource(struct gpu *gpu, struct gpu_request *request, enum render_op op)
{
	struct gpu_context *context = gpu_context_of(gpu, request);
	struct gpu_resource *resource;
	struct render_id body;

	if (!context)
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	resource = gpu_resource_of(gpu, request, request->command.resource.resource_id);
	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	/* Linux attaches 2D resources, too, whenever a program that draws in 3D opens one. The
	 * renderer does not have them, and a context that uses one gets an error from it. */
	if (!resource->generation)
		return VIRTIO_GPU_RESP_OK_NODATA;
	if (!gpu_resource_is_rendered(gpu, resource))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
			"resource %u was lost with its renderer", resource->id);
	body = (struct render_id){resource->id};
	return gpu_render(gpu, request, op, &body, sizeof(body), RENDER_UNDO_NOTHING, 0);
}

uint32_t gpu_command_ctx_attach_resource(struct gpu *gpu, struct gpu_request *request)
{
	return context_resource(gpu, request, RENDER_CONTEXT_ATTACH);
}

uint32_t gpu_command_ctx_detach_resource(struct gpu *gpu, struct gpu_request *request)
{
	return context_resource(gpu, request, RENDER_CONTEXT_DETACH);
}

uint32_t gpu_command_submit_3d(struct gpu *gpu, struct gpu_request *request)
{
	const struct vhost_user_chain *chain = request->chain;
	struct iov_cursor in = iov_cursor(chain->readable, chain->readable_count);
	uint32_t size = le32_get(request->command.submit.size), type;
	void *body;

	if (!gpu_context_of(gpu, request))
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	if (size % sizeof(uint32_t) || size > RENDER_MAX_BYTES ||
		iov_size(chain->readable, chain->readable_count) <
			sizeof(struct virtio_gpu_cmd_submit) + size)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"a command stream of %u bytes", size);
	type = gpu_render_space(gpu, request, RENDER_SUBMIT, size, &body, RENDER_UNDO_NOTHING, 0);
	if (type)
		return type;
	/* Copied once: the renderer reads what the guest can no longer change. */
	iov_skip(&in, sizeof(struct virtio_gpu_cmd_submit));
	iov_read(&in, body, size);
	return 0;
}
