/* SPDX-License-Identifier: MIT */
/* A screen that GLES draws to: buffers of the GPU, shown by page flips. */
#ifndef GUEST_TESTS_GLES_SCREEN_H
#define GUEST_TESTS_GLES_SCREEN_H

#include "guest-tests/gles.h"
#include "guest-tests/kms.h"

struct gles_screen {
	struct kms *kms; /* borrowed, with a connector chosen */
	struct gles gles;
	struct gbm_surface *gbm_surface;
	EGLSurface surface;
	struct gbm_bo *shown, *before;
};

/**
 * Opens it in the connector's mode and makes its context current; samples is what antialiasing is
 * wanted, 0 for none. Returns 0 or -1, having said why on standard error.
 */
int gles_screen_open(struct gles_screen *screen, struct kms *kms, int samples);
void gles_screen_close(struct gles_screen *screen);

/** Shows what was drawn: sets the mode the first time, then flips and waits for it. 0 or -1. */
int gles_screen_show(struct gles_screen *screen);

/** Draws the pattern of this seed, over all of it, and shows it. 0 or -1. */
int gles_screen_show_pattern(struct gles_screen *screen, uint32_t seed);

#endif
