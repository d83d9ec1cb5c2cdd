/* SPDX-License-Identifier: MIT */
/* The device's shared memory regions (VIRTIO 1.3 §2.10), which the front end maps files into. */
#pragma once

#include "vhost-user/vhost-user.h"

bool device_has_shared_memory(const struct vhost_user_device *device);
