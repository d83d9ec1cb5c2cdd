/* SPDX-License-Identifier: MIT */
/*
 * The device under test and the driver that talks to it.
 *
 * BINNACLE_TEST_RING=packed takes packed rings. BINNACLE_TEST_PROGRAM names a binnacle-gpu to talk
 * to in place of the device in this process; there is no fake display then.
 */
#pragma once

#include <sys/types.h>

#include "gpu-backend/gpu.h"
#include "tests/conformance/gpu/fake-display.h"
#include "tests/fixtures/frontend/frontend.h"

struct gpu_rig_options {
	struct gpu_limits limits; /* zero: the default */
	uint32_t scanout_count;   /* zero: 1 */
	bool no_features;         /* the driver accepts no feature of the device */
	uint32_t region_count;    /* of guest RAM; zero: 1 */
	bool program;             /* the real program in any case */
	bool render;              /* offer 3D, with the renderer $BINNACLE_TEST_RENDERER */
	bool guest_pages;         /* the fake display can show them */
	bool shared_memory;       /* the front end has the host-visible region */
	bool fake;                /* the fake display in any case: the device in this process */
};

struct gpu_rig {
	struct gpu_rig_options options;
	struct frontend *fe;
	char directory[32];
	char path[64];

	/* In this process. */
	struct wl_event_loop *loop;
	struct gpu gpu;
	struct fake_display display;
	struct vhost_user_server *server;

	/* Or another. */
	pid_t pid;
	char log_path[64];
};

struct gpu_rig *gpu_rig_create(const struct gpu_rig_options *options);
void gpu_rig_destroy(struct gpu_rig *rig);

bool gpu_rig_has_display(const struct gpu_rig *rig);

/** Runs the device's event loop once, for at most a millisecond. */
void gpu_rig_pump(void *rig);
/** Runs it until nothing more happens. */
void gpu_rig_settle(struct gpu_rig *rig);

/** A new front end in place of the one before, which hangs up. */
void gpu_rig_reconnect(struct gpu_rig *rig);

/** Sends the signal to the renderer's process. */
void gpu_rig_signal_renderer(const struct gpu_rig *rig, int number);
bool gpu_rig_has_renderer(const struct gpu_rig *rig);

/** What it has taken from the host; of the device in this process. */
const struct gpu_usage *gpu_rig_usage(const struct gpu_rig *rig);
