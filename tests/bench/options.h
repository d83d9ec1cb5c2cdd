/* SPDX-License-Identifier: MIT */
/* What the user asked of the benchmark. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bench_options {
	const char *bench; /* the program's name */
	const char *only;  /* a group or a line, or NULL: all */
	double seconds;    /* measured per side and group */
	uint32_t rounds;   /* that the seconds are divided into, sides in turn */
	bool contiguous;   /* screens lie in one piece of guest memory */
	const char *ours;  /* programs */
	const char *peer;
};
