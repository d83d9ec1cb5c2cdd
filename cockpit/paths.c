/* SPDX-License-Identifier: MIT */
/* Where things are: the runtime directory, the programs that are started, the Weston module. */
#include "cockpit/paths.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"

/* The longest name that we put below the runtime directory must fit into a socket address:
 * "/binnacle/", a guest's name of 32, "/binnacle-gpu.status". */
#define RUNTIME_DIR_MAX_BYTES (sizeof(((struct sockaddr_un *)NULL)->sun_path) - 64)

char *paths_format(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return text;
}

/* A directory in a place that others can write to is used only if nobody else can touch it. */
static int runtime_dir_check(const char *path, bool create)
{
	struct stat st;

	if (create && mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (lstat(path, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != getuid() || (st.st_mode & 077))
		return -EPERM;
	return 0;
}

static int runtime_dir_choose(bool create)
{
	char path[64];
	int err;

	if (create && getuid() == 0)
		(void)!mkdir("/run/user", 0755);
	snprintf(path, sizeof(path), "/run/user/%u", getuid());
	err = runtime_dir_check(path, create);
	if (err) {
		snprintf(path, sizeof(path), "/tmp/binnacle-%u", getuid());
		err = runtime_dir_check(path, create);
	}
	if (err == -ENOENT)
		return err;
	if (err) {
		log_error("%s cannot be used: %s; set XDG_RUNTIME_DIR to a directory of your own "
			  "with mode 0700",
			path, strerror(-err));
		return err;
	}
	return setenv("XDG_RUNTIME_DIR", path, 1) < 0 ? -errno : 0;
}

int paths_runtime_dir(bool create, bool *chosen)
{
	const char *path = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	*chosen = false;
	if (!path || !*path) {
		*chosen = true;
		return runtime_dir_choose(create);
	}
	if (*path != '/' || stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
		log_error("XDG_RUNTIME_DIR is '%s', which is no directory; make it (mode 0700) or "
			  "unset the variable",
			path);
		return -ENOTDIR;
	}
	if (strlen(path) > RUNTIME_DIR_MAX_BYTES) {
		log_error("XDG_RUNTIME_DIR is longer than %zu bytes, too long for sockets in it; "
			  "set it to a shorter path",
			RUNTIME_DIR_MAX_BYTES);
		return -ENAMETOOLONG;
	}
	return 0;
}

char *paths_binnacle_dir(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	return runtime && *runtime ? paths_format("%s/binnacle", runtime) : NULL;
}

char *paths_find_in_path(const char *program)
{
	const char *next = getenv("PATH");

	while (next && *next) {
		size_t length = strcspn(next, ":");
		char *path = paths_format("%.*s/%s", (int)length, next, program);
		struct stat st;

		if (path && length > 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
			access(path, X_OK) == 0)
			return path;
		free(path);
		next += length;
		next += *next == ':';
	}
	return NULL;
}

/* The directory that holds this program, without the last slash; the caller's, or NULL. */
static char *own_directory(void)
{
	char *path = realpath("/proc/self/exe", NULL);
	char *slash = path ? strrchr(path, '/') : NULL;

	if (slash)
		*slash = '\0';
	return path;
}

/* The first of the paths that is there, with its links resolved; the caller's, or NULL. Takes all.
 */
static char *first_existing(char *paths[], size_t count)
{
	char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!found && paths[i])
			found = realpath(paths[i], NULL);
		free(paths[i]);
	}
	return found;
}

char *paths_find_program(const char *folder, const char *name)
{
	char *own = own_directory(), *found = NULL;

	if (own) {
		char *paths[] = {
			paths_format("%s/../%s/%s", own, folder, name),
			paths_format("%s/%s", own, name),
		};

		found = first_existing(paths, sizeof(paths) / sizeof(paths[0]));
	}
	free(own);
	return found;
}

char *paths_find_module(void)
{
	char *own = own_directory(), *found = NULL;

	if (own) {
		char *paths[] = {
			paths_format("%s/../compositor-plugin/binnacle.so", own),
			paths_format("%s/../%s/weston/binnacle.so", own, BINNACLE_LIBDIR),
			paths_format("%s/binnacle.so", BINNACLE_MODULE_DIR),
		};

		found = first_existing(paths, sizeof(paths) / sizeof(paths[0]));
	}
	free(own);
	return found;
}

bool paths_socket_answers(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;
	bool answers;

	if (strlen(path) >= sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	answers = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	fd_close(&fd);
	return answers;
}
