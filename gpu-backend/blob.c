/* SPDX-License-Identifier: MIT */
/* Blobs of guest memory on a scanout. */
#include "gpu-backend/blob.h"

#include "common/checked.h"

struct gpu_resource *gpu_blob_create(
	struct gpu_resource_table *table, uint32_t id, uint64_t bytes, struct gpu_backing *backing)
{
	/* Its memory is the guest's own and in no limit but that of entries. */
	struct gpu_resource *resource = gpu_resource_create_3d(table, id, NULL, 0, 0, 0, 0);

	if (!resource) {
		gpu_backing_destroy(backing);
		return NULL;
	}
	resource->blob_bytes = bytes;
	gpu_resource_attach(table, resource, backing);
	return resource;
}

bool gpu_blob_layout_fits(const struct gpu_resource *resource, const struct gpu_layout *layout)
{
	uint64_t row = (uint64_t)layout->width * FORMAT_BYTES_PER_PIXEL, end;

	return layout->width && layout->height && row <= layout->stride &&
	       layout->stride % FORMAT_BYTES_PER_PIXEL == 0 &&
	       layout->offset % FORMAT_BYTES_PER_PIXEL == 0 && layout->stride <= INT32_MAX &&
	       layout->width <= INT16_MAX && layout->height <= INT16_MAX &&
	       checked_add((uint64_t)(layout->height - 1) * layout->stride + row,
		       (uint64_t)layout->offset, &end) &&
	       end <= resource->blob_bytes;
}

static bool layout_equal(const struct gpu_layout *a, const struct gpu_layout *b)
{
	return a->width == b->width && a->height == b->height && a->format == b->format &&
	       a->stride == b->stride && a->offset == b->offset;
}

/* The image of the guest's own pages, of the memory they are in now. */
static bool blob_make_direct(struct gpu_resource_table *table, struct gpu_resource *resource)
{
	struct vhost_user_memory *memory = vhost_user_device_memory(table->device);
	struct gpu_image *image;

	if (!resource->backing)
		return false;
	image = gpu_image_create_of_guest(&resource->layout, resource->backing, memory);
	if (!image)
		return false;
	gpu_resource_drop_images(table, resource);
	resource->images[resource->image_count++] = image;
	return true;
}

static void blob_renew_direct(struct gpu_resource_table *table, struct gpu_resource *resource)
{
	resource->direct = blob_make_direct(table, resource);
	if (!resource->direct)
		gpu_resource_drop_images(table, resource);
}

void gpu_blob_lay_out(struct gpu_resource_table *table, struct gpu_resource *resource,
	const struct gpu_layout *layout, bool direct)
{
	if (layout_equal(&resource->layout, layout) &&
		(!direct || resource->direct || resource->refused))
		return;
	gpu_resource_drop_images(table, resource);
	resource->layout = *layout;
	resource->width = layout->width;
	resource->height = layout->height;
	resource->format = layout->format;
	resource->refused = false;
	resource->direct = direct && blob_make_direct(table, resource);
}

void gpu_blob_copy_from_now(struct gpu_resource_table *table, struct gpu_resource *resource)
{
	if (!resource->direct)
		return;
	gpu_resource_drop_images(table, resource);
	resource->direct = false;
	resource->refused = true;
}

static bool copy_row(struct gpu_resource_table *table, const struct gpu_resource *resource,
	struct gpu_image *image, uint32_t x, uint32_t y, uint32_t width)
{
	const struct gpu_layout *layout = &resource->layout;
	uint64_t offset = layout->offset + (uint64_t)y * layout->stride +
			  (uint64_t)x * FORMAT_BYTES_PER_PIXEL;
	uint32_t *to = image->pixels + (size_t)y * image->width + x;
	struct iov_cursor cursor;

	if (gpu_backing_seek(resource->backing, vhost_user_device_memory(table->device), offset,
		    &cursor) < 0)
		return false;
	iov_read(&cursor, to, (size_t)width * FORMAT_BYTES_PER_PIXEL);
	if (layout->format->convert)
		layout->format->convert(to, width);
	return true;
}

static void copy_box(struct gpu_resource_table *table, const struct gpu_resource *resource,
	struct gpu_image *image, const pixman_box32_t *box)
{
	uint32_t width = (uint32_t)(box->x2 - box->x1);

	for (int32_t y = box->y1; y < box->y2; y++) {
		if (!copy_row(table, resource, image, (uint32_t)box->x1, (uint32_t)y, width))
			return;
		table->bytes_copied += (uint64_t)width * FORMAT_BYTES_PER_PIXEL;
	}
}

void gpu_blob_fetch(struct gpu_resource_table *table, struct gpu_resource *resource,
	const pixman_region32_t *changed)
{
	struct gpu_image *image;
	const pixman_box32_t *boxes;
	int count;

	/* The guest's memory is another now. */
	if (resource->direct &&
		resource->images[0]->memory != vhost_user_device_memory(table->device))
		blob_renew_direct(table, resource);
	if (resource->direct || !resource->backing)
		return;
	image = gpu_resource_image_renew(table, resource, changed);
	if (!image)
		return;
	boxes = pixman_region32_rectangles(&image->stale, &count);
	for (int i = 0; i < count; i++)
		copy_box(table, resource, image, &boxes[i]);
	pixman_region32_clear(&image->stale);
}
