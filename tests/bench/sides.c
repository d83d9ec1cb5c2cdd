/* SPDX-License-Identifier: MIT */
/* The two sides of a comparison. */
#include <stdio.h>
#include <string.h>

#include "tests/bench/cases.h"

void sides_start(struct sides *sides, const struct bench_options *options, enum rig_kind ours,
	uint32_t width, uint32_t height)
{
	static const char *const names[] = {"binnacle-gpu", "the peer"};

	sides->bench = options->bench;
	for (int side = OURS; side <= PEER; side++) {
		enum rig_kind kind = side == OURS ? ours : RIG_PEER;

		sides->there[side] =
			rig_start(&sides->rigs[side], options, kind, width, height) == 0;
		if (!sides->there[side]) {
			fprintf(stderr, "%s: no figures of %s here\n", sides->bench, names[side]);
			rig_stop(&sides->rigs[side]);
		}
	}
}

void sides_stop(struct sides *sides)
{
	for (int side = OURS; side <= PEER; side++) {
		if (sides->there[side])
			rig_stop(&sides->rigs[side]);
		sides->there[side] = false;
	}
}

void side_fail(struct sides *sides, int side, const char *what, int error)
{
	fprintf(stderr, "%s: %s failed with %s: %s\n", sides->bench, what,
		side == OURS ? "binnacle-gpu" : "the peer", strerror(-error));
	rig_stop(&sides->rigs[side]);
	sides->there[side] = false;
}
