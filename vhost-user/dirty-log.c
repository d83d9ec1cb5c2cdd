/* SPDX-License-Identifier: MIT */
/* The dirty log: one bit per guest page, set with atomic operations as the front end clears them.
 */
#include "vhost-user/dirty-log.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/checked.h"
#include "vhost-user/guard.h"

struct dirty_log {
	uint8_t *bits;
	uint64_t size; /* bytes */
	void *mapping;
	size_t mapping_size;
};

struct dirty_log *dirty_log_create(
	int fd, uint64_t size, uint64_t offset, int wake_fd, const char **fault)
{
	uint64_t lead = offset % (uint64_t)sysconf(_SC_PAGESIZE);
	struct dirty_log *log;
	struct stat info;
	uint64_t end;

	if (!size || !checked_add(offset, size, &end) || end > INT64_MAX) {
		*fault = "the log's size is empty or overflows";
		return NULL;
	}
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) || (uint64_t)info.st_size < end) {
		*fault = "the log is larger than its file";
		return NULL;
	}
	*fault = "the log cannot be mapped";
	log = calloc(1, sizeof(*log));
	if (!log)
		return NULL;
	log->size = size;
	log->mapping_size = size + lead;
	log->mapping = mmap(NULL, log->mapping_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		(off_t)(offset - lead));
	if (log->mapping == MAP_FAILED)
		goto err_log;
	if (guard_add(log->mapping, log->mapping_size, wake_fd) < 0)
		goto err_mapping;
	log->bits = (uint8_t *)log->mapping + lead;
	return log;

err_mapping:
	munmap(log->mapping, log->mapping_size);
err_log:
	free(log);
	return NULL;
}

void dirty_log_destroy(struct dirty_log *log)
{
	if (!log)
		return;
	guard_remove(log->mapping);
	munmap(log->mapping, log->mapping_size);
	free(log);
}

void dirty_log_mark(struct dirty_log *log, uint64_t address, uint64_t size)
{
	uint64_t last;

	if (!size || !checked_add(address, size - 1, &last))
		return;
	for (uint64_t page = address / DIRTY_LOG_PAGE_BYTES; page <= last / DIRTY_LOG_PAGE_BYTES;
		page++) {
		if (page / 8 >= log->size)
			return;
		/* Orders the data before the bit that has it copied. */
		__atomic_fetch_or(
			&log->bits[page / 8], (uint8_t)(1u << page % 8), __ATOMIC_SEQ_CST);
	}
}
