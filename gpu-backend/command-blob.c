/* SPDX-License-Identifier: MIT */
/* The commands of blob resources (VIRTIO 1.3 §5.7.6.8). */
#include "gpu-backend/blob.h"
#include "gpu-backend/gpu.h"

#define KNOWN_FLAGS                                                                                \
	(VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE | VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE |                  \
		VIRTIO_GPU_BLOB_FLAG_USE_CROSS_DEVICE)

uint32_t gpu_command_resource_create_blob(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_create_blob *command = &request->command.create_blob;
	uint32_t id = le32_get(command->resource_id), memory = le32_get(command->blob_mem), type;
	uint64_t size = le64_get(command->size);
	struct gpu_backing *backing;

	if (!id || gpu_resource_find(&gpu->resources, id))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
			"resource %u is %s", id, id ? "there already" : "not a valid id");
	/* Memory of the host's is the renderer's to give, and it has none for blobs yet. */
	if (memory != VIRTIO_GPU_BLOB_MEM_GUEST || le64_get(command->blob_id) || !size ||
		le32_get(command->blob_flags) & ~KNOWN_FLAGS)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"a blob of memory %u with flags 0x%x and %llu bytes", memory,
			le32_get(command->blob_flags), (unsigned long long)size);
	type = gpu_backing_read(
		gpu, request, sizeof(*command), le32_get(command->nr_entries), &backing);
	if (type)
		return type;
	if (gpu_backing_size(backing) < size) {
		gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"a blob of %llu bytes in pages of %llu", (unsigned long long)size,
			(unsigned long long)gpu_backing_size(backing));
		gpu_backing_destroy(backing);
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	if (!gpu_blob_create(&gpu->resources, id, size, backing))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
			"a blob beside %u resources", gpu->resources.usage.resources);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* Who shows a part that is in the layout no more shows nothing. */
static void stop_outside(struct gpu *gpu, struct gpu_resource *resource)
{
	for (uint32_t i = 0; i < gpu->scanout_count; i++) {
		struct gpu_scanout *scanout = &gpu->scanouts[i];

		if (scanout->resource == resource &&
			!rect_within(&scanout->source, resource->width, resource->height))
			gpu_scanout_set(scanout, NULL, NULL);
	}
}

uint32_t gpu_command_set_scanout_blob(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_set_scanout_blob *command = &request->command.set_scanout_blob;
	uint32_t index = le32_get(command->scanout_id);
	struct rect rect = gpu_rect_get(&command->r);
	struct gpu_layout layout = {
		.width = le32_get(command->width),
		.height = le32_get(command->height),
		.format = gpu_format_find(le32_get(command->format)),
		.stride = le32_get(command->strides[0]),
		.offset = le32_get(command->offsets[0]),
	};
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
	if (!resource->blob_bytes || !resource->backing)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
			"resource %u is no blob with pages", resource->id);
	if (!layout.format || !gpu_blob_layout_fits(resource, &layout) ||
		!rect_within(&rect, layout.width, layout.height))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"%u×%u at %u,%u of %u×%u of format %u, rows of %u bytes from %u, in %llu",
			rect.width, rect.height, rect.x, rect.y, layout.width, layout.height,
			le32_get(command->format), layout.stride, layout.offset,
			(unsigned long long)resource->blob_bytes);
	gpu_blob_lay_out(&gpu->resources, resource, &layout, gpu->display->impl->guest_pages);
	stop_outside(gpu, resource);
	gpu_scanout_set(&gpu->scanouts[index], resource, &rect);
	return VIRTIO_GPU_RESP_OK_NODATA;
}
