/* SPDX-License-Identifier: MIT */
/* Requests about config space and the sockets beside the connection. */
#include <errno.h>
#include <string.h>

#include "vhost-user/dispatch.h"

static_assert(MESSAGE_MAX_CONFIG == VHOST_USER_MAX_CONFIG_BYTES, "config space");

static bool config_range_is_valid(const struct message *message)
{
	const struct message_config *config = &message->payload.config;

	return config->offset <= MESSAGE_MAX_CONFIG &&
	       config->size <= MESSAGE_MAX_CONFIG - config->offset &&
	       config->size <= message->header.size - MESSAGE_CONFIG_HEADER;
}

/* A front end may know a newer and longer config space: what the device lacks reads as zeroes. An
 * answer without payload says that the request was wrong. */
int handle_get_config(struct vhost_user_session *session, struct message *message)
{
	struct message_config *config = &message->payload.config;
	uint8_t space[MESSAGE_MAX_CONFIG] = {0};

	if (!config_range_is_valid(message)) {
		log_limited(session->log_limit,
			"%s: front end's request refused: GET_CONFIG: %u bytes at %u",
			session->device->impl->name, config->size, config->offset);
		message->header.size = 0;
		return 0;
	}
	session->device->impl->config_read(session->device, space);
	memcpy(config->data, space + config->offset, config->size);
	/* The front end compares the length with that of its request. */
	memset(config->data + config->size, 0,
		message->header.size - MESSAGE_CONFIG_HEADER - config->size);
	return 0;
}

int handle_set_config(struct vhost_user_session *session, struct message *message)
{
	const struct message_config *config = &message->payload.config;
	struct vhost_user_device *device = session->device;
	uint32_t size = config->size;

	if (!config_range_is_valid(message))
		return refuse(session, -EINVAL, "it is outside config space");
	if (config->offset >= device->impl->config_size || !device->impl->config_write)
		return 0;
	if (size > device->impl->config_size - config->offset)
		size = device->impl->config_size - config->offset;
	device->impl->config_write(device, config->offset, config->data, size);
	return 0;
}

int handle_set_backend_req_fd(struct vhost_user_session *session, struct message *message)
{
	struct backend_channel *channel, *before;

	if (message->fd_count != 1)
		return refuse(session, -EINVAL, "its descriptor is missing");
	message->fd_count = 0;
	channel = backend_channel_create(session->loop, message->fds[0],
		session_has_protocol(session, MESSAGE_PROTOCOL_REPLY_ACK));
	if (!channel)
		return refuse(session, -EINVAL, "its descriptor is not a stream socket");
	before = session->channel;
	session->channel = channel;
	backend_channel_destroy(before);
	return 0;
}

int handle_gpu_set_socket(struct vhost_user_session *session, struct message *message)
{
	if (message->fd_count != 1)
		return refuse(session, -EINVAL, "its descriptor is missing");
	if (!session->device->impl->gpu_socket_set)
		return refuse(session, -EOPNOTSUPP, "the device is not a GPU");
	message->fd_count = 0;
	session->device->impl->gpu_socket_set(session->device, message->fds[0]);
	return 0;
}
