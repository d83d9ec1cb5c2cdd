/* SPDX-License-Identifier: MIT */
/*
 * What binnacle-gpu and its renderer process, binnacle-gpu-render, say to each other over a stream
 * socket. Both are of one build on one machine: integers are the processor's own.
 *
 * The renderer says "hello" first: struct render_hello, then capset_count times struct
 * render_capset with its data. From then on binnacle-gpu sends messages, each a struct
 * render_header and size bytes, and the renderer executes them in order. A message with a sequence
 * number other than 0 gets exactly one struct render_reply: at once, or, if it is fenced, when the
 * renderer has finished all that came before on the same timeline (VIRTIO 1.3 §5.7.6.7).
 *
 * binnacle-gpu does not trust the renderer, which runs what a guest made: a reply that nobody waits
 * for ends it. The renderer trusts binnacle-gpu, but not the guest's bytes in a message.
 */
#pragma once

#include <stdint.h>

#define RENDER_VERSION 3u
#define RENDER_MAX_CAPSETS 8
#define RENDER_MAX_CAPSET_BYTES 16384

#define RENDER_SHARES (1u << 0) /* RENDER_RESOURCE_CREATE may come with memory */
#define RENDER_MAPS (1u << 1)   /* RENDER_BLOB_CREATE may come with memory */

struct render_hello {
	uint32_t version;
	uint32_t capset_count;
	uint32_t abilities;
	char device[64]; /* what draws, for people; ends with 0 */
};

struct render_capset {
	uint32_t id;
	uint32_t max_version;
	uint32_t size; /* bytes of data that follow, of max_version */
};

enum render_op {
	RENDER_MEMORY_REGION, /* struct vhost_user_memory_region, 1 descriptor: gathered until … */
	RENDER_MEMORY,        /* … now: these are guest memory */
	RENDER_CONTEXT_CREATE,  /* struct render_context */
	RENDER_CONTEXT_DESTROY, /* nothing */
	RENDER_CONTEXT_ATTACH,  /* struct render_id: a resource */
	RENDER_CONTEXT_DETACH,  /* struct render_id */
	RENDER_RESOURCE_CREATE, /* struct render_resource, 1 descriptor if it has a stride */
	RENDER_RESOURCE_UNREF,  /* struct render_id */
	RENDER_BLOB_CREATE,     /* struct render_blob with its entries, 1 descriptor if in_file */
	RENDER_BACKING_ATTACH,  /* struct render_backing with its entries */
	RENDER_BACKING_DETACH,  /* struct render_id */
	RENDER_TRANSFER_TO,     /* struct render_transfer */
	RENDER_TRANSFER_FROM,   /* struct render_transfer */
	RENDER_SUBMIT,          /* the guest's command stream, whole words */
	RENDER_FENCE,           /* nothing: the reply says "done" with OK_NODATA */
	RENDER_IMAGE_ADD,       /* struct render_image, 1 descriptor */
	RENDER_IMAGE_REMOVE,    /* struct render_id: an image */
	RENDER_READ,            /* struct render_read */
	RENDER_OP_COUNT,
};

#define RENDER_FENCED (1u << 0)
#define RENDER_RING (1u << 1)  /* the fence is on the context's own timeline, ring_index */
#define RENDER_AHEAD (1u << 2) /* was sent ahead of what is held: binnacle-gpu's own */

struct render_header {
	uint32_t op;
	uint32_t size; /* bytes after the header, at most RENDER_MAX_BYTES */
	uint64_t sequence;
	uint32_t context_id;
	uint16_t flags;
	uint16_t ring_index;
};

/** Mesa's command streams are an eighth of this, and so are the pages of a 2 GiB buffer. */
#define RENDER_MAX_BYTES (UINT32_C(8) << 20)

struct render_reply {
	uint64_t sequence;
	uint32_t type; /* a response of enum virtio_gpu_ctrl_type */
	uint32_t padding;
};

struct render_id {
	uint32_t id;
};

struct render_context {
	uint32_t capset_id; /* 0: the guest did not choose */
	char name[64];      /* for people; ends with 0 */
};

/** As in RESOURCE_CREATE_3D. */
struct render_resource {
	uint32_t id;
	uint32_t stride; /* bytes of a row in the descriptor's memory; 0: in the renderer's own */
	uint32_t target, format, bind;
	uint32_t width, height, depth, array_size;
	uint32_t last_level, nr_samples, flags;
};

struct render_entry {
	uint64_t address; /* guest-physical */
	uint64_t length;  /* bytes; fits in 32 bits */
};

/** As in RESOURCE_CREATE_BLOB: what the context's command stream made and called blob_id. */
struct render_blob {
	uint64_t blob_id;
	uint64_t size; /* bytes */
	uint32_t resource_id, memory, flags;
	uint32_t in_file; /* 1: the descriptor's memory, size bytes, is to be the blob's */
	struct render_entry entries[]; /* the pages of a HOST3D_GUEST blob */
};

struct render_backing {
	uint32_t resource_id, padding;
	struct render_entry entries[];
};

/** As in TRANSFER_TO_HOST_3D. */
struct render_transfer {
	uint64_t offset;
	uint32_t resource_id;
	uint32_t level, stride, layer_stride;
	uint32_t x, y, z, width, height, depth;
};

/** A struct gpu_image of binnacle-gpu, whose memory the descriptor is. */
struct render_image {
	uint32_t id;
	uint32_t stride; /* bytes */
	uint64_t size;   /* bytes */
};

/** The rectangle of the resource into the same place of the image, as 0xAARRGGBB words. */
struct render_read {
	uint32_t resource_id, image_id;
	uint32_t x, y, width, height;
};
