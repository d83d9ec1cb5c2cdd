/* SPDX-License-Identifier: MIT */
/* Rings that stop and go on, devices that are reset: what stays and what goes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/rig.h"
#include "tests/unit/unit.h"

static const struct frontend_options defaults = {0};

static void echo_times(struct rig *rig, int times)
{
	for (int i = 0; i < times; i++)
		rig_echo(rig, 0, 100, 30);
}

/* --- Pauses: state is kept --- */

/* What QEMU sends when a VM is paused and goes on: the same that it sends for a reset, but for
 * RESET_DEVICE, and SET_STATUS 0 is part of it. */
static void pause_and_resume(const struct frontend_options *options)
{
	struct rig *rig = rig_create_ready(options);
	struct frontend *fe = rig->fe;

	assert_int_equal(frontend_set_u64(fe, MESSAGE_SET_STATUS, 0xf), 0);
	for (int round = 0; round < 3; round++) {
		echo_times(rig, 7);
		assert_int_equal(frontend_queue_stop(fe, 0), 0);
		assert_int_equal(frontend_set_u64(fe, MESSAGE_SET_STATUS, 0), 0);
		assert_int_equal(rig->device.stopped, round + 1);
		assert_int_equal(frontend_set_u64(fe, MESSAGE_SET_FEATURES, fe->features), 0);
		assert_int_equal(frontend_memory_send(fe), 0);
		assert_int_equal(frontend_queue_start(fe, 0), 0);
		assert_int_equal(frontend_set_u64(fe, MESSAGE_SET_STATUS, 0xf), 0);
	}
	echo_times(rig, 7);
	assert_int_equal(rig->device.resets, 0);
	assert_int_equal(rig->device.features_sets, 1);
	rig_destroy(rig);
}

static void split_pause_keeps_state(void **state)
{
	pause_and_resume(&defaults);
}

static void split_event_idx_pause_keeps_state(void **state)
{
	pause_and_resume(&(struct frontend_options){.event_idx = true, .queue_size = 16});
}

static void packed_pause_keeps_state(void **state)
{
	pause_and_resume(&(struct frontend_options){.packed = true, .queue_size = 16});
}

static void packed_event_idx_pause_keeps_state(void **state)
{
	pause_and_resume(&(struct frontend_options){
		.packed = true, .event_idx = true, .indirect = true, .queue_size = 16});
}

static void split_base_counts_chains(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	echo_times(rig, 5);
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	assert_int_equal(rig->fe->queues[0].base, 5);
	rig_destroy(rig);
}

static void packed_base_has_both_wraps(void **state)
{
	struct rig *rig = rig_create_ready(
		&(struct frontend_options){.packed = true, .indirect = true, .queue_size = 8});

	echo_times(rig, 5);
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	assert_int_equal(rig->fe->queues[0].base, 0x80058005u);
	assert_int_equal(frontend_queue_start(rig->fe, 0), 0);
	echo_times(rig, 5);
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	assert_int_equal(rig->fe->queues[0].base, 0x00020002u);
	rig_destroy(rig);
}

/* The chains that the device holds go back before the base is told. */
static void stopping_completes_chains_in_flight(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint32_t data = 3, answer = 0, written;
	struct iovec out = {&data, 4}, in = {&answer, 4};

	rig->device.hold = true;
	assert_int_equal(frontend_submit(rig->fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(rig->fe, 0);
	rig_settle(rig);
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	assert_int_equal(rig->fe->queues[0].base, 1);
	assert_int_equal(frontend_wait(rig->fe, 0), 0);
	assert_int_equal(frontend_collect(rig->fe, 0, NULL, &written), 1);
	assert_int_equal(answer, 3);
	rig_destroy(rig);
}

/* A device that keeps a chain over a stop: it is only freed then. */
static void chain_completed_after_stop_is_only_freed(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint32_t data = 3, answer = 0;
	struct iovec out = {&data, 4}, in = {&answer, 4};

	rig->device.hold = rig->device.keep_on_stop = true;
	assert_int_equal(frontend_submit(rig->fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(rig->fe, 0);
	rig_settle(rig);
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	rig_release(rig, false);
	rig_settle(rig);
	assert_int_equal(frontend_collect(rig->fe, 0, NULL, NULL), 0);
	rig_destroy(rig);
}

static void chain_completed_after_disconnect_is_only_freed(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	uint32_t data = 3, answer = 0;
	struct iovec out = {&data, 4}, in = {&answer, 4};

	rig->device.hold = rig->device.keep_on_stop = true;
	assert_int_equal(frontend_submit(rig->fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(rig->fe, 0);
	rig_settle(rig);
	frontend_destroy(rig->fe);
	rig->fe = NULL;
	rig_settle(rig);
	assert_int_equal(rig->device.resets, 1);
	/* rig_destroy() completes it. */
	rig_destroy(rig);
}

/* --- Enable and disable --- */

static void disabled_ring_waits(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);
	struct frontend *fe = rig->fe;
	uint32_t data = 3, answer = 0;
	struct iovec out = {&data, 4}, in = {&answer, 4};

	echo_times(rig, 3);
	assert_int_equal(frontend_set_state(fe, MESSAGE_SET_VRING_ENABLE, 0, 0), 0);
	assert_int_equal(rig->device.stopped, 1);
	assert_int_equal(frontend_submit(fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(fe, 0);
	rig_settle(rig);
	assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 0);
	assert_int_equal(frontend_set_state(fe, MESSAGE_SET_VRING_ENABLE, 0, 1), 0);
	assert_int_equal(frontend_wait(fe, 0), 0);
	assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 1);
	assert_int_equal(rig->device.resets, 0);
	rig_destroy(rig);
}

static void ring_starts_disabled_with_protocol_features(void **state)
{
	struct rig *rig = rig_create(&defaults);
	struct frontend *fe = rig->fe;
	uint64_t u64 = 0;
	struct message_vring_addr addr = {
		.desc_user = (uintptr_t)fe->queues[0].desc.host,
		.avail_user = (uintptr_t)fe->queues[0].driver.host,
		.used_user = (uintptr_t)fe->queues[0].device.host,
	};

	assert_int_equal(frontend_negotiate(fe), 0);
	assert_int_equal(frontend_memory_send(fe), 0);
	assert_int_equal(frontend_set_state(fe, MESSAGE_SET_VRING_NUM, 0, 256), 0);
	assert_int_equal(frontend_set(fe, MESSAGE_SET_VRING_ADDR, &addr, sizeof(addr), NULL, 0), 0);
	assert_int_equal(
		frontend_set(fe, MESSAGE_SET_VRING_KICK, &u64, 8, &fe->queues[0].kick_fd, 1), 0);
	frontend_kick_always(fe, 0);
	rig_settle(rig);
	assert_int_equal(rig->device.kicked, 0);
	assert_int_equal(frontend_set_state(fe, MESSAGE_SET_VRING_ENABLE, 0, 1), 0);
	assert_true(rig->device.kicked > 0);
	rig_destroy(rig);
}

static void ring_starts_enabled_without_protocol_features(void **state)
{
	struct rig *rig =
		rig_create_ready(&(struct frontend_options){.no_protocol_features = true});

	rig_echo(rig, 0, 100, 10);
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	assert_int_equal(frontend_queue_start(rig->fe, 0), 0);
	rig_echo(rig, 0, 100, 10);
	rig_destroy(rig);
}

static void new_kick_descriptor_on_running_ring_is_taken(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	echo_times(rig, 2);
	assert_int_equal(frontend_queue_start(rig->fe, 0), 0);
	rig_destroy(rig);
}

/* --- Resets: state goes --- */

/* A guest reboot on QEMU 9.1 and later. */
static void reset_message_resets(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.queue_count = 2});

	echo_times(rig, 3);
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(frontend_queue_stop(rig->fe, i), 0);
	assert_int_equal(frontend_set_u64(rig->fe, MESSAGE_SET_STATUS, 0), 0);
	assert_int_equal(rig->device.resets, 0);
	assert_int_equal(frontend_set(rig->fe, MESSAGE_RESET_DEVICE, NULL, 0, NULL, 0), 0);
	assert_int_equal(rig->device.resets, 1);
	for (uint32_t i = 0; i < 2; i++) {
		frontend_queue_renew(rig->fe, i);
		assert_int_equal(frontend_queue_start(rig->fe, i), 0);
	}
	echo_times(rig, 3);
	assert_int_equal(rig->device.resets, 1);
	/* The device is told its features again. */
	assert_int_equal(rig->device.features_sets, 2);
	rig_destroy(rig);
}

static void reset_message_stops_running_rings(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	echo_times(rig, 3);
	assert_int_equal(frontend_set(rig->fe, MESSAGE_RESET_DEVICE, NULL, 0, NULL, 0), 0);
	assert_int_equal(rig->device.stopped, 1);
	assert_int_equal(rig->device.resets, 1);
	frontend_kick_always(rig->fe, 0);
	rig_settle(rig);
	assert_int_equal(rig->device.popped, 3);
	rig_destroy(rig);
}

static void status_of_nought_resets_running_rings(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	echo_times(rig, 3);
	assert_int_equal(frontend_set_u64(rig->fe, MESSAGE_SET_STATUS, 0), 0);
	assert_int_equal(rig->device.stopped, 1);
	assert_int_equal(rig->device.resets, 1);
	frontend_queue_renew(rig->fe, 0);
	assert_int_equal(frontend_queue_start(rig->fe, 0), 0);
	echo_times(rig, 3);
	assert_int_equal(rig->device.resets, 1);
	rig_destroy(rig);
}

/* A guest reboot on QEMU before 9.1: nothing says so but the rings that begin anew. */
static void silent_reset(const struct frontend_options *options)
{
	struct rig *rig = rig_create_ready(options);

	for (int round = 0; round < 3; round++) {
		echo_times(rig, 5);
		assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
		assert_int_equal(rig->device.resets, round);
		frontend_queue_renew(rig->fe, 0);
		assert_int_equal(frontend_queue_start(rig->fe, 0), 0);
		assert_int_equal(rig->device.resets, round + 1);
		assert_int_equal(rig->device.features_sets, round + 2);
	}
	echo_times(rig, 5);
	rig_destroy(rig);
}

static void split_ring_that_begins_anew_resets(void **state)
{
	silent_reset(&defaults);
}

static void packed_ring_that_begins_anew_resets(void **state)
{
	silent_reset(&(struct frontend_options){.packed = true});
}

/* A driver that is loaded again on User-Mode Linux: ENABLE 0 and a new set-up, no GET_VRING_BASE.
 */
static void set_up_again_without_stop_resets(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	echo_times(rig, 5);
	assert_int_equal(frontend_set_state(rig->fe, MESSAGE_SET_VRING_ENABLE, 0, 0), 0);
	frontend_queue_renew(rig->fe, 0);
	assert_int_equal(frontend_queue_start(rig->fe, 0), 0);
	assert_int_equal(rig->device.resets, 1);
	echo_times(rig, 5);
	rig_destroy(rig);
}

/* The second ring shows that there was a reset when the first already runs. */
static void reset_seen_late_completes_the_other_rings_chains(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.queue_count = 2});
	struct frontend *fe = rig->fe;
	uint32_t data = 3, answer = 0;
	struct iovec out = {&data, 4}, in = {&answer, 4};

	rig_echo(rig, 1, 100, 10);
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(frontend_queue_stop(fe, i), 0);
	for (uint32_t i = 0; i < 2; i++)
		frontend_queue_renew(fe, i);
	rig->device.hold = true;
	assert_int_equal(frontend_queue_start(fe, 0), 0);
	assert_int_equal(frontend_submit(fe, 0, &out, 1, &in, 1, NULL), 0);
	frontend_kick(fe, 0);
	rig_settle(rig);
	assert_int_equal(rig->device.resets, 0);
	assert_int_equal(frontend_queue_start(fe, 1), 0);
	assert_int_equal(rig->device.resets, 1);
	assert_int_equal(frontend_collect(fe, 0, NULL, NULL), 1);
	rig->device.hold = false;
	rig_echo(rig, 0, 100, 10);
	rig_echo(rig, 1, 100, 10);
	assert_int_equal(rig->device.resets, 1);
	rig_destroy(rig);
}

/* Rings that were never used have nothing to lose: a boot loader's driver and then the kernel's. */
static void unused_ring_that_moves_does_not_reset(void **state)
{
	struct rig *rig = rig_create_ready(&defaults);

	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	rig->fe->queues[0].desc = frontend_alloc(rig->fe, 4096, 4096);
	assert_int_equal(frontend_queue_start(rig->fe, 0), 0);
	assert_int_equal(rig->device.resets, 0);
	rig_destroy(rig);
}

static void disconnect_resets(void **state)
{
	struct rig *rig = rig_create_ready(&(struct frontend_options){.queue_count = 2});

	echo_times(rig, 1);
	frontend_destroy(rig->fe);
	rig->fe = NULL;
	rig_settle(rig);
	assert_int_equal(rig->device.stopped, 2);
	assert_int_equal(rig->device.resets, 1);
	assert_null(rig->device.base.session);
	assert_null(vhost_user_queue_pop(&rig->device.base, 0));
	vhost_user_device_config_changed(&rig->device.base);
	rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(split_pause_keeps_state),
	cmocka_unit_test(split_event_idx_pause_keeps_state),
	cmocka_unit_test(packed_pause_keeps_state),
	cmocka_unit_test(packed_event_idx_pause_keeps_state),
	cmocka_unit_test(split_base_counts_chains),
	cmocka_unit_test(packed_base_has_both_wraps),
	cmocka_unit_test(stopping_completes_chains_in_flight),
	cmocka_unit_test(chain_completed_after_stop_is_only_freed),
	cmocka_unit_test(chain_completed_after_disconnect_is_only_freed),
	cmocka_unit_test(disabled_ring_waits),
	cmocka_unit_test(ring_starts_disabled_with_protocol_features),
	cmocka_unit_test(ring_starts_enabled_without_protocol_features),
	cmocka_unit_test(new_kick_descriptor_on_running_ring_is_taken),
	cmocka_unit_test(reset_message_resets),
	cmocka_unit_test(reset_message_stops_running_rings),
	cmocka_unit_test(status_of_nought_resets_running_rings),
	cmocka_unit_test(split_ring_that_begins_anew_resets),
	cmocka_unit_test(packed_ring_that_begins_anew_resets),
	cmocka_unit_test(set_up_again_without_stop_resets),
	cmocka_unit_test(reset_seen_late_completes_the_other_rings_chains),
	cmocka_unit_test(unused_ring_that_moves_does_not_reset),
	cmocka_unit_test(disconnect_resets),
};

UNIT_MAIN(cases)
