/* SPDX-License-Identifier: MIT */
/* Shows the pattern of pattern.h as GLES draws it: --count pictures by page flip, with the seeds
 * --seed N, N+1, …, of which the last stays. --connector N, --hold SECONDS */
#include "guest-tests/gles-screen.h"
#include "guest-tests/pattern.h"
#include "guest-tests/test-args.h"

#include <stdio.h>
#include <stdlib.h>

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

static int show(struct gles_screen *screen, uint32_t seed)
{
	struct gles_target target = {
		.width = screen->kms->mode.hdisplay, .height = screen->kms->mode.vdisplay};
	GLuint texture = pattern_texture((uint32_t)target.width, (uint32_t)target.height, seed);

	glViewport(0, 0, target.width, target.height);
	gles_blit(&target, texture);
	glDeleteTextures(1, &texture);
	return gles_screen_show(screen);
}

int main(int argc, char **argv)
{
	struct gles_screen screen = {0};
	struct test_args args;
	struct kms kms;
	char what[96];
	int rc;

	test_args_read(argc, argv, "Chsn", &args);
	if (kms_open(&kms))
		return 1;
	rc = kms_choose_connector(&kms, args.connector_index) || gles_screen_open(&screen, &kms, 0);
	for (int i = 0; !rc && i < args.count; i++)
		rc = show(&screen, args.seed + (uint32_t)i);
	if (!rc) {
		printf("renderer: %s\n", (const char *)glGetString(GL_RENDERER));
		snprintf(what, sizeof(what), "%ux%u on %s", kms.mode.hdisplay, kms.mode.vdisplay,
			kms.connector_name);
		test_args_hold(&args, what);
	}
	gles_screen_close(&screen);
	kms_close(&kms);
	return rc ? 1 : 0;
}
