/* SPDX-License-Identifier: MIT */
/* Follows Weston's outputs, and tells every placement of a change. */
#include "compositor-plugin/screen.h"

#include "compositor-plugin/placement.h"
#include <stdio.h>

struct weston_output *screen_find_output(struct weston_compositor *compositor, const char *name)
{
	struct weston_output *output;
	struct weston_head *head;

	wl_list_for_each (output, &compositor->output_list, link) {
		if (strcmp(output->name, name) == 0)
			return output;
	}
	wl_list_for_each (output, &compositor->output_list, link) {
		head = NULL;
		while ((head = weston_output_iterate_heads(output, head)))
			if (strcmp(weston_head_get_name(head), name) == 0)
				return output;
	}
	return NULL;
}

static bool text_is_known(const char *text)
{
	return text && text[0] && strcmp(text, "none") != 0 && strcmp(text, "unknown") != 0;
}

void screen_describe(struct weston_output *output, char name[SCREEN_NAME_MAX])
{
	struct weston_head *head = weston_output_get_first_head(output);
	bool has_make = head && text_is_known(head->make);
	bool has_model = head && text_is_known(head->model);

	snprintf(name, SCREEN_NAME_MAX, "%s%s%s%s%s", output->name, has_make ? " " : "",
		has_make ? head->make : "", has_model ? " " : "", has_model ? head->model : "");
}

void screen_get_size_mm(struct weston_output *output, int32_t *width_mm, int32_t *height_mm)
{
	struct weston_head *head = weston_output_get_first_head(output);
	bool turned = compat_output_is_turned(output);

	*width_mm = *height_mm = 0;
	if (!head || head->mm_width <= 0 || head->mm_height <= 0)
		return;
	*width_mm = turned ? head->mm_height : head->mm_width;
	*height_mm = turned ? head->mm_width : head->mm_height;
}

static void screens_changed(struct plugin *plugin)
{
	struct placement *placement;

	wl_list_for_each (placement, &plugin->placements, link)
		placement_update(placement);
}

static void handle_created(struct wl_listener *listener, void *data)
{
	struct plugin *plugin = wl_container_of(listener, plugin, output_created);

	screens_changed(plugin);
}

static void handle_destroyed(struct wl_listener *listener, void *data)
{
	struct plugin *plugin = wl_container_of(listener, plugin, output_destroyed);

	screens_changed(plugin);
}

static void handle_resized(struct wl_listener *listener, void *data)
{
	struct plugin *plugin = wl_container_of(listener, plugin, output_resized);

	screens_changed(plugin);
}

static void handle_moved(struct wl_listener *listener, void *data)
{
	struct plugin *plugin = wl_container_of(listener, plugin, output_moved);

	screens_changed(plugin);
}

void screen_watch_init(struct plugin *plugin)
{
	struct weston_compositor *compositor = plugin->compositor;

	plugin->output_created.notify = handle_created;
	plugin->output_destroyed.notify = handle_destroyed;
	plugin->output_resized.notify = handle_resized;
	plugin->output_moved.notify = handle_moved;
	wl_signal_add(&compositor->output_created_signal, &plugin->output_created);
	wl_signal_add(&compositor->output_destroyed_signal, &plugin->output_destroyed);
	wl_signal_add(&compositor->output_resized_signal, &plugin->output_resized);
	wl_signal_add(&compositor->output_moved_signal, &plugin->output_moved);
}

void screen_watch_finish(struct plugin *plugin)
{
	wl_list_remove(&plugin->output_created.link);
	wl_list_remove(&plugin->output_destroyed.link);
	wl_list_remove(&plugin->output_resized.link);
	wl_list_remove(&plugin->output_moved.link);
}
