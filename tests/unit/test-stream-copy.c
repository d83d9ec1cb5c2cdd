/* SPDX-License-Identifier: MIT */
/* Copies past the caches: every alignment and length, and nothing beyond. */
#include "common/stream-copy.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/iov.h"
#include "tests/unit/unit.h"

#define ROOM 1024u
#define AROUND 0x5a

static void fill(unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)(i * 7 + i / 251);
}

static void check_copy(const unsigned char *from, size_t source, size_t target, size_t size)
{
	unsigned char *to = malloc(ROOM);

	assert_non_null(to);
	memset(to, AROUND, ROOM);
	stream_copy(to + target, from + source, size);
	for (size_t i = 0; i < ROOM; i++) {
		bool inside = i >= target && i < target + size;

		assert_int_equal(to[i], inside ? from[source + i - target] : AROUND);
	}
	free(to);
}

static void stream_copy_copies_any_piece(void **state)
{
	static const size_t sizes[] = {0, 1, 15, 16, 63, 64, 65, 127, 128, 200, 256, 700};
	unsigned char from[ROOM];

	fill(from, sizeof(from));
	for (size_t source = 0; source < 65; source += 3) {
		for (size_t target = 0; target < 65; target++) {
			for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
				check_copy(from, source, target, sizes[i]);
		}
	}
}

static void iov_read_streaming_joins_pieces(void **state)
{
	unsigned char from[ROOM], to[ROOM];
	struct iovec iov[] = {{from, 100}, {from + 100, 1}, {from + 101, ROOM - 101}};
	struct iov_cursor cursor = iov_cursor(iov, 3);

	fill(from, sizeof(from));
	assert_true(iov_skip(&cursor, 10));
	assert_int_equal(iov_read_streaming(&cursor, to, 700), 700);
	assert_memory_equal(to, from + 10, 700);
	assert_int_equal(iov_read_streaming(&cursor, to, ROOM), ROOM - 710);
	assert_memory_equal(to, from + 710, ROOM - 710);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(stream_copy_copies_any_piece),
	cmocka_unit_test(iov_read_streaming_joins_pieces),
};

UNIT_MAIN(cases)
