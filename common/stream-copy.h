/* SPDX-License-Identifier: MIT */
/* Copying what this processor does not read again soon. */
#pragma once

#include <stddef.h>

/**
 * As memcpy, past the caches where the processor can: it does not fetch the lines that it is going
 * to overwrite, and does not push out what others have in the cache. Complete, for every other
 * processor, when it returns. Worth it for megabytes, not for less.
 */
void stream_copy(void *restrict to, const void *restrict from, size_t size);
