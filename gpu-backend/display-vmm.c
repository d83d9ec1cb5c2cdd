/* SPDX-License-Identifier: MIT */
/*
 * The display that is the VMM's own console, over the socket QEMU gives with each DRIVER_OK.
 *
 * Nothing is queued: each scanout has a state that the VMM should know, and whenever the socket has
 * room the next difference is told. So a VMM that reads slowly, or a guest that moves its cursor a
 * million times, costs no memory; and a new socket only means that nothing has been told yet.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/fd-socket.h"
#include "common/fd.h"
#include "common/log.h"
#include "gpu-backend/display.h"
#include "gpu-backend/vmm-output.h"
#include "gpu-backend/vmm-protocol.h"

struct vmm_scanout_state {
	uint32_t width, height;           /* what it should be; 0: off */
	uint32_t told_width, told_height; /* what the VMM was told */

	struct gpu_image *image; /* a reference, held: the frame to be sent, or NULL */
	struct rect source;
	pixman_region32_t damage; /* of the frame, not sent yet */

	struct gpu_image *cursor; /* a reference, or NULL: hidden */
	uint32_t hot_x, hot_y;
	int32_t x, y;
	bool cursor_changed, cursor_moved;
};

/* The reply being read. */
struct vmm_input {
	struct {
		struct vmm_header header;
		union {
			uint64_t features;
			struct virtio_gpu_resp_display_info info;
			struct virtio_gpu_resp_edid edid;
		};
	} __attribute__((packed)) message;
	size_t got;
};

struct display_vmm {
	struct display base;
	struct wl_event_loop *loop;
	int fd; /* −1: none */
	struct wl_event_source *source;
	bool blocked; /* the message waits for room in the socket */

	uint64_t features;
	uint32_t awaited;       /* enum vmm_request whose reply is to come; 0: none */
	bool features_known;    /* they have been asked, and set */
	bool features_answered; /* asked, and to be set */
	bool refresh_wanted;    /* the guest asked for its screens */
	uint32_t edids_wanted;  /* a bit per scanout */
	uint32_t edid_index;    /* of the reply to come */
	bool refreshing;

	struct screen screens[VIRTIO_GPU_MAX_SCANOUTS];
	struct vmm_scanout_state scanouts[VIRTIO_GPU_MAX_SCANOUTS];
	struct vmm_output output;
	uint32_t sending_index; /* of the scanout whose rows are being sent */
	struct vmm_input input;
};

static struct display_vmm *vmm_from_display(const struct display *display)
{
	struct display_vmm *vmm;

	return wl_container_of(display, vmm, base);
}

static void scanout_drop_frame(struct vmm_scanout_state *scanout)
{
	gpu_image_release(&scanout->image);
	pixman_region32_clear(&scanout->damage);
}

/* The questions, one at a time. True if a message was begun. */
static bool next_question(struct display_vmm *vmm)
{
	struct vmm_output *output = &vmm->output;

	if (vmm->awaited)
		return false;
	if (vmm->features_answered) {
		vmm->features_answered = false;
		vmm->features_known = true;
		output->head.features = vmm->features;
		vmm_output_begin(&vmm->output, VMM_SET_PROTOCOL_FEATURES, sizeof(uint64_t));
		return true;
	}
	if (!vmm->features_known) {
		vmm->awaited = VMM_GET_PROTOCOL_FEATURES;
		vmm_output_begin(&vmm->output, vmm->awaited, 0);
		return true;
	}
	if (vmm->refresh_wanted) {
		vmm->refresh_wanted = false;
		vmm->refreshing = true;
		vmm->awaited = VMM_GET_DISPLAY_INFO;
		vmm_output_begin(&vmm->output, vmm->awaited, 0);
		return true;
	}
	if (vmm->edids_wanted) {
		vmm->edid_index = (uint32_t)__builtin_ctz(vmm->edids_wanted);
		vmm->edids_wanted &= vmm->edids_wanted - 1;
		vmm->awaited = VMM_GET_EDID;
		output->head.edid.scanout_id = vmm->edid_index;
		vmm_output_begin(&vmm->output, vmm->awaited, sizeof(output->head.edid));
		return true;
	}
	return false;
}

static bool next_cursor(struct display_vmm *vmm, uint32_t index)
{
	struct vmm_scanout_state *scanout = &vmm->scanouts[index];
	struct vmm_output *output = &vmm->output;
	struct vmm_cursor_pos pos = {
		.scanout_id = index, .x = (uint32_t)scanout->x, .y = (uint32_t)scanout->y};

	if (!scanout->cursor_changed && !scanout->cursor_moved)
		return false;
	scanout->cursor_moved = false;
	if (scanout->cursor_changed && scanout->cursor) {
		struct vmm_cursor_update *update = &output->head.cursor_update;

		update->pos = pos;
		update->hot_x = scanout->hot_x;
		update->hot_y = scanout->hot_y;
		/* Linux gives its cursors a format without alpha, and alpha nevertheless. */
		memcpy(update->pixels, scanout->cursor->pixels, sizeof(update->pixels));
		vmm_output_begin(&vmm->output, VMM_CURSOR_UPDATE, sizeof(*update));
	} else {
		output->head.cursor_pos = pos;
		vmm_output_begin(&vmm->output,
			scanout->cursor ? VMM_CURSOR_POS : VMM_CURSOR_POS_HIDE, sizeof(pos));
	}
	scanout->cursor_changed = false;
	return true;
}

static bool next_frame(struct display_vmm *vmm, uint32_t index)
{
	struct vmm_scanout_state *scanout = &vmm->scanouts[index];
	struct vmm_output *output = &vmm->output;
	const pixman_box32_t *box;
	pixman_region32_t sent;
	struct rect rows;
	int count;

	if (scanout->width != scanout->told_width || scanout->height != scanout->told_height) {
		output->head.scanout = (struct vmm_scanout){
			.scanout_id = index, .width = scanout->width, .height = scanout->height};
		vmm_output_begin(&vmm->output, VMM_SCANOUT, sizeof(output->head.scanout));
		scanout->told_width = scanout->width;
		scanout->told_height = scanout->height;
		return true;
	}
	if (!scanout->image)
		return false;
	box = pixman_region32_rectangles(&scanout->damage, &count);
	rows = (struct rect){
		.x = (uint32_t)box->x1,
		.y = (uint32_t)box->y1,
		.width = (uint32_t)(box->x2 - box->x1),
		.height = (uint32_t)(box->y2 - box->y1),
	};
	output->head.update = (struct vmm_update){
		.scanout_id = index,
		.x = rows.x,
		.y = rows.y,
		.width = rows.width,
		.height = rows.height,
	};
	vmm_output_begin(&vmm->output, VMM_UPDATE, sizeof(output->head.update));
	pixman_region32_init_with_extents(&sent, (pixman_box32_t *)box);
	pixman_region32_subtract(&scanout->damage, &scanout->damage, &sent);
	pixman_region32_fini(&sent);
	/* From here on in the image's own coordinates. */
	rows.x += scanout->source.x;
	rows.y += scanout->source.y;
	vmm_output_add_rows(output, scanout->image, &rows);
	vmm->sending_index = index;
	return true;
}

/* The next difference between what is and what was told. */
static bool output_next(struct display_vmm *vmm)
{
	if (next_question(vmm))
		return true;
	if (!vmm->features_known)
		return false;
	for (uint32_t i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		if (next_cursor(vmm, i) || next_frame(vmm, i))
			return true;
	}
	return false;
}

static void output_complete(struct display_vmm *vmm)
{
	struct vmm_scanout_state *scanout = &vmm->scanouts[vmm->sending_index];
	bool rows = vmm->output.image;

	vmm_output_clear(&vmm->output);
	/* The scanout may have been blanked meanwhile, or gone on to another frame. */
	if (rows && scanout->image && !pixman_region32_not_empty(&scanout->damage)) {
		scanout_drop_frame(scanout);
		vmm->base.listener->shown(vmm->base.data, vmm->sending_index);
	}
}

static void vmm_close(struct display_vmm *vmm)
{
	if (vmm->fd < 0)
		return;
	wl_event_source_remove(vmm->source);
	fd_close(&vmm->fd);
	vmm_output_clear(&vmm->output);
	vmm->input.got = 0;
	vmm->awaited = vmm->edids_wanted = 0;
	vmm->features_known = vmm->features_answered = vmm->refresh_wanted = false;
	for (uint32_t i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		scanout_drop_frame(&vmm->scanouts[i]);
	if (vmm->refreshing) {
		vmm->refreshing = false;
		vmm->base.listener->refreshed(vmm->base.data);
	}
}

/* Tells all that there is room for. "shown" may bring the next frame and with it a nested call,
 * which finds no message on its way and leaves none but where the socket is full. */
static void vmm_pump(struct display_vmm *vmm)
{
	int error = 0;

	while (vmm->fd >= 0 && (vmm->output.total || output_next(vmm))) {
		error = vmm_output_send(&vmm->output, vmm->fd);
		if (error)
			break;
		output_complete(vmm);
	}
	if (vmm->fd < 0)
		return;
	if (error && error != -EAGAIN) {
		log_info("the VMM's console is gone: %s", strerror(-error));
		vmm_close(vmm);
		return;
	}
	if (vmm->blocked == (error != 0))
		return;
	vmm->blocked = error;
	wl_event_source_fd_update(
		vmm->source, error ? WL_EVENT_READABLE | WL_EVENT_WRITABLE : WL_EVENT_READABLE);
}

/* Something is to be told; a message that is on its way goes on when the socket has room. */
static void vmm_tell(struct display_vmm *vmm)
{
	if (!vmm->output.total)
		vmm_pump(vmm);
}

static void take_display_info(
	struct display_vmm *vmm, const struct virtio_gpu_resp_display_info *info)
{
	for (uint32_t i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		const struct virtio_gpu_display_one *one = &info->pmodes[i];
		struct screen *screen = &vmm->screens[i];

		screen->connected =
			le32_get(one->enabled) && le32_get(one->r.width) && le32_get(one->r.height);
		screen->width_px = le32_get(one->r.width);
		screen->height_px = le32_get(one->r.height);
		if (screen->connected && (vmm->features & VMM_PROTOCOL_F_EDID))
			vmm->edids_wanted |= 1u << i;
	}
}

static void take_edid(struct display_vmm *vmm, const struct virtio_gpu_resp_edid *edid)
{
	struct screen *screen = &vmm->screens[vmm->edid_index];
	uint32_t size = le32_get(edid->size);

	screen->edid_size_bytes = size <= sizeof(screen->edid) ? size : 0;
	memcpy(screen->edid, edid->edid, screen->edid_size_bytes);
}

/* The size of the payload that answers the request; 0 if none is awaited. */
static size_t reply_size(uint32_t request)
{
	switch (request) {
	case VMM_GET_PROTOCOL_FEATURES:
		return sizeof(uint64_t);
	case VMM_GET_DISPLAY_INFO:
		return sizeof(struct virtio_gpu_resp_display_info);
	case VMM_GET_EDID:
		return sizeof(struct virtio_gpu_resp_edid);
	}
	return 0;
}

static void take_reply(struct display_vmm *vmm)
{
	uint32_t awaited = vmm->awaited;

	vmm->awaited = 0;
	switch (awaited) {
	case VMM_GET_PROTOCOL_FEATURES:
		vmm->features = vmm->input.message.features & VMM_PROTOCOL_F_EDID;
		vmm->features_answered = true;
		return;
	case VMM_GET_DISPLAY_INFO:
		take_display_info(vmm, &vmm->input.message.info);
		break;
	case VMM_GET_EDID:
		take_edid(vmm, &vmm->input.message.edid);
		break;
	}
	if (vmm->edids_wanted || !vmm->refreshing)
		return;
	vmm->refreshing = false;
	for (uint32_t i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		vmm->base.listener->screen_changed(vmm->base.data, i, &vmm->screens[i]);
	vmm->base.listener->refreshed(vmm->base.data);
}

/* Reads what there is. False if the console is gone or breaks the protocol. */
static bool vmm_read(struct display_vmm *vmm)
{
	struct vmm_input *input = &vmm->input;
	size_t size = reply_size(vmm->awaited) + sizeof(struct vmm_header), fd_count;
	ssize_t got;

	got = fd_socket_receive(vmm->fd, (char *)&input->message + input->got, size - input->got,
		NULL, 0, &fd_count);
	if (got == -EAGAIN)
		return true;
	if (got <= 0)
		return false;
	input->got += (size_t)got;
	if (input->got >= sizeof(struct vmm_header) &&
		(!vmm->awaited || input->message.header.request != vmm->awaited ||
			!(input->message.header.flags & VMM_FLAG_REPLY) ||
			input->message.header.size != reply_size(vmm->awaited))) {
		log_error("the VMM's console sent an answer to no question: %u, %u bytes",
			input->message.header.request, input->message.header.size);
		return false;
	}
	if (input->got == size) {
		input->got = 0;
		take_reply(vmm);
	}
	return true;
}

static int vmm_ready(int fd, uint32_t mask, void *data)
{
	struct display_vmm *vmm = data;

	if (((mask & WL_EVENT_READABLE) && !vmm_read(vmm)) ||
		(mask & (WL_EVENT_HANGUP | WL_EVENT_ERROR))) {
		log_info("the VMM's console is closed");
		vmm_close(vmm);
		return 0;
	}
	vmm_pump(vmm);
	return 0;
}

static void vmm_socket_set(struct display *display, int fd)
{
	struct display_vmm *vmm = vmm_from_display(display);

	vmm_close(vmm);
	fd_set_nonblock(fd);
	vmm->fd = fd;
	vmm->blocked = false;
	vmm->source = wl_event_loop_add_fd(vmm->loop, fd, WL_EVENT_READABLE, vmm_ready, vmm);
	if (!vmm->source) {
		fd_close(&vmm->fd);
		return;
	}
	for (uint32_t i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		vmm->scanouts[i].told_width = vmm->scanouts[i].told_height = 0;
		display->listener->restored(display->data, i);
	}
	vmm_pump(vmm);
}

static void vmm_present(
	struct display *display, uint32_t scanout_index, const struct display_frame *frame)
{
	struct display_vmm *vmm = vmm_from_display(display);
	struct vmm_scanout_state *scanout = &vmm->scanouts[scanout_index];

	scanout->width = frame->source.width;
	scanout->height = frame->source.height;
	if (vmm->fd < 0)
		return;
	scanout_drop_frame(scanout);
	scanout->image = gpu_image_hold(frame->image);
	scanout->source = frame->source;
	pixman_region32_copy(&scanout->damage, (pixman_region32_t *)frame->damage);
	vmm_tell(vmm);
}

static void vmm_blank(struct display *display, uint32_t scanout_index)
{
	struct display_vmm *vmm = vmm_from_display(display);
	struct vmm_scanout_state *scanout = &vmm->scanouts[scanout_index];

	scanout->width = scanout->height = 0;
	scanout_drop_frame(scanout);
	vmm_tell(vmm);
}

static void vmm_cursor_show(struct display *display, uint32_t scanout_index,
	const struct display_cursor *cursor, int32_t x, int32_t y)
{
	struct display_vmm *vmm = vmm_from_display(display);
	struct vmm_scanout_state *scanout = &vmm->scanouts[scanout_index];
	struct gpu_image *before = scanout->cursor;

	scanout->cursor = cursor ? gpu_image_ref(cursor->image) : NULL;
	gpu_image_unref(before);
	scanout->hot_x = cursor ? cursor->hot_x : 0;
	scanout->hot_y = cursor ? cursor->hot_y : 0;
	scanout->x = x;
	scanout->y = y;
	scanout->cursor_changed = true;
	vmm_tell(vmm);
}

static void vmm_cursor_move(struct display *display, uint32_t scanout_index, int32_t x, int32_t y)
{
	struct display_vmm *vmm = vmm_from_display(display);
	struct vmm_scanout_state *scanout = &vmm->scanouts[scanout_index];

	scanout->x = x;
	scanout->y = y;
	scanout->cursor_moved = true;
	vmm_tell(vmm);
}

static void vmm_refresh(struct display *display)
{
	struct display_vmm *vmm = vmm_from_display(display);

	vmm->refresh_wanted = true;
	vmm_tell(vmm);
}

static bool vmm_connected(const struct display *display)
{
	return vmm_from_display(display)->fd >= 0;
}

static void vmm_destroy(struct display *display)
{
	struct display_vmm *vmm = vmm_from_display(display);

	vmm->refreshing = false;
	vmm_close(vmm);
	for (uint32_t i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
		gpu_image_unref(vmm->scanouts[i].cursor);
		pixman_region32_fini(&vmm->scanouts[i].damage);
	}
	free(vmm);
}

static const struct display_impl vmm_impl = {
	.name = "vmm",
	.destroy = vmm_destroy,
	.present = vmm_present,
	.blank = vmm_blank,
	.cursor_show = vmm_cursor_show,
	.cursor_move = vmm_cursor_move,
	.refresh = vmm_refresh,
	.socket_set = vmm_socket_set,
	.connected = vmm_connected,
};

struct display *display_vmm_create(
	struct wl_event_loop *loop, const struct display_listener *listener, void *data)
{
	struct display_vmm *vmm = calloc(1, sizeof(*vmm));

	if (!vmm)
		return NULL;
	vmm->loop = loop;
	vmm->fd = -1;
	for (uint32_t i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		pixman_region32_init(&vmm->scanouts[i].damage);
	display_init(&vmm->base, &vmm_impl, listener, data);
	return &vmm->base;
}
