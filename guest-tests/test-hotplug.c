/* SPDX-License-Identifier: MIT */
/* Prints the first connector's state at the start and whenever the kernel says that something was
 * plugged, and shows the pattern in each mode. --seed N, --hold SECONDS */
#include "guest-tests/pattern.h"
#include "guest-tests/test-args.h"

#include <drm_fourcc.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static int open_events(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("test-hotplug: uevents");
		return -1;
	}
	return fd;
}

/* An event is words that end with a zero byte each. */
static bool is_hotplug(const char *event, size_t size)
{
	for (const char *word = event; word < event + size; word += strlen(word) + 1)
		if (strcmp(word, "HOTPLUG=1") == 0)
			return true;
	return false;
}

static bool wait_hotplug(int fd, time_t end)
{
	while (time(NULL) < end) {
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
		char event[4096];

		if (poll(&poll_fd, 1, 100) <= 0)
			continue;
		ssize_t size = recv(fd, event, sizeof(event) - 1, 0);
		if (size <= 0)
			continue;
		event[size] = '\0';
		if (is_hotplug(event, (size_t)size))
			return true;
	}
	return false;
}

static int show(struct kms *kms, struct kms_buffer *buffer, uint32_t seed)
{
	struct kms_buffer next;

	if (kms_buffer_create(
		    kms, kms->mode.hdisplay, kms->mode.vdisplay, DRM_FORMAT_XRGB8888, &next))
		return 1;
	for (uint32_t y = 0; y < next.height; y++)
		for (uint32_t x = 0; x < next.width; x++)
			next.pixels[y * (next.stride_bytes / 4) + x] = pattern_pixel(x, y, seed);
	if (kms_set_mode(kms, &next, 0, 0))
		return 1;
	kms_buffer_destroy(kms, buffer);
	*buffer = next;
	printf("READY %ux%u on %s\n", kms->mode.hdisplay, kms->mode.vdisplay, kms->connector_name);
	return 0;
}

/* Says what is plugged, and shows the pattern there. */
static int look(struct kms *kms, struct kms_buffer *buffer, uint32_t seed)
{
	*kms = (struct kms){.fd = kms->fd};
	drmModeRes *resources = drmModeGetResources(kms->fd);
	drmModeConnector *connector =
		resources ? drmModeGetConnector(kms->fd, resources->connectors[0]) : NULL;
	bool connected = connector && connector->connection == DRM_MODE_CONNECTED;

	drmModeFreeConnector(connector);
	drmModeFreeResources(resources);
	if (!connected) {
		printf("UNPLUGGED\n");
		return 0;
	}
	return kms_choose_connector(kms, 0) ? 1 : show(kms, buffer, seed);
}

int main(int argc, char **argv)
{
	struct test_args args;
	struct kms kms;
	struct kms_buffer buffer = {0};

	test_args_read(argc, argv, "hs", &args);
	int events = open_events();
	if (events < 0 || kms_open(&kms))
		return 1;
	time_t end = time(NULL) + args.hold_s;
	int rc = look(&kms, &buffer, args.seed);
	while (rc == 0 && wait_hotplug(events, end))
		rc = look(&kms, &buffer, args.seed);
	kms_close(&kms);
	return rc;
}
