/* SPDX-License-Identifier: MIT */
/* The device behind the fuzzed transport: it reads all, writes all, and keeps some chains. */
#pragma once

#include "vhost-user/vhost-user.h"

struct fuzz_device {
	struct vhost_user_device base;
	struct wl_list held; /* struct vhost_user_chain.link */
	uint32_t popped;
};

void fuzz_device_init(struct fuzz_device *device);

/** Completes what it kept. */
void fuzz_device_release(struct fuzz_device *device);
