/* SPDX-License-Identifier: MIT */
/* The frame of a unit test program: one case by name, and no descriptor left open after it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>

static inline int unit_open_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	while (directory && readdir(directory))
		count++;
	if (directory)
		closedir(directory);
	return count;
}

/** Runs the cases that the first argument names, or all. */
#define UNIT_MAIN(cases)                                                                           \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		int before = unit_open_fds(), failed, after;                                       \
                                                                                                   \
		if (argc > 1)                                                                      \
			cmocka_set_test_filter(argv[1]);                                           \
		failed = cmocka_run_group_tests(cases, NULL, NULL);                                \
		after = unit_open_fds();                                                           \
		if (!failed && after != before) {                                                  \
			printf("%d descriptors leaked\n", after - before);                         \
			return 1;                                                                  \
		}                                                                                  \
		return failed;                                                                     \
	}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
