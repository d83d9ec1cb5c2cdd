/* SPDX-License-Identifier: MIT */
/* `binnacle screenshot`: what Weston shows on its screens, as PNG files. */
#pragma once

/**
 * With a screen's name, its picture goes to the file path. Without (NULL), path is a directory,
 * made if need be, that gets SCREEN.png for each. Returns the exit status of the program.
 */
int screenshot_command(const char *screen, const char *path);
