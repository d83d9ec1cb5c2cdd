/* SPDX-License-Identifier: MIT */
/* binnacle-gpu-render as a child of ours. */
#pragma once

#include <sys/types.h>

#include "gpu-backend/renderer.h"

/**
 * Starts it; *fd is our end of its socket, non-blocking and close-on-exec, and the caller's. It
 * dies with us. Returns 0 or −errno; that the program is not there shows as the end of the socket.
 */
int render_process_start(const struct renderer_options *options, pid_t *pid, int *fd);

/** Kills it, and waits a moment until it is gone. */
void render_process_end(pid_t pid);
