/* SPDX-License-Identifier: MIT */
/* Where a guest's picture is on the screen, pixel by pixel. */
#include "tests/fixtures/weston/screenshot.h"
#include "tests/integration/plugin/backend.h"
#include "tests/integration/plugin/cases.h"
#include <stdlib.h>
#include <unistd.h>

#define RED 0xff0000u
#define GREEN 0x00ff00u
#define BLUE 0x0000ffu
#define WHITE 0xffffffu
#define BLACK 0x000000u
#define FALLBACK 0x101418u

#define LEFT_640x480 "[output]\nname=left\nmode=640x480\n"
#define RIGHT_320x240 "[output]\nname=right\nmode=320x240\n"

/* Where a picture is scaled, the outermost pixels and those at a seam are mixed: left out. */
static const uint32_t quarters[4] = {RED, GREEN, BLUE, WHITE};

struct stage {
	struct weston *weston;
	struct backend *backend;
	struct backend_scanout *scanout;
};

/* A Weston with the ini, and guest "cluster" with a scanout 0 of quarters of this size. */
static struct stage stage_open(const char *ini, int32_t width, int32_t height)
{
	struct stage stage = {.weston = weston_start(&(struct weston_setup){.ini = ini}, false)};

	stage.backend = backend_connect_guest(stage.weston, "cluster");
	stage.scanout = backend_scanout_create(stage.backend, 0);
	if (width)
		backend_paint_quarters(
			stage.backend, stage.scanout->surface, width, height, quarters);
	return stage;
}

static void stage_close(struct stage *stage)
{
	backend_disconnect(stage->backend);
	free(stage->scanout);
	weston_stop(stage->weston);
}

#define expect(stage, output, tolerance, ...)                                                      \
	screenshot_expect((stage)->weston, output,                                                 \
		(const struct screenshot_rect[]){__VA_ARGS__, {0}}, tolerance)

static void full_output_is_covered(void)
{
	struct stage stage =
		stage_open(LEFT_640x480 "[guest-display]\nguest=cluster\noutput=left\n", 640, 480);

	expect(&stage, "left", 0, {0, 0, 320, 240, RED}, {320, 0, 320, 240, GREEN},
		{0, 240, 320, 240, BLUE}, {320, 240, 320, 240, WHITE});
	stage_close(&stage);
}

static void area_is_kept_to(void)
{
	struct stage stage = stage_open(LEFT_640x480
		"[guest-display]\nguest=cluster\noutput=left\narea=100,60,200x100\n",
		200, 100);

	expect(&stage, "left", 0, {100, 60, 100, 50, RED}, {200, 60, 100, 50, GREEN},
		{100, 110, 100, 50, BLUE}, {200, 110, 100, 50, WHITE});
	/* What is outside is the shell's; it is none of the guest's colours. */
	struct screenshot *shot = screenshot_take(stage.weston, "left");
	for (int32_t y = 0; y < 480; y++)
		for (int32_t x = 0; x < 640; x++) {
			uint32_t pixel = screenshot_pixel(shot, x, y);
			bool inside = x >= 100 && x < 300 && y >= 60 && y < 160;

			check(inside || (pixel != RED && pixel != GREEN && pixel != BLUE &&
						pixel != WHITE));
		}
	screenshot_destroy(shot);
	stage_close(&stage);
}

static void fit_keeps_aspect_on_black(void)
{
	struct stage stage = stage_open(
		LEFT_640x480 "[guest-display]\nguest=cluster\noutput=left\nscale=fit\n", 320, 120);

	/* Twice the size, 640x240, with bars of 120 above and below. */
	expect(&stage, "left", 0, {0, 0, 640, 120, BLACK}, {0, 360, 640, 120, BLACK},
		{2, 122, 316, 116, RED}, {322, 122, 316, 116, GREEN}, {2, 242, 316, 116, BLUE},
		{322, 242, 316, 116, WHITE});
	stage_close(&stage);
}

static void fit_shrinks_what_is_larger(void)
{
	struct stage stage = stage_open(LEFT_640x480
		"[guest-display]\nguest=cluster\noutput=left\narea=40,40,100x200\nscale=fit\n",
		400, 400);

	expect(&stage, "left", 0, {40, 40, 100, 50, BLACK}, {40, 190, 100, 50, BLACK},
		{42, 92, 46, 46, RED}, {92, 92, 46, 46, GREEN}, {42, 142, 46, 46, BLUE},
		{92, 142, 46, 46, WHITE});
	stage_close(&stage);
}

static void fill_stretches(void)
{
	struct stage stage = stage_open(
		LEFT_640x480 "[guest-display]\nguest=cluster\noutput=left\nscale=fill\n", 320, 120);

	expect(&stage, "left", 0, {2, 2, 316, 236, RED}, {322, 2, 316, 236, GREEN},
		{2, 242, 316, 236, BLUE}, {322, 242, 316, 236, WHITE});
	stage_close(&stage);
}

static void none_is_top_left(void)
{
	struct stage stage = stage_open(
		LEFT_640x480 "[guest-display]\nguest=cluster\noutput=left\nscale=none\n", 200, 100);

	expect(&stage, "left", 0, {0, 0, 100, 50, RED}, {100, 0, 100, 50, GREEN},
		{0, 50, 100, 50, BLUE}, {100, 50, 100, 50, WHITE}, {200, 0, 440, 480, BLACK},
		{0, 100, 200, 380, BLACK});
	stage_close(&stage);
}

static void none_clips_what_is_larger(void)
{
	struct stage stage = stage_open(LEFT_640x480
		"[guest-display]\nguest=cluster\noutput=left\narea=20,30,120x80\nscale=none\n",
		200, 100);
	struct screenshot *shot;

	expect(&stage, "left", 0, {20, 30, 100, 50, RED}, {120, 30, 20, 50, GREEN},
		{20, 80, 100, 30, BLUE}, {120, 80, 20, 30, WHITE});
	shot = screenshot_take(stage.weston, "left");
	check(screenshot_pixel(shot, 140, 40) != GREEN);
	check(screenshot_pixel(shot, 30, 110) != BLUE);
	screenshot_destroy(shot);
	stage_close(&stage);
}

static void scaled_output_has_its_pixels(void)
{
	struct stage stage = stage_open(
		"[output]\nname=left\nmode=640x480\nscale=2\n"
		"[guest-display]\nguest=cluster\noutput=left\narea=10,20,200x100\nscale=none\n",
		200, 100);

	check(stage.scanout->width_px == 200 && stage.scanout->height_px == 100);
	expect(&stage, "left", 0, {10, 20, 100, 50, RED}, {110, 20, 100, 50, GREEN},
		{10, 70, 100, 50, BLUE}, {110, 70, 100, 50, WHITE});
	stage_close(&stage);
}

static void new_size_is_placed_anew(void)
{
	struct stage stage =
		stage_open(LEFT_640x480 "[guest-display]\nguest=cluster\noutput=left\n", 640, 480);

	backend_paint_quarters(stage.backend, stage.scanout->surface, 320, 480, quarters);
	expect(&stage, "left", 0, {0, 0, 160, 480, BLACK}, {480, 0, 160, 480, BLACK},
		{160, 0, 160, 240, RED}, {320, 240, 160, 240, WHITE});
	backend_paint_quarters(stage.backend, stage.scanout->surface, 320, 240, quarters);
	expect(&stage, "left", 0, {2, 2, 316, 236, RED}, {322, 2, 316, 236, GREEN},
		{2, 242, 316, 236, BLUE}, {322, 242, 316, 236, WHITE});
	stage_close(&stage);
}

static void higher_layer_is_in_front(void)
{
	struct stage stage = stage_open(LEFT_640x480
		"[guest-display]\nguest=cluster\nscanout=0\noutput=left\nlayer=20\n"
		"area=100,100,200x200\n"
		"[guest-display]\nguest=cluster\nscanout=1\noutput=left\nlayer=10\n",
		200, 200);
	struct backend_scanout *behind = backend_scanout_create(stage.backend, 1);

	/* The lower one comes later, and once more after the upper. */
	backend_paint(stage.backend, behind->surface, 640, 480, 0x404040);
	backend_paint(stage.backend, behind->surface, 640, 480, 0x808080);
	expect(&stage, "left", 0, {100, 100, 100, 100, RED}, {200, 200, 100, 100, WHITE},
		{0, 0, 640, 100, 0x808080}, {300, 100, 340, 380, 0x808080});
	free(behind);
	stage_close(&stage);
}

static void cursor_is_clipped(void)
{
	struct stage stage = stage_open(LEFT_640x480
		"[guest-display]\nguest=cluster\nscanout=0\noutput=left\narea=0,0,320x480\n"
		"[guest-display]\nguest=cluster\nscanout=1\noutput=left\narea=320,0,320x480\n",
		0, 0);
	struct backend_scanout *other = backend_scanout_create(stage.backend, 1);
	struct wl_surface *cursor = wl_compositor_create_surface(stage.backend->compositor);
	struct wl_subsurface *subsurface = wl_subcompositor_get_subsurface(
		stage.backend->subcompositor, cursor, stage.scanout->surface);

	backend_paint(stage.backend, other->surface, 320, 480, BLUE);
	wl_subsurface_set_position(subsurface, 300, 100);
	backend_paint(stage.backend, cursor, 64, 64, RED);
	backend_paint(stage.backend, stage.scanout->surface, 320, 480, GREEN);
	expect(&stage, "left", 0, {0, 0, 300, 480, GREEN}, {300, 100, 20, 64, RED},
		{320, 0, 320, 480, BLUE});
	/* And as it moves, and out over the top. */
	wl_subsurface_set_position(subsurface, 290, -30);
	wl_surface_commit(stage.scanout->surface);
	check(backend_sync(stage.backend));
	expect(&stage, "left", 0, {0, 100, 320, 380, GREEN}, {290, 0, 30, 34, RED},
		{320, 0, 320, 480, BLUE});
	wl_subsurface_destroy(subsurface);
	free(other);
	stage_close(&stage);
}

static void cursor_stays_off_the_next_output(void)
{
	struct stage stage = stage_open(LEFT_640x480 RIGHT_320x240
		"[guest-display]\nguest=cluster\nscanout=0\noutput=left\nlayer=1\n"
		"[guest-display]\nguest=cluster\nscanout=1\noutput=right\n",
		0, 0);
	struct backend_scanout *next = backend_scanout_create(stage.backend, 1);
	struct wl_surface *cursor = wl_compositor_create_surface(stage.backend->compositor);
	struct wl_subsurface *subsurface = wl_subcompositor_get_subsurface(
		stage.backend->subcompositor, cursor, stage.scanout->surface);

	backend_paint(stage.backend, next->surface, 320, 240, BLUE);
	wl_subsurface_set_position(subsurface, 620, 100);
	backend_paint(stage.backend, cursor, 64, 64, RED);
	backend_paint(stage.backend, stage.scanout->surface, 640, 480, GREEN);
	expect(&stage, "left", 0, {0, 0, 620, 480, GREEN}, {620, 100, 20, 64, RED});
	expect(&stage, "right", 0, {0, 0, 320, 240, BLUE});
	wl_subsurface_destroy(subsurface);
	free(next);
	stage_close(&stage);
}

static void cursor_is_scaled_and_clipped(void)
{
	struct stage stage = stage_open(LEFT_640x480
		"[guest-display]\nguest=cluster\noutput=left\narea=0,0,320x480\nscale=fit\n",
		0, 0);
	struct wl_surface *cursor = wl_compositor_create_surface(stage.backend->compositor);
	struct wl_subsurface *subsurface = wl_subcompositor_get_subsurface(
		stage.backend->subcompositor, cursor, stage.scanout->surface);

	/* 160x120 becomes 320x240 at 0,120; a cursor at 150,110 would reach 44 pixels further. */
	wl_subsurface_set_position(subsurface, 150, 110);
	backend_paint(stage.backend, cursor, 32, 32, RED);
	backend_paint(stage.backend, stage.scanout->surface, 160, 120, GREEN);
	expect(&stage, "left", 0, {0, 0, 320, 119, BLACK}, {2, 122, 290, 236, GREEN},
		{304, 344, 14, 14, RED}, {0, 361, 320, 119, BLACK});
	stage_close(&stage);
}

static void two_outputs_have_their_own(void)
{
	struct stage stage = stage_open(LEFT_640x480 RIGHT_320x240
		"[guest-display]\nguest=cluster\noutput=left\n"
		"[guest-display]\nguest=ivi\noutput=right\n",
		640, 480);
	struct backend *ivi = backend_connect_guest(stage.weston, "ivi");
	struct backend_scanout *scanout = backend_scanout_create(ivi, 0);

	backend_paint(ivi, scanout->surface, 320, 240, 0x123456);
	expect(&stage, "left", 0, {0, 0, 320, 240, RED}, {320, 240, 320, 240, WHITE});
	expect(&stage, "right", 0, {0, 0, 320, 240, 0x123456});
	backend_disconnect(ivi);
	free(scanout);
	stage_close(&stage);
}

static void area_beyond_the_output_is_cut(void)
{
	struct stage stage = stage_open(LEFT_640x480
		"[guest-display]\nguest=cluster\noutput=left\narea=600,400,200x100\nscale=none\n",
		40, 80);

	weston_expect_log(stage.weston, "weston.ini:12: the area does not fit on output \"left\"");
	check(stage.scanout->width_px == 40 && stage.scanout->height_px == 80);
	expect(&stage, "left", 0, {600, 400, 20, 40, RED}, {620, 440, 20, 40, WHITE});
	stage_close(&stage);
}

static void panel_of_desktop_shell_is_covered(void)
{
	struct stage stage = {0};

	stage.weston = weston_start(
		&(struct weston_setup){.shell = "desktop-shell.so",
			.ini = LEFT_640x480 "[guest-display]\nguest=cluster\noutput=left\n"},
		false);
	stage.backend = backend_connect_guest(stage.weston, "cluster");
	stage.scanout = backend_scanout_create(stage.backend, 0);
	backend_paint_quarters(stage.backend, stage.scanout->surface, 640, 480, quarters);
	sleep(1); /* for the panel */
	expect(&stage, "left", 0, {0, 0, 320, 240, RED}, {320, 240, 320, 240, WHITE});
	stage_close(&stage);
}

static void ivi_shell_shows_guests(void)
{
	struct stage stage = {0};

	stage.weston = weston_start(
		&(struct weston_setup){.shell = "ivi-shell.so",
			.ini = LEFT_640x480 "[guest-display]\nguest=cluster\noutput=left\n"},
		false);
	stage.backend = backend_connect_guest(stage.weston, "cluster");
	stage.scanout = backend_scanout_create(stage.backend, 0);
	backend_paint_quarters(stage.backend, stage.scanout->surface, 640, 480, quarters);
	expect(&stage, "left", 0, {0, 0, 320, 240, RED}, {320, 240, 320, 240, WHITE});
	stage_close(&stage);
}

static const struct test_case cases[] = {
	CASE(full_output_is_covered),
	CASE(area_is_kept_to),
	CASE(fit_keeps_aspect_on_black),
	CASE(fit_shrinks_what_is_larger),
	CASE(fill_stretches),
	CASE(none_is_top_left),
	CASE(none_clips_what_is_larger),
	CASE(scaled_output_has_its_pixels),
	CASE(new_size_is_placed_anew),
	CASE(higher_layer_is_in_front),
	CASE(cursor_is_clipped),
	CASE(cursor_stays_off_the_next_output),
	CASE(cursor_is_scaled_and_clipped),
	CASE(two_outputs_have_their_own),
	CASE(area_beyond_the_output_is_cut),
	CASE(panel_of_desktop_shell_is_covered),
	CASE(ivi_shell_shows_guests),
};

CASES_MAIN(cases)
