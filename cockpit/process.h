/* SPDX-License-Identifier: MIT */
/*
 * A supervised child: started, watched until it is ready, its output relayed, started again with an
 * exponential back-off when it dies, and stopped for good when asked.
 *
 *   IDLE → STARTING → READY → (dies) WAITING → STARTING …
 *              any running state → STOPPING → IDLE
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wayland-util.h>

struct console;
struct process;
struct supervisor;
struct wl_event_loop;

#define PROCESS_BACKOFF_MIN_MS 500
#define PROCESS_BACKOFF_MAX_MS 30000
#define PROCESS_HEALTHY_NS UINT64_C(60000000000)
#define PROCESS_KILL_AFTER_MS 5000
#define PROCESS_READY_WITHIN_MS 60000

enum process_state {
	PROCESS_IDLE,
	PROCESS_STARTING,
	PROCESS_READY,
	PROCESS_WAITING,
	PROCESS_STOPPING,
};

enum process_event {
	PROCESS_IS_READY, /* STARTING → READY */
	PROCESS_DIED,     /* by itself; it will start again unless process_stop() is called now */
	PROCESS_STOPPED,  /* STOPPING → IDLE */
};

struct process_options {
	const char *name;  /* for people, also before each relayed line: "ivi/gpu" */
	const char *strip; /* what the program itself writes before its lines, or NULL */
	char *const *argv; /* argv[0] is an absolute path */
	/** Whether the child does its work by now. NULL: ready once started. */
	bool (*is_ready)(void *data);
	/** Told in every case; the process may be started or stopped in it, not destroyed. */
	void (*notify)(struct process *process, enum process_event event, void *data);
	void *data;
};

/** Owns the watch for dead children. The loop and the console are borrowed. NULL on failure. */
struct supervisor *supervisor_create(struct wl_event_loop *loop, struct console *console);

/** All its processes must be gone. NULL is fine. */
void supervisor_destroy(struct supervisor *supervisor);

/** Strings and argv are borrowed for the life of the process. NULL on failure. */
struct process *process_create(
	struct supervisor *supervisor, const struct process_options *options);

/** Kills the child if it runs. NULL is fine. */
void process_destroy(struct process *process);

/** From IDLE or WAITING: starts the child now. A failure to start counts as a death. */
void process_start(struct process *process);

/** Ends the child: SIGTERM, and SIGKILL to its whole group when it takes too long. */
void process_stop(struct process *process);

/** As process_stop(), with SIGKILL at once. */
void process_kill(struct process *process);

enum process_state process_state(const struct process *process);
const char *process_name(const struct process *process);

/** Deaths since it was created. */
uint32_t process_deaths(const struct process *process);

/** Whether it was ready at any time. */
bool process_was_ready(const struct process *process);

/** The wait before the next start, after a wait of last_ms (0: none yet) and a run of ran_ns. */
uint32_t process_backoff_next_ms(uint32_t last_ms, uint64_t ran_ns);
