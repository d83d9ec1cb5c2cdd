/* SPDX-License-Identifier: MIT */
/*
 * The VMM's end of its display socket, as fast as one can be: a thread that reads whatever comes,
 * answers the questions, and counts the frames. Nothing is drawn.
 */
#pragma once

#include <stdint.h>

struct console;

/** *peer is the back end's end of the socket, the caller's. NULL: the machine gives none. */
struct console *console_create(int *peer);
void console_destroy(struct console *console); /* NULL is fine */

/** Frames that have arrived whole, each with another first pixel than the one before. */
uint64_t console_frames(const struct console *console);

/** Frames that have arrived whole, and when the last of them had. */
uint64_t console_updates(const struct console *console, uint64_t *last_ns);
