/* SPDX-License-Identifier: MIT */
/* What the back end tells of itself on its status socket. */
#pragma once

#include <stdint.h>
#include <wayland-server-core.h>

#include "gpu-backend/gpu.h"

struct gpu_status;

/**
 * Answers on $XDG_RUNTIME_DIR/binnacle/<guest>/binnacle-gpu.status. Returns NULL and logs why.
 * gpu and guest are borrowed and outlive it.
 */
struct gpu_status *gpu_status_create(
	struct wl_event_loop *loop, const struct gpu *gpu, const char *guest);
void gpu_status_destroy(struct gpu_status *status); /* NULL is fine */
