/* SPDX-License-Identifier: MIT */
/*
 * A guest's init where everything else would take too long, as in a machine that is emulated
 * itself: the first and only program of an initial RAM disk. It knows one role of those that `init`
 * knows, test:PROGRAM,ARG…, which it runs and whose status it prints, and turns the guest off.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROLE "binnacle.role=test:"
#define MAX_ARGUMENTS 64

static int mount_all(void)
{
	static const char *const mounts[][2] = {
		{"proc", "/proc"},
		{"sysfs", "/sys"},
		{"devtmpfs", "/dev"},
	};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i][1], 0755);
		if (mount(mounts[i][0], mounts[i][1], mounts[i][0], 0, NULL) && errno != EBUSY) {
			printf("small-init: cannot mount %s: %s\n", mounts[i][1], strerror(errno));
			return -1;
		}
	}
	return 0;
}

/* The role's program and arguments, parted by zero bytes in the text; false where there is none. */
static bool read_role(char *text, int size, char *arguments[static MAX_ARGUMENTS + 1])
{
	FILE *file = fopen("/proc/cmdline", "re");
	size_t count = 0;
	char *role, *state;

	if (!file)
		return false;
	if (!fgets(text, size, file))
		text[0] = '\0';
	fclose(file);
	role = strstr(text, ROLE);
	if (!role)
		return false;
	role = strtok_r(role + strlen(ROLE), " \n", &state);
	for (char *word = strtok_r(role, ",", &state); word && count < MAX_ARGUMENTS;
		word = strtok_r(NULL, ",", &state))
		arguments[count++] = word;
	arguments[count] = NULL;
	return count > 0;
}

static int run_program(char *const arguments[])
{
	char path[256];
	int status = 0;
	pid_t pid;

	snprintf(path, sizeof(path), "/%s", arguments[0]);
	pid = fork();
	if (pid == 0) {
		execv(path, arguments);
		printf("small-init: cannot run %s: %s\n", path, strerror(errno));
		fflush(stdout);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 126;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(void)
{
	char text[4096], *arguments[MAX_ARGUMENTS + 1];

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (mount_all() == 0) {
		if (read_role(text, sizeof(text), arguments))
			printf("BINNACLE-RESULT %d\n", run_program(arguments));
		else
			printf("small-init: the kernel command line names no test\n");
	}
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
