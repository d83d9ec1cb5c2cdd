/* SPDX-License-Identifier: MIT */
/* Bytes and file descriptors over a unix stream socket. */
#pragma once

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/**
 * One recvmsg. Received descriptors, at most max_fds, are close-on-exec and the caller's; more than
 * that, or truncated control data, closes them all and gives −EMSGSIZE.
 * Returns bytes read, 0 at the end of the stream, or −errno (−EAGAIN where it would block).
 */
ssize_t fd_socket_receive(
	int socket, void *data, size_t size, int *fds, size_t max_fds, size_t *fd_count);

/**
 * One sendmsg of the iovec with the descriptors (borrowed), never raising SIGPIPE.
 * Returns bytes sent, which may be fewer than given, or −errno.
 */
ssize_t fd_socket_send(
	int socket, const struct iovec *iov, size_t count, const int *fds, size_t fd_count);
