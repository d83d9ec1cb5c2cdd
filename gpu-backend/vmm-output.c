/* SPDX-License-Identifier: MIT */
/* The message on its way to the VMM's console: a head, then rows of an image. */
#include "gpu-backend/vmm-output.h"

#include <sys/uio.h>

#include "common/fd-socket.h"

void vmm_output_begin(struct vmm_output *output, uint32_t request, size_t size)
{
	output->head.header = (struct vmm_header){.request = request, .size = (uint32_t)size};
	output->head_size = output->total = sizeof(struct vmm_header) + size;
	output->sent = 0;
	output->image = NULL;
}

void vmm_output_add_rows(
	struct vmm_output *output, struct gpu_image *image, const struct rect *rows)
{
	output->image = gpu_image_hold(image);
	output->rows = *rows;
	output->total += (size_t)rows->width * rows->height * 4;
	output->head.header.size = (uint32_t)(output->total - sizeof(struct vmm_header));
}

#define OUTPUT_MAX_PIECES 256

/* The part of the message that has not been sent, as far as it fits. */
static size_t output_pieces(const struct vmm_output *output, struct iovec *iov)
{
	size_t row_bytes = (size_t)output->rows.width * 4, done, count = 0;

	if (output->sent < output->head_size)
		iov[count++] = (struct iovec){
			(char *)&output->head + output->sent, output->head_size - output->sent};
	if (!output->image)
		return count;
	done = output->sent > output->head_size ? output->sent - output->head_size : 0;
	if (row_bytes == output->image->stride) {
		/* Whole rows have no gaps to leave out. */
		iov[count++] = (struct iovec){
			(char *)output->image->pixels + (size_t)output->rows.y * row_bytes + done,
			row_bytes * output->rows.height - done};
		return count;
	}
	for (size_t y = done / row_bytes; y < output->rows.height && count < OUTPUT_MAX_PIECES;
		y++) {
		size_t skip = y == done / row_bytes ? done % row_bytes : 0;
		char *row = (char *)output->image->pixels +
			    (output->rows.y + y) * output->image->stride +
			    (size_t)output->rows.x * 4;

		iov[count++] = (struct iovec){row + skip, row_bytes - skip};
	}
	return count;
}

int vmm_output_send(struct vmm_output *output, int fd)
{
	while (output->sent < output->total) {
		struct iovec iov[OUTPUT_MAX_PIECES];
		ssize_t sent = fd_socket_send(fd, iov, output_pieces(output, iov), NULL, 0);

		if (sent < 0)
			return (int)sent;
		output->sent += (size_t)sent;
	}
	return 0;
}

void vmm_output_clear(struct vmm_output *output)
{
	gpu_image_release(&output->image);
	output->total = output->sent = 0;
}
