/* SPDX-License-Identifier: MIT */
/* What only the real program shows: its log, its descriptors, its memory, its exit. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conformance/gpu/commands.h"
#include "tests/unit/unit.h"

static const struct rect whole = {0, 0, 64, 64};

static size_t log_lines(const struct gpu_rig *rig)
{
	FILE *file = fopen(rig->log_path, "r");
	size_t lines = 0;
	int c;

	assert_non_null(file);
	while ((c = getc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines;
}

static int program_fds(const struct gpu_rig *rig)
{
	char path[64];
	DIR *directory;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)rig->pid);
	directory = opendir(path);
	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static long program_rss_kib(const struct gpu_rig *rig)
{
	char path[64], line[256];
	FILE *file;
	long kib = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)rig->pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "VmRSS: %ld", &kib) == 1)
			break;
	}
	fclose(file);
	return kib;
}

/* A guest cannot fill the host's disk through the log. */
static void bad_commands_log_a_few_lines(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	size_t before = log_lines(rig);

	for (uint32_t i = 0; i < 4000; i++) {
		struct virtio_gpu_ctrl_hdr unknown = header(0x7000 + i);

		assert_int_equal(unref(rig, i + 1), VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
		assert_int_equal(send_command(rig, &unknown, sizeof(unknown), NULL),
			VIRTIO_GPU_RESP_ERR_UNSPEC);
		assert_int_equal(send_command(rig, &unknown, 7, NULL), VIRTIO_GPU_RESP_ERR_UNSPEC);
	}
	assert_in_range(log_lines(rig) - before, 1, 40);
	gpu_rig_destroy(rig);
}

static void use(struct gpu_rig *rig)
{
	make_resource(rig, 1, 64, 64);
	make_resource(rig, 2, 64, 64);
	assert_int_equal(transfer(rig, 1, whole, 0), OK);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	assert_int_equal(update_cursor(rig, 0, 2, 0, 0, 0, 0), OK);
}

static void connections_leave_nothing_behind(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	int fds, after = 0;
	long rss;

	use(rig);
	gpu_rig_reconnect(rig);
	use(rig);
	fds = program_fds(rig);
	rss = program_rss_kib(rig);
	for (int i = 0; i < 100; i++) {
		gpu_rig_reconnect(rig);
		use(rig);
	}
	after = program_fds(rig);
	assert_int_equal(after, fds);
	/* A sanitizer keeps freed memory for a while. */
#if !defined(__SANITIZE_ADDRESS__)
	assert_true(program_rss_kib(rig) < rss + 1024);
#else
	(void)rss;
#endif
	gpu_rig_destroy(rig);
}

static void frames_leave_nothing_behind(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);
	long rss;
	int fds;

	use(rig);
	fds = program_fds(rig);
	rss = program_rss_kib(rig);
	for (uint32_t i = 0; i < 5000; i++) {
		assert_int_equal(transfer(rig, 1, (struct rect){i % 64, 0, 1, 64}, i % 64 * 4), OK);
		assert_int_equal(flush(rig, 1, (struct rect){i % 64, 0, 1, 64}), OK);
		assert_int_equal(move_cursor(rig, 0, (int32_t)i, 0), OK);
	}
	assert_int_equal(program_fds(rig), fds);
#if !defined(__SANITIZE_ADDRESS__)
	assert_true(program_rss_kib(rig) < rss + 1024);
#else
	(void)rss;
#endif
	gpu_rig_destroy(rig);
}

/* The largest number of resources that the guest may have is also one that the process can. */
static void all_resources_it_may_have(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	for (uint32_t id = 1; id <= 2048; id++)
		assert_int_equal(create_2d(rig, id, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 16, 16), OK);
	assert_int_equal(create_2d(rig, 2049, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 16, 16),
		VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
	gpu_rig_destroy(rig);
}

static void run_with(const char *arguments, int expected, const char *said)
{
	char command[512], output[8192];
	FILE *pipe;
	size_t got;
	int status;

	snprintf(
		command, sizeof(command), "%s %s 2>&1", getenv("BINNACLE_TEST_PROGRAM"), arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	got = fread(output, 1, sizeof(output) - 1, pipe);
	output[got] = '\0';
	status = pclose(pipe);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != expected || !strstr(output, said))
		fail_msg("'%s' gave %d and said: %s", arguments, status, output);
}

static void command_line_is_checked(void **state)
{
	run_with("--print-capabilities", 0, "\"type\": \"gpu\"");
	run_with("--version", 0, "binnacle-gpu 0");
	run_with("--help", 0, "--socket-path=PATH");
	run_with("", 1, "--socket-path or --fd");
	run_with("--fd=77 --display=none", 1, "could not start");
	run_with("--socket-path=/nowhere/at/all --display=none", 1, "/nowhere/at/all");
	run_with("--socket-path=/tmp/x --bogus", 1, "--help");
}

static void ends_at_once_on_sigterm(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	use(rig);
	kill(rig->pid, SIGTERM);
	assert_int_equal(frontend_wait_closed(rig->fe), 0);
	gpu_rig_destroy(rig);
}

/* A front end that takes memory away loses its connection, and the program serves the next. */
static void backing_in_a_file_that_shrank(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.region_count = 2});
	struct frontend_memory memory = frontend_alloc_in(rig->fe, 1, 64 * 64 * 4, 4096);
	struct virtio_gpu_transfer_to_host_2d command = {
		.hdr = header(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D),
		.r = {le32_put(0), le32_put(0), le32_put(64), le32_put(64)},
		.resource_id = le32_put(1),
	};
	struct gpu_answer answer;
	struct iovec out = {&command, sizeof(command)}, in = {&answer, sizeof(answer.hdr)};

	assert_int_equal(create_2d(rig, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 64, 64), OK);
	assert_int_equal(attach_memory(rig, 1, &memory), OK);
	assert_int_equal(transfer(rig, 1, whole, 0), OK);
	assert_int_equal(ftruncate(rig->fe->regions[1].fd, 0), 0);
	assert_int_equal(frontend_submit(rig->fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(rig->fe, 0);
	assert_int_equal(frontend_wait_closed(rig->fe), 0);
	gpu_rig_reconnect(rig);
	use(rig);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(bad_commands_log_a_few_lines),
	cmocka_unit_test(connections_leave_nothing_behind),
	cmocka_unit_test(frames_leave_nothing_behind),
	cmocka_unit_test(all_resources_it_may_have),
	cmocka_unit_test(backing_in_a_file_that_shrank),
	cmocka_unit_test(command_line_is_checked),
	cmocka_unit_test(ends_at_once_on_sigterm),
};

UNIT_MAIN(cases)
