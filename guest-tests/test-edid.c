/* SPDX-License-Identifier: MIT */
/* Prints the connector's EDID as hex, 16 bytes a line between two marks, for edid-decode on the
 * host. --connector N */
#include "guest-tests/test-args.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct test_args args;
	struct kms kms;
	size_t size = 0;

	test_args_read(argc, argv, "Ch", &args);
	if (kms_open(&kms))
		return 1;
	if (kms_choose_connector(&kms, args.connector_index)) {
		kms_close(&kms);
		return 1;
	}
	uint8_t *edid = kms_read_edid(&kms, &size);
	if (edid) {
		printf("EDID-BEGIN %s\n", kms.connector_name);
		for (size_t i = 0; i < size; i++)
			printf("%02x%s", edid[i], i % 16 == 15 ? "\n" : "");
		printf("EDID-END %zu\n", size);
		test_args_hold(&args, kms.connector_name);
	} else {
		printf("FAIL %s has no EDID\n", kms.connector_name);
	}
	free(edid);
	kms_close(&kms);
	return size > 0 ? 0 : 1;
}
