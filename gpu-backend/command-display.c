/* SPDX-License-Identifier: MIT */
/* GET_DISPLAY_INFO and GET_EDID: what the guest learns of its screens (VIRTIO 1.3 §5.7.6.8). */
#include <stdlib.h>
#include <string.h>

#include "gpu-backend/gpu.h"

static void info_respond(struct gpu *gpu, struct gpu_request *request)
{
	struct virtio_gpu_resp_display_info info = {0};
	uint32_t x = 0;

	for (uint32_t i = 0; i < gpu->scanout_count; i++) {
		const struct screen *screen = &gpu->scanouts[i].screen;

		if (!screen->connected)
			continue;
		/* Side by side, as QEMU suggests them too. */
		info.pmodes[i] = (struct virtio_gpu_display_one){
			.r =
				{
					.x = le32_put(x),
					.width = le32_put(screen->width_px),
					.height = le32_put(screen->height_px),
				},
			.enabled = le32_put(1),
		};
		x += screen->width_px;
	}
	gpu_request_respond(request, VIRTIO_GPU_RESP_OK_DISPLAY_INFO, &info.hdr, sizeof(info));
}

void gpu_info_answer(struct gpu *gpu)
{
	struct gpu_request *request, *next;

	wl_event_source_timer_update(gpu->info_deadline, 0);
	wl_list_for_each_safe (request, next, &gpu->info_requests, link) {
		wl_list_remove(&request->link);
		info_respond(gpu, request);
		free(request);
	}
}

uint32_t gpu_command_get_display_info(struct gpu *gpu, struct gpu_request *request)
{
	const struct display_impl *impl = gpu->display->impl;

	if (!impl->refresh || !impl->connected(gpu->display)) {
		info_respond(gpu, request);
		return 0;
	}
	if (!gpu_request_hold(request, &gpu->info_requests))
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	wl_event_source_timer_update(gpu->info_deadline, GPU_INFO_DEADLINE_MS);
	impl->refresh(gpu->display);
	return 0;
}

uint32_t gpu_command_get_edid(struct gpu *gpu, struct gpu_request *request)
{
	uint32_t index = le32_get(request->command.get_edid.scanout);
	struct virtio_gpu_resp_edid response = {0};
	const struct screen *screen;
	size_t size;

	if (index >= gpu->scanout_count)
		return gpu_refuse(gpu, request, VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID,
			"scanout %u of %u", index, gpu->scanout_count);
	screen = &gpu->scanouts[index].screen;
	static_assert(sizeof(screen->edid) == sizeof(response.edid), "an EDID fits the response");
	/* A scanout without a screen has no EDID, as a connector without a display has none. */
	if (screen->connected && screen->edid_size_bytes) {
		size = screen->edid_size_bytes;
		memcpy(response.edid, screen->edid, size);
	} else {
		size = edid_write(screen, index, response.edid);
	}
	response.size = le32_put((uint32_t)size);
	gpu_request_respond(request, VIRTIO_GPU_RESP_OK_EDID, &response.hdr, sizeof(response));
	return 0;
}
