/* SPDX-License-Identifier: MIT */
/* The guest's 3D contexts, as far as binnacle-gpu knows of them: that they are there. */
#pragma once

#include "gpu-backend/gpu.h"

struct gpu_context {
	struct wl_list link; // struct gpu.contexts
	uint32_t id;         /* not 0 */
	uint32_t generation; /* of the renderer that has it */
	uint64_t serial;     /* differs from that of another context of the same id */
};

struct gpu_context *gpu_context_find(const struct gpu *gpu, uint32_t id);
void gpu_context_destroy(struct gpu *gpu, struct gpu_context *context);
void gpu_contexts_clear(struct gpu *gpu);

/** The context that the command is in; NULL after saying that there is none, or no more. */
struct gpu_context *gpu_context_of(struct gpu *gpu, const struct gpu_request *request);
