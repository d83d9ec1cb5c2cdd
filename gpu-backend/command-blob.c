/* SPDX-License-Identifier: MIT */
/* The commands of blob resources (VIRTIO 1.3 §5.7.6.8). */
#include "gpu-backend/command-blob.h"
#include "gpu-backend/blob.h"

#define KNOWN_FLAGS                                                                                \
	(VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE | VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE |                  \
		VIRTIO_GPU_BLOB_FLAG_USE_CROSS_DEVICE)

uint32_t gpu_blob_backing_read(
	struct gpu *gpu, const struct gpu_request *request, struct gpu_backing **backing)
{
	const struct virtio_gpu_resource_create_blob *command = &request->command.create_blob;
	uint64_t size = le64_get(command->size);
	uint32_t type = gpu_backing_read(
		gpu, request, sizeof(*command), le32_get(command->nr_entries), backing);

	if (type)
		return type;
	if (gpu_backing_size(*backing) >= size)
		return 0;
	gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
		"a blob of %llu bytes in pages of %llu", (unsigned long long)size,
		(unsigned long long)gpu_backing_size(*backing));
	gpu_backing_destroy(*backing);
	return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
}

static uint32_t create_of_guest(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_create_blob *command = &request->command.create_blob;
	struct gpu_backing *backing;
	uint32_t type = gpu_blob_backing_read(gpu, request, &backing);

	if (type)
		return type;
	if (!gpu_blob_create(&gpu->resources, le32_get(command->resource_id),
		    le64_get(command->size), backing))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
			"a blob beside %u resources", gpu->resources.usage.resources);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* The renderer's memory is for who draws with it. */
static bool memory_is_known(const struct gpu *gpu, uint32_t memory)
{
	if (memory == VIRTIO_GPU_BLOB_MEM_GUEST)
		return true;
	return gpu->features & VIRTIO_GPU_F_VIRGL &&
	       (memory == VIRTIO_GPU_BLOB_MEM_HOST3D || memory == VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST);
}

uint32_t gpu_command_resource_create_blob(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_create_blob *command = &request->command.create_blob;
	uint32_t id = le32_get(command->resource_id), memory = le32_get(command->blob_mem);
	uint32_t flags = le32_get(command->blob_flags);
	uint64_t size = le64_get(command->size);
	bool of_guest = memory == VIRTIO_GPU_BLOB_MEM_GUEST;

	if (!id || gpu_resource_find(&gpu->resources, id))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
			"resource %u is %s", id, id ? "there already" : "not a valid id");
	if (!memory_is_known(gpu, memory) || (of_guest && le64_get(command->blob_id)) || !size ||
		flags & ~KNOWN_FLAGS)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"a blob of memory %u with flags 0x%x and %llu bytes", memory, flags,
			(unsigned long long)size);
	return of_guest ? create_of_guest(gpu, request) : gpu_blob_create_of_host(gpu, request);
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
	if (!resource->blob_bytes || !resource->backing || resource->generation)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
			"resource %u is no blob of guest memory", resource->id);
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
