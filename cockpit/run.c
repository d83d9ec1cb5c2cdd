/* SPDX-License-Identifier: MIT */
/* `binnacle run FILE`: brings the guests of a cockpit.ini up and keeps them up. */
#include "cockpit/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "cockpit/compositor.h"
#include "cockpit/config.h"
#include "cockpit/console.h"
#include "cockpit/guest.h"
#include "cockpit/paths.h"
#include "cockpit/process.h"
#include "cockpit/status.h"
#include "cockpit/vmm-qemu.h"
#include "common/log.h"

#define STATUS_LINE_PERIOD_MS 1000
#define RUN_SIGNALS 3
#define IMPATIENCE_NS UINT64_C(1000000000)

struct run_guest {
	struct wl_list link; // struct run.guests
	struct guest *guest;
	struct status_rate rate;
};

struct run {
	struct config *config;
	struct console console;
	struct wl_event_loop *loop;
	struct supervisor *supervisor;
	struct wl_event_source *signals[RUN_SIGNALS];
	struct wl_event_source *status_timer;
	char *binnacle_dir, *run_dir;
	char *gpu_program, *vmm_program;
	struct compositor *compositor;
	struct wl_list guests; // struct run_guest.link
	bool guests_started, stopping, done;
	uint64_t stop_ns; /* when the first signal asked for the end */
	int exit_status;
};

static bool guests_are_at_rest(const struct run *run)
{
	const struct run_guest *rg;

	wl_list_for_each (rg, &run->guests, link)
		if (!guest_is_at_rest(rg->guest))
			return false;
	return true;
}

static void run_stop(struct run *run)
{
	struct run_guest *rg;

	if (run->stopping)
		return;
	run->stopping = true;
	/* Guests first, so that none sees its screens go. */
	wl_list_for_each (rg, &run->guests, link)
		guest_stop(rg->guest);
}

static void run_handle_guest_rest(struct guest *guest, void *data)
{
	struct run *run = data;

	if (!guests_are_at_rest(run) || !run->guests_started)
		return;
	if (run->stopping) {
		compositor_stop(run->compositor);
		return;
	}
	console_say(&run->console, "every guest has switched itself off");
	run_stop(run);
}

static void run_handle_compositor_ready(void *data)
{
	struct run *run = data;
	struct run_guest *rg;

	if (run->guests_started || run->stopping)
		return;
	run->guests_started = true;
	wl_list_for_each (rg, &run->guests, link)
		guest_start(rg->guest);
}

static void run_handle_compositor_failed(void *data)
{
	struct run *run = data;

	run->exit_status = 1;
	run->done = true;
}

static void run_handle_compositor_rest(void *data)
{
	struct run *run = data;

	run->done = true;
}

static int run_handle_signal(int signal_number, void *data)
{
	struct run *run = data;
	struct run_guest *rg;

	if (!run->stopping) {
		console_say(&run->console, "%s: ending all; once more ends it at once",
			signal_number == SIGINT ? "interrupted" : "asked to end");
		run->stop_ns = clock_now_ns();
		if (!run->guests_started) {
			run->stopping = true;
			compositor_stop(run->compositor);
			return 0;
		}
		run_stop(run);
		return 0;
	}
	wl_list_for_each (rg, &run->guests, link)
		guest_kill(rg->guest);
	compositor_kill(run->compositor);
	return 0;
}

static int run_handle_status_timer(void *data)
{
	struct run *run = data;
	struct run_guest *rg;
	char line[256];
	size_t used;

	used = (size_t)snprintf(
		line, sizeof(line), "weston: %s", compositor_describe(run->compositor));
	wl_list_for_each (rg, &run->guests, link) {
		const char *how = guest_describe(rg->guest);
		double rate;

		if (used >= sizeof(line))
			break;
		if (strcmp(how, "running") == 0 && status_rate_update(&rg->rate, run->binnacle_dir,
							   guest_name(rg->guest), &rate))
			used += (size_t)snprintf(line + used, sizeof(line) - used,
				" · %s: %.1f frames/s", guest_name(rg->guest), rate);
		else
			used += (size_t)snprintf(line + used, sizeof(line) - used, " · %s: %s",
				guest_name(rg->guest), how);
	}
	console_status(&run->console, line);
	wl_event_source_timer_update(run->status_timer, STATUS_LINE_PERIOD_MS);
	return 0;
}

static bool run_find_programs(struct run *run)
{
	run->gpu_program = paths_find_program("gpu-backend", "binnacle-gpu");
	run->vmm_program = paths_find_in_path(VMM_QEMU_PROGRAM);
	if (!run->gpu_program)
		log_error("binnacle-gpu is not beside this program; build it with `ninja -C build` "
			  "or install it");
	if (!run->vmm_program)
		log_error("%s is not installed; install the package %s", VMM_QEMU_PROGRAM,
			VMM_QEMU_PACKAGE);
	return run->gpu_program && run->vmm_program;
}

static bool run_make_directories(struct run *run)
{
	bool chosen;

	if (paths_runtime_dir(true, &chosen) < 0)
		return false;
	if (chosen)
		console_say(&run->console, "XDG_RUNTIME_DIR is not set; using %s",
			getenv("XDG_RUNTIME_DIR"));
	run->binnacle_dir = paths_binnacle_dir();
	if (!run->binnacle_dir)
		return false;
	run->run_dir = paths_format("%s/run-%d", run->binnacle_dir, (int)getpid());
	if (!run->run_dir)
		return false;
	if ((mkdir(run->binnacle_dir, 0700) < 0 && errno != EEXIST) ||
		(mkdir(run->run_dir, 0700) < 0 && errno != EEXIST)) {
		log_error("%s: %s; XDG_RUNTIME_DIR must be a directory of your own", run->run_dir,
			strerror(errno));
		return false;
	}
	return true;
}

static bool run_add_guest(struct run *run, const struct config_guest *config, bool verbose)
{
	struct run_guest *rg = calloc(1, sizeof(*rg));

	if (!rg)
		return false;
	wl_list_insert(run->guests.prev, &rg->link);
	rg->guest = guest_create(&(struct guest_options){
		.loop = run->loop,
		.supervisor = run->supervisor,
		.console = &run->console,
		.config = run->config,
		.guest = config,
		.run_dir = run->run_dir,
		.gpu_program = run->gpu_program,
		.vmm_program = run->vmm_program,
		.verbose = verbose,
		.at_rest = run_handle_guest_rest,
		.data = run,
	});
	return rg->guest != NULL;
}

static bool run_watch(struct run *run)
{
	static const int signals[RUN_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};

	run->loop = wl_event_loop_create();
	if (!run->loop)
		return false;
	for (int i = 0; i < RUN_SIGNALS; i++) {
		run->signals[i] =
			wl_event_loop_add_signal(run->loop, signals[i], run_handle_signal, run);
		if (!run->signals[i])
			return false;
	}
	run->supervisor = supervisor_create(run->loop, &run->console);
	run->status_timer = wl_event_loop_add_timer(run->loop, run_handle_status_timer, run);
	if (run->console.live && run->status_timer)
		wl_event_source_timer_update(run->status_timer, STATUS_LINE_PERIOD_MS);
	return run->supervisor && run->status_timer;
}

static bool run_prepare(struct run *run, const char *path, bool verbose)
{
	const struct config_guest *guest;

	run->config = config_load(path);
	if (!run->config || !run_find_programs(run) || !run_make_directories(run) ||
		!run_watch(run))
		return false;
	run->compositor = compositor_create(&(struct compositor_options){
		.supervisor = run->supervisor,
		.console = &run->console,
		.config = run->config,
		.run_dir = run->run_dir,
		.binnacle_dir = run->binnacle_dir,
		.verbose = verbose,
		.ready = run_handle_compositor_ready,
		.failed = run_handle_compositor_failed,
		.at_rest = run_handle_compositor_rest,
		.data = run,
	});
	if (!run->compositor)
		return false;
	wl_list_for_each (guest, &run->config->guests, link)
		if (!run_add_guest(run, guest, verbose))
			return false;
	return true;
}

static void run_finish(struct run *run)
{
	struct run_guest *rg, *next;

	console_status(&run->console, "");
	wl_list_for_each_safe (rg, next, &run->guests, link) {
		wl_list_remove(&rg->link);
		guest_destroy(rg->guest);
		free(rg);
	}
	compositor_destroy(run->compositor);
	supervisor_destroy(run->supervisor);
	if (run->status_timer)
		wl_event_source_remove(run->status_timer);
	for (int i = 0; i < RUN_SIGNALS; i++)
		if (run->signals[i])
			wl_event_source_remove(run->signals[i]);
	if (run->loop)
		wl_event_loop_destroy(run->loop);
	if (run->run_dir)
		rmdir(run->run_dir);
	config_destroy(run->config);
	free(run->binnacle_dir);
	free(run->run_dir);
	free(run->gpu_program);
	free(run->vmm_program);
}

int run_command(const char *path, bool verbose)
{
	struct run run = {.exit_status = 0};

	wl_list_init(&run.guests);
	console_init(&run.console);
	if (run_prepare(&run, path, verbose)) {
		compositor_start(run.compositor);
		while (!run.done)
			wl_event_loop_dispatch(run.loop, -1);
		if (run.exit_status)
			console_say(&run.console, "Weston did not start; its lines above say why");
	} else {
		run.exit_status = 1;
	}
	run_finish(&run);
	return run.exit_status;
}
