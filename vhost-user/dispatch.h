/* SPDX-License-Identifier: MIT */
/* From a message to its handler. */
#pragma once

#include "vhost-user/session.h"

/** The request has an answer of its own, which the handler leaves in session->in. */
#define DISPATCH_REPLIES 1u

/** Acknowledged also where the front end did not ask for it. */
#define DISPATCH_ALWAYS_ACK 2u

struct dispatch_entry {
	const char *name;
	size_t min_size; /* of the payload */
	size_t max_size;
	size_t max_fds;
	int protocol_feature; /* which has to be negotiated, or −1 */
	uint32_t flags;

	/** Returns 0; −errno with session->fault set; for DISPATCH_REPLIES the answer is in
	 * session->in.payload and its size in session->in.header.size. */
	int (*handle)(struct vhost_user_session *session, struct message *message);
};

/** NULL if the request is unknown. */
const struct dispatch_entry *dispatch_find(uint32_t request);

/** Says why, for the log, and gives back the error. */
int refuse(struct vhost_user_session *session, int error, const char *fault);

int handle_get_features(struct vhost_user_session *session, struct message *message);
int handle_set_features(struct vhost_user_session *session, struct message *message);
int handle_get_protocol_features(struct vhost_user_session *session, struct message *message);
int handle_set_protocol_features(struct vhost_user_session *session, struct message *message);
int handle_get_queue_num(struct vhost_user_session *session, struct message *message);
int handle_owner(struct vhost_user_session *session, struct message *message);
int handle_reset_device(struct vhost_user_session *session, struct message *message);
int handle_set_status(struct vhost_user_session *session, struct message *message);
int handle_get_status(struct vhost_user_session *session, struct message *message);

int handle_set_mem_table(struct vhost_user_session *session, struct message *message);
int handle_get_max_mem_slots(struct vhost_user_session *session, struct message *message);
int handle_add_mem_reg(struct vhost_user_session *session, struct message *message);
int handle_rem_mem_reg(struct vhost_user_session *session, struct message *message);
int handle_set_log_base(struct vhost_user_session *session, struct message *message);
int handle_set_log_fd(struct vhost_user_session *session, struct message *message);

int handle_set_vring_num(struct vhost_user_session *session, struct message *message);
int handle_set_vring_addr(struct vhost_user_session *session, struct message *message);
int handle_set_vring_base(struct vhost_user_session *session, struct message *message);
int handle_get_vring_base(struct vhost_user_session *session, struct message *message);
int handle_set_vring_kick(struct vhost_user_session *session, struct message *message);
int handle_set_vring_call(struct vhost_user_session *session, struct message *message);
int handle_set_vring_err(struct vhost_user_session *session, struct message *message);
int handle_set_vring_enable(struct vhost_user_session *session, struct message *message);
int handle_vring_kick(struct vhost_user_session *session, struct message *message);

int handle_get_config(struct vhost_user_session *session, struct message *message);
int handle_set_config(struct vhost_user_session *session, struct message *message);
int handle_set_backend_req_fd(struct vhost_user_session *session, struct message *message);
int handle_gpu_set_socket(struct vhost_user_session *session, struct message *message);
int handle_get_shmem_config(struct vhost_user_session *session, struct message *message);
