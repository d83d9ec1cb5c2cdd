/* SPDX-License-Identifier: MIT */
/* Guest pages behind a resource: what may be attached, and what becomes of it. */
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/gpu/commands.h"
#include "tests/unit/unit.h"

#define UNSPEC VIRTIO_GPU_RESP_ERR_UNSPEC
#define OUT_OF_MEMORY VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define BAD_PARAMETER VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define BGRX VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM

static const struct rect whole = {0, 0, 64, 64};

static void missing_backing_is_unspec(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	assert_int_equal(create_2d(rig, 1, BGRX, 64, 64), OK);
	assert_int_equal(transfer(rig, 1, whole, 0), UNSPEC);
	assert_int_equal(detach(rig, 1), UNSPEC);
	/* It can be shown all the same. */
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	gpu_rig_destroy(rig);
}

static void double_attach_is_unspec(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct frontend_memory memory = make_resource(rig, 1, 64, 64);

	assert_int_equal(attach_memory(rig, 1, &memory), UNSPEC);
	assert_int_equal(transfer(rig, 1, whole, 0), OK);
	assert_int_equal(detach(rig, 1), OK);
	assert_int_equal(transfer(rig, 1, whole, 0), UNSPEC);
	assert_int_equal(attach_memory(rig, 1, &memory), OK);
	assert_int_equal(transfer(rig, 1, whole, 0), OK);
	gpu_rig_destroy(rig);
}

static void backing_outside_guest_memory_is_refused(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	uint64_t end = rig->fe->regions[0].memory.address + rig->fe->regions[0].memory.size;
	struct virtio_gpu_mem_entry bad[] = {mem_entry(0, 4096), mem_entry(end, 1),
		mem_entry(end - 4095, 4096), mem_entry(end - 1, 0xffffffff),
		mem_entry(UINT64_MAX, 2), mem_entry(UINT64_MAX - 4094, 4096),
		mem_entry(UINT64_C(1) << 63, 4096),
		mem_entry(rig->fe->regions[0].memory.address - 1, 2)};
	struct virtio_gpu_mem_entry mixed[3] = {
		mem_entry(end - 8192, 4096), mem_entry(end, 4096), mem_entry(end - 4096, 4096)};

	assert_int_equal(create_2d(rig, 1, BGRX, 64, 64), OK);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(attach(rig, 1, &bad[i], 1), BAD_PARAMETER);
		assert_int_equal(transfer(rig, 1, whole, 0), UNSPEC);
	}
	assert_int_equal(attach(rig, 1, mixed, 3), BAD_PARAMETER);
	assert_int_equal(attach(rig, 1, mixed, 1), OK);
	gpu_rig_destroy(rig);
}

/* Says one number of entries and sends another. */
static void entry_count_that_lies_is_refused(void **state)
{
	static const uint32_t told[] = {3, 4, 1000, 0x10000};
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct frontend_memory memory = frontend_alloc(rig->fe, 64 * 64 * 4, 4096);
	struct {
		struct virtio_gpu_resource_attach_backing command;
		struct virtio_gpu_mem_entry entries[3];
	} message = {
		.command = {.hdr = header(VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING),
			.resource_id = le32_put(1)},
	};

	for (size_t i = 0; i < COUNT(message.entries); i++)
		message.entries[i] = mem_entry(memory.address, 4096);
	assert_int_equal(create_2d(rig, 1, BGRX, 32, 32), OK);
	for (size_t i = 0; i < COUNT(told); i++) {
		message.command.nr_entries = le32_put(told[i]);
		/* The last entry lacks a byte, too. */
		assert_int_equal(
			send_command(rig, &message, sizeof(message) - 1, NULL), BAD_PARAMETER);
	}
	message.command.nr_entries = le32_put(0xffffffff);
	assert_int_equal(send_command(rig, &message, sizeof(message), NULL), OUT_OF_MEMORY);
	message.command.nr_entries = le32_put(0);
	assert_int_equal(send_command(rig, &message, sizeof(message), NULL), UNSPEC);
	/* More than it says is none of the device's business. */
	message.command.nr_entries = le32_put(1);
	assert_int_equal(send_command(rig, &message, sizeof(message), NULL), OK);
	assert_int_equal(transfer(rig, 1, (struct rect){0, 0, 32, 32}, 0), OK);
	gpu_rig_destroy(rig);
}

static void entry_cap_is_out_of_memory(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.limits = {.backing_entries = 6}});
	struct frontend_memory memory = frontend_alloc(rig->fe, 4096, 4096);
	struct virtio_gpu_mem_entry entries[7];

	for (size_t i = 0; i < COUNT(entries); i++)
		entries[i] = mem_entry(memory.address, 256);
	for (uint32_t id = 1; id <= 3; id++)
		assert_int_equal(create_2d(rig, id, BGRX, 16, 16), OK);
	assert_int_equal(attach(rig, 1, entries, 7), OUT_OF_MEMORY);
	assert_int_equal(attach(rig, 1, entries, 4), OK);
	assert_int_equal(attach(rig, 2, entries, 3), OUT_OF_MEMORY);
	assert_int_equal(attach(rig, 2, entries, 2), OK);
	assert_int_equal(attach(rig, 3, entries, 1), OUT_OF_MEMORY);
	/* Both ways of giving entries back. */
	assert_int_equal(detach(rig, 1), OK);
	assert_int_equal(attach(rig, 3, entries, 4), OK);
	assert_int_equal(unref(rig, 3), OK);
	assert_int_equal(attach(rig, 1, entries, 4), OK);
	gpu_rig_destroy(rig);
}

static void entries_without_bytes_are_taken(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct frontend_memory memory = frontend_alloc(rig->fe, 64 * 64 * 4, 4096);
	struct virtio_gpu_mem_entry entries[] = {mem_entry(memory.address, 0),
		mem_entry(memory.address, 64 * 64 * 4), mem_entry(memory.address, 0)};

	assert_int_equal(create_2d(rig, 1, BGRX, 64, 64), OK);
	assert_int_equal(attach(rig, 1, entries, 3), OK);
	assert_int_equal(transfer(rig, 1, whole, 0), OK);
	assert_int_equal(create_2d(rig, 2, BGRX, 64, 64), OK);
	assert_int_equal(attach(rig, 2, entries, 1), OK);
	assert_int_equal(transfer(rig, 2, whole, 0), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

/* As a 4K buffer of scattered pages: more entries than a chain has descriptors. */
static void many_entries_are_taken(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct frontend_memory memory = frontend_alloc(rig->fe, 4096, 4096);
	uint32_t count = 8100;
	struct virtio_gpu_mem_entry *entries = calloc(count, sizeof(*entries));

	assert_non_null(entries);
	for (uint32_t i = 0; i < count; i++)
		entries[i] = mem_entry(memory.address, 4096);
	assert_int_equal(create_2d(rig, 1, BGRX, 3840, 2160), OK);
	assert_int_equal(attach(rig, 1, entries, count), OK);
	assert_int_equal(transfer(rig, 1, (struct rect){0, 0, 3840, 2160}, 0), OK);
	free(entries);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(missing_backing_is_unspec),
	cmocka_unit_test(double_attach_is_unspec),
	cmocka_unit_test(backing_outside_guest_memory_is_refused),
	cmocka_unit_test(entry_count_that_lies_is_refused),
	cmocka_unit_test(entry_cap_is_out_of_memory),
	cmocka_unit_test(entries_without_bytes_are_taken),
	cmocka_unit_test(many_entries_are_taken),
};

UNIT_MAIN(cases)
