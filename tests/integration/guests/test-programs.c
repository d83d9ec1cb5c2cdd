/* SPDX-License-Identifier: MIT */
/* Programs that are not ours, drawing in 3D in a guest: kmscube, and a Weston of the guest's own.
 */
#include "tests/fixtures/weston/screenshot.h"
#include "tests/integration/guests/picture.h"
#include "tests/integration/plugin/cases.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN_MS 15000
#define WIDTH 640
#define HEIGHT 480
#define LEFT "[output]\nname=left\nmode=640x480\n"
#define DISPLAY "[guest-display]\nguest=ivi\nscanout=0\noutput=left\n"

static struct host *start(const char *name)
{
	struct host *host = host_create(name);

	host_start_weston(host, LEFT DISPLAY);
	backend_start(host, "ivi", "--virgl", NULL);
	return host;
}

static struct process *start_guest(struct host *host, const char *role)
{
	return guest_start(host, &(struct guest_setup){.kind = "uml", .name = "ivi", .role = role});
}

/* It does not count the first. */
#define CUBE_FRAMES "2000"
#define CUBE_COUNTED "Rendered 1999 frames"

/* Half of white, however a GPU rounds it. */
static bool is_grey(uint32_t rgb)
{
	return rgb == 0x7f7f7f || rgb == 0x808080;
}

/* The cube turns in the middle, before a grey that reaches each edge. */
static void expect_cube(const struct screenshot *shot)
{
	unsigned int coloured = 0;

	check(shot->width == WIDTH && shot->height == HEIGHT);
	for (int32_t y = 0; y < HEIGHT; y++) {
		for (int32_t x = 0; x < WIDTH; x++) {
			uint32_t rgb = screenshot_pixel(shot, x, y);

			if (is_grey(rgb))
				continue;
			if (x < WIDTH / 8 || x >= WIDTH * 7 / 8 || y == 0 || y == HEIGHT - 1)
				check_fail("pixel %d,%d is #%06x instead of grey", x, y, rgb);
			coloured++;
		}
	}
	if (coloured < WIDTH * HEIGHT / 10)
		check_fail("only %u pixels are of a cube", coloured);
}

/* Waits for the cube, or for one that looks different. */
static struct screenshot *await_cube(struct host *host, const struct screenshot *before)
{
	int64_t end_ms = host_now_ms() + SHOWN_MS;
	size_t size = sizeof(uint32_t) * WIDTH * HEIGHT;

	while (host_now_ms() < end_ms) {
		struct screenshot *shot = screenshot_take(host->weston, "left");

		check(shot);
		if (!is_grey(screenshot_pixel(shot, WIDTH / 2, HEIGHT / 2)) &&
			is_grey(screenshot_pixel(shot, 0, 0)) &&
			(!before || memcmp(shot->pixels, before->pixels, size) != 0))
			return shot;
		screenshot_destroy(shot);
		usleep(10000);
	}
	check_fail("the cube %s", before ? "does not turn" : "is not there");
}

static void tell_line(const struct process *process, const char *text)
{
	char *log = process_read_log(process), *line = strstr(log, text);

	check(line);
	fprintf(stderr, "%.*s\n", (int)strcspn(line, "\r\n"), line);
	free(log);
}

static void kmscube_turns(void)
{
	struct host *host = start(__func__);
	struct process *guest = start_guest(host, "test:kmscube,--atomic,--count=" CUBE_FRAMES);
	struct screenshot *first, *second;

	process_expect_log(guest, "renderer: \"virgl", 1, GUEST_BOOT_MS);
	first = await_cube(host, NULL);
	expect_cube(first);
	second = await_cube(host, first);
	expect_cube(second);
	screenshot_destroy(first);
	screenshot_destroy(second);
	process_expect_log(guest, CUBE_COUNTED, 1, GUEST_BOOT_MS);
	tell_line(guest, CUBE_COUNTED);
	process_expect_log(guest, "BINNACLE-RESULT 0", 1, SHOWN_MS);
	host_destroy(host);
}

/* Its background is the pattern, which Weston draws as a texture. */
static void weston_draws_with_gl(void)
{
	struct host *host = start(__func__);
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);
	struct process *guest = start_guest(host, "weston");

	process_expect_log(guest, "BINNACLE-UP weston", 1, GUEST_BOOT_MS);
	tell_line(guest, "BINNACLE-UP weston");
	check(process_count_log(guest, "renderer virgl") == 1);
	picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, 4);
	picture_expect(picture, host, "left", SHOWN_MS);
	picture_destroy(picture);
	host_destroy(host);
}

static const struct test_case cases[] = {
	CASE(kmscube_turns),
	CASE(weston_draws_with_gl),
};

CASES_MAIN(cases)
