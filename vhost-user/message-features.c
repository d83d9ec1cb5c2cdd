/* SPDX-License-Identifier: MIT */
/* Requests about features, ownership, status and reset. */
#include <errno.h>

#include "vhost-user/dispatch.h"
#include "vhost-user/shared-memory.h"

#define BIT(feature) (UINT64_C(1) << MESSAGE_PROTOCOL_##feature)

#define TRANSPORT_FEATURES                                                                         \
	(FEATURE_LOG_ALL | FEATURE_INDIRECT_DESC | FEATURE_EVENT_IDX | FEATURE_PROTOCOL_FEATURES | \
		FEATURE_VERSION_1 | FEATURE_RING_PACKED)

/*
 * The bits that VIRTIO gives to rings and negotiation. QEMU's vhost-user-gpu hands on all that its
 * guest has acknowledged, with those that it offered by itself and takes care of, RING_RESET for
 * one.
 */
#define COMMON_FEATURES (((UINT64_C(1) << 26) - 1) << 24)

/* Bits that may change while a ring runs: they say nothing about the ring. */
#define LIVE_FEATURES FEATURE_LOG_ALL

static void reply_u64(struct message *message, uint64_t value)
{
	message->payload.u64 = value;
	message->header.size = sizeof(value);
}

int handle_get_features(struct vhost_user_session *session, struct message *message)
{
	reply_u64(message, session->device->features | TRANSPORT_FEATURES);
	return 0;
}

static bool any_ring_started(const struct vhost_user_session *session)
{
	for (uint32_t i = 0; i < session->queue_count; i++) {
		if (session->queues[i].started)
			return true;
	}
	return false;
}

int handle_set_features(struct vhost_user_session *session, struct message *message)
{
	uint64_t offered = session->device->features | TRANSPORT_FEATURES;
	uint64_t features = message->payload.u64 & offered;
	uint64_t changed = features ^ session->features;

	if (message->payload.u64 & ~(offered | COMMON_FEATURES))
		return refuse(session, -EINVAL, "a feature that was not offered");
	if (changed & ~LIVE_FEATURES && any_ring_started(session))
		return refuse(session, -EBUSY, "features cannot change while a ring is started");
	session->features = features;
	if (changed & session->device->features)
		session->features_told = false;
	session_features_tell(session);
	return 0;
}

static uint64_t protocol_features_offered(const struct vhost_user_session *session)
{
	uint64_t offered = BIT(MQ) | BIT(LOG_SHMFD) | BIT(REPLY_ACK) | BIT(BACKEND_REQ) |
			   BIT(BACKEND_SEND_FD) | BIT(RESET_DEVICE) | BIT(INBAND_NOTIFICATIONS) |
			   BIT(CONFIGURE_MEM_SLOTS) | BIT(STATUS);

	if (session->device->impl->config_size)
		offered |= BIT(CONFIG);
	if (device_has_shared_memory(session->device))
		offered |= BIT(SHMEM);
	return offered;
}

int handle_get_protocol_features(struct vhost_user_session *session, struct message *message)
{
	reply_u64(message, protocol_features_offered(session));
	return 0;
}

int handle_set_protocol_features(struct vhost_user_session *session, struct message *message)
{
	uint64_t features = message->payload.u64;

	if (features & ~protocol_features_offered(session))
		return refuse(session, -EINVAL, "a protocol feature that was not offered");
	session->protocol_features = features;
	return 0;
}

int handle_get_queue_num(struct vhost_user_session *session, struct message *message)
{
	reply_u64(message, session->queue_count);
	return 0;
}

/* SET_OWNER says what the connection says already. RESET_OWNER is deprecated: front ends have sent
 * it with several meanings, so back ends are told to ignore it. */
int handle_owner(struct vhost_user_session *session, struct message *message)
{
	return 0;
}

int handle_reset_device(struct vhost_user_session *session, struct message *message)
{
	session_device_reset(session);
	return 0;
}

int handle_set_status(struct vhost_user_session *session, struct message *message)
{
	uint64_t status = message->payload.u64;

	if (status > UINT8_MAX)
		return refuse(session, -EINVAL, "a status has 8 bits");
	session->status = (uint8_t)status;
	/* Once the rings were stopped one by one, it can be a pause: see queue.h. */
	if (!status && any_ring_started(session))
		session_device_reset(session);
	return 0;
}

int handle_get_status(struct vhost_user_session *session, struct message *message)
{
	reply_u64(message, session->status);
	return 0;
}
