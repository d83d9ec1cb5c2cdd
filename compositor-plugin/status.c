/* SPDX-License-Identifier: MIT */
/* Writes {"program","version","uptime_s","screens":[…],"guests":[…]} for whoever connects. */
#include "compositor-plugin/status.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/status-socket.h"
#include "compositor-plugin/guest.h"
#include "compositor-plugin/placement.h"
#include "compositor-plugin/scanout.h"
#include <errno.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct status {
	struct plugin *plugin;
	char *path;
	int listen_fd;
	struct wl_event_source *source;
};

static void add_int(struct json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

static void add_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, value ? json_object_new_string(value) : NULL);
}

static struct json_object *describe_screens(struct plugin *plugin)
{
	struct json_object *screens = json_object_new_array(), *screen;
	struct weston_output *output;

	wl_list_for_each (output, &plugin->compositor->output_list, link) {
		screen = json_object_new_object();
		add_string(screen, "name", output->name);
		add_int(screen, "width_px", compat_output_width_px(output));
		add_int(screen, "height_px", compat_output_height_px(output));
		add_int(screen, "refresh_mhz",
			output->current_mode ? output->current_mode->refresh : 0);
		json_object_array_add(screens, screen);
	}
	return screens;
}

static struct json_object *describe_scanout(struct guest *guest, uint32_t index)
{
	struct scanout *scanout = guest->scanouts[index];
	struct placement *placement = placement_find(guest, index);
	struct json_object *object = json_object_new_object(), *area = json_object_new_array();
	bool on_screen = placement && placement_is_on_screen(placement);

	add_int(object, "index", index);
	add_string(object, "screen", on_screen ? placement->output->name : NULL);
	json_object_array_add(area, json_object_new_int(on_screen ? placement->area_px.x : 0));
	json_object_array_add(area, json_object_new_int(on_screen ? placement->area_px.y : 0));
	json_object_array_add(area, json_object_new_int(on_screen ? placement->area_px.width : 0));
	json_object_array_add(area, json_object_new_int(on_screen ? placement->area_px.height : 0));
	json_object_object_add(object, "area", area);
	add_int(object, "frames", scanout ? (int64_t)scanout_frames(scanout) : 0);
	json_object_object_add(object, "fallback",
		json_object_new_boolean(placement && placement_shows_fallback(placement)));
	return object;
}

static struct json_object *describe_guests(struct plugin *plugin)
{
	struct json_object *guests = json_object_new_array(), *object, *scanouts;
	struct guest *guest;

	wl_list_for_each (guest, &plugin->guests, link) {
		object = json_object_new_object();
		scanouts = json_object_new_array();
		add_string(object, "name", guest->name);
		json_object_object_add(
			object, "connected", json_object_new_boolean(guest->backend != NULL));
		for (uint32_t i = 0; i < CONFIG_SCANOUTS; i++)
			if (guest->scanouts[i] || placement_find(guest, i))
				json_object_array_add(scanouts, describe_scanout(guest, i));
		json_object_object_add(object, "scanouts", scanouts);
		json_object_array_add(guests, object);
	}
	return guests;
}

static int status_answer(int fd, uint32_t mask, void *data)
{
	struct status *status = data;
	struct plugin *plugin = status->plugin;
	struct json_object *object = json_object_new_object();

	add_string(object, "program", "weston");
	add_string(object, "version", BINNACLE_VERSION);
	add_int(object, "uptime_s", (int64_t)((clock_now_ns() - plugin->start_ns) / 1000000000));
	json_object_object_add(object, "screens", describe_screens(plugin));
	json_object_object_add(object, "guests", describe_guests(plugin));
	status_socket_answer(fd, json_object_to_json_string(object));
	json_object_put(object);
	return 0;
}

struct status *status_create(struct plugin *plugin)
{
	struct status *status = calloc(1, sizeof(*status));

	if (!status)
		return NULL;
	*status = (struct status){.plugin = plugin, .listen_fd = -1};
	if (asprintf(&status->path, "%s/weston.status", plugin->runtime_dir) < 0) {
		status->path = NULL;
		goto err_destroy;
	}
	status->listen_fd = status_socket_open(status->path);
	if (status->listen_fd < 0) {
		plugin_log("cannot listen on %s: %s", status->path, strerror(-status->listen_fd));
		goto err_destroy;
	}
	status->source =
		wl_event_loop_add_fd(wl_display_get_event_loop(plugin->compositor->wl_display),
			status->listen_fd, WL_EVENT_READABLE, status_answer, status);
	if (!status->source)
		goto err_destroy;
	return status;

err_destroy:
	status_destroy(status);
	return NULL;
}

void status_destroy(struct status *status)
{
	if (!status)
		return;
	if (status->source)
		wl_event_source_remove(status->source);
	if (status->listen_fd >= 0)
		unlink(status->path);
	fd_close(&status->listen_fd);
	free(status->path);
	free(status);
}
