/* SPDX-License-Identifier: MIT */
/*
 * A scanout's surface: ours on a compositor that speaks binnacle-scanout-v1, an xdg_toplevel on any
 * other, and where ours leaves the scanout to the desktop. The cursor is a subsurface in both.
 */
#include <stdio.h>
#include <string.h>

#include "binnacle-scanout-v1-client-protocol.h"
#include "common/log.h"
#include "gpu-backend/wayland.h"
#include "xdg-shell-client-protocol.h"

static void scanout_become_window(struct wayland_scanout *scanout);

/* The role may carry buffers from now on; the first time, all is to be presented again. */
static void scanout_ready(struct wayland_scanout *scanout)
{
	struct display *display = &scanout->display->base;
	bool restored = !scanout->ready;

	scanout->ready = true;
	display->listener->screen_changed(display->data, scanout->index, &scanout->pending);
	if (restored)
		display->listener->restored(display->data, scanout->index);
}

static void role_mode(void *data, struct binnacle_scanout_v1 *role, uint32_t width_px,
	uint32_t height_px, uint32_t refresh_mhz, uint32_t width_mm, uint32_t height_mm,
	const char *name)
{
	struct wayland_scanout *scanout = data;

	scanout->pending = (struct screen){
		.connected = true,
		.width_px = width_px,
		.height_px = height_px,
		.refresh_mhz = refresh_mhz,
		.width_mm = width_mm,
		.height_mm = height_mm,
	};
	snprintf(scanout->pending.name, sizeof(scanout->pending.name), "%s", name);
}

static void role_no_screen(void *data, struct binnacle_scanout_v1 *role)
{
	((struct wayland_scanout *)data)->pending.connected = false;
}

static void role_windowed(void *data, struct binnacle_scanout_v1 *role)
{
	((struct wayland_scanout *)data)->pending_windowed = true;
}

static void role_done(void *data, struct binnacle_scanout_v1 *role)
{
	struct wayland_scanout *scanout = data;

	if (scanout->pending_windowed)
		scanout_become_window(scanout);
	else
		scanout_ready(scanout);
}

static const struct binnacle_scanout_v1_listener role_listener = {
	.mode = role_mode,
	.no_screen = role_no_screen,
	.windowed = role_windowed,
	.done = role_done,
};

static void window_configured(void *data, struct xdg_surface *xdg_surface, uint32_t serial)
{
	xdg_surface_ack_configure(xdg_surface, serial);
	scanout_ready(data);
}

static const struct xdg_surface_listener xdg_surface_listener = {.configure = window_configured};

static void toplevel_configured(void *data, struct xdg_toplevel *toplevel, int32_t width,
	int32_t height, struct wl_array *states)
{
	struct wayland_scanout *scanout = data;

	if (width > 0 && height > 0) {
		scanout->pending.width_px = (uint32_t)width;
		scanout->pending.height_px = (uint32_t)height;
	}
}

static void toplevel_closed(void *data, struct xdg_toplevel *toplevel)
{
	const struct wayland_scanout *scanout = data;

	/* A window is a screen: closing it is no reason to end a virtual machine. */
	log_info("the window of scanout %u stays: stop the guest to close it", scanout->index);
}

static const struct xdg_toplevel_listener toplevel_listener = {
	.configure = toplevel_configured,
	.close = toplevel_closed,
};

static void scanout_init_window(struct wayland_scanout *scanout)
{
	struct display_wayland *display = scanout->display;
	char title[96];

	snprintf(title, sizeof(title), "%s, screen %u", display->title, scanout->index + 1);
	scanout->pending = scanout->fallback;
	scanout->xdg_surface = xdg_wm_base_get_xdg_surface(display->wm_base, scanout->main.surface);
	xdg_surface_add_listener(scanout->xdg_surface, &xdg_surface_listener, scanout);
	scanout->toplevel = xdg_surface_get_toplevel(scanout->xdg_surface);
	xdg_toplevel_add_listener(scanout->toplevel, &toplevel_listener, scanout);
	xdg_toplevel_set_title(scanout->toplevel, title);
	xdg_toplevel_set_app_id(scanout->toplevel, "binnacle");
	wl_surface_commit(scanout->main.surface);
}

static void scanout_init_surfaces(struct wayland_scanout *scanout)
{
	struct display_wayland *display = scanout->display;
	struct wl_region *no_input = wl_compositor_create_region(display->compositor);

	scanout->main.surface = wl_compositor_create_surface(display->compositor);
	scanout->cursor.surface = wl_compositor_create_surface(display->compositor);
	scanout->cursor_role = wl_subcompositor_get_subsurface(
		display->subcompositor, scanout->cursor.surface, scanout->main.surface);
	wl_subsurface_set_desync(scanout->cursor_role);
	wl_surface_set_input_region(scanout->cursor.surface, no_input);
	wl_region_destroy(no_input);
	/* A scanout has nothing behind it, so its alpha means nothing. Linux gives its cursors a
	 * format without alpha, and alpha nevertheless. */
	scanout->main.format = WL_SHM_FORMAT_XRGB8888;
	scanout->main.takes_dmabuf = true;
	scanout->cursor.format = WL_SHM_FORMAT_ARGB8888;
	wl_list_init(&scanout->main.buffers);
	wl_list_init(&scanout->cursor.buffers);
}

static void scanout_become_window(struct wayland_scanout *scanout)
{
	if (!scanout->display->wm_base) {
		log_error("scanout %u has no place in the compositor's configuration, and its "
			  "shell has no windows",
			scanout->index);
		return;
	}
	wayland_scanout_finish(scanout);
	scanout_init_surfaces(scanout);
	scanout_init_window(scanout);
	wayland_flush(scanout->display);
}

void wayland_scanout_init(struct wayland_scanout *scanout)
{
	struct display_wayland *display = scanout->display;

	scanout_init_surfaces(scanout);
	if (display->manager) {
		scanout->role = binnacle_scanout_manager_v1_get_scanout(
			display->manager, scanout->main.surface, scanout->index);
		binnacle_scanout_v1_add_listener(scanout->role, &role_listener, scanout);
	} else {
		scanout_init_window(scanout);
	}
}

void wayland_scanout_finish(struct wayland_scanout *scanout)
{
	wayland_scanout_forget_asked(scanout);
	if (scanout->frame)
		wl_callback_destroy(scanout->frame);
	if (scanout->role)
		binnacle_scanout_v1_destroy(scanout->role);
	if (scanout->toplevel)
		xdg_toplevel_destroy(scanout->toplevel);
	if (scanout->xdg_surface)
		xdg_surface_destroy(scanout->xdg_surface);
	if (scanout->cursor_role)
		wl_subsurface_destroy(scanout->cursor_role);
	wayland_surface_finish(&scanout->cursor);
	wayland_surface_finish(&scanout->main);
	scanout->frame = NULL;
	scanout->role = NULL;
	scanout->toplevel = NULL;
	scanout->xdg_surface = NULL;
	scanout->cursor_role = NULL;
	scanout->ready = scanout->pending_windowed = false;
}
