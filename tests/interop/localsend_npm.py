# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the npm package "localsend", LocalSend by another author, with this program in both directions on loopback.

"build-aux/setup test" installs it into build-npm (tests/interop/npm specifies the version). Skipped if it is not
installed."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

import namida_hostile as base
import namida_localsend as localsend

WAIT = localsend.WAIT
ROOT = pathlib.Path(__file__).resolve().parents[2]


def find_package():
    for folder in filter(None, (os.environ.get("NAMIDA_NPM"), ROOT / "build-npm")):
        script = pathlib.Path(folder) / "node_modules" / "localsend" / "dist" / "cli.js"
        if script.is_file():
            return script
    return None


def reason_to_skip():
    node = shutil.which("node")
    if not node:
        return "Node.js is not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=WAIT).stdout
    if int(version.strip().lstrip("v").split(".")[0] or 0) < 20:
        return f"Node.js {version.strip()} is older than 20, which the package needs"
    if find_package() is None:
        return "the npm package localsend is not installed: build-aux/setup test, with a network"
    return None


def start(*arguments, folder):
    env = {**os.environ, "HOME": str(folder), "NO_COLOR": "1"}
    return subprocess.Popen(["node", find_package(), *map(str, arguments)], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, cwd=folder)


def run_package(*arguments, folder):
    process = start(*arguments, folder=folder)
    return process.communicate(timeout=2 * WAIT)[0].decode(errors="replace")


def make_receiver(lab):
    return lab.receiver("--accept", "all", "--as", "library", "--unencrypted", "allow")


def make_program(lab):
    return localsend.Program(lab)


def sends_to_us(lab, receiver, program):
    for number, protocol in enumerate(("http", "https")):
        song = lab.path / f"{number} song.mp3"
        song.write_bytes(os.urandom(200_000))
        said = run_package("send", "127.0.0.1", song, "--port", receiver.port, "--protocol", protocol, "--alias",
                           f"Npm {protocol}", folder=lab.path)
        start_, end = receiver.wait_event("start"), receiver.wait_event("end")
        assert start_["alias"] == f"Npm {protocol}" and start_["fingerprint"] is None, (start_, said)
        # Asked in plain HTTP, it reads in our info that TLS is spoken here, and goes on with that.
        assert start_["encrypted"], start_
        assert end["result"] == "done" and end["stored"] == 1, (end, said)
        assert (receiver.music / "Music" / song.name).read_bytes() == song.read_bytes()
    backup = lab.path / "Namida Backup - 2026-07-19 18.30.00.zip"
    backup.write_bytes(b"PK" + os.urandom(3000))
    run_package("send", "127.0.0.1", backup, "--port", receiver.port, "--protocol", "https", "--alias", "Npm zip",
                folder=lab.path)
    assert receiver.wait_event("end")["result"] == "done"
    assert (receiver.backups / "Npm zip" / backup.name).read_bytes() == backup.read_bytes()


def pin_there(lab, receiver, program):
    guarded = lab.receiver("--accept", "all", "--pin", "424242", "--unencrypted", "allow", "--as", "library")
    song = lab.path / "pinned.mp3"
    song.write_bytes(b"pinned")
    for protocol, pin in (("https", []), ("http", ["--pin", "111111"])):  # a third failure would lock
        run_package("send", "127.0.0.1", song, "--port", guarded.port, "--protocol", protocol, *pin, folder=lab.path)
        assert not (guarded.music / "Music").exists(), pin
    run_package("send", "127.0.0.1", song, "--port", guarded.port, "--protocol", "https", "--pin", "424242",
                folder=lab.path)
    guarded.wait_event("end")
    assert (guarded.music / "Music" / song.name).read_bytes() == b"pinned"
    guarded.stop()


class Receiving:
    def __init__(self, lab, name, *options):
        self.saved, self.port = lab.path / name, localsend.free_port()
        self.saved.mkdir()
        self.process = start("receive", "--alias", f"Npm {name} {self.port}", "--port", self.port, "--saveDir",
                             self.saved, "--autoAccept", *options, folder=lab.path)

    def __enter__(self):
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            try:
                base.socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                assert self.process.poll() is None, self.process.communicate()[0]
                time.sleep(0.2)
        raise AssertionError("the package does not listen")

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate(timeout=WAIT)


def wait_for_file(folder, data):
    """It answers before it has written all."""
    deadline = time.monotonic() + 2 * WAIT
    found = None
    while time.monotonic() < deadline:
        found = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        if found == [data]:
            return
        time.sleep(0.2)
    raise AssertionError([len(one) for one in found])


def receives_from_us(lab, receiver, program):
    song = lab.path / "to npm.mp3"
    song.write_bytes(os.urandom(300_000))
    with Receiving(lab, "plain") as there:
        to = f"127.0.0.1:{there.port}"
        # On a busy machine it may be too slow to be found at once.
        code, events = next((done for done in (program.send(to, song) for _ in range(5)) if done[0] != 4), (4, None))
        assert code == 8, (code, events)
        code, events = program.send(to, song, options=["--unencrypted"])
        assert code == 0, (code, events)
        wait_for_file(there.saved, song.read_bytes())


def pin_here(lab, receiver, program):
    song = lab.path / "secret.mp3"
    song.write_bytes(b"secret")
    with Receiving(lab, "pin", "--pin", "424242") as there:
        to = f"127.0.0.1:{there.port}"
        for options in (["--unencrypted"], ["--unencrypted", "--pin", "111111"]):
            code, events = program.send(to, song, options=options)
            assert code == 5, (options, code, events)
            assert not any(path.is_file() for path in there.saved.rglob("*"))
        code, events = program.send(to, song, options=["--unencrypted", "--pin", "424242"])
        assert code == 0, (code, events)
        wait_for_file(there.saved, b"secret")


def ends_in_order(lab, receiver, program):
    receiver.check_alive()
    receiver.stop()


if __name__ == "__main__":
    reason = reason_to_skip()
    if reason:
        print(f"1..0 # SKIP {reason}")
        sys.exit(0)
    sys.exit(localsend.run([sends_to_us, pin_there, receives_from_us, pin_here, ends_in_order], make_receiver,
                           make_program))
