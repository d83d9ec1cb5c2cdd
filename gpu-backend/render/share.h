/* SPDX-License-Identifier: MIT */
/*
 * Textures in memory that binnacle-gpu gives, so that what the guest draws is where the compositor
 * reads. Mesa's software renderer imports any memory that can be mapped as a dmabuf; a GPU has its
 * own, and is not asked.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct virgl_renderer_resource_create_args;

/** True if a texture that was written is found in its memory here. */
bool share_works(void);

/** As virgl_renderer_resource_create(), in the memory of fd, borrowed, with rows of stride bytes of
 * 0xXXRRGGBB words, the first one at the top. Returns 0 or an error. */
int share_resource_create(
	const struct virgl_renderer_resource_create_args *args, int fd, uint32_t stride);
