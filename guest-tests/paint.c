/* SPDX-License-Identifier: MIT */
/* What the pictures of the guest programs share over cairo. */
#include "guest-tests/paint.h"

#include <math.h>

static double paint_part(uint32_t rgb, int shift)
{
	return (rgb >> shift & 0xff) / 255.0;
}

void paint_set_rgb(cairo_t *cr, uint32_t rgb, double alpha)
{
	cairo_set_source_rgba(
		cr, paint_part(rgb, 16), paint_part(rgb, 8), paint_part(rgb, 0), alpha);
}

void paint_add_stop(cairo_pattern_t *pattern, double offset, uint32_t rgb, double alpha)
{
	cairo_pattern_add_color_stop_rgba(pattern, offset, paint_part(rgb, 16), paint_part(rgb, 8),
		paint_part(rgb, 0), alpha);
}

void paint_fill_pattern(cairo_t *cr, cairo_pattern_t *pattern)
{
	cairo_set_source(cr, pattern);
	cairo_fill(cr);
	cairo_pattern_destroy(pattern);
}

void paint_add_rounded(cairo_t *cr, double x, double y, double width, double height, double radius)
{
	cairo_new_sub_path(cr);
	cairo_arc(cr, x + width - radius, y + radius, radius, -M_PI / 2, 0);
	cairo_arc(cr, x + width - radius, y + height - radius, radius, 0, M_PI / 2);
	cairo_arc(cr, x + radius, y + height - radius, radius, M_PI / 2, M_PI);
	cairo_arc(cr, x + radius, y + radius, radius, M_PI, 1.5 * M_PI);
	cairo_close_path(cr);
}

void paint_text(cairo_t *cr, const char *text, double x, double y, double size, bool bold,
	enum paint_align align)
{
	cairo_text_extents_t extents;

	cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
		bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(cr, size);
	cairo_text_extents(cr, text, &extents);
	cairo_move_to(cr, align == PAINT_CENTRE ? x - extents.x_advance / 2 : x, y);
	cairo_show_text(cr, text);
}
