/* SPDX-License-Identifier: MIT */
/* One command of the guest, from its descriptor chain to its response. */
#include "gpu-backend/request.h"

#include <stdlib.h>

#include "common/iov.h"

bool gpu_request_init(struct gpu_request *request, struct gpu *gpu, struct vhost_user_chain *chain,
	uint32_t queue_index)
{
	struct iov_cursor in = iov_cursor(chain->readable, chain->readable_count);

	*request = (struct gpu_request){
		.gpu = gpu,
		.chain = chain,
		.queue_index = queue_index,
	};
	wl_list_init(&request->link);
	request->size = iov_read(&in, &request->command, sizeof(request->command));
	return request->size >= sizeof(request->command.hdr);
}

void gpu_request_respond(struct gpu_request *request, uint32_t type,
	struct virtio_gpu_ctrl_hdr *response, size_t size)
{
	const struct virtio_gpu_ctrl_hdr *command = &request->command.hdr;
	uint32_t flags = le32_get(command->flags);
	struct vhost_user_chain *chain = request->chain;
	struct iov_cursor out = iov_cursor(chain->writable, chain->writable_count);

	/* Half an answer must not look like a whole one. */
	if (size > sizeof(*response) && iov_size(chain->writable, chain->writable_count) < size) {
		type = VIRTIO_GPU_RESP_ERR_UNSPEC;
		size = sizeof(*response);
	}
	*response = (struct virtio_gpu_ctrl_hdr){.type = le32_put(type)};
	if (flags & VIRTIO_GPU_FLAG_FENCE) {
		response->flags =
			le32_put(flags & (VIRTIO_GPU_FLAG_FENCE | VIRTIO_GPU_FLAG_INFO_RING_IDX));
		response->fence_id = command->fence_id;
		response->ctx_id = command->ctx_id;
		response->ring_idx = command->ring_idx;
	}
	request->chain = NULL;
	vhost_user_chain_complete(chain, (uint32_t)iov_write(&out, response, size));
}

void gpu_request_respond_plain(struct gpu_request *request, uint32_t type)
{
	struct virtio_gpu_ctrl_hdr response;

	gpu_request_respond(request, type, &response, sizeof(response));
}

struct gpu_request *gpu_request_hold(const struct gpu_request *request, struct wl_list *list)
{
	struct gpu_request *held = malloc(sizeof(*held));

	if (!held)
		return NULL;
	*held = *request;
	wl_list_insert(list->prev, &held->link);
	return held;
}

void gpu_request_release(struct gpu_request *request, uint32_t type)
{
	wl_list_remove(&request->link);
	gpu_request_finish(request, type);
	free(request);
}
