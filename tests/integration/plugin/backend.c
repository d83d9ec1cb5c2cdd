/* SPDX-License-Identifier: MIT */
/* The test's back end: connects, takes the scanout role, paints. */
#include "tests/integration/plugin/backend.h"

#include "binnacle-scanout-v1-client-protocol.h"
#include "tests/fixtures/weston/check.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void handle_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct backend *backend = data;

	check(backend->global_count < BACKEND_MAX_GLOBALS);
	snprintf(backend->globals[backend->global_count++], sizeof(backend->globals[0]), "%s",
		interface);
	if (strcmp(interface, "wl_compositor") == 0)
		backend->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
	if (strcmp(interface, "wl_subcompositor") == 0)
		backend->subcompositor =
			wl_registry_bind(registry, name, &wl_subcompositor_interface, 1);
	if (strcmp(interface, "wl_shm") == 0)
		backend->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
	if (strcmp(interface, "binnacle_scanout_manager_v1") == 0 && backend->manager_count++ == 0)
		backend->manager = (struct binnacle_scanout_manager_v1 *)(uintptr_t)name;
}

static void handle_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = handle_global,
	.global_remove = handle_global_remove,
};

struct backend *backend_connect(const struct weston *weston, const char *socket)
{
	struct backend *backend = calloc(1, sizeof(*backend));
	char *path = weston_path(weston, socket);

	check(backend);
	backend->display = wl_display_connect(path);
	if (!backend->display)
		check_fail("cannot connect to %s: %s", path, strerror(errno));
	free(path);
	backend->registry = wl_display_get_registry(backend->display);
	wl_registry_add_listener(backend->registry, &registry_listener, backend);
	check(wl_display_roundtrip(backend->display) >= 0);
	/* Until it is bound, the pointer holds the global's number. */
	if (backend->manager)
		backend->manager =
			wl_registry_bind(backend->registry, (uint32_t)(uintptr_t)backend->manager,
				&binnacle_scanout_manager_v1_interface, 1);
	return backend;
}

struct backend *backend_connect_guest(const struct weston *weston, const char *guest)
{
	struct backend *backend;
	char socket[128];

	snprintf(socket, sizeof(socket), "binnacle/%s/display", guest);
	backend = backend_connect(weston, socket);
	check(backend->manager);
	return backend;
}

void backend_disconnect(struct backend *backend)
{
	wl_registry_destroy(backend->registry);
	if (backend->compositor)
		wl_compositor_destroy(backend->compositor);
	if (backend->subcompositor)
		wl_subcompositor_destroy(backend->subcompositor);
	if (backend->shm)
		wl_shm_destroy(backend->shm);
	if (backend->manager)
		wl_proxy_destroy((struct wl_proxy *)backend->manager);
	wl_display_disconnect(backend->display);
	free(backend);
}

bool backend_sees(const struct backend *backend, const char *interface)
{
	for (unsigned int i = 0; i < backend->global_count; i++)
		if (strcmp(backend->globals[i], interface) == 0)
			return true;
	return false;
}

bool backend_sync(struct backend *backend)
{
	return wl_display_roundtrip(backend->display) >= 0;
}

int backend_error(struct backend *backend, const char *interface)
{
	const struct wl_interface *of = NULL;
	uint32_t id, code;

	backend_sync(backend);
	if (wl_display_get_error(backend->display) != EPROTO)
		return -1;
	code = wl_display_get_protocol_error(backend->display, &of, &id);
	if (!of || strcmp(of->name, interface) != 0)
		check_fail("the error is one of %s", of ? of->name : "nothing");
	return (int)code;
}

static void scanout_mode(void *data, struct binnacle_scanout_v1 *proxy, uint32_t width_px,
	uint32_t height_px, uint32_t refresh_mhz, uint32_t width_mm, uint32_t height_mm,
	const char *name)
{
	struct backend_scanout *scanout = data;

	scanout->pending = BACKEND_MODE;
	scanout->width_px = width_px;
	scanout->height_px = height_px;
	scanout->refresh_mhz = refresh_mhz;
	scanout->width_mm = width_mm;
	scanout->height_mm = height_mm;
	snprintf(scanout->name, sizeof(scanout->name), "%s", name);
}

static void scanout_no_screen(void *data, struct binnacle_scanout_v1 *proxy)
{
	((struct backend_scanout *)data)->pending = BACKEND_NO_SCREEN;
}

static void scanout_windowed(void *data, struct binnacle_scanout_v1 *proxy)
{
	((struct backend_scanout *)data)->pending = BACKEND_WINDOWED;
}

static void scanout_done(void *data, struct binnacle_scanout_v1 *proxy)
{
	struct backend_scanout *scanout = data;

	scanout->state = scanout->pending;
	scanout->done_count++;
}

static const struct binnacle_scanout_v1_listener scanout_listener = {
	.mode = scanout_mode,
	.no_screen = scanout_no_screen,
	.windowed = scanout_windowed,
	.done = scanout_done,
};

struct backend_scanout *backend_scanout_create(struct backend *backend, uint32_t index)
{
	struct backend_scanout *scanout = calloc(1, sizeof(*scanout));

	check(scanout);
	scanout->backend = backend;
	scanout->surface = wl_compositor_create_surface(backend->compositor);
	scanout->scanout =
		binnacle_scanout_manager_v1_get_scanout(backend->manager, scanout->surface, index);
	binnacle_scanout_v1_add_listener(scanout->scanout, &scanout_listener, scanout);
	check(backend_sync(backend));
	check(scanout->done_count == 1);
	return scanout;
}

void backend_scanout_expect(struct backend_scanout *scanout, enum backend_state state)
{
	for (unsigned int i = 0; i < 500 && scanout->state != state; i++) {
		check(backend_sync(scanout->backend));
		usleep(10000);
	}
	if (scanout->state != state)
		check_fail("the scanout's state is %d instead of %d", scanout->state, state);
}

void backend_paint_quarters(struct backend *backend, struct wl_surface *surface, int32_t width,
	int32_t height, const uint32_t rgb[static 4])
{
	size_t size = (size_t)width * (size_t)height * 4;
	int fd = memfd_create("picture", MFD_CLOEXEC);
	struct wl_shm_pool *pool;
	struct wl_buffer *buffer;
	uint32_t *pixels;

	check(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(pixels != MAP_FAILED);
	for (int32_t y = 0; y < height; y++)
		for (int32_t x = 0; x < width; x++)
			pixels[y * width + x] =
				0xff000000u | rgb[(y >= height / 2) * 2 + (x >= width / 2)];
	munmap(pixels, size);
	pool = wl_shm_create_pool(backend->shm, fd, (int32_t)size);
	buffer = wl_shm_pool_create_buffer(
		pool, 0, width, height, width * 4, WL_SHM_FORMAT_XRGB8888);
	wl_shm_pool_destroy(pool);
	close(fd);
	wl_surface_attach(surface, buffer, 0, 0);
	wl_surface_damage_buffer(surface, 0, 0, width, height);
	wl_surface_commit(surface);
	check(backend_sync(backend));
}

void backend_paint(struct backend *backend, struct wl_surface *surface, int32_t width,
	int32_t height, uint32_t rgb)
{
	backend_paint_quarters(
		backend, surface, width, height, (const uint32_t[4]){rgb, rgb, rgb, rgb});
}

void backend_unmap(struct backend *backend, struct wl_surface *surface)
{
	wl_surface_attach(surface, NULL, 0, 0);
	wl_surface_commit(surface);
	check(backend_sync(backend));
}
