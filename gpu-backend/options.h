/* SPDX-License-Identifier: MIT */
/* The command line of binnacle-gpu. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/log.h"
#include "gpu-backend/edid.h"
#include "gpu-backend/limits.h"
#include "gpu-backend/virtio-gpu.h"

enum options_action {
	OPTIONS_RUN,
	OPTIONS_EXIT_OK,      /* what was asked for has been printed */
	OPTIONS_EXIT_FAILURE, /* what was wrong has been said */
};

/** Strings are borrowed from argv or the environment. */
struct options {
	const char *socket_path; /* or NULL: fd */
	int fd;
	const char *guest;    /* or NULL */
	const char *display;  /* "wayland", "vmm" or "none" */
	const char *wayland;  /* the compositor's socket; NULL: the guest's own */
	struct screen screen; /* what a scanout is until its display says more */
	uint32_t scanout_count;
	enum {
		OPTIONS_VIRGL_AUTO, /* 3D where it works */
		OPTIONS_VIRGL_ON,   /* or not start */
		OPTIONS_VIRGL_OFF,
	} virgl;
	const char *render_node; /* NULL: the first there is, or none */
	struct gpu_limits limits;
	enum log_level log_level;
};

enum options_action options_parse(struct options *options, int argc, char **argv);
