/* SPDX-License-Identifier: MIT */
/* Gathers what every process of the cockpit says of itself. */
#include "cockpit/status.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cockpit/json-get.h"
#include "cockpit/paths.h"
#include "cockpit/status-table.h"
#include "common/log.h"
#include "common/status-socket.h"

#define ANSWER_WITHIN_MS 1000
#define LINE_ANSWER_WITHIN_MS 100
#define SAMPLE_NS 1000000000L
#define NS_PER_S 1e9

/* When the counters were read; ours alone, so it leaves before anybody sees the object. */
#define SAMPLED_KEY "sampled_ns"

static struct json_object *error_object(const char *why)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "error", json_object_new_string(why));
	return object;
}

/* One process's object, or an error object. Takes the path. */
static struct json_object *read_process(char *path, int timeout_ms)
{
	char *text = path ? status_socket_read(path, timeout_ms) : NULL;
	const char *why =
		errno == ENOENT || errno == ECONNREFUSED ? "not running" : "does not answer";
	struct json_object *object = text ? json_tokener_parse(text) : NULL;

	if (text && !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
		why = "its answer is no JSON object";
	}
	if (!object)
		object = error_object(why);
	json_object_object_add(object, SAMPLED_KEY, json_object_new_int64((int64_t)clock_now_ns()));
	free(text);
	free(path);
	return object;
}

static void gather_guest(struct json_object *guests, const char *directory, const char *name)
{
	if (json_object_object_get_ex(guests, name, NULL))
		return;
	json_object_object_add(guests, name,
		read_process(paths_format("%s/%s/binnacle-gpu.status", directory, name),
			ANSWER_WITHIN_MS));
}

/* Guests that have a folder with a back end's socket, whether or not Weston knows them. */
static void gather_folders(struct json_object *guests, const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path = paths_format("%s/%s/binnacle-gpu.status", directory, entry->d_name);
		struct stat st;

		if (path && *entry->d_name != '.' && stat(path, &st) == 0 && S_ISSOCK(st.st_mode))
			gather_guest(guests, directory, entry->d_name);
		free(path);
	}
	if (dir)
		closedir(dir);
}

struct json_object *status_gather(const char *directory)
{
	struct json_object *status = json_object_new_object();
	struct json_object *guests = json_object_new_object();
	struct json_object *weston =
		read_process(paths_format("%s/weston.status", directory), ANSWER_WITHIN_MS);
	struct json_object *known;
	size_t count = json_get_array(weston, "guests", &known);

	for (size_t i = 0; i < count; i++) {
		const char *name = json_get_string(json_object_array_get_idx(known, i), "name");

		if (*name && !strchr(name, '/'))
			gather_guest(guests, directory, name);
	}
	gather_folders(guests, directory);
	json_object_object_add(status, "weston", weston);
	json_object_object_add(status, "guests", guests);
	return status;
}

static struct json_object *find_scanout(struct json_object *guest, int64_t index)
{
	struct json_object *scanouts;
	size_t count = json_get_array(guest, "scanouts", &scanouts);

	for (size_t i = 0; i < count; i++) {
		struct json_object *scanout = json_object_array_get_idx(scanouts, i);

		if (json_get_int(scanout, "index", -1) == index)
			return scanout;
	}
	return NULL;
}

static void add_guest_rates(struct json_object *earlier, struct json_object *later)
{
	double seconds = (double)(json_get_int(later, SAMPLED_KEY, 0) -
				  json_get_int(earlier, SAMPLED_KEY, 0)) /
			 NS_PER_S;
	struct json_object *scanouts;
	size_t count = json_get_array(later, "scanouts", &scanouts);

	for (size_t i = 0; i < count; i++) {
		struct json_object *scanout = json_object_array_get_idx(scanouts, i);
		struct json_object *before =
			find_scanout(earlier, json_get_int(scanout, "index", -1));
		int64_t frames = json_get_int(scanout, "frames", 0);
		int64_t since = frames - json_get_int(before, "frames", frames);
		char rate[32];

		/* A back end that was restarted in between counts from zero. */
		if (since < 0)
			since = frames;
		snprintf(rate, sizeof(rate), "%.1f", seconds > 0 ? (double)since / seconds : 0);
		if (json_object_is_type(scanout, json_type_object))
			json_object_object_add(scanout, "frames_per_s",
				json_object_new_double_s(strtod(rate, NULL), rate));
	}
}

void status_add_rates(struct json_object *earlier, struct json_object *later)
{
	struct json_object *before = json_get(earlier, "guests", json_type_object);
	struct json_object *after = json_get(later, "guests", json_type_object);

	if (!before || !after)
		return;
	json_object_object_foreach(after, name, guest)
	{
		add_guest_rates(json_get(before, name, json_type_object), guest);
		json_object_object_del(guest, SAMPLED_KEY);
	}
	json_object_object_del(json_get(later, "weston", json_type_object), SAMPLED_KEY);
}

bool status_anything_runs(struct json_object *status)
{
	struct json_object *guests = json_get(status, "guests", json_type_object);
	struct json_object *weston = json_get(status, "weston", json_type_object);

	if (weston && !json_object_object_get_ex(weston, "error", NULL))
		return true;
	if (!guests)
		return false;
	json_object_object_foreach(guests, name, guest)
	{
		(void)name;
		if (!json_object_object_get_ex(guest, "error", NULL))
			return true;
	}
	return false;
}

bool status_rate_update(
	struct status_rate *rate, const char *directory, const char *guest, double *frames_per_s)
{
	struct json_object *object = read_process(
		paths_format("%s/%s/binnacle-gpu.status", directory, guest), LINE_ANSWER_WITHIN_MS);
	struct json_object *scanouts;
	size_t count = json_get_array(object, "scanouts", &scanouts);
	uint64_t now = clock_now_ns();
	struct status_rate last = *rate;
	int64_t frames = 0;

	for (size_t i = 0; i < count; i++)
		frames += json_get_int(json_object_array_get_idx(scanouts, i), "frames", 0);
	*rate = (struct status_rate){.frames = frames, .time_ns = count > 0 ? now : 0};
	json_object_put(object);
	if (count == 0 || last.time_ns == 0 || frames < last.frames)
		return false;
	*frames_per_s = (double)(frames - last.frames) * NS_PER_S / (double)(now - last.time_ns);
	return true;
}

static int status_print(struct json_object *status, bool as_json)
{
	if (as_json)
		puts(json_object_to_json_string_ext(
			status, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	if (!status_anything_runs(status)) {
		log_error("nothing runs in %s; start guests with `binnacle run FILE`, or set "
			  "XDG_RUNTIME_DIR to that of the session where they run",
			getenv("XDG_RUNTIME_DIR"));
		return 1;
	}
	if (!as_json)
		status_table_print(status, stdout);
	return 0;
}

int status_command(bool as_json)
{
	struct json_object *earlier, *later;
	char *directory;
	bool chosen;
	int err = paths_runtime_dir(false, &chosen);

	if (err == -ENOENT)
		log_error("nothing runs here: there is no XDG_RUNTIME_DIR; start guests with "
			  "`binnacle run FILE`");
	directory = err ? NULL : paths_binnacle_dir();
	if (!directory)
		return 1;
	earlier = status_gather(directory);
	if (status_anything_runs(earlier))
		nanosleep(&(struct timespec){.tv_sec = SAMPLE_NS / 1000000000L,
				  .tv_nsec = SAMPLE_NS % 1000000000L},
			NULL);
	later = status_gather(directory);
	status_add_rates(earlier, later);
	err = status_print(later, as_json);
	json_object_put(earlier);
	json_object_put(later);
	free(directory);
	return err;
}
