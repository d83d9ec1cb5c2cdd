/* SPDX-License-Identifier: MIT */
/* Every wrong command gets the response code that names what is wrong with it. */
#include <string.h>

#include "tests/conformance/gpu/commands.h"
#include "tests/unit/unit.h"

#define UNSPEC VIRTIO_GPU_RESP_ERR_UNSPEC
#define OUT_OF_MEMORY VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define BAD_SCANOUT VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define BAD_RESOURCE VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define BAD_PARAMETER VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define BGRA VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM

static const struct rect whole = {0, 0, 64, 64};

static void unknown_command_is_unspec(void **state)
{
	static const uint32_t types[] = {0, 1, 0x00ff, VIRTIO_GPU_CMD_GET_CAPSET_INFO,
		VIRTIO_GPU_CMD_GET_CAPSET, 0x010e, 0x0200, 0x0207, 0x02ff, 0x1100, 0xffffffff};
	struct gpu_rig *rig = gpu_rig_create(NULL);

	for (size_t i = 0; i < COUNT(types); i++) {
		struct virtio_gpu_update_cursor command = {.hdr = header(types[i])};
		struct gpu_answer answer;

		for (uint32_t queue = 0; queue < 2; queue++) {
			assert_int_equal(send_sized(rig, queue, &command, sizeof(command), &answer,
						 sizeof(answer.hdr)),
				UNSPEC);
			assert_int_equal(answer.written, sizeof(answer.hdr));
		}
	}
	gpu_rig_destroy(rig);
}

/* Every command at every length that is too short for it. */
static void truncated_command_is_refused(void **state)
{
	static const struct {
		uint32_t type;
		size_t size;
	} commands[] = {{VIRTIO_GPU_CMD_GET_DISPLAY_INFO, 24}, {VIRTIO_GPU_CMD_GET_EDID, 32},
		{VIRTIO_GPU_CMD_RESOURCE_CREATE_2D, 40}, {VIRTIO_GPU_CMD_RESOURCE_UNREF, 32},
		{VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, 32},
		{VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, 32},
		{VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, 32}, {VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, 56},
		{VIRTIO_GPU_CMD_SET_SCANOUT, 48}, {VIRTIO_GPU_CMD_RESOURCE_FLUSH, 48},
		{VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, 56}, {VIRTIO_GPU_CMD_SET_SCANOUT_BLOB, 96},
		{VIRTIO_GPU_CMD_UPDATE_CURSOR, 56}, {VIRTIO_GPU_CMD_MOVE_CURSOR, 56}};
	struct gpu_rig *rig = gpu_rig_create(NULL);

	for (size_t i = 0; i < COUNT(commands); i++) {
		uint32_t queue = commands[i].type >= VIRTIO_GPU_CMD_UPDATE_CURSOR;
		uint8_t command[96] = {0};
		struct virtio_gpu_ctrl_hdr hdr = header(commands[i].type);

		memcpy(command, &hdr, sizeof(hdr));
		for (size_t size = 0; size < commands[i].size; size++) {
			struct gpu_answer answer;

			assert_int_equal(
				send_sized(rig, queue, command, size, &answer, sizeof(answer.hdr)),
				size < sizeof(hdr) ? UNSPEC : BAD_PARAMETER);
		}
	}
	gpu_rig_destroy(rig);
}

static void wrong_queue_is_unspec(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	for (uint32_t type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO;
		type <= VIRTIO_GPU_CMD_SET_SCANOUT_BLOB; type++) {
		struct virtio_gpu_update_cursor command = {.hdr = header(type)};
		struct gpu_answer answer;

		assert_int_equal(send_sized(rig, VIRTIO_GPU_QUEUE_CURSOR, &command, sizeof(command),
					 &answer, sizeof(answer)),
			UNSPEC);
	}
	for (uint32_t type = VIRTIO_GPU_CMD_UPDATE_CURSOR; type <= VIRTIO_GPU_CMD_MOVE_CURSOR;
		type++) {
		struct virtio_gpu_update_cursor command = {.hdr = header(type)};
		struct gpu_answer answer;

		assert_int_equal(send_sized(rig, VIRTIO_GPU_QUEUE_CONTROL, &command,
					 sizeof(command), &answer, sizeof(answer)),
			UNSPEC);
	}
	gpu_rig_destroy(rig);
}

static void unnegotiated_feature_is_unspec(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.no_features = true});

	make_resource(rig, 1, 64, 64);
	assert_int_equal(get_edid(rig, 0, NULL), UNSPEC);
	assert_int_equal(
		create_blob(rig, &(struct virtio_gpu_resource_create_blob){0}, NULL, 0), UNSPEC);
	assert_int_equal(set_scanout_blob(rig, 0, 0, whole, &(struct blob_layout){0}), UNSPEC);
	assert_int_equal(with_id(rig, VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, 1, NULL), UNSPEC);
	assert_int_equal(get_display_info(rig, NULL), VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
	gpu_rig_destroy(rig);
}

static void create_with_bad_id_is_refused(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	assert_int_equal(create_2d(rig, 0, BGRA, 64, 64), BAD_RESOURCE);
	assert_int_equal(create_2d(rig, 1, BGRA, 64, 64), OK);
	assert_int_equal(create_2d(rig, 1, BGRA, 64, 64), BAD_RESOURCE);
	assert_int_equal(create_2d(rig, 0xffffffff, BGRA, 64, 64), OK);
	assert_int_equal(create_2d(rig, 0xffffffff, BGRA, 64, 64), BAD_RESOURCE);
	gpu_rig_destroy(rig);
}

static void create_with_bad_format_is_refused(void **state)
{
	static const uint32_t formats[] = {0, 5, 66, 69, 120, 122, 133, 135, 0xffffffff};
	struct gpu_rig *rig = gpu_rig_create(NULL);

	for (size_t i = 0; i < COUNT(formats); i++)
		assert_int_equal(create_2d(rig, 1, formats[i], 64, 64), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

static void create_with_zero_size_is_refused(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	assert_int_equal(create_2d(rig, 1, BGRA, 0, 64), BAD_PARAMETER);
	assert_int_equal(create_2d(rig, 1, BGRA, 64, 0), BAD_PARAMETER);
	assert_int_equal(create_2d(rig, 1, BGRA, 0, 0), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

/* Sizes whose bytes do not fit in 32 or 64 bits, or not in the cap. */
static void create_too_large_is_out_of_memory(void **state)
{
	static const uint32_t sizes[][2] = {{0xffffffff, 0xffffffff}, {0x80000000, 0x80000000},
		{0x40000000, 1}, {0x40000000, 4}, {0x10000, 0x10000}, {0x8000, 0x8000},
		{1, 0xffffffff}, {0xffffffff, 1}, {23171, 23171}};
	struct gpu_rig *rig = gpu_rig_create(NULL);

	for (size_t i = 0; i < COUNT(sizes); i++)
		assert_int_equal(create_2d(rig, 1, BGRA, sizes[i][0], sizes[i][1]), OUT_OF_MEMORY);
	assert_int_equal(create_2d(rig, 1, BGRA, 64, 64), OK);
	gpu_rig_destroy(rig);
}

static void memory_cap_is_out_of_memory(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(
		&(struct gpu_rig_options){.limits = {.memory_bytes = 3 * 64 * 64 * 4}});

	for (uint32_t id = 1; id <= 3; id++)
		assert_int_equal(create_2d(rig, id, BGRA, 64, 64), OK);
	assert_int_equal(create_2d(rig, 4, BGRA, 1, 1), OUT_OF_MEMORY);
	assert_int_equal(unref(rig, 2), OK);
	assert_int_equal(create_2d(rig, 4, BGRA, 65, 64), OUT_OF_MEMORY);
	assert_int_equal(create_2d(rig, 4, BGRA, 64, 64), OK);
	assert_int_equal(create_2d(rig, 5, BGRA, 1, 1), OUT_OF_MEMORY);
	gpu_rig_destroy(rig);
}

static void resource_cap_is_out_of_memory(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.limits = {.resources = 5}});

	for (uint32_t id = 1; id <= 5; id++)
		assert_int_equal(create_2d(rig, id * 256, BGRA, 1, 1), OK);
	assert_int_equal(create_2d(rig, 6, BGRA, 1, 1), OUT_OF_MEMORY);
	assert_int_equal(unref(rig, 256), OK);
	assert_int_equal(create_2d(rig, 6, BGRA, 1, 1), OK);
	assert_int_equal(create_2d(rig, 7, BGRA, 1, 1), OUT_OF_MEMORY);
	gpu_rig_destroy(rig);
}

static void unknown_resource_is_refused_everywhere(void **state)
{
	static const uint32_t ids[] = {0, 2, 257, 0xffffffff};
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct frontend_memory memory = make_resource(rig, 1, 64, 64);

	for (size_t i = 0; i < COUNT(ids); i++) {
		uint32_t id = ids[i];

		assert_int_equal(unref(rig, id), BAD_RESOURCE);
		assert_int_equal(detach(rig, id), BAD_RESOURCE);
		assert_int_equal(attach_memory(rig, id, &memory), BAD_RESOURCE);
		assert_int_equal(transfer(rig, id, whole, 0), BAD_RESOURCE);
		assert_int_equal(flush(rig, id, whole), BAD_RESOURCE);
		assert_int_equal(
			with_id(rig, VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, id, NULL), BAD_RESOURCE);
		/* For these two, 0 means none. */
		if (id) {
			assert_int_equal(set_scanout(rig, 0, id, whole), BAD_RESOURCE);
			assert_int_equal(update_cursor(rig, 0, id, 0, 0, 0, 0), BAD_RESOURCE);
		}
	}
	gpu_rig_destroy(rig);
}

static const struct rect outside[] = {{0, 0, 65, 64}, {0, 0, 64, 65}, {64, 0, 1, 1}, {0, 64, 1, 1},
	{1, 0, 64, 64}, {0, 1, 64, 64}, {0, 0, 0, 64}, {0, 0, 64, 0}, {0, 0, 0, 0},
	{0xffffffff, 0, 2, 1}, {0, 0xffffffff, 1, 2}, {1, 1, 0xffffffff, 0xffffffff},
	{0x80000000, 0x80000000, 0x80000000, 0x80000000}, {63, 63, 2, 1}, {63, 63, 1, 2}};

static void rectangle_outside_is_refused(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	make_resource(rig, 1, 64, 64);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	for (size_t i = 0; i < COUNT(outside); i++) {
		assert_int_equal(transfer(rig, 1, outside[i], 0), BAD_PARAMETER);
		assert_int_equal(flush(rig, 1, outside[i]), BAD_PARAMETER);
		assert_int_equal(set_scanout(rig, 0, 1, outside[i]), BAD_PARAMETER);
	}
	assert_int_equal(transfer(rig, 1, (struct rect){63, 63, 1, 1}, 0), OK);
	assert_int_equal(flush(rig, 1, (struct rect){63, 63, 1, 1}), OK);
	gpu_rig_destroy(rig);
}

static void offset_past_backing_is_refused(void **state)
{
	static const uint64_t past[] = {1, 4, 64 * 64 * 4, 64 * 64 * 4 + 1, UINT64_C(1) << 32,
		UINT64_MAX, UINT64_MAX - 3, UINT64_MAX - 64 * 64 * 4 + 1, UINT64_C(1) << 63};
	struct gpu_rig *rig = gpu_rig_create(NULL);

	make_resource(rig, 1, 64, 64);
	for (size_t i = 0; i < COUNT(past); i++)
		assert_int_equal(transfer(rig, 1, whole, past[i]), BAD_PARAMETER);
	/* The last row ends with its last pixel. */
	assert_int_equal(transfer(rig, 1, (struct rect){0, 0, 1, 64}, 63 * 4), OK);
	assert_int_equal(transfer(rig, 1, (struct rect){0, 0, 1, 64}, 63 * 4 + 1), BAD_PARAMETER);
	assert_int_equal(transfer(rig, 1, (struct rect){0, 0, 64, 1}, 63 * 256), OK);
	assert_int_equal(transfer(rig, 1, (struct rect){0, 0, 64, 1}, 63 * 256 + 4), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

static void scanout_index_beyond_is_refused(void **state)
{
	static const uint32_t indices[] = {3, 15, 16, 17, 0x80000000, 0xffffffff};
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.scanout_count = 3});

	make_resource(rig, 1, 64, 64);
	for (size_t i = 0; i < COUNT(indices); i++) {
		assert_int_equal(set_scanout(rig, indices[i], 1, whole), BAD_SCANOUT);
		assert_int_equal(set_scanout(rig, indices[i], 0, whole), BAD_SCANOUT);
		assert_int_equal(get_edid(rig, indices[i], NULL), BAD_SCANOUT);
		assert_int_equal(update_cursor(rig, indices[i], 1, 0, 0, 0, 0), BAD_SCANOUT);
		assert_int_equal(update_cursor(rig, indices[i], 0, 0, 0, 0, 0), BAD_SCANOUT);
		assert_int_equal(move_cursor(rig, indices[i], 0, 0), BAD_SCANOUT);
	}
	assert_int_equal(set_scanout(rig, 2, 1, whole), OK);
	gpu_rig_destroy(rig);
}

static void cursor_of_wrong_size_is_refused(void **state)
{
	static const uint32_t sizes[][2] = {
		{63, 64}, {64, 63}, {65, 64}, {64, 65}, {1, 1}, {128, 32}, {32, 128}};
	struct gpu_rig *rig = gpu_rig_create(NULL);

	for (uint32_t i = 0; i < COUNT(sizes); i++) {
		assert_int_equal(create_2d(rig, i + 1, BGRA, sizes[i][0], sizes[i][1]), OK);
		assert_int_equal(update_cursor(rig, 0, i + 1, 0, 0, 0, 0), BAD_PARAMETER);
	}
	assert_int_equal(create_2d(rig, 100, BGRA, 64, 64), OK);
	assert_int_equal(update_cursor(rig, 0, 100, 64, 0, 0, 0), BAD_PARAMETER);
	assert_int_equal(update_cursor(rig, 0, 100, 0, 64, 0, 0), BAD_PARAMETER);
	assert_int_equal(update_cursor(rig, 0, 100, 0xffffffff, 0, 0, 0), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

/* Half an answer must not look like a whole one. */
static void answer_that_does_not_fit_is_an_error(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct virtio_gpu_get_edid edid = {.hdr = header(VIRTIO_GPU_CMD_GET_EDID)};
	struct virtio_gpu_ctrl_hdr info = header(VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	struct virtio_gpu_resource_id uuid = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID), .resource_id = le32_put(1)};
	struct gpu_answer answer;

	make_resource(rig, 1, 4, 4);
	assert_int_equal(send_sized(rig, 0, &info, sizeof(info), &answer, 407), UNSPEC);
	assert_int_equal(answer.written, sizeof(answer.hdr));
	assert_int_equal(send_sized(rig, 0, &info, sizeof(info), &answer, 24), UNSPEC);
	assert_int_equal(send_sized(rig, 0, &edid, sizeof(edid), &answer, 1055), UNSPEC);
	assert_int_equal(send_sized(rig, 0, &uuid, sizeof(uuid), &answer, 39), UNSPEC);
	assert_int_equal(send_sized(rig, 0, &uuid, sizeof(uuid), &answer, 40),
		VIRTIO_GPU_RESP_OK_RESOURCE_UUID);
	gpu_rig_destroy(rig);
}

/* A command is carried out even if there is no room to say so, and its descriptors come back. */
static void answer_without_room_for_a_header(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct virtio_gpu_resource_create_2d command = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D),
		.resource_id = le32_put(1),
		.format = le32_put(BGRA),
		.width = le32_put(4),
		.height = le32_put(4),
	};
	struct gpu_answer answer;

	send_sized(rig, 0, &command, sizeof(command), &answer, 0);
	assert_int_equal(answer.written, 0);
	assert_int_equal(create_2d(rig, 1, BGRA, 4, 4), BAD_RESOURCE);
	command.resource_id = le32_put(2);
	send_sized(rig, 0, &command, sizeof(command), &answer, 23);
	assert_true(answer.written <= 23);
	assert_int_equal(create_2d(rig, 2, BGRA, 4, 4), BAD_RESOURCE);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(unknown_command_is_unspec),
	cmocka_unit_test(truncated_command_is_refused),
	cmocka_unit_test(wrong_queue_is_unspec),
	cmocka_unit_test(unnegotiated_feature_is_unspec),
	cmocka_unit_test(create_with_bad_id_is_refused),
	cmocka_unit_test(create_with_bad_format_is_refused),
	cmocka_unit_test(create_with_zero_size_is_refused),
	cmocka_unit_test(create_too_large_is_out_of_memory),
	cmocka_unit_test(memory_cap_is_out_of_memory),
	cmocka_unit_test(resource_cap_is_out_of_memory),
	cmocka_unit_test(unknown_resource_is_refused_everywhere),
	cmocka_unit_test(rectangle_outside_is_refused),
	cmocka_unit_test(offset_past_backing_is_refused),
	cmocka_unit_test(scanout_index_beyond_is_refused),
	cmocka_unit_test(cursor_of_wrong_size_is_refused),
	cmocka_unit_test(answer_that_does_not_fit_is_an_error),
	cmocka_unit_test(answer_without_room_for_a_header),
};

UNIT_MAIN(cases)
