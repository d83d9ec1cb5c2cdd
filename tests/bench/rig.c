/* SPDX-License-Identifier: MIT */
/* One side of a comparison, set up: back end, guest, and whoever takes the frames. */
#include "tests/bench/rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"

#define SCANOUT_TIMEOUT_MS 5000
/* The scanout exists; its mode is on the way to the back end. */
#define SETTLE_US 50000

static int start_wayland(struct rig *rig, const struct bench_options *options,
	const struct sink_options *sink, uint32_t scanout_count)
{
	char path[64], argument[96], outputs[32];
	int ret;

	strcpy(rig->dir, "/tmp/binnacle-bench-XXXXXX");
	if (!mkdtemp(rig->dir)) {
		rig->dir[0] = '\0';
		return -errno;
	}
	snprintf(path, sizeof(path), "%s/sink", rig->dir);
	snprintf(argument, sizeof(argument), "--wayland-display=%s", path);
	snprintf(outputs, sizeof(outputs), "--outputs=%u", scanout_count);
	rig->sink = sink_create(path, sink);
	if (!rig->sink)
		return -ENOMEM;
	ret = backend_start(&rig->backend, options->ours,
		(const char *const[BACKEND_ARGUMENTS]){"--display=wayland", argument, outputs});
	if (ret == 0)
		ret = sink_wait_scanouts(rig->sink, scanout_count, SCANOUT_TIMEOUT_MS);
	usleep(SETTLE_US);
	return ret;
}

/* console: as guest_start() has it. */
static int start_guest(struct rig *rig, int console)
{
	int socket = rig->backend.socket;

	rig->backend.socket = -1;
	return guest_start(&rig->guest, socket, console);
}

static int tell(const struct bench_options *options, const char *program, int ret)
{
	if (ret < 0)
		fprintf(stderr, "%s: %s did not start: %s\n", options->bench, program,
			strerror(-ret));
	return ret;
}

int rig_start_wayland(struct rig *rig, const struct bench_options *options,
	const struct sink_options *sink, uint32_t scanout_count)
{
	int ret;

	*rig = (struct rig){.backend.socket = -1};
	ret = start_wayland(rig, options, sink, scanout_count);
	if (ret == 0)
		ret = start_guest(rig, -1);
	return tell(options, options->ours, ret);
}

static int rig_start_console(
	struct rig *rig, const struct bench_options *options, enum rig_kind kind)
{
	const char *program = kind == RIG_PEER ? options->peer : options->ours;
	const char *display = kind == RIG_PEER ? NULL : "--display=vmm";
	int console = -1, ret;

	*rig = (struct rig){.backend.socket = -1};
	rig->console = console_create(&console);
	ret = rig->console ? 0 : -ENOMEM;
	if (ret == 0)
		ret = backend_start(
			&rig->backend, program, (const char *const[BACKEND_ARGUMENTS]){display});
	if (ret == 0)
		ret = start_guest(rig, console);
	fd_close(&console);
	return tell(options, program, ret);
}

int rig_start(struct rig *rig, const struct bench_options *options, enum rig_kind kind,
	uint32_t width, uint32_t height)
{
	static const struct sink_options at_once = {0};
	int ret = kind == RIG_OURS ? rig_start_wayland(rig, options, &at_once, 1)
				   : rig_start_console(rig, options, kind);

	if (ret < 0 || !width)
		return ret;
	ret = guest_screen(&rig->guest, width, height, options->contiguous);
	return tell(options, "the screen", ret);
}

void rig_stop(struct rig *rig)
{
	char path[64];

	guest_finish(&rig->guest);
	if (rig->backend.pid > 0)
		backend_stop(&rig->backend);
	sink_destroy(rig->sink);
	console_destroy(rig->console);
	if (rig->dir[0]) {
		snprintf(path, sizeof(path), "%s/sink", rig->dir);
		unlink(path);
		rmdir(rig->dir);
	}
	*rig = (struct rig){.backend.socket = -1};
}

uint64_t rig_frames(const struct rig *rig)
{
	return rig->sink ? sink_frames(rig->sink) : console_frames(rig->console);
}

uint64_t rig_arrivals(const struct rig *rig, uint64_t *last_ns)
{
	return rig->sink ? sink_commits(rig->sink, 0, last_ns)
			 : console_updates(rig->console, last_ns);
}
