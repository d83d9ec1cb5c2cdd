/* SPDX-License-Identifier: MIT */
/*
 * show-blobs DIRECTORY GUEST SEED: flips between two blobs on the back end's scanout 0, six
 * pictures, and leaves the last one, the pattern of this seed, until it is ended.
 */
#include "guest-tests/pattern.h"
#include "tests/integration/guests/driver.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WIDTH 1280
#define HEIGHT 800
#define FLIPS 6

static const struct rect whole = {.width = WIDTH, .height = HEIGHT};

int main(int argc, char **argv)
{
	struct host host = {0};
	struct driver driver;
	struct driver_resource blobs[2];
	uint32_t seed;

	check(argc == 4);
	host.dir = argv[1];
	seed = (uint32_t)strtoul(argv[3], NULL, 10);
	driver = driver_connect(&host, argv[2], true);
	for (uint32_t i = 0; i < 2; i++)
		blobs[i] = driver_create_blob(
			&driver, i + 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, WIDTH, HEIGHT);
	for (uint32_t flip = 0; flip < FLIPS; flip++) {
		struct driver_resource *blob = &blobs[flip % 2];

		for (uint32_t y = 0; y < HEIGHT; y++)
			for (uint32_t x = 0; x < WIDTH; x++)
				driver_put_pixel(
					blob, x, y, pattern_pixel(x, y, seed + 1 + flip - FLIPS));
		driver_set_scanout(&driver, blob);
		/* Answered when it is shown. */
		driver_flush(&driver, blob, whole);
	}
	puts("READY");
	fflush(stdout);
	pause();
	return 0;
}
