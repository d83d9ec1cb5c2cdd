/* SPDX-License-Identifier: MIT */
/* Rectangles of unsigned pixels, compared by subtraction so that no sum can overflow. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct rect {
	uint32_t x, y, width, height;
};

/** True if the rectangle is not empty and lies within [0, width) × [0, height). */
static inline bool rect_within(const struct rect *rect, uint32_t width, uint32_t height)
{
	return rect->width && rect->height && rect->x < width && rect->y < height &&
	       rect->width <= width - rect->x && rect->height <= height - rect->y;
}

static inline bool rect_equal(const struct rect *a, const struct rect *b)
{
	return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height;
}
