/* SPDX-License-Identifier: MIT */
/* Transfers of a whole screen against memcpy of as many bytes, between memory of the same kind. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/bench/cases.h"
#include "tests/bench/report.h"

#define WIDTH 1920u
#define HEIGHT 1080u
#define BYTES ((size_t)WIDTH * HEIGHT * 4)

static void *map_memfd(void)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);
	void *memory = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, (off_t)BYTES) == 0)
		memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	return memory == MAP_FAILED ? NULL : memory;
}

/* As much at a time as guest_transfers() moves. */
static void copy_batch(void *to, const void *from)
{
	for (int i = 0; i < GUEST_BATCH; i++) {
		memcpy(to, from, BYTES);
		/* Each copy is to happen. */
		__asm__ volatile("" ::: "memory");
	}
}

static int run_round(struct guest *guest, void *memcpy_to, uint64_t ns, struct samples *samples)
{
	uint64_t start = clock_now_ns(), now, bytes = 0;

	do {
		int ret = 0;

		if (memcpy_to)
			copy_batch(memcpy_to, guest->pixels.host);
		else
			ret = guest_transfers(guest);
		if (ret < 0)
			return ret;
		bytes += GUEST_BATCH * BYTES;
		now = clock_now_ns();
	} while (now - start < ns);
	samples_add(samples, (double)bytes / 1e6 / ((double)(now - start) / 1e9));
	return 0;
}

void case_transfer(const struct bench_options *options, const void *data)
{
	static const char name[] = "transfer-memcpy";
	struct samples ours = {0}, plain = {0};
	void *to = map_memfd();
	struct rig rig;
	int ret = rig_start(&rig, options, RIG_OURS, WIDTH, HEIGHT);

	if (ret == 0 && to) {
		copy_batch(to, rig.guest.pixels.host);
		ret = guest_transfers(&rig.guest);
		for (uint32_t round = 0; round < options->rounds && ret == 0; round++) {
			ret = run_round(&rig.guest, NULL, round_ns(options), &ours);
			if (ret == 0)
				ret = run_round(&rig.guest, to, round_ns(options), &plain);
		}
		if (ret < 0)
			fprintf(stderr, "%s: %s failed: %s\n", options->bench, name,
				strerror(-ret));
	}
	rig_stop(&rig);
	if (to)
		munmap(to, BYTES);
	report_print(options, name,
		&(struct report_line){
			name, "MB/s", samples_median(&ours), samples_median(&plain), REPORT_MORE});
	samples_finish(&ours);
	samples_finish(&plain);
}
