/* SPDX-License-Identifier: MIT */
/* A renderer that draws nothing, and answers, in any order, what the input says. */
#pragma once

#include <stdint.h>

#include "gpu-backend/renderer.h"

struct renderer *fuzz_renderer_create(const struct renderer_listener *listener, void *data);

/** Answers the job at that place, or loses the process. */
void fuzz_renderer_act(struct renderer *renderer, uint8_t what, uint8_t where);
