/* SPDX-License-Identifier: MIT */
/* Bytes and file descriptors over a unix stream socket. */
#include "common/fd-socket.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FD_SOCKET_MAX_FDS 32

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * FD_SOCKET_MAX_FDS)];
};

/* Takes the descriptors out of the control data; those that do not fit are closed. */
static bool take_fds(struct msghdr *message, int *fds, size_t max_fds, size_t *fd_count)
{
	bool fits = !(message->msg_flags & MSG_CTRUNC);
	struct cmsghdr *header;

	*fd_count = 0;
	for (header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
		size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
			if (*fd_count < max_fds) {
				fds[(*fd_count)++] = fd;
			} else {
				close(fd);
				fits = false;
			}
		}
	}
	return fits;
}

ssize_t fd_socket_receive(
	int socket, void *data, size_t size, int *fds, size_t max_fds, size_t *fd_count)
{
	union control control;
	struct iovec iov = {.iov_base = data, .iov_len = size};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t got;

	*fd_count = 0;
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if (!take_fds(&message, fds, max_fds, fd_count)) {
		while (*fd_count)
			close(fds[--*fd_count]);
		return -EMSGSIZE;
	}
	return got;
}

ssize_t fd_socket_send(
	int socket, const struct iovec *iov, size_t count, const int *fds, size_t fd_count)
{
	union control control = {0};
	struct msghdr message = {.msg_iov = (struct iovec *)iov, .msg_iovlen = count};
	ssize_t sent;

	if (fd_count > FD_SOCKET_MAX_FDS)
		return -EMSGSIZE;
	if (fd_count) {
		struct cmsghdr *header = &control.align;

		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
		memcpy(CMSG_DATA(header), fds, sizeof(int) * fd_count);
	}
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : sent;
}
