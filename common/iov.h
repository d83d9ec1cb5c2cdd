/* SPDX-License-Identifier: MIT */
/* Walking scattered memory: a cursor over an iovec array that never runs past its end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

/** A cursor. The array is borrowed and not changed. */
struct iov_cursor {
	const struct iovec *iov;
	size_t count;
	size_t offset; /* bytes taken from iov[0] */
};

static inline struct iov_cursor iov_cursor(const struct iovec *iov, size_t count)
{
	return (struct iov_cursor){.iov = iov, .count = count};
}

/** Bytes in an iovec array, saturated at SIZE_MAX. */
size_t iov_size(const struct iovec *iov, size_t count);

/** Copies up to size bytes out of the memory, moves on, returns the bytes copied. */
size_t iov_read(struct iov_cursor *cursor, void *out, size_t size);

/** Copies up to size bytes into the memory, moves on, returns the bytes copied. */
size_t iov_write(struct iov_cursor *cursor, const void *data, size_t size);

/** Moves on by size bytes. False, and at the end, if there are fewer. */
bool iov_skip(struct iov_cursor *cursor, size_t size);
