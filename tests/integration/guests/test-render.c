/* SPDX-License-Identifier: MIT */
/* What a guest draws in 3D, on the screen of Weston, pixel for pixel. */
#include "tests/integration/guests/picture.h"
#include "tests/integration/plugin/cases.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHOWN_MS 15000
#define WIDTH 640
#define HEIGHT 480
#define LEFT "[output]\nname=left\nmode=640x480\n"
#define DISPLAY "[guest-display]\nguest=ivi\nscanout=0\noutput=left\n"

static struct process *start_guest(struct host *host, const char *kind, const char *arguments)
{
	struct process *guest;
	char *role;

	check(asprintf(&role, "test:test-gles-flip,%s,--hold,600", arguments) >= 0);
	guest = guest_start(host, &(struct guest_setup){.kind = kind, .name = "ivi", .role = role});
	free(role);
	process_expect_log(guest, "renderer: virgl", 1, GUEST_BOOT_MS);
	process_expect_log(guest, "READY", 1, GUEST_BOOT_MS);
	return guest;
}

static void expect_pattern(struct host *host, int32_t width, int32_t height, uint32_t seed)
{
	struct picture *picture = picture_create(width, height, 0);

	picture_draw_pattern(picture, 0, 0, 0, 0, width, height, seed);
	picture_expect(picture, host, "left", SHOWN_MS);
	picture_destroy(picture);
}

static struct host *start(const char *name, const char *ini)
{
	struct host *host = host_create(name);

	host_start_weston(host, ini);
	backend_start(host, "ivi", "--virgl", NULL);
	return host;
}

static void flips_are_shown(void)
{
	struct host *host = start(__func__, LEFT DISPLAY);

	start_guest(host, "uml", "--seed,3,--count,20");
	expect_pattern(host, WIDTH, HEIGHT, 22);
	host_destroy(host);
}

/* The renderer draws where Weston reads. Frames that Weston is late with, on a machine with much to
 * do, are copied, so it is waited for some that are not. */
static void flips_are_not_copied(void)
{
	struct host *host = start(__func__, LEFT DISPLAY);
	int64_t end_ms, frames, copied;

	/* Ends by itself long after the test. */
	guest_start(host, &(struct guest_setup){.kind = "uml",
				  .name = "ivi",
				  .role = "test:test-gles-flip,--count,100000"});
	end_ms = host_now_ms() + GUEST_BOOT_MS;
	do {
		check(host_now_ms() < end_ms);
		frames = host_read_scanout(host, "ivi", "frames");
		copied = host_read_backend(host, "ivi", "bytes_copied");
		usleep(300000);
	} while (frames <= 0 || copied != host_read_backend(host, "ivi", "bytes_copied") ||
		 host_read_scanout(host, "ivi", "frames") < frames + 3);
	host_expect_scanout_text(host, "ivi", "path", "zero-copy");
	host_expect_scanout_text(host, "ivi", "handed_as", host_handed_as());
	host_destroy(host);
}

static void odd_mode_is_shown(void)
{
	struct host *host = start(__func__, "[output]\nname=left\nmode=641x479\n" DISPLAY);

	start_guest(host, "uml", "--seed,7");
	expect_pattern(host, 641, 479, 7);
	host_destroy(host);
}

static void qemu_guest_is_shown(void)
{
	struct host *host = start(__func__, LEFT DISPLAY);

	start_guest(host, "qemu", "--seed,5,--count,10");
	expect_pattern(host, WIDTH, HEIGHT, 14);
	host_destroy(host);
}

/* The picture is in an image, which outlives Weston and the process that drew it. */
static void picture_outlives_the_compositor(void)
{
	struct host *host = start(__func__, LEFT DISPLAY);

	start_guest(host, "uml", "--seed,9,--count,3");
	expect_pattern(host, WIDTH, HEIGHT, 11);
	weston_stop(host->weston);
	host_start_weston(host, LEFT DISPLAY);
	expect_pattern(host, WIDTH, HEIGHT, 11);
	host_destroy(host);
}

/* The guest's driver begins anew each time, and so does the renderer. */
static void next_guest_draws_with_a_renderer_of_its_own(void)
{
	struct host *host = start(__func__, LEFT DISPLAY);
	struct process *backend = wl_container_of(host->processes.next, backend, link);
	pid_t first, second;

	for (uint32_t seed = 1; seed <= 5; seed++) {
		char arguments[32];
		struct process *guest;

		first = process_find_renderer(backend);
		snprintf(arguments, sizeof(arguments), "--seed,%u", seed);
		guest = start_guest(host, "uml", arguments);
		expect_pattern(host, WIDTH, HEIGHT, seed);
		second = process_find_renderer(backend);
		check(second && (seed == 1) == (first == second));
		process_kill(guest);
		for (int64_t end_ms = host_now_ms() + SHOWN_MS; process_find_renderer(backend);) {
			check(host_now_ms() < end_ms);
			usleep(10000);
		}
	}
	host_destroy(host);
}

static const struct test_case cases[] = {
	CASE(flips_are_shown),
	CASE(flips_are_not_copied),
	CASE(odd_mode_is_shown),
	CASE(qemu_guest_is_shown),
	CASE(picture_outlives_the_compositor),
	CASE(next_guest_draws_with_a_renderer_of_its_own),
};

CASES_MAIN(cases)
