/* SPDX-License-Identifier: MIT */
/*
 * The home screen's picture on a canvas of 1280x768 units, scaled into the window. The map, the
 * cards and the dock are drawn once; the car on its route, the sound's spectrum and the song's
 * progress are painted over them.
 */
#include "guest-tests/ivi-scene.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "guest-tests/paint.h"

#define CANVAS_WIDTH 1280.0
#define CANVAS_HEIGHT 768.0
#define ROUTE_S 48.0
#define SONG_S 214
#define MARKER_RADIUS 24.0
#define SPECTRUM_BARS 18

struct ivi_scene {
	int width, height;
	double scale, left, top;
	cairo_surface_t *still;
};

struct ivi_point {
	double x, y;
};

static const struct ivi_point route[] = {{96, 560}, {196, 500}, {262, 512}, {330, 430}, {330, 330},
	{430, 270}, {520, 286}, {596, 214}, {700, 150}};
#define ROUTE_LEGS (sizeof(route) / sizeof(route[0]) - 1)

static struct ivi_point route_at(double time_s)
{
	double at = fmod(time_s, ROUTE_S) / ROUTE_S * (double)ROUTE_LEGS;
	size_t leg = (size_t)at;
	double part = at - (double)leg;

	return (struct ivi_point){
		route[leg].x + (route[leg + 1].x - route[leg].x) * part,
		route[leg].y + (route[leg + 1].y - route[leg].y) * part,
	};
}

static void draw_card(cairo_t *cr, double x, double y, double width, double height)
{
	cairo_pattern_t *pattern = cairo_pattern_create_linear(0, y, 0, y + height);

	paint_add_stop(pattern, 0, 0x22304a, 1);
	paint_add_stop(pattern, 1, 0x162036, 1);
	paint_add_rounded(cr, x, y, width, height, 22);
	paint_fill_pattern(cr, pattern);
}

static void draw_streets(cairo_t *cr)
{
	paint_set_rgb(cr, 0x2c3d5c, 1);
	cairo_set_line_width(cr, 5);
	for (int i = -6; i < 14; i++) {
		cairo_move_to(cr, 40 + i * 82, 30);
		cairo_line_to(cr, 150 + i * 82, 660);
		cairo_move_to(cr, 20, 70 + i * 66);
		cairo_line_to(cr, 800, -60 + i * 66);
	}
	cairo_stroke(cr);
	paint_set_rgb(cr, 0x3d5378, 1);
	cairo_set_line_width(cr, 14);
	cairo_move_to(cr, 20, 380);
	cairo_curve_to(cr, 260, 300, 420, 470, 800, 340);
	cairo_move_to(cr, 560, 20);
	cairo_curve_to(cr, 520, 240, 640, 420, 600, 660);
	cairo_stroke(cr);
}

static void draw_route(cairo_t *cr)
{
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	for (int pass = 0; pass < 2; pass++) {
		cairo_move_to(cr, route[0].x, route[0].y);
		for (size_t i = 1; i <= ROUTE_LEGS; i++)
			cairo_line_to(cr, route[i].x, route[i].y);
		paint_set_rgb(cr, pass ? 0x35b4ff : 0x0b4f86, 1);
		cairo_set_line_width(cr, pass ? 8 : 13);
		cairo_stroke(cr);
	}
	paint_set_rgb(cr, 0xff5d4d, 1);
	cairo_arc(cr, route[ROUTE_LEGS].x, route[ROUTE_LEGS].y, 12, 0, 2 * M_PI);
	cairo_fill(cr);
	paint_set_rgb(cr, 0xffffff, 1);
	cairo_arc(cr, route[ROUTE_LEGS].x, route[ROUTE_LEGS].y, 5, 0, 2 * M_PI);
	cairo_fill(cr);
}

static void draw_turn(cairo_t *cr)
{
	paint_set_rgb(cr, 0x0d1626, 0.88);
	paint_add_rounded(cr, 52, 52, 270, 84, 18);
	cairo_fill(cr);
	paint_set_rgb(cr, 0x4be08a, 1);
	cairo_set_line_width(cr, 7);
	cairo_move_to(cr, 84, 116);
	cairo_line_to(cr, 84, 92);
	cairo_curve_to(cr, 84, 82, 88, 80, 98, 80);
	cairo_line_to(cr, 112, 80);
	cairo_move_to(cr, 103, 69);
	cairo_line_to(cr, 114, 80);
	cairo_line_to(cr, 103, 91);
	cairo_stroke(cr);
	paint_set_rgb(cr, 0xffffff, 1);
	paint_text(cr, "350 m", 136, 90, 26, true, PAINT_LEFT);
	paint_set_rgb(cr, 0xa9bbd6, 1);
	paint_text(cr, "Harbour Street", 136, 116, 17, false, PAINT_LEFT);
}

static void draw_map(cairo_t *cr)
{
	cairo_save(cr);
	paint_add_rounded(cr, 28, 28, 764, 612, 22);
	cairo_clip(cr);
	paint_set_rgb(cr, 0x1a2740, 1);
	cairo_paint(cr);
	draw_streets(cr);

	cairo_pattern_t *pattern = cairo_pattern_create_linear(0, 470, 0, 640);
	paint_add_stop(pattern, 0, 0x114e74, 1);
	paint_add_stop(pattern, 1, 0x0b3450, 1);
	cairo_move_to(cr, 420, 660);
	cairo_curve_to(cr, 460, 560, 600, 590, 660, 500);
	cairo_curve_to(cr, 700, 450, 760, 470, 800, 440);
	cairo_line_to(cr, 800, 660);
	paint_fill_pattern(cr, pattern);
	paint_set_rgb(cr, 0x1f4a3c, 1);
	paint_add_rounded(cr, 404, 94, 130, 110, 26);
	cairo_fill(cr);
	draw_route(cr);
	draw_turn(cr);
	cairo_restore(cr);
}

static void draw_music(cairo_t *cr)
{
	draw_card(cr, 820, 28, 432, 300);
	cairo_pattern_t *pattern = cairo_pattern_create_linear(846, 54, 966, 174);
	paint_add_stop(pattern, 0, 0xff8a4c, 1);
	paint_add_stop(pattern, 0.5, 0xd6336c, 1);
	paint_add_stop(pattern, 1, 0x5f3dc4, 1);
	paint_add_rounded(cr, 846, 54, 124, 124, 16);
	paint_fill_pattern(cr, pattern);
	paint_set_rgb(cr, 0xffffff, 0.9);
	cairo_arc(cr, 908, 116, 26, 0, 2 * M_PI);
	cairo_fill(cr);
	paint_set_rgb(cr, 0xffffff, 1);
	paint_text(cr, "Night Ferry", 992, 96, 26, true, PAINT_LEFT);
	paint_set_rgb(cr, 0xa9bbd6, 1);
	paint_text(cr, "The Lighthouse Keepers", 992, 126, 17, false, PAINT_LEFT);
	paint_text(cr, "Local radio 101.4", 992, 156, 15, false, PAINT_LEFT);
}

static void draw_climate(cairo_t *cr)
{
	draw_card(cr, 820, 350, 432, 290);
	paint_set_rgb(cr, 0xa9bbd6, 1);
	paint_text(cr, "Climate", 850, 396, 19, true, PAINT_LEFT);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	for (int seat = 0; seat < 2; seat++) {
		double x = 936 + seat * 204, y = 512;
		double part = seat ? 0.55 : 0.68;

		cairo_new_path(cr);
		cairo_set_line_width(cr, 12);
		paint_set_rgb(cr, 0x0f182a, 1);
		cairo_arc(cr, x, y, 72, 0.75 * M_PI, 2.25 * M_PI);
		cairo_stroke(cr);
		paint_set_rgb(cr, seat ? 0x35b4ff : 0xff8a4c, 1);
		cairo_arc(cr, x, y, 72, 0.75 * M_PI, (0.75 + 1.5 * part) * M_PI);
		cairo_stroke(cr);
		paint_set_rgb(cr, 0xffffff, 1);
		paint_text(cr, seat ? "20.5\302\260" : "22.0\302\260", x + 4, y + 12, 34, true,
			PAINT_CENTRE);
		paint_set_rgb(cr, 0xa9bbd6, 1);
		paint_text(cr, seat ? "Passenger" : "Driver", x, y + 86, 16, false, PAINT_CENTRE);
	}
}

static void draw_dock(cairo_t *cr)
{
	static const struct {
		const char *name;
		uint32_t rgb;
	} tiles[] = {{"Map", 0x2f9e44}, {"Music", 0xd6336c}, {"Phone", 0x1c7ed6},
		{"Climate", 0xf08c00}, {"Car", 0x7048e8}, {"Settings", 0x5c6b84}};

	for (size_t i = 0; i < sizeof(tiles) / sizeof(tiles[0]); i++) {
		double x = 28 + (double)i * 206;

		draw_card(cr, x, 662, 194, 78);
		paint_set_rgb(cr, tiles[i].rgb, 1);
		paint_add_rounded(cr, x + 18, 679, 44, 44, 12);
		cairo_fill(cr);
		paint_set_rgb(cr, 0xffffff, 0.92);
		cairo_arc(cr, x + 40, 701, 9, 0, 2 * M_PI);
		cairo_fill(cr);
		paint_set_rgb(cr, 0xe8f0fb, 1);
		paint_text(cr, tiles[i].name, x + 78, 708, 20, false, PAINT_LEFT);
	}
}

static void draw_still(struct ivi_scene *scene, cairo_t *cr)
{
	cairo_pattern_t *pattern = cairo_pattern_create_linear(0, 0, scene->width, scene->height);

	paint_add_stop(pattern, 0, 0x0d1526, 1);
	paint_add_stop(pattern, 1, 0x1b1730, 1);
	cairo_rectangle(cr, 0, 0, scene->width, scene->height);
	paint_fill_pattern(cr, pattern);
	cairo_translate(cr, scene->left, scene->top);
	cairo_scale(cr, scene->scale, scene->scale);
	draw_map(cr);
	draw_music(cr);
	draw_climate(cr);
	draw_dock(cr);
}

struct ivi_scene *ivi_scene_create(int width, int height)
{
	struct ivi_scene *scene = calloc(1, sizeof(*scene));
	if (!scene)
		return NULL;
	scene->width = width;
	scene->height = height;
	scene->scale = fmin(width / CANVAS_WIDTH, height / CANVAS_HEIGHT);
	scene->left = (width - CANVAS_WIDTH * scene->scale) / 2;
	scene->top = (height - CANVAS_HEIGHT * scene->scale) / 2;
	scene->still = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);

	cairo_t *cr = cairo_create(scene->still);
	draw_still(scene, cr);
	bool drawn = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(cr);
	if (!drawn) {
		ivi_scene_destroy(scene);
		return NULL;
	}
	return scene;
}

void ivi_scene_destroy(struct ivi_scene *scene)
{
	if (!scene)
		return;
	cairo_surface_destroy(scene->still);
	free(scene);
}

static struct ivi_rect scene_rect(
	const struct ivi_scene *scene, double x, double y, double width, double height)
{
	double x1 = fmax(0, floor(scene->left + x * scene->scale));
	double y1 = fmax(0, floor(scene->top + y * scene->scale));
	double x2 = fmin(scene->width, ceil(scene->left + (x + width) * scene->scale));
	double y2 = fmin(scene->height, ceil(scene->top + (y + height) * scene->scale));

	return (struct ivi_rect){(int)x1, (int)y1, (int)(x2 - x1), (int)(y2 - y1)};
}

static struct ivi_rect part_rect(
	const struct ivi_scene *scene, int part, double oldest_s, double now_s)
{
	switch (part) {
	case IVI_MARKER: {
		struct ivi_point from = route_at(oldest_s), to = route_at(now_s);
		/* The route may bend between the two. */
		struct ivi_point mid = route_at((oldest_s + now_s) / 2);
		double x1 = fmin(mid.x, fmin(from.x, to.x)), x2 = fmax(mid.x, fmax(from.x, to.x));
		double y1 = fmin(mid.y, fmin(from.y, to.y)), y2 = fmax(mid.y, fmax(from.y, to.y));
		double pad = MARKER_RADIUS + 12;

		return scene_rect(scene, x1 - pad, y1 - pad, x2 - x1 + 2 * pad, y2 - y1 + 2 * pad);
	}
	case IVI_SPECTRUM:
		return scene_rect(scene, 846, 190, 380, 76);
	default:
		return scene_rect(scene, 840, 270, 392, 50);
	}
}

static void draw_marker(cairo_t *cr, double now_s)
{
	struct ivi_point at = route_at(now_s);
	double pulse = fmod(now_s, 1.6) / 1.6;

	paint_set_rgb(cr, 0x35b4ff, 0.45 * (1 - pulse));
	cairo_arc(cr, at.x, at.y, 12 + pulse * (MARKER_RADIUS - 12), 0, 2 * M_PI);
	cairo_fill(cr);
	paint_set_rgb(cr, 0xffffff, 1);
	cairo_arc(cr, at.x, at.y, 12, 0, 2 * M_PI);
	cairo_fill(cr);
	paint_set_rgb(cr, 0x1c7ed6, 1);
	cairo_arc(cr, at.x, at.y, 8, 0, 2 * M_PI);
	cairo_fill(cr);
}

static void draw_spectrum(cairo_t *cr, double now_s)
{
	for (int i = 0; i < SPECTRUM_BARS; i++) {
		double wave = sin(now_s * 3.1 + i * 0.9) * sin(now_s * 1.7 + i * 0.35);
		double height = 10 + 58 * fabs(wave);

		paint_set_rgb(cr, i % 2 ? 0xd6336c : 0xff8a4c, 0.9);
		cairo_rectangle(cr, 848 + i * 21, 264 - height, 14, height);
		cairo_fill(cr);
	}
}

static void draw_progress(cairo_t *cr, double now_s)
{
	int at_s = 61 + (int)now_s % (SONG_S - 61);
	char text[32];

	paint_set_rgb(cr, 0x0f182a, 1);
	paint_add_rounded(cr, 846, 280, 380, 8, 4);
	cairo_fill(cr);
	paint_set_rgb(cr, 0xffffff, 1);
	paint_add_rounded(cr, 846, 280, 380.0 * at_s / SONG_S, 8, 4);
	cairo_fill(cr);
	paint_set_rgb(cr, 0xa9bbd6, 1);
	snprintf(text, sizeof(text), "%d:%02d", at_s / 60, at_s % 60);
	paint_text(cr, text, 846, 312, 15, false, PAINT_LEFT);
	snprintf(text, sizeof(text), "%d:%02d", SONG_S / 60, SONG_S % 60);
	paint_text(cr, text, 1192, 312, 15, false, PAINT_LEFT);
}

void ivi_scene_draw_changes(struct ivi_scene *scene, cairo_surface_t *surface, double oldest_s,
	double now_s, struct ivi_rect rects[IVI_PARTS])
{
	static void (*const draw[IVI_PARTS])(cairo_t * cr, double now_s) = {
		[IVI_MARKER] = draw_marker,
		[IVI_SPECTRUM] = draw_spectrum,
		[IVI_PROGRESS] = draw_progress,
	};
	cairo_t *cr = cairo_create(surface);

	for (int i = 0; i < IVI_PARTS; i++) {
		rects[i] = part_rect(scene, i, oldest_s, now_s);
		cairo_save(cr);
		cairo_rectangle(cr, rects[i].x, rects[i].y, rects[i].width, rects[i].height);
		cairo_clip(cr);
		cairo_set_source_surface(cr, scene->still, 0, 0);
		cairo_paint(cr);
		cairo_translate(cr, scene->left, scene->top);
		cairo_scale(cr, scene->scale, scene->scale);
		draw[i](cr, now_s);
		cairo_restore(cr);
	}
	cairo_destroy(cr);
	cairo_surface_flush(surface);
}

void ivi_scene_draw_all(struct ivi_scene *scene, cairo_surface_t *surface, double time_s)
{
	struct ivi_rect rects[IVI_PARTS];
	cairo_t *cr = cairo_create(surface);

	cairo_set_source_surface(cr, scene->still, 0, 0);
	cairo_paint(cr);
	cairo_destroy(cr);
	ivi_scene_draw_changes(scene, surface, time_s, time_s, rects);
}
