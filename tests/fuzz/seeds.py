#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of the transport's fuzz targets: a whole set-up of a device, and good rings."""
import pathlib
import struct
import sys

RAM = 0x40000000
RAM_2 = RAM + 8192  # the second region of fuzz-chains
NEXT, WRITE, INDIRECT = 1, 2, 4


def message(request, payload=b"", flags=1):
    return struct.pack("<III", request, flags, len(payload)) + payload


def step(head, data):
    assert len(data) < 256
    return bytes([head, len(data)]) + data


def u64(value):
    return struct.pack("<Q", value)


def state(index, num):
    return struct.pack("<II", index, num)


def setup(packed):
    features = 1 << 32 | 1 << 30 | 1 << 29 | 1 << 28 | (1 << 34 if packed else 0)
    base = 0x80008000 if packed else 0
    region = struct.pack("<QQQQ", RAM, 0x10000, 0x7000000, 0)
    yield step(0, message(1))
    yield step(0, message(15))
    yield step(0, message(16, u64(0x1E62B)))
    yield step(0, message(3))
    yield step(3, message(21, flags=9))
    yield step(16, message(2, u64(features)))
    yield step(1, message(5, struct.pack("<II", 1, 0) + region, flags=9))
    yield step(0, message(36))
    yield step(1, message(6, struct.pack("<QQ", 0x8000, 0)))
    for queue in range(2):
        ring = 0x7000000 + 0x4000 * queue
        yield step(0, message(8, state(queue, 16)))
        yield step(0, message(10, state(queue, base)))
        address = struct.pack("<IIQQQQ", queue, 1, ring, ring + 0x2000, ring + 0x1000, RAM)
        yield step(0, message(9, address))
        yield step(2, message(12, u64(queue)))
        yield step(2, message(13, u64(queue)))
        yield step(2, message(14, u64(queue)))
        yield step(16, message(18, state(queue, 1)))
    yield step(0, message(24, struct.pack("<III", 0, 24, 0) + bytes(24)))
    yield step(0, message(25, struct.pack("<III", 0, 4, 0) + bytes(4)))
    yield step(3, message(33))
    yield step(0, message(39, u64(15)))
    yield step(16, message(40))
    yield step(8 | 16, message(35, state(0, 0)))
    yield step(0, message(18, state(0, 0)))
    yield step(16, message(11, state(0, 0)))
    yield step(0, message(34, flags=9))
    yield step(1, message(37, bytes(8) + struct.pack("<QQQQ", 0, 0x1000, 0, 0), flags=9))
    yield step(16, message(38, bytes(8) + region, flags=9))


def split_ring(kind, size, table):
    """Three chains: one piece, two pieces, and a table in the second region."""
    d = lambda a, n, f, x: struct.pack("<QIHH", a, n, f, x)
    driver = struct.pack("<HH", 0, 3) + struct.pack("<HHH", 0, 1, 3)
    driver = driver.ljust(6 + 2 * size, b"\0")
    descs = d(RAM_2 + 4096, 64, 0, 0) + d(RAM_2 + 4096, 64, NEXT, 2) + d(RAM_2 + 8160, 64, WRITE, 0)
    descs += d(RAM_2, 32, INDIRECT, 0) if table else d(RAM_2 + 100, 100, WRITE, 0)
    entries = d(RAM_2 + 4096, 50, NEXT, 1) + d(RAM_2 + 7000, 50, WRITE, 0)
    return bytes([kind, 1]) + driver + descs.ljust(16 * size, b"\0") + entries


def packed_ring(kind, size, table):
    """The same three."""
    d = lambda a, n, i, f: struct.pack("<QIHH", a, n, i, f | 1 << 7)
    descs = d(RAM_2 + 4096, 64, 0, 0) + d(RAM_2 + 4096, 64, 1, NEXT) + d(RAM_2 + 8192, 64, 1, WRITE)
    descs += d(RAM_2, 32, 2, INDIRECT) if table else d(RAM_2 + 100, 100, 2, WRITE)
    entries = d(RAM_2 + 4096, 50, 0, 0) + d(RAM_2 + 7000, 50, 0, WRITE)
    return bytes([kind, 0x55]) + bytes(4) + descs.ljust(16 * size, b"\0") + entries


def main():
    """seeds.py TARGET DIR: writes the target's seeds; nothing where it has none of this kind."""
    target, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    if target == "messages":
        for packed in (False, True):
            (directory / f"setup-{int(packed)}").write_bytes(b"".join(setup(packed)))
    elif target == "chains":
        for kind in range(16):
            make = packed_ring if kind & 1 else split_ring
            ring = make(kind, 4 if kind & 8 else 64, kind & 2)
            (directory / f"ring-{kind}").write_bytes(ring)


main()
