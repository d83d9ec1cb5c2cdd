/* SPDX-License-Identifier: MIT */
/*
 * Commands, as a hostile guest sends them, into the gpu device, with a display that shows, holds
 * and releases images as it likes. The transport is a stub that counts chains; images are on the
 * heap, so that a byte written beside one is seen.
 *
 * The input is a program: an operation in a byte, then its operands. A number is one byte below
 * 240, or four bytes after a greater one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/iov.h"
#include "gpu-backend/gpu.h"
#include "tests/fuzz/fuzz-renderer.h"

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

#define SCANOUTS 3

struct vhost_user_memory {
	uint32_t references;
	uint64_t address[2]; /* of the two halves of RAM; they may lie side by side, or overlap */
};

static struct {
	const uint8_t *data;
	size_t size;
} input;

static struct {
	struct wl_event_loop *loop;
	struct gpu gpu;
	struct display display;
	struct gpu_image *shown[SCANOUTS]; /* a reference, held */
	bool in_flight[SCANOUTS];
	struct vhost_user_memory *memory;
	uint8_t *ram[2];
	uint32_t chains;     /* popped and not completed */
	struct wl_list maps; // struct fuzz_map.link: asked of the front end
} world;

#define RAM_HALF_BYTES 8000

/* --- Input --- */

static uint8_t take_byte(void)
{
	if (!input.size)
		return 0;
	input.size--;
	return *input.data++;
}

static uint32_t take_number(void)
{
	uint32_t number = take_byte();

	if (number < 240)
		return number;
	number = 0;
	for (int i = 0; i < 4; i++)
		number = number << 8 | take_byte();
	return number;
}

/* --- The transport --- */

struct fuzz_chain {
	struct vhost_user_chain base;
	struct iovec readable[2], writable;
	struct virtio_gpu_ctrl_hdr command;
};

void vhost_user_device_init(struct vhost_user_device *device,
	const struct vhost_user_device_impl *impl, uint64_t features)
{
	*device = (struct vhost_user_device){.impl = impl, .features = features};
}

struct vhost_user_chain *vhost_user_queue_pop(struct vhost_user_device *device, uint32_t index)
{
	return NULL;
}

static void check_answer(const struct fuzz_chain *chain, uint32_t written)
{
	const struct virtio_gpu_ctrl_hdr *answer = chain->writable.iov_base;
	uint32_t type, flags = le32_get(chain->command.flags);

	CHECK(written <= chain->writable.iov_len);
	if (written < sizeof(*answer))
		return;
	type = le32_get(answer->type);
	CHECK((type >= VIRTIO_GPU_RESP_OK_NODATA && type <= VIRTIO_GPU_RESP_OK_MAP_INFO) ||
		(type >= VIRTIO_GPU_RESP_ERR_UNSPEC &&
			type <= VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER));
	CHECK((le32_get(answer->flags) & VIRTIO_GPU_FLAG_FENCE) == (flags & VIRTIO_GPU_FLAG_FENCE));
	if (flags & VIRTIO_GPU_FLAG_FENCE)
		CHECK(le64_get(answer->fence_id) == le64_get(chain->command.fence_id));
}

void vhost_user_chain_complete(struct vhost_user_chain *base, uint32_t written)
{
	struct fuzz_chain *chain = wl_container_of(base, chain, base);

	check_answer(chain, written);
	CHECK(world.chains > 0);
	world.chains--;
	free(chain->readable[0].iov_base);
	free(chain->readable[1].iov_base);
	free(chain->writable.iov_base);
	free(chain);
}

void vhost_user_device_config_changed(struct vhost_user_device *device)
{
}

struct fuzz_map {
	struct wl_list link;
	void (*done)(void *data, int error);
	void *data;
};

bool vhost_user_device_can_map(const struct vhost_user_device *device)
{
	return true;
}

static int map_ask(void (*done)(void *data, int error), void *data)
{
	struct fuzz_map *map = malloc(sizeof(*map));

	*map = (struct fuzz_map){.done = done, .data = data};
	wl_list_insert(world.maps.prev, &map->link);
	return 0;
}

static void map_answer(int error)
{
	struct fuzz_map *map = wl_container_of(world.maps.next, map, link);

	wl_list_remove(&map->link);
	if (map->done)
		map->done(map->data, error);
	free(map);
}

int vhost_user_device_map(struct vhost_user_device *device, uint8_t id, uint64_t offset,
	uint64_t size, int fd, void (*done)(void *data, int error), void *data)
{
	uint64_t region = device->shared_memory_bytes[id];

	CHECK(fd >= 0 && size && size <= region && offset <= region - size);
	return map_ask(done, data);
}

int vhost_user_device_unmap(struct vhost_user_device *device, uint8_t id, uint64_t offset,
	uint64_t size, void (*done)(void *data, int error), void *data)
{
	return map_ask(done, data);
}

struct vhost_user_memory *vhost_user_device_memory(struct vhost_user_device *device)
{
	return world.memory;
}

struct vhost_user_memory *vhost_user_memory_ref(struct vhost_user_memory *memory)
{
	memory->references++;
	return memory;
}

void vhost_user_memory_unref(struct vhost_user_memory *memory)
{
	if (memory && !--memory->references)
		free(memory);
}

int vhost_user_memory_translate(const struct vhost_user_memory *memory, uint64_t address,
	uint64_t size, struct iovec *iov, size_t max_count)
{
	size_t count = 0;

	while (size) {
		uint64_t piece = 0;

		for (int i = 0; i < 2 && !piece; i++) {
			uint64_t offset = address - memory->address[i];

			if (address < memory->address[i] || offset >= RAM_HALF_BYTES)
				continue;
			piece = RAM_HALF_BYTES - offset < size ? RAM_HALF_BYTES - offset : size;
			if (count == max_count)
				return -E2BIG;
			iov[count++] = (struct iovec){world.ram[i] + offset, piece};
		}
		if (!piece)
			return -EFAULT;
		address += piece;
		size -= piece;
	}
	return (int)count;
}

int vhost_user_memory_locate(const struct vhost_user_memory *memory, uint64_t address,
	uint64_t size, uint64_t *file_offset)
{
	for (int i = 0; i < 2; i++) {
		*file_offset = address - memory->address[i];
		if (address >= memory->address[i] && *file_offset < RAM_HALF_BYTES &&
			size <= RAM_HALF_BYTES - *file_offset)
			return i;
	}
	return -EFAULT;
}

size_t vhost_user_memory_region_count(const struct vhost_user_memory *memory)
{
	return 2;
}

int vhost_user_memory_region_get(const struct vhost_user_memory *memory, size_t index,
	struct vhost_user_memory_region *region)
{
	*region = (struct vhost_user_memory_region){
		.guest_address = memory->address[index], .size = RAM_HALF_BYTES};
	return -1;
}

void vhost_user_device_memory_dirtied(
	struct vhost_user_device *device, const struct iovec *iov, size_t count)
{
}

static void memory_replace(void)
{
	struct vhost_user_device *device = &world.gpu.device;

	vhost_user_memory_unref(world.memory);
	world.memory = NULL;
	if (take_byte() % 8) {
		world.memory = calloc(1, sizeof(*world.memory));
		*world.memory = (struct vhost_user_memory){
			.references = 1,
			.address = {0, take_byte() % 2 ? RAM_HALF_BYTES : take_number()},
		};
	}
	device->impl->memory_changed(device);
}

/* --- Images --- */

static void heap_finish(struct gpu_image *image)
{
	CHECK(!image->held);
	free(image->pixels);
}

static const struct gpu_alloc alloc_heap = {.name = "heap", .finish = heap_finish};

int alloc_shm_init(struct gpu_image *image)
{
	if (!image->size || image->size > INT32_MAX)
		return -EOVERFLOW;
	image->pixels = calloc(1, image->size);
	image->alloc = &alloc_heap;
	return image->pixels ? 0 : -ENOMEM;
}

/* --- The display --- */

static void image_drop(uint32_t index)
{
	if (!world.shown[index])
		return;
	world.shown[index]->held--;
	gpu_image_unref(world.shown[index]);
	world.shown[index] = NULL;
}

static volatile uint32_t seen;

static void look_at(const struct display_frame *frame)
{
	const struct gpu_image *image = frame->image;
	pixman_box32_t box = *pixman_region32_extents((pixman_region32_t *)frame->damage);

	CHECK(rect_within(&frame->source, image->width, image->height));
	CHECK(box.x1 >= 0 && box.y1 >= 0 && box.x1 < box.x2 && box.y1 < box.y2);
	CHECK((uint32_t)box.x2 <= frame->source.width && (uint32_t)box.y2 <= frame->source.height);
	if (!image->pixels) {
		CHECK(image->offset + (uint64_t)(image->height - 1) * image->stride +
				(uint64_t)image->width * 4 <=
			image->size);
		for (size_t i = 0; i < image->part_count; i++)
			CHECK(image->parts[i].offset + image->parts[i].size <= RAM_HALF_BYTES);
		return;
	}
	seen = image->pixels[(frame->source.y + (uint32_t)box.y1) * (size_t)image->width +
			     frame->source.x + (uint32_t)box.x1];
	seen = image->pixels[(frame->source.y + (uint32_t)box.y2 - 1) * (size_t)image->width +
			     frame->source.x + (uint32_t)box.x2 - 1];
}

static void fuzz_present(struct display *display, uint32_t index, const struct display_frame *frame)
{
	uint8_t mood = take_byte();

	CHECK(index < SCANOUTS && !world.in_flight[index]);
	look_at(frame);
	if (!frame->image->pixels && mood & 4) {
		display->listener->refused(display->data, index, frame->image);
		return;
	}
	image_drop(index);
	if (mood & 1) {
		world.shown[index] = gpu_image_ref(frame->image);
		frame->image->held++;
	}
	if (mood & 2)
		world.in_flight[index] = true;
	else
		display->listener->shown(display->data, index);
}

static void fuzz_blank(struct display *display, uint32_t index)
{
	image_drop(index);
	world.in_flight[index] = false;
}

static void fuzz_cursor_show(struct display *display, uint32_t index,
	const struct display_cursor *cursor, int32_t x, int32_t y)
{
	if (!cursor)
		return;
	CHECK(cursor->image->width == VIRTIO_GPU_CURSOR_SIZE_PX);
	seen = cursor->image->pixels[cursor->hot_y * VIRTIO_GPU_CURSOR_SIZE_PX + cursor->hot_x];
}

static void fuzz_cursor_move(struct display *display, uint32_t index, int32_t x, int32_t y)
{
}

static void fuzz_refresh(struct display *display)
{
	if (take_byte() & 1)
		display->listener->refreshed(display->data);
}

static bool fuzz_connected(const struct display *display)
{
	return true;
}

static void fuzz_destroy(struct display *display)
{
	for (uint32_t i = 0; i < SCANOUTS; i++)
		image_drop(i);
}

static const struct display_impl fuzz_impl = {
	.name = "fuzz",
	.guest_pages = true,
	.destroy = fuzz_destroy,
	.present = fuzz_present,
	.blank = fuzz_blank,
	.cursor_show = fuzz_cursor_show,
	.cursor_move = fuzz_cursor_move,
	.refresh = fuzz_refresh,
	.connected = fuzz_connected,
};

static void display_act(uint8_t what)
{
	uint32_t index = what % SCANOUTS;
	const struct display_listener *listener = &gpu_display_listener;

	switch (what / SCANOUTS % 4) {
	case 0:
		if (world.in_flight[index]) {
			world.in_flight[index] = false;
			listener->shown(&world.gpu, index);
		}
		break;
	case 1:
		image_drop(index);
		listener->released(&world.gpu, index);
		break;
	case 2:
		world.in_flight[index] = false;
		listener->restored(&world.gpu, index);
		break;
	case 3: {
		struct screen screen = {.connected = take_byte() & 1,
			.width_px = take_number() & 0x3fff,
			.height_px = take_number() & 0x3fff,
			.refresh_mhz = take_number() & 0xfffff};

		listener->screen_changed(&world.gpu, index, &screen);
		if (take_byte() & 1)
			listener->refreshed(&world.gpu);
		break;
	}
	}
}

/* --- Commands --- */

static const uint16_t types[16] = {0x100, 0x101, 0x102, 0x103, 0x104, 0x105, 0x106, 0x107, 0x108,
	0x10a, 0x10b, 0x300, 0x301, 0x101, 0x10c, 0x10d};

static const uint16_t types_3d[16] = {0x200, 0x201, 0x202, 0x203, 0x204, 0x205, 0x206, 0x207, 0x108,
	0x109, 0x204, 0x208, 0x209, 0x103, 0x10c, 0x208};

static const uint8_t formats[8] = {1, 2, 3, 4, 67, 68, 121, 134};

static size_t entries_take(uint32_t *words, uint32_t told)
{
	size_t count, entries = told < 12 ? told : 12;

	for (count = 0; count < 4 * entries; count += 4) {
		words[count] = take_number() * 64;
		words[count + 1] = 0;
		words[count + 2] = take_number() * 64;
		words[count + 3] = 0;
	}
	return count;
}

/* The words behind the header, as the type has them, so that most commands make sense. */
static size_t body_take(uint32_t type, uint32_t *words)
{
	size_t count = 0;

	switch (type) {
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_2D:
		words[0] = take_number();
		words[1] = formats[take_byte() % 8];
		words[2] = take_number();
		words[3] = take_number();
		return 4;
	case VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING:
		words[0] = take_number();
		words[1] = take_number();
		return 2 + entries_take(words + 2, words[1]);
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB:
		for (count = 0; count < 7; count++)
			words[count] = take_number();
		words[1] = words[1] < 200 ? 1 + words[1] % 3 : words[1];
		if (words[1] == VIRTIO_GPU_BLOB_MEM_GUEST || words[4] < 200)
			words[4] = 0;
		words[5] = words[7] = 0;
		/* A host blob that can be mapped is of whole pages. */
		words[6] = words[1] == VIRTIO_GPU_BLOB_MEM_HOST3D && words[2] & 1
				   ? words[6] % 8 * 4096
				   : words[6] * 16;
		return 8 + entries_take(words + 8, words[3]);
	case VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB:
		words[0] = take_number();
		words[2] = take_number() * 1024;
		words[3] = take_byte() / 250;
		return 4;
	case VIRTIO_GPU_CMD_SET_SCANOUT_BLOB:
		for (count = 0; count < 10; count++)
			words[count] = take_number();
		words[8] = formats[words[8] % 8];
		words[10] = words[6] * 4 + take_number() % 8 * 4;
		words[14] = take_number() * 4;
		if (take_byte() & 1) {
			words[0] = words[1] = 0;
			words[2] = words[6];
			words[3] = words[7];
		}
		return 18;
	case VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D:
		for (count = 0; count < 8; count++)
			words[count] = count == 5 ? take_byte() / 250 : take_number();
		return count;
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_3D:
		for (count = 0; count < 12; count++)
			words[count] = take_number();
		words[1] %= 4;
		words[2] = formats[words[2] % 8];
		words[3] |= words[3] & 1 ? VIRTIO_GPU_BIND_SCANOUT : 0;
		return count;
	case VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D:
	case VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D:
		for (count = 0; count < 12; count++)
			words[count] = count == 7 ? 0 : take_number();
		return count;
	default:
		for (count = 0; count < 8; count++)
			words[count] = take_number();
		return count;
	}
}

/* Takes data (malloc'ed). */
static void command_run(uint32_t queue, void *data, size_t size, size_t split, size_t room)
{
	struct fuzz_chain *chain = calloc(1, sizeof(*chain));
	size_t first = split < size ? split : size;

	memcpy(&chain->command, data,
		size < sizeof(chain->command) ? size : sizeof(chain->command));
	/* Exact sizes, so that a byte read beside them is seen. */
	chain->readable[0] = (struct iovec){malloc(first), first};
	chain->readable[1] = (struct iovec){malloc(size - first), size - first};
	memcpy(chain->readable[0].iov_base, data, first);
	memcpy(chain->readable[1].iov_base, (char *)data + first, size - first);
	chain->writable = (struct iovec){malloc(room), room};
	chain->base.readable = chain->readable;
	chain->base.readable_count = 2;
	chain->base.writable = &chain->writable;
	chain->base.writable_count = 1;
	free(data);
	world.chains++;
	gpu_command_dispatch(&world.gpu, &chain->base, queue);
}

static void command_take(uint32_t type)
{
	uint32_t words[80] = {0};
	size_t size = 24 + 4 * body_take(type, words + 6), room = 1056, split = SIZE_MAX;
	uint8_t mood = take_byte();
	void *data;

	if (mood & 1) {
		words[1] = VIRTIO_GPU_FLAG_FENCE;
		words[2] = take_byte();
	}
	if (mood & 2)
		split = take_byte();
	if (mood > 200)
		room = take_byte() * 5u;
	if (mood > 220)
		size = take_byte() < size ? take_byte() % (size + 1) : size;
	if (mood > 240)
		type = take_number();
	words[0] = type;
	if ((type >= 0x200 && type < 0x300) || type == VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB)
		words[4] = mood >> 2 & 3;
	data = malloc(size);
	memcpy(data, words, size);
	command_run((type >= 0x300) ^ (mood > 250), data, size, split, room);
}

static void operation(uint8_t op)
{
	struct vhost_user_device *device = &world.gpu.device;
	uint8_t config[sizeof(struct virtio_gpu_config)];

	if (op < 160) {
		command_take(types[op & 15]);
	} else if (op < 220) {
		display_act(op);
	} else if (op < 228) {
		uint32_t queue = op & 1;
		uint32_t before = world.chains;

		device->impl->queue_stopping(device, queue);
		CHECK(queue ? world.chains == before : world.chains == 0);
	} else if (op < 234) {
		memory_replace();
	} else if (op < 240) {
		uint32_t bits = take_number();

		device->impl->config_read(device, config);
		device->impl->config_write(device, take_byte() % 13, &bits, 4);
	} else if (op < 244) {
		device->impl->queue_stopping(device, 0);
		device->impl->queue_stopping(device, 1);
		device->impl->reset(device);
		CHECK(!world.gpu.resources.usage.memory_bytes);
		device->impl->features_set(device, take_byte());
	} else if (op < 249) {
		command_take(types_3d[take_byte() & 15]);
	} else if (op < 253) {
		uint8_t what = take_byte();

		if (what >= 128 && !wl_list_empty(&world.maps))
			map_answer(what & 1 ? -EIO : 0);
		else
			fuzz_renderer_act(world.gpu.renderer, what, take_byte());
	} else {
		world.ram[op & 1][take_number() % RAM_HALF_BYTES] = take_byte();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhost_user_device *device = &world.gpu.device;
	const struct gpu_limits limits = {
		.memory_bytes = 60000, .resources = 12, .backing_entries = 40, .contexts = 3};
	struct screen screens[SCANOUTS] = {
		{.connected = true, .width_px = 64, .height_px = 48, .refresh_mhz = 60000}};

	if (!world.loop) {
		log_init("fuzz", NULL, LOG_ERROR);
		world.loop = wl_event_loop_create();
		for (int i = 0; i < 2; i++)
			world.ram[i] = malloc(RAM_HALF_BYTES);
	}
	for (int i = 0; i < 2; i++)
		memset(world.ram[i], i + 1, RAM_HALF_BYTES);
	world.memory = calloc(1, sizeof(*world.memory));
	*world.memory = (struct vhost_user_memory){.references = 1, .address = {0, RAM_HALF_BYTES}};
	wl_list_init(&world.maps);
	input.data = data;
	input.size = size;
	CHECK(gpu_init(&world.gpu, world.loop, &limits, screens, SCANOUTS) == 0);
	display_init(&world.display, &fuzz_impl, &gpu_display_listener, &world.gpu);
	gpu_set_display(&world.gpu, &world.display);
	/* As after a flood: no line for any refusal. */
	world.gpu.faults.lines = LOG_LIMIT_BURST;
	world.gpu.faults.period_start_ns = clock_now_ns();
	gpu_set_renderer(&world.gpu, fuzz_renderer_create(&gpu_renderer_listener, &world.gpu));
	device->impl->features_set(device, world.gpu.device.features);
	while (input.size)
		operation(take_byte());
	/* The front end goes. */
	device->impl->queue_stopping(device, 0);
	device->impl->queue_stopping(device, 1);
	CHECK(world.chains == 0);
	device->impl->reset(device);
	while (!wl_list_empty(&world.maps))
		map_answer(-ECONNRESET);
	gpu_finish(&world.gpu);
	/* Frees the timers that were removed. */
	wl_event_loop_dispatch(world.loop, 0);
	vhost_user_memory_unref(world.memory);
	memset(world.in_flight, 0, sizeof(world.in_flight));
	return 0;
}
