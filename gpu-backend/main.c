/* SPDX-License-Identifier: MIT */
/* binnacle-gpu: puts device, display, transport and status together and runs their event loop. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/fd.h"
#include "gpu-backend/gpu.h"
#include "gpu-backend/options.h"
#include "gpu-backend/status.h"
#include "vhost-user/vhost-user.h"

struct program {
	struct wl_event_loop *loop;
	struct gpu gpu;
	char *renderer_path;
	struct vhost_user_server *server;
	struct gpu_status *status; /* NULL without a guest's name */
	struct wl_listener server_ended;
	struct wl_event_source *sigterm, *sigint;
	bool running;
};

static int program_signal(int signal_number, void *data)
{
	((struct program *)data)->running = false;
	return 0;
}

static void program_server_ended(struct wl_listener *listener, void *data)
{
	struct program *program = wl_container_of(listener, program, server_ended);

	program->running = false;
}

/* Each resource of the guest is a descriptor; the usual soft limit is far below the cap. */
static void raise_fd_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static struct display *program_display(
	struct program *program, const struct options *options, const struct screen *screens)
{
	struct gpu *gpu = &program->gpu;
	char path[108];

	if (!strcmp(options->display, "none"))
		return display_none_create(&gpu_display_listener, gpu);
	if (!strcmp(options->display, "vmm"))
		return display_vmm_create(program->loop, &gpu_display_listener, gpu);
	if (options->guest)
		snprintf(path, sizeof(path), "binnacle/%s/display", options->guest);
	return display_wayland_create(program->loop, options->wayland ? options->wayland : path,
		options->guest ? options->guest : "guest", screens, options->scanout_count,
		&gpu_display_listener, gpu);
}

/* Beside this program, as it was built, or where it was installed. */
static char *renderer_path(void)
{
	char *self = realpath("/proc/self/exe", NULL), *path = NULL;

	if (self && asprintf(&path, "%s-render", self) < 0)
		path = NULL;
	free(self);
	if (path && access(path, X_OK) == 0)
		return path;
	free(path);
	return strdup(RENDERER_PROGRAM);
}

/* False if 3D is wanted and there is none. */
static bool program_renderer(struct program *program, const struct options *options)
{
	struct renderer *renderer = NULL;

	if (options->virgl == OPTIONS_VIRGL_OFF)
		return true;
	program->renderer_path = renderer_path();
	if (program->renderer_path && access(program->renderer_path, X_OK) == 0)
		renderer = renderer_create(program->loop,
			&(struct renderer_options){
				.program = program->renderer_path,
				.guest = options->guest,
				.render_node = options->render_node,
				.verbose = options->log_level == LOG_DEBUG,
			},
			&gpu_renderer_listener, &program->gpu);
	gpu_set_renderer(&program->gpu, renderer);
	if (!renderer && options->virgl == OPTIONS_VIRGL_ON)
		log_error("no 3D: %s does not work here; without --virgl there would be 2D",
			program->renderer_path);
	else if (!renderer)
		log_info("no 3D here: the guest gets 2D");
	return renderer || options->virgl != OPTIONS_VIRGL_ON;
}

static int program_init(struct program *program, const struct options *options)
{
	struct screen screens[VIRTIO_GPU_MAX_SCANOUTS];
	struct display *display;

	*program = (struct program){.running = true};
	program->loop = wl_event_loop_create();
	if (!program->loop)
		return -ENOMEM;
	for (uint32_t i = 0; i < options->scanout_count; i++)
		screens[i] = options->screen;
	if (gpu_init(&program->gpu, program->loop, &options->limits, screens,
		    options->scanout_count) < 0)
		goto err_loop;
	program->sigterm =
		wl_event_loop_add_signal(program->loop, SIGTERM, program_signal, program);
	program->sigint = wl_event_loop_add_signal(program->loop, SIGINT, program_signal, program);
	if (!program->sigterm || !program->sigint)
		goto err_gpu;
	if (options->guest) {
		program->status = gpu_status_create(program->loop, &program->gpu, options->guest);
		if (!program->status)
			goto err_gpu;
	}
	display = program_display(program, options, screens);
	if (!display)
		goto err_status;
	gpu_set_display(&program->gpu, display);
	if (!program_renderer(program, options))
		goto err_status;
	program->server = options->socket_path ? vhost_user_server_create_listening(program->loop,
							 &program->gpu.device, options->socket_path)
					       : vhost_user_server_create_inherited(program->loop,
							 &program->gpu.device, options->fd);
	if (!program->server)
		goto err_status;
	program->server_ended.notify = program_server_ended;
	wl_signal_add(&program->server->ended, &program->server_ended);
	return 0;

err_status:
	gpu_status_destroy(program->status);
err_gpu:
	if (program->sigterm)
		wl_event_source_remove(program->sigterm);
	if (program->sigint)
		wl_event_source_remove(program->sigint);
	gpu_finish(&program->gpu);
err_loop:
	free(program->renderer_path);
	wl_event_loop_destroy(program->loop);
	return -EINVAL;
}

static void program_finish(struct program *program)
{
	wl_list_remove(&program->server_ended.link);
	vhost_user_server_destroy(program->server);
	gpu_status_destroy(program->status);
	gpu_finish(&program->gpu);
	wl_event_source_remove(program->sigterm);
	wl_event_source_remove(program->sigint);
	free(program->renderer_path);
	wl_event_loop_destroy(program->loop);
}

int main(int argc, char **argv)
{
	struct options options;
	struct program program;

	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_EXIT_OK:
		return EXIT_SUCCESS;
	case OPTIONS_EXIT_FAILURE:
		return EXIT_FAILURE;
	case OPTIONS_RUN:
		break;
	}
	log_init("binnacle-gpu", options.guest, options.log_level);
	signal(SIGPIPE, SIG_IGN);
	raise_fd_limit();
	if (program_init(&program, &options) < 0) {
		log_error("could not start");
		return EXIT_FAILURE;
	}
	log_info("ready at %s, display %s", options.socket_path ? options.socket_path : "--fd",
		options.display);
	while (program.running)
		wl_event_loop_dispatch(program.loop, -1);
	program_finish(&program);
	return EXIT_SUCCESS;
}
