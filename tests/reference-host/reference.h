/* SPDX-License-Identifier: MIT */
/*
 * A scenario in the reference host, and what its two screens show. The scenario tells when to look
 * and waits until the test has seen; what both write is in the runtime directory of the struct
 * host.
 */
#pragma once

#include "tests/integration/guests/qmp.h"

struct reference {
	struct host *host;
	struct process *machine; /* its console is the log */
	struct qmp *qmp;
};

/** Starts the scenario, a program beside this file, and waits until it says that all is shown. */
struct reference *reference_start(const char *name, const char *scenario);

/** Waits until the screen shows the picture: 0 is card0's, Virtual-1, and 1 is card1's, Virtual-2.
 */
void reference_expect(
	struct reference *reference, unsigned int screen, const struct picture *picture);

/** Ends the scenario, which has to succeed; its findings can be read until reference_destroy(). */
void reference_finish(struct reference *reference);

/** How a guest's scanout 0 came to its compositor, as its back end says; to be freed. */
char *reference_read_path(struct reference *reference, const char *guest);

/**
 * How Weston made the last frame of an output, `plane-only`, `mixed` or `render-only`; to be freed.
 */
char *reference_read_composition(struct reference *reference, const char *output);

void reference_destroy(struct reference *reference);
