/* SPDX-License-Identifier: MIT */
/*
 * A renderer that lies, dies and hangs: this program is also the renderer, when FAKE_RENDERER says
 * which kind.
 */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gpu-backend/renderer.h"
#include "gpu-backend/virtio-gpu.h"
#include "tests/unit/unit.h"

/* --- The renderer --- */

static void say(int fd, const void *data, size_t size)
{
	if (write(fd, data, size) != (ssize_t)size)
		_exit(1);
}

static void say_hello(int fd, uint32_t version, uint32_t count, uint32_t size)
{
	struct render_hello hello = {.version = version, .capset_count = count};
	struct render_capset capset = {.id = 2, .max_version = 1, .size = size};
	char data[64] = "capabilities";

	say(fd, &hello, sizeof(hello));
	say(fd, &capset, sizeof(capset));
	say(fd, data, size < sizeof(data) ? size : sizeof(data));
}

static void reply(int fd, uint64_t sequence, uint32_t type)
{
	struct render_reply wire = {.sequence = sequence, .type = type};

	say(fd, &wire, sizeof(wire));
}

/* Replies to the first message as the kind says, then waits for its end. */
static void misbehave(int fd, const char *kind)
{
	struct render_header header;

	if (read(fd, &header, sizeof(header)) != (ssize_t)sizeof(header))
		_exit(1);
	if (!strcmp(kind, "unasked"))
		reply(fd, header.sequence + 1, VIRTIO_GPU_RESP_OK_NODATA);
	else if (!strcmp(kind, "wrong-type"))
		reply(fd, header.sequence, VIRTIO_GPU_RESP_OK_EDID);
	else if (!strcmp(kind, "dies"))
		_exit(0);
	else if (!strcmp(kind, "half"))
		say(fd, &header, 7), _exit(0);
	else
		reply(fd, header.sequence, VIRTIO_GPU_RESP_OK_NODATA);
	if (!strcmp(kind, "twice"))
		reply(fd, header.sequence, VIRTIO_GPU_RESP_OK_NODATA);
	while (read(fd, &header, sizeof(header)) > 0) {
		if (header.sequence)
			reply(fd, header.sequence, VIRTIO_GPU_RESP_OK_NODATA);
	}
	_exit(0);
}

static void run_renderer(int argc, char **argv, const char *kind)
{
	int fd = argc > 1 && !strncmp(argv[1], "--fd=", 5) ? atoi(argv[1] + 5) : -1;

	if (!strcmp(kind, "silent-end"))
		_exit(0);
	if (!strcmp(kind, "old-version"))
		say_hello(fd, 0, 1, 16);
	else if (!strcmp(kind, "no-sets"))
		say_hello(fd, RENDER_VERSION, 0, 16);
	else if (!strcmp(kind, "many-sets"))
		say_hello(fd, RENDER_VERSION, 0xffffffff, 16);
	else if (!strcmp(kind, "huge-set"))
		say_hello(fd, RENDER_VERSION, 1, 0xffffffff);
	else if (!strcmp(kind, "empty-set"))
		say_hello(fd, RENDER_VERSION, 1, 0);
	else if (!strcmp(kind, "short-set"))
		say_hello(fd, RENDER_VERSION, 2, 16);
	else
		say_hello(fd, RENDER_VERSION, 1, 16), misbehave(fd, kind);
	_exit(0);
}

/* --- Its user --- */

struct user {
	struct wl_event_loop *loop;
	struct renderer *renderer;
	uint32_t replaced;
	struct renderer_job jobs[8];
	uint32_t types[8]; /* 0: not done */
};

static struct user *user_now;

static void handle_replaced(void *data)
{
	((struct user *)data)->replaced++;
}

static const struct renderer_listener listener = {.replaced = handle_replaced};

static void handle_done(struct renderer_job *job, uint32_t type)
{
	size_t index = (size_t)(job - user_now->jobs);

	assert_int_equal(user_now->types[index], 0);
	user_now->types[index] = type;
}

static void user_start(struct user *user, const char *kind)
{
	static const struct renderer_options options = {.program = "/proc/self/exe"};

	*user = (struct user){.loop = wl_event_loop_create()};
	user_now = user;
	setenv("FAKE_RENDERER", kind, 1);
	user->renderer = renderer_create(user->loop, &options, &listener, user);
}

static void user_end(struct user *user)
{
	renderer_destroy(user->renderer);
	wl_event_loop_destroy(user->loop);
	unsetenv("FAKE_RENDERER");
}

static int send_job(struct user *user, uint32_t index, size_t size)
{
	struct render_header header = {.op = RENDER_FENCE, .flags = RENDER_FENCED};
	char *body = calloc(1, size + 1);
	int ret;

	user->jobs[index].done = handle_done;
	ret = renderer_send(user->renderer, &header, body, size, -1, &user->jobs[index]);
	free(body);
	return ret;
}

static void pump_until(struct user *user, uint32_t index)
{
	for (int i = 0; i < 5000 && !user->types[index]; i++)
		wl_event_loop_dispatch(user->loop, 1);
}

static void bad_introductions_are_refused(void **state)
{
	static const char *const kinds[] = {"silent-end", "old-version", "no-sets", "many-sets",
		"huge-set", "empty-set", "short-set"};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct user user;

		user_start(&user, kinds[i]);
		if (user.renderer)
			fail_msg("'%s' was taken for a renderer", kinds[i]);
		user_end(&user);
	}
}

static void missing_program_is_no_renderer(void **state)
{
	struct wl_event_loop *loop = wl_event_loop_create();
	struct renderer_options options = {.program = "/no/such/program"};

	assert_null(renderer_create(loop, &options, &listener, NULL));
	wl_event_loop_destroy(loop);
}

static void capability_sets_are_kept(void **state)
{
	const struct renderer_capset *capset;
	struct user user;

	user_start(&user, "good");
	assert_non_null(user.renderer);
	assert_int_equal(renderer_capset_count(user.renderer), 1);
	capset = renderer_capset_find(user.renderer, 2);
	assert_ptr_equal(capset, renderer_capset_at(user.renderer, 0));
	assert_null(renderer_capset_at(user.renderer, 1));
	assert_null(renderer_capset_find(user.renderer, 1));
	assert_int_equal(capset->size, 16);
	assert_string_equal(capset->data, "capabilities");
	user_end(&user);
}

static void every_job_is_done_once(void **state)
{
	struct user user;

	user_start(&user, "good");
	for (uint32_t i = 0; i < COUNT(user.jobs); i++)
		assert_int_equal(send_job(&user, i, 0), 0);
	assert_true(renderer_has_fences(user.renderer));
	renderer_drain(user.renderer);
	for (uint32_t i = 0; i < COUNT(user.jobs); i++)
		assert_int_equal(user.types[i], VIRTIO_GPU_RESP_OK_NODATA);
	assert_false(renderer_has_fences(user.renderer));
	assert_int_equal(user.replaced, 0);
	user_end(&user);
}

/* All who wait are told, and a new process takes what comes. */
static void liars_and_the_dead_are_replaced(void **state)
{
	static const char *const kinds[] = {"unasked", "wrong-type", "dies", "half", "twice"};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct user user;
		uint32_t generation;

		user_start(&user, kinds[i]);
		assert_non_null(user.renderer);
		generation = renderer_generation(user.renderer);
		/* The next one behaves. */
		setenv("FAKE_RENDERER", "good", 1);
		assert_int_equal(send_job(&user, 0, 0), 0);
		pump_until(&user, 0);
		while (!user.replaced)
			wl_event_loop_dispatch(user.loop, 1);
		assert_int_equal(user.types[0], strcmp(kinds[i], "twice")
							? VIRTIO_GPU_RESP_ERR_UNSPEC
							: VIRTIO_GPU_RESP_OK_NODATA);
		assert_int_equal(user.replaced, 1);
		assert_int_not_equal(renderer_generation(user.renderer), generation);
		assert_int_equal(renderer_losses(user.renderer), 1);
		assert_int_equal(send_job(&user, 1, 0), 0);
		pump_until(&user, 1);
		assert_int_equal(user.types[1], VIRTIO_GPU_RESP_OK_NODATA);
		user_end(&user);
	}
}

/* It is given up until the guest's driver begins anew. */
static void one_that_always_dies_is_given_up(void **state)
{
	struct user user;
	uint32_t index = 0;

	user_start(&user, "dies");
	while (renderer_is_running(user.renderer)) {
		assert_true(index < COUNT(user.jobs));
		assert_int_equal(send_job(&user, index, 0), 0);
		pump_until(&user, index);
		assert_int_equal(user.types[index++], VIRTIO_GPU_RESP_ERR_UNSPEC);
	}
	assert_true(index > 2);
	assert_int_not_equal(send_job(&user, 7, 0), 0);
	setenv("FAKE_RENDERER", "good", 1);
	renderer_start(user.renderer);
	user.types[0] = 0;
	assert_int_equal(send_job(&user, 0, 0), 0);
	pump_until(&user, 0);
	assert_int_equal(user.types[0], VIRTIO_GPU_RESP_OK_NODATA);
	user_end(&user);
}

static void stopping_answers_all(void **state)
{
	struct user user;

	user_start(&user, "good");
	for (uint32_t i = 0; i < COUNT(user.jobs); i++)
		assert_int_equal(send_job(&user, i, 1000), 0);
	renderer_stop(user.renderer);
	assert_false(renderer_is_running(user.renderer));
	for (uint32_t i = 0; i < COUNT(user.jobs); i++)
		assert_int_equal(user.types[i], VIRTIO_GPU_RESP_ERR_UNSPEC);
	user_end(&user);
}

/* A renderer that does not read cannot fill the host's memory through us. */
static void queue_is_bounded(void **state)
{
	struct user user;
	size_t large = 7 << 20;
	uint32_t sent = 0;

	user_start(&user, "good");
	while (sent < COUNT(user.jobs) && send_job(&user, sent, large) == 0)
		sent++;
	assert_true(sent >= 2 && sent * large <= RENDERER_MAX_QUEUED_BYTES);
	/* What is small is taken all the same. */
	assert_int_equal(send_job(&user, 7, 100), 0);
	renderer_stop(user.renderer);
	user_end(&user);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(bad_introductions_are_refused),
	cmocka_unit_test(missing_program_is_no_renderer),
	cmocka_unit_test(capability_sets_are_kept),
	cmocka_unit_test(every_job_is_done_once),
	cmocka_unit_test(liars_and_the_dead_are_replaced),
	cmocka_unit_test(one_that_always_dies_is_given_up),
	cmocka_unit_test(stopping_answers_all),
	cmocka_unit_test(queue_is_bounded),
};

/* Before main(), whose frame is for the cases. */
static void __attribute__((constructor)) be_the_renderer(int argc, char **argv)
{
	const char *kind = getenv("FAKE_RENDERER");

	if (kind)
		run_renderer(argc, argv, kind);
}

UNIT_MAIN(cases)
