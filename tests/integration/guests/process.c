/* SPDX-License-Identifier: MIT */
/* Programs that a test starts, back ends and guests among them. */
#include "tests/integration/guests/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_MS 10000
#define READY_MS 20000
#define MAX_ARGUMENTS 32

static void __attribute__((noreturn))
exec_program(const struct host *host, const struct process *process, char *const argv[])
{
	int log = open(process->log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	int null = open("/dev/null", O_RDONLY);

	/* A test that dies takes what it started with it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	if (log < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 ||
		dup2(log, STDERR_FILENO) < 0)
		_exit(126);
	setenv("XDG_RUNTIME_DIR", host->dir, 1);
	setenv("TMPDIR", host->dir, 1);
	unsetenv("WAYLAND_DISPLAY");
	/* Where all is sanitized, what the back end leaks is its fault. */
	unsetenv("ASAN_OPTIONS");
	execvp(argv[0], argv);
	_exit(127);
}

struct process *process_start(struct host *host, const char *name, char *const argv[])
{
	struct process *process = calloc(1, sizeof(*process));

	check(process);
	process->name = strdup(name);
	check(process->name && asprintf(&process->log_path, "%s/%s.log", host->dir, name) >= 0);
	process->pid = fork();
	check(process->pid >= 0);
	if (process->pid == 0)
		exec_program(host, process, argv);
	setpgid(process->pid, process->pid);
	wl_list_insert(&host->processes, &process->link);
	return process;
}

static void process_free(struct process *process)
{
	wl_list_remove(&process->link);
	free(process->name);
	free(process->log_path);
	free(process);
}

bool process_is_alive(struct process *process)
{
	if (process->pid && waitpid(process->pid, NULL, WNOHANG) == process->pid)
		process->pid = 0;
	return process->pid;
}

int process_wait(struct process *process, int timeout_ms)
{
	int64_t end_ms = host_now_ms() + timeout_ms;
	int status = 0;
	pid_t pid;

	while ((pid = waitpid(process->pid, &status, WNOHANG)) == 0 && host_now_ms() < end_ms)
		usleep(10000);
	if (pid != process->pid)
		check_fail("%s did not end", process->name);
	process_free(process);
	return status;
}

void process_stop(struct process *process)
{
	char name[64];
	int status;

	snprintf(name, sizeof(name), "%s", process->name);
	if (!process_is_alive(process))
		check_fail("%s ended before its time", name);
	kill(process->pid, SIGTERM);
	status = process_wait(process, STOP_MS);
	if (status)
		check_fail("%s ended with status %#x", name, (unsigned int)status);
}

void process_kill(struct process *process)
{
	if (process->pid) {
		kill(-process->pid, SIGKILL);
		waitpid(process->pid, NULL, 0);
	}
	process_free(process);
}

char *process_read_log(const struct process *process)
{
	FILE *file = fopen(process->log_path, "re");
	size_t size = 1 << 20;
	char *text = calloc(1, size);

	check(text);
	if (file) {
		text[fread(text, 1, size - 1, file)] = '\0';
		fclose(file);
	}
	return text;
}

unsigned int process_count_log(const struct process *process, const char *text)
{
	char *log = process_read_log(process);
	unsigned int count = 0;

	for (char *p = log; (p = strstr(p, text)); p++)
		count++;
	free(log);
	return count;
}

void process_expect_log(
	struct process *process, const char *text, unsigned int times, int timeout_ms)
{
	int64_t end_ms = host_now_ms() + timeout_ms;
	bool alive = true;
	char *log;

	while (alive && host_now_ms() < end_ms) {
		alive = process_is_alive(process);
		if (process_count_log(process, text) >= times)
			return;
		usleep(10000);
	}
	log = process_read_log(process);
	check_fail("%s %s \"%s\" %u times:\n%s", process->name,
		alive ? "did not say in time" : "ended without saying", text, times, log);
}

unsigned int process_count_fds_of(pid_t pid, const char *text)
{
	char path[64], target[256];
	unsigned int count = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	check(dir);
	while ((entry = readdir(dir))) {
		ssize_t size = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		/* "." and ".." are no links. */
		target[size > 0 ? size : 0] = '\0';
		count += size > 0 && strstr(target, text);
	}
	closedir(dir);
	return count;
}

unsigned int process_count_fds(pid_t pid)
{
	return process_count_fds_of(pid, "");
}

uint64_t process_get_private_bytes(pid_t pid)
{
	unsigned long long kib = 0;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	check(file);
	while (kib == 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "RssAnon: %llu", &kib) != 1)
			kib = 0;
	fclose(file);
	check(kib > 0);
	return kib * 1024;
}

pid_t process_find_renderer(const struct process *backend)
{
	char command[64];
	pid_t pid = 0;
	FILE *pipe;

	snprintf(command, sizeof(command), "pgrep -P %d -f binnacle-gpu-render", backend->pid);
	pipe = popen(command, "r");
	check(pipe);
	if (fscanf(pipe, "%d", &pid) != 1)
		pid = 0;
	pclose(pipe);
	return pid;
}

static struct process *backend_start_arguments(
	struct host *host, const char *name, bool named, va_list list)
{
	char *argv[MAX_ARGUMENTS] = {getenv("TEST_GPU"), "-v"}, *socket, *guest, *log_name;
	struct process *process;
	size_t count = 2;

	check(argv[0]);
	check(asprintf(&socket, "--socket-path=%s/%s.sock", host->dir, name) >= 0);
	check(asprintf(&guest, "--guest=%s", name) >= 0);
	check(asprintf(&log_name, "gpu-%s", name) >= 0);
	argv[count++] = socket;
	if (named)
		argv[count++] = guest;
	while (count < MAX_ARGUMENTS - 1 && (argv[count] = va_arg(list, char *)))
		count++;
	process = process_start(host, log_name, argv);
	free(socket);
	free(guest);
	free(log_name);
	return process;
}

/* A later back end appends to the same log. */
static struct process *backend_await(struct process *process, unsigned int ready_before)
{
	process_expect_log(process, ": ready at", ready_before + 1, READY_MS);
	return process;
}

static unsigned int count_ready(const struct host *host, const char *name)
{
	char *path;
	unsigned int count;

	check(asprintf(&path, "%s/gpu-%s.log", host->dir, name) >= 0);
	count = process_count_log(&(struct process){.log_path = path}, ": ready at");
	free(path);
	return count;
}

struct process *backend_start(struct host *host, const char *guest, ...)
{
	unsigned int before = count_ready(host, guest);
	struct process *process;
	va_list list;

	va_start(list, guest);
	process = backend_start_arguments(host, guest, true, list);
	va_end(list);
	return backend_await(process, before);
}

struct process *backend_start_nameless(struct host *host, const char *name, ...)
{
	unsigned int before = count_ready(host, name);
	struct process *process;
	va_list list;

	va_start(list, name);
	process = backend_start_arguments(host, name, false, list);
	va_end(list);
	return backend_await(process, before);
}

struct process *guest_start(struct host *host, const struct guest_setup *setup)
{
	char *argv[MAX_ARGUMENTS] = {getenv("TEST_RUN_GUEST"), (char *)setup->kind, "--programs",
		getenv("TEST_PROGRAMS"), "--name", (char *)setup->name, "--role",
		(char *)setup->role, "--cpus", "1", "--memory", "512", "--gpu-socket"};
	char *socket, *monitor = NULL, *log_name;
	struct process *process;
	size_t count = 13;

	check(argv[0] && argv[3]);
	check(asprintf(&socket, "%s/%s.sock", host->dir, setup->name) >= 0);
	check(asprintf(&log_name, "guest-%s", setup->name) >= 0);
	argv[count++] = socket;
	if (setup->append) {
		argv[count++] = "--append";
		argv[count++] = (char *)setup->append;
	}
	if (setup->reboots)
		argv[count++] = "--reboot";
	if (setup->piglit)
		argv[count++] = "--piglit";
	if (setup->monitor) {
		check(asprintf(&monitor, "%s/%s.qmp", host->dir, setup->name) >= 0);
		argv[count++] = "--monitor";
		argv[count++] = monitor;
	}
	process = process_start(host, log_name, argv);
	free(socket);
	free(monitor);
	free(log_name);
	return process;
}
