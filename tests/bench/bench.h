/* SPDX-License-Identifier: MIT */
/* What the benchmarks' programs have in common: options, and groups of figures that are run. */
#pragma once

#include <stddef.h>

#include "tests/bench/options.h"

#define BENCH_GROUP_LINES 4

struct bench_group {
	const char *name;
	const char *lines[BENCH_GROUP_LINES]; /* that it prints; NULL: fewer */
	void (*run)(const struct bench_options *options, const void *data);
	const void *data;
};

struct bench {
	const char *usage;
	struct bench_options defaults; /* .bench is the program's name */
	const struct bench_group *groups;
	size_t group_count;
};

/** Reads the arguments and runs the groups they ask for; returns what main() returns. */
int bench_main(const struct bench *bench, int argc, char **argv);
