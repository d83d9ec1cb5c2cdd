/* SPDX-License-Identifier: MIT */
/* The home screen's picture: map, music and climate over one still layer. */
#ifndef GUEST_TESTS_IVI_SCENE_H
#define GUEST_TESTS_IVI_SCENE_H

#include <cairo.h>

enum ivi_part {
	IVI_MARKER,
	IVI_SPECTRUM,
	IVI_PROGRESS,
	IVI_PARTS,
};

struct ivi_rect {
	int x, y, width, height;
};

struct ivi_scene;

/** NULL if memory is short. */
struct ivi_scene *ivi_scene_create(int width, int height);

void ivi_scene_destroy(struct ivi_scene *scene);

/** Draws all of the picture at that time. */
void ivi_scene_draw_all(struct ivi_scene *scene, cairo_surface_t *surface, double time_s);

/**
 * Brings a picture of a time not before `oldest_s` to `now_s`; all that it changes, and all that
 * changed since then, is inside the rectangles given back.
 */
void ivi_scene_draw_changes(struct ivi_scene *scene, cairo_surface_t *surface, double oldest_s,
	double now_s, struct ivi_rect rects[IVI_PARTS]);

#endif
