/* SPDX-License-Identifier: MIT */
/* Makes the directories and sockets under $XDG_RUNTIME_DIR/binnacle. */
#include "compositor-plugin/runtime-dir.h"

#include "common/fd.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char *runtime_dir_path(void)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	char *path;

	if (!base || base[0] != '/')
		return NULL;
	return asprintf(&path, "%s/binnacle", base) < 0 ? NULL : path;
}

int runtime_dir_create(const char *path, mode_t socket_mode)
{
	mode_t mode = 0700;
	struct stat st;

	if (socket_mode & 0020)
		mode |= 0010;
	if (socket_mode & 0002)
		mode |= 0001;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (lstat(path, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return -EPERM;
	return chmod(path, mode) < 0 ? -errno : 0;
}

int runtime_dir_listen(const char *path, mode_t socket_mode)
{
	mode_t old = umask(0777 & ~socket_mode);
	int fd = fd_listen_unix(path);

	umask(old);
	return fd;
}
