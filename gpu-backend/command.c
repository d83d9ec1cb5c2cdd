/* SPDX-License-Identifier: MIT */
/* Dispatch of the guest's commands: a table of names, sizes, queues and handlers. */
#include <stdarg.h>
#include <stdio.h>

#include "gpu-backend/gpu.h"
#include "gpu-backend/renderer.h"

struct command {
	uint32_t type;
	const char *name;
	uint32_t queue_index;
	size_t size;      /* bytes of the fixed part */
	uint64_t feature; /* that the driver must have accepted */
	uint32_t (*handle)(struct gpu *gpu, struct gpu_request *request);
};

#define COMMAND(name, queue, wire, feature, handler)                                               \
	{                                                                                          \
		VIRTIO_GPU_CMD_##name, #name, VIRTIO_GPU_QUEUE_##queue, sizeof(struct wire),       \
			feature, gpu_command_##handler                                             \
	}

static const struct command commands[] = {
	COMMAND(GET_DISPLAY_INFO, CONTROL, virtio_gpu_ctrl_hdr, 0, get_display_info),
	COMMAND(GET_EDID, CONTROL, virtio_gpu_get_edid, VIRTIO_GPU_F_EDID, get_edid),
	COMMAND(RESOURCE_CREATE_2D, CONTROL, virtio_gpu_resource_create_2d, 0, resource_create_2d),
	COMMAND(RESOURCE_UNREF, CONTROL, virtio_gpu_resource_id, 0, resource_unref),
	COMMAND(RESOURCE_ATTACH_BACKING, CONTROL, virtio_gpu_resource_attach_backing, 0,
		resource_attach_backing),
	COMMAND(RESOURCE_DETACH_BACKING, CONTROL, virtio_gpu_resource_id, 0,
		resource_detach_backing),
	COMMAND(RESOURCE_ASSIGN_UUID, CONTROL, virtio_gpu_resource_id, VIRTIO_GPU_F_RESOURCE_UUID,
		resource_assign_uuid),
	COMMAND(RESOURCE_CREATE_BLOB, CONTROL, virtio_gpu_resource_create_blob,
		VIRTIO_GPU_F_RESOURCE_BLOB, resource_create_blob),
	COMMAND(SET_SCANOUT_BLOB, CONTROL, virtio_gpu_set_scanout_blob, VIRTIO_GPU_F_RESOURCE_BLOB,
		set_scanout_blob),
	COMMAND(RESOURCE_MAP_BLOB, CONTROL, virtio_gpu_resource_map_blob,
		VIRTIO_GPU_F_RESOURCE_BLOB, resource_map_blob),
	COMMAND(RESOURCE_UNMAP_BLOB, CONTROL, virtio_gpu_resource_id, VIRTIO_GPU_F_RESOURCE_BLOB,
		resource_unmap_blob),
	COMMAND(TRANSFER_TO_HOST_2D, CONTROL, virtio_gpu_transfer_to_host_2d, 0,
		transfer_to_host_2d),
	COMMAND(SET_SCANOUT, CONTROL, virtio_gpu_set_scanout, 0, set_scanout),
	COMMAND(RESOURCE_FLUSH, CONTROL, virtio_gpu_resource_flush, 0, resource_flush),
	COMMAND(GET_CAPSET_INFO, CONTROL, virtio_gpu_get_capset_info, VIRTIO_GPU_F_VIRGL,
		get_capset_info),
	COMMAND(GET_CAPSET, CONTROL, virtio_gpu_get_capset, VIRTIO_GPU_F_VIRGL, get_capset),
	COMMAND(CTX_CREATE, CONTROL, virtio_gpu_ctx_create, VIRTIO_GPU_F_VIRGL, ctx_create),
	COMMAND(CTX_DESTROY, CONTROL, virtio_gpu_ctrl_hdr, VIRTIO_GPU_F_VIRGL, ctx_destroy),
	COMMAND(CTX_ATTACH_RESOURCE, CONTROL, virtio_gpu_resource_id, VIRTIO_GPU_F_VIRGL,
		ctx_attach_resource),
	COMMAND(CTX_DETACH_RESOURCE, CONTROL, virtio_gpu_resource_id, VIRTIO_GPU_F_VIRGL,
		ctx_detach_resource),
	COMMAND(RESOURCE_CREATE_3D, CONTROL, virtio_gpu_resource_create_3d, VIRTIO_GPU_F_VIRGL,
		resource_create_3d),
	COMMAND(TRANSFER_TO_HOST_3D, CONTROL, virtio_gpu_transfer_host_3d, VIRTIO_GPU_F_VIRGL,
		transfer_to_host_3d),
	COMMAND(TRANSFER_FROM_HOST_3D, CONTROL, virtio_gpu_transfer_host_3d, VIRTIO_GPU_F_VIRGL,
		transfer_from_host_3d),
	COMMAND(SUBMIT_3D, CONTROL, virtio_gpu_cmd_submit, VIRTIO_GPU_F_VIRGL, submit_3d),
	COMMAND(UPDATE_CURSOR, CURSOR, virtio_gpu_update_cursor, 0, update_cursor),
	COMMAND(MOVE_CURSOR, CURSOR, virtio_gpu_update_cursor, 0, move_cursor),
};

static const struct command *command_find(uint32_t type)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].type == type)
			return &commands[i];
	}
	return NULL;
}

uint32_t gpu_refuse(
	struct gpu *gpu, const struct gpu_request *request, uint32_t type, const char *format, ...)
{
	const struct command *command = command_find(gpu_request_type(request));
	char reason[160];
	va_list args;

	if (log_limit_drops(&gpu->faults))
		return type;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	log_limited(&gpu->faults, "guest's command 0x%04x %s refused with 0x%04x: %s",
		gpu_request_type(request), command ? command->name : "(unknown)", type, reason);
	return type;
}

struct gpu_resource *gpu_resource_of(
	struct gpu *gpu, const struct gpu_request *request, struct le32 wire_id)
{
	uint32_t id = le32_get(wire_id);
	struct gpu_resource *resource = gpu_resource_find(&gpu->resources, id);

	if (!resource)
		gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
			"there is no resource %u", id);
	return resource;
}

bool gpu_rect_fits(struct gpu *gpu, const struct gpu_request *request, const struct rect *rect,
	const struct gpu_resource *resource)
{
	if (rect_within(rect, resource->width, resource->height))
		return true;
	gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
		"%u×%u at %u,%u is not within %u×%u", rect->width, rect->height, rect->x, rect->y,
		resource->width, resource->height);
	return false;
}

static uint32_t command_execute(struct gpu *gpu, struct gpu_request *request)
{
	const struct command *command = command_find(gpu_request_type(request));

	if (!command || command->queue_index != request->queue_index)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC, "not on queue %u",
			request->queue_index);
	if ((gpu->features & command->feature) != command->feature)
		return gpu_refuse(
			gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC, "its feature was not negotiated");
	if (request->size < command->size)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"%zu bytes long, not %zu", request->size, command->size);
	if (command->feature == VIRTIO_GPU_F_VIRGL && !renderer_is_running(gpu->renderer))
		return gpu_refuse(
			gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC, "the renderer does not run");
	return command->handle(gpu, request);
}

void gpu_command_dispatch(struct gpu *gpu, struct vhost_user_chain *chain, uint32_t queue_index)
{
	struct gpu_request request;
	uint32_t type;

	if (!gpu_request_init(&request, gpu, chain, queue_index)) {
		log_limited(&gpu->faults, "guest's command of %zu bytes has no whole header",
			request.size);
		/* There is no fence to give back, so the header read so far serves. */
		gpu_request_respond_plain(&request, VIRTIO_GPU_RESP_ERR_UNSPEC);
		return;
	}
	type = command_execute(gpu, &request);
	if (type)
		gpu_request_finish(&request, type);
}
