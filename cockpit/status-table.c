/* SPDX-License-Identifier: MIT */
/* The status of all processes as a table for people. */
#include "cockpit/status-table.h"

#include <string.h>

#include "cockpit/console.h"
#include "cockpit/json-get.h"

#define MIB (1024.0 * 1024.0)
#define ROW_FORMAT "%-12s %-7s %-12s %-16s %9s  %-9s %10s\n"

/* A string of another process, made safe for the terminal. */
static void copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", *text ? text : "-");
	console_clean(out);
}

/* The compositor's word on a scanout, or NULL. */
static struct json_object *find_in_weston(
	struct json_object *weston, const char *guest, int64_t index)
{
	struct json_object *guests, *scanouts;
	size_t count = json_get_array(weston, "guests", &guests);

	for (size_t i = 0; i < count; i++) {
		struct json_object *entry = json_object_array_get_idx(guests, i);
		size_t scanout_count = json_get_array(entry, "scanouts", &scanouts);

		if (strcmp(json_get_string(entry, "name"), guest) != 0)
			continue;
		for (size_t j = 0; j < scanout_count; j++) {
			struct json_object *scanout = json_object_array_get_idx(scanouts, j);

			if (json_get_int(scanout, "index", -1) == index)
				return scanout;
		}
	}
	return NULL;
}

static void print_scanout(struct json_object *weston, const char *guest, const char *memory,
	struct json_object *scanout, FILE *out)
{
	int64_t index = json_get_int(scanout, "index", -1);
	struct json_object *placed = find_in_weston(weston, guest, index);
	const char *screen = json_get_string(placed, "screen");
	char screen_text[32], number[16], mode[48], rate[24], path[16];

	copy_text(screen_text, sizeof(screen_text),
		*screen ? screen : json_get_string(scanout, "screen"));
	snprintf(number, sizeof(number), "%lld", (long long)index);
	snprintf(mode, sizeof(mode), "%lldx%lld@%.0f",
		(long long)json_get_int(scanout, "width_px", 0),
		(long long)json_get_int(scanout, "height_px", 0),
		(double)json_get_int(scanout, "refresh_mhz", 0) / 1000.0);
	snprintf(rate, sizeof(rate), "%.1f", json_get_number(scanout, "frames_per_s", 0));
	copy_text(path, sizeof(path), json_get_string(scanout, "path"));
	fprintf(out, ROW_FORMAT, guest, number, screen_text, mode, rate, path, memory);
}

static void print_guest(
	struct json_object *weston, const char *name, struct json_object *guest, FILE *out)
{
	struct json_object *scanouts;
	size_t count = json_get_array(guest, "scanouts", &scanouts);
	char memory[32], safe_name[64], why[64];

	copy_text(safe_name, sizeof(safe_name), name);
	if (*json_get_string(guest, "error")) {
		copy_text(why, sizeof(why), json_get_string(guest, "error"));
		fprintf(out, "%-12s binnacle-gpu: %s\n", safe_name, why);
		return;
	}
	snprintf(memory, sizeof(memory), "%.1f MiB",
		(double)json_get_int(guest, "memory_bytes", 0) / MIB);
	if (count == 0)
		fprintf(out, ROW_FORMAT, safe_name, "-", "-", "-", "-", "-", memory);
	for (size_t i = 0; i < count; i++)
		print_scanout(
			weston, safe_name, memory, json_object_array_get_idx(scanouts, i), out);
}

void status_table_print(struct json_object *status, FILE *out)
{
	struct json_object *weston = json_get(status, "weston", json_type_object);
	struct json_object *guests = json_get(status, "guests", json_type_object);
	char why[64];

	if (*json_get_string(weston, "error")) {
		copy_text(why, sizeof(why), json_get_string(weston, "error"));
		fprintf(out, "weston: %s\n", why);
	}
	fprintf(out, ROW_FORMAT, "GUEST", "SCANOUT", "SCREEN", "MODE", "FRAMES/S", "PATH", "MEMORY");
	if (!guests)
		return;
	json_object_object_foreach(guests, name, guest) print_guest(weston, name, guest, out);
}
