/* SPDX-License-Identifier: MIT */
/*
 * Guest memory as the library makes it: immutable tables of mapped regions. A change of the table
 * makes a new one that shares the regions which stay; the old one lives as long as somebody holds
 * it.
 */
#pragma once

#include <stdint.h>

#include "vhost-user/message.h"
#include "vhost-user/vhost-user.h"

/**
 * A table of the regions with their files (borrowed). The eventfd wake_fd (borrowed, duplicated) is
 * written when a region's file shrank and a page of it was lost. Returns 0 or −errno, and then
 * *fault says what is wrong with it.
 */
int memory_create(const struct message_region *regions, const int *fds, size_t count, int wake_fd,
	struct vhost_user_memory **out, const char **fault);

/** The table (NULL: empty) and one more region. */
int memory_create_added(const struct vhost_user_memory *memory, const struct message_region *region,
	int fd, int wake_fd, struct vhost_user_memory **out, const char **fault);

/** The table less the region of this guest address, user address and size. */
int memory_create_removed(const struct vhost_user_memory *memory,
	const struct message_region *region, struct vhost_user_memory **out, const char **fault);

/** Where the front end's own [address, address + size) is here: NULL unless in one region. */
void *memory_map_user(const struct vhost_user_memory *memory, uint64_t address, uint64_t size);

/** As memory_map_user() for guest addresses. */
void *memory_map_guest(const struct vhost_user_memory *memory, uint64_t address, uint64_t size);

/** The guest address of a byte of ours. False if it is in no region. */
bool memory_guest_address(
	const struct vhost_user_memory *memory, const void *byte, uint64_t *address);
