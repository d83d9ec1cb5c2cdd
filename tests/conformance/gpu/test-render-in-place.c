/* SPDX-License-Identifier: MIT */
/* Textures that the renderer draws where the screen reads: when, and what the guest waits for. */
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/conformance/gpu/commands-3d.h"
#include "tests/unit/unit.h"

#define TO VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D
#define WIDTH 61
#define HEIGHT 47

static const struct rect whole = {0, 0, WIDTH, HEIGHT};

/* Needs a Mesa that imports memory where it draws in software; Debian 12's own is too old. */
static struct gpu_rig *start(uint32_t scanouts)
{
	struct gpu_rig *rig = gpu_rig_create(
		&(struct gpu_rig_options){.render = true, .fake = true, .scanout_count = scanouts});

	assert_true(renderer_shares(rig->gpu.renderer));
	return rig;
}

static uint32_t pixel(uint32_t i, uint32_t seed)
{
	return (i * 2654435761u ^ seed * 0x10001) & 0x00ffffff;
}

static void fill(const struct frontend_memory *memory, uint32_t seed)
{
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		((uint32_t *)memory->host)[i] = pixel(i, seed);
}

static bool shows(const struct fake_scanout *scanout, uint32_t seed)
{
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++) {
		if ((scanout->pixels[i] & 0x00ffffff) != pixel(i, seed))
			return false;
	}
	return scanout->lit;
}

static void wait_frames(struct gpu_rig *rig, uint32_t scanout_index, uint32_t count)
{
	while (rig->display.scanouts[scanout_index].frames < count)
		gpu_rig_pump(rig);
}

/* Draws the picture and puts it on the scanout. */
static void show(struct gpu_rig *rig, uint32_t scanout_index, uint32_t id,
	const struct frontend_memory *memory, uint32_t seed)
{
	fill(memory, seed);
	assert_int_equal(transfer_3d(rig, TO, 0, id, whole, 0), OK);
	assert_int_equal(set_scanout(rig, scanout_index, id, whole), OK);
	assert_int_equal(flush(rig, id, whole), OK);
}

static void flipped_textures_are_not_copied(void **state)
{
	struct gpu_rig *rig = start(1);
	struct frontend_memory memory[2];

	rig->display.hold = true;
	for (uint32_t i = 0; i < 2; i++)
		memory[i] = make_screen_texture(rig, i + 1, WIDTH, HEIGHT);
	for (uint32_t turn = 0; turn < 12; turn++) {
		show(rig, 0, turn % 2 + 1, &memory[turn % 2], turn);
		wait_frames(rig, 0, turn + 1);
		assert_true(shows(&rig->display.scanouts[0], turn));
		assert_string_equal(gpu_scanout_path(&rig->gpu.scanouts[0]), "zero-copy");
	}
	assert_int_equal(rig->gpu.resources.bytes_copied, 0);
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(unref(rig, i + 1), OK);
	assert_int_equal(gpu_rig_usage(rig)->memory_bytes, 0);
	gpu_rig_destroy(rig);
}

/* As Linux does it; there is nothing new in the second. */
static void second_flush_of_the_same_is_nothing(void **state)
{
	struct gpu_rig *rig = start(1);
	struct frontend_memory memory[2];
	struct fenced_flush fenced;

	for (uint32_t i = 0; i < 2; i++)
		memory[i] = make_screen_texture(rig, i + 1, WIDTH, HEIGHT);
	for (uint32_t turn = 0; turn < 6; turn++) {
		show(rig, 0, turn % 2 + 1, &memory[turn % 2], turn);
		wait_frames(rig, 0, turn + 1);
		flush_submit(rig, &fenced, turn % 2 + 1, whole, turn);
		while (!flush_answered(rig, NULL))
			gpu_rig_pump(rig);
		assert_true(shows(&rig->display.scanouts[0], turn));
	}
	assert_int_equal(rig->display.scanouts[0].frames, 6);
	assert_int_equal(rig->gpu.resources.bytes_copied, 0);
	gpu_rig_destroy(rig);
}

/* What is drawn upon while it is on the screen would be seen half done. */
static void redrawn_texture_is_read_back(void **state)
{
	struct gpu_rig *rig = start(1);
	struct frontend_memory memory = make_screen_texture(rig, 1, WIDTH, HEIGHT);
	const struct fake_scanout *scanout = &rig->display.scanouts[0];

	show(rig, 0, 1, &memory, 1);
	wait_frames(rig, 0, 1);
	for (uint32_t seed = 2; seed < 6; seed++) {
		fill(&memory, seed);
		assert_int_equal(transfer_3d(rig, TO, 0, 1, whole, 0), OK);
		assert_int_equal(flush(rig, 1, whole), OK);
		wait_frames(rig, 0, seed);
		assert_true(shows(scanout, seed));
		assert_ptr_not_equal(
			scanout->image, gpu_resource_find(&rig->gpu.resources, 1)->images[0]);
	}
	assert_int_equal(rig->gpu.resources.bytes_copied, 4 * WIDTH * HEIGHT * 4);
	assert_string_equal(gpu_scanout_path(&rig->gpu.scanouts[0]), "read-back");
	/* One that is flipped to is in place again. */
	memory = make_screen_texture(rig, 2, WIDTH, HEIGHT);
	show(rig, 0, 2, &memory, 7);
	wait_frames(rig, 0, 6);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	assert_string_equal(gpu_scanout_path(&rig->gpu.scanouts[0]), "zero-copy");
	gpu_rig_destroy(rig);
}

/* Nobody is held up for another's screen. */
static void two_screens_are_read_back(void **state)
{
	struct gpu_rig *rig = start(2);
	struct frontend_memory memory[3];

	for (uint32_t i = 0; i < 3; i++)
		memory[i] = make_screen_texture(rig, i + 1, WIDTH, HEIGHT);
	show(rig, 0, 1, &memory[0], 1);
	wait_frames(rig, 0, 1);
	assert_int_equal(rig->gpu.resources.bytes_copied, 0);
	show(rig, 1, 2, &memory[1], 2);
	wait_frames(rig, 1, 1);
	assert_true(shows(&rig->display.scanouts[1], 2));
	assert_int_equal(rig->gpu.resources.bytes_copied, WIDTH * HEIGHT * 4);
	/* One of them never gets on; the other one does. */
	rig->display.manual = true;
	show(rig, 0, 1, &memory[0], 3);
	for (uint32_t turn = 0; turn < 10; turn++) {
		show(rig, 1, turn % 2 + 2, &memory[turn % 2 + 1], turn);
		wait_frames(rig, 1, turn + 2);
		fake_display_show(&rig->display, 1);
		assert_true(shows(&rig->display.scanouts[1], turn));
	}
	fake_display_show(&rig->display, 0);
	/* Alone again. */
	rig->display.manual = false;
	assert_int_equal(set_scanout(rig, 1, 0, whole), OK);
	show(rig, 0, 3, &memory[2], 9);
	while (!shows(&rig->display.scanouts[0], 9))
		gpu_rig_pump(rig);
	assert_string_equal(gpu_scanout_path(&rig->gpu.scanouts[0]), "zero-copy");
	gpu_rig_destroy(rig);
}

/* A transfer that is not waited for. */
struct submitted {
	struct virtio_gpu_transfer_host_3d command;
	struct virtio_gpu_ctrl_hdr answer;
	struct iovec out, in;
};

static void transfer_submit(struct gpu_rig *rig, struct submitted *submitted, uint32_t id)
{
	*submitted = (struct submitted){.command = transfer_3d_command(TO, 0, id, whole, 0)};
	submitted->out = (struct iovec){&submitted->command, sizeof(submitted->command)};
	submitted->in = (struct iovec){&submitted->answer, sizeof(submitted->answer)};
	assert_int_equal(frontend_submit(rig->fe, VIRTIO_GPU_QUEUE_CONTROL, &submitted->out, 1,
				 &submitted->in, 1, submitted),
		0);
	frontend_kick(rig->fe, VIRTIO_GPU_QUEUE_CONTROL);
}

static bool transfer_answered(struct gpu_rig *rig, const struct submitted *submitted)
{
	void *which;
	uint32_t written;

	gpu_rig_pump(rig);
	if (frontend_collect(rig->fe, VIRTIO_GPU_QUEUE_CONTROL, &which, &written) != 1)
		return false;
	assert_ptr_equal(which, submitted);
	assert_int_equal(le32_get(submitted->answer.type), OK);
	return true;
}

/*
 * The first picture is on its way to the screen, the second one flushed behind it; then the guest
 * draws upon the first.
 */
static void draw_too_early(struct gpu_rig *rig, struct submitted *submitted,
	const struct frontend_memory memory[static 2])
{
	rig->display.manual = rig->display.hold = true;
	show(rig, 0, 1, &memory[0], 1);
	wait_frames(rig, 0, 1);
	show(rig, 0, 2, &memory[1], 2);
	fill(&memory[0], 3);
	transfer_submit(rig, submitted, 1);
}

static void picture_on_the_screen_is_not_drawn_upon(void **state)
{
	struct gpu_rig *rig = start(1);
	struct frontend_memory memory[2] = {make_screen_texture(rig, 1, WIDTH, HEIGHT),
		make_screen_texture(rig, 2, WIDTH, HEIGHT)};
	struct submitted submitted;
	struct gpu_image *first;

	draw_too_early(rig, &submitted, memory);
	/* Without its deadline it is held up for as long as it must be. */
	wl_event_source_timer_update(rig->gpu.gate.deadline, 0);
	first = gpu_image_ref(rig->display.scanouts[0].image);
	/* On a machine so busy that the deadline has passed by now there is nothing to see. */
	if (rig->gpu.scanouts[0].slow) {
		gpu_image_unref(first);
		gpu_rig_destroy(rig);
		skip();
	}
	for (int i = 0; i < 100; i++)
		assert_false(transfer_answered(rig, &submitted));
	assert_int_equal(first->pixels[0] & 0x00ffffff, pixel(0, 1));
	/* The second comes on the screen, and with that the first is free. */
	rig->gpu.scanouts[0].presented_ns = clock_now_ns(); /* it took no time */
	fake_display_show(&rig->display, 0);
	wait_frames(rig, 0, 2);
	assert_true(shows(&rig->display.scanouts[0], 2));
	while (!transfer_answered(rig, &submitted))
		;
	assert_false(rig->gpu.scanouts[0].slow);
	assert_int_equal(first->pixels[0] & 0x00ffffff, pixel(0, 3));
	assert_int_equal(rig->gpu.resources.bytes_copied, 0);
	gpu_image_unref(first);
	gpu_rig_destroy(rig);
}

static void hidden_screen_does_not_hold_up_for_long(void **state)
{
	struct gpu_rig *rig = start(1);
	struct frontend_memory memory[2] = {make_screen_texture(rig, 1, WIDTH, HEIGHT),
		make_screen_texture(rig, 2, WIDTH, HEIGHT)};
	struct submitted submitted;

	draw_too_early(rig, &submitted, memory);
	while (!transfer_answered(rig, &submitted))
		;
	/* From then on nothing is held up. */
	assert_true(rig->gpu.scanouts[0].slow);
	for (uint32_t turn = 0; turn < 10; turn++)
		show(rig, 0, turn % 2 + 1, &memory[turn % 2], turn);
	assert_string_equal(gpu_scanout_path(&rig->gpu.scanouts[0]), "read-back");
	/* The screen is there again: the newest picture, and then no copies. */
	fake_display_show(&rig->display, 0);
	wait_frames(rig, 0, 2);
	fake_display_show(&rig->display, 0);
	assert_true(shows(&rig->display.scanouts[0], 9));
	assert_string_equal(gpu_scanout_path(&rig->gpu.scanouts[0]), "zero-copy");
	gpu_rig_destroy(rig);
}

/* A ring that stops, and a driver that goes, wait for nobody. */
static void held_up_renderer_can_be_reset(void **state)
{
	struct gpu_rig *rig = start(1);
	struct frontend_memory memory[2] = {make_screen_texture(rig, 1, WIDTH, HEIGHT),
		make_screen_texture(rig, 2, WIDTH, HEIGHT)};
	struct submitted submitted;

	draw_too_early(rig, &submitted, memory);
	gpu_rig_reconnect(rig);
	assert_int_equal(gpu_rig_usage(rig)->memory_bytes, 0);
	rig->display.manual = false;
	memory[0] = make_screen_texture(rig, 1, WIDTH, HEIGHT);
	show(rig, 0, 1, &memory[0], 5);
	while (!rig->display.scanouts[0].lit || !shows(&rig->display.scanouts[0], 5))
		gpu_rig_pump(rig);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(flipped_textures_are_not_copied),
	cmocka_unit_test(second_flush_of_the_same_is_nothing),
	cmocka_unit_test(redrawn_texture_is_read_back),
	cmocka_unit_test(two_screens_are_read_back),
	cmocka_unit_test(picture_on_the_screen_is_not_drawn_upon),
	cmocka_unit_test(hidden_screen_does_not_hold_up_for_long),
	cmocka_unit_test(held_up_renderer_can_be_reset),
};

UNIT_MAIN(cases)
