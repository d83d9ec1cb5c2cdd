/* SPDX-License-Identifier: MIT */
/* Pixels that the guest's transfers write and a compositor reads: the memory of a wl_buffer. */
#pragma once

#include <pixman.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wayland-util.h>

/**
 * width × height words of 0xAARRGGBB, rows of stride bytes, in a sealed memfd. Shared by reference:
 * a display keeps the image it shows, whatever becomes of the resource.
 */
struct gpu_image {
	uint32_t width, height;
	uint32_t stride; /* bytes */
	size_t size;     /* bytes */
	uint32_t *pixels;
	int fd;

	/** Buffers made of this image that a reader has not released: don't write meanwhile. */
	uint32_t held;

	/** Where the resource has newer pixels than this image. The resource's. */
	pixman_region32_t stale;

	/** The number by which the renderer of this generation knows it; 0: none does. */
	uint32_t render_id, render_generation;

	struct wl_list buffers; // struct wayland_buffer.link: the display's, destroyed through
	void (*buffers_destroy)(struct gpu_image *image); /* … this, before the image goes */

	uint32_t references;
};

/** Memory for an image, from one allocator. Returns 0 or −errno. */
int alloc_shm_init(struct gpu_image *image);
void alloc_shm_finish(struct gpu_image *image);

/** Zeroed. NULL if the size overflows or there is no memory; the caller answers for it. */
struct gpu_image *gpu_image_create(uint32_t width, uint32_t height);
struct gpu_image *gpu_image_ref(struct gpu_image *image);
void gpu_image_unref(struct gpu_image *image); /* NULL is fine */

/** A reference that also keeps the image from being written, and its end; *image NULL is fine. */
struct gpu_image *gpu_image_hold(struct gpu_image *image);
void gpu_image_release(struct gpu_image **image);
