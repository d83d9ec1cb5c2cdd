/* SPDX-License-Identifier: MIT */
/* Writes the pattern as a PNG, for a guest's program that shows files: write-pattern OUT WxH SEED
 */
#include "guest-tests/pattern.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	png_image image = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_RGB};
	unsigned int width, height, seed;
	uint8_t *bytes;

	if (argc != 4 || sscanf(argv[2], "%ux%u", &width, &height) != 2 || width == 0 ||
		width > 8192 || height == 0 || height > 8192) {
		fprintf(stderr, "usage: write-pattern OUT WxH SEED\n");
		return 2;
	}
	seed = (unsigned int)strtoul(argv[3], NULL, 0);
	bytes = malloc((size_t)width * height * 3);
	if (!bytes)
		return 1;
	for (size_t i = 0; i < (size_t)width * height; i++) {
		uint32_t rgb = pattern_pixel((uint32_t)(i % width), (uint32_t)(i / width), seed);

		bytes[3 * i] = (uint8_t)(rgb >> 16);
		bytes[3 * i + 1] = (uint8_t)(rgb >> 8);
		bytes[3 * i + 2] = (uint8_t)rgb;
	}
	image.width = width;
	image.height = height;
	if (!png_image_write_to_file(&image, argv[1], 0, bytes, 0, NULL)) {
		fprintf(stderr, "%s: %s\n", argv[1], image.message);
		return 1;
	}
	free(bytes);
	return 0;
}
