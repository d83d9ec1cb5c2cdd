/* SPDX-License-Identifier: MIT */
/*
 * Two screens of one guest: B has 60 Hz; A answers once a second, or never, and is flipped as soon
 * as its flip is answered. What B's driver sees of that, in turns without and with A.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/bench/cases.h"
#include "tests/bench/pace.h"

struct figures {
	struct samples alone, beside; /* µs */
	double flips, seconds;        /* of A, until the last answer */
};

/* Each turn begins at another moment between two ticks of B, which A's flips keep for a while. */
static int run_round(struct pace *pace, const struct pace_isolation_case *isolation, uint64_t ns,
	double phase, struct figures *figures)
{
	struct screen *a = &pace->screens[0], *b = &pace->screens[1];
	uint64_t flips, start_ns;
	int ret = 0;

	if (isolation->alone_p50_name)
		ret = pace_intervals(pace, b, ns, &figures->alone);
	usleep((useconds_t)(phase * (double)PACE_INTERVAL_NS / 1e3));
	if (ret == 0)
		ret = pace_run(pace, a, true);
	flips = a->flips;
	start_ns = clock_now_ns();
	if (ret == 0)
		ret = pace_intervals(pace, b, ns, &figures->beside);
	if (a->flips > flips) {
		figures->flips += (double)(a->flips - flips);
		figures->seconds += (double)(a->answered_ns - start_ns) / 1e9;
	}
	return ret < 0 ? ret : pace_run(pace, a, false);
}

static void print(const struct bench_options *options, const struct pace_isolation_case *isolation,
	struct figures *figures)
{
	const struct report_line lines[] = {
		{isolation->alone_p50_name, "us", samples_percentile(&figures->alone, 50), NAN,
			REPORT_LESS},
		{isolation->alone_p99_name, "us", samples_percentile(&figures->alone, 99), NAN,
			REPORT_LESS},
		{isolation->beside_p50_name, "us", samples_percentile(&figures->beside, 50), NAN,
			REPORT_LESS},
		{isolation->beside_p99_name, "us", samples_percentile(&figures->beside, 99), NAN,
			REPORT_LESS},
		{isolation->rate_name, "1/s",
			figures->seconds > 0 ? figures->flips / figures->seconds : 0, NAN,
			REPORT_MORE},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (lines[i].name)
			report_print(options, isolation->name, &lines[i]);
	}
}

void case_isolation(const struct bench_options *options, const void *data)
{
	const struct pace_isolation_case *isolation = data;
	const uint64_t intervals_ns[] = {isolation->slow_interval_ns, PACE_INTERVAL_NS};
	struct figures figures = {0};
	struct pace pace;
	int ret = pace_start(&pace, options, intervals_ns, 2);

	for (uint32_t round = 0; round < options->rounds && ret == 0; round++)
		ret = run_round(&pace, isolation, round_ns(options),
			(double)round / options->rounds, &figures);
	pace_stop(&pace);
	if (ret < 0) {
		fprintf(stderr, "%s: %s failed: %s\n", options->bench, isolation->name,
			strerror(-ret));
		samples_clear(&figures.alone);
		samples_clear(&figures.beside);
	}
	print(options, isolation, &figures);
	samples_finish(&figures.alone);
	samples_finish(&figures.beside);
}
