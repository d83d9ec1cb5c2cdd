/* SPDX-License-Identifier: MIT */
/* The message on its way to the VMM's console: a head, then rows of an image. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "gpu-backend/image.h"
#include "gpu-backend/rect.h"
#include "gpu-backend/vmm-protocol.h"

/** total 0: none. Its payload is written into the head before it is begun. */
struct vmm_output {
	struct {
		struct vmm_header header;
		union {
			uint64_t features;
			struct vmm_cursor_pos cursor_pos;
			struct vmm_cursor_update cursor_update;
			struct vmm_scanout scanout;
			struct vmm_update update;
			struct vmm_edid_request edid;
		};
	} __attribute__((packed)) head;
	size_t head_size, sent; /* bytes; sent counts the rows too */
	size_t total;
	struct gpu_image *image; /* a reference, held; NULL: no rows */
	struct rect rows;
};

/** Begins a message whose payload of size bytes is in the head already. */
void vmm_output_begin(struct vmm_output *output, uint32_t request, size_t size);

/** Adds that part of the image, which is held until the message is out. */
void vmm_output_add_rows(
	struct vmm_output *output, struct gpu_image *image, const struct rect *rows);

/** Sends what has not been sent. Returns 0 when all is out, −EAGAIN or another −errno. */
int vmm_output_send(struct vmm_output *output, int fd);

/** Forgets the message, sent or not. */
void vmm_output_clear(struct vmm_output *output);
