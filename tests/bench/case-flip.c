/* SPDX-License-Identifier: MIT */
/* A guest that flips as fast as its fences come back, on one screen of 60 Hz. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/bench/pace.h"

void case_flip(const struct bench_options *options, const void *data)
{
	static const struct {
		const char *name;
		double percent;
	} lines[] = {{"flip-60hz-p1", 1}, {"flip-60hz-p50", 50}, {"flip-60hz-p99", 99}};
	const uint64_t interval_ns = PACE_INTERVAL_NS;
	struct samples intervals = {0};
	struct pace pace;
	int ret = pace_start(&pace, options, &interval_ns, 1);

	if (ret == 0)
		ret = pace_intervals(
			&pace, &pace.screens[0], (uint64_t)(options->seconds * 1e9), &intervals);
	pace_stop(&pace);
	if (ret < 0) {
		fprintf(stderr, "%s: flip-60hz failed: %s\n", options->bench, strerror(-ret));
		samples_clear(&intervals);
	}
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		report_print(options, "flip-60hz",
			&(struct report_line){lines[i].name, "us",
				samples_percentile(&intervals, lines[i].percent) -
					(double)PACE_INTERVAL_NS / 1e3,
				NAN, REPORT_LESS});
	samples_finish(&intervals);
}
