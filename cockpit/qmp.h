/* SPDX-License-Identifier: MIT */
/* Listens to QEMU's events, to tell a guest that switched itself off from a VMM that died. */
#pragma once

struct qmp;
struct wl_event_loop;

/**
 * Connects to the QMP socket at path. powered_off is called when the guest has switched itself off.
 * NULL, silently, while nobody listens there.
 */
struct qmp *qmp_connect(
	struct wl_event_loop *loop, const char *path, void (*powered_off)(void *data), void *data);

/** Takes in what has been sent, then goes. NULL is fine. */
void qmp_destroy(struct qmp *qmp);
