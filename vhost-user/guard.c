/* SPDX-License-Identifier: MIT */
/*
 * The SIGBUS handler, its table, and nothing else: a signal handler has no argument of ours, so
 * this is the process-wide state that the library cannot do without. The handler reads the table
 * with atomic loads, takes no lock, and calls only mmap, write, sigaction and raise.
 */
#include "vhost-user/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard_range {
	uintptr_t base; /* 0 = free */
	size_t size;
	int wake_fd;
};

static struct {
	struct guard_range ranges[GUARD_MAX_RANGES];
	size_t high_water; /* ranges at and above it were never used */
	bool installed;
	struct sigaction previous;
} guard;

static bool guard_fill(uintptr_t address)
{
	size_t count = __atomic_load_n(&guard.high_water, __ATOMIC_ACQUIRE);

	for (size_t i = 0; i < count; i++) {
		const struct guard_range *range = &guard.ranges[i];
		/* Pairs with the release in guard_add(): size and fd are set once base is. */
		uintptr_t base = __atomic_load_n(&range->base, __ATOMIC_ACQUIRE);
		uint64_t one = 1;

		if (!base || address < base || address - base >= range->size)
			continue;
		/* All of it, as the rest of a file that shrank is no better. */
		if (mmap((void *)base, range->size, PROT_READ | PROT_WRITE,
			    MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			    0) == MAP_FAILED)
			return false;
		(void)!write(range->wake_fd, &one, sizeof(one));
		return true;
	}
	return false;
}

static void guard_handle(int signal_number, siginfo_t *info, void *context)
{
	int saved = errno;

	if (info->si_code > 0 && guard_fill((uintptr_t)info->si_addr)) {
		errno = saved;
		return;
	}
	errno = saved;
	if (guard.previous.sa_flags & SA_SIGINFO) {
		guard.previous.sa_sigaction(signal_number, info, context);
	} else if (guard.previous.sa_handler != SIG_DFL && guard.previous.sa_handler != SIG_IGN) {
		guard.previous.sa_handler(signal_number);
	} else {
		/* Not ours: the instruction faults again and gets what it would have got. */
		sigaction(SIGBUS, &guard.previous, NULL);
		if (info->si_code <= 0)
			raise(signal_number);
	}
}

static int guard_install(void)
{
	struct sigaction action = {
		.sa_sigaction = guard_handle,
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	if (guard.installed)
		return 0;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGBUS, &action, &guard.previous) < 0)
		return -errno;
	guard.installed = true;
	return 0;
}

int guard_add(void *base, size_t size, int wake_fd)
{
	size_t i = 0;
	int ret = guard_install();

	if (ret < 0)
		return ret;
	while (i < guard.high_water && guard.ranges[i].base)
		i++;
	if (i == GUARD_MAX_RANGES)
		return -ENOSPC;
	guard.ranges[i].size = size;
	guard.ranges[i].wake_fd = wake_fd;
	/* Publishes size and fd to a handler that interrupts us. */
	__atomic_store_n(&guard.ranges[i].base, (uintptr_t)base, __ATOMIC_RELEASE);
	if (i == guard.high_water)
		__atomic_store_n(&guard.high_water, i + 1, __ATOMIC_RELEASE);
	return 0;
}

void guard_remove(void *base)
{
	for (size_t i = 0; i < guard.high_water; i++) {
		if (guard.ranges[i].base == (uintptr_t)base)
			__atomic_store_n(&guard.ranges[i].base, 0, __ATOMIC_RELEASE);
	}
}
