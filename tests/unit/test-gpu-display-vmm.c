/* SPDX-License-Identifier: MIT */
/* The VMM's own console, played by the test at the other end of the display's socket. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "gpu-backend/display.h"
#include "gpu-backend/vmm-protocol.h"
#include "tests/unit/unit.h"

#define MAX_PAYLOAD (1u << 20)

struct console {
	struct wl_event_loop *loop;
	struct display *display;
	int fd; /* the VMM's end */
	struct gpu_image *image;

	/* What the display told the device. */
	uint32_t shown[VIRTIO_GPU_MAX_SCANOUTS];
	uint32_t restored, refreshed;
	struct screen screens[VIRTIO_GPU_MAX_SCANOUTS];
	/* Presented again when a new socket comes. */
	bool present_on_restore;

	/* The last message. */
	struct vmm_header header;
	union {
		uint64_t u64;
		struct vmm_cursor_pos pos;
		struct vmm_cursor_update cursor;
		struct vmm_scanout scanout;
		struct vmm_update update;
		struct vmm_edid_request edid;
		uint8_t bytes[MAX_PAYLOAD];
	};
};

static void present(
	struct console *console, uint32_t scanout, struct rect source, struct rect damage);

static void handle_shown(void *data, uint32_t scanout)
{
	((struct console *)data)->shown[scanout]++;
}

static void handle_screen_changed(void *data, uint32_t scanout, const struct screen *screen)
{
	((struct console *)data)->screens[scanout] = *screen;
}

static void handle_restored(void *data, uint32_t scanout)
{
	struct console *console = data;

	console->restored++;
	if (console->present_on_restore && !scanout)
		present(console, 0, (struct rect){0, 0, 16, 8}, (struct rect){0, 0, 16, 8});
}

static void handle_refreshed(void *data)
{
	((struct console *)data)->refreshed++;
}

static const struct display_listener listener = {
	.shown = handle_shown,
	.screen_changed = handle_screen_changed,
	.restored = handle_restored,
	.refreshed = handle_refreshed,
};

static void settle(struct console *console)
{
	for (int i = 0; i < 10; i++)
		wl_event_loop_dispatch(console->loop, 0);
}

/* A new socket for the display; the old one stays open at the VMM's side unless it was closed. */
static void plug(struct console *console)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	console->fd = pair[0];
	console->display->impl->socket_set(console->display, pair[1]);
}

static void send_bytes(struct console *console, const void *bytes, size_t size)
{
	assert_int_equal(send(console->fd, bytes, size, MSG_NOSIGNAL), size);
	settle(console);
}

static void reply(struct console *console, uint32_t request, const void *payload, uint32_t size)
{
	struct vmm_header header = {request, VMM_FLAG_REPLY, size};
	char bytes[sizeof(header) + 2048];

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), payload, size);
	send_bytes(console, bytes, sizeof(header) + size);
}

static bool has_bytes(struct console *console)
{
	struct pollfd fd = {.fd = console->fd, .events = POLLIN};

	settle(console);
	return poll(&fd, 1, 0) == 1;
}

static void receive_bytes(struct console *console, void *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got;

		wl_event_loop_dispatch(console->loop, 0);
		got = recv(console->fd, (char *)to + done, size - done, MSG_DONTWAIT);
		if (got < 0 && errno == EAGAIN)
			continue;
		assert_true(got > 0);
		done += (size_t)got;
	}
}

/* The next message; it is that request and of that size. */
static void expect(struct console *console, uint32_t request, size_t size)
{
	receive_bytes(console, &console->header, sizeof(console->header));
	assert_int_equal(console->header.request, request);
	assert_int_equal(console->header.flags, 0);
	assert_int_equal(console->header.size, size);
	assert_true(size <= MAX_PAYLOAD);
	receive_bytes(console, console->bytes, size);
	settle(console);
}

static void handshake(struct console *console, uint64_t features)
{
	expect(console, VMM_GET_PROTOCOL_FEATURES, 0);
	reply(console, VMM_GET_PROTOCOL_FEATURES, &features, sizeof(features));
	expect(console, VMM_SET_PROTOCOL_FEATURES, 8);
	assert_int_equal(console->u64, features & VMM_PROTOCOL_F_EDID);
}

static struct console *console_create(void)
{
	struct console *console = calloc(1, sizeof(*console));

	assert_non_null(console);
	console->loop = wl_event_loop_create();
	console->display = display_vmm_create(console->loop, &listener, console);
	assert_non_null(console->display);
	console->image = gpu_image_create(1024, 512);
	assert_non_null(console->image);
	for (uint32_t i = 0; i < 1024 * 512; i++)
		console->image->pixels[i] = i;
	console->fd = -1;
	return console;
}

static struct console *console_create_ready(void)
{
	struct console *console = console_create();

	plug(console);
	handshake(console, VMM_PROTOCOL_F_EDID);
	return console;
}

static void console_destroy(struct console *console)
{
	console->display->impl->destroy(console->display);
	if (console->fd >= 0)
		close(console->fd);
	assert_int_equal(console->image->held, 0);
	assert_int_equal(console->image->references, 1);
	gpu_image_unref(console->image);
	wl_event_loop_destroy(console->loop);
	free(console);
}

static void present(
	struct console *console, uint32_t scanout, struct rect source, struct rect damage)
{
	pixman_region32_t region;
	struct display_frame frame = {.image = console->image, .source = source, .damage = &region};

	pixman_region32_init_rect(
		&region, (int)damage.x, (int)damage.y, damage.width, damage.height);
	console->display->impl->present(console->display, scanout, &frame);
	pixman_region32_fini(&region);
}

static void expect_scanout(struct console *console, uint32_t index, uint32_t width, uint32_t height)
{
	expect(console, VMM_SCANOUT, sizeof(struct vmm_scanout));
	assert_int_equal(console->scanout.scanout_id, index);
	assert_int_equal(console->scanout.width, width);
	assert_int_equal(console->scanout.height, height);
}

/* An update of that damage, with the pixels that the image has from source on. */
static void expect_update(
	struct console *console, uint32_t index, struct rect source, struct rect damage)
{
	const uint8_t *pixels = console->bytes + sizeof(struct vmm_update);

	expect(console, VMM_UPDATE, sizeof(struct vmm_update) + damage.width * damage.height * 4);
	assert_int_equal(console->update.scanout_id, index);
	assert_int_equal(console->update.x, damage.x);
	assert_int_equal(console->update.y, damage.y);
	assert_int_equal(console->update.width, damage.width);
	assert_int_equal(console->update.height, damage.height);
	for (uint32_t y = 0; y < damage.height; y++) {
		for (uint32_t x = 0; x < damage.width; x++) {
			uint32_t pixel;

			memcpy(&pixel, pixels + ((size_t)y * damage.width + x) * 4, 4);
			assert_int_equal(
				pixel, (source.y + damage.y + y) * 1024 + source.x + damage.x + x);
		}
	}
}

static struct virtio_gpu_resp_display_info info_of(uint32_t count)
{
	struct virtio_gpu_resp_display_info info = {0};

	for (uint32_t i = 0; i < count; i++) {
		info.pmodes[i].enabled = le32_put(1);
		info.pmodes[i].r.width = le32_put(1000 + i);
		info.pmodes[i].r.height = le32_put(500 + i);
	}
	return info;
}

static void asks_for_features_first(void **state)
{
	struct console *console = console_create();

	plug(console);
	assert_true(console->display->impl->connected(console->display));
	present(console, 0, (struct rect){0, 0, 16, 8}, (struct rect){0, 0, 16, 8});
	expect(console, VMM_GET_PROTOCOL_FEATURES, 0);
	assert_false(has_bytes(console));
	reply(console, VMM_GET_PROTOCOL_FEATURES, &(uint64_t){~UINT64_C(0)}, 8);
	expect(console, VMM_SET_PROTOCOL_FEATURES, 8);
	assert_int_equal(console->u64, VMM_PROTOCOL_F_EDID);
	expect_scanout(console, 0, 16, 8);
	expect_update(console, 0, (struct rect){0}, (struct rect){0, 0, 16, 8});
	assert_int_equal(console->shown[0], 1);
	console_destroy(console);
}

static void tells_screens_with_their_edids(void **state)
{
	struct console *console = console_create_ready();
	struct virtio_gpu_resp_display_info info = info_of(2);
	struct virtio_gpu_resp_edid edid = {.size = le32_put(256)};

	console->display->impl->refresh(console->display);
	expect(console, VMM_GET_DISPLAY_INFO, 0);
	reply(console, VMM_GET_DISPLAY_INFO, &info, sizeof(info));
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(console->refreshed, 0);
		expect(console, VMM_GET_EDID, sizeof(struct vmm_edid_request));
		assert_int_equal(console->edid.scanout_id, i);
		memset(edid.edid, (int)i + 1, sizeof(edid.edid));
		reply(console, VMM_GET_EDID, &edid, sizeof(edid));
	}
	assert_int_equal(console->refreshed, 1);
	for (uint32_t i = 0; i < 2; i++) {
		assert_true(console->screens[i].connected);
		assert_int_equal(console->screens[i].width_px, 1000 + i);
		assert_int_equal(console->screens[i].height_px, 500 + i);
		assert_int_equal(console->screens[i].edid_size_bytes, 256);
		assert_int_equal(console->screens[i].edid[255], i + 1);
	}
	assert_false(console->screens[2].connected);
	console_destroy(console);
}

static void without_edid_feature_asks_for_none(void **state)
{
	struct console *console = console_create();
	struct virtio_gpu_resp_display_info info = info_of(1);

	plug(console);
	handshake(console, 0);
	console->display->impl->refresh(console->display);
	expect(console, VMM_GET_DISPLAY_INFO, 0);
	reply(console, VMM_GET_DISPLAY_INFO, &info, sizeof(info));
	assert_int_equal(console->refreshed, 1);
	assert_int_equal(console->screens[0].edid_size_bytes, 0);
	assert_false(has_bytes(console));
	console_destroy(console);
}

static void edid_longer_than_it_can_be_is_none(void **state)
{
	struct console *console = console_create_ready();
	struct virtio_gpu_resp_display_info info = info_of(1);
	struct virtio_gpu_resp_edid edid = {.size = le32_put(1025)};

	console->display->impl->refresh(console->display);
	expect(console, VMM_GET_DISPLAY_INFO, 0);
	reply(console, VMM_GET_DISPLAY_INFO, &info, sizeof(info));
	expect(console, VMM_GET_EDID, sizeof(struct vmm_edid_request));
	reply(console, VMM_GET_EDID, &edid, sizeof(edid));
	assert_int_equal(console->refreshed, 1);
	assert_int_equal(console->screens[0].edid_size_bytes, 0);
	console_destroy(console);
}

static void update_has_the_damaged_pixels(void **state)
{
	struct console *console = console_create_ready();
	struct rect source = {100, 50, 300, 200}, whole = {0, 0, 1024, 512};

	present(console, 3, source, (struct rect){0, 0, 300, 200});
	expect_scanout(console, 3, 300, 200);
	expect_update(console, 3, source, (struct rect){0, 0, 300, 200});
	present(console, 3, source, (struct rect){7, 9, 1, 1});
	expect_update(console, 3, source, (struct rect){7, 9, 1, 1});
	present(console, 3, source, (struct rect){11, 0, 13, 200});
	expect_update(console, 3, source, (struct rect){11, 0, 13, 200});
	assert_int_equal(console->shown[3], 3);
	/* Whole rows of the image. */
	present(console, 3, whole, (struct rect){0, 10, 1024, 200});
	expect_scanout(console, 3, 1024, 512);
	expect_update(console, 3, whole, (struct rect){0, 10, 1024, 200});
	assert_int_equal(console->shown[3], 4);
	console_destroy(console);
}

static void every_rectangle_of_the_damage_is_told(void **state)
{
	struct console *console = console_create_ready();
	struct rect source = {0, 0, 64, 64};
	pixman_region32_t region;
	struct display_frame frame = {.image = console->image, .source = source, .damage = &region};

	pixman_region32_init_rect(&region, 0, 0, 4, 4);
	pixman_region32_union_rect(&region, &region, 20, 20, 8, 8);
	pixman_region32_union_rect(&region, &region, 60, 60, 4, 4);
	console->display->impl->present(console->display, 0, &frame);
	pixman_region32_fini(&region);
	expect_scanout(console, 0, 64, 64);
	expect_update(console, 0, source, (struct rect){0, 0, 4, 4});
	expect_update(console, 0, source, (struct rect){20, 20, 8, 8});
	expect_update(console, 0, source, (struct rect){60, 60, 4, 4});
	assert_int_equal(console->shown[0], 1);
	assert_false(has_bytes(console));
	console_destroy(console);
}

static void blank_switches_the_scanout_off(void **state)
{
	struct console *console = console_create_ready();
	struct rect source = {0, 0, 16, 8};

	present(console, 0, source, source);
	expect_scanout(console, 0, 16, 8);
	expect_update(console, 0, source, source);
	console->display->impl->blank(console->display, 0);
	expect_scanout(console, 0, 0, 0);
	present(console, 0, source, source);
	expect_scanout(console, 0, 16, 8);
	expect_update(console, 0, source, source);
	console_destroy(console);
}

static void cursor_has_its_picture_place_and_end(void **state)
{
	struct console *console = console_create_ready();
	struct gpu_image *image = gpu_image_create(64, 64);
	struct display_cursor cursor = {.image = image, .hot_x = 5, .hot_y = 6};
	const struct display_impl *impl = console->display->impl;

	for (uint32_t i = 0; i < 64 * 64; i++)
		image->pixels[i] = i * 3;
	impl->cursor_show(console->display, 1, &cursor, 70, -3);
	expect(console, VMM_CURSOR_UPDATE, sizeof(struct vmm_cursor_update));
	assert_int_equal(console->cursor.pos.scanout_id, 1);
	assert_int_equal(console->cursor.pos.x, 70);
	assert_int_equal((int32_t)console->cursor.pos.y, -3);
	assert_int_equal(console->cursor.hot_x, 5);
	assert_int_equal(console->cursor.hot_y, 6);
	assert_memory_equal(console->cursor.pixels, image->pixels, 64 * 64 * 4);
	impl->cursor_move(console->display, 1, 71, 4);
	expect(console, VMM_CURSOR_POS, sizeof(struct vmm_cursor_pos));
	assert_int_equal(console->pos.x, 71);
	assert_int_equal(console->pos.y, 4);
	impl->cursor_show(console->display, 1, NULL, 72, 5);
	expect(console, VMM_CURSOR_POS_HIDE, sizeof(struct vmm_cursor_pos));
	assert_int_equal(console->pos.scanout_id, 1);
	assert_int_equal(console->pos.x, 72);
	gpu_image_unref(image);
	console_destroy(console);
}

/* What happens while the VMM does not read is told as its outcome, not as its history. */
static void slow_reader_gets_the_newest_alone(void **state)
{
	struct console *console = console_create_ready();
	struct rect whole = {0, 0, 1024, 512};
	uint32_t moves = 0;

	present(console, 0, whole, whole);
	settle(console);
	assert_int_equal(console->shown[0], 0);
	assert_int_equal(console->image->held, 2);
	for (int32_t i = 0; i < 100000; i++)
		console->display->impl->cursor_move(console->display, 0, i, i);
	expect_scanout(console, 0, 1024, 512);
	/* 2 MB; the cursor comes when they are through. */
	receive_bytes(console, &console->header, sizeof(console->header));
	receive_bytes(console, console->bytes, sizeof(struct vmm_update));
	for (uint32_t y = 0; y < 512; y++) {
		receive_bytes(console, console->bytes, 4096);
		assert_memory_equal(console->bytes, console->image->pixels + y * 1024, 4096);
	}
	settle(console);
	assert_int_equal(console->shown[0], 1);
	while (has_bytes(console)) {
		expect(console, VMM_CURSOR_POS_HIDE, sizeof(struct vmm_cursor_pos));
		assert_int_equal(console->pos.x, 99999);
		moves++;
	}
	assert_int_equal(moves, 1);
	console_destroy(console);
}

static void blank_amid_an_update_finishes_the_update(void **state)
{
	struct console *console = console_create_ready();
	struct rect whole = {0, 0, 1024, 512};

	present(console, 0, whole, whole);
	settle(console);
	console->display->impl->blank(console->display, 0);
	expect_scanout(console, 0, 1024, 512);
	receive_bytes(console, &console->header, sizeof(console->header));
	assert_int_equal(console->header.request, VMM_UPDATE);
	for (uint32_t left = console->header.size; left;) {
		uint32_t size = left < 4096 ? left : 4096;

		receive_bytes(console, console->bytes, size);
		left -= size;
	}
	expect_scanout(console, 0, 0, 0);
	assert_int_equal(console->shown[0], 0);
	console_destroy(console);
}

/* The VMM goes after each byte of what it sends or reads; nothing stays behind, and the next socket
 * works. */
static void socket_that_closes_at_any_byte(void **state)
{
	struct virtio_gpu_resp_display_info info = info_of(1);
	struct vmm_header header = {VMM_GET_DISPLAY_INFO, VMM_FLAG_REPLY, sizeof(info)};
	char bytes[sizeof(header) + sizeof(info)];

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), &info, sizeof(info));
	for (size_t size = 0; size < sizeof(bytes); size++) {
		struct console *console = console_create_ready();

		console->display->impl->refresh(console->display);
		expect(console, VMM_GET_DISPLAY_INFO, 0);
		if (size)
			send_bytes(console, bytes, size);
		assert_int_equal(console->refreshed, 0);
		close(console->fd);
		console->fd = -1;
		settle(console);
		/* Nobody answers any more, so the guest hears what is known. */
		assert_int_equal(console->refreshed, 1);
		assert_false(console->display->impl->connected(console->display));
		plug(console);
		handshake(console, 1);
		console_destroy(console);
	}
}

static void socket_that_closes_amid_an_update(void **state)
{
	static const size_t sizes[] = {0, 1, 11, 12, 23, 24, 25, 36, 44, 45, 5000, 100000};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct console *console = console_create_ready();
		struct rect whole = {0, 0, 1024, 512};

		present(console, 0, whole, whole);
		for (size_t left = sizes[i]; left;) {
			size_t size = left < 4096 ? left : 4096;

			receive_bytes(console, console->bytes, size);
			left -= size;
		}
		close(console->fd);
		console->fd = -1;
		settle(console);
		assert_false(console->display->impl->connected(console->display));
		assert_int_equal(console->image->held, 0);
		/* Without a console frames are dropped, and nobody is told they were shown. */
		present(console, 0, whole, whole);
		assert_int_equal(console->image->held, 0);
		console_destroy(console);
	}
}

static void new_socket_replaces_the_old(void **state)
{
	struct console *console = console_create_ready();
	struct rect source = {0, 0, 16, 8};
	int old;
	char byte;

	present(console, 0, (struct rect){0, 0, 1024, 512}, (struct rect){0, 0, 1024, 512});
	settle(console);
	old = console->fd;
	console->present_on_restore = true;
	console->restored = 0;
	plug(console);
	assert_int_equal(console->restored, VIRTIO_GPU_MAX_SCANOUTS);
	handshake(console, 1);
	expect_scanout(console, 0, 16, 8);
	expect_update(console, 0, source, source);
	while (recv(old, &byte, 1, MSG_DONTWAIT) == 1)
		continue;
	assert_int_equal(recv(old, &byte, 1, MSG_DONTWAIT), 0);
	close(old);
	console_destroy(console);
}

static void check_dropped(const void *bytes, size_t size, bool asked)
{
	struct console *console = console_create_ready();

	if (asked) {
		console->display->impl->refresh(console->display);
		expect(console, VMM_GET_DISPLAY_INFO, 0);
	}
	send_bytes(console, bytes, size);
	assert_false(console->display->impl->connected(console->display));
	assert_int_equal(console->refreshed, asked);
	console_destroy(console);
}

static void bad_replies_lose_the_socket(void **state)
{
	static const struct vmm_header bad[] = {
		{VMM_GET_EDID, VMM_FLAG_REPLY, sizeof(struct virtio_gpu_resp_display_info)},
		{VMM_GET_DISPLAY_INFO, VMM_FLAG_REPLY, 0},
		{VMM_GET_DISPLAY_INFO, VMM_FLAG_REPLY,
			sizeof(struct virtio_gpu_resp_display_info) - 1},
		{VMM_GET_DISPLAY_INFO, VMM_FLAG_REPLY,
			sizeof(struct virtio_gpu_resp_display_info) + 1},
		{VMM_GET_DISPLAY_INFO, VMM_FLAG_REPLY, 0xffffffff},
		{VMM_GET_DISPLAY_INFO, 0, sizeof(struct virtio_gpu_resp_display_info)},
		{0, 0, 0},
		{0xffffffff, 0xffffffff, 0xffffffff},
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		check_dropped(&bad[i], sizeof(bad[i]), true);
		check_dropped(&bad[i], sizeof(bad[i]), false);
	}
}

static void destroyed_amid_everything(void **state)
{
	struct console *console = console_create_ready();
	struct gpu_image *image = gpu_image_create(64, 64);
	struct display_cursor cursor = {.image = image};

	console->display->impl->cursor_show(console->display, 0, &cursor, 0, 0);
	present(console, 0, (struct rect){0, 0, 1024, 512}, (struct rect){0, 0, 1024, 512});
	console->display->impl->refresh(console->display);
	settle(console);
	gpu_image_unref(image);
	console_destroy(console);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(asks_for_features_first),
	cmocka_unit_test(tells_screens_with_their_edids),
	cmocka_unit_test(without_edid_feature_asks_for_none),
	cmocka_unit_test(edid_longer_than_it_can_be_is_none),
	cmocka_unit_test(update_has_the_damaged_pixels),
	cmocka_unit_test(every_rectangle_of_the_damage_is_told),
	cmocka_unit_test(blank_switches_the_scanout_off),
	cmocka_unit_test(cursor_has_its_picture_place_and_end),
	cmocka_unit_test(slow_reader_gets_the_newest_alone),
	cmocka_unit_test(blank_amid_an_update_finishes_the_update),
	cmocka_unit_test(socket_that_closes_at_any_byte),
	cmocka_unit_test(socket_that_closes_amid_an_update),
	cmocka_unit_test(new_socket_replaces_the_old),
	cmocka_unit_test(bad_replies_lose_the_socket),
	cmocka_unit_test(destroyed_amid_everything),
};

UNIT_MAIN(cases)
