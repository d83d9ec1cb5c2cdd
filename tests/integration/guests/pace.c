/* SPDX-License-Identifier: MIT */
/*
 * Asks the back end for its frame count every few milliseconds, and the kernel for how long each
 * process that takes part was ready to run and did not. A second thread only sleeps: where it wakes
 * late, the whole machine stood still.
 */
#include "tests/integration/guests/pace.h"

#include <ctype.h>
#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define STEP_MS 5
#define MAX_PIDS 32
#define PACE_PRIORITY (-15)

struct pause {
	int64_t length_ms; /* without a new frame */
	int64_t waited_ms; /* of it, for a processor or for the machine */
};

struct pace {
	struct host *host;
	char *guest;
	pid_t pids[MAX_PIDS];
	size_t pid_count;
	pthread_t thread, sleeper;
	_Atomic bool ends;
	_Atomic int64_t overslept_ms;
	struct pause longest, worst; /* worst: with what was waited taken off */
	int64_t frames, start_ms;
};

static int64_t read_waited_ns(const char *path)
{
	long long ran_ns, waited_ns = 0;
	FILE *file = fopen(path, "re");

	if (!file)
		return 0;
	if (fscanf(file, "%lld %lld", &ran_ns, &waited_ns) != 2)
		waited_ns = 0;
	fclose(file);
	return waited_ns;
}

static int64_t read_all_waited_ms(const struct pace *pace)
{
	int64_t waited_ns = read_waited_ns("/proc/thread-self/schedstat");
	char path[64];

	for (size_t i = 0; i < pace->pid_count; i++) {
		snprintf(path, sizeof(path), "/proc/%d/schedstat", pace->pids[i]);
		waited_ns += read_waited_ns(path);
	}
	return waited_ns / 1000000 + pace->overslept_ms;
}

static void *pace_sleep(void *data)
{
	struct pace *pace = data;

	while (!pace->ends) {
		int64_t before_ms = host_now_ms(), slept_ms;

		usleep(STEP_MS * 1000);
		slept_ms = host_now_ms() - before_ms;
		if (slept_ms > 2 * STEP_MS)
			pace->overslept_ms += slept_ms - STEP_MS;
	}
	return NULL;
}

static void note_pause(struct pace *pace, int64_t length_ms, int64_t waited_ms)
{
	struct pause pause = {.length_ms = length_ms, .waited_ms = waited_ms};

	if (length_ms > pace->longest.length_ms)
		pace->longest = pause;
	if (length_ms - waited_ms > pace->worst.length_ms - pace->worst.waited_ms)
		pace->worst = pause;
}

static void *pace_run(void *data)
{
	struct pace *pace = data;
	int64_t frames = host_read_scanout(pace->host, pace->guest, "frames");
	int64_t changed_ms = host_now_ms(), waited_ms = read_all_waited_ms(pace);

	pace->start_ms = changed_ms;
	pace->frames = -frames;
	while (!pace->ends) {
		int64_t next, now_ms, now_waited_ms;

		usleep(STEP_MS * 1000);
		next = host_read_scanout(pace->host, pace->guest, "frames");
		now_ms = host_now_ms();
		now_waited_ms = read_all_waited_ms(pace);
		note_pause(pace, now_ms - changed_ms, now_waited_ms - waited_ms);
		if (next == frames)
			continue;
		frames = next;
		changed_ms = now_ms;
		waited_ms = now_waited_ms;
	}
	pace->frames += frames;
	return NULL;
}

/* A User-Mode Linux guest is several processes of one group. */
static void add_group(struct pace *pace, pid_t group)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	check(dir);
	while ((entry = readdir(dir))) {
		pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;

		if (pid && getpgid(pid) == group && pace->pid_count < MAX_PIDS)
			pace->pids[pace->pid_count++] = pid;
	}
	closedir(dir);
}

/* As a product would: what must not stand still comes first. Without the right to, as all others.
 */
static void raise_priorities(const struct pace *pace)
{
	for (size_t i = 0; i < pace->pid_count; i++)
		setpriority(PRIO_PROCESS, (id_t)pace->pids[i], PACE_PRIORITY);
}

struct pace *pace_start(struct host *host, const char *name, const struct process *guest,
	const struct process *backend)
{
	struct pace *pace = calloc(1, sizeof(*pace));

	check(pace);
	pace->host = host;
	pace->guest = strdup(name);
	pace->pids[pace->pid_count++] = host->weston->pid;
	pace->pids[pace->pid_count++] = backend->pid;
	add_group(pace, guest->pid);
	raise_priorities(pace);
	check(pace->guest && pthread_create(&pace->thread, NULL, pace_run, pace) == 0 &&
		pthread_create(&pace->sleeper, NULL, pace_sleep, pace) == 0);
	return pace;
}

static void print_pause(const char *what, const struct pause *pause)
{
	fprintf(stderr, "%s %lld ms, of it %lld ms waiting for the machine\n", what,
		(long long)pause->length_ms, (long long)pause->waited_ms);
}

/* The test alone keeps about three processes busy at a time. */
static bool machine_is_overloaded(void)
{
	double loads[1];

	return getloadavg(loads, 1) == 1 &&
	       loads[0] > 3.0 + 2.0 * (double)sysconf(_SC_NPROCESSORS_ONLN);
}

void pace_finish(struct pace *pace, int64_t limit_ms)
{
	pace->ends = true;
	pthread_join(pace->thread, NULL);
	pthread_join(pace->sleeper, NULL);
	fprintf(stderr, "%s: %lld frames in %lld ms\n", pace->guest, (long long)pace->frames,
		(long long)(host_now_ms() - pace->start_ms));
	print_pause("longest pause:", &pace->longest);
	print_pause("worst pause:", &pace->worst);
	if (pace->frames <= 0)
		check_fail("%s drew nothing", pace->guest);
	if (machine_is_overloaded())
		fprintf(stderr, "not judged: the machine has too much else to do\n");
	else if (pace->worst.length_ms - pace->worst.waited_ms > limit_ms)
		check_fail("%s stood still", pace->guest);
	free(pace->guest);
	free(pace);
}
