/* SPDX-License-Identifier: MIT */
/* A growing, NULL-terminated list of strings: command lines and repeated settings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** Zero-initialised is empty and ready. */
struct string_list {
	char **items; /* count strings and a NULL; NULL while empty */
	size_t count;
	bool failed; /* memory ran out: an item is missing */
};

/** Adds a copy of the text. */
void string_list_add(struct string_list *list, const char *text);

/** Adds a formatted string. */
void string_list_addf(struct string_list *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void string_list_finish(struct string_list *list);
