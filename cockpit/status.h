/* SPDX-License-Identifier: MIT */
/* `binnacle status`: what every process of the cockpit says of itself, as a table or as JSON. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct json_object;

/** Returns the exit status of the program: 0 if anything of ours runs. */
int status_command(bool as_json);

/**
 * Reads all status sockets below the directory ($XDG_RUNTIME_DIR/binnacle):
 * {"weston": object or null, "guests": {NAME: object, …}}. A process that does not answer, or not
 * with an object, is {"error": why}. The caller's, or NULL.
 */
struct json_object *status_gather(const char *directory);

/** Adds "frames_per_s" to every scanout of the later gathering. */
void status_add_rates(struct json_object *earlier, struct json_object *later);

/** Whether any process answered. */
bool status_anything_runs(struct json_object *status);

/** Frames of a guest over time, for the status line; zero-initialised is ready. */
struct status_rate {
	int64_t frames;
	uint64_t time_ns;
};

/** Reads the guest's counters. False if there is no rate yet. */
bool status_rate_update(
	struct status_rate *rate, const char *directory, const char *guest, double *frames_per_s);
