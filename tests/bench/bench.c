/* SPDX-License-Identifier: MIT */
/* What the benchmarks' programs have in common: options, and groups of figures that are run. */
#include "tests/bench/bench.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/report.h"

static bool group_wanted(const struct bench_options *options, const struct bench_group *group)
{
	for (size_t i = 0; i < BENCH_GROUP_LINES && group->lines[i]; i++) {
		if (report_wanted(options, group->name, group->lines[i]))
			return true;
	}
	return false;
}

static int list(const struct bench *bench)
{
	for (size_t i = 0; i < bench->group_count; i++)
		puts(bench->groups[i].name);
	return EXIT_SUCCESS;
}

static int run(const struct bench *bench, const struct bench_options *options)
{
	bool ran = false;

	for (size_t i = 0; i < bench->group_count; i++) {
		const struct bench_group *group = &bench->groups[i];

		if (!group_wanted(options, group))
			continue;
		fprintf(stderr, "%s: %s\n", options->bench, group->name);
		group->run(options, group->data);
		ran = true;
	}
	if (!ran) {
		fprintf(stderr, "%s: there is no case '%s' (see --list)\n", options->bench,
			options->only);
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

/* False if it is not a number that the option takes. */
static bool option_take(struct bench_options *options, int option, const char *argument)
{
	switch (option) {
	case OPTION_CASE:
		options->only = argument;
		return true;
	case OPTION_SECONDS:
		return parse_seconds(argument, &options->seconds);
	case OPTION_ROUNDS:
		return parse_rounds(argument, &options->rounds);
	case OPTION_CONTIGUOUS:
		options->contiguous = true;
		return true;
	case OPTION_OURS:
		options->ours = argument;
		return true;
	default:
		options->peer = argument;
		return true;
	}
}

int bench_main(const struct bench *bench, int argc, char **argv)
{
	struct bench_options options = bench->defaults;
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		switch (option) {
		case OPTION_LIST:
			return list(bench);
		case 'h':
			fputs(bench->usage, stdout);
			return EXIT_SUCCESS;
		case '?':
			return EXIT_FAILURE;
		default:
			break;
		}
		if (!option_take(&options, option, optarg)) {
			fprintf(stderr, "%s: '%s' is not a number it takes (see --help)\n",
				options.bench, optarg);
			return EXIT_FAILURE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "%s: unexpected argument '%s' (see --help)\n", options.bench,
			argv[optind]);
		return EXIT_FAILURE;
	}
	signal(SIGPIPE, SIG_IGN);
	return run(bench, &options);
}
