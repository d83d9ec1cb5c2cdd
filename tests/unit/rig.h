/* SPDX-License-Identifier: MIT */
/*
 * A device on the vhost-user library and a front end in one thread: the front end's waits run the
 * device's event loop. The device echoes what it reads, at once or when it is told to.
 */
#pragma once

#include "tests/fixtures/frontend/frontend.h"
#include "vhost-user/vhost-user.h"

#define RIG_DEVICE_FEATURES (UINT64_C(1) << 1 | UINT64_C(1) << 5)
#define RIG_CONFIG_BYTES 24
#define RIG_QUEUES 2

struct rig_device {
	struct vhost_user_device base;
	struct wl_list held; /* struct vhost_user_chain.link */
	bool hold;           /* chains wait for rig_release() */
	bool keep_on_stop;   /* breaks the contract: chains stay over a stop */
	uint8_t config[RIG_CONFIG_BYTES];
	uint64_t features;
	int gpu_socket;
	uint32_t kicked, stopped, resets, memory_changes, features_sets, popped;
	struct iovec dirty; /* written and told by the next echo */
};

struct rig {
	struct wl_event_loop *loop;
	struct rig_device device;
	struct vhost_user_server *server;
	struct wl_listener ended;
	bool has_ended;
	char directory[32];
	char path[64];
	struct frontend *fe;
};

/** A listening server and a front end connected to it; nothing has been said. */
struct rig *rig_create(const struct frontend_options *options);

/** And the front end has set up the device. */
struct rig *rig_create_ready(const struct frontend_options *options);

void rig_destroy(struct rig *rig);

/** Runs the event loop once, for at most a millisecond. */
void rig_pump(void *rig);

/** Runs it until nothing more happens. */
void rig_settle(struct rig *rig);

/** One more front end, connected with the same options; the caller's. */
struct frontend *rig_connect(struct rig *rig, const struct frontend_options *options);

/** Completes the held chains, oldest first, or the newest first. */
void rig_release(struct rig *rig, bool newest_first);

/** What was logged contains the text. */
bool rig_log_has(const char *text);
/** How many lines were logged. */
size_t rig_log_lines(void);

/** Sends size patterned bytes through a queue in pieces of at most piece, and checks the echo. */
void rig_echo(struct rig *rig, uint32_t queue, size_t size, size_t piece);
