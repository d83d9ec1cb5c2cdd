/* SPDX-License-Identifier: MIT */
/* Guests' sockets: a client that comes through one is that guest's back end, and nothing else. */
#include "compositor-plugin/guest.h"

#include "common/fd.h"
#include "compositor-plugin/runtime-dir.h"
#include "compositor-plugin/scanout.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Marks a client as the guest's; it lives as long as either. */
struct guest_client {
	struct wl_list link; /* struct guest.clients */
	struct guest *guest;
	struct wl_client *client;
	struct wl_listener destroy;
};

static void guest_client_destroy(struct guest_client *gc)
{
	if (gc->guest->backend == gc->client) {
		gc->guest->backend = NULL;
		plugin_log_limited(
			&gc->guest->log_pacer, "guest \"%s\": back end gone", gc->guest->name);
	}
	wl_list_remove(&gc->link);
	wl_list_remove(&gc->destroy.link);
	free(gc);
}

static void client_handle_destroy(struct wl_listener *listener, void *data)
{
	struct guest_client *gc = wl_container_of(listener, gc, destroy);

	guest_client_destroy(gc);
}

struct guest *guest_from_client(struct wl_client *client)
{
	struct wl_listener *listener =
		wl_client_get_destroy_listener(client, client_handle_destroy);
	struct guest_client *gc;

	if (!listener)
		return NULL;
	gc = wl_container_of(listener, gc, destroy);
	return gc->guest;
}

static int guest_accept(int listen_fd, uint32_t mask, void *data)
{
	struct guest *guest = data;
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct guest_client *gc;

	if (fd < 0)
		return 0;
	if (wl_list_length(&guest->clients) >= GUEST_MAX_CLIENTS) {
		plugin_log_limited(&guest->log_pacer,
			"guest \"%s\": more than %d connections, one refused", guest->name,
			GUEST_MAX_CLIENTS);
		close(fd);
		return 0;
	}
	gc = calloc(1, sizeof(*gc));
	if (!gc) {
		close(fd);
		return 0;
	}
	*gc = (struct guest_client){.guest = guest, .destroy.notify = client_handle_destroy};
	/* The client exists before its mark does, but no request is read in between. */
	gc->client = wl_client_create(guest->plugin->compositor->wl_display, fd);
	if (!gc->client) {
		close(fd);
		free(gc);
		return 0;
	}
	wl_list_insert(&guest->clients, &gc->link);
	wl_client_add_destroy_listener(gc->client, &gc->destroy);
	return 0;
}

static int guest_listen(struct guest *guest)
{
	struct plugin *plugin = guest->plugin;
	mode_t mode = plugin->config->socket_mode;
	int ret;

	if (asprintf(&guest->dir, "%s/%s", plugin->runtime_dir, guest->name) < 0) {
		guest->dir = NULL;
		return -ENOMEM;
	}
	if (asprintf(&guest->path, "%s/display", guest->dir) < 0) {
		guest->path = NULL;
		return -ENOMEM;
	}
	ret = runtime_dir_create(guest->dir, mode);
	if (ret < 0)
		return ret;
	guest->listen_fd = runtime_dir_listen(guest->path, mode);
	if (guest->listen_fd < 0)
		return guest->listen_fd;
	guest->source =
		wl_event_loop_add_fd(wl_display_get_event_loop(plugin->compositor->wl_display),
			guest->listen_fd, WL_EVENT_READABLE, guest_accept, guest);
	return guest->source ? 0 : -ENOMEM;
}

struct guest *guest_create(struct plugin *plugin, const char *name)
{
	struct guest *guest = calloc(1, sizeof(*guest));
	int ret = -ENOMEM;

	if (!guest)
		return NULL;
	*guest = (struct guest){.plugin = plugin, .listen_fd = -1, .name = strdup(name)};
	wl_list_init(&guest->clients);
	wl_list_init(&guest->link);
	if (guest->name)
		ret = guest_listen(guest);
	if (ret == 0) {
		guest->manager = scanout_manager_create(guest);
		ret = guest->manager ? 0 : -ENOMEM;
	}
	if (ret < 0) {
		plugin_log("guest \"%s\": cannot listen on %s: %s", name,
			guest->path ? guest->path : "its socket", strerror(-ret));
		guest_destroy(guest);
		return NULL;
	}
	wl_list_insert(plugin->guests.prev, &guest->link);
	return guest;
}

struct guest *guest_find(struct plugin *plugin, const char *name)
{
	struct guest *guest;

	wl_list_for_each (guest, &plugin->guests, link) {
		if (strcmp(guest->name, name) == 0)
			return guest;
	}
	return NULL;
}

void guest_destroy(struct guest *guest)
{
	struct guest_client *gc, *next;

	if (!guest)
		return;
	for (unsigned int i = 0; i < CONFIG_SCANOUTS; i++)
		scanout_destroy(guest->scanouts[i]);
	guest->backend = NULL;
	wl_list_for_each_safe (gc, next, &guest->clients, link)
		guest_client_destroy(gc);
	if (guest->manager)
		wl_global_destroy(guest->manager);
	if (guest->source)
		wl_event_source_remove(guest->source);
	if (guest->listen_fd >= 0)
		unlink(guest->path);
	fd_close(&guest->listen_fd);
	if (guest->dir)
		rmdir(guest->dir);
	wl_list_remove(&guest->link);
	free(guest->path);
	free(guest->dir);
	free(guest->name);
	free(guest);
}
