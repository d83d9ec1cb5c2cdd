/* SPDX-License-Identifier: MIT */
/* Where things are: the runtime directory, the programs that are started, the Weston module. */
#pragma once

#include <stdbool.h>

/**
 * Makes sure that XDG_RUNTIME_DIR names a usable directory, for this process and its children.
 * Where it is unset, /run/user/UID or /tmp/binnacle-UID is used, created (0700) if create is set,
 * and *chosen tells so. Returns 0, or −errno after a log line with the remedy.
 */
int paths_runtime_dir(bool create, bool *chosen);

/** "$XDG_RUNTIME_DIR/binnacle", the caller's to free, or NULL. */
char *paths_binnacle_dir(void);

/** The absolute path of a program in PATH, the caller's to free, or NULL. */
char *paths_find_in_path(const char *program);

/**
 * The absolute path of a program or file of ours: in the build tree when this program runs from
 * there (FOLDER/NAME beside our own folder), else where it is installed. The caller's, or NULL.
 */
char *paths_find_program(const char *folder, const char *name);
char *paths_find_module(void);

/** Whether a unix stream socket at path accepts a connection, which is closed at once. */
bool paths_socket_answers(const char *path);

/** A formatted string, the caller's to free, or NULL. */
char *paths_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
