/* SPDX-License-Identifier: MIT */
/* A back end as a process of its own, and what it costs the host. */
#include "tests/bench/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/fd.h"

static void __attribute__((noreturn))
backend_exec(int socket, const char *program, const char *const arguments[BACKEND_ARGUMENTS])
{
	int null = open("/dev/null", O_RDWR);
	char fd[32];
	char *argv[BACKEND_ARGUMENTS + 3] = {(char *)program, fd};

	/* What a back end says of a refused command is measured, but not read. */
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
		(!getenv("BENCH_VERBOSE") && dup2(null, STDERR_FILENO) < 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fcntl(socket, F_SETFD, 0);
	snprintf(fd, sizeof(fd), "--fd=%d", socket);
	for (int i = 0; i < BACKEND_ARGUMENTS && arguments[i]; i++)
		argv[i + 2] = (char *)arguments[i];
	execv(program, argv);
	_exit(127);
}

int backend_start(struct backend *backend, const char *program,
	const char *const arguments[BACKEND_ARGUMENTS])
{
	int pair[2];

	if (access(program, X_OK) < 0 ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	backend->pid = fork();
	if (backend->pid == 0)
		backend_exec(pair[1], program, arguments);
	close(pair[1]);
	backend->socket = pair[0];
	if (backend->pid < 0) {
		int error = errno;

		fd_close(&backend->socket);
		return -error;
	}
	return 0;
}

void backend_stop(struct backend *backend)
{
	fd_close(&backend->socket);
	kill(backend->pid, SIGTERM);
	for (int ms = 0; ms < 2000; ms += 5) {
		if (waitpid(backend->pid, NULL, WNOHANG) == backend->pid)
			return;
		usleep(5000);
	}
	kill(backend->pid, SIGKILL);
	waitpid(backend->pid, NULL, 0);
}

uint64_t backend_cpu_ns(const struct backend *backend)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(backend->pid, &clock) || clock_gettime(clock, &used) < 0)
		return 0;
	return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

uint64_t backend_status(const struct backend *backend, const char *key)
{
	size_t length = strlen(key);
	char path[64], line[256];
	uint64_t value = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)backend->pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, key, length) && line[length] == ':')
			value = strtoull(line + length + 1, NULL, 10);
	}
	fclose(file);
	return value;
}
