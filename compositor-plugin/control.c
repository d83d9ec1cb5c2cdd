/* SPDX-License-Identifier: MIT */
/* The control socket and the screenshot authority of its clients. */
#include "compositor-plugin/control.h"

#include "common/fd.h"
#include "compositor-plugin/config.h"
#include "compositor-plugin/plugin.h"
#include "compositor-plugin/runtime-dir.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct control {
	struct plugin *plugin;
	char *path;
	int listen_fd;
	struct wl_event_source *source;
	struct wl_list clients; /* struct control_client.link */
	struct wl_listener authority;
};

struct control_client {
	struct wl_list link; /* struct control.clients */
	struct wl_listener destroy;
};

static void control_client_destroy(struct control_client *cc)
{
	wl_list_remove(&cc->link);
	wl_list_remove(&cc->destroy.link);
	free(cc);
}

static void client_handle_destroy(struct wl_listener *listener, void *data)
{
	struct control_client *cc = wl_container_of(listener, cc, destroy);

	control_client_destroy(cc);
}

bool control_owns_client(struct control *control, struct wl_client *client)
{
	return control && wl_client_get_destroy_listener(client, client_handle_destroy);
}

static void control_authorize(
	struct wl_listener *listener, struct weston_output_capture_attempt *attempt)
{
	struct control *control = wl_container_of(listener, control, authority);

	if (control_owns_client(control, attempt->who->client))
		attempt->authorized = true;
}

static int control_accept(int listen_fd, uint32_t mask, void *data)
{
	struct control *control = data;
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct control_client *cc;
	struct wl_client *client;

	if (fd < 0)
		return 0;
	cc = calloc(1, sizeof(*cc));
	if (!cc) {
		close(fd);
		return 0;
	}
	cc->destroy.notify = client_handle_destroy;
	client = wl_client_create(control->plugin->compositor->wl_display, fd);
	if (!client) {
		close(fd);
		free(cc);
		return 0;
	}
	wl_list_insert(&control->clients, &cc->link);
	wl_client_add_destroy_listener(client, &cc->destroy);
	return 0;
}

struct control *control_create(struct plugin *plugin)
{
	struct control *control = calloc(1, sizeof(*control));

	if (!control)
		return NULL;
	*control = (struct control){.plugin = plugin, .listen_fd = -1};
	wl_list_init(&control->clients);
	weston_compositor_add_screenshot_authority(
		plugin->compositor, &control->authority, control_authorize);
	if (asprintf(&control->path, "%s/control", plugin->runtime_dir) < 0) {
		control->path = NULL;
		goto err_destroy;
	}
	control->listen_fd = runtime_dir_listen(control->path, plugin->config->control_mode);
	if (control->listen_fd < 0) {
		plugin_log("cannot listen on %s: %s", control->path, strerror(-control->listen_fd));
		goto err_destroy;
	}
	control->source =
		wl_event_loop_add_fd(wl_display_get_event_loop(plugin->compositor->wl_display),
			control->listen_fd, WL_EVENT_READABLE, control_accept, control);
	if (!control->source)
		goto err_destroy;
	return control;

err_destroy:
	control_destroy(control);
	return NULL;
}

void control_destroy(struct control *control)
{
	struct control_client *cc, *next;

	if (!control)
		return;
	wl_list_for_each_safe (cc, next, &control->clients, link)
		control_client_destroy(cc);
	wl_list_remove(&control->authority.link);
	if (control->source)
		wl_event_source_remove(control->source);
	if (control->listen_fd >= 0)
		unlink(control->path);
	fd_close(&control->listen_fd);
	free(control->path);
	free(control);
}
