/* SPDX-License-Identifier: MIT */
/* A guest: the socket that is its identity, and the back end and scanouts behind it. */
#pragma once

#include "compositor-plugin/config.h"
#include "compositor-plugin/plugin.h"

#define GUEST_MAX_CLIENTS 8 /* a back end needs one; the rest are its restarts */

struct scanout;

struct guest {
	struct wl_list link; /* struct plugin.guests */
	struct plugin *plugin;
	char *name;
	char *dir, *path; /* of the socket */
	int listen_fd;
	struct wl_event_source *source;
	struct wl_global *manager;
	struct wl_list clients;    /* struct guest_client.link */
	struct wl_client *backend; /* the client that bound the manager, or NULL */
	struct scanout *scanouts[CONFIG_SCANOUTS];
	struct weston_log_pacer log_pacer;
};

/** Listens for the guest's back end. Logs why where it returns NULL. */
struct guest *guest_create(struct plugin *plugin, const char *name);

/** Lets go of everything; clients that are still connected stay, inert. */
void guest_destroy(struct guest *guest);

struct guest *guest_find(struct plugin *plugin, const char *name);

/** The guest whose socket the client came through, or NULL. */
struct guest *guest_from_client(struct wl_client *client);
