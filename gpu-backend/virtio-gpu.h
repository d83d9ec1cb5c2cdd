/* SPDX-License-Identifier: MIT */
/* The virtio-gpu wire format: VIRTIO 1.3 §5.7, 2D, 3D and blobs. Sizes in pixels unless
 * said. */
#pragma once

#include <assert.h>

#include "common/endian-types.h"

/* §5.7.3 */
#define VIRTIO_GPU_F_VIRGL (UINT64_C(1) << 0)
#define VIRTIO_GPU_F_EDID (UINT64_C(1) << 1)
#define VIRTIO_GPU_F_RESOURCE_UUID (UINT64_C(1) << 2)
#define VIRTIO_GPU_F_RESOURCE_BLOB (UINT64_C(1) << 3)
#define VIRTIO_GPU_F_CONTEXT_INIT (UINT64_C(1) << 4)

/* §5.7.2 */
#define VIRTIO_GPU_QUEUE_CONTROL 0
#define VIRTIO_GPU_QUEUE_CURSOR 1
#define VIRTIO_GPU_QUEUE_COUNT 2

#define VIRTIO_GPU_MAX_SCANOUTS 16
#define VIRTIO_GPU_CURSOR_SIZE_PX 64 /* §5.7.6.10 */

#define VIRTIO_GPU_EVENT_DISPLAY (1u << 0)

struct virtio_gpu_config {
	struct le32 events_read;
	struct le32 events_clear;
	struct le32 num_scanouts;
	struct le32 num_capsets;
};

/* §5.7.6.7 */
enum virtio_gpu_ctrl_type {
	VIRTIO_GPU_CMD_GET_DISPLAY_INFO = 0x0100,
	VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
	VIRTIO_GPU_CMD_RESOURCE_UNREF,
	VIRTIO_GPU_CMD_SET_SCANOUT,
	VIRTIO_GPU_CMD_RESOURCE_FLUSH,
	VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
	VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
	VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING,
	VIRTIO_GPU_CMD_GET_CAPSET_INFO,
	VIRTIO_GPU_CMD_GET_CAPSET,
	VIRTIO_GPU_CMD_GET_EDID,
	VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID,
	VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB,
	VIRTIO_GPU_CMD_SET_SCANOUT_BLOB,

	VIRTIO_GPU_CMD_CTX_CREATE = 0x0200,
	VIRTIO_GPU_CMD_CTX_DESTROY,
	VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE,
	VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE,
	VIRTIO_GPU_CMD_RESOURCE_CREATE_3D,
	VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D,
	VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D,
	VIRTIO_GPU_CMD_SUBMIT_3D,
	VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB,
	VIRTIO_GPU_CMD_RESOURCE_UNMAP_BLOB,

	VIRTIO_GPU_CMD_UPDATE_CURSOR = 0x0300,
	VIRTIO_GPU_CMD_MOVE_CURSOR,

	VIRTIO_GPU_RESP_OK_NODATA = 0x1100,
	VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
	VIRTIO_GPU_RESP_OK_CAPSET_INFO,
	VIRTIO_GPU_RESP_OK_CAPSET,
	VIRTIO_GPU_RESP_OK_EDID,
	VIRTIO_GPU_RESP_OK_RESOURCE_UUID,
	VIRTIO_GPU_RESP_OK_MAP_INFO,

	VIRTIO_GPU_RESP_ERR_UNSPEC = 0x1200,
	VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
	VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID,
	VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
	VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID,
	VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
};

#define VIRTIO_GPU_FLAG_FENCE (1u << 0)
#define VIRTIO_GPU_FLAG_INFO_RING_IDX (1u << 1)

struct virtio_gpu_ctrl_hdr {
	struct le32 type;
	struct le32 flags;
	struct le64 fence_id;
	struct le32 ctx_id;
	uint8_t ring_idx;
	uint8_t padding[3];
};
static_assert(sizeof(struct virtio_gpu_ctrl_hdr) == 24, "wire size");

struct virtio_gpu_rect {
	struct le32 x;
	struct le32 y;
	struct le32 width;
	struct le32 height;
};

struct virtio_gpu_display_one {
	struct virtio_gpu_rect r;
	struct le32 enabled;
	struct le32 flags;
};

struct virtio_gpu_resp_display_info {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_display_one pmodes[VIRTIO_GPU_MAX_SCANOUTS];
};
static_assert(sizeof(struct virtio_gpu_resp_display_info) == 408, "wire size");

struct virtio_gpu_get_edid {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 scanout;
	struct le32 padding;
};

#define VIRTIO_GPU_EDID_BYTES 1024

struct virtio_gpu_resp_edid {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 size;
	struct le32 padding;
	uint8_t edid[VIRTIO_GPU_EDID_BYTES];
};
static_assert(sizeof(struct virtio_gpu_resp_edid) == 1056, "wire size");

/* Names give the order of the bytes in memory. */
enum virtio_gpu_format {
	VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM = 1,
	VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM = 2,
	VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM = 3,
	VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM = 4,
	VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM = 67,
	VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM = 68,
	VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM = 121,
	VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM = 134,
};

struct virtio_gpu_resource_create_2d {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 resource_id;
	struct le32 format;
	struct le32 width;
	struct le32 height;
};

/** RESOURCE_UNREF, RESOURCE_DETACH_BACKING, RESOURCE_ASSIGN_UUID and RESOURCE_UNMAP_BLOB look
 * alike. */
struct virtio_gpu_resource_id {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 resource_id;
	struct le32 padding;
};

struct virtio_gpu_set_scanout {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	struct le32 scanout_id;
	struct le32 resource_id;
};

struct virtio_gpu_resource_flush {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	struct le32 resource_id;
	struct le32 padding;
};

struct virtio_gpu_transfer_to_host_2d {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	struct le64 offset; /* bytes into the backing */
	struct le32 resource_id;
	struct le32 padding;
};
static_assert(sizeof(struct virtio_gpu_transfer_to_host_2d) == 56, "wire size");

struct virtio_gpu_resource_attach_backing {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 resource_id;
	struct le32 nr_entries; /* struct virtio_gpu_mem_entry follow */
};

struct virtio_gpu_mem_entry {
	struct le64 addr;
	struct le32 length; /* bytes */
	struct le32 padding;
};
static_assert(sizeof(struct virtio_gpu_mem_entry) == 16, "wire size");

#define VIRTIO_GPU_BLOB_MEM_GUEST 1
#define VIRTIO_GPU_BLOB_MEM_HOST3D 2
#define VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST 3

#define VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE (1u << 0)
#define VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE (1u << 1)
#define VIRTIO_GPU_BLOB_FLAG_USE_CROSS_DEVICE (1u << 2)

struct virtio_gpu_resource_create_blob {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 resource_id;
	struct le32 blob_mem;
	struct le32 blob_flags;
	struct le32 nr_entries; /* struct virtio_gpu_mem_entry follow */
	struct le64 blob_id;
	struct le64 size; /* bytes */
};
static_assert(sizeof(struct virtio_gpu_resource_create_blob) == 56, "wire size");

/* The region that host blobs are mapped into (§5.7.6.8). */
#define VIRTIO_GPU_SHM_ID_HOST_VISIBLE 1

struct virtio_gpu_resource_map_blob {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 resource_id;
	struct le32 padding;
	struct le64 offset; /* bytes into the region */
};
static_assert(sizeof(struct virtio_gpu_resource_map_blob) == 40, "wire size");

#define VIRTIO_GPU_MAP_CACHE_CACHED 1

struct virtio_gpu_resp_map_info {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 map_info; /* VIRTIO_GPU_MAP_CACHE_* */
	struct le32 padding;
};
static_assert(sizeof(struct virtio_gpu_resp_map_info) == 32, "wire size");

struct virtio_gpu_set_scanout_blob {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	struct le32 scanout_id;
	struct le32 resource_id;
	struct le32 width;
	struct le32 height;
	struct le32 format;
	struct le32 padding;
	struct le32 strides[4]; /* bytes, one per plane */
	struct le32 offsets[4]; /* bytes */
};
static_assert(sizeof(struct virtio_gpu_set_scanout_blob) == 96, "wire size");

struct virtio_gpu_resp_resource_uuid {
	struct virtio_gpu_ctrl_hdr hdr;
	uint8_t uuid[16];
};

struct virtio_gpu_get_capset_info {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 capset_index;
	struct le32 padding;
};

struct virtio_gpu_resp_capset_info {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 capset_id;
	struct le32 capset_max_version;
	struct le32 capset_max_size;
	struct le32 padding;
};

struct virtio_gpu_get_capset {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 capset_id;
	struct le32 capset_version;
};

/* VIRTIO 1.3 §5.7.6.9: 3D commands; the context is the header's. */
#define VIRTIO_GPU_CONTEXT_NAME_BYTES 64
#define VIRTIO_GPU_CONTEXT_INIT_CAPSET_ID_MASK 0xffu

struct virtio_gpu_ctx_create {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 nlen; /* bytes of the name */
	struct le32 context_init;
	char debug_name[VIRTIO_GPU_CONTEXT_NAME_BYTES];
};
static_assert(sizeof(struct virtio_gpu_ctx_create) == 96, "wire size");

/** CTX_ATTACH_RESOURCE and CTX_DETACH_RESOURCE are struct virtio_gpu_resource_id. */

#define VIRTIO_GPU_TARGET_BUFFER 0
#define VIRTIO_GPU_TARGET_TEXTURE_2D 2
#define VIRTIO_GPU_BIND_SCANOUT (1u << 18) /* Mesa's, in bind */

#define VIRTIO_GPU_RESOURCE_FLAG_Y_0_TOP (1u << 0)

struct virtio_gpu_resource_create_3d {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 resource_id;
	struct le32 target;
	struct le32 format;
	struct le32 bind;
	struct le32 width;
	struct le32 height;
	struct le32 depth;
	struct le32 array_size;
	struct le32 last_level;
	struct le32 nr_samples;
	struct le32 flags;
	struct le32 padding;
};
static_assert(sizeof(struct virtio_gpu_resource_create_3d) == 72, "wire size");

struct virtio_gpu_box {
	struct le32 x, y, z;
	struct le32 w, h, d;
};

/** TRANSFER_TO_HOST_3D and TRANSFER_FROM_HOST_3D. */
struct virtio_gpu_transfer_host_3d {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_box box;
	struct le64 offset; /* bytes into the backing */
	struct le32 resource_id;
	struct le32 level;
	struct le32 stride;
	struct le32 layer_stride;
};
static_assert(sizeof(struct virtio_gpu_transfer_host_3d) == 72, "wire size");

struct virtio_gpu_cmd_submit {
	struct virtio_gpu_ctrl_hdr hdr;
	struct le32 size; /* bytes of the command stream, which follows */
	struct le32 padding;
};

struct virtio_gpu_cursor_pos {
	struct le32 scanout_id;
	struct le32 x;
	struct le32 y;
	struct le32 padding;
};

/** UPDATE_CURSOR and MOVE_CURSOR; the latter reads pos alone. */
struct virtio_gpu_update_cursor {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_cursor_pos pos;
	struct le32 resource_id;
	struct le32 hot_x;
	struct le32 hot_y;
	struct le32 padding;
};
static_assert(sizeof(struct virtio_gpu_update_cursor) == 56, "wire size");
