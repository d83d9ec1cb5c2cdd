/* SPDX-License-Identifier: MIT */
/* The wire format of a VMM's own console: QEMU's "Vhost-user-gpu Protocol" interop document. */
#pragma once

#include <assert.h>
#include <stdint.h>

#include "gpu-backend/virtio-gpu.h"

/* Integers are the host's own; the payloads of virtio are little-endian as in virtio. */
enum vmm_request {
	VMM_GET_PROTOCOL_FEATURES = 1,
	VMM_SET_PROTOCOL_FEATURES = 2,
	VMM_GET_DISPLAY_INFO = 3,
	VMM_CURSOR_POS = 4,
	VMM_CURSOR_POS_HIDE = 5,
	VMM_CURSOR_UPDATE = 6,
	VMM_SCANOUT = 7,
	VMM_UPDATE = 8,
	VMM_GET_EDID = 11,
};

#define VMM_FLAG_REPLY 0x4u
#define VMM_PROTOCOL_F_EDID UINT64_C(1)

struct vmm_header {
	uint32_t request;
	uint32_t flags;
	uint32_t size; /* bytes that follow */
} __attribute__((packed));
static_assert(sizeof(struct vmm_header) == 12, "wire size");

struct vmm_cursor_pos {
	uint32_t scanout_id;
	uint32_t x, y;
} __attribute__((packed));

struct vmm_cursor_update {
	struct vmm_cursor_pos pos;
	uint32_t hot_x, hot_y;
	uint32_t pixels[VIRTIO_GPU_CURSOR_SIZE_PX * VIRTIO_GPU_CURSOR_SIZE_PX]; /* 0xAARRGGBB */
} __attribute__((packed));

struct vmm_scanout {
	uint32_t scanout_id;
	uint32_t width, height; /* 0: off */
} __attribute__((packed));

/** Rows of 0x??RRGGBB follow, without gaps. */
struct vmm_update {
	uint32_t scanout_id;
	uint32_t x, y, width, height;
} __attribute__((packed));

struct vmm_edid_request {
	uint32_t scanout_id;
} __attribute__((packed));
