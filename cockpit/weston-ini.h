/* SPDX-License-Identifier: MIT */
/* The weston.ini of the Weston that `binnacle run` starts. */
#pragma once

#include <stdbool.h>

struct config;
struct string_list;

/** Writes the file with the guests' places and the module's path. Returns 0 or −errno. */
int weston_ini_write(const struct config *config, const char *path, const char *module);

/** The arguments, to be freed by the caller; check failed. */
void weston_command(const struct config *config, const char *program, const char *ini_path,
	struct string_list *argv);
