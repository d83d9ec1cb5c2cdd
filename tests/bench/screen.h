/* SPDX-License-Identifier: MIT */
/*
 * A guest's screen of two buffers that are flipped. A flip is a SET_SCANOUT, or SET_SCANOUT_BLOB,
 * of the buffer behind, and its fenced RESOURCE_FLUSH, one kick for both; nothing waits for it.
 * Several screens of one guest run side by side: screens_step() takes the answers of all.
 *
 * Functions return 0 or −errno; −EPROTO if a response is not the one that was due.
 */
#pragma once

#include "tests/bench/guest.h"

enum screen_kind {
	SCREEN_2D,   /* resources that are transferred to */
	SCREEN_BLOB, /* of guest memory */
};

struct screen {
	struct guest *guest;
	enum screen_kind kind;
	uint32_t scanout_id, width, height;
	struct frontend_memory pixels[2];
	uint32_t back; /* the buffer that is not shown */
	struct guest_slot draw, set, flush;
	uint32_t due;                    /* answers */
	bool runs;                       /* flips again by itself when its flip is answered */
	uint64_t flips;                  /* answered */
	uint64_t kicked_ns, answered_ns; /* of the last flip */
};

/** Makes the two buffers, each in one piece of guest memory. */
int screen_init(struct screen *screen, struct guest *guest, enum screen_kind kind,
	uint32_t scanout_id, uint32_t width, uint32_t height);

/** Changes a pixel of the buffer behind, and in 2D submits the transfer of all of it. No kick. */
int screen_draw(struct screen *screen);

/** Shows the buffer behind, and kicks. */
int screen_flip(struct screen *screen);

/** Takes one answer, waiting for it if it shall, and flips a screen that runs. As guest_collect().
 */
int screens_step(struct screen *screens, uint32_t count, bool wait);

/** Steps until nothing of that screen is due. */
int screens_wait(struct screen *screens, uint32_t count, const struct screen *screen);
