/* SPDX-License-Identifier: MIT */
/* The ivi guest's home screen: a Wayland client that fills the desktop below the panel with a map,
 * music and climate. --fps N (default 20), --png FILE --size WxH (draws into a file and ends). */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <wayland-client.h>

#include "guest-tests/ivi-scene.h"
#include "xdg-shell-client-protocol.h"

#define HOME_PAGES 3
#define HOME_SIZE_MAX 8192
#define HOME_FITS_MAX 15

struct home_page {
	struct wl_buffer *buffer;
	cairo_surface_t *surface;
	void *pixels;
	size_t size_bytes;
	bool busy, drawn;
	double time_s; /* what it shows */
};

struct home {
	struct wl_display *display;
	struct wl_compositor *compositor;
	struct wl_shm *shm;
	struct xdg_wm_base *wm_base;
	struct wl_surface *surface;
	struct xdg_toplevel *toplevel;
	struct ivi_scene *scene;
	struct home_page pages[HOME_PAGES];
	int width, height, wanted_width, wanted_height;
	int fps;
	bool configured, frame_pending, announced, closed;
	double start_s, shown_s, fit_s;
	int fits;
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void page_on_release(void *data, struct wl_buffer *buffer)
{
	struct home_page *page = data;

	page->busy = false;
}

static const struct wl_buffer_listener page_listener = {.release = page_on_release};

static void page_finish(struct home_page *page)
{
	if (page->surface)
		cairo_surface_destroy(page->surface);
	if (page->buffer)
		wl_buffer_destroy(page->buffer);
	if (page->pixels)
		munmap(page->pixels, page->size_bytes);
	*page = (struct home_page){0};
}

static int page_init(struct home *home, struct home_page *page)
{
	int stride = home->width * 4;

	*page = (struct home_page){.size_bytes = (size_t)stride * (size_t)home->height};
	int fd = memfd_create("ivi-home", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	void *map = MAP_FAILED;
	if (ftruncate(fd, (off_t)page->size_bytes) == 0)
		map = mmap(NULL, page->size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		int error = -errno;

		close(fd);
		return error;
	}
	page->pixels = map;
	struct wl_shm_pool *pool = wl_shm_create_pool(home->shm, fd, (int32_t)page->size_bytes);
	page->buffer = wl_shm_pool_create_buffer(
		pool, 0, home->width, home->height, stride, WL_SHM_FORMAT_XRGB8888);
	wl_shm_pool_destroy(pool);
	close(fd);
	wl_buffer_add_listener(page->buffer, &page_listener, page);
	page->surface = cairo_image_surface_create_for_data(
		page->pixels, CAIRO_FORMAT_RGB24, home->width, home->height, stride);
	return 0;
}

static int home_resize(struct home *home)
{
	home->width = home->wanted_width;
	home->height = home->wanted_height;
	ivi_scene_destroy(home->scene);
	home->scene = ivi_scene_create(home->width, home->height);
	int rc = home->scene ? 0 : -ENOMEM;
	for (int i = 0; i < HOME_PAGES; i++) {
		page_finish(&home->pages[i]);
		if (rc == 0)
			rc = page_init(home, &home->pages[i]);
	}
	return rc;
}

static void home_on_frame(void *data, struct wl_callback *callback, uint32_t time_ms)
{
	struct home *home = data;

	wl_callback_destroy(callback);
	home->frame_pending = false;
	if (!home->announced)
		printf("READY %dx%d\n", home->width, home->height);
	home->announced = true;
}

static const struct wl_callback_listener frame_listener = {.done = home_on_frame};

static void home_draw(struct home *home)
{
	struct home_page *page = NULL;
	struct ivi_rect rects[IVI_PARTS];
	double at_s = now_s() - home->start_s;

	for (int i = 0; i < HOME_PAGES && !page; i++)
		if (!home->pages[i].busy)
			page = &home->pages[i];
	if (!page)
		return;
	wl_surface_attach(home->surface, page->buffer, 0, 0);
	if (page->drawn) {
		/* The page may be older than what is shown; its rectangles cover both. */
		double oldest_s = page->time_s < home->shown_s ? page->time_s : home->shown_s;

		ivi_scene_draw_changes(home->scene, page->surface, oldest_s, at_s, rects);
		for (int i = 0; i < IVI_PARTS; i++)
			wl_surface_damage_buffer(home->surface, rects[i].x, rects[i].y,
				rects[i].width, rects[i].height);
	} else {
		ivi_scene_draw_all(home->scene, page->surface, at_s);
		wl_surface_damage_buffer(home->surface, 0, 0, home->width, home->height);
	}
	page->drawn = true;
	page->busy = true;
	page->time_s = at_s;
	home->shown_s = at_s;
	home->frame_pending = true;
	wl_callback_add_listener(wl_surface_frame(home->surface), &frame_listener, home);
	wl_surface_commit(home->surface);
}

static void home_on_ping(void *data, struct xdg_wm_base *wm_base, uint32_t serial)
{
	xdg_wm_base_pong(wm_base, serial);
}

static const struct xdg_wm_base_listener wm_base_listener = {.ping = home_on_ping};

static void home_on_configure(void *data, struct xdg_surface *xdg_surface, uint32_t serial)
{
	struct home *home = data;

	xdg_surface_ack_configure(xdg_surface, serial);
	home->configured = true;
}

static const struct xdg_surface_listener xdg_surface_listener = {.configure = home_on_configure};

static void home_on_toplevel_configure(void *data, struct xdg_toplevel *toplevel, int32_t width,
	int32_t height, struct wl_array *states)
{
	struct home *home = data;

	if (width > 0 && width <= HOME_SIZE_MAX && height > 0 && height <= HOME_SIZE_MAX) {
		home->wanted_width = width;
		home->wanted_height = height;
	}
}

static void home_on_close(void *data, struct xdg_toplevel *toplevel)
{
	struct home *home = data;

	home->closed = true;
}

static const struct xdg_toplevel_listener toplevel_listener = {
	.configure = home_on_toplevel_configure,
	.close = home_on_close,
};

static void home_on_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct home *home = data;

	if (strcmp(interface, wl_compositor_interface.name) == 0 && version >= 4) {
		home->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
	} else if (strcmp(interface, wl_shm_interface.name) == 0) {
		home->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
	} else if (strcmp(interface, xdg_wm_base_interface.name) == 0) {
		home->wm_base = wl_registry_bind(registry, name, &xdg_wm_base_interface, 1);
		xdg_wm_base_add_listener(home->wm_base, &wm_base_listener, home);
	}
}

static void home_on_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = home_on_global,
	.global_remove = home_on_global_remove,
};

static int home_connect(struct home *home)
{
	home->display = wl_display_connect(NULL);
	if (!home->display) {
		fprintf(stderr, "ivi-home: no compositor\n");
		return 1;
	}
	struct wl_registry *registry = wl_display_get_registry(home->display);
	wl_registry_add_listener(registry, &registry_listener, home);
	wl_display_roundtrip(home->display);
	if (!home->compositor || !home->shm || !home->wm_base) {
		fprintf(stderr, "ivi-home: the compositor lacks what a window needs\n");
		return 1;
	}
	home->surface = wl_compositor_create_surface(home->compositor);
	struct xdg_surface *xdg_surface = xdg_wm_base_get_xdg_surface(home->wm_base, home->surface);
	xdg_surface_add_listener(xdg_surface, &xdg_surface_listener, home);
	home->toplevel = xdg_surface_get_toplevel(xdg_surface);
	xdg_toplevel_add_listener(home->toplevel, &toplevel_listener, home);
	xdg_toplevel_set_title(home->toplevel, "Home");
	xdg_toplevel_set_app_id(home->toplevel, "ivi-home");
	xdg_toplevel_set_maximized(home->toplevel);
	wl_surface_commit(home->surface);
	return 0;
}

/* Dispatches what comes within the time. Returns false when the compositor has gone. */
static bool home_dispatch(struct home *home, double wait_s)
{
	struct pollfd poll_fd = {.fd = wl_display_get_fd(home->display), .events = POLLIN};

	while (wl_display_prepare_read(home->display) != 0)
		if (wl_display_dispatch_pending(home->display) < 0)
			return false;
	wl_display_flush(home->display);
	if (poll(&poll_fd, 1, wait_s > 0 ? (int)(wait_s * 1000) + 1 : 0) > 0) {
		if (wl_display_read_events(home->display) < 0)
			return false;
	} else {
		wl_display_cancel_read(home->display);
	}
	return wl_display_dispatch_pending(home->display) >= 0;
}

/*
 * Weston sizes a maximized window for the panel only when the window becomes so, and its panel may
 * come up after us: ask again for a while.
 */
static void home_fit_panel(struct home *home)
{
	double at_s = now_s();

	if (!home->announced || home->fits == HOME_FITS_MAX || at_s < home->fit_s)
		return;
	home->fits++;
	home->fit_s = at_s + 1;
	xdg_toplevel_unset_maximized(home->toplevel);
	xdg_toplevel_set_maximized(home->toplevel);
}

static int home_run(struct home *home)
{
	double next_s = 0;

	while (!home->closed) {
		double wait_s = next_s - now_s();

		home_fit_panel(home);
		if (home->configured && !home->frame_pending && wait_s <= 0) {
			if ((home->width != home->wanted_width ||
				    home->height != home->wanted_height) &&
				home_resize(home))
				return 1;
			home_draw(home);
			next_s = now_s() + 1.0 / home->fps;
			wait_s = 1.0 / home->fps;
		}
		if (!home_dispatch(home, wait_s > 0 ? wait_s : 1))
			return 1;
	}
	return 0;
}

static int write_png(const struct home *home, const char *path)
{
	struct ivi_scene *scene = ivi_scene_create(home->wanted_width, home->wanted_height);
	cairo_surface_t *surface = cairo_image_surface_create(
		CAIRO_FORMAT_RGB24, home->wanted_width, home->wanted_height);

	if (!scene)
		return 1;
	ivi_scene_draw_all(scene, surface, 20);
	cairo_status_t status = cairo_surface_write_to_png(surface, path);
	cairo_surface_destroy(surface);
	ivi_scene_destroy(scene);
	return status == CAIRO_STATUS_SUCCESS ? 0 : 1;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{"fps", required_argument, NULL, 'f'},
		{"png", required_argument, NULL, 'p'},
		{"size", required_argument, NULL, 's'},
		{0},
	};
	struct home home = {.wanted_width = 1280, .wanted_height = 768, .fps = 20};
	const char *png = NULL;
	int option;
	bool usable = true;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'f')
			usable = sscanf(optarg, "%d", &home.fps) == 1 && home.fps > 0;
		else if (option == 'p')
			png = optarg;
		else if (option == 's')
			usable = sscanf(optarg, "%dx%d", &home.wanted_width, &home.wanted_height) ==
				 2;
		else
			usable = false;
		if (!usable) {
			fprintf(stderr, "usage: ivi-home [--fps N] [--png FILE --size WxH]\n");
			return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (png)
		return write_png(&home, png);
	home.start_s = now_s();
	if (home_connect(&home))
		return 1;
	return home_run(&home);
}
