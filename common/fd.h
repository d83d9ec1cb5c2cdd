/* SPDX-License-Identifier: MIT */
/* File descriptors: closing, and small steps that every program repeats. */
#pragma once

#include <stddef.h>

/** Closes *fd unless it is negative, and makes it −1. */
void fd_close(int *fd);

/** Makes the descriptor non-blocking. Returns 0 or −errno. */
int fd_set_nonblock(int fd);

/** Gives the descriptor the close-on-exec flag. Returns 0 or −errno; −EBADF if it is not open. */
int fd_set_cloexec(int fd);

/**
 * A listening unix stream socket at path, non-blocking and close-on-exec. A stale socket file, one
 * that nobody listens on, is replaced; −EADDRINUSE if somebody does. Returns the fd or −errno.
 */
int fd_listen_unix(const char *path);
