/* SPDX-License-Identifier: MIT */
/* Fences that virglrenderer has not passed yet, and the replies that wait for them. */
#pragma once

#include <stdint.h>
#include <wayland-util.h>

#include "gpu-backend/render/channel.h"

struct fences {
	struct wl_list waiting; // struct fence.link, in the order they were made
	struct channel *channel;
	uint32_t last_id; /* of the timeline that all contexts share; it may wrap */
};

void fences_init(struct fences *fences, struct channel *channel);
void fences_finish(struct fences *fences);

/** Replies to the message with that type once all that came before on its timeline is done. */
void fences_add(struct fences *fences, const struct render_header *header, uint32_t type);

/** virglrenderer has passed this fence of the shared timeline, and with it all before. */
void fences_pass(struct fences *fences, uint32_t id);

/** The same on a context's own timeline. */
void fences_pass_ring(
	struct fences *fences, uint32_t context_id, uint32_t ring_index, uint64_t sequence);

/** The context is gone, and its timelines with it. */
void fences_pass_context(struct fences *fences, uint32_t context_id);
