/* SPDX-License-Identifier: MIT */
/* Pixels that the guest's transfers write and a compositor reads: the memory of a wl_buffer. */
#include "gpu-backend/image.h"

#include <assert.h>
#include <stdlib.h>

#include "common/checked.h"
#include "gpu-backend/format.h"

struct gpu_image *gpu_image_create(uint32_t width, uint32_t height)
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
	if (!checked_mul(width, (uint32_t)FORMAT_BYTES_PER_PIXEL, &image->stride) ||
		!checked_mul((size_t)image->stride, (size_t)height, &image->size) ||
		alloc_shm_init(image) < 0) {
		free(image);
		return NULL;
	}
	pixman_region32_init(&image->stale);
	wl_list_init(&image->buffers);
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
	alloc_shm_finish(image);
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
