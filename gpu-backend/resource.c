/* SPDX-License-Identifier: MIT */
/*
 * A guest's resource: an id, guest pages, and the images that its pixels are shown from.
 *
 * A transfer writes straight into the memory that the compositor reads. While the compositor holds
 * that image (no wl_buffer.release yet) the transfer goes to another image of the resource, which
 * first takes over what it missed. Guests that flip between resources find their image released and
 * never have a second one; guests that draw into one resource get two or three and copy again only
 * what changed a frame ago.
 */
#include "gpu-backend/resource.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/checked.h"
#include "gpu-backend/host-memory.h"
#include "gpu-backend/readback.h"

void gpu_resource_table_init(struct gpu_resource_table *table, const struct gpu_limits *limits)
{
	*table = (struct gpu_resource_table){.limits = *limits};
	wl_list_init(&table->mappings);
	for (size_t i = 0; i < GPU_RESOURCE_BUCKETS; i++)
		wl_list_init(&table->buckets[i]);
}

void gpu_resource_table_clear(struct gpu_resource_table *table)
{
	for (size_t i = 0; i < GPU_RESOURCE_BUCKETS; i++) {
		struct gpu_resource *resource, *next;

		wl_list_for_each_safe (resource, next, &table->buckets[i], link)
			gpu_resource_destroy(table, resource);
	}
	assert(!table->usage.memory_bytes && !table->usage.resources &&
		!table->usage.backing_entries);
}

struct gpu_resource *gpu_resource_find(const struct gpu_resource_table *table, uint32_t id)
{
	struct gpu_resource *resource;

	wl_list_for_each (resource, &table->buckets[id % GPU_RESOURCE_BUCKETS], link) {
		if (resource->id == id)
			return resource;
	}
	return NULL;
}

/* One more image for the resource, within the guest's limit. */
static struct gpu_image *resource_add_image(struct gpu_resource_table *table,
	struct gpu_resource *resource, struct gpu_image *(*create)(uint32_t width, uint32_t height))
{
	struct gpu_image *image;
	uint64_t size, total;

	if (!checked_mul((uint64_t)resource->width * FORMAT_BYTES_PER_PIXEL,
		    (uint64_t)resource->height, &size) ||
		!checked_add(table->usage.memory_bytes, size, &total) ||
		total > table->limits.memory_bytes)
		return NULL;
	image = create(resource->width, resource->height);
	if (!image)
		return NULL;
	/* With what it has beside its pixels. */
	table->usage.memory_bytes += image->size;
	resource->images[resource->image_count++] = image;
	return image;
}

static struct gpu_resource *resource_alloc(struct gpu_resource_table *table, uint32_t id,
	const struct gpu_format *format, uint32_t width, uint32_t height)
{
	struct gpu_resource *resource;

	if (table->usage.resources >= table->limits.resources)
		return NULL;
	resource = calloc(1, sizeof(*resource));
	if (resource)
		*resource = (struct gpu_resource){
			.id = id,
			.serial = ++table->last_serial,
			.width = width,
			.height = height,
			.format = format,
		};
	return resource;
}

static void resource_add(struct gpu_resource_table *table, struct gpu_resource *resource)
{
	table->usage.resources++;
	wl_list_insert(&table->buckets[resource->id % GPU_RESOURCE_BUCKETS], &resource->link);
}

struct gpu_resource *gpu_resource_create(struct gpu_resource_table *table, uint32_t id,
	const struct gpu_format *format, uint32_t width, uint32_t height)
{
	struct gpu_resource *resource = resource_alloc(table, id, format, width, height);

	if (!resource)
		return NULL;
	if (!resource_add_image(table, resource, gpu_image_create)) {
		free(resource);
		return NULL;
	}
	resource_add(table, resource);
	return resource;
}

struct gpu_resource *gpu_resource_create_3d(struct gpu_resource_table *table, uint32_t id,
	const struct gpu_format *format, uint32_t width, uint32_t height, uint64_t bytes,
	uint32_t generation)
{
	struct gpu_resource *resource;
	uint64_t total;

	if (!checked_add(table->usage.memory_bytes, bytes, &total) ||
		total > table->limits.memory_bytes)
		return NULL;
	resource = resource_alloc(table, id, format, width, height);
	if (!resource)
		return NULL;
	resource->generation = generation;
	resource->render_bytes = bytes;
	table->usage.memory_bytes = total;
	resource_add(table, resource);
	return resource;
}

void gpu_resource_drop_images(struct gpu_resource_table *table, struct gpu_resource *resource)
{
	while (resource->image_count) {
		struct gpu_image *image = resource->images[--resource->image_count];

		if (!image->memory)
			table->usage.memory_bytes -= image->size;
		gpu_image_unref(image);
		resource->images[resource->image_count] = NULL;
	}
	resource->current = 0;
}

bool gpu_resource_share(struct gpu_resource_table *table, struct gpu_resource *resource)
{
	if (!resource_add_image(table, resource, gpu_image_create_to_draw))
		return false;
	/* The memory is that of the image. */
	table->usage.memory_bytes -= resource->render_bytes;
	resource->render_bytes = 0;
	resource->shared = true;
	return true;
}

void gpu_resource_destroy(struct gpu_resource_table *table, struct gpu_resource *resource)
{
	gpu_resource_detach(table, resource);
	gpu_readback_forget(table, resource);
	gpu_resource_drop_images(table, resource);
	gpu_host_memory_destroy(table, resource->host_memory);
	table->usage.memory_bytes -= resource->render_bytes;
	table->usage.resources--;
	wl_list_remove(&resource->link);
	free(resource);
}

void gpu_resource_attach(struct gpu_resource_table *table, struct gpu_resource *resource,
	struct gpu_backing *backing)
{
	assert(!resource->backing);
	resource->backing = backing;
	table->usage.backing_entries += gpu_backing_entry_count(backing);
}

void gpu_resource_detach(struct gpu_resource_table *table, struct gpu_resource *resource)
{
	if (!resource->backing)
		return;
	table->usage.backing_entries -= gpu_backing_entry_count(resource->backing);
	gpu_backing_destroy(resource->backing);
	resource->backing = NULL;
}

static void image_copy_rows(
	struct gpu_image *to, const struct gpu_image *from, const pixman_box32_t *box)
{
	size_t bytes = (size_t)(box->x2 - box->x1) * FORMAT_BYTES_PER_PIXEL;

	for (int32_t y = box->y1; y < box->y2; y++) {
		size_t pixel = (size_t)y * from->width + (size_t)box->x1;

		memcpy(to->pixels + pixel, from->pixels + pixel, bytes);
	}
}

/* Gives the image what it missed, but for the rectangle that is written next anyway. */
static void image_catch_up(
	struct gpu_image *image, const struct gpu_image *newest, const struct rect *written)
{
	pixman_region32_t next;
	pixman_box32_t *boxes;
	int count;

	pixman_region32_init_rect(
		&next, (int)written->x, (int)written->y, written->width, written->height);
	pixman_region32_subtract(&image->stale, &image->stale, &next);
	pixman_region32_fini(&next);
	boxes = pixman_region32_rectangles(&image->stale, &count);
	for (int i = 0; i < count; i++)
		image_copy_rows(image, newest, &boxes[i]);
	pixman_region32_clear(&image->stale);
}

/* Where the renderer draws, nobody else writes. */
static uint32_t resource_first_image(const struct gpu_resource *resource)
{
	return resource->shared ? 1 : 0;
}

void gpu_resource_changed(struct gpu_resource *resource, const pixman_region32_t *changed)
{
	for (uint32_t i = resource_first_image(resource); i < resource->image_count; i++) {
		pixman_region32_t *stale = &resource->images[i]->stale;

		pixman_region32_union(stale, stale, (pixman_region32_t *)changed);
	}
}

/* An image nobody reads, or, when the guest may have no more memory, the current one after all. */
static uint32_t resource_free_image(struct gpu_resource_table *table, struct gpu_resource *resource)
{
	struct gpu_image *added;
	uint32_t first = resource_first_image(resource);
	uint32_t last = resource->current < first ? first : resource->current;

	if (last < resource->image_count && !resource->images[last]->held)
		return last;
	for (uint32_t i = first; i < resource->image_count; i++) {
		if (!resource->images[i]->held)
			return i;
	}
	if (resource->image_count == GPU_RESOURCE_MAX_IMAGES)
		return last;
	added = resource_add_image(table, resource, gpu_image_create);
	if (!added)
		return last;
	pixman_region32_union_rect(
		&added->stale, &added->stale, 0, 0, resource->width, resource->height);
	return resource->image_count - 1;
}

struct gpu_image *gpu_resource_image_renew(struct gpu_resource_table *table,
	struct gpu_resource *resource, const pixman_region32_t *changed)
{
	uint32_t index = resource_free_image(table, resource);

	if (index >= resource->image_count)
		return NULL;
	gpu_resource_changed(resource, changed);
	resource->current = index;
	return resource->images[index];
}

/* Makes the current image one that may be written, and notes what the others will have missed. */
static struct gpu_image *resource_begin_write(
	struct gpu_resource_table *table, struct gpu_resource *resource, const struct rect *rect)
{
	uint32_t index = resource_free_image(table, resource);
	struct gpu_image *image = resource->images[index];

	if (index != resource->current) {
		image_catch_up(image, gpu_resource_image(resource), rect);
		resource->current = index;
	}
	for (uint32_t i = 0; i < resource->image_count; i++) {
		pixman_region32_t *stale = &resource->images[i]->stale;

		if (i != index)
			pixman_region32_union_rect(stale, stale, (int)rect->x, (int)rect->y,
				rect->width, rect->height);
	}
	return image;
}

int gpu_resource_transfer(struct gpu_resource_table *table, struct gpu_resource *resource,
	struct vhost_user_memory *memory, const struct rect *rect, uint64_t offset)
{
	size_t row = (size_t)rect->width * FORMAT_BYTES_PER_PIXEL;
	size_t stride = (size_t)resource->width * FORMAT_BYTES_PER_PIXEL;
	uint64_t needed = (uint64_t)(rect->height - 1) * stride + row, end;
	uint32_t rows = rect->height;
	struct iov_cursor cursor;
	struct gpu_image *image;
	int error;

	if (!resource->backing)
		return -ENXIO;
	if (!checked_add(offset, needed, &end) || end > gpu_backing_size(resource->backing))
		return -ERANGE;
	error = gpu_backing_seek(resource->backing, memory, offset, &cursor);
	if (error)
		return error;
	image = resource_begin_write(table, resource, rect);
	table->bytes_copied += (uint64_t)row * rows;
	if (row == stride) {
		/* Whole rows follow each other on both sides. */
		row *= rows;
		rows = 1;
	}
	for (uint32_t y = 0; y < rows; y++) {
		uint32_t *to = image->pixels + (size_t)(rect->y + y) * image->width + rect->x;

		iov_read(&cursor, to, row);
		if (resource->format->convert)
			resource->format->convert(to, row / FORMAT_BYTES_PER_PIXEL);
		if (y + 1 < rows)
			iov_skip(&cursor, stride - row);
	}
	return 0;
}
