/* SPDX-License-Identifier: MIT */
/*
 * From the kick of a flush until the frame is at whoever shows it: at our compositor its commit, at
 * the peer's console all of its pixels.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/bench/cases.h"
#include "tests/bench/pace.h"
#include "tests/bench/report.h"

#define WARM_UP_FLIPS 10
#define ARRIVAL_TIMEOUT_NS UINT64_C(1000000000)

struct figures {
	struct samples p50, p99; /* µs, one a round */
};

/* What is drawn is transferred before: the kick is that of the flip alone. */
static int flip(struct rig *rig, struct screen *screen, uint64_t *latency_ns)
{
	uint64_t before_ns, arrived_ns, before = rig_arrivals(rig, &before_ns);
	int ret = screen_draw(screen);

	if (ret == 0 && screen->due)
		guest_kick(&rig->guest);
	if (ret == 0)
		ret = screens_wait(screen, 1, screen);
	if (ret == 0)
		ret = screen_flip(screen);
	if (ret == 0)
		ret = screens_wait(screen, 1, screen);
	if (ret < 0)
		return ret;
	/* The peer answers when the last bytes are in its socket. */
	while (rig_arrivals(rig, &arrived_ns) == before) {
		if (clock_now_ns() - screen->kicked_ns > ARRIVAL_TIMEOUT_NS)
			return -ETIMEDOUT;
		usleep(50);
	}
	*latency_ns = arrived_ns - screen->kicked_ns;
	return 0;
}

static int run_round(struct rig *rig, struct screen *screen, uint64_t ns, struct figures *figures)
{
	struct samples times = {0};
	uint64_t start = clock_now_ns();
	int ret = 0;

	do {
		uint64_t latency_ns = 0;

		ret = flip(rig, screen, &latency_ns);
		samples_add(&times, (double)latency_ns / 1e3);
		usleep(PACE_REST_US);
	} while (ret == 0 && clock_now_ns() - start < ns);
	if (ret == 0) {
		samples_add(&figures->p50, samples_percentile(&times, 50));
		samples_add(&figures->p99, samples_percentile(&times, 99));
	}
	samples_finish(&times);
	return ret;
}

static int warm_up(struct rig *rig, struct screen *screen, const struct pace_flush_case *flush)
{
	uint64_t ignored;
	int ret = screen_init(screen, &rig->guest, flush->kind, 0, PACE_WIDTH, PACE_HEIGHT);

	for (int i = 0; i < WARM_UP_FLIPS && ret == 0; i++)
		ret = flip(rig, screen, &ignored);
	if (ret == 0 && flush->dmabuf && !sink_dmabufs(rig->sink))
		return -ENOTSUP;
	return ret;
}

static void start(struct sides *sides, const struct bench_options *options,
	const struct pace_flush_case *flush)
{
	const struct sink_options sink = {.dmabuf = flush->dmabuf};

	*sides = (struct sides){.bench = options->bench};
	sides->there[OURS] = rig_start_wayland(&sides->rigs[OURS], options, &sink, 1) == 0;
	sides->there[PEER] =
		flush->peer && rig_start(&sides->rigs[PEER], options, RIG_PEER, 0, 0) == 0;
	if (!sides->there[OURS])
		rig_stop(&sides->rigs[OURS]);
	if (flush->peer && !sides->there[PEER]) {
		fprintf(stderr, "%s: no figures of the peer here\n", options->bench);
		rig_stop(&sides->rigs[PEER]);
	}
}

static void measure(struct sides *sides, const struct bench_options *options,
	const struct pace_flush_case *flush, struct figures figures[2])
{
	struct screen screens[2];
	int ret;

	for (int side = OURS; side <= PEER; side++) {
		if (!sides->there[side])
			continue;
		ret = warm_up(&sides->rigs[side], &screens[side], flush);
		if (ret < 0)
			side_fail(sides, side, flush->name, ret);
	}
	for (uint32_t round = 0; round < 2 * options->rounds; round++) {
		int side = round % 2 ? PEER : OURS;

		if (!sides->there[side])
			continue;
		ret = run_round(
			&sides->rigs[side], &screens[side], round_ns(options), &figures[side]);
		if (ret < 0)
			side_fail(sides, side, flush->name, ret);
	}
}

void case_flush(const struct bench_options *options, const void *data)
{
	const struct pace_flush_case *flush = data;
	struct figures figures[2] = {0};
	struct sides sides;

	start(&sides, options, flush);
	measure(&sides, options, flush, figures);
	sides_stop(&sides);
	report_print(options, flush->name,
		&(struct report_line){flush->p50_name, "us", samples_median(&figures[OURS].p50),
			samples_median(&figures[PEER].p50), REPORT_LESS});
	report_print(options, flush->name,
		&(struct report_line){flush->p99_name, "us", samples_median(&figures[OURS].p99),
			samples_median(&figures[PEER].p99), REPORT_LESS});
	for (int side = OURS; side <= PEER; side++) {
		samples_finish(&figures[side].p50);
		samples_finish(&figures[side].p99);
	}
}
