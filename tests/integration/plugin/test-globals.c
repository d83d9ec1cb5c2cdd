/* SPDX-License-Identifier: MIT */
/* Who sees which globals, and who may reach which socket. */
#include "binnacle-scanout-v1-client-protocol.h"
#include "tests/integration/plugin/backend.h"
#include "tests/integration/plugin/cases.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEFT "[output]\nname=left\nmode=320x240\n"
#define GUESTS                                                                                     \
	"[guest-display]\nguest=cluster\noutput=left\n"                                            \
	"[guest-display]\nguest=ivi\n"

static const char *const for_guests[] = {"wl_compositor", "wl_subcompositor", "wl_shm", "wl_output",
	"wp_presentation", "wp_viewporter", "wp_single_pixel_buffer_manager_v1",
	"wp_linux_drm_syncobj_manager_v1", "xdg_wm_base", "zwp_linux_dmabuf_v1",
	"zwp_linux_explicit_synchronization_v1", "binnacle_scanout_manager_v1"};

static bool is_for_guests(const char *interface)
{
	for (size_t i = 0; i < sizeof(for_guests) / sizeof(for_guests[0]); i++)
		if (strcmp(for_guests[i], interface) == 0)
			return true;
	return false;
}

static struct weston *start(const char *ini)
{
	return weston_start(&(struct weston_setup){.ini = ini}, false);
}

static void guest_sees_what_it_needs(void)
{
	static const char *const needed[] = {"wl_compositor", "wl_subcompositor", "wl_shm",
		"wl_output", "wp_presentation", "wp_viewporter", "xdg_wm_base",
		"wp_single_pixel_buffer_manager_v1", "binnacle_scanout_manager_v1"};
	struct weston *weston = start(LEFT GUESTS);
	struct backend *backend = backend_connect_guest(weston, "cluster");

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!backend_sees(backend, needed[i]))
			check_fail("a guest does not see %s", needed[i]);
	for (unsigned int i = 0; i < backend->global_count; i++)
		if (!is_for_guests(backend->globals[i]))
			check_fail("a guest sees %s", backend->globals[i]);
	/* Its own manager, and not the other guest's. */
	check(backend->manager_count == 1);
	backend_disconnect(backend);
	weston_stop(weston);
}

static void dmabuf_can_be_kept_from_guests(void)
{
	static const char *const inis[] = {
		LEFT "[binnacle]\ndmabuf=auto\n" GUESTS, LEFT "[binnacle]\ndmabuf=never\n" GUESTS};

	for (unsigned int i = 0; i < 2; i++) {
		struct weston *weston = weston_start(
			&(struct weston_setup){.ini = inis[i], .renderer = "gl"}, false);
		struct backend *backend = backend_connect_guest(weston, "cluster");

		check(backend_sees(backend, "zwp_linux_dmabuf_v1") == (i == 0));
		backend_disconnect(backend);
		backend = backend_connect(weston, "public");
		check(backend_sees(backend, "zwp_linux_dmabuf_v1"));
		backend_disconnect(backend);
		weston_stop(weston);
	}
}

static void public_sees_all_but_ours(void)
{
	struct weston *weston = start(LEFT GUESTS);
	struct backend *backend = backend_connect(weston, "public");

	check(!backend_sees(backend, "binnacle_scanout_manager_v1"));
	check(backend_sees(backend, "wl_data_device_manager"));
	check(backend_sees(backend, "xdg_wm_base"));
	check(backend_sees(backend, "weston_capture_v1"));
	backend_disconnect(backend);
	weston_stop(weston);
}

static void control_sees_what_screenshots_need(void)
{
	struct weston *weston = start(LEFT GUESTS);
	struct backend *backend = backend_connect(weston, "binnacle/control");

	check(backend_sees(backend, "weston_capture_v1"));
	check(backend_sees(backend, "wl_shm"));
	check(backend_sees(backend, "wl_output"));
	check(backend->global_count == 3);
	backend_disconnect(backend);
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

static void hidden_global_cannot_be_bound(void)
{
	static const struct wl_registry_listener listener = {note_manager, ignore_remove};
	static const char *const others[] = {"public", "binnacle/ivi/display", "binnacle/control"};
	struct weston *weston = start(LEFT GUESTS);
	struct backend *cluster = backend_connect_guest(weston, "cluster"), *other;
	struct wl_registry *registry = wl_display_get_registry(cluster->display);
	uint32_t name = 0;
	void *proxy;

	wl_registry_add_listener(registry, &listener, &name);
	check(backend_sync(cluster) && name);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		other = backend_connect(weston, others[i]);
		proxy = wl_registry_bind(
			other->registry, name, &binnacle_scanout_manager_v1_interface, 1);
		check(backend_error(other, "wl_registry") == WL_DISPLAY_ERROR_INVALID_OBJECT);
		wl_proxy_destroy(proxy);
		backend_disconnect(other);
	}
	check(backend_sync(cluster));
	wl_registry_destroy(registry);
	backend_disconnect(cluster);
	weston_stop(weston);
}

static mode_t mode_of(const struct weston *weston, const char *name)
{
	char *path = weston_path(weston, name);
	struct stat st;

	check(lstat(path, &st) == 0);
	free(path);
	return st.st_mode & 07777;
}

static void sockets_are_the_owners_alone(void)
{
	struct weston *weston = start(LEFT GUESTS);

	check(mode_of(weston, "binnacle") == 0700);
	check(mode_of(weston, "binnacle/cluster") == 0700);
	check(mode_of(weston, "binnacle/cluster/display") == 0600);
	check(mode_of(weston, "binnacle/control") == 0600);
	weston_stop(weston);
}

static void socket_modes_are_configurable(void)
{
	struct weston *weston =
		start(LEFT "[binnacle]\nsocket-mode=0660\ncontrol-mode=0666\n" GUESTS);

	check(mode_of(weston, "binnacle") == 0711);
	check(mode_of(weston, "binnacle/cluster") == 0710);
	check(mode_of(weston, "binnacle/cluster/display") == 0660);
	check(mode_of(weston, "binnacle/control") == 0666);
	weston_stop(weston);
}

static void sockets_go_with_weston(void)
{
	struct weston *weston = start(LEFT GUESTS);
	char *dir = weston_path(weston, "binnacle/cluster");
	char *ini = weston_path(weston, "weston.ini");

	check(access(dir, F_OK) == 0);
	kill(weston->pid, SIGTERM);
	for (unsigned int i = 0; i < 500 && access(dir, F_OK) == 0; i++)
		usleep(10000);
	check(access(dir, F_OK) < 0 && errno == ENOENT);
	check(access(ini, F_OK) == 0);
	weston_stop(weston);
	free(dir);
	free(ini);
}

static const struct test_case cases[] = {
	CASE(guest_sees_what_it_needs),
	CASE(dmabuf_can_be_kept_from_guests),
	CASE(public_sees_all_but_ours),
	CASE(control_sees_what_screenshots_need),
	CASE(hidden_global_cannot_be_bound),
	CASE(sockets_are_the_owners_alone),
	CASE(socket_modes_are_configurable),
	CASE(sockets_go_with_weston),
};

CASES_MAIN(cases)
