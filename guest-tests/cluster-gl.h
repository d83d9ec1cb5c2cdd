/* SPDX-License-Identifier: MIT */
/* The instrument cluster drawn by the guest's GPU. */
#ifndef GUEST_TESTS_CLUSTER_GL_H
#define GUEST_TESTS_CLUSTER_GL_H

#include "guest-tests/cluster-scene.h"

struct cluster_gl;

/**
 * For the connector that kms (borrowed) has chosen; NULL if the GPU has no 3D, or it does not work.
 * The scene (borrowed) leaves what moves to it from now on.
 */
struct cluster_gl *cluster_gl_create(struct kms *kms, struct scene *scene);
void cluster_gl_destroy(struct cluster_gl *gl); /* NULL is fine */

/** What draws. */
const char *cluster_gl_renderer(const struct cluster_gl *gl);

/** Draws and shows that picture. 0 or -1. */
int cluster_gl_show(struct cluster_gl *gl, const struct scene_look *look);

#endif
