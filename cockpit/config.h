/* SPDX-License-Identifier: MIT */
/* cockpit.ini: the screens, the compositor and the guests that `binnacle run` brings up. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wayland-util.h>

#include "cockpit/string-list.h"

#define CONFIG_NAME_MAX_BYTES 32
#define CONFIG_MAX_OUTPUTS 16

enum config_backend {
	BACKEND_AUTO,
	BACKEND_HEADLESS,
	BACKEND_DRM,
	BACKEND_WAYLAND,
	BACKEND_X11,
};

enum config_renderer {
	RENDERER_AUTO,
	RENDERER_PIXMAN,
	RENDERER_GL,
};

enum config_shell {
	SHELL_DESKTOP,
	SHELL_KIOSK,
};

enum config_accel {
	ACCEL_AUTO,
	ACCEL_KVM,
	ACCEL_TCG,
};

enum config_virgl {
	VIRGL_AUTO,
	VIRGL_ON,
	VIRGL_OFF,
};

enum config_scale {
	SCALE_UNSET,
	SCALE_FIT,
	SCALE_FILL,
	SCALE_NONE,
};

/** A screen that Weston makes up: a window of the session, or memory on the headless back end. */
struct config_screen {
	struct wl_list link; // struct config.screens
	char *name;
	uint32_t width_px, height_px;
	bool mode_given;
	int line;
};

struct config_disk {
	struct wl_list link; // struct config_guest.disks
	char *path;          /* absolute */
	bool writable;
};

struct config_area {
	bool full;
	int32_t x_px, y_px, width_px, height_px;
};

/** One scanout of a guest: on a screen, or (screen NULL) in a window of the desktop. */
struct config_output {
	char *screen;
};

struct config_guest {
	struct wl_list link; // struct config.guests
	char *name;
	int line;
	uint32_t memory_mib;
	uint32_t cpus;
	char *kernel, *initrd; /* absolute, or NULL */
	char *append;          /* or NULL */
	char *fallback;        /* absolute, or NULL */
	struct wl_list disks;  // struct config_disk.link
	struct config_output outputs[CONFIG_MAX_OUTPUTS];
	uint32_t output_count;
	enum config_accel accel;
	enum config_virgl virgl;
	uint32_t layer;
	struct config_area area;
	enum config_scale scale;
	struct wl_list keys; /* which keys were given, and where */
};

struct config {
	char *path;
	char *directory; /* of the file; what relative paths in it start from */
	enum config_backend backend;
	enum config_renderer renderer;
	enum config_shell shell;
	struct wl_list screens; // struct config_screen.link
	struct wl_list guests;  // struct config_guest.link
	struct wl_list keys;    /* of [compositor] */
};

/**
 * Reads and checks the file. Every fault is a log line "FILE:LINE: what; remedy"; after any, NULL
 * is returned. BACKEND_AUTO and RENDERER_AUTO are left as they stand.
 */
struct config *config_load(const char *path);

void config_destroy(struct config *config);

/** The screen of that name, or NULL. */
const struct config_screen *config_find_screen(const struct config *config, const char *name);

/** The back end to start: what BACKEND_AUTO means in this session. */
enum config_backend config_resolve_backend(const struct config *config);

const char *config_backend_name(enum config_backend backend);
