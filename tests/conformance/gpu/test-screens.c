/* SPDX-License-Identifier: MIT */
/* Screens that come, change and go: display info, EDID, config space and its events. */
#include <stdio.h>
#include <string.h>

#include "tests/conformance/gpu/commands.h"
#include "tests/unit/unit.h"

static const struct screen hdmi = {
	.connected = true,
	.width_px = 1920,
	.height_px = 720,
	.refresh_mhz = 60000,
	.width_mm = 292,
	.height_mm = 109,
	.name = "HDMI-A-1",
};

static void config_get(struct gpu_rig *rig, struct virtio_gpu_config *config)
{
	struct message_config ask = {.size = sizeof(*config)}, answer;

	assert_int_equal(frontend_ask(rig->fe, MESSAGE_GET_CONFIG, &ask,
				 MESSAGE_CONFIG_HEADER + sizeof(*config), &answer,
				 MESSAGE_CONFIG_HEADER + sizeof(*config)),
		0);
	memcpy(config, answer.data, sizeof(*config));
}

static void config_set(struct gpu_rig *rig, uint32_t offset, const void *data, uint32_t size)
{
	struct message_config set = {.offset = offset, .size = size};

	memcpy(set.data, data, size);
	assert_int_equal(frontend_set(rig->fe, MESSAGE_SET_CONFIG, &set,
				 MESSAGE_CONFIG_HEADER + size, NULL, 0),
		0);
	gpu_rig_settle(rig);
}

static void config_has_scanouts_and_no_capsets(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.fake = true, .scanout_count = 4});
	struct virtio_gpu_config config;

	config_get(rig, &config);
	assert_int_equal(le32_get(config.events_read), 0);
	assert_int_equal(le32_get(config.events_clear), 0);
	assert_int_equal(le32_get(config.num_scanouts), 4);
	assert_int_equal(le32_get(config.num_capsets), 0);
	gpu_rig_destroy(rig);
}

static void changed_screen_is_told_on_the_channel(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
	struct message_header message;
	struct virtio_gpu_config config;
	uint8_t payload[64];

	fake_display_change(&rig->display, 0, &hdmi);
	assert_int_equal(frontend_channel_receive(rig->fe, &message, payload, sizeof(payload)), 0);
	assert_int_equal(message.request, MESSAGE_BACKEND_CONFIG_CHANGE);
	config_get(rig, &config);
	assert_int_equal(le32_get(config.events_read), VIRTIO_GPU_EVENT_DISPLAY);
	/* The same again is no change. */
	rig->fe->options.timeout_ms = 100;
	fake_display_change(&rig->display, 0, &hdmi);
	assert_true(frontend_channel_receive(rig->fe, &message, payload, sizeof(payload)) < 0);
	gpu_rig_destroy(rig);
}

/* As of a VMM whose console has more of them. */
static void screen_without_a_scanout_is_no_event(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.fake = true, .scanout_count = 2});
	struct virtio_gpu_config config;
	struct gpu_answer answer;

	fake_display_change(&rig->display, 2, &hdmi);
	fake_display_change(&rig->display, 15, &hdmi);
	config_get(rig, &config);
	assert_int_equal(le32_get(config.events_read), 0);
	assert_int_equal(get_display_info(rig, &answer), VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
	assert_int_equal(le32_get(answer.info.pmodes[2].enabled), 0);
	gpu_rig_destroy(rig);
}

static void events_clear_clears_what_is_written(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
	struct virtio_gpu_config config;
	struct le32 bits = le32_put(0xfffffffe);
	uint8_t byte = 1;

	fake_display_change(&rig->display, 0, &hdmi);
	config_set(rig, 4, &bits, sizeof(bits));
	config_get(rig, &config);
	assert_int_equal(le32_get(config.events_read), VIRTIO_GPU_EVENT_DISPLAY);
	bits = le32_put(VIRTIO_GPU_EVENT_DISPLAY);
	config_set(rig, 4, &bits, sizeof(bits));
	config_get(rig, &config);
	assert_int_equal(le32_get(config.events_read), 0);
	assert_int_equal(le32_get(config.events_clear), 0);
	/* One byte of it does as well, and the rest of config space is read only. */
	fake_display_change(&rig->display, 0, &(struct screen){0});
	config_set(rig, 4, &byte, 1);
	config_get(rig, &config);
	assert_int_equal(le32_get(config.events_read), 0);
	bits = le32_put(0xffffffff);
	config_set(rig, 0, &bits, sizeof(bits));
	config_set(rig, 8, &bits, sizeof(bits));
	config_get(rig, &config);
	assert_int_equal(le32_get(config.events_read), 0);
	assert_int_equal(le32_get(config.num_scanouts), 1);
	gpu_rig_destroy(rig);
}

static void changed_screen_is_in_display_info_and_edid(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.fake = true, .scanout_count = 2});
	struct gpu_answer answer;

	fake_display_change(&rig->display, 0, &hdmi);
	assert_int_equal(get_display_info(rig, &answer), VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
	assert_int_equal(le32_get(answer.info.pmodes[0].r.width), 1920);
	assert_int_equal(le32_get(answer.info.pmodes[0].r.height), 720);
	assert_int_equal(le32_get(answer.info.pmodes[1].r.x), 1920);
	assert_int_equal(get_edid(rig, 0, &answer), VIRTIO_GPU_RESP_OK_EDID);
	assert_int_equal(answer.edid.edid[56] | (answer.edid.edid[58] & 0xf0) << 4, 1920);
	assert_int_equal(answer.edid.edid[59] | (answer.edid.edid[61] & 0xf0) << 4, 720);
	assert_memory_equal(answer.edid.edid + 77, "HDMI-A-1\n", 9);
	assert_int_equal(answer.edid.edid[66] | (answer.edid.edid[68] & 0xf0) << 4, 292);
	gpu_rig_destroy(rig);
}

static void screen_that_went_has_no_mode_and_no_edid(void **state)
{
	struct gpu_rig *rig =
		gpu_rig_create(&(struct gpu_rig_options){.fake = true, .scanout_count = 2});
	struct screen gone = hdmi;
	struct gpu_answer answer;

	gone.connected = false;
	for (int i = 0; i < 2; i++) {
		fake_display_change(&rig->display, 0, i ? &gone : &(struct screen){0});
		assert_int_equal(get_display_info(rig, &answer), VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
		assert_int_equal(le32_get(answer.info.pmodes[0].enabled), 0);
		assert_int_equal(le32_get(answer.info.pmodes[0].r.width), 0);
		assert_int_equal(le32_get(answer.info.pmodes[1].enabled), 1);
		assert_int_equal(le32_get(answer.info.pmodes[1].r.x), 0);
		assert_int_equal(get_edid(rig, 0, &answer), VIRTIO_GPU_RESP_OK_EDID);
		assert_int_equal(le32_get(answer.edid.size), 0);
	}
	fake_display_change(&rig->display, 0, &hdmi);
	assert_int_equal(get_edid(rig, 0, &answer), VIRTIO_GPU_RESP_OK_EDID);
	assert_int_equal(le32_get(answer.edid.size), 128);
	gpu_rig_destroy(rig);
}

static void edid_of_the_display_is_passed_on(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
	struct screen screen = hdmi;
	struct gpu_answer answer;

	screen.edid_size_bytes = sizeof(screen.edid);
	for (size_t i = 0; i < sizeof(screen.edid); i++)
		screen.edid[i] = (uint8_t)(i * 7);
	fake_display_change(&rig->display, 0, &screen);
	assert_int_equal(get_edid(rig, 0, &answer), VIRTIO_GPU_RESP_OK_EDID);
	assert_int_equal(le32_get(answer.edid.size), 1024);
	assert_memory_equal(answer.edid.edid, screen.edid, 1024);
	gpu_rig_destroy(rig);
}

/* Asks without waiting; the answer is in place when it has been collected. */
struct question {
	struct virtio_gpu_ctrl_hdr command;
	struct gpu_answer answer;
	struct iovec out, in;
};

static void ask(struct gpu_rig *rig, struct question *question)
{
	question->command = header(VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	question->out = (struct iovec){&question->command, sizeof(question->command)};
	question->in = (struct iovec){&question->answer.info, sizeof(question->answer.info)};
	assert_int_equal(
		frontend_submit(rig->fe, 0, &question->out, 1, &question->in, 1, question), 0);
	frontend_kick(rig->fe, 0);
	gpu_rig_settle(rig);
}

/* What the display learns while the guest asks is in the answer, and is no event. */
static void display_info_waits_for_the_display(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
	struct question first, second;
	struct virtio_gpu_config config;

	rig->display.asks = true;
	ask(rig, &first);
	ask(rig, &second);
	assert_int_equal(rig->display.refreshes, 2);
	assert_int_equal(frontend_collect(rig->fe, 0, NULL, NULL), 0);
	fake_display_change(&rig->display, 0, &hdmi);
	fake_display_refreshed(&rig->display);
	gpu_rig_settle(rig);
	assert_int_equal(frontend_collect(rig->fe, 0, NULL, NULL), 1);
	assert_int_equal(frontend_collect(rig->fe, 0, NULL, NULL), 1);
	assert_int_equal(le32_get(first.answer.info.pmodes[0].r.width), 1920);
	assert_int_equal(le32_get(second.answer.info.pmodes[0].r.width), 1920);
	config_get(rig, &config);
	assert_int_equal(le32_get(config.events_read), 0);
	gpu_rig_destroy(rig);
}

static void display_info_has_a_deadline(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
	struct question question;

	rig->display.asks = true;
	ask(rig, &question);
	assert_int_equal(frontend_wait(rig->fe, 0), 0);
	assert_int_equal(frontend_collect(rig->fe, 0, NULL, NULL), 1);
	assert_int_equal(le32_get(question.answer.info.pmodes[0].r.width), 1280);
	/* Too late: there is nobody to tell. */
	fake_display_refreshed(&rig->display);
	gpu_rig_destroy(rig);
}

static void display_info_is_answered_when_the_ring_stops(void **state)
{
	struct gpu_rig *rig = gpu_rig_create(&(struct gpu_rig_options){.fake = true});
	struct question question;

	rig->display.asks = true;
	ask(rig, &question);
	assert_int_equal(frontend_queue_stop(rig->fe, 0), 0);
	assert_int_equal(frontend_collect(rig->fe, 0, NULL, NULL), 1);
	assert_int_equal(le32_get(question.answer.hdr.type), VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
	gpu_rig_destroy(rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(config_has_scanouts_and_no_capsets),
	cmocka_unit_test(changed_screen_is_told_on_the_channel),
	cmocka_unit_test(screen_without_a_scanout_is_no_event),
	cmocka_unit_test(events_clear_clears_what_is_written),
	cmocka_unit_test(changed_screen_is_in_display_info_and_edid),
	cmocka_unit_test(screen_that_went_has_no_mode_and_no_edid),
	cmocka_unit_test(edid_of_the_display_is_passed_on),
	cmocka_unit_test(display_info_waits_for_the_display),
	cmocka_unit_test(display_info_has_a_deadline),
	cmocka_unit_test(display_info_is_answered_when_the_ring_stops),
};

UNIT_MAIN(cases)
