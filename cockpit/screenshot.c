/* SPDX-License-Identifier: MIT */
/* `binnacle screenshot`: what Weston shows on its screens, as PNG files. */
#include "cockpit/screenshot.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wayland-client.h>

#include "cockpit/paths.h"
#include "cockpit/png-file.h"
#include "common/fd.h"
#include "common/log.h"
#include "weston-output-capture-client-protocol.h"

#define TIMEOUT_NS UINT64_C(20000000000)
#define OUTPUT_MAX_PX 32768
#define MAX_TRIES 5

enum shot_state {
	SHOT_WAITING,
	SHOT_COMPLETE,
	SHOT_RETRY,
	SHOT_FAILED,
};

struct shot_output {
	struct wl_list link; // struct screenshot.outputs
	struct wl_output *proxy;
	char *name;
};

struct screenshot {
	struct wl_display *display;
	struct wl_registry *registry;
	struct wl_shm *shm;
	struct weston_capture_v1 *capture;
	struct wl_list outputs; // struct shot_output.link
	uint64_t deadline_ns;
};

/** One picture of one output. */
struct shot {
	struct weston_capture_source_v1 *source;
	uint32_t drm_format;
	int32_t width_px, height_px;
	enum shot_state state;
	struct wl_buffer *buffer;
	uint8_t *pixels;
	size_t size;
};

static void output_geometry(void *data, struct wl_output *output, int32_t x, int32_t y,
	int32_t width, int32_t height, int32_t subpixel, const char *make, const char *model,
	int32_t transform)
{
}

static void output_mode(void *data, struct wl_output *output, uint32_t flags, int32_t width,
	int32_t height, int32_t refresh)
{
}

static void output_done(void *data, struct wl_output *output)
{
}

static void output_scale(void *data, struct wl_output *output, int32_t factor)
{
}

static void output_name(void *data, struct wl_output *output, const char *name)
{
	struct shot_output *so = data;

	free(so->name);
	so->name = strdup(name);
}

static void output_description(void *data, struct wl_output *output, const char *description)
{
}

static const struct wl_output_listener output_listener = {
	.geometry = output_geometry,
	.mode = output_mode,
	.done = output_done,
	.scale = output_scale,
	.name = output_name,
	.description = output_description,
};

static void registry_global(void *data, struct wl_registry *registry, uint32_t id,
	const char *interface, uint32_t version)
{
	struct screenshot *shots = data;
	struct shot_output *so;

	if (strcmp(interface, wl_shm_interface.name) == 0 && !shots->shm) {
		shots->shm = wl_registry_bind(registry, id, &wl_shm_interface, 1);
	} else if (strcmp(interface, weston_capture_v1_interface.name) == 0 && !shots->capture) {
		shots->capture = wl_registry_bind(registry, id, &weston_capture_v1_interface, 1);
	} else if (strcmp(interface, wl_output_interface.name) == 0 &&
		   version >= WL_OUTPUT_NAME_SINCE_VERSION) {
		so = calloc(1, sizeof(*so));
		if (!so)
			return;
		so->proxy = wl_registry_bind(
			registry, id, &wl_output_interface, WL_OUTPUT_NAME_SINCE_VERSION);
		wl_output_add_listener(so->proxy, &output_listener, so);
		wl_list_insert(shots->outputs.prev, &so->link);
	}
}

static void registry_global_remove(void *data, struct wl_registry *registry, uint32_t id)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = registry_global,
	.global_remove = registry_global_remove,
};

static void source_format(void *data, struct weston_capture_source_v1 *source, uint32_t drm_format)
{
	struct shot *shot = data;

	shot->drm_format = drm_format;
}

static void source_size(
	void *data, struct weston_capture_source_v1 *source, int32_t width, int32_t height)
{
	struct shot *shot = data;

	shot->width_px = width;
	shot->height_px = height;
}

static void source_complete(void *data, struct weston_capture_source_v1 *source)
{
	struct shot *shot = data;

	shot->state = SHOT_COMPLETE;
}

static void source_retry(void *data, struct weston_capture_source_v1 *source)
{
	struct shot *shot = data;

	shot->state = SHOT_RETRY;
}

static void source_failed(void *data, struct weston_capture_source_v1 *source, const char *message)
{
	struct shot *shot = data;

	log_error("Weston refused the picture: %s", message ? message : "it does not say why");
	shot->state = SHOT_FAILED;
}

static const struct weston_capture_source_v1_listener source_listener = {
	.format = source_format,
	.size = source_size,
	.complete = source_complete,
	.retry = source_retry,
	.failed = source_failed,
};

/* Waits for events and dispatches them; −ETIMEDOUT when the compositor stays silent. */
static int screenshot_dispatch(struct screenshot *shots)
{
	struct pollfd pfd = {.fd = wl_display_get_fd(shots->display), .events = POLLIN};
	uint64_t now = clock_now_ns();
	int ready;

	if (wl_display_dispatch_pending(shots->display) < 0)
		return -EPROTO;
	if (wl_display_prepare_read(shots->display) < 0)
		return 0;
	wl_display_flush(shots->display);
	ready = now < shots->deadline_ns
			? poll(&pfd, 1, (int)((shots->deadline_ns - now) / 1000000) + 1)
			: 0;
	if (ready <= 0) {
		wl_display_cancel_read(shots->display);
		return ready < 0 && errno == EINTR ? 0 : -ETIMEDOUT;
	}
	if (wl_display_read_events(shots->display) < 0 ||
		wl_display_dispatch_pending(shots->display) < 0)
		return -EPIPE;
	return 0;
}

static void callback_done(void *data, struct wl_callback *callback, uint32_t serial)
{
	bool *done = data;

	*done = true;
}

static const struct wl_callback_listener callback_listener = {.done = callback_done};

/* wl_display_roundtrip() with a deadline. */
static int screenshot_roundtrip(struct screenshot *shots)
{
	struct wl_callback *callback = wl_display_sync(shots->display);
	bool done = false;
	int err = 0;

	if (!callback)
		return -ENOMEM;
	wl_callback_add_listener(callback, &callback_listener, &done);
	while (!done && !err)
		err = screenshot_dispatch(shots);
	wl_callback_destroy(callback);
	return err;
}

static int shm_format(uint32_t drm_format, uint32_t *format, enum png_order *order)
{
	switch (drm_format) {
	case DRM_FORMAT_XRGB8888:
		*format = WL_SHM_FORMAT_XRGB8888;
		*order = PNG_BGRX;
		return 0;
	case DRM_FORMAT_ARGB8888:
		*format = WL_SHM_FORMAT_ARGB8888;
		*order = PNG_BGRX;
		return 0;
	case DRM_FORMAT_XBGR8888:
	case DRM_FORMAT_ABGR8888:
		*format = drm_format;
		*order = PNG_RGBX;
		return 0;
	default:
		return -ENOTSUP;
	}
}

static void shot_drop_buffer(struct shot *shot)
{
	if (shot->buffer)
		wl_buffer_destroy(shot->buffer);
	if (shot->pixels)
		munmap(shot->pixels, shot->size);
	shot->buffer = NULL;
	shot->pixels = NULL;
}

static int shot_make_buffer(struct shot *shot, struct wl_shm *shm, enum png_order *order)
{
	struct wl_shm_pool *pool;
	uint32_t format;
	void *pixels;
	int fd, err;

	if (shot->width_px < 1 || shot->height_px < 1 || shot->width_px > OUTPUT_MAX_PX ||
		shot->height_px > OUTPUT_MAX_PX ||
		(size_t)shot->width_px * (size_t)shot->height_px > INT32_MAX / 4)
		return -EINVAL;
	err = shm_format(shot->drm_format, &format, order);
	if (err)
		return err;
	shot->size = (size_t)shot->width_px * 4 * (size_t)shot->height_px;
	fd = memfd_create("binnacle-screenshot", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)shot->size) < 0)
		goto err_fd;
	pixels = mmap(NULL, shot->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED)
		goto err_fd;
	shot->pixels = pixels;
	pool = wl_shm_create_pool(shm, fd, (int32_t)shot->size);
	shot->buffer = wl_shm_pool_create_buffer(
		pool, 0, shot->width_px, shot->height_px, shot->width_px * 4, format);
	wl_shm_pool_destroy(pool);
	fd_close(&fd);
	return 0;

err_fd:
	err = -errno;
	fd_close(&fd);
	return err;
}

/* Captures until the compositor is content with the buffer: a screen may change meanwhile. */
static int shot_capture(struct screenshot *shots, struct shot *shot, enum png_order *order)
{
	int err = screenshot_roundtrip(shots);

	for (int tries = 0; !err && tries < MAX_TRIES; tries++) {
		shot_drop_buffer(shot);
		err = shot_make_buffer(shot, shots->shm, order);
		if (err)
			break;
		shot->state = SHOT_WAITING;
		weston_capture_source_v1_capture(shot->source, shot->buffer);
		while (!err && shot->state == SHOT_WAITING)
			err = screenshot_dispatch(shots);
		if (shot->state == SHOT_COMPLETE)
			return 0;
		if (shot->state == SHOT_FAILED)
			return -EACCES;
	}
	return err ? err : -EAGAIN;
}

static int screenshot_take(
	struct screenshot *shots, const struct shot_output *output, const char *path)
{
	struct shot shot = {0};
	enum png_order order = PNG_BGRX;
	int err;

	shots->deadline_ns = clock_now_ns() + TIMEOUT_NS;
	shot.source = weston_capture_v1_create(
		shots->capture, output->proxy, WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER);
	weston_capture_source_v1_add_listener(shot.source, &source_listener, &shot);
	err = shot_capture(shots, &shot, &order);
	if (err)
		log_error("no picture of screen %s: %s", output->name, strerror(-err));
	if (!err) {
		err = png_file_write(path, &(struct png_picture){
						   .width_px = (uint32_t)shot.width_px,
						   .height_px = (uint32_t)shot.height_px,
						   .stride_bytes = (uint32_t)shot.width_px * 4,
						   .order = order,
						   .pixels = shot.pixels,
					   });
		if (err)
			log_error("%s: %s", path, strerror(-err));
	}
	shot_drop_buffer(&shot);
	weston_capture_source_v1_destroy(shot.source);
	return err;
}

static int screenshot_one(struct screenshot *shots, const char *screen, const char *path)
{
	const struct shot_output *output;
	char known[256] = "";
	size_t used = 0;

	wl_list_for_each (output, &shots->outputs, link) {
		if (!output->name)
			continue;
		if (strcmp(output->name, screen) == 0)
			return screenshot_take(shots, output, path);
		if (used < sizeof(known))
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
				used ? ", " : "", output->name);
	}
	log_error("no such screen %s; there is %s", screen, used ? known : "none");
	return -ENOENT;
}

static int screenshot_all(struct screenshot *shots, const char *directory)
{
	const struct shot_output *output;
	unsigned int taken = 0;
	int err = 0;

	if (mkdir(directory, 0777) < 0 && errno != EEXIST) {
		log_error("%s: %s", directory, strerror(errno));
		return -errno;
	}
	wl_list_for_each (output, &shots->outputs, link) {
		char *path;

		/* The name becomes a file's; it comes from another process. */
		if (!output->name || !*output->name || *output->name == '.' ||
			strchr(output->name, '/'))
			continue;
		path = paths_format("%s/%s.png", directory, output->name);
		err = path ? screenshot_take(shots, output, path) : -ENOMEM;
		free(path);
		if (err)
			return err;
		taken++;
	}
	if (taken == 0)
		log_error("Weston has no screen; name one in a [screen NAME] section");
	return taken > 0 ? 0 : -ENOENT;
}

static int screenshot_connect(struct screenshot *shots)
{
	char *directory = paths_binnacle_dir();
	char *path = directory ? paths_format("%s/control", directory) : NULL;
	int err;

	free(directory);
	shots->display = path ? wl_display_connect(path) : NULL;
	if (!shots->display) {
		log_error("no Weston with the module binnacle.so answers at %s; start one with "
			  "`binnacle run FILE`",
			path ? path : "$XDG_RUNTIME_DIR/binnacle/control");
		free(path);
		return -ENOENT;
	}
	free(path);
	shots->deadline_ns = clock_now_ns() + TIMEOUT_NS;
	shots->registry = wl_display_get_registry(shots->display);
	wl_registry_add_listener(shots->registry, &registry_listener, shots);
	err = screenshot_roundtrip(shots);
	if (!err)
		err = screenshot_roundtrip(shots); /* the outputs' names */
	if (err) {
		log_error("Weston does not answer: %s", strerror(-err));
		return err;
	}
	if (!shots->shm || !shots->capture) {
		log_error("this Weston takes no pictures: it has no weston_capture_v1");
		return -ENOTSUP;
	}
	return 0;
}

static void screenshot_finish(struct screenshot *shots)
{
	struct shot_output *output, *next;

	wl_list_for_each_safe (output, next, &shots->outputs, link) {
		wl_list_remove(&output->link);
		wl_output_destroy(output->proxy);
		free(output->name);
		free(output);
	}
	if (shots->capture)
		weston_capture_v1_destroy(shots->capture);
	if (shots->shm)
		wl_shm_destroy(shots->shm);
	if (shots->registry)
		wl_registry_destroy(shots->registry);
	if (shots->display)
		wl_display_disconnect(shots->display);
}

int screenshot_command(const char *screen, const char *path)
{
	struct screenshot shots = {0};
	bool chosen;
	int err = paths_runtime_dir(false, &chosen);

	if (err) {
		if (err == -ENOENT)
			log_error("nothing runs here: there is no XDG_RUNTIME_DIR; start guests "
				  "with `binnacle run FILE`");
		return 1;
	}
	wl_list_init(&shots.outputs);
	err = screenshot_connect(&shots);
	if (!err)
		err = screen ? screenshot_one(&shots, screen, path) : screenshot_all(&shots, path);
	screenshot_finish(&shots);
	return err ? 1 : 0;
}
