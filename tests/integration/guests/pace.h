/* SPDX-License-Identifier: MIT */
/* Watches how long a guest's picture stands still. */
#pragma once

#include "tests/integration/guests/host.h"

struct pace;

/**
 * Starts to watch scanout 0 of a guest that keeps drawing, in a thread of its own. The processes
 * between its driver and the screen are those of the guest, this back end and Weston; they get a
 * higher priority, where the test may give it.
 */
struct pace *pace_start(struct host *host, const char *name, const struct process *guest,
	const struct process *backend);

/**
 * Ends it, and fails the test where the picture stood still for longer than limit_ms. What these
 * processes waited for a processor in that time is told, and not counted: how busy the machine is
 * with other things is no property of what is tested. On a machine that is overloaded all the time
 * the pauses are only told.
 */
void pace_finish(struct pace *pace, int64_t limit_ms);
