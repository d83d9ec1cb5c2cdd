/* SPDX-License-Identifier: MIT */
/* libFuzzer target: a weston.ini of any content. What is accepted keeps to the documented limits.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compositor-plugin/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count_fault(const char *path, int line, const char *text, void *data)
{
	++*(unsigned int *)data;
}

static void check_display(const struct config_display *display)
{
	const struct config_area *area = &display->area;

	if (!display->guest || strlen(display->guest) > 32 || strpbrk(display->guest, "./ "))
		abort();
	if (display->scanout_index >= CONFIG_SCANOUTS || display->layer > CONFIG_MAX_LAYER)
		abort();
	if (!area->full && (area->x < 0 || area->y < 0 || area->width <= 0 || area->height <= 0))
		abort();
	if (display->fallback && display->fallback[0] != '/')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_display *display;
	struct config *config;
	unsigned int faults = 0;
	FILE *file;

	if (size == 0)
		return 0;
	file = fmemopen((void *)(uintptr_t)data, size, "r");
	if (!file)
		return 0;
	config = config_read_stream(file, "/etc/weston.ini", count_fault, &faults);
	fclose(file);
	if (!config != (faults > 0))
		abort();
	if (config) {
		wl_list_for_each (display, &config->displays, link)
			check_display(display);
	}
	config_destroy(config);
	return 0;
}
