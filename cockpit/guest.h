/* SPDX-License-Identifier: MIT */
/* A running guest: its GPU back end and its VMM, which live and restart together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct config;
struct config_guest;
struct console;
struct guest;
struct supervisor;
struct wl_event_loop;

struct guest_options {
	struct wl_event_loop *loop;
	struct supervisor *supervisor;
	struct console *console;
	const struct config *config;
	const struct config_guest *guest;
	const char *run_dir;
	const char *gpu_program, *vmm_program; /* absolute */
	bool verbose;
	/** Told when the guest has come to rest: switched off, or stopped as asked. */
	void (*at_rest)(struct guest *guest, void *data);
	void *data;
};

/** All that options point to is borrowed for the life of the guest. NULL on failure. */
struct guest *guest_create(const struct guest_options *options);

/** Kills what still runs. NULL is fine. */
void guest_destroy(struct guest *guest);

void guest_start(struct guest *guest);

/** The VMM first, then the back end; at_rest tells the end. */
void guest_stop(struct guest *guest);

/** Makes a stop quick. */
void guest_kill(struct guest *guest);

bool guest_is_at_rest(const struct guest *guest);
const char *guest_name(const struct guest *guest);

/** One or two words on how it is, for the status line. */
const char *guest_describe(const struct guest *guest);
