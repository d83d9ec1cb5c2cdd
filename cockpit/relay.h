/* SPDX-License-Identifier: MIT */
/* Passes on what a child writes, line by line, with the child's name before each. */
#pragma once

#include <stdint.h>

struct console;
struct relay;
struct wl_event_loop;

/* A guest writes these lines as fast as it likes; the host's disk must outlive that. */
#define RELAY_BURST_LINES 3000
#define RELAY_LINES_PER_S 50

/**
 * Reads from fd (takes it) until its end. strip is left out where a line begins with it, because
 * prefix says the same; it may be NULL. The strings and the console are borrowed.
 */
struct relay *relay_create(struct wl_event_loop *loop, struct console *console, int fd,
	const char *prefix, const char *strip);

/** Passes on what is still in the pipe, and an unfinished line, before it goes. NULL is fine. */
void relay_destroy(struct relay *relay);
