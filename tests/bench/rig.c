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

static int start_wayland(struct rig *rig, const struct bench_options *options)
{
	char path[64], argument[96];
	int ret;

	strcpy(rig->dir, "/tmp/binnacle-bench-XXXXXX");
	if (!mkdtemp(rig->dir)) {
		rig->dir[0] = '\0';
		return -errno;
	}
	snprintf(path, sizeof(path), "%s/sink", rig->dir);
	snprintf(argument, sizeof(argument), "--wayland-display=%s", path);
	rig->sink = sink_create(path);
	if (!rig->sink)
		return -ENOMEM;
	ret = backend_start(&rig->backend, options->ours,
		(const char *const[BACKEND_ARGUMENTS]){"--display=wayland", argument});
	if (ret == 0)
		ret = sink_wait_scanout(rig->sink, SCANOUT_TIMEOUT_MS);
	usleep(SETTLE_US);
	return ret;
}

int rig_start(struct rig *rig, const struct bench_options *options, enum rig_kind kind,
	uint32_t width, uint32_t height)
{
	const char *program = kind == RIG_PEER ? options->peer : options->ours;
	int console = -1, socket, ret;

	*rig = (struct rig){.backend.socket = -1};
	if (kind == RIG_OURS) {
		ret = start_wayland(rig, options);
	} else {
		rig->console = console_create(&console);
		ret = rig->console ? 0 : -ENOMEM;
		if (ret == 0)
			ret = backend_start(&rig->backend, program,
				(const char *const[BACKEND_ARGUMENTS]){
					kind == RIG_OURS_VMM ? "--display=vmm" : NULL});
	}
	if (ret == 0) {
		socket = rig->backend.socket;
		rig->backend.socket = -1;
		ret = guest_start(&rig->guest, socket, console);
	}
	fd_close(&console);
	if (ret == 0 && width)
		ret = guest_screen(&rig->guest, width, height, options->contiguous);
	if (ret < 0)
		fprintf(stderr, "%s: %s did not start: %s\n", options->bench, program,
			strerror(-ret));
	return ret;
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
