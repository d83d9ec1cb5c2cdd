/* SPDX-License-Identifier: MIT */
/* Moves a cursor over the pattern along the --cursor X+Y points, --count times round, and prints
 * the rate of moves; it ends at the last point. --hot-spot X+Y, --seed N, --connector N,
 * --hold SECONDS */
#include "guest-tests/pattern.h"
#include "guest-tests/test-args.h"

#include <drm_fourcc.h>
#include <stdio.h>
#include <time.h>

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fill(struct kms_buffer *buffer, uint32_t seed,
	uint32_t (*pixel)(uint32_t x, uint32_t y, uint32_t seed))
{
	for (uint32_t y = 0; y < buffer->height; y++)
		for (uint32_t x = 0; x < buffer->width; x++)
			buffer->pixels[y * (buffer->stride_bytes / 4) + x] = pixel(x, y, seed);
}

static int move_along(struct kms *kms, const struct test_args *args)
{
	double start_s = now_s();
	size_t moves = 0;

	for (int round = 0; round < args->count; round++) {
		for (size_t i = 0; i < args->cursor_at_len; i++, moves++)
			if (kms_move_cursor(kms, args->cursor_at[i].x, args->cursor_at[i].y))
				return 1;
	}
	double seconds = now_s() - start_s;
	printf("moves %zu in %.3f s, %.1f/s\n", moves, seconds, (double)moves / seconds);
	return 0;
}

static int show(struct kms *kms, const struct test_args *args)
{
	struct kms_buffer back, cursor;

	if (kms_buffer_create(
		    kms, kms->mode.hdisplay, kms->mode.vdisplay, DRM_FORMAT_XRGB8888, &back) ||
		kms_buffer_create(
			kms, PATTERN_CURSOR_PX, PATTERN_CURSOR_PX, DRM_FORMAT_ARGB8888, &cursor))
		return 1;
	fill(&back, args->seed, pattern_pixel);
	fill(&cursor, args->seed, pattern_cursor_pixel);
	if (kms_set_mode(kms, &back, 0, 0) ||
		kms_set_cursor(kms, &cursor, args->hot_x, args->hot_y) || move_along(kms, args))
		return 1;
	test_args_hold(args, kms->connector_name);
	return kms_set_cursor(kms, NULL, 0, 0) ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct test_args args;
	struct kms kms;

	test_args_read(argc, argv, "ChnscH", &args);
	if (!args.has_cursor) {
		fprintf(stderr, "test-cursor: --cursor X+Y is missing\n");
		return 2;
	}
	if (kms_open(&kms))
		return 1;
	int rc = kms_choose_connector(&kms, args.connector_index) ? 1 : show(&kms, &args);
	kms_close(&kms);
	return rc;
}
