/* SPDX-License-Identifier: MIT */
/* The table of requests: what each may carry, what it needs, who handles it. */
#include "vhost-user/dispatch.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Fields: min and max payload, max fds, protocol feature, flags. Several front ends send a payload
 * longer than what counts in it (a whole memory table, a whole config space), none a shorter one.
 */
#define REQUEST(name, min, max, fds, feature, flags, handler)                                      \
	[MESSAGE_##name] = {#name, min, max, fds, feature, flags, handler}

#define U64 sizeof(uint64_t)
#define STATE sizeof(struct message_vring_state)
#define TABLE offsetof(struct message_mem_table, regions)
#define NONE (-1)

static const struct dispatch_entry requests[] = {
	REQUEST(GET_FEATURES, 0, 0, 0, NONE, DISPATCH_REPLIES, handle_get_features),
	REQUEST(SET_FEATURES, U64, U64, 0, NONE, 0, handle_set_features),
	REQUEST(SET_OWNER, 0, 0, 0, NONE, 0, handle_owner),
	REQUEST(RESET_OWNER, 0, 0, 0, NONE, 0, handle_owner),
	REQUEST(SET_MEM_TABLE, TABLE, sizeof(struct message_mem_table), MESSAGE_TABLE_REGIONS, NONE,
		0, handle_set_mem_table),
	REQUEST(SET_LOG_BASE, sizeof(struct message_log), sizeof(struct message_log), 1,
		MESSAGE_PROTOCOL_LOG_SHMFD, DISPATCH_ALWAYS_ACK, handle_set_log_base),
	REQUEST(SET_LOG_FD, 0, U64, 1, NONE, 0, handle_set_log_fd),
	REQUEST(SET_VRING_NUM, STATE, STATE, 0, NONE, 0, handle_set_vring_num),
	REQUEST(SET_VRING_ADDR, sizeof(struct message_vring_addr),
		sizeof(struct message_vring_addr), 0, NONE, 0, handle_set_vring_addr),
	REQUEST(SET_VRING_BASE, STATE, STATE, 0, NONE, 0, handle_set_vring_base),
	REQUEST(GET_VRING_BASE, STATE, STATE, 0, NONE, DISPATCH_REPLIES, handle_get_vring_base),
	REQUEST(SET_VRING_KICK, U64, U64, 1, NONE, 0, handle_set_vring_kick),
	REQUEST(SET_VRING_CALL, U64, U64, 1, NONE, 0, handle_set_vring_call),
	REQUEST(SET_VRING_ERR, U64, U64, 1, NONE, 0, handle_set_vring_err),
	REQUEST(GET_PROTOCOL_FEATURES, 0, 0, 0, NONE, DISPATCH_REPLIES,
		handle_get_protocol_features),
	REQUEST(SET_PROTOCOL_FEATURES, U64, U64, 0, NONE, 0, handle_set_protocol_features),
	REQUEST(GET_QUEUE_NUM, 0, 0, 0, MESSAGE_PROTOCOL_MQ, DISPATCH_REPLIES,
		handle_get_queue_num),
	REQUEST(SET_VRING_ENABLE, STATE, STATE, 0, NONE, 0, handle_set_vring_enable),
	REQUEST(SET_BACKEND_REQ_FD, 0, U64, 1, MESSAGE_PROTOCOL_BACKEND_REQ, 0,
		handle_set_backend_req_fd),
	REQUEST(GET_CONFIG, MESSAGE_CONFIG_HEADER, sizeof(struct message_config), 0,
		MESSAGE_PROTOCOL_CONFIG, DISPATCH_REPLIES, handle_get_config),
	REQUEST(SET_CONFIG, MESSAGE_CONFIG_HEADER, sizeof(struct message_config), 0,
		MESSAGE_PROTOCOL_CONFIG, 0, handle_set_config),
	REQUEST(GPU_SET_SOCKET, 0, U64, 1, NONE, 0, handle_gpu_set_socket),
	REQUEST(RESET_DEVICE, 0, 0, 0, MESSAGE_PROTOCOL_RESET_DEVICE, 0, handle_reset_device),
	REQUEST(VRING_KICK, STATE, STATE, 0, MESSAGE_PROTOCOL_INBAND_NOTIFICATIONS, 0,
		handle_vring_kick),
	REQUEST(GET_MAX_MEM_SLOTS, 0, U64, 0, MESSAGE_PROTOCOL_CONFIGURE_MEM_SLOTS,
		DISPATCH_REPLIES, handle_get_max_mem_slots),
	REQUEST(ADD_MEM_REG, sizeof(struct message_mem_reg), sizeof(struct message_mem_reg), 1,
		MESSAGE_PROTOCOL_CONFIGURE_MEM_SLOTS, 0, handle_add_mem_reg),
	REQUEST(REM_MEM_REG, sizeof(struct message_mem_reg), sizeof(struct message_mem_reg), 1,
		MESSAGE_PROTOCOL_CONFIGURE_MEM_SLOTS, 0, handle_rem_mem_reg),
	REQUEST(SET_STATUS, U64, U64, 0, MESSAGE_PROTOCOL_STATUS, 0, handle_set_status),
	REQUEST(GET_STATUS, 0, U64, 0, MESSAGE_PROTOCOL_STATUS, DISPATCH_REPLIES,
		handle_get_status),
	REQUEST(GET_SHMEM_CONFIG, 0, sizeof(struct message_shmem_config), 0, MESSAGE_PROTOCOL_SHMEM,
		DISPATCH_REPLIES, handle_get_shmem_config),
};

const struct dispatch_entry *dispatch_find(uint32_t request)
{
	if (request >= COUNT(requests) || !requests[request].name)
		return NULL;
	return &requests[request];
}

int refuse(struct vhost_user_session *session, int error, const char *fault)
{
	session->fault = fault;
	return error;
}
