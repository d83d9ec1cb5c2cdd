/* SPDX-License-Identifier: MIT */
/* binnacle-gpu-render as a child of ours. */
#include "gpu-backend/render-process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"

#define REAP_MS 1000

static void __attribute__((noreturn)) process_exec(const struct renderer_options *options, int fd)
{
	char socket[24];
	const char *argv[8] = {options->program, socket};
	size_t count = 2;
	char *guest = NULL, *node = NULL;
	sigset_t none;

	/* The event loop has blocked the signals that it reads from a descriptor. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Not to outlive binnacle-gpu, however that ends. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = dup(fd); /* without close-on-exec */
	snprintf(socket, sizeof(socket), "--fd=%d", fd);
	if (options->guest && asprintf(&guest, "--guest=%s", options->guest) >= 0)
		argv[count++] = guest;
	if (options->render_node && asprintf(&node, "--render-node=%s", options->render_node) >= 0)
		argv[count++] = node;
	if (options->verbose)
		argv[count++] = "-v";
	execv(options->program, (char *const *)argv);
	log_error("%s: %s", options->program, strerror(errno));
	_exit(127);
}

int render_process_start(const struct renderer_options *options, pid_t *pid, int *fd)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	*pid = fork();
	if (*pid < 0) {
		int error = errno;

		*pid = 0;
		close(fds[0]);
		close(fds[1]);
		return -error;
	}
	if (!*pid)
		process_exec(options, fds[1]);
	close(fds[1]);
	fd_set_nonblock(fds[0]);
	*fd = fds[0];
	return 0;
}

/* A process that was killed ends at once, unless a driver holds it in the kernel. */
void render_process_end(pid_t pid)
{
	struct pollfd end = {.fd = pidfd_open(pid, 0), .events = POLLIN};

	kill(pid, SIGKILL);
	poll(&end, 1, REAP_MS);
	fd_close(&end.fd);
	if (waitpid(pid, NULL, WNOHANG) != pid)
		log_error("the renderer's process %d does not end: a driver holds it", pid);
}
