/* SPDX-License-Identifier: MIT */
/*
 * Where a guest's scanouts are shown: our compositor or any other (wayland), the VMM's own console
 * (vmm), or nowhere (none). The device hands a display one image at a time and waits for "shown"
 * before it presents the next on that scanout; all waiting and its deadlines are the device's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>

#include "gpu-backend/edid.h"
#include "gpu-backend/image.h"
#include "gpu-backend/rect.h"

struct display;

/** What a display tells the device. Handlers may call back into the display. */
struct display_listener {
	/** The frame last presented on this scanout has reached the screen, or was replaced. */
	void (*shown)(void *data, uint32_t scanout_index);

	/** The screen of this scanout is now as told; borrowed. */
	void (*screen_changed)(void *data, uint32_t scanout_index, const struct screen *screen);

	/** What this scanout showed is lost, as after a reconnection: present it all again. */
	void (*restored)(void *data, uint32_t scanout_index);

	/** It has let go of an image that this scanout showed. */
	void (*released)(void *data, uint32_t scanout_index);

	/** This image of guest pages, presented on that scanout, cannot be shown as it is. */
	void (*refused)(void *data, uint32_t scanout_index, const struct gpu_image *image);

	/** Answers a refresh. */
	void (*refreshed)(void *data);
};

/** One frame. All is borrowed; a display that needs the image longer takes a reference. */
struct display_frame {
	struct gpu_image *image;
	struct rect source;              /* the part of the image that is the scanout */
	const pixman_region32_t *damage; /* what changed, in the scanout's own pixels; not empty */
};

struct display_cursor {
	struct gpu_image *image; /* VIRTIO_GPU_CURSOR_SIZE_PX square; alpha premultiplied */
	uint32_t hot_x, hot_y;   /* in the image; for a host that moves a pointer of its own */
};

struct display_impl {
	const char *name;
	bool guest_pages; /* a frame's image may be of guest pages */
	void (*destroy)(struct display *display);

	/** Shows the frame; "shown" follows, perhaps at once, perhaps never. */
	void (*present)(
		struct display *display, uint32_t scanout_index, const struct display_frame *frame);

	/** The scanout shows nothing from now on. */
	void (*blank)(struct display *display, uint32_t scanout_index);

	/** A new cursor picture, or none (NULL); its top left corner is at x, y of the scanout. */
	void (*cursor_show)(struct display *display, uint32_t scanout_index,
		const struct display_cursor *cursor, int32_t x, int32_t y);
	void (*cursor_move)(struct display *display, uint32_t scanout_index, int32_t x, int32_t y);

	/** Optional: the guest asks for its screens. "refreshed" follows, perhaps never. */
	void (*refresh)(struct display *display);

	/** Optional: the front end gave a socket to its own console. Takes the descriptor. */
	void (*socket_set)(struct display *display, int fd);

	bool (*connected)(const struct display *display);

	/** Optional: as what the frame on this scanout was handed over, for people. NULL: none was.
	 */
	const char *(*handed_as)(const struct display *display, uint32_t scanout_index);
};

struct display {
	const struct display_impl *impl;
	const struct display_listener *listener;
	void *data;
};

/** Asserts that the hooks that are not optional are there. */
void display_init(struct display *display, const struct display_impl *impl,
	const struct display_listener *listener, void *data);

/** Each returns NULL and logs why. destroy is the impl's. */
struct display *display_none_create(const struct display_listener *listener, void *data);
struct display *display_vmm_create(
	struct wl_event_loop *loop, const struct display_listener *listener, void *data);

/**
 * Keeps trying to reach the compositor listening at path (as WAYLAND_DISPLAY: absolute, or in
 * XDG_RUNTIME_DIR). title, borrowed, names windows. screens[scanout_count] are the modes to ask
 * for where the compositor leaves the size to us.
 */
struct display *display_wayland_create(struct wl_event_loop *loop, const char *path,
	const char *title, const struct screen *screens, uint32_t scanout_count,
	const struct display_listener *listener, void *data);
