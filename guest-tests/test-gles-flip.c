/* SPDX-License-Identifier: MIT */
/* Shows the pattern of pattern.h as GLES draws it: --count pictures by page flip, with the seeds
 * --seed N, N+1, …, of which the last stays. --connector N, --hold SECONDS */
#include "guest-tests/gles-screen.h"
#include "guest-tests/test-args.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct gles_screen screen = {0};
	struct test_args args;
	struct kms kms;
	char what[96];
	int rc;

	test_args_read(argc, argv, "Chsn", &args);
	if (kms_open(&kms))
		return 1;
	rc = kms_choose_connector(&kms, args.connector_index) || gles_screen_open(&screen, &kms, 0);
	for (int i = 0; !rc && i < args.count; i++)
		rc = gles_screen_show_pattern(&screen, args.seed + (uint32_t)i);
	if (!rc) {
		printf("renderer: %s\n", (const char *)glGetString(GL_RENDERER));
		snprintf(what, sizeof(what), "%ux%u on %s", kms.mode.hdisplay, kms.mode.vdisplay,
			kms.connector_name);
		test_args_hold(&args, what);
	}
	gles_screen_close(&screen);
	kms_close(&kms);
	return rc ? 1 : 0;
}
