/* SPDX-License-Identifier: MIT */
/* The least compositor: its globals, its screens' paces and its thread. */
#include "tests/bench/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "binnacle-scanout-v1-server-protocol.h"
#include "common/fd.h"
#include "tests/bench/sink-internal.h"

#define NS_PER_S UINT64_C(1000000000)

void sink_destroy_resource(struct wl_client *client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

struct wl_resource *sink_make(struct wl_client *client, const struct wl_interface *interface,
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
	sink_surface_create(wl_resource_get_user_data(resource), client, id);
}

static void region_rectangle(struct wl_client *client, struct wl_resource *resource, int32_t x,
	int32_t y, int32_t width, int32_t height)
{
}

static const struct wl_region_interface region_impl = {
	.destroy = sink_destroy_resource,
	.add = region_rectangle,
	.subtract = region_rectangle,
};

static void compositor_create_region(
	struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
	sink_make(client, &wl_region_interface, 1, id, &region_impl, NULL, NULL);
}

static const struct wl_compositor_interface compositor_impl = {
	.create_surface = compositor_create_surface,
	.create_region = compositor_create_region,
};

static void compositor_bind(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	sink_make(client, &wl_compositor_interface, 4, id, &compositor_impl, data, NULL);
}

static void subsurface_position(
	struct wl_client *client, struct wl_resource *resource, int32_t x, int32_t y)
{
	((struct sink_surface *)wl_resource_get_user_data(resource))->moved = true;
}

static void subsurface_place(
	struct wl_client *client, struct wl_resource *resource, struct wl_resource *sibling)
{
}

static void subsurface_mode(struct wl_client *client, struct wl_resource *resource)
{
}

static const struct wl_subsurface_interface subsurface_impl = {
	.destroy = sink_destroy_resource,
	.set_position = subsurface_position,
	.place_above = subsurface_place,
	.place_below = subsurface_place,
	.set_sync = subsurface_mode,
	.set_desync = subsurface_mode,
};

static void subcompositor_get_subsurface(struct wl_client *client, struct wl_resource *resource,
	uint32_t id, struct wl_resource *surface, struct wl_resource *parent)
{
	sink_make(client, &wl_subsurface_interface, 1, id, &subsurface_impl,
		wl_resource_get_user_data(parent), NULL);
}

static const struct wl_subcompositor_interface subcompositor_impl = {
	.destroy = sink_destroy_resource,
	.get_subsurface = subcompositor_get_subsurface,
};

static void subcompositor_bind(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	sink_make(client, &wl_subcompositor_interface, 1, id, &subcompositor_impl, NULL, NULL);
}

static const struct binnacle_scanout_v1_interface scanout_impl = {.destroy = sink_destroy_resource};

static void manager_get_scanout(struct wl_client *client, struct wl_resource *resource, uint32_t id,
	struct wl_resource *surface_resource, uint32_t index)
{
	struct sink_surface *surface = wl_resource_get_user_data(surface_resource);
	struct sink *sink = surface->sink;
	struct wl_resource *scanout;

	if (index >= SINK_SCANOUTS) {
		wl_resource_post_error(resource, BINNACLE_SCANOUT_MANAGER_V1_ERROR_SCANOUT,
			"scanout %u of %d", index, SINK_SCANOUTS);
		return;
	}
	scanout =
		sink_make(client, &binnacle_scanout_v1_interface, 1, id, &scanout_impl, NULL, NULL);
	if (!scanout)
		return;
	surface->scanout = &sink->scanouts[index];
	surface->scanout->surface = surface;
	binnacle_scanout_v1_send_mode(scanout, 1920, 1080, 60000, 0, 0, "sink");
	binnacle_scanout_v1_send_done(scanout);
	__atomic_add_fetch(&sink->scanout_count, 1, __ATOMIC_RELEASE);
}

static const struct binnacle_scanout_manager_v1_interface manager_impl = {
	.destroy = sink_destroy_resource,
	.get_scanout = manager_get_scanout,
};

static void manager_bind(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	sink_make(client, &binnacle_scanout_manager_v1_interface, 1, id, &manager_impl, data, NULL);
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

static int scanout_tick(int fd, uint32_t mask, void *data)
{
	struct sink_scanout *scanout = data;
	uint64_t ticks;

	if (read(fd, &ticks, sizeof(ticks)) == sizeof(ticks) && scanout->surface)
		sink_surface_answer(scanout->surface);
	return 0;
}

/* Ticks whether or not a frame waits for it, as a screen does. */
static bool scanout_init(struct sink *sink, struct sink_scanout *scanout, uint64_t interval_ns)
{
	const struct timespec interval = {.tv_sec = (time_t)(interval_ns / NS_PER_S),
		.tv_nsec = (long)(interval_ns % NS_PER_S)};
	const struct itimerspec when = {.it_interval = interval, .it_value = interval};

	scanout->interval_ns = interval_ns;
	if (interval_ns == SINK_AT_ONCE || interval_ns == SINK_NEVER)
		return true;
	scanout->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (scanout->timer_fd < 0 || timerfd_settime(scanout->timer_fd, 0, &when, NULL) < 0)
		return false;
	scanout->timer = wl_event_loop_add_fd(wl_display_get_event_loop(sink->display),
		scanout->timer_fd, WL_EVENT_READABLE, scanout_tick, scanout);
	return scanout->timer;
}

static void scanout_finish(struct sink_scanout *scanout)
{
	if (scanout->timer)
		wl_event_source_remove(scanout->timer);
	fd_close(&scanout->timer_fd);
}

static bool sink_init(struct sink *sink, const char *path, const struct sink_options *options)
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
	for (uint32_t i = 0; i < SINK_SCANOUTS; i++) {
		if (!scanout_init(sink, &sink->scanouts[i], options->interval_ns[i]))
			return false;
	}
	if (options->dmabuf && !sink_dmabuf_init(sink))
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

static void sink_free(struct sink *sink)
{
	for (uint32_t i = 0; i < SINK_SCANOUTS; i++)
		scanout_finish(&sink->scanouts[i]);
	if (sink->stop_source)
		wl_event_source_remove(sink->stop_source);
	if (sink->display)
		wl_display_destroy(sink->display);
	fd_close(&sink->stop_fd);
	free(sink);
}

struct sink *sink_create(const char *path, const struct sink_options *options)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return NULL;
	sink->running = true;
	for (uint32_t i = 0; i < SINK_SCANOUTS; i++)
		sink->scanouts[i].timer_fd = -1;
	sink->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sink->display = wl_display_create();
	if (sink->stop_fd < 0 || !sink->display || !sink_init(sink, path, options) ||
		pthread_create(&sink->thread, NULL, sink_run, sink))
		goto err_sink;
	return sink;

err_sink:
	sink_free(sink);
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
	sink_free(sink);
}

uint64_t sink_frames(const struct sink *sink)
{
	return __atomic_load_n(&sink->frames, __ATOMIC_ACQUIRE);
}

uint64_t sink_commits(const struct sink *sink, uint32_t scanout_index, uint64_t *last_ns)
{
	return counter_get(&sink->scanouts[scanout_index].commits, last_ns);
}

uint64_t sink_moves(const struct sink *sink, uint32_t scanout_index, uint64_t *last_ns)
{
	return counter_get(&sink->scanouts[scanout_index].moves, last_ns);
}

uint64_t sink_dmabufs(const struct sink *sink)
{
	return __atomic_load_n(&sink->dmabufs, __ATOMIC_RELAXED);
}

int sink_wait_scanouts(const struct sink *sink, uint32_t count, int timeout_ms)
{
	for (int ms = 0; ms < timeout_ms; ms++) {
		if (__atomic_load_n(&sink->scanout_count, __ATOMIC_ACQUIRE) >= count)
			return 0;
		usleep(1000);
	}
	return -ETIMEDOUT;
}
