/* SPDX-License-Identifier: MIT */
/* Requests about one ring. */
#include <errno.h>

#include "vhost-user/dispatch.h"

static struct queue *find_queue(struct vhost_user_session *session, uint64_t index)
{
	if (index < session->queue_count)
		return &session->queues[index];
	session->fault = "no such queue";
	return NULL;
}

int handle_set_vring_num(struct vhost_user_session *session, struct message *message)
{
	const struct message_vring_state *state = &message->payload.state;
	struct queue *queue = find_queue(session, state->index);

	if (!queue)
		return -EINVAL;
	if (!state->num || state->num & (state->num - 1) || state->num > RING_MAX_SIZE)
		return refuse(session, -EINVAL, "the ring's size is not a power of two to 32768");
	queue_stop(queue);
	queue->size = state->num;
	return 0;
}

int handle_set_vring_addr(struct vhost_user_session *session, struct message *message)
{
	const struct message_vring_addr *addr = &message->payload.addr;
	struct queue *queue = find_queue(session, addr->index);

	if (!queue)
		return -EINVAL;
	if (addr->flags & ~MESSAGE_VRING_LOG)
		return refuse(session, -EINVAL, "unknown flags");
	/* The log is switched on and off while the ring runs; anything else makes it another ring,
	 * which SET_VRING_KICK will start. */
	if (addr->desc_user != queue->addr.desc_user || addr->used_user != queue->addr.used_user ||
		addr->avail_user != queue->addr.avail_user)
		queue_stop(queue);
	queue->addr = *addr;
	queue->addr_set = true;
	return 0;
}

int handle_set_vring_base(struct vhost_user_session *session, struct message *message)
{
	const struct message_vring_state *state = &message->payload.state;
	struct queue *queue = find_queue(session, state->index);

	if (!queue)
		return -EINVAL;
	if (!(session->features & FEATURE_RING_PACKED) && state->num > UINT16_MAX)
		return refuse(session, -EINVAL, "a split ring's base has 16 bits");
	queue_stop(queue);
	queue->base = state->num;
	queue->base_set = true;
	return 0;
}

int handle_get_vring_base(struct vhost_user_session *session, struct message *message)
{
	struct message_vring_state *state = &message->payload.state;
	struct queue *queue = find_queue(session, state->index);

	if (!queue)
		return -EINVAL;
	queue_stop(queue);
	state->num = queue->base;
	message->header.size = sizeof(*state);
	return 0;
}

/* The queue of a KICK, CALL or ERR payload; *fd is taken from the message, or −1. */
static struct queue *take_descriptor(
	struct vhost_user_session *session, struct message *message, int *fd)
{
	uint64_t u64 = message->payload.u64;
	struct queue *queue = find_queue(session, u64 & MESSAGE_VRING_INDEX_MASK);
	bool none = u64 & MESSAGE_VRING_NO_FD;

	if (!queue)
		return NULL;
	if (message->fd_count != (none ? 0 : 1)) {
		session->fault = "its descriptor is missing or one too many";
		return NULL;
	}
	*fd = none ? -1 : message->fds[0];
	message->fd_count = 0;
	return queue;
}

int handle_set_vring_kick(struct vhost_user_session *session, struct message *message)
{
	const char *fault = "the kick is neither an eventfd nor a socket";
	int ret = 0, fd;
	struct queue *queue = take_descriptor(session, message, &fd);

	if (!queue)
		return -EINVAL;
	if (fd < 0 && !session_has_protocol(session, MESSAGE_PROTOCOL_INBAND_NOTIFICATIONS))
		return refuse(session, -EINVAL, "a ring that has to be polled");
	if (fd >= 0)
		ret = queue_kick_set(queue, fd);
	if (ret == 0)
		ret = queue_start(queue, &fault);
	return ret < 0 ? refuse(session, ret, fault) : 0;
}

int handle_set_vring_call(struct vhost_user_session *session, struct message *message)
{
	int fd;
	struct queue *queue = take_descriptor(session, message, &fd);

	if (!queue)
		return -EINVAL;
	if (queue_call_set(queue, fd) < 0)
		return refuse(session, -EINVAL, "it is neither an eventfd nor a socket");
	return 0;
}

int handle_set_vring_err(struct vhost_user_session *session, struct message *message)
{
	int fd;
	struct queue *queue = take_descriptor(session, message, &fd);

	if (!queue)
		return -EINVAL;
	notifier_finish(&queue->error);
	if (fd >= 0 && notifier_init(&queue->error, fd) < 0)
		return refuse(session, -EINVAL, "it is neither an eventfd nor a socket");
	return 0;
}

int handle_set_vring_enable(struct vhost_user_session *session, struct message *message)
{
	const struct message_vring_state *state = &message->payload.state;
	struct queue *queue = find_queue(session, state->index);

	if (!queue)
		return -EINVAL;
	if (state->num > 1)
		return refuse(session, -EINVAL, "neither 0 nor 1");
	queue_enable(queue, state->num);
	return 0;
}

int handle_vring_kick(struct vhost_user_session *session, struct message *message)
{
	struct queue *queue = find_queue(session, message->payload.state.index);
	const char *fault;
	int ret;

	if (!queue)
		return -EINVAL;
	/* A front end that kicks in band may never send SET_VRING_KICK: User-Mode Linux does not.
	 */
	ret = queue_start(queue, &fault);
	if (ret < 0)
		return refuse(session, ret, fault);
	queue_run(queue);
	return 0;
}
