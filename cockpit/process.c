/* SPDX-License-Identifier: MIT */
/* A supervised child: its start, readiness, death, back-off and end. */
#include "cockpit/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "cockpit/console.h"
#include "cockpit/relay.h"
#include "common/fd.h"
#include "common/log.h"

#define READY_POLL_MS 20
#define NS_PER_MS UINT64_C(1000000)

struct supervisor {
	struct wl_event_loop *loop;
	struct console *console;
	struct wl_event_source *child_source;
	struct wl_list processes; // struct process.link
};

struct process {
	struct wl_list link; // struct supervisor.processes
	struct supervisor *supervisor;
	struct process_options options;
	enum process_state state;
	pid_t pid; /* 0 while none runs */
	struct relay *out, *err;
	struct wl_event_source *timer; /* readiness, back-off or the end of patience, by state */
	uint64_t start_ns;
	uint32_t backoff_ms, deaths;
	bool was_ready;
};

uint32_t process_backoff_next_ms(uint32_t last_ms, uint64_t ran_ns)
{
	if (last_ms == 0 || ran_ns >= PROCESS_HEALTHY_NS)
		return PROCESS_BACKOFF_MIN_MS;
	return last_ms >= PROCESS_BACKOFF_MAX_MS / 2 ? PROCESS_BACKOFF_MAX_MS : last_ms * 2;
}

static void process_notify(struct process *process, enum process_event event)
{
	if (process->options.notify)
		process->options.notify(process, event, process->options.data);
}

static void describe_status(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "was ended by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		snprintf(text, size, "ended with status %d", WEXITSTATUS(status));
}

/* What every death leads to, once the child and its pipes are gone. */
static void process_died(struct process *process, const char *how)
{
	process->backoff_ms =
		process_backoff_next_ms(process->backoff_ms, clock_now_ns() - process->start_ns);
	process->deaths++;
	process->state = PROCESS_WAITING;
	wl_event_source_timer_update(process->timer, (int)process->backoff_ms);
	process_notify(process, PROCESS_DIED);
	if (process->state == PROCESS_WAITING)
		console_say(process->supervisor->console, "%s %s; starting it again in %.1f s",
			process->options.name, how, process->backoff_ms / 1000.0);
	else
		console_say(process->supervisor->console, "%s %s", process->options.name, how);
}

static void process_reaped(struct process *process, int status)
{
	char how[96];

	/* What it left behind in its group has no more master. */
	kill(-process->pid, SIGKILL);
	process->pid = 0;
	relay_destroy(process->out);
	relay_destroy(process->err);
	process->out = process->err = NULL;
	if (process->state == PROCESS_STOPPING) {
		process->state = PROCESS_IDLE;
		wl_event_source_timer_update(process->timer, 0);
		process_notify(process, PROCESS_STOPPED);
		return;
	}
	describe_status(status, how, sizeof(how));
	process_died(process, how);
}

static int supervisor_handle_child(int signal_number, void *data)
{
	struct supervisor *supervisor = data;
	struct process *process;
	bool reaped;
	int status;

	/* One signal may stand for several children, and a notification may start another. */
	do {
		reaped = false;
		wl_list_for_each (process, &supervisor->processes, link) {
			if (process->pid > 0 &&
				waitpid(process->pid, &status, WNOHANG) == process->pid) {
				process_reaped(process, status);
				reaped = true;
				break;
			}
		}
	} while (reaped);
	return 0;
}

static void process_poll_ready(struct process *process)
{
	if (!process->options.is_ready || process->options.is_ready(process->options.data)) {
		process->state = PROCESS_READY;
		process->was_ready = true;
		process_notify(process, PROCESS_IS_READY);
		return;
	}
	if (clock_now_ns() - process->start_ns > PROCESS_READY_WITHIN_MS * NS_PER_MS) {
		console_say(process->supervisor->console, "%s is not ready after %d s; killing it",
			process->options.name, PROCESS_READY_WITHIN_MS / 1000);
		kill(-process->pid, SIGKILL);
		return;
	}
	wl_event_source_timer_update(process->timer, READY_POLL_MS);
}

static int process_handle_timer(void *data)
{
	struct process *process = data;

	switch (process->state) {
	case PROCESS_STARTING:
		process_poll_ready(process);
		break;
	case PROCESS_WAITING:
		process_start(process);
		break;
	case PROCESS_STOPPING:
		console_say(process->supervisor->console, "%s does not end within %d s; killing it",
			process->options.name, PROCESS_KILL_AFTER_MS / 1000);
		process_kill(process);
		break;
	case PROCESS_IDLE:
	case PROCESS_READY:
		break;
	}
	return 0;
}

/* In the child, after fork: becomes the program or exits. */
static _Noreturn void child_run(const struct process *process, pid_t parent, int out, int err)
{
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* A group of its own: ctrl-C is for the supervisor alone, which then ends all in order. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
		dup2(err, STDERR_FILENO) < 0)
		_exit(127);
	execv(process->options.argv[0], process->options.argv);
	dprintf(STDERR_FILENO, "cannot start %s: %s\n", process->options.argv[0], strerror(errno));
	_exit(127);
}

static int process_spawn(struct process *process)
{
	struct supervisor *supervisor = process->supervisor;
	int out[2] = {-1, -1}, err[2] = {-1, -1};
	pid_t parent = getpid(), pid = -1;
	int result = 0;

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		goto err_pipes;
	pid = fork();
	if (pid == 0)
		child_run(process, parent, out[1], err[1]);
	if (pid < 0)
		goto err_pipes;
	setpgid(pid, pid);
	process->pid = pid;
	process->out = relay_create(supervisor->loop, supervisor->console, out[0],
		process->options.name, process->options.strip);
	process->err = relay_create(supervisor->loop, supervisor->console, err[0],
		process->options.name, process->options.strip);
	out[0] = err[0] = -1;
	goto out;

err_pipes:
	result = -errno;
	fd_close(&out[0]);
	fd_close(&err[0]);
out:
	fd_close(&out[1]);
	fd_close(&err[1]);
	return result;
}

void process_start(struct process *process)
{
	int err;

	if (process->state != PROCESS_IDLE && process->state != PROCESS_WAITING)
		return;
	process->start_ns = clock_now_ns();
	err = process_spawn(process);
	if (err < 0) {
		process_died(process, strerror(-err));
		return;
	}
	process->state = PROCESS_STARTING;
	wl_event_source_timer_update(process->timer, READY_POLL_MS);
}

void process_stop(struct process *process)
{
	switch (process->state) {
	case PROCESS_WAITING:
		process->state = PROCESS_IDLE;
		wl_event_source_timer_update(process->timer, 0);
		break;
	case PROCESS_STARTING:
	case PROCESS_READY:
		process->state = PROCESS_STOPPING;
		kill(process->pid, SIGTERM);
		wl_event_source_timer_update(process->timer, PROCESS_KILL_AFTER_MS);
		break;
	case PROCESS_IDLE:
	case PROCESS_STOPPING:
		break;
	}
}

void process_kill(struct process *process)
{
	if (process->pid <= 0)
		return;
	process->state = PROCESS_STOPPING;
	kill(-process->pid, SIGKILL);
}

struct process *process_create(struct supervisor *supervisor, const struct process_options *options)
{
	struct process *process = calloc(1, sizeof(*process));

	if (!process)
		return NULL;
	*process = (struct process){.supervisor = supervisor, .options = *options};
	wl_list_insert(supervisor->processes.prev, &process->link);
	process->timer = wl_event_loop_add_timer(supervisor->loop, process_handle_timer, process);
	if (!process->timer) {
		process_destroy(process);
		return NULL;
	}
	return process;
}

void process_destroy(struct process *process)
{
	if (!process)
		return;
	if (process->pid > 0) {
		kill(-process->pid, SIGKILL);
		waitpid(process->pid, NULL, 0);
	}
	relay_destroy(process->out);
	relay_destroy(process->err);
	if (process->timer)
		wl_event_source_remove(process->timer);
	wl_list_remove(&process->link);
	free(process);
}

struct supervisor *supervisor_create(struct wl_event_loop *loop, struct console *console)
{
	struct supervisor *supervisor = calloc(1, sizeof(*supervisor));

	if (!supervisor)
		return NULL;
	*supervisor = (struct supervisor){.loop = loop, .console = console};
	wl_list_init(&supervisor->processes);
	supervisor->child_source =
		wl_event_loop_add_signal(loop, SIGCHLD, supervisor_handle_child, supervisor);
	if (!supervisor->child_source) {
		supervisor_destroy(supervisor);
		return NULL;
	}
	return supervisor;
}

void supervisor_destroy(struct supervisor *supervisor)
{
	if (!supervisor)
		return;
	if (supervisor->child_source)
		wl_event_source_remove(supervisor->child_source);
	free(supervisor);
}

enum process_state process_state(const struct process *process)
{
	return process->state;
}

const char *process_name(const struct process *process)
{
	return process->options.name;
}

uint32_t process_deaths(const struct process *process)
{
	return process->deaths;
}

bool process_was_ready(const struct process *process)
{
	return process->was_ready;
}
