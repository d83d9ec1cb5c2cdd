/* SPDX-License-Identifier: MIT */
/* The compositor's view of guests and screens, as JSON on a socket. */
#pragma once

struct plugin;
struct status;

/** Answers on $XDG_RUNTIME_DIR/binnacle/weston.status. Logs why where it returns NULL. */
struct status *status_create(struct plugin *plugin);

void status_destroy(struct status *status);
