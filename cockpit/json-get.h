/* SPDX-License-Identifier: MIT */
/* Reads from JSON that another process wrote: whatever is absent or of another type is a default.
 */
#pragma once

#include <json.h>
#include <stdint.h>

/** The member, borrowed, if object is an object and the member is of the type; or NULL. */
struct json_object *json_get(struct json_object *object, const char *key, enum json_type type);

/** "" if it is no string. Borrowed. */
const char *json_get_string(struct json_object *object, const char *key);

int64_t json_get_int(struct json_object *object, const char *key, int64_t otherwise);

/** Also takes an integer. */
double json_get_number(struct json_object *object, const char *key, double otherwise);

/** The number of elements of a member that is an array; 0 if it is none. */
size_t json_get_array(struct json_object *object, const char *key, struct json_object **array);
