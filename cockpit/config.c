/* SPDX-License-Identifier: MIT */
/* Reads cockpit.ini section by section and keeps track of lines, so that every fault names one. */
#include "cockpit/config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cockpit/config-parse.h"
#include "cockpit/paths.h"
#include "common/log.h"

#define DEFAULT_MEMORY_MIB 512
#define DEFAULT_MAX_CPUS 2
#define DEFAULT_LAYER 10
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* inih hands over lines of at most 199 bytes. */
#define LINE_MAX_BYTES 190

/** What inih reads lines from. */
struct config_reader {
	struct config_parse *parse;
	FILE *file;
	char *line;
	size_t size;
};

struct given_key {
	struct wl_list link; // struct config_guest.keys, struct config.keys
	char name[16];
	int line;
};

void config_fault(struct config_parse *parse, int line, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (line > 0)
		log_error("%s:%d: %s", parse->config->path, line, text);
	else
		log_error("%s: %s", parse->config->path, text);
	parse->faults++;
	parse->fault_line = line;
}

bool config_key_note(
	struct config_parse *parse, struct wl_list *keys, const char *name, bool repeats)
{
	int first = config_key_line(keys, name, 0);
	struct given_key *key;

	if (first && !repeats) {
		config_fault(parse, parse->line,
			"%s is given twice in this section, first in line "
			"%d; remove one",
			name, first);
		return false;
	}
	key = calloc(1, sizeof(*key));
	if (!key)
		return false;
	snprintf(key->name, sizeof(key->name), "%s", name);
	key->line = parse->line;
	wl_list_insert(keys, &key->link);
	return true;
}

int config_key_line(const struct wl_list *keys, const char *name, int otherwise)
{
	const struct given_key *key;

	wl_list_for_each (key, keys, link)
		if (strcmp(key->name, name) == 0)
			return key->line;
	return otherwise;
}

void config_keys_finish(struct wl_list *keys)
{
	struct given_key *key, *next;

	wl_list_for_each_safe (key, next, keys, link) {
		wl_list_remove(&key->link);
		free(key);
	}
}

static bool name_is_valid(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > CONFIG_NAME_MAX_BYTES || !isalnum((unsigned char)*name))
		return false;
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
			return false;
	return true;
}

static void section_add_screen(struct config_parse *parse, const char *name)
{
	const struct config_screen *same = config_find_screen(parse->config, name);
	struct config_screen *screen;

	if (!name_is_valid(name) || strcmp(name, "window") == 0) {
		config_fault(parse, parse->line,
			"'%s' cannot name a screen; use up to %d letters, digits, '-' and '_'",
			name, CONFIG_NAME_MAX_BYTES);
		return;
	}
	if (same) {
		config_fault(parse, parse->line,
			"screen %s is defined twice, first in line %d; "
			"rename or remove one",
			name, same->line);
		return;
	}
	screen = calloc(1, sizeof(*screen));
	if (!screen)
		return;
	screen->name = strdup(name);
	screen->line = parse->line;
	wl_list_insert(parse->config->screens.prev, &screen->link);
	parse->screen = screen;
}

static uint32_t default_cpus(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online > 0 && online < DEFAULT_MAX_CPUS ? (uint32_t)online : DEFAULT_MAX_CPUS;
}

static const struct config_guest *find_guest(const struct config *config, const char *name)
{
	const struct config_guest *guest;

	wl_list_for_each (guest, &config->guests, link)
		if (strcmp(guest->name, name) == 0)
			return guest;
	return NULL;
}

static void section_add_guest(struct config_parse *parse, const char *name)
{
	const struct config_guest *same = find_guest(parse->config, name);
	struct config_guest *guest;

	/* A guest's name is a folder beside the control socket and our own run-PID. */
	if (!name_is_valid(name) || strpbrk(name, CAPITALS) || strcmp(name, "control") == 0 ||
		strncmp(name, "run-", 4) == 0) {
		config_fault(parse, parse->line,
			"'%s' cannot name a guest; use up to %d of a-z, "
			"0-9, '-' and '_', not 'control' or 'run-…'",
			name, CONFIG_NAME_MAX_BYTES);
		return;
	}
	if (same) {
		config_fault(parse, parse->line,
			"guest %s is defined twice, first in line %d; "
			"rename or remove one",
			name, same->line);
		return;
	}
	guest = calloc(1, sizeof(*guest));
	if (!guest)
		return;
	*guest = (struct config_guest){
		.name = strdup(name),
		.line = parse->line,
		.memory_mib = DEFAULT_MEMORY_MIB,
		.cpus = default_cpus(),
		.layer = DEFAULT_LAYER,
		.area = {.full = true},
	};
	wl_list_init(&guest->disks);
	wl_list_init(&guest->keys);
	wl_list_insert(parse->config->guests.prev, &guest->link);
	parse->guest = guest;
}

/* A section header: inih tells of sections only through their keys, and a section may have none. */
static void section_begin(struct config_parse *parse, const char *header)
{
	char name[96];

	parse->guest = NULL;
	parse->screen = NULL;
	parse->in_compositor = false;
	if (sscanf(header, "[guest %95[^]]", name) == 1)
		section_add_guest(parse, name);
	else if (sscanf(header, "[screen %95[^]]", name) == 1)
		section_add_screen(parse, name);
	else if (strncmp(header, "[compositor]", strlen("[compositor]")) == 0)
		parse->in_compositor = true;
	else
		config_fault(parse, parse->line,
			"unknown section %.*s; sections are [compositor], "
			"[screen NAME] and [guest NAME]",
			(int)strcspn(header, "\r\n") > 80 ? 80 : (int)strcspn(header, "\r\n"),
			header);
}

static char *read_line(char *out, int size, void *stream)
{
	struct config_reader *reader = stream;
	struct config_parse *parse = reader->parse;
	const char *text;

	if (getline(&reader->line, &reader->size, reader->file) < 0)
		return NULL;
	parse->line++;
	/* Without its indentation a line is never taken for more of the value above it. */
	text = reader->line + strspn(reader->line, " \t");
	if (strlen(text) > LINE_MAX_BYTES) {
		if (*text != '#' && *text != ';')
			config_fault(parse, parse->line,
				"this line is longer than %d bytes; append= "
				"and disk= may be repeated, and a relative "
				"path is shorter",
				LINE_MAX_BYTES);
		text = "\n";
	}
	if (*text == '[')
		section_begin(parse, text);
	snprintf(out, (size_t)size, "%s", text);
	return out;
}

static void unknown_key(struct config_parse *parse, const struct config_key *keys, const char *name,
	const char *section)
{
	char known[256] = "";
	size_t used = 0;

	for (; keys->name && used < sizeof(known); keys++)
		used += (size_t)snprintf(
			known + used, sizeof(known) - used, "%s%s", used ? ", " : "", keys->name);
	config_fault(parse, parse->line, "unknown key %s; [%s] knows %s", name, section, known);
}

static int handle_key(void *user, const char *section, const char *name, const char *value)
{
	struct config_parse *parse = user;
	const struct config_key *keys = NULL, *key;
	struct wl_list *given = NULL;

	if (parse->guest) {
		keys = config_guest_keys;
		given = &parse->guest->keys;
	} else if (parse->screen) {
		keys = config_screen_keys;
	} else if (parse->in_compositor) {
		keys = config_compositor_keys;
		given = &parse->config->keys;
	} else if (!*section) {
		config_fault(parse, parse->line,
			"%s stands before the first section; put it below "
			"[compositor], [screen NAME] or [guest NAME]",
			name);
		return 1;
	} else {
		return 1; /* the section itself was at fault */
	}
	for (key = keys; key->name && strcmp(key->name, name) != 0; key++)
		;
	if (!key->name)
		unknown_key(parse, keys, name, section);
	else if (!*value)
		config_fault(
			parse, parse->line, "%s has no value; give one or remove the line", name);
	else if (!given || config_key_note(parse, given, name, key->repeats))
		key->parse(parse, name, value);
	return 1;
}

static int parse_stream(struct config_parse *parse, FILE *file)
{
	struct config_reader reader = {.parse = parse, .file = file};
	int line = ini_parse_stream(read_line, &reader, handle_key, parse);

	free(reader.line);
	if (line < 0)
		return -ENOMEM;
	if (line > 0 && line != parse->fault_line)
		config_fault(parse, line,
			"this is neither a [section] nor key=value; correct it or "
			"put # before it");
	if (ferror(file)) {
		config_fault(parse, 0, "cannot be read; is it a text file?");
		return -EIO;
	}
	return 0;
}

static struct config *config_create(const char *path)
{
	struct config *config = calloc(1, sizeof(*config));
	char *absolute, *slash;

	if (!config)
		return NULL;
	wl_list_init(&config->screens);
	wl_list_init(&config->guests);
	wl_list_init(&config->keys);
	config->path = strdup(path);
	absolute = realpath(path, NULL);
	slash = absolute ? strrchr(absolute, '/') : NULL;
	if (slash)
		slash[slash == absolute] = '\0';
	config->directory = absolute;
	if (!config->path || !config->directory) {
		config_destroy(config);
		return NULL;
	}
	return config;
}

struct config *config_load(const char *path)
{
	FILE *file = fopen(path, "re");
	struct config_parse parse = {0};

	if (!file) {
		log_error(
			"%s: %s; `man cockpit.ini` shows how to write one", path, strerror(errno));
		return NULL;
	}
	parse.config = config_create(path);
	if (!parse.config) {
		log_error("%s: %s", path, strerror(errno));
		goto err_file;
	}
	if (parse_stream(&parse, file) < 0)
		goto err_config;
	config_check(&parse);
	if (parse.faults > 0)
		goto err_config;
	fclose(file);
	return parse.config;

err_config:
	config_destroy(parse.config);
err_file:
	fclose(file);
	return NULL;
}

static void guest_destroy(struct config_guest *guest)
{
	struct config_disk *disk, *next;

	wl_list_for_each_safe (disk, next, &guest->disks, link) {
		wl_list_remove(&disk->link);
		free(disk->path);
		free(disk);
	}
	for (uint32_t i = 0; i < guest->output_count; i++)
		free(guest->outputs[i].screen);
	config_keys_finish(&guest->keys);
	wl_list_remove(&guest->link);
	free(guest->name);
	free(guest->kernel);
	free(guest->initrd);
	free(guest->append);
	free(guest->fallback);
	free(guest);
}

void config_destroy(struct config *config)
{
	struct config_screen *screen, *next_screen;
	struct config_guest *guest, *next_guest;

	if (!config)
		return;
	wl_list_for_each_safe (guest, next_guest, &config->guests, link)
		guest_destroy(guest);
	wl_list_for_each_safe (screen, next_screen, &config->screens, link) {
		wl_list_remove(&screen->link);
		free(screen->name);
		free(screen);
	}
	config_keys_finish(&config->keys);
	free(config->path);
	free(config->directory);
	free(config);
}

const struct config_screen *config_find_screen(const struct config *config, const char *name)
{
	const struct config_screen *screen;

	wl_list_for_each (screen, &config->screens, link)
		if (strcmp(screen->name, name) == 0)
			return screen;
	return NULL;
}

enum config_backend config_resolve_backend(const struct config *config)
{
	const char *wayland = getenv("WAYLAND_DISPLAY"), *x11 = getenv("DISPLAY");

	if (config->backend != BACKEND_AUTO)
		return config->backend;
	if (wayland && *wayland)
		return BACKEND_WAYLAND;
	return x11 && *x11 ? BACKEND_X11 : BACKEND_HEADLESS;
}

const char *config_backend_name(enum config_backend backend)
{
	static const char *const names[] = {
		[BACKEND_AUTO] = "auto",
		[BACKEND_HEADLESS] = "headless",
		[BACKEND_DRM] = "drm",
		[BACKEND_WAYLAND] = "wayland",
		[BACKEND_X11] = "x11",
	};

	return names[backend];
}
