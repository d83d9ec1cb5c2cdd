/* SPDX-License-Identifier: MIT */
/* Shows the pattern of pattern.h as GLES draws it: --count pictures by page flip, with the seeds
 * --seed N, N+1, …, of which the last stays. --connector N, --hold SECONDS */
#include "guest-tests/gles.h"
#include "guest-tests/pattern.h"
#include "guest-tests/test-args.h"

#include <stdio.h>
#include <stdlib.h>

struct screen {
	struct kms *kms;
	struct gles gles;
	struct gbm_surface *gbm_surface;
	EGLSurface surface;
	struct gbm_bo *shown, *before;
};

static int screen_open(struct screen *screen)
{
	const drmModeModeInfo *mode = &screen->kms->mode;

	if (gles_open(&screen->gles, screen->kms->fd))
		return -1;
	screen->gbm_surface = gbm_surface_create(screen->gles.gbm, mode->hdisplay, mode->vdisplay,
		GBM_FORMAT_XRGB8888, GBM_BO_USE_SCANOUT | GBM_BO_USE_RENDERING);
	if (!screen->gbm_surface)
		return -1;
	screen->surface = eglCreatePlatformWindowSurface(
		screen->gles.display, screen->gles.config, screen->gbm_surface, NULL);
	if (!eglMakeCurrent(
		    screen->gles.display, screen->surface, screen->surface, screen->gles.context))
		return -1;
	return 0;
}

/* The framebuffer of a buffer is made once and lasts as long as the card is open. */
static int bo_framebuffer(struct screen *screen, struct gbm_bo *bo, struct kms_buffer *buffer)
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
		    handles, strides, offsets, &buffer->fb_id, 0))
		return -1;
	gbm_bo_set_user_data(bo, (void *)(uintptr_t)buffer->fb_id, NULL);
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

static int show(struct screen *screen, uint32_t seed, bool first)
{
	struct gles_target target = {
		.width = screen->kms->mode.hdisplay, .height = screen->kms->mode.vdisplay};
	GLuint texture = pattern_texture((uint32_t)target.width, (uint32_t)target.height, seed);
	struct kms_buffer buffer;
	struct gbm_bo *bo;

	glViewport(0, 0, target.width, target.height);
	gles_blit(&target, texture);
	glDeleteTextures(1, &texture);
	if (!eglSwapBuffers(screen->gles.display, screen->surface))
		return -1;
	bo = gbm_surface_lock_front_buffer(screen->gbm_surface);
	if (!bo || bo_framebuffer(screen, bo, &buffer))
		return -1;
	if (first ? kms_set_mode(screen->kms, &buffer, 0, 0)
		  : kms_flip(screen->kms, &buffer, NULL, 0, NULL))
		return -1;
	if (screen->before)
		gbm_surface_release_buffer(screen->gbm_surface, screen->before);
	screen->before = screen->shown;
	screen->shown = bo;
	return 0;
}

int main(int argc, char **argv)
{
	struct test_args args;
	struct kms kms;
	struct screen screen = {.kms = &kms};
	char what[96];
	int rc;

	test_args_read(argc, argv, "Chsn", &args);
	if (kms_open(&kms))
		return 1;
	rc = kms_choose_connector(&kms, args.connector_index) || screen_open(&screen);
	for (int i = 0; !rc && i < (args.count ? args.count : 1); i++)
		rc = show(&screen, args.seed + (uint32_t)i, i == 0);
	if (!rc) {
		printf("renderer: %s\n", (const char *)glGetString(GL_RENDERER));
		snprintf(what, sizeof(what), "%ux%u on %s", kms.mode.hdisplay, kms.mode.vdisplay,
			kms.connector_name);
		test_args_hold(&args, what);
	}
	kms_close(&kms);
	return rc ? 1 : 0;
}
