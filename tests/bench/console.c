/* SPDX-License-Identifier: MIT */
/* The VMM's end of its display socket: reads all, answers questions, counts frames. */
#include "tests/bench/console.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fd.h"
#include "gpu-backend/vmm-protocol.h"
#include "tests/bench/counter.h"

/* A 4K frame. */
#define PAYLOAD_MAX (sizeof(struct vmm_update) + (size_t)3840 * 2160 * 4)

struct console {
	int fd;
	pthread_t thread;
	char *payload;
	uint32_t stamp;
	uint64_t frames; /* atomic */
	struct counter updates;
};

static bool receive_all(int fd, void *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = recv(fd, (char *)to + done, size - done, 0);

		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

static bool reply(const struct console *console, uint32_t request, const void *payload, size_t size)
{
	struct vmm_header header = {request, VMM_FLAG_REPLY, (uint32_t)size};
	char message[sizeof(header) + sizeof(struct virtio_gpu_resp_edid)];

	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), payload, size);
	return send(console->fd, message, sizeof(header) + size, MSG_NOSIGNAL) ==
	       (ssize_t)(sizeof(header) + size);
}

static bool reply_display_info(const struct console *console)
{
	struct virtio_gpu_resp_display_info info = {
		.hdr = {.type = le32_put(VIRTIO_GPU_RESP_OK_DISPLAY_INFO)},
		.pmodes[0] = {.r = {.width = le32_put(1920), .height = le32_put(1080)},
			.enabled = le32_put(1)},
	};

	return reply(console, VMM_GET_DISPLAY_INFO, &info, sizeof(info));
}

static void count_frame(struct console *console)
{
	uint32_t stamp;

	memcpy(&stamp, console->payload + sizeof(struct vmm_update), sizeof(stamp));
	stamp &= 0xffffff;
	if (stamp != console->stamp)
		__atomic_add_fetch(&console->frames, 1, __ATOMIC_RELEASE);
	console->stamp = stamp;
}

static bool handle(struct console *console, const struct vmm_header *header)
{
	struct virtio_gpu_resp_edid edid = {
		.hdr = {.type = le32_put(VIRTIO_GPU_RESP_OK_EDID)}, .size = le32_put(128)};
	uint64_t features = VMM_PROTOCOL_F_EDID;

	switch (header->request) {
	case VMM_GET_PROTOCOL_FEATURES:
		return reply(console, header->request, &features, sizeof(features));
	case VMM_GET_DISPLAY_INFO:
		return reply_display_info(console);
	case VMM_GET_EDID:
		return reply(console, header->request, &edid, sizeof(edid));
	case VMM_UPDATE:
		counter_add(&console->updates);
		count_frame(console);
		return true;
	default:
		return true;
	}
}

static void *console_run(void *data)
{
	struct console *console = data;
	struct vmm_header header;

	while (receive_all(console->fd, &header, sizeof(header)) && header.size <= PAYLOAD_MAX &&
		receive_all(console->fd, console->payload, header.size) &&
		handle(console, &header)) {
	}
	return NULL;
}

struct console *console_create(int *peer)
{
	struct console *console = calloc(1, sizeof(*console));
	int pair[2];

	if (!console)
		return NULL;
	console->payload = malloc(PAYLOAD_MAX);
	if (!console->payload || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		goto err_console;
	console->fd = pair[0];
	/* The pages are there before the clock runs. */
	memset(console->payload, 0, PAYLOAD_MAX);
	if (pthread_create(&console->thread, NULL, console_run, console))
		goto err_pair;
	*peer = pair[1];
	return console;

err_pair:
	close(pair[0]);
	close(pair[1]);
err_console:
	free(console->payload);
	free(console);
	return NULL;
}

void console_destroy(struct console *console)
{
	if (!console)
		return;
	shutdown(console->fd, SHUT_RDWR);
	pthread_join(console->thread, NULL);
	fd_close(&console->fd);
	free(console->payload);
	free(console);
}

uint64_t console_frames(const struct console *console)
{
	return __atomic_load_n(&console->frames, __ATOMIC_ACQUIRE);
}

uint64_t console_updates(const struct console *console, uint64_t *last_ns)
{
	return counter_get(&console->updates, last_ns);
}
