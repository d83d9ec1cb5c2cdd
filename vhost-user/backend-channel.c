/* SPDX-License-Identifier: MIT */
/* Messages from the back end to the front end. */
#include "vhost-user/backend-channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/fd-socket.h"
#include "common/fd.h"
#include "common/log.h"
#include "vhost-user/message.h"
#include "vhost-user/vhost-user.h"

struct shmem_request {
	struct wl_list link; // struct backend_channel.shmem
	uint32_t request;
	struct message_shmem_map map;
	int fd; /* or −1 */
	void (*done)(void *data, int error);
	void *data;
};

struct backend_channel {
	struct wl_event_source *source;
	int fd; /* −1 once the front end has closed it */
	bool config_pending;
	uint64_t calls_pending; /* a bit per queue */
	struct wl_list shmem;   // struct shmem_request.link: the first may be on its way
	bool shmem_is_sent;     /* the message in hand is the first of these */
	char rest[sizeof(struct message_header) + sizeof(struct message_shmem_map)];
	size_t rest_size; /* of a message that went out in part */
	int rest_fd;      /* goes with its first byte, borrowed; or −1 */

	bool acknowledged; /* each message is */
	bool waiting;      /* for the acknowledgement of the last one */
	char ack[sizeof(struct message_header) + sizeof(uint64_t)];
	size_t ack_size; /* of it that came */
};
static_assert(VHOST_USER_MAX_QUEUES <= 64, "a bit per queue");

static void shmem_finish(struct backend_channel *channel, int error)
{
	struct shmem_request *request = wl_container_of(channel->shmem.next, request, link);

	wl_list_remove(&request->link);
	fd_close(&request->fd);
	if (request->done)
		request->done(request->data, error);
	free(request);
}

static void channel_close(struct backend_channel *channel)
{
	if (channel->source)
		wl_event_source_remove(channel->source);
	channel->source = NULL;
	fd_close(&channel->fd);
	while (!wl_list_empty(&channel->shmem))
		shmem_finish(channel, -ECONNRESET);
}

/* False when the socket takes no more for now, or is closed. */
static bool channel_flush_rest(struct backend_channel *channel)
{
	struct iovec iov = {channel->rest, channel->rest_size};
	ssize_t sent;

	if (!channel->rest_size)
		return true;
	sent = fd_socket_send(
		channel->fd, &iov, 1, &channel->rest_fd, channel->rest_fd >= 0 ? 1 : 0);
	if (sent == -EAGAIN)
		return false;
	if (sent < 0) {
		channel_close(channel);
		return false;
	}
	channel->rest_fd = -1;
	channel->rest_size -= (size_t)sent;
	memmove(channel->rest, channel->rest + sent, channel->rest_size);
	return !channel->rest_size;
}

static void channel_put(
	struct backend_channel *channel, uint32_t request, const void *payload, size_t size)
{
	struct message_header header = {
		.request = request,
		.flags = MESSAGE_VERSION | (channel->acknowledged ? MESSAGE_NEED_REPLY : 0),
		.size = (uint32_t)size,
	};

	memcpy(channel->rest, &header, sizeof(header));
	if (size)
		memcpy(channel->rest + sizeof(header), payload, size);
	channel->rest_size = sizeof(header) + size;
	channel->waiting = channel->acknowledged;
}

static void channel_flush(struct backend_channel *channel)
{
	while (channel->fd >= 0 && channel_flush_rest(channel) && !channel->waiting) {
		if (channel->config_pending) {
			channel->config_pending = false;
			channel_put(channel, MESSAGE_BACKEND_CONFIG_CHANGE, NULL, 0);
		} else if (channel->calls_pending) {
			struct message_vring_state state = {
				.index = (uint32_t)__builtin_ctzll(channel->calls_pending),
			};

			channel->calls_pending &= channel->calls_pending - 1;
			channel_put(channel, MESSAGE_BACKEND_VRING_CALL, &state, sizeof(state));
		} else if (!wl_list_empty(&channel->shmem)) {
			const struct shmem_request *request =
				wl_container_of(channel->shmem.next, request, link);

			channel_put(channel, request->request, &request->map, sizeof(request->map));
			channel->rest_fd = request->fd;
			channel->shmem_is_sent = true;
		} else {
			break;
		}
	}
	if (channel->source)
		wl_event_source_fd_update(
			channel->source, (channel->rest_size ? WL_EVENT_WRITABLE : 0u) |
						 (channel->waiting ? WL_EVENT_READABLE : 0u));
}

/* Takes what has come of an acknowledgement. What it says matters for a mapping: there is nothing
 * to do about a front end that does not care for the rest. */
static void channel_read_ack(struct backend_channel *channel)
{
	ssize_t got = recv(channel->fd, channel->ack + channel->ack_size,
		sizeof(channel->ack) - channel->ack_size, MSG_DONTWAIT);
	struct message_header header;
	uint64_t result;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		channel_close(channel);
		return;
	}
	channel->ack_size += (size_t)got;
	if (channel->ack_size < sizeof(channel->ack))
		return;
	memcpy(&header, channel->ack, sizeof(header));
	if (!(header.flags & MESSAGE_REPLY) || header.size != sizeof(uint64_t) ||
		channel->rest_size) {
		log_error("front end's acknowledgement on the backend channel is malformed");
		channel_close(channel);
		return;
	}
	memcpy(&result, channel->ack + sizeof(header), sizeof(result));
	channel->ack_size = 0;
	channel->waiting = false;
	if (channel->shmem_is_sent) {
		channel->shmem_is_sent = false;
		shmem_finish(channel, result ? -EIO : 0);
	}
}

static int channel_ready(int fd, uint32_t mask, void *data)
{
	struct backend_channel *channel = data;

	if (mask & (WL_EVENT_HANGUP | WL_EVENT_ERROR))
		channel_close(channel);
	else if (mask & WL_EVENT_READABLE && channel->waiting)
		channel_read_ack(channel);
	channel_flush(channel);
	return 0;
}

struct backend_channel *backend_channel_create(
	struct wl_event_loop *loop, int fd, bool acknowledged)
{
	struct backend_channel *channel;
	socklen_t length = sizeof(int);
	int type;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0 || type != SOCK_STREAM ||
		fd_set_nonblock(fd) < 0)
		goto err_fd;
	channel = calloc(1, sizeof(*channel));
	if (!channel)
		goto err_fd;
	channel->fd = fd;
	channel->rest_fd = -1;
	wl_list_init(&channel->shmem);
	channel->acknowledged = acknowledged;
	channel->source = wl_event_loop_add_fd(loop, fd, 0, channel_ready, channel);
	if (!channel->source)
		goto err_channel;
	return channel;

err_channel:
	free(channel);
err_fd:
	fd_close(&fd);
	return NULL;
}

void backend_channel_destroy(struct backend_channel *channel)
{
	if (!channel)
		return;
	channel_close(channel);
	free(channel);
}

void backend_channel_config_changed(struct backend_channel *channel)
{
	channel->config_pending = true;
	channel_flush(channel);
}

void backend_channel_vring_call(struct backend_channel *channel, uint32_t queue_index)
{
	channel->calls_pending |= UINT64_C(1) << queue_index;
	channel_flush(channel);
}

int backend_channel_shmem(struct backend_channel *channel, uint32_t type,
	const struct message_shmem_map *map, int fd, void (*done)(void *data, int error),
	void *data)
{
	struct shmem_request *request;

	if (channel->fd < 0)
		return -ECONNRESET;
	request = malloc(sizeof(*request));
	if (!request)
		return -ENOMEM;
	*request = (struct shmem_request){
		.request = type,
		.map = *map,
		.fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0),
		.done = done,
		.data = data,
	};
	if (fd >= 0 && request->fd < 0) {
		free(request);
		return -EMFILE;
	}
	wl_list_insert(channel->shmem.prev, &request->link);
	channel_flush(channel);
	return 0;
}
