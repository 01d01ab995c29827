#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-walk.py CLI CASE: tests a random walk of transfers between three devices, and of faults that interrupt them.
Prints TAP.

After each step, every file that was ever reported as stored must exist unchanged. NAMIDA_WALK_SEED and
NAMIDA_WALK_STEPS choose another walk, NAMIDA_WALK_LOGS a folder for the output of its programs."""
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import sys
import time

import lab as netlab
from lab import tell
from walk import CODES, LIMIT, Device, Source, check_log, ended, go_on, moment, seeded, strike, tree

KILLED = {128 + signal.SIGKILL}


class Walk:
    def __init__(self, lab, seed):
        self.lab, self.chance = lab, random.Random(seed)
        self.programs = []
        self.moving = []  # what a version that was put together by more than one look at the source may hold
        self.steps = []
        self.folders = 0  # made by fresh()
        folder = pathlib.Path(lab.folder)
        self.sources = {node: Source(folder / f"source{node}", self.chance) for node in (1, 3)}
        self.trust(1)
        self.keeper, self.library = Device(self, 2, "backup"), Device(self, 3, "library")
        self.devices = {2: self.keeper, 3: self.library}
        for device in self.devices.values():
            device.start()

    # Programs.

    def begin(self, node, *words, port=None):
        program = self.lab.start(node, *(["--port", str(port)] if port else []), *words)
        program.words = (node, *words)
        self.programs.append(program)
        return program

    def finish(self, program, codes):
        code = ended(program)
        assert code in codes, f"{program.words} ended with {code}: {program.events[-3:]} {program.said()[-1500:]}"
        return program

    def found(self, *words):
        """To its end; when a name was not found in time it is looked for again."""
        for _ in range(10):
            code = self.finish(self.begin(*words), {0, 4}).process.returncode
            if code == 0:
                return
        raise AssertionError(f"{words}: not found")

    def trust(self, node):
        """The keeper lets it have its backups back, as if they had been paired."""
        who = self.finish(self.begin(node, "identity"), {0}).events[0][1]
        self.finish(self.begin(2, "backups", "list"), {0})  # makes the database
        with sqlite3.connect(pathlib.Path(self.lab.folder) / "data2" / "state.db") as database:
            database.execute("INSERT INTO trusted (fingerprint, alias, trusted_at, may_restore) VALUES (?, ?, 1, 1)",
                             (who["fingerprint"], f"node{node}"))
        database.close()

    def note(self, text):
        self.steps[-1] += " " + text

    # Sending.

    def send(self, node, to, *options, by_name=None):
        source = self.sources[node]
        source.tried.append(source.snapshot())
        by_name = self.chance.random() < 0.5 if by_name is None else by_name
        address = f"node{to}" if by_name else f"10.77.0.{to}:{self.devices[to].port}"
        sender = self.begin(node, "send", "--to", address, *options, *source.what())
        sender.by_name, sender.to, sender.node, sender.sent = by_name, to, node, source.tried[-1]
        return sender

    def sent(self, sender, codes, moved=False):
        """Its end. What it calls done is there."""
        code = self.finish(sender, codes | ({4} if sender.by_name else set())).process.returncode
        self.note(f"→ {code}")
        if code == 4 and sender.by_name:
            return  # who looks for a name does not look for ever, and this machine may be busy
        ends = [event for _, event in sender.events if event.get("event") == "end"]
        if code in KILLED:
            return
        assert len(ends) <= 1 and code in CODES, (code, ends)
        assert (code == 0) == bool(ends and ends[0]["result"] == "done"), (code, ends)
        if code == 0 and not moved:
            assert ends[0]["failed"] == 0 and ends[0]["stored"] + ends[0]["kept"] == ends[0]["files"], ends
            self.promise(self.devices[sender.to], sender)

    def promise(self, device, sender):
        if device.landing == "library":
            device.promised |= set(sender.sent.values())
            return
        device.check_versions()
        assert any(there == sender.sent for _, there in device.known.values()), \
            f"done, and no version is like it: {sender.sent}"

    def maybe_change(self, node):
        if self.chance.random() < 0.6:
            self.note(self.sources[node].change())

    def way(self):
        return self.chance.choice([(1, 2), (1, 2), (3, 2), (1, 3)])

    # Steps.

    def step_send(self):
        node, to = self.way()
        self.note(f"{node}→{to}")
        self.maybe_change(node)
        self.sent(self.send(node, to), {0})

    def step_two(self):
        for node in self.sources:
            self.maybe_change(node)
        both = [self.send(node, 2, "--limit", "4MB/s") for node in self.sources]
        for sender in both:
            self.sent(sender, {0})

    def step_bad_net(self):
        node, to = self.way()
        kind = self.chance.choice([("loss", 3), ("delay", 15, 2), ("rate", "20mbit")])
        self.note(f"{node}→{to} {kind}")
        self.maybe_change(node)
        self.lab.run(kind[0], to, *kind[1:])
        try:
            self.sent(self.send(node, to), {0})
        finally:
            self.lab.run(kind[0], to, "off")

    def step_broken(self):
        """A sending, and at some moment of it something breaks."""
        node, to = self.way()
        device = self.devices[to]
        self.note(f"{node}→{to}")
        self.sources[node].fill()
        self.maybe_change(node)
        wait = self.chance.choice([[], ["--wait", "120"]])
        breaks = [name for name in dir(self) if name.startswith("break_")]
        how = self.chance.choice(breaks)
        sender = self.send(node, to, *wait, "--limit", self.chance.choice(["1MB/s", "2MB/s", "4MB/s", "1GB/s"]))
        self.note(f"{' '.join(wait)} {'name' if sender.by_name else 'address'} {how[6:]}")
        self.note(moment(self.chance, sender, device.receiver))
        accepted = sender.count("progress") > 0
        allowed = getattr(self, how)(sender, device)
        if not device.alive():
            device.start()
        if wait and accepted and allowed == {0, 1}:
            allowed = {0}
        self.sent(sender, allowed | ({4} if not accepted and 1 in allowed else set()), how == "break_change")

    def break_kill_sender(self, sender, device):
        strike(sender.process, self.lab.cli, signal.SIGKILL)
        return KILLED | {0}

    def break_cancel(self, sender, device):
        strike(sender.process, self.lab.cli, self.chance.choice([signal.SIGINT, signal.SIGTERM]))
        return {0, 1, 128 + signal.SIGINT, 128 + signal.SIGTERM}

    def break_kill_receiver(self, sender, device):
        self.kill(device)
        return {0, 1}

    def break_kill_both(self, sender, device):
        strike(sender.process, self.lab.cli, signal.SIGKILL)
        self.kill(device)
        return KILLED | {0, 1}

    def break_stop_receiver(self, sender, device):
        self.stop(device)
        return {0, 1}

    def break_other_port(self, sender, device):
        self.kill(device)
        device.start(self.chance.randrange(40000, 50000))
        return {0, 1} if sender.by_name else {0, 1, 4}

    def break_link(self, sender, device):
        self.lab.run("link", device.node, "down")
        time.sleep(self.chance.choice([0.3, 1, 3]))
        self.lab.run("link", device.node, "up")
        return {0, 1}

    def break_cut(self, sender, device):
        self.lab.run("link", device.node, "cut")
        time.sleep(self.chance.choice([0.3, 1, 3]))
        self.lab.run("link", device.node, "heal")
        return {0, 1}

    def break_pause_sender(self, sender, device):
        return self.pause(sender.process)

    def break_pause_receiver(self, sender, device):
        return self.pause(device.receiver.process)

    def break_change(self, sender, device):
        """The files change under it: what arrives of each is one of its contents, and it may say that some do not."""
        source = self.sources[sender.node]
        for _ in range(3):
            source.change()
        source.tried.append(source.snapshot())
        self.moving.append(set(source.ever))
        return {0, 1, 7}

    def pause(self, process):
        strike(process, self.lab.cli, signal.SIGSTOP)
        time.sleep(self.chance.choice([0.3, 1, 3]))
        go_on(process)
        return {0, 1}

    def kill(self, device):
        strike(device.receiver.process, self.lab.cli, signal.SIGKILL)
        self.finish(device.receiver, KILLED)

    def stop(self, device):
        strike(device.receiver.process, self.lab.cli, self.chance.choice([signal.SIGINT, signal.SIGTERM]))
        self.finish(device.receiver, {0})

    def step_restart(self):
        device = self.chance.choice([self.keeper, self.library])
        how = self.chance.choice([self.stop, self.kill])
        port = self.chance.choice([None, 53317, self.chance.randrange(40000, 50000)])
        self.note(f"{device.node} {how.__name__} {port}")
        how(device)
        device.start(port)

    def step_restart_often(self):
        """Killed while it starts, when it tidies what was cut off."""
        device = self.chance.choice([self.keeper, self.library])
        self.kill(device)
        for _ in range(4):
            device.begin()
            time.sleep(self.chance.choice([0, 0.02, 0.05, 0.1, 0.2, 0.4]))
            self.kill(device)
        device.start()

    def step_beside(self):
        """Something else is done with what is kept while a sending arrives."""
        node = self.chance.choice([1, 3])
        self.sources[node].fill()
        self.maybe_change(node)
        sender = self.send(node, 2, "--limit", "2MB/s")
        moment(self.chance, sender, self.keeper.receiver)
        other = self.chance.choice([self.step_remove, self.step_verify, self.step_restore_here, self.step_fetch,
                                    self.step_restore_to])
        self.note(f"{node}→2 {other.__name__[5:]}")
        other(*[True] if other == self.step_remove else [])
        self.sent(sender, {0})

    def step_same_twice(self):
        """The same from one device twice at once: one of them may be told that the other is going on."""
        node, to = self.way()
        self.note(f"{node}→{to}")
        self.sources[node].fill()
        both = [self.send(node, to, "--limit", "2MB/s", "--wait", "60") for _ in range(2)]
        for sender in both:
            self.sent(sender, {0, 1})

    def step_fetch_broken(self):
        """The keeper dies while it is fetched from; then it is fetched."""
        number = self.a_version("/node1/")
        if number:
            self.note(number)
            folder = self.fresh("fetched")
            words = (1, "backups", "fetch", number, "--from", f"10.77.0.2:{self.keeper.port}", "--backups", str(folder),
                     "--into", str(folder))
            fetch = self.begin(*words)
            time.sleep(self.chance.choice([0, 0.1, 0.2, 0.3, 0.4]))
            self.kill(self.keeper)
            self.keeper.start()
            self.note(f"→ {self.finish(fetch, {0, 1, 4}).process.returncode}")
            self.finish(self.begin(*words), {0})
            self.came_back(folder, number)

    def a_version(self, part=""):
        return self.chance.choice([number for number, (folder, _) in sorted(self.keeper.known.items())
                                   if part in folder] or [None])

    def interrupted(self, program, *words, codes):
        """Perhaps killed at some moment; and once more then, to its end."""
        if self.chance.random() < 0.5:
            time.sleep(self.chance.choice([0, 0.02, 0.05, 0.1, 0.3, 1]))
            strike(program.process, self.lab.cli, signal.SIGKILL)
            code = self.finish(program, KILLED | codes).process.returncode
            self.note(f"killed → {code}")
            if code not in KILLED:
                return code
            program = self.begin(*words)
            codes = codes | {1} if "remove" in words else codes  # it is gone already
        return self.finish(program, codes).process.returncode

    def step_remove(self, whole=False):
        number = self.a_version()
        if len(self.keeper.known) > 2:
            self.note(number)
            words = (2, "backups", "remove", "--yes", number)
            if whole:
                self.finish(self.begin(*words), {0})
            elif self.interrupted(self.begin(*words), *words, codes={0}) == 1:
                self.stop(self.keeper)  # its record was gone: what is left of its folder goes when a receiver starts
                self.keeper.start()
            self.keeper.removed[number] = self.keeper.known.pop(number)[0]

    def step_verify(self):
        device = self.chance.choice([self.keeper, self.library])
        done = self.finish(self.begin(device.node, "backups", "verify"), {0}).events[-1][1]
        assert done["damaged"] == 0, done

    def fresh(self, name):
        # Never the name of a folder that is gone: a store that was written down and lost its mark takes nothing.
        self.folders += 1
        folder = pathlib.Path(self.lab.folder) / f"{name} {self.folders}"
        folder.mkdir()
        return folder

    def came_back(self, folder, number):
        music = {name.removeprefix("Music/Music/"): one for name, one in self.keeper.known[number][1].items()
                 if name.startswith("Music/Music/")}
        found = {name.removeprefix("Music/"): one for name, one in tree(folder).items() if not name.endswith(".zip")
                 and not name.split("/")[-1].startswith("manifest_")}
        assert found == music, (found, music)
        shutil.rmtree(folder)

    def step_restore_here(self):
        number = self.a_version()
        if number:
            self.note(number)
            folder = self.fresh("restored")
            words = (2, "backups", "restore", number, "--here", "--yes", "--into", str(folder), "--zip-to", str(folder))
            self.interrupted(self.begin(*words), *words, codes={0})
            self.came_back(folder, number)

    def step_fetch(self):
        number = self.a_version("/node1/")
        if number:
            self.note(number)
            folder = self.fresh("fetched")
            words = (1, "backups", "fetch", number, "--from", f"10.77.0.2:{self.keeper.port}", "--backups", str(folder),
                     "--into", str(folder))
            self.interrupted(self.begin(*words), *words, codes={0})
            self.came_back(folder, number)

    def step_restore_to(self):
        number = self.a_version()
        if number:
            self.note(number)
            words = (2, "backups", "restore", number, "--to", f"10.77.0.3:{self.library.port}")
            self.interrupted(self.begin(*words), *words, codes={0})
            self.library.promised |= set(self.keeper.known[number][1].values())

    # The walk.

    def check(self):
        for device in self.devices.values():
            device.check()
        for program in self.programs:
            check_log(program)
        self.programs = [program for program in self.programs if program.process.poll() is None]

    def step(self):
        kinds = {self.step_send: 2, self.step_broken: 12, self.step_two: 1, self.step_bad_net: 1, self.step_restart: 1,
                 self.step_remove: 2, self.step_verify: 1, self.step_restore_here: 1, self.step_fetch: 1,
                 self.step_restore_to: 1, self.step_restart_often: 1, self.step_beside: 3, self.step_same_twice: 1,
                 self.step_fetch_broken: 1}
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        self.steps.append(f"{len(self.steps) + 1}. {kind.__name__[5:]}")
        kind()
        self.check()

    def last(self):
        """Whatever happened before: everything goes through now, and who stops leaves nothing open."""
        self.steps.append("the end")
        for node, to in ((1, 2), (3, 2), (1, 3)):
            self.sent(self.send(node, to, by_name=False), {0})
        self.step_verify()
        self.check()
        for device in self.devices.values():
            self.stop(device)
            check_log(device.receiver)
            assert not device.sessions("open"), device.sessions("open")


def save_logs(lab):
    folder = os.environ.get("NAMIDA_WALK_LOGS")
    if folder:
        shutil.copytree(lab.folder, folder, ignore=shutil.ignore_patterns("bus", "*socket*"), dirs_exist_ok=True)
        for number, program in enumerate(lab.programs):
            with open(os.path.join(folder, f"program-{number:03}.log"), "w") as file:
                print(getattr(program, "words", ""), file=file)
                for when, event in program.events:
                    print(f"{when:.3f}", event, file=file)
                print(program.said(), file=file)


def case_walk(lab):
    seed, steps = seeded()
    walk = Walk(lab, seed)
    began = time.monotonic()
    try:
        for _ in range(steps):
            walk.step()
        walk.last()
    except BaseException:
        tell(f"NAMIDA_WALK_SEED={seed} NAMIDA_WALK_STEPS={steps}")
        for line in walk.steps:
            tell(line)
        save_logs(lab)
        raise
    tell(f"{steps} steps of seed {seed}: {len(walk.keeper.known)} versions and {len(walk.library.promised)} contents are "
         f"there, {len(walk.keeper.removed)} versions were removed; "
         f"{len(walk.keeper.sessions('parked')) + len(walk.library.sessions('parked'))} may still go on")
    if os.environ.get("NAMIDA_WALK_LOGS"):
        tell(f"{time.monotonic() - began:.0f} s")


def case_beside(lab):
    """A device that receives, and runs a command that sends: who sends to it or fetches from it finds what receives."""
    walk = Walk(lab, 5)
    walk.steps.append("beside")
    walk.sent(walk.send(1, 2, by_name=False), {0})
    walk.check()
    own = Source(pathlib.Path(lab.folder) / "source2", walk.chance)
    for _ in range(6):
        own.fill()
        command = walk.begin(2, "send", "--to", f"10.77.0.3:{walk.library.port}", "--limit", "1MB/s", *own.what())
        command.wait_event("start", LIMIT)
        for address in (f"10.77.0.2:{walk.keeper.port}", "node2"):
            walk.found(1, "backups", "list", "--from", address)
            folder = walk.fresh(f"fetched {address}")
            walk.found(1, "backups", "fetch", "--from", address, "--backups", str(folder), "--into", str(folder))
            walk.came_back(folder, "1")
            walk.found(1, "send", "--to", address, *walk.sources[1].what())
        walk.finish(command, {0})


sys.exit(netlab.run_case(globals()))
