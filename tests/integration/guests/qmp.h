/* SPDX-License-Identifier: MIT */
/* Talks to a QEMU guest's monitor. */
#pragma once

#include "tests/integration/guests/picture.h"

struct qmp;

/** The monitor of a guest that was started with one; waits until it is there. */
struct qmp *qmp_connect(struct host *host, const char *guest);
void qmp_close(struct qmp *qmp);

/** Runs a command without arguments, or with this JSON object of them; fails the test on error. */
void qmp_execute(struct qmp *qmp, const char *command, const char *arguments);

/** Waits until QEMU's own console of the device shows the picture; fails the test if not in time.
 */
void qmp_expect_picture(struct qmp *qmp, struct host *host, const char *device,
	const struct picture *picture, int timeout_ms);
