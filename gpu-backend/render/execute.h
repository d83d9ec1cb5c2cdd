/* SPDX-License-Identifier: MIT */
/* Executes binnacle-gpu's messages: guest memory, resources, images, and calls of virglrenderer. */
#pragma once

#include <stdbool.h>
#include <wayland-util.h>

#include "common/log.h"
#include "gpu-backend/backing.h"
#include "gpu-backend/render/fences.h"
#include "vhost-user/vhost-user.h"

#define RENDER_BUCKETS 256

struct render {
	struct channel channel;
	struct fences fences;

	struct vhost_user_memory *memory; /* the guest's; NULL: none yet */
	struct vhost_user_memory_region regions[VHOST_USER_MAX_MEMORY_REGIONS]; /* of the next */
	int region_fds[VHOST_USER_MAX_MEMORY_REGIONS];
	size_t region_count;

	bool maps;                                /* memory of blobs can be binnacle-gpu's */
	struct wl_list resources[RENDER_BUCKETS]; // struct resource.link
	struct wl_list images;                    // struct image.link
	struct log_limit faults;
};

struct resource {
	struct wl_list link; // struct render.resources
	uint32_t id;
	const struct gpu_format *format; /* NULL: not one of a screen */
	struct gpu_backing *backing;     /* or NULL */
	void *file_pages;                /* of its memory, that are a file's; or NULL */
	size_t file_bytes;
};

struct resource *resource_find(const struct render *render, uint32_t id);

/** virglrenderer has it from now on. Takes it; no other has its id. */
void resource_add(struct render *render, struct resource *resource);

/** Finds the entries in guest memory. Returns 0 or −errno. */
int render_backing_create(struct render *render, const struct render_entry *wanted, size_t count,
	struct gpu_backing **backing);

/** The response for an errno, which virglrenderer gives positive or negative, as it happens. */
uint32_t render_refuse(const struct render_header *header, int error);

/** In blob.c. */
uint32_t execute_blob_create(
	struct render *render, const struct render_header *header, const void *body);

void render_init(struct render *render);
void render_finish(struct render *render);

/** Executes one message and replies. False if it is not what binnacle-gpu would send. */
bool render_execute(struct render *render, const struct render_header *header, const void *body);
