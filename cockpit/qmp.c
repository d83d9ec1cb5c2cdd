/* SPDX-License-Identifier: MIT */
/* Listens to QEMU's events, to tell a guest that switched itself off from a VMM that died. */
#include "cockpit/qmp.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "cockpit/json-get.h"
#include "common/fd.h"

struct qmp {
	int fd;
	struct wl_event_source *source;
	void (*powered_off)(void *data);
	void *data;
	char buffer[16384];
	size_t used;
};

static void qmp_handle_line(struct qmp *qmp, const char *line)
{
	struct json_object *message = json_tokener_parse(line);
	struct json_object *data = json_get(message, "data", json_type_object);

	if (strcmp(json_get_string(message, "event"), "SHUTDOWN") == 0 &&
		strcmp(json_get_string(data, "reason"), "guest-shutdown") == 0)
		qmp->powered_off(qmp->data);
	json_object_put(message);
}

/* Returns bytes read, 0 at the end, or −1. */
static ssize_t qmp_read(struct qmp *qmp)
{
	size_t space = sizeof(qmp->buffer) - 1 - qmp->used;
	ssize_t got = read(qmp->fd, qmp->buffer + qmp->used, space);
	char *start = qmp->buffer, *end;

	if (got <= 0)
		return got;
	qmp->used += (size_t)got;
	qmp->buffer[qmp->used] = '\0';
	while ((end = strchr(start, '\n'))) {
		*end = '\0';
		qmp_handle_line(qmp, start);
		start = end + 1;
	}
	qmp->used -= (size_t)(start - qmp->buffer);
	memmove(qmp->buffer, start, qmp->used);
	if (qmp->used == sizeof(qmp->buffer) - 1)
		qmp->used = 0; /* no event that we wait for is as long as this */
	return got;
}

static int qmp_handle_readable(int fd, uint32_t mask, void *data)
{
	struct qmp *qmp = data;

	if (qmp_read(qmp) == 0 || (mask & WL_EVENT_ERROR)) {
		wl_event_source_remove(qmp->source);
		qmp->source = NULL;
	}
	return 0;
}

struct qmp *qmp_connect(
	struct wl_event_loop *loop, const char *path, void (*powered_off)(void *data), void *data)
{
	static const char hello[] = "{\"execute\":\"qmp_capabilities\"}\n";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct qmp *qmp;

	if (strlen(path) >= sizeof(address.sun_path))
		return NULL;
	memcpy(address.sun_path, path, strlen(path));
	qmp = calloc(1, sizeof(*qmp));
	if (!qmp)
		return NULL;
	qmp->powered_off = powered_off;
	qmp->data = data;
	qmp->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (qmp->fd < 0 ||
		connect(qmp->fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
		send(qmp->fd, hello, strlen(hello), MSG_NOSIGNAL) < 0)
		goto err_destroy;
	qmp->source =
		wl_event_loop_add_fd(loop, qmp->fd, WL_EVENT_READABLE, qmp_handle_readable, qmp);
	if (!qmp->source)
		goto err_destroy;
	return qmp;

err_destroy:
	qmp_destroy(qmp);
	return NULL;
}

void qmp_destroy(struct qmp *qmp)
{
	if (!qmp)
		return;
	/* QEMU's last event and its end arrive together, in any order. */
	while (qmp->source && qmp_read(qmp) > 0)
		;
	if (qmp->source)
		wl_event_source_remove(qmp->source);
	fd_close(&qmp->fd);
	free(qmp);
}
