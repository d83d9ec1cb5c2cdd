/* SPDX-License-Identifier: MIT */
/* The parts of the cockpit that need no process: back-off, safe lines, QEMU's arguments, names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cockpit/config.h"
#include "cockpit/console.h"
#include "cockpit/json-get.h"
#include "cockpit/paths.h"
#include "cockpit/process.h"
#include "cockpit/string-list.h"
#include "cockpit/vmm-qemu.h"
#include "tests/unit/unit.h"

/* --- Back-off --- */

static void back_off_doubles_up_to_its_end(void **state)
{
	static const uint32_t expected_ms[] = {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
	uint32_t wait_ms = 0;

	for (size_t i = 0; i < COUNT(expected_ms); i++) {
		wait_ms = process_backoff_next_ms(wait_ms, 0);
		assert_int_equal(wait_ms, expected_ms[i]);
	}
}

static void back_off_starts_anew_after_health(void **state)
{
	assert_int_equal(process_backoff_next_ms(16000, PROCESS_HEALTHY_NS - 1), 30000);
	assert_int_equal(process_backoff_next_ms(16000, PROCESS_HEALTHY_NS), 500);
}

/* --- Lines of others --- */

static void assert_cleaned(const char *dirty, const char *clean)
{
	char *text = strdup(dirty);

	assert_non_null(text);
	console_clean(text);
	assert_string_equal(text, clean);
	free(text);
}

static void plain_text_stays(void **state)
{
	assert_cleaned("", "");
	assert_cleaned("a line, with ümlauts · and 日本", "a line, with ümlauts · and 日本");
}

static void escape_sequences_go(void **state)
{
	assert_cleaned("\x1b[1;31mred\x1b[0m", "red");
	assert_cleaned("\x1b]0;title\a.\x1b]2;title\x1b\\.", "..");
	assert_cleaned("\x1b"
		       "cfull reset",
		"full reset");
	assert_cleaned("\xc2\x9b"
		       "2J",
		"2J");
}

static void unfinished_sequences_end_with_the_line(void **state)
{
	assert_cleaned("a\x1b", "a");
	assert_cleaned("a\x1b[", "a");
	assert_cleaned("a\x1b[12;", "a");
	assert_cleaned("a\x1b]title", "a");
	assert_cleaned("a\xc2", "a\xc2");
}

static void control_characters_go(void **state)
{
	assert_cleaned("a\tb\r\b\x7f\x01", "a b");
}

/* --- QEMU's arguments --- */

static struct config_guest some_guest(void)
{
	return (struct config_guest){
		.name = (char *)"ivi",
		.memory_mib = 64,
		.cpus = 1,
		.output_count = 2,
		.accel = ACCEL_TCG,
	};
}

static bool has_argument(const struct string_list *argv, const char *expected)
{
	for (size_t i = 0; i < argv->count; i++)
		if (strcmp(argv->items[i], expected) == 0)
			return true;
	return false;
}

static void commas_in_paths_are_doubled(void **state)
{
	struct vmm_qemu_paths paths = {
		.program = "/q", .gpu = "/a,b/gpu", .qmp = "/a,b/qmp", .events = "/e"};
	struct config_guest guest = some_guest();
	struct string_list argv = {0};

	wl_list_init(&guest.disks);
	vmm_qemu_command(&guest, &paths, &argv);
	assert_false(argv.failed);
	assert_true(has_argument(&argv, "socket,id=gpu,path=/a,,b/gpu"));
	assert_true(has_argument(&argv, "unix:/a,,b/qmp,server=on,wait=off"));
	assert_true(has_argument(&argv, "vhost-user-gpu-pci,chardev=gpu,max_outputs=2"));
	assert_null(argv.items[argv.count]);
	string_list_finish(&argv);
}

static void disks_are_read_only_unless_told(void **state)
{
	struct vmm_qemu_paths paths = {.program = "/q", .gpu = "/g", .qmp = "/m", .events = "/e"};
	struct config_guest guest = some_guest();
	struct config_disk shared = {.path = (char *)"/dev/null"};
	struct config_disk own = {.path = (char *)"/dev/null", .writable = true};
	struct string_list argv = {0};

	wl_list_init(&guest.disks);
	wl_list_insert(guest.disks.prev, &shared.link);
	wl_list_insert(guest.disks.prev, &own.link);
	vmm_qemu_command(&guest, &paths, &argv);
	assert_true(has_argument(&argv, "file=/dev/null,if=none,id=disk0,format=raw,readonly=on,"
					"file.locking=off"));
	assert_true(has_argument(&argv, "file=/dev/null,if=none,id=disk1,format=raw,readonly=off"));
	assert_true(has_argument(&argv, "virtio-blk-pci,drive=disk1"));
	string_list_finish(&argv);
}

/* --- JSON of others --- */

static void other_types_are_defaults(void **state)
{
	struct json_object *object =
		json_tokener_parse("{\"a\": [1], \"b\": \"x\", \"c\": 1.5, \"d\": 7, \"e\": null}");
	struct json_object *array;

	assert_non_null(object);
	assert_string_equal(json_get_string(object, "b"), "x");
	assert_string_equal(json_get_string(object, "a"), "");
	assert_string_equal(json_get_string(object, "e"), "");
	assert_int_equal(json_get_int(object, "d", -1), 7);
	assert_int_equal(json_get_int(object, "c", -1), -1);
	assert_true(json_get_number(object, "d", 0) > 6.9);
	assert_int_equal(json_get_array(object, "a", &array), 1);
	assert_int_equal(json_get_array(object, "b", &array), 0);
	assert_int_equal(json_get_array(NULL, "b", &array), 0);
	assert_int_equal(json_get_int(NULL, "d", -1), -1);
	json_object_put(object);
}

/* --- Places --- */

static void socket_that_nobody_listens_on_does_not_answer(void **state)
{
	char path[200];

	assert_false(paths_socket_answers("/nowhere/at/all"));
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_false(paths_socket_answers(path));
}

static void program_in_path_is_a_program(void **state)
{
	char directory[] = "/tmp/binnacle-paths-XXXXXX";
	char *old = strdup(getenv("PATH")), *tool, *folder, *path, *found;

	assert_non_null(mkdtemp(directory));
	folder = paths_format("%s/weston", directory);
	assert_int_equal(mkdir(folder, 0700), 0);
	path = paths_format("::%s:%s", "/nowhere", directory);
	setenv("PATH", path, 1);
	assert_null(paths_find_in_path("weston")); /* a folder is none */
	tool = paths_format("%s/tool", directory);
	assert_int_equal(symlink("/bin/sh", tool), 0);
	found = paths_find_in_path("tool");
	assert_string_equal(found, tool);

	unlink(tool);
	rmdir(folder);
	rmdir(directory);
	setenv("PATH", old, 1);
	free(found);
	free(tool);
	free(path);
	free(folder);
	free(old);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(back_off_doubles_up_to_its_end),
	cmocka_unit_test(back_off_starts_anew_after_health),
	cmocka_unit_test(plain_text_stays),
	cmocka_unit_test(escape_sequences_go),
	cmocka_unit_test(unfinished_sequences_end_with_the_line),
	cmocka_unit_test(control_characters_go),
	cmocka_unit_test(commas_in_paths_are_doubled),
	cmocka_unit_test(disks_are_read_only_unless_told),
	cmocka_unit_test(other_types_are_defaults),
	cmocka_unit_test(socket_that_nobody_listens_on_does_not_answer),
	cmocka_unit_test(program_in_path_is_a_program),
};

UNIT_MAIN(cases)
