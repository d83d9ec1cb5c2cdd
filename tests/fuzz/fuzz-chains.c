/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer target: guest RAM with a ring of any content in it. The first byte chooses the kind of
 * ring and its size, the second how chains go back, the rest is what the driver wrote; what the
 * device writes lands in the same RAM. No socket is involved: fuzz-messages sets up rings as a
 * front end does.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/iov.h"
#include "vhost-user/chain.h"
#include "vhost-user/memory.h"
#include "vhost-user/ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Two regions that touch, and a hole before the third. */
#define REGION_BYTES 8192
#define RAM_START UINT64_C(0x40000000)
#define HOLE_BYTES 4096
#define REGIONS 3

/* Where the ring is in the first region. */
#define DESC_OFFSET 0
#define DRIVER_OFFSET 2048
#define DEVICE_OFFSET 3072

#define MAX_HELD 8
#define TOUCH_BYTES 4096

static struct {
	struct vhost_user_memory *memory;
	char *regions[REGIONS];
} fuzz;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct message_region regions[REGIONS];
	int wake = eventfd(0, EFD_CLOEXEC), fds[REGIONS];
	const char *fault;

	for (uint64_t i = 0; i < REGIONS; i++) {
		fds[i] = memfd_create("ram", MFD_CLOEXEC);
		if (fds[i] < 0 || ftruncate(fds[i], REGION_BYTES) < 0)
			abort();
		regions[i] = (struct message_region){
			.guest_address = RAM_START + i * REGION_BYTES + (i == 2 ? HOLE_BYTES : 0),
			.size = REGION_BYTES,
			.user_address = 0x1000000 * (i + 1),
		};
	}
	if (memory_create(regions, fds, REGIONS, wake, &fuzz.memory, &fault) < 0)
		abort();
	for (int i = 0; i < REGIONS; i++) {
		fuzz.regions[i] =
			memory_map_guest(fuzz.memory, regions[i].guest_address, REGION_BYTES);
		if (!fuzz.regions[i])
			abort();
		close(fds[i]);
	}
	close(wake);
	return 0;
}

static uint32_t touch(const struct vhost_user_chain *chain)
{
	struct iov_cursor from = iov_cursor(chain->readable, chain->readable_count);
	struct iov_cursor to = iov_cursor(chain->writable, chain->writable_count);
	uint8_t buffer[TOUCH_BYTES];

	iov_read(&from, buffer, sizeof(buffer));
	memset(buffer, 0xa5, sizeof(buffer));
	return (uint32_t)iov_write(&to, buffer, sizeof(buffer));
}

static void give_back(struct ring *ring, struct chain *chain)
{
	ring->impl->push(ring, chain, touch(&chain->base));
	ring->impl->call_is_wanted(ring);
	chain_destroy(chain);
}

/* Takes until there is nothing more or the ring is broken; some chains wait, the newest goes first.
 */
static void run(struct ring *ring, uint8_t order)
{
	struct chain *held[MAX_HELD];
	size_t count = 0;
	int ret;

	for (unsigned i = 0; i < 3u * ring->size; i++) {
		struct chain *chain = chain_create();

		if (!chain)
			abort();
		ret = ring->impl->pop(ring, fuzz.memory, chain);
		if (ret <= 0) {
			chain_destroy(chain);
			if (ret < 0 && !ring->fault)
				abort();
			break;
		}
		chain_seal(chain);
		ring->impl->kicks_want(ring, false);
		if (order >> (i % 8) & 1 && count < MAX_HELD)
			held[count++] = chain;
		else
			give_back(ring, chain);
	}
	ring->impl->kicks_want(ring, true);
	ring->impl->has_work(ring);
	while (count)
		give_back(ring, held[--count]);
	if (ring->in_flight)
		abort();
}

static void fill(char *to, size_t capacity, const uint8_t **data, size_t *size)
{
	size_t length = *size < capacity ? *size : capacity;

	memcpy(to, *data, length);
	memset(to + length, 0, capacity - length);
	*data += length;
	*size -= length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ring ring = {0};
	uint64_t desc, driver, device;
	uint8_t order;

	if (size < 2)
		return 0;
	ring.impl = data[0] & 1 ? &ring_packed : &ring_split;
	ring.indirect = data[0] & 2;
	ring.event_idx = data[0] & 4;
	ring.size = data[0] & 8 ? 4 : 64;
	order = data[1];
	data += 2;
	size -= 2;
	ring.impl->areas_measure(&ring, &desc, &driver, &device);
	ring.desc = fuzz.regions[0] + DESC_OFFSET;
	ring.driver = fuzz.regions[0] + DRIVER_OFFSET;
	ring.device = fuzz.regions[0] + DEVICE_OFFSET;
	fill(ring.driver, driver, &data, &size);
	fill(ring.desc, desc, &data, &size);
	fill(fuzz.regions[1], REGION_BYTES, &data, &size);
	memset(ring.device, 0, device);
	ring.impl->base_set(&ring, ring.impl->base_initial);
	ring.impl->kicks_want(&ring, true);
	run(&ring, order);
	/* Once more with what is in the ring now, as after a kick. */
	if (!ring.fault)
		run(&ring, order);
	return 0;
}
