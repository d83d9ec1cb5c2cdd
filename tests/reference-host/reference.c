/* SPDX-License-Identifier: MIT */
/* Starts the reference host with a scenario, looks at its screens and reads what it found. */
#include "tests/reference-host/reference.h"

#include <stdlib.h>
#include <string.h>

/* The machine may be emulated, and other tests may have left it with much to do. */
#define READY_MS 300000
#define SHOWN_MS 30000
#define END_MS 120000

struct reference *reference_start(const char *name, const char *scenario)
{
	struct reference *reference = calloc(1, sizeof(*reference));
	struct host *host = host_create(name);
	char *monitor = host_path(host, "machine.qmp"), *program;
	char *argv[] = {getenv("TEST_RUN_HOST"), "--dir", host->dir, "--build",
		getenv("TEST_BUILD"), "--monitor", monitor, NULL, NULL};
	int size = asprintf(&program, "%s/%s", getenv("TEST_SCENARIOS"), scenario);

	check(reference && argv[0] && argv[4] && size >= 0);
	argv[7] = program;
	reference->host = host;
	reference->machine = process_start(host, "machine", argv);
	reference->qmp = qmp_connect(host, "machine");
	process_expect_log(reference->machine, "SCENARIO-READY", 1, READY_MS);
	free(monitor);
	free(program);
	return reference;
}

void reference_expect(
	struct reference *reference, unsigned int screen, const struct picture *picture)
{
	char device[16];

	snprintf(device, sizeof(device), "gpu%u", screen);
	fprintf(stderr, "screen %u\n", screen);
	qmp_expect_picture(reference->qmp, reference->host, device, picture, SHOWN_MS);
}

void reference_finish(struct reference *reference)
{
	char *path = host_path(reference->host, "done"), *log;
	FILE *done = fopen(path, "we");
	int status;

	check(done);
	fclose(done);
	free(path);
	log = strdup(reference->machine->log_path);
	check(log);
	qmp_close(reference->qmp);
	status = process_wait(reference->machine, END_MS);
	if (status)
		check_fail("the scenario ended with status %#x; see %s", (unsigned int)status, log);
	free(log);
}

/* A file that the scenario wrote; to be freed. */
static char *read_finding(struct reference *reference, const char *name)
{
	char *path = host_path(reference->host, name), *text = calloc(1, 1 << 16);
	FILE *file = fopen(path, "re");

	if (!file)
		check_fail("the scenario left no %s", name);
	check(text);
	text[fread(text, 1, (1 << 16) - 1, file)] = '\0';
	fclose(file);
	free(path);
	return text;
}

/* The guest's part of the status, which is to be put. */
static struct json_object *read_guest(
	struct reference *reference, const char *guest, struct json_object **status)
{
	char *text = read_finding(reference, "status.txt");
	struct json_object *object;

	*status = json_tokener_parse(text);
	if (!*status || !json_object_object_get_ex(*status, "guests", &object) ||
		!json_object_object_get_ex(object, guest, &object))
		check_fail("no guest %s in the status:\n%s", guest, text);
	free(text);
	return object;
}

void reference_expect_scanout(
	struct reference *reference, const char *guest, const char *key, const char *text)
{
	struct json_object *status, *object = read_guest(reference, guest, &status);
	const char *found;

	check(json_object_object_get_ex(object, "scanouts", &object));
	object = json_object_array_get_idx(object, 0);
	check(object && json_object_object_get_ex(object, key, &object));
	found = json_object_get_string(object);
	if (!found || strcmp(found, text))
		check_fail("%s of %s is %s, not %s", key, guest, found ? found : "nothing", text);
	json_object_put(status);
}

int64_t reference_read_backend(struct reference *reference, const char *guest, const char *key)
{
	struct json_object *status, *object = read_guest(reference, guest, &status);
	int64_t number;

	check(json_object_object_get_ex(object, key, &object));
	number = json_object_get_int64(object);
	json_object_put(status);
	return number;
}

void reference_expect_composition(struct reference *reference, const char *output, const char *how)
{
	char *text = read_finding(reference, "compositions.txt"), *wanted;

	check(asprintf(&wanted, "%s %s\n", output, how) >= 0);
	if (!strstr(text, wanted))
		check_fail("Weston's last frame of %s is not %s but:\n%s", output, how, text);
	free(wanted);
	free(text);
}

void reference_destroy(struct reference *reference)
{
	host_destroy(reference->host);
	free(reference);
}
