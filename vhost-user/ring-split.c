/* SPDX-License-Identifier: MIT */
/* Split virtqueues, VIRTIO 1.3 §2.7. */
#include <errno.h>
#include <string.h>

#include "vhost-user/chain.h"
#include "vhost-user/ring.h"

/* The available ring: flags, idx, ring[size], used_event. */
#define AVAIL_FLAGS 0
#define AVAIL_IDX 2
#define AVAIL_RING 4
#define AVAIL_NO_INTERRUPT 1u

/* The used ring: flags, idx, {id, len}[size], avail_event. */
#define USED_FLAGS 0
#define USED_IDX 2
#define USED_RING 4
#define USED_NO_NOTIFY 1u

struct used_elem {
	struct le32 id;
	struct le32 size;
};
static_assert(sizeof(struct used_elem) == 8, "used element");

static void split_areas_measure(
	const struct ring *ring, uint64_t *desc, uint64_t *driver, uint64_t *device)
{
	uint64_t event = sizeof(uint16_t);

	*desc = sizeof(struct split_desc) * (uint64_t)ring->size;
	*driver = AVAIL_RING + sizeof(uint16_t) * (uint64_t)ring->size + event;
	*device = USED_RING + sizeof(struct used_elem) * (uint64_t)ring->size + event;
}

static size_t used_event_offset(const struct ring *ring)
{
	return AVAIL_RING + sizeof(uint16_t) * (size_t)ring->size;
}

static size_t avail_event_offset(const struct ring *ring)
{
	return USED_RING + sizeof(struct used_elem) * (size_t)ring->size;
}

static int fail(struct ring *ring, uint32_t index, const char *fault)
{
	ring->fault = fault;
	ring->fault_index = index;
	return -EINVAL;
}

/* The entries of an indirect table; they end where NEXT is not set. */
static int split_walk_indirect(struct ring *ring, const struct vhost_user_memory *memory,
	struct chain *chain, const struct split_desc *table)
{
	uint32_t size = le32_get(table->size);
	uint32_t entries = size / (uint32_t)sizeof(struct split_desc);
	uint32_t index = 0;

	if (!entries || size % sizeof(struct split_desc))
		return fail(ring, size, "an indirect table has a wrong size");
	for (uint32_t steps = 0; steps < entries; steps++) {
		struct split_desc desc;
		uint16_t flags;
		int ret;

		/* Also a bound on the walk where every entry is empty: a table may claim 2²⁸. */
		if (steps == VHOST_USER_MAX_CHAIN_PIECES)
			return fail(ring, steps, "a chain has too many pieces");
		if (!chain_read_entry(memory, le64_get(table->address), index, &desc))
			return fail(ring, index, "an indirect table is outside guest memory");
		flags = le16_get(desc.flags);
		if (flags & DESC_INDIRECT)
			return fail(ring, index, "an indirect table in an indirect table");
		ret = chain_add(chain, memory, le64_get(desc.address), le32_get(desc.size),
			flags & DESC_WRITE, &ring->fault);
		if (ret < 0) {
			ring->fault_index = index;
			return ret;
		}
		if (!(flags & DESC_NEXT))
			return 0;
		index = le16_get(desc.next);
		if (index >= entries)
			return fail(ring, index, "an indirect descriptor's next is out of range");
	}
	return fail(ring, index, "an indirect table loops");
}

static int split_walk(
	struct ring *ring, const struct vhost_user_memory *memory, struct chain *chain)
{
	const struct split_desc *table = ring->desc;
	uint16_t index = chain->id;

	for (uint32_t steps = 0; steps < ring->size; steps++) {
		struct split_desc desc;
		uint16_t flags;
		int ret;

		memcpy(&desc, &table[index], sizeof(desc));
		/* Only the copy counts from here on. */
		__asm__ volatile("" ::: "memory");
		flags = le16_get(desc.flags);
		if (flags & DESC_INDIRECT) {
			if (!ring->indirect)
				return fail(ring, index, "an indirect table was not negotiated");
			if (flags & DESC_NEXT)
				return fail(ring, index, "an indirect descriptor has a next");
			return split_walk_indirect(ring, memory, chain, &desc);
		}
		ret = chain_add(chain, memory, le64_get(desc.address), le32_get(desc.size),
			flags & DESC_WRITE, &ring->fault);
		if (ret < 0) {
			ring->fault_index = index;
			return ret;
		}
		if (!(flags & DESC_NEXT))
			return 0;
		index = le16_get(desc.next);
		if (index >= ring->size)
			return fail(ring, index, "a descriptor's next is out of range");
	}
	return fail(ring, index, "a descriptor chain loops");
}

static bool split_has_work(const struct ring *ring)
{
	return ring_load16(ring->driver, AVAIL_IDX) != ring->next_avail;
}

static int split_pop(struct ring *ring, struct vhost_user_memory *memory, struct chain *chain)
{
	uint16_t idx = ring_load16(ring->driver, AVAIL_IDX);
	uint16_t head;
	int ret;

	if (idx == ring->next_avail)
		return 0;
	if ((uint16_t)(idx - ring->next_avail) > ring->size)
		return fail(ring, idx, "the available index ran ahead");
	if (ring->in_flight >= ring->size)
		return fail(ring, idx, "more chains are in flight than the ring has");
	/* Orders the index before the entry and descriptors that the driver wrote ahead of it. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	head = ring_load16(ring->driver,
		AVAIL_RING + sizeof(uint16_t) * (ring->next_avail & (ring->size - 1u)));
	if (head >= ring->size)
		return fail(ring, head, "a chain's head is out of range");
	chain->id = head;
	chain->slots = 1;
	ret = split_walk(ring, memory, chain);
	if (ret < 0)
		return ret;
	ring->next_avail++;
	ring->in_flight++;
	return 1;
}

static void split_push(struct ring *ring, const struct chain *chain, uint32_t written)
{
	size_t slot = ring->next_used & (ring->size - 1u);
	struct used_elem elem = {.id = le32_put(chain->id), .size = le32_put(written)};

	memcpy((char *)ring->device + USED_RING + slot * sizeof(elem), &elem, sizeof(elem));
	ring->next_used++;
	/* Orders what the device wrote, and the element, before the index that shows them. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	ring_store16(ring->device, USED_IDX, ring->next_used);
	ring->in_flight--;
	ring->pushed++;
}

static void split_kicks_want(struct ring *ring, bool want)
{
	ring->kicks_wanted = want;
	if (ring->event_idx) {
		/* An event index that is not moved asks for nothing. */
		if (want)
			ring_store16(ring->device, avail_event_offset(ring), ring->next_avail);
	} else {
		ring_store16(ring->device, USED_FLAGS, (uint16_t)(want ? 0 : USED_NO_NOTIFY));
	}
	if (want) {
		/* Orders our wish before the next look at the available index, so that what the
		 * driver adds in between is either seen or kicked. */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	}
}

static bool split_call_is_wanted(struct ring *ring)
{
	uint16_t old = ring->called_at;
	uint32_t pushed = ring->pushed;

	if (!pushed)
		return false;
	ring->pushed = 0;
	ring->called_at = ring->next_used;
	/* Orders the used index before the driver's wish, as the driver does the reverse. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* So many can only be where the driver took some unasked; the counters may have lapped. */
	if (ring->event_idx && pushed <= ring->size)
		return ring_event_passed(
			ring_load16(ring->driver, used_event_offset(ring)), ring->next_used, old);
	return !(ring_load16(ring->driver, AVAIL_FLAGS) & AVAIL_NO_INTERRUPT);
}

static uint32_t split_base_get(const struct ring *ring)
{
	return ring->next_avail;
}

static void split_base_set(struct ring *ring, uint32_t base)
{
	ring->next_avail = (uint16_t)base;
	/* All that was taken was also given back when the ring stopped; where the back end before
	 * us died with chains in its hands, the driver's ring knows what was given back. */
	ring->next_used = ring_load16(ring->device, USED_IDX);
	ring->called_at = ring->next_used;
}

const struct ring_impl ring_split = {
	.areas_measure = split_areas_measure,
	.pop = split_pop,
	.push = split_push,
	.kicks_want = split_kicks_want,
	.has_work = split_has_work,
	.call_is_wanted = split_call_is_wanted,
	.base_initial = 0,
	.base_get = split_base_get,
	.base_set = split_base_set,
};
