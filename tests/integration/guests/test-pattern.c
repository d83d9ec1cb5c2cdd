/* SPDX-License-Identifier: MIT */
/* A guest's pattern on the screen of Weston, pixel for pixel. */
#include "tests/integration/guests/picture.h"
#include "tests/integration/plugin/cases.h"
#include <stdlib.h>

#define SHOWN_MS 15000
#define WIDTH 640
#define HEIGHT 480
#define LEFT "[output]\nname=left\nmode=640x480\n"
#define DISPLAY "[guest-display]\nguest=ivi\nscanout=0\noutput=left\n"

/* Weston, the back end and a guest that has drawn and holds its picture. */
static struct host *start(const char *name, const char *ini, const char *arguments)
{
	struct host *host = host_create(name);
	struct process *guest;
	char *role;

	host_start_weston(host, ini);
	backend_start(host, "ivi", NULL);
	check(asprintf(&role, "test:test-pattern,%s,--hold,600", arguments) >= 0);
	guest = guest_start(
		host, &(struct guest_setup){.kind = "uml", .name = "ivi", .role = role});
	process_expect_log(guest, "READY", 1, GUEST_BOOT_MS);
	free(role);
	return host;
}

static void finish(struct host *host, struct picture *picture)
{
	picture_expect(picture, host, "left", SHOWN_MS);
	picture_destroy(picture);
	host_destroy(host);
}

static struct picture *full_pattern(uint32_t seed)
{
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);

	picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, seed);
	return picture;
}

static void full_picture_is_shown(void)
{
	struct host *host = start(__func__, LEFT DISPLAY, "--seed,3");
	struct picture *picture = full_pattern(3);

	picture_expect(picture, host, "left", SHOWN_MS);
	host_expect_scanout_text(host, "ivi", "path", "copy");
	host_expect_scanout_text(host, "ivi", "handed_as", host_handed_as());
	finish(host, picture);
}

/*
 * Linux 6.12 transfers and flushes everything once its framebuffer has changed; test-format has
 * the case in which nothing outside the damage may change.
 */
static void damage_is_shown(void)
{
	struct host *host = start(__func__, LEFT DISPLAY,
		"--seed,5,--damage,1x1+0+0,--damage,1x1+639+479,"
		"--damage,101x53+17+31,--damage,640x1+0+200,--damage,1x480+333+0");
	struct picture *picture = full_pattern(5);

	picture_draw_pattern(picture, 0, 0, 0, 0, 1, 1, 6);
	picture_draw_pattern(picture, 0, 0, 639, 479, 1, 1, 7);
	picture_draw_pattern(picture, 0, 0, 17, 31, 101, 53, 8);
	picture_draw_pattern(picture, 0, 0, 0, 200, 640, 1, 9);
	picture_draw_pattern(picture, 0, 0, 333, 0, 1, 480, 10);
	finish(host, picture);
}

static void flipped_damage_is_shown(void)
{
	struct host *host = start(__func__, LEFT DISPLAY,
		"--seed,5,--flip,--damage,101x53+17+31,--damage,97x31+300+50,"
		"--damage,640x1+0+200,--damage,33x77+607+403");
	struct picture *picture = full_pattern(5);

	picture_draw_pattern(picture, 0, 0, 17, 31, 101, 53, 6);
	picture_draw_pattern(picture, 0, 0, 300, 50, 97, 31, 7);
	picture_draw_pattern(picture, 0, 0, 0, 200, 640, 1, 8);
	picture_draw_pattern(picture, 0, 0, 607, 403, 33, 77, 9);
	finish(host, picture);
}

static void odd_mode_is_shown(void)
{
	struct host *host =
		start(__func__, "[output]\nname=left\nmode=641x479\n" DISPLAY, "--seed,7");
	struct picture *picture = picture_create(641, 479, 0);

	picture_draw_pattern(picture, 0, 0, 0, 0, 641, 479, 7);
	finish(host, picture);
}

static void odd_area_is_shown(void)
{
	struct host *host = start(__func__, LEFT DISPLAY "area=13,7,333x251\n", "--seed,9");
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);

	picture_draw_pattern(picture, 13, 7, 0, 0, 333, 251, 9);
	finish(host, picture);
}

static void part_of_a_buffer_is_shown(void)
{
	struct host *host = start(__func__, LEFT DISPLAY,
		"--seed,11,--buffer,901x703,--source,33+17,--damage,300x200+0+0");
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);

	picture_draw_pattern(picture, -33, -17, 0, 0, 901, 703, 11);
	picture_draw_pattern(picture, -33, -17, 0, 0, 300, 200, 12);
	finish(host, picture);
}

static void cursor_is_at(const char *name, const char *arguments, int32_t x, int32_t y)
{
	char *all;
	struct host *host;
	struct picture *picture = full_pattern(13);

	check(asprintf(&all, "--seed,13,%s", arguments) >= 0);
	host = start(name, LEFT DISPLAY, all);
	free(all);
	picture_draw_cursor(picture, x, y, 13);
	finish(host, picture);
}

static void cursor_is_shown(void)
{
	cursor_is_at(__func__, "--cursor,40+50", 40, 50);
}

static void moved_cursor_is_shown(void)
{
	cursor_is_at(__func__, "--cursor,0+0,--cursor,300+200,--cursor,-30+470,--cursor,201+133",
		201, 133);
}

static void cursor_over_left_and_top_is_shown(void)
{
	cursor_is_at(__func__, "--cursor,100+100,--cursor,-21+-13", -21, -13);
}

static void cursor_over_right_and_bottom_is_shown(void)
{
	cursor_is_at(__func__, "--cursor,100+100,--cursor,603+451", 603, 451);
}

/* The position that a guest's program gives is that of the hot spot. */
static void cursor_hot_spot_is_kept(void)
{
	cursor_is_at(__func__, "--hot-spot,9+5,--cursor,120+90", 120, 90);
}

static const struct test_case cases[] = {
	CASE(full_picture_is_shown),
	CASE(damage_is_shown),
	CASE(flipped_damage_is_shown),
	CASE(odd_mode_is_shown),
	CASE(odd_area_is_shown),
	CASE(part_of_a_buffer_is_shown),
	CASE(cursor_is_shown),
	CASE(moved_cursor_is_shown),
	CASE(cursor_over_left_and_top_is_shown),
	CASE(cursor_over_right_and_bottom_is_shown),
	CASE(cursor_hot_spot_is_kept),
};

CASES_MAIN(cases)
