/* SPDX-License-Identifier: MIT */
/*
 * Memory of blobs that a guest maps.
 *
 * Where a GPU draws, such memory is the kernel's and a descriptor names it. Mesa's software
 * renderer keeps a buffer in ordinary memory of this process, in whole pages apart from all else,
 * and virglrenderer says where. So those pages are replaced by a file's, which binnacle-gpu gave
 * and the front end maps for the guest. They are this process's own again before Mesa frees them:
 * what it allocates next must not be the guest's to see.
 *
 * That Mesa does so is no promise of its, so it is tried at the start. Mesa's guest driver says the
 * length of a buffer in bytes, and that of its blob in pages: the former is rounded up on its way,
 * as a page that the buffer only begins cannot be given away.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resource;

/** Whether the following works here; for before there is anything else. */
bool blob_memory_works(void);

/** The memory of the blob is the file's from now on, size bytes of it. Returns 0 or an errno:
 * ENOTSUP where its memory is not like that. */
int blob_memory_place(struct resource *resource, int fd, uint64_t size);

/** And is no more. */
void blob_memory_take_back(struct resource *resource);

/** Makes the buffers that the command stream numbers for blobs and wants mapped whole pages long.
 */
void blob_memory_round_stream(uint32_t *words, size_t count);
