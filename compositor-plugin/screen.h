/* SPDX-License-Identifier: MIT */
/* Screens: finding an output by name, and following outputs that come, go and change. */
#pragma once

#include "compositor-plugin/plugin.h"

#define SCREEN_NAME_MAX 128

/** The enabled output of this name, or that drives a head of this name; or NULL. */
struct weston_output *screen_find_output(struct weston_compositor *compositor, const char *name);

/** "HDMI-A-1 ACME Model", as much of it as is known. */
void screen_describe(struct weston_output *output, char name[SCREEN_NAME_MAX]);

/** The physical size of the picture as it is oriented, in mm; 0 if unknown. */
void screen_get_size_mm(struct weston_output *output, int32_t *width_mm, int32_t *height_mm);

/** From now on placements follow the outputs. */
void screen_watch_init(struct plugin *plugin);
void screen_watch_finish(struct plugin *plugin);
