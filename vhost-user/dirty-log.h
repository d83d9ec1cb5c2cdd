/* SPDX-License-Identifier: MIT */
/* The bitmap of guest pages that we wrote, shared with the front end for migration. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct dirty_log;

#define DIRTY_LOG_PAGE_BYTES 4096

/** Maps size bytes of the file (borrowed). Returns NULL with *fault set. As memory_create(). */
struct dirty_log *dirty_log_create(
	int fd, uint64_t size, uint64_t offset, int wake_fd, const char **fault);

void dirty_log_destroy(struct dirty_log *log); /* NULL is fine */

/** Marks the pages of guest addresses [address, address + size); those past the log are not. */
void dirty_log_mark(struct dirty_log *log, uint64_t address, uint64_t size);
