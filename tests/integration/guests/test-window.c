/* SPDX-License-Identifier: MIT */
/* The same back end as a client of a plain Weston: each scanout is a window. */
#include "tests/integration/guests/picture.h"
#include "tests/integration/plugin/cases.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN_MS 15000

/* kiosk-shell makes a window as large as the screen. --debug lets anybody take a screenshot. */
static struct process *start_plain_weston(struct host *host)
{
	char *path = host_path(host, "weston.ini"), *config, *modules, *socket, *control;
	FILE *file = fopen(path, "we");
	struct process *process;

	check(file && getenv("TEST_HOTPLUG"));
	fprintf(file, "[core]\nidle-time=0\nshell=kiosk-shell.so\n");
	fclose(file);
	check(asprintf(&config, "--config=%s", path) >= 0);
	check(asprintf(&modules, "--modules=%s", getenv("TEST_HOTPLUG")) >= 0);
	process = process_start(host, "weston",
		(char *[]){"weston", "--backend=headless", "--renderer=pixman", "--width=800",
			"--height=600", "--debug", "--socket=plain", config, modules, NULL});
	socket = host_path(host, "plain");
	for (int64_t end_ms = host_now_ms() + SHOWN_MS; access(socket, F_OK) < 0;) {
		check(host_now_ms() < end_ms && process_is_alive(process));
		usleep(10000);
	}
	/* Where the fixture looks for Weston's control socket. */
	control = host_path(host, "binnacle");
	check(mkdir(control, 0700) == 0);
	free(control);
	control = host_path(host, "binnacle/control");
	check(symlink(socket, control) == 0);
	free(control);
	free(socket);
	free(modules);
	free(config);
	free(path);
	return process;
}

static struct host *start(const char *name, struct weston *weston, struct process **process)
{
	struct host *host = host_create(name);

	*process = start_plain_weston(host);
	*weston = (struct weston){.dir = host->dir};
	host->weston = weston;
	backend_start(host, "ivi", "--wayland-display=plain", NULL);
	return host;
}

static void finish(struct host *host)
{
	host->weston = NULL;
	host_destroy(host);
}

static void window_shows_the_pattern(void)
{
	struct picture *picture = picture_create(800, 600, 0);
	struct process *process, *guest;
	struct weston weston;
	struct host *host = start(__func__, &weston, &process);

	picture_draw_pattern(picture, 0, 0, 0, 0, 800, 600, 17);
	picture_draw_pattern(picture, 0, 0, 99, 33, 201, 101, 18);
	picture_draw_cursor(picture, 71, 55, 17);
	check(!picture_is_shown(picture, host, "headless"));
	guest = guest_start(
		host, &(struct guest_setup){.kind = "uml",
			      .name = "ivi",
			      .role = "test:test-pattern,--seed,17,--damage,201x101+99+33,"
				      "--cursor,71+55,--hold,600"});
	process_expect_log(guest, "READY 800x600", 1, GUEST_BOOT_MS);
	picture_expect(picture, host, "headless", SHOWN_MS);
	picture_destroy(picture);
	finish(host);
}

static void resized_window_is_a_new_mode(void)
{
	struct process *process, *guest;
	struct weston weston;
	struct host *host = start(__func__, &weston, &process);

	guest = guest_start(host, &(struct guest_setup){.kind = "uml",
					  .name = "ivi",
					  .role = "test:test-hotplug,--seed,19,--hold,600"});
	process_expect_log(guest, "READY 800x600", 1, GUEST_BOOT_MS);
	kill(process->pid, SIGRTMIN + 4);
	process_expect_log(guest, "READY 600x800", 1, SHOWN_MS);
	finish(host);
}

static const struct test_case cases[] = {
	CASE(window_shows_the_pattern),
	CASE(resized_window_is_a_new_mode),
};

CASES_MAIN(cases)
