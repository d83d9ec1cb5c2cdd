/* SPDX-License-Identifier: MIT */
/* The drive that the instrument cluster shows: a minute's lap from standstill over a fast road. */
#include "guest-tests/cluster-drive.h"

#include <math.h>
#include <stddef.h>

#define DRIVE_SELF_TEST_S 2.0
#define DRIVE_LAP_S 60.0
#define DRIVE_STEP_S 0.1

static const struct {
	double time_s, speed_kmh;
} drive_lap[] = {
	{0, 0},
	{1.5, 0},
	{6, 38},
	{10, 52},
	{13, 50},
	{20, 97},
	{26, 121},
	{33, 126},
	{39, 92},
	{44, 74},
	{49, 81},
	{55, 24},
	{58.5, 0},
	{DRIVE_LAP_S, 0},
};

static const struct {
	double up_to_kmh, rpm_per_kmh;
} drive_gears[] = {
	{30, 105},
	{55, 64},
	{82, 45},
	{108, 34},
	{INFINITY, 27.5},
};

static double drive_speed_at(double lap_s)
{
	size_t i = 1;

	while (drive_lap[i].time_s < lap_s)
		i++;
	double from_s = drive_lap[i - 1].time_s;
	double part = (lap_s - from_s) / (drive_lap[i].time_s - from_s);
	double eased = part * part * (3 - 2 * part);

	return drive_lap[i - 1].speed_kmh +
	       (drive_lap[i].speed_kmh - drive_lap[i - 1].speed_kmh) * eased;
}

static size_t drive_gear_at(double speed_kmh)
{
	size_t i = 0;

	while (speed_kmh > drive_gears[i].up_to_kmh)
		i++;
	return i;
}

/* The mean over the last half second, so that the needle falls rather than jumps at a shift. */
static double drive_revs_at(double lap_s)
{
	double sum = 0;
	const int samples = 10;

	for (int i = 0; i < samples; i++) {
		double speed_kmh = drive_speed_at(fmax(0, lap_s - i * 0.05));

		sum += fmax(820, speed_kmh * drive_gears[drive_gear_at(speed_kmh)].rpm_per_kmh);
	}
	return sum / samples;
}

static double drive_distance_at(double lap_s)
{
	double distance_m = 0;

	for (double at_s = 0; at_s < lap_s; at_s += DRIVE_STEP_S)
		distance_m += drive_speed_at(at_s) / 3.6 * fmin(DRIVE_STEP_S, lap_s - at_s);
	return distance_m;
}

static bool drive_is_between(double lap_s, double from_s, double to_s)
{
	return lap_s >= from_s && lap_s < to_s;
}

static void drive_test_self(double time_s, struct drive_state *state)
{
	double sweep = sin(time_s / DRIVE_SELF_TEST_S * M_PI);

	state->speed_needle = sweep;
	state->revs_needle = sweep;
	for (size_t i = 0; i < DRIVE_LAMP_COUNT; i++)
		state->lamps[i] = true;
}

void drive_state_read(double time_s, int clock_min, struct drive_state *state)
{
	double since_s = fmax(0, time_s - DRIVE_SELF_TEST_S);
	double lap_s = fmod(since_s, DRIVE_LAP_S);
	double speed_kmh = drive_speed_at(lap_s);
	double revs_rpm = drive_revs_at(lap_s);
	bool blink = fmod(time_s, 0.8) < 0.4;

	*state = (struct drive_state){
		.speed_kmh = speed_kmh,
		.revs_rpm = revs_rpm,
		.speed_needle = speed_kmh / DRIVE_SPEED_MAX_KMH,
		.revs_needle = revs_rpm / DRIVE_REVS_MAX_RPM,
		.distance_m = floor(since_s / DRIVE_LAP_S) * drive_distance_at(DRIVE_LAP_S) +
			      drive_distance_at(lap_s),
		.gear = speed_kmh < 0.5 ? 0 : (int)drive_gear_at(speed_kmh) + 1,
		.clock_min = clock_min,
		.lamps[DRIVE_LAMP_LEFT] = blink && drive_is_between(lap_s, 0.5, 5),
		.lamps[DRIVE_LAMP_RIGHT] = blink && drive_is_between(lap_s, 46, 54),
		.lamps[DRIVE_LAMP_BEAM] = true,
		.lamps[DRIVE_LAMP_BELT] = drive_is_between(lap_s, 0, 3),
		.lamps[DRIVE_LAMP_BRAKE] = speed_kmh < 0.5,
	};
	if (time_s < DRIVE_SELF_TEST_S)
		drive_test_self(time_s, state);
}
