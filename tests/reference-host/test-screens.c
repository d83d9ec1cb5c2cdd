/* SPDX-License-Identifier: MIT */
/* Guests on the two screens of the reference host, as its displays scan them out. */
#include "tests/integration/plugin/cases.h"
#include "tests/reference-host/reference.h"

#include <stdlib.h>

#define WIDTH 1280
#define HEIGHT 800

static struct picture *pattern(uint32_t seed)
{
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);

	picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, seed);
	return picture;
}

static void tell(struct reference *reference, const char *guest, const char *output)
{
	char *path = reference_read_path(reference, guest);
	char *composition = reference_read_composition(reference, output);

	printf("%s on %s: path %s, Weston's composition %s\n", guest, output, path, composition);
	free(path);
	free(composition);
}

/* The screens have to show the pictures. What each guest draws is in the scenario. */
static void finish(struct reference *reference, struct picture *cluster, struct picture *ivi)
{
	reference_expect(reference, 0, cluster);
	reference_expect(reference, 1, ivi);
	reference_finish(reference);
	tell(reference, "cluster", "Virtual-1");
	tell(reference, "ivi", "Virtual-2");
	picture_destroy(cluster);
	picture_destroy(ivi);
	reference_destroy(reference);
}

static void two_guests_are_on_two_screens(void)
{
	struct reference *reference = reference_start(__func__, "two-screens");
	struct picture *cluster = pattern(3), *ivi = pattern(7);

	picture_draw_pattern(cluster, 0, 0, 101, 203, 333, 57, 4);
	picture_draw_pattern(ivi, 0, 0, 17, 31, 101, 53, 8);
	picture_draw_pattern(ivi, 0, 0, 300, 50, 97, 31, 9);
	finish(reference, cluster, ivi);
}

static void cursor_and_area_are_composed(void)
{
	struct reference *reference = reference_start(__func__, "composed");
	struct picture *cluster = pattern(13), *ivi = picture_create(WIDTH, HEIGHT, 0);

	picture_draw_cursor(cluster, 201, 133, 13);
	picture_draw_pattern(ivi, 13, 7, 0, 0, 333, 251, 9);
	finish(reference, cluster, ivi);
}

static const struct test_case cases[] = {
	CASE(two_guests_are_on_two_screens),
	CASE(cursor_and_area_are_composed),
};

CASES_MAIN(cases)
