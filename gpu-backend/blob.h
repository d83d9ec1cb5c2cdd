/* SPDX-License-Identifier: MIT */
/*
 * Blobs of guest memory on a scanout (VIRTIO 1.3 §5.7.6.8): bytes until SET_SCANOUT_BLOB says how
 * pixels lie in them. A display that can show guest pages gets them as they are, with no copy; for
 * any other, and where the compositor refuses them, what was flushed is copied into images.
 */
#pragma once

#include "gpu-backend/resource.h"

/**
 * A resource of that many bytes of the backing, which it takes in any case; id is not 0 and not in
 * use. NULL when a limit or the host's memory is exhausted.
 */
struct gpu_resource *gpu_blob_create(
	struct gpu_resource_table *table, uint32_t id, uint64_t bytes, struct gpu_backing *backing);

/** True if rows laid out like this are within the blob: stride and offset in whole pixels. */
bool gpu_blob_layout_fits(const struct gpu_resource *resource, const struct gpu_layout *layout);

/**
 * From now on the pixels lie like this, which fits. direct: the display can show guest pages.
 * Images of another layout go, and who shows a part that is in it no more has to stop.
 */
void gpu_blob_lay_out(struct gpu_resource_table *table, struct gpu_resource *resource,
	const struct gpu_layout *layout, bool direct);

/** The display does not take the guest's pages: from now on they are copied. */
void gpu_blob_copy_from_now(struct gpu_resource_table *table, struct gpu_resource *resource);

/** Brings the current image up to date with what changed, in the resource's pixels. */
void gpu_blob_fetch(struct gpu_resource_table *table, struct gpu_resource *resource,
	const pixman_region32_t *changed);
