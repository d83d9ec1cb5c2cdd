/* SPDX-License-Identifier: MIT */
/* Round trips: one command at a time, from the kick to the response. */
#include "common/log.h"
#include "tests/bench/cases.h"
#include "tests/bench/report.h"

struct trips {
	const char *name;
	const char *p50_name, *p99_name;
	int (*trip)(struct guest *guest);
};

struct figures {
	struct samples p50, p99; /* µs, one a round */
};

static int run_round(
	const struct trips *trips, struct rig *rig, uint64_t ns, struct figures *figures)
{
	struct samples times = {0};
	uint64_t start = clock_now_ns(), now = start;

	do {
		uint64_t before = now;
		int ret = trips->trip(&rig->guest);

		if (ret < 0) {
			samples_finish(&times);
			return ret;
		}
		now = clock_now_ns();
		samples_add(&times, (double)(now - before) / 1e3);
	} while (now - start < ns);
	samples_add(&figures->p50, samples_percentile(&times, 50));
	samples_add(&figures->p99, samples_percentile(&times, 99));
	samples_finish(&times);
	return 0;
}

static void case_trips(const struct bench_options *options, const struct trips *trips)
{
	struct figures figures[2] = {0};
	struct sides sides;

	sides_start(&sides, options, RIG_OURS, 0, 0);
	for (uint32_t round = 0; round < 2 * options->rounds; round++) {
		int side = round % 2 ? PEER : OURS, ret;

		if (!sides.there[side])
			continue;
		ret = run_round(trips, &sides.rigs[side], round_ns(options), &figures[side]);
		if (ret < 0)
			side_fail(&sides, side, trips->name, ret);
	}
	sides_stop(&sides);
	report_print(options, trips->name,
		&(struct report_line){trips->p50_name, "us", samples_median(&figures[OURS].p50),
			samples_median(&figures[PEER].p50), REPORT_LESS});
	report_print(options, trips->name,
		&(struct report_line){trips->p99_name, "us", samples_median(&figures[OURS].p99),
			samples_median(&figures[PEER].p99), REPORT_LESS});
	for (int side = OURS; side <= PEER; side++) {
		samples_finish(&figures[side].p50);
		samples_finish(&figures[side].p99);
	}
}

void case_display_info(const struct bench_options *options, const void *data)
{
	case_trips(options, &(struct trips){"display-info", "display-info-p50", "display-info-p99",
				    guest_display_info});
}

void case_refused(const struct bench_options *options, const void *data)
{
	case_trips(
		options, &(struct trips){"refused", "refused-p50", "refused-p99", guest_refused});
}
