/* SPDX-License-Identifier: MIT */
/* Compositor and back ends that go away and come back. */
#include "tests/integration/guests/driver.h"
#include "tests/integration/guests/picture.h"
#include "tests/integration/plugin/cases.h"
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN_MS 20000
#define WIDTH 640
#define HEIGHT 480
#define PICTURES 8
#define IMAGE "memfd:binnacle-image"
/* See test-soak.c. */
#define WESTON_IMAGES 4
#define INI                                                                                        \
	"[output]\nname=left\nmode=640x480\n[output]\nname=right\nmode=640x480\n"                  \
	"[guest-display]\nguest=ivi\noutput=left\n[guest-display]\nguest=cluster\noutput=right\n"

static struct picture *full_pattern(uint32_t seed)
{
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);

	picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, seed);
	return picture;
}

static struct process *start_guest(struct host *host, const char *name, const char *role)
{
	return guest_start(host, &(struct guest_setup){.kind = "uml", .name = name, .role = role});
}

static void restart_weston(struct host *host)
{
	host_kill_weston(host);
	host_start_weston(host, INI);
}

static void picture_outlives_the_compositor(void)
{
	struct host *host = host_create(__func__);
	struct picture *picture = full_pattern(5);
	struct process *guest;
	char *before, *after;

	host_start_weston(host, INI);
	backend_start(host, "ivi", NULL);
	picture_draw_cursor(picture, 33, 44, 5);
	guest = start_guest(host, "ivi", "test:test-pattern,--seed,5,--cursor,33+44,--hold,600");
	process_expect_log(guest, "READY", 1, GUEST_BOOT_MS);
	picture_expect(picture, host, "left", SHOWN_MS);
	before = process_read_log(guest);
	for (unsigned int i = 0; i < 5; i++) {
		restart_weston(host);
		picture_expect(picture, host, "left", SHOWN_MS);
	}
	after = process_read_log(guest);
	check(strcmp(before, after) == 0 && process_is_alive(guest));
	free(before);
	free(after);
	picture_destroy(picture);
	host_destroy(host);
}

static void expect_frames(struct host *host, int64_t more)
{
	int64_t end_ms = host_now_ms() + SHOWN_MS;
	int64_t frames = host_read_scanout(host, "ivi", "frames");

	while (host_read_scanout(host, "ivi", "frames") < frames + more) {
		check(host_now_ms() < end_ms);
		usleep(10000);
	}
}

static void flips_outlive_the_compositor(void)
{
	struct host *host = host_create(__func__);
	struct process *guest;

	host_start_weston(host, INI);
	backend_start(host, "ivi", NULL);
	guest = start_guest(host, "ivi", "test:test-flip,--count,10000000");
	process_expect_log(guest, "BINNACLE-BOOT", 1, GUEST_BOOT_MS);
	expect_frames(host, 10);
	for (unsigned int i = 0; i < 3; i++) {
		restart_weston(host);
		expect_frames(host, 60);
	}
	check(process_is_alive(guest) && process_count_log(guest, "FAIL") == 0);
	host_destroy(host);
}

static void other_guests_do_not_notice_a_dead_backend(void)
{
	struct picture *left = full_pattern(5), *right = full_pattern(6);
	struct host *host = host_create(__func__);
	struct process *backend, *ivi;

	host_start_weston(host, INI);
	backend = backend_start(host, "ivi", NULL);
	backend_start(host, "cluster", NULL);
	ivi = start_guest(host, "ivi", "test:test-pattern,--seed,5,--hold,600");
	start_guest(host, "cluster", "test:test-pattern,--seed,6,--hold,600");
	picture_expect(left, host, "left", GUEST_BOOT_MS);
	picture_expect(right, host, "right", GUEST_BOOT_MS);
	for (unsigned int i = 0; i < 3; i++) {
		process_kill(backend);
		for (int64_t end_ms = host_now_ms() + SHOWN_MS;
			!host_shows_fallback(host, "ivi");) {
			check(host_now_ms() < end_ms);
			usleep(10000);
		}
		check(!picture_is_shown(left, host, "left"));
		check(picture_is_shown(right, host, "right"));
		check(!host_shows_fallback(host, "cluster"));
		process_kill(ivi);
		backend = backend_start(host, "ivi", NULL);
		ivi = start_guest(host, "ivi", "test:test-pattern,--seed,5,--hold,600");
		picture_expect(left, host, "left", GUEST_BOOT_MS);
	}
	picture_destroy(left);
	picture_destroy(right);
	host_destroy(host);
}

static void second_backend_is_refused(void)
{
	struct host *host = host_create(__func__);
	struct picture *picture = full_pattern(5);
	struct process *second;
	char *log_path, *log;
	int status;

	host_start_weston(host, INI);
	backend_start(host, "ivi", NULL);
	start_guest(host, "ivi", "test:test-pattern,--seed,5,--hold,600");
	picture_expect(picture, host, "left", GUEST_BOOT_MS);
	second = process_start(host, "second",
		(char *[]){getenv("TEST_GPU"), "--guest=ivi", "--socket-path=second.sock", NULL});
	log_path = strdup(second->log_path);
	status = process_wait(second, SHOWN_MS);
	log = process_read_log(&(struct process){.log_path = log_path});
	check(WIFEXITED(status) && WEXITSTATUS(status) != 0);
	check(strstr(log, "another back end serves guest 'ivi'"));
	check(picture_is_shown(picture, host, "left"));
	free(log);
	free(log_path);
	picture_destroy(picture);
	host_destroy(host);
}

/* The guest has gone, and says nothing more; what it had is not kept for it. */
static void gone_guest_leaves_no_pictures(void)
{
	static const struct rect whole = {.width = WIDTH, .height = HEIGHT};
	struct host *host = host_create(__func__);
	struct driver driver;
	int64_t end_ms;

	host_start_weston(host, INI);
	backend_start(host, "ivi", NULL);
	driver = driver_connect(host, "ivi", false);
	for (uint32_t i = 1; i <= PICTURES; i++) {
		struct picture *picture = full_pattern(i);
		struct driver_resource resource = driver_create_resource(
			&driver, i, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, WIDTH, HEIGHT);

		driver_draw_pattern(&resource, i);
		driver_transfer(&driver, &resource, whole);
		driver_set_scanout(&driver, &resource);
		driver_flush(&driver, &resource, whole);
		picture_expect(picture, host, "left", SHOWN_MS);
		picture_destroy(picture);
	}
	check(process_count_fds_of(host->weston->pid, IMAGE) >= PICTURES);
	driver_disconnect(&driver);
	end_ms = host_now_ms() + SHOWN_MS;
	while (process_count_fds_of(host->weston->pid, IMAGE) > WESTON_IMAGES) {
		check(host_now_ms() < end_ms);
		usleep(10000);
	}
	host_destroy(host);
}

static const struct test_case cases[] = {
	CASE(picture_outlives_the_compositor),
	CASE(flips_outlive_the_compositor),
	CASE(other_guests_do_not_notice_a_dead_backend),
	CASE(second_backend_is_refused),
	CASE(gone_guest_leaves_no_pictures),
};

CASES_MAIN(cases)
