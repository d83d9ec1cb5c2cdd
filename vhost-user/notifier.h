/* SPDX-License-Identifier: MIT */
/*
 * A descriptor that tells "look at the ring": an eventfd (QEMU, crosvm) or a stream socket
 * (User-Mode Linux). Neither direction ever blocks or raises SIGPIPE.
 */
#pragma once

#include <stdbool.h>

struct notifier {
	int fd; /* −1 = none */
	bool is_socket;
};

#define NOTIFIER_NONE ((struct notifier){.fd = -1})

/** Takes fd, also when it fails. Returns 0, or −EINVAL if it is neither of the two. */
int notifier_init(struct notifier *notifier, int fd);

void notifier_finish(struct notifier *notifier);

/** Tells the other side. A full or closed one is left alone: it has been told, or is not there. */
void notifier_signal(const struct notifier *notifier);

/** Takes what the other side told. False if it has closed its end. */
bool notifier_drain(const struct notifier *notifier);
