/* SPDX-License-Identifier: MIT */
/* One scanout: what it shows, and the pace at which it does. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>

#include "common/log.h"
#include "gpu-backend/display.h"
#include "gpu-backend/request.h"
#include "gpu-backend/resource.h"

struct gpu_scanout {
	uint32_t index;
	struct display *display;          /* borrowed */
	struct wl_event_source *deadline; /* timer, which runs on when nothing is held any more */
	bool deadline_runs;
	uint64_t due_ns; /* when what is held must be answered */

	struct screen screen;

	struct gpu_resource_table *resources; /* borrowed */
	struct gpu_resource *resource;        /* NULL: off. The table's. */
	struct rect source;                   /* the part of the resource that is shown */
	uint64_t whole_requests;              /* of the table, when all of it was damaged */
	bool fresh;                           /* set, and not flushed since: not to be seen yet */
	pixman_region32_t damage;             /* flushed and not presented yet, in scanout pixels */
	bool in_flight;                       /* on its way to the screen and not shown yet: */

	struct gpu_resource *reading;   /* its pixels are waited for, for that frame; or NULL */
	struct rect frame_source;       /* of that frame, … */
	pixman_region32_t frame_damage; /* … in scanout pixels, until it is presented */

	struct wl_list flushed;   // struct gpu_request.link: not presented yet
	struct wl_list presented; // struct gpu_request.link: not shown yet

	/** What was presented last, and what before that: references. A serial of 0: nothing. */
	struct gpu_image *image, *image_before;
	uint64_t image_serial; /* of the resource */
	bool slow;             /* the screen did not get on in time: nobody waits for it */
	uint64_t presented_ns;

	struct gpu_resource *cursor; /* NULL: none */
	bool cursor_reading;         /* its pixels are read back */
	uint32_t cursor_hot_x, cursor_hot_y;
	int32_t cursor_x, cursor_y; /* of its top left corner */

	/* For the status socket. */
	uint64_t frames;              /* presented */
	uint64_t flushes;             /* asked for by the guest */
	uint64_t late;                /* flushes answered by the deadline */
	const char *path, *handed_as; /* of the frame last shown, … */
	struct log_limit paths;       /* … which the log has */
};

/* A flush is answered this late at the latest, whatever the screen does: 10 frames a second. */
#define GPU_SCANOUT_DEADLINE_MS 100

/** Returns 0 or −errno. The display may be set later, before any other call. */
int gpu_scanout_init(struct gpu_scanout *scanout, uint32_t index, struct wl_event_loop *loop,
	struct gpu_resource_table *resources);
void gpu_scanout_finish(struct gpu_scanout *scanout);

/** Shows this part of the resource from the next flush on, or nothing (NULL). */
void gpu_scanout_set(
	struct gpu_scanout *scanout, struct gpu_resource *resource, const struct rect *source);

/** The resource goes: it is shown no more. */
void gpu_scanout_forget(struct gpu_scanout *scanout, struct gpu_resource *resource);

/** What was asked to be read back of the resource is there. */
void gpu_scanout_read_done(struct gpu_scanout *scanout, struct gpu_resource *resource);

/** The guest flushed that rectangle of the resource on show. */
void gpu_scanout_damage(struct gpu_scanout *scanout, const struct rect *rect);

/** Presents what is damaged, unless the frame before is still on its way. */
void gpu_scanout_present(struct gpu_scanout *scanout);

/** Everything is to be presented again. */
void gpu_scanout_restore(struct gpu_scanout *scanout);

/** The display says that the frame in flight was shown. */
void gpu_scanout_shown(struct gpu_scanout *scanout);

/** What the guest draws next could show too early: see gate.h. */
bool gpu_scanout_holds_renderer(const struct gpu_scanout *scanout);

/** Answers a fenced flush when what was damaged until now has been shown. False: no memory. */
bool gpu_scanout_hold_flush(struct gpu_scanout *scanout, const struct gpu_request *request);

/** Answers every held flush now. */
void gpu_scanout_answer_all(struct gpu_scanout *scanout);

/** How its pixels reach the display, of enum-like words for people: zero-copy, copy, read-back. */
const char *gpu_scanout_path(const struct gpu_scanout *scanout);

/** As what the display hands them on; NULL: nothing, or it does not say. */
const char *gpu_scanout_handed_as(const struct gpu_scanout *scanout);

/** The cursor's picture, or none (NULL), and its position. */
void gpu_scanout_cursor_set(
	struct gpu_scanout *scanout, struct gpu_resource *resource, uint32_t hot_x, uint32_t hot_y);
void gpu_scanout_cursor_move(struct gpu_scanout *scanout, int32_t x, int32_t y);
