/* SPDX-License-Identifier: MIT */
/*
 * Pictures of the renderer's resources, in images that a display can show: read back, or, where the
 * renderer draws into an image, waited for. The renderer executes in order, so what is read is what
 * the guest had drawn by then, and nothing of later.
 */
#pragma once

#include "gpu-backend/resource.h"

/**
 * Reads the region, of the resource's own pixels, which nobody has read since it changed. True: it
 * is there already, as in 2D, or cannot be had; false: the table's read_done follows, unless the
 * resource goes first. Who asks while another read is on its way is served by one that comes after
 * it. in_place: of a shared resource, whose image need only be drawn completely.
 */
bool gpu_readback(struct gpu_resource_table *table, struct gpu_resource *resource,
	const pixman_region32_t *changed, bool in_place);

/** The resource goes: nobody is told of a read any more, and the renderer forgets its images. */
void gpu_readback_forget(struct gpu_resource_table *table, struct gpu_resource *resource);
