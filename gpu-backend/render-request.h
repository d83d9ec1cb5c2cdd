/* SPDX-License-Identifier: MIT */
/* Guest requests that the renderer answers. */
#pragma once

#include "gpu-backend/gpu.h"
#include "gpu-backend/renderer.h"

/** What is taken back if the renderer refuses: the guest must not have what it was refused. */
enum render_undo {
	RENDER_UNDO_NOTHING,
	RENDER_UNDO_CONTEXT,
	RENDER_UNDO_RESOURCE,
};

/** The renderer that runs has the resource: it is not a 2D one, nor lost with a process before. */
bool gpu_resource_is_rendered(const struct gpu *gpu, const struct gpu_resource *resource);

/**
 * Passes the request on, with the fence it has: the renderer's answer is the guest's. Returns 0, or
 * the response where it cannot be passed on.
 */
uint32_t gpu_render(struct gpu *gpu, struct gpu_request *request, enum render_op op,
	const void *body, size_t size, enum render_undo undo, uint64_t serial);

/** The same with a descriptor, borrowed. */
uint32_t gpu_render_with_fd(struct gpu *gpu, struct gpu_request *request, enum render_op op,
	const void *body, size_t size, int fd, enum render_undo undo, uint64_t serial);

/** The same with size bytes for the caller to fill, at *body. */
uint32_t gpu_render_space(struct gpu *gpu, struct gpu_request *request, enum render_op op,
	size_t size, void **body, enum render_undo undo, uint64_t serial);

/** The entries of a backing as a message has them, to be filled. */
void gpu_render_entries(const struct gpu_backing *backing, struct render_entry *entries);
