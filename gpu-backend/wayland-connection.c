/* SPDX-License-Identifier: MIT */
/*
 * Reaching the compositor, again and again: the back end outlives it. Nothing here blocks; the
 * globals are complete when the first wl_display.sync comes back.
 */
#include <errno.h>
#include <string.h>

#include "binnacle-scanout-v1-client-protocol.h"
#include "common/log.h"
#include "gpu-backend/wayland.h"
#include "linux-dmabuf-v1-client-protocol.h"
#include "xdg-shell-client-protocol.h"

#define RETRY_MIN_MS 50
#define RETRY_MAX_MS 1000

static void connection_lost(struct display_wayland *display)
{
	const struct wl_interface *interface = NULL;
	int error = wl_display_get_error(display->connection);

	if (error == EPROTO) {
		uint32_t id;
		uint32_t code = wl_display_get_protocol_error(display->connection, &interface, &id);

		log_error("the compositor refused us: error %u of %s", code,
			interface ? interface->name : "an unknown object");
		display->retry_ms = RETRY_MAX_MS;
	} else {
		log_info("the compositor is gone; the guest goes on, its picture comes back with "
			 "it");
	}
	wayland_disconnect(display);
	wl_event_source_timer_update(display->retry, display->retry_ms);
}

/* Nothing is queued for a compositor that does not read, or a guest could fill the host's memory
 * with its cursor's moves: it gets the newest when it reads again. */
static void tell_what_is_late(struct display_wayland *display)
{
	for (uint32_t i = 0; i < display->scanout_count && !display->blocked; i++) {
		if (!display->scanouts[i].late)
			continue;
		display->scanouts[i].late = false;
		display->base.listener->restored(display->base.data, i);
	}
}

void wayland_flush(struct display_wayland *display)
{
	bool blocked;

	if (!display->connection)
		return;
	/* What does not fit into the socket now goes when there is room. Errors show on reading. */
	blocked = wl_display_flush(display->connection) < 0 && errno == EAGAIN;
	if (blocked != display->blocked)
		wl_event_source_fd_update(display->source,
			blocked ? WL_EVENT_READABLE | WL_EVENT_WRITABLE : WL_EVENT_READABLE);
	display->blocked = blocked;
	if (!blocked)
		tell_what_is_late(display);
}

static int connection_ready(int fd, uint32_t mask, void *data)
{
	struct display_wayland *display = data;
	struct wl_display *connection = display->connection;

	while (wl_display_prepare_read(connection) < 0) {
		if (wl_display_dispatch_pending(connection) < 0)
			goto lost;
	}
	if (wl_display_read_events(connection) < 0 && errno != EAGAIN)
		goto lost;
	if (wl_display_dispatch_pending(connection) < 0)
		goto lost;
	if (mask & (WL_EVENT_HANGUP | WL_EVENT_ERROR))
		goto lost;
	wayland_flush(display);
	return 0;

lost:
	connection_lost(display);
	return 0;
}

static void wm_base_ping(void *data, struct xdg_wm_base *wm_base, uint32_t serial)
{
	xdg_wm_base_pong(wm_base, serial);
}

static const struct xdg_wm_base_listener wm_base_listener = {.ping = wm_base_ping};

static void registry_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct display_wayland *display = data;

	if (!strcmp(interface, wl_compositor_interface.name) && version >= 4) {
		display->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
	} else if (!strcmp(interface, wl_subcompositor_interface.name)) {
		display->subcompositor =
			wl_registry_bind(registry, name, &wl_subcompositor_interface, 1);
	} else if (!strcmp(interface, wl_shm_interface.name)) {
		display->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
	} else if (!strcmp(interface, zwp_linux_dmabuf_v1_interface.name)) {
		wayland_dmabuf_init(&display->dmabuf, registry, name, version);
	} else if (!strcmp(interface, xdg_wm_base_interface.name)) {
		display->wm_base = wl_registry_bind(registry, name, &xdg_wm_base_interface, 1);
		xdg_wm_base_add_listener(display->wm_base, &wm_base_listener, display);
	} else if (!strcmp(interface, binnacle_scanout_manager_v1_interface.name)) {
		display->manager =
			wl_registry_bind(registry, name, &binnacle_scanout_manager_v1_interface, 1);
	}
}

static void registry_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = registry_global,
	.global_remove = registry_global_remove,
};

/* And what the globals tell of themselves. */
static void details_complete(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct display_wayland *display = data;

	wl_callback_destroy(callback);
	display->globals_done = NULL;
	for (uint32_t i = 0; i < display->scanout_count; i++)
		wayland_scanout_init(&display->scanouts[i]);
}

static const struct wl_callback_listener details_listener = {.done = details_complete};

static void globals_complete(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct display_wayland *display = data;

	wl_callback_destroy(callback);
	display->globals_done = NULL;
	if (!display->compositor || !display->subcompositor || !display->shm ||
		(!display->manager && !display->wm_base)) {
		log_error("the compositor at %s offers neither our protocol nor windows",
			display->path);
		return;
	}
	log_info("connected to the compositor at %s%s", display->path,
		display->manager ? "" : ": scanouts are windows");
	display->retry_ms = RETRY_MIN_MS;
	display->globals_done = wl_display_sync(display->connection);
	wl_callback_add_listener(display->globals_done, &details_listener, display);
}

static const struct wl_callback_listener globals_listener = {.done = globals_complete};

void wayland_connect(struct display_wayland *display)
{
	display->connection = wl_display_connect(display->path);
	if (!display->connection) {
		log_debug("no compositor at %s yet: %s", display->path, strerror(errno));
		goto err_retry;
	}
	display->source =
		wl_event_loop_add_fd(display->loop, wl_display_get_fd(display->connection),
			WL_EVENT_READABLE, connection_ready, display);
	if (!display->source) {
		wl_display_disconnect(display->connection);
		display->connection = NULL;
		goto err_retry;
	}
	display->blocked = false;
	display->connections++;
	display->registry = wl_display_get_registry(display->connection);
	wl_registry_add_listener(display->registry, &registry_listener, display);
	display->globals_done = wl_display_sync(display->connection);
	wl_callback_add_listener(display->globals_done, &globals_listener, display);
	wayland_flush(display);
	return;

err_retry:
	wl_event_source_timer_update(display->retry, display->retry_ms);
	display->retry_ms =
		display->retry_ms * 2 < RETRY_MAX_MS ? display->retry_ms * 2 : RETRY_MAX_MS;
}

void wayland_disconnect(struct display_wayland *display)
{
	if (!display->connection)
		return;
	for (uint32_t i = 0; i < display->scanout_count; i++)
		wayland_scanout_finish(&display->scanouts[i]);
	wayland_buffers_forget(display);
	wayland_dmabuf_finish(&display->dmabuf);
	if (display->manager)
		binnacle_scanout_manager_v1_destroy(display->manager);
	if (display->wm_base)
		xdg_wm_base_destroy(display->wm_base);
	if (display->shm)
		wl_shm_destroy(display->shm);
	if (display->subcompositor)
		wl_subcompositor_destroy(display->subcompositor);
	if (display->compositor)
		wl_compositor_destroy(display->compositor);
	if (display->globals_done)
		wl_callback_destroy(display->globals_done);
	wl_registry_destroy(display->registry);
	wl_event_source_remove(display->source);
	wl_display_disconnect(display->connection);
	display->manager = NULL;
	display->wm_base = NULL;
	display->shm = NULL;
	display->subcompositor = NULL;
	display->compositor = NULL;
	display->globals_done = NULL;
	display->registry = NULL;
	display->source = NULL;
	display->connection = NULL;
}
