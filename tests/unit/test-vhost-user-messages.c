/* SPDX-License-Identifier: MIT */
/* Every request of the front end: what it does, and how a wrong one is refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/rig.h"
#include "tests/unit/unit.h"

static const struct frontend_options defaults = {0};

/* Two more descriptors that a test passes and closes. */
static int make_eventfd(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	assert_true(fd >= 0);
	return fd;
}

/* A request that is well framed: it is refused with an acknowledgement, the connection stays. */
static void assert_refused(struct rig *rig, uint32_t request, const void *payload, size_t size,
	const int *fds, size_t fd_count, const char *fault)
{
	assert_int_equal(frontend_set(rig->fe, request, payload, size, fds, fd_count), -EREMOTEIO);
	assert_true(rig_log_has(fault));
	assert_int_equal(rig_log_lines(), 1);
	assert_int_equal(frontend_check_open(rig->fe), 0);
	rig_destroy(rig);
}

/* The same without REPLY_ACK: the connection is dropped. So it is for requests that are answered.
 */
static void assert_dropped(struct rig *rig, const char *fault)
{
	assert_int_equal(frontend_wait_closed(rig->fe), 0);
	assert_true(rig_log_has("front end dropped"));
	assert_true(rig_log_has(fault));
	assert_int_equal(rig_log_lines(), 1);
	assert_int_equal(rig->device.resets, 1);
	/* The server goes on listening. */
	frontend_destroy(rig->fe);
	rig->fe = rig_connect(rig, NULL);
	assert_int_equal(frontend_setup(rig->fe), 0);
	rig_echo(rig, 0, 100, 10);
	rig_destroy(rig);
}

/* --- Features --- */

static void features_are_offered(void **state)
{
	struct rig *rig = rig_create(&defaults);
	uint64_t features;

	assert_int_equal(frontend_get_u64(rig->fe, MESSAGE_GET_FEATURES, &features), 0);
	assert_int_equal(features, RIG_DEVICE_FEATURES | FEATURE_LOG_ALL | FEATURE_INDIRECT_DESC |
					   FEATURE_EVENT_IDX | FEATURE_PROTOCOL_FEATURES |
					   FEATURE_VERSION_1 | FEATURE_RING_PACKED);
	rig_destroy(rig);
}

static void device_is_told_its_features(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.features = 1u << 5});

	assert_int_equal(rig->device.features, 1u << 5);
	assert_int_equal(rig->device.features_sets, 1);
	rig_destroy(rig);
}

/* The front end's own. */
static void feature_that_was_not_offered_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t features = rig->fe->features | 1u << 6;

	assert_refused(rig, MESSAGE_SET_FEATURES, &features, 8, NULL, 0,
		"SET_FEATURES: a feature that was not offered");
}

static void features_of_the_front_end_are_ignored(void **state)
{
	struct rig *rig = rig_create(&defaults);

	assert_int_equal(frontend_negotiate(rig->fe), 0);
	assert_int_equal(frontend_set_u64(rig->fe, MESSAGE_SET_FEATURES,
				 rig->fe->features | UINT64_C(1) << 40 | 1u << 5),
		0);
	assert_int_equal(rig->device.features, 1u << 5);
	rig_destroy(rig);
}

static void features_cannot_change_while_a_ring_runs(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t features = rig->fe->features ^ FEATURE_EVENT_IDX;

	assert_refused(rig, MESSAGE_SET_FEATURES, &features, 8, NULL, 0,
		"features cannot change while a ring is started");
}

static void protocol_features_are_offered(void **state)
{
	struct rig *rig = rig_create(&defaults);
	uint64_t features;

	assert_int_equal(frontend_get_u64(rig->fe, MESSAGE_GET_PROTOCOL_FEATURES, &features), 0);
	/* MQ LOG_SHMFD REPLY_ACK BACKEND_REQ CONFIG BACKEND_SEND_FD RESET_DEVICE
	 * INBAND_NOTIFICATIONS CONFIGURE_MEM_SLOTS STATUS */
	assert_int_equal(features, 0x1e62b);
	rig_destroy(rig);
}

static void protocol_feature_that_was_not_offered_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t features = UINT64_C(1) << 12;

	assert_refused(rig, MESSAGE_SET_PROTOCOL_FEATURES, &features, 8, NULL, 0,
		"a protocol feature that was not offered");
}

static void queue_number_is_told(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t number;

	assert_int_equal(frontend_get_u64(rig->fe, MESSAGE_GET_QUEUE_NUM, &number), 0);
	assert_int_equal(number, RIG_QUEUES);
	rig_destroy(rig);
}

static void request_without_its_protocol_feature_is_dropped(void **state)
{
	struct rig *rig = rig_create(&defaults);
	uint64_t status = 0;

	frontend_send(rig->fe, MESSAGE_SET_STATUS, 0, &status, 8, NULL, 0);
	assert_dropped(rig, "SET_STATUS: its protocol feature was not negotiated");
}

static void owner_requests_are_accepted(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	assert_int_equal(frontend_set(rig->fe, MESSAGE_SET_OWNER, NULL, 0, NULL, 0), 0);
	assert_int_equal(frontend_set(rig->fe, MESSAGE_RESET_OWNER, NULL, 0, NULL, 0), 0);
	assert_int_equal(rig->device.resets, 0);
	rig_echo(rig, 0, 10, 10);
	rig_destroy(rig);
}

static void status_is_kept(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t status;

	assert_int_equal(frontend_set_u64(rig->fe, MESSAGE_SET_STATUS, 0xf), 0);
	assert_int_equal(frontend_get_u64(rig->fe, MESSAGE_GET_STATUS, &status), 0);
	assert_int_equal(status, 0xf);
	rig_destroy(rig);
}

static void status_of_more_than_8_bits_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t status = 256;

	assert_refused(rig, MESSAGE_SET_STATUS, &status, 8, NULL, 0, "a status has 8 bits");
}

/* --- Framing --- */

static void send_header(struct rig *rig, uint32_t request, uint32_t flags, uint32_t size)
{
	struct message_header header = {request, flags, size};

	assert_int_equal(frontend_send_raw(rig->fe, &header, sizeof(header), NULL, 0), 0);
}

static void wrong_version_is_dropped(void **state)
{
	struct rig *rig = rig_create(&defaults);

	send_header(rig, MESSAGE_GET_FEATURES, 2, 0);
	assert_dropped(rig, "GET_FEATURES: the protocol version is not 1");
}

static void reply_flag_is_dropped(void **state)
{
	struct rig *rig = rig_create(&defaults);

	send_header(rig, MESSAGE_GET_FEATURES, 5, 0);
	assert_dropped(rig, "GET_FEATURES: a reply that nobody asked for");
}

static void short_payload_is_dropped(void **state)
{
	struct rig *rig = rig_create(&defaults);

	send_header(rig, MESSAGE_SET_VRING_ADDR, 1, 39);
	assert_dropped(rig, "SET_VRING_ADDR: the payload is too short");
}

static void long_payload_is_dropped(void **state)
{
	struct rig *rig = rig_create(&defaults);

	send_header(rig, MESSAGE_SET_FEATURES, 1, 9);
	assert_dropped(rig, "SET_FEATURES: the payload is too long");
}

static void huge_payload_is_dropped(void **state)
{
	struct rig *rig = rig_create(&defaults);

	send_header(rig, 77, 1, 0xffffffff);
	assert_dropped(rig, "an unknown request: the payload is too long");
}

static void unknown_request_is_dropped(void **state)
{
	struct rig *rig = rig_create(&defaults);

	send_header(rig, 22, 1, 0);
	assert_dropped(rig, "an unknown request: it is not supported");
}

static void unknown_request_is_refused_where_acknowledged(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	assert_refused(rig, 0x7fffffff, NULL, 0, NULL, 0, "an unknown request");
}

static void refusal_without_acknowledgement_drops(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct message_vring_state num = {0, 100};

	frontend_send(rig->fe, MESSAGE_SET_VRING_NUM, 0, &num, sizeof(num), NULL, 0);
	assert_dropped(rig, "SET_VRING_NUM: the ring's size is not a power of two");
}

static void unexpected_descriptor_is_closed_and_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t status = 1;
	int fd = make_eventfd();

	assert_int_equal(frontend_set(rig->fe, MESSAGE_SET_STATUS, &status, 8, &fd, 1), -EREMOTEIO);
	assert_true(rig_log_has("SET_STATUS: unexpected descriptors"));
	close(fd);
	rig_destroy(rig);
}

static void too_many_descriptors_are_closed_and_dropped(void **state)
{
	struct rig *rig = rig_create(&defaults);
	uint64_t status = 1;
	int fds[20];

	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = make_eventfd();
	frontend_send(rig->fe, MESSAGE_SET_MEM_TABLE, 0, &status, 8, fds, COUNT(fds));
	for (size_t i = 0; i < COUNT(fds); i++)
		close(fds[i]);
	assert_dropped(rig, "too many descriptors");
}

/* --- Rings --- */

static void queue_out_of_range_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_vring_state num = {RIG_QUEUES, 8};

	assert_refused(
		rig, MESSAGE_SET_VRING_NUM, &num, sizeof(num), NULL, 0, "SET_VRING_NUM: no such");
}

static void base_of_queue_out_of_range_is_dropped(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct message_vring_state base = {RIG_QUEUES, 0};

	frontend_send(rig->fe, MESSAGE_GET_VRING_BASE, 0, &base, sizeof(base), NULL, 0);
	assert_dropped(rig, "GET_VRING_BASE: no such queue");
}

static void ring_size_not_a_power_of_two_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_vring_state num = {0, 100};

	assert_refused(rig, MESSAGE_SET_VRING_NUM, &num, sizeof(num), NULL, 0, "power of two");
}

static void ring_size_of_nought_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_vring_state num = {0, 0};

	assert_refused(rig, MESSAGE_SET_VRING_NUM, &num, sizeof(num), NULL, 0, "power of two");
}

static void ring_size_too_large_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_vring_state num = {0, 65536};

	assert_refused(rig, MESSAGE_SET_VRING_NUM, &num, sizeof(num), NULL, 0, "power of two");
}

static void split_base_of_17_bits_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_vring_state base = {0, 65536};

	assert_refused(rig, MESSAGE_SET_VRING_BASE, &base, sizeof(base), NULL, 0, "16 bits");
}

static void unknown_ring_flags_are_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_vring_addr addr = {.flags = 2};

	assert_refused(rig, MESSAGE_SET_VRING_ADDR, &addr, sizeof(addr), NULL, 0, "unknown flags");
}

/* A device whose memory is known and whose queue 0 waits for addresses and a kick. */
static struct rig *rig_with_memory(void)
{
	struct rig *rig = rig_create(&defaults);

	assert_int_equal(frontend_negotiate(rig->fe), 0);
	assert_int_equal(frontend_memory_send(rig->fe), 0);
	return rig;
}

static void assert_start_refused(
	struct rig *rig, const struct message_vring_addr *addr, const char *fault)
{
	uint64_t u64 = 0;
	int fd = make_eventfd();

	assert_int_equal(frontend_set_state(rig->fe, MESSAGE_SET_VRING_NUM, 0, 256), 0);
	if (addr)
		assert_int_equal(
			frontend_set(rig->fe, MESSAGE_SET_VRING_ADDR, addr, sizeof(*addr), NULL, 0),
			0);
	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_SET_VRING_KICK, &u64, 8, &fd, 1), -EREMOTEIO);
	close(fd);
	assert_true(rig_log_has("SET_VRING_KICK: "));
	assert_true(rig_log_has(fault));
	rig_destroy(rig);
}

static struct message_vring_addr good_addr(const struct rig *rig)
{
	const struct frontend_queue *queue = &rig->fe->queues[0];

	return (struct message_vring_addr){
		.desc_user = (uintptr_t)queue->desc.host,
		.avail_user = (uintptr_t)queue->driver.host,
		.used_user = (uintptr_t)queue->device.host,
	};
}

static void ring_without_addresses_is_refused(void **state)
{
	assert_start_refused(rig_with_memory(), NULL, "the ring has no size or no addresses");
}

static void ring_without_memory_is_refused(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct message_vring_addr addr = good_addr(rig);

	assert_int_equal(frontend_negotiate(rig->fe), 0);
	assert_start_refused(rig, &addr, "there is no guest memory");
}

static void ring_outside_memory_is_refused(void **state)
{
	struct rig *rig = rig_with_memory();
	struct message_vring_addr addr = good_addr(rig);

	addr.used_user = 0x1000;
	assert_start_refused(rig, &addr, "the ring is not inside one region");
}

static void ring_straddling_memory_end_is_refused(void **state)
{
	struct rig *rig = rig_with_memory();
	struct message_vring_addr addr = good_addr(rig);
	struct frontend_memory *ram = &rig->fe->regions[0].memory;

	addr.desc_user = (uintptr_t)ram->host + ram->size - 4080;
	assert_start_refused(rig, &addr, "the ring is not inside one region");
}

static void ring_address_that_overflows_is_refused(void **state)
{
	struct rig *rig = rig_with_memory();
	struct message_vring_addr addr = good_addr(rig);

	addr.avail_user = UINT64_MAX - 1;
	assert_start_refused(rig, &addr, "the ring is not inside one region");
}

static void misaligned_descriptors_are_refused(void **state)
{
	struct rig *rig = rig_with_memory();
	struct message_vring_addr addr = good_addr(rig);

	addr.desc_user += 8;
	assert_start_refused(rig, &addr, "the ring is misaligned");
}

static void misaligned_available_ring_is_refused(void **state)
{
	struct rig *rig = rig_with_memory();
	struct message_vring_addr addr = good_addr(rig);

	addr.avail_user += 1;
	assert_start_refused(rig, &addr, "the ring is misaligned");
}

static void misaligned_used_ring_is_refused(void **state)
{
	struct rig *rig = rig_with_memory();
	struct message_vring_addr addr = good_addr(rig);

	addr.used_user += 2;
	assert_start_refused(rig, &addr, "the ring is misaligned");
}

static void ring_that_has_to_be_polled_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t u64 = MESSAGE_VRING_NO_FD;

	assert_refused(rig, MESSAGE_SET_VRING_KICK, &u64, 8, NULL, 0, "a ring that has to be");
}

static void kick_without_descriptor_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t u64 = 0;

	assert_refused(rig, MESSAGE_SET_VRING_KICK, &u64, 8, NULL, 0, "its descriptor is missing");
}

static void call_with_descriptor_and_flag_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t u64 = MESSAGE_VRING_NO_FD;
	int fd = make_eventfd();

	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_SET_VRING_CALL, &u64, 8, &fd, 1), -EREMOTEIO);
	assert_true(rig_log_has("one too many"));
	close(fd);
	rig_destroy(rig);
}

static void call_that_is_a_pipe_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t u64 = 0;
	int pair[2];

	assert_int_equal(pipe(pair), 0);
	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_SET_VRING_CALL, &u64, 8, &pair[1], 1), -EREMOTEIO);
	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_SET_VRING_ERR, &u64, 8, &pair[1], 1), -EREMOTEIO);
	assert_true(rig_log_has("SET_VRING_CALL: it is neither an eventfd nor a socket"));
	assert_true(rig_log_has("SET_VRING_ERR: it is neither an eventfd nor a socket"));
	close(pair[0]);
	close(pair[1]);
	rig_destroy(rig);
}

static void error_descriptor_tells_of_broken_ring(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t u64 = 0;
	int fd = make_eventfd();

	assert_int_equal(frontend_set(rig->fe, MESSAGE_SET_VRING_ERR, &u64, 8, &fd, 1), 0);
	((uint16_t *)rig->fe->queues[0].driver.host)[1] = 999;
	frontend_kick_always(rig->fe, 0);
	rig_settle(rig);
	assert_int_equal(read(fd, &u64, 8), 8);
	close(fd);
	rig_destroy(rig);
}

static void enable_of_neither_0_nor_1_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_vring_state enable = {0, 2};

	assert_refused(
		rig, MESSAGE_SET_VRING_ENABLE, &enable, sizeof(enable), NULL, 0, "neither 0 nor 1");
}

static void full_call_eventfd_does_not_block(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint32_t data = 1, answer = 0;
	struct iovec out = {&data, 4}, in = {&answer, 4};
	uint64_t u64 = 0, full = UINT64_MAX - 1;
	int fd = eventfd(0, EFD_CLOEXEC);

	assert_int_equal(write(fd, &full, 8), 8);
	assert_int_equal(frontend_set(rig->fe, MESSAGE_SET_VRING_CALL, &u64, 8, &fd, 1), 0);
	assert_int_equal(frontend_submit(rig->fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(rig->fe, 0);
	rig_settle(rig);
	assert_int_equal(frontend_collect(rig->fe, 0, NULL, NULL), 1);
	close(fd);
	rig_destroy(rig);
}

static void closed_call_socket_does_not_kill(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.sockets = true});
	uint32_t data = 1, answer = 0;
	struct iovec out = {&data, 4}, in = {&answer, 4};

	rig_echo(rig, 0, 100, 50);
	close(rig->fe->queues[0].call_fd);
	rig->fe->queues[0].call_fd = -1;
	assert_int_equal(frontend_submit(rig->fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(rig->fe, 0);
	rig_settle(rig);
	assert_int_equal(frontend_collect(rig->fe, 0, NULL, NULL), 1);
	rig_destroy(rig);
}

static void kick_socket_that_closes_stops_nothing_else(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t u64 = 0;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(frontend_set(rig->fe, MESSAGE_SET_VRING_KICK, &u64, 8, &pair[0], 1), 0);
	close(pair[0]);
	close(rig->fe->queues[0].kick_fd);
	rig->fe->queues[0].kick_fd = pair[1];
	rig_echo(rig, 0, 100, 50);
	close(pair[1]);
	rig->fe->queues[0].kick_fd = -1;
	rig_settle(rig);
	assert_int_equal(frontend_check_open(rig->fe), 0);
	rig_destroy(rig);
}

static void notifications_go_in_band(void **state)
{
	struct rig *rig =
		rig_create_ready(&(struct frontend_options){.in_band = true, .queue_count = 2});

	rig_echo(rig, 0, 100, 50);
	rig_echo(rig, 1, 100, 50);
	assert_int_equal(rig->fe->queues[1].calls, 1);
	rig_destroy(rig);
}

/* --- Config space and sockets --- */

static void config_is_read(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_config ask = {.offset = 4, .size = 8}, answer;

	memcpy(rig->device.config, "0123456789abcdef", 16);
	assert_int_equal(
		frontend_ask(rig->fe, MESSAGE_GET_CONFIG, &ask, 12 + 8, &answer, 12 + 8), 0);
	assert_int_equal(answer.offset, 4);
	assert_int_equal(answer.size, 8);
	assert_memory_equal(answer.data, "456789ab", 8);
	rig_destroy(rig);
}

static void config_longer_than_ours_reads_zeroes(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_config ask = {.size = 256}, answer;
	uint8_t zeroes[256 - RIG_CONFIG_BYTES] = {0};

	memset(rig->device.config, 0xee, RIG_CONFIG_BYTES);
	memset(ask.data, 0xff, sizeof(ask.data));
	assert_int_equal(
		frontend_ask(rig->fe, MESSAGE_GET_CONFIG, &ask, sizeof(ask), &answer, sizeof(ask)),
		0);
	assert_int_equal(answer.data[RIG_CONFIG_BYTES - 1], 0xee);
	assert_memory_equal(answer.data + RIG_CONFIG_BYTES, zeroes, sizeof(zeroes));
	rig_destroy(rig);
}

static void config_range_outside_gets_empty_answer(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_config ask = {.offset = 255, .size = 2}, answer;

	assert_int_equal(frontend_ask(rig->fe, MESSAGE_GET_CONFIG, &ask, 14, &answer, 0), 0);
	ask = (struct message_config){.offset = UINT32_MAX, .size = 2};
	assert_int_equal(frontend_ask(rig->fe, MESSAGE_GET_CONFIG, &ask, 14, &answer, 0), 0);
	ask = (struct message_config){.size = 200};
	assert_int_equal(frontend_ask(rig->fe, MESSAGE_GET_CONFIG, &ask, 14, &answer, 0), 0);
	assert_true(rig_log_has("GET_CONFIG: 2 bytes at 255"));
	assert_int_equal(rig_log_lines(), 3);
	rig_destroy(rig);
}

static void config_is_written(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_config set = {.offset = 20, .size = 8, .data = "ABCDEFGH"};

	/* The last half is beyond what the device has. */
	assert_int_equal(frontend_set(rig->fe, MESSAGE_SET_CONFIG, &set, 20, NULL, 0), 0);
	assert_memory_equal(rig->device.config + 20, "ABCD", 4);
	set.offset = RIG_CONFIG_BYTES;
	assert_int_equal(frontend_set(rig->fe, MESSAGE_SET_CONFIG, &set, 20, NULL, 0), 0);
	rig_destroy(rig);
}

static void config_write_outside_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_config set = {.offset = 250, .size = 8};

	assert_refused(rig, MESSAGE_SET_CONFIG, &set, 20, NULL, 0, "it is outside config space");
}

static void config_change_is_told(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_header header;

	vhost_user_device_config_changed(&rig->device.base);
	assert_int_equal(frontend_channel_receive(rig->fe, &header, NULL, 0), 0);
	assert_int_equal(header.request, MESSAGE_BACKEND_CONFIG_CHANGE);
	assert_int_equal(header.flags, MESSAGE_VERSION | MESSAGE_NEED_REPLY);
	rig_destroy(rig);
}

static void config_change_without_channel_is_nothing(void **state)
{
	struct rig *rig = rig_create_ready(
		&(struct frontend_options){.protocol_features = 1u << MESSAGE_PROTOCOL_REPLY_ACK});

	vhost_user_device_config_changed(&rig->device.base);
	rig_settle(rig);
	rig_echo(rig, 0, 10, 10);
	rig_destroy(rig);
}

/* A front end that never reads its channel: nothing blocks, and it gets one more when it reads. */
static void full_backend_channel_does_not_block(void **state)
{
	struct rig *rig = rig_create_ready(
		&(struct frontend_options){.protocol_features = 1u << MESSAGE_PROTOCOL_BACKEND_REQ |
								1u << MESSAGE_PROTOCOL_CONFIG});
	struct message_header header;
	int received = 0;

	/* Nothing was acknowledged, so it may not have been read yet. */
	rig_settle(rig);
	for (int i = 0; i < 100000; i++)
		vhost_user_device_config_changed(&rig->device.base);
	rig_settle(rig);
	rig_echo(rig, 0, 10, 10);
	rig->fe->options.timeout_ms = 200;
	while (frontend_channel_receive(rig->fe, &header, NULL, 0) == 0) {
		assert_int_equal(header.request, MESSAGE_BACKEND_CONFIG_CHANGE);
		received++;
	}
	assert_in_range(received, 100, 99999);
	vhost_user_device_config_changed(&rig->device.base);
	assert_int_equal(frontend_channel_receive(rig->fe, &header, NULL, 0), 0);
	rig_destroy(rig);
}

/* With REPLY_ACK one message is out at a time; what happens meanwhile is one more. */
static void messages_wait_for_acknowledgements(void **state)
{
	struct rig *rig =
		rig_create_ready(&(struct frontend_options){.in_band = true, .queue_count = 2});
	struct frontend *fe = rig->fe;
	struct message_vring_state call;
	struct message_header header;
	uint32_t data = 1, answer;
	struct iovec out = {&data, 4}, in = {&answer, 4};
	char extra[64];

	for (int i = 0; i < 10; i++)
		vhost_user_device_config_changed(&rig->device.base);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(frontend_submit(fe, i, &out, 1, &in, 1, NULL), 0);
		frontend_kick(fe, i);
	}
	rig_settle(rig);
	assert_int_equal(recv(fe->backend_channel, extra, sizeof(extra), MSG_PEEK | MSG_DONTWAIT),
		sizeof(header));
	assert_int_equal(frontend_channel_receive(fe, &header, NULL, 0), 0);
	assert_int_equal(header.request, MESSAGE_BACKEND_CONFIG_CHANGE);
	assert_int_equal(frontend_channel_receive(fe, &header, NULL, 0), 0);
	assert_int_equal(header.request, MESSAGE_BACKEND_CONFIG_CHANGE);
	for (uint32_t i = 0; i < 2; i++) {
		rig_settle(rig);
		assert_int_equal(
			recv(fe->backend_channel, extra, sizeof(extra), MSG_PEEK | MSG_DONTWAIT),
			sizeof(header) + sizeof(call));
		assert_int_equal(frontend_channel_receive(fe, &header, &call, sizeof(call)), 0);
		assert_int_equal(header.request, MESSAGE_BACKEND_VRING_CALL);
		assert_int_equal(call.index, i);
	}
	rig_settle(rig);
	assert_int_equal(recv(fe->backend_channel, extra, sizeof(extra), MSG_DONTWAIT), -1);
	rig_destroy(rig);
}

static void malformed_acknowledgement_closes_the_channel(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	char nonsense[20] = {0};

	vhost_user_device_config_changed(&rig->device.base);
	assert_int_equal(send(rig->fe->backend_channel, nonsense, 20, 0), 20);
	rig_settle(rig);
	assert_true(rig_log_has("malformed"));
	vhost_user_device_config_changed(&rig->device.base);
	rig_echo(rig, 0, 10, 10);
	rig_destroy(rig);
}

static void closed_backend_channel_is_left_alone(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	close(rig->fe->backend_channel);
	rig->fe->backend_channel = -1;
	vhost_user_device_config_changed(&rig->device.base);
	rig_settle(rig);
	vhost_user_device_config_changed(&rig->device.base);
	rig_echo(rig, 0, 10, 10);
	rig_destroy(rig);
}

static void backend_channel_that_is_no_socket_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	int fd = make_eventfd();

	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_SET_BACKEND_REQ_FD, NULL, 0, &fd, 1), -EREMOTEIO);
	assert_int_equal(
		frontend_set(rig->fe, MESSAGE_SET_BACKEND_REQ_FD, NULL, 0, NULL, 0), -EREMOTEIO);
	assert_true(rig_log_has("its descriptor is not a stream socket"));
	assert_true(rig_log_has("its descriptor is missing"));
	close(fd);
	rig_destroy(rig);
}

static void gpu_socket_reaches_the_device(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	char byte = 0;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(frontend_set(rig->fe, MESSAGE_GPU_SET_SOCKET, NULL, 0, &pair[1], 1), 0);
	close(pair[1]);
	assert_true(rig->device.gpu_socket >= 0);
	assert_int_equal(write(rig->device.gpu_socket, "x", 1), 1);
	assert_int_equal(read(pair[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(pair[0]);
	rig_destroy(rig);
}

static void gpu_socket_without_descriptor_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	assert_refused(
		rig, MESSAGE_GPU_SET_SOCKET, NULL, 0, NULL, 0, "GPU_SET_SOCKET: its descriptor");
}

/* Replies to somebody who does not read them wait; the requests behind them too. */
static void front_end_that_does_not_read_is_waited_for(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint64_t features;
	int sent = 0, received = 0;
	struct message_header header = {MESSAGE_GET_FEATURES, 1, 0};

	for (int i = 0; i < 2000; i++) {
		if (send(rig->fe->socket, &header, sizeof(header), MSG_DONTWAIT) == sizeof(header))
			sent++;
		rig_pump(rig);
	}
	rig->fe->options.timeout_ms = 300;
	while (frontend_receive(rig->fe, &header, &features, 8) == 0)
		received++;
	assert_true(sent > 100);
	assert_int_equal(received, sent);
	rig_echo(rig, 0, 10, 10);
	rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(features_are_offered),
	cmocka_unit_test(device_is_told_its_features),
	cmocka_unit_test(feature_that_was_not_offered_is_refused),
	cmocka_unit_test(features_of_the_front_end_are_ignored),
	cmocka_unit_test(features_cannot_change_while_a_ring_runs),
	cmocka_unit_test(protocol_features_are_offered),
	cmocka_unit_test(protocol_feature_that_was_not_offered_is_refused),
	cmocka_unit_test(queue_number_is_told),
	cmocka_unit_test(request_without_its_protocol_feature_is_dropped),
	cmocka_unit_test(owner_requests_are_accepted),
	cmocka_unit_test(status_is_kept),
	cmocka_unit_test(status_of_more_than_8_bits_is_refused),
	cmocka_unit_test(wrong_version_is_dropped),
	cmocka_unit_test(reply_flag_is_dropped),
	cmocka_unit_test(short_payload_is_dropped),
	cmocka_unit_test(long_payload_is_dropped),
	cmocka_unit_test(huge_payload_is_dropped),
	cmocka_unit_test(unknown_request_is_dropped),
	cmocka_unit_test(unknown_request_is_refused_where_acknowledged),
	cmocka_unit_test(refusal_without_acknowledgement_drops),
	cmocka_unit_test(unexpected_descriptor_is_closed_and_refused),
	cmocka_unit_test(too_many_descriptors_are_closed_and_dropped),
	cmocka_unit_test(queue_out_of_range_is_refused),
	cmocka_unit_test(base_of_queue_out_of_range_is_dropped),
	cmocka_unit_test(ring_size_not_a_power_of_two_is_refused),
	cmocka_unit_test(ring_size_of_nought_is_refused),
	cmocka_unit_test(ring_size_too_large_is_refused),
	cmocka_unit_test(split_base_of_17_bits_is_refused),
	cmocka_unit_test(unknown_ring_flags_are_refused),
	cmocka_unit_test(ring_without_addresses_is_refused),
	cmocka_unit_test(ring_without_memory_is_refused),
	cmocka_unit_test(ring_outside_memory_is_refused),
	cmocka_unit_test(ring_straddling_memory_end_is_refused),
	cmocka_unit_test(ring_address_that_overflows_is_refused),
	cmocka_unit_test(misaligned_descriptors_are_refused),
	cmocka_unit_test(misaligned_available_ring_is_refused),
	cmocka_unit_test(misaligned_used_ring_is_refused),
	cmocka_unit_test(ring_that_has_to_be_polled_is_refused),
	cmocka_unit_test(kick_without_descriptor_is_refused),
	cmocka_unit_test(call_with_descriptor_and_flag_is_refused),
	cmocka_unit_test(call_that_is_a_pipe_is_refused),
	cmocka_unit_test(error_descriptor_tells_of_broken_ring),
	cmocka_unit_test(enable_of_neither_0_nor_1_is_refused),
	cmocka_unit_test(full_call_eventfd_does_not_block),
	cmocka_unit_test(closed_call_socket_does_not_kill),
	cmocka_unit_test(kick_socket_that_closes_stops_nothing_else),
	cmocka_unit_test(notifications_go_in_band),
	cmocka_unit_test(config_is_read),
	cmocka_unit_test(config_longer_than_ours_reads_zeroes),
	cmocka_unit_test(config_range_outside_gets_empty_answer),
	cmocka_unit_test(config_is_written),
	cmocka_unit_test(config_write_outside_is_refused),
	cmocka_unit_test(config_change_is_told),
	cmocka_unit_test(config_change_without_channel_is_nothing),
	cmocka_unit_test(full_backend_channel_does_not_block),
	cmocka_unit_test(messages_wait_for_acknowledgements),
	cmocka_unit_test(malformed_acknowledgement_closes_the_channel),
	cmocka_unit_test(closed_backend_channel_is_left_alone),
	cmocka_unit_test(backend_channel_that_is_no_socket_is_refused),
	cmocka_unit_test(gpu_socket_reaches_the_device),
	cmocka_unit_test(gpu_socket_without_descriptor_is_refused),
	cmocka_unit_test(front_end_that_does_not_read_is_waited_for),
};

UNIT_MAIN(cases)
