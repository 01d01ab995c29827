#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-again.py CLI CASE: tests that files that the receiver already has are neither sent nor read again. Prints TAP.

The interface of the receiver counts what is sent, including headers."""
import os
import random
import subprocess
import sys

import lab as netlab
from lab import tell

FILES = 20_000
ALBUM = 100
LIMIT = 240  # seconds for one sending


def make_music(lab, files):
    music = os.path.join(lab.folder, "Music")
    chance = random.Random(5)
    for album in range(files // ALBUM):
        folder = os.path.join(music, f"Album {album:03}")
        os.makedirs(folder)
        for track in range(ALBUM):
            with open(os.path.join(folder, f"{track:02}.mp3"), "wb") as file:
                file.write(chance.randbytes(24))
    return music


def received_bytes(lab, node):
    return int(lab.output(node, "cat", "/proc/self/net/dev").split("eth0:")[1].split()[0])


class Pair:
    """The first machine sends its music, again and again, to the second one."""

    def __init__(self, lab, files=FILES):
        self.lab = lab
        self.music = make_music(lab, files)
        self.there = os.path.join(lab.folder, "there")
        self.receiver = self.receive(2, self.there)

    def receive(self, node, folder):
        receiver = self.lab.start(node, "receive", "--accept", "all", "--as", "library", "--backups", folder,
                                  "--music", folder)
        receiver.wait_event("listening", 30)
        return receiver

    def send(self, *, node=1, to=2, music=None, **wanted):
        """Sends, and compares what both sides say at the end, and how many bytes came."""
        before = received_bytes(self.lab, to)
        ends = self.receiver.count("end")
        sender = self.lab.start(node, "send", "--to", f"node{to}", music or self.music)
        assert sender.wait(LIMIT) == 0, sender.said()
        told = sender.wait_event("end", 10)[1]
        with self.receiver.changed:
            assert self.receiver.changed.wait_for(lambda: sum(
                1 for _, event in self.receiver.events if event.get("event") == "end") > ends, 30)
            theirs = [event for _, event in self.receiver.events if event.get("event") == "end"][-1]
        came = received_bytes(self.lab, to) - before
        tell(f"{told['stored']} stored, {told['kept']} kept, {told['moved']} moved, {told['hashed']} read here and "
             f"{theirs['hashed']} there, {came} bytes came")
        for key, value in wanted.items():
            assert told[key] == value, (key, told)
        assert theirs["moved"] == told["moved"], theirs
        return theirs, came

    def assert_same(self, here=None, there=None):
        different = subprocess.run(["diff", "-r", here or self.music, there or os.path.join(self.there, "Music")],
                                   capture_output=True, text=True)
        assert different.returncode == 0, different.stdout[-2000:]


def case_twice(lab):
    """The second time no body travels, and nobody reads a file. A changed file is one body."""
    pair = Pair(lab)
    theirs, first = pair.send(stored=FILES, kept=0, moved=FILES, hashed=FILES)
    pair.assert_same()
    theirs, second = pair.send(stored=0, kept=FILES, moved=0, hashed=0)
    assert theirs["hashed"] == 0, theirs
    assert theirs["kept"] == FILES, theirs
    assert second < first, (first, second)
    pair.assert_same()

    # One file changed: one body of a megabyte, in which nothing can be saved.
    with open(os.path.join(pair.music, "Album 007", "07.mp3"), "wb") as file:
        file.write(random.Random(6).randbytes(10**6))
    theirs, third = pair.send(stored=1, kept=FILES - 1, moved=1, hashed=1)
    assert theirs["hashed"] == 1, theirs
    # What both runs have in common is not the same to the byte: acknowledgements, and what was lost and said again.
    assert 8 * 10**5 <= third - second <= 3 * 10**6, (second, third)
    old = os.path.join(pair.there, "Music", "Album 007", "07.mp3")
    new = os.path.join(pair.there, "Music", "Album 007", "07 (2).mp3")
    with open(new, "rb") as file:  # both are kept
        assert len(file.read()) == 10**6
    assert os.path.getsize(old) == 24


def case_renamed(lab):
    """An album that was renamed costs no body: its content is there under another name."""
    pair = Pair(lab, 2000)
    big = os.path.join(pair.music, "Album 003", "big.flac")
    with open(big, "wb") as file:
        file.write(random.Random(8).randbytes(20 * 10**6))
    pair.send(stored=2001, moved=2001)
    os.rename(os.path.join(pair.music, "Album 003"), os.path.join(pair.music, "Album renamed"))
    theirs, came = pair.send(moved=0, hashed=0)
    assert came < 2 * 10**6, came
    assert os.path.isdir(os.path.join(pair.there, "Music", "Album 003"))
    pair.assert_same(os.path.join(pair.music, "Album renamed"), os.path.join(pair.there, "Music", "Album renamed"))


def case_back(lab):
    """What was received is sent on without being read; it comes back to another place only with its bytes."""
    pair = Pair(lab, 2000)
    pair.send(stored=2000, moved=2000)
    back = os.path.join(lab.folder, "back")
    pair.receiver.stop()
    pair.receiver = pair.receive(1, back)
    music = os.path.join(pair.there, "Music")
    # The other machine has all of it elsewhere, but a hash alone is no proof that the sender has the content: it travels.
    pair.send(node=2, to=1, music=music, moved=2000)
    pair.assert_same(music, os.path.join(back, "Music"))
    theirs, came = pair.send(node=2, to=1, music=music, moved=0, hashed=0, kept=2000)
    assert theirs["hashed"] == 0, theirs


sys.exit(netlab.run_case(globals(), machines=2))
