/* SPDX-License-Identifier: MIT */
/* The eight formats on Weston's screen. Linux's driver uses one; a driver of ours uses them all. */
#include "guest-tests/pattern.h"
#include "tests/integration/guests/driver.h"
#include "tests/integration/guests/picture.h"
#include "tests/integration/plugin/cases.h"
#include <unistd.h>

#define WIDTH 333
#define HEIGHT 251
#define SHOWN_MS 15000
#define INI "[output]\nname=left\nmode=333x251\n[guest-display]\nguest=ivi\noutput=left\n"

static const enum virtio_gpu_format formats[] = {
	VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM,
	VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
	VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM,
	VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM,
	VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM,
	VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM,
	VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM,
	VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM,
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

static const struct rect whole = {.width = WIDTH, .height = HEIGHT};

static struct driver start(const char *name, struct host **host)
{
	*host = host_create(name);
	host_start_weston(*host, INI);
	backend_start(*host, "ivi", NULL);
	return driver_connect(*host, "ivi", false);
}

static void each_format_is_shown(void)
{
	struct host *host;
	struct driver driver = start(__func__, &host);

	for (uint32_t i = 0; i < FORMAT_COUNT; i++) {
		struct driver_resource resource =
			driver_create_resource(&driver, i + 1, formats[i], WIDTH, HEIGHT);
		struct picture *picture = picture_create(WIDTH, HEIGHT, 0);

		fprintf(stderr, "format %d\n", (int)formats[i]);
		driver_draw_pattern(&resource, i);
		driver_transfer(&driver, &resource, whole);
		driver_set_scanout(&driver, &resource);
		driver_flush(&driver, &resource, whole);
		picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, i);
		picture_expect(picture, host, "left", SHOWN_MS);
		picture_destroy(picture);
	}
	driver_disconnect(&driver);
	host_destroy(host);
}

/* All of the guest's pages change, and nothing outside what it transfers and flushes may. */
static void damage_alone_is_shown(void)
{
	static const struct rect damage[] = {
		{0, 0, 1, 1},
		{WIDTH - 1, HEIGHT - 1, 1, 1},
		{17, 31, 101, 53},
		{0, 100, WIDTH, 1},
		{200, 0, 1, HEIGHT},
		{301, 203, 32, 48},
	};
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);
	struct host *host;
	struct driver driver = start(__func__, &host);
	struct driver_resource resource =
		driver_create_resource(&driver, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, WIDTH, HEIGHT);

	driver_draw_pattern(&resource, 100);
	driver_transfer(&driver, &resource, whole);
	driver_set_scanout(&driver, &resource);
	driver_flush(&driver, &resource, whole);
	picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, 100);
	picture_expect(picture, host, "left", SHOWN_MS);
	for (uint32_t i = 0; i < 60; i++) {
		const struct rect *rect = &damage[i % (sizeof(damage) / sizeof(damage[0]))];

		driver_draw_pattern(&resource, 101 + i);
		driver_transfer(&driver, &resource, *rect);
		driver_flush(&driver, &resource, *rect);
		picture_draw_pattern(picture, 0, 0, (int32_t)rect->x, (int32_t)rect->y,
			(int32_t)rect->width, (int32_t)rect->height, 101 + i);
		if (i >= 12 && i < 59)
			continue;
		picture_expect(picture, host, "left", SHOWN_MS);
		/* Nor does the host have more than what was transferred. */
		driver_flush(&driver, &resource, whole);
		usleep(50000);
		picture_expect(picture, host, "left", SHOWN_MS);
	}
	picture_destroy(picture);
	driver_disconnect(&driver);
	host_destroy(host);
}

static void cursor_of_each_format_is_shown(void)
{
	static const struct {
		int32_t x, y;
	} places[FORMAT_COUNT] = {{40, 50}, {-21, -13}, {300, 200}, {-63, 10}, {WIDTH - 1, 3},
		{7, -63}, {-70, 0}, {0, 0}};
	const struct rect size = {.width = PATTERN_CURSOR_PX, .height = PATTERN_CURSOR_PX};
	struct host *host;
	struct driver driver = start(__func__, &host);
	struct driver_resource screen = driver_create_resource(
		&driver, 100, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, WIDTH, HEIGHT);

	driver_draw_pattern(&screen, 9);
	driver_transfer(&driver, &screen, whole);
	driver_set_scanout(&driver, &screen);
	driver_flush(&driver, &screen, whole);
	for (uint32_t i = 0; i < FORMAT_COUNT; i++) {
		struct driver_resource cursor = driver_create_resource(
			&driver, i + 1, formats[i], PATTERN_CURSOR_PX, PATTERN_CURSOR_PX);
		struct picture *picture = picture_create(WIDTH, HEIGHT, 0);

		fprintf(stderr, "format %d\n", (int)formats[i]);
		for (uint32_t y = 0; y < PATTERN_CURSOR_PX; y++)
			for (uint32_t x = 0; x < PATTERN_CURSOR_PX; x++)
				driver_put_pixel(&cursor, x, y, pattern_cursor_pixel(x, y, i));
		driver_transfer(&driver, &cursor, size);
		driver_set_cursor(&driver, &cursor, 5, 5);
		driver_move_cursor(&driver, places[i].x, places[i].y);
		picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, 9);
		picture_draw_cursor(picture, places[i].x, places[i].y, i);
		picture_expect(picture, host, "left", SHOWN_MS);
		picture_destroy(picture);
		if (i % 2 == 0)
			driver_set_cursor(&driver, NULL, 0, 0);
		driver_destroy_resource(&driver, &cursor);
	}
	driver_disconnect(&driver);
	host_destroy(host);
}

static const struct test_case cases[] = {
	CASE(each_format_is_shown),
	CASE(damage_alone_is_shown),
	CASE(cursor_of_each_format_is_shown),
};

CASES_MAIN(cases)
