/* SPDX-License-Identifier: MIT */
/* Pictures of the renderer's resources, read back into images that a display can show. */
#include "gpu-backend/readback.h"

#include <stdlib.h>

#include "gpu-backend/renderer.h"
#include "gpu-backend/virtio-gpu.h"

/* Damage of more rectangles than this is read as the one around them. */
#define MAX_BOXES 16

struct gpu_read {
	struct renderer_job job;
	struct gpu_resource_table *table;
	struct gpu_resource *resource; /* NULL: gone */
	struct gpu_image *image;       /* held; NULL: in place */
	pixman_region32_t next;        /* what was asked for meanwhile */
};

/* The renderer maps an image once. */
static bool image_introduce(struct gpu_resource_table *table, struct gpu_image *image)
{
	struct render_header header = {.op = RENDER_IMAGE_ADD};
	struct render_image body = {.stride = image->stride, .size = image->size};
	uint32_t generation = renderer_generation(table->renderer);

	if (image->render_id && image->render_generation == generation)
		return true;
	if (!++table->last_render_id)
		table->last_render_id = 1;
	body.id = table->last_render_id;
	if (renderer_send(table->renderer, &header, &body, sizeof(body), image->fd, NULL) < 0)
		return false;
	image->render_id = body.id;
	image->render_generation = generation;
	return true;
}

static bool box_request(struct gpu_read *read, const pixman_box32_t *box, struct renderer_job *job)
{
	struct render_header header = {.op = RENDER_READ};
	struct render_read body = {
		.resource_id = read->resource->id,
		.image_id = read->image->render_id,
		.x = (uint32_t)box->x1,
		.y = (uint32_t)box->y1,
		.width = (uint32_t)(box->x2 - box->x1),
		.height = (uint32_t)(box->y2 - box->y1),
	};

	read->table->bytes_copied += UINT64_C(4) * body.width * body.height;
	return renderer_send(read->table->renderer, &header, &body, sizeof(body), -1, job) == 0;
}

/* Asks for all that the image lacks. The last answer is the sign that all is there. */
static bool read_request(struct gpu_read *read)
{
	pixman_region32_t *stale = &read->image->stale;
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(stale, &count);

	if (count > MAX_BOXES) {
		boxes = pixman_region32_extents(stale);
		count = 1;
	}
	for (int i = 0; i < count; i++) {
		if (!box_request(read, &boxes[i], i == count - 1 ? &read->job : NULL))
			return false;
	}
	pixman_region32_clear(stale);
	return count > 0;
}

static void read_destroy(struct gpu_read *read)
{
	gpu_image_release(&read->image);
	pixman_region32_fini(&read->next);
	free(read);
}

static void read_done(struct renderer_job *job, uint32_t type)
{
	struct gpu_read *read = wl_container_of(job, read, job);
	struct gpu_resource_table *table = read->table;
	struct gpu_resource *resource = read->resource;
	bool again = false;

	if (resource) {
		resource->reading = NULL;
		/* A picture that could not be read is shown as it was before. */
		if (type == VIRTIO_GPU_RESP_OK_NODATA && pixman_region32_not_empty(&read->next))
			again = !gpu_readback(table, resource, &read->next, !read->image);
	}
	read_destroy(read);
	if (resource && !again)
		table->read_done(table->read_data, resource);
}

/* What is drawn was sent before the renderer was held up, if it is. */
static bool finish_request(struct gpu_read *read)
{
	struct render_header header = {.op = RENDER_FENCE, .flags = RENDER_FENCED | RENDER_AHEAD};

	return renderer_send(read->table->renderer, &header, NULL, 0, -1, &read->job) == 0;
}

/* image, borrowed: to be read into; NULL: in place. */
static struct gpu_read *read_create(
	struct gpu_resource_table *table, struct gpu_resource *resource, struct gpu_image *image)
{
	struct gpu_read *read = calloc(1, sizeof(*read));

	if (!read)
		return NULL;
	*read = (struct gpu_read){
		.job = {.done = read_done},
		.table = table,
		.resource = resource,
		.image = image ? gpu_image_hold(image) : NULL,
	};
	pixman_region32_init(&read->next);
	return read;
}

/* Where to read into; *fails if that cannot be had. */
static struct gpu_image *read_target(struct gpu_resource_table *table,
	struct gpu_resource *resource, const pixman_region32_t *changed, bool in_place, bool *fails)
{
	struct gpu_image *image;

	if (in_place) {
		gpu_resource_changed(resource, changed);
		resource->current = 0;
		*fails = false;
		return NULL;
	}
	image = gpu_resource_image_renew(table, resource, changed);
	*fails = !image || !image_introduce(table, image);
	return image;
}

bool gpu_readback(struct gpu_resource_table *table, struct gpu_resource *resource,
	const pixman_region32_t *changed, bool in_place)
{
	struct gpu_read *read = resource->reading;
	struct gpu_image *image;
	bool fails;

	if (!resource->generation)
		return true;
	if (read) {
		pixman_region32_union(&read->next, &read->next, (pixman_region32_t *)changed);
		return false;
	}
	if (resource->generation != renderer_generation(table->renderer))
		return true;
	image = read_target(table, resource, changed, in_place, &fails);
	if (fails)
		return true;
	read = read_create(table, resource, image);
	if (!read)
		return true;
	if (in_place ? !finish_request(read) : !read_request(read)) {
		read_destroy(read);
		return true;
	}
	resource->reading = read;
	return false;
}

void gpu_readback_forget(struct gpu_resource_table *table, struct gpu_resource *resource)
{
	struct render_header header = {.op = RENDER_IMAGE_REMOVE};

	if (resource->reading)
		resource->reading->resource = NULL;
	resource->reading = NULL;
	for (uint32_t i = 0; i < resource->image_count; i++) {
		struct gpu_image *image = resource->images[i];
		struct render_id body = {image->render_id};

		if (image->render_id &&
			image->render_generation == renderer_generation(table->renderer))
			renderer_send(table->renderer, &header, &body, sizeof(body), -1, NULL);
		image->render_id = 0;
	}
}
