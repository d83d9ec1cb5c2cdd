/* SPDX-License-Identifier: MIT */
/* A device that touches every byte it is given. */
#include "tests/fuzz/fuzz-device.h"

#include <string.h>
#include <unistd.h>

#include "common/iov.h"

/* Bytes touched per chain: a descriptor can claim 4 GiB of the same page. */
#define TOUCH_BYTES 65536

static void complete(struct vhost_user_chain *chain)
{
	struct iov_cursor from = iov_cursor(chain->readable, chain->readable_count);
	struct iov_cursor to = iov_cursor(chain->writable, chain->writable_count);
	uint8_t buffer[512];
	uint32_t written = 0;

	for (size_t left = TOUCH_BYTES; left; left -= sizeof(buffer)) {
		if (!iov_read(&from, buffer, sizeof(buffer)))
			break;
	}
	memset(buffer, 0xa5, sizeof(buffer));
	while (written < TOUCH_BYTES) {
		uint32_t put = (uint32_t)iov_write(&to, buffer, sizeof(buffer));

		if (!put)
			break;
		written += put;
	}
	vhost_user_chain_complete(chain, written);
}

static struct fuzz_device *from(struct vhost_user_device *base)
{
	struct fuzz_device *device = wl_container_of(base, device, base);

	return device;
}

void fuzz_device_release(struct fuzz_device *device)
{
	struct vhost_user_chain *chain, *next;

	wl_list_for_each_safe (chain, next, &device->held, link) {
		wl_list_remove(&chain->link);
		complete(chain);
	}
}

static void queue_kicked(struct vhost_user_device *base, uint32_t index)
{
	struct fuzz_device *device = from(base);
	struct vhost_user_chain *chain;

	while ((chain = vhost_user_queue_pop(base, index))) {
		/* One in four waits, and goes back in another order. */
		if (device->popped++ % 4 == 3)
			wl_list_insert(&device->held, &chain->link);
		else
			complete(chain);
	}
}

static void queue_stopping(struct vhost_user_device *base, uint32_t index)
{
	fuzz_device_release(from(base));
}

static void reset(struct vhost_user_device *base)
{
}

static void config_read(struct vhost_user_device *base, void *config)
{
	memset(config, 0x11, base->impl->config_size);
}

static void gpu_socket_set(struct vhost_user_device *base, int fd)
{
	close(fd);
}

static const struct vhost_user_device_impl impl = {
	.name = "fuzz",
	.queue_count = 2,
	.config_size = 24,
	.config_read = config_read,
	.queue_kicked = queue_kicked,
	.queue_stopping = queue_stopping,
	.reset = reset,
	.gpu_socket_set = gpu_socket_set,
};

void fuzz_device_init(struct fuzz_device *device)
{
	vhost_user_device_init(&device->base, &impl, 0xf);
	device->base.shared_memory_bytes[1] = 1u << 20;
	wl_list_init(&device->held);
	device->popped = 0;
}
