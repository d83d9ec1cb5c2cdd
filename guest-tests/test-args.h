/* SPDX-License-Identifier: MIT */
/* The command line that the guest's test programs share. */
#ifndef GUEST_TESTS_TEST_ARGS_H
#define GUEST_TESTS_TEST_ARGS_H

#include "guest-tests/kms.h"

#define TEST_ARGS_LIST_MAX 32

struct test_args {
	int connector_index; /* -1: the first connected one */
	int hold_s;
	int count;
	uint32_t seed;
	uint32_t expect_width, expect_height; /* 0: anything */
	uint32_t buffer_width, buffer_height; /* 0: as large as the mode */
	uint32_t source_x, source_y;
	uint32_t format;
	int hot_x, hot_y;
	bool overdraw, flip, has_cursor;
	struct kms_rect damage[TEST_ARGS_LIST_MAX];
	size_t damage_len;
	struct kms_rect cursor_at[TEST_ARGS_LIST_MAX]; /* x and y alone count */
	size_t cursor_at_len;
};

/**
 * Reads the options that the letters in allowed name: C(onnector) h(old) n(count) s(eed) e(xpect)
 * b(uffer) o(source) f(ormat) d(amage) O(verdraw) F(lip) c(ursor) H(ot spot). Exits with status 2
 * and a line on standard error on anything else.
 */
void test_args_read(int argc, char **argv, const char *allowed, struct test_args *args);

/** Says READY (and what), then sleeps for the time to hold the picture. */
void test_args_hold(const struct test_args *args, const char *what);

#endif
