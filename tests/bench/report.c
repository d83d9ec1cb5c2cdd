/* SPDX-License-Identifier: MIT */
/* What a benchmark says: one JSON object a line on standard output. */
#include "tests/bench/report.h"

#include <json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fixtures/weston/check.h"

bool report_wanted(const struct bench_options *options, const char *group, const char *name)
{
	return !options->only || !strcmp(options->only, group) || !strcmp(options->only, name);
}

/* Four significant digits are more than the machine's noise leaves. */
static struct json_object *number(double value)
{
	char text[32];

	if (!isfinite(value))
		return NULL;
	snprintf(text, sizeof(text), "%.4g", value);
	value = strtod(text, NULL);
	snprintf(text, sizeof(text), "%.10g", value);
	return json_object_new_double_s(value, text);
}

void report_print(
	const struct bench_options *options, const char *group, const struct report_line *line)
{
	struct json_object *object;
	double ratio;

	if (!report_wanted(options, group, line->name))
		return;
	ratio = line->better == REPORT_MORE ? line->ours / line->peer : line->peer / line->ours;
	object = json_object_new_object();
	json_object_object_add(object, "bench", json_object_new_string(options->bench));
	json_object_object_add(object, "case", json_object_new_string(line->name));
	json_object_object_add(object, "unit", json_object_new_string(line->unit));
	json_object_object_add(object, "ours", number(line->ours));
	json_object_object_add(object, "peer", number(line->peer));
	json_object_object_add(object, "ratio", number(ratio));
	puts(json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
	json_object_put(object);
}

void samples_add(struct samples *samples, double value)
{
	if (samples->count == samples->room) {
		size_t room = samples->room ? samples->room * 2 : 1024;

		if (room > SAMPLES_MAX)
			return;
		samples->values = reallocarray(samples->values, room, sizeof(double));
		check(samples->values);
		samples->room = room;
	}
	samples->values[samples->count++] = value;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

double samples_percentile(struct samples *samples, double percent)
{
	size_t index;

	if (!samples->count)
		return NAN;
	qsort(samples->values, samples->count, sizeof(double), compare);
	index = (size_t)(percent / 100 * (double)samples->count);
	return samples->values[index < samples->count ? index : samples->count - 1];
}

double samples_median(struct samples *samples)
{
	return samples_percentile(samples, 50);
}

void samples_clear(struct samples *samples)
{
	samples->count = 0;
}

void samples_finish(struct samples *samples)
{
	free(samples->values);
	*samples = (struct samples){0};
}
