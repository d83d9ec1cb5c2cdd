/* SPDX-License-Identifier: MIT */
/* gpu-2d: one front end drives binnacle-gpu and QEMU's vhost-user-gpu, and compares them. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/cases.h"
#include "tests/bench/report.h"

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

static const struct frames_case frames_cases[] = {
	{"1080p-full", "1080p-full-cpu", RIG_OURS, 1920, 1080, 1920, 1080},
	{"4k-full", "4k-full-cpu", RIG_OURS, 3840, 2160, 3840, 2160},
	{"64x64", "64x64-cpu", RIG_OURS, 1920, 1080, 64, 64},
	{"vmm-1080p-full", "vmm-1080p-full-cpu", RIG_OURS_VMM, 1920, 1080, 1920, 1080},
	{"vmm-64x64", "vmm-64x64-cpu", RIG_OURS_VMM, 1920, 1080, 64, 64},
};

#define FRAMES_COUNT (sizeof(frames_cases) / sizeof(frames_cases[0]))

/* The names are of the lines a group prints, the first for what --list shows. */
static const struct group {
	const char *name;
	const char *lines[3];
	void (*run)(const struct bench_options *options);
} groups[] = {
	{"display-info", {"display-info-p50", "display-info-p99"}, case_display_info},
	{"refused", {"refused-p50", "refused-p99"}, case_refused},
	{"transfer-memcpy", {"transfer-memcpy"}, case_transfer},
	{"idle", {"idle-rss", "idle-wakeups"}, case_idle},
	{"weston-1080p", {"weston-1080p-cpu", "weston-1080p-p50", "weston-1080p-p99"}, case_weston},
};

#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

static bool group_wanted(const struct bench_options *options, const struct group *group)
{
	for (size_t i = 0; i < 3 && group->lines[i]; i++) {
		if (report_wanted(options, group->name, group->lines[i]))
			return true;
	}
	return false;
}

static int list(void)
{
	for (size_t i = 0; i < FRAMES_COUNT; i++)
		puts(frames_cases[i].name);
	for (size_t i = 0; i < GROUP_COUNT; i++)
		puts(groups[i].name);
	return EXIT_SUCCESS;
}

static int run(const struct bench_options *options)
{
	bool ran = false;

	for (size_t i = 0; i < FRAMES_COUNT; i++) {
		const struct frames_case *frames = &frames_cases[i];

		if (!report_wanted(options, frames->name, frames->cpu_name))
			continue;
		fprintf(stderr, "gpu-2d: %s\n", frames->name);
		case_frames(options, frames);
		ran = true;
	}
	for (size_t i = 0; i < GROUP_COUNT; i++) {
		if (!group_wanted(options, &groups[i]))
			continue;
		fprintf(stderr, "gpu-2d: %s\n", groups[i].name);
		groups[i].run(options);
		ran = true;
	}
	if (!ran) {
		fprintf(stderr, "gpu-2d: there is no case '%s' (see --list)\n", options->only);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static bool parse_seconds(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && !*end && *out >= 0.01 && *out <= 3600;
}

static bool parse_rounds(const char *text, uint32_t *out)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*out = (uint32_t)value;
	return text[0] >= '0' && text[0] <= '9' && !*end && value >= 1 && value <= 1000;
}

enum option_id {
	OPTION_CASE = 256,
	OPTION_SECONDS,
	OPTION_ROUNDS,
	OPTION_CONTIGUOUS,
	OPTION_OURS,
	OPTION_PEER,
	OPTION_LIST,
};

static const struct option long_options[] = {
	{"case", required_argument, NULL, OPTION_CASE},
	{"seconds", required_argument, NULL, OPTION_SECONDS},
	{"rounds", required_argument, NULL, OPTION_ROUNDS},
	{"contiguous", no_argument, NULL, OPTION_CONTIGUOUS},
	{"ours", required_argument, NULL, OPTION_OURS},
	{"peer", required_argument, NULL, OPTION_PEER},
	{"list", no_argument, NULL, OPTION_LIST},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

int main(int argc, char **argv)
{
	struct bench_options options = {
		.seconds = 4, .rounds = 20, .ours = BENCH_OURS, .peer = BENCH_PEER};
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		bool taken = true;

		switch (option) {
		case OPTION_CASE:
			options.only = optarg;
			break;
		case OPTION_SECONDS:
			taken = parse_seconds(optarg, &options.seconds);
			break;
		case OPTION_ROUNDS:
			taken = parse_rounds(optarg, &options.rounds);
			break;
		case OPTION_CONTIGUOUS:
			options.contiguous = true;
			break;
		case OPTION_OURS:
			options.ours = optarg;
			break;
		case OPTION_PEER:
			options.peer = optarg;
			break;
		case OPTION_LIST:
			return list();
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			return EXIT_FAILURE;
		}
		if (!taken) {
			fprintf(stderr, "gpu-2d: '%s' is not a number it takes (see --help)\n",
				optarg);
			return EXIT_FAILURE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "gpu-2d: unexpected argument '%s' (see --help)\n", argv[optind]);
		return EXIT_FAILURE;
	}
	signal(SIGPIPE, SIG_IGN);
	return run(&options);
}
