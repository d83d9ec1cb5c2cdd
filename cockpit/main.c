/* SPDX-License-Identifier: MIT */
/* The command line of `binnacle`: one table of commands, each with its own options. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cockpit/run.h"
#include "cockpit/screenshot.h"
#include "cockpit/status.h"
#include "common/log.h"

#define EXIT_USAGE 2

struct command {
	const char *name, *usage, *summary;
	int (*main)(const struct command *command, int argc, char **argv);
};

static int usage_error(const struct command *command)
{
	fprintf(stderr, "usage: binnacle %s %s\n", command->name, command->usage);
	return EXIT_USAGE;
}

static int command_help(const struct command *command)
{
	printf("usage: binnacle %s %s\n%s\n", command->name, command->usage, command->summary);
	return EXIT_SUCCESS;
}

static int run_main(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'}, {"verbose", no_argument, NULL, 'v'}, {0}};
	bool verbose = false;
	int option;

	while ((option = getopt_long(argc, argv, "hv", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(command);
		if (option != 'v')
			return usage_error(command);
		verbose = true;
	}
	if (argc - optind != 1)
		return usage_error(command);
	return run_command(argv[optind], verbose);
}

static int status_main(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'}, {"json", no_argument, NULL, 'j'}, {0}};
	bool as_json = false;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(command);
		if (option != 'j')
			return usage_error(command);
		as_json = true;
	}
	if (argc != optind)
		return usage_error(command);
	return status_command(as_json);
}

static int screenshot_main(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'}, {"output", required_argument, NULL, 'o'}, {0}};
	const char *screen = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(command);
		if (option != 'o')
			return usage_error(command);
		screen = optarg;
	}
	if (argc - optind != 1)
		return usage_error(command);
	return screenshot_command(screen, argv[optind]);
}

static const struct command commands[] = {
	{"run", "[-v] FILE", "Starts the guests of a cockpit.ini, and Weston unless one runs.",
		run_main},
	{"status", "[--json]", "Shows guests, scanouts, screens, modes, frames/s and memory.",
		status_main},
	{"screenshot", "[--output NAME] FILE.png|DIRECTORY",
		"Writes what is on a screen, or on every screen, as PNG.", screenshot_main},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fprintf(out, "usage: binnacle COMMAND …\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  binnacle %s %s\n      %s\n", commands[i].name, commands[i].usage,
			commands[i].summary);
	fprintf(out, "\n  binnacle --help | --version\n\n"
		     "`man binnacle` and `man cockpit.ini` tell more.\n");
}

int main(int argc, char **argv)
{
	log_init("binnacle", NULL, LOG_INFO);
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_SUCCESS;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("binnacle %s\n", BINNACLE_VERSION);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].main(&commands[i], argc - 1, argv + 1);
	fprintf(stderr, "binnacle: unknown command %s; `binnacle --help` lists them\n", argv[1]);
	return EXIT_USAGE;
}
