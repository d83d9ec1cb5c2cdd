# SPDX-License-Identifier: MIT
"""Every fault of a cockpit.ini is told with its line and the remedy, and nothing is started."""

from cockpit_fixture import Cockpit, main

GUEST = "[guest ivi]\nkernel=kernel\n"
SCREEN = "[screen left]\nmode=640x480\n"


def _refused(binnacle, text, *expected):
    with Cockpit(binnacle) as cockpit:
        cockpit.write_config(text)
        status, _, errors = cockpit.command("run", "cockpit.ini")
        assert status == 1, (status, errors)
        for line in expected:
            assert line in errors, (line, errors)
        assert len(errors.splitlines()) == len(expected), errors
        assert not cockpit.started(), cockpit.started()


def missing_file_is_told(binnacle):
    with Cockpit(binnacle) as cockpit:
        status, _, errors = cockpit.command("run", "nothing.ini")
        assert status == 1
        assert "nothing.ini: No such file" in errors and "man cockpit.ini" in errors, errors


def unknown_section_is_named(binnacle):
    _refused(binnacle, GUEST + "[gest cluster]\nmemory=1G\n",
        "cockpit.ini:3: unknown section [gest cluster]; sections are [compositor], ")


def unknown_key_is_named(binnacle):
    _refused(binnacle, GUEST + "memroy=1G\n",
        "cockpit.ini:3: unknown key memroy; [guest ivi] knows memory, cpus, kernel")


def unknown_key_of_each_section_is_named(binnacle):
    _refused(binnacle, "[compositor]\na=1\n[screen left]\nmode=1x1\nb=1\n" + GUEST,
        "cockpit.ini:2: unknown key a; [compositor] knows backend, renderer, shell",
        "cockpit.ini:5: unknown key b; [screen left] knows mode")


def bad_values_are_named(binnacle):
    _refused(binnacle, "[compositor]\nbackend=kms\nrenderer=vulkan\nshell=ivi\n"
        "[screen left]\nmode=640*480\n"
        + GUEST + "memory=12X\nmemory2=\ncpus=0\naccel=xen\nlayer=-1\narea=1,2,3\nscale=big\nvirgl=yes\n",
        "cockpit.ini:2: backend cannot be 'kms'; it is one of auto, headless, drm, wayland, x11",
        "cockpit.ini:3: renderer cannot be 'vulkan'; it is one of auto, pixman, gl",
        "cockpit.ini:4: shell cannot be 'ivi'; it is one of desktop, kiosk",
        "cockpit.ini:6: mode cannot be '640*480'; it is WIDTHxHEIGHT",
        "cockpit.ini:9: memory cannot be '12X'; give megabytes or gigabytes",
        "cockpit.ini:10: unknown key memory2",
        "cockpit.ini:11: cpus cannot be '0'; it is a number from 1 to 255",
        "cockpit.ini:12: accel cannot be 'xen'; it is one of auto, kvm, tcg",
        "cockpit.ini:13: layer cannot be '-1'; it is a number from 0 to 1000",
        "cockpit.ini:14: area cannot be '1,2,3'; it is 'full' or X,Y,WIDTHxHEIGHT",
        "cockpit.ini:15: scale cannot be 'big'; it is one of fit, fill, none",
        "cockpit.ini:16: virgl cannot be 'yes'; it is one of auto, on, off")


def huge_numbers_are_refused(binnacle):
    _refused(binnacle, "[screen left]\nmode=99999x1\n" + GUEST
        + "memory=99999999999999999999G\ncpus=4294967297\narea=0,0,99999x99999\n",
        "cockpit.ini:2: mode cannot be '99999x1'", "cockpit.ini:5: memory cannot be",
        "cockpit.ini:6: cpus cannot be", "cockpit.ini:7: area cannot be")


def empty_value_is_named(binnacle):
    _refused(binnacle, GUEST + "memory=\n", "cockpit.ini:3: memory has no value")


def missing_files_are_named(binnacle):
    _refused(binnacle, "[guest ivi]\nkernel=nowhere/vmlinux\ndisk=a.ext4, kernel\n"
        "fallback=/no/such.png\n",
        "nowhere/vmlinux: No such file or directory; relative paths start from ",
        "cockpit.ini:3: disk: ",
        "cockpit.ini:4: fallback: /no/such.png: No such file or directory; correct the path")


def unknown_screen_is_named(binnacle):
    _refused(binnacle, SCREEN + GUEST + "outputs=window,lift\n",
        "cockpit.ini:5: guest ivi: no such screen lift; add [screen lift] with a mode, or use "
        "left, window")


def screens_of_drm_are_not_known_here(binnacle):
    _refused(binnacle, "[compositor]\nbackend=drm\n" + GUEST + "outputs=HDMI-A-1\nx=1\n",
        "cockpit.ini:6: unknown key x")


def same_place_is_told(binnacle):
    _refused(binnacle, SCREEN + GUEST + "outputs=left\n[guest cluster]\nkernel=kernel\n"
        "outputs=left\n",
        "cockpit.ini:8: guest cluster: scanout 0 has the place on screen left that guest ivi has "
        "(line 5); give one of them another layer, area or screen")


def overlapping_areas_are_told(binnacle):
    _refused(binnacle, SCREEN + GUEST + "outputs=left\narea=0,0,320x480\n"
        "[guest cluster]\nkernel=kernel\noutputs=left\narea=319,0,320x480\n",
        "cockpit.ini:9: guest cluster: scanout 0 has the place on screen left")


def other_layer_or_area_is_fine(binnacle):
    _refused(binnacle, SCREEN + GUEST + "outputs=left\narea=0,0,320x480\n"
        "[guest cluster]\nkernel=kernel\noutputs=left\narea=320,0,320x480\n"
        "[guest radio]\nkernel=kernel\noutputs=left\nlayer=11\nx=1\n",
        "cockpit.ini:15: unknown key x")


def both_outputs_on_one_screen_are_told(binnacle):
    _refused(binnacle, SCREEN + GUEST + "outputs=left,left\n",
        "cockpit.ini:5: guest ivi: scanout 1 has the place on screen left that guest ivi has")


def area_beyond_the_screen_is_told(binnacle):
    _refused(binnacle, SCREEN + GUEST + "outputs=left\narea=600,0,100x100\n",
        "cockpit.ini:6: guest ivi: the area is not all on screen left, which is 640x480")


def screen_without_mode_is_told(binnacle):
    _refused(binnacle, "[screen left]\n" + GUEST,
        "cockpit.ini:1: screen left has no mode; add a line such as mode=1280x720")


def guest_without_boot_is_told(binnacle):
    _refused(binnacle, "[guest ivi]\nmemory=1G\n",
        "cockpit.ini:1: guest ivi has nothing to boot; add kernel=FILE")


def append_without_kernel_is_told(binnacle):
    _refused(binnacle, "[guest ivi]\ndisk=kernel\nappend=quiet\n",
        "cockpit.ini:3: guest ivi: initrd and append need a kernel")


def no_guest_is_told(binnacle):
    _refused(binnacle, SCREEN, "cockpit.ini: there is no guest; add a section [guest NAME]")


def bad_names_are_told(binnacle):
    _refused(binnacle, "".join(f"[guest {name}]\nkernel=kernel\n"
        for name in ("../x", "Capital", "control", "run-1", "a" * 33)) + "[screen window]\n"
        + GUEST, *[f"cockpit.ini:{line}: '" for line in (1, 3, 5, 7, 9, 11)])


def twice_defined_is_told(binnacle):
    _refused(binnacle, SCREEN + GUEST + SCREEN + GUEST + "memory=1G\nmemory=2G\n",
        "cockpit.ini:5: screen left is defined twice, first in line 1",
        "cockpit.ini:7: guest ivi is defined twice, first in line 3")


def twice_given_key_is_told(binnacle):
    _refused(binnacle, GUEST + "memory=1G\nmemory=2G\n",
        "cockpit.ini:4: memory is given twice in this section, first in line 3")


def line_without_meaning_is_told(binnacle):
    _refused(binnacle, GUEST + "rubbish\n",
        "cockpit.ini:3: this is neither a [section] nor key=value")


def key_before_sections_is_told(binnacle):
    _refused(binnacle, "memory=1G\n" + GUEST,
        "cockpit.ini:1: memory stands before the first section")


def long_line_is_told(binnacle):
    _refused(binnacle, GUEST + "append=" + "x" * 300 + "\n",
        "cockpit.ini:3: this line is longer than 190 bytes")


def indented_key_is_no_continuation(binnacle):
    _refused(binnacle, GUEST + "memory=1G\n   cpus=none\n",
        "cockpit.ini:4: cpus cannot be 'none'")


def too_many_outputs_are_told(binnacle):
    _refused(binnacle, GUEST + "outputs=" + ",".join(["window"] * 17) + "\n",
        "cockpit.ini:3: outputs has more than 16 names")


def binary_file_is_no_crash(binnacle):
    with Cockpit(binnacle) as cockpit:
        with open(cockpit.work + "/cockpit.ini", "wb") as f:
            f.write(bytes(range(256)) * 64)
        status, _, errors = cockpit.command("run", "cockpit.ini")
        assert status == 1 and "cockpit.ini:" in errors, (status, errors)


def directory_is_told(binnacle):
    with Cockpit(binnacle) as cockpit:
        status, _, errors = cockpit.command("run", "xdg")
        assert status == 1 and "xdg: cannot be read" in errors, (status, errors)


def missing_weston_is_told(binnacle):
    with Cockpit(binnacle, fakes=("gpu", "qemu")) as cockpit:
        cockpit.write_config(GUEST)
        status, _, errors = cockpit.command("run", "cockpit.ini")
        assert status == 1 and "install the package weston" in errors, errors


def missing_qemu_is_told(binnacle):
    with Cockpit(binnacle, fakes=("gpu", "weston")) as cockpit:
        cockpit.write_config(GUEST)
        status, _, errors = cockpit.command("run", "cockpit.ini")
        assert status == 1 and "install the package qemu-system-x86" in errors, errors


def missing_backend_is_told(binnacle):
    with Cockpit(binnacle, fakes=("weston", "qemu")) as cockpit:
        cockpit.write_config(GUEST)
        status, _, errors = cockpit.command("run", "cockpit.ini")
        assert status == 1 and "binnacle-gpu is not beside this program" in errors, errors


def bad_runtime_dir_is_told(binnacle):
    with Cockpit(binnacle) as cockpit:
        cockpit.write_config(GUEST)
        for path, why in (("/no/such/place", "no directory"), ("/" + "x" * 200, "no directory")):
            status, _, errors = cockpit.command("run", "cockpit.ini", XDG_RUNTIME_DIR=path)
            assert status == 1 and why in errors and "XDG_RUNTIME_DIR" in errors, errors


def bad_command_lines_are_told(binnacle):
    with Cockpit(binnacle) as cockpit:
        for arguments in ((), ("fly",), ("run",), ("run", "a", "b"), ("status", "x"),
                ("screenshot",), ("run", "--bogus", "x"), ("status", "--bogus")):
            status, _, errors = cockpit.command(*arguments)
            assert status == 2 and "binnacle" in errors, (arguments, status, errors)
        status, output, _ = cockpit.command("--help")
        assert status == 0 and "binnacle run" in output
        status, output, _ = cockpit.command("--version")
        assert status == 0 and output.startswith("binnacle ")


main(globals())
