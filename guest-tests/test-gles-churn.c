/* SPDX-License-Identifier: MIT */
/*
 * A screen that GLES draws to, beside which other programs draw and end, again and again: each turn
 * runs test-gles, to its end or until it is killed in the midst, makes a context and textures of
 * its own and drops them, and flips to the other of two pictures. Prints `TURN n` after each.
 * --count N turns, --seed N and N+1 of the pictures, --hold SECONDS
 */
#include "guest-tests/gles-screen.h"
#include "guest-tests/test-args.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define PROGRAM "/binnacle/test-gles"
#define TEXTURES 16

/* Programs that end well are every second; the others have ever longer until they are killed. */
static int run_other(int turn)
{
	char *argv[] = {(char *)PROGRAM, NULL};
	posix_spawn_file_actions_t actions;
	int status, error;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawn(&pid, PROGRAM, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error) {
		fprintf(stderr, "FAIL %s does not start\n", PROGRAM);
		return -1;
	}
	if (turn % 2) {
		usleep((useconds_t)(turn / 2 % 20) * 50000);
		kill(pid, SIGKILL);
	}
	if (waitpid(pid, &status, 0) != pid || (turn % 2 == 0 && status)) {
		fprintf(stderr, "FAIL %s ended with %#x\n", PROGRAM, (unsigned int)status);
		return -1;
	}
	return 0;
}

/* A second context of the screen's program, and textures that it leaves to its end to drop. */
static int run_context(struct gles_screen *screen)
{
	static const EGLint attributes[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_NONE};
	struct gles *gles = &screen->gles;
	EGLContext context =
		eglCreateContext(gles->display, gles->config, EGL_NO_CONTEXT, attributes);
	struct gles_target target;

	if (!context || !eglMakeCurrent(gles->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context))
		return gles_fail("eglCreateContext");
	/* The programs of gles.h are of the screen's context. */
	for (GLsizei i = 0; i < TEXTURES; i++) {
		gles_texture(64 + i, 64 + 2 * i, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
		if (!gles_target_create(&target, 128 + i, 64, GL_RGBA8))
			return gles_fail("a target");
		glClear(GL_COLOR_BUFFER_BIT);
	}
	glFinish();
	if (!eglMakeCurrent(gles->display, screen->surface, screen->surface, gles->context))
		return gles_fail("eglMakeCurrent");
	eglDestroyContext(gles->display, context);
	return 0;
}

static int run_turn(struct gles_screen *screen, int turn, uint32_t seed)
{
	if (run_other(turn) || run_context(screen) || gles_screen_show_pattern(screen, seed))
		return -1;
	printf("TURN %d\n", turn);
	return 0;
}

int main(int argc, char **argv)
{
	struct gles_screen screen = {0};
	struct test_args args;
	struct kms kms;
	int rc;

	test_args_read(argc, argv, "hsn", &args);
	if (kms_open(&kms))
		return 1;
	rc = kms_choose_connector(&kms, args.connector_index) || gles_screen_open(&screen, &kms, 0);
	for (int i = 0; !rc && i < args.count; i++)
		rc = run_turn(&screen, i, args.seed + (uint32_t)i % 2);
	if (!rc)
		test_args_hold(&args, kms.connector_name);
	gles_screen_close(&screen);
	kms_close(&kms);
	return rc ? 1 : 0;
}
