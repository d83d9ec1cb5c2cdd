/* SPDX-License-Identifier: MIT */
/* The renderer's end of its socket: whole messages in, replies out. */
#pragma once

#include <stddef.h>

#include "gpu-backend/render/protocol.h"

#define CHANNEL_MAX_FDS 64

struct channel {
	int fd;
	char *in;
	size_t in_size, in_room; /* bytes received and not taken yet; of the buffer */
	size_t taken;            /* bytes at the front that the last message had */
	int fds[CHANNEL_MAX_FDS];
	size_t fd_count;

	struct render_reply replies[256];
	size_t reply_count;
};

/** Borrows the connected socket. Returns 0 or −ENOMEM. */
int channel_init(struct channel *channel, int fd);
void channel_finish(struct channel *channel);

/** One read of what there is. Returns 0, −EAGAIN, or another −errno when the peer is gone. */
int channel_receive(struct channel *channel);

/**
 * The next whole message that was received, NULL if there is none. *body is its header->size bytes,
 * aligned to 8, and valid until the next call. A message that is too large is −EMSGSIZE in *error.
 */
const struct render_header *channel_next(struct channel *channel, const void **body, int *error);

/** Takes the next descriptor that came with the messages, −1 if there is none. */
int channel_take_fd(struct channel *channel);

/** Queues the reply. */
void channel_reply(struct channel *channel, uint64_t sequence, uint32_t type);

/** Writes size bytes, however long it takes. Returns 0 or −errno. */
int channel_write(struct channel *channel, const void *data, size_t size);

/** Writes the queued replies. Returns 0 or −errno. */
int channel_flush(struct channel *channel);
