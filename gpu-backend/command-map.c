/* SPDX-License-Identifier: MIT */
/* The commands that map host blobs into the guest and end that (VIRTIO 1.3 §5.7.6.8). */
#include <errno.h>
#include <stdlib.h>

#include "gpu-backend/host-memory.h"
#include "gpu-backend/render-request.h"

/* Until the front end has done it. */
struct map_request {
	struct wl_list link; // struct gpu.map_requests, while it is not answered
	struct gpu_request request;
	bool answered;
	bool maps; /* or ends a mapping */
	uint32_t resource_id;
	uint64_t serial;
};

static struct map_request *map_request_create(
	const struct gpu_request *request, const struct gpu_resource *resource, bool maps)
{
	struct map_request *map = malloc(sizeof(*map));

	if (!map)
		return NULL;
	*map = (struct map_request){
		.request = *request,
		.maps = maps,
		.resource_id = resource->id,
		.serial = resource->serial,
	};
	wl_list_insert(request->gpu->map_requests.prev, &map->link);
	return map;
}

static void map_request_drop(struct map_request *map)
{
	if (!map->answered)
		wl_list_remove(&map->link);
	free(map);
}

static void map_request_respond(struct map_request *map, bool fails)
{
	struct virtio_gpu_resp_map_info info = {.map_info = le32_put(VIRTIO_GPU_MAP_CACHE_CACHED)};

	if (fails)
		gpu_request_finish(&map->request, VIRTIO_GPU_RESP_ERR_UNSPEC);
	else if (map->maps)
		gpu_request_respond(
			&map->request, VIRTIO_GPU_RESP_OK_MAP_INFO, &info.hdr, sizeof(info));
	else
		gpu_request_finish(&map->request, VIRTIO_GPU_RESP_OK_NODATA);
}

static void map_request_done(void *data, int error)
{
	struct map_request *map = data;
	struct gpu *gpu = map->request.gpu;
	struct gpu_resource *resource = gpu_resource_find(&gpu->resources, map->resource_id);

	if (error && map->maps && resource && resource->serial == map->serial)
		gpu_host_memory_forget(&gpu->resources, resource->host_memory);
	if (!map->answered) {
		if (error)
			gpu_refuse(
				gpu, &map->request, VIRTIO_GPU_RESP_ERR_UNSPEC, "by the front end");
		map_request_respond(map, error);
	}
	map_request_drop(map);
}

void gpu_map_requests_answer(struct gpu *gpu)
{
	while (!wl_list_empty(&gpu->map_requests)) {
		struct map_request *map = wl_container_of(gpu->map_requests.next, map, link);

		wl_list_remove(&map->link);
		map->answered = true;
		map_request_respond(map, true);
	}
}

/* A resource that may be mapped, or is; NULL after saying why not, with the response at *type. */
static struct gpu_resource *mappable_resource(struct gpu *gpu, const struct gpu_request *request,
	struct le32 id, bool maps, uint32_t *type)
{
	struct gpu_resource *resource = gpu_resource_of(gpu, request, id);

	*type = VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!resource)
		return NULL;
	if (maps && resource->generation && !gpu_resource_is_rendered(gpu, resource)) {
		gpu_refuse(gpu, request, *type, "resource %u was lost with its renderer",
			resource->id);
		return NULL;
	}
	*type = VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (!vhost_user_device_can_map(&gpu->device)) {
		gpu_refuse(gpu, request, *type, "there is no region to map into");
		return NULL;
	}
	*type = VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (!resource->host_memory || resource->host_memory->mapped == maps) {
		gpu_refuse(gpu, request, *type, "resource %u is %s", resource->id,
			!resource->host_memory ? "no host blob that can be mapped"
			: maps                 ? "mapped already"
					       : "not mapped");
		return NULL;
	}
	return resource;
}

uint32_t gpu_command_resource_map_blob(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_map_blob *command = &request->command.map_blob;
	uint64_t offset = le64_get(command->offset);
	uint32_t type;
	struct gpu_resource *resource =
		mappable_resource(gpu, request, command->resource_id, true, &type);
	struct map_request *map;
	int error;

	if (!resource)
		return type;
	map = map_request_create(request, resource, true);
	if (!map)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	error = gpu_host_memory_map(
		&gpu->resources, resource->host_memory, offset, map_request_done, map);
	if (!error)
		return 0;
	map_request_drop(map);
	switch (error) {
	case -EINVAL:
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"%llu bytes at %llu of the region",
			(unsigned long long)resource->blob_bytes, (unsigned long long)offset);
	case -ENOSPC:
	case -ENOMEM:
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
			"a mapping beside %u", gpu->resources.mapping_count);
	default:
		return gpu_refuse(
			gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC, "the front end cannot be asked");
	}
}

uint32_t gpu_command_resource_unmap_blob(struct gpu *gpu, struct gpu_request *request)
{
	uint32_t type;
	struct gpu_resource *resource = mappable_resource(
		gpu, request, request->command.resource.resource_id, false, &type);
	struct map_request *map;

	if (!resource)
		return type;
	map = map_request_create(request, resource, false);
	if (!map)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	if (gpu_host_memory_unmap(&gpu->resources, resource->host_memory, map_request_done, map) ==
		0)
		return 0;
	map_request_drop(map);
	return gpu_refuse(
		gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC, "the front end cannot be asked");
}
