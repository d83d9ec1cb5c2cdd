/* SPDX-License-Identifier: MIT */
/* Scanouts of one back end, each with a screen of its own pace. */
#include "tests/bench/pace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"

#define WARM_UP_FLIPS 4

static int show(struct pace *pace, struct screen *screen, uint32_t index)
{
	int ret = screen_init(screen, &pace->rig.guest, SCREEN_2D, index, PACE_WIDTH, PACE_HEIGHT);

	for (int i = 0; i < WARM_UP_FLIPS && ret == 0; i++) {
		ret = screen_draw(screen);
		if (ret == 0)
			ret = screen_flip(screen);
		if (ret == 0)
			ret = screens_wait(pace->screens, pace->count, screen);
	}
	return ret;
}

int pace_start(struct pace *pace, const struct bench_options *options, const uint64_t *interval_ns,
	uint32_t count)
{
	struct sink_options sink = {0};
	int ret;

	*pace = (struct pace){.count = count};
	memcpy(sink.interval_ns, interval_ns, count * sizeof(*interval_ns));
	ret = rig_start_wayland(&pace->rig, options, &sink, count);
	if (ret < 0)
		return ret;
	for (uint32_t i = 0; i < count && ret == 0; i++)
		ret = show(pace, &pace->screens[i], i);
	if (ret < 0)
		fprintf(stderr, "%s: the screens were not shown: %s\n", options->bench,
			strerror(-ret));
	return ret;
}

void pace_stop(struct pace *pace)
{
	rig_stop(&pace->rig);
}

int pace_run(struct pace *pace, struct screen *screen, bool run)
{
	int ret;

	if (run == screen->runs)
		return 0;
	screen->runs = run;
	if (!run)
		return screens_wait(pace->screens, pace->count, screen);
	ret = screen_draw(screen);
	return ret < 0 ? ret : screen_flip(screen);
}

int pace_intervals(struct pace *pace, struct screen *screen, uint64_t ns, struct samples *intervals)
{
	uint64_t end_ns = clock_now_ns() + ns, last_ns = 0, seen = screen->flips;
	size_t before = intervals->count;
	int ret = pace_run(pace, screen, true);

	while (ret >= 0 && (clock_now_ns() < end_ns || intervals->count == before)) {
		ret = screens_step(pace->screens, pace->count, true);
		if (screen->flips == seen)
			continue;
		seen = screen->flips;
		if (last_ns)
			samples_add(intervals, (double)(screen->answered_ns - last_ns) / 1e3);
		last_ns = screen->answered_ns;
	}
	return ret < 0 ? ret : pace_run(pace, screen, false);
}
