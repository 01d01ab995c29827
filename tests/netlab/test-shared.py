#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-shared.py CLI CASE: tests programs that share a folder without knowing of each other. Prints TAP.

Two computers have their versions in one folder of a NAS, one of them with two programs; two computers have one library,
and music folders of the same name."""
import collections
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import lab as netlab
from lab import tell
from walk import LIMIT, check_log, ended, leaf, tree

PORT = 53317
MIB = 1 << 20


class Keeper:
    """A program on node 2 or 3 that keeps versions in the shared folder, with a data folder of its own."""

    def __init__(self, lab, node, number, backups):
        self.lab, self.node, self.number, self.backups = lab, node, number, backups
        self.port = PORT + number
        self.data = pathlib.Path(lab.folder) / f"keeper{number}"
        self.receiver = None

    def command(self, *words):
        program = self.lab.start(self.node, "--data-dir", str(self.data), *words, alias=f"keeper{self.number}")
        program.words = words
        return program

    def start(self, *more):
        self.receiver = self.command("--port", str(self.port), "receive", "--accept", "all", "--as", "backup", "--backups", str(self.backups), *more)
        self.receiver.wait_event("listening", LIMIT)

    def stop(self):
        self.receiver.stop()
        check_log(self.receiver)

    def run(self, *words, code=0):
        program = self.command(*words)
        got = ended(program)
        check_log(program)
        assert got == code, f"keeper {self.number}: {words} ended with {got}: {program.events[-5:]} {program.said()[-1500:]}"
        return [event for _, event in program.events]

    def rows(self):
        """Folder → row of the list, of the versions that are here."""
        return {row["folder"]: row for row in self.run("backups", "list") if row["left"]}

    def owner(self):
        """The name of its own folders in the store."""
        return self.run("identity")[0]["fingerprint"][:16].lower()

    def parts(self):
        own = self.backups / ".namida-sync-parts" / self.owner()
        return {str(path.relative_to(own)) for path in own.rglob("*.part")} if own.is_dir() else set()


def make_source(folder, chance, songs=6, size=2 * MIB):
    music = folder / "Music"
    for number in range(songs):
        path = music / f"Album {number % 2}" / f"{number}.flac"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(size))
    return music


def send(lab, keeper, *words, node=1):
    program = lab.start(node, "send", "--to", f"10.77.0.{keeper.node}:{keeper.port}", *map(str, words))
    program.words = words
    return program


def arrived(program, codes=(0,)):
    code = ended(program)
    assert code in codes, f"{program.words} ended with {code}: {program.events[-5:]} {program.said()[-1500:]}"


@contextlib.contextmanager
def nas():
    """A folder on another file system than the data folders, so that unfinished files lie in the store."""
    backups = pathlib.Path(tempfile.mkdtemp(prefix="namida-nas-", dir="/dev/shm"))
    try:
        yield backups
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(backups)], check=False)
        shutil.rmtree(backups)


def until_parts(keeper, program):
    """Waits until the keeper has written a part of what is sent to it."""
    end = time.monotonic() + LIMIT
    while not keeper.parts():
        assert program.process.poll() is None and time.monotonic() < end, (program.events[-5:], program.said()[-1500:])
        time.sleep(0.05)


def check_sums(backups):
    """Any tool can check each of the versions. Returns their folders."""
    folders = sorted(str(path.parent) for path in backups.glob("*/*/SHA256SUMS"))
    for folder in folders:
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, check=True)
    return folders


def songs_of(folder):
    return collections.Counter(one for name, one in tree(pathlib.Path(folder)).items() if name.endswith(".flac"))


def case_keepers(lab):
    """Three programs on two computers: each leaves alone what the others write, and knows what they have stored."""
    with nas() as backups:
        keepers(lab, backups)


def keepers(lab, backups):
    chance = random.Random(20)
    folder = pathlib.Path(lab.folder)
    sources = [make_source(folder / f"source{number}", chance) for number in range(3)]
    wanted = [collections.Counter(one for name, one in tree(source).items()) for source in sources]
    keepers = [Keeper(lab, 2, 1, backups), Keeper(lab, 3, 2, backups), Keeper(lab, 3, 3, backups)]

    # The second and the third one start while the first one receives, and all three receive at once.
    keepers[0].start()
    sendings = [send(lab, keepers[0], "--limit", "2MB/s", sources[0])]
    until_parts(keepers[0], sendings[0])
    before = keepers[0].parts()
    for keeper, source in zip(keepers[1:], sources[1:]):
        keeper.start()
        sendings.append(send(lab, keeper, "--limit", "2MB/s", source))
        assert keepers[0].parts() >= {part for part in before if sendings[0].process.poll() is None}, before
    for program in sendings:
        arrived(program)

    # Each has one of its own and finds the two others; all three are what was sent.
    folders = check_sums(backups)
    assert len(folders) == 3, folders
    got = sorted(songs_of(one).items() for one in folders)
    assert got == sorted(one.items() for one in wanted), folders
    mark = json.loads((backups / ".namida-sync-store").read_text())
    assert len(mark["writers"]) == 3, mark
    for keeper in keepers:
        assert sorted(keeper.rows()) == folders, keeper.rows()
        report = keeper.run("backups", "verify")[-1]
        assert (report["result"], report["versions"]) == ("verified", 3), report
        assert not keeper.parts(), keeper.parts()

    # What one of them removes is gone for all of them, and nothing else is.
    own = next(row for row in keepers[0].rows().values() if not row["found"])
    keepers[0].run("backups", "remove", own["id"], "--yes")
    folders.remove(own["folder"])
    assert check_sums(backups) == folders
    for keeper in keepers:
        assert sorted(keeper.rows()) == folders, keeper.rows()

    # What the rules of one of them choose waits in its own trash, whatever the others do, and it can take it back.
    keepers[1].stop()
    keepers[1].start("--keep", "1")
    before = set(folders)
    (sources[1] / "Album 1" / "more.flac").write_bytes(chance.randbytes(1000))
    arrived(send(lab, keepers[1], sources[1]))
    end = time.monotonic() + LIMIT
    while not (trashed := keepers[1].run("backups", "trash")):
        assert time.monotonic() < end, "nothing is in the trash"
    keepers[0].stop()
    keepers[0].start()
    for keeper in keepers:
        folders = check_sums(backups)
        assert sorted(keeper.rows()) == folders, keeper.rows()
        assert keeper.run("backups", "verify", folders[-1])[-1]["result"] == "verified"
    assert before - set(folders) and not keepers[0].run("backups", "trash") + keepers[2].run("backups", "trash")
    for row in trashed:
        keepers[1].run("backups", "take-back", row["id"])
    folders = check_sums(backups)
    assert before <= set(folders), folders
    for keeper in keepers:
        assert sorted(keeper.rows()) == folders, keeper.rows()
        keeper.stop()


def case_killed(lab):
    """One of them is killed while it receives. The other one starts, stores, removes and tidies; the first one goes on."""
    with nas() as backups:
        kill(lab, backups)


def kill(lab, backups):
    chance = random.Random(21)
    folder = pathlib.Path(lab.folder)
    sources = [make_source(folder / f"source{number}", chance, songs=3, size=4 * MIB) for number in range(2)]
    first, other = Keeper(lab, 2, 1, backups), Keeper(lab, 3, 2, backups)
    first.start()
    program = send(lab, first, "--limit", "2MB/s", "--wait", "0", sources[0])
    until_parts(first, program)
    pid = leaf(first.receiver.process, lab.cli)
    os.kill(pid, signal.SIGKILL)
    arrived(program, range(1, 12))
    left = first.parts()
    assert left
    inodes = {path.stat().st_ino for path in (backups / ".namida-sync-parts").rglob("*.part")}
    other.start()
    for number in range(2):
        (sources[1] / f"{number}.flac").write_bytes(chance.randbytes(1000))
        arrived(send(lab, other, sources[1]))
    rows = other.rows()
    assert len(rows) == 2, rows
    other.run("backups", "remove", sorted(row["id"] for row in rows.values())[0], "--yes")
    other.run("backups", "verify")
    other.stop()
    other.start()
    assert first.parts() == left, (left, first.parts())
    first.start()
    program = send(lab, first, sources[0])
    arrived(program)
    assert not first.parts(), first.parts()
    # What had arrived was not sent again: the part became the file.
    stored = {path.stat().st_ino for path in backups.rglob("*.flac")}
    assert inodes <= stored, (inodes, stored)
    folders = check_sums(backups)
    assert len(folders) == 2, folders
    for keeper in (first, other):
        assert sorted(keeper.rows()) == folders, keeper.rows()
        keeper.stop()
    tell(f"{len(left)} parts stayed")


def case_library(lab):
    """Two computers send a music folder of the same name into one library: each file is there once, none is lost, and files of one name stay both."""
    chance = random.Random(22)
    folder = pathlib.Path(lab.folder)
    music = folder / "library" / "Music"
    music.parent.mkdir()
    program = lab.start(2, "--port", str(PORT), "receive", "--accept", "all", "--as", "library", "--music", str(music), "--backups", str(folder / "backups"))
    program.words = ("receive",)
    program.wait_event("listening", LIMIT)
    sources = [make_source(folder / f"source{number}", chance, songs=4, size=300_000) for number in range(2)]
    same = chance.randbytes(70_000)
    for source in sources:
        (source / "same.flac").write_bytes(same)
        (source / "two of them.flac").write_bytes(chance.randbytes(80_000))
    for _ in range(3):
        sendings = []
        for node, source in zip((1, 3), sources):
            sending = lab.start(node, "send", "--to", f"10.77.0.2:{PORT}", "--limit", "2MB/s", str(source))
            sending.words = ("send",)
            sendings.append(sending)
        for sending in sendings:
            arrived(sending)
    program.stop()
    check_log(program)
    there = tree(music)
    assert not [name for name in there if name.startswith("Music/")], there
    every = {one for source in sources for one in tree(source).values()}
    assert set(there.values()) == every and len(there) == len(every), (len(there), len(every), sorted(there))
    assert sum("two of them" in name for name in there) == 2, sorted(there)


sys.exit(netlab.run_case(globals()))
