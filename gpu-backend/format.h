/* SPDX-License-Identifier: MIT */
/* The guest's pixel formats, and how a row of each becomes a row of an image. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define FORMAT_BYTES_PER_PIXEL 4

/** What an image holds that was not made of guest pages: 0xAARRGGBB (DRM_FORMAT_XRGB8888). */
#define FORMAT_IMAGE_FOURCC 0x34325258u

/** Turns pixels, in place, into the image's 0xAARRGGBB. NULL where they are that already. */
typedef void (*format_convert_func)(uint32_t *pixels, size_t count);

struct gpu_format {
	uint32_t virtio; /* enum virtio_gpu_format */
	uint32_t fourcc; /* DRM_FORMAT_*, its alpha ignored */
	format_convert_func convert;
};

/** The format of that wire number, or NULL. */
const struct gpu_format *gpu_format_find(uint32_t virtio);
