/* SPDX-License-Identifier: MIT */
/* The picture that guest programs draw and host tests compute again to compare with. */
#ifndef GUEST_TESTS_PATTERN_H
#define GUEST_TESTS_PATTERN_H

#include <stdint.h>

#define PATTERN_CURSOR_PX 64

static inline uint32_t pattern_hash(uint32_t x, uint32_t y, uint32_t seed)
{
	uint32_t h = x * 0x9e3779b1u ^ y * 0x85ebca6bu ^ seed * 0xc2b2ae35u;

	h ^= h >> 15;
	h *= 0x2c1b3c6du;
	h ^= h >> 12;
	return h;
}

/**
 * The pattern's pixel at x, y as 0x00RRGGBB. Red follows x and green follows y, so that a shifted
 * or swapped picture is told by eye; blue is a hash, so that no two places look alike to a test.
 */
static inline uint32_t pattern_pixel(uint32_t x, uint32_t y, uint32_t seed)
{
	uint32_t red = (x + seed * 37) & 0xff;
	uint32_t green = (y + seed * 59) & 0xff;

	return red << 16 | green << 8 | (pattern_hash(x, y, seed) & 0xff);
}

/**
 * The cursor's pixel as premultiplied 0xAARRGGBB, 0 <= x, y < PATTERN_CURSOR_PX: opaque pattern
 * above the diagonal, half-transparent grey in a band under it, nothing below.
 */
static inline uint32_t pattern_cursor_pixel(uint32_t x, uint32_t y, uint32_t seed)
{
	if (x >= y)
		return 0xff000000u | pattern_pixel(x * 3, y * 3, seed);
	if (y - x < PATTERN_CURSOR_PX / 4)
		return 0x80404040u;
	return 0;
}

#endif
