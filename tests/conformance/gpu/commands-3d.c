/* SPDX-License-Identifier: MIT */
/* The driver's side of the 3D commands. */
#include "tests/conformance/gpu/commands-3d.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct virtio_gpu_ctrl_hdr context_header(uint32_t type, uint32_t context)
{
	struct virtio_gpu_ctrl_hdr hdr = header(type);

	hdr.ctx_id = le32_put(context);
	return hdr;
}

uint32_t context_create_with(
	struct gpu_rig *rig, uint32_t context, uint32_t name_length, uint32_t init)
{
	struct virtio_gpu_ctx_create command = {
		.hdr = context_header(VIRTIO_GPU_CMD_CTX_CREATE, context),
		.nlen = le32_put(name_length),
		.context_init = le32_put(init),
		.debug_name = "test",
	};

	return send_command(rig, &command, sizeof(command), NULL);
}

uint32_t context_create(struct gpu_rig *rig, uint32_t context)
{
	return context_create_with(rig, context, 4, 0);
}

uint32_t context_destroy(struct gpu_rig *rig, uint32_t context)
{
	struct virtio_gpu_ctrl_hdr command = context_header(VIRTIO_GPU_CMD_CTX_DESTROY, context);

	return send_command(rig, &command, sizeof(command), NULL);
}

uint32_t context_resource(struct gpu_rig *rig, uint32_t type, uint32_t context, uint32_t id)
{
	struct virtio_gpu_resource_id command = {
		.hdr = context_header(type, context), .resource_id = le32_put(id)};

	return send_command(rig, &command, sizeof(command), NULL);
}

static uint32_t create(struct gpu_rig *rig, uint32_t id, uint32_t target, uint32_t format,
	uint32_t bind, uint32_t width, uint32_t height)
{
	struct virtio_gpu_resource_create_3d command = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_CREATE_3D),
		.resource_id = le32_put(id),
		.target = le32_put(target),
		.format = le32_put(format),
		.bind = le32_put(bind),
		.width = le32_put(width),
		.height = le32_put(height),
		.depth = le32_put(1),
		.array_size = le32_put(1),
		/* As some drivers have it for what is shown; it must not matter. */
		.flags = le32_put(
			bind & VIRTIO_GPU_BIND_SCANOUT ? VIRTIO_GPU_RESOURCE_FLAG_Y_0_TOP : 0),
	};

	return send_command(rig, &command, sizeof(command), NULL);
}

uint32_t create_texture(
	struct gpu_rig *rig, uint32_t id, uint32_t format, uint32_t width, uint32_t height)
{
	return create(rig, id, VIRTIO_GPU_TARGET_TEXTURE_2D, format, BIND_TEXTURE, width, height);
}

uint32_t create_buffer(struct gpu_rig *rig, uint32_t id, uint32_t bytes)
{
	return create(rig, id, VIRTIO_GPU_TARGET_BUFFER, FORMAT_R8, BIND_VERTEX_BUFFER, bytes, 1);
}

struct virtio_gpu_transfer_host_3d transfer_3d_command(
	uint32_t type, uint32_t context, uint32_t id, struct rect rect, uint64_t offset)
{
	return (struct virtio_gpu_transfer_host_3d){
		.hdr = context_header(type, context),
		.box = {le32_put(rect.x), le32_put(rect.y), le32_put(0), le32_put(rect.width),
			le32_put(rect.height), le32_put(1)},
		.offset = le64_put(offset),
		.resource_id = le32_put(id),
	};
}

uint32_t transfer_3d(struct gpu_rig *rig, uint32_t type, uint32_t context, uint32_t id,
	struct rect rect, uint64_t offset)
{
	struct virtio_gpu_transfer_host_3d command =
		transfer_3d_command(type, context, id, rect, offset);

	return send_command(rig, &command, sizeof(command), NULL);
}

uint32_t submit_sized(
	struct gpu_rig *rig, uint32_t context, const uint32_t *words, size_t count, uint32_t size)
{
	struct virtio_gpu_cmd_submit command = {
		.hdr = context_header(VIRTIO_GPU_CMD_SUBMIT_3D, context), .size = le32_put(size)};
	char *bytes = malloc(sizeof(command) + count * sizeof(*words));
	uint32_t type;

	assert_non_null(bytes);
	memcpy(bytes, &command, sizeof(command));
	if (count)
		memcpy(bytes + sizeof(command), words, count * sizeof(*words));
	type = send_command(rig, bytes, sizeof(command) + count * sizeof(*words), NULL);
	free(bytes);
	return type;
}

uint32_t submit(struct gpu_rig *rig, uint32_t context, const uint32_t *words, size_t count)
{
	return submit_sized(rig, context, words, count, (uint32_t)(count * sizeof(*words)));
}

/* Virgl's PIPE_RESOURCE_CREATE; Mesa's flags for memory that stays mapped and is coherent. */
#define STREAM_RESOURCE_CREATE 48u
#define STREAM_RESOURCE_WORDS 11u
#define STREAM_MAP_PERSISTENT_COHERENT 6u

uint32_t stream_buffer(struct gpu_rig *rig, uint32_t context, uint32_t blob_id, uint32_t bytes)
{
	const uint32_t words[] = {STREAM_RESOURCE_CREATE | STREAM_RESOURCE_WORDS << 16,
		VIRTIO_GPU_TARGET_BUFFER, FORMAT_R8, BIND_VERTEX_BUFFER, bytes, 1, 1, 1, 0, 0,
		STREAM_MAP_PERSISTENT_COHERENT, blob_id};

	return submit(rig, context, words, sizeof(words) / sizeof(words[0]));
}

uint32_t stream_texture(struct gpu_rig *rig, uint32_t context, uint32_t blob_id, uint32_t side)
{
	const uint32_t words[] = {STREAM_RESOURCE_CREATE | STREAM_RESOURCE_WORDS << 16,
		VIRTIO_GPU_TARGET_TEXTURE_2D, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, BIND_TEXTURE, side,
		side, 1, 1, 0, 0, 0, blob_id};

	return submit(rig, context, words, sizeof(words) / sizeof(words[0]));
}

struct virtio_gpu_resource_create_blob host_blob(
	uint32_t context, uint32_t id, uint64_t blob_id, uint64_t size)
{
	return (struct virtio_gpu_resource_create_blob){
		.hdr = context_header(VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, context),
		.resource_id = le32_put(id),
		.blob_mem = le32_put(VIRTIO_GPU_BLOB_MEM_HOST3D),
		.blob_id = le64_put(blob_id),
		.size = le64_put(size),
	};
}

uint32_t map_blob(struct gpu_rig *rig, uint32_t id, uint64_t offset)
{
	struct virtio_gpu_resource_map_blob command = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB),
		.resource_id = le32_put(id),
		.offset = le64_put(offset),
	};
	struct gpu_answer answer;
	uint32_t type = send_command(rig, &command, sizeof(command), &answer);

	if (type == VIRTIO_GPU_RESP_OK_MAP_INFO) {
		assert_int_equal(answer.written, sizeof(answer.map_info));
		assert_int_equal(le32_get(answer.map_info.map_info), VIRTIO_GPU_MAP_CACHE_CACHED);
	}
	return type;
}

uint32_t unmap_blob(struct gpu_rig *rig, uint32_t id)
{
	return with_id(rig, VIRTIO_GPU_CMD_RESOURCE_UNMAP_BLOB, id, NULL);
}

#define STREAM_COPY_REGION 17u
#define STREAM_COPY_REGION_WORDS 13u

uint32_t stream_copy(
	struct gpu_rig *rig, uint32_t context, uint32_t to, uint32_t from, uint32_t bytes)
{
	const uint32_t words[] = {STREAM_COPY_REGION | STREAM_COPY_REGION_WORDS << 16, to, 0, 0, 0,
		0, from, 0, 0, 0, 0, bytes, 1, 1};

	return submit(rig, context, words, sizeof(words) / sizeof(words[0]));
}

struct frontend_memory make_screen_texture(
	struct gpu_rig *rig, uint32_t id, uint32_t width, uint32_t height)
{
	struct frontend_memory memory = frontend_alloc(rig->fe, (size_t)width * height * 4, 4096);

	assert_int_equal(
		create(rig, id, VIRTIO_GPU_TARGET_TEXTURE_2D, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
			BIND_TEXTURE | VIRTIO_GPU_BIND_SCANOUT, width, height),
		OK);
	assert_int_equal(attach_memory(rig, id, &memory), OK);
	return memory;
}

struct frontend_memory make_texture(
	struct gpu_rig *rig, uint32_t id, uint32_t width, uint32_t height)
{
	struct frontend_memory memory = frontend_alloc(rig->fe, (size_t)width * height * 4, 4096);

	assert_int_equal(
		create_texture(rig, id, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, width, height), OK);
	assert_int_equal(attach_memory(rig, id, &memory), OK);
	return memory;
}
