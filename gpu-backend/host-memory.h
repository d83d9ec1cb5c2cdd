/* SPDX-License-Identifier: MIT */
/*
 * Memory of host blobs that the guest maps: a file of ours, which the renderer has in place of
 * memory of its own (render/blob-memory.h) and the front end maps into the device's host-visible
 * region. Nobody can make the file smaller, so neither end trusts the other.
 */
#pragma once

#include "gpu-backend/resource.h"

/** The region's size: what all blobs that are mapped at one time have. */
#define GPU_HOST_VISIBLE_BYTES (UINT64_C(256) << 20)

/** Mapped at one time. Each is a slot of the VM's memory, of which there are 509 in a usual one. */
#define GPU_MAX_MAPPINGS 256u

struct gpu_host_memory {
	struct wl_list link; // struct gpu_resource_table.mappings, where it is mapped
	int fd;
	uint64_t size; /* bytes, whole pages */
	bool mapped;   /* or about to be; then at … */
	uint64_t offset;
};

/** Zeroed, whole pages. NULL if there is no memory. */
struct gpu_host_memory *gpu_host_memory_create(uint64_t size);

/** The guest's mapping of it ends first. NULL is fine. */
void gpu_host_memory_destroy(struct gpu_resource_table *table, struct gpu_host_memory *memory);

/**
 * Has it mapped at that offset of the region. done is called as vhost_user_device_map() does; after
 * an error it is for the caller to call gpu_host_memory_forget(). Returns 0; −EINVAL if that place
 * is not one of whole pages, in the region, and free; −ENOSPC beside GPU_MAX_MAPPINGS; or what the
 * transport says.
 */
int gpu_host_memory_map(struct gpu_resource_table *table, struct gpu_host_memory *memory,
	uint64_t offset, void (*done)(void *data, int error), void *data);

/** Ends the mapping, which there is. Its place is free at once, as requests are done in order. */
int gpu_host_memory_unmap(struct gpu_resource_table *table, struct gpu_host_memory *memory,
	void (*done)(void *data, int error), void *data);

/** It was not mapped after all. */
void gpu_host_memory_forget(struct gpu_resource_table *table, struct gpu_host_memory *memory);
