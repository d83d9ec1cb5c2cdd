/* SPDX-License-Identifier: MIT */
/* The groups of gpu-pace; each prints its lines, with no figure where a side could not run. */
#pragma once

#include "tests/bench/report.h"
#include "tests/bench/rig.h"
#include "tests/bench/screen.h"

#define PACE_WIDTH 1920
#define PACE_HEIGHT 1080
#define PACE_INTERVAL_NS UINT64_C(16666667)
#define PACE_SLOW_NS UINT64_C(1000000000)

/* Between two things that are measured: whoever takes part sleeps, as between two frames. */
#define PACE_REST_US 1000

struct pace_flush_case {
	const char *name, *p50_name, *p99_name;
	enum screen_kind kind;
	bool dmabuf; /* the sink takes dmabufs */
	bool peer;   /* can do it */
};

/** data: struct pace_flush_case. */
void case_flush(const struct bench_options *options, const void *data);

/* Scanouts of one back end, each with a screen of its own pace, shown and drawn some times. */
struct pace {
	struct rig rig;
	struct screen screens[SINK_SCANOUTS];
	uint32_t count;
};

/** Screens of 2D buffers. 0 or −errno, with the reason on standard error. */
int pace_start(struct pace *pace, const struct bench_options *options, const uint64_t *interval_ns,
	uint32_t count);
void pace_stop(struct pace *pace); /* also after pace_start() has failed */

/** The screen flips by itself from now on, or is brought to rest. */
int pace_run(struct pace *pace, struct screen *screen, bool run);

/** Intervals between the answers of a screen's flips, in µs, for so long, and one at least. It runs
 * meanwhile. */
int pace_intervals(
	struct pace *pace, struct screen *screen, uint64_t ns, struct samples *intervals);

/** One screen of 60 Hz. */
void case_flip(const struct bench_options *options, const void *data);

struct pace_isolation_case {
	const char *name;
	uint64_t slow_interval_ns;                   /* of screen A */
	const char *alone_p50_name, *alone_p99_name; /* or NULL */
	const char *beside_p50_name, *beside_p99_name;
	const char *rate_name; /* of A's flips, or NULL */
};

/** data: struct pace_isolation_case. Screen B at 60 Hz, with another that hangs. */
void case_isolation(const struct bench_options *options, const void *data);

/* Other commands, without and with a screen that hangs. */
void case_display_info_beside(const struct bench_options *options, const void *data);
void case_cursor_beside(const struct bench_options *options, const void *data);
