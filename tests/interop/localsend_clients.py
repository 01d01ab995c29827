# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests receiving from curl, Node's fetch and Python's requests by LocalSend's protocol: one point for each client and
case.

With NAMIDA_TEST_ALL, also 2 GB and 5,000 files. The senders are those of namida_clients.py."""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

import namida_clients as clients
import namida_hostile as base
import namida_localsend as localsend

WAIT = localsend.WAIT
ALL = bool(os.environ.get("NAMIDA_TEST_ALL"))
HARD = ["Björk – Jóga.mp3", "a:b.mp3", "AC\\DC.mp3", "q?.mp3", "star*.mp3", "pipe|.mp3", "lt<gt>.mp3", "“q” & 100%.mp3", "dots...", "trailing .mp3",
        "漢字 かな.mp3", "عربي.mp3", "e\u0301 nfd.mp3", "CON.mp3", "#h+p=e;s.mp3", "tab\there.mp3", "~$.mp3", "🎵.mp3", ".hidden.mp3", "x" * 240 + ".mp3"]
NAMES = ["curl", "node", "requests"]
MANY = 5000 if ALL else 100
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in clients.AUTHORITIES}


def make_material(lab):
    folder = lab.path / "material"
    folder.mkdir()

    def fill(name, count, make_name, make_data):
        (folder / name).mkdir()
        for number in range(count):
            (folder / name / make_name(number)).write_bytes(make_data(number))

    fill("one", 1, lambda _: "one.mp3", lambda _: os.urandom(3_000_000))
    fill("empty", 1, lambda _: "empty.mp3", lambda _: b"")
    fill("hard", 200, lambda n: f"{n} {HARD[n % len(HARD)]}", lambda n: os.urandom(100 + n))
    fill("small", MANY, lambda n: f"{n:04}.mp3", lambda n: n.to_bytes(4, "big") * 500)
    fill("other", 40, lambda n: f"{n:04}.mp3", lambda n: n.to_bytes(4, "big") * 700)
    if ALL:
        fill("large", 1, lambda _: "large.bin", lambda _: b"")
        os.truncate(folder / "large" / "large.bin", 2_000_000_000)
    return folder


def digests(folder):
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() if path.stat().st_size < 1_000_000_000 else f"{path.stat().st_size} bytes"
                  for path in pathlib.Path(folder).rglob("*") if path.is_file() and not path.name.startswith(".namida"))


class Desk:
    """A client, and the receivers that it sends to: one takes everything, one has a PIN, and one of its own asks."""

    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        self.material = next((path for path in [lab.path / "material"] if path.exists()), None) or make_material(lab)
        self.folder = lab.path / name
        self.folder.mkdir()
        if not lab.receivers:
            lab.receiver("--accept", "all", "--as", "library", "--unencrypted", "allow")
            lab.receiver("--accept", "all", "--as", "library", "--pin", "4242")
        self.takes, self.guarded = lab.receivers[:2]
        self.asks = lab.receiver("--accept", "ask", "--as", "library")
        self.sent = 0

    def start(self, receiver, case, *, scheme="https", host="127.0.0.1", label=None, **more):
        self.sent += 1
        label = label or f"{self.name} {case} {self.sent}"
        files = [(path, f"{label}/{path.name}") for path in sorted((self.material / case).iterdir())]
        command = clients.make_command(self.name, self.folder, f"{scheme}://{host}:{receiver.port}/api/localsend/v2/", files, **more)
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENVIRONMENT, cwd=self.folder)
        return process, receiver.music / label

    def send(self, receiver, case, code=0, **more):
        process, there = self.start(receiver, case, **more)
        said = process.communicate(timeout=4 * WAIT)[0]
        assert process.returncode == code, (self.name, case, process.returncode, said[-600:])
        return there

    def arrives(self, case, **more):
        there = self.send(self.takes, case, **more)
        end = self.takes.wait_event("end")
        wanted = digests(self.material / case)
        assert end["result"] == "done" and end["stored"] == len(wanted) and end["failed"] == 0, end
        assert digests(there) == wanted, (self.name, case)
        return there

    def stops(self, after=3, **more):
        """Until it has sent @after files and says so."""
        process, there = self.start(self.takes, "small", stop_after=after, **more)
        self.takes.wait_event("start")
        line = process.stdout.readline()
        assert line == b"stopped\n", line
        return process, there


def run_cli(receiver, *arguments):
    return subprocess.run([base.CLI, "--data-dir", receiver.data, *arguments], stdout=subprocess.PIPE, text=True, timeout=WAIT, check=True,
                          env={**ENVIRONMENT, "HOME": str(receiver.home)}).stdout


def sizes(desk):
    for case in ("one", "empty", "small", *(["large"] if ALL else [])):
        desk.arrives(case)


def hard_names(desk):
    there = desk.arrives("hard")
    assert (there / "0 Björk – Jóga.mp3").exists() and len(list(there.iterdir())) == 200


def plain_and_ipv6(desk):
    desk.arrives("one", scheme="http", protocol="http")
    desk.arrives("other", host="[::1]")


def pin(desk):
    for given in (None, "1111"):
        there = desk.send(desk.guarded, "one", code=1, pin=given)
        assert not there.exists()
    there = desk.send(desk.guarded, "one", pin="4242")
    assert digests(there) == digests(desk.material / "one")


def in_part_and_declined(desk):
    answers = [{"accept": True, "except": ["part 0/0001.mp3", "part 0/0007.mp3"]}, {"decline": True}]
    for code, answer in enumerate(answers):
        process, there = desk.start(desk.asks, "other", label=f"part {code}")
        offer = desk.asks.wait_event("offer")["id"]
        desk.asks.decide(**{key: offer if value is True else value for key, value in answer.items()})
        said = process.communicate(timeout=WAIT)[0]
        assert process.returncode == code, said
        names = {path.name for path in there.iterdir()} if there.exists() else set()
        assert names == (set() if code else {f"{n:04}.mp3" for n in range(40)} - {"0001.mp3", "0007.mp3"}), names


def canceled_there(desk):
    process, there = desk.stops(cancel=True)
    assert process.wait(WAIT) == 2, process.stdout.read()
    assert desk.takes.wait_event("end")["result"] == "cancelled"
    desk.arrives("one")  # the session is over for the receiver as well


def canceled_here(desk):
    process, there = desk.stops()
    rows = run_cli(desk.takes, "--json", "transfers").splitlines()
    running = [row["id"] for row in map(json.loads, rows) if row["state"] == "running"]
    assert len(running) == 1, rows
    run_cli(desk.takes, "transfers", "cancel", running[0])
    process.communicate(timeout=WAIT)
    assert process.returncode == 1 and desk.takes.wait_event("end")["result"] == "cancelled"
    assert not there.exists()


def broken_and_repeated(desk):
    process, there = desk.stops(after=20, label=f"{desk.name} again")
    process.kill()
    process.wait()
    assert desk.send(desk.takes, "small", label=f"{desk.name} again") == there
    assert desk.takes.wait_event("end")["result"] == "done"
    assert digests(there) == digests(desk.material / "small"), "what was there before the break is missing, or there twice"


def two_at_once(desk):
    """LocalSend has one session: the second is told that this device is busy, and comes when the first is through."""
    first, there = desk.stops()
    assert not desk.send(desk.takes, "one", code=1).exists()
    said = first.communicate(timeout=WAIT)[0]
    assert first.returncode == 0 and desk.takes.wait_event("end")["result"] == "done", said
    assert digests(there) == digests(desk.material / "small")
    desk.arrives("one")


CASES = [sizes, hard_names, plain_and_ipv6, pin, in_part_and_declined, canceled_there, canceled_here, broken_and_repeated, two_at_once]


def desk_of(desks, name):
    if name not in desks:
        raise base.Skipped(f"{name} is not installed")
    return desks[name]


def main():
    found = clients.find()
    lab = base.Lab()
    failed = 0
    print(f"1..{len(NAMES) * len(CASES) + 1}", flush=True)
    try:
        desks = {name: Desk(lab, name) for name in found}
        number = 0
        for name in NAMES:
            for case in CASES:
                number += 1
                failed += base.report(number, f"{name}_{case.__name__}", lambda: case(desk_of(desks, name)))
        failed += base.report(number + 1, "lives_and_ends_in_order", lambda: [receiver.stop() for receiver in lab.receivers])
    finally:
        lab.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
