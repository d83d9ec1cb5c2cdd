/* SPDX-License-Identifier: MIT */
/* The picture where a guest is absent: shown, hidden by the first frame, and back at its loss. */
#include "binnacle-scanout-v1-client-protocol.h"
#include "tests/fixtures/weston/screenshot.h"
#include "tests/integration/plugin/backend.h"
#include "tests/integration/plugin/cases.h"
#include <png.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define LEFT "[output]\nname=left\nmode=640x480\n"
#define CLUSTER "[guest-display]\nguest=cluster\noutput=left\n"
#define BUILT_IN 0x101418u

/* A PNG of two halves, left and right, in a file of its own. */
static char *write_png(uint32_t width, uint32_t height, uint32_t left, uint32_t right, bool alpha)
{
	png_image png = {.version = PNG_IMAGE_VERSION,
		.width = width,
		.height = height,
		.format = alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB};
	size_t step = alpha ? 4 : 3;
	uint8_t *pixels = calloc((size_t)width * height, step);
	char *path = strdup("/tmp/binnacle-fallback-XXXXXX");
	int fd = mkstemp(path);

	check(pixels && fd >= 0);
	close(fd);
	for (uint32_t i = 0; i < width * height; i++) {
		uint32_t rgb = i % width < width / 2 ? left : right;

		pixels[i * step] = (uint8_t)(rgb >> 16);
		pixels[i * step + 1] = (uint8_t)(rgb >> 8);
		pixels[i * step + 2] = (uint8_t)rgb;
		if (alpha)
			pixels[i * step + 3] = i % width < width / 2 ? 255 : 0;
	}
	check(png_image_write_to_file(&png, path, 0, pixels, 0, NULL));
	free(pixels);
	return path;
}

static struct weston *start(const char *ini, const char *png)
{
	char *text;
	struct weston *weston;

	check(asprintf(&text, "%s%s%s\n", ini, png ? "fallback=" : "", png ? png : "") >= 0);
	weston = weston_start(
		&(struct weston_setup){.ini = text, .module = getenv("TEST_HOTPLUG")}, false);
	free(text);
	return weston;
}

static void expect_all(struct weston *weston, uint32_t rgb)
{
	screenshot_expect(
		weston, "left", (const struct screenshot_rect[]){{0, 0, 640, 480, rgb}, {0}}, 0);
}

static void expect_halves(struct weston *weston)
{
	screenshot_expect(weston, "left",
		(const struct screenshot_rect[]){
			{0, 0, 320, 480, 0x336699}, {320, 0, 320, 480, 0x996633}, {0}},
		0);
}

static void built_in_is_shown(void)
{
	struct weston *weston = start(LEFT CLUSTER, NULL);

	expect_all(weston, BUILT_IN);
	weston_stop(weston);
}

static void png_is_shown(void)
{
	char *png = write_png(640, 480, 0x336699, 0x996633, false);
	struct weston *weston = start(LEFT CLUSTER, png);

	expect_halves(weston);
	weston_stop(weston);
	unlink(png);
	free(png);
}

static void png_is_scaled_and_clipped_as_the_guest(void)
{
	char *png = write_png(200, 100, 0x336699, 0x996633, false);
	struct weston *weston = start(LEFT CLUSTER "area=40,40,80x60\nscale=none\n", png);
	struct screenshot *shot;

	/* Only its left half fits. */
	screenshot_expect(weston, "left",
		(const struct screenshot_rect[]){{40, 40, 80, 60, 0x336699}, {0}}, 0);
	shot = screenshot_take(weston, "left");
	check(screenshot_pixel(shot, 121, 50) != 0x336699);
	check(screenshot_pixel(shot, 50, 101) != 0x336699);
	screenshot_destroy(shot);
	weston_stop(weston);
	unlink(png);
	free(png);
}

static void png_of_another_aspect_is_on_black(void)
{
	char *png = write_png(320, 120, 0x336699, 0x996633, false);
	struct weston *weston = start(LEFT CLUSTER, png);

	screenshot_expect(weston, "left",
		(const struct screenshot_rect[]){{0, 0, 640, 119, 0x000000},
			{0, 361, 640, 119, 0x000000}, {2, 122, 316, 236, 0x336699},
			{322, 122, 316, 236, 0x996633}, {0}},
		0);
	weston_stop(weston);
	unlink(png);
	free(png);
}

static void transparent_png_is_on_black(void)
{
	char *png = write_png(640, 480, 0x336699, 0x996633, true);
	struct weston *weston = start(LEFT CLUSTER, png);

	screenshot_expect(weston, "left",
		(const struct screenshot_rect[]){
			{0, 0, 320, 480, 0x336699}, {320, 0, 320, 480, 0x000000}, {0}},
		0);
	weston_stop(weston);
	unlink(png);
	free(png);
}

static void frame_hides_it_and_its_loss_brings_it_back(void)
{
	char *png = write_png(640, 480, 0x336699, 0x996633, false);
	struct weston *weston = start(LEFT CLUSTER, png);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	/* A scanout without a buffer is no guest yet. */
	expect_halves(weston);
	backend_paint(backend, scanout->surface, 640, 480, 0xff0000);
	expect_all(weston, 0xff0000);
	backend_unmap(backend, scanout->surface);
	expect_halves(weston);
	backend_paint(backend, scanout->surface, 640, 480, 0x00ff00);
	expect_all(weston, 0x00ff00);
	binnacle_scanout_v1_destroy(scanout->scanout);
	check(backend_sync(backend));
	expect_halves(weston);
	scanout->scanout =
		binnacle_scanout_manager_v1_get_scanout(backend->manager, scanout->surface, 0);
	check(backend_sync(backend));
	expect_all(weston, 0x00ff00);
	wl_surface_destroy(scanout->surface);
	check(backend_sync(backend));
	expect_halves(weston);
	backend_disconnect(backend);
	free(scanout);

	backend = backend_connect_guest(weston, "cluster");
	scanout = backend_scanout_create(backend, 0);
	backend_paint(backend, scanout->surface, 640, 480, 0x0000ff);
	expect_all(weston, 0x0000ff);
	backend_disconnect(backend);
	free(scanout);
	expect_halves(weston);
	weston_stop(weston);
	unlink(png);
	free(png);
}

static void built_in_comes_back(void)
{
	struct weston *weston = start(LEFT CLUSTER, NULL);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	backend_paint(backend, scanout->surface, 640, 480, 0xff0000);
	expect_all(weston, 0xff0000);
	binnacle_scanout_v1_destroy(scanout->scanout);
	check(backend_sync(backend));
	expect_all(weston, BUILT_IN);
	free(scanout);
	scanout = backend_scanout_create(backend, 0);
	backend_paint(backend, scanout->surface, 640, 480, 0x00ff00);
	expect_all(weston, 0x00ff00);
	backend_disconnect(backend);
	free(scanout);
	expect_all(weston, BUILT_IN);
	weston_stop(weston);
}

static void built_in_covers_what_is_behind(void)
{
	struct weston *weston = start(LEFT CLUSTER
		"[guest-display]\nguest=ivi\noutput=left\nlayer=1\narea=100,100,200x200\n",
		NULL);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	backend_paint(backend, scanout->surface, 640, 480, 0xff0000);
	screenshot_expect(weston, "left",
		(const struct screenshot_rect[]){
			{0, 0, 640, 100, 0xff0000}, {100, 100, 200, 200, BUILT_IN}, {0}},
		0);
	backend_disconnect(backend);
	free(scanout);
	weston_stop(weston);
}

static void small_guest_is_on_black_and_not_on_the_png(void)
{
	char *png = write_png(640, 480, 0x336699, 0x996633, false);
	struct weston *weston = start(LEFT CLUSTER "scale=none\n", png);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	expect_halves(weston);
	backend_paint(backend, scanout->surface, 100, 100, 0xff0000);
	screenshot_expect(weston, "left",
		(const struct screenshot_rect[]){{0, 0, 100, 100, 0xff0000},
			{100, 0, 540, 480, 0x000000}, {0, 100, 100, 380, 0x000000}, {0}},
		0);
	backend_disconnect(backend);
	free(scanout);
	weston_stop(weston);
	unlink(png);
	free(png);
}

static void bad_png_is_named_and_replaced(void)
{
	char *png = write_png(64, 48, 0x336699, 0x996633, false);
	struct weston *weston;

	check(truncate(png, 60) == 0);
	weston = start(LEFT CLUSTER, png);
	weston_expect_log(weston, "weston.ini:12: fallback=/tmp/binnacle-fallback-");
	expect_all(weston, BUILT_IN);
	weston_stop(weston);
	unlink(png);
	weston = start(LEFT CLUSTER, png);
	weston_expect_log(
		weston, "No such file or directory; the built-in picture is used instead");
	expect_all(weston, BUILT_IN);
	weston_stop(weston);
	free(png);
}

static void png_survives_the_screen(void)
{
	char *png = write_png(640, 480, 0x336699, 0x996633, false);
	struct weston *weston = start(LEFT CLUSTER, png);

	expect_halves(weston);
	kill(weston->pid, SIGRTMIN + 3);
	usleep(300000);
	check(!screenshot_take(weston, "left"));
	kill(weston->pid, SIGRTMIN + 3);
	expect_halves(weston);
	weston_stop(weston);
	unlink(png);
	free(png);
}

static const struct test_case cases[] = {
	CASE(built_in_is_shown),
	CASE(png_is_shown),
	CASE(png_is_scaled_and_clipped_as_the_guest),
	CASE(png_of_another_aspect_is_on_black),
	CASE(transparent_png_is_on_black),
	CASE(frame_hides_it_and_its_loss_brings_it_back),
	CASE(built_in_comes_back),
	CASE(built_in_covers_what_is_behind),
	CASE(small_guest_is_on_black_and_not_on_the_png),
	CASE(bad_png_is_named_and_replaced),
	CASE(png_survives_the_screen),
};

CASES_MAIN(cases)
