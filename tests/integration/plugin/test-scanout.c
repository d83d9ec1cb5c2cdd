/* SPDX-License-Identifier: MIT */
/* The scanout protocol: states, errors, and objects that go in any order. */
#include "binnacle-scanout-v1-client-protocol.h"
#include "tests/fixtures/weston/screenshot.h"
#include "tests/integration/plugin/backend.h"
#include "tests/integration/plugin/cases.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEFT "[output]\nname=left\nmode=640x480\n"
#define CLUSTER "[guest-display]\nguest=cluster\noutput=left\n"
#define IVI "[guest-display]\nguest=ivi\noutput=left\nlayer=1\narea=0,0,100x100\n"

static struct weston *start(const char *ini)
{
	return weston_start(
		&(struct weston_setup){.ini = ini, .module = getenv("TEST_HOTPLUG")}, false);
}

/* All but the corner that IVI has. */
static void expect_red(struct weston *weston)
{
	screenshot_expect(weston, "left",
		(const struct screenshot_rect[]){
			{100, 0, 540, 480, 0xff0000}, {0, 100, 640, 380, 0xff0000}, {0}},
		0);
}

/* The next back end of the guest finds everything as the first did. */
static void expect_still_serving(struct weston *weston)
{
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	backend_paint(backend, scanout->surface, 640, 480, 0xff0000);
	expect_red(weston);
	backend_disconnect(backend);
	free(scanout);
}

static void mode_is_the_outputs(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	check(scanout->state == BACKEND_MODE);
	check(scanout->width_px == 640 && scanout->height_px == 480);
	check(scanout->refresh_mhz == 60000);
	check(strncmp(scanout->name, "left", 4) == 0);
	check(!strstr(scanout->name, "none") && !strstr(scanout->name, "unknown"));
	backend_disconnect(backend);
	free(scanout);
	weston_stop(weston);
}

static void mode_is_the_areas(void)
{
	struct weston *weston = start(LEFT CLUSTER "area=10,20,320x120\n");
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	check(scanout->state == BACKEND_MODE);
	check(scanout->width_px == 320 && scanout->height_px == 120);
	backend_disconnect(backend);
	free(scanout);
	weston_stop(weston);
}

static void mode_follows_the_output(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	kill(weston->pid, SIGRTMIN + 4);
	for (unsigned int i = 0; i < 300 && scanout->width_px != 480; i++) {
		check(backend_sync(backend));
		usleep(10000);
	}
	check(scanout->width_px == 480 && scanout->height_px == 640);
	check(scanout->done_count == 2);
	backend_disconnect(backend);
	free(scanout);
	weston_stop(weston);
}

static void unplugged_screen_is_told(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	backend_paint(backend, scanout->surface, 640, 480, 0x00ff00);
	for (unsigned int i = 0; i < 5; i++) {
		kill(weston->pid, SIGRTMIN + 3);
		backend_scanout_expect(scanout, BACKEND_NO_SCREEN);
		/* What is committed meanwhile is shown afterwards. */
		backend_paint(backend, scanout->surface, 640, 480, 0xff0000);
		kill(weston->pid, SIGRTMIN + 3);
		backend_scanout_expect(scanout, BACKEND_MODE);
		expect_red(weston);
	}
	backend_disconnect(backend);
	free(scanout);
	weston_stop(weston);
}

static void scanout_made_while_unplugged_waits(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *first = backend_scanout_create(backend, 0), *scanout;

	kill(weston->pid, SIGRTMIN + 3);
	backend_scanout_expect(first, BACKEND_NO_SCREEN);
	binnacle_scanout_v1_destroy(first->scanout);
	scanout = backend_scanout_create(backend, 0);
	check(scanout->state == BACKEND_NO_SCREEN);
	kill(weston->pid, SIGRTMIN + 3);
	backend_scanout_expect(scanout, BACKEND_MODE);
	backend_disconnect(backend);
	free(first);
	free(scanout);
	weston_stop(weston);
}

static void without_output_is_windowed(void)
{
	struct weston *weston = start(LEFT "[guest-display]\nguest=cluster\n");
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *placed = backend_scanout_create(backend, 0);
	struct backend_scanout *unnamed = backend_scanout_create(backend, 7);

	check(placed->state == BACKEND_WINDOWED && unnamed->state == BACKEND_WINDOWED);
	check(backend_sees(backend, "xdg_wm_base"));
	backend_disconnect(backend);
	free(placed);
	free(unnamed);
	weston_stop(weston);
}

static void second_backend_is_refused(void)
{
	struct weston *weston = start(LEFT CLUSTER IVI);
	struct backend *first = backend_connect_guest(weston, "cluster"), *second;
	struct backend_scanout *scanout = backend_scanout_create(first, 0);

	for (unsigned int i = 0; i < 12; i++) {
		second = backend_connect_guest(weston, "cluster");
		check(backend_error(second, "binnacle_scanout_manager_v1") ==
			BINNACLE_SCANOUT_MANAGER_V1_ERROR_BUSY);
		backend_disconnect(second);
	}
	weston_expect_log(weston, "binnacle: guest \"cluster\": a second back end refused");
	check(weston_count_log(weston, "a second back end refused") <= 6);
	/* The other guest is not concerned, and the first goes on. */
	second = backend_connect_guest(weston, "ivi");
	check(backend_sync(second));
	backend_disconnect(second);
	backend_paint(first, scanout->surface, 640, 480, 0xff0000);
	check(backend_sync(first));
	backend_disconnect(first);
	free(scanout);
	expect_still_serving(weston);
	weston_stop(weston);
}

static void restarted_backend_is_taken(void)
{
	struct weston *weston = start(LEFT CLUSTER);

	for (unsigned int i = 0; i < 30; i++) {
		struct backend *backend = backend_connect_guest(weston, "cluster");
		struct backend_scanout *scanout = backend_scanout_create(backend, 0);

		backend_paint(backend, scanout->surface, 64, 64, 0x0000ff);
		backend_disconnect(backend);
		free(scanout);
	}
	expect_still_serving(weston);
	weston_stop(weston);
}

/* Notes the number of the guest's manager. */
static void note_manager(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	if (strcmp(interface, "binnacle_scanout_manager_v1") == 0)
		*(uint32_t *)data = name;
}

static void ignore_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

/* While Weston stands still, a new client binds and the old one goes, in either order. */
static void replace_backend_at_once(struct weston *weston, bool old_goes_first)
{
	static const struct wl_registry_listener listener = {note_manager, ignore_remove};
	struct backend *old = backend_connect_guest(weston, "cluster");
	char *path = weston_path(weston, "binnacle/cluster/display");
	struct wl_display *display = wl_display_connect(path);
	struct wl_registry *registry = wl_display_get_registry(display);
	uint32_t name = 0;
	void *manager;

	check(backend_sync(old));
	wl_registry_add_listener(registry, &listener, &name);
	check(wl_display_roundtrip(display) >= 0 && name);
	kill(weston->pid, SIGSTOP);
	manager = wl_registry_bind(registry, name, &binnacle_scanout_manager_v1_interface, 1);
	if (old_goes_first)
		backend_disconnect(old);
	check(wl_display_flush(display) > 0);
	if (!old_goes_first)
		backend_disconnect(old);
	kill(weston->pid, SIGCONT);
	check(wl_display_roundtrip(display) >= 0);
	wl_proxy_destroy(manager);
	wl_registry_destroy(registry);
	wl_display_disconnect(display);
	free(path);
}

static void new_backend_may_be_heard_before_the_old_ones_end(void)
{
	struct weston *weston = start(LEFT CLUSTER);

	replace_backend_at_once(weston, false);
	usleep(100000);
	replace_backend_at_once(weston, true);
	weston_stop(weston);
}

/* A get_scanout that has to be answered with this error. */
static void expect_error(struct backend *backend, struct wl_surface *surface, uint32_t index,
	enum binnacle_scanout_manager_v1_error error)
{
	binnacle_scanout_manager_v1_get_scanout(backend->manager, surface, index);
	check(backend_error(backend, "binnacle_scanout_manager_v1") == (int)error);
	backend_disconnect(backend);
}

static void scanout_16_is_refused(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");

	expect_error(backend, wl_compositor_create_surface(backend->compositor), 16,
		BINNACLE_SCANOUT_MANAGER_V1_ERROR_SCANOUT);
	expect_still_serving(weston);
	weston_stop(weston);
}

static void scanout_in_use_is_refused(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 3);

	expect_error(backend, wl_compositor_create_surface(backend->compositor), 3,
		BINNACLE_SCANOUT_MANAGER_V1_ERROR_SCANOUT);
	free(scanout);
	expect_still_serving(weston);
	weston_stop(weston);
}

static void surface_of_another_role_is_refused(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct wl_surface *parent = wl_compositor_create_surface(backend->compositor);
	struct wl_surface *child = wl_compositor_create_surface(backend->compositor);

	wl_subcompositor_get_subsurface(backend->subcompositor, child, parent);
	expect_error(backend, child, 0, BINNACLE_SCANOUT_MANAGER_V1_ERROR_ROLE);
	expect_still_serving(weston);
	weston_stop(weston);
}

static void surface_of_another_scanout_is_refused(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	expect_error(backend, scanout->surface, 1, BINNACLE_SCANOUT_MANAGER_V1_ERROR_ROLE);
	free(scanout);
	expect_still_serving(weston);
	weston_stop(weston);
}

static void scanout_number_is_free_again(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *first = backend_scanout_create(backend, 0), *second;

	backend_paint(backend, first->surface, 640, 480, 0x00ff00);
	binnacle_scanout_v1_destroy(first->scanout);
	/* Frames of a surface that was a scanout go nowhere and harm nothing. */
	backend_paint(backend, first->surface, 640, 480, 0x0000ff);
	second = backend_scanout_create(backend, 0);
	backend_paint(backend, second->surface, 640, 480, 0xff0000);
	expect_red(weston);
	/* The surface may become a scanout once more. */
	binnacle_scanout_v1_destroy(second->scanout);
	second->scanout =
		binnacle_scanout_manager_v1_get_scanout(backend->manager, second->surface, 0);
	check(backend_sync(backend));
	expect_red(weston);
	backend_disconnect(backend);
	free(first);
	free(second);
	weston_stop(weston);
}

static void surface_may_go_first(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	backend_paint(backend, scanout->surface, 640, 480, 0x00ff00);
	wl_surface_destroy(scanout->surface);
	check(backend_sync(backend));
	binnacle_scanout_v1_destroy(scanout->scanout);
	check(backend_sync(backend));
	backend_disconnect(backend);
	free(scanout);
	expect_still_serving(weston);
	weston_stop(weston);
}

static void manager_may_go_first(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect_guest(weston, "cluster");
	struct backend_scanout *scanout = backend_scanout_create(backend, 0);

	binnacle_scanout_manager_v1_destroy(backend->manager);
	backend->manager = NULL;
	backend_paint(backend, scanout->surface, 640, 480, 0xff0000);
	expect_red(weston);
	backend_disconnect(backend);
	free(scanout);
	weston_stop(weston);
}

/* A back end that paints in its own process until it is killed. */
static pid_t fork_painter(struct weston *weston)
{
	pid_t pid = fork();
	struct backend *backend;
	struct backend_scanout *scanout;

	check(pid >= 0);
	if (pid > 0)
		return pid;
	backend = backend_connect_guest(weston, "cluster");
	scanout = backend_scanout_create(backend, 0);
	for (uint32_t i = 0;; i++)
		backend_paint(backend, scanout->surface, 64 + (int32_t)(i % 64), 64, i * 1000);
}

static void killed_backend_leaves_no_trace(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	pid_t pid;

	for (unsigned int i = 0; i < 8; i++) {
		pid = fork_painter(weston);
		usleep(30000 + 7000 * i);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	expect_still_serving(weston);
	weston_stop(weston);
}

static void compositor_ends_before_its_clients(void)
{
	struct weston *weston = start(LEFT CLUSTER IVI);
	struct backend *cluster = backend_connect_guest(weston, "cluster");
	struct backend *ivi = backend_connect_guest(weston, "ivi");
	struct backend_scanout *first = backend_scanout_create(cluster, 0);
	struct backend_scanout *second = backend_scanout_create(ivi, 0);

	backend_paint(cluster, first->surface, 640, 480, 0xff0000);
	backend_paint(ivi, second->surface, 100, 100, 0x00ff00);
	weston_stop(weston);
	check(!backend_sync(cluster) && !backend_sync(ivi));
	backend_disconnect(cluster);
	backend_disconnect(ivi);
	free(first);
	free(second);
}

static void ninth_connection_is_refused(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	char *path = weston_path(weston, "binnacle/cluster/display");
	struct wl_display *displays[9];

	for (unsigned int i = 0; i < 9; i++) {
		displays[i] = wl_display_connect(path);
		check(displays[i]);
		check((wl_display_roundtrip(displays[i]) >= 0) == (i < 8));
	}
	for (unsigned int i = 0; i < 9; i++)
		wl_display_disconnect(displays[i]);
	free(path);
	usleep(200000); /* for the plugin to see that they are gone */
	expect_still_serving(weston);
	weston_stop(weston);
}

static const struct test_case cases[] = {
	CASE(mode_is_the_outputs),
	CASE(mode_is_the_areas),
	CASE(mode_follows_the_output),
	CASE(unplugged_screen_is_told),
	CASE(scanout_made_while_unplugged_waits),
	CASE(without_output_is_windowed),
	CASE(second_backend_is_refused),
	CASE(restarted_backend_is_taken),
	CASE(new_backend_may_be_heard_before_the_old_ones_end),
	CASE(scanout_16_is_refused),
	CASE(scanout_in_use_is_refused),
	CASE(surface_of_another_role_is_refused),
	CASE(surface_of_another_scanout_is_refused),
	CASE(scanout_number_is_free_again),
	CASE(surface_may_go_first),
	CASE(manager_may_go_first),
	CASE(killed_backend_leaves_no_trace),
	CASE(compositor_ends_before_its_clients),
	CASE(ninth_connection_is_refused),
};

CASES_MAIN(cases)
