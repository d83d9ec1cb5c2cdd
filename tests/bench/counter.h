/* SPDX-License-Identifier: MIT */
/* How often something happened, and when it last did: counted in one thread, read in others. */
#pragma once

#include <stdint.h>

#include "common/log.h"

struct counter {
	uint64_t count, last_ns; /* atomic */
};

static inline void counter_add(struct counter *counter)
{
	__atomic_store_n(&counter->last_ns, clock_now_ns(), __ATOMIC_RELAXED);
	/* Shows the time, written ahead of it. */
	__atomic_add_fetch(&counter->count, 1, __ATOMIC_RELEASE);
}

static inline uint64_t counter_get(const struct counter *counter, uint64_t *last_ns)
{
	/* Orders the count before the time. */
	uint64_t count = __atomic_load_n(&counter->count, __ATOMIC_ACQUIRE);

	*last_ns = __atomic_load_n(&counter->last_ns, __ATOMIC_RELAXED);
	return count;
}
