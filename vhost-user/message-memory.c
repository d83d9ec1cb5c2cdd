/* SPDX-License-Identifier: MIT */
/* Requests about guest memory and its dirty log. */
#include <errno.h>

#include "vhost-user/dispatch.h"

int handle_set_mem_table(struct vhost_user_session *session, struct message *message)
{
	const struct message_mem_table *table = &message->payload.table;
	size_t header = offsetof(struct message_mem_table, regions);
	struct vhost_user_memory *memory = NULL;
	const char *fault = NULL;
	int ret;

	if (table->count > MESSAGE_TABLE_REGIONS)
		return refuse(session, -EINVAL, "too many regions");
	if (message->header.size < header + table->count * sizeof(table->regions[0]))
		return refuse(session, -EINVAL, "the payload is shorter than its regions");
	if (message->fd_count != table->count)
		return refuse(session, -EINVAL, "not as many descriptors as regions");
	ret = memory_create(
		table->regions, message->fds, table->count, session->wake_fd, &memory, &fault);
	if (ret < 0)
		return refuse(session, ret, fault);
	session_memory_replace(session, memory);
	return 0;
}

int handle_get_max_mem_slots(struct vhost_user_session *session, struct message *message)
{
	message->payload.u64 = VHOST_USER_MAX_MEMORY_REGIONS;
	message->header.size = sizeof(message->payload.u64);
	return 0;
}

int handle_add_mem_reg(struct vhost_user_session *session, struct message *message)
{
	struct vhost_user_memory *memory = NULL;
	const char *fault = NULL;
	int ret;

	if (message->fd_count != 1)
		return refuse(session, -EINVAL, "a region without a descriptor");
	ret = memory_create_added(session->memory, &message->payload.mem_reg.region,
		message->fds[0], session->wake_fd, &memory, &fault);
	if (ret < 0)
		return refuse(session, ret, fault);
	session_memory_replace(session, memory);
	return 0;
}

int handle_rem_mem_reg(struct vhost_user_session *session, struct message *message)
{
	struct vhost_user_memory *memory = NULL;
	const char *fault = NULL;
	int ret = memory_create_removed(
		session->memory, &message->payload.mem_reg.region, &memory, &fault);

	if (ret < 0)
		return refuse(session, ret, fault);
	session_memory_replace(session, memory);
	return 0;
}

int handle_set_log_base(struct vhost_user_session *session, struct message *message)
{
	const struct message_log *wanted = &message->payload.log;
	const char *fault = NULL;
	struct dirty_log *log;

	if (message->fd_count != 1)
		return refuse(session, -EINVAL, "a log without a descriptor");
	log = dirty_log_create(
		message->fds[0], wanted->size, wanted->file_offset, session->wake_fd, &fault);
	if (!log)
		return refuse(session, -EINVAL, fault);
	dirty_log_destroy(session->dirty_log);
	session->dirty_log = log;
	return 0;
}

/* It would tell the front end that the log was written. Ours is read when the front end likes. */
int handle_set_log_fd(struct vhost_user_session *session, struct message *message)
{
	return 0;
}
