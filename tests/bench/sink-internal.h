/* SPDX-License-Identifier: MIT */
/* What the files of the sink share. */
#pragma once

#include <pthread.h>
#include <wayland-server.h>

#include "tests/bench/counter.h"
#include "tests/bench/sink.h"

struct sink_scanout {
	struct sink_surface *surface; /* or NULL */
	uint64_t interval_ns;
	int timer_fd; /* −1: none, at once or never */
	struct wl_event_source *timer;
	struct counter commits, moves;
};

struct sink {
	struct wl_display *display;
	struct wl_event_source *stop_source;
	int stop_fd;
	pthread_t thread;
	bool running;
	struct sink_scanout scanouts[SINK_SCANOUTS];
	uint32_t scanout_count; /* atomic */
	uint32_t stamp;
	uint64_t frames;  /* atomic */
	uint64_t dmabufs; /* atomic */
};

/* A buffer that may be destroyed while it is remembered. */
struct sink_buffer_ref {
	struct wl_resource *buffer; /* or NULL */
	struct wl_listener destroyed;
};

struct sink_surface {
	struct sink *sink;
	struct sink_scanout *scanout;    /* or NULL */
	struct sink_buffer_ref attached; /* not committed */
	struct sink_buffer_ref shown;    /* a dmabuf */
	struct wl_list callbacks;        // wl_resource link
	int32_t x, y;                    /* of the first damage */
	bool damaged, moved;
};

/** A resource of the client's, or NULL, which the client is told. */
struct wl_resource *sink_make(struct wl_client *client, const struct wl_interface *interface,
	int version, uint32_t id, const void *implementation, void *data,
	wl_resource_destroy_func_t destroyed);
void sink_destroy_resource(struct wl_client *client, struct wl_resource *resource);

void sink_surface_create(struct sink *sink, struct wl_client *client, uint32_t id);
/** Answers its frame callbacks. */
void sink_surface_answer(struct sink_surface *surface);

bool sink_dmabuf_init(struct sink *sink);
