/* SPDX-License-Identifier: MIT */
/* A surface shown in the area of a placement: scaled, clipped and in its layer. */
#pragma once

#include "compositor-plugin/config.h"
#include "compositor-plugin/weston-compat.h"

/** An area of the global space; scale_px is physical pixels per unit of it. */
struct picture_area {
	double x, y, width, height;
	double scale_px;
	bool whole_output; /* and the layer is clipped to it */
};

struct picture {
	struct weston_surface *surface; /* borrowed: call picture_finish before it goes */
	struct weston_view *view;
	struct weston_transform transform;
	bool transformed;
	/* Where it was placed last, and of what size the surface was. */
	struct picture_area area;
	enum config_scale scale;
	int32_t width, height;
};

/** Takes a surface that has no view. Returns 0 or −ENOMEM. */
int picture_init(struct picture *picture, struct weston_surface *surface);

/** Takes it off the screen for good. Harmless when it was never initialised or is finished. */
void picture_finish(struct picture *picture);

/** Shows the surface, which has content, in the area; or moves it there. */
void picture_show(struct picture *picture, struct weston_layer *layer,
	const struct picture_area *area, enum config_scale scale);

/** Takes it off the screen; it can be shown again. */
void picture_hide(struct picture *picture);
