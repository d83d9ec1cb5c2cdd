/* SPDX-License-Identifier: MIT */
/*
 * Between a back end and its compositor: a thread that passes bytes and descriptors on unchanged,
 * both ways, and notes when the back end last committed a surface.
 */
#pragma once

#include <stdint.h>

struct relay;

/** Listens at path for one client, and connects it to the compositor at target. NULL: it cannot. */
struct relay *relay_create(const char *path, const char *target);
void relay_destroy(struct relay *relay); /* NULL is fine */

/** Commits so far, and when the last of them passed (CLOCK_MONOTONIC). */
uint64_t relay_commits(const struct relay *relay, uint64_t *last_ns);
