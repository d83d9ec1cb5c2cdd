/* SPDX-License-Identifier: MIT */
/* The echo device, its server, and what they log. */
#include "tests/unit/rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/iov.h"
#include "tests/unit/unit.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

/* --- The log --- */

/* The log goes to standard error: that is made a file that can be read back, and shown at the end.
 */
static struct {
	int original;
	int file;
} capture = {-1, -1};

static void capture_show(void)
{
	char buffer[4096];
	ssize_t got;

	dup2(capture.original, STDERR_FILENO);
	lseek(capture.file, 0, SEEK_SET);
	while ((got = read(capture.file, buffer, sizeof(buffer))) > 0)
		(void)!write(STDERR_FILENO, buffer, (size_t)got);
}

__attribute__((constructor)) static void capture_start(void)
{
	capture.file = memfd_create("log", MFD_CLOEXEC);
	capture.original = dup(STDERR_FILENO);
	dup2(capture.file, STDERR_FILENO);
	atexit(capture_show);
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_set_report_fd((void *)(intptr_t)capture.original);
#endif
}

static char *capture_text(void)
{
	off_t size = lseek(capture.file, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	assert_non_null(text);
	assert_int_equal(pread(capture.file, text, (size_t)size, 0), size);
	return text;
}

bool rig_log_has(const char *text)
{
	char *log = capture_text();
	bool has = strstr(log, text);

	free(log);
	return has;
}

size_t rig_log_lines(void)
{
	char *log = capture_text();
	size_t lines = 0;

	for (const char *c = log; *c; c++)
		lines += *c == '\n';
	free(log);
	return lines;
}

/* --- The device --- */

static struct rig_device *rig_device_from(struct vhost_user_device *base)
{
	struct rig_device *device = wl_container_of(base, device, base);

	return device;
}

static void echo(struct rig_device *device, struct vhost_user_chain *chain)
{
	struct iov_cursor from = iov_cursor(chain->readable, chain->readable_count);
	struct iov_cursor to = iov_cursor(chain->writable, chain->writable_count);
	uint8_t buffer[4096];
	uint32_t written = 0;
	size_t got;

	while ((got = iov_read(&from, buffer, sizeof(buffer))))
		written += (uint32_t)iov_write(&to, buffer, got);
	if (device->dirty.iov_len) {
		memset(device->dirty.iov_base, 1, device->dirty.iov_len);
		vhost_user_device_memory_dirtied(&device->base, &device->dirty, 1);
	}
	vhost_user_chain_complete(chain, written);
}

static void queue_kicked(struct vhost_user_device *base, uint32_t index)
{
	struct rig_device *device = rig_device_from(base);
	struct vhost_user_chain *chain;

	device->kicked++;
	while ((chain = vhost_user_queue_pop(base, index))) {
		device->popped++;
		if (device->hold)
			wl_list_insert(device->held.prev, &chain->link);
		else
			echo(device, chain);
	}
}

static void release(struct rig_device *device, bool newest_first)
{
	while (!wl_list_empty(&device->held)) {
		struct vhost_user_chain *chain;

		chain = wl_container_of(
			newest_first ? device->held.prev : device->held.next, chain, link);
		wl_list_remove(&chain->link);
		echo(device, chain);
	}
}

static void queue_stopping(struct vhost_user_device *base, uint32_t index)
{
	struct rig_device *device = rig_device_from(base);

	device->stopped++;
	if (!device->keep_on_stop)
		release(device, false);
}

static void reset(struct vhost_user_device *base)
{
	rig_device_from(base)->resets++;
}

static void config_read(struct vhost_user_device *base, void *config)
{
	memcpy(config, rig_device_from(base)->config, RIG_CONFIG_BYTES);
}

static void config_write(
	struct vhost_user_device *base, uint32_t offset, const void *data, uint32_t size)
{
	assert_true(offset + size <= RIG_CONFIG_BYTES);
	memcpy(rig_device_from(base)->config + offset, data, size);
}

static void features_set(struct vhost_user_device *base, uint64_t features)
{
	rig_device_from(base)->features = features;
	rig_device_from(base)->features_sets++;
}

static void memory_changed(struct vhost_user_device *base)
{
	rig_device_from(base)->memory_changes++;
}

static void gpu_socket_set(struct vhost_user_device *base, int fd)
{
	fd_close(&rig_device_from(base)->gpu_socket);
	rig_device_from(base)->gpu_socket = fd;
}

static const struct vhost_user_device_impl rig_impl = {
	.name = "echo",
	.queue_count = RIG_QUEUES,
	.config_size = RIG_CONFIG_BYTES,
	.config_read = config_read,
	.config_write = config_write,
	.features_set = features_set,
	.queue_kicked = queue_kicked,
	.queue_stopping = queue_stopping,
	.memory_changed = memory_changed,
	.reset = reset,
	.gpu_socket_set = gpu_socket_set,
};

/* --- The rig --- */

void rig_pump(void *data)
{
	struct rig *rig = data;

	wl_event_loop_dispatch(rig->loop, 1);
}

void rig_settle(struct rig *rig)
{
	for (int i = 0; i < 20; i++)
		wl_event_loop_dispatch(rig->loop, 0);
}

static void handle_ended(struct wl_listener *listener, void *data)
{
	struct rig *rig = wl_container_of(listener, rig, ended);

	rig->has_ended = true;
}

struct frontend *rig_connect(struct rig *rig, const struct frontend_options *options)
{
	struct frontend_options mine = options ? *options : (struct frontend_options){0};
	struct frontend *fe;

	mine.pump = rig_pump;
	mine.pump_data = rig;
	if (!mine.timeout_ms)
		mine.timeout_ms = 3000;
	fe = frontend_connect(rig->path, &mine);
	assert_non_null(fe);
	return fe;
}

struct rig *rig_create(const struct frontend_options *options)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	assert_int_equal(ftruncate(capture.file, 0), 0);
	lseek(capture.file, 0, SEEK_SET);
	rig->loop = wl_event_loop_create();
	vhost_user_device_init(&rig->device.base, &rig_impl, RIG_DEVICE_FEATURES);
	wl_list_init(&rig->device.held);
	rig->device.gpu_socket = -1;
	strcpy(rig->directory, "/tmp/rig-XXXXXX");
	assert_non_null(mkdtemp(rig->directory));
	snprintf(rig->path, sizeof(rig->path), "%s/socket", rig->directory);
	rig->server = vhost_user_server_create_listening(rig->loop, &rig->device.base, rig->path);
	assert_non_null(rig->server);
	rig->ended.notify = handle_ended;
	wl_signal_add(&rig->server->ended, &rig->ended);
	rig->fe = rig_connect(rig, options);
	return rig;
}

struct rig *rig_create_ready(const struct frontend_options *options)
{
	struct rig *rig = rig_create(options);

	assert_int_equal(frontend_setup(rig->fe), 0);
	return rig;
}

void rig_destroy(struct rig *rig)
{
	frontend_destroy(rig->fe);
	vhost_user_server_destroy(rig->server);
	assert_int_equal(access(rig->path, F_OK), -1);
	assert_int_equal(rmdir(rig->directory), 0);
	/* What a test kept beyond its ring. */
	release(&rig->device, false);
	fd_close(&rig->device.gpu_socket);
	wl_event_loop_destroy(rig->loop);
	free(rig);
}

void rig_release(struct rig *rig, bool newest_first)
{
	release(&rig->device, newest_first);
}

void rig_echo(struct rig *rig, uint32_t queue, size_t size, size_t piece)
{
	size_t count = (size + piece - 1) / piece;
	struct iovec *out = calloc(count, sizeof(*out)), *in = calloc(count, sizeof(*in));
	uint8_t *data = malloc(size), *answer = calloc(1, size);
	uint32_t written = 0;

	assert_true(out && in && data && answer);
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7 + size);
	for (size_t i = 0; i < count; i++) {
		size_t length = size - i * piece < piece ? size - i * piece : piece;

		out[i] = (struct iovec){data + i * piece, length};
		in[i] = (struct iovec){answer + i * piece, length};
	}
	assert_int_equal(frontend_request(rig->fe, queue, out, count, in, count, &written), 0);
	assert_int_equal(written, size);
	assert_memory_equal(data, answer, size);
	free(out);
	free(in);
	free(data);
	free(answer);
}
