/* SPDX-License-Identifier: MIT */
/* The virtio-gpu device: queues and config space on one side, resources and scanouts behind. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>

#include "common/log.h"
#include "gpu-backend/display.h"
#include "gpu-backend/gate.h"
#include "gpu-backend/renderer.h"
#include "gpu-backend/request.h"
#include "gpu-backend/resource.h"
#include "gpu-backend/scanout.h"
#include "vhost-user/vhost-user.h"

struct gpu {
	struct vhost_user_device device;
	struct display *display;
	uint64_t features; /* the driver's */
	uint32_t events;   /* VIRTIO_GPU_EVENT_*, not yet cleared by the driver */

	struct gpu_resource_table resources;
	struct gpu_scanout scanouts[VIRTIO_GPU_MAX_SCANOUTS];
	uint32_t scanout_count;

	struct renderer *renderer; /* or NULL: no 3D */
	struct gpu_gate gate;
	struct wl_list contexts; // struct gpu_context.link
	uint32_t context_count;

	struct wl_list info_requests; // struct gpu_request.link: wait for display_impl.refresh
	struct wl_event_source *info_deadline; /* timer */

	struct wl_list map_requests; // struct map_request.link: wait for the front end

	struct log_limit faults; /* what the guest did wrong; its total is for the status socket */
};

/* The VMM's console gets this long to tell its screens before the guest hears the last known. */
#define GPU_INFO_DEADLINE_MS 1000

/** screens[scanout_count], 1 to VIRTIO_GPU_MAX_SCANOUTS. Returns 0 or −errno. */
int gpu_init(struct gpu *gpu, struct wl_event_loop *loop, const struct gpu_limits *limits,
	const struct screen *screens, uint32_t scanout_count);
void gpu_finish(struct gpu *gpu);

/** Must be set, once, before a front end is served. Takes the display. */
void gpu_set_display(struct gpu *gpu, struct display *display);

/**
 * Offers 3D through this renderer, if it is not NULL: once, before a front end is served. Takes the
 * renderer.
 */
void gpu_set_renderer(struct gpu *gpu, struct renderer *renderer);

/** Give this to the renderer with the gpu as its data. */
extern const struct renderer_listener gpu_renderer_listener;

/** Give this to the display with the gpu as its data. */
extern const struct display_listener gpu_display_listener;

/** Executes one command, or holds it. The chain is completed or held when this returns. */
void gpu_command_dispatch(struct gpu *gpu, struct vhost_user_chain *chain, uint32_t queue_index);

/** Answers GET_DISPLAY_INFO from what is known now, to every request that waits. */
void gpu_info_answer(struct gpu *gpu);

/** Answers with ERR_UNSPEC whoever waits for the front end to map a blob or to end that. */
void gpu_map_requests_answer(struct gpu *gpu);

/** Takes a resource from every scanout and cursor, before it is destroyed. */
void gpu_forget_resource(struct gpu *gpu, struct gpu_resource *resource);

/** One line for the log, rate-limited, on what the guest did wrong. Returns type. */
uint32_t gpu_refuse(struct gpu *gpu, const struct gpu_request *request, uint32_t type,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The resource that a command names; NULL after saying in the log that there is none. */
struct gpu_resource *gpu_resource_of(
	struct gpu *gpu, const struct gpu_request *request, struct le32 wire_id);

/**
 * The pages that the command names after its header_size bytes, count entries. Returns 0, or the
 * response after saying in the log what was wrong.
 */
uint32_t gpu_backing_read(struct gpu *gpu, const struct gpu_request *request, size_t header_size,
	uint32_t count, struct gpu_backing **out);

/** True if the rectangle is not empty and within the resource; else the log says so. */
bool gpu_rect_fits(struct gpu *gpu, const struct gpu_request *request, const struct rect *rect,
	const struct gpu_resource *resource);

static inline struct rect gpu_rect_get(const struct virtio_gpu_rect *wire)
{
	return (struct rect){
		.x = le32_get(wire->x),
		.y = le32_get(wire->y),
		.width = le32_get(wire->width),
		.height = le32_get(wire->height),
	};
}

/*
 * Handlers. Each returns the type of a plain response, or 0 if it has responded or holds the
 * request. The command's fixed part is complete and its queue is right.
 */
uint32_t gpu_command_get_display_info(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_get_edid(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_resource_create_2d(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_resource_unref(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_resource_attach_backing(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_resource_detach_backing(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_resource_assign_uuid(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_transfer_to_host_2d(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_resource_create_blob(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_resource_map_blob(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_resource_unmap_blob(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_set_scanout_blob(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_set_scanout(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_resource_flush(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_get_capset_info(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_get_capset(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_ctx_create(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_ctx_destroy(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_ctx_attach_resource(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_ctx_detach_resource(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_resource_create_3d(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_transfer_to_host_3d(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_transfer_from_host_3d(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_submit_3d(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_update_cursor(struct gpu *gpu, struct gpu_request *request);
uint32_t gpu_command_move_cursor(struct gpu *gpu, struct gpu_request *request);
