/* SPDX-License-Identifier: MIT */
/* A back end as a process of its own, and what it costs the host. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct backend {
	pid_t pid;
	int socket; /* vhost-user; the caller takes it by setting it to −1 */
};

#define BACKEND_ARGUMENTS 4

/** Starts program with --fd and up to BACKEND_ARGUMENTS more (NULL: fewer). 0 or −errno. */
int backend_start(struct backend *backend, const char *program,
	const char *const arguments[BACKEND_ARGUMENTS]);
void backend_stop(struct backend *backend);

/** CPU time the process has used. */
uint64_t backend_cpu_ns(const struct backend *backend);

/** A number of /proc/PID/status, such as "VmRSS"; 0 if it is not there. */
uint64_t backend_status(const struct backend *backend, const char *key);
