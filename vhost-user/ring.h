/* SPDX-License-Identifier: MIT */
/*
 * A virtqueue's ring in guest memory, split (VIRTIO 1.3 §2.7) or packed (§2.8), behind one
 * interface. All that is read here can change at any moment: each field is read once, then checked.
 */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>

#include "vhost-user/vhost-user.h"

struct chain;
struct ring;

#define RING_MAX_SIZE 32768

struct ring_impl {
	/** Bytes of the three areas of a ring of this size. */
	void (*areas_measure)(
		const struct ring *ring, uint64_t *desc, uint64_t *driver, uint64_t *device);

	/** Fills the chain with what the driver made available next. Returns 1, 0 if there is
	 * nothing, or −errno with ring->fault set. */
	int (*pop)(struct ring *ring, struct vhost_user_memory *memory, struct chain *chain);

	/** Puts the chain on the used ring. */
	void (*push)(struct ring *ring, const struct chain *chain, uint32_t written);

	/** Asks for kicks, or asks to be spared them. */
	void (*kicks_want)(struct ring *ring, bool want);

	/** Something is available. */
	bool (*has_work)(const struct ring *ring);

	/** The driver wants to be told of what was pushed since the last time this was asked. */
	bool (*call_is_wanted)(struct ring *ring);

	/** The number that stands for a new ring. */
	uint32_t base_initial;

	/** The number that GET_VRING_BASE gives and SET_VRING_BASE takes. */
	uint32_t (*base_get)(const struct ring *ring);
	void (*base_set)(struct ring *ring, uint32_t base);
};

extern const struct ring_impl ring_split;
extern const struct ring_impl ring_packed;

struct ring {
	const struct ring_impl *impl;
	void *desc;
	void *driver; /* split: available ring; packed: driver event suppression */
	void *device; /* split: used ring; packed: device event suppression */
	uint16_t size;
	bool event_idx;
	bool indirect;

	uint16_t next_avail; /* split: free-running; packed: a slot */
	uint16_t next_used;
	bool avail_wrap; /* packed */
	bool used_wrap;

	uint32_t in_flight; /* slots popped and not yet pushed */
	bool kicks_wanted;  /* what the driver was told last */
	uint16_t called_at; /* next_used when call_is_wanted() was last asked */
	bool called_wrap;   /* packed: used_wrap at that time */
	uint32_t pushed;    /* slots since then */

	const char *fault; /* what the driver did wrong */
	uint32_t fault_index;
};

static inline uint16_t ring_load16(const void *base, size_t offset)
{
	return le16toh(__atomic_load_n(
		(const uint16_t *)(const void *)((const char *)base + offset), __ATOMIC_RELAXED));
}

static inline void ring_store16(void *base, size_t offset, uint16_t value)
{
	__atomic_store_n(
		(uint16_t *)(void *)((char *)base + offset), htole16(value), __ATOMIC_RELAXED);
}

/** The event counter "event" lies in what was made available or used between old and now. */
static inline bool ring_event_passed(uint16_t event, uint16_t now, uint16_t old)
{
	return (uint16_t)(now - event - 1) < (uint16_t)(now - old);
}
