/* SPDX-License-Identifier: MIT */
/*
 * What the compositor takes as dmabufs. Version 4 of linux-dmabuf tells it as feedback, a table of
 * formats in shared memory and tranches of places in it; version 3 as one event for each. All that
 * matters here is whether a format is taken as plain rows, since that is how guests and images have
 * their pixels.
 */
#include <drm_fourcc.h>
#include <string.h>
#include <sys/mman.h>

#include "common/fd.h"
#include "gpu-backend/wayland.h"
#include "linux-dmabuf-v1-client-protocol.h"

/* One entry of the table, as the protocol lays it out. */
struct wayland_dmabuf_entry {
	uint32_t fourcc;
	uint32_t padding;
	uint64_t modifier;
};

/* Those of format.c. */
static const uint32_t fourccs[WAYLAND_DMABUF_FORMATS] = {
	DRM_FORMAT_XRGB8888, DRM_FORMAT_XBGR8888, DRM_FORMAT_BGRX8888, DRM_FORMAT_RGBX8888};

static void formats_clear(struct wayland_dmabuf *dmabuf)
{
	for (size_t i = 0; i < WAYLAND_DMABUF_FORMATS; i++)
		dmabuf->formats[i] = (struct wayland_dmabuf_format){.fourcc = fourccs[i]};
}

static void format_add(struct wayland_dmabuf *dmabuf, uint32_t fourcc, uint64_t modifier)
{
	for (size_t i = 0; i < WAYLAND_DMABUF_FORMATS; i++) {
		struct wayland_dmabuf_format *format = &dmabuf->formats[i];

		if (format->fourcc != fourcc)
			continue;
		format->linear |= modifier == DRM_FORMAT_MOD_LINEAR;
		format->implicit |= modifier == DRM_FORMAT_MOD_INVALID;
	}
}

static void table_drop(struct wayland_dmabuf *dmabuf)
{
	if (dmabuf->table)
		munmap((void *)dmabuf->table, dmabuf->table_size);
	dmabuf->table = NULL;
	dmabuf->table_size = 0;
}

/* A new table begins a new round of feedback. */
static void feedback_format_table(
	void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback, int32_t fd, uint32_t size)
{
	struct wayland_dmabuf *dmabuf = data;
	void *table = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	fd_close(&fd);
	table_drop(dmabuf);
	formats_clear(dmabuf);
	if (table == MAP_FAILED)
		return;
	dmabuf->table = table;
	dmabuf->table_size = size;
}

static void feedback_tranche_formats(
	void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback, struct wl_array *indices)
{
	struct wayland_dmabuf *dmabuf = data;
	size_t count = dmabuf->table_size / sizeof(*dmabuf->table);
	const uint16_t *index;

	wl_array_for_each (index, indices) {
		if (*index < count)
			format_add(dmabuf, dmabuf->table[*index].fourcc,
				dmabuf->table[*index].modifier);
	}
}

/* Memory is not allocated on a device, so it does not matter which the compositor has. */
static void feedback_device(
	void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback, struct wl_array *device)
{
}

static void feedback_flags(
	void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback, uint32_t flags)
{
}

static void feedback_done(void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback)
{
}

static const struct zwp_linux_dmabuf_feedback_v1_listener feedback_listener = {
	.done = feedback_done,
	.format_table = feedback_format_table,
	.main_device = feedback_device,
	.tranche_done = feedback_done,
	.tranche_target_device = feedback_device,
	.tranche_formats = feedback_tranche_formats,
	.tranche_flags = feedback_flags,
};

static void dmabuf_format(void *data, struct zwp_linux_dmabuf_v1 *global, uint32_t fourcc)
{
}

static void dmabuf_modifier(void *data, struct zwp_linux_dmabuf_v1 *global, uint32_t fourcc,
	uint32_t modifier_high, uint32_t modifier_low)
{
	format_add(data, fourcc, (uint64_t)modifier_high << 32 | modifier_low);
}

static const struct zwp_linux_dmabuf_v1_listener dmabuf_listener = {
	.format = dmabuf_format,
	.modifier = dmabuf_modifier,
};

#define VERSION_WITH_MODIFIERS 3
#define VERSION_WITH_FEEDBACK 4

void wayland_dmabuf_init(struct wayland_dmabuf *dmabuf, struct wl_registry *registry, uint32_t name,
	uint32_t version)
{
	if (version < VERSION_WITH_MODIFIERS)
		return;
	if (version > VERSION_WITH_FEEDBACK)
		version = VERSION_WITH_FEEDBACK;
	*dmabuf = (struct wayland_dmabuf){0};
	formats_clear(dmabuf);
	dmabuf->global = wl_registry_bind(registry, name, &zwp_linux_dmabuf_v1_interface, version);
	zwp_linux_dmabuf_v1_add_listener(dmabuf->global, &dmabuf_listener, dmabuf);
	if (version < VERSION_WITH_FEEDBACK)
		return;
	dmabuf->feedback = zwp_linux_dmabuf_v1_get_default_feedback(dmabuf->global);
	zwp_linux_dmabuf_feedback_v1_add_listener(dmabuf->feedback, &feedback_listener, dmabuf);
}

void wayland_dmabuf_finish(struct wayland_dmabuf *dmabuf)
{
	table_drop(dmabuf);
	if (dmabuf->feedback)
		zwp_linux_dmabuf_feedback_v1_destroy(dmabuf->feedback);
	if (dmabuf->global)
		zwp_linux_dmabuf_v1_destroy(dmabuf->global);
	*dmabuf = (struct wayland_dmabuf){0};
}

bool wayland_dmabuf_takes(const struct wayland_dmabuf *dmabuf, uint32_t fourcc, uint64_t *modifier)
{
	if (!dmabuf->global)
		return false;
	for (size_t i = 0; i < WAYLAND_DMABUF_FORMATS; i++) {
		const struct wayland_dmabuf_format *format = &dmabuf->formats[i];

		if (format->fourcc != fourcc)
			continue;
		*modifier = format->linear ? DRM_FORMAT_MOD_LINEAR : DRM_FORMAT_MOD_INVALID;
		return format->linear || format->implicit;
	}
	return false;
}
