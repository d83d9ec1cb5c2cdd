# SPDX-License-Identifier: MIT
"""`binnacle status` with pretended status sockets: true, silent, and hostile ones."""

import json
import os
import socket
import threading
import time

from cockpit_fixture import Cockpit, main

WESTON = {"program": "weston", "version": "0.1.0", "uptime_s": 3,
    "screens": [{"name": "left", "width_px": 1280, "height_px": 720, "refresh_mhz": 60000}],
    "guests": [{"name": "ivi", "connected": True, "scanouts": [
        {"index": 0, "screen": "left", "area": [0, 0, 1280, 720], "frames": 7, "fallback": False}]}]}


def _gpu(frames, **more):
    return {"program": "binnacle-gpu", "version": "0.1.0", "guest": "ivi", "uptime_s": 1.5,
        "frontend_connected": True, "display": "wayland", "display_connected": True,
        "memory_bytes": 3 * 1024 * 1024, "resources": 2, "errors": 0,
        "scanouts": [{"index": 0, "screen": "left ACME", "width_px": 1280, "height_px": 720,
            "refresh_mhz": 60000, "frames": frames, "path": "copy", "bytes_copied": 1,
            "dropped": 0}], **more}


def _serve(cockpit, path, answer):
    """Answers each connection with answer(), text or bytes; None keeps it open in silence."""
    path = cockpit.runtime + "/binnacle/" + path
    os.makedirs(os.path.dirname(path), exist_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(8)
    kept = []

    def serve():
        while True:
            connection, _ = listener.accept()
            text = answer()
            if text is None:
                kept.append(connection)
                continue
            try:
                connection.sendall(text if isinstance(text, bytes) else text.encode())
            except OSError:
                pass
            connection.close()

    threading.Thread(target=serve, daemon=True).start()


def _counting(rate):
    start = time.monotonic()
    return lambda: json.dumps(_gpu(1000 + int((time.monotonic() - start) * rate)))


def _serve_all(cockpit, rate=50):
    _serve(cockpit, "weston.status", lambda: json.dumps(WESTON))
    _serve(cockpit, "ivi/binnacle-gpu.status", _counting(rate))


def table_has_every_column(binnacle):
    with Cockpit(binnacle) as cockpit:
        _serve_all(cockpit)
        status, output, errors = cockpit.command("status")
        assert status == 0, errors
        head, row = output.splitlines()
        assert head.split() == ["GUEST", "SCANOUT", "SCREEN", "MODE", "FRAMES/S", "PATH",
            "MEMORY"]
        fields = row.split()
        assert fields[:4] == ["ivi", "0", "left", "1280x720@60"], row
        assert 35 < float(fields[4]) < 65, row
        assert fields[5:] == ["copy", "3.0", "MiB"], row


def json_is_whole(binnacle):
    with Cockpit(binnacle) as cockpit:
        _serve_all(cockpit, rate=100)
        status, output, errors = cockpit.command("status", "--json")
        assert status == 0, errors
        got = json.loads(output)
        assert got["weston"] == WESTON, got["weston"]
        scanout = got["guests"]["ivi"]["scanouts"][0]
        assert 70 < scanout.pop("frames_per_s") < 130
        expected = _gpu(scanout["frames"])
        assert got["guests"]["ivi"] == expected, got


def nothing_runs_is_told(binnacle):
    with Cockpit(binnacle) as cockpit:
        status, output, errors = cockpit.command("status")
        assert status == 1 and not output and "start guests with `binnacle run FILE`" in errors
        status, output, _ = cockpit.command("status", "--json")
        assert status == 1 and json.loads(output)["guests"] == {}


def silent_process_is_shown(binnacle):
    with Cockpit(binnacle) as cockpit:
        _serve(cockpit, "weston.status", lambda: json.dumps(WESTON))
        _serve(cockpit, "ivi/binnacle-gpu.status", lambda: None)
        start = time.monotonic()
        status, output, _ = cockpit.command("status")
        assert status == 0 and "binnacle-gpu: does not answer" in output, output
        assert time.monotonic() - start < 10
        _, output, _ = cockpit.command("status", "--json")
        assert json.loads(output)["guests"]["ivi"] == {"error": "does not answer"}, output


def dead_process_is_shown(binnacle):
    with Cockpit(binnacle) as cockpit:
        _serve(cockpit, "ivi/binnacle-gpu.status", _counting(10))
        os.mkdir(cockpit.runtime + "/binnacle/cluster")
        stale = socket.socket(socket.AF_UNIX)
        stale.bind(cockpit.runtime + "/binnacle/cluster/binnacle-gpu.status")
        stale.close()
        status, output, _ = cockpit.command("status")
        assert status == 0
        assert "weston: not running" in output and "binnacle-gpu: not running" in output, output


def hostile_answers_are_survived(binnacle):
    answers = ["", "no json", "[1, 2]", "null", "{", '{"scanouts": 3}', '{"scanouts": [1, null]}',
        json.dumps(_gpu(1, scanouts=[{"index": "x", "frames": [], "width_px": {}}])),
        json.dumps(_gpu(1, scanouts=[{"index": 2**62, "frames": 2**62}] * 3)),
        b"\x00\xff" * 1000, "[" * 100000, '{"guests": [{"name": 5}, 7, {"name": "../../etc"}]}',
        json.dumps(_gpu(1, memory_bytes=-1)), " " * 2000000]
    for answer in answers:
        for path in ("weston.status", "ivi/binnacle-gpu.status"):
            with Cockpit(binnacle) as cockpit:
                _serve(cockpit, path, lambda: answer)
                for arguments in (("status",), ("status", "--json")):
                    status, _, errors = cockpit.command(*arguments)
                    assert status in (0, 1), (answer[:40], arguments, status, errors)


def names_cannot_harm_the_terminal(binnacle):
    with Cockpit(binnacle) as cockpit:
        evil = json.loads(json.dumps(WESTON))
        evil["guests"][0]["scanouts"][0]["screen"] = "\x1b[2Jleft"
        _serve(cockpit, "weston.status", lambda: json.dumps(evil))
        _serve(cockpit, "ivi/binnacle-gpu.status", _counting(10))
        _, output, _ = cockpit.command("status")
        assert "\x1b" not in output and "left" in output, output


def restarted_backend_has_no_negative_rate(binnacle):
    with Cockpit(binnacle) as cockpit:
        counts = iter([5000, 3])
        _serve(cockpit, "ivi/binnacle-gpu.status", lambda: json.dumps(_gpu(next(counts, 3))))
        _, output, _ = cockpit.command("status", "--json")
        rate = json.loads(output)["guests"]["ivi"]["scanouts"][0]["frames_per_s"]
        assert 0 <= rate <= 3, rate


main(globals())
