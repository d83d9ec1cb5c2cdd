/* SPDX-License-Identifier: MIT */
/* QEMU's monitor protocol, one command at a time, and its pictures of a console. */
#include "tests/integration/guests/qmp.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECT_MS 20000

struct qmp {
	int fd;
	FILE *in;
};

static int connect_path(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0 && strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The next object that is an answer, to be put; events are passed over. */
static struct json_object *read_answer(struct qmp *qmp)
{
	struct json_object *object;
	char line[16384];

	while (fgets(line, sizeof(line), qmp->in)) {
		object = json_tokener_parse(line);
		check(object);
		if (!json_object_object_get_ex(object, "event", NULL))
			return object;
		json_object_put(object);
	}
	check_fail("the monitor is gone");
}

void qmp_execute(struct qmp *qmp, const char *command, const char *arguments)
{
	struct json_object *answer;
	char line[1024];
	int size = snprintf(line, sizeof(line), "{\"execute\": \"%s\", \"arguments\": %s}\n",
		command, arguments ? arguments : "{}");

	check(size > 0 && size < (int)sizeof(line) &&
		send(qmp->fd, line, (size_t)size, MSG_NOSIGNAL) == size);
	answer = read_answer(qmp);
	if (!json_object_object_get_ex(answer, "return", NULL))
		check_fail("%s: %s", command, json_object_to_json_string(answer));
	json_object_put(answer);
}

struct qmp *qmp_connect(struct host *host, const char *guest)
{
	int64_t end_ms = host_now_ms() + CONNECT_MS;
	struct qmp *qmp = calloc(1, sizeof(*qmp));
	char *path;

	check(qmp && asprintf(&path, "%s/%s.qmp", host->dir, guest) >= 0);
	while ((qmp->fd = connect_path(path)) < 0 && host_now_ms() < end_ms)
		usleep(20000);
	if (qmp->fd < 0)
		check_fail("nobody listens at %s", path);
	qmp->in = fdopen(qmp->fd, "r");
	check(qmp->in);
	json_object_put(read_answer(qmp));
	qmp_execute(qmp, "qmp_capabilities", NULL);
	free(path);
	return qmp;
}

void qmp_close(struct qmp *qmp)
{
	fclose(qmp->in);
	free(qmp);
}

/* QEMU writes binary PPM. NULL where the file is not one. */
static uint32_t *read_ppm(const char *path, int32_t *width, int32_t *height)
{
	FILE *file = fopen(path, "re");
	uint32_t *pixels = NULL;
	uint8_t rgb[3];
	size_t count, i = 0;

	if (!file)
		return NULL;
	if (fscanf(file, "P6 %d %d 255", width, height) == 2 && *width > 0 && *height > 0 &&
		fgetc(file) == '\n') {
		count = (size_t)*width * (size_t)*height;
		pixels = calloc(count, sizeof(*pixels));
		check(pixels);
		while (i < count && fread(rgb, 3, 1, file) == 1)
			pixels[i++] = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
		check(i == count);
	}
	fclose(file);
	return pixels;
}

static uint32_t *dump(
	struct qmp *qmp, struct host *host, const char *device, int32_t *width, int32_t *height)
{
	char *path = host_path(host, "dump.ppm"), *arguments;
	uint32_t *pixels;

	check(asprintf(&arguments, "{\"device\": \"%s\", \"head\": 0, \"filename\": \"%s\"}",
		      device, path) >= 0);
	qmp_execute(qmp, "screendump", arguments);
	pixels = read_ppm(path, width, height);
	check(pixels);
	free(arguments);
	free(path);
	return pixels;
}

void qmp_expect_picture(struct qmp *qmp, struct host *host, const char *device,
	const struct picture *picture, int timeout_ms)
{
	int64_t end_ms = host_now_ms() + timeout_ms;
	int32_t width, height;
	char text[128];

	for (;;) {
		uint32_t *pixels = dump(qmp, host, device, &width, &height);
		bool same = picture_compare(picture, pixels, width, height, text) == 0;

		if (!same && host_now_ms() > end_ms)
			picture_expect_pixels(picture, host, pixels, width, height);
		free(pixels);
		if (same)
			return;
		usleep(50000);
	}
}
