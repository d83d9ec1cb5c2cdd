/* SPDX-License-Identifier: MIT */
/* What a screen should show, drawn by the test as the guest's programs draw it. */
#pragma once

#include "tests/integration/guests/host.h"

struct picture {
	int32_t width, height;
	uint32_t *pixels;   /* 0x00RRGGBB */
	uint8_t *tolerance; /* of each pixel, in each channel */
};

/** All of one colour. Fails the test where there is no memory. */
struct picture *picture_create(int32_t width, int32_t height, uint32_t rgb);
void picture_destroy(struct picture *picture);

/** A buffer's rectangle filled with the pattern; the buffer's origin is at origin_x, origin_y. */
void picture_draw_pattern(struct picture *picture, int32_t origin_x, int32_t origin_y, int32_t x,
	int32_t y, int32_t width, int32_t height, uint32_t seed);

/**
 * The pattern's cursor over what is there, its upper left corner at x, y. Where it is half
 * transparent, the blending may differ by one step.
 */
void picture_draw_cursor(struct picture *picture, int32_t x, int32_t y, uint32_t seed);

/** Pixels that differ; the first of them goes to text. */
unsigned int picture_compare(const struct picture *picture, const uint32_t *pixels, int32_t width,
	int32_t height, char text[static 128]);

/** True when the output of the host's Weston shows the picture now. */
bool picture_is_shown(const struct picture *picture, struct host *host, const char *output);

/** Waits until it does; fails the test, keeping both pictures, if it does not in time. */
void picture_expect(
	const struct picture *picture, struct host *host, const char *output, int timeout_ms);

/** Fails the test, keeping both pictures, unless the pixels are the picture. */
void picture_expect_pixels(const struct picture *picture, const struct host *host,
	const uint32_t *pixels, int32_t width, int32_t height);
