/* SPDX-License-Identifier: MIT */
/* What scanouts show, at which pace, and what becomes of them when their resource goes. */
#include "common/log.h"
#include "tests/conformance/gpu/commands.h"
#include "tests/unit/unit.h"

static const struct rect whole = {0, 0, 64, 64};

static struct gpu_rig *rig_with(uint32_t scanouts)
{
	return gpu_rig_create(&(struct gpu_rig_options){.fake = true, .scanout_count = scanouts});
}

/* Shows resource 1 on the scanouts 0 to count − 1. */
static void light(struct gpu_rig *rig, uint32_t count)
{
	make_resource(rig, 1, 64, 64);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(set_scanout(rig, i, 1, whole), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	for (uint32_t i = 0; i < count; i++)
		assert_true(rig->display.scanouts[i].lit);
}

static void wait_ms(struct gpu_rig *rig, uint32_t ms)
{
	uint64_t end = clock_now_ns() + ms * UINT64_C(1000000);

	while (clock_now_ns() < end)
		gpu_rig_pump(rig);
}

/* On a machine so busy that the deadline may have passed by itself there is nothing to see. */
static void skip_if_starved(struct gpu_rig *rig, uint64_t since_ns)
{
	if (clock_now_ns() - since_ns <= (GPU_SCANOUT_DEADLINE_MS - 30) * UINT64_C(1000000))
		return;
	gpu_rig_destroy(rig);
	skip();
}

static void fenced_flush_waits_until_shown(void **state)
{
	struct gpu_rig *rig = rig_with(1);
	struct fenced_flush fenced;
	uint64_t start;

	light(rig, 1);
	rig->display.manual = true;
	start = clock_now_ns();
	flush_submit(rig, &fenced, 1, whole, 1);
	assert_int_equal(rig->display.scanouts[0].frames, 2);
	wait_ms(rig, GPU_SCANOUT_DEADLINE_MS / 3);
	skip_if_starved(rig, start);
	assert_false(flush_answered(rig, NULL));
	fake_display_show(&rig->display, 0);
	gpu_rig_settle(rig);
	assert_true(flush_answered(rig, NULL));
	assert_int_equal(rig->gpu.scanouts[0].late, 0);
	gpu_rig_destroy(rig);
}

static void flush_without_fence_is_answered_at_once(void **state)
{
	struct gpu_rig *rig = rig_with(1);

	light(rig, 1);
	rig->display.manual = true;
	for (int i = 0; i < 5; i++)
		assert_int_equal(flush(rig, 1, whole), OK);
	/* One frame is on its way; the others are one more, when that has been shown. */
	assert_int_equal(rig->display.scanouts[0].frames, 2);
	fake_display_show(&rig->display, 0);
	assert_int_equal(rig->display.scanouts[0].frames, 3);
	fake_display_show(&rig->display, 0);
	assert_int_equal(rig->display.scanouts[0].frames, 3);
	gpu_rig_destroy(rig);
}

static void fenced_flush_is_answered_by_the_deadline(void **state)
{
	struct gpu_rig *rig = rig_with(1);
	struct fenced_flush fenced;
	uint64_t start;
	uint32_t ms;

	light(rig, 1);
	rig->display.manual = true;
	start = clock_now_ns();
	flush_submit(rig, &fenced, 1, whole, 1);
	assert_int_equal(frontend_wait(rig->fe, 0), 0);
	ms = (uint32_t)((clock_now_ns() - start) / 1000000);
	assert_true(flush_answered(rig, NULL));
	assert_in_range(ms, GPU_SCANOUT_DEADLINE_MS - 5, GPU_SCANOUT_DEADLINE_MS + 3000);
	assert_int_equal(rig->gpu.scanouts[0].late, 1);
	/* Shown after all: nothing is left to answer. */
	fake_display_show(&rig->display, 0);
	gpu_rig_settle(rig);
	assert_false(flush_answered(rig, NULL));
	gpu_rig_destroy(rig);
}

/* Two in the air all the time, as a guest with two buffers does it: nobody is ever late. */
static void steady_flushes_are_never_late(void **state)
{
	struct gpu_rig *rig = rig_with(1);
	struct fenced_flush fenced[20];
	uint32_t answered = 0;
	uint64_t shown = clock_now_ns();

	light(rig, 1);
	rig->display.manual = true;
	for (uint32_t i = 0; i < COUNT(fenced); i++) {
		flush_submit(rig, &fenced[i], 1, (struct rect){i, 0, 1, 1}, i);
		if (!i)
			continue;
		wait_ms(rig, 20);
		skip_if_starved(rig, shown);
		shown = clock_now_ns();
		fake_display_show(&rig->display, 0);
		gpu_rig_settle(rig);
		while (flush_answered(rig, NULL))
			answered++;
		/* The newest waits for its own frame. */
		assert_int_equal(answered, i);
	}
	assert_int_equal(rig->gpu.scanouts[0].late, 0);
	gpu_rig_destroy(rig);
}

static void flushes_in_flight_gather_into_one_frame(void **state)
{
	struct gpu_rig *rig = rig_with(1);
	struct fenced_flush fenced[3];
	const struct fake_scanout *scanout = &rig->display.scanouts[0];

	light(rig, 1);
	rig->display.manual = true;
	flush_submit(rig, &fenced[0], 1, (struct rect){0, 0, 1, 1}, 1);
	flush_submit(rig, &fenced[1], 1, (struct rect){10, 10, 2, 2}, 2);
	flush_submit(rig, &fenced[2], 1, (struct rect){20, 30, 4, 4}, 3);
	assert_int_equal(scanout->frames, 2);
	fake_display_show(&rig->display, 0);
	gpu_rig_settle(rig);
	assert_int_equal(scanout->frames, 3);
	assert_true(rect_equal(&scanout->damage, &(struct rect){10, 10, 14, 24}));
	assert_true(flush_answered(rig, NULL));
	assert_false(flush_answered(rig, NULL));
	fake_display_show(&rig->display, 0);
	gpu_rig_settle(rig);
	assert_true(flush_answered(rig, NULL));
	assert_true(flush_answered(rig, NULL));
	assert_false(flush_answered(rig, NULL));
	gpu_rig_destroy(rig);
}

static void fenced_flush_of_what_is_not_shown_is_answered_at_once(void **state)
{
	struct gpu_rig *rig = rig_with(1);
	struct fenced_flush fenced;

	light(rig, 1);
	make_resource(rig, 2, 64, 64);
	rig->display.manual = true;
	flush_submit(rig, &fenced, 2, whole, 1);
	assert_true(flush_answered(rig, NULL));
	/* On a scanout, but not where it shows. */
	assert_int_equal(set_scanout(rig, 0, 2, (struct rect){0, 0, 32, 32}), OK);
	assert_int_equal(flush(rig, 2, whole), OK);
	fake_display_show(&rig->display, 0);
	flush_submit(rig, &fenced, 2, (struct rect){32, 32, 1, 1}, 1);
	assert_true(flush_answered(rig, NULL));
	gpu_rig_destroy(rig);
}

static void one_slow_screen_leaves_the_other_its_pace(void **state)
{
	struct gpu_rig *rig = rig_with(2);
	struct fenced_flush slow, fast;
	struct fenced_flush *which;

	make_resource(rig, 1, 64, 64);
	make_resource(rig, 2, 64, 64);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	assert_int_equal(set_scanout(rig, 1, 2, whole), OK);
	rig->display.manual = true;
	flush_submit(rig, &slow, 1, whole, 1);
	for (uint64_t i = 0; i < 3; i++) {
		flush_submit(rig, &fast, 2, whole, 2 + i);
		assert_false(flush_answered(rig, NULL));
		fake_display_show(&rig->display, 1);
		gpu_rig_settle(rig);
		assert_true(flush_answered(rig, &which));
		assert_ptr_equal(which, &fast);
	}
	assert_int_equal(rig->display.scanouts[0].frames, 1);
	assert_int_equal(rig->display.scanouts[1].frames, 3);
	gpu_rig_destroy(rig);
}

/* The guest's first flush decides when a new resource is seen. */
static void page_flip_shows_with_its_flush(void **state)
{
	struct gpu_rig *rig = rig_with(1);
	struct fake_scanout *scanout = &rig->display.scanouts[0];
	struct frontend_memory memory;

	light(rig, 1);
	memory = make_resource(rig, 2, 64, 64);
	*(uint32_t *)memory.host = 0x123456;
	assert_int_equal(transfer(rig, 2, whole, 0), OK);
	assert_int_equal(set_scanout(rig, 0, 2, whole), OK);
	assert_int_equal(scanout->frames, 1);
	assert_int_equal(scanout->pixels[0], 0xff000000);
	assert_int_equal(flush(rig, 2, (struct rect){5, 5, 1, 1}), OK);
	assert_int_equal(scanout->frames, 2);
	assert_int_equal(scanout->pixels[0], 0xff123456);
	assert_true(rect_equal(&scanout->damage, &whole));
	/* A flush of the one that is hidden now is not a frame. */
	assert_int_equal(flush(rig, 1, whole), OK);
	assert_int_equal(scanout->frames, 2);
	gpu_rig_destroy(rig);
}

static void fences_survive_a_page_flip(void **state)
{
	struct gpu_rig *rig = rig_with(1);
	struct fenced_flush fenced[3];
	uint32_t answered = 0;

	light(rig, 1);
	make_resource(rig, 2, 64, 64);
	rig->display.manual = true;
	flush_submit(rig, &fenced[0], 1, whole, 1);
	flush_submit(rig, &fenced[1], 1, whole, 2);
	assert_int_equal(set_scanout(rig, 0, 2, whole), OK);
	flush_submit(rig, &fenced[2], 2, whole, 3);
	for (int i = 0; i < 3; i++) {
		fake_display_show(&rig->display, 0);
		gpu_rig_settle(rig);
		while (flush_answered(rig, NULL))
			answered++;
	}
	assert_int_equal(answered, 3);
	assert_int_equal(rig->gpu.scanouts[0].late, 0);
	gpu_rig_destroy(rig);
}

static void unref_on_a_scanout_blanks_it(void **state)
{
	struct gpu_rig *rig = rig_with(2);

	light(rig, 1);
	assert_int_equal(unref(rig, 1), OK);
	assert_false(rig->display.scanouts[0].lit);
	assert_int_equal(rig->display.scanouts[0].blanks, 1);
	assert_int_equal(rig->display.scanouts[1].blanks, 0);
	assert_int_equal(gpu_rig_usage(rig)->memory_bytes, 0);
	gpu_rig_destroy(rig);
}

/* The flushes that the unref set free come back before its own answer. */
static void unref_answers_the_flushes_that_wait(void **state)
{
	struct gpu_rig *rig = rig_with(1);
	struct fenced_flush fenced[2];
	struct virtio_gpu_resource_id command = {
		.hdr = header(VIRTIO_GPU_CMD_RESOURCE_UNREF), .resource_id = le32_put(1)};
	struct virtio_gpu_ctrl_hdr answer = {0};
	struct iovec out = {&command, sizeof(command)}, in = {&answer, sizeof(answer)};
	void *cookie;

	light(rig, 1);
	rig->display.manual = true;
	flush_submit(rig, &fenced[0], 1, whole, 1);
	flush_submit(rig, &fenced[1], 1, whole, 2);
	assert_int_equal(frontend_submit(rig->fe, 0, &out, 1, &in, 1, &command), 0);
	frontend_kick(rig->fe, 0);
	gpu_rig_settle(rig);
	assert_true(flush_answered(rig, NULL));
	assert_true(flush_answered(rig, NULL));
	assert_int_equal(frontend_collect(rig->fe, 0, &cookie, NULL), 1);
	assert_ptr_equal(cookie, &command);
	assert_int_equal(le32_get(answer.type), OK);
	gpu_rig_destroy(rig);
}

static void unref_on_two_scanouts_blanks_both(void **state)
{
	struct gpu_rig *rig = rig_with(3);

	light(rig, 2);
	assert_int_equal(unref(rig, 1), OK);
	assert_int_equal(rig->display.scanouts[0].blanks, 1);
	assert_int_equal(rig->display.scanouts[1].blanks, 1);
	assert_int_equal(rig->display.scanouts[2].blanks, 0);
	assert_int_equal(flush(rig, 1, whole), VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
	gpu_rig_destroy(rig);
}

static void unref_as_cursor_hides_it(void **state)
{
	struct gpu_rig *rig = rig_with(2);

	make_resource(rig, 1, 64, 64);
	assert_int_equal(update_cursor(rig, 0, 1, 0, 0, 0, 0), OK);
	assert_int_equal(update_cursor(rig, 1, 1, 0, 0, 0, 0), OK);
	assert_true(rig->display.scanouts[0].cursor_visible);
	assert_int_equal(unref(rig, 1), OK);
	assert_false(rig->display.scanouts[0].cursor_visible);
	assert_false(rig->display.scanouts[1].cursor_visible);
	assert_int_equal(move_cursor(rig, 0, 5, 5), OK);
	gpu_rig_destroy(rig);
}

static void one_resource_on_two_scanouts(void **state)
{
	struct gpu_rig *rig = rig_with(2);
	struct frontend_memory memory = make_resource(rig, 1, 64, 64);
	uint32_t *pixels = memory.host;

	pixels[0] = 0x111111;
	pixels[32] = 0x222222;
	assert_int_equal(transfer(rig, 1, whole, 0), OK);
	assert_int_equal(set_scanout(rig, 0, 1, (struct rect){0, 0, 32, 64}), OK);
	assert_int_equal(set_scanout(rig, 1, 1, (struct rect){32, 0, 32, 64}), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	assert_int_equal(rig->display.scanouts[0].pixels[0], 0xff111111);
	assert_int_equal(rig->display.scanouts[1].pixels[0], 0xff222222);
	assert_int_equal(rig->display.scanouts[1].frames, 1);
	assert_int_equal(flush(rig, 1, (struct rect){40, 0, 1, 1}), OK);
	assert_int_equal(rig->display.scanouts[0].frames, 1);
	assert_int_equal(rig->display.scanouts[1].frames, 2);
	gpu_rig_destroy(rig);
}

static void scanout_off_is_off_once(void **state)
{
	struct gpu_rig *rig = rig_with(1);

	assert_int_equal(set_scanout(rig, 0, 0, (struct rect){0}), OK);
	assert_int_equal(rig->display.scanouts[0].blanks, 0);
	light(rig, 1);
	assert_int_equal(set_scanout(rig, 0, 0, whole), OK);
	assert_int_equal(set_scanout(rig, 0, 0, whole), OK);
	assert_int_equal(rig->display.scanouts[0].blanks, 1);
	assert_int_equal(flush(rig, 1, whole), OK);
	assert_int_equal(rig->display.scanouts[0].frames, 1);
	/* On again shows all. */
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	assert_int_equal(flush(rig, 1, (struct rect){0, 0, 1, 1}), OK);
	assert_true(rect_equal(&rig->display.scanouts[0].damage, &whole));
	gpu_rig_destroy(rig);
}

/* As after the compositor was restarted. */
static void restored_display_gets_everything_again(void **state)
{
	struct gpu_rig *rig = rig_with(1);
	struct fake_scanout *scanout = &rig->display.scanouts[0];

	light(rig, 1);
	make_resource(rig, 2, 64, 64);
	assert_int_equal(update_cursor(rig, 0, 2, 0, 0, 3, 4), OK);
	rig->display.manual = true;
	assert_int_equal(flush(rig, 1, whole), OK);
	scanout->waiting = false;
	scanout->cursor_visible = false;
	rig->display.base.listener->restored(rig->display.base.data, 0);
	assert_int_equal(scanout->frames, 3);
	assert_true(rect_equal(&scanout->damage, &whole));
	assert_true(scanout->cursor_visible);
	assert_int_equal(scanout->cursor_x, 3);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(fenced_flush_waits_until_shown),
	cmocka_unit_test(flush_without_fence_is_answered_at_once),
	cmocka_unit_test(fenced_flush_is_answered_by_the_deadline),
	cmocka_unit_test(steady_flushes_are_never_late),
	cmocka_unit_test(flushes_in_flight_gather_into_one_frame),
	cmocka_unit_test(fenced_flush_of_what_is_not_shown_is_answered_at_once),
	cmocka_unit_test(one_slow_screen_leaves_the_other_its_pace),
	cmocka_unit_test(page_flip_shows_with_its_flush),
	cmocka_unit_test(fences_survive_a_page_flip),
	cmocka_unit_test(unref_on_a_scanout_blanks_it),
	cmocka_unit_test(unref_answers_the_flushes_that_wait),
	cmocka_unit_test(unref_on_two_scanouts_blanks_both),
	cmocka_unit_test(unref_as_cursor_hides_it),
	cmocka_unit_test(one_resource_on_two_scanouts),
	cmocka_unit_test(scanout_off_is_off_once),
	cmocka_unit_test(restored_display_gets_everything_again),
};

UNIT_MAIN(cases)
