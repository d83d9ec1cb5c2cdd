/* SPDX-License-Identifier: MIT */
/* The virtio-gpu device: what the transport and the display call, and when the guest's state goes.
 */
#include "gpu-backend/gpu.h"

#include <errno.h>
#include <string.h>

#include "common/fd.h"
#include "gpu-backend/blob.h"
#include "gpu-backend/context.h"
#include "gpu-backend/host-memory.h"

static struct gpu *gpu_from_device(struct vhost_user_device *device)
{
	struct gpu *gpu;

	return wl_container_of(device, gpu, device);
}

static void gpu_config_read(struct vhost_user_device *device, void *config)
{
	const struct gpu *gpu = gpu_from_device(device);
	struct virtio_gpu_config wire = {
		.events_read = le32_put(gpu->events),
		.num_scanouts = le32_put(gpu->scanout_count),
		.num_capsets = le32_put(gpu->renderer ? renderer_capset_count(gpu->renderer) : 0),
	};

	memcpy(config, &wire, sizeof(wire));
}

/* Writing a bit to events_clear clears it in events_read (VIRTIO 1.3 §5.7.4). */
static void gpu_config_write(
	struct vhost_user_device *device, uint32_t offset, const void *data, uint32_t size)
{
	struct gpu *gpu = gpu_from_device(device);
	struct virtio_gpu_config wire = {0};

	memcpy((char *)&wire + offset, data, size);
	gpu->events &= ~le32_get(wire.events_clear);
}

static void gpu_queue_kicked(struct vhost_user_device *device, uint32_t queue_index)
{
	struct gpu *gpu = gpu_from_device(device);
	struct vhost_user_chain *chain;

	while ((chain = vhost_user_queue_pop(device, queue_index)))
		gpu_command_dispatch(gpu, chain, queue_index);
}

/* Every held request is of the control queue. */
static void gpu_queue_stopping(struct vhost_user_device *device, uint32_t queue_index)
{
	struct gpu *gpu = gpu_from_device(device);

	if (queue_index != VIRTIO_GPU_QUEUE_CONTROL)
		return;
	gpu_info_answer(gpu);
	gpu_map_requests_answer(gpu);
	for (uint32_t i = 0; i < gpu->scanout_count; i++)
		gpu_scanout_answer_all(&gpu->scanouts[i]);
	if (gpu->renderer)
		renderer_drain(gpu->renderer);
}

void gpu_forget_resource(struct gpu *gpu, struct gpu_resource *resource)
{
	for (uint32_t i = 0; i < gpu->scanout_count; i++)
		gpu_scanout_forget(&gpu->scanouts[i], resource);
	gpu_gate_update(gpu);
}

static void gpu_read_done(void *data, struct gpu_resource *resource)
{
	struct gpu *gpu = data;

	for (uint32_t i = 0; i < gpu->scanout_count; i++)
		gpu_scanout_read_done(&gpu->scanouts[i], resource);
	gpu_gate_update(gpu);
}

static void gpu_reset(struct vhost_user_device *device)
{
	struct gpu *gpu = gpu_from_device(device);

	for (uint32_t i = 0; i < gpu->scanout_count; i++) {
		gpu_scanout_set(&gpu->scanouts[i], NULL, NULL);
		if (gpu->scanouts[i].cursor)
			gpu_scanout_cursor_set(&gpu->scanouts[i], NULL, 0, 0);
	}
	gpu_gate_update(gpu);
	gpu_contexts_clear(gpu);
	gpu_resource_table_clear(&gpu->resources);
	/* A new process is the surest way to a renderer that has nothing left. */
	if (gpu->renderer)
		renderer_stop(gpu->renderer);
	gpu->features = 0;
	gpu->events = 0;
}

static void gpu_tell_memory(struct gpu *gpu)
{
	struct vhost_user_memory *memory = vhost_user_device_memory(&gpu->device);
	struct render_header header = {.op = RENDER_MEMORY_REGION};
	size_t count = memory ? vhost_user_memory_region_count(memory) : 0;

	for (size_t i = 0; i < count; i++) {
		struct vhost_user_memory_region region;
		int fd = vhost_user_memory_region_get(memory, i, &region);

		/* Without descriptors to spare some is missing, and what is there is not refused.
		 */
		if (renderer_send(gpu->renderer, &header, &region, sizeof(region), fd, NULL) < 0)
			break;
	}
	header.op = RENDER_MEMORY;
	renderer_send(gpu->renderer, &header, NULL, 0, -1, NULL);
}

static void gpu_memory_changed(struct vhost_user_device *device)
{
	struct gpu *gpu = gpu_from_device(device);

	if (gpu->renderer && renderer_is_running(gpu->renderer))
		gpu_tell_memory(gpu);
}

static void gpu_renderer_replaced(void *data)
{
	gpu_tell_memory(data);
}

const struct renderer_listener gpu_renderer_listener = {.replaced = gpu_renderer_replaced};

/* Who does not draw in 3D does not pay for a renderer. */
static void gpu_features_set(struct vhost_user_device *device, uint64_t features)
{
	struct gpu *gpu = gpu_from_device(device);

	gpu->features = features;
	if (!gpu->renderer)
		return;
	if (!(features & VIRTIO_GPU_F_VIRGL)) {
		renderer_stop(gpu->renderer);
	} else {
		renderer_start(gpu->renderer);
		gpu_tell_memory(gpu);
	}
}

static void gpu_socket_set(struct vhost_user_device *device, int fd)
{
	struct display *display = gpu_from_device(device)->display;

	if (display->impl->socket_set) {
		display->impl->socket_set(display, fd);
		return;
	}
	/* QEMU always offers its console; who runs us with a display of our own does not want it.
	 */
	fd_close(&fd);
}

static const struct vhost_user_device_impl gpu_device_impl = {
	.name = "gpu",
	.queue_count = VIRTIO_GPU_QUEUE_COUNT,
	.config_size = sizeof(struct virtio_gpu_config),
	.config_read = gpu_config_read,
	.config_write = gpu_config_write,
	.features_set = gpu_features_set,
	.memory_changed = gpu_memory_changed,
	.queue_kicked = gpu_queue_kicked,
	.queue_stopping = gpu_queue_stopping,
	.reset = gpu_reset,
	.gpu_socket_set = gpu_socket_set,
};

static void gpu_display_shown(void *data, uint32_t scanout_index)
{
	struct gpu *gpu = data;

	gpu_scanout_shown(&gpu->scanouts[scanout_index]);
	gpu_gate_update(gpu);
}

static void gpu_display_screen_changed(
	void *data, uint32_t scanout_index, const struct screen *screen)
{
	struct gpu *gpu = data;
	struct screen *known = &gpu->scanouts[scanout_index].screen;

	/* A VMM's console may have more screens than the guest has scanouts. */
	if (scanout_index >= gpu->scanout_count || !memcmp(known, screen, sizeof(*screen)))
		return;
	*known = *screen;
	if (screen->connected)
		log_info("scanout %u is %u×%u%s%s", scanout_index, screen->width_px,
			screen->height_px, screen->name[0] ? " on " : "", screen->name);
	else
		log_info("scanout %u has no screen", scanout_index);
	/* A guest that is just asking needs no event to make it ask. */
	if (!wl_list_empty(&gpu->info_requests))
		return;
	gpu->events |= VIRTIO_GPU_EVENT_DISPLAY;
	vhost_user_device_config_changed(&gpu->device);
}

static void gpu_display_restored(void *data, uint32_t scanout_index)
{
	struct gpu *gpu = data;

	gpu_scanout_restore(&gpu->scanouts[scanout_index]);
	gpu_gate_update(gpu);
}

static void gpu_display_released(void *data, uint32_t scanout_index)
{
	gpu_gate_update(data);
}

static void gpu_display_refused(void *data, uint32_t scanout_index, const struct gpu_image *image)
{
	struct gpu *gpu = data;
	struct gpu_resource *resource = gpu->scanouts[scanout_index].resource;

	if (resource && gpu_resource_image(resource) == image)
		gpu_blob_copy_from_now(&gpu->resources, resource);
	gpu_scanout_restore(&gpu->scanouts[scanout_index]);
}

static void gpu_display_refreshed(void *data)
{
	gpu_info_answer(data);
}

const struct display_listener gpu_display_listener = {
	.shown = gpu_display_shown,
	.screen_changed = gpu_display_screen_changed,
	.restored = gpu_display_restored,
	.released = gpu_display_released,
	.refused = gpu_display_refused,
	.refreshed = gpu_display_refreshed,
};

static int gpu_info_overdue(void *data)
{
	gpu_info_answer(data);
	return 0;
}

int gpu_init(struct gpu *gpu, struct wl_event_loop *loop, const struct gpu_limits *limits,
	const struct screen *screens, uint32_t scanout_count)
{
	*gpu = (struct gpu){0};
	vhost_user_device_init(&gpu->device, &gpu_device_impl,
		VIRTIO_GPU_F_EDID | VIRTIO_GPU_F_RESOURCE_UUID | VIRTIO_GPU_F_RESOURCE_BLOB);
	gpu_resource_table_init(&gpu->resources, limits);
	gpu->resources.device = &gpu->device;
	gpu->resources.read_done = gpu_read_done;
	gpu->resources.read_data = gpu;
	wl_list_init(&gpu->contexts);
	wl_list_init(&gpu->info_requests);
	wl_list_init(&gpu->map_requests);
	gpu->info_deadline = wl_event_loop_add_timer(loop, gpu_info_overdue, gpu);
	if (!gpu->info_deadline)
		return -ENOMEM;
	if (gpu_gate_init(gpu, loop) < 0) {
		wl_event_source_remove(gpu->info_deadline);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < scanout_count; i++) {
		int error = gpu_scanout_init(&gpu->scanouts[i], i, loop, &gpu->resources);

		if (error) {
			gpu_finish(gpu);
			return error;
		}
		gpu->scanouts[i].screen = screens[i];
		gpu->scanout_count++;
	}
	return 0;
}

void gpu_finish(struct gpu *gpu)
{
	gpu_info_answer(gpu);
	for (uint32_t i = 0; i < gpu->scanout_count; i++)
		gpu_scanout_finish(&gpu->scanouts[i]);
	gpu_contexts_clear(gpu);
	gpu_resource_table_clear(&gpu->resources);
	renderer_destroy(gpu->renderer);
	gpu_gate_finish(gpu);
	wl_event_source_remove(gpu->info_deadline);
	if (gpu->display)
		gpu->display->impl->destroy(gpu->display);
}

void gpu_set_renderer(struct gpu *gpu, struct renderer *renderer)
{
	if (!renderer)
		return;
	gpu->renderer = gpu->resources.renderer = renderer;
	gpu->device.features |= VIRTIO_GPU_F_VIRGL | VIRTIO_GPU_F_CONTEXT_INIT;
	if (renderer_maps(renderer))
		gpu->device.shared_memory_bytes[VIRTIO_GPU_SHM_ID_HOST_VISIBLE] =
			GPU_HOST_VISIBLE_BYTES;
}

void gpu_set_display(struct gpu *gpu, struct display *display)
{
	gpu->display = display;
	for (uint32_t i = 0; i < gpu->scanout_count; i++)
		gpu->scanouts[i].display = display;
}
