/* SPDX-License-Identifier: MIT */
/* The sink's linux-dmabuf, version 3: takes every buffer of one format, and looks at none. */
#include <drm_fourcc.h>
#include <unistd.h>

#include "linux-dmabuf-v1-server-protocol.h"
#include "tests/bench/sink-internal.h"

#define VERSION 3

static const struct wl_buffer_interface buffer_impl = {.destroy = sink_destroy_resource};

static void params_add(struct wl_client *client, struct wl_resource *resource, int32_t fd,
	uint32_t plane, uint32_t offset, uint32_t stride, uint32_t modifier_high,
	uint32_t modifier_low)
{
	close(fd);
}

static struct wl_resource *buffer_make(
	struct wl_client *client, struct wl_resource *params, uint32_t id)
{
	struct sink *sink = wl_resource_get_user_data(params);

	__atomic_add_fetch(&sink->dmabufs, 1, __ATOMIC_RELAXED);
	return sink_make(client, &wl_buffer_interface, 1, id, &buffer_impl, NULL, NULL);
}

static void params_create(struct wl_client *client, struct wl_resource *resource, int32_t width,
	int32_t height, uint32_t format, uint32_t flags)
{
	struct wl_resource *buffer = buffer_make(client, resource, 0);

	if (buffer)
		zwp_linux_buffer_params_v1_send_created(resource, buffer);
}

static void params_create_immed(struct wl_client *client, struct wl_resource *resource, uint32_t id,
	int32_t width, int32_t height, uint32_t format, uint32_t flags)
{
	buffer_make(client, resource, id);
}

static const struct zwp_linux_buffer_params_v1_interface params_impl = {
	.destroy = sink_destroy_resource,
	.add = params_add,
	.create = params_create,
	.create_immed = params_create_immed,
};

static void dmabuf_create_params(
	struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
	sink_make(client, &zwp_linux_buffer_params_v1_interface, VERSION, id, &params_impl,
		wl_resource_get_user_data(resource), NULL);
}

static const struct zwp_linux_dmabuf_v1_interface dmabuf_impl = {
	.destroy = sink_destroy_resource,
	.create_params = dmabuf_create_params,
};

static void dmabuf_bind(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	struct wl_resource *resource = sink_make(
		client, &zwp_linux_dmabuf_v1_interface, (int)version, id, &dmabuf_impl, data, NULL);

	if (resource && version >= ZWP_LINUX_DMABUF_V1_MODIFIER_SINCE_VERSION)
		zwp_linux_dmabuf_v1_send_modifier(resource, DRM_FORMAT_XRGB8888,
			(uint32_t)(DRM_FORMAT_MOD_LINEAR >> 32), (uint32_t)DRM_FORMAT_MOD_LINEAR);
}

bool sink_dmabuf_init(struct sink *sink)
{
	return wl_global_create(
		sink->display, &zwp_linux_dmabuf_v1_interface, VERSION, sink, dmabuf_bind);
}
