/* SPDX-License-Identifier: MIT */
/* The picture shown where a guest is absent: a PNG, or else the plain backdrop. */
#pragma once

#include "compositor-plugin/config.h"
#include "compositor-plugin/picture.h"

/* The built-in picture: a dark grey that is seen to be lit, unlike black. */
#define FALLBACK_RED (16.0f / 255.0f)
#define FALLBACK_GREEN (20.0f / 255.0f)
#define FALLBACK_BLUE (24.0f / 255.0f)

struct fallback;
struct fallback_client;
struct plugin;

/** The plugin's own Wayland client, which hands Weston the PNGs. Logs why where it returns NULL. */
struct fallback_client *fallback_client_create(struct plugin *plugin);

/** After all its fallbacks. Accepts NULL. */
void fallback_client_destroy(struct fallback_client *client);

/** The display's PNG. A bad one is logged with its line in weston.ini, and gives NULL. */
struct fallback *fallback_create(struct plugin *plugin, const struct config_display *display);

/* All accept NULL, the built-in picture, which needs nothing but the backdrop. */
void fallback_destroy(struct fallback *fallback);
void fallback_show(struct fallback *fallback, struct weston_layer *layer,
	const struct picture_area *area, enum config_scale scale);
void fallback_hide(struct fallback *fallback);
