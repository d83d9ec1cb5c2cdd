/* SPDX-License-Identifier: MIT */
/* Images as wl_buffers: made once per image, surface and part, and kept as long as the image. */
#include <stdlib.h>

#include "gpu-backend/wayland.h"

static void buffer_set_held(struct wayland_buffer *buffer, bool held)
{
	if (buffer->held == held)
		return;
	buffer->held = held;
	if (held)
		buffer->image->held++;
	else
		buffer->image->held--;
}

static void buffer_destroy(struct wayland_buffer *buffer)
{
	buffer_set_held(buffer, false);
	wl_buffer_destroy(buffer->buffer);
	wl_list_remove(&buffer->link);
	wl_list_remove(&buffer->surface_link);
	free(buffer);
}

static void image_buffers_destroy(struct gpu_image *image)
{
	struct wayland_buffer *buffer, *next;

	wl_list_for_each_safe (buffer, next, &image->buffers, link)
		buffer_destroy(buffer);
}

static void buffer_released(void *data, struct wl_buffer *wl_buffer)
{
	buffer_set_held(data, false);
}

static const struct wl_buffer_listener buffer_listener = {.release = buffer_released};

/* The buffer of that part. Those of other parts are in nobody's way, but a guest that pans would
 * gather them: each that is free goes. */
static struct wayland_buffer *buffer_find(const struct gpu_image *image,
	const struct wayland_surface *surface, const struct rect *source)
{
	struct wayland_buffer *buffer, *next, *found = NULL;

	wl_list_for_each_safe (buffer, next, &image->buffers, link) {
		if (buffer->surface != surface)
			continue;
		if (rect_equal(&buffer->source, source))
			found = buffer;
		else if (!buffer->held)
			buffer_destroy(buffer);
	}
	return found;
}

static struct wayland_buffer *buffer_create(struct display_wayland *display,
	struct gpu_image *image, struct wayland_surface *surface, const struct rect *source,
	enum wl_shm_format format)
{
	size_t offset = (size_t)source->y * image->stride + (size_t)source->x * 4;
	struct wayland_buffer *buffer = calloc(1, sizeof(*buffer));
	struct wl_shm_pool *pool;

	if (!buffer)
		return NULL;
	pool = wl_shm_create_pool(display->shm, image->fd, (int32_t)image->size);
	if (!pool)
		goto err_buffer;
	*buffer = (struct wayland_buffer){
		.buffer = wl_shm_pool_create_buffer(pool, (int32_t)offset, (int32_t)source->width,
			(int32_t)source->height, (int32_t)image->stride, format),
		.image = image,
		.surface = surface,
		.source = *source,
	};
	wl_shm_pool_destroy(pool);
	if (!buffer->buffer)
		goto err_buffer;
	wl_buffer_add_listener(buffer->buffer, &buffer_listener, buffer);
	image->buffers_destroy = image_buffers_destroy;
	wl_list_insert(&image->buffers, &buffer->link);
	wl_list_insert(&surface->buffers, &buffer->surface_link);
	return buffer;

err_buffer:
	free(buffer);
	return NULL;
}

bool wayland_surface_attach(struct display_wayland *display, struct wayland_surface *surface,
	struct gpu_image *image, const struct rect *source, enum wl_shm_format format)
{
	struct wayland_buffer *buffer = buffer_find(image, surface, source);
	struct gpu_image *before = surface->image;

	if (!buffer)
		buffer = buffer_create(display, image, surface, source, format);
	if (!buffer)
		return false;
	buffer_set_held(buffer, true);
	wl_surface_attach(surface->surface, buffer->buffer, 0, 0);
	surface->image = gpu_image_ref(image);
	gpu_image_unref(before);
	return true;
}

void wayland_surface_detach(struct wayland_surface *surface)
{
	wl_surface_attach(surface->surface, NULL, 0, 0);
	gpu_image_unref(surface->image);
	surface->image = NULL;
}

void wayland_surface_finish(struct wayland_surface *surface)
{
	struct wayland_buffer *buffer, *next;

	if (!surface->surface)
		return;
	wl_list_for_each_safe (buffer, next, &surface->buffers, surface_link)
		buffer_destroy(buffer);
	gpu_image_unref(surface->image);
	wl_surface_destroy(surface->surface);
	surface->image = NULL;
	surface->surface = NULL;
}
