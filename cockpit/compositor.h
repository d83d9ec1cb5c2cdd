/* SPDX-License-Identifier: MIT */
/* The Weston that composes the guests: the one that runs, or one of our own. */
#pragma once

#include <stdbool.h>

struct compositor;
struct config;
struct console;
struct string_list;
struct supervisor;

struct compositor_options {
	struct supervisor *supervisor;
	struct console *console;
	const struct config *config;
	const char *run_dir;
	const char *binnacle_dir;
	bool verbose;
	void (*ready)(void *data);   /* the first time, and after each restart */
	void (*failed)(void *data);  /* it died before it was ever ready */
	void (*at_rest)(void *data); /* stopped as asked */
	void *data;
};

/**
 * Finds out whether a Weston with our module runs; if not, writes weston.ini for one.
 * All that options point to is borrowed. NULL after a log line.
 */
struct compositor *compositor_create(const struct compositor_options *options);

/** NULL is fine. */
void compositor_destroy(struct compositor *compositor);

/** ready follows, at once if the Weston is not ours. */
void compositor_start(struct compositor *compositor);

/** at_rest follows. */
void compositor_stop(struct compositor *compositor);

void compositor_kill(struct compositor *compositor);

bool compositor_is_at_rest(const struct compositor *compositor);
const char *compositor_describe(const struct compositor *compositor);
