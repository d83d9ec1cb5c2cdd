/* SPDX-License-Identifier: MIT */
/* The warning lamps of the instrument cluster, on its canvas of 1280x480 units. */
#ifndef GUEST_TESTS_CLUSTER_LAMPS_H
#define GUEST_TESTS_CLUSTER_LAMPS_H

#include <cairo.h>
#include <stdbool.h>

#include "guest-tests/cluster-drive.h"

void cluster_lamp_get_box(
	enum drive_lamp lamp, double *x, double *y, double *width, double *height);

void cluster_lamp_draw(cairo_t *cr, enum drive_lamp lamp, bool lit);

#endif
