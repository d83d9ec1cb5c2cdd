/* SPDX-License-Identifier: MIT */
/* One side of a comparison, set up: back end, guest, and whoever takes the frames. */
#pragma once

#include "tests/bench/backend.h"
#include "tests/bench/console.h"
#include "tests/bench/guest.h"
#include "tests/bench/options.h"
#include "tests/bench/sink.h"

enum rig_kind {
	RIG_OURS,     /* binnacle-gpu into a Wayland sink */
	RIG_OURS_VMM, /* binnacle-gpu into the VMM's console */
	RIG_PEER,     /* the peer, which has only that */
};

struct rig {
	struct backend backend;
	struct guest guest;
	struct sink *sink;       /* or NULL */
	struct console *console; /* or NULL */
	char dir[32];            /* of the sink's socket, or "" */
};

/** binnacle-gpu with so many scanouts into a sink like that; no screen. As rig_start() otherwise.
 */
int rig_start_wayland(struct rig *rig, const struct bench_options *options,
	const struct sink_options *sink, uint32_t scanout_count);

/** With a screen of that size unless width is 0. 0 or −errno, with the reason on standard error. */
int rig_start(struct rig *rig, const struct bench_options *options, enum rig_kind kind,
	uint32_t width, uint32_t height);

/** May be called after rig_start() has failed. */
void rig_stop(struct rig *rig);

/** Frames that whoever takes them has got. */
uint64_t rig_frames(const struct rig *rig);

/** Frames of scanout 0 that have arrived whole, whatever is in them, and when the last one did. */
uint64_t rig_arrivals(const struct rig *rig, uint64_t *last_ns);
