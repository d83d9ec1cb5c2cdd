/* SPDX-License-Identifier: MIT */
/* What all displays share. */
#include "gpu-backend/display.h"

#include <assert.h>

void display_init(struct display *display, const struct display_impl *impl,
	const struct display_listener *listener, void *data)
{
	assert(impl->name && impl->destroy && impl->present && impl->blank && impl->cursor_show &&
		impl->cursor_move && impl->connected);
	*display = (struct display){.impl = impl, .listener = listener, .data = data};
}
