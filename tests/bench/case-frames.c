/* SPDX-License-Identifier: MIT */
/* Frames a second, and the CPU time that the back end spends on one. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/bench/cases.h"
#include "tests/bench/report.h"

#define WARM_UP_FRAMES 4

struct figures {
	struct samples rate; /* frames/s, one a round */
	struct samples cpu;  /* µs of a frame */
};

/* The last frames may still be between the back end and its reader. */
static uint64_t frames_arrived(const struct rig *rig, uint64_t expected)
{
	for (int ms = 0; ms < 1000 && rig_frames(rig) < expected; ms++)
		usleep(1000);
	return rig_frames(rig);
}

static int run_round(
	struct rig *rig, const struct rect *damage, uint64_t ns, struct figures *figures)
{
	uint64_t frames = rig_frames(rig), cpu = backend_cpu_ns(&rig->backend);
	uint64_t start = clock_now_ns(), now, drawn = 0, cpu_end;

	do {
		int ret = guest_frame(&rig->guest, damage);

		if (ret < 0)
			return ret;
		drawn++;
		now = clock_now_ns();
	} while (now - start < ns);
	cpu_end = backend_cpu_ns(&rig->backend);
	frames = frames_arrived(rig, frames + drawn) - frames;
	if (frames != drawn)
		fprintf(stderr, "gpu-2d: %llu frames drawn, %llu arrived\n",
			(unsigned long long)drawn, (unsigned long long)frames);
	samples_add(&figures->rate, (double)frames * 1e9 / (double)(now - start));
	if (frames)
		samples_add(&figures->cpu, (double)(cpu_end - cpu) / 1e3 / (double)frames);
	return 0;
}

static int warm_up(struct rig *rig, const struct rect *damage)
{
	const struct rect whole = {.width = rig->guest.width, .height = rig->guest.height};
	int ret = guest_frame(&rig->guest, &whole);

	for (int i = 0; i < WARM_UP_FRAMES && ret == 0; i++)
		ret = guest_frame(&rig->guest, damage);
	if (ret == 0)
		frames_arrived(rig, WARM_UP_FRAMES + 1);
	return ret;
}

void case_frames(const struct bench_options *options, const void *data)
{
	const struct frames_case *frames = data;
	/* In the middle of the screen. */
	const struct rect damage = {
		.x = (frames->width - frames->damage_width) / 2,
		.y = (frames->height - frames->damage_height) / 2,
		.width = frames->damage_width,
		.height = frames->damage_height,
	};
	struct figures figures[2] = {0};
	struct sides sides;

	sides_start(&sides, options, frames->ours, frames->width, frames->height);
	for (int side = OURS; side <= PEER; side++) {
		int ret = sides.there[side] ? warm_up(&sides.rigs[side], &damage) : 0;

		if (ret < 0)
			side_fail(&sides, side, frames->name, ret);
	}
	for (uint32_t round = 0; round < 2 * options->rounds; round++) {
		int side = round % 2 ? PEER : OURS, ret;

		if (!sides.there[side])
			continue;
		ret = run_round(&sides.rigs[side], &damage, round_ns(options), &figures[side]);
		if (ret < 0)
			side_fail(&sides, side, frames->name, ret);
	}
	sides_stop(&sides);
	report_print(options, frames->name,
		&(struct report_line){frames->name, "frames/s", samples_median(&figures[OURS].rate),
			samples_median(&figures[PEER].rate), REPORT_MORE});
	report_print(options, frames->name,
		&(struct report_line){frames->cpu_name, "us/frame",
			samples_median(&figures[OURS].cpu), samples_median(&figures[PEER].cpu),
			REPORT_LESS});
	for (int side = OURS; side <= PEER; side++) {
		samples_finish(&figures[side].rate);
		samples_finish(&figures[side].cpu);
	}
}
