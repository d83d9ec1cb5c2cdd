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

/** Fails the test unless the back end of the guest says this of its scanout 0. */
void reference_expect_scanout(
	struct reference *reference, const char *guest, const char *key, const char *text);

/** A number that the back end of the guest says of itself. */
int64_t reference_read_backend(struct reference *reference, const char *guest, const char *key);

/** Fails the test unless Weston made the last frame of an output so: `plane-only`, where it drew
 * nothing, `mixed` or `render-only`. */
void reference_expect_composition(struct reference *reference, const char *output, const char *how);

void reference_destroy(struct reference *reference);
