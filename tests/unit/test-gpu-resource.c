/* SPDX-License-Identifier: MIT */
/* The images behind a resource: which one a transfer writes, and that each has every pixel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gpu-backend/resource.h"
#include "gpu-backend/virtio-gpu.h"
#include "tests/unit/unit.h"
#include "vhost-user/memory.h"

#define WIDTH 61
#define HEIGHT 47
#define BYTES (WIDTH * HEIGHT * 4u)
#define RAM_BYTES 16384u
#define RAM_ADDRESS UINT64_C(0x1000)

static const struct rect whole = {0, 0, WIDTH, HEIGHT};

/* A resource with its guest pages, and what it should look like. */
struct setup {
	struct gpu_resource_table table;
	struct gpu_resource *resource;
	struct vhost_user_memory *memory;
	int fd;
	uint32_t *guest;
	uint32_t expected[WIDTH * HEIGHT];
};

static void setup_init(struct setup *setup, uint64_t memory_bytes)
{
	struct gpu_limits limits = GPU_LIMITS_DEFAULT;
	struct message_region region = {.guest_address = RAM_ADDRESS, .size = RAM_BYTES};
	struct gpu_backing_entry *entry = calloc(1, sizeof(*entry));
	struct gpu_backing *backing;
	const char *fault;

	*setup = (struct setup){.fd = memfd_create("ram", MFD_CLOEXEC)};
	assert_int_equal(ftruncate(setup->fd, RAM_BYTES), 0);
	setup->guest = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, setup->fd, 0);
	assert_ptr_not_equal(setup->guest, MAP_FAILED);
	/* Nothing shrinks here, so nobody needs to be woken: any descriptor does. */
	assert_int_equal(
		memory_create(&region, &setup->fd, 1, setup->fd, &setup->memory, &fault), 0);
	limits.memory_bytes = memory_bytes;
	gpu_resource_table_init(&setup->table, &limits);
	setup->resource = gpu_resource_create(
		&setup->table, 1, gpu_format_find(VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM), WIDTH, HEIGHT);
	assert_non_null(setup->resource);
	assert_non_null(entry);
	*entry = (struct gpu_backing_entry){RAM_ADDRESS, BYTES};
	assert_int_equal(gpu_backing_create(entry, 1, setup->memory, &backing), 0);
	gpu_resource_attach(&setup->table, setup->resource, backing);
}

static void setup_finish(struct setup *setup)
{
	gpu_resource_table_clear(&setup->table);
	vhost_user_memory_unref(setup->memory);
	munmap(setup->guest, RAM_BYTES);
	close(setup->fd);
}

static uint32_t colour;

/* The guest draws the rectangle in a colour of its own and transfers it. */
static void draw(struct setup *setup, const struct rect *rect)
{
	uint64_t before = setup->table.bytes_copied;
	uint64_t offset = ((uint64_t)rect->y * WIDTH + rect->x) * 4;

	colour += 0x01030507;
	for (uint32_t y = rect->y; y < rect->y + rect->height; y++) {
		for (uint32_t x = rect->x; x < rect->x + rect->width; x++)
			setup->guest[y * WIDTH + x] = setup->expected[y * WIDTH + x] =
				colour + y * WIDTH + x;
	}
	assert_int_equal(
		gpu_resource_transfer(&setup->table, setup->resource, setup->memory, rect, offset),
		0);
	assert_int_equal(setup->table.bytes_copied - before, rect->width * rect->height * 4);
}

static void check(const struct setup *setup)
{
	assert_memory_equal(gpu_resource_image(setup->resource)->pixels, setup->expected, BYTES);
}

/* An image as the display has it: held, and with a copy to see whether it was written. */
struct shown {
	struct gpu_image *image;
	uint32_t copy[WIDTH * HEIGHT];
};

static void show(struct shown *shown, const struct setup *setup)
{
	shown->image = gpu_resource_image(setup->resource);
	shown->image->held++;
	memcpy(shown->copy, shown->image->pixels, BYTES);
}

static void let_go(struct shown *shown)
{
	if (!shown->image)
		return;
	assert_memory_equal(shown->image->pixels, shown->copy, BYTES);
	shown->image->held--;
	shown->image = NULL;
}

static void image_nobody_holds_is_written_in_place(void **state)
{
	struct setup setup;

	setup_init(&setup, UINT64_C(1) << 30);
	for (uint32_t i = 0; i < 10; i++) {
		draw(&setup, &(struct rect){i, i, 20, 20});
		check(&setup);
	}
	assert_int_equal(setup.resource->image_count, 1);
	assert_int_equal(setup.table.usage.memory_bytes, BYTES);
	setup_finish(&setup);
}

static void held_image_is_never_written(void **state)
{
	struct setup setup;
	struct shown shown = {0};

	setup_init(&setup, UINT64_C(1) << 30);
	draw(&setup, &whole);
	show(&shown, &setup);
	for (uint32_t i = 0; i < 10; i++) {
		draw(&setup, &(struct rect){i, i, 5, 5});
		check(&setup);
		assert_ptr_not_equal(gpu_resource_image(setup.resource), shown.image);
	}
	assert_int_equal(setup.resource->image_count, 2);
	let_go(&shown);
	setup_finish(&setup);
}

/* As one buffer that is drawn into while it is on the screen: frame after frame, the one before is
 * released when the next is shown. */
static void two_images_take_turns(void **state)
{
	struct setup setup;
	struct shown shown[2] = {0};

	setup_init(&setup, UINT64_C(1) << 30);
	for (uint32_t i = 0; i < 100; i++) {
		draw(&setup, &(struct rect){i % 50, i % 40, 1 + i % 7, 1 + i % 5});
		check(&setup);
		show(&shown[i % 2], &setup);
		let_go(&shown[(i + 1) % 2]);
	}
	assert_int_equal(setup.resource->image_count, 2);
	let_go(&shown[1]);
	setup_finish(&setup);
}

/* Damage that overlaps, encloses, touches or misses what another image has missed. */
static void content_is_exact_with_partial_damage(void **state)
{
	struct setup setup;
	struct shown shown[2] = {0};
	uint32_t random = 1;

	setup_init(&setup, UINT64_C(1) << 30);
	draw(&setup, &whole);
	for (uint32_t i = 0; i < 3000; i++) {
		struct rect rect;

		random = random * 1103515245 + 12345;
		rect.x = random >> 8 & 31;
		rect.y = random >> 13 & 31;
		rect.width = 1 + (random >> 18) % (WIDTH - rect.x);
		rect.height = 1 + (random >> 24) % (HEIGHT - rect.y);
		draw(&setup, &rect);
		check(&setup);
		/* At most two are held, as a display does; which is free comes as it comes. */
		if (random >> 16 & 1) {
			struct shown *slot = &shown[random >> 17 & 1];

			let_go(slot);
			if (!gpu_resource_image(setup.resource)->held)
				show(slot, &setup);
		}
	}
	assert_int_equal(setup.resource->image_count, GPU_RESOURCE_MAX_IMAGES);
	assert_int_equal(setup.table.usage.memory_bytes, GPU_RESOURCE_MAX_IMAGES * BYTES);
	let_go(&shown[0]);
	let_go(&shown[1]);
	setup_finish(&setup);
}

/* A guest that flips draws into a buffer only when the other one is shown. */
static void page_flip_keeps_one_image(void **state)
{
	struct setup setup;
	struct shown shown = {0};

	setup_init(&setup, UINT64_C(1) << 30);
	for (uint32_t i = 0; i < 20; i++) {
		draw(&setup, &whole);
		check(&setup);
		show(&shown, &setup);
		let_go(&shown);
	}
	assert_int_equal(setup.resource->image_count, 1);
	setup_finish(&setup);
}

/* Where the guest may have no more memory it sees its own tearing, not an error. */
static void memory_cap_leaves_one_image(void **state)
{
	struct setup setup;
	struct shown shown;

	setup_init(&setup, 2 * BYTES - 1);
	draw(&setup, &whole);
	show(&shown, &setup);
	draw(&setup, &(struct rect){3, 3, 4, 4});
	check(&setup);
	assert_int_equal(setup.resource->image_count, 1);
	assert_int_equal(setup.table.usage.memory_bytes, BYTES);
	shown.image->held--;
	setup_finish(&setup);
}

/* One byte more, and there are two. */
static void memory_cap_of_two_images_is_used(void **state)
{
	struct setup setup;
	struct shown shown;

	setup_init(&setup, 2 * BYTES);
	draw(&setup, &whole);
	show(&shown, &setup);
	draw(&setup, &(struct rect){3, 3, 4, 4});
	check(&setup);
	assert_int_equal(setup.resource->image_count, 2);
	let_go(&shown);
	setup_finish(&setup);
}

/* A refused transfer has changed nothing, also not which image is current. */
static void refused_transfer_changes_nothing(void **state)
{
	struct setup setup;
	struct shown shown;

	setup_init(&setup, UINT64_C(1) << 30);
	draw(&setup, &whole);
	show(&shown, &setup);
	assert_int_equal(
		gpu_resource_transfer(&setup.table, setup.resource, setup.memory, &whole, 1),
		-ERANGE);
	assert_int_equal(
		gpu_resource_transfer(&setup.table, setup.resource, NULL, &whole, 0), -EFAULT);
	gpu_resource_detach(&setup.table, setup.resource);
	assert_int_equal(
		gpu_resource_transfer(&setup.table, setup.resource, setup.memory, &whole, 0),
		-ENXIO);
	assert_int_equal(setup.resource->image_count, 1);
	check(&setup);
	let_go(&shown);
	setup_finish(&setup);
}

/* The display's reference keeps the pixels when the resource has gone. */
static void shown_image_outlives_its_resource(void **state)
{
	struct setup setup;
	struct gpu_image *image;

	setup_init(&setup, UINT64_C(1) << 30);
	draw(&setup, &whole);
	image = gpu_image_ref(gpu_resource_image(setup.resource));
	gpu_resource_destroy(&setup.table, setup.resource);
	assert_null(gpu_resource_find(&setup.table, 1));
	assert_int_equal(setup.table.usage.memory_bytes, 0);
	assert_memory_equal(image->pixels, setup.expected, BYTES);
	gpu_image_unref(image);
	setup_finish(&setup);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(image_nobody_holds_is_written_in_place),
	cmocka_unit_test(held_image_is_never_written),
	cmocka_unit_test(two_images_take_turns),
	cmocka_unit_test(content_is_exact_with_partial_damage),
	cmocka_unit_test(page_flip_keeps_one_image),
	cmocka_unit_test(memory_cap_leaves_one_image),
	cmocka_unit_test(memory_cap_of_two_images_is_used),
	cmocka_unit_test(refused_transfer_changes_nothing),
	cmocka_unit_test(shown_image_outlives_its_resource),
};

UNIT_MAIN(cases)
