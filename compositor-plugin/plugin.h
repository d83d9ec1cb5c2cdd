/* SPDX-License-Identifier: MIT */
/* The module's one object, which owns all others, and how it speaks in Weston's log. */
#pragma once

#include "compositor-plugin/weston-compat.h"
#include <stdint.h>

struct config;
struct control;
struct fallback_client;
struct status;

struct plugin {
	struct weston_compositor *compositor;
	struct config *config;
	char *runtime_dir; /* $XDG_RUNTIME_DIR/binnacle */
	uint64_t start_ns;
	bool hides_dmabuf;         /* from guests */
	bool keeps_awake;          /* holds one compositor->idle_inhibit */
	struct wl_list guests;     /* struct guest.link */
	struct wl_list placements; /* struct placement.link, in the order of weston.ini */
	struct control *control;
	struct status *status;
	struct fallback_client *fallback; /* NULL where no PNG is wanted */

	struct wl_listener compositor_destroy;
	struct wl_listener output_created, output_destroyed, output_resized, output_moved;
};

#define plugin_log(format, ...) weston_log("binnacle: " format "\n", ##__VA_ARGS__)

/** For what a guest can cause: at most five lines, then quiet until ten seconds have passed. */
#define plugin_log_limited(pacer, format, ...)                                                     \
	weston_log_paced(pacer, 5, 10000, "binnacle: " format "\n", ##__VA_ARGS__)
