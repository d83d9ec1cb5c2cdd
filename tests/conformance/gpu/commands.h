/* SPDX-License-Identifier: MIT */
/* The driver's side of each command: sends it, and returns the type of the response. */
#pragma once

#include "tests/conformance/gpu/gpu-rig.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA

struct gpu_answer {
	union {
		struct virtio_gpu_ctrl_hdr hdr;
		struct virtio_gpu_resp_display_info info;
		struct virtio_gpu_resp_edid edid;
		struct virtio_gpu_resp_resource_uuid uuid;
		struct virtio_gpu_resp_capset_info capset_info;
		struct virtio_gpu_resp_map_info map_info;
	};
	uint32_t written;
};

/** Of SET_SCANOUT_BLOB. */
struct blob_layout {
	uint32_t width, height, format, stride, offset;
};

struct virtio_gpu_ctrl_hdr header(uint32_t type);

/** Sends size bytes on that queue, with room for answer_size bytes of answer. */
uint32_t send_sized(struct gpu_rig *rig, uint32_t queue, const void *command, size_t size,
	struct gpu_answer *answer, size_t answer_size);

/** The same on the queue of the command, with room for any answer, which may be NULL. */
uint32_t send_command(
	struct gpu_rig *rig, const void *command, size_t size, struct gpu_answer *answer);

uint32_t get_display_info(struct gpu_rig *rig, struct gpu_answer *answer);
uint32_t get_edid(struct gpu_rig *rig, uint32_t scanout, struct gpu_answer *answer);
uint32_t create_2d(
	struct gpu_rig *rig, uint32_t id, uint32_t format, uint32_t width, uint32_t height);
/** A command of only an id. */
uint32_t with_id(struct gpu_rig *rig, uint32_t type, uint32_t id, struct gpu_answer *answer);
uint32_t unref(struct gpu_rig *rig, uint32_t id);
uint32_t detach(struct gpu_rig *rig, uint32_t id);
uint32_t attach(struct gpu_rig *rig, uint32_t id, const struct virtio_gpu_mem_entry *entries,
	uint32_t count);
/** Attaches one entry. */
uint32_t attach_memory(struct gpu_rig *rig, uint32_t id, const struct frontend_memory *memory);
uint32_t transfer(struct gpu_rig *rig, uint32_t id, struct rect rect, uint64_t offset);
uint32_t set_scanout(struct gpu_rig *rig, uint32_t scanout, uint32_t id, struct rect rect);
uint32_t create_blob(struct gpu_rig *rig, const struct virtio_gpu_resource_create_blob *command,
	const struct virtio_gpu_mem_entry *entries, uint32_t count);
uint32_t set_scanout_blob(struct gpu_rig *rig, uint32_t scanout, uint32_t id, struct rect rect,
	const struct blob_layout *layout);
uint32_t flush(struct gpu_rig *rig, uint32_t id, struct rect rect);
uint32_t update_cursor(struct gpu_rig *rig, uint32_t scanout, uint32_t id, uint32_t hot_x,
	uint32_t hot_y, int32_t x, int32_t y);
uint32_t move_cursor(struct gpu_rig *rig, uint32_t scanout, int32_t x, int32_t y);

/** A blob of guest memory that is one piece of RAM, zeroed. */
struct frontend_memory make_blob(struct gpu_rig *rig, uint32_t id, size_t bytes);

struct virtio_gpu_mem_entry mem_entry(uint64_t address, uint32_t length);

/** A resource of B8G8R8X8 with one piece of zeroed guest RAM behind it. */
struct frontend_memory make_resource(
	struct gpu_rig *rig, uint32_t id, uint32_t width, uint32_t height);

/** A fenced flush that is not waited for; its answer comes with flush_collect(). */
struct fenced_flush {
	struct virtio_gpu_resource_flush command;
	struct virtio_gpu_ctrl_hdr answer;
	struct iovec out, in;
};

void flush_submit(struct gpu_rig *rig, struct fenced_flush *flush, uint32_t id, struct rect rect,
	uint64_t fence_id);
/** True, and checked, if one has been answered. */
bool flush_answered(struct gpu_rig *rig, struct fenced_flush **which);
