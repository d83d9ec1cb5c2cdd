/* SPDX-License-Identifier: MIT */
/* How a guest is run under QEMU: its command line, and whether KVM is of use. */
#include "cockpit/vmm-qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cockpit/config.h"
#include "cockpit/string-list.h"

static bool cpu_has_virtualization(void)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (file && !found && getline(&line, &size, file) > 0)
		found = strncmp(line, "flags", 5) == 0 &&
			(strstr(line, " vmx") || strstr(line, " svm"));
	free(line);
	if (file)
		fclose(file);
	return found;
}

bool vmm_qemu_kvm_works(const char **why)
{
	int fd;

#if !defined(__x86_64__)
	*why = "this is no x86-64 processor";
	return false;
#endif
	/* /dev/kvm alone proves nothing: a host without either flag may have one that cannot boot
	 * an ordinary kernel. */
	if (!cpu_has_virtualization()) {
		*why = "the processor shows neither vmx nor svm";
		return false;
	}
	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		*why = errno == EACCES ? "/dev/kvm may not be opened; join the group kvm"
				       : "/dev/kvm cannot be opened";
		return false;
	}
	close(fd);
	*why = NULL;
	return true;
}

/* QEMU's option syntax separates by commas; one inside a value is written twice. The caller's. */
static char *escape_commas(const char *text)
{
	size_t commas = 0;
	char *escaped, *out;

	for (const char *c = text; *c; c++)
		commas += *c == ',';
	escaped = malloc(strlen(text) + commas + 1);
	if (!escaped)
		return NULL;
	out = escaped;
	for (const char *c = text; *c; c++) {
		*out++ = *c;
		if (*c == ',')
			*out++ = ',';
	}
	*out = '\0';
	return escaped;
}

/* Adds "before" + path + "after" with the path's commas escaped. */
static void add_path(
	struct string_list *argv, const char *before, const char *path, const char *after)
{
	char *escaped = escape_commas(path);

	if (!escaped) {
		argv->failed = true;
		return;
	}
	string_list_addf(argv, "%s%s%s", before, escaped, after);
	free(escaped);
}

static bool is_qcow2(const char *path)
{
	char magic[4] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is = fd >= 0 && read(fd, magic, sizeof(magic)) == sizeof(magic) &&
		  memcmp(magic, "QFI\xfb", sizeof(magic)) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

static bool guest_uses_kvm(const struct config_guest *guest)
{
	const char *why;

	return guest->accel != ACCEL_TCG && vmm_qemu_kvm_works(&why);
}

static void add_machine(const struct config_guest *guest, struct string_list *argv)
{
	bool kvm = guest_uses_kvm(guest);

	string_list_add(argv, "-machine");
	string_list_addf(argv, "q35,accel=%s,memory-backend=mem", kvm ? "kvm" : "tcg");
	string_list_add(argv, "-cpu");
	string_list_add(argv, kvm ? "host" : "max");
	string_list_add(argv, "-smp");
	string_list_addf(argv, "%u", guest->cpus);
	string_list_add(argv, "-m");
	string_list_addf(argv, "%uM", guest->memory_mib);
	/* The back end maps the guest's memory, so it is a shared file. */
	string_list_add(argv, "-object");
	string_list_addf(argv, "memory-backend-memfd,id=mem,size=%uM,share=on", guest->memory_mib);
}

static void add_kernel(const struct config_guest *guest, struct string_list *argv)
{
	bool kvm = guest_uses_kvm(guest);

	if (!guest->kernel)
		return;
	string_list_add(argv, "-kernel");
	string_list_add(argv, guest->kernel);
	if (guest->initrd) {
		string_list_add(argv, "-initrd");
		string_list_add(argv, guest->initrd);
	}
	string_list_add(argv, "-append");
	/* Under emulation on a busy host the kernel's check of its timer may fail without cause. */
	string_list_addf(argv, "console=ttyS0 quiet panic=1%s%s%s", kvm ? "" : " no_timer_check",
		guest->append ? " " : "", guest->append ? guest->append : "");
}

static void add_disks(const struct config_guest *guest, struct string_list *argv)
{
	const struct config_disk *disk;
	unsigned int index = 0;

	wl_list_for_each (disk, &guest->disks, link) {
		char after[96];

		/* Readers need no lock among themselves, and a User-Mode Linux guest's looks to
		 * QEMU like a writer's. */
		snprintf(after, sizeof(after), ",if=none,id=disk%u,format=%s,%s", index,
			is_qcow2(disk->path) ? "qcow2" : "raw",
			disk->writable ? "readonly=off" : "readonly=on,file.locking=off");
		string_list_add(argv, "-drive");
		add_path(argv, "file=", disk->path, after);
		string_list_add(argv, "-device");
		string_list_addf(argv, "virtio-blk-pci,drive=disk%u", index);
		index++;
	}
}

void vmm_qemu_command(const struct config_guest *guest, const struct vmm_qemu_paths *paths,
	struct string_list *argv)
{
	string_list_add(argv, paths->program);
	string_list_add(argv, "-name");
	string_list_add(argv, guest->name);
	string_list_add(argv, "-nodefaults");
	string_list_add(argv, "-no-user-config");
	add_machine(guest, argv);
	string_list_add(argv, "-chardev");
	add_path(argv, "socket,id=gpu,path=", paths->gpu, "");
	string_list_add(argv, "-device");
	string_list_addf(
		argv, "vhost-user-gpu-pci,chardev=gpu,max_outputs=%u", guest->output_count);
	add_disks(guest, argv);
	add_kernel(guest, argv);
	string_list_add(argv, "-display");
	string_list_add(argv, "none");
	string_list_add(argv, "-serial");
	string_list_add(argv, "stdio");
	string_list_add(argv, "-qmp");
	add_path(argv, "unix:", paths->qmp, ",server=on,wait=off");
	string_list_add(argv, "-qmp");
	add_path(argv, "unix:", paths->events, ",server=on,wait=off");
}
