/* SPDX-License-Identifier: MIT */
/* A guest's screen of two buffers that are flipped. */
#include "tests/bench/screen.h"

#include <string.h>

#include "common/log.h"

#define BYTES_PER_PIXEL 4u
#define NODATA_BYTES sizeof(struct virtio_gpu_ctrl_hdr)

static uint32_t buffer_id(const struct screen *screen, uint32_t buffer)
{
	return screen->scanout_id * 2 + buffer + 1;
}

static struct virtio_gpu_mem_entry buffer_entry(const struct screen *screen, uint32_t buffer)
{
	const struct frontend_memory *pixels = &screen->pixels[buffer];

	return (struct virtio_gpu_mem_entry){
		.addr = le64_put(pixels->address), .length = le32_put((uint32_t)pixels->size)};
}

static int create_2d(struct screen *screen, uint32_t buffer)
{
	struct virtio_gpu_resource_create_2d create = {
		.hdr = guest_header(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D),
		.resource_id = le32_put(buffer_id(screen, buffer)),
		.format = le32_put(VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM),
		.width = le32_put(screen->width),
		.height = le32_put(screen->height),
	};
	struct {
		struct virtio_gpu_resource_attach_backing command;
		struct virtio_gpu_mem_entry entry;
	} attach = {
		.command = {.hdr = guest_header(VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING),
			.resource_id = le32_put(buffer_id(screen, buffer)),
			.nr_entries = le32_put(1)},
		.entry = buffer_entry(screen, buffer),
	};
	int ret = guest_command(screen->guest, &create, sizeof(create), VIRTIO_GPU_RESP_OK_NODATA);

	if (ret < 0)
		return ret;
	return guest_command(screen->guest, &attach, sizeof(attach), VIRTIO_GPU_RESP_OK_NODATA);
}

static int create_blob(struct screen *screen, uint32_t buffer)
{
	struct {
		struct virtio_gpu_resource_create_blob command;
		struct virtio_gpu_mem_entry entry;
	} create = {
		.command = {.hdr = guest_header(VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB),
			.resource_id = le32_put(buffer_id(screen, buffer)),
			.blob_mem = le32_put(VIRTIO_GPU_BLOB_MEM_GUEST),
			.blob_flags = le32_put(VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE),
			.nr_entries = le32_put(1),
			.size = le64_put(screen->pixels[buffer].size)},
		.entry = buffer_entry(screen, buffer),
	};

	return guest_command(screen->guest, &create, sizeof(create), VIRTIO_GPU_RESP_OK_NODATA);
}

int screen_init(struct screen *screen, struct guest *guest, enum screen_kind kind,
	uint32_t scanout_id, uint32_t width, uint32_t height)
{
	size_t bytes = (size_t)width * height * BYTES_PER_PIXEL;
	int ret = 0;

	*screen = (struct screen){
		.guest = guest,
		.kind = kind,
		.scanout_id = scanout_id,
		.width = width,
		.height = height,
	};
	guest_slot_init(guest, &screen->draw);
	guest_slot_init(guest, &screen->set);
	guest_slot_init(guest, &screen->flush);
	screen->draw.owner = screen->set.owner = screen->flush.owner = screen;
	for (uint32_t i = 0; i < 2 && ret == 0; i++) {
		/* Whole pages, which a blob needs. */
		screen->pixels[i] = frontend_alloc(guest->fe, (bytes + 4095) / 4096 * 4096, 4096);
		ret = kind == SCREEN_BLOB ? create_blob(screen, i) : create_2d(screen, i);
	}
	return ret;
}

static int submit(struct screen *screen, struct guest_slot *slot, const void *command, size_t size)
{
	int ret = guest_submit(screen->guest, slot, command, size, NODATA_BYTES);

	if (ret == 0)
		screen->due++;
	return ret;
}

static struct virtio_gpu_rect whole(const struct screen *screen)
{
	return guest_rect(&(struct rect){.width = screen->width, .height = screen->height});
}

int screen_draw(struct screen *screen)
{
	struct virtio_gpu_transfer_to_host_2d transfer = {
		.hdr = guest_header(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D),
		.r = whole(screen),
		.resource_id = le32_put(buffer_id(screen, screen->back)),
	};
	uint32_t stamp = ++screen->guest->stamp & 0xffffff;

	memcpy(screen->pixels[screen->back].host, &stamp, sizeof(stamp));
	if (screen->kind == SCREEN_BLOB)
		return 0;
	return submit(screen, &screen->draw, &transfer, sizeof(transfer));
}

static int submit_set(struct screen *screen)
{
	uint32_t id = buffer_id(screen, screen->back);
	struct virtio_gpu_set_scanout set = {
		.hdr = guest_header(VIRTIO_GPU_CMD_SET_SCANOUT),
		.r = whole(screen),
		.scanout_id = le32_put(screen->scanout_id),
		.resource_id = le32_put(id),
	};
	struct virtio_gpu_set_scanout_blob set_blob = {
		.hdr = guest_header(VIRTIO_GPU_CMD_SET_SCANOUT_BLOB),
		.r = whole(screen),
		.scanout_id = le32_put(screen->scanout_id),
		.resource_id = le32_put(id),
		.width = le32_put(screen->width),
		.height = le32_put(screen->height),
		.format = le32_put(VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM),
		.strides[0] = le32_put(screen->width * BYTES_PER_PIXEL),
	};

	return screen->kind == SCREEN_BLOB
		       ? submit(screen, &screen->set, &set_blob, sizeof(set_blob))
		       : submit(screen, &screen->set, &set, sizeof(set));
}

int screen_flip(struct screen *screen)
{
	struct virtio_gpu_resource_flush flush = {
		.hdr = guest_header(VIRTIO_GPU_CMD_RESOURCE_FLUSH),
		.r = whole(screen),
		.resource_id = le32_put(buffer_id(screen, screen->back)),
	};
	int ret = submit_set(screen);

	flush.hdr.flags = le32_put(VIRTIO_GPU_FLAG_FENCE);
	flush.hdr.fence_id = le64_put(++screen->guest->fence);
	if (ret == 0)
		ret = submit(screen, &screen->flush, &flush, sizeof(flush));
	screen->back = !screen->back;
	screen->kicked_ns = clock_now_ns();
	guest_kick(screen->guest);
	return ret;
}

static int screen_answered(struct screen *screen, const struct guest_slot *slot)
{
	int ret = guest_slot_check(slot, VIRTIO_GPU_RESP_OK_NODATA);

	screen->due--;
	if (slot != &screen->flush || ret < 0)
		return ret;
	screen->answered_ns = clock_now_ns();
	screen->flips++;
	if (!screen->runs)
		return 0;
	ret = screen_draw(screen);
	return ret < 0 ? ret : screen_flip(screen);
}

int screens_step(struct screen *screens, uint32_t count, bool wait)
{
	struct guest_slot *slot;
	int ret = guest_collect(screens[0].guest, wait, &slot), error = 0;

	for (uint32_t i = 0; i < count && ret > 0; i++) {
		if (slot->owner == &screens[i])
			error = screen_answered(&screens[i], slot);
	}
	return error < 0 ? error : ret;
}

int screens_wait(struct screen *screens, uint32_t count, const struct screen *screen)
{
	int ret = 0;

	while (screen->due && ret >= 0)
		ret = screens_step(screens, count, true);
	return ret < 0 ? ret : 0;
}
