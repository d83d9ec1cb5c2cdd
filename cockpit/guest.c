/* SPDX-License-Identifier: MIT */
/*
 * A running guest: its GPU back end and its VMM, which live and restart together.
 *
 * The back end goes on listening when the VMM ends, so a VMM that dies comes back alone. The other
 * way round QEMU's vhost-user-gpu has no way to connect again: it keeps a guest whose screen stands
 * still for ever. So a back end that dies takes its VMM along, and both start again.
 */
#include "cockpit/guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cockpit/config.h"
#include "cockpit/console.h"
#include "cockpit/paths.h"
#include "cockpit/process.h"
#include "cockpit/qmp.h"
#include "cockpit/string-list.h"
#include "cockpit/vmm-qemu.h"

struct guest {
	struct guest_options options;
	char *gpu_name, *gpu_strip, *gpu_socket;
	char *vmm_name, *qmp_socket, *events_socket;
	struct string_list gpu_argv, vmm_argv;
	struct process *gpu, *vmm;
	struct qmp *qmp;
	bool powered_off, stopping;
};

const char *guest_name(const struct guest *guest)
{
	return guest->options.guest->name;
}

bool guest_is_at_rest(const struct guest *guest)
{
	if (process_state(guest->vmm) != PROCESS_IDLE)
		return false;
	return guest->stopping ? process_state(guest->gpu) == PROCESS_IDLE : guest->powered_off;
}

const char *guest_describe(const struct guest *guest)
{
	if (guest->stopping)
		return "stopping";
	if (guest->powered_off)
		return "switched off";
	if (process_state(guest->gpu) == PROCESS_WAITING)
		return "GPU back end died";
	if (process_state(guest->vmm) == PROCESS_WAITING)
		return "VMM died";
	return process_state(guest->vmm) == PROCESS_READY ? "running" : "starting";
}

static void guest_handle_powered_off(void *data)
{
	struct guest *guest = data;

	guest->powered_off = true;
}

static void guest_drop_qmp(struct guest *guest)
{
	qmp_destroy(guest->qmp);
	guest->qmp = NULL;
}

static bool gpu_is_ready(void *data)
{
	struct guest *guest = data;
	struct stat st;

	/* Looked at, not connected to: a connection would be a front end. */
	return stat(guest->gpu_socket, &st) == 0 && S_ISSOCK(st.st_mode);
}

static bool vmm_is_ready(void *data)
{
	struct guest *guest = data;

	if (!guest->qmp)
		guest->qmp = qmp_connect(
			guest->options.loop, guest->events_socket, guest_handle_powered_off, guest);
	return guest->qmp != NULL;
}

static void gpu_start(struct guest *guest)
{
	unlink(guest->gpu_socket);
	process_start(guest->gpu);
}

static void vmm_start(struct guest *guest)
{
	unlink(guest->qmp_socket);
	unlink(guest->events_socket);
	process_start(guest->vmm);
}

static void guest_rest(struct guest *guest)
{
	if (guest_is_at_rest(guest))
		guest->options.at_rest(guest, guest->options.data);
}

static void gpu_notify(struct process *process, enum process_event event, void *data)
{
	struct guest *guest = data;

	switch (event) {
	case PROCESS_IS_READY:
		if (!guest->powered_off && !guest->stopping)
			vmm_start(guest);
		break;
	case PROCESS_DIED:
		unlink(guest->gpu_socket);
		if (guest->powered_off || guest->stopping)
			process_stop(process);
		if (process_state(guest->vmm) == PROCESS_STARTING ||
			process_state(guest->vmm) == PROCESS_READY)
			console_say(guest->options.console,
				"guest %s: QEMU cannot take another GPU back end; restarting the "
				"guest with it",
				guest_name(guest));
		process_stop(guest->vmm);
		guest_rest(guest);
		break;
	case PROCESS_STOPPED:
		guest_rest(guest);
		break;
	}
}

static void vmm_died(struct guest *guest)
{
	guest_drop_qmp(guest);
	if (guest->powered_off) {
		console_say(guest->options.console, "guest %s has switched itself off and stays so",
			guest_name(guest));
		process_stop(guest->vmm);
		guest_rest(guest);
	} else if (process_state(guest->gpu) != PROCESS_READY) {
		process_stop(guest->vmm); /* and starts when the back end is ready */
	}
}

static void vmm_notify(struct process *process, enum process_event event, void *data)
{
	struct guest *guest = data;

	switch (event) {
	case PROCESS_IS_READY:
		break;
	case PROCESS_DIED:
		vmm_died(guest);
		break;
	case PROCESS_STOPPED:
		guest_drop_qmp(guest);
		if (guest->stopping) {
			process_stop(guest->gpu);
			guest_rest(guest);
		} else if (process_state(guest->gpu) == PROCESS_READY) {
			vmm_start(guest);
		}
		break;
	}
}

static void gpu_command(struct guest *guest)
{
	const struct config_guest *config = guest->options.guest;
	const struct config_screen *screen =
		config->outputs[0].screen
			? config_find_screen(guest->options.config, config->outputs[0].screen)
			: NULL;
	struct string_list *argv = &guest->gpu_argv;

	string_list_add(argv, guest->options.gpu_program);
	string_list_addf(argv, "--socket-path=%s", guest->gpu_socket);
	string_list_addf(argv, "--guest=%s", config->name);
	string_list_addf(argv, "--outputs=%u", config->output_count);
	if (screen && config->area.full)
		string_list_addf(argv, "--mode=%ux%u@60", screen->width_px, screen->height_px);
	else if (!config->area.full)
		string_list_addf(
			argv, "--mode=%dx%d@60", config->area.width_px, config->area.height_px);
	if (config->virgl != VIRGL_AUTO)
		string_list_add(argv, config->virgl == VIRGL_ON ? "--virgl" : "--no-virgl");
	if (guest->options.verbose)
		string_list_add(argv, "-v");
}

static bool guest_prepare(struct guest *guest)
{
	const struct guest_options *options = &guest->options;
	const char *name = options->guest->name;
	struct vmm_qemu_paths paths;

	guest->gpu_name = paths_format("%s/gpu", name);
	guest->gpu_strip = paths_format("binnacle-gpu[%s]: ", name);
	guest->vmm_name = paths_format("%s/qemu", name);
	guest->gpu_socket = paths_format("%s/%s.gpu", options->run_dir, name);
	guest->qmp_socket = paths_format("%s/%s.qmp", options->run_dir, name);
	guest->events_socket = paths_format("%s/%s.events", options->run_dir, name);
	if (!guest->gpu_name || !guest->gpu_strip || !guest->vmm_name || !guest->gpu_socket ||
		!guest->qmp_socket || !guest->events_socket)
		return false;
	paths = (struct vmm_qemu_paths){
		.program = options->vmm_program,
		.gpu = guest->gpu_socket,
		.qmp = guest->qmp_socket,
		.events = guest->events_socket,
	};
	gpu_command(guest);
	vmm_qemu_command(options->guest, &paths, &guest->vmm_argv);
	return !guest->gpu_argv.failed && !guest->vmm_argv.failed;
}

struct guest *guest_create(const struct guest_options *options)
{
	struct guest *guest = calloc(1, sizeof(*guest));

	if (!guest)
		return NULL;
	guest->options = *options;
	if (!guest_prepare(guest))
		goto err_destroy;
	guest->gpu = process_create(options->supervisor, &(struct process_options){
								 .name = guest->gpu_name,
								 .strip = guest->gpu_strip,
								 .argv = guest->gpu_argv.items,
								 .is_ready = gpu_is_ready,
								 .notify = gpu_notify,
								 .data = guest,
							 });
	guest->vmm = process_create(options->supervisor, &(struct process_options){
								 .name = guest->vmm_name,
								 .argv = guest->vmm_argv.items,
								 .is_ready = vmm_is_ready,
								 .notify = vmm_notify,
								 .data = guest,
							 });
	if (!guest->gpu || !guest->vmm)
		goto err_destroy;
	return guest;

err_destroy:
	guest_destroy(guest);
	return NULL;
}

void guest_destroy(struct guest *guest)
{
	if (!guest)
		return;
	process_destroy(guest->vmm);
	process_destroy(guest->gpu);
	guest_drop_qmp(guest);
	if (guest->gpu_socket)
		unlink(guest->gpu_socket);
	if (guest->qmp_socket)
		unlink(guest->qmp_socket);
	if (guest->events_socket)
		unlink(guest->events_socket);
	string_list_finish(&guest->gpu_argv);
	string_list_finish(&guest->vmm_argv);
	free(guest->gpu_name);
	free(guest->gpu_strip);
	free(guest->gpu_socket);
	free(guest->vmm_name);
	free(guest->qmp_socket);
	free(guest->events_socket);
	free(guest);
}

static void log_command(struct guest *guest, const struct string_list *argv)
{
	char line[1000] = "";
	size_t used = 0;

	for (size_t i = 0; i < argv->count && used < sizeof(line); i++) {
		int length = snprintf(line + used, sizeof(line) - used, " %s", argv->items[i]);

		used += length > 0 ? (size_t)length : 0;
	}
	console_say(guest->options.console, "guest %s:%s", guest_name(guest), line);
}

void guest_start(struct guest *guest)
{
	if (guest->options.verbose) {
		log_command(guest, &guest->gpu_argv);
		log_command(guest, &guest->vmm_argv);
	}
	gpu_start(guest);
}

void guest_stop(struct guest *guest)
{
	guest->stopping = true;
	process_stop(guest->vmm);
	if (process_state(guest->vmm) != PROCESS_IDLE)
		return;
	process_stop(guest->gpu);
	guest_rest(guest);
}

void guest_kill(struct guest *guest)
{
	process_kill(guest->vmm);
	process_kill(guest->gpu);
}
