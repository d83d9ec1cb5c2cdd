/* SPDX-License-Identifier: MIT */
/*
 * A virtio device behind a vhost-user socket, as its author sees it: queues that give descriptor
 * chains, guest memory by guest address, and hooks for what the front end asks. Sockets, rings and
 * message framing stay inside the library. Sources: QEMU's "Vhost-user Protocol" interop document,
 * VIRTIO 1.3 §2.6 to §2.8 (queues) and §2.1 to §2.5 (status, features, notifications, config).
 *
 * Everything runs on the thread of one wl_event_loop. One front end at a time is served; a further
 * one is refused while the first is there. A front end that breaks the protocol loses its
 * connection, with one log line, and the server goes on listening. A guest that breaks a ring
 * stops that ring, with one log line, until it is set up again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>
#include <wayland-server-core.h>

struct vhost_user_device;
struct vhost_user_memory;
struct vhost_user_session;

/** What a device is. Hooks marked optional may be NULL. */
struct vhost_user_device_impl {
	const char *name; /* in log lines */

	uint32_t queue_count; /* 1 to VHOST_USER_MAX_QUEUES */
	uint32_t config_size; /* bytes of config space, 0 to VHOST_USER_MAX_CONFIG_BYTES */

	/** Writes the whole config space, config_size bytes. */
	void (*config_read)(struct vhost_user_device *device, void *config);

	/** Optional. The driver wrote part of it; offset + size is within config_size. */
	void (*config_write)(
		struct vhost_user_device *device, uint32_t offset, const void *data, uint32_t size);

	/** Optional. The driver's feature bits: a subset of those offered. */
	void (*features_set)(struct vhost_user_device *device, uint64_t features);

	/** The queue may have chains: call vhost_user_queue_pop() until it gives NULL. */
	void (*queue_kicked)(struct vhost_user_device *device, uint32_t queue_index);

	/** The ring is about to stop: complete every chain of this queue before returning. State
	 * that is not of the queue, such as resources, stays. */
	void (*queue_stopping)(struct vhost_user_device *device, uint32_t queue_index);

	/** Optional. Guest memory was replaced: iovecs made by vhost_user_memory_translate() are
	 * valid only while the vhost_user_memory they came from is referenced. */
	void (*memory_changed)(struct vhost_user_device *device);

	/** The device was reset (VIRTIO 1.3 §2.4.1), or the front end is gone: all that the guest
	 * made is to go. Every queue has been stopped before. */
	void (*reset)(struct vhost_user_device *device);

	/** Optional: VHOST_USER_GPU_SET_SOCKET. Takes the descriptor. */
	void (*gpu_socket_set)(struct vhost_user_device *device, int fd);
};

#define VHOST_USER_MAX_QUEUES 64
#define VHOST_USER_MAX_CONFIG_BYTES 256
#define VHOST_USER_MAX_SHARED_MEMORY 2

/** Embedded in the device's own struct, first member or not. */
struct vhost_user_device {
	const struct vhost_user_device_impl *impl;
	uint64_t features;                  /* offered: the device's own bits */
	struct vhost_user_session *session; /* the library's; NULL while there is no front end */

	/** Of each shared memory region (VIRTIO 1.3 §2.10), by its id; 0: it has none. Whole pages,
	 * and not to be changed while a front end is served. */
	uint64_t shared_memory_bytes[VHOST_USER_MAX_SHARED_MEMORY];
};

/**
 * Offers these feature bits of the device. The library adds those of the transport: VERSION_1,
 * INDIRECT_DESC, EVENT_IDX, RING_PACKED and what vhost-user needs. Asserts that the hooks that are
 * not optional are there.
 */
void vhost_user_device_init(struct vhost_user_device *device,
	const struct vhost_user_device_impl *impl, uint64_t features);

/**
 * One request of the guest. Both arrays point into guest memory, which stays mapped until the chain
 * is completed, even if the front end replaces its memory table or goes away. The guest can change
 * the bytes at any time: copy a request out once, then validate the copy.
 */
struct vhost_user_chain {
	const struct iovec *readable; /* what the driver wrote for us */
	size_t readable_count;
	const struct iovec *writable; /* where our answer goes */
	size_t writable_count;
	struct wl_list link; /* for the device's own lists; initialised, not used by the library */
};

/** At most this many pieces in a chain, both directions together. */
#define VHOST_USER_MAX_CHAIN_PIECES 1024

/**
 * Takes the next chain. NULL if there is none or the ring has stopped; the ring's fault, if any,
 * has been logged. The device owns the chain until it completes it, in any order and at any later
 * time.
 */
struct vhost_user_chain *vhost_user_queue_pop(
	struct vhost_user_device *device, uint32_t queue_index);

/**
 * Puts the chain on the used ring, "written" bytes of it filled, and frees it; the driver is
 * notified as it asked, once per batch. Every popped chain comes here exactly once. After the ring
 * has stopped or the front end has gone it is only freed.
 */
void vhost_user_chain_complete(struct vhost_user_chain *chain, uint32_t written);

/** Tells the driver that config space changed (VIRTIO 1.3 §2.5). Nothing if it cannot be told. */
void vhost_user_device_config_changed(struct vhost_user_device *device);

/** The front end can map files into the device's shared memory regions. */
bool vhost_user_device_can_map(const struct vhost_user_device *device);

/**
 * Asks the front end to map the file (borrowed), from its beginning, readable and writable, at that
 * offset of the region; or to end that mapping. It is for the device to see that mappings are of
 * whole pages, within the region, and do not overlap. Requests are carried out in order. done,
 * which may be NULL, is called once, perhaps before this returns: with 0, −EIO if the front end
 * refused, −ECONNRESET if it cannot be asked any more. Returns 0, or −errno and done is not called:
 * −ENOTSUP without vhost_user_device_can_map().
 */
int vhost_user_device_map(struct vhost_user_device *device, uint8_t id, uint64_t offset,
	uint64_t size, int fd, void (*done)(void *data, int error), void *data);
int vhost_user_device_unmap(struct vhost_user_device *device, uint8_t id, uint64_t offset,
	uint64_t size, void (*done)(void *data, int error), void *data);

/** Guest memory as it is now, borrowed; NULL while there is none. */
struct vhost_user_memory *vhost_user_device_memory(struct vhost_user_device *device);

/** A region of guest memory as another process can map it: a part of a file. */
struct vhost_user_memory_region {
	uint64_t guest_address;
	uint64_t size;
	uint64_t file_offset;
};

/** How many regions there are; at most VHOST_USER_MAX_MEMORY_REGIONS. */
size_t vhost_user_memory_region_count(const struct vhost_user_memory *memory);

/** Describes one region; the descriptor returned is borrowed. */
int vhost_user_memory_region_get(const struct vhost_user_memory *memory, size_t index,
	struct vhost_user_memory_region *region);

/** As many slots as the kernel gives a VM's memory (KVM_USER_MEM_SLOTS). */
#define VHOST_USER_MAX_MEMORY_REGIONS 509

/**
 * The same memory in another process. The descriptors are borrowed. Returns NULL and logs why. Its
 * regions read as zeroes, and stay so, where a file shrinks.
 */
struct vhost_user_memory *vhost_user_memory_create(
	const struct vhost_user_memory_region *regions, const int *fds, size_t count);

struct vhost_user_memory *vhost_user_memory_ref(struct vhost_user_memory *memory);
void vhost_user_memory_unref(struct vhost_user_memory *memory); /* NULL is fine */

/**
 * Where guest-physical [address, address + size) is in this process: fills at most max_count
 * iovecs, as the range may lie in several regions. Returns how many, −EFAULT if any byte is
 * outside guest memory, −E2BIG if more pieces are needed. size 0 gives 0.
 *
 * A region whose file the front end truncates later reads as zeroes from then on: access never
 * raises SIGBUS.
 */
int vhost_user_memory_translate(const struct vhost_user_memory *memory, uint64_t address,
	uint64_t size, struct iovec *iov, size_t max_count);

/**
 * The file that a range of guest memory is in, borrowed while the memory is referenced, and where
 * in it the range begins. −EFAULT if it is not within one region.
 */
int vhost_user_memory_locate(const struct vhost_user_memory *memory, uint64_t address,
	uint64_t size, uint64_t *file_offset);

/** Writes to guest memory outside a chain's writable part are told here, for migration. */
void vhost_user_device_memory_dirtied(
	struct vhost_user_device *device, const struct iovec *iov, size_t count);

/** A listening socket and the front end it serves. */
struct vhost_user_server {
	/** The inherited connection has ended and no other can come. Data: the server, which is not
	 * to be destroyed by a listener. */
	struct wl_signal ended;
};

/** Listens at path. Returns NULL and logs why. The device and the loop must outlive the server. */
struct vhost_user_server *vhost_user_server_create_listening(
	struct wl_event_loop *loop, struct vhost_user_device *device, const char *path);

/** Serves an inherited descriptor, connected or listening. Takes fd, also when it fails. */
struct vhost_user_server *vhost_user_server_create_inherited(
	struct wl_event_loop *loop, struct vhost_user_device *device, int fd);

/** Stops the queues, resets the device, closes all, and unlinks the path it made. NULL is fine. */
void vhost_user_server_destroy(struct vhost_user_server *server);
