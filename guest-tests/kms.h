/* SPDX-License-Identifier: MIT */
/* What the guest programs need of KMS: one connector of the virtio GPU, dumb buffers, atomic
 * mode set and page flip with damage, the cursor. */
#ifndef GUEST_TESTS_KMS_H
#define GUEST_TESTS_KMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

struct kms_rect {
	int32_t x, y, width, height;
};

/** Ids of the properties that a commit sets; 0 where the driver has no such property. */
struct kms_properties {
	uint32_t connector_crtc_id;
	uint32_t crtc_mode_id, crtc_active;
	uint32_t plane_fb_id, plane_crtc_id, plane_damage;
	uint32_t plane_src_x, plane_src_y, plane_src_w, plane_src_h;
	uint32_t plane_crtc_x, plane_crtc_y, plane_crtc_w, plane_crtc_h;
};

struct kms {
	int fd;
	uint32_t connector_id, crtc_id, plane_id;
	char connector_name[32];
	drmModeModeInfo mode;
	struct kms_properties properties;
};

struct kms_buffer {
	uint32_t handle, fb_id, format;
	uint32_t width, height, stride_bytes;
	size_t size_bytes;
	uint32_t *pixels;
};

/** When the kernel said that a flip was done; sequence stays 0 where the driver counts no blanks.
 */
struct kms_flip {
	uint32_t sequence;
	uint64_t time_ns;
};

/** Opens the first virtio GPU. Returns 0 or -errno, having said why on standard error. */
int kms_open(struct kms *kms);

void kms_close(struct kms *kms);

/**
 * Chooses connector `index` (from 0, in the kernel's order), or the first connected one if
 * index < 0, with its preferred mode, and a CRTC and primary plane for it.
 */
int kms_choose_connector(struct kms *kms, int index);

/** "Virtual-1" and the like into name. */
void kms_connector_get_name(const drmModeConnector *connector, char *name, size_t size);

/** Makes a mapped dumb buffer with a framebuffer of that DRM format, 32 bits a pixel. */
int kms_buffer_create(struct kms *kms, uint32_t width, uint32_t height, uint32_t format,
	struct kms_buffer *buffer);

void kms_buffer_destroy(struct kms *kms, struct kms_buffer *buffer);

/** Shows the part of buffer at src_x, src_y in the chosen mode; waits until it is set. */
int kms_set_mode(struct kms *kms, const struct kms_buffer *buffer, uint32_t src_x, uint32_t src_y);

/**
 * Flips to buffer, whose picture differs from the one shown only in the damage (in the buffer's
 * coordinates; all of it if damage_len is 0), and waits for the kernel's event, up to 5 s.
 */
int kms_flip(struct kms *kms, const struct kms_buffer *buffer, const struct kms_rect *damage,
	size_t damage_len, struct kms_flip *flip);

/** Shows what was drawn inside damage into the buffer on screen (DIRTYFB). */
int kms_mark_dirty(struct kms *kms, const struct kms_buffer *buffer, const struct kms_rect *damage);

/** buffer is ARGB8888; NULL hides the cursor. */
int kms_set_cursor(struct kms *kms, const struct kms_buffer *buffer, int hot_x, int hot_y);

int kms_move_cursor(struct kms *kms, int x, int y);

/** The connector's EDID, to be freed by the caller; NULL if it has none. */
uint8_t *kms_read_edid(struct kms *kms, size_t *size);

#endif
