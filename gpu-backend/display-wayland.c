/* SPDX-License-Identifier: MIT */
/* The display that is a Wayland compositor: frames are commits, and frame callbacks their pace. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fd.h"
#include "common/log.h"
#include "gpu-backend/alloc/udmabuf.h"
#include "gpu-backend/wayland.h"

static struct display_wayland *wayland_from_display(const struct display *display)
{
	struct display_wayland *wayland;

	return wl_container_of(display, wayland, base);
}

static void frame_done(void *data, struct wl_callback *callback, uint32_t time_ms)
{
	struct wayland_scanout *scanout = data;
	struct display *display = &scanout->display->base;

	wl_callback_destroy(callback);
	scanout->frame = NULL;
	display->listener->shown(display->data, scanout->index);
}

static const struct wl_callback_listener frame_listener = {.done = frame_done};

/* True if the compositor does not read; the scanout is told again when it does. */
static bool put_off(struct wayland_scanout *scanout)
{
	scanout->late |= scanout->display->blocked;
	return scanout->display->blocked;
}

void wayland_scanout_forget_asked(struct wayland_scanout *scanout)
{
	if (!scanout->asked.image)
		return;
	gpu_image_release(&scanout->asked.image);
	pixman_region32_fini(&scanout->asked.damage);
}

/* Not to be written until it is known how it is shown. */
static void keep_asked(struct wayland_scanout *scanout, const struct display_frame *frame)
{
	wayland_scanout_forget_asked(scanout);
	scanout->asked.image = gpu_image_hold(frame->image);
	scanout->asked.source = frame->source;
	pixman_region32_init(&scanout->asked.damage);
	pixman_region32_copy(&scanout->asked.damage, (pixman_region32_t *)frame->damage);
}

static void wayland_present(
	struct display *display, uint32_t scanout_index, const struct display_frame *frame)
{
	struct display_wayland *wayland = wayland_from_display(display);
	struct wayland_scanout *scanout = &wayland->scanouts[scanout_index];
	struct wl_surface *surface = scanout->main.surface;
	pixman_box32_t *boxes;
	int count, ret;

	wayland_scanout_forget_asked(scanout);
	if (!scanout->ready || put_off(scanout))
		return;
	ret = wayland_surface_attach(wayland, &scanout->main, frame->image, &frame->source);
	switch (ret) {
	case 0:
		break;
	case -EINPROGRESS:
		keep_asked(scanout, frame);
		wayland_flush(wayland);
		return;
	case -ENOTSUP:
		display->listener->refused(display->data, scanout_index, frame->image);
		return;
	default:
		log_error("no memory for a frame of scanout %u", scanout_index);
		return;
	}
	boxes = pixman_region32_rectangles((pixman_region32_t *)frame->damage, &count);
	for (int i = 0; i < count; i++)
		wl_surface_damage_buffer(surface, boxes[i].x1, boxes[i].y1,
			boxes[i].x2 - boxes[i].x1, boxes[i].y2 - boxes[i].y1);
	if (scanout->frame)
		wl_callback_destroy(scanout->frame);
	scanout->frame = wl_surface_frame(surface);
	wl_callback_add_listener(scanout->frame, &frame_listener, scanout);
	wl_surface_commit(surface);
	wayland_flush(wayland);
}

void wayland_scanout_answered(struct wayland_scanout *scanout)
{
	struct gpu_image *image = scanout->asked.image;
	struct rect source = scanout->asked.source;
	pixman_region32_t damage = scanout->asked.damage;
	const struct display_frame frame = {.image = image, .source = source, .damage = &damage};

	/* Blanked meanwhile. */
	if (!image)
		return;
	scanout->asked.image = NULL;
	wayland_present(&scanout->display->base, scanout->index, &frame);
	gpu_image_release(&image);
	pixman_region32_fini(&damage);
}

static void wayland_blank(struct display *display, uint32_t scanout_index)
{
	struct display_wayland *wayland = wayland_from_display(display);
	struct wayland_scanout *scanout = &wayland->scanouts[scanout_index];

	wayland_scanout_forget_asked(scanout);
	if (!scanout->ready || !scanout->main.image)
		return;
	if (scanout->frame)
		wl_callback_destroy(scanout->frame);
	scanout->frame = NULL;
	if (scanout->role) {
		wayland_surface_detach(&scanout->main);
		wl_surface_commit(scanout->main.surface);
	} else {
		/* A window without a picture loses its role; a new one waits for the next. */
		wayland_scanout_finish(scanout);
		wayland_scanout_init(scanout);
	}
	wayland_flush(wayland);
}

/* The position is of the parent's state, so the parent's commit applies it. */
static void cursor_place(struct wayland_scanout *scanout, int32_t x, int32_t y)
{
	if (put_off(scanout))
		return;
	wl_subsurface_set_position(scanout->cursor_role, x, y);
	wl_surface_commit(scanout->main.surface);
	wayland_flush(scanout->display);
}

static void wayland_cursor_show(struct display *display, uint32_t scanout_index,
	const struct display_cursor *cursor, int32_t x, int32_t y)
{
	static const struct rect whole = {
		.width = VIRTIO_GPU_CURSOR_SIZE_PX, .height = VIRTIO_GPU_CURSOR_SIZE_PX};
	struct display_wayland *wayland = wayland_from_display(display);
	struct wayland_scanout *scanout = &wayland->scanouts[scanout_index];

	if (!scanout->ready || (cursor ? put_off(scanout) : !scanout->cursor.image))
		return;
	if (!cursor)
		wayland_surface_detach(&scanout->cursor);
	else if (wayland_surface_attach(wayland, &scanout->cursor, cursor->image, &whole) < 0)
		return;
	wl_surface_damage_buffer(scanout->cursor.surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(scanout->cursor.surface);
	cursor_place(scanout, x, y);
}

static void wayland_cursor_move(
	struct display *display, uint32_t scanout_index, int32_t x, int32_t y)
{
	struct wayland_scanout *scanout = &wayland_from_display(display)->scanouts[scanout_index];

	if (scanout->ready)
		cursor_place(scanout, x, y);
}

static bool wayland_connected(const struct display *display)
{
	return wayland_from_display(display)->connection;
}

static const char *wayland_handed_as(const struct display *display, uint32_t scanout_index)
{
	return wayland_from_display(display)->scanouts[scanout_index].main.handed_as;
}

static void wayland_destroy(struct display *display)
{
	struct display_wayland *wayland = wayland_from_display(display);

	wayland_disconnect(wayland);
	fd_close(&wayland->udmabuf);
	wl_event_source_remove(wayland->retry);
	free(wayland);
}

static const struct display_impl wayland_impl = {
	.name = "wayland",
	.guest_pages = true,
	.destroy = wayland_destroy,
	.present = wayland_present,
	.blank = wayland_blank,
	.cursor_show = wayland_cursor_show,
	.cursor_move = wayland_cursor_move,
	.connected = wayland_connected,
	.handed_as = wayland_handed_as,
};

static int wayland_retry(void *data)
{
	wayland_connect(data);
	return 0;
}

struct display *display_wayland_create(struct wl_event_loop *loop, const char *path,
	const char *title, const struct screen *screens, uint32_t scanout_count,
	const struct display_listener *listener, void *data)
{
	struct display_wayland *wayland = calloc(1, sizeof(*wayland));

	if (!wayland)
		return NULL;
	*wayland = (struct display_wayland){
		.loop = loop,
		.title = title,
		.retry_ms = 50,
		.scanout_count = scanout_count,
		.udmabuf = udmabuf_open(),
	};
	wl_list_init(&wayland->asked);
	display_init(&wayland->base, &wayland_impl, listener, data);
	snprintf(wayland->path, sizeof(wayland->path), "%s", path);
	for (uint32_t i = 0; i < scanout_count; i++) {
		wayland->scanouts[i].display = wayland;
		wayland->scanouts[i].index = i;
		wayland->scanouts[i].fallback = screens[i];
	}
	wayland->retry = wl_event_loop_add_timer(loop, wayland_retry, wayland);
	if (!wayland->retry) {
		fd_close(&wayland->udmabuf);
		free(wayland);
		return NULL;
	}
	/* From the loop, as the listener may not be called before the device is complete. */
	wl_event_source_timer_update(wayland->retry, 1);
	return &wayland->base;
}
