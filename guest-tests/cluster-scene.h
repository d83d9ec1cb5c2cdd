/* SPDX-License-Identifier: MIT */
/* The instrument cluster's picture: a still layer drawn once, and the few parts that move. */
#ifndef GUEST_TESTS_CLUSTER_SCENE_H
#define GUEST_TESTS_CLUSTER_SCENE_H

#include <cairo.h>
#include <stddef.h>
#include <stdint.h>

#include "guest-tests/cluster-drive.h"
#include "guest-tests/kms.h"

enum scene_part {
	SCENE_SPEED_DIAL,
	SCENE_REVS_DIAL,
	SCENE_SPEED_NUMBER,
	SCENE_GEAR,
	SCENE_ROAD,
	SCENE_ODOMETER,
	SCENE_CLOCK,
	SCENE_LAMP, /* and the other lamps after it */
	SCENE_PARTS = SCENE_LAMP + DRIVE_LAMP_COUNT,
};

/** What a picture shows, so far as it can change: one number per part. */
struct scene_look {
	int64_t parts[SCENE_PARTS];
};

struct scene;

/** NULL if memory is short. The picture fits any size; its shape is made for 1280x480 and up. */
struct scene *scene_create(int width, int height);

void scene_destroy(struct scene *scene);

/** From now on leaves out the needles, their arcs and the lane marks: scene_movers_read() has them.
 */
void scene_leave_movers(struct scene *scene);

/** A shape of four corners, in pixels of the picture, drawn as a strip of two triangles. */
struct scene_mover {
	float x[4], y[4];
	float rgba[4][4]; /* of each corner, not premultiplied */
};

#define SCENE_MOVERS_MAX 192

/** What moves, from back to front. Returns how many. */
size_t scene_movers_read(const struct scene *scene, const struct scene_look *look,
	struct scene_mover movers[SCENE_MOVERS_MAX]);

/** What a picture of that state would show. */
void scene_look_read(const struct drive_state *state, struct scene_look *look);

/** Draws all of the picture. */
void scene_draw_all(struct scene *scene, cairo_surface_t *surface, const struct scene_look *look);

/**
 * Brings a picture that shows `from` to `to`, and touches only the rectangles that
 * scene_find_changes gives for the two.
 */
void scene_draw_changes(struct scene *scene, cairo_surface_t *surface,
	const struct scene_look *from, const struct scene_look *to);

/** The rectangles in which the two pictures differ, inside the picture. Returns how many. */
size_t scene_find_changes(struct scene *scene, const struct scene_look *from,
	const struct scene_look *to, struct kms_rect rects[SCENE_PARTS]);

#endif
