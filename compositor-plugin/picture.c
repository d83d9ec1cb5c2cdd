/* SPDX-License-Identifier: MIT */
/*
 * Shows a surface in an area. Sub-surfaces, such as a guest's cursor, follow the view: they inherit
 * its transform and its mask.
 */
#include "compositor-plugin/picture.h"

#include <errno.h>
#include <math.h>

int picture_init(struct picture *picture, struct weston_surface *surface)
{
	*picture = (struct picture){.surface = surface};
	wl_list_init(&picture->transform.link);
	picture->view = weston_view_create(surface);
	return picture->view ? 0 : -ENOMEM;
}

void picture_finish(struct picture *picture)
{
	if (!picture->view)
		return;
	picture_hide(picture);
	if (picture->transformed)
		weston_view_remove_transform(picture->view, &picture->transform);
	weston_view_destroy(picture->view);
	*picture = (struct picture){0};
}

static void picture_set_scale(struct picture *picture, double scale_x, double scale_y)
{
	if (picture->transformed)
		weston_view_remove_transform(picture->view, &picture->transform);
	picture->transformed = false;
	/* A view without a transform is what a display controller's plane can show. */
	if (scale_x == 1.0 && scale_y == 1.0)
		return;
	weston_matrix_init(&picture->transform.matrix);
	weston_matrix_scale(&picture->transform.matrix, (float)scale_x, (float)scale_y, 1.0f);
	weston_view_add_transform(
		picture->view, &picture->view->geometry.transformation_list, &picture->transform);
	picture->transformed = true;
}

static void picture_place(
	struct picture *picture, const struct picture_area *area, enum config_scale scale)
{
	double width = picture->surface->width, height = picture->surface->height;
	double scale_x = area->width / width, scale_y = area->height / height;
	double x = area->x, y = area->y;
	int32_t clip_width = picture->surface->width, clip_height = picture->surface->height;

	switch (scale) {
	case CONFIG_SCALE_FIT:
		scale_x = scale_y = fmin(scale_x, scale_y);
		/* Whole pixels, so that an unscaled picture stays sharp. */
		x += floor((area->width - width * scale_x) * area->scale_px / 2) / area->scale_px;
		y += floor((area->height - height * scale_y) * area->scale_px / 2) / area->scale_px;
		break;
	case CONFIG_SCALE_FILL:
		break;
	case CONFIG_SCALE_NONE:
		scale_x = scale_y = 1.0 / area->scale_px;
		clip_width = (int32_t)fmin(width, area->width * area->scale_px);
		clip_height = (int32_t)fmin(height, area->height * area->scale_px);
		break;
	}
	picture_set_scale(picture, scale_x, scale_y);
	weston_view_set_position(
		picture->view, (struct weston_coord_global){.c = weston_coord(x, y)});
	/* A cursor that is clipped by a mask cannot be on a display controller's cursor plane;
	 * where the picture covers a whole output, the output's edges clip it as well. */
	if (area->whole_output && width * scale_x >= area->width &&
		height * scale_y >= area->height)
		weston_view_set_mask_infinite(picture->view);
	else
		weston_view_set_mask(picture->view, 0, 0, clip_width, clip_height);
	weston_view_geometry_dirty(picture->view);
	picture->area = *area;
	picture->scale = scale;
	picture->width = picture->surface->width;
	picture->height = picture->surface->height;
}

static bool area_equals(const struct picture_area *a, const struct picture_area *b)
{
	return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height &&
	       a->scale_px == b->scale_px && a->whole_output == b->whole_output;
}

static bool picture_is_placed(
	const struct picture *picture, const struct picture_area *area, enum config_scale scale)
{
	return picture->scale == scale && picture->width == picture->surface->width &&
	       picture->height == picture->surface->height && area_equals(&picture->area, area);
}

void picture_show(struct picture *picture, struct weston_layer *layer,
	const struct picture_area *area, enum config_scale scale)
{
	if (picture->surface->width <= 0 || picture->surface->height <= 0) {
		picture_hide(picture);
		return;
	}
	/* A view whose geometry is touched is painted anew as a whole: not with every frame. */
	if (picture->view->layer_link.layer == layer && picture_is_placed(picture, area, scale))
		return;
	picture_place(picture, area, scale);
	if (!weston_surface_is_mapped(picture->surface))
		weston_surface_map(picture->surface);
	if (picture->view->layer_link.layer != layer)
		weston_view_move_to_layer(picture->view, &layer->view_list);
	weston_view_update_transform(picture->view);
	weston_compositor_schedule_repaint(picture->surface->compositor);
}

void picture_hide(struct picture *picture)
{
	if (picture->view && weston_view_is_mapped(picture->view)) {
		weston_view_move_to_layer(picture->view, NULL);
		weston_compositor_schedule_repaint(picture->surface->compositor);
	}
}
