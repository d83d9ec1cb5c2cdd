/* SPDX-License-Identifier: MIT */
/* The status of all processes as a table for people. */
#pragma once

#include <stdio.h>

struct json_object;

/** Prints what status_gather() and status_add_rates() made: a line per scanout. */
void status_table_print(struct json_object *status, FILE *out);
