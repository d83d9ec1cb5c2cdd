/* SPDX-License-Identifier: MIT */
/*
 * Executes binnacle-gpu's messages: guest memory, resources, images, and calls of virglrenderer.
 *
 * virglrenderer checks what the guest can get wrong, ids, boxes, offsets, formats, and says so;
 * that becomes the reply. Message sizes are binnacle-gpu's own, and a wrong one ends the renderer.
 */
#include "gpu-backend/render/execute.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <virgl/virglrenderer.h>

#include "common/fd.h"
#include "gpu-backend/backing.h"
#include "gpu-backend/format.h"
#include "gpu-backend/render/blob-memory.h"
#include "gpu-backend/render/share.h"
#include "gpu-backend/virtio-gpu.h"

/* virglrenderer's header names it only. */
struct virgl_box {
	uint32_t x, y, z;
	uint32_t w, h, d;
};

#define CAPSET_VIRGL2 2

struct image {
	struct wl_list link; // struct render.images
	uint32_t id;
	uint32_t stride;
	uint64_t size;
	void *pixels;
};

/* Who asked says in its log what was refused. */
uint32_t render_refuse(const struct render_header *header, int error)
{
	error = abs(error);
	log_debug("context %u: operation %u failed with %d", header->context_id, header->op, error);
	return error == ENOMEM ? VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
			       : VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
}

static uint32_t result(const struct render_header *header, int error)
{
	return error ? render_refuse(header, error) : VIRTIO_GPU_RESP_OK_NODATA;
}

/* --- Guest memory --- */

struct resource *resource_find(const struct render *render, uint32_t id)
{
	struct resource *resource;

	wl_list_for_each (resource, &render->resources[id % RENDER_BUCKETS], link) {
		if (resource->id == id)
			return resource;
	}
	return NULL;
}

void resource_add(struct render *render, struct resource *resource)
{
	wl_list_insert(&render->resources[resource->id % RENDER_BUCKETS], &resource->link);
}

/* virglrenderer keeps the array, so it is taken from it before the backing looks anew. */
static void backing_detach(const struct resource *resource)
{
	virgl_renderer_resource_detach_iov((int)resource->id, NULL, NULL);
}

static int backing_attach(struct render *render, const struct resource *resource)
{
	const struct iovec *iov;
	size_t count;
	int error = gpu_backing_map(resource->backing, render->memory, &iov, &count);

	if (error)
		return error;
	return virgl_renderer_resource_attach_iov(
		(int)resource->id, (struct iovec *)iov, (int)count);
}

static uint32_t execute_memory_region(
	struct render *render, const struct render_header *header, const void *body)
{
	int fd = channel_take_fd(&render->channel);

	if (fd < 0 || render->region_count == VHOST_USER_MAX_MEMORY_REGIONS) {
		fd_close(&fd);
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
	render->regions[render->region_count] = *(const struct vhost_user_memory_region *)body;
	render->region_fds[render->region_count++] = fd;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static void render_rebase(struct render *render, struct vhost_user_memory *memory)
{
	struct vhost_user_memory *before = render->memory;

	for (size_t i = 0; i < RENDER_BUCKETS; i++) {
		struct resource *resource;

		wl_list_for_each (resource, &render->resources[i], link) {
			if (resource->backing)
				backing_detach(resource);
		}
	}
	render->memory = memory;
	for (size_t i = 0; i < RENDER_BUCKETS; i++) {
		struct resource *resource;

		wl_list_for_each (resource, &render->resources[i], link) {
			if (resource->backing && backing_attach(render, resource) < 0)
				log_limited(&render->faults,
					"the pages of resource %u are not guest memory any more",
					resource->id);
		}
	}
	vhost_user_memory_unref(before);
}

static uint32_t execute_memory(
	struct render *render, const struct render_header *header, const void *body)
{
	struct vhost_user_memory *memory =
		vhost_user_memory_create(render->regions, render->region_fds, render->region_count);

	while (render->region_count)
		fd_close(&render->region_fds[--render->region_count]);
	render_rebase(render, memory);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* --- Contexts --- */

static uint32_t execute_context_create(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_context *context = body;
	uint32_t capset = context->capset_id ? context->capset_id : CAPSET_VIRGL2;
	uint32_t length = (uint32_t)strnlen(context->name, sizeof(context->name));

	return result(header, virgl_renderer_context_create_with_flags(
				      header->context_id, capset, length, context->name));
}

static uint32_t execute_context_destroy(
	struct render *render, const struct render_header *header, const void *body)
{
	virgl_renderer_context_destroy(header->context_id);
	fences_pass_context(&render->fences, header->context_id);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t execute_context_attach(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_id *resource = body;

	virgl_renderer_ctx_attach_resource((int)header->context_id, (int)resource->id);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t execute_context_detach(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_id *resource = body;

	virgl_renderer_ctx_detach_resource((int)header->context_id, (int)resource->id);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t execute_submit(
	struct render *render, const struct render_header *header, const void *body)
{
	if (render->maps)
		blob_memory_round_stream((uint32_t *)body, header->size / sizeof(uint32_t));
	return result(header, virgl_renderer_submit_cmd((void *)body, (int)header->context_id,
				      (int)(header->size / sizeof(uint32_t))));
}

/* --- Resources --- */

static int resource_allocate(
	struct render *render, struct virgl_renderer_resource_create_args *args, uint32_t stride)
{
	int fd, error;

	if (!stride)
		return virgl_renderer_resource_create(args, NULL, 0);
	fd = channel_take_fd(&render->channel);
	if (fd < 0)
		return ENOMEM;
	error = share_resource_create(args, fd, stride);
	fd_close(&fd);
	return error;
}

static uint32_t execute_resource_create(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_resource *wanted = body;
	struct virgl_renderer_resource_create_args args = {
		.handle = wanted->id,
		.target = wanted->target,
		.format = wanted->format,
		.bind = wanted->bind,
		.width = wanted->width,
		.height = wanted->height,
		.depth = wanted->depth,
		.array_size = wanted->array_size,
		.last_level = wanted->last_level,
		.nr_samples = wanted->nr_samples,
		.flags = wanted->flags,
	};
	struct resource *resource = calloc(1, sizeof(*resource));
	int error;

	if (!resource)
		return render_refuse(header, ENOMEM);
	error = resource_allocate(render, &args, wanted->stride);
	if (error) {
		free(resource);
		return render_refuse(header, error);
	}
	*resource = (struct resource){
		.id = wanted->id,
		.format = gpu_format_find(wanted->format),
	};
	resource_add(render, resource);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static void resource_drop_backing(struct resource *resource)
{
	if (resource->backing)
		backing_detach(resource);
	gpu_backing_destroy(resource->backing);
	resource->backing = NULL;
}

static void resource_destroy(struct resource *resource)
{
	resource_drop_backing(resource);
	if (resource->file_pages)
		blob_memory_take_back(resource);
	virgl_renderer_resource_unref(resource->id);
	wl_list_remove(&resource->link);
	free(resource);
}

static uint32_t execute_resource_unref(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_id *wanted = body;
	struct resource *resource = resource_find(render, wanted->id);

	if (resource)
		resource_destroy(resource);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

int render_backing_create(struct render *render, const struct render_entry *wanted, size_t count,
	struct gpu_backing **backing)
{
	struct gpu_backing_entry *entries = calloc(count + 1, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct gpu_backing_entry){
			.address = wanted[i].address, .length = (uint32_t)wanted[i].length};
	return gpu_backing_create(entries, (uint32_t)count, render->memory, backing);
}

static uint32_t execute_backing_attach(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_backing *wanted = body;
	size_t count = (header->size - sizeof(*wanted)) / sizeof(wanted->entries[0]);
	struct resource *resource = resource_find(render, wanted->resource_id);
	int error;

	if (!resource || resource->backing)
		return render_refuse(header, EINVAL);
	error = render_backing_create(render, wanted->entries, count, &resource->backing);
	if (error)
		return render_refuse(header, error);
	error = backing_attach(render, resource);
	if (error)
		resource_drop_backing(resource);
	return result(header, error);
}

static uint32_t execute_backing_detach(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_id *wanted = body;
	struct resource *resource = resource_find(render, wanted->id);

	if (resource)
		resource_drop_backing(resource);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static struct virgl_box transfer_box(const struct render_transfer *transfer)
{
	return (struct virgl_box){transfer->x, transfer->y, transfer->z, transfer->width,
		transfer->height, transfer->depth};
}

static uint32_t execute_transfer_to(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_transfer *transfer = body;
	struct virgl_box box = transfer_box(transfer);

	return result(header, virgl_renderer_transfer_write_iov(transfer->resource_id,
				      header->context_id, (int)transfer->level, transfer->stride,
				      transfer->layer_stride, &box, transfer->offset, NULL, 0));
}

static uint32_t execute_transfer_from(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_transfer *transfer = body;
	struct virgl_box box = transfer_box(transfer);

	return result(header, virgl_renderer_transfer_read_iov(transfer->resource_id,
				      header->context_id, transfer->level, transfer->stride,
				      transfer->layer_stride, &box, transfer->offset, NULL, 0));
}

static uint32_t execute_fence(
	struct render *render, const struct render_header *header, const void *body)
{
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* --- Images --- */

static struct image *image_find(struct render *render, uint32_t id)
{
	struct image *image;

	wl_list_for_each (image, &render->images, link) {
		if (image->id == id)
			return image;
	}
	return NULL;
}

static void image_destroy(struct image *image)
{
	munmap(image->pixels, image->size);
	wl_list_remove(&image->link);
	free(image);
}

static uint32_t execute_image_add(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_image *wanted = body;
	int fd = channel_take_fd(&render->channel);
	struct image *image = calloc(1, sizeof(*image));

	if (fd < 0 || !image)
		goto err_image;
	*image = (struct image){.id = wanted->id, .stride = wanted->stride, .size = wanted->size};
	image->pixels = mmap(NULL, image->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (image->pixels == MAP_FAILED)
		goto err_image;
	fd_close(&fd);
	wl_list_insert(&render->images, &image->link);
	return VIRTIO_GPU_RESP_OK_NODATA;

err_image:
	fd_close(&fd);
	free(image);
	return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
}

static uint32_t execute_image_remove(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_id *wanted = body;
	struct image *image = image_find(render, wanted->id);

	if (image)
		image_destroy(image);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t execute_read(
	struct render *render, const struct render_header *header, const void *body)
{
	const struct render_read *read = body;
	struct virgl_box box = {read->x, read->y, 0, read->width, read->height, 1};
	const struct resource *resource = resource_find(render, read->resource_id);
	const struct image *image = image_find(render, read->image_id);
	struct iovec iov;
	uint64_t offset;
	int error;

	if (!resource || !resource->format || !image)
		return render_refuse(header, EINVAL);
	iov = (struct iovec){image->pixels, image->size};
	offset = (uint64_t)read->y * image->stride + (uint64_t)read->x * FORMAT_BYTES_PER_PIXEL;
	error = virgl_renderer_transfer_read_iov(
		resource->id, 0, 0, image->stride, 0, &box, offset, &iov, 1);
	if (error)
		return render_refuse(header, error);
	for (uint32_t y = 0; resource->format->convert && y < read->height; y++)
		resource->format->convert(
			(uint32_t *)((char *)image->pixels + offset + (uint64_t)y * image->stride),
			read->width);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* --- Dispatch --- */

struct operation {
	size_t size; /* bytes of the body's fixed part */
	uint32_t (*execute)(
		struct render *render, const struct render_header *header, const void *body);
};

static const struct operation operations[RENDER_OP_COUNT] = {
	[RENDER_MEMORY_REGION] = {sizeof(struct vhost_user_memory_region), execute_memory_region},
	[RENDER_MEMORY] = {0, execute_memory},
	[RENDER_CONTEXT_CREATE] = {sizeof(struct render_context), execute_context_create},
	[RENDER_CONTEXT_DESTROY] = {0, execute_context_destroy},
	[RENDER_CONTEXT_ATTACH] = {sizeof(struct render_id), execute_context_attach},
	[RENDER_CONTEXT_DETACH] = {sizeof(struct render_id), execute_context_detach},
	[RENDER_RESOURCE_CREATE] = {sizeof(struct render_resource), execute_resource_create},
	[RENDER_RESOURCE_UNREF] = {sizeof(struct render_id), execute_resource_unref},
	[RENDER_BLOB_CREATE] = {sizeof(struct render_blob), execute_blob_create},
	[RENDER_BACKING_ATTACH] = {sizeof(struct render_backing), execute_backing_attach},
	[RENDER_BACKING_DETACH] = {sizeof(struct render_id), execute_backing_detach},
	[RENDER_TRANSFER_TO] = {sizeof(struct render_transfer), execute_transfer_to},
	[RENDER_TRANSFER_FROM] = {sizeof(struct render_transfer), execute_transfer_from},
	[RENDER_SUBMIT] = {0, execute_submit},
	[RENDER_FENCE] = {0, execute_fence},
	[RENDER_IMAGE_ADD] = {sizeof(struct render_image), execute_image_add},
	[RENDER_IMAGE_REMOVE] = {sizeof(struct render_id), execute_image_remove},
	[RENDER_READ] = {sizeof(struct render_read), execute_read},
};

bool render_execute(struct render *render, const struct render_header *header, const void *body)
{
	const struct operation *operation;
	uint32_t type;

	if (header->op >= RENDER_OP_COUNT || header->size < operations[header->op].size)
		return false;
	operation = &operations[header->op];
	type = operation->execute(render, header, body);
	if (!header->sequence)
		return true;
	if (header->flags & RENDER_FENCED)
		fences_add(&render->fences, header, type);
	else
		channel_reply(&render->channel, header->sequence, type);
	return true;
}

void render_init(struct render *render)
{
	for (size_t i = 0; i < RENDER_BUCKETS; i++)
		wl_list_init(&render->resources[i]);
	wl_list_init(&render->images);
	fences_init(&render->fences, &render->channel);
}

void render_finish(struct render *render)
{
	for (size_t i = 0; i < RENDER_BUCKETS; i++) {
		struct resource *resource, *next;

		wl_list_for_each_safe (resource, next, &render->resources[i], link)
			resource_destroy(resource);
	}
	while (!wl_list_empty(&render->images)) {
		struct image *image = wl_container_of(render->images.next, image, link);

		image_destroy(image);
	}
	while (render->region_count)
		fd_close(&render->region_fds[--render->region_count]);
	vhost_user_memory_unref(render->memory);
	fences_finish(&render->fences);
}
