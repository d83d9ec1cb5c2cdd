/* SPDX-License-Identifier: MIT */
/* What a resource of the renderer takes from the host, for the guest's limit. */
#include "gpu-backend/resource-size.h"

#include <stddef.h>

#include "common/checked.h"
#include "gpu-backend/virtio-gpu.h"

#define UNKNOWN_BYTES 16u

/*
 * Formats are numbered as Mesa's gallium numbered them when virgl began, in runs of one, two, three
 * and four components. A run of equal formats has four times the same size here.
 */
static const struct {
	uint16_t first, last;
	uint8_t bytes[4]; /* of first, first + 1, …, and again */
} runs[] = {
	{1, 4, {4, 4, 4, 4}},       /* B8G8R8A8 and its orders */
	{5, 7, {2, 2, 2, 2}},       /* B5G5R5A1, B4G4R4A4, B5G6R5 */
	{8, 8, {4, 4, 4, 4}},       /* R10G10B10A2 */
	{9, 11, {1, 1, 1, 1}},      /* L8, A8, I8 */
	{12, 16, {2, 2, 2, 2}},     /* L8A8, L16, 4:2:2, Z16 */
	{17, 22, {4, 4, 4, 4}},     /* Z32, Z24 with and without stencil */
	{23, 23, {1, 1, 1, 1}},     /* S8 */
	{24, 27, {8, 16, 32, 32}},  /* R64 … */
	{28, 47, {4, 8, 16, 16}},   /* R32 … */
	{48, 63, {2, 4, 8, 8}},     /* R16 … */
	{64, 67, {1, 2, 4, 4}},     /* R8 … */
	{68, 68, {4, 4, 4, 4}},     /* X8B8G8R8 */
	{69, 72, {1, 2, 4, 4}},     /* R8 …, scaled */
	{74, 77, {1, 2, 4, 4}},     /* R8 …, signed */
	{82, 85, {1, 2, 4, 4}},     /* R8 …, signed and scaled */
	{87, 90, {4, 8, 16, 16}},   /* R32 …, fixed point */
	{91, 94, {2, 4, 8, 8}},     /* R16 …, float */
	{95, 96, {2, 2, 2, 2}},     /* L8, L8A8, sRGB */
	{97, 104, {4, 4, 4, 4}},    /* R8G8B8 … , sRGB */
	{105, 116, {1, 1, 1, 1}},   /* DXT, RGTC */
	{121, 121, {4, 4, 4, 4}},   /* A8B8G8R8 */
	{124, 125, {4, 4, 4, 4}},   /* R11G11B10, R9G9B9E5 */
	{126, 126, {8, 8, 8, 8}},   /* Z32 with stencil */
	{131, 131, {4, 4, 4, 4}},   /* B10G10R10A2 */
	{134, 134, {4, 4, 4, 4}},   /* R8G8B8X8 */
	{177, 184, {1, 2, 4, 4}},   /* R8 …, integer */
	{185, 192, {2, 4, 8, 8}},   /* R16 …, integer */
	{193, 200, {4, 8, 16, 16}}, /* R32 …, integer */
	{230, 233, {4, 4, 4, 4}},   /* R8G8B8X8, B10G10R10X2 */
	{255, 258, {1, 1, 1, 1}},   /* BPTC */
	{269, 306, {1, 1, 1, 1}},   /* ETC2, ASTC */
};

static uint32_t texel_bytes(uint32_t format)
{
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		if (format >= runs[i].first && format <= runs[i].last)
			return runs[i].bytes[(format - runs[i].first) % 4];
	}
	return UNKNOWN_BYTES;
}

uint64_t gpu_resource_size_3d(const struct render_resource *resource)
{
	uint32_t samples = resource->nr_samples ? resource->nr_samples : 1;
	uint32_t array = resource->array_size ? resource->array_size : 1;
	uint32_t depth = resource->depth ? resource->depth : 1;
	uint64_t size = resource->width;

	if (resource->target == VIRTIO_GPU_TARGET_BUFFER)
		return size;
	if (!checked_mul(size, (uint64_t)texel_bytes(resource->format), &size) ||
		!checked_mul(size, (uint64_t)resource->height, &size) ||
		!checked_mul(size, (uint64_t)depth, &size) ||
		!checked_mul(size, (uint64_t)array, &size) ||
		!checked_mul(size, (uint64_t)samples, &size))
		return UINT64_MAX;
	/* All the smaller levels together are less than the largest. */
	if (resource->last_level && !checked_mul(size, UINT64_C(2), &size))
		return UINT64_MAX;
	return size;
}
