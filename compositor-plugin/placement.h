/* SPDX-License-Identifier: MIT */
/* One [guest-display] that names an output: the area, and what is shown in it. */
#pragma once

#include "compositor-plugin/config.h"
#include "compositor-plugin/picture.h"
#include "compositor-plugin/plugin.h"

struct fallback;
struct guest;
struct scanout;

struct placement {
	struct wl_list link; /* struct plugin.placements */
	struct plugin *plugin;
	const struct config_display *display;
	struct guest *guest;
	struct weston_output *output; /* NULL while there is none of that name */
	struct {
		int32_t x, y, width, height;
	} area_px; /* in the output's pixels; empty where the output is absent or too small */
	struct picture_area area;
	bool area_warned;
	struct weston_layer layer;
	struct weston_curtain *backdrop; /* under the picture, all over the area */
	bool backdrop_is_built_in;       /* it is the fallback picture */
	struct fallback *fallback;       /* the PNG, or NULL for the built-in plain picture */
	struct scanout *scanout;         /* the guest's living one, or NULL */
};

/** order is the section's place in weston.ini: of two in one layer the later is in front. */
struct placement *placement_create(struct plugin *plugin, struct guest *guest,
	const struct config_display *display, uint32_t order);

void placement_destroy(struct placement *placement);

struct placement *placement_find(struct guest *guest, uint32_t scanout_index);

/** True where there is a screen to be seen on. */
bool placement_is_on_screen(const struct placement *placement);

/** True while the fallback picture is shown. */
bool placement_shows_fallback(const struct placement *placement);

/** Looks at output, area and scanout anew, and shows what belongs there. */
void placement_update(struct placement *placement);

/** The scanout began or stopped to have content, or its size changed. */
void placement_update_picture(struct placement *placement);
