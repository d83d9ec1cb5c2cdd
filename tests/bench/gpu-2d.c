/* SPDX-License-Identifier: MIT */
/* gpu-2d: one front end drives binnacle-gpu and QEMU's vhost-user-gpu, and compares them. */
#include "tests/bench/bench.h"
#include "tests/bench/cases.h"

static const char usage[] =
	"Usage: gpu-2d [OPTION]...\n"
	"Drives binnacle-gpu and QEMU's vhost-user-gpu with the same front end, in turn, and "
	"prints\n"
	"one JSON object for each figure: ratio > 1 means that binnacle-gpu is better.\n"
	"\n"
	"      --case=NAME      only this group or figure (see --list)\n"
	"      --seconds=S      measure each side of a group so long (default 4)\n"
	"      --rounds=N       in so many turns, of which the median is told (default 20)\n"
	"      --contiguous     guest's screens lie in one piece of memory, not as Linux has them\n"
	"      --ours=PROGRAM   default: the binnacle-gpu of this build\n"
	"      --peer=PROGRAM   default: " BENCH_PEER "\n"
	"      --list           print the names of the groups, and exit\n"
	"  -h, --help           print this help, and exit\n";

static const struct frames_case frames_1080p = {
	"1080p-full", "1080p-full-cpu", RIG_OURS, 1920, 1080, 1920, 1080};
static const struct frames_case frames_4k = {
	"4k-full", "4k-full-cpu", RIG_OURS, 3840, 2160, 3840, 2160};
static const struct frames_case frames_64x64 = {"64x64", "64x64-cpu", RIG_OURS, 1920, 1080, 64, 64};
static const struct frames_case frames_vmm_1080p = {
	"vmm-1080p-full", "vmm-1080p-full-cpu", RIG_OURS_VMM, 1920, 1080, 1920, 1080};
static const struct frames_case frames_vmm_64x64 = {
	"vmm-64x64", "vmm-64x64-cpu", RIG_OURS_VMM, 1920, 1080, 64, 64};

static const struct bench_group groups[] = {
	{"1080p-full", {"1080p-full", "1080p-full-cpu"}, case_frames, &frames_1080p},
	{"4k-full", {"4k-full", "4k-full-cpu"}, case_frames, &frames_4k},
	{"64x64", {"64x64", "64x64-cpu"}, case_frames, &frames_64x64},
	{"vmm-1080p-full", {"vmm-1080p-full", "vmm-1080p-full-cpu"}, case_frames,
		&frames_vmm_1080p},
	{"vmm-64x64", {"vmm-64x64", "vmm-64x64-cpu"}, case_frames, &frames_vmm_64x64},
	{"display-info", {"display-info-p50", "display-info-p99"}, case_display_info, NULL},
	{"refused", {"refused-p50", "refused-p99"}, case_refused, NULL},
	{"transfer-memcpy", {"transfer-memcpy"}, case_transfer, NULL},
	{"idle", {"idle-rss", "idle-wakeups"}, case_idle, NULL},
	{"weston-1080p", {"weston-1080p-cpu", "weston-1080p-p50", "weston-1080p-p99"}, case_weston,
		NULL},
};

int main(int argc, char **argv)
{
	const struct bench bench = {
		.usage = usage,
		.defaults = {.bench = "gpu-2d",
			.seconds = 4,
			.rounds = 20,
			.ours = BENCH_OURS,
			.peer = BENCH_PEER},
		.groups = groups,
		.group_count = sizeof(groups) / sizeof(groups[0]),
	};

	return bench_main(&bench, argc, argv);
}
