/* SPDX-License-Identifier: MIT */
/* What a resource of the renderer takes from the host, for the guest's limit. */
#pragma once

#include <stdint.h>

#include "gpu-backend/render/protocol.h"

/**
 * Bytes, at most about twice what is really taken for the usual formats; 16 a texel for a format
 * that is not known. UINT64_MAX where the size overflows.
 */
uint64_t gpu_resource_size_3d(const struct render_resource *resource);
