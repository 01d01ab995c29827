# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real program in several processes on loopback. Each device has its own data folder and port. Prints TAP."""
import contextlib
import fcntl
import io
import json
import os
import pathlib
import pty
import queue
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zipfile

# Absolute, for tests that run it in another folder.
CLI = os.path.abspath(sys.argv[1])
ALL = bool(os.environ.get("NAMIDA_TEST_ALL"))
LIMIT = 90  # seconds; no single step may take longer
DEVICE_KEYS = {"alias", "address", "port", "fingerprint", "uuid", "type", "speaks", "trusted", "encrypted"}


# The JSON section of the manual page: the event, or for other objects the command → all words of its entry.
MANUAL = pathlib.Path(__file__).resolve().parents[2] / "data" / "man" / "namida-sync-cli.1.in"


def read_manual():
    """Returns two dictionaries: the documented keys of each object, and the units of keys whose values are numbers."""
    section = MANUAL.read_text().split(".SH JSON\n", 1)[1].split(".SH ", 1)[0].replace("\\-", "-")
    units, _, objects = section.partition("\nThe objects, ")
    documented, unit_of = {}, {}
    for entry in objects.split("\n.TP\n")[1:]:
        head, _, text = entry.partition("\n")
        for name in head.split(" ", 1)[1].split(", "):
            # A command may have another entry for an option that prints other objects.
            documented.setdefault(re.sub(r" (--|[A-Z]).*", "", name), set()).update(re.findall(r"[A-Za-z][A-Za-z0-9]*", text))
    for entry in units.split("\n.TP\n")[1:]:
        unit, _, text = entry.partition("\n")
        for key in re.sub(r"\(.*?\)|;.*|\n\.PP", "", text).split():
            assert key not in unit_of, f"the manual page gives “{key}” two units"
            unit_of[key] = unit.removeprefix(".B ")
    return documented, unit_of


DOCUMENTED, UNITS = read_manual()
# Plausible values; those of other units may be any number from 0 up.
PLAUSIBLE = {"milliseconds since 1970": lambda value: value == 0 or 10**11 < value < 10**14, "days": lambda value: 0 <= value < 10**5,
             "minutes": lambda value: 0 <= value < 10**5}


def keys_of(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


def check_units(value, key=None):
    """Checks that every printed number has a unit in the manual page and is plausible for it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            check_units(inner, name)
    elif isinstance(value, list):
        for inner in value:
            check_units(inner, key)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        assert key in UNITS, f"the manual page gives no unit of “{key}”: {value}"
        assert PLAUSIBLE.get(UNITS[key], lambda number: number >= 0)(value), f"“{key}” is not in {UNITS[key]}: {value}"


def check_documented(command, value):
    """Checks that every printed key is in the manual page, in the entry of its event or command."""
    check_units(value)
    name = value.get("event") or command
    known = DOCUMENTED.get(name, set()) | DOCUMENTED.get(command, set()) | (DOCUMENTED["inspect"] if name == "contents" else set())
    assert known, f"the manual page does not know the object of “{name}”: {value}"
    missing = [key for key in keys_of(value) if key not in known | {"event", "schema"}]
    assert not missing, f"the manual page does not name {missing} of “{name}”: {value}"


def command_of(arguments):
    words = [str(argument) for argument in arguments if not str(argument).startswith("-")]
    known = [" ".join(words[:2]), *words[:1]]
    return next((name for name in known if name in DOCUMENTED), words[0] if words else "")


class Skip(Exception):
    """Raised if something cannot be tested here; the text is the reason."""


def claim_port(port):
    """Returns whether no test program beside this one uses the port. It then belongs to this program until it ends: one byte of a file is locked."""
    if "claims" not in vars(claim_port):
        claim_port.claims = os.open(pathlib.Path(tempfile.gettempdir()) / f"namida-test-ports-{os.getuid()}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(claim_port.claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def free_port():
    """Returns a port below those for outgoing connections, because another test might get one of these a moment later."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if claim_port(port):
                return port


def unique(name):
    """Returns a unique name, because other tests run on this loopback at the same time."""
    return f"{name} {os.getpid()} {random.randrange(10**6)}"


def environment(home):
    env = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env.update(HOME=str(home), LC_ALL="C.UTF-8", GIO_USE_PROXY_RESOLVER="dummy")
    for key in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "DBUS_SESSION_BUS_ADDRESS"):
        env.pop(key, None)
    return env


class Lab:
    """A temporary folder, and the processes of one test."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="namida-loopback-"))
        self.path.chmod(0o755)
        self.devices = []

    def folder(self, name):
        path = self.path / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def device(self, name="Receiver"):
        device = Device(self, unique(name))
        self.devices.append(device)
        return device

    def receiver(self, *options, name="Receiver", wrap=()):
        device = self.device(name)
        device.receive(*options, wrap=wrap)
        return device

    def namesake(self, device):
        """Returns another device with the same name."""
        other = self.device()
        other.alias = device.alias
        return other

    def close(self):
        for device in self.devices:
            device.kill()
        for folder, names, _ in os.walk(self.path):
            for name in names + ["."]:
                with contextlib.suppress(OSError):
                    if not os.path.islink(os.path.join(folder, name)):
                        os.chmod(os.path.join(folder, name), 0o700)
        shutil.rmtree(self.path, ignore_errors=True)
        if self.path.exists():
            raise AssertionError(f"{self.path} could not be removed")


class Device:
    """One device. Its receiver is a process whose events are read here; each command is a process of its own."""

    def __init__(self, lab, alias):
        self.lab = lab
        self.alias = alias
        self.cli = CLI
        self.home = lab.folder(f"device-{len(lab.devices)}")
        self.data = self.home / "data"
        self.backups = self.home / "Backups"
        self.music = self.home / "Library"  # not “Music”, because a received folder of that name would be merged into it
        self.process = None
        self.events = None
        self.errors = []
        self.seen = []

    def command(self, *arguments, port=None):
        return [self.cli, "--interface", "lo", "--data-dir", str(self.data), "--alias", self.alias,
                "--port", str(port or free_port()), *map(str, arguments)]

    def start(self, *arguments, wrap=(), stdin=subprocess.PIPE):
        """Starts a command with --json and reads its output in a thread."""
        self.process = subprocess.Popen([*wrap, *self.command("--json", *arguments)], stdin=stdin,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(self.home))
        self.events, self.errors, self.seen = queue.Queue(), [], []
        process, events, errors = self.process, self.events, self.errors
        command = command_of(arguments)

        def read_events():
            for line in process.stdout:
                event = json.loads(line)
                try:
                    check_documented(command, event)
                except AssertionError as error:
                    event = {"event": "undocumented", "error": error}
                events.put(event)
            events.put(None)

        def read_errors():
            for line in process.stderr:
                errors.append(line.decode(errors="replace").rstrip("\n"))

        self.readers = [threading.Thread(target=target, daemon=True) for target in (read_events, read_errors)]
        for reader in self.readers:
            reader.start()

    def receive(self, *options, wrap=()):
        self.start("receive", "--backups", self.backups, "--music", self.music, *options, wrap=wrap)
        self.listening = self.wait_event("listening")
        return self.listening

    def wait_event(self, *names, seconds=30, where=lambda event: True):
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            try:
                event = self.events.get(timeout=max(left, 0.001))
            except queue.Empty:
                raise AssertionError(f"no event {names} within {seconds} s; errors: {self.errors}") from None
            if event is None:
                self.process.wait(LIMIT)
                for reader in self.readers:
                    reader.join(5)
                raise AssertionError(f"ended with {self.process.returncode} before {names}; errors: {self.errors}")
            self.seen.append(event)
            if event.get("event") == "undocumented":
                raise event["error"]
            if event.get("event") in names and where(event):
                return event

    def answer(self, **line):
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        self.process.stdin.flush()

    def wait(self, seconds=LIMIT):
        """Waits for the process of start() and returns its exit code."""
        code = self.process.wait(seconds)
        for reader in self.readers:
            reader.join(10)
        while not self.events.empty():
            event = self.events.get()
            if event is not None:
                self.seen.append(event)
        return code

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.wait(30)

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        if self.process is not None:
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                if stream is not None:
                    with contextlib.suppress(OSError, ValueError):
                        stream.close()

    def run(self, *arguments, seconds=LIMIT, wrap=()):
        """Runs a command and returns .code, .out, .err, .events (with --json) and .seconds."""
        began = time.monotonic()
        done = subprocess.run([*wrap, *self.command(*arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=seconds, env=environment(self.home))
        result = Result()
        result.seconds = time.monotonic() - began
        result.code, result.out, result.err = done.returncode, done.stdout.decode(), done.stderr.decode()
        result.events = [json.loads(line) for line in result.out.splitlines()] if "--json" in arguments else []
        for event in result.events:
            check_documented(command_of(arguments), event)
        return result

    def send(self, to, *what, seconds=LIMIT, wrap=()):
        name = to.alias if isinstance(to, Device) else to
        return self.run("--json", "send", "--to", name, *what, seconds=seconds, wrap=wrap)


class Result:
    def end(self):
        ends = [event for event in self.events if event["event"] == "end"]
        assert len(ends) == 1, f"{len(ends)} end events: {self.out} {self.err}"
        return ends[0]


def on_terminal(command, env, *answers, ahead=b"", seconds=30):
    """Runs a command on a terminal. Of the pairs (question, answer), each answer is typed when its question appears; @ahead at once.
    Returns the exit code and the output."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, env)
    output, asked, deadline, left = b"", 0, time.monotonic() + seconds, list(answers)
    os.write(master, ahead)
    while time.monotonic() < deadline:
        if left and left[0][0] in output[asked:]:
            asked = len(output)
            os.write(master, left.pop(0)[1])
        if select.select([master], [], [], 0.1)[0]:
            try:
                output += os.read(master, 65536)
            except OSError:  # the command has ended (pty(7))
                break
    else:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    os.close(master)
    assert not left, f"not asked: {left}; {output}"
    return os.waitstatus_to_exitcode(status), output


def expect_soon(code, run, seconds=10):
    """Like expect(), for changes in the data folder by another program, which a running program notices after a moment."""
    end = time.monotonic() + seconds
    while (result := run()).code != code and time.monotonic() < end:
        time.sleep(0.1)
    return expect(code, result)


def expect(code, result):
    assert result.code == code, f"exit {result.code}, expected {code}\n{result.out[-2000:]}\n{result.err[-2000:]}"
    return result


def equal(got, wanted, what=""):
    assert got == wanted, f"{what}: {got!r} is not {wanted!r}"


# Trees.

def write(path, data, mtime_ms=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if mtime_ms is not None:
        os.utime(path, ns=(mtime_ms * 10**6, mtime_ms * 10**6))
    return path


def zip_of(entries):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 7, 19, 18, 30, 0)), data)
    return made.getvalue()


def namida_zip(artwork=b""):
    """Returns a small backup that Namida could restore, because retention counts only these as intact."""
    day = json.dumps([{"dateAdded": 1_784_000_000_000, "track": "/storage/emulated/0/Music/a.mp3", "source": "local"}])
    return zip_of({"LOCAL_FILES.zip": zip_of({"favs.json": "[]", "namida_settings.json": "{}"}),
                   "TEMPDIR_History.zip": zip_of({"20648.json": day}),
                   "TEMPDIR_Artworks.zip": zip_of({"a.png": artwork})})


def make_backup(folder, seed=1, files=25):
    """Makes a zip and a music folder with names that are hard to handle. Returns (zip, music folder)."""
    chance = random.Random(seed)
    music = folder / "Music"
    names = ["01 – Björk – Jóga.flac", "空/夜.opus", "a b/c'd/e\"f.mp3", "dots...flac", "Zoë/e\u0301.mp3", "-dash.mp3", "%41.mp3",
             "emoji 🎵.ogg", "x" * 200 + ".mp3", "#hash?.mp3", "CON/aux.mp3", ".hidden/.nomedia"]
    names += [f"Artist {i % 5}/Album {i % 3}/{i:03}.flac" for i in range(files)]
    for name in names:
        write(music / name, chance.randbytes(chance.choice([1, 0, 777, 65536, 65537, 300000])),
              1_500_000_000_000 + chance.randrange(2 * 10**11))
    for name, byte in PAIRS.items():
        write(music / "Pairs" / name, byte * 5000, 1_600_000_000_000)
    archive = write(folder / "Namida Backup - 2026-07-19 18.30.00.zip", namida_zip(chance.randbytes(5000)), 1_700_000_000_123)
    return archive, music


def flip_bit(path):
    """Damages a stored file like a disk does, without changing its size and time."""
    stat = path.stat()
    path.chmod(0o600)
    with path.open("r+b") as file:
        byte = file.read(1)
        file.seek(0)
        file.write(bytes([byte[0] ^ 1]))
    path.chmod(stat.st_mode & 0o777)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


# Files with the same size and time, which a superficial comparison would confuse: other contents, the same contents in another place, the same
# name in another folder.
PAIRS = {"one.flac": b"1", "two.flac": b"2", "other/one.flac": b"3", "copy/zwei.flac": b"2"}


def send_namesake(lab, keeper, device, source):
    """Lets another device with the name of @device send files with the names, sizes and times of those in @source, but other contents.
    Returns this device."""
    other = lab.namesake(device)
    music = lab.folder("namesake") / source.name
    for path in [path for path in source.rglob("*") if path.is_file() and "Pairs" in path.parts]:
        write(music / path.relative_to(source), b"9" * path.stat().st_size, path.stat().st_mtime_ns // 10**6)
    expect(0, other.send(keeper, music))
    return other


def check_pairs(music):
    """Checks that none of these files has replaced another."""
    equal({name: (music / "Pairs" / name).read_bytes() for name in PAIRS}, {name: byte * 5000 for name, byte in PAIRS.items()})


def same_tree(sent, there):
    """Checks that both are equal according to `diff -r`, including empty folders, and that times agree to the millisecond."""
    done = subprocess.run(["diff", "-r", str(sent), str(there)], capture_output=True)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:] + done.stderr.decode(errors="replace")[-500:]
    for folder, _, names in os.walk(sent):
        for name in names:
            source = pathlib.Path(folder) / name
            same_time(source, there / source.relative_to(sent))


def same_time(source, copy):
    got, wanted = copy.stat().st_mtime_ns // 10**6, source.stat().st_mtime_ns // 10**6
    assert got == wanted, f"time of {copy}: {got} ms, sent {wanted} ms"


def all_files(folder):
    """Returns all files that a user would see as received, without journals and parts."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                  if path.is_file() and path.name != "SHA256SUMS" and not any(part.startswith(".namida-sync") for part in path.relative_to(folder).parts)
                  ) if folder.exists() else []


def landed(device, sender_alias=None):
    """Returns the folder for single files of the only device that sent to @device."""
    folders = [path for path in device.backups.iterdir() if path.is_dir() and not path.name.startswith(".")]
    equal(len(folders), 1, "folders of devices")
    return folders[0]


def main(*tests):
    """Runs @tests one after the other, or only number NAMIDA_TEST_CASE of them, for build-aux/check-mutations."""
    print(f"1..{len(tests)}")
    failed, only = 0, int(os.environ.get("NAMIDA_TEST_CASE", "0"))
    for number, test in enumerate(tests, 1):
        if only not in (0, number):
            continue
        what = " ".join((test.__doc__ or test.__name__).split())
        lab = Lab()
        try:
            try:
                test(lab)
            finally:
                lab.close()
            print(f"ok {number} - {what}", flush=True)
        except Skip as skip:
            print(f"ok {number} - {what} # SKIP {skip}", flush=True)
        except BaseException:  # report each failure and continue with the next test
            failed += 1
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            print(f"not ok {number} - {what}", flush=True)
    sys.exit(1 if failed else 0)
