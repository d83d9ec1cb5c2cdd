/* SPDX-License-Identifier: MIT */
/*
 * What else a driver asks for, while its screen rests and while it is flipped but answers once a
 * second only: one command at a time, in turns.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/bench/cases.h"
#include "tests/bench/pace.h"

#define ARRIVAL_TIMEOUT_NS UINT64_C(1000000000)

struct beside {
	const char *name;
	const char *lines[4]; /* alone p50, p99, beside p50, p99 */
	int (*trip)(struct pace *pace, uint64_t *latency_ns);
};

struct figures {
	struct samples p50, p99; /* µs, one a round */
};

static int display_info(struct pace *pace, uint64_t *latency_ns)
{
	struct guest_slot *slot = &pace->rig.guest.slots[0];
	struct virtio_gpu_ctrl_hdr command = guest_header(VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	uint64_t kicked_ns = clock_now_ns();
	int ret = guest_submit(&pace->rig.guest, slot, &command, sizeof(command),
		sizeof(struct virtio_gpu_resp_display_info));

	guest_kick(&pace->rig.guest);
	while (ret >= 0 && !slot->answered)
		ret = screens_step(pace->screens, pace->count, true);
	*latency_ns = clock_now_ns() - kicked_ns;
	return ret < 0 ? ret : guest_slot_check(slot, VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
}

/* Until the compositor has it: a cursor that lags is seen, its command's answer is not. */
static int cursor_move(struct pace *pace, uint64_t *latency_ns)
{
	uint64_t arrived_ns, before = sink_moves(pace->rig.sink, 0, &arrived_ns);
	uint64_t kicked_ns = clock_now_ns();
	int ret = guest_cursor_move(&pace->rig.guest, 0, (uint32_t)(before % PACE_WIDTH), 1);

	while (ret == 0 && sink_moves(pace->rig.sink, 0, &arrived_ns) == before) {
		if (clock_now_ns() - kicked_ns > ARRIVAL_TIMEOUT_NS)
			return -ETIMEDOUT;
		usleep(50);
	}
	*latency_ns = arrived_ns - kicked_ns;
	return ret;
}

static int run_round(
	const struct beside *beside, struct pace *pace, uint64_t ns, struct figures *figures)
{
	struct samples times = {0};
	uint64_t start_ns = clock_now_ns();
	int ret = 0;

	do {
		uint64_t latency_ns = 0;

		ret = beside->trip(pace, &latency_ns);
		samples_add(&times, (double)latency_ns / 1e3);
		usleep(PACE_REST_US);
		/* The screen's answers that came meanwhile. */
		while (ret == 0 && (ret = screens_step(pace->screens, pace->count, false)) > 0)
			ret = 0;
	} while (ret == 0 && clock_now_ns() - start_ns < ns);
	samples_add(&figures->p50, samples_percentile(&times, 50));
	samples_add(&figures->p99, samples_percentile(&times, 99));
	samples_finish(&times);
	return ret;
}

static void case_beside(const struct bench_options *options, const struct beside *beside)
{
	const uint64_t interval_ns = PACE_SLOW_NS;
	struct figures figures[2] = {0};
	struct pace pace;
	int ret = pace_start(&pace, options, &interval_ns, 1);

	for (uint32_t round = 0; round < 2 * options->rounds && ret == 0; round++) {
		ret = pace_run(&pace, &pace.screens[0], round % 2);
		if (ret == 0)
			ret = run_round(beside, &pace, round_ns(options), &figures[round % 2]);
	}
	pace_stop(&pace);
	if (ret < 0)
		fprintf(stderr, "%s: %s failed: %s\n", options->bench, beside->name,
			strerror(-ret));
	for (int i = 0; i < 2; i++) {
		report_print(options, beside->name,
			&(struct report_line){beside->lines[2 * i], "us",
				ret < 0 ? NAN : samples_median(&figures[i].p50), NAN, REPORT_LESS});
		report_print(options, beside->name,
			&(struct report_line){beside->lines[2 * i + 1], "us",
				ret < 0 ? NAN : samples_median(&figures[i].p99), NAN, REPORT_LESS});
		samples_finish(&figures[i].p50);
		samples_finish(&figures[i].p99);
	}
}

void case_display_info_beside(const struct bench_options *options, const void *data)
{
	case_beside(options,
		&(struct beside){"display-info",
			{"display-info-alone-p50", "display-info-alone-p99",
				"display-info-beside-1hz-p50", "display-info-beside-1hz-p99"},
			display_info});
}

void case_cursor_beside(const struct bench_options *options, const void *data)
{
	case_beside(options, &(struct beside){"cursor",
				     {"cursor-alone-p50", "cursor-alone-p99",
					     "cursor-beside-1hz-p50", "cursor-beside-1hz-p99"},
				     cursor_move});
}
