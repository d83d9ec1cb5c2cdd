/* SPDX-License-Identifier: MIT */
/* One front end's connection and all that it set. */
#pragma once

#include "vhost-user/backend-channel.h"
#include "vhost-user/dirty-log.h"
#include "vhost-user/memory.h"
#include "vhost-user/message.h"
#include "vhost-user/queue.h"
#include "vhost-user/vhost-user.h"

#define SESSION_MAX_FDS MESSAGE_TABLE_REGIONS

/* A message being read, then handled. */
struct message {
	struct message_header header;
	union message_payload payload;
	int fds[SESSION_MAX_FDS]; /* the handler takes one by putting −1 in its place */
	size_t fd_count;
	size_t received; /* bytes of header and payload */
};

struct vhost_user_session {
	struct vhost_user_device *device;
	struct wl_event_loop *loop;
	struct log_limit *log_limit; /* the server's: it outlives a front end that reconnects */
	struct wl_event_source *source;
	int fd;
	/* The front end is gone or was dropped: destroys the session. Not a wl_signal, as those do
	 * not survive being freed while they are emitted. */
	void (*ended)(void *data);
	void *ended_data;

	struct message in;
	char out[sizeof(struct message_header) + sizeof(union message_payload)];
	size_t out_size;   /* of a reply that is not wholly sent; nothing is read meanwhile */
	const char *fault; /* why the handler refused */

	uint64_t features;  /* acknowledged by the front end */
	bool features_told; /* to the device, since its last reset */
	uint64_t protocol_features;
	uint8_t status;
	struct vhost_user_memory *memory;
	struct dirty_log *dirty_log;
	struct backend_channel *channel;
	int wake_fd; /* eventfd: a page of guest memory was lost */
	struct wl_event_source *wake_source;
	struct wl_event_source *flush_source; /* idle: chains were completed outside a kick */
	uint32_t run_depth;                   /* queue_run() is on the stack and will flush */
	uint32_t queue_count;
	struct queue queues[];
};

/** Takes fd, also when it fails. Sets device->session. */
struct vhost_user_session *session_create(struct wl_event_loop *loop,
	struct vhost_user_device *device, struct log_limit *log_limit, int fd,
	void (*ended)(void *data), void *ended_data);

/** Stops the queues, resets the device, and closes all. NULL is fine. */
void session_destroy(struct vhost_user_session *session);

/** The front end has closed its end, though the loop may not have seen it yet. */
bool session_is_hung_up(const struct vhost_user_session *session);

bool session_has_protocol(
	const struct vhost_user_session *session, enum message_protocol_feature feature);

/** Stops every ring and resets the device. */
void session_device_reset(struct vhost_user_session *session);

/** The device forgets all that the guest made, as the rings about to start are not those that
 * stopped. Rings that are live stop for the while. */
void session_device_renew(struct vhost_user_session *session);

/** Tells the device the feature bits unless it knows them. */
void session_features_tell(struct vhost_user_session *session);

/** Takes the new table in place of the old one. */
void session_memory_replace(struct vhost_user_session *session, struct vhost_user_memory *memory);

/** The log to mark pages in: NULL unless the front end wants it. */
struct dirty_log *session_dirty_log(const struct vhost_user_session *session);

/** Marks what lies in these pieces of the table's memory, at most size bytes of it. */
void session_dirty(struct vhost_user_session *session, const struct vhost_user_memory *memory,
	const struct iovec *iov, size_t count, size_t size);

void session_flush_later(struct vhost_user_session *session);
void session_flush(struct vhost_user_session *session);
