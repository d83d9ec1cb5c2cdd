/* SPDX-License-Identifier: MIT */
/* The sink's surfaces: what is committed when, and when it is let go. */
#include <stdlib.h>

#include "tests/bench/sink-internal.h"

static void ref_destroyed(struct wl_listener *listener, void *data)
{
	struct sink_buffer_ref *ref = wl_container_of(listener, ref, destroyed);

	wl_list_remove(&ref->destroyed.link);
	ref->buffer = NULL;
}

static void ref_set(struct sink_buffer_ref *ref, struct wl_resource *buffer)
{
	if (ref->buffer)
		wl_list_remove(&ref->destroyed.link);
	ref->buffer = buffer;
	if (!buffer)
		return;
	ref->destroyed.notify = ref_destroyed;
	wl_resource_add_destroy_listener(buffer, &ref->destroyed);
}

static void surface_attach(struct wl_client *client, struct wl_resource *resource,
	struct wl_resource *buffer, int32_t x, int32_t y)
{
	struct sink_surface *surface = wl_resource_get_user_data(resource);

	ref_set(&surface->attached, buffer);
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
	struct wl_shm_buffer *buffer = wl_shm_buffer_get(surface->attached.buffer);
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

static void note_commit(struct sink_surface *surface)
{
	if (surface->moved)
		counter_add(&surface->scanout->moves);
	surface->moved = false;
	if (!surface->attached.buffer)
		return;
	counter_add(&surface->scanout->commits);
	count_frame(surface);
}

void sink_surface_answer(struct sink_surface *surface)
{
	struct wl_resource *callback, *next;

	wl_resource_for_each_safe(callback, next, &surface->callbacks)
	{
		wl_callback_send_done(callback, 0);
		wl_resource_destroy(callback);
	}
}

/* The new buffer takes the place of the one that is shown. */
static void surface_show(struct sink_surface *surface)
{
	struct wl_resource *buffer = surface->attached.buffer, *before = surface->shown.buffer;

	ref_set(&surface->attached, NULL);
	if (buffer == before)
		return;
	if (before)
		wl_buffer_send_release(before);
	if (wl_shm_buffer_get(buffer)) {
		wl_buffer_send_release(buffer);
		buffer = NULL;
	}
	ref_set(&surface->shown, buffer);
}

static void surface_commit(struct wl_client *client, struct wl_resource *resource)
{
	struct sink_surface *surface = wl_resource_get_user_data(resource);

	if (surface->scanout)
		note_commit(surface);
	if (surface->attached.buffer)
		surface_show(surface);
	surface->damaged = false;
	if (!surface->scanout || surface->scanout->interval_ns == SINK_AT_ONCE)
		sink_surface_answer(surface);
}

static const struct wl_surface_interface surface_impl = {
	.destroy = sink_destroy_resource,
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
	ref_set(&surface->attached, NULL);
	ref_set(&surface->shown, NULL);
	if (surface->scanout)
		surface->scanout->surface = NULL;
	free(surface);
}

void sink_surface_create(struct sink *sink, struct wl_client *client, uint32_t id)
{
	struct sink_surface *surface = calloc(1, sizeof(*surface));

	if (!surface) {
		wl_client_post_no_memory(client);
		return;
	}
	surface->sink = sink;
	wl_list_init(&surface->callbacks);
	if (!sink_make(client, &wl_surface_interface, 4, id, &surface_impl, surface,
		    surface_destroyed))
		free(surface);
}
