/* SPDX-License-Identifier: MIT */
/* Executes binnacle-gpu's messages: guest memory, resources, images, and calls of virglrenderer. */
#pragma once

#include <stdbool.h>
#include <wayland-util.h>

#include "common/log.h"
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

	struct wl_list resources[RENDER_BUCKETS]; // struct resource.link
	struct wl_list images;                    // struct image.link
	struct log_limit faults;
};

void render_init(struct render *render);
void render_finish(struct render *render);

/** Executes one message and replies. False if it is not what binnacle-gpu would send. */
bool render_execute(struct render *render, const struct render_header *header, const void *body);
