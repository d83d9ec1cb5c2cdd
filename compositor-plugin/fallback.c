/* SPDX-License-Identifier: MIT */
/*
 * libweston shows pixels that a client brought, and has no public call for a module's own. So the
 * plugin is a client of the compositor it lives in: over a socket pair, on the same event loop, and
 * never waiting. The client's end makes surfaces and commits each once; the compositor's end finds
 * them by their object number and shows and hides them as pictures.
 */
#include "compositor-plugin/fallback.h"

#include "common/fd.h"
#include "compositor-plugin/plugin.h"
#include "compositor-plugin/png-picture.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wayland-client.h>

struct fallback_client {
	struct plugin *plugin;
	struct wl_list fallbacks; /* struct fallback.link */

	/* The compositor's end. */
	struct wl_client *client; /* NULL once it is gone */
	struct wl_listener client_destroy;
	struct wl_listener create_surface;

	/* The client's end. */
	struct wl_display *display;
	struct wl_event_source *source;
	struct wl_registry *registry;
	struct wl_compositor *compositor;
	struct wl_shm *shm;
};

struct fallback {
	struct wl_list link; /* struct fallback_client.fallbacks */
	struct fallback_client *client;
	struct png_picture png; /* until it is handed over */
	struct wl_surface *client_surface;
	struct wl_buffer *buffer;

	struct weston_surface *surface; /* NULL before it is made, and once it is gone */
	struct wl_listener surface_destroy;
	struct picture picture;

	bool wanted; /* with the three below */
	struct weston_layer *layer;
	struct picture_area area;
	enum config_scale scale;
};

static void fallback_update(struct fallback *fallback)
{
	if (!fallback->surface || !weston_surface_has_content(fallback->surface))
		return;
	if (fallback->wanted)
		picture_show(&fallback->picture, fallback->layer, &fallback->area, fallback->scale);
	else
		picture_hide(&fallback->picture);
}

void fallback_show(struct fallback *fallback, struct weston_layer *layer,
	const struct picture_area *area, enum config_scale scale)
{
	if (!fallback)
		return;
	fallback->wanted = true;
	fallback->layer = layer;
	fallback->area = *area;
	fallback->scale = scale;
	fallback_update(fallback);
}

void fallback_hide(struct fallback *fallback)
{
	if (!fallback)
		return;
	fallback->wanted = false;
	fallback_update(fallback);
}

static void surface_committed(struct weston_surface *surface, struct weston_coord_surface origin)
{
	fallback_update(surface->committed_private);
}

static int surface_get_label(struct weston_surface *surface, char *buffer, size_t size)
{
	return snprintf(buffer, size, "fallback picture of a guest's display");
}

static void fallback_drop_surface(struct fallback *fallback)
{
	if (!fallback->surface)
		return;
	picture_finish(&fallback->picture);
	wl_list_remove(&fallback->surface_destroy.link);
	fallback->surface->committed = NULL;
	fallback->surface->committed_private = NULL;
	fallback->surface = NULL;
}

static void surface_handle_destroy(struct wl_listener *listener, void *data)
{
	struct fallback *fallback = wl_container_of(listener, fallback, surface_destroy);

	fallback_drop_surface(fallback);
}

/* Any client made a surface; takes up those that are our own. */
static void handle_create_surface(struct wl_listener *listener, void *data)
{
	struct fallback_client *client = wl_container_of(listener, client, create_surface);
	struct weston_surface *surface = data;
	struct fallback *fallback;
	uint32_t id;

	if (!surface->resource || wl_resource_get_client(surface->resource) != client->client)
		return;
	id = wl_resource_get_id(surface->resource);
	wl_list_for_each (fallback, &client->fallbacks, link) {
		if (!fallback->client_surface ||
			wl_proxy_get_id((struct wl_proxy *)fallback->client_surface) != id)
			continue;
		if (picture_init(&fallback->picture, surface) < 0)
			return;
		fallback->surface = surface;
		fallback->surface_destroy.notify = surface_handle_destroy;
		wl_signal_add(&surface->destroy_signal, &fallback->surface_destroy);
		surface->committed = surface_committed;
		surface->committed_private = fallback;
		weston_surface_set_label_func(surface, surface_get_label);
	}
}

/* Sends the picture, once the client knows the globals it needs. */
static void fallback_send(struct fallback *fallback)
{
	struct fallback_client *client = fallback->client;
	int32_t stride = fallback->png.width * 4;
	struct wl_shm_pool *pool;

	if (fallback->client_surface || !client->compositor || !client->shm)
		return;
	fallback->client_surface = wl_compositor_create_surface(client->compositor);
	pool = wl_shm_create_pool(client->shm, fallback->png.fd, stride * fallback->png.height);
	fallback->buffer = wl_shm_pool_create_buffer(
		pool, 0, fallback->png.width, fallback->png.height, stride, WL_SHM_FORMAT_XRGB8888);
	wl_shm_pool_destroy(pool);
	png_picture_finish(&fallback->png);
	wl_surface_attach(fallback->client_surface, fallback->buffer, 0, 0);
	wl_surface_damage(fallback->client_surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(fallback->client_surface);
}

static void registry_handle_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct fallback_client *client = data;
	struct fallback *fallback;

	if (strcmp(interface, wl_compositor_interface.name) == 0 && !client->compositor)
		client->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 1);
	else if (strcmp(interface, wl_shm_interface.name) == 0 && !client->shm)
		client->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
	else
		return;
	wl_list_for_each (fallback, &client->fallbacks, link)
		fallback_send(fallback);
}

static void registry_handle_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = registry_handle_global,
	.global_remove = registry_handle_remove,
};

static void client_stop_reading(struct fallback_client *client)
{
	if (client->source)
		wl_event_source_remove(client->source);
	client->source = NULL;
}

static int client_read(int fd, uint32_t mask, void *data)
{
	struct fallback_client *client = data;

	while (wl_display_prepare_read(client->display) < 0)
		wl_display_dispatch_pending(client->display);
	/* Never waits: the descriptor is not blocking, and a short read is no error. */
	wl_display_read_events(client->display);
	wl_display_dispatch_pending(client->display);
	if (wl_display_get_error(client->display) || (mask & (WL_EVENT_HANGUP | WL_EVENT_ERROR)))
		client_stop_reading(client);
	else
		wl_display_flush(client->display);
	return 0;
}

static void client_handle_destroy(struct wl_listener *listener, void *data)
{
	struct fallback_client *client = wl_container_of(listener, client, client_destroy);

	client->client = NULL;
	wl_list_remove(&client->client_destroy.link);
	client_stop_reading(client);
}

/* Makes both ends. */
static int client_connect(struct fallback_client *client)
{
	struct wl_display *server = client->plugin->compositor->wl_display;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return -errno;
	client->client = wl_client_create(server, fds[0]);
	if (!client->client) {
		close(fds[0]);
		close(fds[1]);
		return -ENOMEM;
	}
	client->client_destroy.notify = client_handle_destroy;
	wl_client_add_destroy_listener(client->client, &client->client_destroy);
	client->display = wl_display_connect_to_fd(fds[1]);
	if (!client->display) {
		close(fds[1]);
		return -ENOMEM;
	}
	client->source = wl_event_loop_add_fd(
		wl_display_get_event_loop(server), fds[1], WL_EVENT_READABLE, client_read, client);
	client->registry = wl_display_get_registry(client->display);
	if (!client->source || !client->registry)
		return -ENOMEM;
	wl_registry_add_listener(client->registry, &registry_listener, client);
	wl_display_flush(client->display);
	return 0;
}

struct fallback_client *fallback_client_create(struct plugin *plugin)
{
	struct fallback_client *client = calloc(1, sizeof(*client));
	int ret;

	if (!client)
		return NULL;
	*client = (struct fallback_client){.plugin = plugin};
	wl_list_init(&client->fallbacks);
	client->create_surface.notify = handle_create_surface;
	wl_signal_add(&plugin->compositor->create_surface_signal, &client->create_surface);
	ret = client_connect(client);
	if (ret == 0)
		return client;
	plugin_log("cannot show fallback pictures: %s", strerror(-ret));
	fallback_client_destroy(client);
	return NULL;
}

void fallback_client_destroy(struct fallback_client *client)
{
	if (!client)
		return;
	client_stop_reading(client);
	if (client->client)
		wl_client_destroy(client->client);
	if (client->registry)
		wl_registry_destroy(client->registry);
	if (client->compositor)
		wl_compositor_destroy(client->compositor);
	if (client->shm)
		wl_shm_destroy(client->shm);
	if (client->display)
		wl_display_disconnect(client->display);
	wl_list_remove(&client->create_surface.link);
	free(client);
}

struct fallback *fallback_create(struct plugin *plugin, const struct config_display *display)
{
	struct fallback *fallback;
	char error[128];
	const char *wrong;

	if (!plugin->fallback)
		plugin->fallback = fallback_client_create(plugin);
	if (!plugin->fallback)
		return NULL;
	fallback = calloc(1, sizeof(*fallback));
	if (!fallback)
		return NULL;
	*fallback = (struct fallback){.client = plugin->fallback};
	wrong = png_picture_read(display->fallback, &fallback->png, error);
	if (wrong) {
		plugin_log("%s:%d: fallback=%s: %s; the built-in picture is used instead",
			plugin->config->path, display->fallback_line, display->fallback, wrong);
		free(fallback);
		return NULL;
	}
	wl_list_insert(&plugin->fallback->fallbacks, &fallback->link);
	fallback_send(fallback);
	wl_display_flush(plugin->fallback->display);
	return fallback;
}

void fallback_destroy(struct fallback *fallback)
{
	if (!fallback)
		return;
	fallback_drop_surface(fallback);
	if (fallback->buffer)
		wl_buffer_destroy(fallback->buffer);
	if (fallback->client_surface)
		wl_surface_destroy(fallback->client_surface);
	png_picture_finish(&fallback->png);
	wl_list_remove(&fallback->link);
	free(fallback);
}
