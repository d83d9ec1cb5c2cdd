/* SPDX-License-Identifier: MIT */
/* A QEMU guest on QEMU's own console, and what QEMU does to a guest as a whole. */
#include "tests/fixtures/weston/screenshot.h"
#include "tests/integration/guests/qmp.h"
#include "tests/integration/plugin/cases.h"
#include <stdlib.h>
#include <unistd.h>

#define WIDTH 1280
#define HEIGHT 800
#define SHOWN_MS 15000

/* A number of the back end's status. */
static int64_t read_number(const struct host *host, const char *key)
{
	struct json_object *status = host_read_status(host, "binnacle/ivi/binnacle-gpu.status");
	struct json_object *value;
	int64_t number;

	check(status && json_object_object_get_ex(status, key, &value));
	number = json_object_get_int64(value);
	json_object_put(status);
	return number;
}

/* The cursor is not in QEMU's screendump, which knows the picture alone. */
static void pattern_is_on_the_console(void)
{
	struct host *host = host_create(__func__);
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);
	struct process *guest;
	struct qmp *qmp;
	int64_t resources;

	picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, 3);
	picture_draw_pattern(picture, 0, 0, 101, 203, 333, 57, 4);
	backend_start(host, "ivi", "--display=vmm", NULL);
	guest = guest_start(
		host, &(struct guest_setup){.kind = "qemu",
			      .name = "ivi",
			      .role = "test:test-pattern,--seed,3,--damage,333x57+101+203,"
				      "--cursor,300+300,--hold,600",
			      .reboots = true,
			      .monitor = true});
	qmp = qmp_connect(host, "ivi");
	process_expect_log(guest, "READY", 1, GUEST_BOOT_MS);
	qmp_expect_picture(qmp, host, "gpu0", picture, SHOWN_MS);
	resources = read_number(host, "resources");
	check(resources > 0);

	/* A pause keeps everything. */
	qmp_execute(qmp, "stop", NULL);
	qmp_expect_picture(qmp, host, "gpu0", picture, SHOWN_MS);
	check(read_number(host, "resources") == resources);
	qmp_execute(qmp, "cont", NULL);
	qmp_expect_picture(qmp, host, "gpu0", picture, SHOWN_MS);
	check(read_number(host, "resources") == resources);

	/* A reset keeps nothing, and brings a new console socket. */
	qmp_execute(qmp, "system_reset", NULL);
	for (int64_t end_ms = host_now_ms() + SHOWN_MS; read_number(host, "resources") > 0;) {
		check(host_now_ms() < end_ms);
		usleep(10000);
	}
	process_expect_log(guest, "READY", 2, GUEST_BOOT_MS);
	qmp_expect_picture(qmp, host, "gpu0", picture, SHOWN_MS);
	check(read_number(host, "resources") == resources);
	qmp_close(qmp);
	picture_destroy(picture);
	host_destroy(host);
}

static void expect_frames_after(struct host *host, int64_t frames)
{
	int64_t end_ms = host_now_ms() + SHOWN_MS;

	while (host_read_scanout(host, "ivi", "frames") <= frames) {
		check(host_now_ms() < end_ms);
		usleep(10000);
	}
}

static void paused_guest_keeps_its_screen(void)
{
	struct host *host = host_create(__func__);
	struct process *guest;
	struct qmp *qmp;
	int64_t frames;

	host_start_weston(host, "[output]\nname=left\nmode=640x480\n"
				"[guest-display]\nguest=ivi\noutput=left\n");
	backend_start(host, "ivi", NULL);
	guest = guest_start(host, &(struct guest_setup){.kind = "qemu",
					  .name = "ivi",
					  .role = "test:test-flip,--count,10000000",
					  .monitor = true});
	qmp = qmp_connect(host, "ivi");
	process_expect_log(guest, "BINNACLE-BOOT", 1, GUEST_BOOT_MS);
	for (int64_t end_ms = host_now_ms() + GUEST_BOOT_MS;
		host_read_scanout(host, "ivi", "frames") < 20;) {
		check(host_now_ms() < end_ms);
		usleep(50000);
	}
	for (unsigned int i = 0; i < 5; i++) {
		struct screenshot *before, *after;

		qmp_execute(qmp, "stop", NULL);
		usleep(200000); /* for what was on its way */
		frames = host_read_scanout(host, "ivi", "frames");
		before = screenshot_take(host->weston, "left");
		usleep(300000);
		after = screenshot_take(host->weston, "left");
		check(host_read_scanout(host, "ivi", "frames") == frames);
		check(screenshot_equals(after, before->pixels, before->width, before->height, 0));
		/* The guest's bar on its background, not the fallback. The bar wraps around the
		 * edge, so it can hide both ends of a row at once, but not an end and the middle.
		 */
		check(screenshot_pixel(after, 0, 0) == 0x203040 ||
			screenshot_pixel(after, 320, 0) == 0x203040);
		screenshot_destroy(before);
		screenshot_destroy(after);
		qmp_execute(qmp, "cont", NULL);
		expect_frames_after(host, frames + 5);
	}
	qmp_close(qmp);
	host_destroy(host);
}

static const struct test_case cases[] = {
	CASE(pattern_is_on_the_console),
	CASE(paused_guest_keeps_its_screen),
};

CASES_MAIN(cases)
