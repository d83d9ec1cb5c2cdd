/* SPDX-License-Identifier: MIT */
/* A screen that GLES draws to: buffers of the GPU, shown by page flips. */
#include "guest-tests/gles-screen.h"

#include "guest-tests/pattern.h"

#include <stdio.h>
#include <stdlib.h>

int gles_screen_open(struct gles_screen *screen, struct kms *kms, int samples)
{
	const drmModeModeInfo *mode = &kms->mode;

	*screen = (struct gles_screen){.kms = kms};
	if (gles_open(&screen->gles, kms->fd, samples))
		return -1;
	screen->gbm_surface = gbm_surface_create(screen->gles.gbm, mode->hdisplay, mode->vdisplay,
		GBM_FORMAT_XRGB8888, GBM_BO_USE_SCANOUT | GBM_BO_USE_RENDERING);
	if (!screen->gbm_surface)
		return gles_fail("gbm_surface_create");
	screen->surface = eglCreatePlatformWindowSurface(
		screen->gles.display, screen->gles.config, screen->gbm_surface, NULL);
	if (!screen->surface || !eglMakeCurrent(screen->gles.display, screen->surface,
					screen->surface, screen->gles.context))
		return gles_fail("eglCreatePlatformWindowSurface");
	return 0;
}

void gles_screen_close(struct gles_screen *screen)
{
	if (screen->surface)
		eglDestroySurface(screen->gles.display, screen->surface);
	if (screen->gbm_surface)
		gbm_surface_destroy(screen->gbm_surface);
	gles_close(&screen->gles);
}

/* The framebuffer of a buffer is made once and lasts as long as the card is open. */
static int find_framebuffer(
	const struct gles_screen *screen, struct gbm_bo *bo, struct kms_buffer *buffer)
{
	uint32_t handles[4] = {gbm_bo_get_handle(bo).u32}, strides[4] = {gbm_bo_get_stride(bo)};
	uint32_t offsets[4] = {0};

	*buffer = (struct kms_buffer){
		.handle = handles[0],
		.width = gbm_bo_get_width(bo),
		.height = gbm_bo_get_height(bo),
		.stride_bytes = strides[0],
		.fb_id = (uint32_t)(uintptr_t)gbm_bo_get_user_data(bo),
	};
	if (buffer->fb_id)
		return 0;
	if (drmModeAddFB2(screen->kms->fd, buffer->width, buffer->height, GBM_FORMAT_XRGB8888,
		    handles, strides, offsets, &buffer->fb_id, 0)) {
		perror("drmModeAddFB2");
		return -1;
	}
	gbm_bo_set_user_data(bo, (void *)(uintptr_t)buffer->fb_id, NULL);
	return 0;
}

int gles_screen_show(struct gles_screen *screen)
{
	struct kms_buffer buffer;
	struct gbm_bo *bo;

	if (!eglSwapBuffers(screen->gles.display, screen->surface))
		return gles_fail("eglSwapBuffers");
	bo = gbm_surface_lock_front_buffer(screen->gbm_surface);
	if (!bo)
		return gles_fail("gbm_surface_lock_front_buffer");
	if (find_framebuffer(screen, bo, &buffer))
		return -1;
	if (screen->shown ? kms_flip(screen->kms, &buffer, NULL, 0, NULL)
			  : kms_set_mode(screen->kms, &buffer, 0, 0))
		return -1;
	if (screen->before)
		gbm_surface_release_buffer(screen->gbm_surface, screen->before);
	screen->before = screen->shown;
	screen->shown = bo;
	return 0;
}

/* GL's first row is the last on a screen. */
static GLuint pattern_texture(uint32_t width, uint32_t height, uint32_t seed)
{
	uint32_t *data = malloc((size_t)width * height * 4);
	GLuint texture;

	for (uint32_t y = 0; data && y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			data[(size_t)(height - 1 - y) * width + x] =
				__builtin_bswap32(pattern_pixel(x, y, seed) << 8 | 0xff);
	texture = gles_texture(
		(GLsizei)width, (GLsizei)height, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, data);
	free(data);
	return texture;
}

int gles_screen_show_pattern(struct gles_screen *screen, uint32_t seed)
{
	struct gles_target target = {
		.width = screen->kms->mode.hdisplay, .height = screen->kms->mode.vdisplay};
	GLuint texture = pattern_texture((uint32_t)target.width, (uint32_t)target.height, seed);

	glViewport(0, 0, target.width, target.height);
	gles_blit(&target, texture);
	glDeleteTextures(1, &texture);
	return gles_screen_show(screen);
}
