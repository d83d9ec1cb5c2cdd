# SPDX-License-Identifier: MIT
"""A cockpit to test: the real binnacle beside programs that only pretend."""

import inspect
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TIMEOUT_S = 40

# What every pretended program begins with: it tells of its start in a file that the test reads.
PRELUDE = """#!{python}
import json, os, signal, socket, sys, threading, time
work = os.environ["FAKE_WORK"]
mode = os.environ.get("FAKE_" + {name!r}.upper(), "")
def option(prefix):
    return next(a[len(prefix):] for a in sys.argv if a.startswith(prefix))
def listen(path):
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    if os.path.exists(path):
        os.unlink(path)
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(8)
    return s
def tell(guest):
    with open(work + "/started", "a") as f:
        f.write(json.dumps(dict(program={name!r}, guest=guest, pid=os.getpid(), argv=sys.argv,
            time=time.monotonic())) + "\\n")
def rest():
    while True:
        time.sleep(60)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
"""

WESTON = """
tell(None)
if mode == "broken":
    print("no backend", file=sys.stderr)
    sys.exit(1)
s = listen(os.environ["XDG_RUNTIME_DIR"] + "/binnacle/control")
rest()
"""

GPU = """
guest = option("--guest=")
tell(guest)
print("binnacle-gpu[" + guest + "]: hello", file=sys.stderr, flush=True)
s = listen(option("--socket-path="))
rest()
"""

QEMU = """
guest = sys.argv[sys.argv.index("-name") + 1]
tell(guest)
if mode == "broken":
    sys.exit(3)
if mode == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if mode == "talking":
    print("\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07bell\\tend\\r", flush=True)
    sys.stdout.write("no newline")
    sys.stdout.flush()
if mode == "flooding":
    for i in range(20000):
        print("line", i)
    sys.stdout.flush()
paths = [sys.argv[i + 1][5:].split(",")[0] for i, a in enumerate(sys.argv) if a == "-qmp"]
sockets = [listen(p) for p in paths]
if mode == "switching-off":
    c, _ = sockets[1].accept()
    c.sendall(b'{"QMP": {}}\\r\\n{"return": {}}\\r\\n')
    time.sleep(0.2)
    c.sendall(b'{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}\\r\\n')
    sys.exit(0)
rest()
"""

TWO_GUESTS = """[screen left]
mode=1280x720
[screen right]
mode=640x480
[guest ivi]
kernel=kernel
outputs=left
[guest cluster]
kernel=kernel
memory=64M
append=quiet role=cluster
append=more
outputs=right
"""

ONE_GUEST = """[screen left]
mode=1280x720
[guest ivi]
kernel=kernel
outputs=left
"""


class Cockpit:
    def __init__(self, binnacle, fakes=("weston", "gpu", "qemu"), **modes):
        # Socket paths have to be short.
        self.work = tempfile.mkdtemp(prefix="ck-", dir="/tmp")
        self.runtime = self.work + "/xdg"
        self.processes = []
        for folder in ("xdg", "bin", "cockpit", "gpu-backend", "compositor-plugin"):
            os.mkdir(self.work + "/" + folder, 0o700)
        self.binnacle = self.work + "/cockpit/binnacle"
        shutil.copy(binnacle, self.binnacle)
        open(self.work + "/compositor-plugin/binnacle.so", "w").close()
        open(self.work + "/kernel", "w").close()
        places = {"weston": ("bin/weston", WESTON), "gpu": ("gpu-backend/binnacle-gpu", GPU),
            "qemu": ("bin/qemu-system-x86_64", QEMU)}
        for name in fakes:
            path, text = places[name]
            with open(self.work + "/" + path, "w") as f:
                f.write(PRELUDE.format(python=sys.executable, name=name) + text)
            os.chmod(self.work + "/" + path, 0o755)
        self.env = {"PATH": self.work + "/bin", "FAKE_WORK": self.work,
            "XDG_RUNTIME_DIR": self.runtime}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        for name, mode in modes.items():
            self.env["FAKE_" + name.upper()] = mode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        for entry in self.started():
            try:
                os.kill(entry["pid"], signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.work, ignore_errors=True)

    def write_config(self, text):
        with open(self.work + "/cockpit.ini", "w") as f:
            f.write(text)

    def run(self, text, *options):
        """Starts `binnacle run`; its output gathers in a file."""
        self.write_config(text)
        self.log_path = self.work + "/log"
        process = subprocess.Popen([self.binnacle, "run", *options, "cockpit.ini"],
            cwd=self.work, env=self.env, stdin=subprocess.DEVNULL,
            stdout=open(self.log_path, "w"), stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def command(self, *arguments, **more_env):
        """Runs a command to its end: (exit status, standard output, standard error)."""
        result = subprocess.run([self.binnacle, *arguments], cwd=self.work,
            env={**self.env, **more_env}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=TIMEOUT_S)
        return result.returncode, result.stdout, result.stderr

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def started(self, program=None, guest=None):
        import json
        try:
            with open(self.work + "/started") as f:
                entries = [json.loads(line) for line in f if line.endswith("\n")]
        except FileNotFoundError:
            return []
        return [e for e in entries
            if program in (None, e["program"]) and guest in (None, e["guest"])]

    def wait_started(self, program, guest=None, count=1):
        wait_for(lambda: len(self.started(program, guest)) >= count,
            f"start {count} of {program} {guest or ''}", self)
        return self.started(program, guest)[count - 1]

    def wait_log(self, text):
        wait_for(lambda: text in self.log(), f"'{text}' in the log", self)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition, what, cockpit=None, timeout_s=TIMEOUT_S):
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            if cockpit is not None:
                print(cockpit.log(), file=sys.stderr)
            raise AssertionError(f"not within {timeout_s} s: {what}")
        time.sleep(0.02)


def wait_end(process, cockpit, timeout_s=TIMEOUT_S):
    """The exit status."""
    wait_for(lambda: process.poll() is not None, "the end of binnacle", cockpit, timeout_s)
    return process.returncode


def main(cases):
    """usage: PROGRAM BINNACLE CASE; the cases are the public functions of the caller's module."""
    functions = {name: f for name, f in cases.items()
        if inspect.isfunction(f) and f.__module__ == "__main__" and not name.startswith("_")}
    if len(sys.argv) == 2 and sys.argv[1] == "--list":
        print("\n".join(functions))
        return
    functions[sys.argv[2]](sys.argv[1])
