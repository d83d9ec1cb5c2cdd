/* SPDX-License-Identifier: MIT */
/* The weston.ini of the Weston that `binnacle run` starts, and its command line. */
#include "cockpit/weston-ini.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>

#include "cockpit/config.h"
#include "cockpit/string-list.h"

/* The public Wayland socket; for `WAYLAND_DISPLAY=binnacle-0 some-client`. */
#define PUBLIC_SOCKET "binnacle-0"

static void write_core(FILE *file, const struct config *config, const char *module)
{
	fprintf(file, "# Written by `binnacle run` from %s\n", config->path);
	fprintf(file,
		"[core]\n"
		"modules=%s\n"
		"idle-time=0\n"
		"require-input=false\n\n"
		"[shell]\n"
		"locking=false\n"
		"panel-position=none\n"
		"background-color=0xff14181c\n"
		"startup-animation=none\n\n"
		"[keyboard]\n"
		"keymap_layout=us\n\n",
		module);
}

static void write_area(FILE *file, const struct config_area *area)
{
	if (area->full)
		fprintf(file, "area=full\n");
	else
		fprintf(file, "area=%d,%d,%dx%d\n", area->x_px, area->y_px, area->width_px,
			area->height_px);
}

static void write_display(FILE *file, const struct config_guest *guest, uint32_t scanout)
{
	static const char *const scales[] = {
		[SCALE_FIT] = "fit",
		[SCALE_FILL] = "fill",
		[SCALE_NONE] = "none",
	};
	const char *screen = guest->outputs[scanout].screen;

	fprintf(file, "[guest-display]\nguest=%s\nscanout=%u\n", guest->name, scanout);
	if (screen) {
		fprintf(file, "output=%s\n", screen);
		write_area(file, &guest->area);
		fprintf(file, "layer=%u\n", guest->layer);
	}
	if (guest->scale != SCALE_UNSET)
		fprintf(file, "scale=%s\n", scales[guest->scale]);
	if (guest->fallback)
		fprintf(file, "fallback=%s\n", guest->fallback);
	fprintf(file, "\n");
}

int weston_ini_write(const struct config *config, const char *path, const char *module)
{
	FILE *file = fopen(path, "we");
	const struct config_screen *screen;
	const struct config_guest *guest;
	bool failed;

	if (!file)
		return -errno;
	write_core(file, config, module);
	wl_list_for_each (screen, &config->screens, link)
		fprintf(file, "[output]\nname=%s\nmode=%ux%u\n\n", screen->name, screen->width_px,
			screen->height_px);
	wl_list_for_each (guest, &config->guests, link)
		for (uint32_t i = 0; i < guest->output_count; i++)
			write_display(file, guest, i);
	failed = ferror(file);
	if (fclose(file) < 0 || failed)
		return errno ? -errno : -EIO;
	return 0;
}

static bool has_render_node(void)
{
	glob_t found;
	bool has = glob("/dev/dri/renderD*", GLOB_NOSORT, NULL, &found) == 0;

	if (has)
		globfree(&found);
	return has;
}

static const char *renderer_name(enum config_renderer renderer)
{
	if (renderer == RENDERER_PIXMAN)
		return "pixman";
	/* Without a GPU, GL is the processor's work too, and more of it. The headless back end's
	 * own "auto" draws nothing. */
	return renderer == RENDERER_GL || has_render_node() ? "gl" : "pixman";
}

void weston_command(const struct config *config, const char *program, const char *ini_path,
	struct string_list *argv)
{
	enum config_backend backend = config_resolve_backend(config);

	string_list_add(argv, program);
	string_list_addf(argv, "--config=%s", ini_path);
	string_list_addf(argv, "--backend=%s", config_backend_name(backend));
	string_list_addf(argv, "--renderer=%s", renderer_name(config->renderer));
	string_list_addf(argv, "--shell=%s", config->shell == SHELL_KIOSK ? "kiosk" : "desktop");
	string_list_add(argv, "--socket=" PUBLIC_SOCKET);
	/* The module makes a screen for each [output]; Weston's own first one would be one more. */
	if (!wl_list_empty(&config->screens) && backend == BACKEND_HEADLESS)
		string_list_add(argv, "--no-outputs");
	if (!wl_list_empty(&config->screens) &&
		(backend == BACKEND_WAYLAND || backend == BACKEND_X11))
		string_list_add(argv, "--output-count=0");
	if (backend == BACKEND_DRM)
		string_list_add(argv, "--continue-without-input");
}
