/* SPDX-License-Identifier: MIT */
/* Memory of host blobs that the guest maps. */
#include "gpu-backend/host-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/fd.h"
#include "gpu-backend/virtio-gpu.h"

static uint64_t page_bytes(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

struct gpu_host_memory *gpu_host_memory_create(uint64_t size)
{
	struct gpu_host_memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return NULL;
	*memory = (struct gpu_host_memory){
		.fd = memfd_create("binnacle-blob", MFD_CLOEXEC | MFD_ALLOW_SEALING), .size = size};
	if (memory->fd < 0)
		goto err_memory;
	if (size > INT64_MAX || ftruncate(memory->fd, (off_t)size) < 0 ||
		fcntl(memory->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		goto err_fd;
	return memory;

err_fd:
	fd_close(&memory->fd);
err_memory:
	free(memory);
	return NULL;
}

void gpu_host_memory_destroy(struct gpu_resource_table *table, struct gpu_host_memory *memory)
{
	if (!memory)
		return;
	if (memory->mapped)
		(void)gpu_host_memory_unmap(table, memory, NULL, NULL);
	fd_close(&memory->fd);
	free(memory);
}

static bool place_is_free(const struct gpu_resource_table *table, uint64_t offset, uint64_t size)
{
	const struct gpu_host_memory *other;

	if (offset % page_bytes() || size % page_bytes() || size > GPU_HOST_VISIBLE_BYTES ||
		offset > GPU_HOST_VISIBLE_BYTES - size)
		return false;
	wl_list_for_each (other, &table->mappings, link) {
		if (offset < other->offset + other->size && other->offset < offset + size)
			return false;
	}
	return true;
}

int gpu_host_memory_map(struct gpu_resource_table *table, struct gpu_host_memory *memory,
	uint64_t offset, void (*done)(void *data, int error), void *data)
{
	int error;

	if (!place_is_free(table, offset, memory->size))
		return -EINVAL;
	if (table->mapping_count == GPU_MAX_MAPPINGS)
		return -ENOSPC;
	memory->mapped = true;
	memory->offset = offset;
	wl_list_insert(&table->mappings, &memory->link);
	table->mapping_count++;
	/* It may be done, and memory gone, when this returns 0. */
	error = vhost_user_device_map(table->device, VIRTIO_GPU_SHM_ID_HOST_VISIBLE, offset,
		memory->size, memory->fd, done, data);
	if (error)
		gpu_host_memory_forget(table, memory);
	return error;
}

void gpu_host_memory_forget(struct gpu_resource_table *table, struct gpu_host_memory *memory)
{
	if (!memory->mapped)
		return;
	memory->mapped = false;
	wl_list_remove(&memory->link);
	table->mapping_count--;
}

int gpu_host_memory_unmap(struct gpu_resource_table *table, struct gpu_host_memory *memory,
	void (*done)(void *data, int error), void *data)
{
	gpu_host_memory_forget(table, memory);
	return vhost_user_device_unmap(table->device, VIRTIO_GPU_SHM_ID_HOST_VISIBLE,
		memory->offset, memory->size, done, data);
}
