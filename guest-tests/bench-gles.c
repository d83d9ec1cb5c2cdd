/* SPDX-License-Identifier: MIT */
/*
 * GLES work of several kinds, off screen, each for --seconds S: `case value unit` a line. On the
 * virtio GPU, or with --surfaceless on whatever Mesa is told to use. For tests/bench/gpu-3d.
 */
#include "guest-tests/gles.h"
#include "guest-tests/kms.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIZE 256
#define TEXTURE_PX 1024
#define DRAWS_PER_FRAME 200
#define MAX_LATENCIES 100000

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A small triangle whose place and colour are a uniform's. */
static const char vertex[] = "#version 300 es\n"
			     "layout(location = 0) in vec2 position;\n"
			     "uniform vec4 place;\n"
			     "void main() { gl_Position = vec4(position * 0.1 + place.xy, 0.0, "
			     "1.0); }\n";
static const char fragment[] = "#version 300 es\n"
			       "precision highp float;\n"
			       "uniform vec4 place;\n"
			       "out vec4 color;\n"
			       "void main() { color = place; }\n";

struct bench {
	struct gles_target target;
	GLuint program, buffer;
	GLint place;
	double seconds;
	uint32_t *pixels; /* TEXTURE_PX square */
	GLuint texture;
	double *latencies_us;
};

static void use_triangle(struct bench *bench)
{
	static const float corners[3][2] = {{0, 0}, {1, 0}, {0, 1}};

	if (!bench->program) {
		bench->program = gles_program(vertex, fragment);
		bench->place = glGetUniformLocation(bench->program, "place");
		glGenBuffers(1, &bench->buffer);
		glBindBuffer(GL_ARRAY_BUFFER, bench->buffer);
		glBufferData(GL_ARRAY_BUFFER, sizeof(corners), corners, GL_STATIC_DRAW);
	}
	glUseProgram(bench->program);
	glBindBuffer(GL_ARRAY_BUFFER, bench->buffer);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
}

static void draw_triangle(const struct bench *bench, uint32_t i)
{
	glUniform4f(bench->place, (float)(i % 19) / 10 - 1, (float)(i % 17) / 10 - 1, 0.5f, 1);
	glDrawArrays(GL_TRIANGLES, 0, 3);
}

/* Many draws that the renderer must execute, few messages. */
static void bench_draws(struct bench *bench)
{
	double start = now_s(), end = start + bench->seconds, now = start;
	unsigned long draws = 0;

	use_triangle(bench);
	for (; now < end; now = now_s()) {
		for (uint32_t i = 0; i < DRAWS_PER_FRAME; i++)
			draw_triangle(bench, i);
		glFinish();
		draws += DRAWS_PER_FRAME;
	}
	printf("draws %.1f draws/s\n", (double)draws / (now - start));
}

/* A message for every draw. */
static void bench_submits(struct bench *bench)
{
	double start = now_s(), end = start + bench->seconds, now = start;
	unsigned long submits = 0;

	use_triangle(bench);
	for (; now < end; now = now_s()) {
		for (uint32_t i = 0; i < DRAWS_PER_FRAME; i++) {
			draw_triangle(bench, i);
			glFlush();
		}
		glFinish();
		submits += DRAWS_PER_FRAME;
	}
	printf("submits %.1f submits/s\n", (double)submits / (now - start));
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* From the command to its fence, one at a time. */
static void bench_fences(struct bench *bench)
{
	double end = now_s() + bench->seconds;
	size_t count = 0;

	use_triangle(bench);
	while (count < MAX_LATENCIES && now_s() < end) {
		double start = now_s();
		GLsync fence;

		draw_triangle(bench, (uint32_t)count);
		fence = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
		glClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, UINT64_C(1000000000));
		glDeleteSync(fence);
		bench->latencies_us[count++] = (now_s() - start) * 1e6;
	}
	qsort(bench->latencies_us, count, sizeof(double), compare);
	printf("fence-p50 %.1f us\n", bench->latencies_us[count / 2]);
	printf("fence-p99 %.1f us\n", bench->latencies_us[count * 99 / 100]);
}

static void bench_upload(struct bench *bench)
{
	double start = now_s(), end = start + bench->seconds, now = start, bytes = 0;

	for (; now < end; now = now_s()) {
		glBindTexture(GL_TEXTURE_2D, bench->texture);
		glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, TEXTURE_PX, TEXTURE_PX, GL_RGBA,
			GL_UNSIGNED_BYTE, bench->pixels);
		gles_blit(&bench->target, bench->texture);
		glFinish();
		bytes += 4.0 * TEXTURE_PX * TEXTURE_PX;
	}
	printf("upload %.1f MB/s\n", bytes / (now - start) / 1e6);
}

static void bench_readback(struct bench *bench)
{
	struct gles_target large;
	double start, end, now, bytes = 0;

	gles_target_create(&large, TEXTURE_PX, TEXTURE_PX, GL_RGBA8);
	start = now = now_s();
	end = start + bench->seconds;
	for (; now < end; now = now_s()) {
		glReadPixels(
			0, 0, TEXTURE_PX, TEXTURE_PX, GL_RGBA, GL_UNSIGNED_BYTE, bench->pixels);
		bytes += 4.0 * TEXTURE_PX * TEXTURE_PX;
	}
	gles_target_destroy(&large);
	glBindFramebuffer(GL_FRAMEBUFFER, bench->target.framebuffer);
	printf("readback %.1f MB/s\n", bytes / (now - start) / 1e6);
}

static int run(double seconds)
{
	struct bench bench = {
		.seconds = seconds,
		.pixels = calloc((size_t)TEXTURE_PX * TEXTURE_PX, 4),
		.latencies_us = calloc(MAX_LATENCIES, sizeof(double)),
	};

	printf("renderer: %s\n", (const char *)glGetString(GL_RENDERER));
	if (!bench.pixels || !bench.latencies_us ||
		!gles_target_create(&bench.target, SIZE, SIZE, GL_RGBA8))
		return 1;
	bench.texture = gles_texture(
		TEXTURE_PX, TEXTURE_PX, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, bench.pixels);
	bench_draws(&bench);
	bench_submits(&bench);
	bench_fences(&bench);
	bench_upload(&bench);
	bench_readback(&bench);
	free(bench.pixels);
	free(bench.latencies_us);
	return glGetError() == GL_NO_ERROR ? 0 : 1;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{"seconds", required_argument, NULL, 's'},
		{"surfaceless", no_argument, NULL, 'x'},
		{0},
	};
	bool surfaceless = false;
	double seconds = 2;
	struct kms kms = {.fd = -1};
	struct gles gles;
	int option, rc;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 's')
			seconds = strtod(optarg, NULL);
		else if (option == 'x')
			surfaceless = true;
		else
			return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!surfaceless && kms_open(&kms))
		return 1;
	rc = gles_open(&gles, kms.fd, 0) ? 1 : run(seconds);
	gles_close(&gles);
	if (!surfaceless)
		kms_close(&kms);
	return rc;
}
