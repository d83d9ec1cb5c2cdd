/* SPDX-License-Identifier: MIT */
/* The device under test and the driver that talks to it. */
#include "tests/conformance/gpu/gpu-rig.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

void gpu_rig_pump(void *data)
{
	wl_event_loop_dispatch(((struct gpu_rig *)data)->loop, 1);
}

void gpu_rig_settle(struct gpu_rig *rig)
{
	if (!gpu_rig_has_display(rig)) {
		usleep(50000);
		return;
	}
	for (int i = 0; i < 20; i++)
		wl_event_loop_dispatch(rig->loop, 0);
}

bool gpu_rig_has_display(const struct gpu_rig *rig)
{
	return !rig->pid;
}

/* The renderer is the only child of the device's process; 0 if there is none. */
static pid_t renderer_pid(const struct gpu_rig *rig)
{
	char path[64], text[32] = "";
	pid_t pid = rig->pid ? rig->pid : getpid();
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	file = fopen(path, "re");
	assert_non_null(file);
	(void)!fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	return (pid_t)atoi(text);
}

void gpu_rig_signal_renderer(const struct gpu_rig *rig, int number)
{
	pid_t pid = renderer_pid(rig);

	assert_true(pid > 0);
	assert_int_equal(kill(pid, number), 0);
}

bool gpu_rig_has_renderer(const struct gpu_rig *rig)
{
	return renderer_pid(rig) > 0;
}

const struct gpu_usage *gpu_rig_usage(const struct gpu_rig *rig)
{
	return &rig->gpu.resources.usage;
}

static void device_start(struct gpu_rig *rig)
{
	struct screen screens[VIRTIO_GPU_MAX_SCANOUTS];

	for (uint32_t i = 0; i < rig->options.scanout_count; i++)
		screens[i] = (struct screen){.connected = true,
			.width_px = 1280,
			.height_px = 800,
			.refresh_mhz = 60000};
	rig->loop = wl_event_loop_create();
	assert_non_null(rig->loop);
	assert_int_equal(gpu_init(&rig->gpu, rig->loop, &rig->options.limits, screens,
				 rig->options.scanout_count),
		0);
	fake_display_init(
		&rig->display, rig->options.guest_pages, &gpu_display_listener, &rig->gpu);
	gpu_set_display(&rig->gpu, &rig->display.base);
	if (rig->options.render) {
		struct renderer_options renderer = {.program = getenv("BINNACLE_TEST_RENDERER")};

		gpu_set_renderer(&rig->gpu,
			renderer_create(rig->loop, &renderer, &gpu_renderer_listener, &rig->gpu));
		assert_non_null(rig->gpu.renderer);
	}
	rig->server = vhost_user_server_create_listening(rig->loop, &rig->gpu.device, rig->path);
	assert_non_null(rig->server);
}

static void program_exec(struct gpu_rig *rig)
{
	const struct gpu_limits *limits = &rig->options.limits;
	char socket[80], outputs[32], memory[48], resources[48], backing[48], contexts[48];
	int log = open(rig->log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	snprintf(socket, sizeof(socket), "--socket-path=%s", rig->path);
	snprintf(outputs, sizeof(outputs), "--outputs=%u", rig->options.scanout_count);
	snprintf(memory, sizeof(memory), "--max-memory=%llu",
		(unsigned long long)limits->memory_bytes);
	snprintf(resources, sizeof(resources), "--max-resources=%u", limits->resources);
	snprintf(backing, sizeof(backing), "--max-backing=%u", limits->backing_entries);
	snprintf(contexts, sizeof(contexts), "--max-contexts=%u", limits->contexts);
	/* Not to outlive a test that failed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(log, STDERR_FILENO);
	execl(getenv("BINNACLE_TEST_PROGRAM"), "binnacle-gpu", "--display=none", socket, outputs,
		memory, resources, backing, contexts,
		rig->options.render ? "--virgl" : "--no-virgl", (char *)NULL);
	_exit(127);
}

static void program_start(struct gpu_rig *rig)
{
	snprintf(rig->log_path, sizeof(rig->log_path), "%s/log", rig->directory);
	rig->pid = fork();
	assert_true(rig->pid >= 0);
	if (!rig->pid)
		program_exec(rig);
}

static void front_end_start(struct gpu_rig *rig)
{
	const char *ring = getenv("BINNACLE_TEST_RING");
	struct frontend_options options = {
		.features =
			rig->options.no_features
				? 0
				: VIRTIO_GPU_F_EDID | VIRTIO_GPU_F_RESOURCE_UUID |
					  VIRTIO_GPU_F_RESOURCE_BLOB |
					  (rig->options.render ? VIRTIO_GPU_F_VIRGL |
									 VIRTIO_GPU_F_CONTEXT_INIT
							       : 0),
		.packed = ring && !strcmp(ring, "packed"),
		.queue_count = VIRTIO_GPU_QUEUE_COUNT,
		.region_count = rig->options.region_count,
		.shared_memory = rig->options.shared_memory,
		.timeout_ms = 15000,
		.pump = gpu_rig_has_display(rig) ? gpu_rig_pump : NULL,
		.pump_data = rig,
	};

	rig->fe = frontend_connect(rig->path, &options);
	assert_non_null(rig->fe);
	assert_int_equal(frontend_setup(rig->fe), 0);
}

struct gpu_rig *gpu_rig_create(const struct gpu_rig_options *options)
{
	struct gpu_rig *rig = calloc(1, sizeof(*rig));
	struct gpu_limits defaults = GPU_LIMITS_DEFAULT;

	assert_non_null(rig);
	if (options)
		rig->options = *options;
	if (!rig->options.limits.memory_bytes)
		rig->options.limits.memory_bytes = defaults.memory_bytes;
	if (!rig->options.limits.resources)
		rig->options.limits.resources = defaults.resources;
	if (!rig->options.limits.backing_entries)
		rig->options.limits.backing_entries = defaults.backing_entries;
	if (!rig->options.limits.contexts)
		rig->options.limits.contexts = defaults.contexts;
	if (!rig->options.scanout_count)
		rig->options.scanout_count = 1;
	strcpy(rig->directory, "/tmp/gpu-rig-XXXXXX");
	assert_non_null(mkdtemp(rig->directory));
	snprintf(rig->path, sizeof(rig->path), "%s/socket", rig->directory);
	if (getenv("BINNACLE_TEST_PROGRAM") && !rig->options.fake)
		program_start(rig);
	else
		device_start(rig);
	front_end_start(rig);
	return rig;
}

void gpu_rig_reconnect(struct gpu_rig *rig)
{
	frontend_destroy(rig->fe);
	rig->fe = NULL;
	gpu_rig_settle(rig);
	front_end_start(rig);
}

static void program_stop(struct gpu_rig *rig)
{
	int status;

	kill(rig->pid, SIGTERM);
	assert_int_equal(waitpid(rig->pid, &status, 0), rig->pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("binnacle-gpu ended with status %d", status);
	unlink(rig->log_path);
}

void gpu_rig_destroy(struct gpu_rig *rig)
{
	frontend_destroy(rig->fe);
	if (rig->pid) {
		program_stop(rig);
	} else {
		gpu_rig_settle(rig);
		vhost_user_server_destroy(rig->server);
		gpu_finish(&rig->gpu);
		wl_event_loop_destroy(rig->loop);
	}
	assert_int_equal(access(rig->path, F_OK), -1);
	assert_int_equal(rmdir(rig->directory), 0);
	free(rig);
}
