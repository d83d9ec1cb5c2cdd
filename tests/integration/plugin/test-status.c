/* SPDX-License-Identifier: MIT */
/* The status socket's object, and Weston's screenshots for whom they are meant. */
#include "common/status-socket.h"
#include "tests/fixtures/weston/screenshot.h"
#include "tests/integration/plugin/backend.h"
#include "tests/integration/plugin/cases.h"
#include "weston-output-capture-client-protocol.h"
#include <json.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LEFT "[output]\nname=left\nmode=640x480\n"
#define RIGHT "[output]\nname=right\nmode=320x240\n"
#define CLUSTER "[guest-display]\nguest=cluster\noutput=left\narea=10,20,300x200\n"
#define IVI "[guest-display]\nguest=ivi\nscanout=2\n"

static struct weston *start(const char *ini)
{
	return weston_start(&(struct weston_setup){.ini = ini}, false);
}

static struct json_object *read_status(struct weston *weston)
{
	char *path = weston_path(weston, "binnacle/weston.status");
	char *text = status_socket_read(path, 2000);
	struct json_object *status;

	check(text);
	status = json_tokener_parse(text);
	check(status);
	free(text);
	free(path);
	return status;
}

/* The value at a path of keys and, for arrays, numbers: "guests/0/name". */
static struct json_object *at(struct json_object *object, const char *path)
{
	char *copy = strdup(path), *rest = copy, *part;

	while ((part = strsep(&rest, "/"))) {
		if (json_object_is_type(object, json_type_array))
			object = json_object_array_get_idx(object, (size_t)atoi(part));
		else
			check(json_object_object_get_ex(object, part, &object));
	}
	free(copy);
	return object;
}

static void expect_int(struct json_object *status, const char *path, int64_t value)
{
	int64_t is = json_object_get_int64(at(status, path));

	if (is != value)
		check_fail("%s is %lld", path, (long long)is);
}

static void expect_text(struct json_object *status, const char *path, const char *value)
{
	const char *is = json_object_get_string(at(status, path));

	if (!is || strcmp(is, value) != 0)
		check_fail("%s is %s", path, is);
}

static void status_tells_screens_and_guests(void)
{
	struct weston *weston = start(LEFT CLUSTER IVI);
	struct json_object *status;

	usleep(200000);
	status = read_status(weston);
	expect_text(status, "program", "weston");
	expect_text(status, "version", BINNACLE_VERSION);
	expect_text(status, "screens/0/name", "left");
	expect_int(status, "screens/0/width_px", 640);
	expect_int(status, "screens/0/height_px", 480);
	expect_int(status, "screens/0/refresh_mhz", 60000);
	expect_text(status, "guests/0/name", "cluster");
	expect_text(status, "guests/0/connected", "false");
	expect_int(status, "guests/0/scanouts/0/index", 0);
	expect_text(status, "guests/0/scanouts/0/screen", "left");
	expect_int(status, "guests/0/scanouts/0/area/0", 10);
	expect_int(status, "guests/0/scanouts/0/area/1", 20);
	expect_int(status, "guests/0/scanouts/0/area/2", 300);
	expect_int(status, "guests/0/scanouts/0/area/3", 200);
	expect_int(status, "guests/0/scanouts/0/frames", 0);
	expect_text(status, "guests/0/scanouts/0/fallback", "true");
	expect_text(status, "guests/1/name", "ivi");
	check(json_object_array_length(at(status, "guests/1/scanouts")) == 0);
	json_object_put(status);
	weston_stop(weston);
}

static void status_follows_the_guest(void)
{
	struct weston *weston = start(LEFT CLUSTER IVI);
	struct backend *backend = backend_connect_guest(weston, "ivi");
	struct backend *cluster = backend_connect_guest(weston, "cluster");
	struct backend_scanout *window = backend_scanout_create(backend, 2);
	struct backend_scanout *scanout = backend_scanout_create(cluster, 0);
	struct json_object *status;

	for (unsigned int i = 0; i < 7; i++)
		backend_paint(cluster, scanout->surface, 30, 20, 0xff0000);
	status = read_status(weston);
	expect_text(status, "guests/0/connected", "true");
	expect_int(status, "guests/0/scanouts/0/frames", 7);
	expect_text(status, "guests/0/scanouts/0/fallback", "false");
	expect_int(status, "guests/1/scanouts/0/index", 2);
	check(!at(status, "guests/1/scanouts/0/screen"));
	json_object_put(status);
	backend_disconnect(backend);
	backend_disconnect(cluster);
	free(window);
	free(scanout);
	weston_stop(weston);
}

static void status_of_hanging_readers_is_no_burden(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	char *path = weston_path(weston, "binnacle/weston.status");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fds[32];

	strcpy(address.sun_path, path);
	for (unsigned int i = 0; i < 32; i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		check(connect(fds[i], (struct sockaddr *)&address, sizeof(address)) == 0);
	}
	json_object_put(read_status(weston));
	for (unsigned int i = 0; i < 32; i++)
		close(fds[i]);
	free(path);
	weston_stop(weston);
}

static void each_output_has_its_screenshot(void)
{
	struct weston *weston =
		start(LEFT RIGHT CLUSTER "[guest-display]\nguest=ivi\noutput=right\n");
	struct screenshot *shot;

	usleep(200000);
	shot = screenshot_take(weston, "left");
	check(shot && shot->width == 640 && shot->height == 480);
	screenshot_destroy(shot);
	shot = screenshot_take(weston, "right");
	check(shot && shot->width == 320 && shot->height == 240);
	screenshot_destroy(shot);
	check(!screenshot_take(weston, "middle"));
	weston_stop(weston);
}

static void output_without_a_guest_is_made_too(void)
{
	struct weston *weston = start(RIGHT LEFT IVI);
	struct json_object *status;

	usleep(200000);
	status = read_status(weston);
	check(json_object_array_length(at(status, "screens")) == 2);
	expect_text(status, "screens/0/name", "right");
	expect_text(status, "screens/1/name", "left");
	json_object_put(status);
	weston_stop(weston);
}

struct attempt {
	struct weston_capture_v1 *capture;
	struct wl_output *output;
	struct wl_shm *shm;
	int width, height;
	bool failed, complete;
};

static void attempt_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct attempt *attempt = data;

	if (strcmp(interface, "weston_capture_v1") == 0)
		attempt->capture =
			wl_registry_bind(registry, name, &weston_capture_v1_interface, 1);
	if (strcmp(interface, "wl_output") == 0)
		attempt->output = wl_registry_bind(registry, name, &wl_output_interface, 1);
	if (strcmp(interface, "wl_shm") == 0)
		attempt->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
}

static void attempt_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener attempt_registry = {
	.global = attempt_global,
	.global_remove = attempt_global_remove,
};

static void attempt_format(void *data, struct weston_capture_source_v1 *source, uint32_t format)
{
}

static void attempt_size(
	void *data, struct weston_capture_source_v1 *source, int32_t width, int32_t height)
{
	struct attempt *attempt = data;

	attempt->width = width;
	attempt->height = height;
}

static void attempt_complete(void *data, struct weston_capture_source_v1 *source)
{
	((struct attempt *)data)->complete = true;
}

static void attempt_retry(void *data, struct weston_capture_source_v1 *source)
{
}

static void attempt_failed(void *data, struct weston_capture_source_v1 *source, const char *text)
{
	((struct attempt *)data)->failed = true;
}

static const struct weston_capture_source_v1_listener attempt_listener = {
	.format = attempt_format,
	.size = attempt_size,
	.complete = attempt_complete,
	.retry = attempt_retry,
	.failed = attempt_failed,
};

static void public_client_takes_no_screenshot(void)
{
	struct weston *weston = start(LEFT CLUSTER);
	struct backend *backend = backend_connect(weston, "public");
	struct wl_registry *registry = wl_display_get_registry(backend->display);
	struct weston_capture_source_v1 *source;
	struct attempt attempt = {0};
	struct wl_shm_pool *pool;
	struct wl_buffer *buffer;
	int fd = memfd_create("attempt", MFD_CLOEXEC);

	usleep(200000);
	wl_registry_add_listener(registry, &attempt_registry, &attempt);
	check(backend_sync(backend) && attempt.capture && attempt.output && attempt.shm);
	source = weston_capture_v1_create(
		attempt.capture, attempt.output, WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER);
	weston_capture_source_v1_add_listener(source, &attempt_listener, &attempt);
	check(backend_sync(backend) && attempt.width == 640);
	check(ftruncate(fd, 640 * 480 * 4) == 0);
	pool = wl_shm_create_pool(attempt.shm, fd, 640 * 480 * 4);
	buffer = wl_shm_pool_create_buffer(pool, 0, 640, 480, 640 * 4, WL_SHM_FORMAT_XRGB8888);
	weston_capture_source_v1_capture(source, buffer);
	for (unsigned int i = 0; i < 200 && !attempt.failed; i++) {
		check(backend_sync(backend) && !attempt.complete);
		usleep(10000);
	}
	check(attempt.failed);
	wl_registry_destroy(registry);
	close(fd);
	backend_disconnect(backend);
	weston_stop(weston);
}

static const struct test_case cases[] = {
	CASE(status_tells_screens_and_guests),
	CASE(status_follows_the_guest),
	CASE(status_of_hanging_readers_is_no_burden),
	CASE(each_output_has_its_screenshot),
	CASE(output_without_a_guest_is_made_too),
	CASE(public_client_takes_no_screenshot),
};

CASES_MAIN(cases)
