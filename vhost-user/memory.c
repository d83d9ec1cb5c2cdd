/* SPDX-License-Identifier: MIT */
/* Guest memory: mapping the front end's files, and addresses in them. */
#include "vhost-user/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/checked.h"
#include "common/fd.h"
#include "common/log.h"
#include "vhost-user/guard.h"

/* One mapped file range; shared by the tables it is in. */
struct memory_region {
	uint32_t references;
	uint64_t guest_address;
	uint64_t user_address;
	uint64_t size;
	uint64_t file_offset;
	int fd; /* of the file, for another process */
	char *base;
	void *mapping; /* base is a little into it: file offsets are mapped by whole pages */
	size_t mapping_size;
	int wake_fd;
};

struct vhost_user_memory {
	uint32_t references;
	size_t count;
	struct memory_region *regions[]; /* by guest address, none overlapping */
};

static void region_unref(struct memory_region *region)
{
	if (--region->references)
		return;
	guard_remove(region->mapping);
	munmap(region->mapping, region->mapping_size);
	fd_close(&region->fd);
	fd_close(&region->wake_fd);
	free(region);
}

/* The unit in which the file can be mapped; huge page files only by their huge pages. */
static uint64_t file_page_size(int fd)
{
	struct statfs info;

	if (fstatfs(fd, &info) == 0 && info.f_type == HUGETLBFS_MAGIC && info.f_bsize > 0)
		return (uint64_t)info.f_bsize;
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

static int region_check(const struct message_region *wanted, int fd, const char **fault)
{
	struct stat info;
	uint64_t end;

	if (!wanted->size) {
		*fault = "a region is empty";
		return -EINVAL;
	}
	if (!checked_add(wanted->guest_address, wanted->size - 1, &end) ||
		!checked_add(wanted->user_address, wanted->size - 1, &end)) {
		*fault = "a region's addresses overflow";
		return -EOVERFLOW;
	}
	if (!checked_add(wanted->file_offset, wanted->size, &end) || end > INT64_MAX) {
		*fault = "a region's file offset overflows";
		return -EOVERFLOW;
	}
	if (fstat(fd, &info) < 0) {
		*fault = "a region's file cannot be looked at";
		return -errno;
	}
	if (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode)) {
		*fault = "a region's descriptor is not a memory file";
		return -EINVAL;
	}
	/* A device, as with DAX, has no size to compare; the guard stands behind it. */
	if (S_ISREG(info.st_mode) && (uint64_t)info.st_size < end) {
		*fault = "a region is larger than its file";
		return -EINVAL;
	}
	return 0;
}

static int region_map(struct memory_region *region, const struct message_region *wanted, int fd,
	const char **fault)
{
	uint64_t page = file_page_size(fd);
	uint64_t lead = wanted->file_offset % page;
	uint64_t size;
	int ret;

	if (!checked_add(wanted->size, lead, &size) || !checked_add(size, page - 1, &size)) {
		*fault = "a region's size overflows";
		return -EOVERFLOW;
	}
	size -= size % page;
	region->mapping_size = size;
	region->mapping = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd,
		(off_t)(wanted->file_offset - lead));
	if (region->mapping == MAP_FAILED) {
		*fault = "a region cannot be mapped";
		return -errno;
	}
	/* Guest RAM is the guest's, not part of a core dump of ours. */
	madvise(region->mapping, size, MADV_DONTDUMP);
	region->base = (char *)region->mapping + lead;
	ret = guard_add(region->mapping, size, region->wake_fd);
	if (ret < 0) {
		*fault = "a region cannot be guarded";
		munmap(region->mapping, size);
	}
	return ret;
}

static int region_create(const struct message_region *wanted, int fd, int wake_fd,
	struct memory_region **out, const char **fault)
{
	struct memory_region *region;
	int ret = region_check(wanted, fd, fault);

	if (ret < 0)
		return ret;
	*fault = "a region cannot be kept";
	region = calloc(1, sizeof(*region));
	if (!region)
		return -ENOMEM;
	*region = (struct memory_region){
		.references = 1,
		.guest_address = wanted->guest_address,
		.user_address = wanted->user_address,
		.size = wanted->size,
		.file_offset = wanted->file_offset,
		.fd = fcntl(fd, F_DUPFD_CLOEXEC, 0),
		.wake_fd = fcntl(wake_fd, F_DUPFD_CLOEXEC, 0),
	};
	ret = region->fd < 0 || region->wake_fd < 0 ? -EMFILE
						    : region_map(region, wanted, fd, fault);
	if (ret < 0) {
		fd_close(&region->fd);
		fd_close(&region->wake_fd);
		free(region);
		return ret;
	}
	*out = region;
	return 0;
}

static bool ranges_meet(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b ? b - a < a_size : a - b < b_size;
}

/* Takes the region when it fits in; the regions stay ordered. */
static int memory_insert(
	struct vhost_user_memory *memory, struct memory_region *region, const char **fault)
{
	size_t at = 0;

	for (size_t i = 0; i < memory->count; i++) {
		const struct memory_region *other = memory->regions[i];

		if (ranges_meet(region->guest_address, region->size, other->guest_address,
			    other->size)) {
			*fault = "regions overlap in guest addresses";
			return -EEXIST;
		}
		if (ranges_meet(
			    region->user_address, region->size, other->user_address, other->size)) {
			*fault = "regions overlap in user addresses";
			return -EEXIST;
		}
		if (other->guest_address < region->guest_address)
			at = i + 1;
	}
	memmove(&memory->regions[at + 1], &memory->regions[at],
		(memory->count - at) * sizeof(struct memory_region *));
	memory->regions[at] = region;
	memory->count++;
	return 0;
}

static struct vhost_user_memory *memory_alloc(size_t capacity)
{
	struct vhost_user_memory *memory =
		calloc(1, sizeof(*memory) + capacity * sizeof(struct memory_region *));

	if (memory)
		memory->references = 1;
	return memory;
}

int memory_create(const struct message_region *regions, const int *fds, size_t count, int wake_fd,
	struct vhost_user_memory **out, const char **fault)
{
	struct vhost_user_memory *memory = memory_alloc(count);
	int ret = 0;

	if (!memory) {
		*fault = "the table cannot be kept";
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		struct memory_region *region;

		ret = region_create(&regions[i], fds[i], wake_fd, &region, fault);
		if (ret < 0)
			break;
		ret = memory_insert(memory, region, fault);
		if (ret < 0) {
			region_unref(region);
			break;
		}
	}
	if (ret < 0) {
		vhost_user_memory_unref(memory);
		return ret;
	}
	*out = memory;
	return 0;
}

/* A table of the same regions, each with one more reference, less the one to skip. */
static struct vhost_user_memory *memory_copy(
	const struct vhost_user_memory *memory, const struct memory_region *skip, size_t extra)
{
	size_t count = memory ? memory->count : 0;
	struct vhost_user_memory *copy = memory_alloc(count + extra);

	for (size_t i = 0; copy && i < count; i++) {
		if (memory->regions[i] == skip)
			continue;
		memory->regions[i]->references++;
		copy->regions[copy->count++] = memory->regions[i];
	}
	return copy;
}

int memory_create_added(const struct vhost_user_memory *memory, const struct message_region *region,
	int fd, int wake_fd, struct vhost_user_memory **out, const char **fault)
{
	struct vhost_user_memory *copy;
	struct memory_region *added;
	int ret;

	if (memory && memory->count >= VHOST_USER_MAX_MEMORY_REGIONS) {
		*fault = "there are no more memory slots";
		return -ENOSPC;
	}
	ret = region_create(region, fd, wake_fd, &added, fault);
	if (ret < 0)
		return ret;
	copy = memory_copy(memory, NULL, 1);
	if (!copy) {
		*fault = "the table cannot be kept";
		ret = -ENOMEM;
		goto err_region;
	}
	ret = memory_insert(copy, added, fault);
	if (ret < 0)
		goto err_copy;
	*out = copy;
	return 0;

err_copy:
	vhost_user_memory_unref(copy);
err_region:
	region_unref(added);
	return ret;
}

int memory_create_removed(const struct vhost_user_memory *memory,
	const struct message_region *region, struct vhost_user_memory **out, const char **fault)
{
	size_t count = memory ? memory->count : 0;

	for (size_t i = 0; i < count; i++) {
		const struct memory_region *known = memory->regions[i];

		if (known->guest_address != region->guest_address ||
			known->user_address != region->user_address || known->size != region->size)
			continue;
		*out = memory_copy(memory, known, 0);
		*fault = "the table cannot be kept";
		return *out ? 0 : -ENOMEM;
	}
	*fault = "no such region";
	return -ENOENT;
}

size_t vhost_user_memory_region_count(const struct vhost_user_memory *memory)
{
	return memory->count;
}

int vhost_user_memory_region_get(const struct vhost_user_memory *memory, size_t index,
	struct vhost_user_memory_region *region)
{
	const struct memory_region *known = memory->regions[index];

	*region = (struct vhost_user_memory_region){
		.guest_address = known->guest_address,
		.size = known->size,
		.file_offset = known->file_offset,
	};
	return known->fd;
}

struct vhost_user_memory *vhost_user_memory_create(
	const struct vhost_user_memory_region *regions, const int *fds, size_t count)
{
	struct message_region *wanted = calloc(count + 1, sizeof(*wanted));
	struct vhost_user_memory *memory = NULL;
	/* Nobody waits for it: who made the table hears of a lost page, too. */
	int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	const char *fault = "there is no memory for the table";

	if (!wanted || wake_fd < 0)
		goto out;
	for (size_t i = 0; i < count; i++)
		wanted[i] = (struct message_region){
			.guest_address = regions[i].guest_address,
			.size = regions[i].size,
			.user_address = regions[i].guest_address,
			.file_offset = regions[i].file_offset,
		};
	if (memory_create(wanted, fds, count, wake_fd, &memory, &fault) < 0)
		memory = NULL;
out:
	if (!memory)
		log_error("guest memory cannot be mapped: %s", fault);
	fd_close(&wake_fd);
	free(wanted);
	return memory;
}

struct vhost_user_memory *vhost_user_memory_ref(struct vhost_user_memory *memory)
{
	memory->references++;
	return memory;
}

void vhost_user_memory_unref(struct vhost_user_memory *memory)
{
	if (!memory || --memory->references)
		return;
	for (size_t i = 0; i < memory->count; i++)
		region_unref(memory->regions[i]);
	free(memory);
}

/* The region that a guest address is in. */
static const struct memory_region *memory_find(
	const struct vhost_user_memory *memory, uint64_t address)
{
	size_t low = 0, high = memory->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct memory_region *region = memory->regions[middle];

		if (address < region->guest_address)
			high = middle;
		else if (address - region->guest_address >= region->size)
			low = middle + 1;
		else
			return region;
	}
	return NULL;
}

int vhost_user_memory_locate(const struct vhost_user_memory *memory, uint64_t address,
	uint64_t size, uint64_t *file_offset)
{
	const struct memory_region *region = memory_find(memory, address);

	if (!region || size > region->size - (address - region->guest_address))
		return -EFAULT;
	*file_offset = region->file_offset + (address - region->guest_address);
	return region->fd;
}

int vhost_user_memory_translate(const struct vhost_user_memory *memory, uint64_t address,
	uint64_t size, struct iovec *iov, size_t max_count)
{
	size_t count = 0;

	while (size) {
		const struct memory_region *region = memory_find(memory, address);
		uint64_t offset, piece;

		if (!region)
			return -EFAULT;
		if (count == max_count)
			return -E2BIG;
		offset = address - region->guest_address;
		piece = region->size - offset < size ? region->size - offset : size;
		iov[count++] = (struct iovec){region->base + offset, piece};
		size -= piece;
		if (size && !checked_add(address, piece, &address))
			return -EFAULT;
	}
	return (int)count;
}

void *memory_map_guest(const struct vhost_user_memory *memory, uint64_t address, uint64_t size)
{
	const struct memory_region *region = memory_find(memory, address);
	uint64_t offset;

	if (!region)
		return NULL;
	offset = address - region->guest_address;
	return size <= region->size - offset ? region->base + offset : NULL;
}

void *memory_map_user(const struct vhost_user_memory *memory, uint64_t address, uint64_t size)
{
	for (size_t i = 0; i < memory->count; i++) {
		const struct memory_region *region = memory->regions[i];
		uint64_t offset = address - region->user_address;

		if (address >= region->user_address && offset < region->size)
			return size <= region->size - offset ? region->base + offset : NULL;
	}
	return NULL;
}

bool memory_guest_address(
	const struct vhost_user_memory *memory, const void *byte, uint64_t *address)
{
	for (size_t i = 0; i < memory->count; i++) {
		const struct memory_region *region = memory->regions[i];
		uintptr_t offset = (uintptr_t)byte - (uintptr_t)region->base;

		if ((uintptr_t)byte >= (uintptr_t)region->base && offset < region->size) {
			*address = region->guest_address + offset;
			return true;
		}
	}
	return false;
}
