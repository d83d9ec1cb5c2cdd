/* SPDX-License-Identifier: MIT */
/* What the guest programs need of KMS, over the atomic interface of the virtio GPU. */
#include "guest-tests/kms.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define KMS_CARDS_MAX 16
#define KMS_FLIP_TIMEOUT_MS 5000

static int kms_fail(const char *what, int error)
{
	fprintf(stderr, "kms: %s: %s\n", what, strerror(-error));
	return error;
}

static bool kms_is_virtio_gpu(int fd)
{
	drmVersion *version = drmGetVersion(fd);
	bool found = version && strcmp(version->name, "virtio_gpu") == 0;

	drmFreeVersion(version);
	return found;
}

int kms_open(struct kms *kms)
{
	*kms = (struct kms){.fd = -1};
	for (int i = 0; i < KMS_CARDS_MAX && kms->fd < 0; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		int fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (kms_is_virtio_gpu(fd))
			kms->fd = fd;
		else
			close(fd);
	}
	if (kms->fd < 0)
		return kms_fail("no virtio GPU in /dev/dri", -ENODEV);
	if (drmSetClientCap(kms->fd, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1) ||
		drmSetClientCap(kms->fd, DRM_CLIENT_CAP_ATOMIC, 1)) {
		int error = -errno;

		kms_close(kms);
		return kms_fail("atomic mode setting", error);
	}
	return 0;
}

void kms_close(struct kms *kms)
{
	if (kms->fd >= 0)
		close(kms->fd);
	kms->fd = -1;
}

void kms_connector_get_name(const drmModeConnector *connector, char *name, size_t size)
{
	const char *type = drmModeGetConnectorTypeName(connector->connector_type);

	snprintf(name, size, "%s-%u", type ? type : "Unknown", connector->connector_type_id);
}

/* Value is stored only where the property exists. Returns the property's id or 0. */
static uint32_t kms_find_property(struct kms *kms, uint32_t object_id, uint32_t object_type,
	const char *name, uint64_t *value)
{
	uint32_t found = 0;
	drmModeObjectProperties *list = drmModeObjectGetProperties(kms->fd, object_id, object_type);

	for (uint32_t i = 0; list && !found && i < list->count_props; i++) {
		drmModePropertyRes *property = drmModeGetProperty(kms->fd, list->props[i]);

		if (property && strcmp(property->name, name) == 0) {
			found = property->prop_id;
			if (value)
				*value = list->prop_values[i];
		}
		drmModeFreeProperty(property);
	}
	drmModeFreeObjectProperties(list);
	return found;
}

static int kms_find_properties(struct kms *kms)
{
	struct kms_properties *p = &kms->properties;
	const struct {
		uint32_t object_id, object_type;
		const char *name;
		uint32_t *id;
	} wanted[] = {
		{kms->connector_id, DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID", &p->connector_crtc_id},
		{kms->crtc_id, DRM_MODE_OBJECT_CRTC, "MODE_ID", &p->crtc_mode_id},
		{kms->crtc_id, DRM_MODE_OBJECT_CRTC, "ACTIVE", &p->crtc_active},
		{kms->plane_id, DRM_MODE_OBJECT_PLANE, "FB_ID", &p->plane_fb_id},
		{kms->plane_id, DRM_MODE_OBJECT_PLANE, "CRTC_ID", &p->plane_crtc_id},
		{kms->plane_id, DRM_MODE_OBJECT_PLANE, "SRC_X", &p->plane_src_x},
		{kms->plane_id, DRM_MODE_OBJECT_PLANE, "SRC_Y", &p->plane_src_y},
		{kms->plane_id, DRM_MODE_OBJECT_PLANE, "SRC_W", &p->plane_src_w},
		{kms->plane_id, DRM_MODE_OBJECT_PLANE, "SRC_H", &p->plane_src_h},
		{kms->plane_id, DRM_MODE_OBJECT_PLANE, "CRTC_X", &p->plane_crtc_x},
		{kms->plane_id, DRM_MODE_OBJECT_PLANE, "CRTC_Y", &p->plane_crtc_y},
		{kms->plane_id, DRM_MODE_OBJECT_PLANE, "CRTC_W", &p->plane_crtc_w},
		{kms->plane_id, DRM_MODE_OBJECT_PLANE, "CRTC_H", &p->plane_crtc_h},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		*wanted[i].id = kms_find_property(
			kms, wanted[i].object_id, wanted[i].object_type, wanted[i].name, NULL);
		if (!*wanted[i].id)
			return kms_fail(wanted[i].name, -ENOENT);
	}
	p->plane_damage = kms_find_property(
		kms, kms->plane_id, DRM_MODE_OBJECT_PLANE, "FB_DAMAGE_CLIPS", NULL);
	return 0;
}

static int kms_choose_plane(struct kms *kms, uint32_t crtc_index)
{
	drmModePlaneRes *planes = drmModeGetPlaneResources(kms->fd);

	for (uint32_t i = 0; planes && !kms->plane_id && i < planes->count_planes; i++) {
		drmModePlane *plane = drmModeGetPlane(kms->fd, planes->planes[i]);
		uint64_t type = 0;

		if (plane && plane->possible_crtcs & 1u << crtc_index &&
			kms_find_property(
				kms, plane->plane_id, DRM_MODE_OBJECT_PLANE, "type", &type) &&
			type == DRM_PLANE_TYPE_PRIMARY)
			kms->plane_id = plane->plane_id;
		drmModeFreePlane(plane);
	}
	drmModeFreePlaneResources(planes);
	return kms->plane_id ? 0 : kms_fail("no primary plane", -ENOENT);
}

static int kms_choose_crtc(
	struct kms *kms, const drmModeRes *resources, const drmModeConnector *connector)
{
	for (int i = 0; i < connector->count_encoders; i++) {
		drmModeEncoder *encoder = drmModeGetEncoder(kms->fd, connector->encoders[i]);
		uint32_t possible = encoder ? encoder->possible_crtcs : 0;

		drmModeFreeEncoder(encoder);
		for (uint32_t c = 0; c < (uint32_t)resources->count_crtcs; c++) {
			if (possible & 1u << c) {
				kms->crtc_id = resources->crtcs[c];
				return kms_choose_plane(kms, c);
			}
		}
	}
	return kms_fail("no CRTC for the connector", -ENOENT);
}

static void kms_choose_mode(struct kms *kms, const drmModeConnector *connector)
{
	kms->mode = connector->modes[0];
	for (int i = 0; i < connector->count_modes; i++) {
		if (connector->modes[i].type & DRM_MODE_TYPE_PREFERRED) {
			kms->mode = connector->modes[i];
			return;
		}
	}
}

static drmModeConnector *kms_get_connector(struct kms *kms, const drmModeRes *resources, int index)
{
	for (int i = 0; i < resources->count_connectors; i++) {
		drmModeConnector *connector =
			drmModeGetConnector(kms->fd, resources->connectors[i]);

		if (connector && connector->connection == DRM_MODE_CONNECTED &&
			connector->count_modes > 0 && (index < 0 || index == i))
			return connector;
		drmModeFreeConnector(connector);
	}
	return NULL;
}

int kms_choose_connector(struct kms *kms, int index)
{
	drmModeRes *resources = drmModeGetResources(kms->fd);
	if (!resources)
		return kms_fail("mode resources", -errno);

	drmModeConnector *connector = kms_get_connector(kms, resources, index);
	int rc = -ENOENT;
	if (connector) {
		kms->connector_id = connector->connector_id;
		kms_connector_get_name(connector, kms->connector_name, sizeof(kms->connector_name));
		kms_choose_mode(kms, connector);
		rc = kms_choose_crtc(kms, resources, connector);
		if (rc == 0)
			rc = kms_find_properties(kms);
	} else {
		kms_fail("no such connected connector", rc);
	}
	drmModeFreeConnector(connector);
	drmModeFreeResources(resources);
	return rc;
}

int kms_buffer_create(struct kms *kms, uint32_t width, uint32_t height, uint32_t format,
	struct kms_buffer *buffer)
{
	uint64_t size = 0, offset = 0;
	int rc;

	*buffer = (struct kms_buffer){.width = width, .height = height, .format = format};
	rc = drmModeCreateDumbBuffer(
		kms->fd, width, height, 32, 0, &buffer->handle, &buffer->stride_bytes, &size);
	if (rc < 0)
		return kms_fail("create a dumb buffer", rc);
	buffer->size_bytes = (size_t)size;

	uint32_t handles[4] = {buffer->handle}, strides[4] = {buffer->stride_bytes};
	uint32_t offsets[4] = {0};
	rc = drmModeAddFB2(
		kms->fd, width, height, format, handles, strides, offsets, &buffer->fb_id, 0);
	if (rc < 0) {
		kms_fail("add a framebuffer", rc);
		goto err_destroy;
	}
	rc = drmModeMapDumbBuffer(kms->fd, buffer->handle, &offset);
	if (rc < 0) {
		kms_fail("map a dumb buffer", rc);
		goto err_destroy;
	}
	void *map = mmap(NULL, buffer->size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, kms->fd,
		(off_t)offset);
	if (map == MAP_FAILED) {
		rc = kms_fail("mmap a dumb buffer", -errno);
		goto err_destroy;
	}
	buffer->pixels = map;
	return 0;

err_destroy:
	kms_buffer_destroy(kms, buffer);
	return rc;
}

void kms_buffer_destroy(struct kms *kms, struct kms_buffer *buffer)
{
	if (buffer->pixels)
		munmap(buffer->pixels, buffer->size_bytes);
	if (buffer->fb_id)
		drmModeRmFB(kms->fd, buffer->fb_id);
	if (buffer->handle)
		drmModeDestroyDumbBuffer(kms->fd, buffer->handle);
	*buffer = (struct kms_buffer){0};
}

int kms_set_mode(struct kms *kms, const struct kms_buffer *buffer, uint32_t src_x, uint32_t src_y)
{
	const struct kms_properties *p = &kms->properties;
	uint32_t blob = 0;
	int rc = drmModeCreatePropertyBlob(kms->fd, &kms->mode, sizeof(kms->mode), &blob);
	if (rc < 0)
		return kms_fail("mode blob", rc);

	drmModeAtomicReq *request = drmModeAtomicAlloc();
	const struct {
		uint32_t object_id, property_id;
		uint64_t value;
	} set[] = {
		{kms->connector_id, p->connector_crtc_id, kms->crtc_id},
		{kms->crtc_id, p->crtc_mode_id, blob},
		{kms->crtc_id, p->crtc_active, 1},
		{kms->plane_id, p->plane_fb_id, buffer->fb_id},
		{kms->plane_id, p->plane_crtc_id, kms->crtc_id},
		{kms->plane_id, p->plane_src_x, (uint64_t)src_x << 16},
		{kms->plane_id, p->plane_src_y, (uint64_t)src_y << 16},
		{kms->plane_id, p->plane_src_w, (uint64_t)kms->mode.hdisplay << 16},
		{kms->plane_id, p->plane_src_h, (uint64_t)kms->mode.vdisplay << 16},
		{kms->plane_id, p->plane_crtc_x, 0},
		{kms->plane_id, p->plane_crtc_y, 0},
		{kms->plane_id, p->plane_crtc_w, kms->mode.hdisplay},
		{kms->plane_id, p->plane_crtc_h, kms->mode.vdisplay},
	};

	rc = request ? 0 : -ENOMEM;
	for (size_t i = 0; rc >= 0 && i < sizeof(set) / sizeof(set[0]); i++)
		rc = drmModeAtomicAddProperty(
			request, set[i].object_id, set[i].property_id, set[i].value);
	if (rc >= 0)
		rc = drmModeAtomicCommit(kms->fd, request, DRM_MODE_ATOMIC_ALLOW_MODESET, NULL);
	drmModeAtomicFree(request);
	drmModeDestroyPropertyBlob(kms->fd, blob);
	return rc < 0 ? kms_fail("set the mode", rc) : 0;
}

static void kms_on_flip(int fd, unsigned int sequence, unsigned int seconds,
	unsigned int microseconds, unsigned int crtc_id, void *data)
{
	struct kms_flip *flip = data;

	flip->sequence = sequence;
	flip->time_ns = (uint64_t)seconds * 1000000000u + (uint64_t)microseconds * 1000u;
}

static int kms_wait_flip(struct kms *kms, struct kms_flip *flip)
{
	drmEventContext context = {.version = 3, .page_flip_handler2 = kms_on_flip};
	struct pollfd poll_fd = {.fd = kms->fd, .events = POLLIN};

	flip->time_ns = 0;
	while (flip->time_ns == 0) {
		int n = poll(&poll_fd, 1, KMS_FLIP_TIMEOUT_MS);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return kms_fail("poll", -errno);
		if (n == 0)
			return kms_fail("page flip", -ETIMEDOUT);
		if (drmHandleEvent(kms->fd, &context) < 0)
			return kms_fail("read a DRM event", -EIO);
	}
	return 0;
}

static int kms_create_damage(
	struct kms *kms, const struct kms_rect *damage, size_t damage_len, uint32_t *blob)
{
	struct drm_mode_rect *clips = calloc(damage_len, sizeof(*clips));
	if (!clips)
		return -ENOMEM;
	for (size_t i = 0; i < damage_len; i++)
		clips[i] = (struct drm_mode_rect){
			.x1 = damage[i].x,
			.y1 = damage[i].y,
			.x2 = damage[i].x + damage[i].width,
			.y2 = damage[i].y + damage[i].height,
		};
	int rc = drmModeCreatePropertyBlob(kms->fd, clips, damage_len * sizeof(*clips), blob);
	free(clips);
	return rc;
}

int kms_flip(struct kms *kms, const struct kms_buffer *buffer, const struct kms_rect *damage,
	size_t damage_len, struct kms_flip *flip)
{
	const struct kms_properties *p = &kms->properties;
	struct kms_flip ignored;
	uint32_t blob = 0;
	int rc = 0;

	if (!flip)
		flip = &ignored;
	if (damage_len > 0 && p->plane_damage)
		rc = kms_create_damage(kms, damage, damage_len, &blob);
	if (rc < 0)
		return kms_fail("damage blob", rc);

	drmModeAtomicReq *request = drmModeAtomicAlloc();
	rc = request ? 0 : -ENOMEM;
	if (rc >= 0)
		rc = drmModeAtomicAddProperty(
			request, kms->plane_id, p->plane_fb_id, buffer->fb_id);
	if (rc >= 0 && p->plane_damage)
		rc = drmModeAtomicAddProperty(request, kms->plane_id, p->plane_damage, blob);
	if (rc >= 0)
		rc = drmModeAtomicCommit(kms->fd, request,
			DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT, flip);
	drmModeAtomicFree(request);
	if (rc < 0)
		kms_fail("page flip", rc);
	else
		rc = kms_wait_flip(kms, flip);
	if (blob)
		drmModeDestroyPropertyBlob(kms->fd, blob);
	return rc;
}

int kms_mark_dirty(struct kms *kms, const struct kms_buffer *buffer, const struct kms_rect *damage)
{
	drmModeClip clip = {
		.x1 = (uint16_t)damage->x,
		.y1 = (uint16_t)damage->y,
		.x2 = (uint16_t)(damage->x + damage->width),
		.y2 = (uint16_t)(damage->y + damage->height),
	};
	int rc = drmModeDirtyFB(kms->fd, buffer->fb_id, &clip, 1);

	return rc < 0 ? kms_fail("mark dirty", rc) : 0;
}

int kms_set_cursor(struct kms *kms, const struct kms_buffer *buffer, int hot_x, int hot_y)
{
	int rc = buffer ? drmModeSetCursor2(kms->fd, kms->crtc_id, buffer->handle, buffer->width,
				  buffer->height, hot_x, hot_y)
			: drmModeSetCursor(kms->fd, kms->crtc_id, 0, 0, 0);

	return rc < 0 ? kms_fail("set the cursor", rc) : 0;
}

int kms_move_cursor(struct kms *kms, int x, int y)
{
	int rc = drmModeMoveCursor(kms->fd, kms->crtc_id, x, y);

	return rc < 0 ? kms_fail("move the cursor", rc) : 0;
}

uint8_t *kms_read_edid(struct kms *kms, size_t *size)
{
	uint64_t blob_id = 0;
	uint8_t *edid = NULL;

	if (!kms_find_property(kms, kms->connector_id, DRM_MODE_OBJECT_CONNECTOR, "EDID", &blob_id))
		return NULL;
	drmModePropertyBlobRes *blob = drmModeGetPropertyBlob(kms->fd, (uint32_t)blob_id);
	if (blob && blob->length > 0) {
		edid = malloc(blob->length);
		if (edid) {
			memcpy(edid, blob->data, blob->length);
			*size = blob->length;
		}
	}
	drmModeFreePropertyBlob(blob);
	return edid;
}
