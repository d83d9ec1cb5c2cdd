/* SPDX-License-Identifier: MIT */
/* Writes a picture as a PNG file. */
#pragma once

#include <stdint.h>

/** Pixels as they lie in memory: 32 bits, little-endian; the alpha or unused byte is left out. */
enum png_order {
	PNG_BGRX, /* DRM_FORMAT_XRGB8888, ARGB8888 */
	PNG_RGBX, /* DRM_FORMAT_XBGR8888, ABGR8888 */
};

struct png_picture {
	uint32_t width_px, height_px, stride_bytes;
	enum png_order order;
	const uint8_t *pixels; /* borrowed */
};

/** Replaces the file in one step. Returns 0, or −errno with nothing left behind. */
int png_file_write(const char *path, const struct png_picture *picture);
