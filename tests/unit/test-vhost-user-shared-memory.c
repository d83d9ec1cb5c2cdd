/* SPDX-License-Identifier: MIT */
/* Shared memory regions: what is told of them, and files that the front end maps into them. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/rig.h"
#include "tests/unit/unit.h"

#define PAGE 4096u
#define REGION 1u
#define REGION_BYTES (16 * PAGE)
#define NOT_DONE 1

/* A device with a region, and a front end that has set it up. */
static struct rig *start_with(const struct frontend_options *options)
{
	struct rig *rig = rig_create(options);

	rig->device.base.shared_memory_bytes[REGION] = REGION_BYTES;
	assert_int_equal(frontend_setup(rig->fe), 0);
	return rig;
}

static struct rig *start(void)
{
	return start_with(&(struct frontend_options){
		.shared_memory = true, .queue_count = RIG_QUEUES, .pump = rig_pump});
}

static void done(void *data, int error)
{
	*(int *)data = error;
}

static int file_of(uint32_t pages)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)pages * PAGE), 0);
	return fd;
}

static int map(struct rig *rig, uint64_t offset, uint64_t size, int fd, int *result)
{
	*result = NOT_DONE;
	return vhost_user_device_map(&rig->device.base, REGION, offset, size, fd, done, result);
}

static int unmap(struct rig *rig, uint64_t offset, uint64_t size, int *result)
{
	*result = NOT_DONE;
	return vhost_user_device_unmap(&rig->device.base, REGION, offset, size, done, result);
}

/* Both sides run until it is done. */
static int settled(struct rig *rig, const int *result)
{
	for (int i = 0; i < 100 && *result == NOT_DONE; i++) {
		char byte;

		rig_pump(rig);
		if (recv(rig->fe->backend_channel, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1)
			assert_int_equal(frontend_shared_memory_serve(rig->fe), 0);
	}
	return *result;
}

static void regions_are_told(void **state)
{
	struct rig *rig = start();
	struct message_shmem_config config;

	assert_int_equal(
		frontend_ask(rig->fe, MESSAGE_GET_SHMEM_CONFIG, NULL, 0, &config, sizeof(config)),
		0);
	assert_int_equal(config.count, 1);
	for (uint32_t i = 0; i < MESSAGE_MAX_SHMEM_REGIONS; i++)
		assert_true(config.sizes[i] == (i == REGION ? REGION_BYTES : 0));
	assert_true(vhost_user_device_can_map(&rig->device.base));
	rig_destroy(rig);
}

static void device_without_regions_offers_nothing(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){
		.shared_memory = true, .queue_count = RIG_QUEUES, .pump = rig_pump});
	int fd = file_of(1), result;

	assert_false(rig->fe->protocol_offered & UINT64_C(1) << MESSAGE_PROTOCOL_SHMEM);
	assert_false(vhost_user_device_can_map(&rig->device.base));
	assert_int_equal(map(rig, 0, PAGE, fd, &result), -ENOTSUP);
	assert_int_equal(result, NOT_DONE);
	close(fd);
	/* Nor is there an answer without the feature. */
	assert_int_equal(frontend_send(rig->fe, MESSAGE_GET_SHMEM_CONFIG, 0, NULL, 0, NULL, 0), 0);
	assert_int_equal(frontend_wait_closed(rig->fe), 0);
	rig_destroy(rig);
}

static void front_end_without_regions_is_not_asked(void **state)
{
	struct rig *rig =
		start_with(&(struct frontend_options){.queue_count = RIG_QUEUES, .pump = rig_pump});
	int fd = file_of(1), result;

	assert_false(vhost_user_device_can_map(&rig->device.base));
	assert_int_equal(map(rig, 0, PAGE, fd, &result), -ENOTSUP);
	assert_int_equal(unmap(rig, 0, PAGE, &result), -ENOTSUP);
	close(fd);
	rig_destroy(rig);
}

static void front_end_that_does_not_acknowledge_is_not_asked(void **state)
{
	struct rig *rig = start_with(&(struct frontend_options){.queue_count = RIG_QUEUES,
		.protocol_features = 1u << MESSAGE_PROTOCOL_SHMEM |
				     1u << MESSAGE_PROTOCOL_BACKEND_REQ |
				     1u << MESSAGE_PROTOCOL_BACKEND_SEND_FD,
		.pump = rig_pump});

	assert_false(vhost_user_device_can_map(&rig->device.base));
	rig_destroy(rig);
}

static void file_is_mapped_and_unmapped(void **state)
{
	struct rig *rig = start();
	int fd = file_of(2), result;

	assert_int_equal(pwrite(fd, "seen", 4, PAGE), 4);
	assert_int_equal(map(rig, 3 * PAGE, 2 * PAGE, fd, &result), 0);
	assert_int_equal(settled(rig, &result), 0);
	assert_int_equal(rig->fe->shared.last_map.flags, MESSAGE_SHMEM_WRITABLE);
	assert_memory_equal(rig->fe->shared.host + 4 * PAGE, "seen", 4);
	memcpy(rig->fe->shared.host + 3 * PAGE, "back", 4);
	assert_int_equal(pread(fd, &result, 4, 0), 4);
	assert_memory_equal(&result, "back", 4);
	assert_int_equal(unmap(rig, 3 * PAGE, 2 * PAGE, &result), 0);
	assert_int_equal(settled(rig, &result), 0);
	assert_int_equal(rig->fe->shared.unmaps, 1);
	close(fd);
	rig_destroy(rig);
}

/* The file may be closed as soon as it was asked for, and other messages go between. */
static void requests_are_carried_out_in_order(void **state)
{
	struct rig *rig = start();
	int results[8];

	for (uint32_t i = 0; i < COUNT(results); i++) {
		int fd = file_of(1);

		assert_int_equal(pwrite(fd, &i, sizeof(i), 0), sizeof(i));
		if (i % 2)
			assert_int_equal(unmap(rig, 0, PAGE, &results[i]), 0);
		else
			assert_int_equal(map(rig, 0, PAGE, fd, &results[i]), 0);
		vhost_user_device_config_changed(&rig->device.base);
		close(fd);
	}
	assert_int_equal(settled(rig, &results[7]), 0);
	for (uint32_t i = 0; i < COUNT(results); i++)
		assert_int_equal(results[i], 0);
	assert_int_equal(rig->fe->shared.maps, 4);
	assert_int_equal(rig->fe->shared.unmaps, 4);
	rig_destroy(rig);
}

static void refusal_is_told(void **state)
{
	struct rig *rig = start();
	int fd = file_of(1), result;

	rig->fe->shared.refuse = true;
	assert_int_equal(map(rig, 0, PAGE, fd, &result), 0);
	assert_int_equal(settled(rig, &result), -EIO);
	rig->fe->shared.refuse = false;
	assert_int_equal(map(rig, 0, PAGE, fd, &result), 0);
	assert_int_equal(settled(rig, &result), 0);
	close(fd);
	rig_destroy(rig);
}

static void lost_front_end_ends_the_wait(void **state)
{
	struct rig *rig = start();
	int fd = file_of(1), results[3];

	rig->fe->shared.ignore = true;
	for (size_t i = 0; i < COUNT(results); i++)
		assert_int_equal(map(rig, i * PAGE, PAGE, fd, &results[i]), 0);
	rig_settle(rig);
	for (size_t i = 0; i < COUNT(results); i++)
		assert_int_equal(results[i], NOT_DONE);
	close(rig->fe->socket);
	rig->fe->socket = -1;
	rig_settle(rig);
	for (size_t i = 0; i < COUNT(results); i++)
		assert_int_equal(results[i], -ECONNRESET);
	assert_int_equal(map(rig, 0, PAGE, fd, &results[0]), -ENOTSUP);
	close(fd);
	rig_destroy(rig);
}

static void nonsense_for_an_acknowledgement_ends_the_channel(void **state)
{
	struct rig *rig = start();
	char nonsense[20] = {0};
	int fd = file_of(1), result;

	assert_int_equal(map(rig, 0, PAGE, fd, &result), 0);
	assert_int_equal(send(rig->fe->backend_channel, nonsense, sizeof(nonsense), 0), 20);
	rig_settle(rig);
	assert_int_equal(result, -ECONNRESET);
	assert_int_equal(map(rig, 0, PAGE, fd, &result), -ECONNRESET);
	assert_int_equal(frontend_check_open(rig->fe), 0);
	close(fd);
	rig_destroy(rig);
}

/* Another channel in place of the first. */
static void replaced_channel_ends_the_wait(void **state)
{
	struct rig *rig = start();
	int fd = file_of(1), result, pair[2];

	rig->fe->shared.ignore = true;
	assert_int_equal(map(rig, 0, PAGE, fd, &result), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_SET_BACKEND_REQ_FD, NULL, 0, &pair[1], 1), 0);
	close(pair[1]);
	assert_int_equal(result, -ECONNRESET);
	assert_int_equal(rig->fe->backend_channel, -1);
	rig->fe->backend_channel = pair[0];
	rig->fe->shared.ignore = false;
	assert_int_equal(map(rig, 0, PAGE, fd, &result), 0);
	assert_int_equal(settled(rig, &result), 0);
	close(fd);
	rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(regions_are_told),
	cmocka_unit_test(device_without_regions_offers_nothing),
	cmocka_unit_test(front_end_without_regions_is_not_asked),
	cmocka_unit_test(front_end_that_does_not_acknowledge_is_not_asked),
	cmocka_unit_test(file_is_mapped_and_unmapped),
	cmocka_unit_test(requests_are_carried_out_in_order),
	cmocka_unit_test(refusal_is_told),
	cmocka_unit_test(lost_front_end_ends_the_wait),
	cmocka_unit_test(nonsense_for_an_acknowledgement_ends_the_channel),
	cmocka_unit_test(replaced_channel_ends_the_wait),
};

UNIT_MAIN(cases)
