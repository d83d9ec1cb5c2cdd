/* SPDX-License-Identifier: MIT */
/* The guest pages behind a resource, as the guest attached them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/iov.h"
#include "vhost-user/vhost-user.h"

struct gpu_backing_entry {
	uint64_t address; /* guest-physical */
	uint32_t length;  /* bytes */
};

struct gpu_backing;

/**
 * Takes the entries (malloc'ed), also when it fails, and finds them in memory.
 * Returns 0; −EFAULT if one is outside guest memory; −ENOMEM.
 */
int gpu_backing_create(struct gpu_backing_entry *entries, uint32_t count,
	struct vhost_user_memory *memory, struct gpu_backing **out);
void gpu_backing_destroy(struct gpu_backing *backing); /* NULL is fine */

uint32_t gpu_backing_entry_count(const struct gpu_backing *backing);

/** What the guest attached; borrowed. */
const struct gpu_backing_entry *gpu_backing_entries(
	const struct gpu_backing *backing, uint32_t *count);

/** Bytes in all entries together. */
uint64_t gpu_backing_size(const struct gpu_backing *backing);

/**
 * All of it as pieces in this process, borrowed until the backing goes or is asked again with
 * another memory. Returns 0, or −EFAULT if the pages are not guest memory, −ENOMEM.
 */
int gpu_backing_map(struct gpu_backing *backing, struct vhost_user_memory *memory,
	const struct iovec **iov, size_t *count);

/**
 * A cursor at that byte of the backing in the guest's memory as it is now, valid until control goes
 * back to the event loop. Returns 0, −ERANGE if offset is past the end, or −EFAULT if the pages are
 * no longer guest memory.
 */
int gpu_backing_seek(struct gpu_backing *backing, struct vhost_user_memory *memory, uint64_t offset,
	struct iov_cursor *cursor);
