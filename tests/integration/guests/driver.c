/* SPDX-License-Identifier: MIT */
/* Commands of a driver, one at a time. */
#include "tests/integration/guests/driver.h"

#include "guest-tests/pattern.h"
#include <string.h>

#define PIXEL_BYTES 4u

struct driver driver_connect(const struct host *host, const char *guest, bool sealed)
{
	struct frontend_options options = {.features = VIRTIO_GPU_F_RESOURCE_BLOB,
		.queue_count = VIRTIO_GPU_QUEUE_COUNT,
		.sealed = sealed};
	struct driver driver;
	char *path;

	check(asprintf(&path, "%s/%s.sock", host->dir, guest) >= 0);
	driver.frontend = frontend_connect(path, &options);
	check(driver.frontend && frontend_setup(driver.frontend) == 0);
	driver.command = frontend_alloc(driver.frontend, 4096, 64);
	driver.response = frontend_alloc(driver.frontend, 4096, 64);
	free(path);
	return driver;
}

void driver_disconnect(struct driver *driver)
{
	frontend_destroy(driver->frontend);
}

static void command(struct driver *driver, uint32_t queue, const void *data, size_t size)
{
	struct iovec out = {driver->command.host, size};
	struct iovec in = {driver->response.host, sizeof(struct virtio_gpu_ctrl_hdr)};
	struct virtio_gpu_ctrl_hdr response;
	uint32_t written;

	memcpy(driver->command.host, data, size);
	check(frontend_request(driver->frontend, queue, &out, 1, &in, 1, &written) == 0);
	/* The cursor queue's commands have no answer. */
	if (queue == VIRTIO_GPU_QUEUE_CURSOR)
		return;
	memcpy(&response, driver->response.host, sizeof(response));
	if (le32_get(response.type) != VIRTIO_GPU_RESP_OK_NODATA)
		check_fail("the answer is %#x", le32_get(response.type));
}

static void control(struct driver *driver, const void *data, size_t size)
{
	command(driver, VIRTIO_GPU_QUEUE_CONTROL, data, size);
}

static struct virtio_gpu_ctrl_hdr header(uint32_t type)
{
	return (struct virtio_gpu_ctrl_hdr){.type = le32_put(type)};
}

static struct virtio_gpu_rect rect_put(struct rect rect)
{
	return (struct virtio_gpu_rect){
		.x = le32_put(rect.x),
		.y = le32_put(rect.y),
		.width = le32_put(rect.width),
		.height = le32_put(rect.height),
	};
}

struct driver_resource driver_create_resource(struct driver *driver, uint32_t id,
	enum virtio_gpu_format format, uint32_t width, uint32_t height)
{
	size_t bytes = (size_t)width * height * PIXEL_BYTES;
	struct frontend_memory memory = frontend_alloc(driver->frontend, bytes, 4096);
	struct virtio_gpu_resource_create_2d create = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D),
		.resource_id = le32_put(id),
		.format = le32_put(format),
		.width = le32_put(width),
		.height = le32_put(height),
	};
	struct {
		struct virtio_gpu_resource_attach_backing command;
		struct virtio_gpu_mem_entry entry;
	} attach = {
		.command = {.hdr = header(VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING),
			.resource_id = le32_put(id),
			.nr_entries = le32_put(1)},
		.entry = {.addr = le64_put(memory.address), .length = le32_put((uint32_t)bytes)},
	};

	control(driver, &create, sizeof(create));
	control(driver, &attach, sizeof(attach));
	return (struct driver_resource){
		.id = id, .width = width, .height = height, .format = format, .bytes = memory.host};
}

struct driver_resource driver_create_blob(struct driver *driver, uint32_t id,
	enum virtio_gpu_format format, uint32_t width, uint32_t height)
{
	size_t pixels = (size_t)width * height * PIXEL_BYTES, bytes = (pixels + 4095) / 4096 * 4096;
	struct frontend_memory memory = frontend_alloc(driver->frontend, bytes, 4096);
	struct {
		struct virtio_gpu_resource_create_blob command;
		struct virtio_gpu_mem_entry entry;
	} create = {
		.command = {.hdr = header(VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB),
			.resource_id = le32_put(id),
			.blob_mem = le32_put(VIRTIO_GPU_BLOB_MEM_GUEST),
			.nr_entries = le32_put(1),
			.size = le64_put(bytes)},
		.entry = {.addr = le64_put(memory.address), .length = le32_put((uint32_t)bytes)},
	};

	control(driver, &create, sizeof(create));
	return (struct driver_resource){.id = id,
		.width = width,
		.height = height,
		.format = format,
		.bytes = memory.host,
		.blob = true};
}

void driver_destroy_resource(struct driver *driver, const struct driver_resource *resource)
{
	struct virtio_gpu_resource_id unref = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_UNREF),
		.resource_id = le32_put(resource->id),
	};

	control(driver, &unref, sizeof(unref));
}

/* Where in a pixel's four bytes are red, green, blue and the fourth, as the format's name says. */
static void byte_order(enum virtio_gpu_format format, unsigned int order[static 4])
{
	static const struct {
		enum virtio_gpu_format format;
		unsigned int order[4];
	} orders[] = {
		{VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, {2, 1, 0, 3}},
		{VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, {2, 1, 0, 3}},
		{VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, {1, 2, 3, 0}},
		{VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, {1, 2, 3, 0}},
		{VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, {0, 1, 2, 3}},
		{VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, {3, 2, 1, 0}},
		{VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, {3, 2, 1, 0}},
		{VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, {0, 1, 2, 3}},
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (orders[i].format == format) {
			memcpy(order, orders[i].order, sizeof(orders[i].order));
			return;
		}
	}
	check_fail("unknown format %d", (int)format);
}

void driver_put_pixel(struct driver_resource *resource, uint32_t x, uint32_t y, uint32_t argb)
{
	uint8_t *pixel = resource->bytes + ((size_t)y * resource->width + x) * PIXEL_BYTES;
	unsigned int order[4];

	byte_order(resource->format, order);
	pixel[order[0]] = (uint8_t)(argb >> 16);
	pixel[order[1]] = (uint8_t)(argb >> 8);
	pixel[order[2]] = (uint8_t)argb;
	pixel[order[3]] = (uint8_t)(argb >> 24);
}

void driver_draw_pattern(struct driver_resource *resource, uint32_t seed)
{
	for (uint32_t y = 0; y < resource->height; y++)
		for (uint32_t x = 0; x < resource->width; x++)
			driver_put_pixel(resource, x, y,
				pattern_hash(y, x, seed) << 24 | pattern_pixel(x, y, seed));
}

void driver_transfer(
	struct driver *driver, const struct driver_resource *resource, struct rect rect)
{
	uint64_t offset = ((uint64_t)rect.y * resource->width + rect.x) * PIXEL_BYTES;
	struct virtio_gpu_transfer_to_host_2d transfer = {
		.hdr = header(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D),
		.r = rect_put(rect),
		.offset = le64_put(offset),
		.resource_id = le32_put(resource->id),
	};

	control(driver, &transfer, sizeof(transfer));
}

static void set_scanout_blob(
	struct driver *driver, const struct driver_resource *resource, struct rect part)
{
	struct virtio_gpu_set_scanout_blob scanout = {
		.hdr = header(VIRTIO_GPU_CMD_SET_SCANOUT_BLOB),
		.r = rect_put(part),
		.resource_id = le32_put(resource->id),
		.width = le32_put(resource->width),
		.height = le32_put(resource->height),
		.format = le32_put(resource->format),
		.strides = {le32_put(resource->width * PIXEL_BYTES)},
	};

	control(driver, &scanout, sizeof(scanout));
}

void driver_set_scanout_part(
	struct driver *driver, const struct driver_resource *resource, struct rect part)
{
	struct virtio_gpu_set_scanout scanout = {
		.hdr = header(VIRTIO_GPU_CMD_SET_SCANOUT),
		.r = rect_put(part),
		.resource_id = le32_put(resource->id),
	};

	if (resource->blob)
		set_scanout_blob(driver, resource, part);
	else
		control(driver, &scanout, sizeof(scanout));
}

void driver_set_scanout(struct driver *driver, const struct driver_resource *resource)
{
	driver_set_scanout_part(driver, resource,
		(struct rect){.width = resource->width, .height = resource->height});
}

void driver_flush(struct driver *driver, const struct driver_resource *resource, struct rect rect)
{
	struct virtio_gpu_resource_flush flush = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_FLUSH),
		.r = rect_put(rect),
		.resource_id = le32_put(resource->id),
	};

	flush.hdr.flags = le32_put(VIRTIO_GPU_FLAG_FENCE);
	control(driver, &flush, sizeof(flush));
}

void driver_set_cursor(
	struct driver *driver, const struct driver_resource *resource, int32_t x, int32_t y)
{
	struct virtio_gpu_update_cursor update = {
		.hdr = header(VIRTIO_GPU_CMD_UPDATE_CURSOR),
		.pos = {.x = le32_put((uint32_t)x), .y = le32_put((uint32_t)y)},
		.resource_id = le32_put(resource ? resource->id : 0),
	};

	command(driver, VIRTIO_GPU_QUEUE_CURSOR, &update, sizeof(update));
}

void driver_move_cursor(struct driver *driver, int32_t x, int32_t y)
{
	struct virtio_gpu_update_cursor move = {
		.hdr = header(VIRTIO_GPU_CMD_MOVE_CURSOR),
		.pos = {.x = le32_put((uint32_t)x), .y = le32_put((uint32_t)y)},
	};

	command(driver, VIRTIO_GPU_QUEUE_CURSOR, &move, sizeof(move));
}
