/* SPDX-License-Identifier: MIT */
/* `binnacle run FILE`: brings the guests of a cockpit.ini up and keeps them up. */
#pragma once

#include <stdbool.h>

/** Returns the exit status of the program. */
int run_command(const char *path, bool verbose);
