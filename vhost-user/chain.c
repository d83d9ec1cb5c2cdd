/* SPDX-License-Identifier: MIT */
/* Collecting the pieces of a descriptor chain. */
#include "vhost-user/chain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/checked.h"
#include "common/iov.h"

struct chain *chain_create(void)
{
	struct chain *chain = calloc(1, sizeof(*chain));

	if (!chain)
		return NULL;
	chain->pieces = chain->inline_pieces;
	chain->capacity = CHAIN_INLINE_PIECES;
	return chain;
}

void chain_destroy(struct chain *chain)
{
	if (!chain)
		return;
	if (chain->pieces != chain->inline_pieces)
		free(chain->pieces);
	free(chain);
}

void chain_clear(struct chain *chain)
{
	chain->count = 0;
	chain->readable_count = 0;
}

static int chain_grow(struct chain *chain)
{
	size_t capacity = chain->capacity * 4;
	struct iovec *pieces;

	if (capacity > VHOST_USER_MAX_CHAIN_PIECES)
		capacity = VHOST_USER_MAX_CHAIN_PIECES;
	pieces = calloc(capacity, sizeof(*pieces));
	if (!pieces)
		return -ENOMEM;
	memcpy(pieces, chain->pieces, chain->count * sizeof(*pieces));
	if (chain->pieces != chain->inline_pieces)
		free(chain->pieces);
	chain->pieces = pieces;
	chain->capacity = capacity;
	return 0;
}

int chain_add(struct chain *chain, const struct vhost_user_memory *memory, uint64_t address,
	uint32_t size, bool writable, const char **fault)
{
	int got;

	if (!writable && chain->readable_count != chain->count) {
		*fault = "a readable descriptor follows a writable one";
		return -EINVAL;
	}
	/* Nothing forbids an empty descriptor; it adds nothing. */
	if (!size)
		return 0;
	for (;;) {
		got = vhost_user_memory_translate(memory, address, size,
			chain->pieces + chain->count, chain->capacity - chain->count);
		if (got != -E2BIG)
			break;
		if (chain->capacity == VHOST_USER_MAX_CHAIN_PIECES) {
			*fault = "a chain has too many pieces";
			return -E2BIG;
		}
		got = chain_grow(chain);
		if (got < 0) {
			*fault = "no memory for a chain";
			return got;
		}
	}
	if (got < 0) {
		*fault = "a descriptor is outside guest memory";
		return got;
	}
	chain->count += (size_t)got;
	if (!writable)
		chain->readable_count = chain->count;
	return 0;
}

bool chain_read_entry(
	const struct vhost_user_memory *memory, uint64_t table, uint32_t index, void *entry)
{
	struct iovec iov[2];
	struct iov_cursor cursor;
	uint64_t address;
	int count;

	if (!checked_add(table, (uint64_t)index * sizeof(struct split_desc), &address))
		return false;
	count = vhost_user_memory_translate(memory, address, sizeof(struct split_desc), iov, 2);
	if (count < 0)
		return false;
	cursor = iov_cursor(iov, (size_t)count);
	return iov_read(&cursor, entry, sizeof(struct split_desc)) == sizeof(struct split_desc);
}

void chain_seal(struct chain *chain)
{
	chain->base = (struct vhost_user_chain){
		.readable = chain->pieces,
		.readable_count = chain->readable_count,
		.writable = chain->pieces + chain->readable_count,
		.writable_count = chain->count - chain->readable_count,
	};
	wl_list_init(&chain->base.link);
}
