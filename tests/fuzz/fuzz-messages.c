/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer target: a byte stream with descriptors into a session. The input is a list of steps: a
 * head byte says what is attached or done, a length byte how much of the input is sent. Real RAM is
 * at hand, so that what the messages name can exist.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fd-socket.h"
#include "common/log.h"
#include "tests/fuzz/fuzz-device.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define RAM_BYTES (1 << 16)

static struct {
	struct wl_event_loop *loop;
	struct fuzz_device device;
	int ram;
	int event;
	int peer[2]; /* a socket to pass */
} fuzz;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	log_init("fuzz", NULL, LOG_ERROR);
	fuzz.loop = wl_event_loop_create();
	fuzz.ram = memfd_create("ram", MFD_CLOEXEC);
	fuzz.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ftruncate(fuzz.ram, RAM_BYTES) < 0 ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fuzz.peer) < 0)
		abort();
	return 0;
}

/* What a step's head byte attaches. */
static size_t pick_fds(uint8_t head, int *fds)
{
	switch (head & 7) {
	case 1:
		fds[0] = fuzz.ram;
		return 1;
	case 2:
		fds[0] = fuzz.event;
		return 1;
	case 3:
		fds[0] = fuzz.peer[1];
		return 1;
	case 4:
		fds[0] = fds[1] = fuzz.ram;
		return 2;
	case 5:
		for (int i = 0; i < 12; i++)
			fds[i] = fuzz.event;
		return 12;
	default:
		return 0;
	}
}

static void pump(void)
{
	for (int i = 0; i < 2; i++)
		wl_event_loop_dispatch(fuzz.loop, 0);
}

static void drain(int fd)
{
	char buffer[4096];

	while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		continue;
}

/* One step; returns the bytes of input it took. */
static size_t step(const uint8_t *data, size_t size, int socket)
{
	uint8_t head = data[0];
	size_t length = size > 1 ? data[1] : 0;
	struct iovec iov;
	uint64_t one = 1;
	int fds[16];

	if (size < 2)
		return size;
	if (length > size - 2)
		length = size - 2;
	iov = (struct iovec){(void *)(data + 2), length};
	if (length)
		fd_socket_send(socket, &iov, 1, fds, pick_fds(head, fds));
	if (head & 8)
		(void)!write(fuzz.event, &one, sizeof(one));
	if (head & 16)
		pump();
	if (head & 32)
		fuzz_device_release(&fuzz.device);
	if (head & 64)
		vhost_user_device_config_changed(&fuzz.device.base);
	if ((head & 0xc0) == 0xc0 && ftruncate(fuzz.ram, RAM_BYTES / 2) < 0)
		abort();
	drain(socket);
	return 2 + length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhost_user_server *server;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0 ||
		ftruncate(fuzz.ram, RAM_BYTES) < 0)
		abort();
	fuzz_device_init(&fuzz.device);
	server = vhost_user_server_create_inherited(fuzz.loop, &fuzz.device.base, pair[1]);
	while (size) {
		size_t took = step(data, size, pair[0]);

		data += took;
		size -= took;
	}
	pump();
	vhost_user_server_destroy(server);
	fuzz_device_release(&fuzz.device);
	close(pair[0]);
	drain(fuzz.peer[0]);
	return 0;
}
