/* SPDX-License-Identifier: MIT */
/* What a benchmark says: one JSON object a line on standard output. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/bench/options.h"

enum report_better {
	REPORT_MORE, /* is better */
	REPORT_LESS,
};

/** Not a number where there is nothing to tell. */
struct report_line {
	const char *name;
	const char *unit;
	double ours, peer;
	enum report_better better;
};

/** True if the line is one the user asked for. */
bool report_wanted(const struct bench_options *options, const char *group, const char *name);

/** Prints the line if it is wanted. The ratio is above 1 where ours is better. */
void report_print(
	const struct bench_options *options, const char *group, const struct report_line *line);

/* Figures gathered over rounds. */
#define SAMPLES_MAX 262144

struct samples {
	double *values;
	size_t count, room;
};

/** Beyond SAMPLES_MAX the value is dropped. */
void samples_add(struct samples *samples, double value);

/** 0 to 100; sorts. Not a number without samples. */
double samples_percentile(struct samples *samples, double percent);
double samples_median(struct samples *samples);
void samples_clear(struct samples *samples);
void samples_finish(struct samples *samples);
