/* SPDX-License-Identifier: MIT */
/*
 * The EDID that tells a guest of its screen: VESA E-EDID 1.4 with one detailed timing, and a
 * DisplayID 1.3 extension where the timing does not fit the base block's fields.
 */
#include "gpu-backend/edid.h"

#include <string.h>

#define EDID_BLOCK_BYTES 128
#define MODEL_YEAR 2026
#define GAMMA_2_2 120 /* hundredths above 1 */
#define VENDOR "BNC"

/* Horizontal values in pixels, vertical ones in lines. */
struct timing {
	uint32_t h_active, h_blank, h_front, h_sync;
	uint32_t v_active, v_blank, v_front, v_sync;
	uint32_t clock_10khz;
};

/* A display's receiver takes no slower clock; what is too small for it gets more blanking, at
 * least to this many lines. */
#define MIN_CLOCK_HZ UINT64_C(10000000)
#define MIN_CLOCK_LINES 480

/* VESA CVT 1.1, reduced blanking. */
static struct timing timing_cvt_rb(const struct screen *screen)
{
	const uint32_t min_blank_us = 460, min_back = 6;
	uint64_t refresh_mhz = screen->refresh_mhz ? screen->refresh_mhz : 60000;
	struct timing t = {
		.h_active = screen->width_px,
		.h_blank = 160,
		.h_front = 48,
		.h_sync = 32,
		.v_active = screen->height_px,
		.v_front = 3,
		.v_sync = 10,
	};
	uint64_t frame_ns = UINT64_C(1000000000000) / refresh_mhz, line_ns, total;
	static const struct {
		uint32_t width, height, v_sync;
	} aspects[] = {{4, 3, 4}, {16, 9, 5}, {16, 10, 6}, {5, 4, 7}, {15, 9, 7}};

	for (size_t i = 0; i < sizeof(aspects) / sizeof(aspects[0]); i++) {
		if ((uint64_t)t.h_active * aspects[i].height ==
			(uint64_t)t.v_active * aspects[i].width)
			t.v_sync = aspects[i].v_sync;
	}
	/* A frame shorter than the blanking makes no sense; such a rate gets the least blanking. */
	line_ns =
		frame_ns > min_blank_us * 1000 ? (frame_ns - min_blank_us * 1000) / t.v_active : 0;
	t.v_blank = line_ns ? (uint32_t)(min_blank_us * 1000 / line_ns) + 1 : 0;
	if (t.v_blank < t.v_front + t.v_sync + min_back)
		t.v_blank = t.v_front + t.v_sync + min_back;
	total = (uint64_t)(t.h_active + t.h_blank) * (t.v_active + t.v_blank);
	if (total * refresh_mhz < MIN_CLOCK_HZ * 1000 && t.v_active + t.v_blank < MIN_CLOCK_LINES)
		t.v_blank = MIN_CLOCK_LINES - t.v_active;
	total = (uint64_t)(t.h_active + t.h_blank) * (t.v_active + t.v_blank);
	if (total * refresh_mhz < MIN_CLOCK_HZ * 1000) {
		total = MIN_CLOCK_HZ * 1000 / refresh_mhz;
		t.h_blank = (uint32_t)(total / (t.v_active + t.v_blank)) + 1 - t.h_active;
		total = (uint64_t)(t.h_active + t.h_blank) * (t.v_active + t.v_blank);
	}
	/* mHz × pixels / 10⁷ is in 10 kHz; nearest, so that the rate comes back as asked. */
	t.clock_10khz = (uint32_t)((total * refresh_mhz + 5000000) / 10000000);
	return t;
}

static bool timing_fits_detailed(const struct timing *t)
{
	return t->h_active < 4096 && t->h_blank < 4096 && t->v_active < 4096 && t->v_blank < 4096 &&
	       t->clock_10khz < 65536;
}

static uint8_t low(uint32_t value)
{
	return (uint8_t)(value & 0xff);
}

/* Bits 8 to 11 of two values, packed as the detailed timing has them. */
static uint8_t high_nibbles(uint32_t a, uint32_t b)
{
	return (uint8_t)((a >> 8 & 0xf) << 4 | (b >> 8 & 0xf));
}

/* Polarity of CVT reduced blanking: horizontal positive, vertical negative; digital separate. */
#define DETAILED_FLAGS 0x1a

static void detailed_write(uint8_t *d, const struct timing *t, const struct screen *screen)
{
	bool has_size = screen->width_mm && screen->height_mm && screen->width_mm < 4096 &&
			screen->height_mm < 4096;
	uint32_t width_mm = has_size ? screen->width_mm : 0;
	uint32_t height_mm = has_size ? screen->height_mm : 0;

	d[0] = low(t->clock_10khz);
	d[1] = low(t->clock_10khz >> 8);
	d[2] = low(t->h_active);
	d[3] = low(t->h_blank);
	d[4] = high_nibbles(t->h_active, t->h_blank);
	d[5] = low(t->v_active);
	d[6] = low(t->v_blank);
	d[7] = high_nibbles(t->v_active, t->v_blank);
	d[8] = low(t->h_front);
	d[9] = low(t->h_sync);
	d[10] = (uint8_t)(t->v_front << 4 | t->v_sync);
	d[12] = low(width_mm);
	d[13] = low(height_mm);
	d[14] = high_nibbles(width_mm, height_mm);
	d[17] = DETAILED_FLAGS;
}

/* A display descriptor of up to 13 printable characters; returns how many there are. */
static size_t text_write(uint8_t *d, uint8_t tag, const char *text)
{
	size_t used = 0;

	memset(d, 0, 5);
	d[3] = tag;
	memset(d + 5, ' ', 13);
	for (; *text && used < 13; text++) {
		if ((*text > ' ' && *text <= '~') || (*text == ' ' && used))
			d[5 + used++] = (uint8_t)*text;
	}
	while (used && d[5 + used - 1] == ' ')
		used--;
	if (used < 13)
		d[5 + used] = '\n';
	return used;
}

#define TEXT_NAME 0xfc
#define TEXT_SERIAL 0xff
#define TEXT_UNUSED 0x10

/* To the nearest; 0, unknown, where a byte cannot hold it. */
static uint8_t centimetres(uint32_t mm)
{
	uint32_t cm = mm / 10 + (mm % 10 >= 5);

	return cm < 256 ? low(cm) : 0;
}

/* sRGB is the default colour space; the first detailed timing is the native one. */
#define FEATURE_SRGB 0x04
#define FEATURE_NATIVE 0x02

static void base_write(uint8_t *e, const struct screen *screen, uint32_t serial, bool native)
{
	static const uint8_t header[8] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
	/* sRGB primaries, as the colours of an unmanaged desktop are meant. */
	static const uint8_t colour[10] = {
		0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54};

	memcpy(e, header, sizeof(header));
	/* Manufacturer "BNC", five bits a letter. */
	e[8] = 0x09;
	e[9] = 0xc3;
	e[10] = 1; /* product */
	e[12] = low(serial + 1);
	e[16] = 0xff; /* the year is that of the model */
	e[17] = MODEL_YEAR - 1990;
	e[18] = 1;
	e[19] = 4;
	e[20] = 0xa5; /* digital, 8 bits a colour, DisplayPort-like */
	e[21] = centimetres(screen->width_mm);
	e[22] = centimetres(screen->height_mm);
	if (!e[21] || !e[22])
		e[21] = e[22] = 0;
	e[23] = 120; /* gamma 2.2 */
	e[24] = FEATURE_SRGB | (native ? FEATURE_NATIVE : 0);
	memcpy(e + 25, colour, sizeof(colour));
	memset(e + 38, 0x01, 16); /* no standard timings */
}

static void checksum_write(uint8_t *block, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i + 1 < size; i++)
		sum = (uint8_t)(sum + block[i]);
	block[size - 1] = (uint8_t)(0x100 - sum);
}

/* Fills the extension block between its tag and its checksum. */
#define DISPLAY_ID_SECTION_BYTES (EDID_BLOCK_BYTES - 2)

#define DISPLAY_ID_STANDALONE 0x03 /* the product type: a display device of its own */
#define ASPECT_UNDEFINED 8         /* none of those that have a number */

/* A data block's header; returns its payload. */
static uint8_t *data_block_begin(uint8_t *data, uint8_t tag, uint8_t size)
{
	data[0] = tag;
	data[2] = size;
	return data + 3;
}

/* A DisplayID section with one Type I detailed timing, in an EDID extension block. */
static void display_id_write(uint8_t *block, const struct timing *t, uint32_t serial)
{
	const uint32_t values[] = {t->h_active, t->h_blank, t->h_front, t->h_sync, t->v_active,
		t->v_blank, t->v_front, t->v_sync};
	uint8_t *section = block + 1, *d;
	uint32_t clock = t->clock_10khz - 1;
	uint32_t large = t->h_active > t->v_active ? t->h_active : t->v_active;
	uint32_t small = t->h_active > t->v_active ? t->v_active : t->h_active;
	uint32_t aspect =
		(uint32_t)((uint64_t)large * 100 / small) - 100; /* in hundredths, above 1 */

	block[0] = 0x70;
	section[0] = 0x12;                             /* structure version 1.2 */
	section[1] = DISPLAY_ID_SECTION_BYTES - 4 - 1; /* between its header and its checksum */
	section[2] = DISPLAY_ID_STANDALONE;
	d = data_block_begin(section + 4, 0x00, 12); /* product identification */
	memcpy(d, VENDOR, 3);
	d[3] = 1; /* product */
	d[5] = low(serial + 1);
	d[9] = 0xff; /* the year is that of the model */
	d[10] = MODEL_YEAR - 2000;
	d = data_block_begin(d + 12, 0x01, 12); /* display parameters; no size: the base has it */
	d[4] = low(t->h_active);
	d[5] = low(t->h_active >> 8);
	d[6] = low(t->v_active);
	d[7] = low(t->v_active >> 8);
	d[9] = GAMMA_2_2;
	d[10] = aspect < 256 ? low(aspect) : 0xff;
	d[11] = 0x77;                           /* 8 bits a colour, at most and natively */
	d = data_block_begin(d + 12, 0x0f, 10); /* display interface features */
	d[0] = 0xa1;                            /* DisplayPort, one link */
	d[1] = 0x12;                            /* version 1.2 */
	d[2] = 0x02;                            /* RGB of 8 bits a colour */
	d = data_block_begin(d + 10, 0x03, 20); /* Type I detailed timing */
	d[0] = low(clock);
	d[1] = low(clock >> 8);
	d[2] = low(clock >> 16);
	d[3] = 0x80 | ASPECT_UNDEFINED; /* preferred */
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		d[4 + 2 * i] = low(values[i] - 1);
		d[5 + 2 * i] = low((values[i] - 1) >> 8);
	}
	d[9] |= 0x80; /* horizontal sync is positive */
	checksum_write(section, DISPLAY_ID_SECTION_BYTES);
}

size_t edid_write(const struct screen *screen, uint32_t serial, uint8_t out[EDID_MAX_BYTES])
{
	char serial_text[2] = {(char)('1' + serial % 9), 0};
	struct timing timing;
	bool fits;

	memset(out, 0, EDID_MAX_BYTES);
	if (!screen->connected || !screen->width_px || !screen->height_px)
		return 0;
	timing = timing_cvt_rb(screen);
	fits = timing_fits_detailed(&timing);
	base_write(out, screen, serial, fits);
	if (fits) {
		detailed_write(out + 54, &timing, screen);
	} else {
		/* The base block must have a timing; what does not fit is in the extension. */
		struct screen small = {.width_px = 1920, .height_px = 1080};
		struct timing small_timing = timing_cvt_rb(&small);

		detailed_write(out + 54, &small_timing, screen);
	}
	if (!text_write(out + 72, TEXT_NAME, screen->name))
		text_write(out + 72, TEXT_NAME, "Binnacle");
	text_write(out + 90, TEXT_SERIAL, serial_text);
	memset(out + 108, 0, 18);
	out[108 + 3] = TEXT_UNUSED;
	out[126] = fits ? 0 : 1;
	checksum_write(out, EDID_BLOCK_BYTES);
	if (fits)
		return EDID_BLOCK_BYTES;
	display_id_write(out + EDID_BLOCK_BYTES, &timing, serial);
	checksum_write(out + EDID_BLOCK_BYTES, EDID_BLOCK_BYTES);
	return 2 * EDID_BLOCK_BYTES;
}
