/* SPDX-License-Identifier: MIT */
/* Textures in memory that binnacle-gpu gives. */
#include "gpu-backend/render/share.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <drm_fourcc.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#include <virgl/virglrenderer.h>

#include "common/fd.h"
#include "gpu-backend/virtio-gpu.h"

/* virglrenderer's display is the only one without a surface in this process. */
static EGLDisplay share_display(void)
{
	return eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
}

int share_resource_create(
	const struct virgl_renderer_resource_create_args *args, int fd, uint32_t stride)
{
	PFNEGLCREATEIMAGEKHRPROC create_image =
		(PFNEGLCREATEIMAGEKHRPROC)eglGetProcAddress("eglCreateImageKHR");
	PFNEGLDESTROYIMAGEKHRPROC destroy_image =
		(PFNEGLDESTROYIMAGEKHRPROC)eglGetProcAddress("eglDestroyImageKHR");
	const EGLint attributes[] = {
		EGL_WIDTH,
		(EGLint)args->width,
		EGL_HEIGHT,
		(EGLint)args->height,
		EGL_LINUX_DRM_FOURCC_EXT,
		DRM_FORMAT_XRGB8888,
		EGL_DMA_BUF_PLANE0_FD_EXT,
		fd,
		EGL_DMA_BUF_PLANE0_OFFSET_EXT,
		0,
		EGL_DMA_BUF_PLANE0_PITCH_EXT,
		(EGLint)stride,
		EGL_DMA_BUF_PLANE0_MODIFIER_LO_EXT,
		0,
		EGL_DMA_BUF_PLANE0_MODIFIER_HI_EXT,
		0,
		EGL_NONE,
	};
	struct virgl_renderer_resource_create_args upright = *args;
	EGLImageKHR image;
	int error;

	image = create_image(
		share_display(), EGL_NO_CONTEXT, EGL_LINUX_DMA_BUF_EXT, NULL, attributes);
	if (image == EGL_NO_IMAGE_KHR)
		return ENOTSUP;
	/* virglrenderer would turn it around as it draws, which only who reads it back has to know:
	 * without, the first row is the first in memory. */
	upright.flags &= ~VIRTIO_GPU_RESOURCE_FLAG_Y_0_TOP;
	error = virgl_renderer_resource_import_eglimage(&upright, image);
	/* The texture keeps the memory. */
	destroy_image(share_display(), image);
	return error;
}

#define TRIAL_ID 1u
#define TRIAL_PX 64
#define TRIAL_BYTES (TRIAL_PX * TRIAL_PX * 4)

static bool trial_written(uint32_t pixel)
{
	struct {
		uint32_t x, y, z, w, h, d;
	} box = {TRIAL_PX - 1, TRIAL_PX - 1, 0, 1, 1, 1};
	struct iovec iov = {&pixel, sizeof(pixel)};
	uint32_t read = 0;
	struct iovec back = {&read, sizeof(read)};

	/* Reading waits until it is drawn. */
	return virgl_renderer_transfer_write_iov(
		       TRIAL_ID, 0, 0, 4, 0, (struct virgl_box *)&box, 0, &iov, 1) == 0 &&
	       virgl_renderer_transfer_read_iov(
		       TRIAL_ID, 0, 0, 4, 0, (struct virgl_box *)&box, 0, &back, 1) == 0 &&
	       (read & 0xffffff) == (pixel & 0xffffff);
}

bool share_works(void)
{
	struct virgl_renderer_resource_create_args args = {
		.handle = TRIAL_ID,
		.target = VIRTIO_GPU_TARGET_TEXTURE_2D,
		.format = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
		.bind = VIRGL_RES_BIND_RENDER_TARGET | VIRGL_RES_BIND_SAMPLER_VIEW,
		.width = TRIAL_PX,
		.height = TRIAL_PX,
		.depth = 1,
		.array_size = 1,
	};
	const char *extensions = eglQueryString(share_display(), EGL_EXTENSIONS);
	uint32_t *pixels = MAP_FAILED;
	bool works = false;
	int fd;

	if (!extensions || !strstr(extensions, "EGL_EXT_image_dma_buf_import_modifiers"))
		return false;
	fd = memfd_create("binnacle-trial", MFD_CLOEXEC);
	if (fd >= 0 && ftruncate(fd, TRIAL_BYTES) == 0)
		pixels = mmap(NULL, TRIAL_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	if (pixels != MAP_FAILED && share_resource_create(&args, fd, TRIAL_PX * 4) == 0) {
		works = trial_written(0x00123456) &&
			(pixels[TRIAL_PX * TRIAL_PX - 1] & 0xffffff) == 0x123456;
		virgl_renderer_resource_unref(TRIAL_ID);
	}
	if (pixels != MAP_FAILED)
		munmap(pixels, TRIAL_BYTES);
	fd_close(&fd);
	return works;
}
