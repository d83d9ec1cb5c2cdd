/* SPDX-License-Identifier: MIT */
/* Writes a picture as a PNG file. */
#include "cockpit/png-file.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cockpit/paths.h"

/* libpng comes back here by longjmp, so nothing in this frame may change after setjmp. */
static int write_rows(
	FILE *file, const struct png_picture *picture, png_structp png, png_infop info)
{
	if (setjmp(png_jmpbuf(png)))
		return -EIO;
	png_init_io(png, file);
	png_set_IHDR(png, info, picture->width_px, picture->height_px, 8, PNG_COLOR_TYPE_RGB,
		PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	png_set_filler(png, 0, PNG_FILLER_AFTER);
	if (picture->order == PNG_BGRX)
		png_set_bgr(png);
	for (uint32_t y = 0; y < picture->height_px; y++)
		png_write_row(png, picture->pixels + (size_t)y * picture->stride_bytes);
	png_write_end(png, info);
	return 0;
}

static int write_file(FILE *file, const struct png_picture *picture)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	int err = info ? write_rows(file, picture, png, info) : -ENOMEM;

	png_destroy_write_struct(&png, &info);
	return err;
}

int png_file_write(const char *path, const struct png_picture *picture)
{
	char *temporary = paths_format("%s.%d.part", path, (int)getpid());
	FILE *file = temporary ? fopen(temporary, "we") : NULL;
	int err;

	if (!file) {
		err = temporary ? -errno : -ENOMEM;
		free(temporary);
		return err;
	}
	err = write_file(file, picture);
	if (fclose(file) < 0 && !err)
		err = -errno;
	if (!err && rename(temporary, path) < 0)
		err = -errno;
	if (err)
		unlink(temporary);
	free(temporary);
	return err;
}
