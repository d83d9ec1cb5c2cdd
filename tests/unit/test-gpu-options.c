/* SPDX-License-Identifier: MIT */
/* The command line of binnacle-gpu: what it takes, and what it says is wrong. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "gpu-backend/options.h"
#include "tests/unit/unit.h"

/* Parses the words, NULL at the end. */
static enum options_action parse(struct options *options, const char *const *words)
{
	char *argv[20] = {(char *)"binnacle-gpu"};
	int argc = 1;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	optind = 0; /* once more from the start */
	return options_parse(options, argc, argv);
}

#define PARSE(options, ...) parse(options, (const char *const[]){__VA_ARGS__, NULL})

static void defaults(void **state)
{
	struct options options;

	assert_int_equal(PARSE(&options, "--socket-path=/run/s"), OPTIONS_RUN);
	assert_string_equal(options.socket_path, "/run/s");
	assert_int_equal(options.fd, -1);
	assert_string_equal(options.display, "vmm");
	assert_null(options.guest);
	assert_int_equal(options.scanout_count, 1);
	assert_true(options.screen.connected);
	assert_int_equal(options.screen.width_px, 1280);
	assert_int_equal(options.screen.height_px, 800);
	assert_int_equal(options.screen.refresh_mhz, 60000);
	assert_int_equal(options.limits.memory_bytes, 512 << 20);
	assert_int_equal(options.limits.resources, 2048);
	assert_int_equal(options.limits.backing_entries, 262144);
	assert_int_equal(options.limits.contexts, 256);
	assert_int_equal(options.virgl, OPTIONS_VIRGL_AUTO);
	assert_null(options.render_node);
	assert_int_equal(options.log_level, LOG_INFO);
}

static void every_option_is_taken(void **state)
{
	struct options options;

	assert_int_equal(PARSE(&options, "--fd=7", "--guest=ivi", "--display=none", "--outputs=16",
				 "--mode=1920x720@30", "--max-memory=3G", "--max-resources=5",
				 "--max-backing=6", "--max-contexts=7", "--virgl",
				 "--render-node=/dev/dri/renderD129", "-v"),
		OPTIONS_RUN);
	assert_int_equal(options.fd, 7);
	assert_string_equal(options.guest, "ivi");
	assert_string_equal(options.display, "none");
	assert_int_equal(options.scanout_count, 16);
	assert_int_equal(options.screen.width_px, 1920);
	assert_int_equal(options.screen.height_px, 720);
	assert_int_equal(options.screen.refresh_mhz, 30000);
	assert_true(options.limits.memory_bytes == UINT64_C(3) << 30);
	assert_int_equal(options.limits.resources, 5);
	assert_int_equal(options.limits.backing_entries, 6);
	assert_int_equal(options.limits.contexts, 7);
	assert_int_equal(options.virgl, OPTIONS_VIRGL_ON);
	assert_string_equal(options.render_node, "/dev/dri/renderD129");
	assert_int_equal(options.log_level, LOG_DEBUG);
	assert_int_equal(PARSE(&options, "--fd=7", "--no-virgl"), OPTIONS_RUN);
	assert_int_equal(options.virgl, OPTIONS_VIRGL_OFF);
}

static void display_follows_from_the_guest(void **state)
{
	struct options options;

	assert_int_equal(PARSE(&options, "--fd=3", "--guest=a"), OPTIONS_RUN);
	assert_string_equal(options.display, "wayland");
	assert_null(options.wayland);
	assert_int_equal(PARSE(&options, "--fd=3", "--wayland-display=wayland-9"), OPTIONS_RUN);
	assert_string_equal(options.display, "wayland");
	assert_string_equal(options.wayland, "wayland-9");
	unsetenv("WAYLAND_DISPLAY");
	assert_int_equal(PARSE(&options, "--fd=3", "--display=wayland"), OPTIONS_EXIT_FAILURE);
	setenv("WAYLAND_DISPLAY", "wayland-1", 1);
	assert_int_equal(PARSE(&options, "--fd=3", "--display=wayland"), OPTIONS_RUN);
	assert_string_equal(options.wayland, "wayland-1");
}

static void wrong_values_are_refused(void **state)
{
	static const char *const wrong[] = {"--outputs=0", "--outputs=17", "--outputs=-1",
		"--outputs=", "--outputs=1x", "--outputs= 1", "--outputs=+1",
		"--outputs=99999999999999999999", "--mode=", "--mode=0x480", "--mode=640x0",
		"--mode=640", "--mode=640x", "--mode=x480", "--mode=640x480@", "--mode=640x480@0",
		"--mode=640x480@60x", "--mode=640x480x60", "--mode=16385x1", "--mode=1x99999",
		"--mode=-1x480", "--mode= 640x480", "--mode=640x 480", "--mode=640x+480",
		"--mode=640x480@ 60", "--mode=640x480@1000", "--guest=", "--guest=..",
		"--guest=a/b", "--guest=A", "--guest=a b",
		"--guest=abcdefghijklmnopqrstuvwxyz0123456", "--display=", "--display=x11",
		"--max-memory=0", "--max-memory=", "--max-memory=G", "--max-memory=1T",
		"--max-memory=-1", "--max-memory=1.5G", "--max-memory=17179869184G",
		"--max-contexts=0", "--render-node=", "--virgl=1",
		"--max-resources=0", "--max-resources=4294967296", "--max-backing=0",
		"--wayland-display=", "--bogus", "--outputs", "word", "-x"};
	struct options options;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		if (PARSE(&options, "--fd=3", wrong[i]) != OPTIONS_EXIT_FAILURE)
			fail_msg("'%s' was taken", wrong[i]);
	}
}

static void one_socket_is_given(void **state)
{
	struct options options;

	assert_int_equal(PARSE(&options, "--display=none"), OPTIONS_EXIT_FAILURE);
	assert_int_equal(PARSE(&options, "--fd=3", "--socket-path=/run/s"), OPTIONS_EXIT_FAILURE);
	assert_int_equal(PARSE(&options, "--socket-path="), OPTIONS_EXIT_FAILURE);
	assert_int_equal(PARSE(&options, "--fd=-1"), OPTIONS_EXIT_FAILURE);
	assert_int_equal(PARSE(&options, "--fd=2147483648"), OPTIONS_EXIT_FAILURE);
}

static void questions_are_answered(void **state)
{
	struct options options;

	assert_int_equal(PARSE(&options, "--help"), OPTIONS_EXIT_OK);
	assert_int_equal(PARSE(&options, "--version"), OPTIONS_EXIT_OK);
	assert_int_equal(PARSE(&options, "--print-capabilities"), OPTIONS_EXIT_OK);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(defaults),
	cmocka_unit_test(every_option_is_taken),
	cmocka_unit_test(display_follows_from_the_guest),
	cmocka_unit_test(wrong_values_are_refused),
	cmocka_unit_test(one_socket_is_given),
	cmocka_unit_test(questions_are_answered),
};

UNIT_MAIN(cases)
