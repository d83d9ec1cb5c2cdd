/* SPDX-License-Identifier: MIT */
/* Where the plugin's sockets are, and who may reach them. */
#pragma once

#include <sys/types.h>

/** "$XDG_RUNTIME_DIR/binnacle", the caller's, or NULL where the variable is not set. */
char *runtime_dir_path(void);

/**
 * Makes the directory, for its owner alone and for those that socket_mode lets connect to a socket
 * in it. Returns 0 or −errno; −EPERM where the path is there and is not our own directory.
 */
int runtime_dir_create(const char *path, mode_t socket_mode);

/** A listening socket of this mode; a stale one is replaced. Returns the fd or −errno. */
int runtime_dir_listen(const char *path, mode_t socket_mode);
