/* SPDX-License-Identifier: MIT */
/* Faults in weston.ini: each keeps Weston from starting, and is named with its line. */
#include "tests/fixtures/weston/screenshot.h"
#include "tests/integration/plugin/backend.h"
#include "tests/integration/plugin/cases.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEFT "[output]\nname=left\nmode=640x480\n" /* lines 6 to 8 */
#define CLUSTER "[guest-display]\nguest=cluster\n" /* lines 9 and 10 */

/* Weston with this text from line 6 on must not start, and must say why. */
static void expect_refused(const char *ini, const char *text)
{
	struct weston *weston = weston_start(&(struct weston_setup){.ini = ini}, true);

	if (weston->pid)
		check_fail("Weston started with:\n%s", ini);
	weston_expect_log(weston, text);
	weston_stop(weston);
}

static void unknown_keys_are_named(void)
{
	expect_refused(LEFT CLUSTER "ouptut=left\n",
		"weston.ini:11: unknown key \"ouptut\" in [guest-display]");
	expect_refused(LEFT CLUSTER "focus=never\n", "weston.ini:11: unknown key \"focus\"");
	expect_refused(LEFT CLUSTER "max-frame-age-ms=500\n",
		"weston.ini:11: unknown key \"max-frame-age-ms\"");
	expect_refused(LEFT CLUSTER "[binnacle]\n\ncolour=red\n",
		"weston.ini:13: unknown key \"colour\" in [binnacle]");
}

static void bad_values_are_named(void)
{
	static const char *const lines[] = {"scanout=16", "scanout=-1", "scanout=one",
		"scanout=", "output=", "area=10,10", "area=0,0,0x10", "area=-1,0,5x5",
		"area=1,2,3x4,5", "area=half", "area=99999,0,5x5", "scale=zoom", "layer=-1",
		"layer=4096", "layer=1x", "fallback="};
	char ini[256], text[64];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(ini, sizeof(ini), LEFT CLUSTER "%s\n", lines[i]);
		snprintf(text, sizeof(text), "weston.ini:11: %s: ", lines[i]);
		expect_refused(ini, text);
	}
}

static void bad_modes_are_named(void)
{
	expect_refused(
		"[binnacle]\ncontrol-mode=0999\n" CLUSTER, "weston.ini:7: control-mode=0999");
	expect_refused(
		"[binnacle]\ncontrol-mode=0044\n" CLUSTER, "weston.ini:7: control-mode=0044");
	expect_refused("[binnacle]\ndmabuf=on\n" CLUSTER,
		"weston.ini:7: dmabuf=on: auto, always or never is wanted");
	expect_refused("[binnacle]\nsocket-mode=rw\n" CLUSTER, "weston.ini:7: socket-mode=rw");
}

static void bad_guest_names_are_named(void)
{
	static const char *const names[] = {
		"", "Cluster", "a/b", "..", "a b", "abcdefghijklmnopqrstuvwxyz0123456"};
	char ini[128], text[80];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(ini, sizeof(ini), "[guest-display]\nguest=%s\n", names[i]);
		snprintf(text, sizeof(text), "weston.ini:7: guest=%s: ", names[i]);
		expect_refused(ini, text);
	}
}

static void section_without_guest_is_named(void)
{
	expect_refused(LEFT "[guest-display]\noutput=left\n",
		"weston.ini:9: [guest-display] has no guest=");
}

static void twice_placed_is_named(void)
{
	expect_refused(LEFT CLUSTER "[guest-display]\nguest=ivi\n[guest-display]\nscanout=0\n"
				    "guest=cluster\n",
		"weston.ini:13: scanout 0 of guest \"cluster\" is placed twice, first in line 9");
	expect_refused(LEFT CLUSTER "guest=ivi\n",
		"weston.ini:11: guest= is in this [guest-display] twice");
}

static void every_fault_is_told(void)
{
	struct weston *weston = weston_start(
		&(struct weston_setup){.ini = LEFT CLUSTER "foo=1\n[binnacle]\nbar=2\n"}, true);

	check(weston->pid == 0);
	weston_expect_log(weston, "weston.ini:11: unknown key \"foo\"");
	weston_expect_log(weston, "weston.ini:13: unknown key \"bar\"");
	weston_stop(weston);
}

static void comments_and_spaces_are_passed_over(void)
{
	struct weston *weston = weston_start(
		&(struct weston_setup){.ini = LEFT
				       "# [guest-display]\n\n[guest-display]\n guest = cluster \n"
				       "#scanout=99\noutput=left        # a Weston output\n"
				       "area= 10, 20, 30x40 # in pixels\nscanout=3\n"
				       "[launcher]\nicon=/x\npath=/y\n"},
		false);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 3);

	check(scanout->state == BACKEND_MODE);
	check(scanout->width_px == 30 && scanout->height_px == 40);
	backend_disconnect(backend);
	free(scanout);
	weston_stop(weston);
}

static void absent_output_is_created(void)
{
	struct weston *weston =
		weston_start(&(struct weston_setup){.ini = CLUSTER "output=nowhere\n"}, false);
	struct screenshot *shot;

	usleep(200000);
	shot = screenshot_take(weston, "nowhere");
	check(shot);
	screenshot_destroy(shot);
	weston_stop(weston);
}

static void live_socket_is_not_taken(void)
{
	struct weston *first =
		weston_start(&(struct weston_setup){.ini = LEFT CLUSTER "output=left\n"}, false);
	struct weston *second = weston_start(
		&(struct weston_setup){
			.ini = LEFT CLUSTER "output=left\n", .dir = first->dir, .socket = "second"},
		true);
	struct backend *backend;

	check(second->pid == 0);
	weston_expect_log(second, "cluster/display: Address already in use");
	weston_stop(second);
	/* The first is as it was. */
	backend = backend_connect_guest(first, "cluster");
	check(backend_sync(backend));
	backend_disconnect(backend);
	weston_stop(first);
}

static void stale_socket_is_replaced(void)
{
	const struct weston_setup setup = {.ini = LEFT CLUSTER "output=left\n"};
	struct weston *first = weston_start(&setup, false), *second;
	struct backend *backend;

	kill(first->pid, SIGKILL);
	check(waitpid(first->pid, NULL, 0) == first->pid);
	first->pid = 0;
	second = weston_start(
		&(struct weston_setup){.ini = setup.ini, .dir = first->dir, .socket = "second"},
		false);
	backend = backend_connect_guest(second, "cluster");
	check(backend_sync(backend));
	backend_disconnect(backend);
	weston_stop(second);
	weston_stop(first);
}

static const struct test_case cases[] = {
	CASE(unknown_keys_are_named),
	CASE(bad_values_are_named),
	CASE(bad_modes_are_named),
	CASE(bad_guest_names_are_named),
	CASE(section_without_guest_is_named),
	CASE(twice_placed_is_named),
	CASE(every_fault_is_told),
	CASE(comments_and_spaces_are_passed_over),
	CASE(absent_output_is_created),
	CASE(live_socket_is_not_taken),
	CASE(stale_socket_is_replaced),
};

CASES_MAIN(cases)
