/* SPDX-License-Identifier: MIT */
/* Walking scattered memory: a cursor over an iovec array that never runs past its end. */
#include "common/iov.h"

#include <stdint.h>
#include <string.h>

size_t iov_size(const struct iovec *iov, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		if (__builtin_add_overflow(size, iov[i].iov_len, &size))
			return SIZE_MAX;
	}
	return size;
}

/* The next contiguous piece of at most size bytes; *piece is 0 at the end. */
static char *iov_next(struct iov_cursor *cursor, size_t size, size_t *piece)
{
	char *base;
	size_t left;

	while (cursor->count && cursor->offset == cursor->iov->iov_len) {
		cursor->iov++;
		cursor->count--;
		cursor->offset = 0;
	}
	if (!cursor->count) {
		*piece = 0;
		return NULL;
	}
	base = (char *)cursor->iov->iov_base + cursor->offset;
	left = cursor->iov->iov_len - cursor->offset;
	*piece = size < left ? size : left;
	cursor->offset += *piece;
	return base;
}

size_t iov_read(struct iov_cursor *cursor, void *out, size_t size)
{
	size_t done = 0, piece;

	while (done < size) {
		const char *base = iov_next(cursor, size - done, &piece);

		if (!piece)
			break;
		memcpy((char *)out + done, base, piece);
		done += piece;
	}
	return done;
}

size_t iov_write(struct iov_cursor *cursor, const void *data, size_t size)
{
	size_t done = 0, piece;

	while (done < size) {
		char *base = iov_next(cursor, size - done, &piece);

		if (!piece)
			break;
		memcpy(base, (const char *)data + done, piece);
		done += piece;
	}
	return done;
}

bool iov_skip(struct iov_cursor *cursor, size_t size)
{
	size_t piece;

	while (size) {
		iov_next(cursor, size, &piece);
		if (!piece)
			return false;
		size -= piece;
	}
	return true;
}
