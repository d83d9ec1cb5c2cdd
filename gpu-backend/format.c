/* SPDX-License-Identifier: MIT */
/*
 * The guest's pixel formats, and how a row of each becomes a row of an image.
 *
 * An image always holds 0xAARRGGBB words, which every compositor and VMM takes (wl_shm promises
 * ARGB8888 and XRGB8888 alone). Stock drivers on little-endian guests use just that order, so the
 * conversion is the rare case, and it is done on the row that the transfer has just copied.
 */
#include "gpu-backend/format.h"

#include <assert.h>
#include <byteswap.h>
#include <drm_fourcc.h>
#include <endian.h>

#include "gpu-backend/virtio-gpu.h"

/* Each function reads the four bytes of a pixel as one little-endian word. */
static void convert_reverse(uint32_t *pixels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pixels[i] = bswap_32(pixels[i]);
}

static void convert_swap_red_blue(uint32_t *pixels, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t p = pixels[i];

		pixels[i] = (p & 0xff00ff00u) | (p & 0xffu) << 16 | (p >> 16 & 0xffu);
	}
}

static void convert_rotate(uint32_t *pixels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pixels[i] = pixels[i] >> 8 | pixels[i] << 24;
}

static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "images hold little-endian words");
static_assert(FORMAT_IMAGE_FOURCC == DRM_FORMAT_XRGB8888, "one number");

static const struct gpu_format formats[] = {
	{VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, DRM_FORMAT_XRGB8888, NULL},
	{VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, DRM_FORMAT_XRGB8888, NULL},
	{VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, DRM_FORMAT_BGRX8888, convert_reverse},
	{VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, DRM_FORMAT_BGRX8888, convert_reverse},
	{VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, DRM_FORMAT_XBGR8888, convert_swap_red_blue},
	{VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, DRM_FORMAT_RGBX8888, convert_rotate},
	{VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, DRM_FORMAT_RGBX8888, convert_rotate},
	{VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, DRM_FORMAT_XBGR8888, convert_swap_red_blue},
};

const struct gpu_format *gpu_format_find(uint32_t virtio)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i].virtio == virtio)
			return &formats[i];
	}
	return NULL;
}
