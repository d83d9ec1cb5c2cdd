/* SPDX-License-Identifier: MIT */
/*
 * The host of a test: a private runtime directory, in it a Weston with the plugin, back ends and
 * guests. What fails leaves its logs and pictures in the directory that $TEST_ARTEFACTS names.
 */
#pragma once

#include "tests/fixtures/weston/check.h"
#include "tests/fixtures/weston/weston.h"
#include <json.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <wayland-util.h>

struct process {
	char *name, *log_path;
	pid_t pid;           /* also its process group; 0 once it has ended */
	struct wl_list link; // struct host.processes
};

struct host {
	char *dir; /* XDG_RUNTIME_DIR */
	char *artefacts;
	struct weston *weston;    /* NULL: none */
	struct wl_list processes; // struct process.link, the newest first
};

/** name is that of the artefacts' directory. */
struct host *host_create(const char *name);

/** Ends all there is, which has to end cleanly, and removes the directory. */
void host_destroy(struct host *host);

/** Weston with the plugin; ini as in struct weston_setup. */
void host_start_weston(struct host *host, const char *ini);

/** Its sockets stay, and the next one takes their place. */
void host_kill_weston(struct host *host);

/** A file of the runtime directory; to be freed. */
char *host_path(const struct host *host, const char *name);

/** What a status socket of the runtime directory says, to be put; NULL where nobody answers. */
struct json_object *host_read_status(const struct host *host, const char *name);

/** A number of scanout 0 in the status of the guest's back end; −1 where there is none. */
int64_t host_read_scanout(const struct host *host, const char *guest, const char *key);

/** Fails the test unless the text of scanout 0 is this. */
void host_expect_scanout_text(
	const struct host *host, const char *guest, const char *key, const char *text);

/** As what Weston is given pictures here: depends on its renderer, and on the host's kernel. */
const char *host_handed_as(void);

/** A number in the status of the guest's back end; −1 where there is none. */
int64_t host_read_backend(const struct host *host, const char *guest, const char *key);

/** True where the compositor shows the fallback in place of the guest's scanout 0. */
bool host_shows_fallback(const struct host *host, const char *guest);

/** Starts a program in the runtime directory, its output in NAME.log there, appended. */
struct process *process_start(struct host *host, const char *name, char *const argv[]);

/** True while it runs. */
bool process_is_alive(struct process *process);

/** SIGTERM; fails the test unless it ends with status 0. Frees the process. */
void process_stop(struct process *process);

/** SIGKILL to all of its group. Frees the process. */
void process_kill(struct process *process);

/** Waits until it ends by itself and fails the test if it does not. Frees; returns wait's status.
 */
int process_wait(struct process *process, int timeout_ms);

/** Everything logged so far; to be freed. */
char *process_read_log(const struct process *process);

/** Lines of the log with the text. */
unsigned int process_count_log(const struct process *process, const char *text);

/** Waits until the text was logged so many times; fails the test if the process ends before. */
void process_expect_log(
	struct process *process, const char *text, unsigned int times, int timeout_ms);

/** Open descriptors of a process, and its resident memory that is not of a file or of the guest. */
unsigned int process_count_fds(pid_t pid);
uint64_t process_get_private_bytes(pid_t pid);

/** Of the open descriptors, those with the text in what they link to: "memfd:", "dmabuf"… */
unsigned int process_count_fds_of(pid_t pid, const char *text);

/** The process that draws for this back end; 0 while there is none. */
pid_t process_find_renderer(const struct process *backend);

/**
 * binnacle-gpu for the guest, listening at NAME.sock; arguments end with NULL. Waits until it is
 * ready.
 */
struct process *backend_start(struct host *host, const char *guest, ...) __attribute__((sentinel));

/** The same without --guest, log and socket named so. */
struct process *backend_start_nameless(struct host *host, const char *name, ...)
	__attribute__((sentinel));

struct guest_setup {
	const char *kind; /* "uml" or "qemu" */
	const char *name; /* with the back end of this name */
	const char *role; /* as in guest-tests/init; commas part a test's arguments */
	const char *append;
	bool reboots; /* may restart; else it ends there */
	bool monitor; /* QMP at NAME.qmp */
	bool piglit;  /* has it at /piglit */
};

/** Starts a guest; it boots meanwhile. */
struct process *guest_start(struct host *host, const struct guest_setup *setup);

/** How long a guest of any kind may take to show something, on a machine with much to do. */
#define GUEST_BOOT_MS 120000

/** Milliseconds of a clock that only goes forward. */
int64_t host_now_ms(void);
