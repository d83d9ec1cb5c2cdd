/* SPDX-License-Identifier: MIT */
/*
 * Keeps the process alive when the file behind a mapping shrinks: the kernel raises SIGBUS for
 * pages past the end of a file, and a front end may truncate its memory file at any time. The
 * handler puts zero pages there and wakes the owner.
 */
#pragma once

#include <stddef.h>

/** Guarded mappings at one time, all sessions and chains in flight together. */
#define GUARD_MAX_RANGES 2048

/**
 * Guards [base, base + size), page-aligned; the descriptor, an eventfd that stays open until
 * guard_remove(), is written when a page was lost. Returns 0 or −ENOSPC, or −errno where the
 * signal handler cannot be installed.
 */
int guard_add(void *base, size_t size, int wake_fd);

/** Ends it. Call it before the range is unmapped. */
void guard_remove(void *base);
