/* SPDX-License-Identifier: MIT */
/* A display that keeps what it is shown, and shows and releases when the test says. */
#include "tests/conformance/gpu/fake-display.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fake_display *fake_from_display(const struct display *display)
{
	struct fake_display *fake;

	return wl_container_of(display, fake, base);
}

static void image_drop(struct fake_scanout *scanout)
{
	if (!scanout->image)
		return;
	if (scanout->held)
		scanout->image->held--;
	gpu_image_unref(scanout->image);
	scanout->image = NULL;
	scanout->held = false;
}

static void resize(struct fake_scanout *scanout, uint32_t width, uint32_t height)
{
	if (scanout->lit && scanout->width == width && scanout->height == height)
		return;
	free(scanout->pixels);
	scanout->pixels = calloc((size_t)width * height, sizeof(uint32_t));
	assert(scanout->pixels);
	scanout->width = width;
	scanout->height = height;
	scanout->lit = true;
}

/* There is nothing behind a scanout: whatever its format says, it is seen as this. */
#define OPAQUE 0xff000000u

/* A copy of all the image's memory, to be freed; what a display does of which it is another's. */
static char *image_bytes(const struct gpu_image *image)
{
	size_t size = 0;
	char *bytes, *next;

	for (size_t i = 0; i < image->part_count; i++)
		size += image->parts[i].size;
	bytes = next = malloc(size);
	assert(bytes);
	for (size_t i = 0; i < image->part_count; i++) {
		const struct gpu_memory_part *part = &image->parts[i];

		assert(pread(part->fd, next, part->size, (off_t)part->offset) ==
			(ssize_t)part->size);
		next += part->size;
	}
	return bytes;
}

/* The frame's damage alone, so that damage which is too small shows. */
static void copy_damage(struct fake_scanout *scanout, const struct display_frame *frame)
{
	const struct gpu_image *image = frame->image;
	char *bytes = image_bytes(image);
	int count;
	const pixman_box32_t *boxes =
		pixman_region32_rectangles((pixman_region32_t *)frame->damage, &count);

	assert(count > 0);
	for (int i = 0; i < count; i++) {
		assert(boxes[i].x1 >= 0 && boxes[i].y1 >= 0);
		assert(boxes[i].x2 <= (int32_t)scanout->width);
		assert(boxes[i].y2 <= (int32_t)scanout->height);
		for (int32_t y = boxes[i].y1; y < boxes[i].y2; y++) {
			const uint32_t *row =
				(const uint32_t *)(bytes + image->offset +
						   ((size_t)y + frame->source.y) * image->stride);

			for (int32_t x = boxes[i].x1; x < boxes[i].x2; x++)
				scanout->pixels[(size_t)y * scanout->width + (size_t)x] =
					row[(size_t)x + frame->source.x] | OPAQUE;
		}
	}
	free(bytes);
}

static void fake_present(
	struct display *display, uint32_t scanout_index, const struct display_frame *frame)
{
	struct fake_display *fake = fake_from_display(display);
	struct fake_scanout *scanout = &fake->scanouts[scanout_index];
	bool released;
	const pixman_box32_t *extents = pixman_region32_extents((pixman_region32_t *)frame->damage);

	assert(!scanout->waiting);
	assert(frame->image->pixels || display->impl->guest_pages);
	if (!frame->image->pixels && fake->refuses) {
		display->listener->refused(display->data, scanout_index, frame->image);
		return;
	}
	assert(rect_within(&frame->source, frame->image->width, frame->image->height));
	resize(scanout, frame->source.width, frame->source.height);
	copy_damage(scanout, frame);
	scanout->damage = (struct rect){(uint32_t)extents->x1, (uint32_t)extents->y1,
		(uint32_t)(extents->x2 - extents->x1), (uint32_t)(extents->y2 - extents->y1)};
	scanout->frames++;
	released = scanout->held;
	image_drop(scanout);
	scanout->image = gpu_image_ref(frame->image);
	scanout->held = fake->hold;
	if (fake->hold)
		frame->image->held++;
	scanout->waiting = fake->manual;
	if (released)
		display->listener->released(display->data, scanout_index);
	if (!fake->manual)
		display->listener->shown(display->data, scanout_index);
}

static void fake_blank(struct display *display, uint32_t scanout_index)
{
	struct fake_scanout *scanout = &fake_from_display(display)->scanouts[scanout_index];

	image_drop(scanout);
	scanout->waiting = false;
	scanout->lit = false;
	scanout->blanks++;
}

static void fake_cursor_show(struct display *display, uint32_t scanout_index,
	const struct display_cursor *cursor, int32_t x, int32_t y)
{
	struct fake_scanout *scanout = &fake_from_display(display)->scanouts[scanout_index];

	scanout->cursor_visible = cursor;
	scanout->cursor_x = x;
	scanout->cursor_y = y;
	scanout->cursor_shows++;
	if (!cursor)
		return;
	assert(cursor->image->size == sizeof(scanout->cursor));
	memcpy(scanout->cursor, cursor->image->pixels, sizeof(scanout->cursor));
	scanout->cursor_hot_x = cursor->hot_x;
	scanout->cursor_hot_y = cursor->hot_y;
}

static void fake_cursor_move(struct display *display, uint32_t scanout_index, int32_t x, int32_t y)
{
	struct fake_scanout *scanout = &fake_from_display(display)->scanouts[scanout_index];

	scanout->cursor_x = x;
	scanout->cursor_y = y;
	scanout->cursor_moves++;
}

static void fake_refresh(struct display *display)
{
	struct fake_display *fake = fake_from_display(display);

	fake->refreshes++;
	if (!fake->asks)
		display->listener->refreshed(display->data);
}

static bool fake_connected(const struct display *display)
{
	return true;
}

static void fake_destroy(struct display *display)
{
	struct fake_display *fake = fake_from_display(display);

	for (uint32_t i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		image_drop(&fake->scanouts[i]);
		free(fake->scanouts[i].pixels);
	}
}

#define FAKE_IMPL                                                                                  \
	.name = "fake", .destroy = fake_destroy, .present = fake_present, .blank = fake_blank,     \
	.cursor_show = fake_cursor_show, .cursor_move = fake_cursor_move, .refresh = fake_refresh, \
	.connected = fake_connected

static const struct display_impl fake_impl = {FAKE_IMPL};
static const struct display_impl fake_guest_pages_impl = {FAKE_IMPL, .guest_pages = true};

void fake_display_init(struct fake_display *fake, bool guest_pages,
	const struct display_listener *listener, void *data)
{
	*fake = (struct fake_display){0};
	display_init(
		&fake->base, guest_pages ? &fake_guest_pages_impl : &fake_impl, listener, data);
}

void fake_display_show(struct fake_display *fake, uint32_t scanout_index)
{
	fake->scanouts[scanout_index].waiting = false;
	fake->base.listener->shown(fake->base.data, scanout_index);
}

void fake_display_change(
	struct fake_display *fake, uint32_t scanout_index, const struct screen *screen)
{
	fake->base.listener->screen_changed(fake->base.data, scanout_index, screen);
}

void fake_display_refreshed(struct fake_display *fake)
{
	fake->base.listener->refreshed(fake->base.data);
}
