/* SPDX-License-Identifier: MIT */
/* binnacle_scanout_v1: a guest's surface with the scanout role. */
#pragma once

#include "compositor-plugin/picture.h"
#include <stdbool.h>
#include <stdint.h>

struct guest;
struct placement;
struct scanout;

/** The guest's binnacle_scanout_manager_v1; destroy it with wl_global_destroy(). */
struct wl_global *scanout_manager_create(struct guest *guest);

/** Leaves the protocol object inert. Accepts NULL. */
void scanout_destroy(struct scanout *scanout);

/** True while the surface lives and has a buffer. */
bool scanout_has_content(const struct scanout *scanout);

/** Where the surface is shown; without a surface it has no view. */
struct picture *scanout_picture(struct scanout *scanout);

/** The placement, or NULL at its end. */
void scanout_set_placement(struct scanout *scanout, struct placement *placement);

/** Tells the client its mode, where it is not what it was told before. */
void scanout_send_state(struct scanout *scanout);

uint64_t scanout_frames(const struct scanout *scanout);
