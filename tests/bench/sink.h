/* SPDX-License-Identifier: MIT */
/*
 * The least compositor: a thread that knows surfaces, shm buffers and the scanout role, releases
 * each buffer and answers each frame callback at once, and counts the frames. Nothing is drawn.
 */
#pragma once

#include <stdint.h>

struct sink;

/** Listens at path. NULL: the machine gives none. */
struct sink *sink_create(const char *path);
void sink_destroy(struct sink *sink); /* NULL is fine */

/** Commits of a scanout whose buffer has another first damaged pixel than the one before. */
uint64_t sink_frames(const struct sink *sink);

/** Waits until a client has made a scanout. 0 or −ETIMEDOUT. */
int sink_wait_scanout(const struct sink *sink, int timeout_ms);
