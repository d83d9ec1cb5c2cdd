/* SPDX-License-Identifier: MIT */
/* Host blobs that the guest maps through the host-visible region, with the real renderer. */
#include <signal.h>
#include <string.h>

#include "gpu-backend/host-memory.h"
#include "tests/conformance/gpu/commands-3d.h"
#include "tests/unit/unit.h"

#define MAPPED VIRTIO_GPU_RESP_OK_MAP_INFO
#define UNSPEC VIRTIO_GPU_RESP_ERR_UNSPEC
#define OUT_OF_MEMORY VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define BAD_RESOURCE VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define BAD_PARAMETER VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define FROM VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D
#define TO VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D
#define ATTACH VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE
#define REGION GPU_HOST_VISIBLE_BYTES
#define PAGE 4096u
#define SIDE 64u

static struct gpu_rig *start_with(bool shared_memory)
{
	struct gpu_rig *rig = gpu_rig_create(
		&(struct gpu_rig_options){.render = true, .shared_memory = shared_memory});

	assert_int_equal(context_create(rig, 1), OK);
	return rig;
}

static struct gpu_rig *start(void)
{
	return start_with(true);
}

static struct virtio_gpu_resource_create_blob mappable(uint32_t id, uint64_t size)
{
	struct virtio_gpu_resource_create_blob command = host_blob(1, id, id, size);

	command.blob_flags = le32_put(VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE);
	return command;
}

static uint32_t create(struct gpu_rig *rig, struct virtio_gpu_resource_create_blob command)
{
	return create_blob(rig, &command, NULL, 0);
}

/* A buffer of so many pages but for a few bytes, as Mesa has them. */
static void make(struct gpu_rig *rig, uint32_t id, uint32_t pages)
{
	assert_int_equal(stream_buffer(rig, 1, id, pages * PAGE - 5), OK);
	assert_int_equal(create(rig, mappable(id, pages * PAGE)), OK);
	assert_int_equal(context_resource(rig, ATTACH, 1, id), OK);
}

/* An ordinary buffer with guest pages, to see what the renderer sees. */
static struct frontend_memory make_ordinary(struct gpu_rig *rig, uint32_t id)
{
	struct frontend_memory memory = frontend_alloc(rig->fe, PAGE, PAGE);

	assert_int_equal(create_buffer(rig, id, PAGE), OK);
	assert_int_equal(attach_memory(rig, id, &memory), OK);
	assert_int_equal(context_resource(rig, ATTACH, 1, id), OK);
	return memory;
}

static void guest_and_renderer_see_the_same(void **state)
{
	const struct rect whole = {0, 0, PAGE, 1};
	struct gpu_rig *rig = start();
	struct frontend_memory memory = make_ordinary(rig, 9);
	char *blob = rig->fe->shared.host + 3 * PAGE;

	make(rig, 1, 2);
	assert_int_equal(map_blob(rig, 1, 3 * PAGE), MAPPED);
	for (uint32_t i = 0; i < 2 * PAGE; i++)
		assert_int_equal(blob[i], 0);
	memset(blob, 'a', PAGE);
	assert_int_equal(stream_copy(rig, 1, 9, 1, PAGE), OK);
	assert_int_equal(transfer_3d(rig, FROM, 0, 9, whole, 0), OK);
	assert_memory_equal(memory.host, blob, PAGE);
	memset(memory.host, 'b', PAGE);
	assert_int_equal(transfer_3d(rig, TO, 0, 9, whole, 0), OK);
	assert_int_equal(stream_copy(rig, 1, 1, 9, PAGE), OK);
	assert_int_equal(transfer_3d(rig, FROM, 0, 9, whole, 0), OK);
	assert_memory_equal(memory.host, blob, PAGE);
	assert_int_equal(blob[PAGE], 0);
	/* It is the same wherever and however often it is mapped. */
	assert_int_equal(unmap_blob(rig, 1), OK);
	assert_int_equal(map_blob(rig, 1, 0), MAPPED);
	assert_memory_equal(memory.host, rig->fe->shared.host, PAGE);
	gpu_rig_destroy(rig);
}

/* What the renderer allocates when the blob is gone is not what the guest still sees. */
static void memory_is_taken_back(void **state)
{
	const struct rect whole = {0, 0, PAGE, 1};
	struct gpu_rig *rig = start();
	struct frontend_memory memory = make_ordinary(rig, 99);

	memset(memory.host, 'x', PAGE);
	assert_int_equal(transfer_3d(rig, TO, 0, 99, whole, 0), OK);
	for (uint32_t id = 1; id <= 20; id++) {
		make(rig, id, 2);
		assert_int_equal(map_blob(rig, id, id * 2 * PAGE), MAPPED);
	}
	/* A front end that keeps what it is asked to end. */
	rig->fe->shared.refuse = true;
	for (uint32_t id = 1; id <= 20; id++)
		assert_int_equal(unref(rig, id), OK);
	rig->fe->shared.refuse = false;
	for (uint32_t id = 1; id <= 40; id++) {
		assert_int_equal(create_buffer(rig, id, 2 * PAGE), OK);
		assert_int_equal(context_resource(rig, ATTACH, 1, id), OK);
		assert_int_equal(stream_copy(rig, 1, id, 99, PAGE), OK);
	}
	assert_int_equal(transfer_3d(rig, FROM, 0, 99, whole, 0), OK);
	for (uint32_t i = 2 * PAGE; i < 42 * PAGE; i++)
		assert_int_equal(rig->fe->shared.host[i], 0);
	gpu_rig_destroy(rig);
}

static void wrong_places_are_refused(void **state)
{
	static const uint64_t wrong[] = {1, 2048, PAGE - 1, REGION - PAGE, REGION, REGION + PAGE,
		UINT64_MAX - PAGE + 1, UINT64_MAX - 2 * PAGE + 1, UINT64_MAX};
	struct gpu_rig *rig = start();

	make(rig, 1, 2);
	make(rig, 2, 2);
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_int_equal(map_blob(rig, 1, wrong[i]), BAD_PARAMETER);
	assert_int_equal(map_blob(rig, 1, 4 * PAGE), MAPPED);
	assert_int_equal(map_blob(rig, 2, 3 * PAGE), BAD_PARAMETER);
	assert_int_equal(map_blob(rig, 2, 4 * PAGE), BAD_PARAMETER);
	assert_int_equal(map_blob(rig, 2, 5 * PAGE), BAD_PARAMETER);
	assert_int_equal(map_blob(rig, 2, 6 * PAGE), MAPPED);
	assert_int_equal(unmap_blob(rig, 2), OK);
	assert_int_equal(map_blob(rig, 2, 2 * PAGE), MAPPED);
	assert_int_equal(unmap_blob(rig, 2), OK);
	assert_int_equal(map_blob(rig, 2, REGION - 2 * PAGE), MAPPED);
	gpu_rig_destroy(rig);
}

static void blob_is_mapped_once(void **state)
{
	struct gpu_rig *rig = start();

	make(rig, 1, 1);
	assert_int_equal(unmap_blob(rig, 1), BAD_PARAMETER);
	assert_int_equal(unmap_blob(rig, 2), BAD_RESOURCE);
	assert_int_equal(map_blob(rig, 2, 0), BAD_RESOURCE);
	assert_int_equal(map_blob(rig, 1, 0), MAPPED);
	assert_int_equal(map_blob(rig, 1, PAGE), BAD_PARAMETER);
	assert_int_equal(unmap_blob(rig, 1), OK);
	assert_int_equal(unmap_blob(rig, 1), BAD_PARAMETER);
	assert_int_equal(rig->fe->shared.maps, 1);
	assert_int_equal(rig->fe->shared.unmaps, 1);
	gpu_rig_destroy(rig);
}

static void what_cannot_be_mapped_is_not(void **state)
{
	struct gpu_rig *rig = start();

	/* A blob whose memory the renderer cannot give is not made; */
	assert_int_equal(stream_texture(rig, 1, 1, SIDE), OK);
	assert_int_equal(create(rig, mappable(1, SIDE * SIDE * 4)), BAD_PARAMETER);
	assert_int_equal(unref(rig, 1), BAD_RESOURCE);
	/* nor one that is said to be larger than it is, or not of whole pages; */
	assert_int_equal(stream_buffer(rig, 1, 2, PAGE), OK);
	assert_int_equal(create(rig, mappable(2, 2 * PAGE)), BAD_PARAMETER);
	assert_int_equal(stream_buffer(rig, 1, 3, PAGE), OK);
	assert_int_equal(create(rig, mappable(3, 100)), BAD_PARAMETER);
	/* and what was not made to be mapped is not. */
	assert_int_equal(stream_buffer(rig, 1, 4, PAGE), OK);
	assert_int_equal(create(rig, host_blob(1, 4, 4, PAGE)), OK);
	make_blob(rig, 5, PAGE);
	make_resource(rig, 6, SIDE, SIDE);
	for (uint32_t id = 4; id <= 6; id++) {
		assert_int_equal(map_blob(rig, id, 0), BAD_PARAMETER);
		assert_int_equal(unmap_blob(rig, id), BAD_PARAMETER);
	}
	assert_int_equal(rig->fe->shared.maps, 0);
	gpu_rig_destroy(rig);
}

static void unref_ends_the_mapping(void **state)
{
	struct gpu_rig *rig = start();

	make(rig, 1, 1);
	assert_int_equal(map_blob(rig, 1, PAGE), MAPPED);
	assert_int_equal(unref(rig, 1), OK);
	make(rig, 1, 1);
	assert_int_equal(map_blob(rig, 1, PAGE), MAPPED);
	assert_int_equal(rig->fe->shared.maps, 2);
	assert_int_equal(rig->fe->shared.unmaps, 1);
	gpu_rig_destroy(rig);
}

static void without_a_region_nothing_is_mapped(void **state)
{
	struct gpu_rig *rig = start_with(false);

	assert_int_equal(stream_buffer(rig, 1, 1, PAGE), OK);
	assert_int_equal(create(rig, mappable(1, PAGE)), OK);
	assert_int_equal(map_blob(rig, 1, 0), UNSPEC);
	assert_int_equal(unmap_blob(rig, 1), UNSPEC);
	gpu_rig_destroy(rig);
}

static void refusal_of_the_front_end_is_told(void **state)
{
	struct gpu_rig *rig = start();

	make(rig, 1, 1);
	rig->fe->shared.refuse = true;
	assert_int_equal(map_blob(rig, 1, 0), UNSPEC);
	assert_int_equal(unmap_blob(rig, 1), BAD_PARAMETER);
	rig->fe->shared.refuse = false;
	assert_int_equal(map_blob(rig, 1, 0), MAPPED);
	gpu_rig_destroy(rig);
}

/* A ring that stops has everything back, and what the front end says later is no harm. */
static void stopping_ring_does_not_wait(void **state)
{
	struct gpu_rig *rig = start();
	struct virtio_gpu_resource_map_blob command = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB), .resource_id = le32_put(1)};
	struct virtio_gpu_resp_map_info answer = {0};
	struct iovec out = {&command, sizeof(command)}, in = {&answer, sizeof(answer)};
	uint32_t written;
	void *cookie;

	make(rig, 1, 1);
	rig->fe->shared.ignore = true;
	assert_int_equal(frontend_submit(rig->fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(rig->fe, 0);
	gpu_rig_settle(rig);
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	assert_int_equal(frontend_collect(rig->fe, 0, &cookie, &written), 1);
	assert_int_equal(le32_get(answer.hdr.type), UNSPEC);
	gpu_rig_reconnect(rig);
	assert_int_equal(context_create(rig, 1), OK);
	make(rig, 1, 1);
	assert_int_equal(map_blob(rig, 1, 0), MAPPED);
	gpu_rig_destroy(rig);
}

static void mapping_outlives_its_renderer(void **state)
{
	struct gpu_rig *rig = start();

	make(rig, 1, 1);
	make(rig, 2, 1);
	assert_int_equal(map_blob(rig, 1, 0), MAPPED);
	memset(rig->fe->shared.host, 'k', PAGE);
	gpu_rig_signal_renderer(rig, SIGKILL);
	while (stream_buffer(rig, 1, 7, PAGE) == OK)
		;
	assert_int_equal(rig->fe->shared.host[PAGE - 1], 'k');
	assert_int_equal(map_blob(rig, 2, PAGE), BAD_RESOURCE);
	assert_int_equal(unmap_blob(rig, 1), OK);
	assert_int_equal(unref(rig, 1), OK);
	assert_int_equal(unref(rig, 2), OK);
	gpu_rig_destroy(rig);
}

static void mappings_are_limited(void **state)
{
	struct gpu_rig *rig = start();

	for (uint32_t id = 1; id <= GPU_MAX_MAPPINGS + 1; id++) {
		make(rig, id, 1);
		assert_int_equal(map_blob(rig, id, id * PAGE),
			id <= GPU_MAX_MAPPINGS ? MAPPED : OUT_OF_MEMORY);
	}
	assert_int_equal(unmap_blob(rig, 5), OK);
	assert_int_equal(map_blob(rig, GPU_MAX_MAPPINGS + 1, 5 * PAGE), MAPPED);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(guest_and_renderer_see_the_same),
	cmocka_unit_test(memory_is_taken_back),
	cmocka_unit_test(wrong_places_are_refused),
	cmocka_unit_test(blob_is_mapped_once),
	cmocka_unit_test(what_cannot_be_mapped_is_not),
	cmocka_unit_test(unref_ends_the_mapping),
	cmocka_unit_test(without_a_region_nothing_is_mapped),
	cmocka_unit_test(refusal_of_the_front_end_is_told),
	cmocka_unit_test(stopping_ring_does_not_wait),
	cmocka_unit_test(mapping_outlives_its_renderer),
	cmocka_unit_test(mappings_are_limited),
};

UNIT_MAIN(cases)
