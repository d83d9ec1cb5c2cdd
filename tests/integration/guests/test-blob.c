/* SPDX-License-Identifier: MIT */
/*
 * Blobs of guest memory on Weston's screen, pixel for pixel. Where Weston draws with GL it reads
 * the guest's own pages, and the back end copies nothing: as a udmabuf where the host has them, and
 * else as the memfd itself. With pixman there are no dmabufs, and the pixels are copied.
 */
#include "tests/integration/guests/driver.h"
#include "tests/integration/guests/picture.h"
#include "tests/integration/plugin/cases.h"
#include <stdlib.h>
#include <string.h>

#define WIDTH 320
#define HEIGHT 243
#define SHOWN_MS 15000
#define INI "[output]\nname=left\nmode=320x243\n[guest-display]\nguest=ivi\noutput=left\n"

static const struct rect whole = {.width = WIDTH, .height = HEIGHT};

static bool draws_with_gl(void)
{
	return !strcmp(getenv("TEST_RENDERER"), "gl");
}

static struct driver start(const char *name, bool sealed, struct host **host)
{
	*host = host_create(name);
	host_start_weston(*host, INI);
	backend_start(*host, "ivi", NULL);
	return driver_connect(*host, "ivi", sealed);
}

static void expect_pattern(struct host *host, uint32_t seed)
{
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);

	picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, seed);
	picture_expect(picture, host, "left", SHOWN_MS);
	picture_destroy(picture);
}

static void expect_no_copy(struct host *host)
{
	host_expect_scanout_text(host, "ivi", "path", "zero-copy");
	host_expect_scanout_text(host, "ivi", "handed_as", host_handed_as());
	check(host_read_backend(host, "ivi", "bytes_copied") == 0);
}

static void each_format_is_shown(void)
{
	static const enum virtio_gpu_format formats[] = {
		VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM,
		VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
		VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM,
		VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM,
		VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM,
		VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM,
		VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM,
		VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM,
	};
	struct host *host;
	struct driver driver = start(__func__, true, &host);

	for (uint32_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct driver_resource blob =
			driver_create_blob(&driver, i + 1, formats[i], WIDTH, HEIGHT);

		fprintf(stderr, "format %d\n", (int)formats[i]);
		driver_draw_pattern(&blob, i);
		driver_set_scanout(&driver, &blob);
		driver_flush(&driver, &blob, whole);
		expect_pattern(host, i);
		/* Weston's GL takes the first four as they are. */
		if (draws_with_gl() && i < 4)
			expect_no_copy(host);
		if (!draws_with_gl())
			host_expect_scanout_text(host, "ivi", "handed_as", "shm");
	}
	driver_disconnect(&driver);
	host_destroy(host);
}

/* As a guest with two buffers does it, the next picture after the one before was shown. */
static void flips_are_shown(void)
{
	struct host *host;
	struct driver driver = start(__func__, true, &host);
	struct driver_resource blobs[2];

	for (uint32_t i = 0; i < 2; i++)
		blobs[i] = driver_create_blob(
			&driver, i + 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, WIDTH, HEIGHT);
	for (uint32_t i = 0; i < 40; i++) {
		driver_draw_pattern(&blobs[i % 2], i);
		driver_set_scanout(&driver, &blobs[i % 2]);
		driver_flush(&driver, &blobs[i % 2], whole);
		if (i < 4 || i == 39)
			expect_pattern(host, i);
	}
	if (draws_with_gl())
		expect_no_copy(host);
	else
		check(host_read_backend(host, "ivi", "bytes_copied") >= 40 * WIDTH * HEIGHT * 4);
	driver_disconnect(&driver);
	host_destroy(host);
}

/* The right part of a picture ends a row behind its memory, as compositors count. */
static void right_edge_is_shown(void)
{
	static const struct rect part = {100, 0, WIDTH - 100, HEIGHT};
	struct picture *picture = picture_create(WIDTH - 100, HEIGHT, 0);
	struct host *host = host_create(__func__);
	struct driver_resource pictures[2];
	struct driver driver;

	host_start_weston(host, "[output]\nname=left\nmode=220x243\n"
				"[guest-display]\nguest=ivi\noutput=left\n");
	backend_start(host, "ivi", NULL);
	driver = driver_connect(host, "ivi", true);
	pictures[0] =
		driver_create_resource(&driver, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, WIDTH, HEIGHT);
	pictures[1] =
		driver_create_blob(&driver, 2, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, WIDTH, HEIGHT);
	for (uint32_t i = 0; i < 2; i++) {
		driver_draw_pattern(&pictures[i], i + 1);
		driver_transfer(&driver, &pictures[i], whole);
		driver_set_scanout_part(&driver, &pictures[i], part);
		driver_flush(&driver, &pictures[i], whole);
		picture_draw_pattern(picture, -100, 0, 100, 0, WIDTH - 100, HEIGHT, i + 1);
		picture_expect(picture, host, "left", SHOWN_MS);
	}
	picture_destroy(picture);
	driver_disconnect(&driver);
	host_destroy(host);
}

/* Who could take pages away from under the compositor does not get to hand them over. */
static void memory_that_can_shrink_is_copied(void)
{
	struct host *host;
	struct driver driver = start(__func__, false, &host);
	struct driver_resource blob =
		driver_create_blob(&driver, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, WIDTH, HEIGHT);

	driver_draw_pattern(&blob, 1);
	driver_set_scanout(&driver, &blob);
	driver_flush(&driver, &blob, whole);
	expect_pattern(host, 1);
	host_expect_scanout_text(host, "ivi", "path", "copy");
	driver_disconnect(&driver);
	host_destroy(host);
}

static void blob_outlives_the_compositor(void)
{
	struct host *host;
	struct driver driver = start(__func__, true, &host);
	struct driver_resource blob =
		driver_create_blob(&driver, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, WIDTH, HEIGHT);

	driver_draw_pattern(&blob, 1);
	driver_set_scanout(&driver, &blob);
	driver_flush(&driver, &blob, whole);
	expect_pattern(host, 1);
	for (int i = 0; i < 3; i++) {
		weston_stop(host->weston);
		host_start_weston(host, INI);
		expect_pattern(host, 1);
		expect_no_copy(host);
	}
	driver_disconnect(&driver);
	host_destroy(host);
}

static const struct test_case cases[] = {
	CASE(each_format_is_shown),
	CASE(flips_are_shown),
	CASE(right_edge_is_shown),
	CASE(memory_that_can_shrink_is_copied),
	CASE(blob_outlives_the_compositor),
};

CASES_MAIN(cases)
