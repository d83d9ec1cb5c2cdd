# SPDX-License-Identifier: MIT
"""`binnacle run` with pretended programs: order, restarts, and a clean end."""

import os
import re
import signal
import subprocess
import time

from cockpit_fixture import (ONE_GUEST, TWO_GUESTS, Cockpit, alive, main, wait_end, wait_for)


def _end(cockpit, process):
    """Ends binnacle and checks that it leaves nothing behind."""
    process.send_signal(signal.SIGTERM)
    assert wait_end(process, cockpit) == 0, cockpit.log()
    _left_nothing(cockpit)


def _left_nothing(cockpit):
    for entry in cockpit.started():
        assert not alive(entry["pid"]), entry
    left = [name for name in os.listdir(cockpit.runtime + "/binnacle") if name.startswith("run-")]
    assert not left, left


def starts_in_order(binnacle):
    with Cockpit(binnacle) as cockpit:
        process = cockpit.run(TWO_GUESTS)
        cockpit.wait_started("qemu", "ivi")
        cockpit.wait_started("qemu", "cluster")
        order = [e["program"] for e in cockpit.started()]
        assert order[0] == "weston" and len(order) == 5, order
        for guest in ("ivi", "cluster"):
            own = [e["program"] for e in cockpit.started(guest=guest)]
            assert own == ["gpu", "qemu"], own
        _end(cockpit, process)


def commands_are_as_configured(binnacle):
    with Cockpit(binnacle) as cockpit:
        process = cockpit.run(TWO_GUESTS)
        gpu = " ".join(cockpit.wait_started("gpu", "cluster")["argv"])
        qemu = " ".join(cockpit.wait_started("qemu", "cluster")["argv"])
        socket = re.search(r"--socket-path=(\S+)", gpu).group(1)
        assert "--guest=cluster --outputs=1 --mode=640x480@60" in gpu, gpu
        for part in (f"socket,id=gpu,path={socket}", "vhost-user-gpu-pci,chardev=gpu,max_outputs=1",
                "-m 64M", "size=64M,share=on", f"-kernel {cockpit.work}/kernel",
                "quiet role=cluster more"):
            assert part in qemu, (part, qemu)
        with open(os.path.dirname(socket) + "/weston.ini") as f:
            ini = f.read()
        for part in (f"modules={cockpit.work}/compositor-plugin/binnacle.so", "idle-time=0",
                "[output]\nname=left\nmode=1280x720\n",
                "[guest-display]\nguest=cluster\nscanout=0\noutput=right\narea=full\n"):
            assert part in ini, (part, ini)
        weston = cockpit.wait_started("weston")["argv"]
        assert "--backend=headless" in weston, weston
        _end(cockpit, process)


def session_gets_a_window(binnacle):
    for name, backend in (("WAYLAND_DISPLAY", "wayland"), ("DISPLAY", "x11")):
        with Cockpit(binnacle) as cockpit:
            cockpit.env[name] = "some"
            process = cockpit.run(ONE_GUEST)
            weston = cockpit.wait_started("weston")["argv"]
            assert "--backend=" + backend in weston, weston
            cockpit.wait_started("qemu")
            _end(cockpit, process)


def dead_vmm_comes_back_alone(binnacle):
    with Cockpit(binnacle) as cockpit:
        process = cockpit.run(TWO_GUESTS)
        cockpit.wait_started("qemu", "cluster")
        os.kill(cockpit.wait_started("qemu", "ivi")["pid"], signal.SIGKILL)
        cockpit.wait_started("qemu", "ivi", 2)
        assert len(cockpit.started("gpu", "ivi")) == 1
        assert len(cockpit.started(guest="cluster")) == 2
        cockpit.wait_log("ivi/qemu was ended by signal 9 (Killed); starting it again in 0.5 s")
        _end(cockpit, process)


def dead_backend_takes_its_vmm_along(binnacle):
    with Cockpit(binnacle) as cockpit:
        process = cockpit.run(TWO_GUESTS)
        cockpit.wait_started("qemu", "cluster")
        qemu = cockpit.wait_started("qemu", "ivi")["pid"]
        time.sleep(0.5)
        os.kill(cockpit.wait_started("gpu", "ivi")["pid"], signal.SIGKILL)
        cockpit.wait_started("gpu", "ivi", 2)
        cockpit.wait_started("qemu", "ivi", 2)
        assert not alive(qemu)
        assert len(cockpit.started(guest="cluster")) == 2
        cockpit.wait_log("guest ivi: QEMU cannot take another GPU back end; restarting the guest")
        own = [e["program"] for e in cockpit.started(guest="ivi")]
        assert own == ["gpu", "qemu", "gpu", "qemu"], own
        _end(cockpit, process)


def dead_weston_comes_back_alone(binnacle):
    with Cockpit(binnacle) as cockpit:
        process = cockpit.run(TWO_GUESTS)
        cockpit.wait_started("qemu", "ivi")
        cockpit.wait_started("qemu", "cluster")
        os.kill(cockpit.wait_started("weston")["pid"], signal.SIGKILL)
        cockpit.wait_started("weston", count=2)
        time.sleep(0.5)
        assert len(cockpit.started("gpu")) == 2 and len(cockpit.started("qemu")) == 2
        _end(cockpit, process)


def back_off_doubles(binnacle):
    with Cockpit(binnacle, qemu="broken") as cockpit:
        process = cockpit.run(ONE_GUEST)
        for seconds in ("0.5", "1.0", "2.0"):
            cockpit.wait_log(f"ivi/qemu ended with status 3; starting it again in {seconds} s")
        cockpit.wait_started("qemu", count=4)
        times = [e["time"] for e in cockpit.started("qemu")]
        gaps = [b - a for a, b in zip(times, times[1:])]
        assert gaps[0] >= 0.45 and gaps[1] >= 0.95 and gaps[2] >= 1.95, gaps
        assert len(cockpit.started("gpu")) == 1
        _end(cockpit, process)


def restarts_leak_no_descriptor(binnacle):
    with Cockpit(binnacle) as cockpit:
        process = cockpit.run(ONE_GUEST)
        descriptors = lambda: len(os.listdir(f"/proc/{process.pid}/fd"))
        counts = []
        for count in (1, 2, 3):
            pid = cockpit.wait_started("qemu", count=count)["pid"]
            time.sleep(1)
            counts.append(descriptors())
            os.kill(pid, signal.SIGKILL)
        cockpit.wait_started("qemu", count=4)
        time.sleep(1)
        counts.append(descriptors())
        assert len(set(counts)) == 1, counts
        _end(cockpit, process)


def weston_that_cannot_start_ends_all(binnacle):
    with Cockpit(binnacle, weston="broken") as cockpit:
        process = cockpit.run(ONE_GUEST)
        assert wait_end(process, cockpit) == 1
        log = cockpit.log()
        assert "weston: no backend" in log and "Weston did not start" in log, log
        assert not cockpit.started("gpu")
        _left_nothing(cockpit)


def switched_off_guests_stay_off(binnacle):
    with Cockpit(binnacle, qemu="switching-off") as cockpit:
        process = cockpit.run(TWO_GUESTS)
        assert wait_end(process, cockpit) == 0
        log = cockpit.log()
        assert "guest ivi has switched itself off" in log, log
        assert "every guest has switched itself off" in log, log
        assert len(cockpit.started("qemu")) == 2
        _left_nothing(cockpit)


def interrupt_ends_all(binnacle):
    for number in (signal.SIGINT, signal.SIGHUP):
        with Cockpit(binnacle) as cockpit:
            process = cockpit.run(TWO_GUESTS)
            cockpit.wait_started("qemu", "ivi")
            cockpit.wait_started("qemu", "cluster")
            process.send_signal(number)
            assert wait_end(process, cockpit) == 0
            _left_nothing(cockpit)


def stubborn_child_is_killed(binnacle):
    with Cockpit(binnacle, qemu="stubborn") as cockpit:
        process = cockpit.run(ONE_GUEST)
        cockpit.wait_started("qemu")
        time.sleep(1)
        start = time.monotonic()
        _end(cockpit, process)
        assert 4.5 < time.monotonic() - start < 15
        assert "ivi/qemu does not end within 5 s; killing it" in cockpit.log()


def another_signal_kills_at_once(binnacle):
    with Cockpit(binnacle, qemu="stubborn") as cockpit:
        process = cockpit.run(ONE_GUEST)
        cockpit.wait_started("qemu")
        time.sleep(1)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        time.sleep(1.2)
        _end(cockpit, process)
        assert time.monotonic() - start < 4.5
        assert "starting it again" not in cockpit.log(), cockpit.log()


def killed_binnacle_leaves_no_orphan(binnacle):
    with Cockpit(binnacle) as cockpit:
        process = cockpit.run(TWO_GUESTS)
        cockpit.wait_started("qemu", "ivi")
        cockpit.wait_started("qemu", "cluster")
        process.kill()
        process.wait()
        wait_for(lambda: not any(alive(e["pid"]) for e in cockpit.started()),
            "the end of all children", cockpit)


def lines_are_named_and_clean(binnacle):
    with Cockpit(binnacle, qemu="talking") as cockpit:
        process = cockpit.run(ONE_GUEST)
        cockpit.wait_log("ivi/qemu: red bell end\n")
        cockpit.wait_log("ivi/gpu: hello\n")
        _end(cockpit, process)
        assert "ivi/qemu: no newline\n" in cockpit.log()
        assert "\x1b" not in cockpit.log()


def flood_is_limited(binnacle):
    with Cockpit(binnacle, qemu="flooding") as cockpit:
        process = cockpit.run(ONE_GUEST)
        wait_for(lambda: any("-qmp" in e["argv"] for e in cockpit.started("qemu")) and
            os.path.exists(cockpit.runtime + f"/binnacle/run-{process.pid}/ivi.qmp"),
            "the end of the flood", cockpit)
        _end(cockpit, process)
        lines = cockpit.log().count("ivi/qemu: line")
        assert 2000 < lines < 5000, lines
        assert "lines left out" in cockpit.log()


def running_weston_is_used(binnacle):
    with Cockpit(binnacle) as cockpit:
        weston = subprocess.Popen([cockpit.work + "/bin/weston"], env=cockpit.env)
        cockpit.processes.append(weston)
        wait_for(lambda: os.path.exists(cockpit.runtime + "/binnacle/control"), "weston")
        cockpit.write_config(ONE_GUEST)
        status, _, errors = cockpit.command("run", "cockpit.ini")
        assert status == 1 and "cockpit.ini:3: the Weston that runs already has no place for " \
            "guest ivi; add a [guest-display] section" in errors, errors

        import socket
        os.mkdir(cockpit.runtime + "/binnacle/ivi")
        display = socket.socket(socket.AF_UNIX)
        display.bind(cockpit.runtime + "/binnacle/ivi/display")
        display.listen(4)
        process = cockpit.run(ONE_GUEST)
        cockpit.wait_started("qemu")
        assert len(cockpit.started("weston")) == 1
        process.send_signal(signal.SIGTERM)
        assert wait_end(process, cockpit) == 0
        assert weston.poll() is None, "a Weston that is not ours was ended"


def verbose_shows_the_commands(binnacle):
    with Cockpit(binnacle) as cockpit:
        process = cockpit.run(ONE_GUEST, "-v")
        cockpit.wait_log("guest ivi: " + cockpit.work + "/gpu-backend/binnacle-gpu --socket-path=")
        cockpit.wait_log("guest ivi: " + cockpit.work + "/bin/qemu-system-x86_64 -name ivi")
        assert "-v" in cockpit.wait_started("gpu")["argv"]
        _end(cockpit, process)


main(globals())
