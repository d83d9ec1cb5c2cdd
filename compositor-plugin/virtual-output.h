/* SPDX-License-Identifier: MIT */
/* Outputs that weston.ini names and no hardware gives. */
#pragma once

struct plugin;

/**
 * Creates every output that a [guest-display] names and that is not there, where Weston's back end
 * can: headless and nested in Wayland or X11. Where Weston has no output at all, those of all
 * [output] sections are created too, in their order. Weston configures each from its section. Says
 * which are absent where the back end cannot.
 */
void virtual_output_create_missing(struct plugin *plugin);
