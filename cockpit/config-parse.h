/* SPDX-License-Identifier: MIT */
/* Shared by the files that read cockpit.ini: where a fault is, and the parsers of single values. */
#pragma once

#include "cockpit/config.h"

/** The state of one reading of a file. */
struct config_parse {
	struct config *config;
	int line;
	unsigned int faults;
	struct config_guest *guest;   /* the section that is being read, or NULL */
	struct config_screen *screen; /* likewise */
	bool in_compositor;
	int fault_line; /* of the last fault, so that none is told twice */
};

/** Tells a fault in a line of the file and counts it. */
void config_fault(struct config_parse *parse, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * Remembers that a key was given. False, after the fault, if it had been given before in its
 * section and repeats is not set.
 */
bool config_key_note(
	struct config_parse *parse, struct wl_list *keys, const char *name, bool repeats);

/** The line a key was given in, or otherwise if it was not. */
int config_key_line(const struct wl_list *keys, const char *name, int otherwise);

void config_keys_finish(struct wl_list *keys);

/** One key of a section. */
struct config_key {
	const char *name;
	bool repeats;
	/** Parses the value; faults are told with config_fault(). */
	void (*parse)(struct config_parse *parse, const char *name, const char *value);
};

extern const struct config_key config_compositor_keys[];
extern const struct config_key config_screen_keys[];
extern const struct config_key config_guest_keys[];

/** The checks that need the whole file. */
void config_check(struct config_parse *parse);
