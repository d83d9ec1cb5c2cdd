/* SPDX-License-Identifier: MIT */
/* A PNG file as pixels in shared memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PNG_PICTURE_MAX_PX 16384 /* a side: four bytes a pixel stay within a wl_shm pool */

struct png_picture {
	int fd; /* a memfd of XRGB8888 rows without padding, close-on-exec */
	int32_t width, height;
};

/** Reads the file; what is transparent becomes black. Returns NULL, or what was wrong. */
const char *png_picture_read(const char *path, struct png_picture *picture, char error[static 128]);

void png_picture_finish(struct png_picture *picture);
