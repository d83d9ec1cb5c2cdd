/* SPDX-License-Identifier: MIT */
/* The warning lamps of the instrument cluster: a symbol each, drawn in lines. */
#include "guest-tests/cluster-lamps.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#define LAMP_HALF_PX 20.0

static void draw_arrow(cairo_t *cr, double direction)
{
	cairo_move_to(cr, 16 * direction, 0);
	cairo_line_to(cr, 0, -14);
	cairo_line_to(cr, 0, -6);
	cairo_line_to(cr, -14 * direction, -6);
	cairo_line_to(cr, -14 * direction, 6);
	cairo_line_to(cr, 0, 6);
	cairo_line_to(cr, 0, 14);
	cairo_close_path(cr);
	cairo_fill(cr);
}

static void draw_left(cairo_t *cr)
{
	draw_arrow(cr, -1);
}

static void draw_right(cairo_t *cr)
{
	draw_arrow(cr, 1);
}

static void draw_beam(cairo_t *cr)
{
	cairo_move_to(cr, 1, -9);
	cairo_curve_to(cr, 17, -9, 17, 9, 1, 9);
	cairo_close_path(cr);
	for (int i = -1; i <= 1; i++) {
		cairo_move_to(cr, -4, i * 7);
		cairo_line_to(cr, -15, i * 7);
	}
	cairo_stroke(cr);
}

static void draw_belt(cairo_t *cr)
{
	cairo_arc(cr, 0, -8, 5, 0, 2 * M_PI);
	cairo_fill(cr);
	cairo_move_to(cr, -9, 13);
	cairo_curve_to(cr, -9, -4, 9, -4, 9, 13);
	cairo_move_to(cr, -8, 11);
	cairo_line_to(cr, 7, 1);
	cairo_stroke(cr);
}

static void draw_engine(cairo_t *cr)
{
	static const double outline[][2] = {{-9, -5}, {-4, -5}, {-4, -9}, {4, -9}, {4, -5}, {8, -5},
		{8, -1}, {12, -1}, {12, 9}, {8, 9}, {5, 11}, {-6, 11}, {-9, 8}};

	for (size_t i = 0; i < sizeof(outline) / sizeof(outline[0]); i++)
		cairo_line_to(cr, outline[i][0], outline[i][1]);
	cairo_close_path(cr);
	cairo_move_to(cr, -9, 2);
	cairo_line_to(cr, -14, 2);
	cairo_move_to(cr, -14, -3);
	cairo_line_to(cr, -14, 7);
	cairo_stroke(cr);
}

static void draw_battery(cairo_t *cr)
{
	cairo_rectangle(cr, -13, -6, 26, 16);
	cairo_move_to(cr, -9, -9);
	cairo_line_to(cr, -4, -9);
	cairo_move_to(cr, 4, -9);
	cairo_line_to(cr, 9, -9);
	cairo_move_to(cr, -9, 2);
	cairo_line_to(cr, -3, 2);
	cairo_move_to(cr, 3, 2);
	cairo_line_to(cr, 9, 2);
	cairo_move_to(cr, 6, -1);
	cairo_line_to(cr, 6, 5);
	cairo_stroke(cr);
}

static void draw_brake(cairo_t *cr)
{
	cairo_arc(cr, 0, 0, 10, 0, 2 * M_PI);
	cairo_stroke(cr);
	cairo_arc(cr, 0, 0, 15, -0.6, 0.6);
	cairo_stroke(cr);
	cairo_arc(cr, 0, 0, 15, M_PI - 0.6, M_PI + 0.6);
	cairo_move_to(cr, 0, -6);
	cairo_line_to(cr, 0, 2);
	cairo_move_to(cr, 0, 4.5);
	cairo_line_to(cr, 0, 6.5);
	cairo_stroke(cr);
}

static const struct {
	double x, y;
	uint32_t rgb;
	void (*draw)(cairo_t *cr);
} lamps[DRIVE_LAMP_COUNT] = {
	[DRIVE_LAMP_LEFT] = {530, 62, 0x32e06a, draw_left},
	[DRIVE_LAMP_RIGHT] = {750, 62, 0x32e06a, draw_right},
	[DRIVE_LAMP_BEAM] = {544, 432, 0x3aa0ff, draw_beam},
	[DRIVE_LAMP_BELT] = {592, 432, 0xff4148, draw_belt},
	[DRIVE_LAMP_ENGINE] = {640, 432, 0xffb02e, draw_engine},
	[DRIVE_LAMP_BATTERY] = {688, 432, 0xff4148, draw_battery},
	[DRIVE_LAMP_BRAKE] = {736, 432, 0xff4148, draw_brake},
};

void cluster_lamp_get_box(enum drive_lamp lamp, double *x, double *y, double *width, double *height)
{
	*x = lamps[lamp].x - LAMP_HALF_PX;
	*y = lamps[lamp].y - LAMP_HALF_PX;
	*width = 2 * LAMP_HALF_PX;
	*height = 2 * LAMP_HALF_PX;
}

void cluster_lamp_draw(cairo_t *cr, enum drive_lamp lamp, bool lit)
{
	uint32_t rgb = lit ? lamps[lamp].rgb : 0x1e2a3b;

	cairo_save(cr);
	cairo_translate(cr, lamps[lamp].x, lamps[lamp].y);
	cairo_set_source_rgb(
		cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0);
	cairo_set_line_width(cr, 2.5);
	cairo_new_path(cr);
	lamps[lamp].draw(cr);
	cairo_restore(cr);
}
