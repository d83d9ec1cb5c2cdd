/* SPDX-License-Identifier: MIT */
/* The cluster's layout, shared by what draws its still parts and what moves. Lengths are in units
 * of the canvas, angles in radians, colours 0xRRGGBB. */
#ifndef GUEST_TESTS_CLUSTER_SCENE_INTERNAL_H
#define GUEST_TESTS_CLUSTER_SCENE_INTERNAL_H

#include <math.h>
#include <stdbool.h>

#include "guest-tests/cluster-scene.h"

#define CANVAS_WIDTH 1280.0
#define CANVAS_HEIGHT 480.0
#define DIAL_RADIUS 190.0
#define DIAL_START (0.75 * M_PI)
#define DIAL_SWEEP (1.5 * M_PI)
#define NEEDLE_INNER 98.0
#define NEEDLE_HALF_WIDTH 5.0
#define NEEDLE_STEPS 4096
#define ROAD_STEPS_PER_M 4
#define ROAD_PERIOD_M 12
#define ODOMETER_BASE_KM 48213

struct scene {
	int width, height;
	double scale, left, top;
	cairo_surface_t *still;
	bool movers_left; /* to somebody else */
};

struct scene_box {
	double x, y, width, height;
};

struct scene_dial {
	struct scene_box box;
	double x, y;
	int numerals, minor_per_major;
	double numeral_step, red_from; /* the part of the scale where red begins */
	const char *unit;
};

#define SCENE_DIALS 2
extern const struct scene_dial scene_dials[SCENE_DIALS];

static inline double dial_angle(double fraction)
{
	return DIAL_START + DIAL_SWEEP * fraction;
}

/* A mark of the lane, near and far edge. */
struct scene_mark {
	double near_left, near_right, near_y;
	double far_left, far_right, far_y;
};

#define SCENE_MARKS 18
#define SCENE_MARK_RGB 0xd9e6f5
#define SCENE_MARK_ALPHA 0.85

/** The marks that are on the road at that value of SCENE_ROAD. Returns how many. */
size_t scene_marks_read(int64_t value, struct scene_mark marks[SCENE_MARKS]);

#endif
