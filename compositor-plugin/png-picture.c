/* SPDX-License-Identifier: MIT */
/* Decodes a PNG into a memfd. */
#include "compositor-plugin/png-picture.h"

#include "common/fd.h"
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Lays the pixels on black, which is what XRGB makes of them. */
static void flatten(uint8_t *pixels, size_t count)
{
	for (size_t i = 0; i < count; i++, pixels += 4) {
		unsigned int alpha = pixels[3];

		for (unsigned int c = 0; c < 3; c++)
			pixels[c] = (uint8_t)((pixels[c] * alpha + 127) / 255);
		pixels[3] = 0xff;
	}
}

/* Decodes the opened PNG into the memfd, which has no size yet. */
static const char *decode(png_image *png, int fd, char error[static 128])
{
	size_t size = (size_t)png->width * png->height * 4;
	const char *wrong = NULL;
	uint8_t *pixels;

	if (ftruncate(fd, (off_t)size) < 0)
		return strerror(errno);
	pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED)
		return strerror(errno);
	png->format = PNG_FORMAT_BGRA;
	if (png_image_finish_read(png, NULL, pixels, 0, NULL)) {
		flatten(pixels, size / 4);
	} else {
		snprintf(error, 128, "%s", png->message);
		wrong = error;
	}
	munmap(pixels, size);
	return wrong;
}

const char *png_picture_read(const char *path, struct png_picture *picture, char error[static 128])
{
	png_image png = {.version = PNG_IMAGE_VERSION};
	FILE *file = fopen(path, "re");
	const char *wrong;

	*picture = (struct png_picture){.fd = -1};
	if (!file)
		return strerror(errno);
	if (!png_image_begin_read_from_stdio(&png, file)) {
		snprintf(error, 128, "%s", png.message);
		wrong = error;
		goto out_free;
	}
	if (png.width > PNG_PICTURE_MAX_PX || png.height > PNG_PICTURE_MAX_PX) {
		wrong = "larger than 16384 pixels";
		goto out_free;
	}
	picture->fd = memfd_create("binnacle-fallback", MFD_CLOEXEC);
	wrong = picture->fd < 0 ? strerror(errno) : decode(&png, picture->fd, error);
	picture->width = (int32_t)png.width;
	picture->height = (int32_t)png.height;
	if (wrong)
		png_picture_finish(picture);

out_free:
	png_image_free(&png);
	fclose(file);
	return wrong;
}

void png_picture_finish(struct png_picture *picture)
{
	fd_close(&picture->fd);
}
