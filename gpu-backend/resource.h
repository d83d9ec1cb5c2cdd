/* SPDX-License-Identifier: MIT */
/* A guest's resource: an id, guest pages, and the images that its pixels are shown from. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wayland-util.h>

#include "gpu-backend/backing.h"
#include "gpu-backend/format.h"
#include "gpu-backend/image.h"
#include "gpu-backend/limits.h"
#include "gpu-backend/rect.h"

/* One on the screen, one on its way there, one being written. */
#define GPU_RESOURCE_MAX_IMAGES 3

struct gpu_resource {
	uint32_t id;     /* not 0 */
	uint64_t serial; /* differs from that of another resource of the same id */
	uint32_t width, height;
	const struct gpu_format *format; /* NULL: of the renderer, and not one to be shown */

	/** Of the renderer that has the pixels; images are read back from it. 0: a 2D resource. */
	uint32_t generation;
	uint64_t render_bytes;    /* what it takes there */
	struct gpu_read *reading; /* from the renderer just now, or NULL */
	uint8_t uuid[16];
	bool has_uuid;
	struct gpu_backing *backing; /* or NULL */

	/** A blob, of guest memory (blob.h) or of the renderer's, of so many bytes; 0: not one. */
	uint64_t blob_bytes;
	struct gpu_layout layout;            /* how its pixels lie; width 0: nobody said yet */
	bool direct;                         /* the one image is of its own pages */
	bool refused;                        /* by the display, as it lies now: copied */
	struct gpu_host_memory *host_memory; /* that a guest can map; or NULL */

	/** The renderer draws it into images[0], where nobody else writes; others are read back. */
	bool shared;
	bool redrawn; /* a shared one that was flushed while it was on the screen, until it comes
			 anew */

	struct gpu_image *images[GPU_RESOURCE_MAX_IMAGES];
	uint32_t image_count; /* ≥ 1 in 2D, and where direct */
	uint32_t current;     /* the image that has all pixels */

	struct wl_list link; // struct gpu_resource_table.buckets
};

#define GPU_RESOURCE_BUCKETS 256

/** All resources of the guest, and what they take from the host. */
struct gpu_resource_table {
	struct gpu_limits limits;
	struct gpu_usage usage;
	uint64_t last_serial;
	uint64_t render_requests;   /* of the guest, to the renderer */
	uint32_t rendered_scanouts; /* that show a resource of the renderer */
	struct renderer *renderer;  /* or NULL: no 3D */
	uint32_t last_render_id;    /* of images */
	uint64_t bytes_copied; /* of pixels: by transfers, from blobs, back from the renderer */
	struct vhost_user_device *device; /* whose memory blobs are in */
	struct wl_list mappings;          // struct gpu_host_memory.link
	uint32_t mapping_count;
	/** What was asked of gpu_readback() is in the resource's current image. */
	void (*read_done)(void *data, struct gpu_resource *resource);
	void *read_data;
	struct wl_list buckets[GPU_RESOURCE_BUCKETS]; // struct gpu_resource.link
};

void gpu_resource_table_init(struct gpu_resource_table *table, const struct gpu_limits *limits);

/** Destroys every resource. The table can be used on. */
void gpu_resource_table_clear(struct gpu_resource_table *table);

struct gpu_resource *gpu_resource_find(const struct gpu_resource_table *table, uint32_t id);

/** id is not 0 and not in use. Returns NULL when a limit or the host's memory is exhausted. */
struct gpu_resource *gpu_resource_create(struct gpu_resource_table *table, uint32_t id,
	const struct gpu_format *format, uint32_t width, uint32_t height);

/**
 * A resource that the renderer of this generation is about to have, where it takes so many bytes.
 * format may be NULL. Returns NULL when a limit or the host's memory is exhausted.
 */
struct gpu_resource *gpu_resource_create_3d(struct gpu_resource_table *table, uint32_t id,
	const struct gpu_format *format, uint32_t width, uint32_t height, uint64_t bytes,
	uint32_t generation);

void gpu_resource_destroy(struct gpu_resource_table *table, struct gpu_resource *resource);

/** Gives a resource of the renderer, about to be made, memory to be drawn in. False: it has none.
 */
bool gpu_resource_share(struct gpu_resource_table *table, struct gpu_resource *resource);

/** The resource has no images from now on; who shows one has a reference. */
void gpu_resource_drop_images(struct gpu_resource_table *table, struct gpu_resource *resource);

/** Takes the backing; there must be none. The table's limit was checked by the caller. */
void gpu_resource_attach(struct gpu_resource_table *table, struct gpu_resource *resource,
	struct gpu_backing *backing);
void gpu_resource_detach(struct gpu_resource_table *table, struct gpu_resource *resource);

/**
 * Copies the rectangle, within the resource, from the backing: its first pixel is at offset, its
 * rows are the resource's width apart (VIRTIO 1.3 §5.7.6.8). Returns 0; −ENXIO without a backing;
 * −ERANGE if the backing is too short, nothing copied then; −EFAULT if the backing is not guest
 * memory now.
 */
int gpu_resource_transfer(struct gpu_resource_table *table, struct gpu_resource *resource,
	struct vhost_user_memory *memory, const struct rect *rect, uint64_t offset);

/**
 * The image to read the resource into, all of whose images lack this region: one that nobody reads,
 * if there is or may be one. It becomes the current one; NULL when there is no memory.
 */
struct gpu_image *gpu_resource_image_renew(struct gpu_resource_table *table,
	struct gpu_resource *resource, const pixman_region32_t *changed);

/** Its images, but for the one that the renderer draws into, lack this region from now on. */
void gpu_resource_changed(struct gpu_resource *resource, const pixman_region32_t *changed);

/** The image with all pixels of the resource; borrowed. NULL for what was never read back. */
static inline struct gpu_image *gpu_resource_image(const struct gpu_resource *resource)
{
	return resource->images[resource->current];
}
