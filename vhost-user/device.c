/* SPDX-License-Identifier: MIT */
/* What a device calls that is not about one queue. */
#include <assert.h>

#include "vhost-user/session.h"

void vhost_user_device_init(struct vhost_user_device *device,
	const struct vhost_user_device_impl *impl, uint64_t features)
{
	assert(impl->name && impl->queue_kicked && impl->queue_stopping && impl->reset);
	assert(impl->queue_count >= 1 && impl->queue_count <= VHOST_USER_MAX_QUEUES);
	assert(impl->config_size <= VHOST_USER_MAX_CONFIG_BYTES);
	assert(impl->config_read || !impl->config_size);
	*device = (struct vhost_user_device){.impl = impl, .features = features};
}

void vhost_user_device_config_changed(struct vhost_user_device *device)
{
	if (device->session && device->session->channel &&
		session_has_protocol(device->session, MESSAGE_PROTOCOL_CONFIG))
		backend_channel_config_changed(device->session->channel);
}

struct vhost_user_memory *vhost_user_device_memory(struct vhost_user_device *device)
{
	return device->session ? device->session->memory : NULL;
}

void vhost_user_device_memory_dirtied(
	struct vhost_user_device *device, const struct iovec *iov, size_t count)
{
	if (device->session && session_dirty_log(device->session))
		session_dirty(device->session, device->session->memory, iov, count, SIZE_MAX);
}
