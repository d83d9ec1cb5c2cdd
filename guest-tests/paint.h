/* SPDX-License-Identifier: MIT */
/* What the pictures of the guest programs share over cairo. Colours are 0xRRGGBB. */
#ifndef GUEST_TESTS_PAINT_H
#define GUEST_TESTS_PAINT_H

#include <cairo.h>
#include <stdbool.h>
#include <stdint.h>

void paint_set_rgb(cairo_t *cr, uint32_t rgb, double alpha);

void paint_add_stop(cairo_pattern_t *pattern, double offset, uint32_t rgb, double alpha);

/** Fills the path with the pattern and destroys the pattern. */
void paint_fill_pattern(cairo_t *cr, cairo_pattern_t *pattern);

void paint_add_rounded(cairo_t *cr, double x, double y, double width, double height, double radius);

enum paint_align { PAINT_LEFT, PAINT_CENTRE };

/** Text that stands on the base line y. */
void paint_text(cairo_t *cr, const char *text, double x, double y, double size, bool bold,
	enum paint_align align);

#endif
