/* SPDX-License-Identifier: MIT */
/*
 * Holds the guest's 3D up while it would draw over what a screen still shows.
 *
 * A guest that flips between two textures draws into the one that it showed before as soon as it
 * has flushed the other: stock Linux drivers do not wait. Where the compositor reads the textures
 * themselves, the renderer is therefore given nothing more from the flush of a frame until the
 * compositor has that frame and has let go of the one before. So the guest draws at the pace of its
 * screen, and one frame ahead of it. A screen that does not get on in time is hidden or slow: its
 * frames are read back then, which holds up nobody.
 */
#pragma once

#include <stdbool.h>
#include <wayland-server-core.h>

struct gpu;

struct gpu_gate {
	bool closed;
	struct wl_event_source *deadline; /* timer */
};

/** Returns 0 or −errno. */
int gpu_gate_init(struct gpu *gpu, struct wl_event_loop *loop);
void gpu_gate_finish(struct gpu *gpu);

/** Something happened on a scanout: opens or closes the gate as it is wanted now. */
void gpu_gate_update(struct gpu *gpu);
