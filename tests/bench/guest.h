/* SPDX-License-Identifier: MIT */
/*
 * The guest's side: the commands that Linux's virtio-gpu driver sends for a screen of one plain
 * buffer. A frame is a transfer and a fenced flush, kicked once; the next is drawn when the fence
 * has come back, as the driver does it.
 *
 * Functions return 0 or −errno; −EPROTO if the response is not the one that was due.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "gpu-backend/rect.h"
#include "gpu-backend/virtio-gpu.h"
#include "tests/fixtures/frontend/frontend.h"

#define GUEST_RESOURCE 1u
#define GUEST_BATCH 16

/* The screen's buffer lies in pieces of five pages in guest memory, 405 for 1920×1080. Stock Linux
 * had 438 (QEMU) and 346 (User-Mode Linux) just after it had booted; later they are more. */
#define GUEST_ENTRY_BYTES ((size_t)5 * 4096)
#define GUEST_ENTRY_STEP 7919u /* a prime, so that every place is taken once */

/* Where commands and their responses are in guest RAM. */
struct guest_slot {
	struct frontend_memory command, response;
	struct iovec out, in;
	void *owner;   /* whoever submitted it may say so */
	bool answered; /* since it was submitted */
};

struct guest {
	struct frontend *fe;
	struct guest_slot slots[GUEST_BATCH];
	struct frontend_memory pixels;
	size_t entry_bytes, entry_count;
	uint32_t width, height;
	uint64_t fence;
	uint32_t stamp; /* in the first pixel of the last frame's damage, 24 bits */
};

static inline struct virtio_gpu_ctrl_hdr guest_header(uint32_t type)
{
	return (struct virtio_gpu_ctrl_hdr){.type = le32_put(type)};
}

static inline struct virtio_gpu_rect guest_rect(const struct rect *rect)
{
	return (struct virtio_gpu_rect){
		.x = le32_put(rect->x),
		.y = le32_put(rect->y),
		.width = le32_put(rect->width),
		.height = le32_put(rect->height),
	};
}

/** Takes the socket. console: the back end's end of the VMM's display socket, borrowed, or −1. */
int guest_start(struct guest *guest, int socket, int console);
void guest_finish(struct guest *guest);

/** Memory for a command and its response, as long as the guest lives. */
void guest_slot_init(struct guest *guest, struct guest_slot *slot);

/** Puts the command on the control ring. The slot stays, too, until it is answered. */
int guest_submit(struct guest *guest, struct guest_slot *slot, const void *command, size_t size,
	size_t response_size);
void guest_kick(struct guest *guest);

/** Takes one answered command, and waits for it if it shall. 1, 0 if there is none, or −errno. */
int guest_collect(struct guest *guest, bool wait, struct guest_slot **slot);

/** 0 or −EPROTO. */
int guest_slot_check(const struct guest_slot *slot, uint32_t type);

/** Submits, kicks and waits, with nothing else in flight. type: of the response. */
int guest_command(struct guest *guest, const void *command, size_t size, uint32_t type);

/** Puts the scanout's cursor there: a command of the cursor queue, alone on it. */
int guest_cursor_move(struct guest *guest, uint32_t scanout_id, uint32_t x, uint32_t y);

/** Makes a resource with backing, in one piece or many, and puts it on scanout 0. Once. */
int guest_screen(struct guest *guest, uint32_t width, uint32_t height, bool contiguous);

/** Draws into the rectangle and waits for the fence of its flush. */
int guest_frame(struct guest *guest, const struct rect *rect);

/** GUEST_BATCH transfers of the whole screen, without showing them. */
int guest_transfers(struct guest *guest);

/** One GET_DISPLAY_INFO. */
int guest_display_info(struct guest *guest);

/** One flush of a resource that is not there. */
int guest_refused(struct guest *guest);
