/* SPDX-License-Identifier: MIT */
/* The renderer's end of its socket: whole messages in, replies out. */
#include "gpu-backend/render/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/fd-socket.h"
#include "common/fd.h"

/* Many small messages fit; a larger one makes room for itself. */
#define CHANNEL_ROOM_BYTES (256u << 10)

int channel_init(struct channel *channel, int fd)
{
	*channel = (struct channel){.fd = fd, .in_room = CHANNEL_ROOM_BYTES};
	channel->in = malloc(channel->in_room);
	return channel->in ? 0 : -ENOMEM;
}

void channel_finish(struct channel *channel)
{
	while (channel->fd_count)
		fd_close(&channel->fds[--channel->fd_count]);
	free(channel->in);
}

/* Messages lie at multiples of 8, so that their structs can be read in place. */
static size_t message_room(const struct render_header *header)
{
	return sizeof(*header) + (((size_t)header->size + 7) & ~(size_t)7);
}

static bool channel_grow(struct channel *channel, size_t room)
{
	char *in;

	if (room <= channel->in_room)
		return true;
	in = realloc(channel->in, room);
	if (!in)
		return false;
	channel->in = in;
	channel->in_room = room;
	return true;
}

int channel_receive(struct channel *channel)
{
	int fds[CHANNEL_MAX_FDS];
	size_t count = 0;
	ssize_t got;

	memmove(channel->in, channel->in + channel->taken, channel->in_size - channel->taken);
	channel->in_size -= channel->taken;
	channel->taken = 0;
	got = fd_socket_receive(channel->fd, channel->in + channel->in_size,
		channel->in_room - channel->in_size, fds, CHANNEL_MAX_FDS - channel->fd_count,
		&count);
	memcpy(channel->fds + channel->fd_count, fds, count * sizeof(int));
	channel->fd_count += count;
	if (got == 0)
		return -EPIPE;
	if (got < 0)
		return (int)got;
	channel->in_size += (size_t)got;
	return 0;
}

const struct render_header *channel_next(struct channel *channel, const void **body, int *error)
{
	const struct render_header *header = (const void *)(channel->in + channel->taken);
	size_t left = channel->in_size - channel->taken;

	*error = 0;
	if (left < sizeof(*header))
		return NULL;
	if (header->size > RENDER_MAX_BYTES) {
		*error = -EMSGSIZE;
		return NULL;
	}
	if (left < message_room(header)) {
		if (!channel_grow(channel, message_room(header)))
			*error = -ENOMEM;
		return NULL;
	}
	channel->taken += message_room(header);
	*body = header + 1;
	return header;
}

int channel_take_fd(struct channel *channel)
{
	int fd;

	if (!channel->fd_count)
		return -1;
	fd = channel->fds[0];
	channel->fd_count--;
	memmove(channel->fds, channel->fds + 1, channel->fd_count * sizeof(int));
	return fd;
}

int channel_write(struct channel *channel, const void *data, size_t size)
{
	const char *next = data;

	while (size) {
		struct iovec iov = {(void *)next, size};
		ssize_t sent = fd_socket_send(channel->fd, &iov, 1, NULL, 0);

		if (sent == -EAGAIN) {
			struct pollfd wait = {.fd = channel->fd, .events = POLLOUT};

			poll(&wait, 1, -1);
			continue;
		}
		if (sent < 0)
			return (int)sent;
		next += sent;
		size -= (size_t)sent;
	}
	return 0;
}

int channel_flush(struct channel *channel)
{
	size_t count = channel->reply_count;

	channel->reply_count = 0;
	return count ? channel_write(channel, channel->replies, count * sizeof(channel->replies[0]))
		     : 0;
}

void channel_reply(struct channel *channel, uint64_t sequence, uint32_t type)
{
	if (channel->reply_count == sizeof(channel->replies) / sizeof(channel->replies[0]))
		(void)channel_flush(channel);
	channel->replies[channel->reply_count++] =
		(struct render_reply){.sequence = sequence, .type = type};
}
