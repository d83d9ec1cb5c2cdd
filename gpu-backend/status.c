/* SPDX-License-Identifier: MIT */
/* What the back end tells of itself on its status socket: one JSON object per connection. */
#include "gpu-backend/status.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/status-socket.h"

struct gpu_status {
	const struct gpu *gpu;
	const char *guest;
	uint64_t start_ns;
	int fd;
	struct wl_event_source *source;
	char path[108]; /* as long as a unix address */
};

static void add_count(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static struct json_object *scanout_json(const struct gpu_scanout *scanout)
{
	struct json_object *object = json_object_new_object();
	const struct screen *screen = &scanout->screen;
	const char *handed_as = gpu_scanout_handed_as(scanout);

	add_count(object, "index", scanout->index);
	json_object_object_add(object, "screen",
		screen->connected && screen->name[0] ? json_object_new_string(screen->name) : NULL);
	add_count(object, "width_px", screen->width_px);
	add_count(object, "height_px", screen->height_px);
	add_count(object, "refresh_mhz", screen->refresh_mhz);
	add_count(object, "frames", scanout->frames);
	add_count(object, "flushes", scanout->flushes);
	add_count(object, "late", scanout->late);
	json_object_object_add(object, "path", json_object_new_string(gpu_scanout_path(scanout)));
	json_object_object_add(
		object, "handed_as", handed_as ? json_object_new_string(handed_as) : NULL);
	return object;
}

static struct json_object *status_json(const struct gpu_status *status)
{
	const struct gpu *gpu = status->gpu;
	struct json_object *object = json_object_new_object();
	struct json_object *scanouts = json_object_new_array();
	double uptime_s = (double)(clock_now_ns() - status->start_ns) / 1e9;

	json_object_object_add(object, "program", json_object_new_string("binnacle-gpu"));
	json_object_object_add(object, "version", json_object_new_string(BINNACLE_VERSION));
	json_object_object_add(object, "guest", json_object_new_string(status->guest));
	json_object_object_add(object, "uptime_s", json_object_new_double(uptime_s));
	json_object_object_add(
		object, "frontend_connected", json_object_new_boolean(gpu->device.session != NULL));
	json_object_object_add(object, "display", json_object_new_string(gpu->display->impl->name));
	json_object_object_add(object, "display_connected",
		json_object_new_boolean(gpu->display->impl->connected(gpu->display)));
	add_count(object, "memory_bytes", gpu->resources.usage.memory_bytes);
	add_count(object, "resources", gpu->resources.usage.resources);
	add_count(object, "backing_entries", gpu->resources.usage.backing_entries);
	add_count(object, "bytes_copied", gpu->resources.bytes_copied);
	add_count(object, "contexts", gpu->context_count);
	json_object_object_add(object, "renderer",
		json_object_new_boolean(gpu->renderer && renderer_is_running(gpu->renderer)));
	add_count(object, "renderers_lost", gpu->renderer ? renderer_losses(gpu->renderer) : 0);
	add_count(object, "errors", gpu->faults.total);
	for (uint32_t i = 0; i < gpu->scanout_count; i++)
		json_object_array_add(scanouts, scanout_json(&gpu->scanouts[i]));
	json_object_object_add(object, "scanouts", scanouts);
	return object;
}

static int status_readable(int fd, uint32_t mask, void *data)
{
	struct json_object *object = status_json(data);

	status_socket_answer(fd, json_object_to_json_string(object));
	json_object_put(object);
	return 0;
}

/* Makes the directories of the path under $XDG_RUNTIME_DIR, private to the user. */
static int status_path(struct gpu_status *status)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int length;

	if (!runtime) {
		log_error("XDG_RUNTIME_DIR is not set: no place for the status socket");
		return -ENOENT;
	}
	for (int part = 0; part < 2; part++) {
		length = snprintf(status->path, sizeof(status->path), "%s/binnacle%s%s", runtime,
			part ? "/" : "", part ? status->guest : "");
		if (length < 0 || (size_t)length >= sizeof(status->path))
			return -ENAMETOOLONG;
		if (mkdir(status->path, 0700) < 0 && errno != EEXIST)
			return -errno;
	}
	length = snprintf(status->path, sizeof(status->path), "%s/binnacle/%s/binnacle-gpu.status",
		runtime, status->guest);
	return (size_t)length < sizeof(status->path) ? 0 : -ENAMETOOLONG;
}

struct gpu_status *gpu_status_create(
	struct wl_event_loop *loop, const struct gpu *gpu, const char *guest)
{
	struct gpu_status *status = calloc(1, sizeof(*status));
	int error;

	if (!status)
		return NULL;
	*status = (struct gpu_status){
		.gpu = gpu, .guest = guest, .start_ns = clock_now_ns(), .fd = -1};
	error = status_path(status);
	if (!error) {
		status->fd = status_socket_open(status->path);
		error = status->fd < 0 ? status->fd : 0;
	}
	if (error == -EADDRINUSE) {
		log_error("another back end serves guest '%s': %s is in use", guest, status->path);
		goto err_status;
	}
	if (error) {
		log_error("no status socket at %s: %s", status->path, strerror(-error));
		goto err_status;
	}
	status->source =
		wl_event_loop_add_fd(loop, status->fd, WL_EVENT_READABLE, status_readable, status);
	if (!status->source)
		goto err_fd;
	return status;

err_fd:
	unlink(status->path);
	fd_close(&status->fd);
err_status:
	free(status);
	return NULL;
}

void gpu_status_destroy(struct gpu_status *status)
{
	if (!status)
		return;
	wl_event_source_remove(status->source);
	unlink(status->path);
	fd_close(&status->fd);
	free(status);
}
