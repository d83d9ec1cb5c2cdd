/* SPDX-License-Identifier: MIT */
/*
 * Packed virtqueues, VIRTIO 1.3 §2.8. One ring of descriptors serves both directions: the driver
 * marks a descriptor available by setting AVAIL to its wrap counter and USED to the inverse, the
 * device marks it used by setting both to its own. Each side's counter flips when it passes the
 * end of the ring.
 */
#include <errno.h>
#include <string.h>

#include "vhost-user/chain.h"
#include "vhost-user/ring.h"

#define DESC_AVAIL (1u << 7)
#define DESC_USED (1u << 15)

#define BASE_WRAP (1u << 15)

/* An event suppression area: off_wrap, flags. */
#define EVENT_OFF_WRAP 0
#define EVENT_FLAGS 2
#define EVENT_BYTES 4
#define EVENT_ENABLE 0u
#define EVENT_DISABLE 1u
#define EVENT_DESC 2u

#define DESC_ID 12
#define DESC_FLAGS 14

static void packed_areas_measure(
	const struct ring *ring, uint64_t *desc, uint64_t *driver, uint64_t *device)
{
	*desc = sizeof(struct packed_desc) * (uint64_t)ring->size;
	*driver = EVENT_BYTES;
	*device = EVENT_BYTES;
}

static int fail(struct ring *ring, uint32_t index, const char *fault)
{
	ring->fault = fault;
	ring->fault_index = index;
	return -EINVAL;
}

static bool flags_are_available(uint16_t flags, bool wrap)
{
	return !!(flags & DESC_AVAIL) == wrap && !!(flags & DESC_USED) != wrap;
}

static size_t slot_offset(uint16_t slot)
{
	return (size_t)slot * sizeof(struct packed_desc);
}

static bool packed_has_work(const struct ring *ring)
{
	return flags_are_available(
		ring_load16(ring->desc, slot_offset(ring->next_avail) + DESC_FLAGS),
		ring->avail_wrap);
}

/* A packed indirect table is taken whole: its entries have no NEXT. */
static int packed_walk_indirect(struct ring *ring, const struct vhost_user_memory *memory,
	struct chain *chain, const struct packed_desc *table)
{
	uint32_t size = le32_get(table->size);
	uint32_t entries = size / (uint32_t)sizeof(struct packed_desc);

	if (!entries || size % sizeof(struct packed_desc))
		return fail(ring, size, "an indirect table has a wrong size");
	for (uint32_t i = 0; i < entries; i++) {
		struct packed_desc desc;
		uint16_t flags;
		int ret;

		/* Also a bound on the walk where every entry is empty. */
		if (i == VHOST_USER_MAX_CHAIN_PIECES)
			return fail(ring, i, "a chain has too many pieces");
		if (!chain_read_entry(memory, le64_get(table->address), i, &desc))
			return fail(ring, i, "an indirect table is outside guest memory");
		flags = le16_get(desc.flags);
		if (flags & DESC_INDIRECT)
			return fail(ring, i, "an indirect table in an indirect table");
		ret = chain_add(chain, memory, le64_get(desc.address), le32_get(desc.size),
			flags & DESC_WRITE, &ring->fault);
		if (ret < 0) {
			ring->fault_index = i;
			return ret;
		}
	}
	return 0;
}

static void slot_advance(const struct ring *ring, uint16_t *slot, bool *wrap, uint16_t count)
{
	uint32_t next = (uint32_t)*slot + count;

	if (next >= ring->size) {
		next -= ring->size;
		*wrap = !*wrap;
	}
	*slot = (uint16_t)next;
}

/* One descriptor of the chain; 1 when another follows. */
static int packed_step(struct ring *ring, const struct vhost_user_memory *memory,
	struct chain *chain, const struct packed_desc *desc)
{
	uint16_t flags = le16_get(desc->flags);
	int ret;

	if (flags & DESC_INDIRECT) {
		if (!ring->indirect)
			return fail(ring, chain->slots, "an indirect table was not negotiated");
		if (flags & DESC_NEXT || chain->slots)
			return fail(ring, chain->slots, "an indirect descriptor in a list");
		return packed_walk_indirect(ring, memory, chain, desc);
	}
	ret = chain_add(chain, memory, le64_get(desc->address), le32_get(desc->size),
		flags & DESC_WRITE, &ring->fault);
	if (ret < 0) {
		ring->fault_index = chain->slots;
		return ret;
	}
	return flags & DESC_NEXT ? 1 : 0;
}

static int packed_pop(struct ring *ring, struct vhost_user_memory *memory, struct chain *chain)
{
	uint16_t slot = ring->next_avail;
	bool wrap = ring->avail_wrap;
	int ret = 1;

	if (!packed_has_work(ring))
		return 0;
	/* Orders the first flags before all else of the chain, which the driver wrote ahead of
	 * them. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	chain->slots = 0;
	while (ret == 1) {
		struct packed_desc desc;

		if (ring->in_flight + chain->slots >= ring->size)
			return fail(ring, slot, "a descriptor chain is longer than the ring");
		memcpy(&desc, (const char *)ring->desc + slot_offset(slot), sizeof(desc));
		/* Only the copy counts from here on. */
		__asm__ volatile("" ::: "memory");
		ret = packed_step(ring, memory, chain, &desc);
		if (ret < 0)
			return ret;
		/* The buffer's id is that of its last descriptor. */
		chain->id = le16_get(desc.id);
		chain->slots++;
		slot_advance(ring, &slot, &wrap, 1);
	}
	ring->next_avail = slot;
	ring->avail_wrap = wrap;
	ring->in_flight += chain->slots;
	return 1;
}

static void packed_push(struct ring *ring, const struct chain *chain, uint32_t written)
{
	size_t offset = slot_offset(ring->next_used);
	struct packed_desc desc = {.size = le32_put(written), .id = le16_put(chain->id)};
	uint16_t flags = ring->used_wrap ? (uint16_t)(DESC_AVAIL | DESC_USED) : 0;

	if (written)
		flags |= DESC_WRITE;
	/* The address is the driver's and stays; length and id go in front of the flags. */
	memcpy((char *)ring->desc + offset + 8, (const char *)&desc + 8, 6);
	/* Orders what the device wrote, length and id before the flags that hand them over. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	ring_store16(ring->desc, offset + DESC_FLAGS, flags);
	slot_advance(ring, &ring->next_used, &ring->used_wrap, chain->slots);
	ring->in_flight -= chain->slots;
	ring->pushed += chain->slots;
}

static void packed_kicks_want(struct ring *ring, bool want)
{
	ring->kicks_wanted = want;
	if (!want) {
		ring_store16(ring->device, EVENT_FLAGS, EVENT_DISABLE);
		return;
	}
	if (ring->event_idx) {
		ring_store16(ring->device, EVENT_OFF_WRAP,
			(uint16_t)(ring->next_avail | (ring->avail_wrap ? BASE_WRAP : 0)));
		/* Orders the place before the flag that makes it count. */
		__atomic_thread_fence(__ATOMIC_RELEASE);
		ring_store16(ring->device, EVENT_FLAGS, EVENT_DESC);
	} else {
		ring_store16(ring->device, EVENT_FLAGS, EVENT_ENABLE);
	}
	/* Orders our wish before the next look at the ring, so that what the driver adds in between
	 * is either seen or kicked. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static bool packed_call_is_wanted(struct ring *ring)
{
	uint16_t old = ring->called_at, now = ring->next_used;
	uint32_t pushed = ring->pushed;
	uint16_t flags, event;
	bool lap = ring->called_wrap != ring->used_wrap;

	if (!pushed)
		return false;
	ring->pushed = 0;
	ring->called_at = ring->next_used;
	ring->called_wrap = ring->used_wrap;
	/* Orders the descriptors before the driver's wish, as the driver does the reverse. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	flags = ring_load16(ring->driver, EVENT_FLAGS);
	/* More than a lap can only be where the driver took some unasked. */
	if (flags != EVENT_DESC || !ring->event_idx || pushed > ring->size)
		return flags != EVENT_DISABLE;
	/* Orders the flag before the place, which the driver wrote first. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	event = ring_load16(ring->driver, EVENT_OFF_WRAP);
	/* Everything on one line: a place of the lap before is a ring's length behind. */
	if (!!(event & BASE_WRAP) != ring->used_wrap)
		event = (uint16_t)((event & (BASE_WRAP - 1u)) - ring->size);
	else
		event &= BASE_WRAP - 1u;
	if (lap)
		old = (uint16_t)(old - ring->size);
	return ring_event_passed(event, now, old);
}

/* SET_VRING_BASE and GET_VRING_BASE: bits 0–14 the next available slot, bit 15 its wrap counter,
 * bits 16–31 the same of the used side. */
static uint32_t packed_base_get(const struct ring *ring)
{
	uint32_t avail = ring->next_avail | (ring->avail_wrap ? BASE_WRAP : 0);
	uint32_t used = ring->next_used | (ring->used_wrap ? BASE_WRAP : 0);

	return avail | used << 16;
}

/*
 * User-Mode Linux accepts packed rings and sends the split ring's first base, 0. That would be slot
 * 0 in an even lap, where the USED flag of its descriptor is set in either state, available or
 * used; in a ring that was never used it is clear.
 */
static bool base_is_of_fresh_ring(const struct ring *ring, uint32_t base)
{
	return base == 0 && !(ring_load16(ring->desc, DESC_FLAGS) & DESC_USED);
}

static void packed_base_set(struct ring *ring, uint32_t base)
{
	if (base_is_of_fresh_ring(ring, base))
		base = ring->impl->base_initial;
	ring->next_avail = (uint16_t)((base & (BASE_WRAP - 1)) % ring->size);
	ring->avail_wrap = base & BASE_WRAP;
	ring->next_used = (uint16_t)((base >> 16 & (BASE_WRAP - 1)) % ring->size);
	ring->used_wrap = base >> 16 & BASE_WRAP;
	ring->called_at = ring->next_used;
	ring->called_wrap = ring->used_wrap;
}

const struct ring_impl ring_packed = {
	.areas_measure = packed_areas_measure,
	.pop = packed_pop,
	.push = packed_push,
	.kicks_want = packed_kicks_want,
	.has_work = packed_has_work,
	.call_is_wanted = packed_call_is_wanted,
	.base_initial = BASE_WRAP | BASE_WRAP << 16,
	.base_get = packed_base_get,
	.base_set = packed_base_set,
};
