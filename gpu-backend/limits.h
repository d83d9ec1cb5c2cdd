/* SPDX-License-Identifier: MIT */
/* What one guest may take from the host; beyond it the answer is ERR_OUT_OF_MEMORY. */
#pragma once

#include <stdint.h>

struct gpu_limits {
	uint64_t memory_bytes;    /* of all its resources */
	uint32_t resources;       /* resource ids alive */
	uint32_t backing_entries; /* memory entries attached, over all its resources */
	uint32_t contexts;        /* of its 3D programs */
};

/* Two 4K screens, double-buffered, take 133 MB; a backing of 4 KiB pages for each 32,400 entries.
 * Each resource is a file descriptor and a mapping. */
#define GPU_LIMITS_DEFAULT                                                                         \
	((struct gpu_limits){                                                                      \
		.memory_bytes = UINT64_C(512) << 20,                                               \
		.resources = 2048,                                                                 \
		.backing_entries = 1u << 18,                                                       \
		.contexts = 256,                                                                   \
	})

/** Taken so far. */
struct gpu_usage {
	uint64_t memory_bytes;
	uint32_t resources;
	uint32_t backing_entries;
};
