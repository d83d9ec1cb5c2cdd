/* SPDX-License-Identifier: MIT */
/* What a scanout's screen is, and the EDID that tells the guest. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct screen {
	bool connected;
	uint32_t width_px, height_px;
	uint32_t refresh_mhz;         /* 0: unknown */
	uint32_t width_mm, height_mm; /* 0: unknown */
	char name[64];                /* for people; may be empty */

	/** The display's own EDID; edid_size_bytes 0: edid_write() makes one. */
	uint8_t edid[1024];
	uint32_t edid_size_bytes;
};

#define EDID_MAX_BYTES 256

/**
 * Writes an EDID 1.4 whose preferred mode is the screen's, with its name and size; for a mode that
 * its fields cannot hold, more than 4095 pixels or 655 MHz, the mode is in a DisplayID extension.
 * Returns the bytes written, a multiple of 128: none for a screen that is not there.
 */
size_t edid_write(const struct screen *screen, uint32_t serial, uint8_t out[EDID_MAX_BYTES]);
