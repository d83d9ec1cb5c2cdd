/* SPDX-License-Identifier: MIT */
/* A process's status: a socket that answers every connection with one JSON object and closes it. */
#pragma once

/**
 * Listens at path, as fd_listen_unix(). Watch the descriptor for reading and call
 * status_socket_answer() when it is readable. Returns the fd, the caller's, or −errno.
 */
int status_socket_open(const char *path);

/** Accepts one connection, writes the text (borrowed) without ever blocking, and closes it. */
void status_socket_answer(int listen_fd, const char *json);

/**
 * Reads a whole status object, waiting at most timeout_ms for it.
 * Returns the text, to be freed by the caller, or NULL with errno set.
 */
char *status_socket_read(const char *path, int timeout_ms);
