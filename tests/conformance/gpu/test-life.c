/* SPDX-License-Identifier: MIT */
/* What outlives a stopped ring and a new memory table, and what a reset takes away. */

#include "tests/conformance/gpu/commands.h"
#include "tests/unit/unit.h"

#define BAD_RESOURCE VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID

static const struct rect whole = {0, 0, 64, 64};

static struct gpu_rig *rig_with_fake(void)
{
	return gpu_rig_create(&(struct gpu_rig_options){.fake = true});
}

static void stopped_rings_keep_resources(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	make_resource(rig, 1, 64, 64);
	make_resource(rig, 2, 64, 64);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	assert_int_equal(update_cursor(rig, 0, 2, 0, 0, 0, 0), OK);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
		assert_int_equal(frontend_queue_stop(rig->fe, 1), 0);
		assert_int_equal(frontend_queue_start(rig->fe, 0), 0);
		assert_int_equal(frontend_queue_start(rig->fe, 1), 0);
		assert_int_equal(transfer(rig, 1, whole, 0), OK);
		assert_int_equal(flush(rig, 1, whole), OK);
		assert_int_equal(move_cursor(rig, 0, 1, 1), OK);
		assert_int_equal(
			create_2d(rig, 1, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 1, 1), BAD_RESOURCE);
	}
	gpu_rig_destroy(rig);
}

static void stopped_ring_keeps_the_picture(void **state)
{
	struct gpu_rig *rig = rig_with_fake();

	make_resource(rig, 1, 64, 64);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	assert_int_equal(frontend_queue_stop(rig->fe, 1), 0);
	gpu_rig_settle(rig);
	assert_true(rig->display.scanouts[0].lit);
	assert_int_equal(rig->display.scanouts[0].blanks, 0);
	gpu_rig_destroy(rig);
}

static void stopping_ring_answers_held_flushes(void **state)
{
	struct gpu_rig *rig = rig_with_fake();
	struct fenced_flush fenced[2];

	make_resource(rig, 1, 64, 64);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	rig->display.manual = true;
	flush_submit(rig, &fenced[0], 1, whole, 1);
	flush_submit(rig, &fenced[1], 1, whole, 2);
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	assert_true(flush_answered(rig, NULL));
	assert_true(flush_answered(rig, NULL));
	assert_int_equal(frontend_queue_start(rig->fe, 0), 0);
	fake_display_show(&rig->display, 0);
	assert_int_equal(flush(rig, 1, whole), OK);
	gpu_rig_destroy(rig);
}

/* A stopped cursor queue is no reason to answer what the control queue holds. */
static void stopping_the_cursor_ring_leaves_flushes(void **state)
{
	struct gpu_rig *rig = rig_with_fake();
	struct fenced_flush fenced;

	make_resource(rig, 1, 64, 64);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	rig->display.manual = true;
	flush_submit(rig, &fenced, 1, whole, 1);
	assert_int_equal(frontend_queue_stop(rig->fe, 1), 0);
	assert_false(flush_answered(rig, NULL));
	fake_display_show(&rig->display, 0);
	gpu_rig_settle(rig);
	assert_true(flush_answered(rig, NULL));
	gpu_rig_destroy(rig);
}

/* The same memory in a new table, as a VMM sends it after hotplug. */
static void new_memory_table_keeps_backing(void **state)
{
	struct gpu_rig *rig = rig_with_fake();
	struct frontend_memory memory = make_resource(rig, 1, 64, 64);

	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	for (uint32_t i = 1; i < 5; i++) {
		*(uint32_t *)memory.host = i;
		assert_int_equal(frontend_memory_send(rig->fe), 0);
		assert_int_equal(transfer(rig, 1, whole, 0), OK);
		assert_int_equal(flush(rig, 1, whole), OK);
		assert_int_equal(rig->display.scanouts[0].pixels[0], 0xff000000u | i);
	}
	gpu_rig_destroy(rig);
}

/* The table has lost the region that the backing was in: that resource fails, and comes back with
 * the region. */
static void backing_whose_memory_went_fails_alone(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.fake = true, .region_count = 2});
	struct frontend_memory kept = frontend_alloc_in(rig->fe, 0, 64 * 64 * 4, 4096);
	struct frontend_memory lost = frontend_alloc_in(rig->fe, 1, 64 * 64 * 4, 4096);

	for (uint32_t id = 1; id <= 2; id++)
		assert_int_equal(create_2d(rig, id, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 64, 64), OK);
	assert_int_equal(attach_memory(rig, 1, &kept), OK);
	assert_int_equal(attach_memory(rig, 2, &lost), OK);
	assert_int_equal(transfer(rig, 2, whole, 0), OK);
	rig->fe->region_count = 1;
	assert_int_equal(frontend_memory_send(rig->fe), 0);
	assert_int_equal(transfer(rig, 1, whole, 0), OK);
	assert_int_equal(transfer(rig, 2, whole, 0), VIRTIO_GPU_RESP_ERR_UNSPEC);
	rig->fe->region_count = 2;
	assert_int_equal(frontend_memory_send(rig->fe), 0);
	*(uint32_t *)lost.host = 0xabcdef;
	assert_int_equal(transfer(rig, 2, whole, 0), OK);
	assert_int_equal(set_scanout(rig, 0, 2, whole), OK);
	assert_int_equal(flush(rig, 2, whole), OK);
	assert_int_equal(rig->display.scanouts[0].pixels[0], 0xffabcdef);
	gpu_rig_destroy(rig);
}

static void fill(struct gpu_rig *rig)
{
	make_resource(rig, 1, 64, 64);
	make_resource(rig, 2, 64, 64);
	assert_int_equal(set_scanout(rig, 0, 1, whole), OK);
	assert_int_equal(flush(rig, 1, whole), OK);
	assert_int_equal(update_cursor(rig, 0, 2, 0, 0, 0, 0), OK);
}

static void check_empty(struct gpu_rig *rig)
{
	const struct gpu_usage *usage = gpu_rig_usage(rig);

	assert_int_equal(usage->memory_bytes, 0);
	assert_int_equal(usage->resources, 0);
	assert_int_equal(usage->backing_entries, 0);
	assert_false(rig->display.scanouts[0].lit);
	assert_false(rig->display.scanouts[0].cursor_visible);
	assert_int_equal(rig->gpu.features, 0);
	assert_int_equal(rig->gpu.events, 0);
}

static void device_reset_drops_all(void **state)
{
	struct gpu_rig *rig = rig_with_fake();

	fill(rig);
	fake_display_change(&rig->display, 0, &(struct screen){.connected = true});
	assert_int_equal(frontend_set(rig->fe, MESSAGE_RESET_DEVICE, NULL, 0, NULL, 0), 0);
	gpu_rig_settle(rig);
	check_empty(rig);
	for (uint32_t i = 0; i < 2; i++)
		frontend_queue_renew(rig->fe, i);
	assert_int_equal(frontend_set_u64(rig->fe, MESSAGE_SET_FEATURES, rig->fe->features), 0);
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(frontend_queue_start(rig->fe, i), 0);
	assert_int_equal(flush(rig, 1, whole), BAD_RESOURCE);
	fill(rig);
	gpu_rig_destroy(rig);
}

static void status_zero_drops_all(void **state)
{
	struct gpu_rig *rig = rig_with_fake();

	fill(rig);
	assert_int_equal(frontend_set_u64(rig->fe, MESSAGE_SET_STATUS, 0xf), 0);
	assert_int_equal(frontend_set_u64(rig->fe, MESSAGE_SET_STATUS, 0), 0);
	gpu_rig_settle(rig);
	check_empty(rig);
	gpu_rig_destroy(rig);
}

static void front_end_that_goes_takes_all_with_it(void **state)
{
	struct gpu_rig *rig = rig_with_fake();
	struct fenced_flush fenced[2];

	fill(rig);
	rig->display.manual = true;
	flush_submit(rig, &fenced[0], 1, whole, 1);
	flush_submit(rig, &fenced[1], 1, whole, 2);
	frontend_destroy(rig->fe);
	rig->fe = NULL;
	gpu_rig_settle(rig);
	check_empty(rig);
	gpu_rig_destroy(rig);
}

static void next_front_end_starts_afresh(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(NULL);

	for (int i = 0; i < 5; i++) {
		fill(rig);
		gpu_rig_reconnect(rig);
		assert_int_equal(flush(rig, 1, whole), BAD_RESOURCE);
		assert_int_equal(unref(rig, 2), BAD_RESOURCE);
	}
	gpu_rig_destroy(rig);
}

static void reconnecting_leaks_no_descriptor(void **state)
{
	struct gpu_rig *rig = rig_with_fake();
	int before;

	fill(rig);
	gpu_rig_reconnect(rig);
	before = unit_open_fds();
	for (int i = 0; i < 100; i++) {
		fill(rig);
		gpu_rig_reconnect(rig);
	}
	assert_int_equal(unit_open_fds(), before);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(stopped_rings_keep_resources),
	cmocka_unit_test(stopped_ring_keeps_the_picture),
	cmocka_unit_test(stopping_ring_answers_held_flushes),
	cmocka_unit_test(stopping_the_cursor_ring_leaves_flushes),
	cmocka_unit_test(new_memory_table_keeps_backing),
	cmocka_unit_test(backing_whose_memory_went_fails_alone),
	cmocka_unit_test(device_reset_drops_all),
	cmocka_unit_test(status_zero_drops_all),
	cmocka_unit_test(front_end_that_goes_takes_all_with_it),
	cmocka_unit_test(next_front_end_starts_afresh),
	cmocka_unit_test(reconnecting_leaks_no_descriptor),
};

UNIT_MAIN(cases)
