/* SPDX-License-Identifier: MIT */
/* The log's limit, the iovec cursor, descriptors over sockets, the status socket. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/checked.h"
#include "common/endian-types.h"
#include "common/fd-socket.h"
#include "common/fd.h"
#include "common/iov.h"
#include "common/log.h"
#include "common/status-socket.h"
#include "tests/unit/unit.h"

/* --- Log --- */

/* What the function logs, as one string; the caller's. */
static char *logged(void (*function)(void))
{
	int original = dup(STDERR_FILENO), file = memfd_create("log", MFD_CLOEXEC);
	char *text;
	off_t size;

	assert_true(original >= 0 && file >= 0);
	dup2(file, STDERR_FILENO);
	function();
	dup2(original, STDERR_FILENO);
	close(original);
	size = lseek(file, 0, SEEK_END);
	text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	assert_int_equal(pread(file, text, (size_t)size, 0), size);
	close(file);
	return text;
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void log_two_names(void)
{
	log_init("program", "guest", LOG_INFO);
	log_error("an error %d", 1);
	log_info("some news");
	log_debug("a detail");
	log_init("program", NULL, LOG_DEBUG);
	log_debug("a detail");
}

static void log_names_program_and_guest(void **state)
{
	char *text = logged(log_two_names);

	assert_string_equal(text, "program[guest]: an error 1\nprogram[guest]: some news\n"
				  "program: a detail\n");
	free(text);
}

static void log_flood(void)
{
	struct log_limit limit = {0};

	for (int i = 0; i < 10000; i++)
		log_limited(&limit, "line %d", i);
	assert_int_equal(limit.total, 10000);
	assert_int_equal(limit.suppressed, 10000 - LOG_LIMIT_BURST);
}

static void log_limit_lets_a_burst_through(void **state)
{
	char *text = logged(log_flood);

	assert_int_equal(count_lines(text), LOG_LIMIT_BURST);
	assert_non_null(strstr(text, "line 0\n"));
	free(text);
}

static void log_over_periods(void)
{
	struct log_limit limit = {0};

	for (int period = 0; period < 3; period++) {
		for (int i = 0; i < 100; i++)
			log_limited(&limit, "line");
		/* The period is over. */
		limit.period_start_ns -= LOG_LIMIT_PERIOD_NS;
	}
}

/* After the burst a flood is one line per period, which says how much was left out. */
static void log_limit_counts_what_it_left_out(void **state)
{
	char *text = logged(log_over_periods);

	assert_int_equal(count_lines(text), LOG_LIMIT_BURST + 2 * 2);
	assert_non_null(strstr(text, "(95 similar lines left out)"));
	assert_non_null(strstr(text, "(99 similar lines left out)"));
	free(text);
}

static void log_long(void)
{
	char text[5000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_error("%s", text);
}

static void log_line_too_long_is_cut(void **state)
{
	char *text = logged(log_long);

	assert_int_equal(count_lines(text), 1);
	assert_true(strlen(text) <= 1025);
	free(text);
}

/* --- Checked arithmetic and endian types --- */

static void checked_arithmetic_tells_overflow(void **state)
{
	uint32_t out;

	assert_true(checked_add(UINT32_MAX - 1, 1u, &out));
	assert_int_equal(out, UINT32_MAX);
	assert_false(checked_add(UINT32_MAX, 1u, &out));
	assert_true(checked_mul(65536u, 65535u, &out));
	assert_false(checked_mul(65536u, 65536u, &out));
}

static void endian_types_are_little(void **state)
{
	struct le64 wide = le64_put(0x0102030405060708);
	struct le32 word = le32_put(0x01020304);
	struct le16 half = le16_put(0x0102);

	assert_memory_equal(&wide, "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
	assert_memory_equal(&word, "\x04\x03\x02\x01", 4);
	assert_memory_equal(&half, "\x02\x01", 2);
	assert_true(le64_get(wide) == 0x0102030405060708);
	assert_int_equal(le32_get(word), 0x01020304);
	assert_int_equal(le16_get(half), 0x0102);
}

/* --- The iovec cursor --- */

static void iov_read_joins_pieces(void **state)
{
	char data[] = "abcdefghij", out[16] = {0};
	struct iovec iov[] = {{data, 3}, {data, 0}, {data + 3, 1}, {data + 4, 6}};
	struct iov_cursor cursor = iov_cursor(iov, COUNT(iov));

	assert_int_equal(iov_size(iov, COUNT(iov)), 10);
	assert_int_equal(iov_read(&cursor, out, 2), 2);
	assert_int_equal(iov_read(&cursor, out + 2, 3), 3);
	assert_int_equal(iov_read(&cursor, out + 5, 5), 5);
	assert_string_equal(out, data);
}

static void iov_read_past_end_is_short(void **state)
{
	char data[] = "abc", out[16];
	struct iovec iov[] = {{data, 3}};
	struct iov_cursor cursor = iov_cursor(iov, 1);

	assert_int_equal(iov_read(&cursor, out, 16), 3);
	assert_int_equal(iov_read(&cursor, out, 1), 0);
	cursor = iov_cursor(NULL, 0);
	assert_int_equal(iov_read(&cursor, out, 1), 0);
}

static void iov_write_past_end_is_short(void **state)
{
	char a[3], b[2];
	struct iovec iov[] = {{a, 3}, {b, 2}};
	struct iov_cursor cursor = iov_cursor(iov, 2);

	assert_int_equal(iov_write(&cursor, "12345678", 8), 5);
	assert_memory_equal(a, "123", 3);
	assert_memory_equal(b, "45", 2);
	assert_int_equal(iov_write(&cursor, "9", 1), 0);
}

static void iov_skip_tells_the_end(void **state)
{
	char data[] = "abcdef", out;
	struct iovec iov[] = {{data, 3}, {data + 3, 3}};
	struct iov_cursor cursor = iov_cursor(iov, 2);

	assert_true(iov_skip(&cursor, 4));
	assert_int_equal(iov_read(&cursor, &out, 1), 1);
	assert_int_equal(out, 'e');
	assert_true(iov_skip(&cursor, 1));
	assert_true(iov_skip(&cursor, 0));
	assert_false(iov_skip(&cursor, 1));
}

static void iov_size_saturates(void **state)
{
	struct iovec iov[] = {{NULL, SIZE_MAX}, {NULL, 2}};

	assert_true(iov_size(iov, 2) == SIZE_MAX);
}

/* --- Descriptors over sockets --- */

static void make_pair(int pair[2])
{
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
}

static void descriptors_travel_close_on_exec(void **state)
{
	struct iovec iov = {(char *)"hello", 5};
	int pair[2], sent[2], got[4];
	size_t count;
	char data[16];

	make_pair(pair);
	sent[0] = memfd_create("a", 0);
	sent[1] = memfd_create("b", 0);
	assert_int_equal(fd_socket_send(pair[0], &iov, 1, sent, 2), 5);
	assert_int_equal(fd_socket_receive(pair[1], data, sizeof(data), got, 4, &count), 5);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(fcntl(got[i], F_GETFD) & FD_CLOEXEC);
		fd_close(&got[i]);
		assert_int_equal(got[i], -1);
		fd_close(&sent[i]);
	}
	close(pair[0]);
	close(pair[1]);
}

static void too_many_descriptors(int number, size_t max)
{
	struct iovec iov = {(char *)"hello", 5};
	int pair[2], sent[64], got[64], before;
	size_t count = 99;
	char data[16];

	make_pair(pair);
	sent[0] = memfd_create("a", MFD_CLOEXEC);
	for (int i = 1; i < number; i++)
		sent[i] = sent[0];
	before = unit_open_fds();
	if (number <= 32) {
		assert_int_equal(fd_socket_send(pair[0], &iov, 1, sent, (size_t)number), 5);
		assert_int_equal(fd_socket_receive(pair[1], data, sizeof(data), got, max, &count),
			-EMSGSIZE);
		assert_int_equal(count, 0);
	} else {
		assert_int_equal(fd_socket_send(pair[0], &iov, 1, sent, (size_t)number), -EMSGSIZE);
	}
	assert_int_equal(unit_open_fds(), before);
	close(sent[0]);
	close(pair[0]);
	close(pair[1]);
}

static void descriptors_that_do_not_fit_are_all_closed(void **state)
{
	too_many_descriptors(2, 1);
	too_many_descriptors(1, 0);
	too_many_descriptors(20, 8);
}

static void sending_too_many_descriptors_is_refused(void **state)
{
	too_many_descriptors(33, 33);
}

/* The sender is not bound by our limits: the kernel truncates the control data. */
static void truncated_control_data_is_refused(void **state)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * 60)];
	} control = {0};
	struct iovec iov = {(char *)"x", 1};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int pair[2], got[32], before;
	size_t count;
	char data;

	make_pair(pair);
	control.align.cmsg_level = SOL_SOCKET;
	control.align.cmsg_type = SCM_RIGHTS;
	control.align.cmsg_len = CMSG_LEN(sizeof(int) * 60);
	for (size_t i = 0; i < 60; i++)
		memcpy(CMSG_DATA(&control.align) + i * sizeof(int), &pair[0], sizeof(int));
	before = unit_open_fds();
	assert_int_equal(sendmsg(pair[0], &message, 0), 1);
	assert_int_equal(fd_socket_receive(pair[1], &data, 1, got, 32, &count), -EMSGSIZE);
	assert_int_equal(unit_open_fds(), before);
	close(pair[0]);
	close(pair[1]);
}

static void socket_ends_are_told(void **state)
{
	struct iovec iov = {(char *)"hello", 5};
	int pair[2], fd;
	size_t count;
	char data;

	make_pair(pair);
	assert_int_equal(fd_socket_receive(pair[0], &data, 1, &fd, 1, &count), -EAGAIN);
	close(pair[1]);
	assert_int_equal(fd_socket_receive(pair[0], &data, 1, &fd, 1, &count), 0);
	/* And no SIGPIPE. */
	assert_int_equal(fd_socket_send(pair[0], &iov, 1, NULL, 0), -EPIPE);
	close(pair[0]);
}

static void closing_nothing_is_fine(void **state)
{
	int fd = -1;

	fd_close(&fd);
	assert_int_equal(fd, -1);
	assert_int_equal(fd_set_cloexec(-1), -EBADF);
	assert_int_equal(fd_set_nonblock(-1), -EBADF);
}

/* --- Listening and the status socket --- */

static char directory[32], path[64];

static void make_path(void)
{
	strcpy(directory, "/tmp/common-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/status", directory);
}

static void remove_path(void)
{
	unlink(path);
	assert_int_equal(rmdir(directory), 0);
}

static void served_path_is_in_use(void **state)
{
	int fd;

	make_path();
	fd = fd_listen_unix(path);
	assert_true(fd >= 0);
	assert_int_equal(fd_listen_unix(path), -EADDRINUSE);
	close(fd);
	/* Nobody listens any more, the file is stale. */
	fd = fd_listen_unix(path);
	assert_true(fd >= 0);
	close(fd);
	remove_path();
}

static void path_too_long_is_refused(void **state)
{
	char too_long[300];

	memset(too_long, 'x', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(fd_listen_unix(too_long), -ENAMETOOLONG);
	assert_null(status_socket_read(too_long, 10));
	assert_int_equal(errno, ENAMETOOLONG);
}

static void answer_once(int fd, const char *json)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		fcntl(fd, F_SETFL, 0);
		status_socket_answer(fd, json);
		_exit(0);
	}
}

static void status_is_read_whole(void **state)
{
	size_t size = 150000;
	char *json = malloc(size + 1), *text;
	int fd;

	assert_non_null(json);
	memset(json, 'j', size);
	json[size] = '\0';
	make_path();
	fd = status_socket_open(path);
	assert_true(fd >= 0);
	answer_once(fd, json);
	text = status_socket_read(path, 3000);
	assert_non_null(text);
	assert_string_equal(text, json);
	free(text);
	free(json);
	close(fd);
	remove_path();
}

static void status_of_nobody_is_null(void **state)
{
	make_path();
	assert_null(status_socket_read(path, 100));
	assert_int_equal(errno, ENOENT);
	remove_path();
}

static void status_that_does_not_come_is_null(void **state)
{
	int fd;

	make_path();
	fd = status_socket_open(path);
	assert_null(status_socket_read(path, 100));
	close(fd);
	remove_path();
}

/* A reader that is gone, or never was: the answer returns at once. */
static void status_answer_never_blocks(void **state)
{
	int fd;

	make_path();
	fd = status_socket_open(path);
	status_socket_answer(fd, "{}");
	close(fd);
	remove_path();
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(log_names_program_and_guest),
	cmocka_unit_test(log_limit_lets_a_burst_through),
	cmocka_unit_test(log_limit_counts_what_it_left_out),
	cmocka_unit_test(log_line_too_long_is_cut),
	cmocka_unit_test(checked_arithmetic_tells_overflow),
	cmocka_unit_test(endian_types_are_little),
	cmocka_unit_test(iov_read_joins_pieces),
	cmocka_unit_test(iov_read_past_end_is_short),
	cmocka_unit_test(iov_write_past_end_is_short),
	cmocka_unit_test(iov_skip_tells_the_end),
	cmocka_unit_test(iov_size_saturates),
	cmocka_unit_test(descriptors_travel_close_on_exec),
	cmocka_unit_test(descriptors_that_do_not_fit_are_all_closed),
	cmocka_unit_test(sending_too_many_descriptors_is_refused),
	cmocka_unit_test(truncated_control_data_is_refused),
	cmocka_unit_test(socket_ends_are_told),
	cmocka_unit_test(closing_nothing_is_fine),
	cmocka_unit_test(served_path_is_in_use),
	cmocka_unit_test(path_too_long_is_refused),
	cmocka_unit_test(status_is_read_whole),
	cmocka_unit_test(status_of_nobody_is_null),
	cmocka_unit_test(status_that_does_not_come_is_null),
	cmocka_unit_test(status_answer_never_blocks),
};

UNIT_MAIN(cases)
