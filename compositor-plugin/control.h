/* SPDX-License-Identifier: MIT */
/* The control socket: its clients, and only they, may take screenshots. */
#pragma once

#include <stdbool.h>

struct control;
struct plugin;
struct wl_client;

/** Listens on $XDG_RUNTIME_DIR/binnacle/control. Logs why where it returns NULL. */
struct control *control_create(struct plugin *plugin);

void control_destroy(struct control *control);

/** True for a client that came through the control socket. control may be NULL. */
bool control_owns_client(struct control *control, struct wl_client *client);
