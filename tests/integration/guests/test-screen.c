/* SPDX-License-Identifier: MIT */
/* What a guest knows of its screen, and that it follows the screen's changes. */
#include "tests/integration/guests/picture.h"
#include "tests/integration/plugin/backend.h"
#include "tests/integration/plugin/cases.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN_MS 15000
#define LEFT "[output]\nname=left\nmode=640x480\n"
#define DISPLAY "[guest-display]\nguest=ivi\noutput=left\n"
#define PROBE "[guest-display]\nguest=probe\noutput=left\nlayer=1\n"

/* Saves the hex that the guest printed, for edid-decode. */
static void save_edid(const struct process *guest, const char *path)
{
	char *log = process_read_log(guest), *begin, *end;
	FILE *file = fopen(path, "we");

	begin = strstr(log, "EDID-BEGIN");
	end = strstr(log, "EDID-END");
	check(file && begin && end);
	begin = strchr(begin, '\n') + 1;
	check(fwrite(begin, (size_t)(end - begin), 1, file) == 1 && fclose(file) == 0);
	free(log);
}

/* What edid-decode says of it; the test fails if the EDID does not conform. */
static char *decode_edid(struct host *host)
{
	char *path = host_path(host, "edid.txt");
	/* Debian 12's edid-decode misreads text where fresh memory is not zero, as Meson makes it.
	 */
	char *argv[] = {"env", "-u", "MALLOC_PERTURB_", "edid-decode", "--check", path, NULL};
	struct process *decode = process_start(host, "edid-decode", argv);
	char *log_path = strdup(decode->log_path), *text;
	int status = process_wait(decode, SHOWN_MS);

	text = process_read_log(&(struct process){.log_path = log_path});
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		check_fail("edid-decode --check ended with %d:\n%s", WEXITSTATUS(status), text);
	free(log_path);
	free(path);
	return text;
}

static void expect_text(const char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void expect_text(const char *text, const char *format, ...)
{
	va_list arguments;
	char *wanted;

	va_start(arguments, format);
	check(vasprintf(&wanted, format, arguments) >= 0);
	va_end(arguments);
	if (!strstr(text, wanted))
		check_fail("\"%s\" is not in:\n%s", wanted, text);
	free(wanted);
}

/* A second guest on the same screen is told what the first is told. */
static void edid_is_the_screens(void)
{
	struct host *host = host_create(__func__);
	struct backend *probe;
	struct backend_scanout *told;
	struct process *guest;
	char *text, *path;

	host_start_weston(host, "[output]\nname=left\nmode=1366x767\n" DISPLAY PROBE);
	probe = backend_connect_guest(host->weston, "probe");
	told = backend_scanout_create(probe, 0);
	backend_start(host, "ivi", NULL);
	guest = guest_start(
		host, &(struct guest_setup){
			      .kind = "uml", .name = "ivi", .role = "test:test-edid,--hold,600"});
	process_expect_log(guest, "READY", 1, GUEST_BOOT_MS);
	path = host_path(host, "edid.txt");
	save_edid(guest, path);
	free(path);
	text = decode_edid(host);
	check(told->width_px == 1366 && told->height_px == 767);
	expect_text(text, "Display Product Name: '%.13s'", told->name);
	expect_text(text, "DTD 1: %5ux%-5u", told->width_px, told->height_px);
	expect_text(text, "(%u mm x %u mm)", told->width_mm, told->height_mm);
	free(text);
	backend_disconnect(probe);
	free(told);
	host_destroy(host);
}

static struct process *start_watcher(struct host *host)
{
	struct process *guest;

	host_start_weston(host, LEFT DISPLAY);
	backend_start(host, "ivi", NULL);
	guest = guest_start(host, &(struct guest_setup){.kind = "uml",
					  .name = "ivi",
					  .role = "test:test-hotplug,--seed,21,--hold,600"});
	process_expect_log(guest, "READY 640x480", 1, GUEST_BOOT_MS);
	return guest;
}

static void new_size_reaches_the_guest(void)
{
	struct host *host = host_create(__func__);
	struct process *guest = start_watcher(host);
	int64_t frames = host_read_scanout(host, "ivi", "frames");

	kill(host->weston->pid, SIGRTMIN + 4);
	process_expect_log(guest, "READY 480x640", 1, SHOWN_MS);
	for (int64_t end_ms = host_now_ms() + SHOWN_MS;
		host_read_scanout(host, "ivi", "frames") <= frames;) {
		check(host_now_ms() < end_ms);
		usleep(10000);
	}
	host_destroy(host);
}

static void unplugged_screen_reaches_the_guest(void)
{
	struct host *host = host_create(__func__);
	struct process *guest = start_watcher(host);
	struct picture *picture = picture_create(640, 480, 0);

	picture_draw_pattern(picture, 0, 0, 0, 0, 640, 480, 21);
	picture_expect(picture, host, "left", SHOWN_MS);
	for (unsigned int i = 1; i <= 3; i++) {
		kill(host->weston->pid, SIGRTMIN + 3);
		process_expect_log(guest, "UNPLUGGED", i, SHOWN_MS);
		kill(host->weston->pid, SIGRTMIN + 3);
		process_expect_log(guest, "READY 640x480", i + 1, SHOWN_MS);
		picture_expect(picture, host, "left", SHOWN_MS);
	}
	picture_destroy(picture);
	host_destroy(host);
}

static const struct test_case cases[] = {
	CASE(edid_is_the_screens),
	CASE(new_size_reaches_the_guest),
	CASE(unplugged_screen_reaches_the_guest),
};

CASES_MAIN(cases)
