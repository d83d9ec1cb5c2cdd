# SPDX-License-Identifier: MIT
"""`binnacle screenshot` of a real headless Weston with the real module."""

import os
import shutil
import struct
import subprocess
import time
import zlib

from cockpit_fixture import Cockpit, main, wait_for

INI = """[core]
modules={module}
idle-time=0
[shell]
background-color=0xff204080
background-type=solid
panel-position=none
[output]
name=left
mode=320x240
[output]
name=right
mode=200x100
[guest-display]
guest=ivi
output=left
[guest-display]
guest=cluster
output=right
"""


def _read_png(path):
    """(width, height, the first pixel); only what our writer writes: 8-bit RGB."""
    with open(path, "rb") as f:
        data = f.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    offset, pixels = 8, b""
    while offset < len(data):
        length, kind = struct.unpack(">I4s", data[offset:offset + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", data[offset + 8:offset + 18])
        elif kind == b"IDAT":
            pixels += data[offset + 8:offset + 8 + length]
        offset += 12 + length
    assert (depth, colour) == (8, 2)
    raw = zlib.decompress(pixels)
    assert len(raw) == height * (1 + 3 * width)
    return width, height, tuple(raw[1:4])


def _weston(cockpit):
    with open(cockpit.work + "/weston.ini", "w") as f:
        f.write(INI.format(module=os.environ["BINNACLE_PLUGIN"]))
    program = shutil.which("weston")
    env = {**cockpit.env, "PATH": os.environ["PATH"]}
    if "TEST_PRELOAD" in os.environ:
        env["LD_PRELOAD"] = os.environ["TEST_PRELOAD"]
    weston = subprocess.Popen([program, "--backend=headless", "--renderer=pixman", "--no-outputs",
        f"--config={cockpit.work}/weston.ini", "--socket=t"], env=env,
        stdout=open(cockpit.work + "/weston.log", "w"), stderr=subprocess.STDOUT)
    cockpit.processes.append(weston)
    wait_for(lambda: os.path.exists(cockpit.runtime + "/binnacle/control")
        or weston.poll() is not None, "weston")
    assert weston.poll() is None, open(cockpit.work + "/weston.log").read()


def every_screen_is_written(binnacle):
    with Cockpit(binnacle) as cockpit:
        _weston(cockpit)
        wait_for(lambda: cockpit.command("screenshot", "new")[0] == 0, "two screens")
        wait_for(lambda: cockpit.command("screenshot", "new")[0] == 0 and
            len(os.listdir(cockpit.work + "/new")) == 2, "two screens")
        assert sorted(os.listdir(cockpit.work + "/new")) == ["left.png", "right.png"]
        assert _read_png(cockpit.work + "/new/left.png")[:2] == (320, 240)
        assert _read_png(cockpit.work + "/new/right.png")[:2] == (200, 100)


def one_screen_is_written(binnacle):
    with Cockpit(binnacle) as cockpit:
        _weston(cockpit)
        wait_for(lambda: cockpit.command("screenshot", "--output", "right", "a.png")[0] == 0,
            "the screen")
        width, height, pixel = _read_png(cockpit.work + "/a.png")
        assert (width, height) == (200, 100)
        # The fallback of an absent guest: dark, and bluer than red.
        assert pixel[2] > pixel[0] and max(pixel) < 100, pixel


def unknown_screen_is_told(binnacle):
    with Cockpit(binnacle) as cockpit:
        _weston(cockpit)
        time.sleep(0.5)
        status, _, errors = cockpit.command("screenshot", "--output", "middle", "a.png")
        assert status == 1 and "no such screen middle; there is " in errors, errors
        assert not os.path.exists(cockpit.work + "/a.png")


def unwritable_file_is_told(binnacle):
    with Cockpit(binnacle) as cockpit:
        _weston(cockpit)
        time.sleep(0.5)
        status, _, errors = cockpit.command("screenshot", "--output", "left", "no/such/a.png")
        assert status == 1 and "no/such/a.png: No such file or directory" in errors, errors


def no_weston_is_told(binnacle):
    with Cockpit(binnacle) as cockpit:
        status, _, errors = cockpit.command("screenshot", "a.png")
        assert status == 1 and "start one with `binnacle run FILE`" in errors, errors


def silent_weston_is_given_up(binnacle):
    import socket
    with Cockpit(binnacle) as cockpit:
        os.mkdir(cockpit.runtime + "/binnacle")
        silent = socket.socket(socket.AF_UNIX)
        silent.bind(cockpit.runtime + "/binnacle/control")
        silent.listen(4)
        start = time.monotonic()
        status, _, errors = cockpit.command("screenshot", "a.png")
        assert status == 1 and "Weston does not answer" in errors, errors
        assert time.monotonic() - start < 35


main(globals())
