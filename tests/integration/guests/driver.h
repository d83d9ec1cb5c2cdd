/* SPDX-License-Identifier: MIT */
/*
 * A guest reduced to its driver: the commands that a real guest here never sends, to a back end
 * that really shows them. Every function fails the test where the back end does not answer OK.
 */
#pragma once

#include "gpu-backend/rect.h"
#include "gpu-backend/virtio-gpu.h"
#include "tests/fixtures/frontend/frontend.h"
#include "tests/integration/guests/host.h"

struct driver {
	struct frontend *frontend;
	struct frontend_memory command, response;
};

/** A picture of the guest, with its pages. */
struct driver_resource {
	uint32_t id, width, height;
	enum virtio_gpu_format format;
	uint8_t *bytes; /* 4 a pixel, rows without padding */
	bool blob;      /* the host sees the pages as they are */
};

/** Connects to the back end of this guest. sealed: its memory cannot shrink, as QEMU's cannot. */
struct driver driver_connect(const struct host *host, const char *guest, bool sealed);
void driver_disconnect(struct driver *driver);

struct driver_resource driver_create_resource(struct driver *driver, uint32_t id,
	enum virtio_gpu_format format, uint32_t width, uint32_t height);
struct driver_resource driver_create_blob(struct driver *driver, uint32_t id,
	enum virtio_gpu_format format, uint32_t width, uint32_t height);
void driver_destroy_resource(struct driver *driver, const struct driver_resource *resource);

/** 0xAARRGGBB into the pages, in the order of the format's bytes. */
void driver_put_pixel(struct driver_resource *resource, uint32_t x, uint32_t y, uint32_t argb);

/** The pattern of this seed over all of it, with noise where alpha would be. */
void driver_draw_pattern(struct driver_resource *resource, uint32_t seed);

void driver_transfer(
	struct driver *driver, const struct driver_resource *resource, struct rect rect);

/** The whole resource on scanout 0. */
void driver_set_scanout(struct driver *driver, const struct driver_resource *resource);
void driver_set_scanout_part(
	struct driver *driver, const struct driver_resource *resource, struct rect part);
void driver_flush(struct driver *driver, const struct driver_resource *resource, struct rect rect);

/** resource NULL hides the cursor. */
void driver_set_cursor(
	struct driver *driver, const struct driver_resource *resource, int32_t x, int32_t y);
void driver_move_cursor(struct driver *driver, int32_t x, int32_t y);
