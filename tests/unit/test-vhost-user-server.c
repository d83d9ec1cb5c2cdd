/* SPDX-License-Identifier: MIT */
/* Connections: one at a time, again and again, cut off anywhere, inherited. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/fd.h"
#include "tests/unit/rig.h"
#include "tests/unit/unit.h"

static const struct frontend_options defaults = {0};

static void second_front_end_is_refused(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct frontend *second = rig_connect(rig, NULL);

	assert_int_equal(frontend_wait_closed(second), 0);
	assert_true(rig_log_has("echo: a second front end was refused"));
	frontend_destroy(second);
	rig_echo(rig, 0, 100, 10);
	rig_destroy(rig);
}

static void flood_of_front_ends_logs_little(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	for (int i = 0; i < 100; i++) {
		struct frontend *second = rig_connect(rig, NULL);

		assert_int_equal(frontend_wait_closed(second), 0);
		frontend_destroy(second);
	}
	assert_true(rig_log_lines() <= 6);
	rig_destroy(rig);
}

static void front_end_returns(void **state)
{
	struct rig *rig = rig_create(&defaults);

	for (int i = 0; i < 20; i++) {
		assert_int_equal(frontend_setup(rig->fe), 0);
		rig_echo(rig, 0, 1000, 100);
		frontend_destroy(rig->fe);
		rig->fe = rig_connect(rig, &(struct frontend_options){.packed = i % 2});
	}
	assert_int_equal(rig_log_lines(), 0);
	rig_destroy(rig);
}

/* It is there again before the loop has looked at the end of the first connection. */
static void front_end_that_returns_at_once_is_served(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	for (int i = 0; i < 20; i++) {
		struct frontend *next = rig_connect(rig, NULL);

		frontend_destroy(rig->fe);
		rig->fe = next;
		assert_int_equal(frontend_setup(rig->fe), 0);
		rig_echo(rig, 0, 1000, 100);
	}
	assert_int_equal(rig_log_lines(), 0);
	rig_destroy(rig);
}

/* --- Messages in pieces --- */

static void message_byte_by_byte_is_understood(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct message_header header = {MESSAGE_GET_FEATURES, 1, 0};
	uint64_t features;

	for (size_t i = 0; i < sizeof(header); i++) {
		assert_int_equal(frontend_send_raw(rig->fe, (char *)&header + i, 1, NULL, 0), 0);
		rig_settle(rig);
	}
	assert_int_equal(frontend_receive(rig->fe, &header, &features, 8), 0);
	assert_int_equal(header.flags, 5);
	rig_destroy(rig);
}

static void many_messages_at_once_are_understood(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct message_header headers[100];
	uint64_t features;

	for (size_t i = 0; i < COUNT(headers); i++)
		headers[i] = (struct message_header){MESSAGE_GET_FEATURES, 1, 0};
	assert_int_equal(frontend_send_raw(rig->fe, headers, sizeof(headers), NULL, 0), 0);
	for (size_t i = 0; i < COUNT(headers); i++)
		assert_int_equal(frontend_receive(rig->fe, &headers[0], &features, 8), 0);
	rig_destroy(rig);
}

static void half_message_does_not_stop_the_loop(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct message_header header = {MESSAGE_SET_VRING_ADDR, 1, 40};

	assert_int_equal(frontend_send_raw(rig->fe, &header, sizeof(header), NULL, 0), 0);
	rig_echo(rig, 0, 1000, 100);
	rig_echo(rig, 0, 1000, 100);
	rig_destroy(rig);
}

/* A memory table with its descriptor, cut off after each byte. */
static void close_at_every_byte_is_survived(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct {
		struct message_header header;
		uint32_t count, padding;
		struct message_region region;
	} __attribute__((packed))
	message = {{MESSAGE_SET_MEM_TABLE, 1, 40}, 1, 0, {0x1000, 4096, 0x1000, 0}};

	for (size_t size = 1; size < sizeof(message); size++) {
		assert_int_equal(
			frontend_send_raw(rig->fe, &message, size, &rig->fe->regions[0].fd, 1), 0);
		if (size % 2)
			rig_settle(rig);
		frontend_destroy(rig->fe);
		rig->fe = rig_connect(rig, NULL);
		rig_settle(rig);
		assert_int_equal(rig->device.resets, size);
	}
	assert_true(rig_log_has("a message header: the connection ended in the middle of it"));
	assert_true(rig_log_lines() < 8);
	assert_int_equal(frontend_setup(rig->fe), 0);
	rig_echo(rig, 0, 100, 10);
	rig_destroy(rig);
}

static void cut_off_payload_names_the_message(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct message_header header = {MESSAGE_SET_VRING_ADDR, 1, 40};

	assert_int_equal(frontend_send_raw(rig->fe, &header, sizeof(header), NULL, 0), 0);
	frontend_destroy(rig->fe);
	rig->fe = NULL;
	rig_settle(rig);
	assert_true(rig_log_has("SET_VRING_ADDR: the connection ended in the middle of it"));
	rig_destroy(rig);
}

/* The answer finds nobody: no SIGPIPE. */
static void close_before_the_answer_is_survived(void **state)
{
	struct rig *rig = rig_create(&defaults);

	for (int i = 0; i < 10; i++) {
		frontend_send(rig->fe, MESSAGE_GET_FEATURES, 0, NULL, 0, NULL, 0);
		frontend_destroy(rig->fe);
		rig->fe = rig_connect(rig, NULL);
		rig_settle(rig);
	}
	assert_int_equal(frontend_setup(rig->fe), 0);
	rig_destroy(rig);
}

/* --- Sockets --- */

static void inherited_connection_is_served_and_ends(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct frontend_options options = {.pump = rig_pump, .pump_data = rig, .timeout_ms = 3000};
	int pair[2];

	frontend_destroy(rig->fe);
	vhost_user_server_destroy(rig->server);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	rig->server = vhost_user_server_create_inherited(rig->loop, &rig->device.base, pair[0]);
	assert_non_null(rig->server);
	wl_signal_add(&rig->server->ended, &rig->ended);
	assert_true(fcntl(pair[0], F_GETFD) & FD_CLOEXEC);
	rig->fe = frontend_create(pair[1], &options);
	assert_int_equal(frontend_setup(rig->fe), 0);
	rig_echo(rig, 0, 100, 10);
	assert_false(rig->has_ended);
	frontend_destroy(rig->fe);
	rig->fe = NULL;
	rig_settle(rig);
	assert_true(rig->has_ended);
	rig_destroy(rig);
}

static void inherited_listener_is_served(void **state)
{
	struct rig *rig = rig_create(&defaults);
	int fd;

	frontend_destroy(rig->fe);
	vhost_user_server_destroy(rig->server);
	fd = fd_listen_unix(rig->path);
	assert_true(fd >= 0);
	rig->server = vhost_user_server_create_inherited(rig->loop, &rig->device.base, fd);
	assert_non_null(rig->server);
	for (int i = 0; i < 3; i++) {
		rig->fe = rig_connect(rig, NULL);
		assert_int_equal(frontend_setup(rig->fe), 0);
		rig_echo(rig, 0, 100, 10);
		frontend_destroy(rig->fe);
	}
	rig->fe = NULL;
	/* It is not ours to unlink. */
	assert_int_equal(unlink(rig->path), 0);
	rig_destroy(rig);
}

static void inherited_descriptor_of_another_kind_is_refused(void **state)
{
	struct rig *rig = rig_create(&defaults);
	int pair[2];

	assert_int_equal(pipe(pair), 0);
	assert_null(vhost_user_server_create_inherited(rig->loop, &rig->device.base, pair[0]));
	assert_true(rig_log_has("cannot be served"));
	close(pair[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_null(vhost_user_server_create_inherited(rig->loop, &rig->device.base, pair[0]));
	close(pair[1]);
	assert_null(vhost_user_server_create_inherited(rig->loop, &rig->device.base, 999));
	rig_destroy(rig);
}

static void path_that_is_served_is_refused(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct vhost_user_device other;

	vhost_user_device_init(&other, rig->device.base.impl, rig->device.base.features);
	assert_null(vhost_user_server_create_listening(rig->loop, &other, rig->path));
	assert_true(rig_log_has("cannot listen at"));
	assert_true(rig_log_has("in use"));
	/* The first still listens there. */
	assert_int_equal(frontend_setup(rig->fe), 0);
	rig_destroy(rig);
}

static void path_that_cannot_be_made_is_refused(void **state)
{
	struct rig *rig = rig_create(&defaults);

	assert_null(vhost_user_server_create_listening(
		rig->loop, &rig->device.base, "/nowhere/at/all"));
	assert_true(rig_log_has("cannot listen at '/nowhere/at/all'"));
	rig_destroy(rig);
}

static void stale_path_is_replaced(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	frontend_destroy(rig->fe);
	vhost_user_server_destroy(rig->server);
	strcpy(address.sun_path, rig->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	rig->server = vhost_user_server_create_listening(rig->loop, &rig->device.base, rig->path);
	assert_non_null(rig->server);
	rig->fe = rig_connect(rig, NULL);
	assert_int_equal(frontend_setup(rig->fe), 0);
	rig_destroy(rig);
}

/* An idle device with a front end sleeps: no timer, no polling. */
static void idle_device_does_not_wake(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	rig_echo(rig, 0, 100, 10);
	rig_settle(rig);
	for (int i = 0; i < 3; i++) {
		struct timespec before, after;

		clock_gettime(CLOCK_MONOTONIC, &before);
		wl_event_loop_dispatch(rig->loop, 50);
		clock_gettime(CLOCK_MONOTONIC, &after);
		assert_true((after.tv_sec - before.tv_sec) * 1000 +
				    (after.tv_nsec - before.tv_nsec) / 1000000 >=
			    45);
	}
	rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(second_front_end_is_refused),
	cmocka_unit_test(flood_of_front_ends_logs_little),
	cmocka_unit_test(front_end_returns),
	cmocka_unit_test(front_end_that_returns_at_once_is_served),
	cmocka_unit_test(message_byte_by_byte_is_understood),
	cmocka_unit_test(many_messages_at_once_are_understood),
	cmocka_unit_test(half_message_does_not_stop_the_loop),
	cmocka_unit_test(close_at_every_byte_is_survived),
	cmocka_unit_test(cut_off_payload_names_the_message),
	cmocka_unit_test(close_before_the_answer_is_survived),
	cmocka_unit_test(inherited_connection_is_served_and_ends),
	cmocka_unit_test(inherited_listener_is_served),
	cmocka_unit_test(inherited_descriptor_of_another_kind_is_refused),
	cmocka_unit_test(path_that_is_served_is_refused),
	cmocka_unit_test(path_that_cannot_be_made_is_refused),
	cmocka_unit_test(stale_path_is_replaced),
	cmocka_unit_test(idle_device_does_not_wake),
};

UNIT_MAIN(cases)
