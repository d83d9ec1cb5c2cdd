/* SPDX-License-Identifier: MIT */
/* The Weston that composes the guests: the one that runs, or one of our own. */
#include "cockpit/compositor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cockpit/config.h"
#include "cockpit/console.h"
#include "cockpit/paths.h"
#include "cockpit/process.h"
#include "cockpit/string-list.h"
#include "cockpit/weston-ini.h"
#include "common/log.h"

struct compositor {
	struct compositor_options options;
	char *control; /* the module's control socket */
	char *ini_path;
	struct string_list argv;
	struct process *process; /* NULL: the Weston is not ours */
};

static bool compositor_is_ready(void *data)
{
	struct compositor *compositor = data;

	return paths_socket_answers(compositor->control);
}

static void compositor_notify(struct process *process, enum process_event event, void *data)
{
	struct compositor *compositor = data;
	const struct compositor_options *options = &compositor->options;

	switch (event) {
	case PROCESS_IS_READY:
		options->ready(options->data);
		break;
	case PROCESS_DIED:
		if (process_was_ready(process))
			break;
		process_stop(process);
		options->failed(options->data);
		break;
	case PROCESS_STOPPED:
		options->at_rest(options->data);
		break;
	}
}

/* Our own Weston: what it is told, and how it is started. */
static bool compositor_prepare(struct compositor *compositor)
{
	const struct compositor_options *options = &compositor->options;
	char *module = paths_find_module(), *program = paths_find_in_path("weston");
	int err;

	compositor->ini_path = paths_format("%s/weston.ini", options->run_dir);
	if (!program) {
		log_error("weston is not installed; install the package weston (version 14; on "
			  "Debian 12 from bookworm-backports)");
		goto err_paths;
	}
	if (!module) {
		log_error("the Weston module binnacle.so is neither in ../compositor-plugin nor in "
			  "%s; build it with `ninja -C build` or install it",
			BINNACLE_MODULE_DIR);
		goto err_paths;
	}
	if (!compositor->ini_path)
		goto err_paths;
	err = weston_ini_write(options->config, compositor->ini_path, module);
	if (err < 0) {
		log_error("%s: %s", compositor->ini_path, strerror(-err));
		goto err_paths;
	}
	weston_command(options->config, program, compositor->ini_path, &compositor->argv);
	free(program);
	free(module);
	return !compositor->argv.failed;

err_paths:
	free(program);
	free(module);
	return false;
}

/* A Weston that runs already has its own weston.ini, which must know our guests. */
static bool compositor_check_guests(const struct compositor *compositor)
{
	const struct config *config = compositor->options.config;
	const struct config_guest *guest;
	bool all = true;

	wl_list_for_each (guest, &config->guests, link) {
		char *path = paths_format(
			"%s/%s/display", compositor->options.binnacle_dir, guest->name);

		if (!path || !paths_socket_answers(path)) {
			log_error("%s:%d: the Weston that runs already has no place for guest %s; "
				  "add a [guest-display] section with guest=%s to its weston.ini, "
				  "or end that Weston and `binnacle run` starts its own",
				config->path, guest->line, guest->name, guest->name);
			all = false;
		}
		free(path);
	}
	return all;
}

struct compositor *compositor_create(const struct compositor_options *options)
{
	struct compositor *compositor = calloc(1, sizeof(*compositor));

	if (!compositor)
		return NULL;
	compositor->options = *options;
	compositor->control = paths_format("%s/control", options->binnacle_dir);
	if (!compositor->control)
		goto err_destroy;
	if (paths_socket_answers(compositor->control)) {
		console_say(options->console, "using the Weston that runs already (%s)",
			compositor->control);
		if (!compositor_check_guests(compositor))
			goto err_destroy;
		return compositor;
	}
	if (!compositor_prepare(compositor))
		goto err_destroy;
	compositor->process =
		process_create(options->supervisor, &(struct process_options){
							    .name = "weston",
							    .argv = compositor->argv.items,
							    .is_ready = compositor_is_ready,
							    .notify = compositor_notify,
							    .data = compositor,
						    });
	if (!compositor->process)
		goto err_destroy;
	return compositor;

err_destroy:
	compositor_destroy(compositor);
	return NULL;
}

void compositor_destroy(struct compositor *compositor)
{
	if (!compositor)
		return;
	process_destroy(compositor->process);
	if (compositor->ini_path)
		unlink(compositor->ini_path);
	string_list_finish(&compositor->argv);
	free(compositor->ini_path);
	free(compositor->control);
	free(compositor);
}

void compositor_start(struct compositor *compositor)
{
	if (compositor->process)
		process_start(compositor->process);
	else
		compositor->options.ready(compositor->options.data);
}

void compositor_stop(struct compositor *compositor)
{
	if (compositor->process)
		process_stop(compositor->process);
	if (compositor_is_at_rest(compositor))
		compositor->options.at_rest(compositor->options.data);
}

void compositor_kill(struct compositor *compositor)
{
	if (compositor->process)
		process_kill(compositor->process);
}

bool compositor_is_at_rest(const struct compositor *compositor)
{
	return !compositor->process || process_state(compositor->process) == PROCESS_IDLE;
}

const char *compositor_describe(const struct compositor *compositor)
{
	if (!compositor->process)
		return "running";
	switch (process_state(compositor->process)) {
	case PROCESS_READY:
		return "running";
	case PROCESS_WAITING:
		return "died";
	case PROCESS_STOPPING:
		return "stopping";
	case PROCESS_IDLE:
	case PROCESS_STARTING:
		break;
	}
	return "starting";
}
