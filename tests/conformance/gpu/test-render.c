/* SPDX-License-Identifier: MIT */
/* 3D commands, right and wrong, with the real renderer. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/conformance/gpu/commands-3d.h"
#include "tests/unit/unit.h"

#define UNSPEC VIRTIO_GPU_RESP_ERR_UNSPEC
#define OUT_OF_MEMORY VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define BAD_RESOURCE VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define BAD_CONTEXT VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID
#define BAD_PARAMETER VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define BGRX VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM
#define TO VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D
#define FROM VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D
#define ATTACH VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE
#define SIDE 64

static const struct rect whole = {0, 0, SIDE, SIDE};

static struct gpu_rig *start(void)
{
	return gpu_rig_create(&(struct gpu_rig_options){.render = true});
}

static uint32_t pixel(uint32_t i, uint32_t seed)
{
	return (i * 2654435761u ^ seed) & 0x00ffffff;
}

static void fill(const struct frontend_memory *memory, uint32_t seed)
{
	uint32_t *pixels = memory->host;

	for (uint32_t i = 0; i < SIDE * SIDE; i++)
		pixels[i] = pixel(i, seed);
}

static void capability_sets_are_told(void **state)
{
	struct gpu_rig *rig = start();

	for (uint32_t i = 0; i < 3; i++) {
		struct virtio_gpu_get_capset_info ask = {
			.hdr = header(VIRTIO_GPU_CMD_GET_CAPSET_INFO), .capset_index = le32_put(i)};
		struct virtio_gpu_get_capset get = {.hdr = header(VIRTIO_GPU_CMD_GET_CAPSET)};
		struct gpu_answer answer;
		struct iovec in, out = {&get, sizeof(get)};
		uint32_t size, written;

		if (i == 2) {
			assert_int_equal(send_command(rig, &ask, sizeof(ask), NULL), BAD_PARAMETER);
			break;
		}
		assert_int_equal(send_command(rig, &ask, sizeof(ask), &answer),
			VIRTIO_GPU_RESP_OK_CAPSET_INFO);
		/* Virgl's two, in the order of their ids. */
		assert_int_equal(le32_get(answer.capset_info.capset_id), i + 1);
		get.capset_id = answer.capset_info.capset_id;
		get.capset_version = answer.capset_info.capset_max_version;
		size = le32_get(answer.capset_info.capset_max_size);
		assert_true(size > 0);
		in.iov_len = sizeof(struct virtio_gpu_ctrl_hdr) + size;
		in.iov_base = calloc(1, in.iov_len);
		assert_int_equal(frontend_request(rig->fe, 0, &out, 1, &in, 1, &written), 0);
		assert_int_equal(written, in.iov_len);
		assert_int_equal(le32_get(((struct virtio_gpu_ctrl_hdr *)in.iov_base)->type),
			VIRTIO_GPU_RESP_OK_CAPSET);
		free(in.iov_base);
	}
	gpu_rig_destroy(rig);
}

static void unknown_capability_set_is_refused(void **state)
{
	struct gpu_rig *rig = start();
	struct virtio_gpu_get_capset get = {
		.hdr = header(VIRTIO_GPU_CMD_GET_CAPSET), .capset_id = le32_put(77)};

	assert_int_equal(send_command(rig, &get, sizeof(get), NULL), BAD_PARAMETER);
	get.capset_id = le32_put(1);
	get.capset_version = le32_put(1000);
	assert_int_equal(send_command(rig, &get, sizeof(get), NULL), BAD_PARAMETER);
	/* Half of a set is not one. */
	get.capset_version = le32_put(0);
	assert_int_equal(send_sized(rig, 0, &get, sizeof(get), &(struct gpu_answer){{{{0}}}},
				 sizeof(struct virtio_gpu_ctrl_hdr)),
		UNSPEC);
	gpu_rig_destroy(rig);
}

static void contexts_are_checked(void **state)
{
	struct gpu_rig *rig = start();

	assert_int_equal(context_create(rig, 0), BAD_CONTEXT);
	assert_int_equal(context_create(rig, 5), OK);
	assert_int_equal(context_create(rig, 5), BAD_CONTEXT);
	assert_int_equal(context_create_with(rig, 6, 65, 0), BAD_PARAMETER);
	assert_int_equal(context_create_with(rig, 6, 64, 2), OK);
	assert_int_equal(context_create_with(rig, 7, 0, 9), BAD_PARAMETER);
	assert_int_equal(context_destroy(rig, 7), BAD_CONTEXT);
	assert_int_equal(context_destroy(rig, 5), OK);
	assert_int_equal(context_destroy(rig, 5), BAD_CONTEXT);
	assert_int_equal(context_create(rig, 5), OK);
	gpu_rig_destroy(rig);
}

static void contexts_are_limited(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(
		&(struct gpu_rig_options){.render = true, .limits = {.contexts = 3}});

	for (uint32_t id = 1; id <= 3; id++)
		assert_int_equal(context_create(rig, id), OK);
	assert_int_equal(context_create(rig, 4), OUT_OF_MEMORY);
	assert_int_equal(context_destroy(rig, 2), OK);
	assert_int_equal(context_create(rig, 4), OK);
	gpu_rig_destroy(rig);
}

static void resources_are_attached_to_contexts(void **state)
{
	struct gpu_rig *rig = start();

	make_texture(rig, 1, SIDE, SIDE);
	make_resource(rig, 2, SIDE, SIDE);
	assert_int_equal(context_resource(rig, ATTACH, 1, 1), BAD_CONTEXT);
	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(context_resource(rig, ATTACH, 1, 1), OK);
	assert_int_equal(context_resource(rig, ATTACH, 1, 1), OK);
	assert_int_equal(context_resource(rig, ATTACH, 1, 9), BAD_RESOURCE);
	/* Linux attaches every resource that a program of the context opens. */
	assert_int_equal(context_resource(rig, ATTACH, 1, 2), OK);
	assert_int_equal(context_resource(rig, VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, 1, 1), OK);
	assert_int_equal(context_resource(rig, VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, 1, 1), OK);
	gpu_rig_destroy(rig);
}

static void texture_keeps_what_is_transferred(void **state)
{
	struct gpu_rig *rig = start();
	struct frontend_memory memory = make_texture(rig, 1, SIDE, SIDE);
	uint32_t *pixels = memory.host;

	fill(&memory, 1);
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
	memset(pixels, 0x55, memory.size);
	assert_int_equal(transfer_3d(rig, FROM, 0, 1, whole, 0), OK);
	for (uint32_t i = 0; i < SIDE * SIDE; i++)
		assert_int_equal(pixels[i] & 0x00ffffff, pixel(i, 1));
	gpu_rig_destroy(rig);
}

static void buffer_keeps_what_is_transferred(void **state)
{
	struct gpu_rig *rig = start();
	struct frontend_memory memory = frontend_alloc(rig->fe, 4096, 4096);
	struct rect part = {100, 0, 1000, 1};
	uint8_t *bytes = memory.host;

	assert_int_equal(create_buffer(rig, 1, 4096), OK);
	assert_int_equal(attach_memory(rig, 1, &memory), OK);
	for (uint32_t i = 0; i < 4096; i++)
		bytes[i] = (uint8_t)(i * 7);
	assert_int_equal(transfer_3d(rig, TO, 0, 1, part, 100), OK);
	memset(bytes, 0, 4096);
	assert_int_equal(transfer_3d(rig, FROM, 0, 1, part, 100), OK);
	for (uint32_t i = 0; i < 4096; i++)
		assert_int_equal(bytes[i], i < 100 || i >= 1100 ? 0 : (uint8_t)(i * 7));
	gpu_rig_destroy(rig);
}

/* Memory in several pieces, and a backing that is replaced. */
static void backing_is_followed(void **state)
{
	struct gpu_rig *rig = start();
	struct frontend_memory pieces[2] = {frontend_alloc(rig->fe, 4096, 4096),
		frontend_alloc(rig->fe, SIDE * SIDE * 4, 4096)};
	struct virtio_gpu_mem_entry entries[2] = {mem_entry(pieces[0].address, 4096),
		mem_entry(pieces[1].address, SIDE * SIDE * 4 - 4096)};
	struct frontend_memory other = frontend_alloc(rig->fe, SIDE * SIDE * 4, 4096);
	uint32_t *pixels = other.host;

	assert_int_equal(create_texture(rig, 1, BGRX, SIDE, SIDE), OK);
	assert_int_equal(attach(rig, 1, entries, 2), OK);
	for (uint32_t i = 0; i < SIDE * SIDE; i++)
		*((uint32_t *)pieces[i >= 1024].host + (i < 1024 ? i : i - 1024)) = pixel(i, 2);
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
	assert_int_equal(detach(rig, 1), OK);
	assert_int_equal(transfer_3d(rig, FROM, 0, 1, whole, 0), UNSPEC);
	assert_int_equal(attach_memory(rig, 1, &other), OK);
	assert_int_equal(transfer_3d(rig, FROM, 0, 1, whole, 0), OK);
	for (uint32_t i = 0; i < SIDE * SIDE; i++)
		assert_int_equal(pixels[i] & 0x00ffffff, pixel(i, 2));
	gpu_rig_destroy(rig);
}

static void transfers_outside_are_refused(void **state)
{
	static const struct rect wrong[] = {{0, 0, SIDE + 1, SIDE}, {0, 0, SIDE, SIDE + 1},
		{1, 0, SIDE, SIDE}, {SIDE, SIDE, 1, 1}, {0xffffffff, 0, 1, 1},
		{0, 0xffffffff, 1, 1}, {1, 1, 0xffffffff, 0xffffffff}};
	struct gpu_rig *rig = start();

	make_texture(rig, 1, SIDE, SIDE);
	make_resource(rig, 2, SIDE, SIDE);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(transfer_3d(rig, TO, 0, 1, wrong[i], 0), BAD_PARAMETER);
		assert_int_equal(transfer_3d(rig, FROM, 0, 1, wrong[i], 0), BAD_PARAMETER);
	}
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 4), BAD_PARAMETER);
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, UINT64_MAX - 3), BAD_PARAMETER);
	assert_int_equal(transfer_3d(rig, FROM, 0, 1, whole, SIDE * SIDE * 4), BAD_PARAMETER);
	assert_int_equal(transfer_3d(rig, TO, 0, 9, whole, 0), BAD_RESOURCE);
	assert_int_equal(transfer_3d(rig, TO, 0, 2, whole, 0), BAD_RESOURCE);
	assert_int_equal(transfer_3d(rig, TO, 3, 1, whole, 0), BAD_CONTEXT);
	assert_int_equal(transfer(rig, 1, whole, 0), BAD_RESOURCE);
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
	gpu_rig_destroy(rig);
}

/* A context may touch the resources that are attached to it, and no other's. */
static void transfers_in_a_context_need_its_resources(void **state)
{
	struct gpu_rig *rig = start();

	make_texture(rig, 1, SIDE, SIDE);
	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(context_create(rig, 2), OK);
	assert_int_equal(context_resource(rig, ATTACH, 1, 1), OK);
	assert_int_equal(transfer_3d(rig, TO, 1, 1, whole, 0), OK);
	assert_int_equal(transfer_3d(rig, TO, 2, 1, whole, 0), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

static void refused_resource_is_not_there(void **state)
{
	struct gpu_rig *rig = start();

	assert_int_equal(create_texture(rig, 0, BGRX, SIDE, SIDE), BAD_RESOURCE);
	assert_int_equal(create_texture(rig, 1, 0xffff, SIDE, SIDE), BAD_PARAMETER);
	assert_int_equal(create_texture(rig, 1, BGRX, 0, 0), BAD_PARAMETER);
	assert_int_equal(create_texture(rig, 1, BGRX, 1, 0x10000), BAD_PARAMETER);
	assert_int_equal(unref(rig, 1), BAD_RESOURCE);
	assert_int_equal(create_texture(rig, 1, BGRX, SIDE, SIDE), OK);
	assert_int_equal(create_texture(rig, 1, BGRX, SIDE, SIDE), BAD_RESOURCE);
	assert_int_equal(create_2d(rig, 1, BGRX, SIDE, SIDE), BAD_RESOURCE);
	assert_int_equal(unref(rig, 1), OK);
	assert_int_equal(create_2d(rig, 1, BGRX, SIDE, SIDE), OK);
	gpu_rig_destroy(rig);
}

static void memory_is_limited(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){
		.render = true, .limits = {.memory_bytes = 3 * SIDE * SIDE * 4}});

	assert_int_equal(create_texture(rig, 9, BGRX, 0xffffffff, 0xffffffff), OUT_OF_MEMORY);
	assert_int_equal(create_buffer(rig, 9, 0xffffffff), OUT_OF_MEMORY);
	for (uint32_t id = 1; id <= 3; id++)
		assert_int_equal(create_texture(rig, id, BGRX, SIDE, SIDE), OK);
	assert_int_equal(create_buffer(rig, 4, 1), OUT_OF_MEMORY);
	assert_int_equal(unref(rig, 2), OK);
	assert_int_equal(create_texture(rig, 4, BGRX, SIDE, SIDE), OK);
	gpu_rig_destroy(rig);
}

/* Virgl's header of a command: its length in words, an object and the command. */
static uint32_t virgl_command(uint32_t command, uint32_t object, uint32_t length)
{
	return command | object << 8 | length << 16;
}

#define VIRGL_NOP 0u

static void broken_stream_is_its_contexts_loss_alone(void **state)
{
	const uint32_t good[] = {virgl_command(VIRGL_NOP, 0, 0)};
	const uint32_t unknown[] = {virgl_command(255, 0, 0)};
	const uint32_t long_one[] = {virgl_command(VIRGL_NOP, 0, 0xffff)};
	struct gpu_rig *rig = start();

	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(context_create(rig, 2), OK);
	assert_int_equal(submit(rig, 1, good, 1), OK);
	assert_int_equal(submit(rig, 1, NULL, 0), OK);
	assert_int_equal(submit(rig, 1, unknown, 1), BAD_PARAMETER);
	/* Of this virglrenderer may say OK, and remember that the context is broken. */
	submit(rig, 1, long_one, 1);
	assert_int_equal(submit(rig, 2, good, 1), OK);
	assert_int_equal(context_destroy(rig, 1), OK);
	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(submit(rig, 1, good, 1), OK);
	gpu_rig_destroy(rig);
}

static void stream_of_wrong_size_is_refused(void **state)
{
	const uint32_t good[] = {virgl_command(VIRGL_NOP, 0, 0)};
	struct gpu_rig *rig = start();

	assert_int_equal(submit(rig, 1, good, 1), BAD_CONTEXT);
	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(submit_sized(rig, 1, good, 1, 8), BAD_PARAMETER);
	assert_int_equal(submit_sized(rig, 1, good, 1, 3), BAD_PARAMETER);
	assert_int_equal(submit_sized(rig, 1, good, 1, 0xfffffffc), BAD_PARAMETER);
	/* What lies behind the stream is not read. */
	assert_int_equal(submit_sized(rig, 1, good, 1, 0), OK);
	gpu_rig_destroy(rig);
}

/* Noise: nothing crashes, and a context of later works. */
static void noise_is_survived(void **state)
{
	const uint32_t good[] = {virgl_command(VIRGL_NOP, 0, 0)};
	struct gpu_rig *rig = start();
	uint32_t words[64], seed = 12345;

	make_texture(rig, 1, SIDE, SIDE);
	for (uint32_t id = 1; id <= 200; id++) {
		assert_int_equal(context_create(rig, id), OK);
		assert_int_equal(context_resource(rig, ATTACH, id, 1), OK);
		for (size_t i = 0; i < COUNT(words); i++) {
			seed = seed * 1664525 + 1013904223;
			words[i] = i % 4 ? seed : virgl_command(seed >> 8 & 63, seed >> 16 & 15, 3);
		}
		submit(rig, id, words, COUNT(words));
		assert_int_equal(context_destroy(rig, id), OK);
	}
	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(submit(rig, 1, good, 1), OK);
	gpu_rig_destroy(rig);
}

struct fenced {
	union {
		struct virtio_gpu_ctrl_hdr hdr;
		struct virtio_gpu_transfer_host_3d transfer_3d;
		struct virtio_gpu_transfer_to_host_2d transfer_2d;
	} command;
	struct virtio_gpu_ctrl_hdr answer;
	struct iovec out, in;
};

static void fenced_send(struct gpu_rig *rig, struct fenced *fenced, size_t size, uint64_t fence)
{
	fenced->command.hdr.flags = le32_put(VIRTIO_GPU_FLAG_FENCE);
	fenced->command.hdr.fence_id = le64_put(fence);
	fenced->out = (struct iovec){&fenced->command, size};
	fenced->in = (struct iovec){&fenced->answer, sizeof(fenced->answer)};
	assert_int_equal(frontend_submit(rig->fe, 0, &fenced->out, 1, &fenced->in, 1, fenced), 0);
}

/* Linux takes a fence for the sign of all before it, be they of the renderer or not. */
static void fences_come_in_order(void **state)
{
	struct gpu_rig *rig = start();
	struct frontend_memory memory = make_texture(rig, 1, SIDE, SIDE);
	struct fenced fences[40] = {0};

	make_resource(rig, 2, SIDE, SIDE);
	fill(&memory, 3);
	for (uint32_t i = 0; i < COUNT(fences); i++) {
		if (i % 2) {
			fences[i].command.transfer_2d = (struct virtio_gpu_transfer_to_host_2d){
				.hdr = header(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D),
				.r = {le32_put(0), le32_put(0), le32_put(SIDE), le32_put(SIDE)},
				.resource_id = le32_put(2)};
			fenced_send(rig, &fences[i], sizeof(fences[i].command.transfer_2d),
				UINT64_C(0x100000000) + i);
		} else {
			fences[i].command.transfer_3d = transfer_3d_command(TO, 0, 1, whole, 0);
			fenced_send(rig, &fences[i], sizeof(fences[i].command.transfer_3d),
				UINT64_C(0x100000000) + i);
		}
	}
	frontend_kick(rig->fe, 0);
	for (uint32_t i = 0; i < COUNT(fences);) {
		struct fenced *done;
		uint32_t written;

		if (!rig->pid)
			gpu_rig_pump(rig);
		if (!frontend_collect(rig->fe, 0, (void **)&done, &written))
			continue;
		assert_ptr_equal(done, &fences[i]);
		assert_int_equal(le32_get(done->answer.type), OK);
		assert_true(le64_get(done->answer.fence_id) == UINT64_C(0x100000000) + i);
		i++;
	}
	gpu_rig_destroy(rig);
}

/* --- Showing --- */

static void texture_is_shown(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.render = true, .fake = true});
	struct frontend_memory memory = make_texture(rig, 1, SIDE, SIDE);
	const struct fake_scanout *scanout = &rig->display.scanouts[0];

	for (uint32_t seed = 1; seed <= 4; seed++) {
		fill(&memory, seed);
		assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
		assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
		assert_int_equal(flush(rig, 1, whole), OK);
		while (scanout->frames < seed)
			gpu_rig_pump(rig);
		for (uint32_t i = 0; i < SIDE * SIDE; i++)
			assert_int_equal(scanout->pixels[i] & 0x00ffffff, pixel(i, seed));
	}
	gpu_rig_destroy(rig);
}

/* Which byte of a pixel is red, green and blue. */
static const struct {
	uint32_t format;
	unsigned int red, green, blue;
} orders[] = {
	{VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 2, 1, 0},
	{VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 2, 1, 0},
	{VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, 1, 2, 3},
	{VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, 1, 2, 3},
	{VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, 0, 1, 2},
	{VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, 3, 2, 1},
	{VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, 3, 2, 1},
	{VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, 0, 1, 2},
};

/* Those that the renderer has; it has those of Linux. */
static void formats_are_shown(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.render = true, .fake = true});
	const struct fake_scanout *scanout = &rig->display.scanouts[0];
	struct frontend_memory memory = frontend_alloc(rig->fe, SIDE * SIDE * 4, 4096);
	uint32_t known = 0;

	for (size_t i = 0; i < COUNT(orders); i++) {
		uint32_t frames = scanout->frames;

		if (create_texture(rig, 1, orders[i].format, SIDE, SIDE) != OK)
			continue;
		known |= 1u << i;
		for (uint32_t at = 0; at < SIDE * SIDE; at++) {
			uint8_t *bytes = (uint8_t *)memory.host + (size_t)at * 4;
			uint32_t rgb = pixel(at, 20 + (uint32_t)i);

			memset(bytes, 0xff, 4);
			bytes[orders[i].red] = (uint8_t)(rgb >> 16);
			bytes[orders[i].green] = (uint8_t)(rgb >> 8);
			bytes[orders[i].blue] = (uint8_t)rgb;
		}
		assert_int_equal(attach_memory(rig, 1, &memory), OK);
		assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
		assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
		assert_int_equal(flush(rig, 1, whole), OK);
		while (scanout->frames == frames)
			gpu_rig_pump(rig);
		for (uint32_t at = 0; at < SIDE * SIDE; at++)
			assert_int_equal(
				scanout->pixels[at] & 0x00ffffff, pixel(at, 20 + (uint32_t)i));
		assert_int_equal(unref(rig, 1), OK);
	}
	printf("formats: %#x\n", known);
	assert_int_equal(known & 0x13, 0x13);
	gpu_rig_destroy(rig);
}

/* Only what was flushed is read back and shown. */
static void damage_alone_is_read_back(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.render = true, .fake = true});
	struct frontend_memory memory = make_texture(rig, 1, SIDE, SIDE);
	const struct fake_scanout *scanout = &rig->display.scanouts[0];
	struct rect damage = {7, 9, 20, 30};
	uint64_t bytes;

	rig->display.hold = true;
	fill(&memory, 1);
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	while (scanout->frames < 1)
		gpu_rig_pump(rig);
	bytes = rig->gpu.resources.bytes_copied;
	assert_int_equal(bytes, SIDE * SIDE * 4);
	for (uint32_t seed = 2; seed <= 6; seed++) {
		fill(&memory, seed);
		assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
		assert_int_equal(flush(rig, 1, damage), OK);
		while (scanout->frames < seed)
			gpu_rig_pump(rig);
		for (uint32_t i = 0; i < SIDE * SIDE; i++) {
			uint32_t x = i % SIDE, y = i / SIDE;
			bool inside = x >= 7 && x < 27 && y >= 9 && y < 39;

			if (inside)
				assert_int_equal(scanout->pixels[i] & 0x00ffffff, pixel(i, seed));
			else
				assert_int_equal(scanout->pixels[i] & 0x00ffffff, pixel(i, 1));
		}
	}
	gpu_rig_destroy(rig);
}

/* A resource that is taken away while it is read, and one on two scanouts. */
static void resource_may_go_while_it_is_read(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(
		&(struct gpu_rig_options){.render = true, .fake = true, .scanout_count = 2});

	for (uint32_t turn = 0; turn < 20; turn++) {
		make_texture(rig, 1, SIDE, SIDE);
		make_texture(rig, 2, SIDE, SIDE);
		assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
		assert_int_equal(set_scanout(rig, 1, 1, whole), OK);
		assert_int_equal(flush(rig, 1, whole), OK);
		if (turn % 2) {
			assert_int_equal(set_scanout(rig, 0, 2, whole), OK);
			assert_int_equal(flush(rig, 2, whole), OK);
		}
		assert_int_equal(unref(rig, 1), OK);
		assert_int_equal(unref(rig, 2), OK);
	}
	gpu_rig_settle(rig);
	assert_int_equal(gpu_rig_usage(rig)->memory_bytes, 0);
	gpu_rig_destroy(rig);
}

static void texture_that_is_no_picture_is_not_shown(void **state)
{
	struct gpu_rig *rig = start();

	assert_int_equal(create_buffer(rig, 1, 4096), OK);
	assert_int_equal(set_scanout(rig, 0, 1, (struct rect){0, 0, 1, 1}), BAD_PARAMETER);
	assert_int_equal(create_texture(rig, 2, FORMAT_R8, SIDE, SIDE), OK);
	assert_int_equal(set_scanout(rig, 0, 2, whole), BAD_PARAMETER);
	assert_int_equal(update_cursor(rig, 0, 2, 0, 0, 0, 0), BAD_PARAMETER);
	gpu_rig_destroy(rig);
}

static void texture_is_a_cursor(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.render = true, .fake = true});
	struct frontend_memory memory = make_texture(rig, 1, SIDE, SIDE);
	const struct fake_scanout *scanout = &rig->display.scanouts[0];

	fill(&memory, 8);
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
	assert_int_equal(update_cursor(rig, 0, 1, 0, 0, 5, 6), OK);
	while (!scanout->cursor_visible)
		gpu_rig_pump(rig);
	for (uint32_t i = 0; i < SIDE * SIDE; i++)
		assert_int_equal(scanout->cursor[i] & 0x00ffffff, pixel(i, 8));
	gpu_rig_destroy(rig);
}

/* --- A renderer that fails --- */

static void lost_renderer_is_replaced(void **state)
{
	const uint32_t good[] = {virgl_command(VIRGL_NOP, 0, 0)};
	struct gpu_rig *rig = start();
	struct frontend_memory memory = make_resource(rig, 2, SIDE, SIDE);

	make_texture(rig, 1, SIDE, SIDE);
	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	gpu_rig_signal_renderer(rig, SIGKILL);
	/* What it had is lost, and says so. */
	while (submit(rig, 1, good, 1) == OK)
		;
	assert_int_equal(submit(rig, 1, good, 1), BAD_CONTEXT);
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), BAD_RESOURCE);
	assert_int_equal(flush(rig, 1, whole), OK);
	/* 2D goes on, */
	memset(memory.host, 1, memory.size);
	assert_int_equal(transfer(rig, 2, whole, 0), OK);
	/* the guest can clean up, */
	assert_int_equal(context_destroy(rig, 1), OK);
	assert_int_equal(detach(rig, 1), OK);
	assert_int_equal(unref(rig, 1), OK);
	/* and begin anew. */
	make_texture(rig, 1, SIDE, SIDE);
	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(submit(rig, 1, good, 1), OK);
	assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
	gpu_rig_destroy(rig);
}

/* It answers after RENDERER_PATIENCE_MS, with an error; 2D answers at once all the while. */
static void hanging_renderer_is_replaced(void **state)
{
	const uint32_t good[] = {virgl_command(VIRGL_NOP, 0, 0)};
	struct gpu_rig *rig = start();
	struct fenced fenced = {0};
	struct fenced *done;
	uint32_t written;

	make_texture(rig, 1, SIDE, SIDE);
	make_resource(rig, 2, SIDE, SIDE);
	assert_int_equal(context_create(rig, 1), OK);
	gpu_rig_signal_renderer(rig, SIGSTOP);
	fenced.command.transfer_3d = transfer_3d_command(TO, 0, 1, whole, 0);
	fenced_send(rig, &fenced, sizeof(fenced.command.transfer_3d), 7);
	for (int i = 0; i < 50; i++)
		assert_int_equal(transfer(rig, 2, whole, 0), OK);
	while (!frontend_collect(rig->fe, 0, (void **)&done, &written)) {
		if (!rig->pid)
			gpu_rig_pump(rig);
		else
			usleep(10000);
	}
	assert_ptr_equal(done, &fenced);
	assert_int_equal(le32_get(fenced.answer.type), UNSPEC);
	assert_true(le64_get(fenced.answer.fence_id) == 7);
	assert_int_equal(submit(rig, 1, good, 1), BAD_CONTEXT);
	assert_int_equal(context_destroy(rig, 1), OK);
	assert_int_equal(context_create(rig, 1), OK);
	assert_int_equal(submit(rig, 1, good, 1), OK);
	gpu_rig_destroy(rig);
}

/* The driver's end is the end of what it made. */
static void reset_drops_everything(void **state)
{
	struct gpu_rig *rig = start();

	for (int turn = 0; turn < 3; turn++) {
		make_texture(rig, 1, SIDE, SIDE);
		assert_int_equal(context_create(rig, 1), OK);
		gpu_rig_reconnect(rig);
	}
	gpu_rig_destroy(rig);
}

static void driver_without_3d_has_no_renderer(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.render = true, .no_features = true});

	assert_int_equal(context_create(rig, 1), UNSPEC);
	assert_false(gpu_rig_has_renderer(rig));
	make_resource(rig, 1, SIDE, SIDE);
	assert_int_equal(transfer(rig, 1, whole, 0), OK);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(capability_sets_are_told),
	cmocka_unit_test(unknown_capability_set_is_refused),
	cmocka_unit_test(contexts_are_checked),
	cmocka_unit_test(contexts_are_limited),
	cmocka_unit_test(resources_are_attached_to_contexts),
	cmocka_unit_test(texture_keeps_what_is_transferred),
	cmocka_unit_test(buffer_keeps_what_is_transferred),
	cmocka_unit_test(backing_is_followed),
	cmocka_unit_test(transfers_outside_are_refused),
	cmocka_unit_test(transfers_in_a_context_need_its_resources),
	cmocka_unit_test(refused_resource_is_not_there),
	cmocka_unit_test(memory_is_limited),
	cmocka_unit_test(broken_stream_is_its_contexts_loss_alone),
	cmocka_unit_test(stream_of_wrong_size_is_refused),
	cmocka_unit_test(noise_is_survived),
	cmocka_unit_test(fences_come_in_order),
	cmocka_unit_test(texture_is_shown),
	cmocka_unit_test(formats_are_shown),
	cmocka_unit_test(damage_alone_is_read_back),
	cmocka_unit_test(resource_may_go_while_it_is_read),
	cmocka_unit_test(texture_that_is_no_picture_is_not_shown),
	cmocka_unit_test(texture_is_a_cursor),
	cmocka_unit_test(lost_renderer_is_replaced),
	cmocka_unit_test(hanging_renderer_is_replaced),
	cmocka_unit_test(reset_drops_everything),
	cmocka_unit_test(driver_without_3d_has_no_renderer),
};

UNIT_MAIN(cases)
