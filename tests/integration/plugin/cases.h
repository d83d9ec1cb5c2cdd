/* SPDX-License-Identifier: MIT */
/* A test program of named cases, each of which Meson runs as a test of its own. */
#pragma once

#include "tests/fixtures/weston/check.h"
#include <string.h>

struct test_case {
	const char *name;
	void (*run)(void);
};

#define CASE(function)                                                                             \
	{                                                                                          \
#function, function                                                                \
	}

/** Runs the case that the program's one argument names, or all of them. Returns the exit status. */
static inline int cases_run(const struct test_case *cases, size_t count, int argc, char *argv[])
{
	size_t run = 0;

	for (size_t i = 0; i < count; i++) {
		if (argc > 1 && strcmp(argv[1], cases[i].name) != 0)
			continue;
		fprintf(stderr, "%s\n", cases[i].name);
		cases[i].run();
		run++;
	}
	if (run == 0)
		check_fail("there is no case \"%s\"", argc > 1 ? argv[1] : "");
	return 0;
}

#define CASES_MAIN(cases)                                                                          \
	int main(int argc, char *argv[])                                                           \
	{                                                                                          \
		return cases_run(cases, sizeof(cases) / sizeof((cases)[0]), argc, argv);           \
	}
