/* SPDX-License-Identifier: MIT */
/* Pixels as a compositor reads them: the memory of a wl_buffer. */
#pragma once

#include <pixman.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wayland-util.h>

struct gpu_backing;
struct gpu_format;
struct gpu_image;
struct vhost_user_memory;

/** A part of a file in memory. */
struct gpu_memory_part {
	int fd;                /* borrowed */
	uint64_t offset, size; /* bytes */
};

/** Where an image's memory is from; in alloc/, one file each. */
struct gpu_alloc {
	const char *name;
	void (*finish)(struct gpu_image *image);
};

/**
 * width × height pixels, rows of stride bytes. Shared by reference: a display keeps the image it
 * shows, whatever becomes of the resource.
 */
struct gpu_image {
	const struct gpu_alloc *alloc;
	uint32_t width, height;
	uint32_t fourcc; /* DRM_FORMAT_*; what is in place of alpha is not looked at */
	uint32_t stride; /* bytes */
	uint32_t offset; /* bytes before the first pixel */
	size_t size;     /* bytes, of all its memory */

	/** The memory, one part after the other. An image of guest pages has as many as the guest's
	 * memory lies apart. */
	struct gpu_memory_part *parts;
	size_t part_count;

	/** Words of 0xAARRGGBB in a sealed memfd; NULL for guest pages, which only a display that
	 * says so (display_impl.guest_pages) can show. */
	uint32_t *pixels;
	int fd;

	/** Whose pages they are; a reference. NULL: ours. */
	struct vhost_user_memory *memory;

	/** Buffers made of this image that a reader has not released: don't write meanwhile. */
	uint32_t held;

	/** Where the resource has newer pixels than this image. The resource's. */
	pixman_region32_t stale;

	/** The number by which the renderer of this generation knows it; 0: none does. */
	uint32_t render_id, render_generation;

	struct wl_list buffers; // struct wayland_buffer.link: the display's, destroyed through
	void (*buffers_destroy)(struct gpu_image *image); /* … this, before the image goes */
	uint32_t not_dmabuf; /* the display's connection that does not take it as a dmabuf */

	uint32_t references;
};

/** Memory for an image, from one allocator. Each returns 0 or −errno. */
int alloc_shm_init(struct gpu_image *image);
int alloc_guest_init(struct gpu_image *image, const struct gpu_backing *backing,
	struct vhost_user_memory *memory);

/** Zeroed. NULL if the size overflows or there is no memory; the caller answers for it. */
struct gpu_image *gpu_image_create(uint32_t width, uint32_t height);

/** The same for a renderer to draw into: whole tiles of what renderers write at once. */
struct gpu_image *gpu_image_create_to_draw(uint32_t width, uint32_t height);

/** How the pixels lie in the guest's pages. */
struct gpu_layout {
	uint32_t width, height;
	const struct gpu_format *format;
	uint32_t stride, offset; /* bytes */
};

/** Of the guest's own pages; the layout is within them. NULL where they are no guest memory, or
 * there is no memory for it. */
struct gpu_image *gpu_image_create_of_guest(const struct gpu_layout *layout,
	const struct gpu_backing *backing, struct vhost_user_memory *memory);
struct gpu_image *gpu_image_ref(struct gpu_image *image);
void gpu_image_unref(struct gpu_image *image); /* NULL is fine */

/** A reference that also keeps the image from being written, and its end; *image NULL is fine. */
struct gpu_image *gpu_image_hold(struct gpu_image *image);
void gpu_image_release(struct gpu_image **image);
