/* SPDX-License-Identifier: MIT */
/* Arithmetic on sizes that somebody else chose: false means overflow and leaves *out undefined. */
#pragma once

#include <stdbool.h>

#define checked_add(a, b, out) (!__builtin_add_overflow((a), (b), (out)))
#define checked_mul(a, b, out) (!__builtin_mul_overflow((a), (b), (out)))
