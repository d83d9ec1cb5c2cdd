/* SPDX-License-Identifier: MIT */
/* Inside the wayland display: one connection, a surface with its cursor per scanout, buffers. */
#pragma once

#include <wayland-client.h>
#include <wayland-server-core.h>

#include "gpu-backend/display.h"
#include "gpu-backend/virtio-gpu.h"

struct display_wayland;

/** A wl_surface and the image on it. */
struct wayland_surface {
	struct wl_surface *surface;
	enum wl_shm_format format; /* of pictures in shared memory */
	bool takes_dmabuf;         /* it is a scanout's main surface */
	const char *handed_as;     /* what the last buffer was; NULL: there was none */
	struct gpu_image *image;   /* a reference; NULL: nothing attached */
	struct wl_list buffers;    // struct wayland_buffer.surface_link
};

/**
 * A part of an image as the buffer of one surface. One per surface, since wl_buffer.release does
 * not tell which of several surfaces has let go.
 */
struct wayland_buffer {
	struct display_wayland *display;
	struct wl_buffer *buffer;                  /* NULL: not created yet, … */
	struct zwp_linux_buffer_params_v1 *params; /* … this will tell; else NULL */
	const char *kind;                          /* udmabuf, memfd or shm */
	struct gpu_image *image; /* borrowed: it destroys its buffers before it goes; NULL: gone */
	struct wayland_surface *surface;
	struct rect source;
	bool held;                   /* committed and not released */
	struct wl_list link;         // struct gpu_image.buffers
	struct wl_list surface_link; // struct wayland_surface.buffers
	struct wl_list asked_link;   // struct display_wayland.asked, while params are there
};

#define WAYLAND_DMABUF_FORMATS 4

/** What the compositor takes as dmabufs, of what we have: rows of pixels, one after the other. */
struct wayland_dmabuf {
	struct zwp_linux_dmabuf_v1 *global;            /* NULL: nothing */
	struct zwp_linux_dmabuf_feedback_v1 *feedback; /* NULL: version 3 tells without */
	const struct wayland_dmabuf_entry *table;      /* of formats, mapped */
	size_t table_size;                             /* bytes */
	struct wayland_dmabuf_format {
		uint32_t fourcc;
		bool linear;   /* with the modifier LINEAR */
		bool implicit; /* without a modifier */
	} formats[WAYLAND_DMABUF_FORMATS];
	bool refuses_memfds; /* has refused one: it looks for a device behind each descriptor */
};

struct wayland_scanout {
	struct display_wayland *display;
	uint32_t index;
	struct screen fallback; /* what to ask for where the compositor leaves the size to us */
	struct screen pending;  /* gathered until "done" */
	bool pending_windowed;
	bool ready; /* its role allows buffers */
	bool late;  /* something was not told while the connection was blocked */

	struct wayland_surface main;
	struct wl_callback *frame; /* of the last commit */

	/** A frame whose buffer the compositor was asked for; image NULL: none. Held. */
	struct {
		struct gpu_image *image;
		struct rect source;
		pixman_region32_t damage;
	} asked;
	struct binnacle_scanout_v1 *role; /* ours, or … */
	struct xdg_surface *xdg_surface;  /* … a window */
	struct xdg_toplevel *toplevel;

	struct wayland_surface cursor;
	struct wl_subsurface *cursor_role;
};

struct display_wayland {
	struct display base;
	struct wl_event_loop *loop;
	const char *title;
	char path[108];

	struct wl_event_source *retry; /* timer */
	int retry_ms;

	struct wl_display *connection; /* NULL: not there */
	struct wl_event_source *source;
	bool blocked;         /* requests wait for room in the socket */
	uint32_t connections; /* made so far: the number of this one */
	struct wl_registry *registry;
	struct wl_callback *globals_done;
	struct wl_compositor *compositor;
	struct wl_subcompositor *subcompositor;
	struct wl_shm *shm;
	struct wayland_dmabuf dmabuf;
	struct xdg_wm_base *wm_base;
	struct binnacle_scanout_manager_v1 *manager;

	int udmabuf;          /* the kernel's device; −1: none */
	struct wl_list asked; // struct wayland_buffer.asked_link

	struct wayland_scanout scanouts[VIRTIO_GPU_MAX_SCANOUTS];
	uint32_t scanout_count;
};

/* wayland-connection.c: reaching the compositor, again and again. */

/** Connects, or tries again later. */
void wayland_connect(struct display_wayland *display);

/** Takes everything of the connection down. */
void wayland_disconnect(struct display_wayland *display);

/** Sends what has been requested. */
void wayland_flush(struct display_wayland *display);

/* wayland-scanout.c: surfaces and their roles. */

/** Makes the surface with our role, or as a window where the compositor does not know ours. */
void wayland_scanout_init(struct wayland_scanout *scanout);
void wayland_scanout_finish(struct wayland_scanout *scanout);

/* display-wayland.c: frames. */

/** The compositor has answered whether it takes the buffer it was asked for. */
void wayland_scanout_answered(struct wayland_scanout *scanout);

/** The frame that waits for that is not shown any more; there may be none. */
void wayland_scanout_forget_asked(struct wayland_scanout *scanout);

/* wayland-buffer.c: images as buffers. */

/**
 * Attaches that part of the image. The surface keeps a reference. Returns 0; −EINPROGRESS if the
 * compositor was asked for a buffer: wayland_scanout_answered() follows; −ENOTSUP if it takes
 * nothing of this kind; −ENOMEM.
 */
int wayland_surface_attach(struct display_wayland *display, struct wayland_surface *surface,
	struct gpu_image *image, const struct rect *source);

/** Attaches nothing. */
void wayland_surface_detach(struct wayland_surface *surface);

/** Drops the buffers and the surface; may be called twice. */
void wayland_surface_finish(struct wayland_surface *surface);

/** Forgets what the compositor was asked for and nobody waits for: the connection ends. */
void wayland_buffers_forget(struct display_wayland *display);

/* wayland-dmabuf.c: what the compositor takes as dmabufs. */

/** Binds the global and asks what it takes; the answer is complete with the next wl_display.sync.
 */
void wayland_dmabuf_init(struct wayland_dmabuf *dmabuf, struct wl_registry *registry, uint32_t name,
	uint32_t version);
void wayland_dmabuf_finish(struct wayland_dmabuf *dmabuf);

/** The modifier by which rows of this format are taken. False: they are not. */
bool wayland_dmabuf_takes(const struct wayland_dmabuf *dmabuf, uint32_t fourcc, uint64_t *modifier);
