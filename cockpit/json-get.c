/* SPDX-License-Identifier: MIT */
/* Reads from JSON that another process wrote: whatever is absent or of another type is a default.
 */
#include "cockpit/json-get.h"

struct json_object *json_get(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
		!json_object_object_get_ex(object, key, &value) ||
		!json_object_is_type(value, type))
		return NULL;
	return value;
}

const char *json_get_string(struct json_object *object, const char *key)
{
	struct json_object *value = json_get(object, key, json_type_string);

	return value ? json_object_get_string(value) : "";
}

int64_t json_get_int(struct json_object *object, const char *key, int64_t otherwise)
{
	struct json_object *value = json_get(object, key, json_type_int);

	return value ? json_object_get_int64(value) : otherwise;
}

double json_get_number(struct json_object *object, const char *key, double otherwise)
{
	struct json_object *value = json_get(object, key, json_type_double);

	if (!value)
		value = json_get(object, key, json_type_int);
	return value ? json_object_get_double(value) : otherwise;
}

size_t json_get_array(struct json_object *object, const char *key, struct json_object **array)
{
	*array = json_get(object, key, json_type_array);
	return *array ? json_object_array_length(*array) : 0;
}
