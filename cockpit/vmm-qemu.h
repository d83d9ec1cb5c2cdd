/* SPDX-License-Identifier: MIT */
/* How a guest is run under QEMU: its command line, and whether KVM is of use. */
#pragma once

#include <stdbool.h>

struct config_guest;
struct string_list;

#define VMM_QEMU_PROGRAM "qemu-system-x86_64"
#define VMM_QEMU_PACKAGE "qemu-system-x86"

/** The sockets of one guest's VMM, all in our run directory. */
struct vmm_qemu_paths {
	const char *program; /* absolute */
	const char *gpu;     /* where binnacle-gpu listens */
	const char *qmp;     /* QMP for people and tests */
	const char *events;  /* QMP for ourselves */
};

/** The arguments, to be freed by the caller; check failed. */
void vmm_qemu_command(const struct config_guest *guest, const struct vmm_qemu_paths *paths,
	struct string_list *argv);

/** Whether a KVM guest would truly run; if not, *why says what is in the way. */
bool vmm_qemu_kvm_works(const char **why);
