# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a random walk (test-walk.py): the files that each device has to send, the versions it was told to keep,
and the conditions that must hold."""
import hashlib
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import time
import zipfile

LIMIT = 180  # seconds that nothing may need
BAD_LOG = re.compile(r"CRITICAL \*\*|WARNING \*\*|-CRITICAL|-WARNING|ERROR:|runtime error:|Sanitizer")
CODES = range(9)  # those of the manual
HIDDEN = ".namida-sync"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tree(folder):
    """Name → digest of all that a person sees as received."""
    return {str(path.relative_to(folder)): digest(path) for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "SHA256SUMS"
            and not any(part.startswith(HIDDEN) for part in path.relative_to(folder).parts)}


def eventually(check, what):
    """What is tidied after the fact: whatever @check returns that is not empty is still wrong."""
    end = time.monotonic() + 60
    while wrong := check():
        assert time.monotonic() < end, f"{what}: {wrong}"
        time.sleep(0.1)


def leaf(process, cli):
    """The program itself: a descendant of what started it, or None when that has ended."""
    end = time.monotonic() + LIMIT
    while process.poll() is None and time.monotonic() < end:
        waiting = [process.pid]
        while waiting:
            pid = waiting.pop()
            try:
                waiting += map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0] == cli.encode():
                return pid
        time.sleep(0.002)
    return None


def go_on(process):
    """Who starts a program in its namespace stops with it."""
    try:
        os.killpg(process.pid, signal.SIGCONT)
    except ProcessLookupError:
        pass


def ended(program):
    """Its exit code. Who started it may be late to stop with it."""
    end = time.monotonic() + LIMIT
    while program.process.poll() is None:
        assert time.monotonic() < end, f"{program.words} does not end: {program.events[-5:]} {program.said()[-1500:]}"
        go_on(program.process)
        try:
            program.process.wait(1)
        except subprocess.TimeoutExpired:
            pass
    return program.wait(10)


def strike(process, cli, number):
    """A signal to the program itself. Returns whether it was there."""
    pid = leaf(process, cli)
    try:
        if pid is not None:
            os.kill(pid, number)
    except ProcessLookupError:
        return False
    return pid is not None


class Source:
    """A backup zip and a music folder that change from step to step."""

    SIZES = [0, 1, 700, 4096, 65_537, 200_000, 900_000]

    def __init__(self, folder, chance):
        self.folder, self.chance = folder, chance
        self.music = folder / "Music"
        self.count = 0
        self.ever = set()  # every content that was ever here
        self.tried = []    # what each sending may have taken: see snapshot()
        for _ in range(8):
            self.add()
        self.new_zip()

    def _write(self, path, data):
        """In one step: who reads meanwhile sees the old content or the new one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.folder / "new"
        beside.write_bytes(data)
        beside.rename(path)

    def add(self):
        self.count += 1
        name = self.chance.choice(["Album {}/{}.flac", "Björk {}/空 {}.opus", "{}/a b'{}.mp3", "CON {}/%41 {}.ogg"])
        self._write(self.music / name.format(self.chance.randrange(3), self.count),
                    self.chance.randbytes(self.chance.choice(self.SIZES)))

    def fill(self):
        """Some megabytes that nobody has yet, and not more than a lab has room for: the oldest of them go."""
        self.count += 1
        large = sorted(self.music.glob("Large/*"))
        for old in large[:len(large) - 3 if len(large) > 3 else 0]:
            old.unlink()
        for part in range(self.chance.choice([1, 1, 3])):
            self._write(self.music / "Large" / f"{self.count:04} {part}.flac", self.chance.randbytes(1_300_000))

    def new_zip(self):
        self.count += 1
        for old in self.folder.glob("*.zip"):
            old.unlink()
        with zipfile.ZipFile(self.folder / f"Namida Backup - 2026-07-19 18.{self.count // 60:02}.{self.count % 60:02}.zip",
                             "w") as archive:
            archive.writestr("namida_settings.json", self.chance.randbytes(self.chance.choice([10, 5000, 300_000])))

    def change(self):
        files = sorted(path for path in self.music.rglob("*") if path.is_file())
        kind = self.chance.choice(["add", "add", "delete", "rewrite", "rename", "zip", "many"])
        if kind == "delete" and len(files) > 4:
            self.chance.choice(files).unlink()
        elif kind == "rewrite":
            self._write(self.chance.choice(files), self.chance.randbytes(self.chance.choice(self.SIZES)))
        elif kind == "rename":
            file = self.chance.choice(files)
            file.rename(file.with_name("renamed " + file.name[-40:]))
        elif kind == "zip":
            self.new_zip()
        else:
            for _ in range(12 if kind == "many" else 1):
                self.add()
        return kind

    def what(self):
        return [*map(str, sorted(self.folder.glob("*.zip"))), str(self.music)]

    def snapshot(self):
        """As a version of it looks; without its manifest."""
        there = {f"Music/Music/{name}": one for name, one in tree(self.music).items()}
        there |= {path.name: digest(path) for path in self.folder.glob("*.zip")}
        self.ever |= set(there.values())
        return there


class Device:
    """A machine of the lab that receives, and all that must hold of what it keeps."""

    def __init__(self, walk, node, landing):
        self.walk, self.node, self.landing = walk, node, landing
        base = pathlib.Path(walk.lab.folder)
        self.data, self.backups, self.music = base / f"data{node}", base / f"backups{node}", base / f"library{node}"
        self.known = {}      # version → (folder, tree)
        self.removed = {}    # version → folder
        self.promised = set()  # contents that were reported stored
        self.port, self.receiver, self.read = None, None, 0

    def begin(self, port=None):
        self.port = port or self.port or 53317
        self.receiver = self.walk.begin(self.node, "receive", "--accept", "all", "--as", self.landing, "--backups",
                                        str(self.backups), "--music", str(self.music), port=self.port)
        self.read = 0

    def start(self, port=None):
        self.begin(port)
        self.receiver.wait_event("listening", LIMIT)

    def alive(self):
        return self.receiver.process.poll() is None

    def rows(self):
        listing = self.walk.finish(self.walk.begin(self.node, "backups", "list"), {0})
        return {row["id"]: row for _, row in listing.events}

    def sessions(self, *states):
        with sqlite3.connect(f"file:{self.data / 'state.db'}?mode=ro", uri=True, timeout=60) as database:
            found = database.execute("SELECT id, state FROM sessions WHERE direction = 'receive'").fetchall()
        database.close()
        return {name for name, state in found if state in states}

    def _kept_tree(self, row):
        folder = pathlib.Path(row["folder"])
        return {name: one for name, one in tree(folder).items() if not name.startswith("manifest_")}

    def _check_new(self, number, row):
        """A version that was not there before: one of those that were sent, or a part of one that says so."""
        there = self._kept_tree(row)
        tried = self.walk.sources[int(row["alias"].removeprefix("node"))].tried
        if row["complete"]:
            assert any(one == there for one in tried) or any(
                set(there.values()) <= ever for ever in self.walk.moving), \
                f"version {number} is complete, but nothing like that was sent: {there}"
        else:
            ever = set().union(*(source.ever for source in self.walk.sources.values()))
            assert set(there.values()) <= ever, f"version {number} has what nobody sent: {there}"
        self.known[number] = (row["folder"], there)

    def check_versions(self):
        rows = self.rows()
        for number, row in rows.items():
            assert number not in self.removed, f"version {number} was removed, and is listed: {row}"
            if number not in self.known:
                self._check_new(number, row)
        for number, (folder, there) in self.known.items():
            assert number in rows, f"version {number} was stored, and is not listed: {sorted(rows)}"
            assert self._kept_tree(rows[number]) == there, f"version {number} has changed: {there}"
        for number, folder in self.removed.items():
            assert not os.path.exists(folder) or any(folder == row["folder"] for row in rows.values()), \
                f"{folder} of version {number} is left"
        return rows

    def _folders_left(self):
        """Folders of the device that are no version."""
        rows = {row["folder"] for row in self.rows().values()}
        return [str(path) for path in self.backups.glob("*/*")
                if path.is_dir() and not path.parent.name.startswith(HIDDEN) and str(path) not in rows]

    def _parts_left(self):
        """Sessions' folders whose session is over."""
        kept = self.sessions("open", "parked")
        # On the drive of the destination below a folder of each program that stores there.
        owned = [owner for folder in (self.backups, self.music) for owner in folder.glob(".namida-sync-parts/*") if owner.is_dir()]
        return [str(path) for folder in (self.data / "staging", *owned) if folder.exists()
                for path in folder.iterdir() if path.name not in kept]

    def check(self):
        assert self.alive(), f"the receiver of node{self.node} has ended: {self.receiver.said()}"
        eventually(self._parts_left, "parts of what is over")
        if self.landing == "backup":
            self.check_versions()
            eventually(self._folders_left, "folders that are no version")
        else:
            there = set(tree(self.music).values()) | set(tree(self.backups).values())
            assert self.promised <= there, f"stored, and not there: {self.promised - there}"
            ever = set().union(*(source.ever for source in self.walk.sources.values()))
            found = set(tree(self.music).values())
            assert found <= ever, f"nobody sent this: {[n for n, one in tree(self.music).items() if one not in ever]}"
        self._check_ends()

    def _check_ends(self):
        """What the receiver itself calls done is there."""
        with self.receiver.changed:
            new = [event for _, event in self.receiver.events[self.read:]]
        self.read += len(new)
        for event in new:
            if event.get("event") == "end" and event["result"] == "done":
                assert event["failed"] == 0 and event["stored"] + event["kept"] == event["files"], event
                assert not event.get("folder") or os.path.exists(event["folder"]) or event[
                    "folder"] in self.removed.values(), event


def check_log(program):
    said = program.said()
    assert not BAD_LOG.search(said), f"{program.words}: {said[-3000:]}"


def moment(chance, program, receiver):
    """Waits until a random moment of a sending. What it waits for is always bound to come, or the program to end."""
    kind = chance.choice(["time", "start", "bytes", "bytes", "bytes", "finishing", "there"])
    goal, pause = chance.randrange(1, 3_000_000), chance.choice([0, 0, 0.02, 0.2])
    past = len(receiver.events)
    end = time.monotonic() + LIMIT

    def come():
        if kind == "time":
            return True
        if kind == "there":
            return any(event.get("event") == "start" for _, event in receiver.events[past:])
        return any(event.get("event") == ("progress" if kind == "bytes" else kind)
                   and (kind != "bytes" or event["sent"] >= goal) for _, event in list(program.events))

    if kind == "time":
        pause = chance.random()
    while not come() and program.process.poll() is None:
        assert time.monotonic() < end, f"{kind} {goal} never came: {program.events[-5:]}"
        time.sleep(0.002)
    time.sleep(pause)
    return f"{kind} {goal if kind == 'bytes' else ''}+{pause:.2f}"


def seeded():
    return int(os.environ.get("NAMIDA_WALK_SEED", "7")), int(os.environ.get("NAMIDA_WALK_STEPS", "14"))


