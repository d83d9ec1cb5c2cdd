/* SPDX-License-Identifier: MIT */
/* Pixels as a compositor reads them: the memory of a wl_buffer. */
#include "gpu-backend/image.h"

#include <assert.h>
#include <stdlib.h>

#include "common/checked.h"
#include "gpu-backend/format.h"

static struct gpu_image *image_alloc(uint32_t width, uint32_t height)
{
	struct gpu_image *image = calloc(1, sizeof(*image));

	if (!image)
		return NULL;
	*image = (struct gpu_image){
		.width = width,
		.height = height,
		.fd = -1,
		.references = 1,
	};
	pixman_region32_init(&image->stale);
	wl_list_init(&image->buffers);
	return image;
}

/* unit: pixels of width and height that the memory is a multiple of. */
static struct gpu_image *image_create(uint32_t width, uint32_t height, uint32_t unit)
{
	struct gpu_image *image = image_alloc(width, height);
	uint32_t columns, rows;

	if (!image)
		return NULL;
	image->fourcc = FORMAT_IMAGE_FOURCC;
	if (!checked_add(width, unit - 1, &columns) || !checked_add(height, unit - 1, &rows) ||
		!checked_mul(columns - columns % unit, (uint32_t)FORMAT_BYTES_PER_PIXEL,
			&image->stride) ||
		!checked_mul((size_t)image->stride, (size_t)(rows - rows % unit), &image->size) ||
		alloc_shm_init(image) < 0) {
		free(image);
		return NULL;
	}
	return image;
}

struct gpu_image *gpu_image_create(uint32_t width, uint32_t height)
{
	return image_create(width, height, 1);
}

/* llvmpipe writes by 64 × 64 pixels, and GPUs want rows of multiples of 256 bytes. */
#define TILE_PX 64u

struct gpu_image *gpu_image_create_to_draw(uint32_t width, uint32_t height)
{
	return image_create(width, height, TILE_PX);
}

struct gpu_image *gpu_image_create_of_guest(const struct gpu_layout *layout,
	const struct gpu_backing *backing, struct vhost_user_memory *memory)
{
	struct gpu_image *image = image_alloc(layout->width, layout->height);

	if (!image)
		return NULL;
	image->fourcc = layout->format->fourcc;
	image->stride = layout->stride;
	image->offset = layout->offset;
	if (alloc_guest_init(image, backing, memory) < 0) {
		free(image);
		return NULL;
	}
	return image;
}

struct gpu_image *gpu_image_ref(struct gpu_image *image)
{
	image->references++;
	return image;
}

void gpu_image_unref(struct gpu_image *image)
{
	if (!image || --image->references)
		return;
	if (!wl_list_empty(&image->buffers))
		image->buffers_destroy(image);
	assert(wl_list_empty(&image->buffers));
	pixman_region32_fini(&image->stale);
	image->alloc->finish(image);
	free(image->parts);
	free(image);
}

struct gpu_image *gpu_image_hold(struct gpu_image *image)
{
	image->held++;
	return gpu_image_ref(image);
}

void gpu_image_release(struct gpu_image **image)
{
	if (*image) {
		(*image)->held--;
		gpu_image_unref(*image);
	}
	*image = NULL;
}
