/* SPDX-License-Identifier: MIT */
/*
 * Filters the globals per client: a guest's back end sees what it needs to show pictures, a client
 * of the control socket what it needs for screenshots, and all others everything but our own.
 */
#include "compositor-plugin/globals.h"

#include "compositor-plugin/control.h"
#include "compositor-plugin/guest.h"
#include "compositor-plugin/weston-compat.h"

#define DMABUF "zwp_linux_dmabuf_v1"

static const char *const guest_interfaces[] = {
	"wl_compositor",
	"wl_subcompositor",
	"wl_shm",
	"wl_output",
	"wp_presentation",
	"wp_viewporter",
	"wp_single_pixel_buffer_manager_v1",
	"wp_linux_drm_syncobj_manager_v1",
	"xdg_wm_base",
	DMABUF,
	"zwp_linux_explicit_synchronization_v1",
	NULL,
};

static const char *const control_interfaces[] = {
	"weston_capture_v1",
	"wl_output",
	"wl_shm",
	NULL,
};

static bool names_contain(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static bool globals_filter(
	const struct wl_client *client, const struct wl_global *global, void *data)
{
	struct plugin *plugin = data;
	/* The filter's client is const, the listener lookup's is not; neither changes it. */
	struct guest *of_client = guest_from_client((struct wl_client *)client), *guest;
	const char *interface = wl_global_get_interface(global)->name;

	wl_list_for_each (guest, &plugin->guests, link) {
		if (guest->manager == global)
			return guest == of_client;
	}
	if (of_client)
		return names_contain(guest_interfaces, interface) &&
		       !(plugin->hides_dmabuf && strcmp(interface, DMABUF) == 0);
	if (control_owns_client(plugin->control, (struct wl_client *)client))
		return names_contain(control_interfaces, interface);
	return true;
}

/* Mesa before version 26, where it draws in software on a display of the kernel's, crashes when it
 * draws what another process allocated; a picture that needs no drawing is fine. */
static bool hides_dmabuf(const struct plugin *plugin)
{
	if (plugin->config->dmabuf == CONFIG_DMABUF_NEVER)
		return true;
	if (plugin->config->dmabuf == CONFIG_DMABUF_ALWAYS ||
		!compat_draws_in_software_on_kms(plugin->compositor))
		return false;
	plugin_log("Weston draws in software on these displays: guests' pictures come through "
		   "shared memory (dmabuf=always in [binnacle] for dmabufs)");
	return true;
}

void globals_init(struct plugin *plugin)
{
	plugin->hides_dmabuf = hides_dmabuf(plugin);
	wl_display_set_global_filter(plugin->compositor->wl_display, globals_filter, plugin);
}

void globals_finish(struct plugin *plugin)
{
	wl_display_set_global_filter(plugin->compositor->wl_display, NULL, NULL);
}
