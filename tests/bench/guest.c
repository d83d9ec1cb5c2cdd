/* SPDX-License-Identifier: MIT */
/* The guest's side: the commands that Linux's virtio-gpu driver sends. */
#include "tests/bench/guest.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BYTES_PER_PIXEL 4u
#define COMMAND_BYTES 256
#define RESPONSE_BYTES 512
/* A 4K frame takes its time on a machine with too much to do. */
#define TIMEOUT_MS 60000
/* Rings, commands, and a 4K screen. */
#define RAM_BYTES ((size_t)40 << 20)

int guest_start(struct guest *guest, int socket, int console)
{
	struct frontend_options options = {
		.features = VIRTIO_GPU_F_EDID | VIRTIO_GPU_F_RESOURCE_BLOB,
		.indirect = true,
		.event_idx = true,
		.queue_count = VIRTIO_GPU_QUEUE_COUNT,
		.region_bytes = RAM_BYTES,
		.sealed = true,
		.timeout_ms = TIMEOUT_MS,
	};
	struct frontend *fe = frontend_create(socket, &options);
	int ret;

	*guest = (struct guest){.fe = fe};
	if (!fe)
		return -ENOMEM;
	ret = frontend_negotiate(fe);
	if (ret == 0 && console >= 0)
		ret = frontend_send(fe, MESSAGE_GPU_SET_SOCKET, 0, NULL, 0, &console, 1);
	if (ret == 0)
		ret = frontend_memory_send(fe);
	for (uint32_t i = 0; i < fe->queue_count && ret == 0; i++)
		ret = frontend_queue_start(fe, i);
	for (uint32_t i = 0; i < GUEST_BATCH; i++) {
		guest_slot_init(guest, &guest->slots[i]);
	}
	return ret;
}

void guest_finish(struct guest *guest)
{
	frontend_destroy(guest->fe);
	guest->fe = NULL;
}

void guest_slot_init(struct guest *guest, struct guest_slot *slot)
{
	*slot = (struct guest_slot){
		.command = frontend_alloc(guest->fe, COMMAND_BYTES, 64),
		.response = frontend_alloc(guest->fe, RESPONSE_BYTES, 64),
	};
}

int guest_submit(struct guest *guest, struct guest_slot *slot, const void *command, size_t size,
	size_t response_size)
{
	memcpy(slot->command.host, command, size);
	slot->out = (struct iovec){slot->command.host, size};
	slot->in = (struct iovec){slot->response.host, response_size};
	slot->answered = false;
	return frontend_submit(
		guest->fe, VIRTIO_GPU_QUEUE_CONTROL, &slot->out, 1, &slot->in, 1, slot);
}

void guest_kick(struct guest *guest)
{
	frontend_kick(guest->fe, VIRTIO_GPU_QUEUE_CONTROL);
}

int guest_collect(struct guest *guest, bool wait, struct guest_slot **slot)
{
	for (;;) {
		void *cookie;
		int ret = frontend_collect(guest->fe, VIRTIO_GPU_QUEUE_CONTROL, &cookie, NULL);

		if (ret > 0) {
			*slot = cookie;
			(*slot)->answered = true;
		}
		if (ret || !wait)
			return ret;
		ret = frontend_wait(guest->fe, VIRTIO_GPU_QUEUE_CONTROL);
		if (ret < 0)
			return ret;
	}
}

int guest_slot_check(const struct guest_slot *slot, uint32_t type)
{
	struct virtio_gpu_ctrl_hdr response;

	memcpy(&response, slot->response.host, sizeof(response));
	return le32_get(response.type) == type ? 0 : -EPROTO;
}

/* Waits for so many commands, and their responses to be of this type. */
static int slots_wait(struct guest *guest, uint32_t count, uint32_t type)
{
	int ret = 0;

	for (uint32_t i = 0; i < count && ret >= 0; i++) {
		struct guest_slot *slot;

		ret = guest_collect(guest, true, &slot);
		if (ret > 0)
			ret = guest_slot_check(slot, type);
	}
	return ret;
}

int guest_command(struct guest *guest, const void *command, size_t size, uint32_t type)
{
	size_t response_size = type == VIRTIO_GPU_RESP_OK_DISPLAY_INFO
				       ? sizeof(struct virtio_gpu_resp_display_info)
				       : sizeof(struct virtio_gpu_ctrl_hdr);
	int ret = guest_submit(guest, &guest->slots[0], command, size, response_size);

	if (ret < 0)
		return ret;
	guest_kick(guest);
	return slots_wait(guest, 1, type);
}

/* Neighbours in the buffer are apart in guest memory. */
static size_t entry_place(const struct guest *guest, size_t entry)
{
	return entry * GUEST_ENTRY_STEP % guest->entry_count * guest->entry_bytes;
}

/* Where a byte of the screen's buffer is. */
static void *buffer_at(const struct guest *guest, size_t offset)
{
	return (char *)guest->pixels.host + entry_place(guest, offset / guest->entry_bytes) +
	       offset % guest->entry_bytes;
}

static int attach_backing(struct guest *guest)
{
	struct frontend_memory entries = frontend_alloc(
		guest->fe, guest->entry_count * sizeof(struct virtio_gpu_mem_entry), 8);
	struct virtio_gpu_resource_attach_backing command = {
		.hdr = guest_header(VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING),
		.resource_id = le32_put(GUEST_RESOURCE),
		.nr_entries = le32_put((uint32_t)guest->entry_count),
	};
	struct guest_slot *slot = &guest->slots[0];
	struct iovec out[] = {{slot->command.host, sizeof(command)}, {entries.host, entries.size}};
	struct iovec in = {slot->response.host, sizeof(struct virtio_gpu_ctrl_hdr)};
	int ret;

	for (size_t i = 0; i < guest->entry_count; i++) {
		struct virtio_gpu_mem_entry entry = {
			.addr = le64_put(guest->pixels.address + entry_place(guest, i)),
			.length = le32_put((uint32_t)guest->entry_bytes),
		};

		memcpy((char *)entries.host + i * sizeof(entry), &entry, sizeof(entry));
	}
	memcpy(slot->command.host, &command, sizeof(command));
	ret = frontend_submit(guest->fe, VIRTIO_GPU_QUEUE_CONTROL, out, 2, &in, 1, slot);
	if (ret < 0)
		return ret;
	guest_kick(guest);
	return slots_wait(guest, 1, VIRTIO_GPU_RESP_OK_NODATA);
}

int guest_screen(struct guest *guest, uint32_t width, uint32_t height, bool contiguous)
{
	size_t bytes = (size_t)width * height * BYTES_PER_PIXEL;
	struct rect whole = {.width = width, .height = height};
	struct virtio_gpu_resource_create_2d create = {
		.hdr = guest_header(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D),
		.resource_id = le32_put(GUEST_RESOURCE),
		.format = le32_put(VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM),
		.width = le32_put(width),
		.height = le32_put(height),
	};
	struct virtio_gpu_set_scanout scanout = {
		.hdr = guest_header(VIRTIO_GPU_CMD_SET_SCANOUT),
		.r = guest_rect(&whole),
		.resource_id = le32_put(GUEST_RESOURCE),
	};
	int ret;

	guest->width = width;
	guest->height = height;
	guest->entry_bytes = contiguous ? bytes : GUEST_ENTRY_BYTES;
	guest->entry_count = (bytes + guest->entry_bytes - 1) / guest->entry_bytes;
	guest->pixels = frontend_alloc(guest->fe, guest->entry_count * guest->entry_bytes, 4096);
	ret = guest_command(guest, &create, sizeof(create), VIRTIO_GPU_RESP_OK_NODATA);
	if (ret == 0)
		ret = attach_backing(guest);
	if (ret == 0)
		ret = guest_command(guest, &scanout, sizeof(scanout), VIRTIO_GPU_RESP_OK_NODATA);
	return ret;
}

static int submit_transfer(struct guest *guest, struct guest_slot *slot, const struct rect *rect)
{
	size_t pixel = (size_t)rect->y * guest->width + rect->x;
	struct virtio_gpu_transfer_to_host_2d command = {
		.hdr = guest_header(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D),
		.r = guest_rect(rect),
		.offset = le64_put(pixel * BYTES_PER_PIXEL),
		.resource_id = le32_put(GUEST_RESOURCE),
	};

	return guest_submit(
		guest, slot, &command, sizeof(command), sizeof(struct virtio_gpu_ctrl_hdr));
}

static int submit_flush(struct guest *guest, struct guest_slot *slot, const struct rect *rect)
{
	struct virtio_gpu_resource_flush command = {
		.hdr = guest_header(VIRTIO_GPU_CMD_RESOURCE_FLUSH),
		.r = guest_rect(rect),
		.resource_id = le32_put(GUEST_RESOURCE),
	};

	command.hdr.flags = le32_put(VIRTIO_GPU_FLAG_FENCE);
	command.hdr.fence_id = le64_put(++guest->fence);
	return guest_submit(
		guest, slot, &command, sizeof(command), sizeof(struct virtio_gpu_ctrl_hdr));
}

int guest_frame(struct guest *guest, const struct rect *rect)
{
	size_t pixel = (size_t)rect->y * guest->width + rect->x;
	int ret;

	guest->stamp = (guest->stamp + 1) & 0xffffff;
	memcpy(buffer_at(guest, pixel * BYTES_PER_PIXEL), &guest->stamp, sizeof(guest->stamp));
	ret = submit_transfer(guest, &guest->slots[0], rect);
	if (ret == 0)
		ret = submit_flush(guest, &guest->slots[1], rect);
	if (ret < 0)
		return ret;
	guest_kick(guest);
	return slots_wait(guest, 2, VIRTIO_GPU_RESP_OK_NODATA);
}

int guest_transfers(struct guest *guest)
{
	struct rect whole = {.width = guest->width, .height = guest->height};

	for (uint32_t i = 0; i < GUEST_BATCH; i++) {
		int ret = submit_transfer(guest, &guest->slots[i], &whole);

		if (ret < 0)
			return ret;
	}
	guest_kick(guest);
	return slots_wait(guest, GUEST_BATCH, VIRTIO_GPU_RESP_OK_NODATA);
}

int guest_display_info(struct guest *guest)
{
	struct virtio_gpu_ctrl_hdr command = guest_header(VIRTIO_GPU_CMD_GET_DISPLAY_INFO);

	return guest_command(guest, &command, sizeof(command), VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
}

int guest_refused(struct guest *guest)
{
	struct virtio_gpu_resource_flush command = {
		.hdr = guest_header(VIRTIO_GPU_CMD_RESOURCE_FLUSH),
		.resource_id = le32_put(4711),
	};

	return guest_command(
		guest, &command, sizeof(command), VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
}

int guest_cursor_move(struct guest *guest, uint32_t scanout_id, uint32_t x, uint32_t y)
{
	struct virtio_gpu_update_cursor command = {
		.hdr = guest_header(VIRTIO_GPU_CMD_MOVE_CURSOR),
		.pos = {.scanout_id = le32_put(scanout_id), .x = le32_put(x), .y = le32_put(y)},
	};
	struct virtio_gpu_ctrl_hdr response = {0};
	struct iovec out = {&command, sizeof(command)}, in = {&response, sizeof(response)};
	int ret = frontend_request(guest->fe, VIRTIO_GPU_QUEUE_CURSOR, &out, 1, &in, 1, NULL);

	if (ret < 0)
		return ret;
	return le32_get(response.type) == VIRTIO_GPU_RESP_OK_NODATA ? 0 : -EPROTO;
}
