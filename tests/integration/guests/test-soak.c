/* SPDX-License-Identifier: MIT */
/*
 * One back end with 3D on one Weston for a long time, $BINNACLE_SOAK_SECONDS. Whatever guests do
 * and however they and Weston end, the picture is right each time, and nothing gathers: neither
 * descriptors nor memory of the back end, of Weston within one life, of the renderer within one
 * guest.
 */
#include "tests/integration/guests/driver.h"
#include "tests/integration/guests/picture.h"
#include "tests/integration/plugin/cases.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define SHOWN_MS 20000
#define DEFAULT_SECONDS 60
#define WIDTH 640
#define HEIGHT 480
#define INI "[output]\nname=left\nmode=640x480\n[guest-display]\nguest=ivi\noutput=left\n"
/* A guest that is not there has its grey picture in front of the other's. */
#define INI_HIDDEN INI "[guest-display]\nguest=cover\noutput=left\nlayer=1\n"

/* Weston is started anew after the second round, and after so many more. */
#define LIFE_ROUNDS 12
#define MIN_ROUNDS 4

/* As test-robust has it: a frame of some kind may come late, and malloc keeps what it once had.
 * What is lost once a round is more than either, in the long run. */
#define SLACK_FDS 4
#define SLACK_BYTES (1 << 20)

/* And Weston's renderer the last picture of a surface, or the one before. */
#define SLACK_WESTON_BYTES (SLACK_BYTES + 2 * WIDTH * HEIGHT * 4)

/* LLVM compiles the guest's shaders in the renderer, of a size that depends on what it did before.
 */
#define SLACK_RENDERER_BYTES (8 << 20)

/* Weston's GL renderer keeps what a surface had, and llvmpipe what the last frame was made of,
 * until there is something else; and a picture may be two descriptors, Weston's and its GL's. */
#define WESTON_IMAGES 4

static const struct rect whole = {.width = WIDTH, .height = HEIGHT};

struct usage {
	unsigned int fds, images; /* images: of the descriptors, those with pixels */
	uint64_t private_bytes;
};

/** A process, and what it had when it was warm. */
struct watch {
	const char *name;
	uint64_t slack_bytes;
	bool warm;
	struct usage before;
};

struct soak {
	struct host *host;
	struct process *backend;
	unsigned int rounds, turns;
	struct watch backend_watch, weston_watch;
};

static int64_t soak_ms(void)
{
	const char *text = getenv("BINNACLE_SOAK_SECONDS");
	int seconds = text ? atoi(text) : DEFAULT_SECONDS;

	check(seconds > 0);
	return (int64_t)seconds * 1000;
}

static struct usage measure(pid_t pid)
{
	return (struct usage){
		.fds = process_count_fds(pid),
		.images = process_count_fds_of(pid, "memfd:binnacle-image") +
			  process_count_fds_of(pid, "dmabuf"),
		.private_bytes = process_get_private_bytes(pid),
	};
}

/* The first time it is called is the one that later ones are compared with. */
static void judge(struct watch *watch, const struct usage *now)
{
	if (!watch->warm)
		watch->before = *now;
	watch->warm = true;
	fprintf(stderr,
		"  %s: %u descriptors, before %u; %u images, before %u; %llu KiB, before %llu\n",
		watch->name, now->fds, watch->before.fds, now->images, watch->before.images,
		(unsigned long long)now->private_bytes / 1024,
		(unsigned long long)watch->before.private_bytes / 1024);
	if (now->fds > watch->before.fds + SLACK_FDS ||
		now->images > watch->before.images + SLACK_FDS)
		check_fail("%s keeps descriptors", watch->name);
	if (now->private_bytes > watch->before.private_bytes + watch->slack_bytes)
		check_fail("%s keeps memory", watch->name);
}

static struct soak start(const char *name)
{
	struct soak soak = {
		.host = host_create(name),
		.backend_watch = {.name = "back end", .slack_bytes = SLACK_BYTES},
		.weston_watch = {.name = "Weston", .slack_bytes = SLACK_WESTON_BYTES},
	};

	host_start_weston(soak.host, INI);
	soak.backend = backend_start(soak.host, "ivi", "--virgl", NULL);
	return soak;
}

/* The log is of this guest alone, or a long run would fill it. */
static struct process *start_guest(struct soak *soak, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static struct process *start_guest(struct soak *soak, const char *format, ...)
{
	char *log = host_path(soak->host, "guest-ivi.log"), *role;
	struct process *guest;
	va_list arguments;

	unlink(log);
	free(log);
	va_start(arguments, format);
	check(vasprintf(&role, format, arguments) >= 0);
	va_end(arguments);
	guest = guest_start(
		soak->host, &(struct guest_setup){.kind = "uml", .name = "ivi", .role = role});
	free(role);
	return guest;
}

static void expect_pattern(struct soak *soak, uint32_t seed)
{
	struct picture *picture = picture_create(WIDTH, HEIGHT, 0);

	picture_draw_pattern(picture, 0, 0, 0, 0, WIDTH, HEIGHT, seed);
	picture_expect(picture, soak->host, "left", SHOWN_MS);
	picture_destroy(picture);
}

static int64_t count_frames(const struct soak *soak)
{
	return host_read_scanout(soak->host, "ivi", "frames");
}

static void expect_frames(const struct soak *soak, int64_t frames)
{
	int64_t end_ms = host_now_ms() + GUEST_BOOT_MS;

	while (count_frames(soak) < frames) {
		if (host_now_ms() > end_ms)
			check_fail("there are only %lld frames", (long long)count_frames(soak));
		usleep(10000);
	}
}

/* --- Turns: each ends without a guest --- */

static void flips(struct soak *soak)
{
	struct process *guest = start_guest(
		soak, "test:test-gles-flip,--seed,%u,--count,20,--hold,600", soak->turns);

	process_expect_log(guest, "renderer: virgl", 1, GUEST_BOOT_MS);
	expect_pattern(soak, soak->turns + 19);
	process_kill(guest);
}

static void contexts(struct soak *soak)
{
	struct process *guest = start_guest(soak, "test:test-gles");

	process_expect_log(guest, "BINNACLE-RESULT 0", 1, GUEST_BOOT_MS);
	process_wait(guest, SHOWN_MS);
}

/* The guest draws anew for each mode; what is not in the middle of it is compared. */
static void screens(struct soak *soak)
{
	struct process *guest =
		start_guest(soak, "test:test-hotplug,--seed,%u,--hold,600", soak->turns);
	pid_t weston = soak->host->weston->pid;

	process_expect_log(guest, "READY 640x480", 1, GUEST_BOOT_MS);
	expect_pattern(soak, soak->turns);
	kill(weston, SIGRTMIN + 4);
	process_expect_log(guest, "READY 480x640", 1, SHOWN_MS);
	kill(weston, SIGRTMIN + 4);
	process_expect_log(guest, "READY 640x480", 2, SHOWN_MS);
	expect_pattern(soak, soak->turns);
	kill(weston, SIGRTMIN + 3);
	process_expect_log(guest, "UNPLUGGED", 1, SHOWN_MS);
	kill(weston, SIGRTMIN + 3);
	process_expect_log(guest, "READY 640x480", 3, SHOWN_MS);
	expect_pattern(soak, soak->turns);
	process_kill(guest);
}

/* Flips from one resource to the next, of which the one before goes. */
static void blobs(struct soak *soak)
{
	struct driver driver = driver_connect(soak->host, "ivi", true);
	struct driver_resource resource, before = {0};

	for (uint32_t i = 1; i <= 8; i++) {
		resource = i % 2 ? driver_create_blob(&driver, i, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
					   WIDTH, HEIGHT)
				 : driver_create_resource(&driver, i,
					   VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, WIDTH, HEIGHT);
		driver_draw_pattern(&resource, soak->turns + i);
		if (!resource.blob)
			driver_transfer(&driver, &resource, whole);
		driver_set_scanout(&driver, &resource);
		driver_flush(&driver, &resource, whole);
		if (i % 4 > 1)
			expect_pattern(soak, soak->turns + i);
		if (before.id)
			driver_destroy_resource(&driver, &before);
		before = resource;
	}
	expect_pattern(soak, soak->turns + 8);
	driver_disconnect(&driver);
}

/* At another moment each time: in its boot, as it opens the GPU, as it flips. */
static void early_end(struct soak *soak)
{
	struct process *guest = start_guest(soak, "test:test-gles-flip,--count,100000");

	process_expect_log(guest, "BINNACLE-BOOT", 1, GUEST_BOOT_MS);
	usleep(soak->rounds * 130000 % 1500000);
	process_kill(guest);
}

/* Weston dies, one comes where another guest is in front, and one as it was. */
static void restart_weston(struct soak *soak)
{
	int64_t frames = count_frames(soak);

	host_kill_weston(soak->host);
	host_start_weston(soak->host, INI_HIDDEN);
	expect_frames(soak, frames + 1);
	usleep(500000);
	weston_stop(soak->host->weston);
	host_start_weston(soak->host, INI);
}

static void picture_outlives_weston(struct soak *soak)
{
	struct process *guest = start_guest(
		soak, "test:test-gles-flip,--seed,%u,--count,20,--hold,600", soak->turns);

	process_expect_log(guest, "READY", 1, GUEST_BOOT_MS);
	restart_weston(soak);
	expect_pattern(soak, soak->turns + 19);
	process_kill(guest);
}

static void flips_outlive_weston(struct soak *soak)
{
	struct process *guest = start_guest(soak, "test:test-gles-flip,--count,1000000");

	process_expect_log(guest, "BINNACLE-BOOT", 1, GUEST_BOOT_MS);
	expect_frames(soak, count_frames(soak) + 10);
	restart_weston(soak);
	expect_frames(soak, count_frames(soak) + 30);
	check(process_is_alive(guest));
	process_kill(guest);
}

/* Nothing of the guest is left: what is, is a leak whatever its size. */
static bool is_idle(struct soak *soak)
{
	return host_shows_fallback(soak->host, "ivi") && !process_find_renderer(soak->backend) &&
	       !measure(soak->backend->pid).images &&
	       measure(soak->host->weston->pid).images <= WESTON_IMAGES;
}

static void expect_idle(struct soak *soak, const char *turn)
{
	static const char *const kept[] = {
		"contexts", "resources", "backing_entries", "memory_bytes"};
	int64_t end_ms = host_now_ms() + SHOWN_MS;

	while (!is_idle(soak)) {
		if (host_now_ms() > end_ms)
			check_fail("after %s: images %u, of Weston %u; renderer %d", turn,
				measure(soak->backend->pid).images,
				measure(soak->host->weston->pid).images,
				process_find_renderer(soak->backend));
		usleep(20000);
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (host_read_backend(soak->host, "ivi", kept[i]) != 0)
			check_fail("after %s the back end has %s", turn, kept[i]);
	soak->turns++;
}

static void run_round(struct soak *soak)
{
	static const struct {
		const char *name;
		void (*run)(struct soak *soak);
	} turns[] = {{"flips", flips}, {"contexts", contexts}, {"screens", screens},
		{"blobs", blobs}, {"an early end", early_end}};
	struct usage now;

	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		turns[i].run(soak);
		expect_idle(soak, turns[i].name);
	}
	fprintf(stderr, "round %u, turn %u\n", soak->rounds, soak->turns);
	now = measure(soak->host->weston->pid);
	judge(&soak->weston_watch, &now);
	if (soak->rounds++ % LIFE_ROUNDS == 1) {
		picture_outlives_weston(soak);
		expect_idle(soak, "a restart");
		flips_outlive_weston(soak);
		expect_idle(soak, "a restart beside flips");
		soak->weston_watch.warm = false;
	}
	/* Warm is who has seen all of it. */
	now = measure(soak->backend->pid);
	if (soak->rounds > 1)
		judge(&soak->backend_watch, &now);
}

static void turns_leave_nothing(void)
{
	struct soak soak = start(__func__);
	int64_t end_ms = host_now_ms() + soak_ms();

	while (soak.rounds < MIN_ROUNDS || host_now_ms() < end_ms)
		run_round(&soak);
	host_destroy(soak.host);
}

/* --- One guest --- */

#define LOW_MS 5000
/* The screen's, and that of the program beside it or of the one that goes as it comes. */
#define MAX_CONTEXTS 3
#define WARM_MS 10000

/* The guest's Mesa keeps some for a second. */
#define SLACK_RESOURCES 16

/* The guest is always at something, so it is the least that is compared: what is never given back
 * raises that. */
static struct usage measure_low(pid_t pid)
{
	struct usage low = measure(pid);

	for (int64_t end_ms = host_now_ms() + LOW_MS; host_now_ms() < end_ms; usleep(10000)) {
		struct usage now = measure(pid);

		low.fds = now.fds < low.fds ? now.fds : low.fds;
		low.images = now.images < low.images ? now.images : low.images;
		if (now.private_bytes < low.private_bytes)
			low.private_bytes = now.private_bytes;
	}
	return low;
}

/* What the back end counts for the guest: the least of it, too. */
static int64_t count_low(const struct soak *soak, const char *key)
{
	int64_t low = INT64_MAX;

	for (int64_t end_ms = host_now_ms() + LOW_MS; host_now_ms() < end_ms; usleep(10000)) {
		int64_t now = host_read_backend(soak->host, "ivi", key);

		low = now < low ? now : low;
	}
	return low;
}

static void contexts_leave_nothing(void)
{
	struct soak soak = start(__func__);
	struct watch watch = {.name = "renderer", .slack_bytes = SLACK_RENDERER_BYTES};
	struct process *guest = start_guest(&soak, "test:test-gles-churn,--count,10000000");
	int64_t end_ms = host_now_ms() + soak_ms();
	int64_t resources, resources_before = 0;
	pid_t renderer;

	process_expect_log(guest, "TURN 4", 1, GUEST_BOOT_MS);
	usleep(WARM_MS * 1000);
	renderer = process_find_renderer(soak.backend);
	check(renderer);
	do {
		struct usage low = measure_low(renderer), backend = measure_low(soak.backend->pid);

		judge(&watch, &low);
		judge(&soak.backend_watch, &backend);
		resources = count_low(&soak, "resources");
		resources_before = resources_before ? resources_before : resources;
		fprintf(stderr, "  %lld resources, before %lld\n", (long long)resources,
			(long long)resources_before);
		check(resources <= resources_before + SLACK_RESOURCES);
		check(count_low(&soak, "contexts") <= MAX_CONTEXTS && process_is_alive(guest));
		expect_pattern(&soak, 1);
		expect_pattern(&soak, 2);
	} while (host_now_ms() < end_ms);
	check(renderer == process_find_renderer(soak.backend));
	process_kill(guest);
	expect_idle(&soak, "the guest");
	host_destroy(soak.host);
}

static const struct test_case cases[] = {
	CASE(turns_leave_nothing),
	CASE(contexts_leave_nothing),
};

CASES_MAIN(cases)
