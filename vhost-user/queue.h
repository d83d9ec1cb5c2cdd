/* SPDX-License-Identifier: MIT */
/*
 * A queue of the session: its ring, its descriptors, its chains in flight.
 *
 * A ring is *started* by SET_VRING_KICK and stopped by GET_VRING_BASE; independently it is
 * *enabled* or not ("Ring states"). Chains flow while it is both, which is *live* here.
 *
 * Paused or reset? Front ends stop the rings of a paused VM and of a guest that reboots with the
 * same messages: QEMU's vhost_dev_stop() sends SET_VRING_ENABLE 0, GET_VRING_BASE and, for some
 * devices, SET_STATUS 0 for both. What differs:
 *  - QEMU from 9.1 on sends RESET_DEVICE for a reset (not for a pause). That resets at once.
 *  - A ring that comes back after a pause has the base that GET_VRING_BASE gave, and the addresses
 *    and size that it had. After a reset the driver has set up the queue anew and its base is the
 *    initial one. So a ring that was in use and starts elsewhere means that there was a reset which
 *    we were not told of (older QEMU, User-Mode Linux): the device is reset before the first chain.
 *    A ring whose 16-bit index stood at exactly 0 when it stopped, and has the same place after the
 *    reset, is taken for paused.
 *  - SET_STATUS 0 resets at once while any ring is started; once all were stopped one by one, which
 *    is how QEMU pauses, the rule above decides.
 */
#pragma once

#include "common/log.h"
#include "vhost-user/message.h"
#include "vhost-user/notifier.h"
#include "vhost-user/ring.h"
#include "vhost-user/vhost-user.h"

struct queue {
	struct vhost_user_session *session;
	uint32_t index;

	/* As the messages set them; they take effect when the ring starts. */
	uint32_t size; /* 0 = not set */
	uint32_t base;
	bool base_set;
	bool addr_set;
	struct message_vring_addr addr;

	struct notifier kick;
	struct notifier call;
	struct notifier error;
	struct wl_event_source *kick_source;
	bool call_missed; /* the ring ran before SET_VRING_CALL, which QEMU sends after the kick */

	bool started;
	bool enabled;
	bool broken;  /* the guest broke the ring; until it is started again */
	bool stalled; /* the ring is not in guest memory as it is now; it may come back */
	struct ring ring;
	struct vhost_user_memory *ring_memory; /* what the ring is mapped in */

	struct wl_list in_flight; /* struct chain.queue_link */
	struct wl_list free;      /* struct chain.queue_link */

	/* Where the ring was when it stopped; of interest if the device made state from it. */
	bool used; /* a chain was popped since the device's last reset */
	uint32_t stopped_base;
	uint32_t stopped_size;
	struct message_vring_addr stopped_addr;

	struct log_limit log_limit;
};

void queue_init(struct queue *queue, struct vhost_user_session *session, uint32_t index);

/** Without the stopping hook: stop it first. */
void queue_finish(struct queue *queue);

/** Maps the ring and starts it; its kick descriptor, if any, is in place. 0, or −errno and *fault.
 */
int queue_start(struct queue *queue, const char **fault);

/** Stops the ring; the base it stood at is in queue->base. Does nothing to a stopped one. */
void queue_stop(struct queue *queue);

void queue_enable(struct queue *queue, bool enable);

/** Takes the descriptor. Returns 0 or −errno. */
int queue_kick_set(struct queue *queue, int fd);

/** Takes the descriptor, −1 for none. Returns 0 or −errno. */
int queue_call_set(struct queue *queue, int fd);

/** The guest says that there is work: the device takes it, and the driver is told of the results.
 */
void queue_run(struct queue *queue);

/** Tells the driver of what was completed, if it wants to know. */
void queue_flush(struct queue *queue);

/** Guest memory was replaced: finds the ring in it. Front ends also take a region out and put it
 * back while rings run, so a ring that is not there stalls until it is. */
void queue_remap(struct queue *queue);

/** It was in use and is about to start somewhere else than where it stopped. */
bool queue_was_reset(const struct queue *queue);

static inline bool queue_is_live(const struct queue *queue)
{
	return queue->started && queue->enabled && !queue->broken && !queue->stalled;
}
