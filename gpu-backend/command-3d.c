/* SPDX-License-Identifier: MIT */
/* Capability sets, and the commands for resources of the renderer (VIRTIO 1.3 §5.7.6.8, .9). */
#include <stdlib.h>
#include <string.h>

#include "gpu-backend/context.h"
#include "gpu-backend/render-request.h"
#include "gpu-backend/resource-size.h"

uint32_t gpu_command_get_capset_info(struct gpu *gpu, struct gpu_request *request)
{
	uint32_t index = le32_get(request->command.get_capset_info.capset_index);
	const struct renderer_capset *capset = renderer_capset_at(gpu->renderer, index);
	struct virtio_gpu_resp_capset_info response = {0};

	if (!capset)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"there is no capability set at %u", index);
	response.capset_id = le32_put(capset->id);
	response.capset_max_version = le32_put(capset->max_version);
	response.capset_max_size = le32_put(capset->size);
	gpu_request_respond(
		request, VIRTIO_GPU_RESP_OK_CAPSET_INFO, &response.hdr, sizeof(response));
	return 0;
}

uint32_t gpu_command_get_capset(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_get_capset *command = &request->command.get_capset;
	uint32_t id = le32_get(command->capset_id), version = le32_get(command->capset_version);
	const struct renderer_capset *capset = renderer_capset_find(gpu->renderer, id);
	struct virtio_gpu_ctrl_hdr *response;

	/* The data of a version is the beginning of the next one's. */
	if (!capset || version > capset->max_version)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"version %u of capability set %u", version, id);
	response = calloc(1, sizeof(*response) + capset->size);
	if (!response)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	memcpy(response + 1, capset->data, capset->size);
	gpu_request_respond(
		request, VIRTIO_GPU_RESP_OK_CAPSET, response, sizeof(*response) + capset->size);
	free(response);
	return 0;
}

/* A screen's picture, in the order of an image's pixels. */
static bool can_be_shared(const struct gpu *gpu, const struct gpu_resource *resource,
	const struct render_resource *wanted)
{
	return renderer_shares(gpu->renderer) && wanted->bind & VIRTIO_GPU_BIND_SCANOUT &&
	       resource->format && !resource->format->convert && !wanted->last_level &&
	       wanted->array_size <= 1 && wanted->depth <= 1;
}

uint32_t gpu_command_resource_create_3d(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_create_3d *command = &request->command.create_3d;
	struct render_resource body = {
		.id = le32_get(command->resource_id),
		.target = le32_get(command->target),
		.format = le32_get(command->format),
		.bind = le32_get(command->bind),
		.width = le32_get(command->width),
		.height = le32_get(command->height),
		.depth = le32_get(command->depth),
		.array_size = le32_get(command->array_size),
		.last_level = le32_get(command->last_level),
		.nr_samples = le32_get(command->nr_samples),
		.flags = le32_get(command->flags),
	};
	/* The renderer has no larger textures, but says so only later. */
	bool flat = body.target == VIRTIO_GPU_TARGET_TEXTURE_2D && body.nr_samples <= 1 &&
		    body.width <= INT16_MAX && body.height <= INT16_MAX;
	struct gpu_resource *resource;
	int fd = -1;

	if (!body.id || gpu_resource_find(&gpu->resources, body.id))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
			"resource %u is %s", body.id, body.id ? "there already" : "not a valid id");
	resource = gpu_resource_create_3d(&gpu->resources, body.id,
		flat ? gpu_format_find(body.format) : NULL, body.width, body.height,
		gpu_resource_size_3d(&body), renderer_generation(gpu->renderer));
	if (!resource)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
			"%u×%u×%u texels of format %u beside %u resources of %llu bytes",
			body.width, body.height, body.depth, body.format,
			gpu->resources.usage.resources,
			(unsigned long long)gpu->resources.usage.memory_bytes);
	if (can_be_shared(gpu, resource, &body) && gpu_resource_share(&gpu->resources, resource)) {
		fd = resource->images[0]->fd;
		body.stride = resource->images[0]->stride;
	}
	return gpu_render_with_fd(gpu, request, RENDER_RESOURCE_CREATE, &body, sizeof(body), fd,
		RENDER_UNDO_RESOURCE, resource->serial);
}

/* Context 0, which no guest makes, is the renderer's own: it has every resource. */
static bool transfer_context_is_fine(struct gpu *gpu, const struct gpu_request *request)
{
	uint32_t id = le32_get(request->command.hdr.ctx_id);
	const struct gpu_context *context = gpu_context_find(gpu, id);

	if (!id || (context && context->generation == renderer_generation(gpu->renderer)))
		return true;
	gpu_refuse(
		gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID, "there is no context %u", id);
	return false;
}

static uint32_t transfer(struct gpu *gpu, struct gpu_request *request, enum render_op op)
{
	const struct virtio_gpu_transfer_host_3d *command = &request->command.transfer_3d;
	struct gpu_resource *resource = gpu_resource_of(gpu, request, command->resource_id);
	struct render_transfer body = {
		.offset = le64_get(command->offset),
		.resource_id = le32_get(command->resource_id),
		.level = le32_get(command->level),
		.stride = le32_get(command->stride),
		.layer_stride = le32_get(command->layer_stride),
		.x = le32_get(command->box.x),
		.y = le32_get(command->box.y),
		.z = le32_get(command->box.z),
		.width = le32_get(command->box.w),
		.height = le32_get(command->box.h),
		.depth = le32_get(command->box.d),
	};

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!gpu_resource_is_rendered(gpu, resource))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
			"resource %u is %s", resource->id,
			resource->generation ? "lost with its renderer" : "a 2D resource");
	if (!transfer_context_is_fine(gpu, request))
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	if (!resource->backing)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC,
			"resource %u has no backing", resource->id);
	return gpu_render(gpu, request, op, &body, sizeof(body), RENDER_UNDO_NOTHING, 0);
}

uint32_t gpu_command_transfer_to_host_3d(struct gpu *gpu, struct gpu_request *request)
{
	return transfer(gpu, request, RENDER_TRANSFER_TO);
}

uint32_t gpu_command_transfer_from_host_3d(struct gpu *gpu, struct gpu_request *request)
{
	return transfer(gpu, request, RENDER_TRANSFER_FROM);
}
