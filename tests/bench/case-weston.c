/* SPDX-License-Identifier: MIT */
/*
 * Into a real Weston, headless, at its own pace: what a frame costs the back end, and how long
 * after the guest's kick its commit reaches the compositor. The peer has no such path.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"
#include "tests/bench/cases.h"
#include "tests/bench/relay.h"
#include "tests/bench/report.h"
#include "tests/fixtures/weston/weston.h"

#define WARM_UP_FRAMES 10
#define SCANOUT_TIMEOUT_MS 5000

struct weston_rig {
	struct weston *weston;
	struct relay *relay;
	struct backend backend;
	struct guest guest;
};

struct figures {
	double cpu_us;
	struct samples latency; /* µs */
};

static const char ini[] = "[output]\nname=bench\nmode=1920x1080\n"
			  "[guest-display]\nguest=bench\nscanout=0\noutput=bench\n";

static bool in_path(const char *program)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", program);
	return system(command) == 0;
}

/* The fixture ends the program where Weston does not start; that it is there is asked before. */
static int start(struct weston_rig *rig, const struct bench_options *options)
{
	char argument[160], *target, *path;
	int ret = -ENOENT, socket;

	if (!getenv("BINNACLE_PLUGIN"))
		setenv("BINNACLE_PLUGIN", BENCH_PLUGIN, 0);
	if (!in_path("weston") || access(getenv("BINNACLE_PLUGIN"), R_OK) < 0)
		return ret;
	rig->weston = weston_start(&(struct weston_setup){.ini = ini, .renderer = "pixman"}, false);
	target = weston_path(rig->weston, "binnacle/bench/display");
	path = weston_path(rig->weston, "relay");
	snprintf(argument, sizeof(argument), "--wayland-display=%s", path);
	rig->relay = relay_create(path, target);
	free(target);
	free(path);
	if (!rig->relay)
		return -ENOMEM;
	ret = backend_start(&rig->backend, options->ours,
		(const char *const[BACKEND_ARGUMENTS]){"--display=wayland", argument});
	if (ret < 0)
		return ret;
	socket = rig->backend.socket;
	rig->backend.socket = -1;
	ret = guest_start(&rig->guest, socket, -1);
	return ret < 0 ? ret : guest_screen(&rig->guest, 1920, 1080, options->contiguous);
}

static void stop(struct weston_rig *rig)
{
	guest_finish(&rig->guest);
	if (rig->backend.pid > 0)
		backend_stop(&rig->backend);
	relay_destroy(rig->relay);
	if (rig->weston)
		weston_stop(rig->weston);
}

/* Frames are of no use before the back end has its scanout: they are answered late. */
static int warm_up(struct weston_rig *rig, const struct rect *whole)
{
	uint64_t end = clock_now_ns() + SCANOUT_TIMEOUT_MS * UINT64_C(1000000), before, last_ns;
	int ret = 0;

	before = relay_commits(rig->relay, &last_ns);
	while (ret == 0 && relay_commits(rig->relay, &last_ns) < before + WARM_UP_FRAMES) {
		if (clock_now_ns() > end)
			return -ETIMEDOUT;
		ret = guest_frame(&rig->guest, whole);
	}
	return ret;
}

static int measure(
	struct weston_rig *rig, const struct rect *whole, double seconds, struct figures *figures)
{
	uint64_t cpu = backend_cpu_ns(&rig->backend), start_ns = clock_now_ns(), frames = 0, now;

	do {
		uint64_t kicked_ns = clock_now_ns(), commits, committed_ns;
		int ret;

		commits = relay_commits(rig->relay, &committed_ns);
		ret = guest_frame(&rig->guest, whole);
		if (ret < 0)
			return ret;
		now = clock_now_ns();
		/* One commit between the kick and the fence is this frame's. */
		if (relay_commits(rig->relay, &committed_ns) == commits + 1)
			samples_add(&figures->latency, (double)(committed_ns - kicked_ns) / 1e3);
		frames++;
	} while ((double)(now - start_ns) < seconds * 1e9);
	figures->cpu_us = (double)(backend_cpu_ns(&rig->backend) - cpu) / 1e3 / (double)frames;
	return 0;
}

void case_weston(const struct bench_options *options, const void *data)
{
	static const char name[] = "weston-1080p";
	const struct rect whole = {.width = 1920, .height = 1080};
	struct figures figures = {.cpu_us = NAN};
	struct weston_rig rig = {.backend.socket = -1};
	int ret = start(&rig, options);

	if (ret == 0)
		ret = warm_up(&rig, &whole);
	if (ret == 0)
		ret = measure(&rig, &whole, options->seconds, &figures);
	stop(&rig);
	if (ret < 0)
		fprintf(stderr, "%s: no figures with Weston here: %s\n", options->bench,
			strerror(-ret));
	report_print(options, name,
		&(struct report_line){
			"weston-1080p-cpu", "us/frame", figures.cpu_us, NAN, REPORT_LESS});
	report_print(options, name,
		&(struct report_line){"weston-1080p-p50", "us",
			samples_percentile(&figures.latency, 50), NAN, REPORT_LESS});
	report_print(options, name,
		&(struct report_line){"weston-1080p-p99", "us",
			samples_percentile(&figures.latency, 99), NAN, REPORT_LESS});
	samples_finish(&figures.latency);
}
