/* SPDX-License-Identifier: MIT */
/* Blobs of guest memory on scanouts: as they are where the display can, copied where not. */
#include <string.h>

#include "tests/conformance/gpu/commands.h"
#include "tests/unit/unit.h"

#define BGRX VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM
#define PAGE 4096

static const struct blob_layout plain = {64, 48, BGRX, 256, 0};
static const struct rect whole = {0, 0, 64, 48};

static struct gpu_rig *rig_with(bool guest_pages, uint32_t scanouts)
{
	return gpu_rig_create(&(struct gpu_rig_options){
		.fake = true, .guest_pages = guest_pages, .scanout_count = scanouts});
}

/* Another picture for each seed, with something in place of alpha. */
static uint32_t pixel(uint32_t seed, uint32_t x, uint32_t y)
{
	return (seed + 1) * 0x9e3779b1u ^ (x * 0x10203u + y * 0x1f07u);
}

static void draw(struct frontend_memory *memory, const struct blob_layout *layout, uint32_t seed)
{
	for (uint32_t y = 0; y < layout->height; y++) {
		uint32_t *row = (uint32_t *)((char *)memory->host + layout->offset +
					     (size_t)y * layout->stride);

		for (uint32_t x = 0; x < layout->width; x++)
			row[x] = pixel(seed, x, y);
	}
}

static void expect(struct gpu_rig *rig, uint32_t scanout_index, struct rect source, uint32_t seed)
{
	const struct fake_scanout *scanout = &rig->display.scanouts[scanout_index];

	assert_true(scanout->lit);
	assert_int_equal(scanout->width, source.width);
	assert_int_equal(scanout->height, source.height);
	for (uint32_t y = 0; y < source.height; y++) {
		for (uint32_t x = 0; x < source.width; x++)
			assert_int_equal(scanout->pixels[y * source.width + x],
				pixel(seed, source.x + x, source.y + y) | 0xff000000u);
	}
}

static void blob_is_shown_without_a_copy(void **state)
{
	struct gpu_rig *rig = rig_with(true, 1);
	struct frontend_memory memory = make_blob(rig, 1, 3 * PAGE);

	draw(&memory, &plain, 1);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	expect(rig, 0, whole, 1);
	draw(&memory, &plain, 2);
	assert_int_equal(flush(rig, 1, whole), OK);
	expect(rig, 0, whole, 2);
	assert_int_equal(rig->gpu.resources.bytes_copied, 0);
	assert_int_equal(gpu_rig_usage(rig)->memory_bytes, 0);
	assert_string_equal(gpu_scanout_path(&rig->gpu.scanouts[0]), "zero-copy");
	gpu_rig_destroy(rig);
}

static void blob_is_copied_where_it_cannot_be_shown(void **state)
{
	static const struct rect part = {3, 5, 10, 7};
	struct gpu_rig *rig = rig_with(false, 1);
	struct frontend_memory memory = make_blob(rig, 1, 3 * PAGE);

	draw(&memory, &plain, 1);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	expect(rig, 0, whole, 1);
	assert_int_equal(rig->gpu.resources.bytes_copied, 64 * 48 * 4);
	assert_string_equal(gpu_scanout_path(&rig->gpu.scanouts[0]), "copy");
	/* What was flushed alone. */
	assert_int_equal(flush(rig, 1, part), OK);
	assert_int_equal(rig->gpu.resources.bytes_copied, 64 * 48 * 4 + 10 * 7 * 4);
	gpu_rig_destroy(rig);
}

/* The compositor says only when it is given the buffer that it does not take it. */
static void refused_blob_is_copied(void **state)
{
	struct gpu_rig *rig = rig_with(true, 2);
	struct frontend_memory memory = make_blob(rig, 1, 3 * PAGE);
	struct gpu_image *before;

	rig->display.refuses = true;
	draw(&memory, &plain, 3);
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(set_scanout_blob(rig, i, 1, whole, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	for (uint32_t i = 0; i < 2; i++)
		expect(rig, i, whole, 3);
	draw(&memory, &plain, 4);
	assert_int_equal(flush(rig, 1, whole), OK);
	for (uint32_t i = 0; i < 2; i++)
		expect(rig, i, whole, 4);
	assert_true(rig->gpu.resources.bytes_copied > 0);
	/* And not offered again with each flip: its images stay. */
	before = gpu_image_ref(rig->display.scanouts[0].image);
	assert_int_equal(set_scanout_blob(rig, 0, 0, whole, &plain), OK);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	assert_ptr_equal(rig->display.scanouts[0].image, before);
	gpu_image_unref(before);
	gpu_rig_destroy(rig);
}

static void check_scattered(bool guest_pages)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){
		.fake = true, .guest_pages = guest_pages, .region_count = 2});
	struct frontend_memory pages[3] = {frontend_alloc_in(rig->fe, 1, PAGE, PAGE),
		frontend_alloc_in(rig->fe, 0, PAGE, PAGE),
		frontend_alloc_in(rig->fe, 1, PAGE, PAGE)};
	struct virtio_gpu_mem_entry entries[3];
	struct virtio_gpu_resource_create_blob command = {
		.resource_id = le32_put(1),
		.blob_mem = le32_put(VIRTIO_GPU_BLOB_MEM_GUEST),
		.size = le64_put(3 * PAGE),
	};

	for (uint32_t i = 0; i < 3; i++) {
		struct blob_layout rows = {64, 16, BGRX, 256, 0};

		entries[i] = mem_entry(pages[i].address, PAGE);
		for (uint32_t y = 0; y < rows.height; y++) {
			for (uint32_t x = 0; x < 64; x++)
				((uint32_t *)pages[i].host)[y * 64 + x] = pixel(5, x, i * 16 + y);
		}
	}
	assert_int_equal(create_blob(rig, &command, entries, 3), OK);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	expect(rig, 0, whole, 5);
	gpu_rig_destroy(rig);
}

static void scattered_pages_are_shown(void **state)
{
	check_scattered(true);
	check_scattered(false);
}

/* A picture with a margin, of which a part is shown. */
static void check_layout(bool guest_pages)
{
	static const struct blob_layout layout = {60, 40, BGRX, 280, 1024};
	static const struct rect part = {7, 9, 50, 30};
	struct gpu_rig *rig = rig_with(guest_pages, 1);
	struct frontend_memory memory = make_blob(rig, 1, 3 * PAGE);

	draw(&memory, &layout, 6);
	assert_int_equal(set_scanout_blob(rig, 0, 1, part, &layout), OK);
	assert_int_equal(flush(rig, 1, (struct rect){0, 0, 60, 40}), OK);
	expect(rig, 0, part, 6);
	gpu_rig_destroy(rig);
}

static void stride_offset_and_part_are_honoured(void **state)
{
	check_layout(true);
	check_layout(false);
}

static void every_format_is_copied_in_its_order(void **state)
{
	static const struct {
		uint32_t format;
		uint8_t red, green, blue; /* which byte */
	} formats[] = {{VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 2, 1, 0},
		{VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 2, 1, 0},
		{VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, 1, 2, 3},
		{VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, 1, 2, 3},
		{VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, 0, 1, 2},
		{VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, 3, 2, 1},
		{VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, 3, 2, 1},
		{VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, 0, 1, 2}};
	struct gpu_rig *rig = rig_with(false, 1);
	struct frontend_memory memory = make_blob(rig, 1, 3 * PAGE);

	for (size_t i = 0; i < COUNT(formats); i++) {
		struct blob_layout layout = plain;
		uint8_t *bytes = memory.host;

		layout.format = formats[i].format;
		for (uint32_t p = 0; p < 64 * 48; p++) {
			memset(&bytes[p * 4], (int)i, 4);
			bytes[p * 4 + formats[i].red] = 0x11;
			bytes[p * 4 + formats[i].green] = 0x22;
			bytes[p * 4 + formats[i].blue] = 0x33;
		}
		assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &layout), OK);
		assert_int_equal(flush(rig, 1, whole), OK);
		for (uint32_t p = 0; p < 64 * 48; p++)
			assert_int_equal(rig->display.scanouts[0].pixels[p], 0xff112233);
	}
	gpu_rig_destroy(rig);
}

/* Both at once, of one buffer, as Linux lays out two screens. */
static void two_scanouts_show_their_parts(void **state)
{
	static const struct rect left = {0, 0, 40, 48}, right = {40, 0, 24, 48};
	struct gpu_rig *rig = rig_with(true, 2);
	struct frontend_memory memory = make_blob(rig, 1, 3 * PAGE);

	draw(&memory, &plain, 7);
	assert_int_equal(set_scanout_blob(rig, 0, 1, left, &plain), OK);
	assert_int_equal(set_scanout_blob(rig, 1, 1, right, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	expect(rig, 0, left, 7);
	expect(rig, 1, right, 7);
	gpu_rig_destroy(rig);
}

static void new_layout_ends_what_is_outside_it(void **state)
{
	static const struct blob_layout small = {16, 16, BGRX, 64, 0};
	static const struct rect corner = {0, 0, 16, 16}, far = {40, 0, 24, 48};
	struct gpu_rig *rig = rig_with(true, 3);
	struct frontend_memory memory = make_blob(rig, 1, 3 * PAGE);

	draw(&memory, &plain, 8);
	assert_int_equal(set_scanout_blob(rig, 0, 1, far, &plain), OK);
	assert_int_equal(set_scanout_blob(rig, 1, 1, corner, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	draw(&memory, &small, 9);
	assert_int_equal(set_scanout_blob(rig, 2, 1, corner, &small), OK);
	assert_int_equal(flush(rig, 1, corner), OK);
	assert_false(rig->display.scanouts[0].lit);
	expect(rig, 1, corner, 9);
	expect(rig, 2, corner, 9);
	gpu_rig_destroy(rig);
}

static void blob_that_goes_is_shown_no_more(void **state)
{
	struct gpu_rig *rig = rig_with(true, 1);
	struct frontend_memory memory = make_blob(rig, 1, 3 * PAGE);

	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	assert_true(rig->display.scanouts[0].lit);
	/* Without its pages it is nothing. */
	assert_int_equal(detach(rig, 1), OK);
	assert_false(rig->display.scanouts[0].lit);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain),
		VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
	draw(&memory, &plain, 1);
	assert_int_equal(attach_memory(rig, 1, &memory), OK);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	expect(rig, 0, whole, 1);
	assert_int_equal(unref(rig, 1), OK);
	assert_false(rig->display.scanouts[0].lit);
	assert_int_equal(gpu_rig_usage(rig)->backing_entries, 0);
	gpu_rig_destroy(rig);
}

static void pages_in_new_memory_are_shown(void **state)
{
	struct gpu_rig *rig = rig_with(true, 1);
	struct frontend_memory memory = make_blob(rig, 1, 3 * PAGE);

	draw(&memory, &plain, 1);
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	assert_int_equal(frontend_memory_send(rig->fe), 0);
	draw(&memory, &plain, 2);
	assert_int_equal(flush(rig, 1, whole), OK);
	expect(rig, 0, whole, 2);
	assert_int_equal(rig->gpu.resources.bytes_copied, 0);
	gpu_rig_destroy(rig);
}

static void transfer_of_a_blob_does_nothing(void **state)
{
	struct gpu_rig *rig = rig_with(true, 1);

	make_blob(rig, 1, 3 * PAGE);
	assert_int_equal(transfer(rig, 1, whole, 0), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	assert_int_equal(rig->gpu.resources.bytes_copied, 0);
	gpu_rig_destroy(rig);
}

/* Linux makes its cursors so, where it makes its screens so. */
static void blob_is_a_cursor(void **state)
{
	static const struct blob_layout cursor = {64, 64, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 256, 0};
	struct gpu_rig *rig = rig_with(true, 1);
	struct frontend_memory memory = make_blob(rig, 1, 4 * PAGE);

	draw(&memory, &cursor, 1);
	assert_int_equal(update_cursor(rig, 0, 1, 2, 3, 4, 5), OK);
	assert_true(rig->display.scanouts[0].cursor_visible);
	assert_memory_equal(rig->display.scanouts[0].cursor, memory.host, 64 * 64 * 4);
	draw(&memory, &cursor, 2);
	assert_int_equal(update_cursor(rig, 0, 1, 2, 3, 4, 5), OK);
	assert_memory_equal(rig->display.scanouts[0].cursor, memory.host, 64 * 64 * 4);
	make_blob(rig, 2, 3 * PAGE);
	assert_int_equal(
		update_cursor(rig, 0, 2, 0, 0, 0, 0), VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
	/* On a scanout it is the guest's pages again, which no cursor can be. */
	assert_int_equal(set_scanout_blob(rig, 0, 1, whole, &plain), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	expect(rig, 0, whole, 2);
	assert_int_equal(
		update_cursor(rig, 0, 1, 0, 0, 0, 0), VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(blob_is_shown_without_a_copy),
	cmocka_unit_test(blob_is_copied_where_it_cannot_be_shown),
	cmocka_unit_test(refused_blob_is_copied),
	cmocka_unit_test(scattered_pages_are_shown),
	cmocka_unit_test(stride_offset_and_part_are_honoured),
	cmocka_unit_test(every_format_is_copied_in_its_order),
	cmocka_unit_test(two_scanouts_show_their_parts),
	cmocka_unit_test(new_layout_ends_what_is_outside_it),
	cmocka_unit_test(blob_that_goes_is_shown_no_more),
	cmocka_unit_test(pages_in_new_memory_are_shown),
	cmocka_unit_test(transfer_of_a_blob_does_nothing),
	cmocka_unit_test(blob_is_a_cursor),
};

UNIT_MAIN(cases)
