/* SPDX-License-Identifier: MIT */
/* The commands that bring resources to the screen (VIRTIO 1.3 §5.7.6.8). */
#include "gpu-backend/gpu.h"

uint32_t gpu_command_set_scanout(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_set_scanout *command = &request->command.set_scanout;
	uint32_t index = le32_get(command->scanout_id);
	struct rect rect = gpu_rect_get(&command->r);
	struct gpu_resource *resource;

	if (index >= gpu->scanout_count)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID,
			"scanout %u of %u", index, gpu->scanout_count);
	if (!le32_get(command->resource_id)) {
		gpu_scanout_set(&gpu->scanouts[index], NULL, NULL);
		return VIRTIO_GPU_RESP_OK_NODATA;
	}
	resource = gpu_resource_of(gpu, request, command->resource_id);
	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!resource->blob_bytes && !gpu_rect_fits(gpu, request, &rect, resource))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (!resource->format || resource->blob_bytes)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"resource %u cannot be shown", resource->id);
	gpu_scanout_set(&gpu->scanouts[index], resource, &rect);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t gpu_command_resource_flush(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_flush *command = &request->command.flush;
	struct gpu_resource *resource = gpu_resource_of(gpu, request, command->resource_id);
	struct rect rect = gpu_rect_get(&command->r);
	bool held = false;

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	/* A blob that was never on a scanout has no size in pixels. */
	if (resource->width && !gpu_rect_fits(gpu, request, &rect, resource))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	for (uint32_t i = 0; i < gpu->scanout_count; i++) {
		struct gpu_scanout *scanout = &gpu->scanouts[i];

		if (scanout->resource != resource)
			continue;
		gpu_scanout_damage(scanout, &rect);
		/* A resource on several scanouts runs at the pace of the first. */
		if (!held && gpu_request_is_fenced(request))
			held = gpu_scanout_hold_flush(scanout, request);
		gpu_scanout_present(scanout);
	}
	gpu_gate_update(gpu);
	return held ? 0 : VIRTIO_GPU_RESP_OK_NODATA;
}
