/* SPDX-License-Identifier: MIT */
/* Blobs of the renderer's memory, right and wrong, with the real renderer. */
#include <signal.h>
#include <string.h>

#include "tests/conformance/gpu/commands-3d.h"
#include "tests/unit/unit.h"

#define UNSPEC VIRTIO_GPU_RESP_ERR_UNSPEC
#define OUT_OF_MEMORY VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define BAD_RESOURCE VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define BAD_CONTEXT VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID
#define BAD_PARAMETER VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define HOST3D_GUEST VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST
#define TO VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D
#define FROM VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D
#define ATTACH VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE
#define BLOB 7u
#define PAGE 4096u
#define SIDE 64u

static const struct rect whole = {0, 0, SIDE, SIDE};

/* With contexts 1 and 2. */
static struct gpu_rig *start_with(struct gpu_limits limits)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.render = true, .limits = limits});

	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(context_create(rig, 2), OK);
	return rig;
}

static struct gpu_rig *start(void)
{
	return start_with((struct gpu_limits){0});
}

static uint32_t create(struct gpu_rig *rig, struct virtio_gpu_resource_create_blob command)
{
	return create_blob(rig, &command, NULL, 0);
}

static void buffer_and_texture_become_resources(void **state)
{
	struct gpu_rig *rig = start();

	assert_int_equal(stream_buffer(rig, 1, BLOB, PAGE), OK);
	assert_int_equal(stream_texture(rig, 1, BLOB + 1, SIDE), OK);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, PAGE)), OK);
	assert_int_equal(create(rig, host_blob(1, 2, BLOB + 1, SIDE * SIDE * 4)), OK);
	for (uint32_t id = 1; id <= 2; id++) {
		assert_int_equal(context_resource(rig, ATTACH, 1, id), OK);
		assert_int_equal(context_resource(rig, ATTACH, 2, id), OK);
		assert_int_equal(unref(rig, id), OK);
		assert_int_equal(unref(rig, id), BAD_RESOURCE);
	}
	gpu_rig_destroy(rig);
}

static void context_has_to_be_there(void **state)
{
	struct gpu_rig *rig = start();

	assert_int_equal(stream_buffer(rig, 1, BLOB, PAGE), OK);
	assert_int_equal(create(rig, host_blob(0, 1, BLOB, PAGE)), BAD_CONTEXT);
	assert_int_equal(create(rig, host_blob(9, 1, BLOB, PAGE)), BAD_CONTEXT);
	/* What one context made is not another's. */
	assert_int_equal(create(rig, host_blob(2, 1, BLOB, PAGE)), BAD_PARAMETER);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, PAGE)), OK);
	gpu_rig_destroy(rig);
}

static void unknown_blob_is_refused(void **state)
{
	struct gpu_rig *rig = start();

	assert_int_equal(stream_buffer(rig, 1, BLOB, PAGE), OK);
	assert_int_equal(create(rig, host_blob(1, 1, 0, PAGE)), BAD_PARAMETER);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB + 1, PAGE)), BAD_PARAMETER);
	assert_int_equal(
		create(rig, host_blob(1, 1, UINT64_C(0x100000000) | BLOB, PAGE)), BAD_PARAMETER);
	/* The guest does not have what was refused. */
	assert_int_equal(unref(rig, 1), BAD_RESOURCE);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, PAGE)), OK);
	/* It is one resource and no second. */
	assert_int_equal(create(rig, host_blob(1, 2, BLOB, PAGE)), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

static void bad_command_is_refused(void **state)
{
	struct gpu_rig *rig = start();
	struct frontend_memory memory = frontend_alloc(rig->fe, 2 * PAGE, PAGE);
	struct virtio_gpu_mem_entry page = mem_entry(memory.address, PAGE);
	struct virtio_gpu_mem_entry outside = mem_entry(UINT64_MAX - PAGE, PAGE);
	struct virtio_gpu_resource_create_blob command = host_blob(1, 1, BLOB, PAGE);

	assert_int_equal(stream_buffer(rig, 1, BLOB, PAGE), OK);
	assert_int_equal(create(rig, host_blob(1, 0, BLOB, PAGE)), BAD_RESOURCE);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, 0)), BAD_PARAMETER);
	command.blob_flags = le32_put(8);
	assert_int_equal(create(rig, command), BAD_PARAMETER);
	command.blob_flags = le32_put(0);
	/* Pages are for the other kind, which needs as many as it is large. */
	assert_int_equal(create_blob(rig, &command, &page, 1), BAD_PARAMETER);
	command.blob_mem = le32_put(HOST3D_GUEST);
	assert_int_equal(create(rig, command), BAD_PARAMETER);
	assert_int_equal(create_blob(rig, &command, &outside, 1), BAD_PARAMETER);
	command.size = le64_put(PAGE + 1);
	assert_int_equal(create_blob(rig, &command, &page, 1), BAD_PARAMETER);
	command.size = le64_put(PAGE);
	assert_int_equal(create_blob(rig, &command, &page, 1), OK);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, PAGE)), BAD_RESOURCE);
	gpu_rig_destroy(rig);
}

static void memory_is_limited(void **state)
{
	struct gpu_rig *rig = start_with((struct gpu_limits){.memory_bytes = 3 * PAGE});

	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(stream_buffer(rig, 1, BLOB + i, PAGE), OK);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, UINT64_MAX)), OUT_OF_MEMORY);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, 4 * PAGE)), OUT_OF_MEMORY);
	/* What the renderer refuses does not count. */
	assert_int_equal(create(rig, host_blob(1, 1, 99, 3 * PAGE)), BAD_PARAMETER);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(create(rig, host_blob(1, 1 + i, BLOB + i, PAGE)), OK);
	assert_int_equal(create(rig, host_blob(1, 4, BLOB + 3, PAGE)), OUT_OF_MEMORY);
	assert_int_equal(unref(rig, 1), OK);
	assert_int_equal(create(rig, host_blob(1, 4, BLOB + 3, PAGE)), OK);
	gpu_rig_destroy(rig);
}

static void guest_pages_are_transferred(void **state)
{
	struct gpu_rig *rig = start();
	struct frontend_memory memory = frontend_alloc(rig->fe, SIDE * SIDE * 4, PAGE);
	struct virtio_gpu_mem_entry pages[2] = {mem_entry(memory.address, PAGE),
		mem_entry(memory.address + PAGE, SIDE * SIDE * 4 - PAGE)};
	struct virtio_gpu_resource_create_blob command = host_blob(1, 1, BLOB, SIDE * SIDE * 4);
	uint32_t *pixels = memory.host;

	command.blob_mem = le32_put(HOST3D_GUEST);
	assert_int_equal(stream_texture(rig, 1, BLOB, SIDE), OK);
	assert_int_equal(create_blob(rig, &command, pages, 2), OK);
	for (uint32_t i = 0; i < SIDE * SIDE; i++)
		pixels[i] = i * 2654435761u;
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
	memset(pixels, 0, memory.size);
	assert_int_equal(transfer_3d(rig, FROM, 0, 1, whole, 0), OK);
	for (uint32_t i = 0; i < SIDE * SIDE; i++)
		assert_int_equal(pixels[i] & 0x00ffffff, (i * 2654435761u) & 0x00ffffff);
	assert_int_equal(detach(rig, 1), OK);
	assert_int_equal(transfer_3d(rig, FROM, 0, 1, whole, 0), UNSPEC);
	gpu_rig_destroy(rig);
}

static void blob_without_pages_is_not_transferred(void **state)
{
	struct gpu_rig *rig = start();

	assert_int_equal(stream_texture(rig, 1, BLOB, SIDE), OK);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, SIDE * SIDE * 4)), OK);
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), UNSPEC);
	assert_int_equal(transfer(rig, 1, whole, 0), BAD_RESOURCE);
	gpu_rig_destroy(rig);
}

static void host_blob_is_not_shown(void **state)
{
	const struct blob_layout layout = {
		SIDE, SIDE, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, SIDE * 4, 0};
	struct gpu_rig *rig = start();

	assert_int_equal(stream_texture(rig, 1, BLOB, SIDE), OK);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, SIDE * SIDE * 4)), OK);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &layout), BAD_RESOURCE);
	assert_int_equal(set_scanout(rig, 0, 1, whole), BAD_PARAMETER);
	assert_int_equal(update_cursor(rig, 0, 1, 0, 0, 0, 0), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

static void blob_is_lost_with_its_renderer(void **state)
{
	struct gpu_rig *rig = start();

	assert_int_equal(stream_buffer(rig, 1, BLOB, PAGE), OK);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, PAGE)), OK);
	gpu_rig_signal_renderer(rig, SIGKILL);
	while (stream_buffer(rig, 1, BLOB, PAGE) == OK)
		;
	assert_int_equal(create(rig, host_blob(1, 2, BLOB, PAGE)), BAD_CONTEXT);
	assert_int_equal(context_destroy(rig, 1), OK);
	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(context_resource(rig, ATTACH, 1, 1), BAD_RESOURCE);
	assert_int_equal(unref(rig, 1), OK);
	assert_int_equal(stream_buffer(rig, 1, BLOB, PAGE), OK);
	assert_int_equal(create(rig, host_blob(1, 1, BLOB, PAGE)), OK);
	gpu_rig_destroy(rig);
}

/* Of a driver that has no 3D. */
static void blob_without_a_renderer_is_refused(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	assert_int_equal(create(rig, host_blob(1, 1, BLOB, PAGE)), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(buffer_and_texture_become_resources),
	cmocka_unit_test(context_has_to_be_there),
	cmocka_unit_test(unknown_blob_is_refused),
	cmocka_unit_test(bad_command_is_refused),
	cmocka_unit_test(memory_is_limited),
	cmocka_unit_test(guest_pages_are_transferred),
	cmocka_unit_test(blob_without_pages_is_not_transferred),
	cmocka_unit_test(host_blob_is_not_shown),
	cmocka_unit_test(blob_is_lost_with_its_renderer),
	cmocka_unit_test(blob_without_a_renderer_is_refused),
};

UNIT_MAIN(cases)
