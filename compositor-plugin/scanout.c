/* SPDX-License-Identifier: MIT */
/*
 * The scanout role. A surface has it as long as it lives; the protocol object gives it a number,
 * and so a place on a screen. Surface and object may go in either order.
 */
#include "compositor-plugin/scanout.h"

#include "binnacle-scanout-v1-server-protocol.h"
#include "compositor-plugin/guest.h"
#include "compositor-plugin/placement.h"
#include "compositor-plugin/screen.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum state_kind {
	STATE_UNSENT,
	STATE_MODE,
	STATE_NO_SCREEN,
	STATE_WINDOWED,
};

/* What the client knows. */
struct state {
	enum state_kind kind;
	uint32_t width_px, height_px, refresh_mhz, width_mm, height_mm;
	char name[SCREEN_NAME_MAX];
};

struct scanout {
	struct guest *guest;
	struct wl_resource *resource;
	uint32_t index;
	struct weston_surface *surface; /* NULL once it is destroyed */
	struct wl_listener surface_destroy;
	struct picture picture;
	struct placement *placement; /* NULL: windowed */
	struct state state;
	uint64_t frames;
};

static const char role_name[] = "binnacle_scanout_v1";

bool scanout_has_content(const struct scanout *scanout)
{
	return scanout->surface && weston_surface_has_content(scanout->surface);
}

struct picture *scanout_picture(struct scanout *scanout)
{
	return &scanout->picture;
}

uint64_t scanout_frames(const struct scanout *scanout)
{
	return scanout->frames;
}

void scanout_set_placement(struct scanout *scanout, struct placement *placement)
{
	if (scanout->placement)
		scanout->placement->scanout = NULL;
	scanout->placement = placement;
	if (placement)
		placement->scanout = scanout;
}

static void state_fill(const struct scanout *scanout, struct state *state)
{
	const struct placement *placement = scanout->placement;
	struct weston_output *output;
	int32_t width_mm, height_mm;

	memset(state, 0, sizeof(*state));
	if (!placement || !placement_is_on_screen(placement)) {
		state->kind = placement ? STATE_NO_SCREEN : STATE_WINDOWED;
		return;
	}
	output = placement->output;
	state->kind = STATE_MODE;
	state->width_px = (uint32_t)placement->area_px.width;
	state->height_px = (uint32_t)placement->area_px.height;
	state->refresh_mhz = output->current_mode ? output->current_mode->refresh : 0;
	screen_get_size_mm(output, &width_mm, &height_mm);
	state->width_mm = (uint32_t)((int64_t)width_mm * placement->area_px.width /
				     compat_output_width_px(output));
	state->height_mm = (uint32_t)((int64_t)height_mm * placement->area_px.height /
				      compat_output_height_px(output));
	screen_describe(output, state->name);
}

void scanout_send_state(struct scanout *scanout)
{
	struct wl_resource *resource = scanout->resource;
	struct state state;

	state_fill(scanout, &state);
	if (memcmp(&state, &scanout->state, sizeof(state)) == 0)
		return;
	scanout->state = state;
	switch (state.kind) {
	case STATE_UNSENT:
		return;
	case STATE_MODE:
		binnacle_scanout_v1_send_mode(resource, state.width_px, state.height_px,
			state.refresh_mhz, state.width_mm, state.height_mm, state.name);
		break;
	case STATE_NO_SCREEN:
		binnacle_scanout_v1_send_no_screen(resource);
		break;
	case STATE_WINDOWED:
		binnacle_scanout_v1_send_windowed(resource);
		break;
	}
	binnacle_scanout_v1_send_done(resource);
}

static void surface_committed(struct weston_surface *surface, struct weston_coord_surface origin)
{
	struct scanout *scanout = surface->committed_private;

	/* A surface whose object is gone keeps the role, and is shown nowhere. */
	if (!scanout)
		return;
	if (scanout_has_content(scanout))
		scanout->frames++;
	if (scanout->placement)
		placement_update_picture(scanout->placement);
}

static int surface_get_label(struct weston_surface *surface, char *buffer, size_t size)
{
	const struct scanout *scanout = surface->committed_private;

	if (!scanout)
		return snprintf(buffer, size, "former scanout");
	return snprintf(
		buffer, size, "scanout %u of guest %s", scanout->index, scanout->guest->name);
}

/* Takes the surface off the scanout, so that its fallback is shown. */
static void scanout_drop_surface(struct scanout *scanout)
{
	if (!scanout->surface)
		return;
	wl_list_remove(&scanout->surface_destroy.link);
	picture_finish(&scanout->picture);
	scanout->surface->committed_private = NULL;
	scanout->surface = NULL;
	if (scanout->placement)
		placement_update_picture(scanout->placement);
}

static void surface_handle_destroy(struct wl_listener *listener, void *data)
{
	struct scanout *scanout = wl_container_of(listener, scanout, surface_destroy);

	scanout_drop_surface(scanout);
}

void scanout_destroy(struct scanout *scanout)
{
	struct placement *placement;

	if (!scanout)
		return;
	scanout_drop_surface(scanout);
	placement = scanout->placement;
	scanout_set_placement(scanout, NULL);
	if (placement)
		placement_update_picture(placement);
	scanout->guest->scanouts[scanout->index] = NULL;
	wl_resource_set_user_data(scanout->resource, NULL);
	free(scanout);
}

static void resource_handle_destroy(struct wl_resource *resource)
{
	scanout_destroy(wl_resource_get_user_data(resource));
}

static void request_destroy(struct wl_client *client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

static const struct binnacle_scanout_v1_interface scanout_impl = {
	.destroy = request_destroy,
};

/* Posts the error and returns false where the surface cannot be scanout number index. */
static bool request_is_valid(struct guest *guest, struct wl_resource *manager,
	struct weston_surface *surface, uint32_t index)
{
	if (index >= CONFIG_SCANOUTS || guest->scanouts[index]) {
		wl_resource_post_error(manager, BINNACLE_SCANOUT_MANAGER_V1_ERROR_SCANOUT,
			index >= CONFIG_SCANOUTS ? "there is no scanout %u"
						 : "scanout %u is in use",
			index);
		return false;
	}
	if (surface->committed == surface_committed && surface->committed_private) {
		wl_resource_post_error(manager, BINNACLE_SCANOUT_MANAGER_V1_ERROR_ROLE,
			"the surface is another scanout");
		return false;
	}
	return weston_surface_set_role(
		       surface, role_name, manager, BINNACLE_SCANOUT_MANAGER_V1_ERROR_ROLE) == 0;
}

static void manager_get_scanout(struct wl_client *client, struct wl_resource *manager, uint32_t id,
	struct wl_resource *surface_resource, uint32_t index)
{
	struct guest *guest = guest_from_client(client);
	struct weston_surface *surface = wl_resource_get_user_data(surface_resource);
	struct scanout *scanout;

	/* Only after the plugin's end has a client with a manager no guest. */
	if (guest && !request_is_valid(guest, manager, surface, index))
		return;
	scanout = calloc(1, sizeof(*scanout));
	if (!scanout)
		goto err_no_memory;
	*scanout = (struct scanout){.guest = guest, .index = index};
	scanout->resource = wl_resource_create(
		client, &binnacle_scanout_v1_interface, wl_resource_get_version(manager), id);
	if (!scanout->resource)
		goto err_free;
	if (!guest) {
		wl_resource_set_implementation(scanout->resource, &scanout_impl, NULL, NULL);
		free(scanout);
		return;
	}
	if (picture_init(&scanout->picture, surface) < 0)
		goto err_resource;
	wl_resource_set_implementation(
		scanout->resource, &scanout_impl, scanout, resource_handle_destroy);
	guest->scanouts[index] = scanout;
	scanout->surface = surface;
	scanout->surface_destroy.notify = surface_handle_destroy;
	wl_signal_add(&surface->destroy_signal, &scanout->surface_destroy);
	surface->committed = surface_committed;
	surface->committed_private = scanout;
	weston_surface_set_label_func(surface, surface_get_label);
	scanout_set_placement(scanout, placement_find(guest, index));
	if (scanout->placement)
		placement_update_picture(scanout->placement);
	scanout_send_state(scanout);
	return;

err_resource:
	wl_resource_destroy(scanout->resource);
err_free:
	free(scanout);
err_no_memory:
	wl_client_post_no_memory(client);
}

static const struct binnacle_scanout_manager_v1_interface manager_impl = {
	.destroy = request_destroy,
	.get_scanout = manager_get_scanout,
};

/* True when the peer has closed its end, though the event loop has not come to that yet. */
static bool client_has_hung_up(struct wl_client *client)
{
	struct pollfd pollfd = {.fd = wl_client_get_fd(client)};

	return poll(&pollfd, 1, 0) == 1 && (pollfd.revents & (POLLHUP | POLLERR));
}

static void manager_bind(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	struct guest *guest = data;
	struct wl_resource *resource;

	resource = wl_resource_create(
		client, &binnacle_scanout_manager_v1_interface, (int)version, id);
	if (!resource) {
		wl_client_post_no_memory(client);
		return;
	}
	wl_resource_set_implementation(resource, &manager_impl, NULL, NULL);
	/* A back end that was restarted may be heard before the end of the old one is. */
	if (guest->backend && guest->backend != client && client_has_hung_up(guest->backend))
		wl_client_destroy(guest->backend);
	if (guest->backend && guest->backend != client) {
		plugin_log_limited(&guest->log_pacer,
			"guest \"%s\": a second back end refused, there is one already",
			guest->name);
		wl_resource_post_error(resource, BINNACLE_SCANOUT_MANAGER_V1_ERROR_BUSY,
			"guest \"%s\" has a back end already", guest->name);
		return;
	}
	if (!guest->backend)
		plugin_log_limited(
			&guest->log_pacer, "guest \"%s\": back end connected", guest->name);
	guest->backend = client;
}

struct wl_global *scanout_manager_create(struct guest *guest)
{
	return wl_global_create(guest->plugin->compositor->wl_display,
		&binnacle_scanout_manager_v1_interface, 1, guest, manager_bind);
}
