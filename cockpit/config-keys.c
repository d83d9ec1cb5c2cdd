/* SPDX-License-Identifier: MIT */
/* The keys of cockpit.ini, section by section, and how each value is read. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cockpit/config-parse.h"
#include "cockpit/paths.h"

#define SCREEN_MAX_PX 16384
#define MEMORY_MIN_MIB 32
#define MEMORY_MAX_MIB (1024 * 1024)
#define CPUS_MAX 255
#define LAYER_MAX 1000

struct choice {
	const char *name;
	unsigned int value;
};

/* The value's number in the table, which ends in a NULL name; 0 after a fault. */
static unsigned int parse_choice(struct config_parse *parse, const char *name, const char *value,
	const struct choice *choices)
{
	char known[128] = "";
	size_t used = 0;

	for (const struct choice *c = choices; c->name; c++) {
		if (strcmp(c->name, value) == 0)
			return c->value;
		used += (size_t)snprintf(
			known + used, sizeof(known) - used, "%s%s", used ? ", " : "", c->name);
	}
	config_fault(parse, parse->line, "%s cannot be '%s'; it is one of %s", name, value, known);
	return 0;
}

/* A whole decimal number within bounds; otherwise a fault, and the lower bound. */
static uint32_t parse_number(
	struct config_parse *parse, const char *name, const char *value, uint32_t min, uint32_t max)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end || errno || number < min || number > max) {
		config_fault(parse, parse->line, "%s cannot be '%s'; it is a number from %u to %u",
			name, value, min, max);
		return min;
	}
	return (uint32_t)number;
}

/* The path made absolute, from the folder of the file; told as a fault if nothing is there. */
static char *parse_path(struct config_parse *parse, const char *name, const char *value)
{
	char *path = *value == '/' ? paths_format("%s", value)
				   : paths_format("%s/%s", parse->config->directory, value);

	if (!path || access(path, R_OK) == 0)
		return path;
	if (*value == '/')
		config_fault(parse, parse->line, "%s: %s: %s; correct the path", name, path,
			strerror(errno));
	else
		config_fault(parse, parse->line, "%s: %s: %s; relative paths start from %s", name,
			path, strerror(errno), parse->config->directory);
	return path;
}

/* Copies the next item of a comma list, trimmed, and moves on. False at the end. */
static bool next_item(const char **list, char *item, size_t size)
{
	const char *start = *list;
	size_t length;

	if (!*start)
		return false;
	length = strcspn(start, ",");
	*list = start + length + (start[length] == ',');
	while (length > 0 && isspace((unsigned char)*start))
		start++, length--;
	while (length > 0 && isspace((unsigned char)start[length - 1]))
		length--;
	snprintf(item, size, "%.*s", (int)length, start);
	return true;
}

static void key_backend(struct config_parse *parse, const char *name, const char *value)
{
	static const struct choice choices[] = {{"auto", BACKEND_AUTO},
		{"headless", BACKEND_HEADLESS}, {"drm", BACKEND_DRM}, {"wayland", BACKEND_WAYLAND},
		{"x11", BACKEND_X11}, {NULL, 0}};

	parse->config->backend = parse_choice(parse, name, value, choices);
}

static void key_renderer(struct config_parse *parse, const char *name, const char *value)
{
	static const struct choice choices[] = {{"auto", RENDERER_AUTO},
		{"pixman", RENDERER_PIXMAN}, {"gl", RENDERER_GL}, {NULL, 0}};

	parse->config->renderer = parse_choice(parse, name, value, choices);
}

static void key_shell(struct config_parse *parse, const char *name, const char *value)
{
	static const struct choice choices[] = {
		{"desktop", SHELL_DESKTOP}, {"kiosk", SHELL_KIOSK}, {NULL, 0}};

	parse->config->shell = parse_choice(parse, name, value, choices);
}

static void key_mode(struct config_parse *parse, const char *name, const char *value)
{
	struct config_screen *screen = parse->screen;
	int end = 0;

	if (screen->mode_given) {
		config_fault(parse, parse->line, "mode is given twice in this section; remove one");
		return;
	}
	screen->mode_given = true;
	if (sscanf(value, "%5ux%5u%n", &screen->width_px, &screen->height_px, &end) != 2 ||
		value[end] || screen->width_px < 1 || screen->width_px > SCREEN_MAX_PX ||
		screen->height_px < 1 || screen->height_px > SCREEN_MAX_PX)
		config_fault(parse, parse->line,
			"mode cannot be '%s'; it is WIDTHxHEIGHT in pixels, "
			"such as 1280x720",
			value);
}

static void key_memory(struct config_parse *parse, const char *name, const char *value)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(value, &end, 10);
	if (*end == 'G' && number <= MEMORY_MAX_MIB / 1024)
		number *= 1024, end++;
	else if (*end == 'M')
		end++;
	if (!isdigit((unsigned char)*value) || *end || errno || number < MEMORY_MIN_MIB ||
		number > MEMORY_MAX_MIB) {
		config_fault(parse, parse->line,
			"memory cannot be '%s'; give megabytes or gigabytes, "
			"such as 512M or 2G",
			value);
		return;
	}
	parse->guest->memory_mib = (uint32_t)number;
}

static void key_cpus(struct config_parse *parse, const char *name, const char *value)
{
	parse->guest->cpus = parse_number(parse, name, value, 1, CPUS_MAX);
}

static void key_kernel(struct config_parse *parse, const char *name, const char *value)
{
	parse->guest->kernel = parse_path(parse, name, value);
}

static void key_initrd(struct config_parse *parse, const char *name, const char *value)
{
	parse->guest->initrd = parse_path(parse, name, value);
}

static void add_disk(struct config_parse *parse, const char *name, char *item)
{
	struct config_disk *disk = calloc(1, sizeof(*disk));
	size_t length = strlen(item);

	if (!disk)
		return;
	if (length > 3 && strcmp(item + length - 3, ":rw") == 0) {
		disk->writable = true;
		item[length - 3] = '\0';
	}
	disk->path = parse_path(parse, name, item);
	wl_list_insert(parse->guest->disks.prev, &disk->link);
}

static void key_disk(struct config_parse *parse, const char *name, const char *value)
{
	char item[256];

	while (next_item(&value, item, sizeof(item))) {
		if (*item)
			add_disk(parse, name, item);
		else
			config_fault(parse, parse->line,
				"disk has an empty name in its list; remove "
				"a comma");
	}
}

static void key_append(struct config_parse *parse, const char *name, const char *value)
{
	struct config_guest *guest = parse->guest;
	char *joined = guest->append ? paths_format("%s %s", guest->append, value) : strdup(value);

	if (!joined)
		return;
	free(guest->append);
	guest->append = joined;
}

static void key_outputs(struct config_parse *parse, const char *name, const char *value)
{
	struct config_guest *guest = parse->guest;
	char item[256];

	while (next_item(&value, item, sizeof(item))) {
		if (!*item) {
			config_fault(parse, parse->line,
				"outputs has an empty name in its list; remove a "
				"comma");
			return;
		}
		if (guest->output_count == CONFIG_MAX_OUTPUTS) {
			config_fault(parse, parse->line,
				"outputs has more than %d names, the most that "
				"a virtio-gpu has; remove some",
				CONFIG_MAX_OUTPUTS);
			return;
		}
		guest->outputs[guest->output_count++].screen =
			strcmp(item, "window") == 0 ? NULL : strdup(item);
	}
}

static void key_accel(struct config_parse *parse, const char *name, const char *value)
{
	static const struct choice choices[] = {
		{"auto", ACCEL_AUTO}, {"kvm", ACCEL_KVM}, {"tcg", ACCEL_TCG}, {NULL, 0}};

	parse->guest->accel = parse_choice(parse, name, value, choices);
}

static void key_virgl(struct config_parse *parse, const char *name, const char *value)
{
	static const struct choice choices[] = {
		{"auto", VIRGL_AUTO}, {"on", VIRGL_ON}, {"off", VIRGL_OFF}, {NULL, 0}};

	parse->guest->virgl = parse_choice(parse, name, value, choices);
}

static void key_layer(struct config_parse *parse, const char *name, const char *value)
{
	parse->guest->layer = parse_number(parse, name, value, 0, LAYER_MAX);
}

static void key_area(struct config_parse *parse, const char *name, const char *value)
{
	struct config_area *area = &parse->guest->area;
	int end = 0;

	if (strcmp(value, "full") == 0)
		return;
	*area = (struct config_area){0};
	if (sscanf(value, "%5d,%5d,%5dx%5d%n", &area->x_px, &area->y_px, &area->width_px,
		    &area->height_px, &end) != 4 ||
		value[end] || area->x_px < 0 || area->y_px < 0 || area->width_px < 1 ||
		area->height_px < 1 || area->width_px > SCREEN_MAX_PX ||
		area->height_px > SCREEN_MAX_PX)
		config_fault(parse, parse->line,
			"area cannot be '%s'; it is 'full' or "
			"X,Y,WIDTHxHEIGHT in pixels, such as 0,0,640x480",
			value);
}

static void key_scale(struct config_parse *parse, const char *name, const char *value)
{
	static const struct choice choices[] = {
		{"fit", SCALE_FIT}, {"fill", SCALE_FILL}, {"none", SCALE_NONE}, {NULL, 0}};

	parse->guest->scale = parse_choice(parse, name, value, choices);
}

static void key_fallback(struct config_parse *parse, const char *name, const char *value)
{
	parse->guest->fallback = parse_path(parse, name, value);
}

const struct config_key config_compositor_keys[] = {
	{"backend", false, key_backend},
	{"renderer", false, key_renderer},
	{"shell", false, key_shell},
	{0},
};

const struct config_key config_screen_keys[] = {
	{"mode", true, key_mode},
	{0},
};

const struct config_key config_guest_keys[] = {
	{"memory", false, key_memory},
	{"cpus", false, key_cpus},
	{"kernel", false, key_kernel},
	{"initrd", false, key_initrd},
	{"disk", true, key_disk},
	{"append", true, key_append},
	{"outputs", true, key_outputs},
	{"accel", false, key_accel},
	{"virgl", false, key_virgl},
	{"layer", false, key_layer},
	{"area", false, key_area},
	{"scale", false, key_scale},
	{"fallback", false, key_fallback},
	{0},
};
