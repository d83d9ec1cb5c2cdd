/* SPDX-License-Identifier: MIT */
/*
 * The guest pages behind a resource, as the guest attached them.
 *
 * What the guest said, addresses and lengths, is kept; where that is in this process is looked up
 * once per memory table, the first time it is needed after the table changed. So a replaced table
 * needs no walk over the resources, and a resource whose pages went away fails alone.
 */
#include "gpu-backend/backing.h"

#include <errno.h>
#include <stdlib.h>

struct gpu_backing {
	struct gpu_backing_entry *entries;
	uint32_t count;
	uint64_t size;

	struct vhost_user_memory *memory; /* the table that the rest was made from */
	struct iovec *iov;                /* neighbours in this process are joined */
	uint64_t *starts;                 /* offset of each iovec in the backing */
	size_t iov_count, iov_room;
};

static void backing_forget(struct gpu_backing *backing)
{
	vhost_user_memory_unref(backing->memory);
	free(backing->iov);
	free(backing->starts);
	backing->memory = NULL;
	backing->iov = NULL;
	backing->starts = NULL;
	backing->iov_count = backing->iov_room = 0;
}

static int backing_append(struct gpu_backing *backing, const struct iovec *piece, uint64_t start)
{
	struct iovec *last = backing->iov_count ? &backing->iov[backing->iov_count - 1] : NULL;

	if (last && (char *)last->iov_base + last->iov_len == piece->iov_base) {
		last->iov_len += piece->iov_len;
		return 0;
	}
	if (backing->iov_count == backing->iov_room) {
		size_t room = backing->iov_room ? backing->iov_room * 2 : 16;
		struct iovec *iov = reallocarray(backing->iov, room, sizeof(*iov));
		uint64_t *starts;

		if (!iov)
			return -ENOMEM;
		backing->iov = iov;
		starts = reallocarray(backing->starts, room, sizeof(*starts));
		if (!starts)
			return -ENOMEM;
		backing->starts = starts;
		backing->iov_room = room;
	}
	backing->starts[backing->iov_count] = start;
	backing->iov[backing->iov_count++] = *piece;
	return 0;
}

/* An entry may straddle this many regions: more than any VMM lays side by side. */
#define ENTRY_MAX_PIECES 8

static int backing_resolve(struct gpu_backing *backing, struct vhost_user_memory *memory)
{
	uint64_t start = 0;
	int error = 0;

	if (backing->memory && backing->memory == memory)
		return 0;
	backing_forget(backing);
	if (!memory)
		return -EFAULT;
	for (uint32_t i = 0; i < backing->count; i++) {
		const struct gpu_backing_entry *entry = &backing->entries[i];
		struct iovec pieces[ENTRY_MAX_PIECES];
		int count = vhost_user_memory_translate(
			memory, entry->address, entry->length, pieces, ENTRY_MAX_PIECES);

		if (count < 0) {
			error = -EFAULT;
			goto err_forget;
		}
		for (int piece = 0; piece < count; piece++) {
			error = backing_append(backing, &pieces[piece], start);
			if (error)
				goto err_forget;
			start += pieces[piece].iov_len;
		}
	}
	backing->memory = vhost_user_memory_ref(memory);
	return 0;

err_forget:
	backing_forget(backing);
	return error;
}

int gpu_backing_create(struct gpu_backing_entry *entries, uint32_t count,
	struct vhost_user_memory *memory, struct gpu_backing **out)
{
	struct gpu_backing *backing = calloc(1, sizeof(*backing));
	int error;

	if (!backing) {
		free(entries);
		return -ENOMEM;
	}
	*backing = (struct gpu_backing){.entries = entries, .count = count};
	for (uint32_t i = 0; i < count; i++)
		backing->size += entries[i].length; /* 2³² lengths of 32 bits fit in 64 */
	error = backing_resolve(backing, memory);
	if (error) {
		gpu_backing_destroy(backing);
		return error;
	}
	*out = backing;
	return 0;
}

void gpu_backing_destroy(struct gpu_backing *backing)
{
	if (!backing)
		return;
	backing_forget(backing);
	free(backing->entries);
	free(backing);
}

uint32_t gpu_backing_entry_count(const struct gpu_backing *backing)
{
	return backing->count;
}

const struct gpu_backing_entry *gpu_backing_entries(
	const struct gpu_backing *backing, uint32_t *count)
{
	*count = backing->count;
	return backing->entries;
}

uint64_t gpu_backing_size(const struct gpu_backing *backing)
{
	return backing->size;
}

int gpu_backing_map(struct gpu_backing *backing, struct vhost_user_memory *memory,
	const struct iovec **iov, size_t *count)
{
	int error = backing_resolve(backing, memory);

	if (error)
		return error;
	*iov = backing->iov;
	*count = backing->iov_count;
	return 0;
}

int gpu_backing_seek(struct gpu_backing *backing, struct vhost_user_memory *memory, uint64_t offset,
	struct iov_cursor *cursor)
{
	size_t low = 0, high;
	int error = backing_resolve(backing, memory);

	if (error)
		return error;
	if (offset >= backing->size)
		return -ERANGE;
	/* The last piece that starts at or before the offset. */
	high = backing->iov_count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (backing->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	*cursor = iov_cursor(&backing->iov[low], backing->iov_count - low);
	cursor->offset = (size_t)(offset - backing->starts[low]);
	return 0;
}
