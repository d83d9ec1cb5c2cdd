/* SPDX-License-Identifier: MIT */
/*
 * The instrument cluster's picture.
 *
 * Everything is laid out on a canvas of 1280x480 units that is scaled into the middle of the
 * picture. What never moves is drawn once into the `still` surface. A part that changes is drawn by
 * copying its rectangle from there and painting over it; for a dial that rectangle is only the
 * sector between the old and the new needle, which keeps a frame cheap on an emulated processor.
 */
#include "guest-tests/cluster-scene-internal.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "guest-tests/cluster-lamps.h"
#include "guest-tests/paint.h"

const struct scene_dial scene_dials[SCENE_DIALS] = {
	{.x = 290,
		.y = 245,
		.numerals = 11,
		.minor_per_major = 4,
		.numeral_step = 20,
		.red_from = 2,
		.unit = "km/h"},
	{.x = 990,
		.y = 245,
		.numerals = 7,
		.minor_per_major = 5,
		.numeral_step = 1,
		.red_from = DRIVE_REVS_RED_RPM / DRIVE_REVS_MAX_RPM,
		.unit = "\303\2271000 rpm"},
};

static const struct scene_box scene_boxes[SCENE_LAMP] = {
	[SCENE_SPEED_NUMBER] = {212, 196, 156, 64},
	[SCENE_GEAR] = {932, 196, 116, 64},
	[SCENE_ROAD] = {528, 158, 224, 242},
	[SCENE_ODOMETER] = {205, 366, 170, 24},
	[SCENE_CLOCK] = {590, 44, 100, 36},
};

static void draw_dial_face(cairo_t *cr, const struct scene_dial *dial)
{
	cairo_pattern_t *pattern;

	pattern = cairo_pattern_create_linear(
		dial->x, dial->y - DIAL_RADIUS, dial->x, dial->y + DIAL_RADIUS);
	paint_add_stop(pattern, 0, 0x7d8da3, 1);
	paint_add_stop(pattern, 0.45, 0x27313f, 1);
	paint_add_stop(pattern, 1, 0x566379, 1);
	cairo_arc(cr, dial->x, dial->y, DIAL_RADIUS + 12, 0, 2 * M_PI);
	paint_fill_pattern(cr, pattern);

	pattern = cairo_pattern_create_radial(
		dial->x, dial->y - 40, 20, dial->x, dial->y, DIAL_RADIUS + 8);
	paint_add_stop(pattern, 0, 0x16263d, 1);
	paint_add_stop(pattern, 0.7, 0x0a1220, 1);
	paint_add_stop(pattern, 1, 0x04070d, 1);
	cairo_arc(cr, dial->x, dial->y, DIAL_RADIUS + 8, 0, 2 * M_PI);
	paint_fill_pattern(cr, pattern);

	cairo_set_line_width(cr, 10);
	paint_set_rgb(cr, 0x1a2a42, 1);
	cairo_arc(cr, dial->x, dial->y, DIAL_RADIUS - 4, dial_angle(0), dial_angle(1));
	cairo_stroke(cr);
	if (dial->red_from < 1) {
		paint_set_rgb(cr, 0x8d1f2b, 1);
		cairo_arc(cr, dial->x, dial->y, DIAL_RADIUS - 4, dial_angle(dial->red_from),
			dial_angle(1));
		cairo_stroke(cr);
	}
}

static void draw_dial_scale(cairo_t *cr, const struct scene_dial *dial)
{
	int ticks = (dial->numerals - 1) * dial->minor_per_major;

	for (int i = 0; i <= ticks; i++) {
		double fraction = (double)i / ticks;
		double angle = dial_angle(fraction);
		bool major = i % dial->minor_per_major == 0;
		double inner = DIAL_RADIUS - (major ? 32 : 22);

		paint_set_rgb(cr,
			fraction >= dial->red_from ? 0xff5a5f
			: major                    ? 0xe8f0fb
						   : 0x6d7f98,
			1);
		cairo_set_line_width(cr, major ? 3 : 1.5);
		cairo_move_to(cr, dial->x + cos(angle) * inner, dial->y + sin(angle) * inner);
		cairo_line_to(cr, dial->x + cos(angle) * (DIAL_RADIUS - 14),
			dial->y + sin(angle) * (DIAL_RADIUS - 14));
		cairo_stroke(cr);
		if (major) {
			char text[16];
			double at = DIAL_RADIUS - 52;

			snprintf(text, sizeof(text), "%d",
				(int)(i / dial->minor_per_major * dial->numeral_step));
			paint_text(cr, text, dial->x + cos(angle) * at,
				dial->y + sin(angle) * at + 6, 17, true, PAINT_CENTRE);
		}
	}
}

static void draw_dial_hub(cairo_t *cr, const struct scene_dial *dial)
{
	cairo_pattern_t *pattern = cairo_pattern_create_radial(
		dial->x, dial->y - 30, 5, dial->x, dial->y, NEEDLE_INNER - 6);

	paint_add_stop(pattern, 0, 0x20344f, 1);
	paint_add_stop(pattern, 1, 0x0b1423, 1);
	cairo_arc(cr, dial->x, dial->y, NEEDLE_INNER - 6, 0, 2 * M_PI);
	paint_fill_pattern(cr, pattern);
	paint_set_rgb(cr, 0x2fb6ff, 0.55);
	cairo_set_line_width(cr, 2);
	cairo_arc(cr, dial->x, dial->y, NEEDLE_INNER - 6, 0, 2 * M_PI);
	cairo_stroke(cr);
	paint_set_rgb(cr, 0x8fa3bd, 1);
	paint_text(cr, dial->unit, dial->x, dial->y + 42, 15, false, PAINT_CENTRE);
}

/* A level of nine short bars, for fuel and coolant. */
static void draw_level(cairo_t *cr, double x, double y, const char *low, const char *high, int lit)
{
	for (int i = 0; i < 9; i++) {
		paint_set_rgb(cr, i < lit ? 0x2fb6ff : 0x1d2b40, 1);
		cairo_rectangle(cr, x - 53 + i * 12, y, 9, 8);
		cairo_fill(cr);
	}
	paint_set_rgb(cr, 0x8fa3bd, 1);
	paint_text(cr, low, x - 66, y + 9, 13, true, PAINT_CENTRE);
	paint_text(cr, high, x + 68, y + 9, 13, true, PAINT_CENTRE);
}

static void draw_road(cairo_t *cr)
{
	cairo_pattern_t *pattern = cairo_pattern_create_linear(0, 150, 0, 400);

	paint_add_stop(pattern, 0, 0x1b2a40, 0);
	paint_add_stop(pattern, 0.3, 0x1b2a40, 0.7);
	paint_add_stop(pattern, 1, 0x24364f, 1);
	cairo_move_to(cr, 632, 150);
	cairo_line_to(cr, 648, 150);
	cairo_line_to(cr, 775, 400);
	cairo_line_to(cr, 505, 400);
	paint_fill_pattern(cr, pattern);
}

static void draw_car(cairo_t *cr)
{
	cairo_pattern_t *pattern;

	paint_set_rgb(cr, 0x05080d, 1);
	cairo_rectangle(cr, 594, 352, 20, 24);
	cairo_rectangle(cr, 666, 352, 20, 24);
	cairo_fill(cr);

	pattern = cairo_pattern_create_linear(0, 282, 0, 364);
	paint_add_stop(pattern, 0, 0xdfe8f4, 1);
	paint_add_stop(pattern, 0.5, 0x8c9db4, 1);
	paint_add_stop(pattern, 1, 0x41506a, 1);
	cairo_move_to(cr, 606, 288);
	cairo_curve_to(cr, 620, 281, 660, 281, 674, 288);
	cairo_line_to(cr, 687, 318);
	cairo_curve_to(cr, 694, 324, 693, 352, 690, 362);
	cairo_line_to(cr, 590, 362);
	cairo_curve_to(cr, 587, 352, 586, 324, 593, 318);
	cairo_close_path(cr);
	paint_fill_pattern(cr, pattern);

	paint_set_rgb(cr, 0x0c1522, 1);
	cairo_move_to(cr, 611, 292);
	cairo_curve_to(cr, 624, 288, 656, 288, 669, 292);
	cairo_line_to(cr, 678, 315);
	cairo_line_to(cr, 602, 315);
	cairo_fill(cr);
	paint_set_rgb(cr, 0xff3b3f, 1);
	cairo_rectangle(cr, 593, 325, 22, 8);
	cairo_rectangle(cr, 665, 325, 22, 8);
	cairo_fill(cr);
	paint_set_rgb(cr, 0xf2f5f9, 0.9);
	cairo_rectangle(cr, 624, 340, 32, 9);
	cairo_fill(cr);
}

static void draw_still(struct scene *scene, cairo_t *cr)
{
	cairo_pattern_t *pattern =
		cairo_pattern_create_radial(scene->width / 2.0, scene->height / 2.0, 40,
			scene->width / 2.0, scene->height / 2.0, scene->width * 0.62);

	paint_add_stop(pattern, 0, 0x132033, 1);
	paint_add_stop(pattern, 0.6, 0x080e18, 1);
	paint_add_stop(pattern, 1, 0x020408, 1);
	cairo_rectangle(cr, 0, 0, scene->width, scene->height);
	paint_fill_pattern(cr, pattern);

	cairo_translate(cr, scene->left, scene->top);
	cairo_scale(cr, scene->scale, scene->scale);
	draw_road(cr);
	draw_car(cr);
	for (size_t i = 0; i < SCENE_DIALS; i++) {
		draw_dial_face(cr, &scene_dials[i]);
		draw_dial_scale(cr, &scene_dials[i]);
		draw_dial_hub(cr, &scene_dials[i]);
	}
	draw_level(cr, 290, 400, "C", "H", 5);
	draw_level(cr, 990, 400, "E", "F", 6);
	paint_set_rgb(cr, 0xc9d6e8, 1);
	paint_text(cr, "RANGE 412 km", 990, 384, 15, false, PAINT_CENTRE);
	for (int i = 0; i < DRIVE_LAMP_COUNT; i++)
		cluster_lamp_draw(cr, (enum drive_lamp)i, false);
}

struct scene *scene_create(int width, int height)
{
	struct scene *scene = calloc(1, sizeof(*scene));
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
		scene_destroy(scene);
		return NULL;
	}
	return scene;
}

void scene_destroy(struct scene *scene)
{
	if (!scene)
		return;
	cairo_surface_destroy(scene->still);
	free(scene);
}

void scene_leave_movers(struct scene *scene)
{
	scene->movers_left = true;
}

void scene_look_read(const struct drive_state *state, struct scene_look *look)
{
	*look = (struct scene_look){
		.parts =
			{
				[SCENE_SPEED_DIAL] = lround(state->speed_needle * NEEDLE_STEPS),
				[SCENE_REVS_DIAL] = lround(state->revs_needle * NEEDLE_STEPS),
				[SCENE_SPEED_NUMBER] = lround(state->speed_kmh),
				[SCENE_GEAR] = state->gear,
				[SCENE_ROAD] = (int64_t)(state->distance_m * ROAD_STEPS_PER_M) %
					       (ROAD_PERIOD_M * ROAD_STEPS_PER_M),
				[SCENE_ODOMETER] = (int64_t)(state->distance_m / 100),
				[SCENE_CLOCK] = state->clock_min,
			},
	};
	for (int i = 0; i < DRIVE_LAMP_COUNT; i++)
		look->parts[SCENE_LAMP + i] = state->lamps[i];
}

/* The canvas box in pixels, rounded outwards and kept inside the picture. */
static struct kms_rect scene_rect(const struct scene *scene, const struct scene_box *box)
{
	double x1 = fmax(0, floor(scene->left + box->x * scene->scale));
	double y1 = fmax(0, floor(scene->top + box->y * scene->scale));
	double x2 = ceil(scene->left + (box->x + box->width) * scene->scale);
	double y2 = ceil(scene->top + (box->y + box->height) * scene->scale);

	return (struct kms_rect){
		.x = (int32_t)x1,
		.y = (int32_t)y1,
		.width = (int32_t)(fmin(x2, scene->width) - x1),
		.height = (int32_t)(fmin(y2, scene->height) - y1),
	};
}

static void box_add_point(struct scene_box *box, double x, double y)
{
	double right = fmax(box->x + box->width, x), bottom = fmax(box->y + box->height, y);

	box->x = fmin(box->x, x);
	box->y = fmin(box->y, y);
	box->width = right - box->x;
	box->height = bottom - box->y;
}

/* What the needle sweeps between two positions: its ends, and the ring where it crosses an axis. */
static struct scene_box dial_swept_box(const struct scene_dial *dial, int64_t from, int64_t to)
{
	double first = dial_angle((double)(from < to ? from : to) / NEEDLE_STEPS);
	double last = dial_angle((double)(from < to ? to : from) / NEEDLE_STEPS);
	double outer = DIAL_RADIUS + 3, pad = NEEDLE_HALF_WIDTH + 3;
	struct scene_box box = {
		.x = dial->x + cos(first) * NEEDLE_INNER,
		.y = dial->y + sin(first) * NEEDLE_INNER,
	};

	box_add_point(&box, dial->x + cos(first) * outer, dial->y + sin(first) * outer);
	box_add_point(&box, dial->x + cos(last) * NEEDLE_INNER, dial->y + sin(last) * NEEDLE_INNER);
	box_add_point(&box, dial->x + cos(last) * outer, dial->y + sin(last) * outer);
	for (int quarter = 1; quarter <= 5; quarter++) {
		double angle = quarter * M_PI / 2;

		if (first < angle && angle < last)
			box_add_point(
				&box, dial->x + cos(angle) * outer, dial->y + sin(angle) * outer);
	}
	return (struct scene_box){
		box.x - pad, box.y - pad, box.width + 2 * pad, box.height + 2 * pad};
}

static struct kms_rect scene_part_rect(
	const struct scene *scene, int part, int64_t from, int64_t to)
{
	struct scene_box box;

	if (part == SCENE_SPEED_DIAL || part == SCENE_REVS_DIAL)
		box = dial_swept_box(&scene_dials[part - SCENE_SPEED_DIAL], from, to);
	else if (part >= SCENE_LAMP)
		cluster_lamp_get_box((enum drive_lamp)(part - SCENE_LAMP), &box.x, &box.y,
			&box.width, &box.height);
	else
		box = scene_boxes[part];
	return scene_rect(scene, &box);
}

static void draw_needle(cairo_t *cr, const struct scene_dial *dial, int64_t value)
{
	double fraction = (double)value / NEEDLE_STEPS, angle = dial_angle(fraction);
	cairo_pattern_t *pattern = cairo_pattern_create_linear(
		dial->x - DIAL_RADIUS, dial->y, dial->x + DIAL_RADIUS, dial->y);

	paint_add_stop(pattern, 0, 0x1c7dff, 1);
	paint_add_stop(pattern, 0.5, 0x38d6ff, 1);
	paint_add_stop(pattern, 1, dial->red_from < 1 ? 0xff5a5f : 0x7df0d0, 1);
	cairo_arc(cr, dial->x, dial->y, DIAL_RADIUS + 1, dial_angle(0), angle);
	cairo_arc_negative(cr, dial->x, dial->y, DIAL_RADIUS - 9, angle, dial_angle(0));
	paint_fill_pattern(cr, pattern);

	cairo_save(cr);
	cairo_translate(cr, dial->x, dial->y);
	cairo_rotate(cr, angle);
	paint_set_rgb(cr, 0xff4a2a, 0.3);
	cairo_move_to(cr, NEEDLE_INNER, -NEEDLE_HALF_WIDTH);
	cairo_line_to(cr, DIAL_RADIUS + 2, -3);
	cairo_line_to(cr, DIAL_RADIUS + 2, 3);
	cairo_line_to(cr, NEEDLE_INNER, NEEDLE_HALF_WIDTH);
	cairo_fill(cr);
	paint_set_rgb(cr, 0xff6a3c, 1);
	cairo_move_to(cr, NEEDLE_INNER, -3);
	cairo_line_to(cr, DIAL_RADIUS + 1, -1.2);
	cairo_line_to(cr, DIAL_RADIUS + 1, 1.2);
	cairo_line_to(cr, NEEDLE_INNER, 3);
	cairo_fill(cr);
	cairo_restore(cr);
}

static void draw_marks(cairo_t *cr, int64_t value)
{
	struct scene_mark marks[SCENE_MARKS];
	size_t count = scene_marks_read(value, marks);

	paint_set_rgb(cr, SCENE_MARK_RGB, SCENE_MARK_ALPHA);
	for (size_t i = 0; i < count; i++) {
		const struct scene_mark *mark = &marks[i];

		cairo_move_to(cr, mark->near_left, mark->near_y);
		cairo_line_to(cr, mark->near_right, mark->near_y);
		cairo_line_to(cr, mark->far_right, mark->far_y);
		cairo_line_to(cr, mark->far_left, mark->far_y);
		cairo_close_path(cr);
	}
	cairo_fill(cr);
}

static void draw_number(cairo_t *cr, int part, int64_t value)
{
	char text[32];

	paint_set_rgb(cr, 0xf4f8ff, 1);
	switch (part) {
	case SCENE_SPEED_NUMBER:
		snprintf(text, sizeof(text), "%d", (int)value);
		paint_text(cr, text, 290, 253, 62, true, PAINT_CENTRE);
		break;
	case SCENE_GEAR:
		snprintf(text, sizeof(text), value ? "D%d" : "N", (int)value);
		paint_text(cr, text, 990, 253, 62, true, PAINT_CENTRE);
		break;
	case SCENE_ODOMETER:
		snprintf(text, sizeof(text), "%06d.%d km", ODOMETER_BASE_KM + (int)(value / 10),
			(int)(value % 10));
		paint_set_rgb(cr, 0xc9d6e8, 1);
		paint_text(cr, text, 290, 384, 15, false, PAINT_CENTRE);
		break;
	case SCENE_CLOCK:
		snprintf(
			text, sizeof(text), "%02d:%02d", (int)(value / 60 % 24), (int)(value % 60));
		paint_text(cr, text, 640, 72, 28, true, PAINT_CENTRE);
		break;
	}
}

static bool part_is_mover(int part)
{
	return part == SCENE_SPEED_DIAL || part == SCENE_REVS_DIAL || part == SCENE_ROAD;
}

static void draw_part(
	struct scene *scene, cairo_t *cr, int part, const struct kms_rect *rect, int64_t value)
{
	cairo_save(cr);
	cairo_rectangle(cr, rect->x, rect->y, rect->width, rect->height);
	cairo_clip(cr);
	cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
	cairo_set_source_surface(cr, scene->still, 0, 0);
	cairo_paint(cr);
	cairo_set_operator(cr, CAIRO_OPERATOR_OVER);
	cairo_translate(cr, scene->left, scene->top);
	cairo_scale(cr, scene->scale, scene->scale);
	if (scene->movers_left && part_is_mover(part))
		;
	else if (part == SCENE_SPEED_DIAL || part == SCENE_REVS_DIAL)
		draw_needle(cr, &scene_dials[part - SCENE_SPEED_DIAL], value);
	else if (part == SCENE_ROAD)
		draw_marks(cr, value);
	else if (part >= SCENE_LAMP)
		cluster_lamp_draw(cr, (enum drive_lamp)(part - SCENE_LAMP), value != 0);
	else
		draw_number(cr, part, value);
	cairo_restore(cr);
}

void scene_draw_all(struct scene *scene, cairo_surface_t *surface, const struct scene_look *look)
{
	cairo_t *cr = cairo_create(surface);

	cairo_set_source_surface(cr, scene->still, 0, 0);
	cairo_paint(cr);
	for (int i = 0; i < SCENE_PARTS; i++) {
		struct kms_rect rect = scene_part_rect(scene, i, 0, look->parts[i]);

		draw_part(scene, cr, i, &rect, look->parts[i]);
	}
	cairo_destroy(cr);
	cairo_surface_flush(surface);
}

static bool rects_overlap(const struct kms_rect *a, const struct kms_rect *b)
{
	return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
	       b->y < a->y + a->height;
}

static bool scene_part_changes(const struct scene *scene, int part, const struct scene_look *from,
	const struct scene_look *to)
{
	return from->parts[part] != to->parts[part] && !(scene->movers_left && part_is_mover(part));
}

void scene_draw_changes(struct scene *scene, cairo_surface_t *surface,
	const struct scene_look *from, const struct scene_look *to)
{
	struct kms_rect drawn[SCENE_PARTS];
	size_t drawn_len = 0;
	cairo_t *cr = cairo_create(surface);

	for (int i = 0; i < SCENE_PARTS; i++) {
		struct kms_rect rect = scene_part_rect(scene, i, from->parts[i], to->parts[i]);
		bool stale = scene_part_changes(scene, i, from, to);

		/* A long sweep of a needle clears the number in its middle. */
		for (size_t d = 0; d < drawn_len && i > SCENE_REVS_DIAL && !stale; d++)
			stale = rects_overlap(&rect, &drawn[d]);
		if (!stale)
			continue;
		draw_part(scene, cr, i, &rect, to->parts[i]);
		drawn[drawn_len++] = rect;
	}
	cairo_destroy(cr);
	cairo_surface_flush(surface);
}

size_t scene_find_changes(struct scene *scene, const struct scene_look *from,
	const struct scene_look *to, struct kms_rect rects[SCENE_PARTS])
{
	size_t len = 0;

	for (int i = 0; i < SCENE_PARTS; i++)
		if (scene_part_changes(scene, i, from, to))
			rects[len++] = scene_part_rect(scene, i, from->parts[i], to->parts[i]);
	return len;
}
