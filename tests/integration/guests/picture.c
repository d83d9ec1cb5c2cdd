/* SPDX-License-Identifier: MIT */
/* Draws, compares and keeps pictures. */
#include "tests/integration/guests/picture.h"

#include "guest-tests/pattern.h"
#include "tests/fixtures/weston/screenshot.h"
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct picture *picture_create(int32_t width, int32_t height, uint32_t rgb)
{
	struct picture *picture = calloc(1, sizeof(*picture));
	size_t count = (size_t)width * (size_t)height;

	check(picture);
	*picture = (struct picture){.width = width,
		.height = height,
		.pixels = malloc(count * sizeof(uint32_t)),
		.tolerance = calloc(count, 1)};
	check(picture->pixels && picture->tolerance);
	for (size_t i = 0; i < count; i++)
		picture->pixels[i] = rgb;
	return picture;
}

void picture_destroy(struct picture *picture)
{
	if (!picture)
		return;
	free(picture->pixels);
	free(picture->tolerance);
	free(picture);
}

static bool picture_has(const struct picture *picture, int32_t x, int32_t y)
{
	return x >= 0 && y >= 0 && x < picture->width && y < picture->height;
}

void picture_draw_pattern(struct picture *picture, int32_t origin_x, int32_t origin_y, int32_t x,
	int32_t y, int32_t width, int32_t height, uint32_t seed)
{
	for (int32_t row = y; row < y + height; row++) {
		for (int32_t column = x; column < x + width; column++) {
			int32_t at_x = origin_x + column, at_y = origin_y + row;

			if (picture_has(picture, at_x, at_y))
				picture->pixels[at_y * picture->width + at_x] =
					pattern_pixel((uint32_t)column, (uint32_t)row, seed);
		}
	}
}

static uint32_t blend(uint32_t over, uint32_t under)
{
	uint32_t keep = 255 - (over >> 24), result = 0;

	for (unsigned int shift = 0; shift < 24; shift += 8)
		result |= ((over >> shift & 0xff) + ((under >> shift & 0xff) * keep + 127) / 255)
			  << shift;
	return result;
}

void picture_draw_cursor(struct picture *picture, int32_t x, int32_t y, uint32_t seed)
{
	for (int32_t row = 0; row < PATTERN_CURSOR_PX; row++) {
		for (int32_t column = 0; column < PATTERN_CURSOR_PX; column++) {
			uint32_t pixel =
				pattern_cursor_pixel((uint32_t)column, (uint32_t)row, seed);
			int32_t at;

			if (!picture_has(picture, x + column, y + row))
				continue;
			at = (y + row) * picture->width + x + column;
			picture->pixels[at] = blend(pixel, picture->pixels[at]);
			picture->tolerance[at] = pixel >> 24 > 0 && pixel >> 24 < 255;
		}
	}
}

static bool pixel_matches(uint32_t a, uint32_t b, uint8_t tolerance)
{
	for (unsigned int shift = 0; shift < 24; shift += 8)
		if (abs((int)(a >> shift & 0xff) - (int)(b >> shift & 0xff)) > tolerance)
			return false;
	return true;
}

unsigned int picture_compare(const struct picture *picture, const uint32_t *pixels, int32_t width,
	int32_t height, char text[static 128])
{
	unsigned int count = 0;

	text[0] = '\0';
	if (width != picture->width || height != picture->height) {
		snprintf(text, 128, "the size is %dx%d instead of %dx%d", width, height,
			picture->width, picture->height);
		return 1;
	}
	for (int32_t i = 0; i < width * height; i++) {
		if (pixel_matches(pixels[i], picture->pixels[i], picture->tolerance[i]))
			continue;
		if (count++ == 0)
			snprintf(text, 128, "pixel %d,%d is #%06x instead of #%06x", i % width,
				i / width, pixels[i] & 0xffffff, picture->pixels[i]);
	}
	return count;
}

static void write_png(const struct host *host, const char *name, const uint32_t *pixels,
	int32_t width, int32_t height)
{
	png_image image = {.version = PNG_IMAGE_VERSION,
		.width = (png_uint_32)width,
		.height = (png_uint_32)height,
		.format = PNG_FORMAT_RGB};
	size_t count = (size_t)width * (size_t)height;
	uint8_t *bytes = malloc(count * 3);
	char *path = host_path(host, name);

	check(bytes);
	for (size_t i = 0; i < count; i++) {
		bytes[3 * i] = (uint8_t)(pixels[i] >> 16);
		bytes[3 * i + 1] = (uint8_t)(pixels[i] >> 8);
		bytes[3 * i + 2] = (uint8_t)pixels[i];
	}
	png_image_write_to_file(&image, path, 0, bytes, 0, NULL);
	free(path);
	free(bytes);
}

void picture_expect_pixels(const struct picture *picture, const struct host *host,
	const uint32_t *pixels, int32_t width, int32_t height)
{
	char text[128];
	unsigned int count = picture_compare(picture, pixels, width, height, text);

	if (count == 0)
		return;
	write_png(host, "expected.png", picture->pixels, picture->width, picture->height);
	write_png(host, "actual.png", pixels, width, height);
	check_fail("%u pixels differ: %s", count, text);
}

bool picture_is_shown(const struct picture *picture, struct host *host, const char *output)
{
	struct screenshot *shot = screenshot_take(host->weston, output);
	char text[128];
	bool same = shot &&
		    picture_compare(picture, shot->pixels, shot->width, shot->height, text) == 0;

	screenshot_destroy(shot);
	return same;
}

void picture_expect(
	const struct picture *picture, struct host *host, const char *output, int timeout_ms)
{
	int64_t end_ms = host_now_ms() + timeout_ms;
	struct screenshot *shot;

	while (host_now_ms() < end_ms) {
		if (picture_is_shown(picture, host, output))
			return;
		usleep(20000);
	}
	shot = screenshot_take(host->weston, output);
	if (!shot)
		check_fail("there is no output %s", output);
	picture_expect_pixels(picture, host, shot->pixels, shot->width, shot->height);
	screenshot_destroy(shot);
}
