/* SPDX-License-Identifier: MIT */
/* Lists the connectors, sets the chosen one's preferred mode and checks that the kernel took it.
 * --connector N, --expect WxH, --count N (of connected connectors), --hold SECONDS */
#include "guest-tests/test-args.h"

#include <drm_fourcc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int list_connectors(struct kms *kms)
{
	drmModeRes *resources = drmModeGetResources(kms->fd);
	int connected = 0;

	for (int i = 0; resources && i < resources->count_connectors; i++) {
		drmModeConnector *c = drmModeGetConnector(kms->fd, resources->connectors[i]);
		char name[32];

		if (!c)
			continue;
		kms_connector_get_name(c, name, sizeof(name));
		bool on = c->connection == DRM_MODE_CONNECTED;
		printf("connector %d %s %s %ux%u mm\n", i, name, on ? "connected" : "disconnected",
			c->mmWidth, c->mmHeight);
		for (int m = 0; m < c->count_modes; m++)
			printf("mode %d %s%s %ux%u %u Hz\n", i, name,
				c->modes[m].type & DRM_MODE_TYPE_PREFERRED ? " preferred" : "",
				c->modes[m].hdisplay, c->modes[m].vdisplay, c->modes[m].vrefresh);
		connected += on;
		drmModeFreeConnector(c);
	}
	drmModeFreeResources(resources);
	return connected;
}

static bool mode_is_set(struct kms *kms)
{
	drmModeCrtc *crtc = drmModeGetCrtc(kms->fd, kms->crtc_id);
	bool set = crtc && crtc->mode_valid && crtc->mode.hdisplay == kms->mode.hdisplay &&
		   crtc->mode.vdisplay == kms->mode.vdisplay;

	drmModeFreeCrtc(crtc);
	return set;
}

static int check_mode(struct kms *kms, const struct test_args *args)
{
	uint32_t width = kms->mode.hdisplay, height = kms->mode.vdisplay;
	struct kms_buffer buffer;
	char what[64];

	if (args->expect_width && (width != args->expect_width || height != args->expect_height)) {
		printf("FAIL the preferred mode is %ux%u, not %ux%u\n", width, height,
			args->expect_width, args->expect_height);
		return 1;
	}
	if (kms_buffer_create(kms, width, height, DRM_FORMAT_XRGB8888, &buffer))
		return 1;
	memset(buffer.pixels, 0x60, buffer.size_bytes);
	if (kms_set_mode(kms, &buffer, 0, 0))
		return 1;
	if (!mode_is_set(kms)) {
		printf("FAIL the kernel reports another mode than the one set\n");
		return 1;
	}
	snprintf(what, sizeof(what), "%ux%u on %s", width, height, kms->connector_name);
	test_args_hold(args, what);
	kms_buffer_destroy(kms, &buffer);
	return 0;
}

int main(int argc, char **argv)
{
	struct test_args args;
	struct kms kms;

	test_args_read(argc, argv, "Chen", &args);
	if (kms_open(&kms))
		return 1;
	int connected = list_connectors(&kms);
	int rc = 1;
	if (connected < args.count)
		printf("FAIL %d connected, not %d\n", connected, args.count);
	else if (kms_choose_connector(&kms, args.connector_index) == 0)
		rc = check_mode(&kms, &args);
	kms_close(&kms);
	return rc;
}
