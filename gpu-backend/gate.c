/* SPDX-License-Identifier: MIT */
/* Holds the guest's 3D up while it would draw over what a screen still shows. */
#include "gpu-backend/gate.h"

#include <errno.h>

#include "gpu-backend/gpu.h"

static int gate_overdue(void *data)
{
	struct gpu *gpu = data;

	for (uint32_t i = 0; i < gpu->scanout_count; i++) {
		if (gpu_scanout_holds_renderer(&gpu->scanouts[i]))
			gpu->scanouts[i].slow = true;
	}
	gpu_gate_update(gpu);
	return 0;
}

int gpu_gate_init(struct gpu *gpu, struct wl_event_loop *loop)
{
	gpu->gate.deadline = wl_event_loop_add_timer(loop, gate_overdue, gpu);
	return gpu->gate.deadline ? 0 : -ENOMEM;
}

void gpu_gate_finish(struct gpu *gpu)
{
	wl_event_source_remove(gpu->gate.deadline);
}

void gpu_gate_update(struct gpu *gpu)
{
	bool closed = false;

	for (uint32_t i = 0; gpu->renderer && i < gpu->scanout_count; i++)
		closed |= gpu_scanout_holds_renderer(&gpu->scanouts[i]);
	if (closed == gpu->gate.closed)
		return;
	gpu->gate.closed = closed;
	wl_event_source_timer_update(gpu->gate.deadline, closed ? GPU_SCANOUT_DEADLINE_MS : 0);
	if (closed)
		renderer_pause(gpu->renderer);
	else
		renderer_resume(gpu->renderer);
}
