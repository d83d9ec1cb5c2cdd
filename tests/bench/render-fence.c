/* SPDX-License-Identifier: MIT */
/*
 * From a command of the guest to its fence, through binnacle-gpu and the renderer, with no guest:
 * one empty, fenced SUBMIT_3D at a time. Prints `case value unit` lines for gpu-3d. usage:
 * render-fence BINNACLE-GPU SECONDS
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "gpu-backend/virtio-gpu.h"
#include "tests/bench/backend.h"
#include "tests/bench/report.h"
#include "tests/fixtures/frontend/frontend.h"

#define CONTEXT 1u
#define TIMEOUT_MS 30000

/* A command stream of one word that does nothing. */
struct submit {
	struct virtio_gpu_cmd_submit command;
	uint32_t nothing;
};

static int request(struct frontend *fe, const void *command, size_t size)
{
	struct virtio_gpu_ctrl_hdr answer = {0};
	struct iovec out = {(void *)command, size}, in = {&answer, sizeof(answer)};
	int ret = frontend_request(fe, VIRTIO_GPU_QUEUE_CONTROL, &out, 1, &in, 1, NULL);

	if (ret < 0)
		return ret;
	return le32_get(answer.type) == VIRTIO_GPU_RESP_OK_NODATA ? 0 : -EPROTO;
}

static int measure(struct frontend *fe, double seconds, struct samples *times)
{
	struct virtio_gpu_ctx_create create = {
		.hdr = {.type = le32_put(VIRTIO_GPU_CMD_CTX_CREATE), .ctx_id = le32_put(CONTEXT)}};
	struct submit submit = {.command = {.hdr = {.type = le32_put(VIRTIO_GPU_CMD_SUBMIT_3D),
						    .flags = le32_put(VIRTIO_GPU_FLAG_FENCE),
						    .ctx_id = le32_put(CONTEXT)},
					.size = le32_put(sizeof(submit.nothing))}};
	int ret = request(fe, &create, sizeof(create));
	uint64_t start = clock_now_ns(), now = start;

	for (uint64_t fence = 1; ret == 0 && (double)(now - start) < seconds * 1e9; fence++) {
		uint64_t before = clock_now_ns();

		submit.command.hdr.fence_id = le64_put(fence);
		ret = request(fe, &submit, sizeof(submit.command) + sizeof(submit.nothing));
		now = clock_now_ns();
		samples_add(times, (double)(now - before) / 1e3);
	}
	return ret;
}

int main(int argc, char **argv)
{
	struct frontend_options options = {
		.features = VIRTIO_GPU_F_VIRGL | VIRTIO_GPU_F_EDID,
		.event_idx = true,
		.queue_count = VIRTIO_GPU_QUEUE_COUNT,
		.timeout_ms = TIMEOUT_MS,
	};
	struct samples times = {0};
	struct frontend *fe = NULL;
	struct backend backend;
	int ret;

	if (argc != 3)
		return EXIT_FAILURE;
	ret = backend_start(&backend, argv[1],
		(const char *const[BACKEND_ARGUMENTS]){"--virgl", "--display=none"});
	if (ret == 0) {
		fe = frontend_create(backend.socket, &options);
		backend.socket = -1;
		ret = fe ? frontend_setup(fe) : -ENOMEM;
		if (ret == 0)
			ret = measure(fe, strtod(argv[2], NULL), &times);
		frontend_destroy(fe);
		backend_stop(&backend);
	}
	if (ret < 0) {
		fprintf(stderr, "render-fence: %s: %s\n", argv[1], strerror(-ret));
		return EXIT_FAILURE;
	}
	printf("host-fence-p50 %.1f us\n", samples_percentile(&times, 50));
	printf("host-fence-p99 %.1f us\n", samples_percentile(&times, 99));
	samples_finish(&times);
	return EXIT_SUCCESS;
}
