/* SPDX-License-Identifier: MIT */
/* The command line that the guest's test programs share. */
#include "guest-tests/test-args.h"

#include <drm_fourcc.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option test_args_options[] = {
	{"connector", required_argument, NULL, 'C'},
	{"hold", required_argument, NULL, 'h'},
	{"count", required_argument, NULL, 'n'},
	{"seed", required_argument, NULL, 's'},
	{"expect", required_argument, NULL, 'e'},
	{"buffer", required_argument, NULL, 'b'},
	{"source", required_argument, NULL, 'o'},
	{"format", required_argument, NULL, 'f'},
	{"damage", required_argument, NULL, 'd'},
	{"overdraw", no_argument, NULL, 'O'},
	{"flip", no_argument, NULL, 'F'},
	{"cursor", required_argument, NULL, 'c'},
	{"hot-spot", required_argument, NULL, 'H'},
	{0},
};

static void test_args_refuse(const char *program, const char *text)
{
	fprintf(stderr, "%s: bad argument '%s'\n", program, text);
	exit(2);
}

static int test_args_read_int(const char *program, const char *text, int minimum)
{
	char *end;
	long value = strtol(text, &end, 0);

	if (*text == '\0' || *end != '\0' || value < minimum || value > 1 << 24)
		test_args_refuse(program, text);
	return (int)value;
}

/* Commas part the arguments of a role on the kernel command line, so pairs may be X+Y too. */
static void test_args_read_pair(const char *program, const char *text, int *first, int *second)
{
	char rest;

	if (sscanf(text, "%d%*[x,+:]%d%c", first, second, &rest) != 2)
		test_args_refuse(program, text);
}

static void test_args_read_size(
	const char *program, const char *text, uint32_t *width, uint32_t *height)
{
	int first, second;

	test_args_read_pair(program, text, &first, &second);
	if (first < 0 || second < 0)
		test_args_refuse(program, text);
	*width = (uint32_t)first;
	*height = (uint32_t)second;
}

static void test_args_add_damage(const char *program, const char *text, struct test_args *args)
{
	struct kms_rect rect;
	char rest;

	if (args->damage_len == TEST_ARGS_LIST_MAX ||
		sscanf(text, "%dx%d+%d+%d%c", &rect.width, &rect.height, &rect.x, &rect.y, &rest) !=
			4 ||
		rect.x < 0 || rect.y < 0 || rect.width <= 0 || rect.height <= 0)
		test_args_refuse(program, text);
	args->damage[args->damage_len++] = rect;
}

static void test_args_add_cursor(const char *program, const char *text, struct test_args *args)
{
	struct kms_rect at = {0};

	if (args->cursor_at_len == TEST_ARGS_LIST_MAX)
		test_args_refuse(program, text);
	test_args_read_pair(program, text, &at.x, &at.y);
	args->cursor_at[args->cursor_at_len++] = at;
	args->has_cursor = true;
}

static uint32_t test_args_read_format(const char *program, const char *text)
{
	if (strlen(text) != 4)
		test_args_refuse(program, text);
	return fourcc_code(text[0], text[1], text[2], text[3]);
}

static void test_args_take(const char *program, int option, struct test_args *args)
{
	switch (option) {
	case 'C':
		args->connector_index = test_args_read_int(program, optarg, 0);
		break;
	case 'h':
		args->hold_s = test_args_read_int(program, optarg, 0);
		break;
	case 'n':
		args->count = test_args_read_int(program, optarg, 1);
		break;
	case 's':
		args->seed = (uint32_t)test_args_read_int(program, optarg, 0);
		break;
	case 'e':
		test_args_read_size(program, optarg, &args->expect_width, &args->expect_height);
		break;
	case 'b':
		test_args_read_size(program, optarg, &args->buffer_width, &args->buffer_height);
		break;
	case 'o':
		test_args_read_size(program, optarg, &args->source_x, &args->source_y);
		break;
	case 'f':
		args->format = test_args_read_format(program, optarg);
		break;
	case 'd':
		test_args_add_damage(program, optarg, args);
		break;
	case 'O':
		args->overdraw = true;
		break;
	case 'F':
		args->flip = true;
		break;
	case 'c':
		test_args_add_cursor(program, optarg, args);
		break;
	case 'H':
		test_args_read_pair(program, optarg, &args->hot_x, &args->hot_y);
		break;
	}
}

void test_args_read(int argc, char **argv, const char *allowed, struct test_args *args)
{
	int option;

	*args = (struct test_args){
		.connector_index = -1,
		.count = 1,
		.seed = 1,
		.format = DRM_FORMAT_XRGB8888,
	};
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((option = getopt_long(argc, argv, "", test_args_options, NULL)) != -1) {
		if (option == '?')
			exit(2);
		if (!strchr(allowed, option))
			test_args_refuse(argv[0], argv[optind - 1]);
		test_args_take(argv[0], option, args);
	}
	if (optind < argc)
		test_args_refuse(argv[0], argv[optind]);
}

void test_args_hold(const struct test_args *args, const char *what)
{
	printf("READY %s\n", what);
	sleep((unsigned int)args->hold_s);
}
