/* SPDX-License-Identifier: MIT */
/* A display that keeps what it is shown, and shows and releases when the test says. */
#pragma once

#include "gpu-backend/display.h"
#include "gpu-backend/virtio-gpu.h"

struct fake_scanout {
	/* The picture on the screen: what was damaged in frame after frame. Malloc'ed. */
	uint32_t *pixels;
	uint32_t width, height;
	bool lit;

	struct rect damage;      /* extents of the last frame's */
	struct gpu_image *image; /* of the last frame; a reference */
	bool held;
	bool waiting; /* for fake_display_show() */
	uint32_t frames, blanks;

	bool cursor_visible;
	uint32_t cursor[VIRTIO_GPU_CURSOR_SIZE_PX * VIRTIO_GPU_CURSOR_SIZE_PX];
	uint32_t cursor_hot_x, cursor_hot_y;
	int32_t cursor_x, cursor_y;
	uint32_t cursor_shows, cursor_moves;
};

struct fake_display {
	struct display base;
	bool manual;  /* frames wait for fake_display_show() */
	bool hold;    /* an image on the screen must not be written */
	bool refuses; /* images of guest pages */
	bool asks;    /* "refreshed" comes with fake_display_refreshed() alone */
	uint32_t refreshes;
	struct fake_scanout scanouts[VIRTIO_GPU_MAX_SCANOUTS];
};

/** guest_pages: it is a display that can show them. */
void fake_display_init(struct fake_display *fake, bool guest_pages,
	const struct display_listener *listener, void *data);

/** The frame that waits is on the screen now; the one before is released. */
void fake_display_show(struct fake_display *fake, uint32_t scanout_index);

/** The screen of a scanout changes. */
void fake_display_change(
	struct fake_display *fake, uint32_t scanout_index, const struct screen *screen);

/** Makes it a display that is asked for its screens, and answers. */
void fake_display_refreshed(struct fake_display *fake);
