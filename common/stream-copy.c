/* SPDX-License-Identifier: MIT */
/* Copying what this processor does not read again soon. */
#include "common/stream-copy.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

#define LINE_BYTES 64u
/* How far ahead the source is asked for: more hides no further latency. */
#define AHEAD_BYTES 2048

void stream_copy(void *restrict to, const void *restrict from, size_t size)
{
	size_t head = -(uintptr_t)to % LINE_BYTES;
	const char *source = from;
	char *target = to;

	if (size < head + LINE_BYTES) {
		memcpy(to, from, size);
		return;
	}
	memcpy(target, source, head);
	target += head;
	source += head;
	size -= head;
	for (; size >= LINE_BYTES; size -= LINE_BYTES) {
		const __m128i_u *in = (const __m128i_u *)(const void *)source;
		__m128i *out = (__m128i *)(void *)target;
		__m128i a = _mm_loadu_si128(in), b = _mm_loadu_si128(in + 1);
		__m128i c = _mm_loadu_si128(in + 2), d = _mm_loadu_si128(in + 3);

		/* A hint: the address may be past the end. */
		_mm_prefetch(source + AHEAD_BYTES, _MM_HINT_NTA);
		_mm_stream_si128(out, a);
		_mm_stream_si128(out + 1, b);
		_mm_stream_si128(out + 2, c);
		_mm_stream_si128(out + 3, d);
		source += LINE_BYTES;
		target += LINE_BYTES;
	}
	memcpy(target, source, size);
	/* Streamed stores are not ordered: they come before whatever tells of them. */
	_mm_sfence();
}

#else

void stream_copy(void *restrict to, const void *restrict from, size_t size)
{
	memcpy(to, from, size);
}

#endif
