/* SPDX-License-Identifier: MIT */
/* The log sink: the only mutable state of the process that is not in a struct. */
#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static struct {
	const char *program;
	const char *guest;
	enum log_level level;
} sink = {.program = "binnacle", .level = LOG_INFO};

void log_init(const char *program, const char *guest, enum log_level level)
{
	sink.program = program;
	sink.guest = guest;
	sink.level = level;
}

uint64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

__attribute__((format(printf, 1, 0))) static void log_write(const char *format, va_list args)
{
	char line[1024];
	size_t used;
	int length;

	length = sink.guest ? snprintf(line, sizeof(line), "%s[%s]: ", sink.program, sink.guest)
			    : snprintf(line, sizeof(line), "%s: ", sink.program);
	used = length < 0 ? 0 : (size_t)length;
	if (used < sizeof(line))
		vsnprintf(line + used, sizeof(line) - used, format, args);
	/* One write, so that the lines of several processes do not mix. */
	fprintf(stderr, "%s\n", line);
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	if (level > sink.level)
		return;
	va_start(args, format);
	log_write(format, args);
	va_end(args);
}

bool log_limit_drops(struct log_limit *limit)
{
	if (limit->lines < LOG_LIMIT_BURST ||
		clock_now_ns() - limit->period_start_ns >= LOG_LIMIT_PERIOD_NS)
		return false;
	limit->total++;
	limit->suppressed++;
	return true;
}

void log_limited(struct log_limit *limit, const char *format, ...)
{
	uint64_t now = clock_now_ns();
	va_list args;

	if (log_limit_drops(limit))
		return;
	limit->total++;
	if (now - limit->period_start_ns >= LOG_LIMIT_PERIOD_NS) {
		/* A flood stays at one line per period; a quiet period earns the burst back. */
		limit->lines = limit->suppressed ? LOG_LIMIT_BURST - 1 : 0;
		limit->period_start_ns = now;
	}
	limit->lines++;
	va_start(args, format);
	log_write(format, args);
	va_end(args);
	if (limit->suppressed) {
		log_error("(%llu similar lines left out)", (unsigned long long)limit->suppressed);
		limit->suppressed = 0;
	}
}
