/* SPDX-License-Identifier: MIT */
/*
 * The descriptor of SET_BACKEND_REQ_FD, on which we speak to the front end. What cannot go out now
 * is kept and sent later, most of it as a flag, so that nothing blocks.
 *
 * Where REPLY_ACK is negotiated each message is acknowledged before the next one goes out.
 * User-Mode Linux needs that: it takes one message per edge of its descriptor, so a second one that
 * arrives with the first lies there until a third comes, and the driver waits for a call that was
 * made.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>

struct backend_channel;
struct message_shmem_map;

/** Takes fd, also when it fails. Returns NULL if it is not a stream socket. */
struct backend_channel *backend_channel_create(
	struct wl_event_loop *loop, int fd, bool acknowledged);

void backend_channel_destroy(struct backend_channel *channel); /* NULL is fine */

void backend_channel_config_changed(struct backend_channel *channel);
void backend_channel_vring_call(struct backend_channel *channel, uint32_t queue_index);

/**
 * SHMEM_MAP or SHMEM_UNMAP, on an acknowledged channel; the descriptor is borrowed, −1 for none. As
 * vhost_user_device_map() has it. These wait in a list, which the device keeps short.
 */
int backend_channel_shmem(struct backend_channel *channel, uint32_t request,
	const struct message_shmem_map *map, int fd, void (*done)(void *data, int error),
	void *data);
