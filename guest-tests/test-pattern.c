/* SPDX-License-Identifier: MIT */
/* Shows the pattern of pattern.h, then draws further seeds into damaged rectangles, then a cursor.
 *
 * --seed N           the first picture's seed; each --damage draws with the next one
 * --damage WxH+X+Y   a rectangle of the buffer to draw anew and to declare (repeatable)
 * --overdraw         draws the whole buffer each time while declaring only the rectangle, so that a
 *                    host that shows the true damage alone shows the old seed outside it
 * --flip             shows the damage by a page flip to a second buffer, not by DIRTYFB
 * --buffer WxH --source X+Y   shows that part of a larger buffer
 * --cursor X+Y       a cursor, moved there (repeatable); --hot-spot X+Y
 * --format XR24      the framebuffer's format; --connector N, --hold SECONDS */
#include "guest-tests/pattern.h"
#include "guest-tests/test-args.h"

#include <drm_fourcc.h>
#include <stdio.h>
#include <string.h>

static void draw(const struct kms_buffer *buffer, const struct kms_rect *rect, uint32_t seed)
{
	for (int32_t y = rect->y; y < rect->y + rect->height; y++) {
		uint32_t *row = buffer->pixels + (size_t)y * (buffer->stride_bytes / 4);

		for (int32_t x = rect->x; x < rect->x + rect->width; x++)
			row[x] = 0xff000000u | pattern_pixel((uint32_t)x, (uint32_t)y, seed);
	}
}

static bool rect_is_inside(const struct kms_rect *rect, const struct kms_buffer *buffer)
{
	return (uint32_t)rect->width <= buffer->width && (uint32_t)rect->height <= buffer->height &&
	       (uint32_t)rect->x <= buffer->width - (uint32_t)rect->width &&
	       (uint32_t)rect->y <= buffer->height - (uint32_t)rect->height;
}

static int show_damage(struct kms *kms, const struct test_args *args, struct kms_buffer buffers[2])
{
	const struct kms_rect all = {
		.width = (int32_t)buffers[0].width,
		.height = (int32_t)buffers[0].height,
	};
	int shown = 0;

	for (size_t i = 0; i < args->damage_len; i++) {
		const struct kms_rect *rect = &args->damage[i];
		int next = args->flip ? !shown : shown;
		uint32_t seed = args->seed + 1 + (uint32_t)i;

		if (!rect_is_inside(rect, &buffers[0])) {
			printf("FAIL the damage is outside the buffer\n");
			return 1;
		}
		if (next != shown)
			memcpy(buffers[next].pixels, buffers[shown].pixels, buffers[0].size_bytes);
		draw(&buffers[next], args->overdraw ? &all : rect, seed);
		/* The second buffer was never shown: the host has nothing of it yet. */
		bool partial = !args->flip || i > 0;
		int rc = args->flip ? kms_flip(kms, &buffers[next], rect, partial ? 1 : 0, NULL)
				    : kms_mark_dirty(kms, &buffers[next], rect);
		if (rc)
			return 1;
		shown = next;
		printf("damage %zu seed %u\n", i, seed);
	}
	return 0;
}

static int show_cursor(struct kms *kms, const struct test_args *args)
{
	struct kms_buffer cursor;

	if (!args->has_cursor)
		return 0;
	if (kms_buffer_create(
		    kms, PATTERN_CURSOR_PX, PATTERN_CURSOR_PX, DRM_FORMAT_ARGB8888, &cursor))
		return 1;
	for (uint32_t y = 0; y < PATTERN_CURSOR_PX; y++)
		for (uint32_t x = 0; x < PATTERN_CURSOR_PX; x++)
			cursor.pixels[y * (cursor.stride_bytes / 4) + x] =
				pattern_cursor_pixel(x, y, args->seed);
	if (kms_set_cursor(kms, &cursor, args->hot_x, args->hot_y))
		return 1;
	for (size_t i = 0; i < args->cursor_at_len; i++)
		if (kms_move_cursor(kms, args->cursor_at[i].x, args->cursor_at[i].y))
			return 1;
	return 0;
}

static int show(struct kms *kms, const struct test_args *args)
{
	uint32_t width = args->buffer_width ? args->buffer_width : kms->mode.hdisplay;
	uint32_t height = args->buffer_height ? args->buffer_height : kms->mode.vdisplay;
	struct kms_rect all = {.width = (int32_t)width, .height = (int32_t)height};
	struct kms_buffer buffers[2] = {0};
	char what[64];

	for (int i = 0; i < (args->flip ? 2 : 1); i++)
		if (kms_buffer_create(kms, width, height, args->format, &buffers[i]))
			return 1;
	draw(&buffers[0], &all, args->seed);
	if (kms_set_mode(kms, &buffers[0], args->source_x, args->source_y))
		return 1;
	if (show_damage(kms, args, buffers) || show_cursor(kms, args))
		return 1;
	snprintf(what, sizeof(what), "%ux%u on %s", kms->mode.hdisplay, kms->mode.vdisplay,
		kms->connector_name);
	test_args_hold(args, what);
	return 0;
}

int main(int argc, char **argv)
{
	struct test_args args;
	struct kms kms;

	test_args_read(argc, argv, "ChsbofdOFcH", &args);
	if (kms_open(&kms))
		return 1;
	int rc = kms_choose_connector(&kms, args.connector_index) ? 1 : show(&kms, &args);
	/* Closing the card frees the buffers and turns the screen off. */
	kms_close(&kms);
	return rc;
}
