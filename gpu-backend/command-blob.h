/* SPDX-License-Identifier: MIT */
/* What the commands of blob resources share. */
#pragma once

#include "gpu-backend/gpu.h"

/** The pages of RESOURCE_CREATE_BLOB, as many bytes as the blob. Returns 0 or the response. */
uint32_t gpu_blob_backing_read(
	struct gpu *gpu, const struct gpu_request *request, struct gpu_backing **backing);

/** RESOURCE_CREATE_BLOB of the renderer's memory; all but that has been checked. */
uint32_t gpu_blob_create_of_host(struct gpu *gpu, struct gpu_request *request);
