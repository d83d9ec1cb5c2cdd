/* SPDX-License-Identifier: MIT */
/* The least compositor: releases at once, answers frame callbacks at once, counts frames. */
#include "tests/bench/sink.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <wayland-server.h>

#include "binnacle-scanout-v1-server-protocol.h"
#include "common/fd.h"

struct sink {
	struct wl_display *display;
	struct wl_event_source *stop_source;
	int stop_fd;
	pthread_t thread;
	bool running;
	bool has_scanout; /* atomic */
	uint32_t stamp;
	uint64_t frames; /* atomic */
};

struct sink_surface {
	struct sink *sink;
	struct wl_resource *buffer; /* attached, not committed */
	struct wl_listener buffer_destroyed;
	struct wl_list callbacks; // wl_resource link
	int32_t x, y;             /* of the first damage */
	bool damaged, is_scanout;
};

static void destroy_resource(struct wl_client *client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

static void surface_forget_buffer(struct sink_surface *surface)
{
	if (surface->buffer)
		wl_list_remove(&surface->buffer_destroyed.link);
	surface->buffer = NULL;
}

static void surface_buffer_destroyed(struct wl_listener *listener, void *data)
{
	struct sink_surface *surface = wl_container_of(listener, surface, buffer_destroyed);

	surface_forget_buffer(surface);
}

static void surface_attach(struct wl_client *client, struct wl_resource *resource,
	struct wl_resource *buffer, int32_t x, int32_t y)
{
	struct sink_surface *surface = wl_resource_get_user_data(resource);

	surface_forget_buffer(surface);
	surface->buffer = buffer;
	if (buffer) {
		surface->buffer_destroyed.notify = surface_buffer_destroyed;
		wl_resource_add_destroy_listener(buffer, &surface->buffer_destroyed);
	}
}

static void surface_damage(struct wl_client *client, struct wl_resource *resource, int32_t x,
	int32_t y, int32_t width, int32_t height)
{
	struct sink_surface *surface = wl_resource_get_user_data(resource);

	if (surface->damaged)
		return;
	surface->damaged = true;
	surface->x = x;
	surface->y = y;
}

static void callback_destroyed(struct wl_resource *resource)
{
	wl_list_remove(wl_resource_get_link(resource));
}

static void surface_frame(struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
	struct sink_surface *surface = wl_resource_get_user_data(resource);
	struct wl_resource *callback = wl_resource_create(client, &wl_callback_interface, 1, id);

	if (!callback) {
		wl_client_post_no_memory(client);
		return;
	}
	wl_resource_set_implementation(callback, NULL, NULL, callback_destroyed);
	wl_list_insert(surface->callbacks.prev, wl_resource_get_link(callback));
}

static void surface_region(
	struct wl_client *client, struct wl_resource *resource, struct wl_resource *region)
{
}

static void surface_int(struct wl_client *client, struct wl_resource *resource, int32_t value)
{
}

/* Looks at one pixel: the frame is this one and no other. */
static void count_frame(struct sink_surface *surface)
{
	struct wl_shm_buffer *buffer = wl_shm_buffer_get(surface->buffer);
	struct sink *sink = surface->sink;
	const char *pixels;
	uint32_t stamp;

	if (!buffer || surface->x >= wl_shm_buffer_get_width(buffer) ||
		surface->y >= wl_shm_buffer_get_height(buffer))
		return;
	wl_shm_buffer_begin_access(buffer);
	pixels = wl_shm_buffer_get_data(buffer);
	pixels += (ptrdiff_t)surface->y * wl_shm_buffer_get_stride(buffer) + surface->x * 4;
	stamp = *(const uint32_t *)(const void *)pixels & 0xffffff;
	wl_shm_buffer_end_access(buffer);
	if (stamp != sink->stamp)
		__atomic_add_fetch(&sink->frames, 1, __ATOMIC_RELEASE);
	sink->stamp = stamp;
}

static void surface_commit(struct wl_client *client, struct wl_resource *resource)
{
	struct sink_surface *surface = wl_resource_get_user_data(resource);
	struct wl_resource *callback, *next;

	if (surface->buffer) {
		if (surface->is_scanout)
			count_frame(surface);
		wl_buffer_send_release(surface->buffer);
		surface_forget_buffer(surface);
	}
	surface->damaged = false;
	wl_resource_for_each_safe(callback, next, &surface->callbacks)
	{
		wl_callback_send_done(callback, 0);
		wl_resource_destroy(callback);
	}
}

static const struct wl_surface_interface surface_impl = {
	.destroy = destroy_resource,
	.attach = surface_attach,
	.damage = surface_damage,
	.frame = surface_frame,
	.set_opaque_region = surface_region,
	.set_input_region = surface_region,
	.commit = surface_commit,
	.set_buffer_transform = surface_int,
	.set_buffer_scale = surface_int,
	.damage_buffer = surface_damage,
};

static void surface_destroyed(struct wl_resource *resource)
{
	struct sink_surface *surface = wl_resource_get_user_data(resource);
	struct wl_resource *callback, *next;

	wl_resource_for_each_safe(callback, next, &surface->callbacks)
		wl_resource_destroy(callback);
	surface_forget_buffer(surface);
	free(surface);
}

static struct wl_resource *make(struct wl_client *client, const struct wl_interface *interface,
	int version, uint32_t id, const void *implementation, void *data,
	wl_resource_destroy_func_t destroyed)
{
	struct wl_resource *resource = wl_resource_create(client, interface, version, id);

	if (resource)
		wl_resource_set_implementation(resource, implementation, data, destroyed);
	else
		wl_client_post_no_memory(client);
	return resource;
}

static void compositor_create_surface(
	struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
	struct sink_surface *surface = calloc(1, sizeof(*surface));

	if (!surface) {
		wl_client_post_no_memory(client);
		return;
	}
	surface->sink = wl_resource_get_user_data(resource);
	wl_list_init(&surface->callbacks);
	if (!make(client, &wl_surface_interface, 4, id, &surface_impl, surface, surface_destroyed))
		free(surface);
}

static void region_rectangle(struct wl_client *client, struct wl_resource *resource, int32_t x,
	int32_t y, int32_t width, int32_t height)
{
}

static const struct wl_region_interface region_impl = {
	.destroy = destroy_resource,
	.add = region_rectangle,
	.subtract = region_rectangle,
};

static void compositor_create_region(
	struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
	make(client, &wl_region_interface, 1, id, &region_impl, NULL, NULL);
}

static const struct wl_compositor_interface compositor_impl = {
	.create_surface = compositor_create_surface,
	.create_region = compositor_create_region,
};

static void compositor_bind(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	make(client, &wl_compositor_interface, 4, id, &compositor_impl, data, NULL);
}

static void subsurface_position(
	struct wl_client *client, struct wl_resource *resource, int32_t x, int32_t y)
{
}

static void subsurface_place(
	struct wl_client *client, struct wl_resource *resource, struct wl_resource *sibling)
{
}

static void subsurface_mode(struct wl_client *client, struct wl_resource *resource)
{
}

static const struct wl_subsurface_interface subsurface_impl = {
	.destroy = destroy_resource,
	.set_position = subsurface_position,
	.place_above = subsurface_place,
	.place_below = subsurface_place,
	.set_sync = subsurface_mode,
	.set_desync = subsurface_mode,
};

static void subcompositor_get_subsurface(struct wl_client *client, struct wl_resource *resource,
	uint32_t id, struct wl_resource *surface, struct wl_resource *parent)
{
	make(client, &wl_subsurface_interface, 1, id, &subsurface_impl, NULL, NULL);
}

static const struct wl_subcompositor_interface subcompositor_impl = {
	.destroy = destroy_resource,
	.get_subsurface = subcompositor_get_subsurface,
};

static void subcompositor_bind(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	make(client, &wl_subcompositor_interface, 1, id, &subcompositor_impl, NULL, NULL);
}

static const struct binnacle_scanout_v1_interface scanout_impl = {.destroy = destroy_resource};

static void manager_get_scanout(struct wl_client *client, struct wl_resource *resource, uint32_t id,
	struct wl_resource *surface_resource, uint32_t index)
{
	struct sink_surface *surface = wl_resource_get_user_data(surface_resource);
	struct wl_resource *scanout =
		make(client, &binnacle_scanout_v1_interface, 1, id, &scanout_impl, NULL, NULL);

	if (!scanout)
		return;
	surface->is_scanout = true;
	binnacle_scanout_v1_send_mode(scanout, 1920, 1080, 60000, 0, 0, "sink");
	binnacle_scanout_v1_send_done(scanout);
	__atomic_store_n(&surface->sink->has_scanout, true, __ATOMIC_RELEASE);
}

static const struct binnacle_scanout_manager_v1_interface manager_impl = {
	.destroy = destroy_resource,
	.get_scanout = manager_get_scanout,
};

static void manager_bind(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	make(client, &binnacle_scanout_manager_v1_interface, 1, id, &manager_impl, data, NULL);
}

static int sink_stop(int fd, uint32_t mask, void *data)
{
	((struct sink *)data)->running = false;
	return 0;
}

static void *sink_run(void *data)
{
	struct sink *sink = data;
	struct wl_event_loop *loop = wl_display_get_event_loop(sink->display);

	while (sink->running) {
		wl_event_loop_dispatch(loop, -1);
		wl_display_flush_clients(sink->display);
	}
	return NULL;
}

static bool sink_init(struct sink *sink, const char *path)
{
	int fd = fd_listen_unix(path);

	if (fd < 0)
		return false;
	if (wl_display_add_socket_fd(sink->display, fd) < 0) {
		close(fd);
		return false;
	}
	if (wl_display_init_shm(sink->display) < 0)
		return false;
	sink->stop_source = wl_event_loop_add_fd(wl_display_get_event_loop(sink->display),
		sink->stop_fd, WL_EVENT_READABLE, sink_stop, sink);
	return sink->stop_source &&
	       wl_global_create(
		       sink->display, &wl_compositor_interface, 4, sink, compositor_bind) &&
	       wl_global_create(
		       sink->display, &wl_subcompositor_interface, 1, sink, subcompositor_bind) &&
	       wl_global_create(sink->display, &binnacle_scanout_manager_v1_interface, 1, sink,
		       manager_bind);
}

struct sink *sink_create(const char *path)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return NULL;
	sink->running = true;
	sink->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sink->display = wl_display_create();
	if (sink->stop_fd < 0 || !sink->display || !sink_init(sink, path) ||
		pthread_create(&sink->thread, NULL, sink_run, sink))
		goto err_sink;
	return sink;

err_sink:
	if (sink->display)
		wl_display_destroy(sink->display);
	fd_close(&sink->stop_fd);
	free(sink);
	return NULL;
}

void sink_destroy(struct sink *sink)
{
	uint64_t one = 1;

	if (!sink)
		return;
	(void)!write(sink->stop_fd, &one, sizeof(one));
	pthread_join(sink->thread, NULL);
	wl_display_destroy_clients(sink->display);
	wl_event_source_remove(sink->stop_source);
	wl_display_destroy(sink->display);
	fd_close(&sink->stop_fd);
	free(sink);
}

uint64_t sink_frames(const struct sink *sink)
{
	return __atomic_load_n(&sink->frames, __ATOMIC_ACQUIRE);
}

int sink_wait_scanout(const struct sink *sink, int timeout_ms)
{
	for (int ms = 0; ms < timeout_ms; ms++) {
		if (__atomic_load_n(&sink->has_scanout, __ATOMIC_ACQUIRE))
			return 0;
		usleep(1000);
	}
	return -ETIMEDOUT;
}
