/* SPDX-License-Identifier: MIT */
/* One line per event on standard error, as "program[guest]: text". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_ERROR,
	LOG_INFO,
	LOG_DEBUG,
};

/** Names the program and, unless NULL, the guest it serves. Both strings are borrowed for good. */
void log_init(const char *program, const char *guest, enum log_level level);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

/**
 * Bounds what a guest or peer can write into the host's log: a burst of LOG_LIMIT_BURST lines, then
 * one line per LOG_LIMIT_PERIOD_NS, which says how many were left out. Zero-initialised is ready.
 */
struct log_limit {
	uint64_t period_start_ns;
	uint32_t lines;
	uint64_t suppressed; /* since the last line that got through */
	uint64_t total;      /* every call ever, for the status socket */
};

#define LOG_LIMIT_BURST 5
#define LOG_LIMIT_PERIOD_NS UINT64_C(10000000000)

/** True if a line would be left out now, and then counts it: spares composing what nobody reads. */
bool log_limit_drops(struct log_limit *limit);

void log_limited(struct log_limit *limit, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** CLOCK_MONOTONIC in nanoseconds. */
uint64_t clock_now_ns(void);
