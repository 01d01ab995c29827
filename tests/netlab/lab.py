# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines of a lab (netlab.sh) and the programs that run on them."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NETLAB = os.path.join(HERE, "netlab.sh")
NEEDED = ["bash", "unshare", "nsenter", "ip", "nft", "dbus-daemon", "avahi-daemon"]


class Skip(Exception):
    pass


def has(name):
    return shutil.which(name) is not None


def check_machine():
    """Raises Skip with the reason why no lab can be made here."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for name in NEEDED:
        if not has(name):
            raise Skip(f"{name} is not installed")
    tried = subprocess.run(["unshare", "-U", "-r", "-n", "-m", "-p", "--fork", "--mount-proc", "ip", "link", "add",
                            "br0", "type", "bridge"], capture_output=True, text=True)
    if tried.returncode != 0:
        raise Skip("no user namespaces with a network of their own here: " + tried.stderr.strip().replace("\n", " "))


class Program:
    """One command line program on one machine; its lines of JSON as they come."""

    def __init__(self, lab, node, arguments, finders=None, alias=None, talk=False):
        env = dict(os.environ, HOME=lab.folder, XDG_RUNTIME_DIR=lab.folder, XDG_DATA_HOME=lab.folder, LANG="C.UTF-8",
                   NETLAB_DIR=lab.state, GSETTINGS_BACKEND="memory", GIO_USE_PROXY_RESOLVER="dummy",
                   DBUS_SESSION_BUS_ADDRESS="disabled:", G_DEBUG="fatal-criticals")
        env.pop("NAMIDA_FINDERS", None)
        # In a build with sanitizers freed memory is kept for a while, which is not what the memory tests are about.
        env["ASAN_OPTIONS"] = "quarantine_size_mb=4:detect_leaks=0"
        if finders:
            env["NAMIDA_FINDERS"] = finders
        self.data = os.path.join(lab.folder, f"data{node}")
        self.events = []
        self.changed = threading.Condition()
        self.errors = tempfile.TemporaryFile("w+")
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            ["bash", NETLAB, "exec", str(node), lab.cli, "--data-dir", self.data, "--alias", alias or f"node{node}", "--json",
             *arguments], stdin=subprocess.PIPE if talk else subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.errors, env=env, text=True,
            start_new_session=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                event = {"event": "nonsense", "line": line}
            with self.changed:
                self.events.append((time.monotonic(), event))
                self.changed.notify_all()

    def answer(self, **line):
        """To a program that was started with talk."""
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    def wait_event(self, what, timeout, **wanted):
        """The time of the first event of this kind after the start, or after `since`."""
        since = wanted.pop("since", 0)
        end = time.monotonic() + timeout
        with self.changed:
            while True:
                for when, event in self.events:
                    if when >= since and event.get("event") == what and all(
                            event.get(key) == value for key, value in wanted.items()):
                        return when, event
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"no {what} {wanted} in {timeout} s; seen: {self.events[-20:]}; "
                                         f"said: {self.said()[-2000:]}")
                self.changed.wait(left)

    def count(self, what, since=0):
        return sum(1 for when, event in self.events if when >= since and event.get("event") == what)

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def pid(self):
        """Of the program itself, as seen from here."""
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    with open(f"/proc/{entry}/cmdline", "rb") as file:
                        words = file.read().split(b"\0")
                except OSError:
                    continue
                if self.data.encode() in words and words[0].endswith(b"namida-sync-cli"):
                    return int(entry)
        raise AssertionError("the program has ended: " + self.said()[-2000:])

    def resident(self):
        with open(f"/proc/{self.pid()}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def wait(self, timeout):
        code = self.process.wait(timeout)
        self.reader.join(10)
        return code

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self.reader.join(10)
        self.process.wait(10)


class Lab:
    def __init__(self, cli, machines=3):
        self.cli = os.path.abspath(cli)
        self.folder = tempfile.mkdtemp(prefix="namida-netlab-")
        self.state = os.path.join(self.folder, "lab")
        self.programs = []
        self.machines = machines

    def __enter__(self):
        try:
            self._up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def _up(self):
        try:
            self.run("up", self.machines)
        except subprocess.CalledProcessError:
            # On a busy machine avahi-daemon may give up waiting for its own child: no fault of what is tested.
            self.run("down")
            self.run("up", self.machines)
        # A first start makes a key, which takes its time.
        for node in range(1, self.machines + 1):
            self.start(node, "identity").wait(30)

    def run(self, *words):
        subprocess.run(["bash", NETLAB, *map(str, words)], check=True, env=dict(os.environ, NETLAB_DIR=self.state),
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def output(self, node, *words):
        return subprocess.run(["bash", NETLAB, "exec", str(node), *words], check=True, capture_output=True, text=True,
                              env=dict(os.environ, NETLAB_DIR=self.state)).stdout

    def helper(self, node, *words):
        """A helper of the test's own, in Python, on this machine; runs on."""
        return subprocess.Popen(["bash", NETLAB, "exec", str(node), sys.executable, *words],
                                env=dict(os.environ, NETLAB_DIR=self.state), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, text=True, start_new_session=True)

    def start(self, node, *arguments, finders=None, alias=None, talk=False):
        program = Program(self, node, arguments, finders, alias, talk)
        self.programs.append(program)
        return program

    def close(self):
        for program in self.programs:
            program.stop()
        subprocess.run(["bash", NETLAB, "down"], env=dict(os.environ, NETLAB_DIR=self.state))
        shutil.rmtree(self.folder, ignore_errors=True)


def tell(text):
    print("#", text, flush=True)


def end(*_):
    """Killed for taking too long, it still takes its machines down; a second signal does not keep it from that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


def run_case(cases, machines=3):
    """One case of a test program, as TAP. cases: the program's globals(); its arguments: the command line and the case."""
    cli, name = sys.argv[1:3]
    try:
        check_machine()
    except Skip as reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    signal.signal(signal.SIGTERM, end)
    print("1..1", flush=True)
    with Lab(cli, machines) as lab:
        try:
            cases["case_" + name](lab)
        except Exception as error:  # each failure is this test's failure, and has to be said in TAP
            for line in f"{type(error).__name__}: {error}".splitlines():
                tell(line)
            for program in lab.programs:
                for line in program.said().splitlines()[-20:]:
                    tell(line)
            print("not ok 1", name)
            return 1
    print("ok 1", name)
    return 0
