/* SPDX-License-Identifier: MIT */
/* A descriptor chain on its way from ring to device and back. */
#pragma once

#include <assert.h>

#include "common/endian-types.h"
#include "vhost-user/ring.h"
#include "vhost-user/vhost-user.h"

struct queue;

#define DESC_NEXT 1u
#define DESC_WRITE 2u
#define DESC_INDIRECT 4u

/* A split descriptor, also the entry of an indirect table of a split ring. */
struct split_desc {
	struct le64 address;
	struct le32 size;
	struct le16 flags;
	struct le16 next;
};
static_assert(sizeof(struct split_desc) == 16, "split descriptor");

/* A packed descriptor, also the entry of an indirect table of a packed ring. */
struct packed_desc {
	struct le64 address;
	struct le32 size;
	struct le16 id;
	struct le16 flags;
};
static_assert(sizeof(struct packed_desc) == 16, "packed descriptor");

#define CHAIN_INLINE_PIECES 16

struct chain {
	struct vhost_user_chain base;
	struct wl_list queue_link;        /* struct queue.in_flight or .free */
	struct queue *queue;              /* NULL once the ring it came from has stopped */
	struct vhost_user_memory *memory; /* what the pieces are in */
	uint16_t id;                      /* split: the head; packed: the buffer id */
	uint16_t slots;                   /* of the ring */
	size_t readable_count;
	size_t count;
	size_t capacity;
	struct iovec *pieces; /* inline_pieces or allocated */
	struct iovec inline_pieces[CHAIN_INLINE_PIECES];
};

struct chain *chain_create(void);
void chain_destroy(struct chain *chain);

/** Empties it for a new walk. */
void chain_clear(struct chain *chain);

/** Adds one descriptor's memory. Returns 0, or −errno with *fault set. */
int chain_add(struct chain *chain, const struct vhost_user_memory *memory, uint64_t address,
	uint32_t size, bool writable, const char **fault);

/** One entry of an indirect table at a guest address; false if it is outside guest memory. */
bool chain_read_entry(
	const struct vhost_user_memory *memory, uint64_t table, uint32_t index, void *entry);

/** Makes the public view of what was added. */
void chain_seal(struct chain *chain);
