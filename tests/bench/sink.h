/* SPDX-License-Identifier: MIT */
/*
 * The least compositor: a thread that knows surfaces, shm buffers, dmabufs if it shall, and the
 * scanout role. It answers frame callbacks at the pace of each scanout's screen, and notes when
 * what was committed. shm buffers are released at once, as if they had been copied, dmabufs when
 * another buffer has taken their place. Nothing is drawn.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SINK_SCANOUTS 2

/* Paces of a screen, besides the nanoseconds between two answers. */
#define SINK_AT_ONCE UINT64_C(0)
#define SINK_NEVER UINT64_MAX

struct sink;

struct sink_options {
	bool dmabuf;                         /* takes XRGB8888 in plain rows */
	uint64_t interval_ns[SINK_SCANOUTS]; /* between two answers, exactly */
};

/** Listens at path. NULL: the machine gives none. */
struct sink *sink_create(const char *path, const struct sink_options *options);
void sink_destroy(struct sink *sink); /* NULL is fine */

/** Commits of a scanout whose buffer has another first damaged pixel than the one before. */
uint64_t sink_frames(const struct sink *sink);

/** Commits of that scanout with a buffer, and when the last of them was received. */
uint64_t sink_commits(const struct sink *sink, uint32_t scanout_index, uint64_t *last_ns);

/** Of its commits, those that put its cursor somewhere. */
uint64_t sink_moves(const struct sink *sink, uint32_t scanout_index, uint64_t *last_ns);

/** dmabufs that were taken so far. */
uint64_t sink_dmabufs(const struct sink *sink);

/** Waits until a client has made so many scanouts. 0 or −ETIMEDOUT. */
int sink_wait_scanouts(const struct sink *sink, uint32_t count, int timeout_ms);
