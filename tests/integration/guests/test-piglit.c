/* SPDX-License-Identifier: MIT */
/*
 * Piglit's tests in a guest, compared with the results recorded in guest-tests/piglit/THEME.list,
 * where a line is
 *
 *	RESULT-WITH-VIRGLRENDERER-0 RESULT-WITH-1 COMMAND
 *
 * and a result of "-" was never recorded: that test has to end, no more. A test that passes where
 * it should not is a difference as well, for the list would otherwise hide the next failure.
 */
#include "tests/integration/guests/host.h"
#include "tests/integration/plugin/cases.h"
#include <stdlib.h>
#include <string.h>

#define RUN_MS 850000
#define SKIPPED 77

struct result {
	char word[16], command[512];
	double took_s;
};

/* The next of the list; false at its end. */
static bool read_expected(FILE *list, struct result *expected)
{
	const char *version = getenv("TEST_VIRGLRENDERER");
	char line[1024], first[16], second[16];

	check(version);
	while (fgets(line, sizeof(line), list)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (sscanf(line, "%15s %15s %511[^\n]", first, second, expected->command) != 3)
			check_fail("no result and command: %s", line);
		strcpy(expected->word, version[0] == '0' ? first : second);
		return true;
	}
	return false;
}

/* The next line that tells a result; NULL where there is none. Returns what follows. */
static const char *read_result(const char *log, struct result *result)
{
	while (log) {
		if (sscanf(log, "piglit %15[a-z] %lf %511[^\r\n]", result->word, &result->took_s,
			    result->command) == 3)
			return log + 1;
		log = strchr(log, '\n');
		log = log ? log + 1 : NULL;
	}
	return NULL;
}

/* True where it is as recorded. */
static bool compare(const struct result *expected, const struct result *actual)
{
	if (strcmp(expected->command, actual->command) != 0)
		check_fail("%s did not run", expected->command);
	if (strcmp(expected->word, "-") == 0 || strcmp(expected->word, actual->word) == 0)
		return true;
	fprintf(stderr, "%s: %s instead of %s\n", actual->command, actual->word, expected->word);
	return false;
}

static void compare_all(const char *name, const char *log)
{
	struct result expected, actual;
	unsigned int count = 0, different = 0;
	double took_s = 0;
	char *path;
	FILE *list;

	check(asprintf(&path, "%s/%s.list", getenv("TEST_PIGLIT_LISTS"), name) >= 0);
	list = fopen(path, "re");
	check(list);
	while (read_expected(list, &expected)) {
		log = read_result(log, &actual);
		if (!log)
			check_fail("the guest ended before %s", expected.command);
		different += !compare(&expected, &actual);
		took_s += actual.took_s;
		count++;
	}
	fprintf(stderr, "%u tests in %.0f s\n", count, took_s);
	check(count > 0);
	if (different > 0)
		check_fail("%u results differ", different);
	fclose(list);
	free(path);
}

static void run(const char *name)
{
	struct host *host = host_create(name);
	struct process *backend = backend_start(host, "piglit", "--display=none", "--virgl", NULL);
	struct process *guest, log_of = {0};
	char *role, *log;

	if (process_count_log(backend, "3D is drawn by the processor") == 0) {
		fprintf(stderr, "the results are those of llvmpipe, and this host has a GPU\n");
		exit(SKIPPED);
	}
	check(asprintf(&role, "test:run-piglit,/binnacle/%s.list", name) >= 0);
	guest = guest_start(
		host, &(struct guest_setup){
			      .kind = "uml", .name = "piglit", .role = role, .piglit = true});
	free(role);
	log_of.log_path = strdup(guest->log_path);
	process_wait(guest, RUN_MS);
	log = process_read_log(&log_of);
	compare_all(name, log);
	check(strstr(log, "BINNACLE-RESULT 0"));
	free(log);
	free(log_of.log_path);
	host_destroy(host);
}

static void textures(void)
{
	run(__func__);
}

static void framebuffers(void)
{
	run(__func__);
}

static void buffers(void)
{
	run(__func__);
}

static void drawing(void)
{
	run(__func__);
}

static void shaders(void)
{
	run(__func__);
}

static const struct test_case cases[] = {
	CASE(textures),
	CASE(framebuffers),
	CASE(buffers),
	CASE(drawing),
	CASE(shaders),
};

CASES_MAIN(cases)
