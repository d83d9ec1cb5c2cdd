/* SPDX-License-Identifier: MIT */
/* Fences that virglrenderer has not passed yet, and the replies that wait for them. */
#include "gpu-backend/render/fences.h"

#include <stdbool.h>
#include <stdlib.h>

#define VIRGL_RENDERER_UNSTABLE_APIS
#include <virgl/virglrenderer.h>

struct fence {
	struct wl_list link; // struct fences.waiting
	uint64_t sequence;   /* of the message, and this fence's id on a context's timeline */
	uint32_t type;
	bool on_ring;
	uint32_t id; /* on the shared timeline */
	uint32_t context_id;
	uint32_t ring_index;
};

void fences_init(struct fences *fences, struct channel *channel)
{
	*fences = (struct fences){.channel = channel};
	wl_list_init(&fences->waiting);
}

static void fence_drop(struct fence *fence)
{
	wl_list_remove(&fence->link);
	free(fence);
}

void fences_finish(struct fences *fences)
{
	struct fence *fence, *next;

	wl_list_for_each_safe (fence, next, &fences->waiting, link)
		fence_drop(fence);
}

static void fence_pass(struct fences *fences, struct fence *fence)
{
	channel_reply(fences->channel, fence->sequence, fence->type);
	fence_drop(fence);
}

/* What cannot be waited for is answered at once: the guest must not wait for ever. */
void fences_add(struct fences *fences, const struct render_header *header, uint32_t type)
{
	struct fence *fence = calloc(1, sizeof(*fence));
	int error;

	if (!fence) {
		channel_reply(fences->channel, header->sequence, type);
		return;
	}
	*fence = (struct fence){
		.sequence = header->sequence,
		.type = type,
		.on_ring = header->flags & RENDER_RING,
		.context_id = header->context_id,
		.ring_index = header->ring_index,
	};
	wl_list_insert(fences->waiting.prev, &fence->link);
	if (fence->on_ring) {
		error = virgl_renderer_context_create_fence(
			fence->context_id, 0, fence->ring_index, fence->sequence);
	} else {
		fence->id = ++fences->last_id;
		error = virgl_renderer_create_fence((int)fence->id, 0);
	}
	if (error)
		fence_pass(fences, fence);
}

void fences_pass(struct fences *fences, uint32_t id)
{
	struct fence *fence, *next;

	wl_list_for_each_safe (fence, next, &fences->waiting, link) {
		if (!fence->on_ring && (int32_t)(id - fence->id) >= 0)
			fence_pass(fences, fence);
	}
}

void fences_pass_ring(
	struct fences *fences, uint32_t context_id, uint32_t ring_index, uint64_t sequence)
{
	struct fence *fence, *next;

	wl_list_for_each_safe (fence, next, &fences->waiting, link) {
		if (fence->on_ring && fence->context_id == context_id &&
			fence->ring_index == ring_index && fence->sequence <= sequence)
			fence_pass(fences, fence);
	}
}

void fences_pass_context(struct fences *fences, uint32_t context_id)
{
	struct fence *fence, *next;

	wl_list_for_each_safe (fence, next, &fences->waiting, link) {
		if (fence->on_ring && fence->context_id == context_id)
			fence_pass(fences, fence);
	}
}
