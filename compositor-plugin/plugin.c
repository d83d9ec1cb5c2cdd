/* SPDX-License-Identifier: MIT */
/* The module's beginning and end in Weston. */
#include "compositor-plugin/plugin.h"

#include "common/log.h"
#include "compositor-plugin/config.h"
#include "compositor-plugin/control.h"
#include "compositor-plugin/fallback.h"
#include "compositor-plugin/globals.h"
#include "compositor-plugin/guest.h"
#include "compositor-plugin/placement.h"
#include "compositor-plugin/runtime-dir.h"
#include "compositor-plugin/screen.h"
#include "compositor-plugin/status.h"
#include "compositor-plugin/virtual-output.h"
#include <stdlib.h>

static void plugin_destroy(struct plugin *plugin)
{
	struct placement *placement, *next_placement;
	struct guest *guest, *next_guest;

	wl_list_remove(&plugin->compositor_destroy.link);
	screen_watch_finish(plugin);
	globals_finish(plugin);
	status_destroy(plugin->status);
	control_destroy(plugin->control);
	wl_list_for_each_safe (placement, next_placement, &plugin->placements, link)
		placement_destroy(placement);
	wl_list_for_each_safe (guest, next_guest, &plugin->guests, link)
		guest_destroy(guest);
	fallback_client_destroy(plugin->fallback);
	if (plugin->keeps_awake)
		plugin->compositor->idle_inhibit--;
	config_destroy(plugin->config);
	free(plugin->runtime_dir);
	free(plugin);
}

static void handle_compositor_destroy(struct wl_listener *listener, void *data)
{
	struct plugin *plugin = wl_container_of(listener, plugin, compositor_destroy);

	plugin_destroy(plugin);
}

static void report_fault(const char *path, int line, const char *text, void *data)
{
	if (line)
		plugin_log("%s:%d: %s", path, line, text);
	else
		plugin_log("%s: %s", path, text);
}

static int plugin_create_guests(struct plugin *plugin)
{
	struct config_display *display;
	struct placement *placement;
	struct guest *guest;
	uint32_t order = 0;

	wl_list_for_each (display, &plugin->config->displays, link) {
		guest = guest_find(plugin, display->guest);
		if (!guest)
			guest = guest_create(plugin, display->guest);
		if (!guest)
			return -1;
		if (!display->output)
			continue;
		placement = placement_create(plugin, guest, display, order++);
		if (!placement)
			return -1;
		if (display->fallback)
			placement->fallback = fallback_create(plugin, display);
	}
	return 0;
}

static int plugin_start(struct plugin *plugin)
{
	struct placement *placement;
	int ret;

	plugin->runtime_dir = runtime_dir_path();
	if (!plugin->runtime_dir) {
		plugin_log("XDG_RUNTIME_DIR is not set to an absolute path");
		return -1;
	}
	ret = runtime_dir_create(
		plugin->runtime_dir, plugin->config->socket_mode | plugin->config->control_mode);
	if (ret < 0) {
		plugin_log("cannot use %s: %s", plugin->runtime_dir, strerror(-ret));
		return -1;
	}
	if (plugin_create_guests(plugin) < 0)
		return -1;
	virtual_output_create_missing(plugin);
	wl_list_for_each (placement, &plugin->placements, link)
		placement_update(placement);
	/* A car's screens do not go dark because nobody touches them. */
	if (!wl_list_empty(&plugin->placements)) {
		plugin->compositor->idle_inhibit++;
		plugin->keeps_awake = true;
	}
	/* The last to appear: who finds the status socket finds the guests' as well. */
	plugin->control = control_create(plugin);
	plugin->status = status_create(plugin);
	if (!plugin->control || !plugin->status)
		return -1;
	plugin_log("%d guests, %d displays placed", wl_list_length(&plugin->guests),
		wl_list_length(&plugin->placements));
	return 0;
}

int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[])
{
	struct weston_config *weston_config = wet_get_config(compositor);
	const char *path = weston_config ? weston_config_get_full_path(weston_config) : NULL;
	struct plugin *plugin = calloc(1, sizeof(*plugin));

	if (!plugin)
		return -1;
	*plugin = (struct plugin){.compositor = compositor, .start_ns = clock_now_ns()};
	wl_list_init(&plugin->guests);
	wl_list_init(&plugin->placements);
	if (!path) {
		plugin_log("there is no weston.ini, so no guest is named");
		goto err_free;
	}
	plugin->config = config_read(path, report_fault, plugin);
	if (!plugin->config)
		goto err_free;
	if (!weston_compositor_add_destroy_listener_once(
		    compositor, &plugin->compositor_destroy, handle_compositor_destroy)) {
		config_destroy(plugin->config);
		free(plugin);
		return 0;
	}
	screen_watch_init(plugin);
	globals_init(plugin);
	if (plugin_start(plugin) < 0) {
		plugin_destroy(plugin);
		return -1;
	}
	return 0;

err_free:
	free(plugin);
	return -1;
}
