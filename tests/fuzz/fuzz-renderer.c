/* SPDX-License-Identifier: MIT */
/* A renderer that draws nothing, and answers, in any order, what the input says. */
#include "tests/fuzz/fuzz-renderer.h"

#include <stdlib.h>
#include <string.h>

#include "gpu-backend/virtio-gpu.h"

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

struct renderer {
	const struct renderer_listener *listener;
	void *data;
	bool running;
	uint32_t generation, fences;
	struct wl_list jobs; // struct renderer_job.link
	void *space;         /* of the last message */
};

static const struct renderer_capset capset = {
	.id = 1, .max_version = 1, .size = 8, .data = "capset!"};

struct renderer *fuzz_renderer_create(const struct renderer_listener *listener, void *data)
{
	struct renderer *renderer = calloc(1, sizeof(*renderer));

	*renderer = (struct renderer){
		.listener = listener, .data = data, .running = true, .generation = 1};
	wl_list_init(&renderer->jobs);
	return renderer;
}

static void job_finish(struct renderer *renderer, struct renderer_job *job, uint32_t type)
{
	wl_list_remove(&job->link);
	renderer->fences -= job->fenced;
	job->done(job, type);
}

static void finish_all(struct renderer *renderer, uint32_t type)
{
	while (!wl_list_empty(&renderer->jobs)) {
		struct renderer_job *job = wl_container_of(renderer->jobs.next, job, link);

		job_finish(renderer, job, type);
	}
}

void fuzz_renderer_act(struct renderer *renderer, uint8_t what, uint8_t where)
{
	struct renderer_job *job, *next;

	if (!renderer->running)
		return;
	if (what % 8 == 0) {
		renderer->running = false;
		finish_all(renderer, VIRTIO_GPU_RESP_ERR_UNSPEC);
		renderer->running = true;
		renderer->generation++;
		renderer->listener->replaced(renderer->data);
		return;
	}
	wl_list_for_each_safe (job, next, &renderer->jobs, link) {
		if (where--)
			continue;
		job_finish(renderer, job,
			what % 8 == 1 ? VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
				      : VIRTIO_GPU_RESP_OK_NODATA);
		return;
	}
}

void renderer_destroy(struct renderer *renderer)
{
	if (!renderer)
		return;
	renderer_stop(renderer);
	free(renderer->space);
	free(renderer);
}

uint32_t renderer_capset_count(const struct renderer *renderer)
{
	return 1;
}

const struct renderer_capset *renderer_capset_at(const struct renderer *renderer, uint32_t index)
{
	return index ? NULL : &capset;
}

const struct renderer_capset *renderer_capset_find(const struct renderer *renderer, uint32_t id)
{
	return id == capset.id ? &capset : NULL;
}

void renderer_start(struct renderer *renderer)
{
	if (renderer->running)
		return;
	renderer->running = true;
	renderer->generation++;
}

void renderer_stop(struct renderer *renderer)
{
	renderer->running = false;
	finish_all(renderer, VIRTIO_GPU_RESP_ERR_UNSPEC);
}

bool renderer_is_running(const struct renderer *renderer)
{
	return renderer->running;
}

uint32_t renderer_generation(const struct renderer *renderer)
{
	return renderer->generation;
}

uint64_t renderer_losses(const struct renderer *renderer)
{
	return 0;
}

void *renderer_send_space(struct renderer *renderer, const struct render_header *header,
	size_t size, struct renderer_job *job)
{
	CHECK(header->op < RENDER_OP_COUNT && size <= RENDER_MAX_BYTES);
	if (!renderer->running)
		return NULL;
	/* Of its very size, so that a byte written behind it is seen. */
	free(renderer->space);
	renderer->space = malloc(size ? size : 1);
	if (job) {
		job->fenced = header->flags & RENDER_FENCED;
		renderer->fences += job->fenced;
		wl_list_insert(renderer->jobs.prev, &job->link);
	}
	return renderer->space;
}

int renderer_send(struct renderer *renderer, const struct render_header *header, const void *body,
	size_t size, int fd, struct renderer_job *job)
{
	void *space = renderer_send_space(renderer, header, size, job);

	if (!space)
		return -1;
	if (size)
		memcpy(space, body, size);
	return 0;
}

uint32_t renderer_abilities(const struct renderer *renderer)
{
	return RENDER_SHARES | RENDER_MAPS;
}

void renderer_pause(struct renderer *renderer)
{
}

void renderer_resume(struct renderer *renderer)
{
}

bool renderer_has_fences(const struct renderer *renderer)
{
	return renderer->fences;
}

void renderer_drain(struct renderer *renderer)
{
	finish_all(renderer, VIRTIO_GPU_RESP_OK_NODATA);
}
