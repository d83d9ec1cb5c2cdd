/* SPDX-License-Identifier: MIT */
/* GLES in a guest: a context on the virtio GPU, off screen, and the few things every picture needs.
 */
#include "guest-tests/gles.h"

#include <EGL/eglext.h>
#include <stdio.h>
#include <string.h>

int gles_fail(const char *what)
{
	fprintf(stderr, "%s: EGL error %#x\n", what, eglGetError());
	return -1;
}

/* Of those that KMS can show. */
static EGLConfig find_config(EGLDisplay display, int samples)
{
	const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_WINDOW_BIT, EGL_RENDERABLE_TYPE,
		EGL_OPENGL_ES3_BIT, EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8,
		EGL_SAMPLES, samples, EGL_NONE};
	EGLConfig configs[64], found = NULL;
	EGLint count = 0;

	if (!eglChooseConfig(display, wanted, configs, 64, &count))
		return NULL;
	for (EGLint i = 0; i < count && !found; i++) {
		EGLint visual = 0;

		if (eglGetConfigAttrib(display, configs[i], EGL_NATIVE_VISUAL_ID, &visual) &&
			visual == (EGLint)GBM_FORMAT_XRGB8888)
			found = configs[i];
	}
	return found;
}

int gles_open(struct gles *gles, int fd, int samples)
{
	static const EGLint context[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_NONE};

	*gles = (struct gles){0};
	if (fd >= 0) {
		gles->gbm = gbm_create_device(fd);
		if (!gles->gbm)
			return gles_fail("gbm_create_device");
		gles->display = eglGetPlatformDisplay(EGL_PLATFORM_GBM_KHR, gles->gbm, NULL);
	} else {
		gles->display = eglGetPlatformDisplay(
			EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	}
	if (!gles->display || !eglInitialize(gles->display, NULL, NULL))
		return gles_fail("eglInitialize");
	if (!eglBindAPI(EGL_OPENGL_ES_API))
		return gles_fail("eglBindAPI");
	if (fd >= 0)
		gles->config = find_config(gles->display, samples);
	if (fd >= 0 && !gles->config && samples)
		gles->config = find_config(gles->display, 0);
	if (fd >= 0 && !gles->config)
		return gles_fail("no config for XRGB8888");
	gles->context = eglCreateContext(gles->display, gles->config, EGL_NO_CONTEXT, context);
	if (!gles->context ||
		!eglMakeCurrent(gles->display, EGL_NO_SURFACE, EGL_NO_SURFACE, gles->context))
		return gles_fail("eglCreateContext");
	return 0;
}

void gles_close(struct gles *gles)
{
	if (gles->context)
		eglDestroyContext(gles->display, gles->context);
	if (gles->display)
		eglTerminate(gles->display);
	if (gles->gbm)
		gbm_device_destroy(gles->gbm);
}

bool gles_target_create(struct gles_target *target, GLsizei width, GLsizei height, GLenum format)
{
	*target = (struct gles_target){.width = width, .height = height};
	glGenTextures(1, &target->texture);
	glBindTexture(GL_TEXTURE_2D, target->texture);
	glTexStorage2D(GL_TEXTURE_2D, 1, format, width, height);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glGenFramebuffers(1, &target->framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, target->framebuffer);
	glFramebufferTexture2D(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, target->texture, 0);
	glViewport(0, 0, width, height);
	return glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
}

void gles_target_destroy(struct gles_target *target)
{
	glBindFramebuffer(GL_FRAMEBUFFER, 0);
	glDeleteFramebuffers(1, &target->framebuffer);
	glDeleteTextures(1, &target->texture);
}

static GLuint compile(GLenum kind, const char *source)
{
	GLuint shader = glCreateShader(kind);
	char log[512] = "";
	GLint good = 0;

	glShaderSource(shader, 1, &source, NULL);
	glCompileShader(shader);
	glGetShaderiv(shader, GL_COMPILE_STATUS, &good);
	if (good)
		return shader;
	glGetShaderInfoLog(shader, sizeof(log), NULL, log);
	fprintf(stderr, "%s", log);
	return 0;
}

GLuint gles_program(const char *vertex, const char *fragment)
{
	GLuint program = glCreateProgram();
	GLint good = 0;

	glAttachShader(program, compile(GL_VERTEX_SHADER, vertex));
	glAttachShader(program, compile(GL_FRAGMENT_SHADER, fragment));
	glLinkProgram(program);
	glGetProgramiv(program, GL_LINK_STATUS, &good);
	return good ? program : 0;
}

/* Positions are in the framebuffer's own pixels, whose first row is the first that is read. */
static const char fill_vertex[] = "#version 300 es\n"
				  "layout(location = 0) in vec3 position;\n"
				  "uniform vec2 size;\n"
				  "void main() {\n"
				  "	gl_Position = vec4(position.xy / size * 2.0 - 1.0, "
				  "position.z * 2.0 - 1.0, 1.0);\n"
				  "}\n";

static const char fill_fragment[] = "#version 300 es\n"
				    "precision highp float;\n"
				    "uniform vec4 color;\n"
				    "out vec4 result;\n"
				    "void main() { result = color; }\n";

static const char blit_fragment[] =
	"#version 300 es\n"
	"precision highp float;\n"
	"uniform highp sampler2D image;\n"
	"uniform vec2 size;\n"
	"out vec4 result;\n"
	"void main() { result = texture(image, gl_FragCoord.xy / size); "
	"}\n";

static void draw_rectangle(const struct gles_target *target, GLuint program, float x, float y,
	float width, float height, float depth)
{
	const float corners[4][3] = {{x, y, depth}, {x + width, y, depth}, {x, y + height, depth},
		{x + width, y + height, depth}};
	GLuint buffer;

	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(corners), corners, GL_STREAM_DRAW);
	glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
	glUniform2f(
		glGetUniformLocation(program, "size"), (float)target->width, (float)target->height);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glDeleteBuffers(1, &buffer);
}

void gles_fill(const struct gles_target *target, float x, float y, float width, float height,
	float depth, uint32_t rgba)
{
	static GLuint program;

	if (!program)
		program = gles_program(fill_vertex, fill_fragment);
	glUseProgram(program);
	glUniform4f(glGetUniformLocation(program, "color"), (float)(rgba >> 24) / 255.0f,
		(float)(rgba >> 16 & 0xff) / 255.0f, (float)(rgba >> 8 & 0xff) / 255.0f,
		(float)(rgba & 0xff) / 255.0f);
	draw_rectangle(target, program, x, y, width, height, depth);
}

void gles_blit(const struct gles_target *target, GLuint texture)
{
	static GLuint program;

	if (!program)
		program = gles_program(fill_vertex, blit_fragment);
	glUseProgram(program);
	glActiveTexture(GL_TEXTURE0);
	glBindTexture(GL_TEXTURE_2D, texture);
	glUniform1i(glGetUniformLocation(program, "image"), 0);
	draw_rectangle(target, program, 0, 0, (float)target->width, (float)target->height, 0);
}

GLuint gles_texture(
	GLsizei width, GLsizei height, GLenum sized, GLenum format, GLenum type, const void *data)
{
	GLuint texture;

	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	glTexImage2D(GL_TEXTURE_2D, 0, (GLint)sized, width, height, 0, format, type, data);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
	return texture;
}
