/* SPDX-License-Identifier: MIT */
/* Images of the guest's own pages: nothing is allocated, and nothing copied. */
#include <errno.h>
#include <stdlib.h>

#include "gpu-backend/backing.h"
#include "gpu-backend/image.h"

static void guest_finish(struct gpu_image *image)
{
	vhost_user_memory_unref(image->memory);
}

static const struct gpu_alloc alloc_guest = {.name = "guest pages", .finish = guest_finish};

/* Pages that follow each other in one file are one part. */
static void part_append(struct gpu_image *image, const struct gpu_memory_part *part)
{
	struct gpu_memory_part *last =
		image->part_count ? &image->parts[image->part_count - 1] : NULL;

	image->size += part->size;
	if (last && last->fd == part->fd && last->offset + last->size == part->offset)
		last->size += part->size;
	else
		image->parts[image->part_count++] = *part;
}

/* No entry straddles regions here: two regions may be of two files, and a VM's memory is not cut
 * in the middle of a picture. */
int alloc_guest_init(struct gpu_image *image, const struct gpu_backing *backing,
	struct vhost_user_memory *memory)
{
	uint32_t count;
	const struct gpu_backing_entry *entries = gpu_backing_entries(backing, &count);

	if (!memory)
		return -EFAULT;
	image->parts = calloc(count, sizeof(*image->parts));
	if (!image->parts)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		struct gpu_memory_part part = {.size = entries[i].length};

		part.fd = vhost_user_memory_locate(
			memory, entries[i].address, entries[i].length, &part.offset);
		if (part.fd < 0) {
			free(image->parts);
			return -EFAULT;
		}
		part_append(image, &part);
	}
	image->alloc = &alloc_guest;
	image->memory = vhost_user_memory_ref(memory);
	return 0;
}
