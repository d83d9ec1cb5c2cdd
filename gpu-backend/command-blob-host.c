/* SPDX-License-Identifier: MIT */
/* Blobs of the renderer's memory (VIRTIO 1.3 §5.7.6.8). */
#include "gpu-backend/command-blob.h"
#include "gpu-backend/context.h"
#include "gpu-backend/host-memory.h"
#include "gpu-backend/render-request.h"

/* Takes the backing, which may be NULL. */
static struct gpu_resource *blob_add(
	struct gpu *gpu, const struct gpu_request *request, struct gpu_backing *backing)
{
	const struct virtio_gpu_resource_create_blob *command = &request->command.create_blob;
	uint64_t size = le64_get(command->size);
	struct gpu_resource *resource =
		gpu_resource_create_3d(&gpu->resources, le32_get(command->resource_id), NULL, 0, 0,
			size, renderer_generation(gpu->renderer));

	if (!resource) {
		gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
			"a blob of %llu bytes beside %u resources of %llu bytes",
			(unsigned long long)size, gpu->resources.usage.resources,
			(unsigned long long)gpu->resources.usage.memory_bytes);
		gpu_backing_destroy(backing);
		return NULL;
	}
	resource->blob_bytes = size;
	if (backing)
		gpu_resource_attach(&gpu->resources, resource, backing);
	return resource;
}

/* What the guest wants to map is in memory that the front end can map, where there is a region. */
static bool blob_is_to_be_mapped(const struct gpu *gpu, const struct gpu_request *request)
{
	const struct virtio_gpu_resource_create_blob *command = &request->command.create_blob;

	return le32_get(command->blob_flags) & VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE &&
	       le32_get(command->blob_mem) == VIRTIO_GPU_BLOB_MEM_HOST3D &&
	       renderer_maps(gpu->renderer) && vhost_user_device_can_map(&gpu->device);
}

static uint32_t blob_pass_on(
	struct gpu *gpu, struct gpu_request *request, const struct gpu_resource *resource)
{
	const struct virtio_gpu_resource_create_blob *command = &request->command.create_blob;
	uint32_t count = resource->backing ? gpu_backing_entry_count(resource->backing) : 0, type;
	struct render_blob blob = {
		.blob_id = le64_get(command->blob_id),
		.size = resource->blob_bytes,
		.resource_id = resource->id,
		.memory = le32_get(command->blob_mem),
		.flags = le32_get(command->blob_flags),
		.in_file = resource->host_memory != NULL,
	};
	struct render_blob *body;

	if (!resource->backing)
		return gpu_render_with_fd(gpu, request, RENDER_BLOB_CREATE, &blob, sizeof(blob),
			blob.in_file ? resource->host_memory->fd : -1, RENDER_UNDO_RESOURCE,
			resource->serial);
	type = gpu_render_space(gpu, request, RENDER_BLOB_CREATE,
		sizeof(*body) + count * sizeof(body->entries[0]), (void **)&body,
		RENDER_UNDO_RESOURCE, resource->serial);
	if (type)
		return type;
	*body = blob;
	gpu_render_entries(resource->backing, body->entries);
	return 0;
}

uint32_t gpu_blob_create_of_host(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_create_blob *command = &request->command.create_blob;
	uint32_t count = le32_get(command->nr_entries), type;
	bool has_pages = le32_get(command->blob_mem) == VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST;
	struct gpu_backing *backing = NULL;
	struct gpu_resource *resource;

	if (!renderer_is_running(gpu->renderer))
		return gpu_refuse(
			gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC, "the renderer does not run");
	if (!gpu_context_of(gpu, request))
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	if (!has_pages && count)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"%u pages for a blob that has none", count);
	type = has_pages ? gpu_blob_backing_read(gpu, request, &backing) : 0;
	if (type)
		return type;
	resource = blob_add(gpu, request, backing);
	if (!resource)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	if (blob_is_to_be_mapped(gpu, request)) {
		resource->host_memory = gpu_host_memory_create(resource->blob_bytes);
		if (!resource->host_memory) {
			gpu_resource_destroy(&gpu->resources, resource);
			return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
				"no file for a blob");
		}
	}
	return blob_pass_on(gpu, request, resource);
}
