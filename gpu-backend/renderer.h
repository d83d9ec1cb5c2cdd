/* SPDX-License-Identifier: MIT */
/*
 * The guest's renderer, as binnacle-gpu sees it: a process that executes 3D commands in order, and
 * tells when each is done. Nothing here waits for it but renderer_create() and renderer_drain(),
 * and renderer_stop(), for a moment, for its end. A renderer that dies, or does nothing for
 * RENDERER_PATIENCE_MS although it has work, is replaced by a new one, which knows nothing of what
 * the old one had: whoever waits is answered with ERR_UNSPEC, and the generation counts up.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>
#include <wayland-server-core.h>

#include "gpu-backend/render/protocol.h"

struct renderer;

#define RENDERER_PATIENCE_MS 10000

/** Who sends a message and wants to know of its end. Embedded, and alive until done is called. */
struct renderer_job {
	struct wl_list link; // struct renderer.jobs
	uint64_t sequence;
	bool fenced;
	/** type: a response of enum virtio_gpu_ctrl_type. The job is out of the list by then. */
	void (*done)(struct renderer_job *job, uint32_t type);
};

struct renderer_capset {
	uint32_t id, max_version, size;
	void *data; /* size bytes */
};

struct renderer_options {
	const char *program;     /* path of binnacle-gpu-render */
	const char *guest;       /* or NULL */
	const char *render_node; /* or NULL: its choice */
	bool verbose;
};

struct renderer_listener {
	/** A new process runs in place of a lost one and knows nothing. */
	void (*replaced)(void *data);
};

/**
 * Starts the process and waits until it has told its capability sets. NULL where it cannot render;
 * it has said why. Strings are borrowed.
 */
struct renderer *renderer_create(struct wl_event_loop *loop, const struct renderer_options *options,
	const struct renderer_listener *listener, void *data);

/** Everyone who waits is answered with ERR_UNSPEC before. NULL is fine. */
void renderer_destroy(struct renderer *renderer);

uint32_t renderer_capset_count(const struct renderer *renderer);

/** The capability set at index; NULL past the end. */
const struct renderer_capset *renderer_capset_at(const struct renderer *renderer, uint32_t index);
const struct renderer_capset *renderer_capset_find(const struct renderer *renderer, uint32_t id);

/** Starts the process anew if it does not run. */
void renderer_start(struct renderer *renderer);

/** Ends the process, and with it all that it had. */
void renderer_stop(struct renderer *renderer);

bool renderer_is_running(const struct renderer *renderer);

/** Differs between processes, never 0: what was made in another generation is lost. */
uint32_t renderer_generation(const struct renderer *renderer);

/** How many processes were lost. */
uint64_t renderer_losses(const struct renderer *renderer);

/**
 * Sends a message: header->op, context_id, flags and ring_index count, and the body is copied. The
 * descriptor is borrowed, −1 for none. job may be NULL: nobody wants to know. Returns −ENOBUFS
 * where there is no memory for it, or more than RENDERER_MAX_QUEUED_BYTES wait to be sent, or no
 * process runs; the job is not used then.
 */
int renderer_send(struct renderer *renderer, const struct render_header *header, const void *body,
	size_t size, int fd, struct renderer_job *job);

#define RENDERER_MAX_QUEUED_BYTES (UINT64_C(32) << 20)

/** A body of so few bytes is always taken: as many of them as the guest's ring holds are little. */
#define RENDERER_SMALL_BYTES 256

/**
 * As renderer_send(), and gives the size bytes of body to be written before anything else is done
 * with the renderer. NULL for an error.
 */
void *renderer_send_space(struct renderer *renderer, const struct render_header *header,
	size_t size, struct renderer_job *job);

/**
 * Nothing more is sent until renderer_resume(), but messages with RENDER_AHEAD. Who pauses sees to
 * it that this is for a moment: the guest's 3D stands still.
 */
void renderer_pause(struct renderer *renderer);
void renderer_resume(struct renderer *renderer);

/** RENDER_SHARES and RENDER_MAPS, as far as it can. */
uint32_t renderer_abilities(const struct renderer *renderer);

/** Textures can be in memory of ours: RENDER_RESOURCE_CREATE may have a descriptor. */
static inline bool renderer_shares(const struct renderer *renderer)
{
	return renderer_abilities(renderer) & RENDER_SHARES;
}

/** Memory of blobs can be ours: RENDER_BLOB_CREATE may have a descriptor. */
static inline bool renderer_maps(const struct renderer *renderer)
{
	return renderer_abilities(renderer) & RENDER_MAPS;
}

/** A fenced message is not done yet. */
bool renderer_has_fences(const struct renderer *renderer);

/** Resumes, waits until all is done, and replaces the process if that takes longer than its
 * patience. */
void renderer_drain(struct renderer *renderer);
