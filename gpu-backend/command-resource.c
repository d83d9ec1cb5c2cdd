/* SPDX-License-Identifier: MIT */
/* The commands that make, fill and destroy resources (VIRTIO 1.3 §5.7.6.8). */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "common/iov.h"
#include "gpu-backend/render-request.h"

uint32_t gpu_command_resource_create_2d(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_create_2d *command = &request->command.create_2d;
	const struct gpu_format *format = gpu_format_find(le32_get(command->format));
	uint32_t id = le32_get(command->resource_id);
	uint32_t width = le32_get(command->width), height = le32_get(command->height);

	if (!id || gpu_resource_find(&gpu->resources, id))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
			"resource %u is %s", id, id ? "there already" : "not a valid id");
	if (!format || !width || !height)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"%u×%u pixels of format %u", width, height, le32_get(command->format));
	if (!gpu_resource_create(&gpu->resources, id, format, width, height))
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
			"%u×%u pixels beside %u resources of %llu bytes", width, height,
			gpu->resources.usage.resources,
			(unsigned long long)gpu->resources.usage.memory_bytes);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t gpu_command_resource_unref(struct gpu *gpu, struct gpu_request *request)
{
	struct gpu_resource *resource =
		gpu_resource_of(gpu, request, request->command.resource.resource_id);
	struct render_id body;
	bool rendered;

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	rendered = gpu_resource_is_rendered(gpu, resource);
	body.id = resource->id;
	gpu_forget_resource(gpu, resource);
	gpu_resource_destroy(&gpu->resources, resource);
	if (!rendered)
		return VIRTIO_GPU_RESP_OK_NODATA;
	return gpu_render(
		gpu, request, RENDER_RESOURCE_UNREF, &body, sizeof(body), RENDER_UNDO_NOTHING, 0);
}

/* The entries that follow the command, malloc'ed; NULL if the chain is too short or memory is. */
static struct gpu_backing_entry *entries_read(
	const struct gpu_request *request, size_t header_size, uint32_t count, uint32_t *type)
{
	const struct vhost_user_chain *chain = request->chain;
	struct iov_cursor in = iov_cursor(chain->readable, chain->readable_count);
	struct gpu_backing_entry *entries = calloc(count, sizeof(*entries));

	*type = VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	if (!entries)
		return NULL;
	iov_skip(&in, header_size);
	for (uint32_t i = 0; i < count; i++) {
		struct virtio_gpu_mem_entry entry;

		if (iov_read(&in, &entry, sizeof(entry)) != sizeof(entry)) {
			*type = VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
			free(entries);
			return NULL;
		}
		entries[i].address = le64_get(entry.addr);
		entries[i].length = le32_get(entry.length);
	}
	return entries;
}

uint32_t gpu_backing_read(struct gpu *gpu, const struct gpu_request *request, size_t header_size,
	uint32_t count, struct gpu_backing **out)
{
	const struct gpu_resource_table *table = &gpu->resources;
	struct gpu_backing_entry *entries;
	uint32_t type;
	int error;

	if (count > table->limits.backing_entries - table->usage.backing_entries)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
			"%u backing entries beside %u", count, table->usage.backing_entries);
	entries = entries_read(request, header_size, count, &type);
	if (!entries)
		return gpu_refuse(gpu, request, type, "%u backing entries not read", count);
	error = gpu_backing_create(entries, count, vhost_user_device_memory(&gpu->device), out);
	if (error)
		return gpu_refuse(gpu, request,
			error == -ENOMEM ? VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
					 : VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"the pages are not in guest memory");
	return 0;
}

/* The renderer looks the pages up by itself. */
static uint32_t backing_pass_on(
	struct gpu *gpu, struct gpu_request *request, struct gpu_resource *resource)
{
	uint32_t count = gpu_backing_entry_count(resource->backing), type;
	struct render_backing *body;

	if (!gpu_resource_is_rendered(gpu, resource))
		return VIRTIO_GPU_RESP_OK_NODATA;
	type = gpu_render_space(gpu, request, RENDER_BACKING_ATTACH,
		sizeof(*body) + count * sizeof(body->entries[0]), (void **)&body,
		RENDER_UNDO_NOTHING, 0);
	if (type) {
		gpu_resource_detach(&gpu->resources, resource);
		return type;
	}
	*body = (struct render_backing){.resource_id = resource->id};
	gpu_render_entries(resource->backing, body->entries);
	return 0;
}

uint32_t gpu_command_resource_attach_backing(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_attach_backing *command = &request->command.attach_backing;
	struct gpu_resource *resource = gpu_resource_of(gpu, request, command->resource_id);
	uint32_t count = le32_get(command->nr_entries), type;
	struct gpu_backing *backing;

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (resource->backing || !count)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC, "resource %u %s",
			resource->id, count ? "has a backing" : "gets no entries");
	type = gpu_backing_read(gpu, request, sizeof(*command), count, &backing);
	if (type)
		return type;
	if (gpu_backing_size(backing) < resource->blob_bytes) {
		gpu_backing_destroy(backing);
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"the pages are less than the blob %u", resource->id);
	}
	gpu_resource_attach(&gpu->resources, resource, backing);
	return backing_pass_on(gpu, request, resource);
}

uint32_t gpu_command_resource_detach_backing(struct gpu *gpu, struct gpu_request *request)
{
	struct gpu_resource *resource =
		gpu_resource_of(gpu, request, request->command.resource.resource_id);
	struct render_id body;

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!resource->backing)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC,
			"resource %u has no backing", resource->id);
	/* A blob is its pages. */
	if (resource->blob_bytes)
		gpu_forget_resource(gpu, resource);
	gpu_resource_detach(&gpu->resources, resource);
	if (!gpu_resource_is_rendered(gpu, resource))
		return VIRTIO_GPU_RESP_OK_NODATA;
	body = (struct render_id){resource->id};
	return gpu_render(
		gpu, request, RENDER_BACKING_DETACH, &body, sizeof(body), RENDER_UNDO_NOTHING, 0);
}

uint32_t gpu_command_resource_assign_uuid(struct gpu *gpu, struct gpu_request *request)
{
	struct gpu_resource *resource =
		gpu_resource_of(gpu, request, request->command.resource.resource_id);
	struct virtio_gpu_resp_resource_uuid response = {0};

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!resource->has_uuid) {
		if (getrandom(resource->uuid, sizeof(resource->uuid), 0) !=
			(ssize_t)sizeof(resource->uuid))
			return VIRTIO_GPU_RESP_ERR_UNSPEC;
		/* RFC 9562: version 4, random. */
		resource->uuid[6] = (uint8_t)((resource->uuid[6] & 0x0f) | 0x40);
		resource->uuid[8] = (uint8_t)((resource->uuid[8] & 0x3f) | 0x80);
		resource->has_uuid = true;
	}
	for (size_t i = 0; i < sizeof(response.uuid); i++)
		response.uuid[i] = resource->uuid[i];
	gpu_request_respond(
		request, VIRTIO_GPU_RESP_OK_RESOURCE_UUID, &response.hdr, sizeof(response));
	return 0;
}

uint32_t gpu_command_transfer_to_host_2d(struct gpu *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_transfer_to_host_2d *command = &request->command.transfer;
	struct gpu_resource *resource = gpu_resource_of(gpu, request, command->resource_id);
	struct rect rect = gpu_rect_get(&command->r);
	int error;

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (resource->generation)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
			"resource %u is a 3D resource", resource->id);
	/* The host sees a blob's pages as they are. */
	if (resource->blob_bytes)
		return VIRTIO_GPU_RESP_OK_NODATA;
	if (!gpu_rect_fits(gpu, request, &rect, resource))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	error = gpu_resource_transfer(&gpu->resources, resource,
		vhost_user_device_memory(&gpu->device), &rect, le64_get(command->offset));
	switch (error) {
	case 0:
		return VIRTIO_GPU_RESP_OK_NODATA;
	case -ENXIO:
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC,
			"resource %u has no backing", resource->id);
	case -ERANGE:
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
			"rows from offset %llu end past the backing of resource %u",
			(unsigned long long)le64_get(command->offset), resource->id);
	default:
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_UNSPEC,
			"backing of resource %u is not in guest memory", resource->id);
	}
}
