/* SPDX-License-Identifier: MIT */
/* GLES in a guest: a context on the virtio GPU, off screen, and the few things every picture needs.
 */
#ifndef GUEST_TESTS_GLES_H
#define GUEST_TESTS_GLES_H

#include <EGL/egl.h>
#include <GLES3/gl31.h>
#include <gbm.h>
#include <stdbool.h>
#include <stdint.h>

struct gles {
	struct gbm_device *gbm;
	EGLDisplay display;
	EGLContext context;
	EGLConfig config;
};

/**
 * Opens it on the card and makes the context current, without a surface; a surface of its config
 * has so many samples, or none. fd is borrowed; −1 needs no card and knows no surface. Returns 0 or
 * −1, having said why on standard error.
 */
int gles_open(struct gles *gles, int fd, int samples);
void gles_close(struct gles *gles);

/** Says on standard error what failed, with EGL's error. Returns -1. */
int gles_fail(const char *what);

/** A target to draw to: a texture of that sized format in a framebuffer, bound. */
struct gles_target {
	GLuint texture, framebuffer;
	GLsizei width, height;
};

bool gles_target_create(struct gles_target *target, GLsizei width, GLsizei height, GLenum format);
void gles_target_destroy(struct gles_target *target);

/** A program of two sources, 0 if they do not compile; standard error has the reason. */
GLuint gles_program(const char *vertex, const char *fragment);

/** Draws a rectangle of pixels of the target, from the top left, in one colour of 0xRRGGBBAA. */
void gles_fill(const struct gles_target *target, float x, float y, float width, float height,
	float depth, uint32_t rgba);

/** Draws the texture over all of the target, texel for pixel when they are of one size. */
void gles_blit(const struct gles_target *target, GLuint texture);

/** A texture of that format and data, sampled to the nearest texel. */
GLuint gles_texture(
	GLsizei width, GLsizei height, GLenum sized, GLenum format, GLenum type, const void *data);

#endif
