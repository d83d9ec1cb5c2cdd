/* SPDX-License-Identifier: MIT */
/* One command of the guest, from its descriptor chain to its response. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu-backend/virtio-gpu.h"
#include "vhost-user/vhost-user.h"

struct gpu;

/** The longest fixed part of a command. Read once; the guest's memory is not looked at again. */
union gpu_command {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_get_edid get_edid;
	struct virtio_gpu_resource_create_2d create_2d;
	struct virtio_gpu_resource_id resource;
	struct virtio_gpu_set_scanout set_scanout;
	struct virtio_gpu_resource_create_blob create_blob;
	struct virtio_gpu_resource_map_blob map_blob;
	struct virtio_gpu_set_scanout_blob set_scanout_blob;
	struct virtio_gpu_resource_flush flush;
	struct virtio_gpu_transfer_to_host_2d transfer;
	struct virtio_gpu_resource_attach_backing attach_backing;
	struct virtio_gpu_update_cursor cursor;
	struct virtio_gpu_get_capset_info get_capset_info;
	struct virtio_gpu_get_capset get_capset;
	struct virtio_gpu_ctx_create ctx_create;
	struct virtio_gpu_resource_create_3d create_3d;
	struct virtio_gpu_transfer_host_3d transfer_3d;
	struct virtio_gpu_cmd_submit submit;
};

/**
 * Responded to exactly once, at once or, from a list, later. Held requests are in a list through
 * their link, so that a stopping queue finds them.
 */
struct gpu_request {
	struct gpu *gpu;
	struct vhost_user_chain *chain;
	uint32_t queue_index;
	union gpu_command command;
	size_t size; /* bytes of command that the guest sent */
	struct wl_list link;
};

/** Reads the command. False if there is not even a header; the chain is still the caller's. */
bool gpu_request_init(struct gpu_request *request, struct gpu *gpu, struct vhost_user_chain *chain,
	uint32_t queue_index);

static inline uint32_t gpu_request_type(const struct gpu_request *request)
{
	return le32_get(request->command.hdr.type);
}

static inline bool gpu_request_is_fenced(const struct gpu_request *request)
{
	return le32_get(request->command.hdr.flags) & VIRTIO_GPU_FLAG_FENCE;
}

/**
 * Writes a response of size bytes that begins with a header, whose fields it fills in: the type,
 * and the fence of the command (VIRTIO 1.3 §5.7.6.7). Where the guest left no room for all of it
 * the response is ERR_UNSPEC. Completes the chain.
 */
void gpu_request_respond(struct gpu_request *request, uint32_t type,
	struct virtio_gpu_ctrl_hdr *response, size_t size);

/** The same with nothing after the header. */
void gpu_request_respond_plain(struct gpu_request *request, uint32_t type);

/**
 * The same, but not before the renderer has passed the fences that the guest set before: Linux
 * takes a later fence of the same timeline as the sign of all before it. The cursor queue has no
 * such fences. In render-request.c.
 */
void gpu_request_finish(struct gpu_request *request, uint32_t type);

/** A copy that outlives the handler, to be put into a list; NULL when there is no memory. */
struct gpu_request *gpu_request_hold(const struct gpu_request *request, struct wl_list *list);

/** Finishes a held request and frees it. */
void gpu_request_release(struct gpu_request *request, uint32_t type);
