/* SPDX-License-Identifier: MIT */
/* What the guest drew is what the display shows, pixel for pixel. */
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/gpu/commands.h"
#include "tests/unit/unit.h"

static const struct format {
	uint32_t number;
	uint8_t red, green, blue; /* the byte in memory that has it */
} formats[] = {
	{VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 2, 1, 0},
	{VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 2, 1, 0},
	{VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, 1, 2, 3},
	{VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, 1, 2, 3},
	{VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, 0, 1, 2},
	{VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, 3, 2, 1},
	{VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, 3, 2, 1},
	{VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, 0, 1, 2},
};

/* A picture as the guest has it: in pages that lie apart, in the wrong order. */
struct picture {
	const struct format *format;
	uint32_t width, height;
	uint8_t *guest;     /* the bytes in order, without the pages */
	uint32_t *expected; /* what the display should have; 0 where nothing was transferred */
	struct frontend_memory *pages;
	uint32_t page_bytes, page_count;
};

static struct picture picture_create(struct gpu_rig *rig, const struct format *format,
	uint32_t width, uint32_t height, uint32_t page_bytes)
{
	uint32_t bytes = width * height * 4, count = (bytes + page_bytes - 1) / page_bytes;
	struct picture picture = {
		.format = format,
		.width = width,
		.height = height,
		.guest = calloc(count, page_bytes),
		.expected = calloc((size_t)width * height, 4),
		.pages = calloc(count, sizeof(struct frontend_memory)),
		.page_bytes = page_bytes,
		.page_count = count,
	};
	struct virtio_gpu_mem_entry *entries = calloc(count, sizeof(*entries));

	assert_true(picture.guest && picture.expected && picture.pages && entries);
	/* Backwards, and with a gap, but every third next to the one before. */
	for (uint32_t i = count; i-- > 0;) {
		if (i % 3)
			frontend_alloc(rig->fe, 16, 16);
		picture.pages[i] = frontend_alloc(rig->fe, page_bytes, 4);
		entries[i] = mem_entry(picture.pages[i].address, page_bytes);
	}
	assert_int_equal(create_2d(rig, 1, format->number, width, height), OK);
	assert_int_equal(attach(rig, 1, entries, count), OK);
	free(entries);
	return picture;
}

static void picture_destroy(struct picture *picture)
{
	free(picture->guest);
	free(picture->expected);
	free(picture->pages);
}

/* The guest draws a rectangle. */
static void picture_draw(struct picture *picture, struct rect rect, uint32_t seed)
{
	for (uint32_t y = rect.y; y < rect.y + rect.height; y++) {
		for (uint32_t x = rect.x; x < rect.x + rect.width; x++) {
			uint8_t *pixel = picture->guest + (y * picture->width + x) * 4;

			pixel[0] = (uint8_t)(x * 3 + seed);
			pixel[1] = (uint8_t)(y * 5 + seed * 7);
			pixel[2] = (uint8_t)(x * y + seed);
			pixel[3] = (uint8_t)(x + y * 11 + seed * 13);
		}
	}
	for (uint32_t i = 0; i < picture->page_count; i++)
		memcpy(picture->pages[i].host, picture->guest + (size_t)i * picture->page_bytes,
			picture->page_bytes);
}

static void picture_expect(struct picture *picture, struct rect rect)
{
	const struct format *format = picture->format;

	for (uint32_t y = rect.y; y < rect.y + rect.height; y++) {
		for (uint32_t x = rect.x; x < rect.x + rect.width; x++) {
			const uint8_t *pixel = picture->guest + (y * picture->width + x) * 4;

			picture->expected[y * picture->width + x] =
				0xff000000u | (uint32_t)pixel[format->red] << 16 |
				(uint32_t)pixel[format->green] << 8 | pixel[format->blue];
		}
	}
}

static void picture_check(const struct picture *picture, const struct gpu_rig *rig)
{
	const struct fake_scanout *scanout = &rig->display.scanouts[0];

	assert_true(scanout->lit);
	assert_int_equal(scanout->width, picture->width);
	assert_int_equal(scanout->height, picture->height);
	for (uint32_t i = 0; i < picture->width * picture->height; i++) {
		if (scanout->pixels[i] != picture->expected[i])
			fail_msg("format %u: pixel %u,%u is %08x, not %08x",
				picture->format->number, i % picture->width, i / picture->width,
				scanout->pixels[i], picture->expected[i]);
	}
}

/* Draws, transfers and flushes the rectangle. */
static void picture_update(
	struct picture *picture, struct gpu_rig *rig, struct rect rect, uint32_t seed)
{
	uint64_t offset = ((uint64_t)rect.y * picture->width + rect.x) * 4;

	picture_draw(picture, rect, seed);
	assert_int_equal(transfer(rig, 1, rect, offset), OK);
	assert_int_equal(flush(rig, 1, rect), OK);
	picture_expect(picture, rect);
	picture_check(picture, rig);
}

static void check_format(const struct format *format, uint32_t page_bytes)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
	struct picture picture = picture_create(rig, format, 101, 37, page_bytes);
	static const struct rect parts[] = {{0, 0, 1, 1}, {100, 36, 1, 1}, {3, 5, 7, 11},
		{0, 36, 101, 1}, {100, 0, 1, 37}, {17, 1, 84, 3}, {0, 10, 101, 9}};

	assert_int_equal(set_scanout(rig, 0, 1, (struct rect){0, 0, 101, 37}), OK);
	picture_update(&picture, rig, (struct rect){0, 0, 101, 37}, 1);
	for (uint32_t i = 0; i < COUNT(parts); i++)
		picture_update(&picture, rig, parts[i], i + 2);
	picture_destroy(&picture);
	gpu_rig_destroy(rig);
}

static void every_format_is_exact(void **state)
{
	for (size_t i = 0; i < COUNT(formats); i++)
		check_format(&formats[i], 4096);
}

/* Pieces that end in the middle of rows and even of pixels. */
static void every_size_of_backing_piece_is_exact(void **state)
{
	static const uint32_t sizes[] = {64, 100, 404, 405, 1000, 4099, 65536};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		check_format(&formats[0], sizes[i]);
		check_format(&formats[7], sizes[i]);
	}
}

static void odd_sizes_are_exact(void **state)
{
	static const uint32_t sizes[][2] = {
		{1, 1}, {1, 333}, {333, 1}, {3, 5}, {641, 479}, {1023, 17}};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
		struct rect all = {0, 0, sizes[i][0], sizes[i][1]};
		struct picture picture =
			picture_create(rig, &formats[i], all.width, all.height, 4096);

		assert_int_equal(set_scanout(rig, 0, 1, all), OK);
		picture_update(&picture, rig, all, (uint32_t)i);
		picture_destroy(&picture);
		gpu_rig_destroy(rig);
	}
}

/* The offset need not be that of the rectangle: rows are a resource's width apart from there. */
/* So many bytes are copied in another way, whole rows and parts of them. */
static void large_pictures_are_exact(void **state)
{
	static const uint32_t page_bytes[] = {4096, 20480, 2052};

	for (size_t i = 0; i < 6; i++) {
		const struct format *format = &formats[i % 2 ? 1 : 4];
		struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
		struct picture picture = picture_create(rig, format, 1024, 512, page_bytes[i / 2]);

		assert_int_equal(set_scanout(rig, 0, 1, (struct rect){0, 0, 1024, 512}), OK);
		picture_update(&picture, rig, (struct rect){0, 0, 1024, 512}, 1);
		picture_update(&picture, rig, (struct rect){13, 7, 1001, 500}, 2);
		picture_update(&picture, rig, (struct rect){0, 1, 1024, 511}, 3);
		picture_destroy(&picture);
		gpu_rig_destroy(rig);
	}
}

static void offset_is_taken_as_told(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
	struct frontend_memory memory = make_resource(rig, 1, 16, 16);
	const struct fake_scanout *scanout = &rig->display.scanouts[0];
	uint32_t *pixels = memory.host;

	for (uint32_t i = 0; i < 256; i++)
		pixels[i] = i;
	assert_int_equal(set_scanout(rig, 0, 1, (struct rect){0, 0, 16, 16}), OK);
	assert_int_equal(transfer(rig, 1, (struct rect){8, 8, 4, 4}, (3 * 16 + 2) * 4), OK);
	assert_int_equal(flush(rig, 1, (struct rect){0, 0, 16, 16}), OK);
	for (uint32_t y = 0; y < 16; y++) {
		for (uint32_t x = 0; x < 16; x++) {
			bool in = x >= 8 && x < 12 && y >= 8 && y < 12;
			uint32_t expected = in ? (y - 8 + 3) * 16 + x - 8 + 2 : 0;

			assert_int_equal(scanout->pixels[y * 16 + x], expected | 0xff000000u);
		}
	}
	gpu_rig_destroy(rig);
}

/* Only what was flushed is damaged, and it is clipped to the part that the scanout shows. */
static void damage_is_what_was_flushed(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
	const struct fake_scanout *scanout = &rig->display.scanouts[0];
	struct frontend_memory memory = make_resource(rig, 1, 64, 64);
	uint32_t *pixels = memory.host;

	for (uint32_t i = 0; i < 64 * 64; i++)
		pixels[i] = i;
	assert_int_equal(transfer(rig, 1, (struct rect){0, 0, 64, 64}, 0), OK);
	assert_int_equal(set_scanout(rig, 0, 1, (struct rect){10, 20, 30, 15}), OK);
	assert_int_equal(scanout->frames, 0);
	/* The first flush shows all, wherever it was. */
	assert_int_equal(flush(rig, 1, (struct rect){63, 63, 1, 1}), OK);
	assert_int_equal(scanout->frames, 1);
	assert_true(rect_equal(&scanout->damage, &(struct rect){0, 0, 30, 15}));
	for (uint32_t y = 0; y < 15; y++) {
		for (uint32_t x = 0; x < 30; x++)
			assert_int_equal(scanout->pixels[y * 30 + x],
				((y + 20) * 64 + x + 10) | 0xff000000u);
	}
	assert_int_equal(flush(rig, 1, (struct rect){12, 21, 5, 3}), OK);
	assert_true(rect_equal(&scanout->damage, &(struct rect){2, 1, 5, 3}));
	assert_int_equal(flush(rig, 1, (struct rect){0, 0, 11, 64}), OK);
	assert_true(rect_equal(&scanout->damage, &(struct rect){0, 0, 1, 15}));
	assert_int_equal(scanout->frames, 3);
	/* Outside of what is shown: no frame. */
	assert_int_equal(flush(rig, 1, (struct rect){0, 0, 10, 64}), OK);
	assert_int_equal(flush(rig, 1, (struct rect){40, 35, 24, 29}), OK);
	assert_int_equal(scanout->frames, 3);
	gpu_rig_destroy(rig);
}

static void cursor_has_its_pixels_and_place(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
	const struct fake_scanout *scanout = &rig->display.scanouts[0];
	struct frontend_memory memory = frontend_alloc(rig->fe, 64 * 64 * 4, 4096);
	uint32_t *pixels = memory.host;

	for (uint32_t i = 0; i < 64 * 64; i++)
		pixels[i] = i * 0x10203;
	assert_int_equal(create_2d(rig, 1, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 64, 64), OK);
	assert_int_equal(attach_memory(rig, 1, &memory), OK);
	assert_int_equal(transfer(rig, 1, (struct rect){0, 0, 64, 64}, 0), OK);
	assert_int_equal(update_cursor(rig, 0, 1, 3, 60, 100, 200), OK);
	assert_true(scanout->cursor_visible);
	assert_memory_equal(scanout->cursor, pixels, sizeof(scanout->cursor));
	assert_int_equal(scanout->cursor_hot_x, 3);
	assert_int_equal(scanout->cursor_hot_y, 60);
	assert_int_equal(scanout->cursor_x, 100);
	assert_int_equal(scanout->cursor_y, 200);
	assert_int_equal(move_cursor(rig, 0, -63, -1), OK);
	assert_int_equal(scanout->cursor_x, -63);
	assert_int_equal(scanout->cursor_y, -1);
	assert_int_equal(scanout->cursor_shows, 1);
	assert_int_equal(update_cursor(rig, 0, 0, 0, 0, 5, 6), OK);
	assert_false(scanout->cursor_visible);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(every_format_is_exact),
	cmocka_unit_test(every_size_of_backing_piece_is_exact),
	cmocka_unit_test(odd_sizes_are_exact),
	cmocka_unit_test(large_pictures_are_exact),
	cmocka_unit_test(offset_is_taken_as_told),
	cmocka_unit_test(damage_is_what_was_flushed),
	cmocka_unit_test(cursor_has_its_pixels_and_place),
};

UNIT_MAIN(cases)
