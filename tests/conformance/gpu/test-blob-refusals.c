/* SPDX-License-Identifier: MIT */
/* Every wrong command of blobs gets the response code that names what is wrong with it. */
#include "tests/conformance/gpu/commands.h"
#include "tests/unit/unit.h"

#define OUT_OF_MEMORY VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define BAD_SCANOUT VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define BAD_RESOURCE VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define BAD_PARAMETER VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define BGRX VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM
#define PAGE 4096

static const struct blob_layout plain = {64, 48, BGRX, 256, 0};
static const struct rect whole = {0, 0, 64, 48};

static struct virtio_gpu_resource_create_blob blob(
	uint32_t id, uint32_t memory, uint32_t flags, uint64_t blob_id, uint64_t size)
{
	return (struct virtio_gpu_resource_create_blob){
		.resource_id = le32_put(id),
		.blob_mem = le32_put(memory),
		.blob_flags = le32_put(flags),
		.blob_id = le64_put(blob_id),
		.size = le64_put(size),
	};
}

static void bad_id_is_refused(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct frontend_memory memory = make_blob(rig, 1, PAGE);
	struct virtio_gpu_mem_entry entry = mem_entry(memory.address, PAGE);
	struct virtio_gpu_resource_create_blob command = blob(0, 1, 0, 0, PAGE);

	assert_int_equal(create_blob(rig, &command, &entry, 1), BAD_RESOURCE);
	command.resource_id = le32_put(1);
	assert_int_equal(create_blob(rig, &command, &entry, 1), BAD_RESOURCE);
	assert_int_equal(create_2d(rig, 1, BGRX, 64, 64), BAD_RESOURCE);
	assert_int_equal(unref(rig, 1), OK);
	assert_int_equal(create_blob(rig, &command, &entry, 1), OK);
	gpu_rig_destroy(rig);
}

static void bad_blob_is_refused(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct frontend_memory memory = frontend_alloc(rig->fe, PAGE, PAGE);
	struct virtio_gpu_mem_entry entry = mem_entry(memory.address, PAGE);
	const struct virtio_gpu_resource_create_blob bad[] = {
		blob(1, 0, 0, 0, PAGE),
		blob(1, VIRTIO_GPU_BLOB_MEM_HOST3D, 0, 0, PAGE),
		blob(1, VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST, 0, 0, PAGE),
		blob(1, 4, 0, 0, PAGE),
		blob(1, 0xffffffff, 0, 0, PAGE),
		blob(1, VIRTIO_GPU_BLOB_MEM_GUEST, 8, 0, PAGE),
		blob(1, VIRTIO_GPU_BLOB_MEM_GUEST, 0xffffffff, 0, PAGE),
		blob(1, VIRTIO_GPU_BLOB_MEM_GUEST, 0, 1, PAGE),
		blob(1, VIRTIO_GPU_BLOB_MEM_GUEST, 0, 0, 0),
		blob(1, VIRTIO_GPU_BLOB_MEM_GUEST, 0, 0, PAGE + 1),
		blob(1, VIRTIO_GPU_BLOB_MEM_GUEST, 0, 0, UINT64_MAX),
	};
	const struct virtio_gpu_resource_create_blob good = blob(1, VIRTIO_GPU_BLOB_MEM_GUEST,
		VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE | VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE |
			VIRTIO_GPU_BLOB_FLAG_USE_CROSS_DEVICE,
		0, PAGE);

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(create_blob(rig, &bad[i], &entry, 1), BAD_PARAMETER);
	assert_int_equal(create_blob(rig, &good, &entry, 1), OK);
	gpu_rig_destroy(rig);
}

static void bad_pages_are_refused(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.limits = {.backing_entries = 2}});
	uint64_t end = rig->fe->regions[0].memory.address + rig->fe->regions[0].memory.size;
	struct frontend_memory memory = frontend_alloc(rig->fe, PAGE, PAGE);
	struct virtio_gpu_mem_entry entries[3] = {mem_entry(memory.address, PAGE),
		mem_entry(end, PAGE), mem_entry(memory.address, PAGE)};
	const struct virtio_gpu_resource_create_blob command =
		blob(1, VIRTIO_GPU_BLOB_MEM_GUEST, 0, 0, PAGE);

	assert_int_equal(create_blob(rig, &command, entries, 0), BAD_PARAMETER);
	assert_int_equal(create_blob(rig, &command, entries, 2), BAD_PARAMETER);
	assert_int_equal(create_blob(rig, &command, entries, 3), OUT_OF_MEMORY);
	assert_int_equal(create_blob(rig, &command, entries, 1), OK);
	/* Less than the blob in its place. */
	assert_int_equal(detach(rig, 1), OK);
	entries[0] = mem_entry(memory.address, PAGE - 1);
	assert_int_equal(attach(rig, 1, entries, 1), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

static void resource_cap_is_out_of_memory(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.limits = {.resources = 2}});
	struct frontend_memory memory = make_blob(rig, 1, PAGE);
	struct virtio_gpu_mem_entry entry = mem_entry(memory.address, PAGE);
	struct virtio_gpu_resource_create_blob command =
		blob(3, VIRTIO_GPU_BLOB_MEM_GUEST, 0, 0, PAGE);

	make_blob(rig, 2, PAGE);
	assert_int_equal(create_blob(rig, &command, &entry, 1), OUT_OF_MEMORY);
	gpu_rig_destroy(rig);
}

static void bad_layout_is_refused(void **state)
{
	static const struct blob_layout bad[] = {
		{64, 48, 0, 256, 0},
		{64, 48, 0xffffffff, 256, 0},
		{64, 48, BGRX, 255, 0},
		{64, 48, BGRX, 252, 0},
		{64, 48, BGRX, 258, 0},
		{64, 48, BGRX, 0, 0},
		{64, 48, BGRX, 0xfffffffc, 0},
		{64, 48, BGRX, 256, 1},
		{64, 48, BGRX, 256, 4},
		{64, 48, BGRX, 256, 0xfffffffc},
		{64, 48, BGRX, 260, 0},
		{64, 49, BGRX, 256, 0},
		{65, 48, BGRX, 256, 0},
		{0, 48, BGRX, 256, 0},
		{64, 0, BGRX, 256, 0},
		{64, 0xffffffff, BGRX, 256, 0},
		{0x40000000, 48, BGRX, 0, 0},
		{0xffffffff, 0xffffffff, BGRX, 0xfffffffc, 0},
	};
	struct gpu_rig *rig = gpu_rig_create(NULL);

	make_blob(rig, 1, 3 * PAGE);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(set_scanout_blob(rig, 0, 1, (struct rect){0, 0, 1, 1}, &bad[i]),
			BAD_PARAMETER);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), OK);
	gpu_rig_destroy(rig);
}

static void bad_scanout_or_part_is_refused(void **state)
{
	static const struct rect bad[] = {{0, 0, 65, 48}, {0, 0, 64, 49}, {1, 0, 64, 48},
		{0, 0, 0, 48}, {0, 0, 64, 0}, {0xffffffff, 0, 2, 1}, {64, 48, 1, 1}};
	struct gpu_rig *rig = gpu_rig_create(NULL);

	make_blob(rig, 1, 3 * PAGE);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(set_scanout_blob(rig, 0, 1, bad[i], &plain), BAD_PARAMETER);
	assert_int_equal(set_scanout_blob(rig, 1, 1, whole, &plain), BAD_SCANOUT);
	assert_int_equal(set_scanout_blob(rig, 0xffffffff, 1, whole, &plain), BAD_SCANOUT);
	assert_int_equal(set_scanout_blob(rig, 0, 2, whole, &plain), BAD_RESOURCE);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), OK);
	assert_int_equal(flush(rig, 1, (struct rect){0, 0, 65, 48}), BAD_PARAMETER);
	/* 0 is off. */
	assert_int_equal(set_scanout_blob(rig, 0, 0, whole, &plain), OK);
	gpu_rig_destroy(rig);
}

/* Each kind of resource has its own command. */
static void other_kind_is_refused(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	make_resource(rig, 1, 64, 64);
	make_blob(rig, 2, 4 * PAGE);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), BAD_RESOURCE);
	assert_int_equal(set_scanout(rig, 0, 2, whole), BAD_PARAMETER);
	assert_int_equal(set_scanout_blob(rig, 0, 2, whole, &plain), OK);
	assert_int_equal(set_scanout(rig, 0, 2, whole), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(bad_id_is_refused),
	cmocka_unit_test(bad_blob_is_refused),
	cmocka_unit_test(bad_pages_are_refused),
	cmocka_unit_test(resource_cap_is_out_of_memory),
	cmocka_unit_test(bad_layout_is_refused),
	cmocka_unit_test(bad_scanout_or_part_is_refused),
	cmocka_unit_test(other_kind_is_refused),
};

UNIT_MAIN(cases)
