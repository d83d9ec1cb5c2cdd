/* SPDX-License-Identifier: MIT */
/* Chains through split and packed rings, and rings that a guest broke. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/endian-types.h"
#include "tests/unit/rig.h"
#include "tests/unit/unit.h"

static struct frontend_options split = {0};
static struct frontend_options packed = {.packed = true};

/* --- Transfers: every kind of ring, small and large, in one piece and many --- */

static void transfer(const struct frontend_options *options)
{
	struct rig *rig = rig_create_ready(options);

	rig_echo(rig, 0, 1, 1);
	rig_echo(rig, 0, 4096, 4096);
	rig_echo(rig, 0, 5000, 77);
	rig_echo(rig, 0, 100000, 4096);
	assert_int_equal(rig->device.popped, 4);
	rig_destroy(rig);
}

static void split_transfers(void **state)
{
	transfer(&(struct frontend_options){0});
}

static void split_indirect_transfers(void **state)
{
	transfer(&(struct frontend_options){.indirect = true});
}

static void split_event_idx_transfers(void **state)
{
	transfer(&(struct frontend_options){.event_idx = true});
}

static void split_indirect_event_idx_transfers(void **state)
{
	transfer(&(struct frontend_options){.indirect = true, .event_idx = true});
}

static void packed_transfers(void **state)
{
	transfer(&(struct frontend_options){.packed = true});
}

static void packed_indirect_transfers(void **state)
{
	transfer(&(struct frontend_options){.packed = true, .indirect = true});
}

static void packed_event_idx_transfers(void **state)
{
	transfer(&(struct frontend_options){.packed = true, .event_idx = true});
}

static void packed_indirect_event_idx_transfers(void **state)
{
	transfer(&(struct frontend_options){.packed = true, .indirect = true, .event_idx = true});
}

/* --- Indices wrap --- */

static void many(const struct frontend_options *options, int rounds)
{
	struct rig *rig = rig_create_ready(options);
	uint8_t data[24], answer[24];
	struct iovec out[2] = {{data, 20}, {data + 20, 4}}, in = {answer, sizeof(answer)};

	for (int i = 0; i < rounds; i++) {
		uint32_t written;

		memset(data, i & 0xff, sizeof(data));
		memcpy(data, &i, sizeof(i));
		assert_int_equal(frontend_request(rig->fe, 0, out, 2, &in, 1, &written), 0);
		assert_int_equal(written, sizeof(data));
		assert_memory_equal(data, answer, sizeof(data));
	}
	rig_destroy(rig);
}

static void split_index_wraps(void **state)
{
	many(&(struct frontend_options){.queue_size = 8}, 70000);
}

static void split_event_index_wraps(void **state)
{
	many(&(struct frontend_options){.queue_size = 8, .event_idx = true}, 70000);
}

static void packed_counter_wraps(void **state)
{
	many(&(struct frontend_options){.queue_size = 8, .packed = true}, 70000);
}

static void packed_event_counter_wraps(void **state)
{
	many(&(struct frontend_options){.queue_size = 8, .packed = true, .event_idx = true}, 70000);
}

/* --- Many in flight --- */

/* Fills the ring, lets the device give back in either order, and checks that each came back. */
static void in_flight(const struct frontend_options *options, bool newest_first)
{
	struct rig *rig = rig_create_ready(options);
	struct frontend *fe = rig->fe;
	uint32_t data[64], answers[64] = {0};
	struct iovec out[64], in[64];
	bool seen[64] = {0};

	rig->device.hold = true;
	for (int round = 0; round < 5; round++) {
		memset(seen, 0, sizeof(seen));
		for (uint32_t i = 0; i < 32; i++) {
			data[i] = i + 1;
			out[i] = (struct iovec){&data[i], 4};
			in[i] = (struct iovec){&answers[i], 4};
			assert_int_equal(
				frontend_submit(fe, 0, &out[i], 1, &in[i], 1, &data[i]), 0);
		}
		frontend_kick(fe, 0);
		rig_settle(rig);
		rig_release(rig, newest_first);
		for (uint32_t i = 0; i < 32; i++) {
			void *cookie;
			uint32_t written;

			assert_int_equal(frontend_wait(fe, 0), 0);
			assert_int_equal(frontend_collect(fe, 0, &cookie, &written), 1);
			assert_int_equal(written, 4);
			seen[(uint32_t *)cookie - data] = true;
		}
		for (uint32_t i = 0; i < 32; i++) {
			assert_true(seen[i]);
			assert_int_equal(answers[i], i + 1);
		}
		assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 0);
	}
	rig_destroy(rig);
}

static void split_full_ring_in_order(void **state)
{
	in_flight(&(struct frontend_options){.queue_size = 64}, false);
}

static void split_full_ring_out_of_order(void **state)
{
	in_flight(&(struct frontend_options){.queue_size = 64, .event_idx = true}, true);
}

static void packed_full_ring_in_order(void **state)
{
	in_flight(&(struct frontend_options){.queue_size = 64, .packed = true}, false);
}

static void packed_full_ring_out_of_order(void **state)
{
	in_flight(&(struct frontend_options){.queue_size = 64, .packed = true, .event_idx = true},
		true);
}

/* --- Notifications --- */

static void batch(const struct frontend_options *options)
{
	struct rig *rig = rig_create_ready(options);
	struct frontend *fe = rig->fe;
	uint32_t data = 1, answer;
	struct iovec out = {&data, 4}, in = {&answer, 4};
	uint64_t calls;

	for (int i = 0; i < 16; i++)
		assert_int_equal(frontend_submit(fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(fe, 0);
	assert_int_equal(fe->queues[0].kicks, 1);
	rig_settle(rig);
	assert_int_equal(read(fe->queues[0].call_fd, &calls, 8), 8);
	assert_int_equal(calls, 1);
	for (int i = 0; i < 16; i++)
		assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 1);
	rig_destroy(rig);
}

static void split_calls_once_per_batch(void **state)
{
	batch(&split);
}

static void split_event_idx_calls_once_per_batch(void **state)
{
	batch(&(struct frontend_options){.event_idx = true});
}

static void packed_calls_once_per_batch(void **state)
{
	batch(&packed);
}

static void packed_event_idx_calls_once_per_batch(void **state)
{
	batch(&(struct frontend_options){.packed = true, .event_idx = true});
}

/* Chains that are completed one after the other outside a kick make one call. */
static void late_completions_call_once(void **state)
{
	struct rig *rig = rig_create_ready(&split);
	struct frontend *fe = rig->fe;
	uint32_t data = 1, answer;
	struct iovec out = {&data, 4}, in = {&answer, 4};
	uint64_t calls;

	rig->device.hold = true;
	for (int i = 0; i < 3; i++)
		assert_int_equal(frontend_submit(fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(fe, 0);
	rig_settle(rig);
	assert_int_equal(read(fe->queues[0].call_fd, &calls, 8), -1);
	rig_release(rig, false);
	rig_settle(rig);
	assert_int_equal(read(fe->queues[0].call_fd, &calls, 8), 8);
	assert_int_equal(calls, 1);
	rig_destroy(rig);
}

static void split_no_interrupt_is_heeded(void **state)
{
	struct rig *rig = rig_create_ready(&split);
	struct frontend *fe = rig->fe;
	uint32_t data = 1, answer;
	struct iovec out = {&data, 4}, in = {&answer, 4};
	uint64_t calls;

	*(uint16_t *)fe->queues[0].driver.host = 1;
	assert_int_equal(frontend_submit(fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(fe, 0);
	rig_settle(rig);
	assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 1);
	assert_int_equal(read(fe->queues[0].call_fd, &calls, 8), -1);
	rig_destroy(rig);
}

static void packed_disabled_events_are_heeded(void **state)
{
	struct rig *rig = rig_create_ready(&packed);
	struct frontend *fe = rig->fe;
	uint32_t data = 1, answer;
	struct iovec out = {&data, 4}, in = {&answer, 4};
	uint64_t calls;

	((uint16_t *)fe->queues[0].driver.host)[1] = 1;
	assert_int_equal(frontend_submit(fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(fe, 0);
	rig_settle(rig);
	assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 1);
	assert_int_equal(read(fe->queues[0].call_fd, &calls, 8), -1);
	rig_destroy(rig);
}

static void event_idx_places_are_heeded(const struct frontend_options *options, uint16_t wrap)
{
	struct rig *rig = rig_create_ready(options);
	struct frontend *fe = rig->fe;
	uint32_t data = 1, answer;
	struct iovec out = {&data, 4}, in = {&answer, 4};
	uint16_t *driver = fe->queues[0].driver.host;
	uint64_t calls;

	/* "Tell me when the fourth is used": no call for three, one with the fourth. */
	if (options->packed) {
		driver[0] = (uint16_t)(3 | wrap);
		driver[1] = 2;
	} else {
		driver[2 + fe->queues[0].size] = 3;
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(read(fe->queues[0].call_fd, &calls, 8), -1);
		assert_int_equal(frontend_submit(fe, 0, &out, 1, &in, 0, NULL), 0);
		frontend_kick(fe, 0);
		rig_settle(rig);
		assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 1);
	}
	assert_int_equal(read(fe->queues[0].call_fd, &calls, 8), 8);
	rig_destroy(rig);
}

static void split_used_event_is_heeded(void **state)
{
	event_idx_places_are_heeded(&(struct frontend_options){.event_idx = true}, 0);
}

static void packed_event_place_is_heeded(void **state)
{
	event_idx_places_are_heeded(
		&(struct frontend_options){.packed = true, .event_idx = true}, 1u << 15);
}

/* Work that was there before the ring started needs no kick. */
static void work_before_start_is_taken(void **state)
{
	struct rig *rig = rig_create(&split);
	struct frontend *fe = rig->fe;
	uint32_t data = 1, answer = 0;
	struct iovec out = {&data, 4}, in = {&answer, 4};

	assert_int_equal(frontend_negotiate(fe), 0);
	assert_int_equal(frontend_memory_send(fe), 0);
	assert_int_equal(frontend_submit(fe, 0, &out, 1, &in, 1, NULL), 0);
	assert_int_equal(frontend_queue_start(fe, 0), 0);
	assert_int_equal(frontend_wait(fe, 0), 0);
	assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 1);
	assert_int_equal(answer, 1);
	rig_destroy(rig);
}

/* --- Descriptors of size nought, and the largest chains --- */

static void put_split(struct frontend *fe, uint16_t i, uint64_t address, uint32_t size,
	uint16_t flags, uint16_t next)
{
	struct {
		uint64_t address;
		uint32_t size;
		uint16_t flags, next;
	} desc = {address, size, flags, next};

	memcpy((char *)fe->queues[0].desc.host + 16 * i, &desc, sizeof(desc));
}

static void offer_split(struct frontend *fe, uint16_t head)
{
	uint16_t *avail = fe->queues[0].driver.host;

	avail[2 + avail[1] % fe->queues[0].size] = head;
	__atomic_store_n(&avail[1], (uint16_t)(avail[1] + 1), __ATOMIC_RELEASE);
	frontend_kick_always(fe, 0);
}

static void put_packed(struct frontend *fe, uint16_t i, uint64_t address, uint32_t size,
	uint16_t id, uint16_t flags)
{
	struct {
		uint64_t address;
		uint32_t size;
		uint16_t id, flags;
	} desc = {address, size, id, flags};

	memcpy((char *)fe->queues[0].desc.host + 16 * i, &desc, sizeof(desc));
}

#define NEXT 1
#define WRITE 2
#define INDIRECT 4
#define AVAIL (1 << 7)

static void empty_descriptors_are_skipped(void **state)
{
	struct rig *rig = rig_create_ready(&split);
	struct frontend *fe = rig->fe;
	struct frontend_memory memory = frontend_alloc(fe, 64, 8);

	memset(memory.host, 'a', 4);
	put_split(fe, 0, UINT64_MAX, 0, NEXT, 1);
	put_split(fe, 1, memory.address, 4, NEXT, 2);
	put_split(fe, 2, 0, 0, NEXT | WRITE, 3);
	put_split(fe, 3, memory.address + 32, 4, WRITE, 0);
	offer_split(fe, 0);
	rig_settle(rig);
	assert_int_equal(rig->device.popped, 1);
	assert_memory_equal((char *)memory.host + 32, "aaaa", 4);
	rig_destroy(rig);
}

static void readable_then_writable_pieces_are_counted(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.indirect = true});
	uint8_t byte = 7;
	struct iovec out[500];

	for (size_t i = 0; i < COUNT(out); i++)
		out[i] = (struct iovec){&byte, 1};
	rig->device.hold = true;
	assert_int_equal(frontend_submit(rig->fe, 0, out, COUNT(out), NULL, 0, NULL), 0);
	frontend_kick(rig->fe, 0);
	rig_settle(rig);
	assert_false(wl_list_empty(&rig->device.held));
	struct vhost_user_chain *chain = wl_container_of(rig->device.held.next, chain, link);
	assert_int_equal(chain->readable_count, COUNT(out));
	assert_int_equal(chain->writable_count, 0);
	rig_destroy(rig);
}

/* --- Rings that a guest broke: one line, that ring stops, the connection stays --- */

static void assert_broken(struct rig *rig, const char *fault)
{
	rig_settle(rig);
	assert_int_equal(rig->device.popped, 0);
	assert_true(rig_log_has(fault));
	assert_int_equal(rig_log_lines(), 1);
	/* Kicks are not even looked at any more. */
	frontend_kick_always(rig->fe, 0);
	rig_settle(rig);
	assert_int_equal(rig_log_lines(), 1);
	assert_int_equal(frontend_check_open(rig->fe), 0);
	/* Set up again, it works. */
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	frontend_queue_renew(rig->fe, 0);
	assert_int_equal(frontend_queue_start(rig->fe, 0), 0);
	rig_echo(rig, 0, 100, 50);
	rig_destroy(rig);
}

static void split_chain_that_loops_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&split);
	struct frontend_memory memory = frontend_alloc(rig->fe, 64, 8);

	put_split(rig->fe, 0, memory.address, 4, NEXT, 1);
	put_split(rig->fe, 1, memory.address, 4, NEXT, 0);
	offer_split(rig->fe, 0);
	assert_broken(rig, "queue 0 stopped: a descriptor chain loops");
}

static void split_head_out_of_range_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&split);

	offer_split(rig->fe, 256);
	assert_broken(rig, "a chain's head is out of range (256)");
}

static void split_next_out_of_range_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&split);
	struct frontend_memory memory = frontend_alloc(rig->fe, 64, 8);

	put_split(rig->fe, 0, memory.address, 4, NEXT, 0xffff);
	offer_split(rig->fe, 0);
	assert_broken(rig, "a descriptor's next is out of range (65535)");
}

static void split_index_that_ran_ahead_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&split);

	((uint16_t *)rig->fe->queues[0].driver.host)[1] = 300;
	frontend_kick_always(rig->fe, 0);
	assert_broken(rig, "the available index ran ahead (300)");
}

static void descriptor_outside_memory_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&split);

	put_split(rig->fe, 0, 0x1000, 4, 0, 0);
	offer_split(rig->fe, 0);
	assert_broken(rig, "a descriptor is outside guest memory");
}

static void descriptor_past_memory_end_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&split);
	struct frontend_memory *ram = &rig->fe->regions[0].memory;

	put_split(rig->fe, 0, ram->address + ram->size - 4, 5, 0, 0);
	offer_split(rig->fe, 0);
	assert_broken(rig, "a descriptor is outside guest memory");
}

static void descriptor_that_overflows_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&split);

	put_split(rig->fe, 0, UINT64_MAX - 3, 0xffffffff, 0, 0);
	offer_split(rig->fe, 0);
	assert_broken(rig, "a descriptor is outside guest memory");
}

static void readable_after_writable_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&split);
	struct frontend_memory memory = frontend_alloc(rig->fe, 64, 8);

	put_split(rig->fe, 0, memory.address, 4, WRITE | NEXT, 1);
	put_split(rig->fe, 1, memory.address, 4, 0, 0);
	offer_split(rig->fe, 0);
	assert_broken(rig, "a readable descriptor follows a writable one");
}

static void indirect_that_was_not_negotiated_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&split);
	struct frontend_memory memory = frontend_alloc(rig->fe, 64, 16);

	put_split(rig->fe, 0, memory.address, 16, INDIRECT, 0);
	offer_split(rig->fe, 0);
	assert_broken(rig, "an indirect table was not negotiated");
}

/* A split ring with indirect tables; the table's words are given. */
static void broken_table(const struct frontend_options *options, const void *entries, size_t size,
	uint32_t claimed, unsigned flags, const char *fault)
{
	struct rig *rig = rig_create_ready(options);
	struct frontend_memory table = frontend_alloc(rig->fe, 4096, 16);

	memcpy(table.host, entries, size);
	if (options->packed) {
		put_packed(rig->fe, 0, table.address, claimed, 0,
			(uint16_t)(INDIRECT | AVAIL | flags));
		frontend_kick_always(rig->fe, 0);
	} else {
		put_split(rig->fe, 0, table.address, claimed, (uint16_t)(INDIRECT | flags), 1);
		offer_split(rig->fe, 0);
	}
	assert_broken(rig, fault);
}

struct entry {
	uint64_t address;
	uint32_t size;
	uint16_t a, b; /* split: flags, next; packed: id, flags */
};

static const struct frontend_options split_indirect = {.indirect = true};
static const struct frontend_options packed_indirect = {.packed = true, .indirect = true};

static void split_table_size_is_checked(void **state)
{
	struct entry entry = {0};

	broken_table(&split_indirect, &entry, sizeof(entry), 17, 0,
		"an indirect table has a wrong size (17)");
}

static void split_empty_table_breaks_ring(void **state)
{
	struct entry entry = {0};

	broken_table(&split_indirect, &entry, sizeof(entry), 0, 0,
		"an indirect table has a wrong size (0)");
}

static void split_table_in_table_breaks_ring(void **state)
{
	struct entry entry = {0x40000000, 16, INDIRECT, 0};

	broken_table(&split_indirect, &entry, sizeof(entry), 16, 0,
		"an indirect table in an indirect table");
}

static void split_table_that_loops_breaks_ring(void **state)
{
	struct entry entries[2] = {{0x40000000, 4, NEXT, 1}, {0x40000000, 4, NEXT, 0}};

	broken_table(&split_indirect, entries, sizeof(entries), sizeof(entries), 0,
		"an indirect table loops");
}

/* Of empty entries, which add nothing to the chain that could be counted. */
static void split_huge_table_that_loops_breaks_ring(void **state)
{
	struct entry entry = {0x40000000, 0, NEXT, 0};

	broken_table(&split_indirect, &entry, sizeof(entry), 0xfffffff0, 0,
		"a chain has too many pieces (1024)");
}

static void split_table_next_out_of_range_breaks_ring(void **state)
{
	struct entry entry = {0x40000000, 4, NEXT, 5};

	broken_table(&split_indirect, &entry, sizeof(entry), 16, 0,
		"an indirect descriptor's next is out of range (5)");
}

static void split_table_with_next_breaks_ring(void **state)
{
	struct entry entry = {0x40000000, 4, 0, 0};

	broken_table(&split_indirect, &entry, sizeof(entry), 16, NEXT,
		"an indirect descriptor has a next");
}

static void split_table_outside_memory_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&split_indirect);

	put_split(rig->fe, 0, 0x10, 16, INDIRECT, 0);
	offer_split(rig->fe, 0);
	assert_broken(rig, "an indirect table is outside guest memory");
}

static void too_many_pieces_break_ring(void **state)
{
	struct entry *entries = calloc(1100, sizeof(*entries));
	struct rig *rig = rig_create_ready(&split_indirect);
	struct frontend_memory table = frontend_alloc(rig->fe, 1100 * 16, 16);

	assert_non_null(entries);
	for (uint16_t i = 0; i < 1100; i++)
		entries[i] = (struct entry){0x40000000, 1, i < 1099 ? NEXT : 0, (uint16_t)(i + 1)};
	memcpy(table.host, entries, 1100 * sizeof(*entries));
	free(entries);
	put_split(rig->fe, 0, table.address, 1100 * 16, INDIRECT, 0);
	offer_split(rig->fe, 0);
	assert_broken(rig, "a chain has too many pieces");
}

static void packed_table_size_is_checked(void **state)
{
	struct entry entry = {0};

	broken_table(&packed_indirect, &entry, sizeof(entry), 15, 0,
		"an indirect table has a wrong size (15)");
}

static void packed_table_in_table_breaks_ring(void **state)
{
	struct entry entry = {0x40000000, 16, 0, INDIRECT};

	broken_table(&packed_indirect, &entry, sizeof(entry), 16, 0,
		"an indirect table in an indirect table");
}

static void packed_table_in_list_breaks_ring(void **state)
{
	struct entry entry = {0x40000000, 16, 0, 0};

	broken_table(&packed_indirect, &entry, sizeof(entry), 16, NEXT,
		"an indirect descriptor in a list");
}

static void packed_huge_table_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&packed_indirect);

	put_packed(rig->fe, 0, rig->fe->regions[0].memory.address + 0x400000, 0xfffffff0, 0,
		INDIRECT | AVAIL);
	frontend_kick_always(rig->fe, 0);
	assert_broken(rig, "a chain has too many pieces");
}

static void packed_chain_longer_than_ring_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&packed);
	struct frontend_memory memory = frontend_alloc(rig->fe, 64, 8);

	for (uint16_t i = 0; i < 256; i++)
		put_packed(rig->fe, i, memory.address, 4, 0, NEXT | AVAIL);
	frontend_kick_always(rig->fe, 0);
	assert_broken(rig, "a descriptor chain is longer than the ring");
}

static void packed_descriptor_outside_memory_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&packed);

	put_packed(rig->fe, 0, 0x1000, 4, 0, AVAIL);
	frontend_kick_always(rig->fe, 0);
	assert_broken(rig, "a descriptor is outside guest memory");
}

/* The same head over and over, faster than the device gives back. */
static void split_more_in_flight_than_ring_breaks_ring(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.queue_size = 4});
	struct frontend_memory memory = frontend_alloc(rig->fe, 64, 8);

	rig->device.hold = true;
	put_split(rig->fe, 0, memory.address, 4, 0, 0);
	for (int i = 0; i < 5; i++) {
		offer_split(rig->fe, 0);
		rig_settle(rig);
	}
	assert_int_equal(rig->device.popped, 4);
	assert_true(rig_log_has("more chains are in flight than the ring has"));
	assert_int_equal(rig_log_lines(), 1);
	rig_destroy(rig);
}

static void broken_ring_leaves_the_other_running(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.queue_count = 2});

	offer_split(rig->fe, 999);
	rig_settle(rig);
	assert_true(rig_log_has("queue 0 stopped"));
	rig_echo(rig, 1, 1000, 100);
	rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(split_transfers),
	cmocka_unit_test(split_indirect_transfers),
	cmocka_unit_test(split_event_idx_transfers),
	cmocka_unit_test(split_indirect_event_idx_transfers),
	cmocka_unit_test(packed_transfers),
	cmocka_unit_test(packed_indirect_transfers),
	cmocka_unit_test(packed_event_idx_transfers),
	cmocka_unit_test(packed_indirect_event_idx_transfers),
	cmocka_unit_test(split_index_wraps),
	cmocka_unit_test(split_event_index_wraps),
	cmocka_unit_test(packed_counter_wraps),
	cmocka_unit_test(packed_event_counter_wraps),
	cmocka_unit_test(split_full_ring_in_order),
	cmocka_unit_test(split_full_ring_out_of_order),
	cmocka_unit_test(packed_full_ring_in_order),
	cmocka_unit_test(packed_full_ring_out_of_order),
	cmocka_unit_test(split_calls_once_per_batch),
	cmocka_unit_test(split_event_idx_calls_once_per_batch),
	cmocka_unit_test(packed_calls_once_per_batch),
	cmocka_unit_test(packed_event_idx_calls_once_per_batch),
	cmocka_unit_test(late_completions_call_once),
	cmocka_unit_test(split_no_interrupt_is_heeded),
	cmocka_unit_test(packed_disabled_events_are_heeded),
	cmocka_unit_test(split_used_event_is_heeded),
	cmocka_unit_test(packed_event_place_is_heeded),
	cmocka_unit_test(work_before_start_is_taken),
	cmocka_unit_test(empty_descriptors_are_skipped),
	cmocka_unit_test(readable_then_writable_pieces_are_counted),
	cmocka_unit_test(split_chain_that_loops_breaks_ring),
	cmocka_unit_test(split_head_out_of_range_breaks_ring),
	cmocka_unit_test(split_next_out_of_range_breaks_ring),
	cmocka_unit_test(split_index_that_ran_ahead_breaks_ring),
	cmocka_unit_test(descriptor_outside_memory_breaks_ring),
	cmocka_unit_test(descriptor_past_memory_end_breaks_ring),
	cmocka_unit_test(descriptor_that_overflows_breaks_ring),
	cmocka_unit_test(readable_after_writable_breaks_ring),
	cmocka_unit_test(indirect_that_was_not_negotiated_breaks_ring),
	cmocka_unit_test(split_table_size_is_checked),
	cmocka_unit_test(split_empty_table_breaks_ring),
	cmocka_unit_test(split_table_in_table_breaks_ring),
	cmocka_unit_test(split_table_that_loops_breaks_ring),
	cmocka_unit_test(split_huge_table_that_loops_breaks_ring),
	cmocka_unit_test(split_table_next_out_of_range_breaks_ring),
	cmocka_unit_test(split_table_with_next_breaks_ring),
	cmocka_unit_test(split_table_outside_memory_breaks_ring),
	cmocka_unit_test(too_many_pieces_break_ring),
	cmocka_unit_test(packed_table_size_is_checked),
	cmocka_unit_test(packed_table_in_table_breaks_ring),
	cmocka_unit_test(packed_table_in_list_breaks_ring),
	cmocka_unit_test(packed_huge_table_breaks_ring),
	cmocka_unit_test(packed_chain_longer_than_ring_breaks_ring),
	cmocka_unit_test(packed_descriptor_outside_memory_breaks_ring),
	cmocka_unit_test(split_more_in_flight_than_ring_breaks_ring),
	cmocka_unit_test(broken_ring_leaves_the_other_running),
};

UNIT_MAIN(cases)
