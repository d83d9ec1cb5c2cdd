/* SPDX-License-Identifier: MIT */
/* dmabufs of memory that is there already: the kernel's udmabuf makes one of pages of sealed
 * memfds. */
#pragma once

#include <stddef.h>

#include "gpu-backend/image.h"

/** Opens the kernel's device. Returns the descriptor or −errno: without it there are no dmabufs. */
int udmabuf_open(void);

/**
 * A dmabuf of those parts, one after the other: whole pages of memfds that cannot shrink. Returns
 * the descriptor; −EINVAL if the files or pages are not of that kind, or more than the kernel's
 * limits (parameters list_limit and size_limit_mb of its module udmabuf).
 */
int udmabuf_create(int device, const struct gpu_memory_part *parts, size_t count);
