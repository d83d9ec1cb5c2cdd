/* SPDX-License-Identifier: MIT */
/* Queues: starting and stopping rings, passing chains, telling the driver. */
#include "vhost-user/queue.h"

#include <errno.h>

#include "vhost-user/chain.h"
#include "vhost-user/session.h"

/* Split: the alignment that VIRTIO 1.3 §2.7 asks of each area; packed (§2.8.10.1) is as strict. */
#define DESC_ALIGN 16
#define DRIVER_ALIGN_SPLIT 2
#define AREA_ALIGN 4

void queue_init(struct queue *queue, struct vhost_user_session *session, uint32_t index)
{
	*queue = (struct queue){
		.session = session,
		.index = index,
		.kick = NOTIFIER_NONE,
		.call = NOTIFIER_NONE,
		.error = NOTIFIER_NONE,
	};
	wl_list_init(&queue->in_flight);
	wl_list_init(&queue->free);
}

static void queue_kick_remove(struct queue *queue)
{
	if (queue->kick_source)
		wl_event_source_remove(queue->kick_source);
	queue->kick_source = NULL;
	notifier_finish(&queue->kick);
}

/* Chains that are still with the device lose their way back. */
static void queue_detach_chains(struct queue *queue)
{
	struct chain *chain, *next;

	wl_list_for_each_safe (chain, next, &queue->in_flight, queue_link) {
		wl_list_remove(&chain->queue_link);
		wl_list_init(&chain->queue_link);
		chain->queue = NULL;
	}
}

void queue_finish(struct queue *queue)
{
	struct chain *chain, *next;

	queue_detach_chains(queue);
	wl_list_for_each_safe (chain, next, &queue->free, queue_link)
		chain_destroy(chain);
	wl_list_init(&queue->free);
	queue_kick_remove(queue);
	vhost_user_memory_unref(queue->ring_memory);
	notifier_finish(&queue->call);
	notifier_finish(&queue->error);
}

/* Finds the three areas in guest memory, each in one region. */
static int queue_map(struct queue *queue, struct ring *ring, const char **fault)
{
	const struct vhost_user_memory *memory = queue->session->memory;
	uint64_t desc_size, driver_size, device_size;
	void *desc, *driver, *device;
	uint64_t driver_align = ring->impl == &ring_packed ? AREA_ALIGN : DRIVER_ALIGN_SPLIT;

	if (queue->addr.desc_user % DESC_ALIGN || queue->addr.avail_user % driver_align ||
		queue->addr.used_user % AREA_ALIGN) {
		*fault = "the ring is misaligned";
		return -EINVAL;
	}
	if (!memory) {
		*fault = "there is no guest memory";
		return -EFAULT;
	}
	ring->impl->areas_measure(ring, &desc_size, &driver_size, &device_size);
	desc = memory_map_user(memory, queue->addr.desc_user, desc_size);
	driver = memory_map_user(memory, queue->addr.avail_user, driver_size);
	device = memory_map_user(memory, queue->addr.used_user, device_size);
	if (!desc || !driver || !device) {
		*fault = "the ring is not inside one region of guest memory";
		return -EFAULT;
	}
	/* The areas are aligned in the front end's memory; the file offset may spoil it here. */
	if ((uintptr_t)desc % DESC_ALIGN || (uintptr_t)driver % driver_align ||
		(uintptr_t)device % AREA_ALIGN) {
		*fault = "the ring's region is misaligned";
		return -EINVAL;
	}
	ring->desc = desc;
	ring->driver = driver;
	ring->device = device;
	return 0;
}

static void queue_hold_memory(struct queue *queue)
{
	vhost_user_memory_unref(queue->ring_memory);
	queue->ring_memory = vhost_user_memory_ref(queue->session->memory);
}

bool queue_was_reset(const struct queue *queue)
{
	const struct message_vring_addr *now = &queue->addr, *then = &queue->stopped_addr;

	return queue->used &&
	       (queue->base != queue->stopped_base || queue->size != queue->stopped_size ||
		       now->desc_user != then->desc_user || now->avail_user != then->avail_user ||
		       now->used_user != then->used_user);
}

int queue_start(struct queue *queue, const char **fault)
{
	struct vhost_user_session *session = queue->session;
	uint64_t features = session->features;
	struct ring ring = {
		.impl = features & FEATURE_RING_PACKED ? &ring_packed : &ring_split,
		.size = (uint16_t)queue->size,
		.event_idx = features & FEATURE_EVENT_IDX,
		.indirect = features & FEATURE_INDIRECT_DESC,
	};
	int ret;

	if (queue->started)
		return 0;
	if (!queue->size || !queue->addr_set) {
		*fault = "the ring has no size or no addresses";
		return -EINVAL;
	}
	ret = queue_map(queue, &ring, fault);
	if (ret < 0)
		return ret;
	if (!queue->base_set)
		queue->base = ring.impl->base_initial;
	if (queue_was_reset(queue))
		session_device_renew(session);
	session_features_tell(session);
	queue->ring = ring;
	queue->ring.impl->base_set(&queue->ring, queue->base);
	queue_hold_memory(queue);
	queue->started = true;
	queue->broken = false;
	queue->stalled = false;
	/* "If VHOST_USER_F_PROTOCOL_FEATURES has not been negotiated, the ring starts directly in
	 * the enabled state." */
	if (!(features & FEATURE_PROTOCOL_FEATURES))
		queue->enabled = true;
	queue->ring.impl->kicks_want(&queue->ring, true);
	queue_run(queue);
	return 0;
}

/* The device gives back its chains while they can still go to the driver. */
static void queue_quiesce(struct queue *queue)
{
	struct vhost_user_device *device = queue->session->device;

	device->impl->queue_stopping(device, queue->index);
	queue_flush(queue);
}

void queue_stop(struct queue *queue)
{
	if (!queue->started)
		return;
	if (queue->enabled)
		queue_quiesce(queue);
	queue_detach_chains(queue);
	queue->base = queue->ring.impl->base_get(&queue->ring);
	queue->base_set = true;
	queue->stopped_base = queue->base;
	queue->stopped_size = queue->size;
	queue->stopped_addr = queue->addr;
	queue->started = false;
	queue_kick_remove(queue);
	vhost_user_memory_unref(queue->ring_memory);
	queue->ring_memory = NULL;
}

void queue_enable(struct queue *queue, bool enable)
{
	if (enable == queue->enabled)
		return;
	if (!enable && queue->started)
		queue_quiesce(queue);
	queue->enabled = enable;
	if (enable)
		queue_run(queue);
}

static int queue_kick_ready(int fd, uint32_t mask, void *data)
{
	struct queue *queue = data;

	if (!notifier_drain(&queue->kick)) {
		queue_kick_remove(queue);
		return 0;
	}
	queue_run(queue);
	return 0;
}

int queue_kick_set(struct queue *queue, int fd)
{
	int ret;

	queue_kick_remove(queue);
	ret = notifier_init(&queue->kick, fd);
	if (ret < 0)
		return ret;
	queue->kick_source = wl_event_loop_add_fd(
		queue->session->loop, fd, WL_EVENT_READABLE, queue_kick_ready, queue);
	if (!queue->kick_source) {
		notifier_finish(&queue->kick);
		return -ENOMEM;
	}
	return 0;
}

void queue_run(struct queue *queue)
{
	struct vhost_user_session *session = queue->session;

	if (!queue_is_live(queue))
		return;
	session->run_depth++;
	session->device->impl->queue_kicked(session->device, queue->index);
	if (!--session->run_depth)
		session_flush(session);
}

void queue_flush(struct queue *queue)
{
	if (!queue->started || !queue->ring.impl->call_is_wanted(&queue->ring))
		return;
	if (queue->call.fd >= 0)
		notifier_signal(&queue->call);
	else if (queue->session->channel &&
		 session_has_protocol(queue->session, MESSAGE_PROTOCOL_INBAND_NOTIFICATIONS))
		backend_channel_vring_call(queue->session->channel, queue->index);
	else
		queue->call_missed = true;
}

int queue_call_set(struct queue *queue, int fd)
{
	int ret = 0;

	notifier_finish(&queue->call);
	if (fd >= 0)
		ret = notifier_init(&queue->call, fd);
	if (queue->call_missed)
		notifier_signal(&queue->call);
	queue->call_missed = false;
	return ret;
}

/* The guest broke its ring: nothing more is taken from it. What is in flight still goes back. */
static void queue_break(struct queue *queue, const char *fault, uint32_t index)
{
	queue->broken = true;
	queue_kick_remove(queue);
	notifier_signal(&queue->error);
	log_limited(&queue->log_limit, "%s: queue %u stopped: %s (%u)",
		queue->session->device->impl->name, queue->index, fault, index);
}

void queue_remap(struct queue *queue)
{
	const char *fault;

	if (!queue->started || queue->broken)
		return;
	if (queue_map(queue, &queue->ring, &fault) < 0) {
		/* What is in flight goes back through the old mapping, which is of the same file.
		 */
		queue->stalled = true;
		log_limited(&queue->log_limit, "%s: queue %u waits: %s",
			queue->session->device->impl->name, queue->index, fault);
		return;
	}
	queue_hold_memory(queue);
	if (queue->stalled) {
		queue->stalled = false;
		queue_run(queue);
	}
}

/* The ring's own writes, for migration. The areas are small: each is marked whole. */
static void queue_log_ring(struct queue *queue, struct dirty_log *log)
{
	uint64_t desc, driver, device;
	struct iovec iov;

	if (!(queue->addr.flags & MESSAGE_VRING_LOG))
		return;
	queue->ring.impl->areas_measure(&queue->ring, &desc, &driver, &device);
	dirty_log_mark(log, queue->addr.log_guest, device);
	if (queue->ring.impl != &ring_packed)
		return;
	iov = (struct iovec){queue->ring.desc, desc};
	session_dirty(queue->session, queue->ring_memory, &iov, 1, desc);
}

static struct chain *queue_chain_take(struct queue *queue)
{
	struct chain *chain;

	if (wl_list_empty(&queue->free))
		return chain_create();
	chain = wl_container_of(queue->free.next, chain, queue_link);
	wl_list_remove(&chain->queue_link);
	return chain;
}

/* As impl->pop, and asks for kicks before it says that there is nothing. */
static int queue_pop_ring(struct queue *queue, struct chain *chain)
{
	struct ring *ring = &queue->ring;

	for (;;) {
		int ret;

		chain_clear(chain);
		ret = ring->impl->pop(ring, queue->session->memory, chain);
		if (ret)
			return ret;
		if (ring->kicks_wanted)
			return 0;
		ring->impl->kicks_want(ring, true);
		if (!ring->impl->has_work(ring))
			return 0;
	}
}

struct vhost_user_chain *vhost_user_queue_pop(
	struct vhost_user_device *device, uint32_t queue_index)
{
	struct vhost_user_session *session = device->session;
	struct queue *queue;
	struct dirty_log *log;
	struct chain *chain;
	int ret;

	if (!session || queue_index >= session->queue_count)
		return NULL;
	queue = &session->queues[queue_index];
	if (!queue_is_live(queue) || !session->memory)
		return NULL;
	chain = queue_chain_take(queue);
	if (!chain) {
		queue_break(queue, "no memory for a chain", 0);
		return NULL;
	}
	ret = queue_pop_ring(queue, chain);
	log = session_dirty_log(session);
	if (log)
		queue_log_ring(queue, log);
	if (ret <= 0) {
		wl_list_insert(&queue->free, &chain->queue_link);
		if (ret < 0)
			queue_break(queue, queue->ring.fault, queue->ring.fault_index);
		return NULL;
	}
	if (queue->ring.kicks_wanted)
		queue->ring.impl->kicks_want(&queue->ring, false);
	chain->queue = queue;
	chain->memory = vhost_user_memory_ref(session->memory);
	chain_seal(chain);
	wl_list_insert(queue->in_flight.prev, &chain->queue_link);
	queue->used = true;
	return &chain->base;
}

void vhost_user_chain_complete(struct vhost_user_chain *base, uint32_t written)
{
	struct chain *chain = wl_container_of(base, chain, base);
	struct queue *queue = chain->queue;
	struct dirty_log *log;

	if (!queue) {
		vhost_user_memory_unref(chain->memory);
		chain_destroy(chain);
		return;
	}
	log = session_dirty_log(queue->session);
	if (log)
		session_dirty(queue->session, chain->memory, base->writable, base->writable_count,
			written);
	queue->ring.impl->push(&queue->ring, chain, written);
	if (log)
		queue_log_ring(queue, log);
	vhost_user_memory_unref(chain->memory);
	chain->queue = NULL;
	wl_list_remove(&chain->queue_link);
	wl_list_insert(&queue->free, &chain->queue_link);
	if (!queue->session->run_depth)
		session_flush_later(queue->session);
}
