/* SPDX-License-Identifier: MIT */
/* The EDIDs that guests get, as edid-decode judges and reads them. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gpu-backend/edid.h"
#include "tests/unit/unit.h"

#define REPORT_BYTES 16384

/*
 * Warnings that cannot be helped: our three letters are registered with nobody, and some
 * instrument screens are smaller than 10 cm.
 */
static bool warnings_are_known(const char *report)
{
	char *line, *state, *warnings = strstr(report, "Warnings:\n");

	for (line = warnings ? strtok_r(warnings, "\n", &state) : NULL; line;
		line = strtok_r(NULL, "\n", &state)) {
		if (!strncmp(line, "  ", 2) && !strstr(line, "possible PNP BNC") &&
			!strstr(line, "Dubious maximum image size"))
			return false;
	}
	return true;
}

/* What edid-decode says of the EDID, checked for conformity. */
static void decode(const uint8_t *edid, size_t size, char report[REPORT_BYTES])
{
	char path[] = "/tmp/edid-XXXXXX", command[64], copy[REPORT_BYTES];
	int fd = mkstemp(path);
	FILE *pipe;
	size_t got;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, edid, size), size);
	close(fd);
	snprintf(command, sizeof(command), "edid-decode --check %s 2>&1", path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	got = fread(report, 1, REPORT_BYTES - 1, pipe);
	report[got] = '\0';
	pclose(pipe);
	unlink(path);
	memcpy(copy, report, sizeof(copy));
	if (!strstr(report, "EDID conformity: PASS") || strstr(report, "Failures:") ||
		!warnings_are_known(copy)) {
		fputs(report, stderr);
		fail_msg("%zu bytes do not conform", size);
	}
}

/* The mode that is read back is the preferred one: the first, or that of the extension. */
static void check_mode(const char *report, size_t size, const struct screen *screen)
{
	const char *line = strstr(report, size == 128 ? "DTD 1:" : "DTD:");
	unsigned width, height;
	double hz, wanted = (screen->refresh_mhz ? screen->refresh_mhz : 60000) / 1000.0;

	assert_non_null(line);
	line = strchr(line, ':') + 1;
	assert_int_equal(sscanf(line, " %ux%u %lf Hz", &width, &height, &hz), 3);
	assert_int_equal(width, screen->width_px);
	assert_int_equal(height, screen->height_px);
	/* The clock of a small mode has few steps of 10 kHz. */
	if (hz < wanted * 0.9994 || hz > wanted * 1.0006)
		fail_msg("%u×%u at %f Hz, not %f", width, height, hz, wanted);
	if (size > 128)
		assert_non_null(strstr(report, "preferred"));
}

static void check(uint32_t width, uint32_t height, uint32_t mhz, uint32_t width_mm,
	uint32_t height_mm, const char *name, const char *name_read)
{
	struct screen screen = {
		.connected = true,
		.width_px = width,
		.height_px = height,
		.refresh_mhz = mhz,
		.width_mm = width_mm,
		.height_mm = height_mm,
	};
	uint8_t edid[EDID_MAX_BYTES];
	char report[REPORT_BYTES], text[64];
	size_t size;

	snprintf(screen.name, sizeof(screen.name), "%s", name);
	size = edid_write(&screen, 0, edid);
	assert_true(size == 128 || size == 256);
	decode(edid, size, report);
	check_mode(report, size, &screen);
	snprintf(text, sizeof(text), "Display Product Name: '%s'", name_read);
	if (!strstr(report, text))
		fail_msg("no %s in %s", text, report);
	if (width_mm) {
		snprintf(text, sizeof(text), "Maximum image size: %u cm x %u cm",
			(width_mm + 5) / 10, (height_mm + 5) / 10);
		assert_non_null(strstr(report, text));
		snprintf(text, sizeof(text), "(%u mm x %u mm)", width_mm, height_mm);
	} else {
		snprintf(text, sizeof(text), "Image size is variable");
	}
	assert_non_null(strstr(report, text));
}

static const uint32_t rates_mhz[] = {24000, 30000, 50000, 59940, 60000, 75000, 120000, 144000};

static void check_rates(uint32_t width, uint32_t height)
{
	for (size_t i = 0; i < COUNT(rates_mhz); i++)
		check(width, height, rates_mhz[i], 0, 0, "", "Binnacle");
}

static void common_modes_conform(void **state)
{
	static const uint32_t modes[][2] = {{640, 480}, {800, 480}, {800, 600}, {1024, 600},
		{1024, 768}, {1280, 720}, {1280, 800}, {1280, 1024}, {1366, 768}, {1440, 900},
		{1600, 900}, {1680, 1050}, {1920, 1080}, {1920, 1200}, {2560, 1080}, {2560, 1440},
		{2560, 1600}, {3440, 1440}, {3840, 2160}};

	for (size_t i = 0; i < COUNT(modes); i++) {
		check(modes[i][0], modes[i][1], 60000, 0, 0, "", "Binnacle");
		check(modes[i][0], modes[i][1], 60000, 527, 296, "HDMI-A-1", "HDMI-A-1");
	}
}

static void cluster_modes_conform(void **state)
{
	check(1920, 720, 60000, 292, 109, "cluster", "cluster");
	check(1280, 480, 60000, 0, 0, "cluster", "cluster");
	check(800, 480, 60000, 107, 64, "small", "small");
	check(720, 1920, 60000, 109, 292, "console", "console");
	check_rates(1920, 720);
}

static void every_rate_conforms(void **state)
{
	check_rates(640, 480);
	check_rates(1280, 800);
	check_rates(1920, 1080);
	check_rates(2560, 1440);
	check(1280, 800, 0, 0, 0, "", "Binnacle");
}

static void modes_beyond_the_base_block_conform(void **state)
{
	check_rates(3840, 2160);
	check_rates(5120, 1440);
	check(5120, 2160, 60000, 1200, 340, "wide", "wide");
	check(7680, 4320, 60000, 0, 0, "", "Binnacle");
	check(4096, 2160, 60000, 0, 0, "", "Binnacle");
	check(4095, 2160, 60000, 0, 0, "", "Binnacle");
	check(2160, 4096, 60000, 0, 0, "", "Binnacle");
}

static void odd_sizes_conform(void **state)
{
	static const uint32_t sizes[][2] = {
		{641, 479}, {1021, 333}, {1365, 767}, {1919, 1079}, {333, 1021}, {1000, 1000}};

	for (size_t i = 0; i < COUNT(sizes); i++)
		check(sizes[i][0], sizes[i][1], 60000, 123, 111, "odd", "odd");
}

/* Their natural clock would be below what a display takes. */
static void small_modes_conform(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {16, 16}, {64, 64}, {160, 120}, {320, 240},
		{400, 20}, {1280, 1}, {1, 1280}};

	for (size_t i = 0; i < COUNT(sizes); i++)
		check_rates(sizes[i][0], sizes[i][1]);
}

static void names_are_cut_to_what_fits(void **state)
{
	check(1280, 800, 60000, 0, 0, "A name of many letters", "A name of man");
	check(1280, 800, 60000, 0, 0, "Samsung LC49 RG90", "Samsung LC49");
	check(1280, 800, 60000, 0, 0, "exactly13char", "exactly13char");
	check(1280, 800, 60000, 0, 0, "  Weston \n", "Weston");
	check(1280, 800, 60000, 0, 0, "Kühlung", "Khlung");
	check(1280, 800, 60000, 0, 0, "速度", "Binnacle");
}

static void sizes_are_rounded_and_bounded(void **state)
{
	struct screen screen = {.connected = true, .width_px = 1920, .height_px = 1080};
	uint8_t edid[EDID_MAX_BYTES];
	char report[REPORT_BYTES];

	check(1920, 1080, 60000, 475, 267, "", "Binnacle");
	check(1920, 1080, 60000, 2554, 1444, "", "Binnacle");
	/* One dimension alone, or more than the fields hold, is as good as none. */
	screen.width_mm = 500;
	decode(edid, edid_write(&screen, 0, edid), report);
	assert_non_null(strstr(report, "Image size is variable"));
	assert_null(strstr(report, " mm)"));
	screen.height_mm = 1000000;
	decode(edid, edid_write(&screen, 0, edid), report);
	assert_non_null(strstr(report, "Image size is variable"));
	assert_null(strstr(report, " mm)"));
}

static void scanouts_differ_in_serial(void **state)
{
	struct screen screen = {.connected = true, .width_px = 1920, .height_px = 1080};
	uint8_t edids[16][EDID_MAX_BYTES];

	for (uint32_t i = 0; i < 16; i++) {
		char report[REPORT_BYTES];

		decode(edids[i], edid_write(&screen, i, edids[i]), report);
		for (uint32_t other = 0; other < i; other++)
			assert_memory_not_equal(edids[i] + 8, edids[other] + 8, 10);
	}
}

static void no_screen_has_no_edid(void **state)
{
	struct screen screen = {.connected = true};
	uint8_t edid[EDID_MAX_BYTES];

	assert_int_equal(edid_write(&screen, 0, edid), 0);
	screen.width_px = 1920;
	assert_int_equal(edid_write(&screen, 0, edid), 0);
	screen.height_px = 1080;
	assert_int_equal(edid_write(&screen, 0, edid), 128);
	screen.connected = false;
	assert_int_equal(edid_write(&screen, 0, edid), 0);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(common_modes_conform),
	cmocka_unit_test(cluster_modes_conform),
	cmocka_unit_test(every_rate_conforms),
	cmocka_unit_test(modes_beyond_the_base_block_conform),
	cmocka_unit_test(odd_sizes_conform),
	cmocka_unit_test(small_modes_conform),
	cmocka_unit_test(names_are_cut_to_what_fits),
	cmocka_unit_test(sizes_are_rounded_and_bounded),
	cmocka_unit_test(scanouts_differ_in_serial),
	cmocka_unit_test(no_screen_has_no_edid),
};

UNIT_MAIN(cases)
