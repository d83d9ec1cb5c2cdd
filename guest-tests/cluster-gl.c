/* SPDX-License-Identifier: MIT */
/*
 * The instrument cluster drawn by the guest's GPU. Dials, text and lamps are a texture, of which
 * only what changed is uploaded; the road's marks, the arcs and the needles are shapes, drawn anew
 * and antialiased in every frame.
 */
#include "guest-tests/cluster-gl.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-tests/gles-screen.h"

#define SAMPLES 4

/* A corner as the GPU reads it. */
struct vertex {
	float x, y;
	float rgba[4];
};

struct cluster_gl {
	struct gles_screen screen;
	struct scene *scene;
	cairo_surface_t *still; /* dials, text, lamps */
	struct scene_look look; /* what it shows */
	GLuint texture, buffer;
	GLuint still_program, movers_program;
	struct scene_mover movers[SCENE_MOVERS_MAX];
	struct vertex vertices[SCENE_MOVERS_MAX * 6];
};

/* Pixels with y down, as cairo has them, and GL's y up. */
static const char still_vertex[] = "#version 300 es\n"
				   "out vec2 at;\n"
				   "void main() {\n"
				   "	at = vec2(gl_VertexID & 1, gl_VertexID >> 1);\n"
				   "	gl_Position = vec4(at.x * 2.0 - 1.0, 1.0 - at.y * 2.0, "
				   "0.0, 1.0);\n"
				   "}\n";

/* cairo's words are, in memory, blue first. */
static const char still_fragment[] = "#version 300 es\n"
				     "precision highp float;\n"
				     "uniform sampler2D image;\n"
				     "in vec2 at;\n"
				     "out vec4 color;\n"
				     "void main() { color = vec4(texture(image, at).bgr, 1.0); }\n";

static const char movers_vertex[] = "#version 300 es\n"
				    "layout(location = 0) in vec2 position;\n"
				    "layout(location = 1) in vec4 rgba;\n"
				    "uniform vec2 size;\n"
				    "out vec4 tint;\n"
				    "void main() {\n"
				    "	tint = rgba;\n"
				    "	gl_Position = vec4(position.x / size.x * 2.0 - 1.0, "
				    "1.0 - position.y / size.y * 2.0, 0.0, 1.0);\n"
				    "}\n";

static const char movers_fragment[] = "#version 300 es\n"
				      "precision highp float;\n"
				      "in vec4 tint;\n"
				      "out vec4 color;\n"
				      "void main() { color = tint; }\n";

static void upload(struct cluster_gl *gl, const struct kms_rect *rect)
{
	int words = cairo_image_surface_get_stride(gl->still) / 4;
	const uint32_t *pixels = (const uint32_t *)(void *)cairo_image_surface_get_data(gl->still);

	glBindTexture(GL_TEXTURE_2D, gl->texture);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, words);
	glTexSubImage2D(GL_TEXTURE_2D, 0, rect->x, rect->y, rect->width, rect->height, GL_RGBA,
		GL_UNSIGNED_BYTE, pixels + rect->y * words + rect->x);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
}

static void update_still(struct cluster_gl *gl, const struct scene_look *look)
{
	struct kms_rect rects[SCENE_PARTS];
	size_t count = scene_find_changes(gl->scene, &gl->look, look, rects);

	scene_draw_changes(gl->scene, gl->still, &gl->look, look);
	for (size_t i = 0; i < count; i++)
		upload(gl, &rects[i]);
	gl->look = *look;
}

static bool draw_everything_once(struct cluster_gl *gl)
{
	const drmModeModeInfo *mode = &gl->screen.kms->mode;
	const struct kms_rect all = {.width = mode->hdisplay, .height = mode->vdisplay};

	gl->still = cairo_image_surface_create(CAIRO_FORMAT_RGB24, mode->hdisplay, mode->vdisplay);
	gl->texture = gles_texture(
		mode->hdisplay, mode->vdisplay, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	gl->still_program = gles_program(still_vertex, still_fragment);
	gl->movers_program = gles_program(movers_vertex, movers_fragment);
	glGenBuffers(1, &gl->buffer);
	scene_draw_all(gl->scene, gl->still, &gl->look);
	upload(gl, &all);
	return cairo_surface_status(gl->still) == CAIRO_STATUS_SUCCESS && gl->still_program &&
	       gl->movers_program;
}

struct cluster_gl *cluster_gl_create(struct kms *kms, struct scene *scene)
{
	struct cluster_gl *gl = calloc(1, sizeof(*gl));

	if (!gl)
		return NULL;
	gl->scene = scene;
	/* Without 3D in the GPU Mesa would draw with the processor, and slower than cairo. */
	if (gles_screen_open(&gl->screen, kms, SAMPLES) ||
		!strstr(cluster_gl_renderer(gl), "virgl")) {
		cluster_gl_destroy(gl);
		return NULL;
	}
	scene_leave_movers(scene);
	if (!draw_everything_once(gl)) {
		cluster_gl_destroy(gl);
		return NULL;
	}
	return gl;
}

void cluster_gl_destroy(struct cluster_gl *gl)
{
	if (!gl)
		return;
	if (gl->still)
		cairo_surface_destroy(gl->still);
	gles_screen_close(&gl->screen);
	free(gl);
}

const char *cluster_gl_renderer(const struct cluster_gl *gl)
{
	return (const char *)glGetString(GL_RENDERER);
}

static void draw_movers(struct cluster_gl *gl, const struct scene_look *look)
{
	static const int corners[6] = {0, 1, 2, 2, 1, 3};
	const drmModeModeInfo *mode = &gl->screen.kms->mode;
	size_t count = scene_movers_read(gl->scene, look, gl->movers);

	for (size_t i = 0; i < count * 6; i++) {
		const struct scene_mover *mover = &gl->movers[i / 6];
		int corner = corners[i % 6];

		gl->vertices[i] = (struct vertex){.x = mover->x[corner], .y = mover->y[corner]};
		memcpy(gl->vertices[i].rgba, mover->rgba[corner], sizeof(gl->vertices[i].rgba));
	}
	glUseProgram(gl->movers_program);
	glUniform2f(
		glGetUniformLocation(gl->movers_program, "size"), mode->hdisplay, mode->vdisplay);
	glBindBuffer(GL_ARRAY_BUFFER, gl->buffer);
	glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(count * 6 * sizeof(struct vertex)), gl->vertices,
		GL_STREAM_DRAW);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, sizeof(struct vertex), NULL);
	glVertexAttribPointer(1, 4, GL_FLOAT, GL_FALSE, sizeof(struct vertex),
		(const void *)offsetof(struct vertex, rgba));
	glEnableVertexAttribArray(0);
	glEnableVertexAttribArray(1);
	glEnable(GL_BLEND);
	glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
	glDrawArrays(GL_TRIANGLES, 0, (GLsizei)(count * 6));
	glDisable(GL_BLEND);
	glDisableVertexAttribArray(0);
	glDisableVertexAttribArray(1);
}

int cluster_gl_show(struct cluster_gl *gl, const struct scene_look *look)
{
	const drmModeModeInfo *mode = &gl->screen.kms->mode;

	update_still(gl, look);
	glViewport(0, 0, mode->hdisplay, mode->vdisplay);
	glUseProgram(gl->still_program);
	glBindTexture(GL_TEXTURE_2D, gl->texture);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	draw_movers(gl, look);
	return gles_screen_show(&gl->screen);
}
