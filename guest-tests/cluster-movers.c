/* SPDX-License-Identifier: MIT */
/* What moves in the cluster's picture, as shapes that a GPU draws: needles, their arcs, lane marks.
 */
#include "guest-tests/cluster-scene-internal.h"

#include <stddef.h>

/* Quads of a whole arc; two arcs, two needles of two quads, and the marks are within the maximum.
 */
#define ARC_QUADS 80

struct rgb {
	double red, green, blue;
};

static struct rgb rgb_of(uint32_t rgb)
{
	return (struct rgb){
		(rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0};
}

static void set_corner(const struct scene *scene, struct scene_mover *mover, int corner, double x,
	double y, struct rgb color, double alpha)
{
	mover->x[corner] = (float)(scene->left + x * scene->scale);
	mover->y[corner] = (float)(scene->top + y * scene->scale);
	mover->rgba[corner][0] = (float)color.red;
	mover->rgba[corner][1] = (float)color.green;
	mover->rgba[corner][2] = (float)color.blue;
	mover->rgba[corner][3] = (float)alpha;
}

/* The arc's colour follows x: blue, cyan, and the dial's own end. */
static struct rgb arc_color(const struct scene_dial *dial, double x)
{
	double at = (x - (dial->x - DIAL_RADIUS)) / (2 * DIAL_RADIUS);
	struct rgb from = rgb_of(at < 0.5 ? 0x1c7dff : 0x38d6ff);
	struct rgb to = rgb_of(at < 0.5 ? 0x38d6ff : dial->red_from < 1 ? 0xff5a5f : 0x7df0d0);
	double part = fmin(fmax(at < 0.5 ? at * 2 : at * 2 - 1, 0), 1);

	return (struct rgb){from.red + (to.red - from.red) * part,
		from.green + (to.green - from.green) * part,
		from.blue + (to.blue - from.blue) * part};
}

static void set_arc_edge(const struct scene *scene, struct scene_mover *mover, int corner,
	const struct scene_dial *dial, double angle)
{
	static const double radii[2] = {DIAL_RADIUS + 1, DIAL_RADIUS - 9};

	for (int i = 0; i < 2; i++) {
		double x = dial->x + cos(angle) * radii[i], y = dial->y + sin(angle) * radii[i];

		set_corner(scene, mover, corner + i, x, y, arc_color(dial, x), 1);
	}
}

static size_t read_arc(const struct scene *scene, const struct scene_dial *dial, double fraction,
	struct scene_mover *movers)
{
	size_t count = (size_t)ceil(fmin(fmax(fraction, 0), 1) * ARC_QUADS);

	for (size_t i = 0; i < count; i++) {
		set_arc_edge(scene, &movers[i], 0, dial,
			dial_angle(fraction * (double)i / (double)count));
		set_arc_edge(scene, &movers[i], 2, dial,
			dial_angle(fraction * (double)(i + 1) / (double)count));
	}
	return count;
}

/* A blade from the hub to the rim, half as wide as told at each end. */
static void read_blade(const struct scene *scene, const struct scene_dial *dial, double angle,
	double inner_half, double outer_half, uint32_t color, double alpha,
	struct scene_mover *mover)
{
	double along_x = cos(angle), along_y = sin(angle);
	const double ends[2] = {NEEDLE_INNER, DIAL_RADIUS + 2}, half[2] = {inner_half, outer_half};

	for (int i = 0; i < 4; i++) {
		double side = i % 2 ? half[i / 2] : -half[i / 2], at = ends[i / 2];

		set_corner(scene, mover, i, dial->x + along_x * at - along_y * side,
			dial->y + along_y * at + along_x * side, rgb_of(color), alpha);
	}
}

size_t scene_marks_read(int64_t value, struct scene_mark marks[SCENE_MARKS])
{
	const double period = 1.6, length = 0.7, horizon = 150, drop = 245, offset = 98, half = 4;
	double shift = period * (double)value / (ROAD_PERIOD_M * ROAD_STEPS_PER_M);
	size_t count = 0;

	for (int i = 0; i < SCENE_MARKS; i++) {
		/* In depths of 1, the bottom of the road, and beyond. */
		double start = 1 + i / 2 * period - shift, side = i % 2 ? 1 : -1;
		double near_z = fmax(start, 1), far_z = start + length;

		if (far_z <= near_z)
			continue;
		marks[count++] = (struct scene_mark){
			.near_left = 640 + (side * offset - half) / near_z,
			.near_right = 640 + (side * offset + half) / near_z,
			.near_y = horizon + drop / near_z,
			.far_left = 640 + (side * offset - half) / far_z,
			.far_right = 640 + (side * offset + half) / far_z,
			.far_y = horizon + drop / far_z,
		};
	}
	return count;
}

static size_t read_marks(const struct scene *scene, int64_t value, struct scene_mover *movers)
{
	struct scene_mark marks[SCENE_MARKS];
	struct rgb color = rgb_of(SCENE_MARK_RGB);
	size_t count = scene_marks_read(value, marks);

	for (size_t i = 0; i < count; i++) {
		const struct scene_mark *mark = &marks[i];
		struct scene_mover *mover = &movers[i];

		set_corner(scene, mover, 0, mark->near_left, mark->near_y, color, SCENE_MARK_ALPHA);
		set_corner(
			scene, mover, 1, mark->near_right, mark->near_y, color, SCENE_MARK_ALPHA);
		set_corner(scene, mover, 2, mark->far_left, mark->far_y, color, SCENE_MARK_ALPHA);
		set_corner(scene, mover, 3, mark->far_right, mark->far_y, color, SCENE_MARK_ALPHA);
	}
	return count;
}

size_t scene_movers_read(const struct scene *scene, const struct scene_look *look,
	struct scene_mover movers[SCENE_MOVERS_MAX])
{
	size_t count = read_marks(scene, look->parts[SCENE_ROAD], movers);

	for (int i = 0; i < SCENE_DIALS; i++) {
		const struct scene_dial *dial = &scene_dials[i];
		double fraction = (double)look->parts[SCENE_SPEED_DIAL + i] / NEEDLE_STEPS;
		double angle = dial_angle(fraction);

		count += read_arc(scene, dial, fraction, &movers[count]);
		read_blade(
			scene, dial, angle, NEEDLE_HALF_WIDTH, 3, 0xff4a2a, 0.3, &movers[count++]);
		read_blade(scene, dial, angle, 3, 1.2, 0xff6a3c, 1, &movers[count++]);
	}
	return count;
}
