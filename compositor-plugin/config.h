/* SPDX-License-Identifier: MIT */
/* The plugin's own sections of weston.ini: [binnacle] and [guest-display]. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <wayland-util.h>

#define CONFIG_SCANOUTS 16
#define CONFIG_MAX_DISPLAYS 256
#define CONFIG_MAX_LAYER 4095

enum config_scale {
	CONFIG_SCALE_FIT,
	CONFIG_SCALE_FILL,
	CONFIG_SCALE_NONE,
};

/** Whether guests may hand dmabufs over. */
enum config_dmabuf {
	CONFIG_DMABUF_AUTO, /* where Weston is known to stand it */
	CONFIG_DMABUF_ALWAYS,
	CONFIG_DMABUF_NEVER,
};

/** A rectangle of the output in its physical pixels; full is the whole output, whatever its mode.
 */
struct config_area {
	bool full;
	int32_t x, y, width, height;
};

/** One [guest-display] section. */
struct config_display {
	struct wl_list link; /* struct config.displays, in the order of the file */
	int line;            /* of the section header */
	int output_line, area_line, fallback_line;
	char *guest;
	uint32_t scanout_index;
	char *output; /* NULL: a window on the desktop */
	struct config_area area;
	enum config_scale scale;
	uint32_t layer;
	char *fallback; /* absolute path of a PNG, or NULL */
};

struct config {
	char *path;
	mode_t control_mode, socket_mode;
	enum config_dmabuf dmabuf;
	struct wl_list displays; /* struct config_display.link */
};

/** Tells one fault: the line and the text. */
typedef void (*config_report_t)(const char *path, int line, const char *text, void *data);

/**
 * Reads the file's sections that are the plugin's. Every fault is reported with its line, and any
 * fault makes the result NULL. The syntax is Weston's, and a value ends at " #".
 */
struct config *config_read(const char *path, config_report_t report, void *data);

/** The same from an open stream, which is left open; path is what faults are reported of. */
struct config *config_read_stream(FILE *file, const char *path, config_report_t report, void *data);

void config_destroy(struct config *config);
