/* SPDX-License-Identifier: MIT */
/* Flips between two buffers --count times and prints the rate; fails if time or, where the driver
 * counts blanks, the sequence does not advance. A white bar moves one pixel per flip.
 * --connector N, --expect WxH, --hold SECONDS */
#include "guest-tests/test-args.h"

#include <drm_fourcc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define BAR_WIDTH 32

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void draw_bar(struct kms_buffer *buffer, uint32_t at, uint32_t colour)
{
	for (uint32_t y = 0; y < buffer->height; y++) {
		uint32_t *row = buffer->pixels + (size_t)y * (buffer->stride_bytes / 4);

		for (uint32_t x = 0; x < BAR_WIDTH; x++)
			row[(at + x) % buffer->width] = colour;
	}
}

static bool has_advanced(const struct kms_flip *before, const struct kms_flip *after)
{
	if (after->time_ns < before->time_ns)
		return false;
	return after->sequence == 0 || after->sequence != before->sequence;
}

static int flip_many(struct kms *kms, struct kms_buffer buffers[2], int count)
{
	uint32_t bar_at[2] = {0, 0};
	struct kms_flip last = {0};
	uint64_t start_ns = now_ns();

	for (int i = 1; i <= count; i++) {
		struct kms_buffer *buffer = &buffers[i % 2];
		struct kms_flip flip;

		draw_bar(buffer, bar_at[i % 2], 0xff203040);
		bar_at[i % 2] = (uint32_t)i;
		draw_bar(buffer, bar_at[i % 2], 0xffffffff);
		if (kms_flip(kms, buffer, NULL, 0, &flip))
			return 1;
		if (i > 1 && !has_advanced(&last, &flip)) {
			printf("FAIL flip %d: sequence %u -> %u, time %llu -> %llu ns\n", i,
				last.sequence, flip.sequence, (unsigned long long)last.time_ns,
				(unsigned long long)flip.time_ns);
			return 1;
		}
		last = flip;
	}
	double seconds = (double)(now_ns() - start_ns) / 1e9;
	printf("flips %d in %.3f s, %.1f/s, last sequence %u\n", count, seconds, count / seconds,
		last.sequence);
	return 0;
}

static int show(struct kms *kms, const struct test_args *args)
{
	struct kms_buffer buffers[2] = {0};

	if (args->expect_width && (kms->mode.hdisplay != args->expect_width ||
					  kms->mode.vdisplay != args->expect_height)) {
		printf("FAIL the mode is %ux%u\n", kms->mode.hdisplay, kms->mode.vdisplay);
		return 1;
	}
	for (int i = 0; i < 2; i++) {
		if (kms_buffer_create(kms, kms->mode.hdisplay, kms->mode.vdisplay,
			    DRM_FORMAT_XRGB8888, &buffers[i]))
			return 1;
		for (size_t p = 0; p < buffers[i].size_bytes / 4; p++)
			buffers[i].pixels[p] = 0xff203040;
	}
	if (kms_set_mode(kms, &buffers[0], 0, 0) || flip_many(kms, buffers, args->count))
		return 1;
	test_args_hold(args, kms->connector_name);
	return 0;
}

int main(int argc, char **argv)
{
	struct test_args args;
	struct kms kms;

	test_args_read(argc, argv, "Chen", &args);
	if (kms_open(&kms))
		return 1;
	int rc = kms_choose_connector(&kms, args.connector_index) ? 1 : show(&kms, &args);
	kms_close(&kms);
	return rc;
}
