/* SPDX-License-Identifier: MIT */
/* The drive that the instrument cluster shows: every reading as a function of time alone. */
#ifndef GUEST_TESTS_CLUSTER_DRIVE_H
#define GUEST_TESTS_CLUSTER_DRIVE_H

#include <stdbool.h>

enum drive_lamp {
	DRIVE_LAMP_LEFT,
	DRIVE_LAMP_RIGHT,
	DRIVE_LAMP_BEAM,
	DRIVE_LAMP_BELT,
	DRIVE_LAMP_ENGINE,
	DRIVE_LAMP_BATTERY,
	DRIVE_LAMP_BRAKE,
	DRIVE_LAMP_COUNT,
};

struct drive_state {
	double speed_kmh, revs_rpm;
	double speed_needle, revs_needle; /* 0 to 1 of the dials; differ in the self test */
	double distance_m;
	int gear; /* 0 is neutral */
	int clock_min;
	bool lamps[DRIVE_LAMP_COUNT];
};

#define DRIVE_SPEED_MAX_KMH 200.0
#define DRIVE_REVS_MAX_RPM 6000.0
#define DRIVE_REVS_RED_RPM 4800.0

/** The readings `time_s` after the ignition; a self test for two seconds, then laps of a minute. */
void drive_state_read(double time_s, int clock_min, struct drive_state *state);

#endif
