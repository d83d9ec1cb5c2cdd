/* SPDX-License-Identifier: MIT */
/*
 * What goes over the socket, from QEMU's "Vhost-user Protocol" interop document. Its numbers are in
 * the byte order of the machine ("Message Specification"), so they are plain integers here; what is
 * in the rings is little-endian and has the types of common/endian-types.h.
 */
#pragma once

#include <assert.h>
#include <stdint.h>

enum message_request {
	MESSAGE_GET_FEATURES = 1,
	MESSAGE_SET_FEATURES = 2,
	MESSAGE_SET_OWNER = 3,
	MESSAGE_RESET_OWNER = 4,
	MESSAGE_SET_MEM_TABLE = 5,
	MESSAGE_SET_LOG_BASE = 6,
	MESSAGE_SET_LOG_FD = 7,
	MESSAGE_SET_VRING_NUM = 8,
	MESSAGE_SET_VRING_ADDR = 9,
	MESSAGE_SET_VRING_BASE = 10,
	MESSAGE_GET_VRING_BASE = 11,
	MESSAGE_SET_VRING_KICK = 12,
	MESSAGE_SET_VRING_CALL = 13,
	MESSAGE_SET_VRING_ERR = 14,
	MESSAGE_GET_PROTOCOL_FEATURES = 15,
	MESSAGE_SET_PROTOCOL_FEATURES = 16,
	MESSAGE_GET_QUEUE_NUM = 17,
	MESSAGE_SET_VRING_ENABLE = 18,
	MESSAGE_SET_BACKEND_REQ_FD = 21,
	MESSAGE_GET_CONFIG = 24,
	MESSAGE_SET_CONFIG = 25,
	MESSAGE_GPU_SET_SOCKET = 33,
	MESSAGE_RESET_DEVICE = 34,
	MESSAGE_VRING_KICK = 35,
	MESSAGE_GET_MAX_MEM_SLOTS = 36,
	MESSAGE_ADD_MEM_REG = 37,
	MESSAGE_REM_MEM_REG = 38,
	MESSAGE_SET_STATUS = 39,
	MESSAGE_GET_STATUS = 40,
	MESSAGE_GET_SHMEM_CONFIG = 44,
};

/* What the back end sends over the descriptor of SET_BACKEND_REQ_FD. */
enum message_backend_request {
	MESSAGE_BACKEND_CONFIG_CHANGE = 2,
	MESSAGE_BACKEND_VRING_CALL = 4,
	MESSAGE_BACKEND_SHMEM_MAP = 9,
	MESSAGE_BACKEND_SHMEM_UNMAP = 10,
};

enum message_protocol_feature {
	MESSAGE_PROTOCOL_MQ = 0,
	MESSAGE_PROTOCOL_LOG_SHMFD = 1,
	MESSAGE_PROTOCOL_REPLY_ACK = 3,
	MESSAGE_PROTOCOL_BACKEND_REQ = 5,
	MESSAGE_PROTOCOL_CONFIG = 9,
	MESSAGE_PROTOCOL_BACKEND_SEND_FD = 10,
	MESSAGE_PROTOCOL_RESET_DEVICE = 13,
	MESSAGE_PROTOCOL_INBAND_NOTIFICATIONS = 14,
	MESSAGE_PROTOCOL_CONFIGURE_MEM_SLOTS = 15,
	MESSAGE_PROTOCOL_STATUS = 16,
	MESSAGE_PROTOCOL_SHMEM = 22,
};

/* Feature bits of the transport (VIRTIO 1.3 §6) and of vhost-user. */
#define FEATURE_LOG_ALL (UINT64_C(1) << 26)
#define FEATURE_INDIRECT_DESC (UINT64_C(1) << 28)
#define FEATURE_EVENT_IDX (UINT64_C(1) << 29)
#define FEATURE_PROTOCOL_FEATURES (UINT64_C(1) << 30)
#define FEATURE_VERSION_1 (UINT64_C(1) << 32)
#define FEATURE_RING_PACKED (UINT64_C(1) << 34)

#define MESSAGE_VERSION_MASK 0x3u
#define MESSAGE_VERSION 0x1u
#define MESSAGE_REPLY (1u << 2)
#define MESSAGE_NEED_REPLY (1u << 3)

struct message_header {
	uint32_t request;
	uint32_t flags;
	uint32_t size; /* of the payload */
};
static_assert(sizeof(struct message_header) == 12, "message header");

/* The u64 of the SET_VRING_{KICK,CALL,ERR} payloads. */
#define MESSAGE_VRING_INDEX_MASK 0xffu
#define MESSAGE_VRING_NO_FD (1u << 8)

struct message_vring_state {
	uint32_t index;
	uint32_t num;
};
static_assert(sizeof(struct message_vring_state) == 8, "vring state");

#define MESSAGE_VRING_LOG 1u

struct message_vring_addr {
	uint32_t index;
	uint32_t flags;
	uint64_t desc_user;
	uint64_t used_user;  /* packed: the device event suppression area */
	uint64_t avail_user; /* packed: the driver event suppression area */
	uint64_t log_guest;
};
static_assert(sizeof(struct message_vring_addr) == 40, "vring addresses");

struct message_region {
	uint64_t guest_address;
	uint64_t size;
	uint64_t user_address;
	uint64_t file_offset;
};
static_assert(sizeof(struct message_region) == 32, "memory region");

/* SET_MEM_TABLE carries at most this many; ADD_MEM_REG goes further. */
#define MESSAGE_TABLE_REGIONS 8

struct message_mem_table {
	uint32_t count;
	uint32_t padding;
	struct message_region regions[MESSAGE_TABLE_REGIONS]; /* count of them are sent */
};
static_assert(sizeof(struct message_mem_table) == 264, "memory table");

struct message_mem_reg {
	uint64_t padding;
	struct message_region region;
};
static_assert(sizeof(struct message_mem_reg) == 40, "single memory region");

struct message_log {
	uint64_t size;
	uint64_t file_offset;
};
static_assert(sizeof(struct message_log) == 16, "log");

#define MESSAGE_MAX_CONFIG 256

struct message_config {
	uint32_t offset;
	uint32_t size;
	uint32_t flags;
	uint8_t data[MESSAGE_MAX_CONFIG]; /* size of them are sent */
};
#define MESSAGE_CONFIG_HEADER 12
static_assert(sizeof(struct message_config) == 12 + 256, "config space");

#define MESSAGE_MAX_SHMEM_REGIONS 256

/* Always sent whole. */
struct message_shmem_config {
	uint32_t count; /* of sizes that are not 0 */
	uint32_t padding;
	uint64_t sizes[MESSAGE_MAX_SHMEM_REGIONS]; /* by the region's id */
};
static_assert(sizeof(struct message_shmem_config) == 2056, "shared memory regions");

#define MESSAGE_SHMEM_WRITABLE UINT64_C(1)

/* SHMEM_MAP, with the file, and SHMEM_UNMAP. */
struct message_shmem_map {
	uint8_t id; /* of the region */
	uint8_t padding[7];
	uint64_t file_offset;
	uint64_t region_offset;
	uint64_t size;
	uint64_t flags;
};
static_assert(sizeof(struct message_shmem_map) == 40, "shared memory mapping");

union message_payload {
	uint64_t u64;
	struct message_vring_state state;
	struct message_vring_addr addr;
	struct message_mem_table table;
	struct message_mem_reg mem_reg;
	struct message_log log;
	struct message_config config;
	struct message_shmem_config shmem;
};
