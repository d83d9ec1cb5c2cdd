/* SPDX-License-Identifier: MIT */
/* Every command's good response, and what each response carries. */
#include <string.h>

#include "tests/conformance/gpu/commands.h"
#include "tests/unit/unit.h"

static const struct rect whole = {0, 0, 64, 64};

static void display_info_has_every_scanout(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.scanout_count = 3});
	struct gpu_answer answer;

	assert_int_equal(get_display_info(rig, &answer), VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
	assert_int_equal(answer.written, sizeof(answer.info));
	for (uint32_t i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct virtio_gpu_display_one *one = &answer.info.pmodes[i];

		assert_int_equal(le32_get(one->enabled), i < 3);
		assert_int_equal(le32_get(one->r.x), i < 3 ? i * 1280 : 0);
		assert_int_equal(le32_get(one->r.y), 0);
		assert_int_equal(le32_get(one->r.width), i < 3 ? 1280 : 0);
		assert_int_equal(le32_get(one->r.height), i < 3 ? 800 : 0);
		assert_int_equal(le32_get(one->flags), 0);
	}
	gpu_rig_destroy(rig);
}

static void edid_of_every_scanout(void **state)
{
	static const uint8_t start[8] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.scanout_count = 16});

	for (uint32_t i = 0; i < 16; i++) {
		struct gpu_answer answer;

		assert_int_equal(get_edid(rig, i, &answer), VIRTIO_GPU_RESP_OK_EDID);
		assert_int_equal(answer.written, sizeof(answer.edid));
		assert_int_equal(le32_get(answer.edid.size), 128);
		assert_memory_equal(answer.edid.edid, start, sizeof(start));
		/* The detailed timing's pixels and lines. */
		assert_int_equal(answer.edid.edid[56] | (answer.edid.edid[58] & 0xf0) << 4, 1280);
		assert_int_equal(answer.edid.edid[59] | (answer.edid.edid[61] & 0xf0) << 4, 800);
	}
	gpu_rig_destroy(rig);
}

static void resource_lives_and_dies(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct frontend_memory memory = frontend_alloc(rig->fe, 64 * 64 * 4, 4096);

	for (int i = 0; i < 3; i++) {
		assert_int_equal(create_2d(rig, 7, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 64, 64), OK);
		assert_int_equal(attach_memory(rig, 7, &memory), OK);
		assert_int_equal(transfer(rig, 7, whole, 0), OK);
		assert_int_equal(set_scanout(rig, 0, 7, whole), OK);
		assert_int_equal(flush(rig, 7, whole), OK);
		assert_int_equal(set_scanout(rig, 0, 0, (struct rect){0}), OK);
		assert_int_equal(detach(rig, 7), OK);
		assert_int_equal(attach_memory(rig, 7, &memory), OK);
		assert_int_equal(unref(rig, 7), OK);
	}
	gpu_rig_destroy(rig);
}

static void cursor_commands(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	make_resource(rig, 1, 64, 64);
	assert_int_equal(update_cursor(rig, 0, 1, 0, 0, 10, 20), OK);
	assert_int_equal(move_cursor(rig, 0, 11, 21), OK);
	assert_int_equal(move_cursor(rig, 0, -5, -63), OK);
	assert_int_equal(update_cursor(rig, 0, 1, 63, 63, 0, 0), OK);
	assert_int_equal(update_cursor(rig, 0, 0, 0, 0, 0, 0), OK);
	gpu_rig_destroy(rig);
}

static void every_format_is_taken(void **state)
{
	static const uint32_t formats[] = {1, 2, 3, 4, 67, 68, 121, 134};
	struct gpu_rig *rig = gpu_rig_create(NULL);

	for (uint32_t i = 0; i < COUNT(formats); i++)
		assert_int_equal(create_2d(rig, i + 1, formats[i], 33, 7), OK);
	gpu_rig_destroy(rig);
}

static void uuid_is_stable_and_unique(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct gpu_answer first, again, other;

	make_resource(rig, 1, 8, 8);
	make_resource(rig, 2, 8, 8);
	assert_int_equal(with_id(rig, VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, 1, &first),
		VIRTIO_GPU_RESP_OK_RESOURCE_UUID);
	assert_int_equal(first.written, sizeof(first.uuid));
	assert_int_equal(with_id(rig, VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, 1, &again),
		VIRTIO_GPU_RESP_OK_RESOURCE_UUID);
	assert_memory_equal(first.uuid.uuid, again.uuid.uuid, 16);
	assert_int_equal(with_id(rig, VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, 2, &other),
		VIRTIO_GPU_RESP_OK_RESOURCE_UUID);
	assert_memory_not_equal(first.uuid.uuid, other.uuid.uuid, 16);
	gpu_rig_destroy(rig);
}

static void fence_is_echoed(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct virtio_gpu_ctrl_hdr command = {
		.type = le32_put(VIRTIO_GPU_CMD_GET_DISPLAY_INFO),
		.flags = le32_put(VIRTIO_GPU_FLAG_FENCE | VIRTIO_GPU_FLAG_INFO_RING_IDX | 0x80),
		.fence_id = le64_put(UINT64_C(0x123456789abcdef0)),
		.ctx_id = le32_put(0xdeadbeef),
		.ring_idx = 63,
		.padding = {1, 2, 3},
	};
	struct gpu_answer answer;

	assert_int_equal(send_command(rig, &command, sizeof(command), &answer),
		VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
	assert_int_equal(
		le32_get(answer.hdr.flags), VIRTIO_GPU_FLAG_FENCE | VIRTIO_GPU_FLAG_INFO_RING_IDX);
	assert_true(le64_get(answer.hdr.fence_id) == UINT64_C(0x123456789abcdef0));
	assert_int_equal(le32_get(answer.hdr.ctx_id), 0xdeadbeef);
	assert_int_equal(answer.hdr.ring_idx, 63);
	assert_int_equal(answer.hdr.padding[0], 0);
	gpu_rig_destroy(rig);
}

static void fence_of_a_refused_command_is_echoed(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct virtio_gpu_resource_id command = {.hdr = header(VIRTIO_GPU_CMD_RESOURCE_UNREF)};
	struct gpu_answer answer;

	command.hdr.flags = le32_put(VIRTIO_GPU_FLAG_FENCE);
	command.hdr.fence_id = le64_put(99);
	command.resource_id = le32_put(5);
	assert_int_equal(send_command(rig, &command, sizeof(command), &answer),
		VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
	assert_int_equal(le32_get(answer.hdr.flags), VIRTIO_GPU_FLAG_FENCE);
	assert_true(le64_get(answer.hdr.fence_id) == 99);
	gpu_rig_destroy(rig);
}

static void without_a_fence_nothing_is_echoed(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct virtio_gpu_ctrl_hdr command = header(VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	struct gpu_answer answer;

	command.fence_id = le64_put(77);
	command.ctx_id = le32_put(3);
	assert_int_equal(send_command(rig, &command, sizeof(command), &answer),
		VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
	assert_int_equal(le32_get(answer.hdr.flags), 0);
	assert_true(le64_get(answer.hdr.fence_id) == 0);
	assert_int_equal(le32_get(answer.hdr.ctx_id), 0);
	gpu_rig_destroy(rig);
}

static void longer_commands_and_answers_are_fine(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct {
		struct virtio_gpu_resource_create_2d command;
		char more[200];
	} longer = {.command = {
			    .hdr = header(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D),
			    .resource_id = le32_put(1),
			    .format = le32_put(VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM),
			    .width = le32_put(4),
			    .height = le32_put(4),
		    }};
	struct gpu_answer answer;

	assert_int_equal(send_command(rig, &longer, sizeof(longer), &answer), OK);
	assert_int_equal(answer.written, sizeof(answer.hdr));
	gpu_rig_destroy(rig);
}

/* A command may lie in pieces of any size, and so may its answer. */
static void commands_in_pieces(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct virtio_gpu_get_edid command = {.hdr = header(VIRTIO_GPU_CMD_GET_EDID)};
	struct gpu_answer answer = {0};
	struct iovec out[sizeof(command)], in[66];
	uint32_t written;

	for (size_t i = 0; i < sizeof(command); i++)
		out[i] = (struct iovec){(char *)&command + i, 1};
	for (size_t i = 0; i < COUNT(in); i++)
		in[i] = (struct iovec){(char *)&answer + 16 * i, 16};
	assert_int_equal(frontend_request(rig->fe, VIRTIO_GPU_QUEUE_CONTROL, out, COUNT(out), in,
				 COUNT(in), &written),
		0);
	assert_int_equal(written, sizeof(answer.edid));
	assert_int_equal(le32_get(answer.hdr.type), VIRTIO_GPU_RESP_OK_EDID);
	assert_int_equal(le32_get(answer.edid.size), 128);
	gpu_rig_destroy(rig);
}

static void many_commands_in_one_kick(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	struct virtio_gpu_resource_create_2d commands[32];
	struct virtio_gpu_ctrl_hdr answers[32] = {0};
	struct iovec out[32], in[32];

	for (uint32_t i = 0; i < 32; i++) {
		commands[i] = (struct virtio_gpu_resource_create_2d){
			.hdr = header(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D),
			.resource_id = le32_put(i + 1),
			.format = le32_put(VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM),
			.width = le32_put(4),
			.height = le32_put(4),
		};
		out[i] = (struct iovec){&commands[i], sizeof(commands[i])};
		in[i] = (struct iovec){&answers[i], sizeof(answers[i])};
		assert_int_equal(
			frontend_submit(rig->fe, 0, &out[i], 1, &in[i], 1, &answers[i]), 0);
	}
	frontend_kick(rig->fe, 0);
	for (uint32_t i = 0; i < 32; i++) {
		void *cookie;

		assert_int_equal(frontend_wait(rig->fe, 0), 0);
		assert_int_equal(frontend_collect(rig->fe, 0, &cookie, NULL), 1);
		assert_ptr_equal(cookie, &answers[i]);
		assert_int_equal(le32_get(answers[i].type), OK);
	}
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(display_info_has_every_scanout),
	cmocka_unit_test(edid_of_every_scanout),
	cmocka_unit_test(resource_lives_and_dies),
	cmocka_unit_test(cursor_commands),
	cmocka_unit_test(every_format_is_taken),
	cmocka_unit_test(uuid_is_stable_and_unique),
	cmocka_unit_test(fence_is_echoed),
	cmocka_unit_test(fence_of_a_refused_command_is_echoed),
	cmocka_unit_test(without_a_fence_nothing_is_echoed),
	cmocka_unit_test(longer_commands_and_answers_are_fine),
	cmocka_unit_test(commands_in_pieces),
	cmocka_unit_test(many_commands_in_one_kick),
};

UNIT_MAIN(cases)
