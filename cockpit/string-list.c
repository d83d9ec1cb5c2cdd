/* SPDX-License-Identifier: MIT */
/* A growing, NULL-terminated list of strings: command lines and repeated settings. */
#include "cockpit/string-list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the text. */
static void string_list_take(struct string_list *list, char *text)
{
	char **items = text ? reallocarray(list->items, list->count + 2, sizeof(*items)) : NULL;

	if (!items) {
		free(text);
		list->failed = true;
		return;
	}
	items[list->count++] = text;
	items[list->count] = NULL;
	list->items = items;
}

void string_list_add(struct string_list *list, const char *text)
{
	string_list_take(list, strdup(text));
}

void string_list_addf(struct string_list *list, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	string_list_take(list, text);
}

void string_list_finish(struct string_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct string_list){0};
}
