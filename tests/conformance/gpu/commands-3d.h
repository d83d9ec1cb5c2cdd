/* SPDX-License-Identifier: MIT */
/* The driver's side of the 3D commands. */
#pragma once

#include "tests/conformance/gpu/commands.h"

/** What QEMU and Linux call VIRGL_BIND_RENDER_TARGET and VIRGL_BIND_SAMPLER_VIEW. */
#define BIND_TEXTURE ((1u << 1) | (1u << 3))
#define BIND_VERTEX_BUFFER (1u << 4)
#define FORMAT_R8 64u

uint32_t context_create(struct gpu_rig *rig, uint32_t context);
uint32_t context_create_with(
	struct gpu_rig *rig, uint32_t context, uint32_t name_length, uint32_t init);
uint32_t context_destroy(struct gpu_rig *rig, uint32_t context);
/** CTX_ATTACH_RESOURCE or CTX_DETACH_RESOURCE. */
uint32_t context_resource(struct gpu_rig *rig, uint32_t type, uint32_t context, uint32_t id);

/** A flat texture of one level. */
uint32_t create_texture(
	struct gpu_rig *rig, uint32_t id, uint32_t format, uint32_t width, uint32_t height);
uint32_t create_buffer(struct gpu_rig *rig, uint32_t id, uint32_t bytes);

/** TRANSFER_TO_HOST_3D or TRANSFER_FROM_HOST_3D of level 0 of a flat texture. */
struct virtio_gpu_transfer_host_3d transfer_3d_command(
	uint32_t type, uint32_t context, uint32_t id, struct rect rect, uint64_t offset);
uint32_t transfer_3d(struct gpu_rig *rig, uint32_t type, uint32_t context, uint32_t id,
	struct rect rect, uint64_t offset);

/** SUBMIT_3D that claims size bytes and has count words. */
uint32_t submit_sized(
	struct gpu_rig *rig, uint32_t context, const uint32_t *words, size_t count, uint32_t size);
uint32_t submit(struct gpu_rig *rig, uint32_t context, const uint32_t *words, size_t count);

/** As Mesa's winsys has it for a blob: made by the stream of the context, called blob_id. */
uint32_t stream_buffer(struct gpu_rig *rig, uint32_t context, uint32_t blob_id, uint32_t bytes);
uint32_t stream_texture(struct gpu_rig *rig, uint32_t context, uint32_t blob_id, uint32_t side);

/** RESOURCE_CREATE_BLOB in that context, to be changed as wanted and given to create_blob(). */
struct virtio_gpu_resource_create_blob host_blob(
	uint32_t context, uint32_t id, uint64_t blob_id, uint64_t size);

uint32_t map_blob(struct gpu_rig *rig, uint32_t id, uint64_t offset);
uint32_t unmap_blob(struct gpu_rig *rig, uint32_t id);

/** The stream copies the first bytes of one buffer of the context to another. */
uint32_t stream_copy(
	struct gpu_rig *rig, uint32_t context, uint32_t to, uint32_t from, uint32_t bytes);

/** A texture with one piece of zeroed guest RAM behind it. */
struct frontend_memory make_texture(
	struct gpu_rig *rig, uint32_t id, uint32_t width, uint32_t height);

/** The same as Mesa makes those for a screen. */
struct frontend_memory make_screen_texture(
	struct gpu_rig *rig, uint32_t id, uint32_t width, uint32_t height);
