/* SPDX-License-Identifier: MIT */
/* What the person at `binnacle run` reads: log lines, and on a terminal a status line below them.
 */
#include "cockpit/console.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ESCAPE '\x1b'
#define BELL '\a'

void console_init(struct console *console)
{
	*console = (struct console){.live = isatty(STDOUT_FILENO) == 1};
}

static void status_draw(struct console *console)
{
	struct winsize size = {.ws_col = 80};
	int columns = 79;

	if (!console->live || !*console->status)
		return;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		columns = size.ws_col - 1;
	printf("\r\x1b[K%.*s", columns, console->status);
	fflush(stdout);
}

static void status_erase(struct console *console)
{
	if (!console->live || !*console->status)
		return;
	fputs("\r\x1b[K", stdout);
	fflush(stdout);
}

void console_line(struct console *console, const char *prefix, const char *text)
{
	status_erase(console);
	fprintf(stderr, "%s: %s\n", prefix, text);
	status_draw(console);
}

void console_say(struct console *console, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	console_line(console, "binnacle", text);
}

void console_status(struct console *console, const char *text)
{
	if (!console->live || strcmp(console->status, text) == 0)
		return;
	status_erase(console);
	snprintf(console->status, sizeof(console->status), "%s", text);
	status_draw(console);
}

/* The first byte after an escape sequence that starts at text. */
static const unsigned char *skip_escape(const unsigned char *text)
{
	text++;
	if (*text == '[') {
		text++;
		while (*text >= 0x20 && *text < 0x40)
			text++;
		return *text >= 0x40 && *text < 0x7f ? text + 1 : text;
	}
	if (*text == ']') {
		while (*text && *text != BELL && *text != ESCAPE)
			text++;
		return *text == BELL ? text + 1 : text;
	}
	return *text >= 0x20 && *text < 0x7f ? text + 1 : text;
}

void console_clean(char *text)
{
	const unsigned char *in = (const unsigned char *)text;
	unsigned char *out = (unsigned char *)text;

	while (*in) {
		if (*in == ESCAPE) {
			in = skip_escape(in);
		} else if (*in == 0xc2 && in[1] >= 0x80 && in[1] < 0xa0) {
			in += 2; /* the control characters above ASCII */
		} else if (*in == '\t') {
			*out++ = ' ';
			in++;
		} else if (*in < 0x20 || *in == 0x7f) {
			in++;
		} else {
			*out++ = *in++;
		}
	}
	*out = '\0';
}
