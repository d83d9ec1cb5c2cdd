/* SPDX-License-Identifier: MIT */
/* Eventfds and stream sockets as kick, call and error descriptors. */
#include "vhost-user/notifier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/fd.h"

int notifier_init(struct notifier *notifier, int fd)
{
	struct stat info;

	*notifier = (struct notifier){.fd = fd};
	if (fstat(fd, &info) < 0)
		goto err_fd;
	notifier->is_socket = S_ISSOCK(info.st_mode);
	/* An eventfd has no file type. A pipe would raise SIGPIPE, a file tells nobody. */
	if (!notifier->is_socket && (info.st_mode & S_IFMT) != 0)
		goto err_fd;
	return 0;

err_fd:
	notifier_finish(notifier);
	return -EINVAL;
}

void notifier_finish(struct notifier *notifier)
{
	fd_close(&notifier->fd);
}

void notifier_signal(const struct notifier *notifier)
{
	uint64_t one = 1;
	struct pollfd writable = {.fd = notifier->fd, .events = POLLOUT};

	if (notifier->fd < 0)
		return;
	if (notifier->is_socket) {
		(void)!send(notifier->fd, &one, sizeof(one), MSG_DONTWAIT | MSG_NOSIGNAL);
		return;
	}
	/* The flag belongs to both sides, so it is not ours to set: a counter that somebody drove
	 * to its end would block the write. */
	if (!(fcntl(notifier->fd, F_GETFL) & O_NONBLOCK) && poll(&writable, 1, 0) != 1)
		return;
	(void)!write(notifier->fd, &one, sizeof(one));
}

bool notifier_drain(const struct notifier *notifier)
{
	uint64_t words[64];
	struct iovec iov = {words, sizeof(words)};
	struct pollfd readable = {.fd = notifier->fd, .events = POLLIN};
	ssize_t got;

	if (notifier->is_socket) {
		got = recv(notifier->fd, words, sizeof(words), MSG_DONTWAIT);
		return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
	}
	got = preadv2(notifier->fd, &iov, 1, -1, RWF_NOWAIT);
	if (got < 0 && (errno == EOPNOTSUPP || errno == ENOSYS) && poll(&readable, 1, 0) == 1)
		got = read(notifier->fd, words, sizeof(words[0]));
	return true;
}
