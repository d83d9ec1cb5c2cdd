/* SPDX-License-Identifier: MIT */
/*
 * Shows, in its area of its output, a guest's scanout or the fallback picture. Each placement has a
 * layer of its own, with a plain backdrop below the picture.
 */
#include "compositor-plugin/placement.h"

#include "compositor-plugin/fallback.h"
#include "compositor-plugin/guest.h"
#include "compositor-plugin/scanout.h"
#include "compositor-plugin/screen.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/param.h>

struct placement *placement_create(struct plugin *plugin, struct guest *guest,
	const struct config_display *display, uint32_t order)
{
	struct placement *placement = calloc(1, sizeof(*placement));

	if (!placement)
		return NULL;
	*placement = (struct placement){.plugin = plugin, .display = display, .guest = guest};
	weston_layer_init(&placement->layer, plugin->compositor);
	weston_layer_set_position(&placement->layer,
		(enum weston_layer_position)(
			COMPAT_LAYER_BASE + display->layer * CONFIG_MAX_DISPLAYS + order));
	wl_list_insert(plugin->placements.prev, &placement->link);
	return placement;
}

static void placement_remove_backdrop(struct placement *placement)
{
	if (placement->backdrop)
		weston_shell_utils_curtain_destroy(placement->backdrop);
	placement->backdrop = NULL;
}

void placement_destroy(struct placement *placement)
{
	if (!placement)
		return;
	if (placement->scanout)
		scanout_set_placement(placement->scanout, NULL);
	fallback_destroy(placement->fallback);
	placement_remove_backdrop(placement);
	weston_layer_unset_position(&placement->layer);
	weston_layer_fini(&placement->layer);
	wl_list_remove(&placement->link);
	free(placement);
}

struct placement *placement_find(struct guest *guest, uint32_t scanout_index)
{
	struct placement *placement;

	wl_list_for_each (placement, &guest->plugin->placements, link) {
		if (placement->guest == guest && placement->display->scanout_index == scanout_index)
			return placement;
	}
	return NULL;
}

bool placement_is_on_screen(const struct placement *placement)
{
	return placement->output && placement->area_px.width > 0 && placement->area_px.height > 0;
}

bool placement_shows_fallback(const struct placement *placement)
{
	return placement_is_on_screen(placement) &&
	       !(placement->scanout && scanout_has_content(placement->scanout));
}

/* The configured area, as much of it as is on the output. */
static void placement_update_area(struct placement *placement)
{
	const struct config_area *area = &placement->display->area;
	struct weston_output *output = placement->output;
	int32_t width_px, height_px;
	double scale;

	memset(&placement->area_px, 0, sizeof(placement->area_px));
	if (!output)
		return;
	width_px = compat_output_width_px(output);
	height_px = compat_output_height_px(output);
	if (area->full) {
		placement->area_px.width = width_px;
		placement->area_px.height = height_px;
	} else {
		placement->area_px.x = area->x;
		placement->area_px.y = area->y;
		/* Where the area begins outside, the size comes out negative: nothing to see. */
		placement->area_px.width = MIN(area->width, width_px - area->x);
		placement->area_px.height = MIN(area->height, height_px - area->y);
		if (!placement->area_warned && (placement->area_px.width < area->width ||
						       placement->area_px.height < area->height)) {
			plugin_log(
				"%s:%d: the area does not fit on output \"%s\" of %dx%d, cut off",
				placement->plugin->config->path, placement->display->area_line,
				output->name, width_px, height_px);
			placement->area_warned = true;
		}
	}
	scale = output->current_scale;
	placement->area = (struct picture_area){
		.x = output->pos.c.x + placement->area_px.x / scale,
		.y = output->pos.c.y + placement->area_px.y / scale,
		.width = placement->area_px.width / scale,
		.height = placement->area_px.height / scale,
		.scale_px = scale,
		.whole_output = placement->area_px.width == width_px &&
				placement->area_px.height == height_px,
	};
	/* Outputs lie side by side: what hangs over the edge of one would be seen on the next. */
	weston_layer_set_mask(&placement->layer, (int)floor(placement->area.x),
		(int)floor(placement->area.y), (int)ceil(placement->area.width),
		(int)ceil(placement->area.height));
}

static int backdrop_get_label(struct weston_surface *surface, char *buffer, size_t size)
{
	return snprintf(buffer, size, "backdrop of a guest's display");
}

static void backdrop_committed(struct weston_surface *surface, struct weston_coord_surface origin)
{
}

/* Covers the area with black under a picture, or is the built-in fallback itself. */
static void placement_add_backdrop(struct placement *placement, bool is_built_in)
{
	const struct picture_area *area = &placement->area;
	struct weston_curtain_params params = {
		.get_label = backdrop_get_label,
		.surface_committed = backdrop_committed,
		.r = is_built_in ? FALLBACK_RED : 0.0f,
		.g = is_built_in ? FALLBACK_GREEN : 0.0f,
		.b = is_built_in ? FALLBACK_BLUE : 0.0f,
		.a = 1.0f,
		.pos.c = weston_coord(area->x, area->y),
		.width = (int)ceil(area->width),
		.height = (int)ceil(area->height),
		.capture_input = true,
	};
	struct weston_layer_entry *bottom;

	placement->backdrop =
		weston_shell_utils_curtain_create(placement->plugin->compositor, &params);
	if (!placement->backdrop)
		return;
	placement->backdrop_is_built_in = is_built_in;
	/* A layer's list is its own last entry's neighbour: insert below all pictures. */
	bottom = wl_list_empty(&placement->layer.view_list.link)
			 ? &placement->layer.view_list
			 : wl_container_of(placement->layer.view_list.link.prev, bottom, link);
	weston_view_move_to_layer(placement->backdrop->view, bottom);
	weston_view_update_transform(placement->backdrop->view);
	weston_compositor_schedule_repaint(placement->plugin->compositor);
}

void placement_update_picture(struct placement *placement)
{
	struct scanout *scanout = placement->scanout;
	bool on_screen = placement_is_on_screen(placement);
	bool is_fallback = placement_shows_fallback(placement);
	bool is_built_in = is_fallback && !placement->fallback;

	if (on_screen && (!placement->backdrop || placement->backdrop_is_built_in != is_built_in)) {
		placement_remove_backdrop(placement);
		placement_add_backdrop(placement, is_built_in);
	}
	if (!on_screen)
		placement_remove_backdrop(placement);

	if (on_screen && !is_fallback)
		picture_show(scanout_picture(scanout), &placement->layer, &placement->area,
			placement->display->scale);
	else if (scanout)
		picture_hide(scanout_picture(scanout));

	if (is_fallback)
		fallback_show(placement->fallback, &placement->layer, &placement->area,
			placement->display->scale);
	else
		fallback_hide(placement->fallback);
}

void placement_update(struct placement *placement)
{
	placement->output =
		screen_find_output(placement->plugin->compositor, placement->display->output);
	placement_update_area(placement);
	placement_remove_backdrop(placement);
	placement_update_picture(placement);
	if (placement->scanout)
		scanout_send_state(placement->scanout);
}
