/* SPDX-License-Identifier: MIT */
/*
 * Reads [binnacle] and [guest-display] from weston.ini. The file is Weston's, whose own parser
 * keeps no line numbers and passes over keys it does not know; so it is read a second time here,
 * with the same rules for lines, sections and values.
 */
#include "compositor-plugin/config.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUEST_NAME_MAX 32

enum section {
	SECTION_OTHER,
	SECTION_BINNACLE,
	SECTION_DISPLAY,
};

struct reader {
	struct config *config;
	struct config_display *display; /* the section being read, or NULL */
	enum section section;
	int line;
	unsigned int display_count, faults;
	uint32_t seen; /* keys of this section, by index in the table */
	config_report_t report;
	void *data;
};

struct key {
	const char *name;
	/* Takes the value, or returns what the key wants instead. */
	const char *(*take)(struct reader *reader, const char *value);
};

static void __attribute__((format(printf, 3, 4)))
reader_fault(struct reader *reader, int line, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	reader->faults++;
	reader->report(reader->config->path, line, text, reader->data);
}

static bool parse_number(const char *text, int base, long min, long max, long *out)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*out = strtol(text, &end, base);
	return errno == 0 && *end == '\0' && *out >= min && *out <= max;
}

static const char *take_mode(const char *value, mode_t *mode)
{
	long number;

	if (!parse_number(value, 8, 0, 0777, &number) || !(number & 0600))
		return "an octal file mode such as 0600";
	*mode = (mode_t)number;
	return NULL;
}

static const char *take_control_mode(struct reader *reader, const char *value)
{
	return take_mode(value, &reader->config->control_mode);
}

static const char *take_socket_mode(struct reader *reader, const char *value)
{
	return take_mode(value, &reader->config->socket_mode);
}

static const char *take_dmabuf(struct reader *reader, const char *value)
{
	static const char *const names[] = {"auto", "always", "never"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], value) == 0) {
			reader->config->dmabuf = (enum config_dmabuf)i;
			return NULL;
		}
	}
	return "auto, always or never";
}

static const char *take_guest(struct reader *reader, const char *value)
{
	size_t length = strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	if (length == 0 || length > GUEST_NAME_MAX || value[length])
		return "1 to 32 of a-z 0-9 _ -";
	reader->display->guest = strdup(value);
	return NULL;
}

static const char *take_scanout(struct reader *reader, const char *value)
{
	long number;

	if (!parse_number(value, 10, 0, CONFIG_SCANOUTS - 1, &number))
		return "a number from 0 to 15";
	reader->display->scanout_index = (uint32_t)number;
	return NULL;
}

static const char *take_output(struct reader *reader, const char *value)
{
	if (!value[0])
		return "the name of an output; leave the key out for a window";
	reader->display->output = strdup(value);
	reader->display->output_line = reader->line;
	return NULL;
}

static const char *take_area(struct reader *reader, const char *value)
{
	static const char wants[] = "full, or X,Y,WIDTHxHEIGHT in pixels";
	struct config_area *area = &reader->display->area;
	unsigned int x, y, width, height;
	int end = 0;

	reader->display->area_line = reader->line;
	if (strcmp(value, "full") == 0)
		return NULL;
	if (strspn(value, "0123456789,x ") != strlen(value))
		return wants;
	if (sscanf(value, "%6u , %6u , %6u x %6u%n", &x, &y, &width, &height, &end) != 4 ||
		value[end])
		return wants;
	if (x > INT16_MAX || y > INT16_MAX || width > INT16_MAX || height > INT16_MAX ||
		width == 0 || height == 0)
		return wants;
	*area = (struct config_area){.x = (int32_t)x,
		.y = (int32_t)y,
		.width = (int32_t)width,
		.height = (int32_t)height};
	return NULL;
}

static const char *take_scale(struct reader *reader, const char *value)
{
	static const char *const names[] = {
		[CONFIG_SCALE_FIT] = "fit",
		[CONFIG_SCALE_FILL] = "fill",
		[CONFIG_SCALE_NONE] = "none",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(value, names[i]) == 0) {
			reader->display->scale = (enum config_scale)i;
			return NULL;
		}
	}
	return "fit, fill or none";
}

static const char *take_layer(struct reader *reader, const char *value)
{
	long number;

	if (!parse_number(value, 10, 0, CONFIG_MAX_LAYER, &number))
		return "a number from 0 to 4095";
	reader->display->layer = (uint32_t)number;
	return NULL;
}

static const char *take_fallback(struct reader *reader, const char *value)
{
	const char *slash = strrchr(reader->config->path, '/');
	int dir = slash ? (int)(slash - reader->config->path) + 1 : 0;
	char *path = NULL;

	if (!value[0])
		return "the path of a PNG file";
	if (value[0] == '/')
		path = strdup(value);
	else if (asprintf(&path, "%.*s%s", dir, reader->config->path, value) < 0)
		path = NULL;
	reader->display->fallback = path;
	reader->display->fallback_line = reader->line;
	return NULL;
}

static const struct key binnacle_keys[] = {
	{"control-mode", take_control_mode},
	{"socket-mode", take_socket_mode},
	{"dmabuf", take_dmabuf},
	{NULL, NULL},
};

static const struct key display_keys[] = {
	{"guest", take_guest},
	{"scanout", take_scanout},
	{"output", take_output},
	{"area", take_area},
	{"scale", take_scale},
	{"layer", take_layer},
	{"fallback", take_fallback},
	{NULL, NULL},
};

static void display_destroy(struct config_display *display)
{
	if (!display)
		return;
	free(display->guest);
	free(display->output);
	free(display->fallback);
	free(display);
}

/* Checks a [guest-display] section at its end and takes it into the configuration. */
static void reader_finish_display(struct reader *reader)
{
	struct config_display *display = reader->display, *other;

	reader->display = NULL;
	if (!display)
		return;
	if (!display->guest) {
		/* A refused guest= has had its line already. */
		if (!(reader->seen & 1) || reader->faults == 0)
			reader_fault(reader, display->line, "[guest-display] has no guest=");
		display_destroy(display);
		return;
	}
	wl_list_for_each (other, &reader->config->displays, link) {
		if (other->scanout_index != display->scanout_index ||
			strcmp(other->guest, display->guest) != 0)
			continue;
		reader_fault(reader, display->line,
			"scanout %u of guest \"%s\" is placed twice, first in line %d",
			display->scanout_index, display->guest, other->line);
		display_destroy(display);
		return;
	}
	wl_list_insert(reader->config->displays.prev, &display->link);
}

static void reader_start_section(struct reader *reader, char *line)
{
	char *end = strchr(line, ']');

	reader_finish_display(reader);
	reader->section = SECTION_OTHER;
	reader->seen = 0;
	if (!end)
		return; /* Weston itself refuses the file. */
	*end = '\0';
	if (strcmp(line + 1, "binnacle") == 0)
		reader->section = SECTION_BINNACLE;
	if (strcmp(line + 1, "guest-display") != 0)
		return;
	if (++reader->display_count > CONFIG_MAX_DISPLAYS) {
		reader_fault(reader, reader->line, "more than %d [guest-display] sections",
			CONFIG_MAX_DISPLAYS);
		return;
	}
	reader->section = SECTION_DISPLAY;
	reader->display = calloc(1, sizeof(*reader->display));
	if (!reader->display) {
		reader->section = SECTION_OTHER;
		reader_fault(reader, reader->line, "out of memory");
		return;
	}
	*reader->display = (struct config_display){
		.line = reader->line,
		.area = {.full = true},
		.scale = CONFIG_SCALE_FIT,
	};
}

static char *trim(char *text)
{
	size_t length;

	while (isspace((unsigned char)*text))
		text++;
	length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

static void cut_comment(char *value)
{
	for (char *p = value; *p; p++) {
		if (*p == '#' && (p == value || isspace((unsigned char)p[-1]))) {
			*p = '\0';
			return;
		}
	}
}

static void reader_take_key(struct reader *reader, char *line)
{
	bool display = reader->section == SECTION_DISPLAY;
	const struct key *keys = display ? display_keys : binnacle_keys;
	const char *section = display ? "guest-display" : "binnacle", *wants;
	char *value = strchr(line, '=');
	unsigned int i = 0;

	if (!value)
		return; /* Weston itself refuses the file. */
	*value++ = '\0';
	line = trim(line);
	cut_comment(value);
	value = trim(value);

	while (keys[i].name && strcmp(keys[i].name, line) != 0)
		i++;
	if (!keys[i].name) {
		reader_fault(reader, reader->line, "unknown key \"%s\" in [%s]", line, section);
		return;
	}
	if (reader->seen & 1u << i) {
		reader_fault(reader, reader->line, "%s= is in this [%s] twice", line, section);
		return;
	}
	reader->seen |= 1u << i;
	wants = keys[i].take(reader, value);
	if (wants)
		reader_fault(reader, reader->line, "%s=%s: %s is wanted", line, value, wants);
}

static void reader_take_line(struct reader *reader, char *line)
{
	if (line[0] == '[')
		reader_start_section(reader, line);
	else if (line[0] != '#' && line[0] != '\n' && reader->section != SECTION_OTHER)
		reader_take_key(reader, line);
}

struct config *config_read_stream(FILE *file, const char *path, config_report_t report, void *data)
{
	struct reader reader = {.report = report, .data = data};
	size_t size = 0;
	char *line = NULL;

	reader.config = calloc(1, sizeof(*reader.config));
	if (!reader.config)
		return NULL;
	*reader.config =
		(struct config){.path = strdup(path), .control_mode = 0600, .socket_mode = 0600};
	wl_list_init(&reader.config->displays);
	while (reader.config->path && getline(&line, &size, file) >= 0) {
		reader.line++;
		reader_take_line(&reader, line);
	}
	reader_finish_display(&reader);
	free(line);
	if (reader.faults == 0 && reader.config->path)
		return reader.config;
	config_destroy(reader.config);
	return NULL;
}

struct config *config_read(const char *path, config_report_t report, void *data)
{
	FILE *file = fopen(path, "re");
	struct config *config;

	if (!file) {
		report(path, 0, strerror(errno), data);
		return NULL;
	}
	config = config_read_stream(file, path, report, data);
	fclose(file);
	return config;
}

void config_destroy(struct config *config)
{
	struct config_display *display, *next;

	if (!config)
		return;
	wl_list_for_each_safe (display, next, &config->displays, link) {
		wl_list_remove(&display->link);
		display_destroy(display);
	}
	free(config->path);
	free(config);
}
