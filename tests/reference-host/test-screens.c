/* SPDX-License-Identifier: MIT */
/* Guests on the two screens of the reference host, as its displays scan them out. */
#include "tests/integration/plugin/cases.h"
#include "tests/reference-host/reference.h"

#define WIDTH 1280
#define HEIGHT 800

static struct picture *pattern(uint32_t seed)
{
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);

	picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, seed);
	return picture;
}

/* The screens have to show the pictures. What each guest draws is in the scenario. */
static void see(struct reference *reference, struct picture *cluster, struct picture *ivi)
{
	reference_expect(reference, 0, cluster);
	reference_expect(reference, 1, ivi);
	reference_finish(reference);
	picture_destroy(cluster);
	picture_destroy(ivi);
}

static void two_guests_are_on_two_screens(void)
{
	struct reference *reference = reference_start(__func__, "two-screens");
	struct picture *cluster = pattern(3), *ivi = pattern(7);

	picture_draw_pattern(cluster, 0, 0, 101, 203, 333, 57, 4);
	picture_draw_pattern(ivi, 0, 0, 17, 31, 101, 53, 8);
	picture_draw_pattern(ivi, 0, 0, 300, 50, 97, 31, 9);
	see(reference, cluster, ivi);
	/* Transfers write where the display hardware reads. */
	reference_expect_scanout(reference, "cluster", "path", "copy");
	reference_expect_scanout(reference, "cluster", "handed_as", "udmabuf");
	reference_expect_scanout(reference, "ivi", "handed_as", "udmabuf");
	reference_expect_composition(reference, "Virtual-1", "plane-only");
	reference_expect_composition(reference, "Virtual-2", "plane-only");
	reference_destroy(reference);
}

static void no_pixel_is_copied(void)
{
	struct reference *reference = reference_start(__func__, "zero-copy");

	see(reference, pattern(12), pattern(25));
	reference_expect_scanout(reference, "cluster", "path", "zero-copy");
	reference_expect_scanout(reference, "cluster", "handed_as", "udmabuf");
	reference_expect_scanout(reference, "ivi", "handed_as", "udmabuf");
	reference_expect_composition(reference, "Virtual-1", "plane-only");
	reference_expect_composition(reference, "Virtual-2", "plane-only");
	check(reference_read_backend(reference, "cluster", "bytes_copied") == 0);
	/* An emulated machine may be late with a frame of the six; that is then read back. */
	check(reference_read_backend(reference, "ivi", "bytes_copied") < 6 * WIDTH * HEIGHT * 4);
	reference_destroy(reference);
}

/* What Weston has to draw in software here comes through shared memory. */
static void cursor_and_area_are_composed(void)
{
	struct reference *reference = reference_start(__func__, "composed");
	struct picture *cluster = pattern(13), *ivi = picture_create(WIDTH, HEIGHT, 0);

	picture_draw_cursor(cluster, 201, 133, 13);
	picture_draw_pattern(ivi, 13, 7, 0, 0, 333, 251, 9);
	see(reference, cluster, ivi);
	reference_expect_scanout(reference, "cluster", "handed_as", "shm");
	reference_expect_scanout(reference, "ivi", "handed_as", "shm");
	reference_destroy(reference);
}

static const struct test_case cases[] = {
	CASE(two_guests_are_on_two_screens),
	CASE(no_pixel_is_copied),
	CASE(cursor_and_area_are_composed),
};

CASES_MAIN(cases)
