/* SPDX-License-Identifier: MIT */
/* Between a back end and its compositor: passes all on, and notes commits. */
#include "tests/bench/relay.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/fd-socket.h"
#include "common/fd.h"
#include "common/log.h"

/* A Wayland client sends no more than this at once, and no more descriptors. */
#define BUFFER_BYTES 16384
#define MAX_FDS 64

/* Of the Wayland protocol: object, opcode and size of a wl_surface.commit. */
#define COMMIT_OPCODE 6u
#define HEADER_BYTES 8u

struct relay {
	int listening, client, server;
	int stop[2]; /* a socket pair; the second end's closing stops the thread */
	pthread_t thread;
	char header[HEADER_BYTES]; /* of the client's message that is on its way */
	size_t header_got, body_left;
	uint64_t commits, last_ns; /* atomic; last_ns is written first */
	char target[108];
};

/* Finds the messages in a piece of the stream. A commit is the only one of its opcode and size. */
static void relay_watch(struct relay *relay, const char *data, size_t size)
{
	while (size) {
		size_t piece;
		uint32_t word;

		if (relay->body_left) {
			piece = size < relay->body_left ? size : relay->body_left;
			relay->body_left -= piece;
		} else {
			piece = HEADER_BYTES - relay->header_got;
			piece = size < piece ? size : piece;
			memcpy(relay->header + relay->header_got, data, piece);
			relay->header_got += piece;
			if (relay->header_got == HEADER_BYTES) {
				memcpy(&word, relay->header + 4, sizeof(word));
				relay->header_got = 0;
				relay->body_left = (word >> 16) > HEADER_BYTES
							   ? (word >> 16) - HEADER_BYTES
							   : 0;
				if (word == (HEADER_BYTES << 16 | COMMIT_OPCODE)) {
					__atomic_store_n(
						&relay->last_ns, clock_now_ns(), __ATOMIC_RELAXED);
					__atomic_add_fetch(&relay->commits, 1, __ATOMIC_RELEASE);
				}
			}
		}
		data += piece;
		size -= piece;
	}
}

static bool relay_send(int to, const char *data, size_t size, const int *fds, size_t fd_count)
{
	while (size) {
		struct iovec iov = {(void *)data, size};
		ssize_t sent = fd_socket_send(to, &iov, 1, fds, fd_count);

		if (sent < 0)
			return false;
		fd_count = 0;
		data += sent;
		size -= (size_t)sent;
	}
	return true;
}

static bool relay_pass(struct relay *relay, int from, int to)
{
	char data[BUFFER_BYTES];
	int fds[MAX_FDS];
	size_t fd_count;
	ssize_t got = fd_socket_receive(from, data, sizeof(data), fds, MAX_FDS, &fd_count);
	bool passed;

	if (got <= 0)
		return false;
	if (from == relay->client)
		relay_watch(relay, data, (size_t)got);
	passed = relay_send(to, data, (size_t)got, fds, fd_count);
	for (size_t i = 0; i < fd_count; i++)
		close(fds[i]);
	return passed;
}

static int connect_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, strnlen(path, sizeof(address.sun_path) - 1));
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fd_close(&fd);
	return fd;
}

static void *relay_run(void *data)
{
	struct relay *relay = data;
	struct pollfd waiting[] = {
		{.fd = relay->stop[0], .events = POLLIN},
		{.fd = relay->listening, .events = POLLIN},
	};

	if (poll(waiting, 2, -1) < 0 || waiting[0].revents)
		return NULL;
	relay->client = accept4(relay->listening, NULL, NULL, SOCK_CLOEXEC);
	relay->server = connect_unix(relay->target);
	while (relay->client >= 0 && relay->server >= 0) {
		struct pollfd ready[] = {
			{.fd = relay->stop[0], .events = POLLIN},
			{.fd = relay->client, .events = POLLIN},
			{.fd = relay->server, .events = POLLIN},
		};

		if (poll(ready, 3, -1) < 0 || ready[0].revents)
			break;
		if (ready[1].revents && !relay_pass(relay, relay->client, relay->server))
			break;
		if (ready[2].revents && !relay_pass(relay, relay->server, relay->client))
			break;
	}
	fd_close(&relay->client);
	fd_close(&relay->server);
	return NULL;
}

struct relay *relay_create(const char *path, const char *target)
{
	struct relay *relay = calloc(1, sizeof(*relay));

	if (!relay)
		return NULL;
	relay->client = relay->server = -1;
	memcpy(relay->target, target, strnlen(target, sizeof(relay->target) - 1));
	relay->listening = fd_listen_unix(path);
	if (relay->listening < 0)
		goto err_relay;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, relay->stop) < 0)
		goto err_listening;
	if (pthread_create(&relay->thread, NULL, relay_run, relay))
		goto err_stop;
	return relay;

err_stop:
	close(relay->stop[0]);
	close(relay->stop[1]);
err_listening:
	close(relay->listening);
err_relay:
	free(relay);
	return NULL;
}

void relay_destroy(struct relay *relay)
{
	if (!relay)
		return;
	fd_close(&relay->stop[1]);
	pthread_join(relay->thread, NULL);
	fd_close(&relay->stop[0]);
	fd_close(&relay->listening);
	free(relay);
}

uint64_t relay_commits(const struct relay *relay, uint64_t *last_ns)
{
	uint64_t commits = __atomic_load_n(&relay->commits, __ATOMIC_ACQUIRE);

	*last_ns = __atomic_load_n(&relay->last_ns, __ATOMIC_RELAXED);
	return commits;
}
