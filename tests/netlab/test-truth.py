#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-truth.py CLI CASE: tests a random walk of damage, and what three devices report about it. Prints TAP.

Bits are flipped in stored files, files are deleted by hand, tags are edited without a change of size or time, clocks
are set. After each step, every report of the devices is compared with the disks: done, stored, complete, damaged,
missing, healed, verified, restored, fetched. NAMIDA_WALK_SEED and NAMIDA_WALK_STEPS choose another walk."""
import glob
import os
import pathlib
import random
import shutil
import sys
import time

import lab as netlab
from lab import tell
from walk import LIMIT, Source, check_log, digest, ended, seeded, tree

FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)


def whole_tree(folder):
    """What a version holds, without the record and the manifest."""
    return {name: one for name, one in tree(folder).items() if not name.split("/")[-1].startswith("manifest_")}


class Walk:
    """Node 1 sends to node 2, which keeps versions; node 3 sends, too, and takes back what is kept for it."""

    def __init__(self, lab, seed):
        self.lab, self.chance = lab, random.Random(seed)
        self.folder = pathlib.Path(lab.folder)
        self.steps, self.programs = [], []
        self.sources = {node: Source(self.folder / f"source{node}", self.chance) for node in (1, 3)}
        self.backups = self.folder / "backups2"
        self.versions = {}  # id → (folder, tree at its arrival)
        self.receiver, self.clock, self.made = None, None, 0
        self.restart()

    def run(self, node, *words, codes=(0,)):
        program = self.lab.start(node, *words)
        program.words = words
        code = ended(program)
        check_log(program)
        program.ended_with = code
        program.all = [event for _, event in program.events]
        assert code in codes, f"{words} ended with {code}: {program.all[-3:]} {program.said()[-1500:]}"
        return program

    def restart(self):
        """The keeper, with the clock that it has now."""
        if self.receiver is not None:
            self.receiver.stop()
            check_log(self.receiver)
        if self.clock is not None and FAKETIME:
            os.environ.update(LD_PRELOAD=FAKETIME, FAKETIME=self.clock, FAKETIME_DONT_FAKE_MONOTONIC="1", NO_FAKE_STAT="1")
        try:
            self.receiver = self.lab.start(2, "--port", "53317", "receive", "--accept", "all", "--as", "backup",
                                           "--backups", str(self.backups))
        finally:
            for name in ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT"):
                os.environ.pop(name, None)
        self.receiver.words = ("receive",)
        self.receiver.wait_event("listening", LIMIT)

    # What lies on the disk.

    def wrong(self):
        """(version, path) → "missing" or "damaged", of all places that are not as they arrived."""
        found = {}
        for number, (folder, arrived) in self.versions.items():
            for name, one in arrived.items():
                path = pathlib.Path(folder) / name
                if not path.is_file():
                    found[number, name] = "missing"
                elif digest(path) != one:
                    found[number, name] = "damaged"
        return found

    def places(self):
        return [(number, name) for number, (_, arrived) in sorted(self.versions.items()) for name in sorted(arrived)
                if arrived[name] != digest_of_nothing]

    def rows(self):
        return {row["id"]: row for row in self.run(2, "backups", "list").all}

    def note(self, text):
        self.steps[-1] += " " + text

    # What happens to it.

    def step_flip(self):
        """A bit of a kept file, with its size and time as before: every version that shares the file has it then."""
        number, name = self.chance.choice(self.places() or [(None, None)])
        if number is None:
            return
        path = pathlib.Path(self.versions[number][0]) / name
        if not path.is_file() or path.stat().st_size == 0:
            return
        self.note(f"{number} {name}")
        before = path.stat()
        path.chmod(0o600)
        with open(path, "r+b") as file:
            file.seek(self.chance.randrange(before.st_size))
            one = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([one[0] ^ (1 << self.chance.randrange(8))]))
        path.chmod(before.st_mode & 0o777)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def step_delete(self):
        """A file of a version, by hand."""
        number, name = self.chance.choice(self.places() or [(None, None)])
        if number is None:
            return
        self.note(f"{number} {name}")
        path = pathlib.Path(self.versions[number][0]) / name
        path.parent.chmod(0o755)
        path.unlink(missing_ok=True)

    def step_tag(self):
        """An editor of tags that keeps size and time, at the sender; what is sent then is the new content."""
        node = self.chance.choice([1, 3])
        files = [path for path in sorted(self.sources[node].music.rglob("*")) if path.is_file() and path.stat().st_size > 9]
        path = self.chance.choice(files)
        before = path.stat()
        with open(path, "r+b") as file:
            file.write(self.chance.randbytes(8))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.note(f"{node} {path.name}")
        self.send(node)

    def step_clock(self):
        """A keeper without a battery for its clock, or one whose year is wrong."""
        self.clock = self.chance.choice(["-40d", "+40d", "-400d", "+0d"])
        self.note(self.clock)
        self.restart()

    # What is said.

    def heals(self, before, events):
        """What is said to be repaired was not whole before, and is now; nothing else is said."""
        after = self.wrong()
        fixed = {place for place in before if place not in after}
        contents = {self.versions[number][1][name] for number, name in fixed}
        said = sum(event.get("healed", 0) for event in events)
        # One content may lie there as several files.
        assert len(contents) <= said <= len(fixed), f"{said} repaired, but these places are whole again: {fixed}"
        told = [event["healedVersions"] for event in events if event.get("healedVersions")]
        if len(told) == 1:
            assert told[0] == len({number for number, _ in fixed}), (told, fixed)
        worse = {place for place in after if place not in before}
        assert not worse, f"damaged by a sending: {worse}"

    def send(self, node):
        source, before = self.sources[node], self.wrong()
        there = source.snapshot()
        sender = self.run(node, "send", "--to", "10.77.0.2:53317", *source.what())
        end = sender.all[-1]
        assert end["result"] == "done" and end["failed"] == 0 and end["stored"] + end["kept"] == end["files"], end
        new = {number: row for number, row in self.rows().items() if number not in self.versions}
        assert len(new) == 1, f"one sending, and {len(new)} versions: {new}"
        (number, row), = new.items()
        kept = whole_tree(pathlib.Path(row["folder"]))
        assert kept == there, f"done, but version {number} is not what was sent: {set(there.items()) ^ set(kept.items())}"
        assert row["complete"] and not row["damaged"], row
        self.heals(before, [end])
        self.versions[number] = (row["folder"], kept)

    def step_send(self):
        node = self.chance.choice([1, 1, 3])
        self.note(f"{node} {self.sources[node].change()}")
        self.send(node)

    def step_verify(self):
        repair = self.chance.random() < 0.6
        before = self.wrong()
        program = self.run(2, "backups", "verify", *([] if repair else ["--no-repair"]), codes=(0, 1, 7))
        end = program.all[-1]
        said = {(event["version"], event["kind"]) for event in program.all if event["event"] == "file"}
        after = self.wrong()
        missing = [place for place, kind in before.items() if kind == "missing"]
        self.note(f"{'repair ' if repair else ''}{len(before)} wrong → {program.ended_with}, {len(after)} left")
        assert end["versions"] == len(self.versions) and end["absent"] == end["removed"] == 0, end
        assert end["missing"] + end["damaged"] >= len(after), (end, before)
        assert end["missing"] <= len(missing), (end, missing)
        for number, name in after:
            kind = before[number, name]
            assert (number, kind) in said, f"{name} of version {number} is {kind}, and nobody says so: {said}"
        assert {number for number, _ in said} <= {number for number, _ in before}, (said, before)
        assert (program.ended_with == 0) == (not after), (program.ended_with, end, after)
        assert not (set(after) - set(before)), (before, after)
        if not repair:
            assert after == before and end["healed"] == 0, (before, after, end)
        for number, row in self.rows().items():
            left = [place for place in after if place[0] == number]
            assert bool(left) == (row["damaged"] > 0), f"version {number}: {row}, but on the disk: {left}"

    def fresh(self):
        self.made += 1
        folder = self.folder / f"out {self.made}"
        folder.mkdir()
        return folder

    def came(self, number, folder, code):
        """What is restored or fetched is as it arrived; when all is said to be there, it is."""
        arrived = {name.removeprefix("Music/"): one for name, one in self.versions[number][1].items()
                   if name.startswith("Music/")}
        found = {name: one for name, one in tree(folder).items() if not name.endswith(".zip")
                 and not name.split("/")[-1].startswith("manifest_")}
        assert set(found.items()) <= set(arrived.items()), f"not as it arrived: {set(found.items()) - set(arrived.items())}"
        assert code != 0 or found == arrived, f"all is said to be there, and is not: {set(arrived) - set(found)}"
        lost = [name for one, name in self.wrong() if one == number]
        assert code == 0 or lost, f"nothing is wrong with version {number}, and the exit code is {code}"
        shutil.rmtree(folder)

    def step_restore(self):
        number = self.chance.choice(sorted(self.versions) or [None])
        if number:
            folder = self.fresh()
            code = self.run(2, "backups", "restore", number, "--here", "--yes", "--into", str(folder), "--zip-to",
                            str(folder), codes=(0, 7)).ended_with
            self.note(f"{number} → {code}")
            self.came(number, folder, code)

    def check(self):
        assert self.receiver.process.poll() is None, self.receiver.said()
        rows = self.rows()
        assert set(rows) == set(self.versions), (set(rows), set(self.versions))
        for number, row in rows.items():
            wrong = [place for place in self.wrong() if place[0] == number]
            # What nobody has read since may be unknown; what is said to be damaged is.
            assert not row["damaged"] or row["damaged"] < 0 or wrong, f"version {number} is said to be damaged: {row}"

    def step(self):
        kinds = {self.step_send: 4, self.step_flip: 4, self.step_delete: 3, self.step_tag: 2, self.step_verify: 4,
                 self.step_restore: 2, self.step_clock: 1}
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        if not self.versions:
            kind = self.step_send
        self.steps.append(f"{len(self.steps) + 1}. {kind.__name__[5:]}")
        kind()
        self.check()


digest_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def case_truth(lab):
    seed, steps = seeded()
    walk = Walk(lab, seed)
    began = time.monotonic()
    try:
        for _ in range(steps):
            walk.step()
        # In the end everything that its device still has is whole again.
        walk.steps.append("the end")
        walk.step_verify()
        for node in (1, 3):
            walk.send(node)
    except BaseException:
        tell(f"NAMIDA_WALK_SEED={seed} NAMIDA_WALK_STEPS={steps}")
        for line in walk.steps:
            tell(line)
        raise
    tell(f"{steps} steps of seed {seed}, {len(walk.versions)} versions, {len(walk.wrong())} places are lost for good; "
         f"{time.monotonic() - began:.0f} s; {'with' if FAKETIME else 'without'} moved clocks")


sys.exit(netlab.run_case(globals(), machines=3))
