/* SPDX-License-Identifier: MIT */
/* A process's status: a socket that answers every connection with one JSON object and closes it. */
#include "common/status-socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/fd.h"

#define STATUS_MAX_BYTES (1024 * 1024)

int status_socket_open(const char *path)
{
	return fd_listen_unix(path);
}

void status_socket_answer(int listen_fd, const char *json)
{
	size_t length = strlen(json);
	int size = STATUS_MAX_BYTES;
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	/* The whole answer goes into the socket's buffer: a reader that never reads costs nothing.
	 */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	(void)!send(fd, json, length, MSG_NOSIGNAL);
	close(fd);
}

static int status_connect(const char *path, int timeout_ms)
{
	struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		fd_close(&fd);
		return -1;
	}
	return fd;
}

char *status_socket_read(const char *path, int timeout_ms)
{
	int fd = status_connect(path, timeout_ms);
	char *text = fd < 0 ? NULL : malloc(STATUS_MAX_BYTES + 1);
	size_t used = 0;
	ssize_t got = -1;

	while (text && used < STATUS_MAX_BYTES) {
		got = read(fd, text + used, STATUS_MAX_BYTES - used);
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	fd_close(&fd);
	if (!text || got != 0) {
		free(text);
		return NULL;
	}
	text[used] = '\0';
	return text;
}
