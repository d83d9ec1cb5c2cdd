/* SPDX-License-Identifier: MIT */
/* A guest's back end in miniature: connects to a socket of the plugin and shows plain pictures. */
#pragma once

#include "tests/fixtures/weston/weston.h"
#include <stdint.h>
#include <wayland-client.h>

#define BACKEND_MAX_GLOBALS 64

struct backend {
	struct wl_display *display;
	struct wl_registry *registry;
	struct wl_compositor *compositor;
	struct wl_subcompositor *subcompositor;
	struct wl_shm *shm;
	struct binnacle_scanout_manager_v1 *manager; /* the first, where there are more */
	unsigned int manager_count;
	char globals[BACKEND_MAX_GLOBALS][48];
	unsigned int global_count;
};

enum backend_state {
	BACKEND_NOTHING,
	BACKEND_MODE,
	BACKEND_NO_SCREEN,
	BACKEND_WINDOWED,
};

struct backend_scanout {
	struct backend *backend;
	struct wl_surface *surface;
	struct binnacle_scanout_v1 *scanout;
	enum backend_state pending, state; /* state: as of the last done */
	unsigned int done_count;
	uint32_t width_px, height_px, refresh_mhz, width_mm, height_mm;
	char name[128];
};

/** Connects to a socket of the runtime directory: "binnacle/<guest>/display", "public"… */
struct backend *backend_connect(const struct weston *weston, const char *socket);

/** Binds the manager as well; the other globals are bound by backend_connect(). */
struct backend *backend_connect_guest(const struct weston *weston, const char *guest);

/** Closes the connection; everything made through it must not be used any more. */
void backend_disconnect(struct backend *backend);

bool backend_sees(const struct backend *backend, const char *interface);

/** A round trip. False when the compositor has ended the connection. */
bool backend_sync(struct backend *backend);

/** The code of the protocol error on an object of this interface; −1 if there was none. */
int backend_error(struct backend *backend, const char *interface);

/** Fails the test where the compositor refuses. */
struct backend_scanout *backend_scanout_create(struct backend *backend, uint32_t index);

/** Waits for done events until this state holds; fails the test after five seconds. */
void backend_scanout_expect(struct backend_scanout *scanout, enum backend_state state);

/** Commits a picture of one colour, or of four quarters: 0xRRGGBB, row by row. */
void backend_paint(struct backend *backend, struct wl_surface *surface, int32_t width,
	int32_t height, uint32_t rgb);
void backend_paint_quarters(struct backend *backend, struct wl_surface *surface, int32_t width,
	int32_t height, const uint32_t rgb[static 4]);

/** Commits no buffer. */
void backend_unmap(struct backend *backend, struct wl_surface *surface);
