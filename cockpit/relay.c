/* SPDX-License-Identifier: MIT */
/* Passes on what a child writes, line by line, with the child's name before each. */
#include "cockpit/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "cockpit/console.h"
#include "common/fd.h"
#include "common/log.h"

#define NS_PER_S UINT64_C(1000000000)

struct relay {
	struct console *console;
	const char *prefix, *strip;
	struct wl_event_source *source;
	int fd;
	char buffer[2048];
	size_t used;
	uint32_t tokens; /* lines that may pass before the limit holds */
	uint64_t tokens_ns;
	uint64_t left_out;
};

static bool relay_may_pass(struct relay *relay)
{
	uint64_t now = clock_now_ns();
	uint64_t earned = (now - relay->tokens_ns) / (NS_PER_S / RELAY_LINES_PER_S);

	if (earned > 0) {
		uint64_t tokens = relay->tokens + earned;

		relay->tokens = tokens > RELAY_BURST_LINES ? RELAY_BURST_LINES : (uint32_t)tokens;
		relay->tokens_ns = now;
	}
	if (relay->tokens == 0) {
		relay->left_out++;
		return false;
	}
	relay->tokens--;
	return true;
}

static void relay_line(struct relay *relay, char *line)
{
	size_t strip = relay->strip ? strlen(relay->strip) : 0;
	char note[64];

	console_clean(line);
	if (strip && strncmp(line, relay->strip, strip) == 0)
		line += strip;
	if (!*line || !relay_may_pass(relay))
		return;
	if (relay->left_out) {
		snprintf(note, sizeof(note), "(%llu lines left out)",
			(unsigned long long)relay->left_out);
		console_line(relay->console, relay->prefix, note);
		relay->left_out = 0;
	}
	console_line(relay->console, relay->prefix, line);
}

/* Passes on the whole lines in the buffer, and a line that fills it. */
static void relay_lines(struct relay *relay)
{
	char *start = relay->buffer, *end;
	size_t left = relay->used;

	while ((end = memchr(start, '\n', left))) {
		*end = '\0';
		left -= (size_t)(end + 1 - start);
		relay_line(relay, start);
		start = end + 1;
	}
	if (left == sizeof(relay->buffer) - 1) {
		start[left] = '\0';
		relay_line(relay, start);
		left = 0;
	}
	memmove(relay->buffer, start, left);
	relay->used = left;
}

/* Returns bytes read, 0 at the end, or −1. */
static ssize_t relay_read(struct relay *relay)
{
	char *free_space = relay->buffer + relay->used;
	ssize_t got = read(relay->fd, free_space, sizeof(relay->buffer) - 1 - relay->used);

	if (got <= 0)
		return got;
	/* A NUL would hide the rest of its line. */
	for (ssize_t i = 0; i < got; i++)
		if (free_space[i] == '\0')
			free_space[i] = ' ';
	relay->used += (size_t)got;
	relay_lines(relay);
	return got;
}

static int relay_handle_readable(int fd, uint32_t mask, void *data)
{
	struct relay *relay = data;

	if (relay_read(relay) == 0 || (mask & WL_EVENT_ERROR)) {
		wl_event_source_remove(relay->source);
		relay->source = NULL;
	}
	return 0;
}

struct relay *relay_create(struct wl_event_loop *loop, struct console *console, int fd,
	const char *prefix, const char *strip)
{
	struct relay *relay = calloc(1, sizeof(*relay));

	if (!relay) {
		close(fd);
		return NULL;
	}
	*relay = (struct relay){
		.console = console,
		.prefix = prefix,
		.strip = strip,
		.fd = fd,
		.tokens = RELAY_BURST_LINES,
		.tokens_ns = clock_now_ns(),
	};
	fd_set_nonblock(fd);
	relay->source =
		wl_event_loop_add_fd(loop, fd, WL_EVENT_READABLE, relay_handle_readable, relay);
	if (!relay->source) {
		relay_destroy(relay);
		return NULL;
	}
	return relay;
}

void relay_destroy(struct relay *relay)
{
	/* A grandchild may hold the pipe open and write for ever: stop at some point. */
	int reads = 64;

	if (!relay)
		return;
	while (relay->source && reads-- > 0 && relay_read(relay) > 0)
		;
	if (relay->used > 0) {
		relay->buffer[relay->used] = '\0';
		relay_line(relay, relay->buffer);
	}
	if (relay->left_out)
		console_say(relay->console, "%s: %llu more lines left out", relay->prefix,
			(unsigned long long)relay->left_out);
	if (relay->source)
		wl_event_source_remove(relay->source);
	fd_close(&relay->fd);
	free(relay);
}
