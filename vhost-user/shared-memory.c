/* SPDX-License-Identifier: MIT */
/* The device's shared memory regions (VIRTIO 1.3 §2.10), which the front end maps files into. */
#include "vhost-user/shared-memory.h"

#include <errno.h>

#include "vhost-user/dispatch.h"

bool device_has_shared_memory(const struct vhost_user_device *device)
{
	for (size_t i = 0; i < VHOST_USER_MAX_SHARED_MEMORY; i++) {
		if (device->shared_memory_bytes[i])
			return true;
	}
	return false;
}

int handle_get_shmem_config(struct vhost_user_session *session, struct message *message)
{
	struct message_shmem_config *config = &message->payload.shmem;

	*config = (struct message_shmem_config){0};
	for (size_t i = 0; i < VHOST_USER_MAX_SHARED_MEMORY; i++) {
		config->sizes[i] = session->device->shared_memory_bytes[i];
		config->count += config->sizes[i] != 0;
	}
	message->header.size = sizeof(*config);
	return 0;
}

/* Without acknowledgements nobody would know what became of a mapping. */
bool vhost_user_device_can_map(const struct vhost_user_device *device)
{
	const struct vhost_user_session *session = device->session;

	return session && session->channel &&
	       session_has_protocol(session, MESSAGE_PROTOCOL_SHMEM) &&
	       session_has_protocol(session, MESSAGE_PROTOCOL_BACKEND_SEND_FD) &&
	       session_has_protocol(session, MESSAGE_PROTOCOL_REPLY_ACK);
}

int vhost_user_device_map(struct vhost_user_device *device, uint8_t id, uint64_t offset,
	uint64_t size, int fd, void (*done)(void *data, int error), void *data)
{
	struct message_shmem_map map = {
		.id = id,
		.region_offset = offset,
		.size = size,
		.flags = MESSAGE_SHMEM_WRITABLE,
	};

	if (!vhost_user_device_can_map(device))
		return -ENOTSUP;
	return backend_channel_shmem(
		device->session->channel, MESSAGE_BACKEND_SHMEM_MAP, &map, fd, done, data);
}

int vhost_user_device_unmap(struct vhost_user_device *device, uint8_t id, uint64_t offset,
	uint64_t size, void (*done)(void *data, int error), void *data)
{
	struct message_shmem_map map = {.id = id, .region_offset = offset, .size = size};

	if (!vhost_user_device_can_map(device))
		return -ENOTSUP;
	return backend_channel_shmem(
		device->session->channel, MESSAGE_BACKEND_SHMEM_UNMAP, &map, -1, done, data);
}
