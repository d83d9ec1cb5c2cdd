/* SPDX-License-Identifier: MIT */
/* The checks of cockpit.ini that need the whole file: names that must exist, places taken twice. */
#include <stdio.h>
#include <string.h>

#include "cockpit/config-parse.h"
#include "cockpit/vmm-qemu.h"

/** One scanout's place on a screen. */
struct place {
	const struct config_guest *guest;
	const char *screen;
	uint32_t scanout;
};

static int outputs_line(const struct config_guest *guest)
{
	return config_key_line(&guest->keys, "outputs", guest->line);
}

static void check_screens(struct config_parse *parse)
{
	const struct config_screen *screen;

	wl_list_for_each (screen, &parse->config->screens, link)
		if (!screen->mode_given)
			config_fault(parse, screen->line,
				"screen %s has no mode; add a line such as mode=1280x720",
				screen->name);
}

static void check_screen_exists(
	struct config_parse *parse, const struct config_guest *guest, const char *name)
{
	char known[256] = "";
	const struct config_screen *screen;
	size_t used = 0;

	/* Only Weston knows the connectors of real screens. */
	if (config_find_screen(parse->config, name) ||
		config_resolve_backend(parse->config) == BACKEND_DRM)
		return;
	wl_list_for_each (screen, &parse->config->screens, link)
		if (used < sizeof(known))
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
				used ? ", " : "", screen->name);
	config_fault(parse, outputs_line(guest),
		"guest %s: no such screen %s; add [screen %s] with "
		"a mode, or use %s%swindow",
		guest->name, name, name, known, used ? ", " : "");
}

static bool ranges_overlap(int32_t a, int32_t a_length, int32_t b, int32_t b_length)
{
	return a < b + b_length && b < a + a_length;
}

static bool areas_overlap(const struct config_area *a, const struct config_area *b)
{
	return a->full || b->full ||
	       (ranges_overlap(a->x_px, a->width_px, b->x_px, b->width_px) &&
		       ranges_overlap(a->y_px, a->height_px, b->y_px, b->height_px));
}

static void check_against(struct config_parse *parse, const struct place *place)
{
	const struct config_guest *other;

	wl_list_for_each (other, &parse->config->guests, link) {
		uint32_t end = other == place->guest ? place->scanout : other->output_count;

		for (uint32_t i = 0; i < end; i++) {
			if (!other->outputs[i].screen ||
				strcmp(other->outputs[i].screen, place->screen) != 0 ||
				other->layer != place->guest->layer ||
				!areas_overlap(&other->area, &place->guest->area))
				continue;
			config_fault(parse, outputs_line(place->guest),
				"guest %s: scanout %u has the place on screen %s that guest %s has "
				"(line %d); give one of them another layer, area or screen",
				place->guest->name, place->scanout, place->screen, other->name,
				outputs_line(other));
			return;
		}
		if (other == place->guest)
			return;
	}
}

static void check_area(struct config_parse *parse, const struct config_guest *guest)
{
	const struct config_area *area = &guest->area;

	for (uint32_t i = 0; i < guest->output_count && !area->full; i++) {
		const struct config_screen *screen =
			guest->outputs[i].screen
				? config_find_screen(parse->config, guest->outputs[i].screen)
				: NULL;

		if (!screen || screen->width_px == 0)
			continue;
		if ((uint32_t)(area->x_px + area->width_px) > screen->width_px ||
			(uint32_t)(area->y_px + area->height_px) > screen->height_px) {
			config_fault(parse, config_key_line(&guest->keys, "area", guest->line),
				"guest %s: the area is not all on screen %s, which is %ux%u; make "
				"it "
				"smaller or move it",
				guest->name, screen->name, screen->width_px, screen->height_px);
			return;
		}
	}
}

static void check_guest(struct config_parse *parse, struct config_guest *guest)
{
	const char *why;

	if (!guest->kernel && wl_list_empty(&guest->disks) &&
		!config_key_line(&guest->keys, "kernel", 0) &&
		!config_key_line(&guest->keys, "disk", 0))
		config_fault(parse, guest->line,
			"guest %s has nothing to boot; add kernel=FILE (and initrd=) or disk=FILE",
			guest->name);
	if (!guest->kernel && (guest->initrd || guest->append))
		config_fault(parse,
			config_key_line(
				&guest->keys, guest->initrd ? "initrd" : "append", guest->line),
			"guest %s: initrd and append need a kernel; add kernel=FILE", guest->name);
	if (guest->accel == ACCEL_KVM && !vmm_qemu_kvm_works(&why))
		config_fault(parse, config_key_line(&guest->keys, "accel", guest->line),
			"guest %s: KVM does not work here: %s; use accel=auto", guest->name, why);
	if (guest->output_count == 0)
		guest->output_count = 1; /* a window of the desktop */
	for (uint32_t i = 0; i < guest->output_count; i++) {
		struct place place = {
			.guest = guest, .screen = guest->outputs[i].screen, .scanout = i};

		if (!place.screen)
			continue;
		check_screen_exists(parse, guest, place.screen);
		check_against(parse, &place);
	}
	check_area(parse, guest);
}

void config_check(struct config_parse *parse)
{
	struct config_guest *guest;

	check_screens(parse);
	if (wl_list_empty(&parse->config->guests))
		config_fault(parse, 0, "there is no guest; add a section [guest NAME]");
	wl_list_for_each (guest, &parse->config->guests, link)
		check_guest(parse, guest);
}
