/* SPDX-License-Identifier: MIT */
/* dmabufs of memory that is there already: the kernel's udmabuf makes one of pages of sealed
 * memfds. */
#include "gpu-backend/alloc/udmabuf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdlib.h>
#include <sys/ioctl.h>

int udmabuf_open(void)
{
	int fd = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int udmabuf_create(int device, const struct gpu_memory_part *parts, size_t count)
{
	struct udmabuf_create_list *list;
	int fd, error;

	list = calloc(1, sizeof(*list) + count * sizeof(list->list[0]));
	if (!list)
		return -ENOMEM;
	*list = (struct udmabuf_create_list){
		.flags = UDMABUF_FLAGS_CLOEXEC, .count = (uint32_t)count};
	for (size_t i = 0; i < count; i++)
		list->list[i] = (struct udmabuf_create_item){
			.memfd = (uint32_t)parts[i].fd,
			.offset = parts[i].offset,
			.size = parts[i].size,
		};
	fd = ioctl(device, UDMABUF_CREATE_LIST, list);
	error = errno;
	free(list);
	return fd < 0 ? -error : fd;
}
