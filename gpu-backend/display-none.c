/* SPDX-License-Identifier: MIT */
/* The display that shows nothing: every frame is "shown" at once. */
#include <stdlib.h>

#include "gpu-backend/display.h"

static void none_destroy(struct display *display)
{
	free(display);
}

static void none_present(
	struct display *display, uint32_t scanout_index, const struct display_frame *frame)
{
	display->listener->shown(display->data, scanout_index);
}

static void none_blank(struct display *display, uint32_t scanout_index)
{
}

static void none_cursor_show(struct display *display, uint32_t scanout_index,
	const struct display_cursor *cursor, int32_t x, int32_t y)
{
}

static void none_cursor_move(struct display *display, uint32_t scanout_index, int32_t x, int32_t y)
{
}

static bool none_connected(const struct display *display)
{
	return true;
}

static const struct display_impl none_impl = {
	.name = "none",
	.guest_pages = true,
	.destroy = none_destroy,
	.present = none_present,
	.blank = none_blank,
	.cursor_show = none_cursor_show,
	.cursor_move = none_cursor_move,
	.connected = none_connected,
};

struct display *display_none_create(const struct display_listener *listener, void *data)
{
	struct display *display = calloc(1, sizeof(*display));

	if (display)
		display_init(display, &none_impl, listener, data);
	return display;
}
