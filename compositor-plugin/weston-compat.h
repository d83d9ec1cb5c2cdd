/* SPDX-License-Identifier: MIT */
/* What depends on the version of libweston. 14 is the one that is built and tested against. */
#pragma once

/* config-parser.h wants it first. */
#include <stdio.h>

#include <libweston/backend-drm.h>
#include <libweston/config-parser.h>
#include <libweston/libweston.h>
#include <libweston/shell-utils.h>
#include <libweston/version.h>
#include <libweston/windowed-output-api.h>
#include <string.h>

#if WESTON_VERSION_MAJOR < 14
#error "Binnacle needs libweston 14 or newer"
#endif

/* Weston's own front end, which loads this module, offers these without a public header. */
struct weston_config *wet_get_config(struct weston_compositor *compositor);
__attribute__((visibility("default"))) int wet_module_init(
	struct weston_compositor *compositor, int *argc, char *argv[]);

/** Guests lie above full-screen windows and a shell's panels, below on-screen keyboards. */
#define COMPAT_LAYER_BASE ((uint32_t)WESTON_LAYER_POSITION_FULLSCREEN + 0x01000000u)

/** The size of an output in physical pixels, as its picture is oriented. */
static inline int32_t compat_output_width_px(const struct weston_output *output)
{
	return output->width * output->current_scale;
}

static inline int32_t compat_output_height_px(const struct weston_output *output)
{
	return output->height * output->current_scale;
}

/** True where the picture's sides are swapped against the panel's. */
static inline bool compat_output_is_turned(const struct weston_output *output)
{
	return output->transform & WL_OUTPUT_TRANSFORM_90;
}

/** True where Weston drives displays through KMS and has no device to draw with: it has no default
 * feedback for dmabufs then. */
static inline bool compat_draws_in_software_on_kms(struct weston_compositor *compositor)
{
	return weston_drm_output_get_api(compositor) && !compositor->default_dmabuf_feedback;
}

/** A back end of this kind, or NULL. libweston has no public list of its back ends. */
static inline struct weston_backend *compat_find_backend(
	struct weston_compositor *compositor, enum weston_compositor_backend type)
{
	struct weston_head *head = NULL;

	if (compositor->primary_backend &&
		weston_get_backend_type(compositor->primary_backend) == type)
		return compositor->primary_backend;
	while ((head = weston_compositor_iterate_heads(compositor, head)))
		if (head->backend && weston_get_backend_type(head->backend) == type)
			return head->backend;
	return NULL;
}
