/* SPDX-License-Identifier: MIT */
/*
 * Pictures drawn by GLES whose every pixel is known, read back and compared in the guest. Each case
 * prints `PASS name` or `FAIL name` with the first wrong pixel. A word on the command line runs
 * only the case of that name. Ends with 1 if a case failed, or if the GPU is not virgl.
 */
#include "guest-tests/gles.h"
#include "guest-tests/kms.h"
#include "guest-tests/pattern.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 64 /* of most targets, in pixels */

/* What a pixel is to be, 0xRRGGBBAA. */
typedef uint32_t (*expect_fn)(uint32_t x, uint32_t y);

static uint32_t byte_of(double value)
{
	return (uint32_t)lround(fmin(fmax(value, 0), 1) * 255);
}

static uint32_t rgba(uint32_t red, uint32_t green, uint32_t blue, uint32_t alpha)
{
	return red << 24 | green << 16 | blue << 8 | alpha;
}

static bool is_near(uint32_t got, uint32_t wanted, int tolerance)
{
	for (int shift = 0; shift < 32; shift += 8) {
		if (abs((int)(got >> shift & 0xff) - (int)(wanted >> shift & 0xff)) > tolerance)
			return false;
	}
	return true;
}

/* Compares what the bound framebuffer holds. */
static bool compare_near(uint32_t width, uint32_t height, int tolerance, expect_fn expect)
{
	uint8_t *pixels = calloc((size_t)width * height, 4);
	bool same = pixels;

	glPixelStorei(GL_PACK_ALIGNMENT, 1);
	glReadPixels(0, 0, (GLsizei)width, (GLsizei)height, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	for (uint32_t y = 0; same && y < height; y++) {
		for (uint32_t x = 0; same && x < width; x++) {
			const uint8_t *p = pixels + ((size_t)y * width + x) * 4;
			uint32_t got = rgba(p[0], p[1], p[2], p[3]), wanted = expect(x, y);

			same = is_near(got, wanted, tolerance);
			if (!same)
				printf("  at %u,%u: %08x, not %08x\n", x, y, got, wanted);
		}
	}
	free(pixels);
	return same;
}

static bool compare(expect_fn expect)
{
	return compare_near(SIZE, SIZE, 0, expect);
}

static void clear(uint32_t color)
{
	glClearColor((float)(color >> 24) / 255, (float)(color >> 16 & 0xff) / 255,
		(float)(color >> 8 & 0xff) / 255, (float)(color & 0xff) / 255);
	glClear(GL_COLOR_BUFFER_BIT);
}

/* --- Clearing, scissor, triangles --- */

static uint32_t expect_clear(uint32_t x, uint32_t y)
{
	return 0x336699cc;
}

static bool clear_is_exact(const struct gles_target *target)
{
	clear(0x336699cc);
	return compare(expect_clear);
}

static uint32_t expect_scissor(uint32_t x, uint32_t y)
{
	return x >= 5 && x < 5 + 23 && y >= 40 && y < 40 + 7 ? 0xff0000ff : 0x0000ffff;
}

static bool scissor_keeps_the_rest(const struct gles_target *target)
{
	clear(0x0000ffff);
	glEnable(GL_SCISSOR_TEST);
	glScissor(5, 40, 23, 7);
	clear(0xff0000ff);
	glDisable(GL_SCISSOR_TEST);
	return compare(expect_scissor);
}

/* The long side runs a quarter of a pixel beside the centres, so that no centre is on it. */
static uint32_t expect_triangle(uint32_t x, uint32_t y)
{
	return x + y + 1 < 50.25 && y < 40 ? 0x00ff00ff : 0x000000ff;
}

static bool triangle_covers_its_pixels(const struct gles_target *target)
{
	static const char vertex[] = "#version 300 es\n"
				     "layout(location = 0) in vec2 position;\n"
				     "void main() { gl_Position = vec4(position / 32.0 - 1.0, 0.0, "
				     "1.0); }\n";
	static const char fragment[] = "#version 300 es\nprecision highp float;\n"
				       "out vec4 result;\n"
				       "void main() { result = vec4(0.0, 1.0, 0.0, 1.0); }\n";
	static const float corners[][2] = {{0, 0}, {50.25f, 0}, {0, 50.25f}};
	GLuint program = gles_program(vertex, fragment), buffer;

	clear(0x000000ff);
	glUseProgram(program);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(corners), corners, GL_STATIC_DRAW);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
	glEnable(GL_SCISSOR_TEST);
	glScissor(0, 0, SIZE, 40);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glDisable(GL_SCISSOR_TEST);
	glDeleteBuffers(1, &buffer);
	glDeleteProgram(program);
	return compare(expect_triangle);
}

/* --- Depth, stencil, blending --- */

static uint32_t expect_depth(uint32_t x, uint32_t y)
{
	bool near = x >= 16 && x < 48, far = y >= 16 && y < 48;

	return near ? 0xff0000ff : far ? 0x0000ffff : 0x000000ff;
}

static GLuint attach_renderbuffer(GLenum format, GLenum attachment)
{
	GLuint buffer;

	glGenRenderbuffers(1, &buffer);
	glBindRenderbuffer(GL_RENDERBUFFER, buffer);
	glRenderbufferStorage(GL_RENDERBUFFER, format, SIZE, SIZE);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, attachment, GL_RENDERBUFFER, buffer);
	return buffer;
}

/* The far one comes later and must not be seen through the near one. */
static bool near_hides_far(const struct gles_target *target)
{
	GLuint buffer = attach_renderbuffer(GL_DEPTH_COMPONENT24, GL_DEPTH_ATTACHMENT);

	clear(0x000000ff);
	glClearDepthf(1);
	glClear(GL_DEPTH_BUFFER_BIT);
	glEnable(GL_DEPTH_TEST);
	gles_fill(target, 16, 0, 32, SIZE, 0.25f, 0xff0000ff);
	gles_fill(target, 0, 16, SIZE, 32, 0.75f, 0x0000ffff);
	glDisable(GL_DEPTH_TEST);
	glDeleteRenderbuffers(1, &buffer);
	return compare(expect_depth);
}

static uint32_t expect_stencil(uint32_t x, uint32_t y)
{
	return x >= 8 && x < 24 && y >= 8 && y < 24 ? 0x00ff00ff : 0xff00ffff;
}

static bool stencil_masks(const struct gles_target *target)
{
	GLuint buffer = attach_renderbuffer(GL_DEPTH24_STENCIL8, GL_DEPTH_STENCIL_ATTACHMENT);

	clear(0xff00ffff);
	glClearStencil(0);
	glClear(GL_STENCIL_BUFFER_BIT);
	glEnable(GL_STENCIL_TEST);
	glColorMask(GL_FALSE, GL_FALSE, GL_FALSE, GL_FALSE);
	glStencilFunc(GL_ALWAYS, 3, 0xff);
	glStencilOp(GL_KEEP, GL_KEEP, GL_REPLACE);
	gles_fill(target, 8, 8, 16, 16, 0, 0);
	glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
	glStencilFunc(GL_EQUAL, 3, 0xff);
	glStencilOp(GL_KEEP, GL_KEEP, GL_KEEP);
	gles_fill(target, 0, 0, SIZE, SIZE, 0, 0x00ff00ff);
	glDisable(GL_STENCIL_TEST);
	glDeleteRenderbuffers(1, &buffer);
	return compare(expect_stencil);
}

static uint32_t expect_added(uint32_t x, uint32_t y)
{
	return x < 32 ? 0x30ff60ff : 0x10f020ff;
}

static bool blending_adds(const struct gles_target *target)
{
	clear(0x10f020ff);
	glEnable(GL_BLEND);
	glBlendFunc(GL_ONE, GL_ONE);
	gles_fill(target, 0, 0, 32, SIZE, 0, 0x202040ff);
	glDisable(GL_BLEND);
	return compare(expect_added);
}

static uint32_t expect_mixed(uint32_t x, uint32_t y)
{
	return rgba(byte_of(0.8), byte_of(0.2 * 0x80 / 255), 0, byte_of(0.8 * 0.8 + 0.2));
}

static bool blending_mixes(const struct gles_target *target)
{
	clear(0x008000ff);
	glEnable(GL_BLEND);
	glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
	gles_fill(target, 0, 0, SIZE, SIZE, 0, 0xff0000cc);
	glDisable(GL_BLEND);
	return compare_near(SIZE, SIZE, 1, expect_mixed);
}

/* --- Textures --- */

struct texture_format {
	const char *name;
	GLenum sized, format, type;
	unsigned int texel_bytes;
	uint32_t (*expand)(const uint8_t *texel); /* to 0xRRGGBBAA */
	int tolerance; /* 5 and 6 bits may be widened by repeating them, which is not rounding */
};

static uint32_t expand_rgba8(const uint8_t *t)
{
	return rgba(t[0], t[1], t[2], t[3]);
}

static uint32_t expand_rgb8(const uint8_t *t)
{
	return rgba(t[0], t[1], t[2], 255);
}

static uint32_t expand_rg8(const uint8_t *t)
{
	return rgba(t[0], t[1], 0, 255);
}

static uint32_t expand_r8(const uint8_t *t)
{
	return rgba(t[0], 0, 0, 255);
}

static uint32_t expand_l8(const uint8_t *t)
{
	return rgba(t[0], t[0], t[0], 255);
}

static uint32_t expand_a8(const uint8_t *t)
{
	return rgba(0, 0, 0, t[0]);
}

static uint32_t expand_la8(const uint8_t *t)
{
	return rgba(t[0], t[0], t[0], t[1]);
}

static uint32_t word(const uint8_t *t)
{
	return (uint32_t)t[0] | (uint32_t)t[1] << 8;
}

static uint32_t expand_565(const uint8_t *t)
{
	uint32_t w = word(t);

	return rgba(byte_of((w >> 11) / 31.0), byte_of((w >> 5 & 63) / 63.0),
		byte_of((w & 31) / 31.0), 255);
}

static uint32_t expand_4444(const uint8_t *t)
{
	uint32_t w = word(t);

	return rgba((w >> 12) * 17, (w >> 8 & 15) * 17, (w >> 4 & 15) * 17, (w & 15) * 17);
}

static uint32_t expand_5551(const uint8_t *t)
{
	uint32_t w = word(t);

	return rgba(byte_of((w >> 11) / 31.0), byte_of((w >> 6 & 31) / 31.0),
		byte_of((w >> 1 & 31) / 31.0), (w & 1) * 255);
}

static uint32_t expand_1010102(const uint8_t *t)
{
	uint32_t w = word(t) | word(t + 2) << 16;

	return rgba(byte_of((w & 1023) / 1023.0), byte_of((w >> 10 & 1023) / 1023.0),
		byte_of((w >> 20 & 1023) / 1023.0), (w >> 30) * 85);
}

static uint32_t expand_r32f(const uint8_t *t)
{
	float value;

	memcpy(&value, t, sizeof(value));
	return rgba(byte_of((double)value), 0, 0, 255);
}

static const struct texture_format texture_formats[] = {
	{"RGBA8", GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, 4, expand_rgba8},
	{"RGB8", GL_RGB8, GL_RGB, GL_UNSIGNED_BYTE, 3, expand_rgb8},
	{"RG8", GL_RG8, GL_RG, GL_UNSIGNED_BYTE, 2, expand_rg8},
	{"R8", GL_R8, GL_RED, GL_UNSIGNED_BYTE, 1, expand_r8},
	{"L8", GL_LUMINANCE, GL_LUMINANCE, GL_UNSIGNED_BYTE, 1, expand_l8},
	{"A8", GL_ALPHA, GL_ALPHA, GL_UNSIGNED_BYTE, 1, expand_a8},
	{"L8A8", GL_LUMINANCE_ALPHA, GL_LUMINANCE_ALPHA, GL_UNSIGNED_BYTE, 2, expand_la8},
	{"RGB565", GL_RGB565, GL_RGB, GL_UNSIGNED_SHORT_5_6_5, 2, expand_565, 1},
	{"RGBA4", GL_RGBA4, GL_RGBA, GL_UNSIGNED_SHORT_4_4_4_4, 2, expand_4444},
	{"RGB5_A1", GL_RGB5_A1, GL_RGBA, GL_UNSIGNED_SHORT_5_5_5_1, 2, expand_5551, 1},
	{"RGB10_A2", GL_RGB10_A2, GL_RGBA, GL_UNSIGNED_INT_2_10_10_10_REV, 4, expand_1010102},
	{"R32F", GL_R32F, GL_RED, GL_FLOAT, 4, expand_r32f},
};

/* Bytes of every value; floats between 0 and 1. */
static uint8_t *texture_data(const struct texture_format *format)
{
	size_t count = (size_t)SIZE * SIZE;
	uint8_t *data = malloc(count * format->texel_bytes);

	for (size_t i = 0; data && i < count * format->texel_bytes; i++)
		data[i] = (uint8_t)pattern_hash((uint32_t)i, 7, 11);
	for (size_t i = 0; data && format->type == GL_FLOAT && i < count; i++) {
		float value = (float)(i % 256) / 255.0f;

		memcpy(data + i * sizeof(value), &value, sizeof(value));
	}
	return data;
}

static const struct texture_format *format_now;
static const uint8_t *data_now;

static uint32_t expect_texture(uint32_t x, uint32_t y)
{
	return format_now->expand(data_now + (size_t)(y * SIZE + x) * format_now->texel_bytes);
}

static bool textures_of_every_format(const struct gles_target *target)
{
	bool good = true;

	for (size_t i = 0; i < sizeof(texture_formats) / sizeof(texture_formats[0]); i++) {
		const struct texture_format *format = &texture_formats[i];
		uint8_t *data = texture_data(format);
		GLuint texture =
			gles_texture(SIZE, SIZE, format->sized, format->format, format->type, data);

		format_now = format;
		data_now = data;
		clear(0);
		gles_blit(target, texture);
		if (!compare_near(SIZE, SIZE, format->tolerance, expect_texture)) {
			printf("  of format %s\n", format->name);
			good = false;
		}
		glDeleteTextures(1, &texture);
		free(data);
	}
	return good;
}

static uint32_t expect_pattern(uint32_t x, uint32_t y)
{
	return pattern_pixel(x, y, 5) << 8 | 0xff;
}

#define LARGE 1021 /* a width whose rows are aligned to nothing */

static uint32_t *pattern_data(void)
{
	uint32_t *data = malloc((size_t)LARGE * LARGE * 4);

	for (uint32_t y = 0; data && y < LARGE; y++)
		for (uint32_t x = 0; x < LARGE; x++)
			data[y * LARGE + x] = __builtin_bswap32(expect_pattern(x, y));
	return data;
}

static bool large_texture_comes_back(const struct gles_target *target)
{
	uint32_t *data = pattern_data();
	GLuint texture = gles_texture(LARGE, LARGE, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, data);
	struct gles_target large;
	bool good = gles_target_create(&large, LARGE, LARGE, GL_RGBA8);

	gles_blit(&large, texture);
	good = good && compare_near(LARGE, LARGE, 0, expect_pattern);
	gles_target_destroy(&large);
	glDeleteTextures(1, &texture);
	free(data);
	return good;
}

static uint32_t expect_patched(uint32_t x, uint32_t y)
{
	return x >= 3 && x < 20 && y >= 50 && y < 61 ? 0x0a0b0cff : 0x112233ff;
}

static bool part_of_a_texture_is_replaced(const struct gles_target *target)
{
	uint32_t texels[SIZE * SIZE], patch[17 * 11];
	GLuint texture;

	for (size_t i = 0; i < SIZE * SIZE; i++)
		texels[i] = __builtin_bswap32(0x112233ff);
	for (size_t i = 0; i < 17 * 11; i++)
		patch[i] = __builtin_bswap32(0x0a0b0cff);
	texture = gles_texture(SIZE, SIZE, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, texels);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 3, 50, 17, 11, GL_RGBA, GL_UNSIGNED_BYTE, patch);
	gles_blit(target, texture);
	glDeleteTextures(1, &texture);
	return compare(expect_patched);
}

/* --- Framebuffers and buffers --- */

static bool drawn_texture_is_sampled(const struct gles_target *target)
{
	struct gles_target first;
	bool good = gles_target_create(&first, SIZE, SIZE, GL_RGBA8);

	clear(0x0000ffff);
	gles_fill(&first, 5, 40, 23, 7, 0, 0xff0000ff);
	glBindFramebuffer(GL_FRAMEBUFFER, target->framebuffer);
	clear(0);
	gles_blit(target, first.texture);
	good = good && compare(expect_scissor);
	gles_target_destroy(&first);
	return good;
}

/* The edge goes through the middle of column 32, between the two samples on each side. */
static uint32_t expect_resolved(uint32_t x, uint32_t y)
{
	return x < 32 ? 0xff0000ff : x == 32 ? 0x80007fff : 0x0000ffff;
}

static bool samples_are_resolved(const struct gles_target *target)
{
	GLuint buffer, framebuffer;
	bool good;

	glGenRenderbuffers(1, &buffer);
	glBindRenderbuffer(GL_RENDERBUFFER, buffer);
	glRenderbufferStorageMultisample(GL_RENDERBUFFER, 4, GL_RGBA8, SIZE, SIZE);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, buffer);
	good = glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
	clear(0x0000ffff);
	gles_fill(target, 0, 0, 32.5f, SIZE, 0, 0xff0000ff);
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, target->framebuffer);
	glBlitFramebuffer(0, 0, SIZE, SIZE, 0, 0, SIZE, SIZE, GL_COLOR_BUFFER_BIT, GL_NEAREST);
	glBindFramebuffer(GL_FRAMEBUFFER, target->framebuffer);
	good = good && compare_near(SIZE, SIZE, 1, expect_resolved);
	glDeleteFramebuffers(1, &framebuffer);
	glDeleteRenderbuffers(1, &buffer);
	return good;
}

static bool pixels_arrive_in_a_buffer(const struct gles_target *target)
{
	const uint32_t *mapped;
	bool good = true;
	GLuint buffer;

	clear(0x0000ffff);
	gles_fill(target, 5, 40, 23, 7, 0, 0xff0000ff);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, buffer);
	glBufferData(GL_PIXEL_PACK_BUFFER, SIZE * SIZE * 4, NULL, GL_STREAM_READ);
	glReadPixels(0, 0, SIZE, SIZE, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	mapped = glMapBufferRange(GL_PIXEL_PACK_BUFFER, 0, SIZE * SIZE * 4, GL_MAP_READ_BIT);
	for (uint32_t i = 0; mapped && good && i < SIZE * SIZE; i++)
		good = __builtin_bswap32(mapped[i]) == expect_scissor(i % SIZE, i / SIZE);
	glUnmapBuffer(GL_PIXEL_PACK_BUFFER);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
	glDeleteBuffers(1, &buffer);
	return mapped && good;
}

/* A buffer that is mapped and written again and again holds what was written last. */
static bool mapped_buffer_keeps_what_is_written(const struct gles_target *target)
{
	static const size_t size = 1 << 20;
	bool good = true;
	GLuint buffer;

	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)size, NULL, GL_DYNAMIC_DRAW);
	for (uint32_t turn = 0; good && turn < 4; turn++) {
		uint32_t *words = glMapBufferRange(GL_ARRAY_BUFFER, (GLintptr)(turn * 4096),
			(GLsizeiptr)(size - turn * 4096), GL_MAP_WRITE_BIT);

		for (size_t i = 0; words && i < (size - turn * 4096) / 4; i++)
			words[i] = pattern_hash((uint32_t)i, turn, 3);
		good = words && glUnmapBuffer(GL_ARRAY_BUFFER);
	}
	const uint32_t *words =
		glMapBufferRange(GL_ARRAY_BUFFER, 0, (GLsizeiptr)size, GL_MAP_READ_BIT);
	for (size_t i = 0; words && good && i < size / 4; i++) {
		uint32_t turn = i < 3 * 1024 ? (uint32_t)(i / 1024) : 3;

		good = words[i] == pattern_hash((uint32_t)i - turn * 1024, turn, 3);
		if (!good)
			printf("  word %zu is %08x\n", i, words[i]);
	}
	glUnmapBuffer(GL_ARRAY_BUFFER);
	glDeleteBuffers(1, &buffer);
	return words && good;
}

static bool fences_are_passed(const struct gles_target *target)
{
	bool good = true;

	for (uint32_t i = 0; good && i < 200; i++) {
		GLsync fence;
		GLenum status;

		gles_fill(target, 0, 0, SIZE, SIZE, 0, 0x01020304u * (i % 60));
		fence = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
		status = glClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, UINT64_C(5000000000));
		good = status == GL_ALREADY_SIGNALED || status == GL_CONDITION_SATISFIED;
		glDeleteSync(fence);
	}
	return good;
}

static const struct {
	const char *name;
	bool (*run)(const struct gles_target *target);
} cases[] = {
	{"clear_is_exact", clear_is_exact},
	{"scissor_keeps_the_rest", scissor_keeps_the_rest},
	{"triangle_covers_its_pixels", triangle_covers_its_pixels},
	{"near_hides_far", near_hides_far},
	{"stencil_masks", stencil_masks},
	{"blending_adds", blending_adds},
	{"blending_mixes", blending_mixes},
	{"textures_of_every_format", textures_of_every_format},
	{"large_texture_comes_back", large_texture_comes_back},
	{"part_of_a_texture_is_replaced", part_of_a_texture_is_replaced},
	{"drawn_texture_is_sampled", drawn_texture_is_sampled},
	{"samples_are_resolved", samples_are_resolved},
	{"pixels_arrive_in_a_buffer", pixels_arrive_in_a_buffer},
	{"mapped_buffer_keeps_what_is_written", mapped_buffer_keeps_what_is_written},
	{"fences_are_passed", fences_are_passed},
};

static int run_cases(const char *only)
{
	int failed = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gles_target target;
		bool good;

		if (only && strcmp(only, cases[i].name) != 0)
			continue;
		good = gles_target_create(&target, SIZE, SIZE, GL_RGBA8) && cases[i].run(&target);
		good = glGetError() == GL_NO_ERROR && good;
		gles_target_destroy(&target);
		printf("%s %s\n", good ? "PASS" : "FAIL", cases[i].name);
		failed += !good;
	}
	return failed;
}

int main(int argc, char **argv)
{
	const char *renderer;
	struct gles gles;
	struct kms kms;
	int failed = 1;

	if (kms_open(&kms))
		return 1;
	if (gles_open(&gles, kms.fd, 0) == 0) {
		renderer = (const char *)glGetString(GL_RENDERER);
		printf("renderer: %s\n", renderer);
		failed = run_cases(argc > 1 ? argv[1] : NULL);
		if (!strstr(renderer, "virgl")) {
			printf("FAIL the renderer is not virgl\n");
			failed++;
		}
	}
	gles_close(&gles);
	kms_close(&kms);
	return failed ? 1 : 0;
}
