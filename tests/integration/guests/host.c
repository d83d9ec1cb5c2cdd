/* SPDX-License-Identifier: MIT */
/* The runtime directory of a test, its Weston, and what is kept of a failure. */
#include "tests/integration/guests/host.h"

#include "common/status-socket.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int64_t host_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_artefact(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (!strcmp(dot, ".log") || !strcmp(dot, ".png") || !strcmp(dot, ".ini") ||
			      !strcmp(dot, ".txt"));
}

static void copy_file(int from_dir, int to_dir, const char *name)
{
	int from = openat(from_dir, name, O_RDONLY | O_CLOEXEC);
	int to = openat(to_dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	while (from >= 0 && to >= 0 && sendfile(to, from, NULL, 1 << 20) > 0)
		;
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
}

static void keep_artefacts(const struct host *host)
{
	DIR *dir = opendir(host->dir);
	struct dirent *entry;
	int to;

	mkdir(host->artefacts, 0755);
	to = open(host->artefacts, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (dir && to >= 0 && (entry = readdir(dir)))
		if (is_artefact(entry->d_name))
			copy_file(dirfd(dir), to, entry->d_name);
	fprintf(stderr, "logs and pictures are in %s\n", host->artefacts);
	if (dir)
		closedir(dir);
	if (to >= 0)
		close(to);
}

/* Processes first: UML's helpers would otherwise outlive a test that fails. */
static void host_handle_exit(int status, void *data)
{
	struct host *host = data;
	struct process *process, *next;

	wl_list_for_each_safe (process, next, &host->processes, link)
		process_kill(process);
	if (status)
		keep_artefacts(host);
	weston_remove_tree(host->dir);
}

/* Meson ends a test that takes too long so; its guests and its files must not stay. */
static void handle_signal(int number)
{
	exit(128 + number);
}

struct host *host_create(const char *name)
{
	struct host *host = calloc(1, sizeof(*host));
	const char *artefacts = getenv("TEST_ARTEFACTS"), *renderer = getenv("TEST_RENDERER");

	check(host);
	wl_list_init(&host->processes);
	/* A guest's memory is a file here: on a disk it would wait for writes. */
	host->dir = strdup(access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm/binnacle-guests-XXXXXX"
								: "/tmp/binnacle-guests-XXXXXX");
	check(host->dir && mkdtemp(host->dir));
	check(asprintf(&host->artefacts, "%s/%s%s%s", artefacts ? artefacts : ".", name,
		      renderer ? "-" : "", renderer ? renderer : "") >= 0);
	weston_remove_tree(host->artefacts);
	check(on_exit(host_handle_exit, host) == 0);
	check(signal(SIGTERM, handle_signal) != SIG_ERR &&
		signal(SIGINT, handle_signal) != SIG_ERR);
	return host;
}

void host_destroy(struct host *host)
{
	struct process *process, *next;

	/* Guests came after their back ends, so they go before them. */
	wl_list_for_each_safe (process, next, &host->processes, link) {
		if (strstr(process->name, "gpu"))
			process_stop(process);
		else
			process_kill(process);
	}
	if (host->weston)
		weston_stop(host->weston);
	host->weston = NULL;
}

void host_start_weston(struct host *host, const char *ini)
{
	host->weston = weston_start(
		&(struct weston_setup){
			.ini = ini, .dir = host->dir, .module = getenv("TEST_HOTPLUG")},
		false);
}

static void remove_file(const struct host *host, const char *name)
{
	char *path = host_path(host, name);

	unlink(path);
	free(path);
}

void host_kill_weston(struct host *host)
{
	struct weston *dead = host->weston;

	kill(dead->pid, SIGKILL);
	waitpid(dead->pid, NULL, 0);
	remove_file(host, "public");
	remove_file(host, "second.log");
	free(dead->log_path);
	free(dead->dir);
	free(dead);
	host->weston = NULL;
}

char *host_path(const struct host *host, const char *name)
{
	char *path;

	check(asprintf(&path, "%s/%s", host->dir, name) >= 0);
	return path;
}

struct json_object *host_read_status(const struct host *host, const char *name)
{
	char *path = host_path(host, name), *text = status_socket_read(path, 5000);
	struct json_object *object = text ? json_tokener_parse(text) : NULL;

	free(text);
	free(path);
	return object;
}

static struct json_object *read_backend(const struct host *host, const char *guest)
{
	char name[64];

	snprintf(name, sizeof(name), "binnacle/%s/binnacle-gpu.status", guest);
	return host_read_status(host, name);
}

int64_t host_read_backend(const struct host *host, const char *guest, const char *key)
{
	struct json_object *status = read_backend(host, guest), *value;
	int64_t result = -1;

	if (status && json_object_object_get_ex(status, key, &value))
		result = json_object_get_int64(value);
	json_object_put(status);
	return result;
}

/* NULL where there is none; borrowed from the status. */
static struct json_object *find_in_scanout(struct json_object *status, const char *key)
{
	struct json_object *scanouts, *value;

	if (status && json_object_object_get_ex(status, "scanouts", &scanouts) &&
		json_object_array_length(scanouts) > 0 &&
		json_object_object_get_ex(json_object_array_get_idx(scanouts, 0), key, &value))
		return value;
	return NULL;
}

int64_t host_read_scanout(const struct host *host, const char *guest, const char *key)
{
	struct json_object *status = read_backend(host, guest);
	struct json_object *value = find_in_scanout(status, key);
	int64_t result = value ? json_object_get_int64(value) : -1;

	json_object_put(status);
	return result;
}

void host_expect_scanout_text(
	const struct host *host, const char *guest, const char *key, const char *text)
{
	struct json_object *status = read_backend(host, guest);
	struct json_object *value = find_in_scanout(status, key);
	const char *found = value ? json_object_get_string(value) : "nothing";

	if (strcmp(found, text))
		check_fail("%s of %s is %s, not %s", key, guest, found, text);
	json_object_put(status);
}

const char *host_handed_as(void)
{
	if (strcmp(getenv("TEST_RENDERER"), "gl"))
		return "shm";
	return access("/dev/udmabuf", R_OK | W_OK) == 0 ? "udmabuf" : "memfd";
}

bool host_shows_fallback(const struct host *host, const char *guest)
{
	struct json_object *status = host_read_status(host, "binnacle/weston.status");
	struct json_object *guests, *name, *scanouts, *shown;
	bool fallback = false;

	check(status && json_object_object_get_ex(status, "guests", &guests));
	for (size_t i = 0; i < json_object_array_length(guests); i++) {
		struct json_object *one = json_object_array_get_idx(guests, i);

		if (json_object_object_get_ex(one, "name", &name) &&
			strcmp(json_object_get_string(name), guest) == 0 &&
			json_object_object_get_ex(one, "scanouts", &scanouts) &&
			json_object_array_length(scanouts) > 0 &&
			json_object_object_get_ex(
				json_object_array_get_idx(scanouts, 0), "fallback", &shown))
			fallback = json_object_get_boolean(shown);
	}
	json_object_put(status);
	return fallback;
}
