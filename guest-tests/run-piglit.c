/* SPDX-License-Identifier: MIT */
/*
 * Runs piglit's tests one after the other and prints each result. A line of the list is
 * guest-tests/piglit/THEME.list's: two results, of no interest here, and the command. Programs and
 * data are at /piglit. Prints, for each,
 *
 *	piglit RESULT SECONDS COMMAND
 *
 * where RESULT is what the program says itself (pass, fail, skip, warn), or crash, timeout or none;
 * after it, where it is neither pass nor skip, the end of what the program said.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROOT "/piglit"
#define TIMEOUT_MS 60000
#define MAX_ARGUMENTS 32
#define OUTPUT_BYTES 65536
#define TOLD_BYTES 1500

struct run {
	char command[512];
	char output[OUTPUT_BYTES + 1]; /* the end of it */
	size_t output_bytes;
	bool timed_out;
	int status;
	int64_t took_ms;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void __attribute__((noreturn)) exec_test(const char *command, int output)
{
	char *copy = strdup(command), *argv[MAX_ARGUMENTS], path[256];
	size_t count = 0;

	for (char *word = strtok(copy, " "); word && count < MAX_ARGUMENTS - 3;
		word = strtok(NULL, " "))
		argv[count++] = word;
	argv[count++] = "-auto";
	argv[count++] = "-fbo";
	argv[count] = NULL;
	setpgid(0, 0);
	if (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 || chdir(ROOT) < 0)
		_exit(126);
	snprintf(path, sizeof(path), ROOT "/bin/%s", argv[0]);
	execv(path, argv);
	perror(path);
	_exit(127);
}

static void keep_output(struct run *run, const char *bytes, size_t count)
{
	size_t over = run->output_bytes + count > OUTPUT_BYTES
			      ? run->output_bytes + count - OUTPUT_BYTES
			      : 0;

	memmove(run->output, run->output + over, run->output_bytes - over);
	memcpy(run->output + run->output_bytes - over, bytes, count);
	run->output_bytes += count - over;
	run->output[run->output_bytes] = '\0';
}

/* Until the test has closed its output, which its end does. */
static void read_output(struct run *run, int fd, int64_t end_ms)
{
	struct pollfd waited = {.fd = fd, .events = POLLIN};
	char bytes[4096];

	for (;;) {
		int64_t left_ms = end_ms - now_ms();
		ssize_t count;

		if (left_ms <= 0 || poll(&waited, 1, (int)left_ms) == 0) {
			run->timed_out = true;
			return;
		}
		count = read(fd, bytes, sizeof(bytes));
		if (count == 0 || (count < 0 && errno != EINTR))
			return;
		if (count > 0)
			keep_output(run, bytes, (size_t)count);
	}
}

static bool run_test(struct run *run)
{
	int64_t start_ms = now_ms();
	int pipe_fds[2];
	pid_t pid;

	run->output_bytes = 0;
	run->output[0] = '\0';
	run->timed_out = false;
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return false;
	pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0)
		exec_test(run->command, pipe_fds[1]);
	setpgid(pid, pid);
	close(pipe_fds[1]);
	read_output(run, pipe_fds[0], start_ms + TIMEOUT_MS);
	close(pipe_fds[0]);
	if (run->timed_out)
		kill(-pid, SIGKILL);
	if (waitpid(pid, &run->status, 0) != pid)
		return false;
	run->took_ms = now_ms() - start_ms;
	return true;
}

/* The last that the program says counts. */
static void get_result(const struct run *run, char result[static 16])
{
	static const char marker[] = "PIGLIT: {\"result\": \"";
	const char *found = NULL;

	for (const char *p = run->output; (p = strstr(p, marker)); p++)
		found = p + sizeof(marker) - 1;
	if (run->timed_out)
		strcpy(result, "timeout");
	else if (WIFSIGNALED(run->status))
		strcpy(result, "crash");
	else if (!found || sscanf(found, "%15[a-z]", result) != 1)
		strcpy(result, "none");
}

static void tell(const struct run *run)
{
	const char *from = run->output;
	char result[16];

	get_result(run, result);
	printf("piglit %s %.2f %s\n", result, (double)run->took_ms / 1000, run->command);
	if (strcmp(result, "pass") != 0 && strcmp(result, "skip") != 0) {
		if (run->output_bytes > TOLD_BYTES)
			from += run->output_bytes - TOLD_BYTES;
		printf("%s\n", from);
	}
	fflush(stdout);
}

/* False for what names no test. */
static bool parse_line(const char *line, struct run *run)
{
	return line[0] != '#' && sscanf(line, "%*s %*s %511[^\n]", run->command) == 1;
}

int main(int argc, char **argv)
{
	static struct run run;
	char line[1024];
	FILE *list = argc == 2 ? fopen(argv[1], "re") : NULL;

	if (!list) {
		fprintf(stderr, "usage: run-piglit LIST\n");
		return 2;
	}
	setenv("PIGLIT_SOURCE_DIR", ROOT, 1);
	setenv("LD_LIBRARY_PATH", ROOT "/lib", 1);
	setenv("PIGLIT_PLATFORM", "gbm", 0);
	while (fgets(line, sizeof(line), list)) {
		if (!parse_line(line, &run))
			continue;
		if (!run_test(&run)) {
			perror("run-piglit");
			return 1;
		}
		tell(&run);
	}
	fclose(list);
	return 0;
}
