/* SPDX-License-Identifier: MIT */
/* gpu-pace: what binnacle-gpu adds to the pace of a screen, and of the screen beside it. */
#include "tests/bench/bench.h"
#include "tests/bench/pace.h"

static const char usage[] =
	"Usage: gpu-pace [OPTION]...\n"
	"Flips screens through binnacle-gpu into a compositor that keeps exact time, and prints "
	"one\n"
	"JSON object for each figure; those of QEMU's vhost-user-gpu where it can do the same.\n"
	"\n"
	"      --case=NAME      only this group or figure (see --list)\n"
	"      --seconds=S      measure each side of a group so long (default 5)\n"
	"      --rounds=N       in so many turns; of trips and flushes the median is told (default "
	"10)\n"
	"      --ours=PROGRAM   default: the binnacle-gpu of this build\n"
	"      --peer=PROGRAM   default: " BENCH_PEER "\n"
	"      --list           print the names of the groups, and exit\n"
	"  -h, --help           print this help, and exit\n";

static const struct pace_flush_case flush_2d = {
	.name = "flush-2d",
	.p50_name = "flush-2d-p50",
	.p99_name = "flush-2d-p99",
	.kind = SCREEN_2D,
	.peer = true,
};
static const struct pace_flush_case flush_blob_memfd = {
	.name = "flush-blob-memfd",
	.p50_name = "flush-blob-memfd-p50",
	.p99_name = "flush-blob-memfd-p99",
	.kind = SCREEN_BLOB,
	.dmabuf = true,
};
static const struct pace_flush_case flush_blob_copy = {
	.name = "flush-blob-copy",
	.p50_name = "flush-blob-copy-p50",
	.p99_name = "flush-blob-copy-p99",
	.kind = SCREEN_BLOB,
};

static const struct pace_isolation_case isolation_1hz = {
	.name = "isolation-1hz",
	.slow_interval_ns = PACE_SLOW_NS,
	.alone_p50_name = "b-alone-p50",
	.alone_p99_name = "b-alone-p99",
	.beside_p50_name = "b-beside-1hz-p50",
	.beside_p99_name = "b-beside-1hz-p99",
};
static const struct pace_isolation_case isolation_hidden = {
	.name = "isolation-hidden",
	.slow_interval_ns = SINK_NEVER,
	.beside_p50_name = "b-beside-hidden-p50",
	.beside_p99_name = "b-beside-hidden-p99",
	.rate_name = "hidden-a-rate",
};

static const struct bench_group groups[] = {
	{"flush-2d", {"flush-2d-p50", "flush-2d-p99"}, case_flush, &flush_2d},
	{"flush-blob-memfd", {"flush-blob-memfd-p50", "flush-blob-memfd-p99"}, case_flush,
		&flush_blob_memfd},
	{"flush-blob-copy", {"flush-blob-copy-p50", "flush-blob-copy-p99"}, case_flush,
		&flush_blob_copy},
	{"flip-60hz", {"flip-60hz-p1", "flip-60hz-p50", "flip-60hz-p99"}, case_flip, NULL},
	{"isolation-1hz", {"b-alone-p50", "b-alone-p99", "b-beside-1hz-p50", "b-beside-1hz-p99"},
		case_isolation, &isolation_1hz},
	{"isolation-hidden", {"b-beside-hidden-p50", "b-beside-hidden-p99", "hidden-a-rate"},
		case_isolation, &isolation_hidden},
	{"display-info",
		{"display-info-alone-p50", "display-info-alone-p99", "display-info-beside-1hz-p50",
			"display-info-beside-1hz-p99"},
		case_display_info_beside, NULL},
	{"cursor",
		{"cursor-alone-p50", "cursor-alone-p99", "cursor-beside-1hz-p50",
			"cursor-beside-1hz-p99"},
		case_cursor_beside, NULL},
};

int main(int argc, char **argv)
{
	const struct bench bench = {
		.usage = usage,
		.defaults = {.bench = "gpu-pace",
			.seconds = 5,
			.rounds = 10,
			.ours = BENCH_OURS,
			.peer = BENCH_PEER},
		.groups = groups,
		.group_count = sizeof(groups) / sizeof(groups[0]),
	};

	return bench_main(&bench, argc, argv);
}
