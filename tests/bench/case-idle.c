/* SPDX-License-Identifier: MIT */
/* What a back end costs while its guest does nothing: memory, and wake-ups of the processor. */
#include <math.h>
#include <unistd.h>

#include "tests/bench/cases.h"
#include "tests/bench/report.h"

/* Ours looks once more, a tenth of a second after the last frame. */
#define SETTLE_US 300000

/* So small that its pixels do not count as memory of the back end. */
#define SCREEN_PX 64
#define FRAMES 10

static int draw(struct guest *guest)
{
	const struct rect whole = {.width = SCREEN_PX, .height = SCREEN_PX};
	int ret = guest_display_info(guest);

	for (int i = 0; i < FRAMES && ret == 0; i++)
		ret = guest_frame(guest, &whole);
	return ret;
}

/* The guest's driver has asked for its screens and drawn some frames, and draws no more. */
void case_idle(const struct bench_options *options, const void *data)
{
	static const char name[] = "idle";
	double rss_mb[2] = {NAN, NAN}, wakeups[2] = {NAN, NAN};
	uint64_t before[2] = {0};
	struct sides sides;

	sides_start(&sides, options, RIG_OURS, SCREEN_PX, SCREEN_PX);
	for (int side = OURS; side <= PEER; side++) {
		int ret = sides.there[side] ? draw(&sides.rigs[side].guest) : 0;

		if (ret < 0)
			side_fail(&sides, side, name, ret);
	}
	usleep(SETTLE_US);
	for (int side = OURS; side <= PEER; side++)
		before[side] = backend_status(&sides.rigs[side].backend, "voluntary_ctxt_switches");
	usleep((useconds_t)(options->seconds * 1e6));
	for (int side = OURS; side <= PEER; side++) {
		const struct backend *backend = &sides.rigs[side].backend;

		if (!sides.there[side])
			continue;
		wakeups[side] = (double)(backend_status(backend, "voluntary_ctxt_switches") -
					 before[side]) /
				options->seconds;
		rss_mb[side] = (double)backend_status(backend, "VmRSS") / 1024;
	}
	sides_stop(&sides);
	report_print(options, name,
		&(struct report_line){"idle-rss", "MiB", rss_mb[OURS], rss_mb[PEER], REPORT_LESS});
	report_print(options, name,
		&(struct report_line){
			"idle-wakeups", "1/s", wakeups[OURS], wakeups[PEER], REPORT_LESS});
}
