/* SPDX-License-Identifier: MIT */
/* Creates virtual screens, so that a machine without displays can show several guests. */
#include "compositor-plugin/virtual-output.h"

#include "compositor-plugin/placement.h"
#include "compositor-plugin/plugin.h"
#include "compositor-plugin/screen.h"
#include <stdio.h>
#include <stdlib.h>

static const struct {
	enum weston_windowed_output_type output_type;
	enum weston_compositor_backend backend_type;
} windowed[] = {
	{WESTON_WINDOWED_OUTPUT_HEADLESS, WESTON_BACKEND_HEADLESS},
	{WESTON_WINDOWED_OUTPUT_WAYLAND, WESTON_BACKEND_WAYLAND},
	{WESTON_WINDOWED_OUTPUT_X11, WESTON_BACKEND_X11},
};

static bool head_exists(struct weston_compositor *compositor, const char *name)
{
	struct weston_head *head = NULL;

	while ((head = weston_compositor_iterate_heads(compositor, head)))
		if (strcmp(weston_head_get_name(head), name) == 0)
			return true;
	return false;
}

static bool virtual_output_create(struct weston_compositor *compositor, const char *name)
{
	const struct weston_windowed_output_api *api;
	struct weston_backend *backend;

	for (unsigned int i = 0; i < sizeof(windowed) / sizeof(windowed[0]); i++) {
		api = weston_windowed_output_get_api(compositor, windowed[i].output_type);
		backend = compat_find_backend(compositor, windowed[i].backend_type);
		if (api && backend)
			return api->create_head(backend, name) == 0;
	}
	return false;
}

static void log_missing(struct plugin *plugin, const struct config_display *display)
{
	struct weston_output *output;
	char names[256] = "";
	size_t used = 0;

	wl_list_for_each (output, &plugin->compositor->output_list, link) {
		if (used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
				used ? ", " : "", output->name);
	}
	plugin_log("%s:%d: there is no output \"%s\" now, only: %s", plugin->config->path,
		display->output_line, display->output, used ? names : "none");
}

/* The outputs of all [output] sections, where Weston was told to make none of its own. */
static void create_configured(struct weston_compositor *compositor)
{
	struct weston_config_section *section = NULL;
	const char *section_name;
	char *name;

	while (weston_config_next_section(wet_get_config(compositor), &section, &section_name)) {
		if (strcmp(section_name, "output") != 0)
			continue;
		weston_config_section_get_string(section, "name", &name, NULL);
		if (name && !head_exists(compositor, name))
			virtual_output_create(compositor, name);
		free(name);
	}
}

void virtual_output_create_missing(struct plugin *plugin)
{
	struct placement *placement;

	if (!weston_compositor_iterate_heads(plugin->compositor, NULL))
		create_configured(plugin->compositor);
	wl_list_for_each (placement, &plugin->placements, link) {
		const char *name = placement->display->output;

		if (screen_find_output(plugin->compositor, name) ||
			head_exists(plugin->compositor, name))
			continue;
		if (!virtual_output_create(plugin->compositor, name))
			log_missing(plugin, placement->display);
	}
}
