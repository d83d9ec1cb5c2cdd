/* SPDX-License-Identifier: MIT */
/* Which client sees which Wayland globals. */
#pragma once

struct plugin;

void globals_init(struct plugin *plugin);
void globals_finish(struct plugin *plugin);
