/* SPDX-License-Identifier: MIT */
/* Guest memory: tables, slots, files that are not what was claimed, and the dirty log. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/rig.h"
#include "tests/unit/unit.h"

static const struct frontend_options defaults = {0};

/* --- Regions --- */

static void requests_lie_in_many_regions(const struct frontend_options *options)
{
	struct rig *rig = rig_create_ready(options);
	struct frontend *fe = rig->fe;

	/* Each piece of the request in another region. */
	struct iovec out[8], in[8];
	uint32_t written;

	for (uint32_t i = 0; i < 8; i++) {
		uint32_t region = (i * 5 + 1) % fe->region_count;

		out[i] = (struct iovec){frontend_alloc_in(fe, region, 100, 4).host, 100};
		in[i] = (struct iovec){frontend_alloc_in(fe, region, 100, 4).host, 100};
		memset(out[i].iov_base, (int)i + 1, 100);
	}
	assert_int_equal(frontend_request(fe, 0, out, 8, in, 8, &written), 0);
	assert_int_equal(written, 800);
	for (uint32_t i = 0; i < 8; i++)
		assert_memory_equal(out[i].iov_base, in[i].iov_base, 100);
	rig_destroy(rig);
}

static void table_has_eight_regions(void **state)
{
	requests_lie_in_many_regions(
		&(struct frontend_options){.region_count = 8, .region_bytes = 1 << 20});
}

static void slots_have_forty_regions(void **state)
{
	requests_lie_in_many_regions(&(struct frontend_options){
		.region_count = 40, .region_bytes = 1 << 20, .single_slots = true});
}

static void slot_number_is_told(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t slots;

	assert_int_equal(frontend_get_u64(rig->fe, MESSAGE_GET_MAX_MEM_SLOTS, &slots), 0);
	assert_true(slots >= 64);
	rig_destroy(rig);
}

/* A descriptor may cross from one region to the next where guest addresses do. */
static void descriptor_crosses_adjacent_regions(void **state)
{
	struct rig *rig = rig_create(&(struct frontend_options){.region_count = 2});
	struct frontend *fe = rig->fe;
	struct iovec *held;

	fe->regions[1].memory.address = fe->regions[0].memory.address + fe->regions[0].memory.size;
	assert_int_equal(frontend_setup(fe), 0);
	struct {
		uint64_t address;
		uint32_t size;
		uint16_t flags, next;
	} desc = {fe->regions[1].memory.address - 10, 30, 0, 0};
	memcpy(fe->queues[0].desc.host, &desc, sizeof(desc));
	((uint16_t *)fe->queues[0].driver.host)[1] = 1;
	rig->device.hold = true;
	frontend_kick_always(fe, 0);
	rig_settle(rig);
	assert_false(wl_list_empty(&rig->device.held));
	struct vhost_user_chain *chain = wl_container_of(rig->device.held.next, chain, link);
	held = (struct iovec *)chain->readable;
	assert_int_equal(chain->readable_count, 2);
	assert_int_equal(held[0].iov_len, 10);
	assert_int_equal(held[1].iov_len, 20);
	rig_destroy(rig);
}

static void translation_is_checked(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.region_count = 2});
	struct frontend_memory *ram = &rig->fe->regions[0].memory;
	struct vhost_user_memory *memory = vhost_user_device_memory(&rig->device.base);
	uint64_t end = ram->address + ram->size;
	struct iovec iov[2];

	assert_int_equal(vhost_user_memory_translate(memory, ram->address, 8, iov, 2), 1);
	assert_int_equal(vhost_user_memory_translate(memory, end - 8, 8, iov, 2), 1);
	assert_int_equal(vhost_user_memory_translate(memory, end - 8, 9, iov, 2), -EFAULT);
	assert_int_equal(vhost_user_memory_translate(memory, end, 1, iov, 2), -EFAULT);
	assert_int_equal(vhost_user_memory_translate(memory, ram->address - 1, 2, iov, 2), -EFAULT);
	assert_int_equal(vhost_user_memory_translate(memory, UINT64_MAX, 2, iov, 2), -EFAULT);
	assert_int_equal(
		vhost_user_memory_translate(memory, ram->address, UINT64_MAX, iov, 2), -EFAULT);
	assert_int_equal(vhost_user_memory_translate(memory, ram->address, 8, iov, 0), -E2BIG);
	assert_int_equal(vhost_user_memory_translate(memory, 0, 0, iov, 0), 0);
	rig_destroy(rig);
}

/* --- Tables that are refused --- */

static void assert_table_refused(struct rig *rig, const struct message_mem_table *table,
	const int *fds, size_t fd_count, const char *fault)
{
	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_SET_MEM_TABLE, table, sizeof(*table), fds, fd_count),
		-EREMOTEIO);
	assert_true(rig_log_has("SET_MEM_TABLE: "));
	assert_true(rig_log_has(fault));
	assert_int_equal(rig_log_lines(), 1);
	/* The old table still serves. */
	rig_echo(rig, 0, 1000, 100);
	rig_destroy(rig);
}

static struct message_mem_table table_of(const struct rig *rig, uint32_t count)
{
	struct message_mem_table table = {.count = count};

	for (uint32_t i = 0; i < count && i < MESSAGE_TABLE_REGIONS; i++)
		table.regions[i] = frontend_region_message(rig->fe, i % rig->fe->region_count);
	return table;
}

static void overlap_of_guest_addresses_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.region_count = 2});
	struct message_mem_table table = table_of(rig, 2);
	int fds[] = {rig->fe->regions[0].fd, rig->fe->regions[1].fd};

	table.regions[1].guest_address = table.regions[0].guest_address + 4096;
	assert_table_refused(rig, &table, fds, 2, "regions overlap in guest addresses");
}

static void overlap_of_user_addresses_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.region_count = 2});
	struct message_mem_table table = table_of(rig, 2);
	int fds[] = {rig->fe->regions[0].fd, rig->fe->regions[1].fd};

	table.regions[1].user_address = table.regions[0].user_address - 4096;
	assert_table_refused(rig, &table, fds, 2, "regions overlap in user addresses");
}

static void guest_address_that_overflows_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_table table = table_of(rig, 1);

	table.regions[0].guest_address = UINT64_MAX - 4096;
	assert_table_refused(
		rig, &table, &rig->fe->regions[0].fd, 1, "a region's addresses overflow");
}

static void user_address_that_overflows_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_table table = table_of(rig, 1);

	table.regions[0].user_address = UINT64_MAX - 4096;
	assert_table_refused(
		rig, &table, &rig->fe->regions[0].fd, 1, "a region's addresses overflow");
}

static void file_offset_that_overflows_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_table table = table_of(rig, 1);

	table.regions[0].file_offset = UINT64_MAX - 4096;
	assert_table_refused(
		rig, &table, &rig->fe->regions[0].fd, 1, "a region's file offset overflows");
}

static void file_smaller_than_claimed_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_table table = table_of(rig, 1);

	table.regions[0].size += 4096;
	assert_table_refused(
		rig, &table, &rig->fe->regions[0].fd, 1, "a region is larger than its file");
}

static void file_offset_past_end_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_table table = table_of(rig, 1);

	table.regions[0].file_offset = 4096;
	assert_table_refused(
		rig, &table, &rig->fe->regions[0].fd, 1, "a region is larger than its file");
}

static void empty_region_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_table table = table_of(rig, 1);

	table.regions[0].size = 0;
	assert_table_refused(rig, &table, &rig->fe->regions[0].fd, 1, "a region is empty");
}

static void region_that_is_no_file_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_table table = table_of(rig, 1);

	assert_table_refused(rig, &table, &rig->fe->queues[0].kick_fd, 1, "not a memory file");
}

static void region_that_is_read_only_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_table table = table_of(rig, 1);
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", rig->fe->regions[0].fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_SET_MEM_TABLE, &table, 40, &fd, 1), -EREMOTEIO);
	close(fd);
	assert_true(rig_log_has("a region cannot be mapped"));
	rig_destroy(rig);
}

static void fewer_descriptors_than_regions_are_refused(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.region_count = 2});
	struct message_mem_table table = table_of(rig, 2);

	assert_table_refused(
		rig, &table, &rig->fe->regions[0].fd, 1, "not as many descriptors as regions");
}

static void more_regions_than_fit_are_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_table table = table_of(rig, 9);

	assert_table_refused(rig, &table, &rig->fe->regions[0].fd, 1, "too many regions");
}

static void payload_shorter_than_its_regions_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_table table = table_of(rig, 1);

	assert_int_equal(frontend_set(rig->fe, MESSAGE_SET_MEM_TABLE, &table, 39,
				 &rig->fe->regions[0].fd, 1),
		-EREMOTEIO);
	assert_true(rig_log_has("the payload is shorter than its regions"));
	rig_destroy(rig);
}

static void slot_that_overlaps_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_reg reg = {.region = frontend_region_message(rig->fe, 0)};

	assert_int_equal(frontend_set(rig->fe, MESSAGE_ADD_MEM_REG, &reg, sizeof(reg),
				 &rig->fe->regions[0].fd, 1),
		-EREMOTEIO);
	assert_true(rig_log_has("ADD_MEM_REG: regions overlap"));
	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_ADD_MEM_REG, &reg, sizeof(reg), NULL, 0), -EREMOTEIO);
	assert_true(rig_log_has("ADD_MEM_REG: a region without a descriptor"));
	rig_destroy(rig);
}

static void unknown_slot_cannot_be_removed(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_mem_reg reg = {.region = frontend_region_message(rig->fe, 0)};

	reg.region.size -= 4096;
	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_REM_MEM_REG, &reg, sizeof(reg), NULL, 0), -EREMOTEIO);
	assert_true(rig_log_has("REM_MEM_REG: no such region"));
	rig_echo(rig, 0, 100, 100);
	rig_destroy(rig);
}

/* --- Changes while things are in flight --- */

/* The chain was popped, then its memory is taken out of the table: its pieces stay readable. */
static void chain_in_flight_keeps_its_memory(void **state)
{
	struct rig *rig = rig_create_ready(
		&(struct frontend_options){.region_count = 2, .single_slots = true});
	struct frontend *fe = rig->fe;
	struct message_mem_reg reg = {.region = frontend_region_message(fe, 1)};
	struct iovec out = {frontend_alloc_in(fe, 1, 64, 4).host, 64};
	struct iovec in = {frontend_alloc_in(fe, 1, 64, 4).host, 64};
	uint32_t changes = rig->device.memory_changes, written;

	memset(out.iov_base, 0x5a, 64);
	rig->device.hold = true;
	assert_int_equal(frontend_submit(fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(fe, 0);
	rig_settle(rig);
	assert_int_equal(frontend_set(fe, MESSAGE_REM_MEM_REG, &reg, sizeof(reg), NULL, 0), 0);
	assert_int_equal(rig->device.memory_changes, changes + 1);
	rig_release(rig, false);
	assert_int_equal(frontend_wait(fe, 0), 0);
	assert_int_equal(frontend_collect(fe, 0, NULL, &written), 1);
	assert_int_equal(written, 64);
	assert_memory_equal(out.iov_base, in.iov_base, 64);
	rig_destroy(rig);
}

/* A table that is held outlives its replacement. */
static void held_table_stays_mapped(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct vhost_user_memory *memory =
		vhost_user_memory_ref(vhost_user_device_memory(&rig->device.base));
	struct iovec iov;

	assert_int_equal(vhost_user_memory_translate(
				 memory, rig->fe->regions[0].memory.address, 64, &iov, 1),
		1);
	frontend_destroy(rig->fe);
	rig->fe = NULL;
	rig_settle(rig);
	assert_null(vhost_user_device_memory(&rig->device.base));
	memset(iov.iov_base, 1, 64);
	vhost_user_memory_unref(memory);
	rig_destroy(rig);
}

/* What a helper process would make of the regions is the same memory. */
static void table_is_made_again_elsewhere(void **state)
{
	struct frontend_options options = {.queue_count = 2, .region_count = 3};
	struct rig *rig = rig_create_ready(&options);
	struct vhost_user_memory *memory = vhost_user_device_memory(&rig->device.base), *again;
	struct vhost_user_memory_region regions[3];
	int fds[3];

	assert_int_equal(vhost_user_memory_region_count(memory), 3);
	for (size_t i = 0; i < 3; i++)
		fds[i] = vhost_user_memory_region_get(memory, i, &regions[i]);
	again = vhost_user_memory_create(regions, fds, 3);
	assert_non_null(again);
	for (uint32_t i = 0; i < 3; i++) {
		const struct frontend_memory *ram = &rig->fe->regions[i].memory;
		struct iovec iov;

		assert_int_equal(vhost_user_memory_translate(
					 again, ram->address + ram->size - 8, 8, &iov, 1),
			1);
		memset(iov.iov_base, (int)(0x40 + i), 8);
		assert_int_equal(((char *)ram->host)[ram->size - 1], 0x40 + i);
	}
	vhost_user_memory_unref(again);
	/* Two that overlap, and a file that is too small. */
	regions[1] = regions[0];
	assert_null(vhost_user_memory_create(regions, fds, 2));
	regions[0].size = UINT64_C(1) << 40;
	assert_null(vhost_user_memory_create(regions, fds, 1));
	rig_destroy(rig);
}

static void same_table_again_keeps_rings_running(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	rig_echo(rig, 0, 100, 10);
	assert_int_equal(frontend_memory_send(rig->fe), 0);
	rig_echo(rig, 0, 100, 10);
	assert_int_equal(rig->device.stopped, 0);
	rig_destroy(rig);
}

/* Front ends take a region out and put it back while rings run. */
static void ring_out_of_memory_waits_until_it_is_back(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.single_slots = true});
	struct frontend *fe = rig->fe;
	struct message_mem_reg reg = {.region = frontend_region_message(fe, 0)};
	uint32_t data = 5, answer = 0;
	struct iovec out = {&data, 4}, in = {&answer, 4};

	rig_echo(rig, 0, 100, 10);
	assert_int_equal(frontend_set(fe, MESSAGE_REM_MEM_REG, &reg, sizeof(reg), NULL, 0), 0);
	assert_true(rig_log_has("queue 0 waits"));
	assert_int_equal(frontend_submit(fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(fe, 0);
	rig_settle(rig);
	assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 0);
	assert_int_equal(frontend_memory_send(fe), 0);
	assert_int_equal(frontend_wait(fe, 0), 0);
	assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 1);
	assert_int_equal(answer, 5);
	assert_int_equal(rig->device.resets, 0);
	rig_destroy(rig);
}

/* --- Files that shrink --- */

static void file_that_shrinks_reads_zeroes_and_drops(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct iovec iov;
	uint8_t zeroes[64] = {0};

	assert_int_equal(vhost_user_memory_translate(vhost_user_device_memory(&rig->device.base),
				 rig->fe->regions[0].memory.address + 0x100000, 64, &iov, 1),
		1);
	memset(iov.iov_base, 1, 64);
	assert_int_equal(ftruncate(rig->fe->regions[0].fd, 4096), 0);
	assert_memory_equal(iov.iov_base, zeroes, 64);
	assert_int_equal(frontend_wait_closed(rig->fe), 0);
	assert_true(rig_log_has("guest memory: its file became smaller"));
	assert_int_equal(rig_log_lines(), 1);
	frontend_destroy(rig->fe);
	rig->fe = rig_connect(rig, NULL);
	assert_int_equal(frontend_setup(rig->fe), 0);
	rig_echo(rig, 0, 100, 10);
	rig_destroy(rig);
}

/* The same where the ring itself is lost, in the middle of the work. */
static void ring_file_that_shrinks_drops(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint32_t data = 5, answer = 0;
	struct iovec out = {&data, 4}, in = {&answer, 4};

	rig->device.hold = true;
	assert_int_equal(frontend_submit(rig->fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(rig->fe, 0);
	rig_settle(rig);
	assert_int_equal(ftruncate(rig->fe->regions[0].fd, 0), 0);
	rig_release(rig, false);
	assert_int_equal(frontend_wait_closed(rig->fe), 0);
	assert_int_equal(rig->device.resets, 1);
	rig_destroy(rig);
}

/* A bus error that is not about guest memory ends the process as it always did. */
static void foreign_bus_error_still_kills(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		int fd = memfd_create("foreign", MFD_CLOEXEC);
		volatile char *page;

		/* Sanitizers have a handler of their own, which reports and exits. */
		signal(SIGBUS, SIG_DFL);
		page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
		_exit(page[0]);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
	rig_destroy(rig);
}

/* --- The dirty log --- */

static int send_log(struct rig *rig, int fd, uint64_t size)
{
	struct message_log log = {.size = size};
	uint64_t result;
	struct message_header header;
	int ret = frontend_send(rig->fe, MESSAGE_SET_LOG_BASE, 0, &log, sizeof(log), &fd, 1);

	if (ret == 0)
		ret = frontend_receive(rig->fe, &header, &result, sizeof(result));
	assert_int_equal(header.size, 8);
	return ret ? ret : result ? -EREMOTEIO : 0;
}

static bool page_is_dirty(const uint8_t *bits, uint64_t address)
{
	return bits[address / 4096 / 8] >> (address / 4096 % 8) & 1;
}

static void written_pages_are_logged(const struct frontend_options *options)
{
	struct rig *rig = rig_create_ready(options);
	struct frontend *fe = rig->fe;
	struct frontend_queue *queue = &fe->queues[0];
	size_t size =
		(size_t)((fe->regions[0].memory.address + fe->regions[0].memory.size) / 4096 / 8);
	int fd = memfd_create("log", MFD_CLOEXEC);
	struct iovec out = {frontend_alloc(fe, 3 * 4096, 4096).host, 3 * 4096};
	struct iovec in = {frontend_alloc(fe, 4 * 4096, 4096).host, 4 * 4096};
	struct frontend_memory extra = frontend_alloc(fe, 4096, 4096);
	uint64_t in_address = frontend_address(fe, in.iov_base);
	struct iovec dirty;
	struct message_vring_addr addr = {
		.flags = MESSAGE_VRING_LOG,
		.desc_user = (uintptr_t)queue->desc.host,
		.avail_user = (uintptr_t)queue->driver.host,
		.used_user = (uintptr_t)queue->device.host,
		.log_guest = queue->device.address,
	};
	uint32_t written;
	uint8_t *bits;

	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	bits = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(bits != MAP_FAILED);
	/* Before it is switched on nothing is logged. */
	assert_int_equal(send_log(rig, fd, size), 0);
	assert_int_equal(frontend_request(fe, 0, &out, 1, &in, 1, &written), 0);
	assert_false(page_is_dirty(bits, in_address));
	/* On a running ring, as migration does. */
	assert_int_equal(
		frontend_set_u64(fe, MESSAGE_SET_FEATURES, fe->features | FEATURE_LOG_ALL), 0);
	assert_int_equal(frontend_set(fe, MESSAGE_SET_VRING_ADDR, &addr, sizeof(addr), NULL, 0), 0);
	assert_int_equal(rig->device.stopped, 0);
	assert_int_equal(vhost_user_memory_translate(vhost_user_device_memory(&rig->device.base),
				 extra.address, 8, &dirty, 1),
		1);
	rig->device.dirty = dirty;
	assert_int_equal(frontend_request(fe, 0, &out, 1, &in, 1, &written), 0);
	assert_int_equal(written, 3 * 4096);
	for (int i = 0; i < 3; i++)
		assert_true(page_is_dirty(bits, in_address + (uint64_t)i * 4096));
	assert_false(page_is_dirty(bits, in_address + 3 * 4096));
	assert_false(page_is_dirty(bits, frontend_address(fe, out.iov_base)));
	assert_true(page_is_dirty(bits, queue->device.address));
	assert_int_equal(page_is_dirty(bits, queue->desc.address), options->packed);
	assert_true(page_is_dirty(bits, extra.address));
	/* And off again. */
	assert_int_equal(frontend_set_u64(fe, MESSAGE_SET_FEATURES, fe->features), 0);
	memset(bits, 0, size);
	assert_int_equal(frontend_request(fe, 0, &out, 1, &in, 1, &written), 0);
	assert_false(page_is_dirty(bits, in_address));
	munmap(bits, size);
	close(fd);
	rig_destroy(rig);
}

static void split_written_pages_are_logged(void **state)
{
	written_pages_are_logged(&defaults);
}

static void packed_written_pages_are_logged(void **state)
{
	written_pages_are_logged(&(struct frontend_options){.packed = true});
}

static void pages_past_the_log_are_not_marked(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, 1), 0);
	assert_int_equal(send_log(rig, fd, 1), 0);
	assert_int_equal(frontend_set_u64(rig->fe, MESSAGE_SET_FEATURES,
				 rig->fe->features | FEATURE_LOG_ALL),
		0);
	rig_echo(rig, 0, 10000, 1000);
	close(fd);
	rig_destroy(rig);
}

static void log_file_smaller_than_claimed_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, 100), 0);
	assert_int_equal(send_log(rig, fd, 101), -EREMOTEIO);
	assert_true(rig_log_has("SET_LOG_BASE: the log is larger than its file"));
	assert_int_equal(send_log(rig, fd, 0), -EREMOTEIO);
	assert_int_equal(send_log(rig, fd, UINT64_MAX), -EREMOTEIO);
	close(fd);
	rig_destroy(rig);
}

static void log_file_that_shrinks_drops(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	int fd = memfd_create("log", MFD_CLOEXEC);
	uint8_t data[64] = {0};
	struct iovec out = {data, 64}, in = {data, 64};

	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	assert_int_equal(send_log(rig, fd, 1 << 20), 0);
	assert_int_equal(frontend_set_u64(rig->fe, MESSAGE_SET_FEATURES,
				 rig->fe->features | FEATURE_LOG_ALL),
		0);
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	assert_int_equal(frontend_submit(rig->fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(rig->fe, 0);
	assert_int_equal(frontend_wait_closed(rig->fe), 0);
	assert_true(rig_log_has("its file became smaller"));
	rig_destroy(rig);
}

static void log_descriptor_is_accepted(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_SET_LOG_FD, NULL, 0, &rig->fe->queues[0].kick_fd, 1),
		0);
	rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(table_has_eight_regions),
	cmocka_unit_test(slots_have_forty_regions),
	cmocka_unit_test(slot_number_is_told),
	cmocka_unit_test(descriptor_crosses_adjacent_regions),
	cmocka_unit_test(translation_is_checked),
	cmocka_unit_test(overlap_of_guest_addresses_is_refused),
	cmocka_unit_test(overlap_of_user_addresses_is_refused),
	cmocka_unit_test(guest_address_that_overflows_is_refused),
	cmocka_unit_test(user_address_that_overflows_is_refused),
	cmocka_unit_test(file_offset_that_overflows_is_refused),
	cmocka_unit_test(file_smaller_than_claimed_is_refused),
	cmocka_unit_test(file_offset_past_end_is_refused),
	cmocka_unit_test(empty_region_is_refused),
	cmocka_unit_test(region_that_is_no_file_is_refused),
	cmocka_unit_test(region_that_is_read_only_is_refused),
	cmocka_unit_test(fewer_descriptors_than_regions_are_refused),
	cmocka_unit_test(more_regions_than_fit_are_refused),
	cmocka_unit_test(payload_shorter_than_its_regions_is_refused),
	cmocka_unit_test(slot_that_overlaps_is_refused),
	cmocka_unit_test(unknown_slot_cannot_be_removed),
	cmocka_unit_test(chain_in_flight_keeps_its_memory),
	cmocka_unit_test(held_table_stays_mapped),
	cmocka_unit_test(table_is_made_again_elsewhere),
	cmocka_unit_test(same_table_again_keeps_rings_running),
	cmocka_unit_test(ring_out_of_memory_waits_until_it_is_back),
	cmocka_unit_test(file_that_shrinks_reads_zeroes_and_drops),
	cmocka_unit_test(ring_file_that_shrinks_drops),
	cmocka_unit_test(foreign_bus_error_still_kills),
	cmocka_unit_test(split_written_pages_are_logged),
	cmocka_unit_test(packed_written_pages_are_logged),
	cmocka_unit_test(pages_past_the_log_are_not_marked),
	cmocka_unit_test(log_file_smaller_than_claimed_is_refused),
	cmocka_unit_test(log_file_that_shrinks_drops),
	cmocka_unit_test(log_descriptor_is_accepted),
};

UNIT_MAIN(cases)
