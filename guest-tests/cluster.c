/* SPDX-License-Identifier: MIT */
/* A moving instrument cluster on the virtio GPU's screen, by page flips; what the demo shows.
 * The GPU draws it where that has 3D (not with --2d), cairo otherwise.
 * --connector N, --demo-time SECONDS (a still picture of that moment), --frames N (then end),
 * --png FILE --size WxH (draws that still picture into a file, with no screen at all). */
#include <drm_fourcc.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "guest-tests/cluster-gl.h"
#include "guest-tests/cluster-scene.h"
#include "guest-tests/kms.h"

#define CLUSTER_FRAME_NS 16666667
#define CLUSTER_REPORT_NS 5000000000u
#define CLUSTER_DEMO_CLOCK_MIN (10 * 60 + 24)

struct cluster_options {
	int connector_index;
	double demo_time_s; /* < 0: the drive goes on */
	long frames;        /* 0: for ever */
	bool plain;         /* no 3D */
	const char *png;
	int width, height;
};

/* A buffer, and what its picture shows. */
struct cluster_page {
	struct kms_buffer buffer;
	cairo_surface_t *surface;
	struct scene_look look;
};

struct cluster {
	struct kms kms;
	struct scene *scene;
	struct cluster_gl *gl; /* or, if NULL: */
	struct cluster_page pages[2];
	int shown;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void sleep_until_ns(uint64_t at_ns)
{
	struct timespec at = {
		.tv_sec = (time_t)(at_ns / 1000000000u),
		.tv_nsec = (long)(at_ns % 1000000000u),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static void read_look(const struct cluster_options *options, double time_s, struct scene_look *look)
{
	struct drive_state state;
	int clock_min = CLUSTER_DEMO_CLOCK_MIN;

	if (options->demo_time_s >= 0) {
		time_s = options->demo_time_s;
	} else {
		time_t now = time(NULL);
		struct tm local;

		localtime_r(&now, &local);
		clock_min = local.tm_hour * 60 + local.tm_min;
	}
	drive_state_read(time_s, clock_min, &state);
	scene_look_read(&state, look);
}

static int write_png(const struct cluster_options *options)
{
	struct scene *scene = scene_create(options->width, options->height);
	cairo_surface_t *surface =
		cairo_image_surface_create(CAIRO_FORMAT_RGB24, options->width, options->height);
	cairo_status_t status = CAIRO_STATUS_NO_MEMORY;
	struct scene_look look;

	read_look(options, 0, &look);
	if (scene) {
		scene_draw_all(scene, surface, &look);
		status = cairo_surface_write_to_png(surface, options->png);
	}
	if (status != CAIRO_STATUS_SUCCESS)
		fprintf(stderr, "cluster: %s: %s\n", options->png, cairo_status_to_string(status));
	cairo_surface_destroy(surface);
	scene_destroy(scene);
	return status == CAIRO_STATUS_SUCCESS ? 0 : 1;
}

static int page_create(struct cluster *cluster, struct cluster_page *page)
{
	struct kms_buffer *buffer = &page->buffer;

	if (kms_buffer_create(&cluster->kms, cluster->kms.mode.hdisplay, cluster->kms.mode.vdisplay,
		    DRM_FORMAT_XRGB8888, buffer))
		return 1;
	page->surface = cairo_image_surface_create_for_data((unsigned char *)buffer->pixels,
		CAIRO_FORMAT_RGB24, (int)buffer->width, (int)buffer->height,
		(int)buffer->stride_bytes);
	return cairo_surface_status(page->surface) == CAIRO_STATUS_SUCCESS ? 0 : 1;
}

static int pages_init(struct cluster *cluster, const struct scene_look *look)
{
	for (int i = 0; i < 2; i++) {
		struct cluster_page *page = &cluster->pages[i];

		if (page_create(cluster, page))
			return 1;
		scene_draw_all(cluster->scene, page->surface, look);
		page->look = *look;
	}
	return kms_set_mode(&cluster->kms, &cluster->pages[0].buffer, 0, 0) ? 1 : 0;
}

static int cluster_init(struct cluster *cluster, const struct cluster_options *options)
{
	struct scene_look look;

	if (kms_open(&cluster->kms) ||
		kms_choose_connector(&cluster->kms, options->connector_index))
		return 1;
	cluster->scene = scene_create(cluster->kms.mode.hdisplay, cluster->kms.mode.vdisplay);
	if (!cluster->scene)
		return 1;
	read_look(options, 0, &look);
	if (!options->plain)
		cluster->gl = cluster_gl_create(&cluster->kms, cluster->scene);
	if (cluster->gl)
		return cluster_gl_show(cluster->gl, &look) ? 1 : 0;
	return pages_init(cluster, &look);
}

static void cluster_finish(struct cluster *cluster)
{
	for (int i = 0; i < 2; i++) {
		if (cluster->pages[i].surface)
			cairo_surface_destroy(cluster->pages[i].surface);
		if (cluster->pages[i].buffer.handle)
			kms_buffer_destroy(&cluster->kms, &cluster->pages[i].buffer);
	}
	cluster_gl_destroy(cluster->gl);
	scene_destroy(cluster->scene);
	kms_close(&cluster->kms);
}

static int show_next(struct cluster *cluster, const struct scene_look *look)
{
	struct cluster_page *shown = &cluster->pages[cluster->shown];
	struct cluster_page *next = &cluster->pages[!cluster->shown];
	struct kms_rect damage[SCENE_PARTS];
	size_t damage_len = scene_find_changes(cluster->scene, &shown->look, look, damage);

	if (damage_len == 0)
		return 0;
	scene_draw_changes(cluster->scene, next->surface, &next->look, look);
	next->look = *look;
	if (kms_flip(&cluster->kms, &next->buffer, damage, damage_len, NULL))
		return 1;
	cluster->shown = !cluster->shown;
	return 0;
}

static int cluster_run(struct cluster *cluster, const struct cluster_options *options)
{
	uint64_t start_ns = now_ns(), next_ns = start_ns, report_ns = start_ns;
	long frames = 0, reported = 0;

	printf("READY %ux%u on %s, renderer %s\n", cluster->kms.mode.hdisplay,
		cluster->kms.mode.vdisplay, cluster->kms.connector_name,
		cluster->gl ? cluster_gl_renderer(cluster->gl) : "cairo");
	while (options->frames == 0 || frames < options->frames) {
		struct scene_look look;
		uint64_t frame_ns = now_ns();

		if (frame_ns - report_ns >= CLUSTER_REPORT_NS) {
			printf("cluster: %.1f frames/s\n",
				(double)(frames - reported) * 1e9 / (double)(frame_ns - report_ns));
			report_ns = frame_ns;
			reported = frames;
		}
		read_look(options, (double)(frame_ns - start_ns) / 1e9, &look);
		if (cluster->gl ? cluster_gl_show(cluster->gl, &look) : show_next(cluster, &look))
			return 1;
		frames++;
		next_ns += CLUSTER_FRAME_NS;
		if (next_ns < now_ns())
			next_ns = now_ns();
		sleep_until_ns(next_ns);
	}
	return 0;
}

static int read_options(int argc, char **argv, struct cluster_options *options)
{
	static const struct option known[] = {
		{"connector", required_argument, NULL, 'c'},
		{"demo-time", required_argument, NULL, 't'},
		{"frames", required_argument, NULL, 'n'},
		{"2d", no_argument, NULL, '2'},
		{"png", required_argument, NULL, 'p'},
		{"size", required_argument, NULL, 's'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->connector_index = atoi(optarg);
			break;
		case 't':
			options->demo_time_s = strtod(optarg, NULL);
			break;
		case 'n':
			options->frames = strtol(optarg, NULL, 10);
			break;
		case '2':
			options->plain = true;
			break;
		case 'p':
			options->png = optarg;
			break;
		case 's':
			if (sscanf(optarg, "%dx%d", &options->width, &options->height) != 2 ||
				options->width <= 0 || options->height <= 0)
				return -1;
			break;
		default:
			return -1;
		}
	}
	return optind == argc ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct cluster_options options = {
		.connector_index = -1,
		.demo_time_s = -1,
		.width = 1280,
		.height = 480,
	};
	struct cluster cluster = {.kms = {.fd = -1}};

	if (read_options(argc, argv, &options)) {
		fprintf(stderr, "usage: cluster [--connector N] [--demo-time SECONDS] [--frames N]"
				" [--2d] [--png FILE [--size WxH]]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (options.png)
		return write_png(&options);
	int rc = cluster_init(&cluster, &options);
	if (rc == 0)
		rc = cluster_run(&cluster, &options);
	cluster_finish(&cluster);
	return rc;
}
