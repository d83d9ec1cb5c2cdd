/* SPDX-License-Identifier: MIT */
/* What the person at `binnacle run` reads: log lines, and on a terminal a status line below them.
 */
#pragma once

#include <stdbool.h>

struct console {
	bool live;        /* standard output is a terminal: show the status line */
	char status[256]; /* as it stands on the terminal, "" if nothing does */
};

void console_init(struct console *console);

/** One line of a child, "prefix: text", on standard error. */
void console_line(struct console *console, const char *prefix, const char *text);

/** One line of our own, "binnacle: …". */
void console_say(struct console *console, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Shows another status line, if there is a terminal to show it on; "" takes it away. */
void console_status(struct console *console, const char *text);

/**
 * Makes a line that somebody else wrote, perhaps a guest, safe for a terminal: no escape sequences
 * and no control characters. Works in place.
 */
void console_clean(char *text);
