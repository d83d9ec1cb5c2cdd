/* SPDX-License-Identifier: MIT */
/* The connection: framing without blocking, replies, and the life of what the front end set. */
#include "vhost-user/session.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fd-socket.h"
#include "common/fd.h"
#include "vhost-user/dispatch.h"

/* Messages handled before other event sources get their turn. */
#define SESSION_MAX_BATCH 16

static void message_close_fds(struct message *message)
{
	for (size_t i = 0; i < message->fd_count; i++)
		fd_close(&message->fds[i]);
	message->fd_count = 0;
}

/* The caller returns to the loop at once: the session is no more. */
static void session_end(struct vhost_user_session *session)
{
	session->ended(session->ended_data);
}

static void session_drop(struct vhost_user_session *session, const char *what, const char *fault)
{
	log_limited(session->log_limit, "%s: front end dropped: %s: %s",
		session->device->impl->name, what, fault);
	session_end(session);
}

/* Of the message in hand, whose header has been read. */
static const char *session_message_name(const struct vhost_user_session *session)
{
	const struct dispatch_entry *entry = dispatch_find(session->in.header.request);

	return entry ? entry->name : "an unknown request";
}

/* Checks what does not need the payload. NULL is fine. */
static const char *session_header_fault(const struct vhost_user_session *session)
{
	const struct message_header *header = &session->in.header;
	const struct dispatch_entry *entry = dispatch_find(header->request);

	if ((header->flags & MESSAGE_VERSION_MASK) != MESSAGE_VERSION)
		return "the protocol version is not 1";
	if (header->flags & MESSAGE_REPLY)
		return "a reply that nobody asked for";
	if (header->size > sizeof(union message_payload))
		return "the payload is too long";
	if (entry && header->size < entry->min_size)
		return "the payload is too short";
	if (entry && header->size > entry->max_size)
		return "the payload is too long";
	return NULL;
}

/* Reads on. Returns 1 with a whole message, 0 when there is no more for now, −errno at the end. */
static int session_read(struct vhost_user_session *session, const char **fault)
{
	struct message *in = &session->in;

	for (;;) {
		size_t header = sizeof(in->header), fds, want;
		ssize_t got;
		char *to;

		if (in->received < header) {
			to = (char *)&in->header + in->received;
			want = header - in->received;
		} else {
			to = (char *)&in->payload + (in->received - header);
			want = header + in->header.size - in->received;
		}
		if (!want)
			return 1;
		got = fd_socket_receive(session->fd, to, want, in->fds + in->fd_count,
			SESSION_MAX_FDS - in->fd_count, &fds);
		if (got == -EAGAIN)
			return 0;
		if (got == -EMSGSIZE)
			*fault = "too many descriptors";
		else if (got < 0)
			*fault = strerror((int)-got);
		else if (got == 0 && in->received)
			*fault = "the connection ended in the middle of it";
		if (got <= 0)
			return got < 0 ? (int)got : -ECONNRESET;
		in->fd_count += fds;
		in->received += (size_t)got;
		if (in->received == header) {
			*fault = session_header_fault(session);
			if (*fault)
				return -EPROTO;
		}
	}
}

static int session_send_rest(struct vhost_user_session *session)
{
	struct iovec iov = {session->out, session->out_size};
	ssize_t sent;

	if (session->out_size) {
		sent = fd_socket_send(session->fd, &iov, 1, NULL, 0);
		if (sent < 0 && sent != -EAGAIN)
			return (int)sent;
		if (sent > 0) {
			session->out_size -= (size_t)sent;
			memmove(session->out, session->out + sent, session->out_size);
		}
	}
	wl_event_source_fd_update(
		session->source, session->out_size ? WL_EVENT_WRITABLE : WL_EVENT_READABLE);
	return 0;
}

static int session_reply(struct vhost_user_session *session, const void *payload, size_t size)
{
	struct message_header header = {
		.request = session->in.header.request,
		.flags = MESSAGE_VERSION | MESSAGE_REPLY,
		.size = (uint32_t)size,
	};

	memcpy(session->out, &header, sizeof(header));
	if (size)
		memcpy(session->out + sizeof(header), payload, size);
	session->out_size = sizeof(header) + size;
	return session_send_rest(session);
}

static int session_dispatch_message(
	struct vhost_user_session *session, const struct dispatch_entry *entry)
{
	struct message *in = &session->in;

	if (!entry)
		return refuse(session, -EOPNOTSUPP, "it is not supported");
	if (in->fd_count > entry->max_fds)
		return refuse(session, -EINVAL, "unexpected descriptors");
	if (entry->protocol_feature >= 0 &&
		!session_has_protocol(
			session, (enum message_protocol_feature)entry->protocol_feature))
		return refuse(session, -EPERM, "its protocol feature was not negotiated");
	return entry->handle(session, in);
}

/* Handles the message in hand. False when the session has ended. */
static bool session_handle(struct vhost_user_session *session)
{
	const struct dispatch_entry *entry = dispatch_find(session->in.header.request);
	uint32_t flags = entry ? entry->flags : 0;
	int ret = session_dispatch_message(session, entry);
	bool ack = (session->in.header.flags & MESSAGE_NEED_REPLY &&
			   session_has_protocol(session, MESSAGE_PROTOCOL_REPLY_ACK)) ||
		   flags & DISPATCH_ALWAYS_ACK;
	uint64_t result = ret < 0;
	int sent = 0;

	log_debug("%s: %s", session->device->impl->name, session_message_name(session));
	message_close_fds(&session->in);
	if (ret < 0 && (!ack || flags & DISPATCH_REPLIES)) {
		session_drop(session, session_message_name(session), session->fault);
		return false;
	}
	if (ret < 0)
		log_limited(session->log_limit, "%s: front end's request refused: %s: %s",
			session->device->impl->name, session_message_name(session), session->fault);
	if (flags & DISPATCH_REPLIES)
		sent = session_reply(session, &session->in.payload, session->in.header.size);
	else if (ack)
		sent = session_reply(session, &result, sizeof(result));
	session->in.received = 0;
	if (sent < 0) {
		session_drop(session, session_message_name(session), strerror(-sent));
		return false;
	}
	return true;
}

static void session_read_failed(struct vhost_user_session *session, const char *fault)
{
	if (!fault) {
		log_debug("%s: front end gone", session->device->impl->name);
		session_end(session);
		return;
	}
	session_drop(session,
		session->in.received < sizeof(session->in.header) ? "a message header"
								  : session_message_name(session),
		fault);
}

static int session_ready(int fd, uint32_t mask, void *data)
{
	struct vhost_user_session *session = data;

	if (session->out_size) {
		int ret = mask & WL_EVENT_WRITABLE ? session_send_rest(session) : -ECONNRESET;

		if (ret < 0)
			session_drop(session, "a reply", strerror(-ret));
		return 0;
	}
	for (int i = 0; i < SESSION_MAX_BATCH && !session->out_size; i++) {
		const char *fault = NULL;
		int ret = session_read(session, &fault);

		if (ret < 0)
			session_read_failed(session, fault);
		if (ret <= 0 || !session_handle(session))
			return 0;
	}
	return 0;
}

static int session_memory_lost(int fd, uint32_t mask, void *data)
{
	session_drop(data, "guest memory", "its file became smaller");
	return 0;
}

static int session_watch(struct vhost_user_session *session)
{
	int ret = fd_set_nonblock(session->fd);

	if (ret < 0)
		return ret;
	session->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (session->wake_fd < 0)
		return -errno;
	session->wake_source = wl_event_loop_add_fd(
		session->loop, session->wake_fd, WL_EVENT_READABLE, session_memory_lost, session);
	session->source = wl_event_loop_add_fd(
		session->loop, session->fd, WL_EVENT_READABLE, session_ready, session);
	return session->source && session->wake_source ? 0 : -ENOMEM;
}

static void session_free(struct vhost_user_session *session)
{
	struct backend_channel *channel;

	for (uint32_t i = 0; i < session->queue_count; i++)
		queue_finish(&session->queues[i]);
	message_close_fds(&session->in);
	channel = session->channel;
	session->channel = NULL;
	backend_channel_destroy(channel);
	dirty_log_destroy(session->dirty_log);
	vhost_user_memory_unref(session->memory);
	if (session->flush_source)
		wl_event_source_remove(session->flush_source);
	if (session->source)
		wl_event_source_remove(session->source);
	if (session->wake_source)
		wl_event_source_remove(session->wake_source);
	fd_close(&session->wake_fd);
	fd_close(&session->fd);
	free(session);
}

struct vhost_user_session *session_create(struct wl_event_loop *loop,
	struct vhost_user_device *device, struct log_limit *log_limit, int fd,
	void (*ended)(void *data), void *ended_data)
{
	uint32_t count = device->impl->queue_count;
	struct vhost_user_session *session =
		calloc(1, sizeof(*session) + count * sizeof(struct queue));
	int ret;

	if (!session) {
		log_error("%s: no memory for a front end", device->impl->name);
		fd_close(&fd);
		return NULL;
	}
	session->device = device;
	session->loop = loop;
	session->log_limit = log_limit;
	session->fd = fd;
	session->wake_fd = -1;
	session->queue_count = count;
	session->ended = ended;
	session->ended_data = ended_data;
	for (uint32_t i = 0; i < count; i++)
		queue_init(&session->queues[i], session, i);
	ret = session_watch(session);
	if (ret < 0) {
		log_error("%s: cannot serve a front end: %s", device->impl->name, strerror(-ret));
		session_free(session);
		return NULL;
	}
	device->session = session;
	return session;
}

void session_destroy(struct vhost_user_session *session)
{
	if (!session)
		return;
	session_device_reset(session);
	session->device->session = NULL;
	session_free(session);
}

bool session_is_hung_up(const struct vhost_user_session *session)
{
	struct pollfd hangup = {.fd = session->fd, .events = POLLRDHUP};

	return poll(&hangup, 1, 0) == 1;
}

bool session_has_protocol(
	const struct vhost_user_session *session, enum message_protocol_feature feature)
{
	return session->protocol_features & UINT64_C(1) << feature;
}

static void session_device_forget(struct vhost_user_session *session)
{
	session->device->impl->reset(session->device);
	session->features_told = false;
	for (uint32_t i = 0; i < session->queue_count; i++)
		session->queues[i].used = false;
}

void session_device_reset(struct vhost_user_session *session)
{
	for (uint32_t i = 0; i < session->queue_count; i++) {
		queue_stop(&session->queues[i]);
		session->queues[i].enabled = false;
		session->queues[i].base_set = false;
	}
	session->status = 0;
	session_device_forget(session);
}

void session_device_renew(struct vhost_user_session *session)
{
	struct vhost_user_device *device = session->device;

	for (uint32_t i = 0; i < session->queue_count; i++) {
		if (queue_is_live(&session->queues[i]))
			device->impl->queue_stopping(device, i);
	}
	session_device_forget(session);
	session_flush(session);
}

void session_features_tell(struct vhost_user_session *session)
{
	struct vhost_user_device *device = session->device;

	if (session->features_told)
		return;
	session->features_told = true;
	if (device->impl->features_set)
		device->impl->features_set(device, session->features & device->features);
}

void session_memory_replace(struct vhost_user_session *session, struct vhost_user_memory *memory)
{
	struct vhost_user_memory *old = session->memory;

	session->memory = memory;
	for (uint32_t i = 0; i < session->queue_count; i++)
		queue_remap(&session->queues[i]);
	if (session->device->impl->memory_changed)
		session->device->impl->memory_changed(session->device);
	vhost_user_memory_unref(old);
}

struct dirty_log *session_dirty_log(const struct vhost_user_session *session)
{
	return session->features & FEATURE_LOG_ALL ? session->dirty_log : NULL;
}

void session_dirty(struct vhost_user_session *session, const struct vhost_user_memory *memory,
	const struct iovec *iov, size_t count, size_t size)
{
	for (size_t i = 0; i < count && size && memory; i++) {
		size_t piece = iov[i].iov_len < size ? iov[i].iov_len : size;
		uint64_t address;

		if (memory_guest_address(memory, iov[i].iov_base, &address))
			dirty_log_mark(session->dirty_log, address, piece);
		size -= piece;
	}
}

void session_flush(struct vhost_user_session *session)
{
	for (uint32_t i = 0; i < session->queue_count; i++)
		queue_flush(&session->queues[i]);
}

static void session_flush_idle(void *data)
{
	struct vhost_user_session *session = data;

	session->flush_source = NULL;
	session_flush(session);
}

void session_flush_later(struct vhost_user_session *session)
{
	if (!session->flush_source)
		session->flush_source =
			wl_event_loop_add_idle(session->loop, session_flush_idle, session);
	if (!session->flush_source)
		session_flush(session);
}
