/* SPDX-License-Identifier: MIT */
/* The commands of the cursor queue (VIRTIO 1.3 §5.7.6.10). */
#include "gpu-backend/blob.h"
#include "gpu-backend/gpu.h"

static struct gpu_scanout *cursor_scanout(struct gpu *gpu, const struct gpu_request *request)
{
	uint32_t index = le32_get(request->command.cursor.pos.scanout_id);

	if (index < gpu->scanout_count)
		return &gpu->scanouts[index];
	gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID, "scanout %u of %u", index,
		gpu->scanout_count);
	return NULL;
}

/* A blob says nothing of its pixels: as a cursor it has them as all others do, in rows that follow
 * each other from its beginning. What does not fit stays without a format. */
static void cursor_lay_out(struct gpu *gpu, struct gpu_resource *resource)
{
	const struct gpu_layout layout = {
		.width = VIRTIO_GPU_CURSOR_SIZE_PX,
		.height = VIRTIO_GPU_CURSOR_SIZE_PX,
		.format = gpu_format_find(VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM),
		.stride = VIRTIO_GPU_CURSOR_SIZE_PX * FORMAT_BYTES_PER_PIXEL,
	};

	if (resource->backing && !resource->layout.width && gpu_blob_layout_fits(resource, &layout))
		gpu_blob_lay_out(&gpu->resources, resource, &layout, false);
}

uint32_t gpu_command_update_cursor(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_update_cursor *command = &request->command.cursor;
	uint32_t id = le32_get(command->resource_id);
	uint32_t hot_x = le32_get(command->hot_x), hot_y = le32_get(command->hot_y);
	struct gpu_scanout *scanout = cursor_scanout(gpu, request);
	struct gpu_resource *resource = NULL;

	if (!scanout)
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	if (id) {
		resource = gpu_resource_find(&gpu->resources, id);
		if (!resource)
			return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
				"there is no resource %u", id);
		if (resource->blob_bytes)
			cursor_lay_out(gpu, resource);
		if (!resource->format || resource->width != VIRTIO_GPU_CURSOR_SIZE_PX ||
			resource->height != VIRTIO_GPU_CURSOR_SIZE_PX ||
			hot_x >= VIRTIO_GPU_CURSOR_SIZE_PX || hot_y >= VIRTIO_GPU_CURSOR_SIZE_PX)
			return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
				"cursor of %u×%u with its hotspot at %u,%u", resource->width,
				resource->height, hot_x, hot_y);
	}
	/* A cursor that hangs over the left or upper edge has a negative position. */
	scanout->cursor_x = (int32_t)le32_get(command->pos.x);
	scanout->cursor_y = (int32_t)le32_get(command->pos.y);
	gpu_scanout_cursor_set(scanout, resource, hot_x, hot_y);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t gpu_command_move_cursor(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_cursor_pos *pos = &request->command.cursor.pos;
	struct gpu_scanout *scanout = cursor_scanout(gpu, request);

	if (!scanout)
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	gpu_scanout_cursor_move(scanout, (int32_t)le32_get(pos->x), (int32_t)le32_get(pos->y));
	return VIRTIO_GPU_RESP_OK_NODATA;
}
