/* SPDX-License-Identifier: MIT */
/* The driver's side of each command. */
#include "tests/conformance/gpu/commands.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

struct virtio_gpu_ctrl_hdr header(uint32_t type)
{
	return (struct virtio_gpu_ctrl_hdr){.type = le32_put(type)};
}

uint32_t send_sized(struct gpu_rig *rig, uint32_t queue, const void *command, size_t size,
	struct gpu_answer *answer, size_t answer_size)
{
	struct iovec out = {(void *)command, size}, in = {answer, answer_size};

	memset(answer, 0, sizeof(*answer));
	assert_int_equal(frontend_request(rig->fe, queue, &out, size ? 1 : 0, &in,
				 answer_size ? 1 : 0, &answer->written),
		0);
	assert_true(answer->written <= answer_size);
	return le32_get(answer->hdr.type);
}

uint32_t send_command(
	struct gpu_rig *rig, const void *command, size_t size, struct gpu_answer *answer)
{
	uint32_t type = le32_get(((const struct virtio_gpu_ctrl_hdr *)command)->type);
	uint32_t queue = type >= VIRTIO_GPU_CMD_UPDATE_CURSOR ? VIRTIO_GPU_QUEUE_CURSOR
							      : VIRTIO_GPU_QUEUE_CONTROL;
	struct gpu_answer mine;

	return send_sized(rig, queue, command, size, answer ? answer : &mine,
		sizeof(struct virtio_gpu_resp_edid));
}

uint32_t get_display_info(struct gpu_rig *rig, struct gpu_answer *answer)
{
	struct virtio_gpu_ctrl_hdr command = header(VIRTIO_GPU_CMD_GET_DISPLAY_INFO);

	return send_command(rig, &command, sizeof(command), answer);
}

uint32_t get_edid(struct gpu_rig *rig, uint32_t scanout, struct gpu_answer *answer)
{
	struct virtio_gpu_get_edid command = {
		.hdr = header(VIRTIO_GPU_CMD_GET_EDID), .scanout = le32_put(scanout)};

	return send_command(rig, &command, sizeof(command), answer);
}

uint32_t create_2d(
	struct gpu_rig *rig, uint32_t id, uint32_t format, uint32_t width, uint32_t height)
{
	struct virtio_gpu_resource_create_2d command = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D),
		.resource_id = le32_put(id),
		.format = le32_put(format),
		.width = le32_put(width),
		.height = le32_put(height),
	};

	return send_command(rig, &command, sizeof(command), NULL);
}

uint32_t with_id(struct gpu_rig *rig, uint32_t type, uint32_t id, struct gpu_answer *answer)
{
	struct virtio_gpu_resource_id command = {.hdr = header(type), .resource_id = le32_put(id)};

	return send_command(rig, &command, sizeof(command), answer);
}

uint32_t unref(struct gpu_rig *rig, uint32_t id)
{
	return with_id(rig, VIRTIO_GPU_CMD_RESOURCE_UNREF, id, NULL);
}

uint32_t detach(struct gpu_rig *rig, uint32_t id)
{
	return with_id(rig, VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, id, NULL);
}

static uint32_t send_with_entries(struct gpu_rig *rig, const void *command, size_t command_size,
	const struct virtio_gpu_mem_entry *entries, uint32_t count)
{
	size_t size = command_size + count * sizeof(*entries);
	char *bytes = malloc(size);
	uint32_t type;

	assert_non_null(bytes);
	memcpy(bytes, command, command_size);
	if (count)
		memcpy(bytes + command_size, entries, count * sizeof(*entries));
	type = send_command(rig, bytes, size, NULL);
	free(bytes);
	return type;
}

uint32_t attach(struct gpu_rig *rig, uint32_t id, const struct virtio_gpu_mem_entry *entries,
	uint32_t count)
{
	struct virtio_gpu_resource_attach_backing command = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING),
		.resource_id = le32_put(id),
		.nr_entries = le32_put(count),
	};

	return send_with_entries(rig, &command, sizeof(command), entries, count);
}

uint32_t create_blob(struct gpu_rig *rig, const struct virtio_gpu_resource_create_blob *command,
	const struct virtio_gpu_mem_entry *entries, uint32_t count)
{
	struct virtio_gpu_resource_create_blob sent = *command;

	sent.hdr.type = le32_put(VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB);
	sent.nr_entries = le32_put(count);
	return send_with_entries(rig, &sent, sizeof(sent), entries, count);
}

struct frontend_memory make_blob(struct gpu_rig *rig, uint32_t id, size_t bytes)
{
	struct frontend_memory memory = frontend_alloc(rig->fe, bytes, 4096);
	struct virtio_gpu_mem_entry entry = mem_entry(memory.address, (uint32_t)bytes);
	struct virtio_gpu_resource_create_blob command = {
		.resource_id = le32_put(id),
		.blob_mem = le32_put(VIRTIO_GPU_BLOB_MEM_GUEST),
		.size = le64_put(bytes),
	};

	assert_int_equal(create_blob(rig, &command, &entry, 1), OK);
	return memory;
}

struct virtio_gpu_mem_entry mem_entry(uint64_t address, uint32_t length)
{
	return (struct virtio_gpu_mem_entry){.addr = le64_put(address), .length = le32_put(length)};
}

uint32_t attach_memory(struct gpu_rig *rig, uint32_t id, const struct frontend_memory *memory)
{
	struct virtio_gpu_mem_entry entry = mem_entry(memory->address, (uint32_t)memory->size);

	return attach(rig, id, &entry, 1);
}

static struct virtio_gpu_rect wire_rect(struct rect rect)
{
	return (struct virtio_gpu_rect){
		le32_put(rect.x), le32_put(rect.y), le32_put(rect.width), le32_put(rect.height)};
}

uint32_t transfer(struct gpu_rig *rig, uint32_t id, struct rect rect, uint64_t offset)
{
	struct virtio_gpu_transfer_to_host_2d command = {
		.hdr = header(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D),
		.r = wire_rect(rect),
		.offset = le64_put(offset),
		.resource_id = le32_put(id),
	};

	return send_command(rig, &command, sizeof(command), NULL);
}

uint32_t set_scanout(struct gpu_rig *rig, uint32_t scanout, uint32_t id, struct rect rect)
{
	struct virtio_gpu_set_scanout command = {
		.hdr = header(VIRTIO_GPU_CMD_SET_SCANOUT),
		.r = wire_rect(rect),
		.scanout_id = le32_put(scanout),
		.resource_id = le32_put(id),
	};

	return send_command(rig, &command, sizeof(command), NULL);
}

uint32_t set_scanout_blob(struct gpu_rig *rig, uint32_t scanout, uint32_t id, struct rect rect,
	const struct blob_layout *layout)
{
	struct virtio_gpu_set_scanout_blob command = {
		.hdr = header(VIRTIO_GPU_CMD_SET_SCANOUT_BLOB),
		.r = wire_rect(rect),
		.scanout_id = le32_put(scanout),
		.resource_id = le32_put(id),
		.width = le32_put(layout->width),
		.height = le32_put(layout->height),
		.format = le32_put(layout->format),
		.strides = {le32_put(layout->stride)},
		.offsets = {le32_put(layout->offset)},
	};

	return send_command(rig, &command, sizeof(command), NULL);
}

static struct virtio_gpu_resource_flush flush_command(uint32_t id, struct rect rect)
{
	return (struct virtio_gpu_resource_flush){
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_FLUSH),
		.r = wire_rect(rect),
		.resource_id = le32_put(id),
	};
}

uint32_t flush(struct gpu_rig *rig, uint32_t id, struct rect rect)
{
	struct virtio_gpu_resource_flush command = flush_command(id, rect);

	return send_command(rig, &command, sizeof(command), NULL);
}

void flush_submit(struct gpu_rig *rig, struct fenced_flush *flush, uint32_t id, struct rect rect,
	uint64_t fence_id)
{
	*flush = (struct fenced_flush){.command = flush_command(id, rect)};
	flush->command.hdr.flags = le32_put(VIRTIO_GPU_FLAG_FENCE);
	flush->command.hdr.fence_id = le64_put(fence_id);
	flush->out = (struct iovec){&flush->command, sizeof(flush->command)};
	flush->in = (struct iovec){&flush->answer, sizeof(flush->answer)};
	assert_int_equal(frontend_submit(rig->fe, VIRTIO_GPU_QUEUE_CONTROL, &flush->out, 1,
				 &flush->in, 1, flush),
		0);
	frontend_kick(rig->fe, VIRTIO_GPU_QUEUE_CONTROL);
	gpu_rig_settle(rig);
}

bool flush_answered(struct gpu_rig *rig, struct fenced_flush **which)
{
	struct fenced_flush *flush;
	uint32_t written;
	int got = frontend_collect(rig->fe, VIRTIO_GPU_QUEUE_CONTROL, (void **)&flush, &written);

	assert_true(got >= 0);
	if (!got)
		return false;
	assert_int_equal(written, sizeof(flush->answer));
	assert_int_equal(le32_get(flush->answer.type), OK);
	assert_int_equal(le32_get(flush->answer.flags), VIRTIO_GPU_FLAG_FENCE);
	assert_true(le64_get(flush->answer.fence_id) == le64_get(flush->command.hdr.fence_id));
	if (which)
		*which = flush;
	return true;
}

uint32_t update_cursor(struct gpu_rig *rig, uint32_t scanout, uint32_t id, uint32_t hot_x,
	uint32_t hot_y, int32_t x, int32_t y)
{
	struct virtio_gpu_update_cursor command = {
		.hdr = header(VIRTIO_GPU_CMD_UPDATE_CURSOR),
		.pos = {le32_put(scanout), le32_put((uint32_t)x), le32_put((uint32_t)y),
			le32_put(0)},
		.resource_id = le32_put(id),
		.hot_x = le32_put(hot_x),
		.hot_y = le32_put(hot_y),
	};

	return send_command(rig, &command, sizeof(command), NULL);
}

uint32_t move_cursor(struct gpu_rig *rig, uint32_t scanout, int32_t x, int32_t y)
{
	struct virtio_gpu_update_cursor command = {
		.hdr = header(VIRTIO_GPU_CMD_MOVE_CURSOR),
		.pos = {le32_put(scanout), le32_put((uint32_t)x), le32_put((uint32_t)y),
			le32_put(0)},
	};

	return send_command(rig, &command, sizeof(command), NULL);
}

struct frontend_memory make_resource(
	struct gpu_rig *rig, uint32_t id, uint32_t width, uint32_t height)
{
	struct frontend_memory memory = frontend_alloc(rig->fe, (size_t)width * height * 4, 4096);

	assert_int_equal(create_2d(rig, id, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, width, height), OK);
	assert_int_equal(attach_memory(rig, id, &memory), OK);
	return memory;
}
