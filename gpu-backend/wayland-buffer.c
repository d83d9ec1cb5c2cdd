/* SPDX-License-Identifier: MIT */
/*
 * Images as wl_buffers: made once per image, surface and part, and kept as long as the image.
 *
 * A scanout's image is offered as a dmabuf where the compositor takes any: a udmabuf of its memory,
 * or, where the kernel makes none, the memfd itself, which a compositor that renders in software
 * takes as well. The compositor may refuse it, so it is asked for the buffer and the frame waits
 * for the answer, once per buffer; what was refused goes through wl_shm. No descriptor is handed
 * over whose file its owner could still shrink, which would crash the compositor.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/fd.h"
#include "gpu-backend/alloc/udmabuf.h"
#include "gpu-backend/wayland.h"
#include "linux-dmabuf-v1-client-protocol.h"

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

static void buffer_free(struct wayland_buffer *buffer)
{
	if (buffer->params) {
		zwp_linux_buffer_params_v1_destroy(buffer->params);
		wl_list_remove(&buffer->asked_link);
	}
	if (buffer->buffer)
		wl_buffer_destroy(buffer->buffer);
	free(buffer);
}

/* An object that the answer is on its way to has to wait for it. */
static void buffer_destroy(struct wayland_buffer *buffer)
{
	buffer_set_held(buffer, false);
	buffer->image = NULL;
	wl_list_remove(&buffer->link);
	wl_list_remove(&buffer->surface_link);
	if (!buffer->params)
		buffer_free(buffer);
}

void wayland_buffers_forget(struct display_wayland *display)
{
	struct wayland_buffer *buffer, *next;

	wl_list_for_each_safe (buffer, next, &display->asked, asked_link)
		buffer_free(buffer);
}

/* The compositor keeps the memory until it is told, and a guest that is gone sends nothing more.
 * What does not fit into the socket now goes with the next flush. */
static void image_buffers_destroy(struct gpu_image *image)
{
	struct wl_display *connection = NULL;
	struct wayland_buffer *buffer, *next;

	wl_list_for_each_safe (buffer, next, &image->buffers, link) {
		connection = buffer->display->connection;
		buffer_destroy(buffer);
	}
	if (connection)
		wl_display_flush(connection);
}

/* Of the main surface. */
static struct wayland_scanout *buffer_scanout(const struct wayland_buffer *buffer)
{
	struct wayland_scanout *scanout;

	return wl_container_of(buffer->surface, scanout, main);
}

static void buffer_released(void *data, struct wl_buffer *wl_buffer)
{
	struct wayland_buffer *buffer = data;
	const struct display *display = &buffer->display->base;

	buffer_set_held(buffer, false);
	if (buffer->surface->takes_dmabuf)
		display->listener->released(display->data, buffer_scanout(buffer)->index);
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
	const char *kind)
{
	struct wayland_buffer *buffer = calloc(1, sizeof(*buffer));

	if (!buffer)
		return NULL;
	*buffer = (struct wayland_buffer){
		.display = display,
		.kind = kind,
		.image = image,
		.surface = surface,
		.source = *source,
	};
	image->buffers_destroy = image_buffers_destroy;
	wl_list_insert(&image->buffers, &buffer->link);
	wl_list_insert(&surface->buffers, &buffer->surface_link);
	return buffer;
}

/* Where the part begins, in bytes from the beginning of the image's memory. */
static size_t source_offset(const struct gpu_image *image, const struct rect *source)
{
	return image->offset + (size_t)source->y * image->stride + (size_t)source->x * 4;
}

static int buffer_share(struct display_wayland *display, struct wayland_buffer *buffer)
{
	const struct gpu_image *image = buffer->image;
	const struct rect *source = &buffer->source;
	struct wl_shm_pool *pool =
		wl_shm_create_pool(display->shm, image->fd, (int32_t)image->parts[0].size);

	if (!pool)
		return -ENOMEM;
	buffer->buffer = wl_shm_pool_create_buffer(pool, (int32_t)source_offset(image, source),
		(int32_t)source->width, (int32_t)source->height, (int32_t)image->stride,
		buffer->surface->format);
	wl_shm_pool_destroy(pool);
	if (!buffer->buffer)
		return -ENOMEM;
	wl_buffer_add_listener(buffer->buffer, &buffer_listener, buffer);
	return 0;
}

/* --- dmabufs --- */

static void answer_done(struct wayland_buffer *buffer)
{
	zwp_linux_buffer_params_v1_destroy(buffer->params);
	buffer->params = NULL;
	wl_list_remove(&buffer->asked_link);
}

static void params_created(
	void *data, struct zwp_linux_buffer_params_v1 *params, struct wl_buffer *wl_buffer)
{
	struct wayland_buffer *buffer = data;

	answer_done(buffer);
	buffer->buffer = wl_buffer;
	if (!buffer->image) {
		buffer_free(buffer);
		return;
	}
	wl_buffer_add_listener(wl_buffer, &buffer_listener, buffer);
	wayland_scanout_answered(buffer_scanout(buffer));
}

static void params_failed(void *data, struct zwp_linux_buffer_params_v1 *params)
{
	struct wayland_buffer *buffer = data;
	struct display_wayland *display = buffer->display;
	struct gpu_image *image = buffer->image;
	struct wayland_scanout *scanout;

	answer_done(buffer);
	if (!image) {
		buffer_free(buffer);
		return;
	}
	scanout = buffer_scanout(buffer);
	image->not_dmabuf = display->connections;
	display->dmabuf.refuses_memfds |= display->udmabuf < 0;
	buffer_destroy(buffer);
	wayland_scanout_answered(scanout);
}

static const struct zwp_linux_buffer_params_v1_listener params_listener = {
	.created = params_created,
	.failed = params_failed,
};

/* The memory of one memfd that cannot shrink; a descriptor of ours, or −errno. */
static int image_memfd(const struct gpu_image *image)
{
	int seals, fd;

	if (image->part_count != 1)
		return -ENOTSUP;
	seals = fcntl(image->parts[0].fd, F_GET_SEALS);
	if (seals < 0 || !(seals & F_SEAL_SHRINK))
		return -ENOTSUP;
	fd = fcntl(image->parts[0].fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

/* The image's memory as a descriptor, ours, and where in it that begins. */
static int image_export(const struct display_wayland *display, const struct gpu_image *image,
	size_t *offset, const char **kind)
{
	*offset = 0;
	*kind = "udmabuf";
	if (display->udmabuf >= 0)
		return udmabuf_create(display->udmabuf, image->parts, image->part_count);
	*offset = image->parts[0].offset;
	*kind = "memfd";
	return display->dmabuf.refuses_memfds ? -ENOTSUP : image_memfd(image);
}

/* A buffer that is not ends the connection; a guest's last row may be shorter than the others. */
static bool rows_are_within(int fd, uint64_t offset, uint64_t size)
{
	off_t end = lseek(fd, 0, SEEK_END);

	return offset + size <= UINT32_MAX && (end < 0 || offset + size <= (uint64_t)end);
}

/* Asks for the part as a dmabuf. −ENOTSUP: there is none, or the compositor does not take it. */
static int buffer_ask(struct display_wayland *display, struct gpu_image *image,
	struct wayland_surface *surface, const struct rect *source)
{
	struct wayland_buffer *buffer;
	uint64_t modifier;
	const char *kind;
	size_t offset;
	int fd;

	if (!surface->takes_dmabuf || image->not_dmabuf == display->connections ||
		!wayland_dmabuf_takes(&display->dmabuf, image->fourcc, &modifier))
		return -ENOTSUP;
	fd = image_export(display, image, &offset, &kind);
	offset += source_offset(image, source);
	if (fd >= 0 && !rows_are_within(fd, offset, (uint64_t)image->stride * source->height)) {
		fd_close(&fd);
		return -ENOTSUP;
	}
	if (fd < 0) {
		image->not_dmabuf = display->connections;
		fd_close(&fd);
		return -ENOTSUP;
	}
	buffer = buffer_create(display, image, surface, source, kind);
	if (!buffer) {
		fd_close(&fd);
		return -ENOMEM;
	}
	buffer->params = zwp_linux_dmabuf_v1_create_params(display->dmabuf.global);
	wl_list_insert(&display->asked, &buffer->asked_link);
	zwp_linux_buffer_params_v1_add_listener(buffer->params, &params_listener, buffer);
	zwp_linux_buffer_params_v1_add(buffer->params, fd, 0, (uint32_t)offset, image->stride,
		(uint32_t)(modifier >> 32), (uint32_t)modifier);
	zwp_linux_buffer_params_v1_create(
		buffer->params, (int32_t)source->width, (int32_t)source->height, image->fourcc, 0);
	/* libwayland sends a duplicate. */
	fd_close(&fd);
	return -EINPROGRESS;
}

/* --- Surfaces --- */

int wayland_surface_attach(struct display_wayland *display, struct wayland_surface *surface,
	struct gpu_image *image, const struct rect *source)
{
	struct wayland_buffer *buffer = buffer_find(image, surface, source);
	struct gpu_image *before = surface->image;
	int ret;

	if (!buffer) {
		ret = buffer_ask(display, image, surface, source);
		if (ret != -ENOTSUP || !image->pixels)
			return ret;
		buffer = buffer_create(display, image, surface, source, "shm");
		if (!buffer)
			return -ENOMEM;
		ret = buffer_share(display, buffer);
		if (ret < 0) {
			buffer_destroy(buffer);
			return ret;
		}
	}
	if (!buffer->buffer)
		return -EINPROGRESS;
	buffer_set_held(buffer, true);
	wl_surface_attach(surface->surface, buffer->buffer, 0, 0);
	surface->handed_as = buffer->kind;
	surface->image = gpu_image_ref(image);
	gpu_image_unref(before);
	return 0;
}

void wayland_surface_detach(struct wayland_surface *surface)
{
	wl_surface_attach(surface->surface, NULL, 0, 0);
	gpu_image_unref(surface->image);
	surface->image = NULL;
	surface->handed_as = NULL;
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
	surface->handed_as = NULL;
}
