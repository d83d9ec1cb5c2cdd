/* SPDX-License-Identifier: MIT */
/*
 * One scanout: what it shows, and the pace at which it does.
 *
 * Flushed damage gathers while a frame is in flight and goes out when that frame has been shown, so
 * the newest picture is always the next one and nothing queues up. A fenced flush is answered when
 * its damage has been shown, and GPU_SCANOUT_DEADLINE_MS after it came at the latest: a hidden,
 * slow or absent screen slows this scanout alone, and never stops it.
 */
#include "gpu-backend/scanout.h"

#include <errno.h>

#include "common/log.h"
#include "gpu-backend/blob.h"
#include "gpu-backend/gate.h"
#include "gpu-backend/readback.h"

#define NS_PER_MS UINT64_C(1000000)

static void answer_list(struct wl_list *list)
{
	struct gpu_request *request, *next;

	wl_list_for_each_safe (request, next, list, link)
		gpu_request_release(request, VIRTIO_GPU_RESP_OK_NODATA);
}

void gpu_scanout_answer_all(struct gpu_scanout *scanout)
{
	answer_list(&scanout->presented);
	answer_list(&scanout->flushed);
}

static bool scanout_holds(const struct gpu_scanout *scanout)
{
	return !wl_list_empty(&scanout->presented) || !wl_list_empty(&scanout->flushed);
}

/* A timer that is set and unset with each frame costs two system calls each; this one is left to
 * run out, and then looks whether it is still wanted. */
static void deadline_set(struct gpu_scanout *scanout)
{
	scanout->due_ns = clock_now_ns() + GPU_SCANOUT_DEADLINE_MS * NS_PER_MS;
	if (!scanout->deadline_runs)
		wl_event_source_timer_update(scanout->deadline, GPU_SCANOUT_DEADLINE_MS);
	scanout->deadline_runs = true;
}

static int scanout_deadline(void *data)
{
	struct gpu_scanout *scanout = data;
	uint64_t now = clock_now_ns();

	scanout->deadline_runs = scanout_holds(scanout) && now < scanout->due_ns;
	if (scanout->deadline_runs) {
		wl_event_source_timer_update(
			scanout->deadline, (int)((scanout->due_ns - now) / NS_PER_MS) + 1);
		return 0;
	}
	scanout->late += (uint64_t)wl_list_length(&scanout->presented) +
			 (uint64_t)wl_list_length(&scanout->flushed);
	gpu_scanout_answer_all(scanout);
	return 0;
}

int gpu_scanout_init(struct gpu_scanout *scanout, uint32_t index, struct wl_event_loop *loop,
	struct gpu_resource_table *resources)
{
	*scanout = (struct gpu_scanout){.index = index, .resources = resources};
	scanout->deadline = wl_event_loop_add_timer(loop, scanout_deadline, scanout);
	if (!scanout->deadline)
		return -ENOMEM;
	pixman_region32_init(&scanout->damage);
	pixman_region32_init(&scanout->frame_damage);
	wl_list_init(&scanout->flushed);
	wl_list_init(&scanout->presented);
	return 0;
}

static void scanout_forget_images(struct gpu_scanout *scanout)
{
	gpu_image_unref(scanout->image);
	gpu_image_unref(scanout->image_before);
	scanout->image = scanout->image_before = NULL;
	scanout->image_serial = 0;
}

void gpu_scanout_finish(struct gpu_scanout *scanout)
{
	gpu_scanout_answer_all(scanout);
	pixman_region32_fini(&scanout->damage);
	pixman_region32_fini(&scanout->frame_damage);
	scanout_forget_images(scanout);
	wl_event_source_remove(scanout->deadline);
}

static void scanout_damage_all(struct gpu_scanout *scanout)
{
	pixman_region32_union_rect(&scanout->damage, &scanout->damage, 0, 0, scanout->source.width,
		scanout->source.height);
}

/* There is no frame on its way: neither at the display nor from the renderer. */
static void scanout_drop_frame(struct gpu_scanout *scanout)
{
	scanout->in_flight = false;
	scanout->reading = NULL;
	pixman_region32_clear(&scanout->frame_damage);
}

/* Before resource, or NULL, takes the place of what is shown. */
static void scanout_count_rendered(struct gpu_scanout *scanout, const struct gpu_resource *resource)
{
	if (scanout->resource && scanout->resource->generation)
		scanout->resources->rendered_scanouts--;
	if (resource && resource->generation)
		scanout->resources->rendered_scanouts++;
}

void gpu_scanout_set(
	struct gpu_scanout *scanout, struct gpu_resource *resource, const struct rect *source)
{
	if (!resource) {
		if (!scanout->resource)
			return;
		scanout_count_rendered(scanout, NULL);
		scanout->resource = NULL;
		scanout_forget_images(scanout);
		scanout_drop_frame(scanout);
		pixman_region32_clear(&scanout->damage);
		gpu_scanout_answer_all(scanout);
		scanout->display->impl->blank(scanout->display, scanout->index);
		return;
	}
	if (scanout->resource == resource && rect_equal(&scanout->source, source))
		return;
	/* The guest's first flush decides when the new resource is seen; then all of it is. */
	scanout->fresh = true;
	resource->redrawn = false;
	scanout_count_rendered(scanout, resource);
	scanout->resource = resource;
	scanout->source = *source;
	pixman_region32_clear(&scanout->damage);
}

/* Since all of it was damaged the guest has asked the renderer for nothing. */
static bool scanout_is_unchanged(const struct gpu_scanout *scanout)
{
	return scanout->resource->generation &&
	       scanout->whole_requests == scanout->resources->render_requests;
}

void gpu_scanout_damage(struct gpu_scanout *scanout, const struct rect *rect)
{
	const struct rect *source = &scanout->source;
	pixman_region32_t damage;

	scanout->flushes++;
	/* Linux flushes twice what it flips to. */
	if (!scanout->fresh && scanout_is_unchanged(scanout))
		return;
	/* It may have drawn where the screen reads. */
	if (!scanout->fresh && scanout->image_serial == scanout->resource->serial)
		scanout->resource->redrawn = true;
	if (scanout->fresh) {
		scanout->fresh = false;
		scanout->whole_requests = scanout->resources->render_requests;
		scanout_damage_all(scanout);
		return;
	}
	pixman_region32_init_rect(&damage, (int)rect->x, (int)rect->y, rect->width, rect->height);
	pixman_region32_intersect_rect(
		&damage, &damage, (int)source->x, (int)source->y, source->width, source->height);
	pixman_region32_translate(&damage, -(int)source->x, -(int)source->y);
	pixman_region32_union(&scanout->damage, &scanout->damage, &damage);
	pixman_region32_fini(&damage);
}

static void scanout_note_image(
	struct gpu_scanout *scanout, const struct gpu_resource *resource, struct gpu_image *image)
{
	scanout->image_serial = resource->serial;
	scanout->presented_ns = clock_now_ns();
	if (scanout->image == image)
		return;
	gpu_image_unref(scanout->image_before);
	scanout->image_before = scanout->image;
	scanout->image = gpu_image_ref(image);
}

/* The frame has its pixels. */
static void scanout_show(struct gpu_scanout *scanout, const struct gpu_resource *resource)
{
	/* "shown", and with it the next frame, may come before present returns. */
	pixman_region32_t damage = scanout->frame_damage;
	struct display_frame frame = {
		.image = gpu_resource_image(resource),
		.source = scanout->frame_source,
		.damage = &damage,
	};

	pixman_region32_init(&scanout->frame_damage);
	scanout->reading = NULL;
	if (frame.image) {
		scanout->frames++;
		scanout_note_image(scanout, resource, frame.image);
		scanout->display->impl->present(scanout->display, scanout->index, &frame);
	} else {
		/* The renderer went before its first picture was read. */
		scanout->in_flight = false;
		answer_list(&scanout->presented);
	}
	pixman_region32_fini(&damage);
}

/* Brings the resource's current image up to date. False: that is told later. */
static bool scanout_fetch(struct gpu_scanout *scanout, struct gpu_resource *resource,
	const pixman_region32_t *changed, bool in_place)
{
	if (!resource->blob_bytes)
		return gpu_readback(scanout->resources, resource, changed, in_place);
	gpu_blob_fetch(scanout->resources, resource, changed);
	return true;
}

/* Whether the display reads where the renderer draws. Not where the guest's 3D would be held up for
 * one screen while it draws for another. */
static bool scanout_is_in_place(const struct gpu_scanout *scanout)
{
	const struct gpu_resource *resource = scanout->resource;

	return resource && resource->shared && !resource->redrawn && !scanout->slow &&
	       scanout->resources->rendered_scanouts == 1;
}

bool gpu_scanout_holds_renderer(const struct gpu_scanout *scanout)
{
	if (!scanout_is_in_place(scanout) || scanout->fresh)
		return false;
	return pixman_region32_not_empty((pixman_region32_t *)&scanout->damage) ||
	       scanout->reading || (scanout->image_before && scanout->image_before->held);
}

void gpu_scanout_present(struct gpu_scanout *scanout)
{
	struct gpu_resource *resource = scanout->resource;
	const struct rect *source = &scanout->source;
	pixman_region32_t changed;

	if (scanout->in_flight || !resource)
		return;
	if (!pixman_region32_not_empty(&scanout->damage)) {
		answer_list(&scanout->flushed);
		return;
	}
	wl_list_insert_list(scanout->presented.prev, &scanout->flushed);
	wl_list_init(&scanout->flushed);
	scanout->in_flight = true;
	scanout->frame_source = *source;
	pixman_region32_copy(&scanout->frame_damage, &scanout->damage);
	pixman_region32_init(&changed);
	pixman_region32_copy(&changed, &scanout->damage);
	pixman_region32_translate(&changed, (int)source->x, (int)source->y);
	pixman_region32_clear(&scanout->damage);
	scanout->reading = resource;
	if (scanout_fetch(scanout, resource, &changed, scanout_is_in_place(scanout)))
		scanout_show(scanout, resource);
	pixman_region32_fini(&changed);
}

const char *gpu_scanout_path(const struct gpu_scanout *scanout)
{
	const struct gpu_resource *resource = scanout->resource;

	if (scanout_is_in_place(scanout) || (resource && resource->direct))
		return "zero-copy";
	return resource && resource->generation ? "read-back" : "copy";
}

const char *gpu_scanout_handed_as(const struct gpu_scanout *scanout)
{
	const struct display *display = scanout->display;

	return display->impl->handed_as ? display->impl->handed_as(display, scanout->index) : NULL;
}

/* Said when it changes, which a guest may do at will. */
static void scanout_tell_path(struct gpu_scanout *scanout)
{
	const char *path = gpu_scanout_path(scanout), *handed_as = gpu_scanout_handed_as(scanout);

	if (path == scanout->path && handed_as == scanout->handed_as)
		return;
	scanout->path = path;
	scanout->handed_as = handed_as;
	log_limited(&scanout->paths, "scanout %u: %s%s%s", scanout->index, path,
		handed_as ? ", handed over as " : "", handed_as ? handed_as : "");
}

void gpu_scanout_shown(struct gpu_scanout *scanout)
{
	if (scanout->in_flight && scanout->resource)
		scanout_tell_path(scanout);
	if (scanout->in_flight)
		scanout->slow = clock_now_ns() - scanout->presented_ns >
				GPU_SCANOUT_DEADLINE_MS * NS_PER_MS;
	scanout->in_flight = false;
	answer_list(&scanout->presented);
	if (scanout_holds(scanout))
		deadline_set(scanout);
	gpu_scanout_present(scanout);
}

void gpu_scanout_restore(struct gpu_scanout *scanout)
{
	scanout_drop_frame(scanout);
	if (scanout->resource && !scanout->fresh) {
		scanout_damage_all(scanout);
		gpu_scanout_present(scanout);
	}
	if (scanout->cursor)
		gpu_scanout_cursor_set(
			scanout, scanout->cursor, scanout->cursor_hot_x, scanout->cursor_hot_y);
}

bool gpu_scanout_hold_flush(struct gpu_scanout *scanout, const struct gpu_request *request)
{
	bool first = !scanout_holds(scanout);

	if (!gpu_request_hold(request, &scanout->flushed))
		return false;
	if (first)
		deadline_set(scanout);
	return true;
}

static void scanout_cursor_show(struct gpu_scanout *scanout)
{
	struct display_cursor cursor = {
		.image = scanout->cursor ? gpu_resource_image(scanout->cursor) : NULL,
		.hot_x = scanout->cursor_hot_x,
		.hot_y = scanout->cursor_hot_y,
	};

	scanout->cursor_reading = false;
	scanout->display->impl->cursor_show(scanout->display, scanout->index,
		cursor.image ? &cursor : NULL, scanout->cursor_x, scanout->cursor_y);
}

void gpu_scanout_cursor_set(
	struct gpu_scanout *scanout, struct gpu_resource *resource, uint32_t hot_x, uint32_t hot_y)
{
	pixman_region32_t all;

	scanout->cursor = resource;
	scanout->cursor_hot_x = hot_x;
	scanout->cursor_hot_y = hot_y;
	if (!resource) {
		scanout_cursor_show(scanout);
		return;
	}
	pixman_region32_init_rect(&all, 0, 0, resource->width, resource->height);
	scanout->cursor_reading = !scanout_fetch(scanout, resource, &all, false);
	pixman_region32_fini(&all);
	if (!scanout->cursor_reading)
		scanout_cursor_show(scanout);
}

void gpu_scanout_read_done(struct gpu_scanout *scanout, struct gpu_resource *resource)
{
	if (scanout->reading == resource)
		scanout_show(scanout, resource);
	if (scanout->cursor_reading && scanout->cursor == resource)
		scanout_cursor_show(scanout);
}

void gpu_scanout_forget(struct gpu_scanout *scanout, struct gpu_resource *resource)
{
	if (scanout->cursor == resource)
		gpu_scanout_cursor_set(scanout, NULL, 0, 0);
	if (scanout->resource == resource) {
		gpu_scanout_set(scanout, NULL, NULL);
	} else if (scanout->reading == resource) {
		/* The frame of before never comes; that of now can. */
		scanout_drop_frame(scanout);
		answer_list(&scanout->presented);
		gpu_scanout_present(scanout);
	}
}

void gpu_scanout_cursor_move(struct gpu_scanout *scanout, int32_t x, int32_t y)
{
	scanout->cursor_x = x;
	scanout->cursor_y = y;
	scanout->display->impl->cursor_move(scanout->display, scanout->index, x, y);
}
