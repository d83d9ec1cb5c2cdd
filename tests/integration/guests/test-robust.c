/* SPDX-License-Identifier: MIT */
/*
 * A guest is reset, rebooted and its VMM killed, again and again, while another draws: its picture
 * comes back each time, the other never stands still, and nothing is left behind.
 */
#include "tests/integration/guests/pace.h"
#include "tests/integration/guests/picture.h"
#include "tests/integration/guests/qmp.h"
#include "tests/integration/plugin/cases.h"
#include <stdlib.h>
#include <unistd.h>

#define SHOWN_MS 20000
#define PAUSE_MS 200
#define WIDTH 640
#define HEIGHT 480
#define INI                                                                                        \
	"[output]\nname=left\nmode=640x480\n[output]\nname=right\nmode=640x480\n"                  \
	"[guest-display]\nguest=ivi\noutput=left\n[guest-display]\nguest=cluster\noutput=right\n"

/* Malloc keeps what it once had, and a first frame of some kind may still come: not a leak. */
#define SLACK_BYTES (1 << 20)

/* A picture is in one to three images, as the screen's pace has it, and each is a descriptor. What
 * is lost with each of the restarts is more than this. */
#define SLACK_FDS 4

struct usage {
	unsigned int fds;
	uint64_t private_bytes;
};

struct scene {
	struct host *host;
	struct process *backend, *other_backend, *other;
	struct picture *picture;
	struct pace *pace;
	struct usage before[3];
};

static void measure(const struct scene *scene, struct usage usage[static 3])
{
	const pid_t pids[3] = {
		scene->backend->pid, scene->other_backend->pid, scene->host->weston->pid};

	for (int i = 0; i < 3; i++)
		usage[i] = (struct usage){
			.fds = process_count_fds(pids[i]),
			.private_bytes = process_get_private_bytes(pids[i]),
		};
}

/* Frames are on their way all the time, and each may hold a descriptor for a moment. */
static void expect_no_growth(const struct scene *scene)
{
	static const char *const names[3] = {"back end", "other back end", "Weston"};
	struct usage now[3];

	for (int i = 0; i < 3; i++) {
		int64_t end_ms = host_now_ms() + 5000;

		do {
			usleep(20000);
			measure(scene, now);
		} while (now[i].fds > scene->before[i].fds + SLACK_FDS && host_now_ms() < end_ms);
		fprintf(stderr, "%s: %u descriptors, before %u; %llu KiB, before %llu\n", names[i],
			now[i].fds, scene->before[i].fds,
			(unsigned long long)now[i].private_bytes / 1024,
			(unsigned long long)scene->before[i].private_bytes / 1024);
	}
	for (int i = 0; i < 3; i++) {
		if (now[i].fds > scene->before[i].fds + SLACK_FDS)
			check_fail("%s keeps descriptors", names[i]);
		if (now[i].private_bytes > scene->before[i].private_bytes + SLACK_BYTES)
			check_fail("%s keeps memory", names[i]);
	}
}

/* Both back ends, and the guest that only draws. */
static struct scene start(const char *name)
{
	struct scene scene = {
		.host = host_create(name), .picture = picture_create(WIDTH, HEIGHT, 0)};

	picture_draw_pattern(scene.picture, 0, 0, 0, 0, WIDTH, HEIGHT, 31);
	host_start_weston(scene.host, INI);
	scene.backend = backend_start(scene.host, "ivi", NULL);
	scene.other_backend = backend_start(scene.host, "cluster", NULL);
	scene.other = guest_start(scene.host, &(struct guest_setup){.kind = "uml",
						      .name = "cluster",
						      .role = "test:test-flip,--count,10000000"});
	process_expect_log(scene.other, "BINNACLE-BOOT", 1, GUEST_BOOT_MS);
	for (int64_t end_ms = host_now_ms() + GUEST_BOOT_MS;
		host_read_scanout(scene.host, "cluster", "frames") < 30;) {
		check(process_is_alive(scene.other) && host_now_ms() < end_ms);
		usleep(10000);
	}
	return scene;
}

static struct process *start_guest(struct scene *scene, const char *kind, const char *append)
{
	return guest_start(scene->host, &(struct guest_setup){.kind = kind,
						.name = "ivi",
						.role = "test:test-pattern,--seed,31,--hold,600",
						.append = append,
						.reboots = append,
						.monitor = append});
}

static void finish(struct scene *scene)
{
	expect_no_growth(scene);
	pace_finish(scene->pace, PAUSE_MS);
	picture_destroy(scene->picture);
	host_destroy(scene->host);
}

static void expect_gone(struct scene *scene)
{
	int64_t end_ms = host_now_ms() + SHOWN_MS;

	while (!host_shows_fallback(scene->host, "ivi")) {
		check(host_now_ms() < end_ms);
		usleep(5000);
	}
}

static void expect_picture(struct scene *scene)
{
	picture_expect(scene->picture, scene->host, "left", GUEST_BOOT_MS);
}

/* Half of the boots end by the guest itself, half by QEMU's reset, at once when it shows. */
static void qemu_guest_restarts(void)
{
	struct scene scene = start(__func__);
	struct process *guest = start_guest(&scene, "qemu", "binnacle.reboot-after=8");
	struct qmp *qmp = qmp_connect(scene.host, "ivi");

	expect_picture(&scene);
	measure(&scene, scene.before);
	scene.pace = pace_start(scene.host, "cluster", scene.other, scene.other_backend);
	for (unsigned int i = 1; i <= 10; i++) {
		if (i % 2)
			qmp_execute(qmp, "system_reset", NULL);
		expect_gone(&scene);
		expect_picture(&scene);
		process_expect_log(guest, "BINNACLE-BOOT", i + 1, SHOWN_MS);
	}
	qmp_close(qmp);
	finish(&scene);
}

static void qemu_is_killed(void)
{
	struct scene scene = start(__func__);
	struct process *guest = start_guest(&scene, "qemu", NULL);

	expect_picture(&scene);
	measure(&scene, scene.before);
	scene.pace = pace_start(scene.host, "cluster", scene.other, scene.other_backend);
	for (unsigned int i = 0; i < 5; i++) {
		process_kill(guest);
		expect_gone(&scene);
		guest = start_guest(&scene, "qemu", NULL);
		expect_picture(&scene);
	}
	finish(&scene);
}

/* A quick guest can be killed often, and at any moment of its boot. */
static void uml_is_killed(void)
{
	struct scene scene = start(__func__);
	struct process *guest = start_guest(&scene, "uml", NULL);

	expect_picture(&scene);
	measure(&scene, scene.before);
	scene.pace = pace_start(scene.host, "cluster", scene.other, scene.other_backend);
	for (unsigned int i = 0; i < 20; i++) {
		process_kill(guest);
		expect_gone(&scene);
		guest = start_guest(&scene, "uml", NULL);
		if (i % 2)
			usleep(60000 * i);
		else
			expect_picture(&scene);
	}
	expect_picture(&scene);
	finish(&scene);
}

static const struct test_case cases[] = {
	CASE(qemu_guest_restarts),
	CASE(qemu_is_killed),
	CASE(uml_is_killed),
};

CASES_MAIN(cases)
