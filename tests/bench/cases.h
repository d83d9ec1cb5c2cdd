/* SPDX-License-Identifier: MIT */
/* The benchmark's groups; each prints its lines, with no figure where a side could not run. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/bench/options.h"
#include "tests/bench/rig.h"

/** The two sides of a comparison. A side that did not start is not there, and has no figures. */
struct sides {
	const char *bench;
	struct rig rigs[2]; /* ours, the peer */
	bool there[2];
};

enum {
	OURS,
	PEER,
};

void sides_start(struct sides *sides, const struct bench_options *options, enum rig_kind ours,
	uint32_t width, uint32_t height);
void sides_stop(struct sides *sides);

/** Says why on standard error, and does without that side from now on. */
void side_fail(struct sides *sides, int side, const char *what, int error);

/** How long one round of one side lasts. */
static inline uint64_t round_ns(const struct bench_options *options)
{
	return (uint64_t)(options->seconds / options->rounds * 1e9);
}

struct frames_case {
	const char *name;
	const char *cpu_name;
	enum rig_kind ours;
	uint32_t width, height;               /* of the screen */
	uint32_t damage_width, damage_height; /* of the part that is drawn each frame */
};

/** data: struct frames_case. */
void case_frames(const struct bench_options *options, const void *data);
void case_display_info(const struct bench_options *options, const void *data);
void case_refused(const struct bench_options *options, const void *data);
void case_transfer(const struct bench_options *options, const void *data);
void case_idle(const struct bench_options *options, const void *data);
void case_weston(const struct bench_options *options, const void *data);
