#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-faults.py CLI CASE: tests a transfer between two machines whose cable has faults. Prints TAP.

The interface of the receiver counts what is sent twice, including headers."""
import os
import random
import subprocess
import sys
import time

import lab as netlab
from lab import tell

BREAK = 8 << 20  # bytes that one break may cost
SIZE = 100 * 10**6


def make_music(lab):
    music = os.path.join(lab.folder, "Music")
    chance = random.Random(3)
    os.mkdir(music)
    with open(os.path.join(music, "long.flac"), "wb") as file:
        for _ in range(SIZE // 10**7):
            file.write(chance.randbytes(10**7))
    for i in range(50):
        with open(os.path.join(music, f"{i:02}.mp3"), "wb") as file:
            file.write(chance.randbytes(20_000))
    return music


def received_bytes(lab):
    return int(lab.output(2, "cat", "/proc/self/net/dev").split("eth0:")[1].split()[0])


def assert_same(lab, music, there):
    different = subprocess.run(["diff", "-r", music, os.path.join(there, "Music")], capture_output=True, text=True)
    assert different.returncode == 0, different.stdout[-2000:]


def begin(lab, *options):
    """A transfer of 5 s or more, from the first machine to the second, that has got somewhere."""
    music = make_music(lab)
    there = os.path.join(lab.folder, "there")
    receiver = lab.start(2, "receive", "--accept", "all", "--as", "library", "--backups", there, "--music", there)
    receiver.wait_event("listening", 20)
    before = received_bytes(lab)
    sender = lab.start(1, "send", "--to", "node2", "--limit", "20MB/s", *options, music)
    end = time.monotonic() + 20
    while received_bytes(lab) - before < 30 * 10**6:
        assert time.monotonic() < end and sender.process.poll() is None, sender.said()
        time.sleep(0.05)

    def check(breaks):
        code = sender.wait(90)
        sent = received_bytes(lab) - before
        tell(f"{sent} bytes arrived at the interface, {sent - SIZE - 10**6} more than the files have")
        assert code == 0, sender.said()
        assert_same(lab, music, there)
        assert sent <= (SIZE + 10**6) * 1.06 + 10**6 + breaks * BREAK
    return sender, check


def case_unplugged(lab):
    """The cable is out for 3 s: not even the connection has to notice."""
    sender, check = begin(lab)
    lab.run("link", 2, "down")
    time.sleep(3)
    lab.run("link", 2, "up")
    check(1)


def case_unplugged_long(lab):
    """The cable is out for 60 s: a sending that may wait goes on by itself."""
    sender, check = begin(lab, "--wait", "300")
    lab.run("link", 2, "down")
    time.sleep(60)
    lab.run("link", 2, "up")
    check(1)


def case_lossy(lab):
    """3 % of the packets are lost, and the rest takes 30 ms each way: slow, but nobody gives up."""
    sender, check = begin(lab)
    lab.run("delay", 2, 30, 3)
    try:
        sender.process.wait(60)  # with some kinds of congestion control it is all over by then
    except subprocess.TimeoutExpired:
        pass
    assert sender.count("interrupted") == 0, sender.events[-5:]
    lab.run("delay", 2, "off")
    check(1)


def case_full(lab):
    """The receiver's disk fills up at the half: both say so; when there is room again, a second sending ends it."""
    music = os.path.join(lab.folder, "Music")
    there = os.path.join(lab.folder, "there")
    chance = random.Random(4)
    os.mkdir(music)
    os.mkdir(there)
    for i in range(20):  # of a single file the room is set aside when it begins
        with open(os.path.join(music, f"{i:02}.flac"), "wb") as file:
            file.write(chance.randbytes(SIZE // 20))
    lab.output(2, "mount", "-t", "tmpfs", "-o", "size=150m", "tmpfs", there)
    receiver = lab.start(2, "receive", "--accept", "all", "--as", "library", "--backups", there, "--music", there)
    receiver.wait_event("listening", 20)
    before = received_bytes(lab)
    sender = lab.start(1, "send", "--to", "node2", "--limit", "10MB/s", music)
    end = time.monotonic() + 60
    while received_bytes(lab) - before < 50 * 10**6:
        assert time.monotonic() < end and sender.process.poll() is None, sender.said()
        time.sleep(0.05)
    lab.output(2, "sh", "-c", f"dd if=/dev/zero of={there}/full bs=64k 2>/dev/null || true")
    assert sender.wait(120) != 0
    tell(sender.said().strip())
    assert sender.wait_event("end", 5)[1]["code"] == "no-space", sender.events[-1]
    told = receiver.wait_event("interrupted", 60)[1]
    tell(told["message"])
    assert "free space" in told["message"], told
    arrived = received_bytes(lab) - before

    lab.output(2, "rm", f"{there}/full")
    again = lab.start(1, "send", "--to", "node2", music)
    assert again.wait(120) == 0, again.said()
    lab.output(2, "diff", "-r", music, f"{there}/Music")
    sent = received_bytes(lab) - before
    tell(f"{arrived} bytes until it was full, {sent} in all")
    assert sent <= SIZE * 1.06 + 10**6 + BREAK


def case_cut(lab):
    """Nothing arrives for 40 s, and nobody says so: a person is told within 30 s, and it goes on by itself."""
    sender, check = begin(lab, "--wait", "120")
    cut = time.monotonic()
    lab.run("link", 2, "cut")
    when, _ = sender.wait_event("interrupted", 40, since=cut)
    tell(f"noticed after {when - cut:.1f} s")
    assert when - cut <= 30
    time.sleep(max(0, cut + 40 - time.monotonic()))
    lab.run("link", 2, "heal")
    check(1)


def case_moved(lab):
    """The receiver gets another address in the middle: it is found there, and the same sending goes on."""
    sender, check = begin(lab, "--wait", "120")
    moved = time.monotonic()
    lab.output(2, "sh", "-c", "ip addr flush dev eth0; ip addr add 10.77.0.92/24 dev eth0; "
               "ip route replace 224.0.0.0/4 dev eth0")
    sender.wait_event("interrupted", 40, since=moved)
    check(1)
    tell(f"done {time.monotonic() - moved:.1f} s after the move")


def case_blackhole(lab):
    """Large packets get lost on the way, small ones do not (a VPN in between): that is what is said, within 15 s; a closed port and a
    network without a way are told from it, and from each other. What may try again uses smaller packets, and goes on: sending, getting a version
    back, and restoring one to a device."""
    receiver = lab.start(2, "receive", "--accept", "all", "--as", "backup", "--music", lab.folder + "/Library", "--backups", lab.folder + "/Backups")
    receiver.wait_event("listening", 30)
    identity = lab.start(1, "identity")
    fingerprint = identity.wait_event(None, 10)[1]["fingerprint"]
    for arguments in (("add", fingerprint, "node1"), ("set", "node1", "--restore", "yes")):
        trust = lab.start(2, "trust", *arguments)
        assert trust.wait(10) == 0, trust.said()
    music = lab.folder + "/Music"
    os.makedirs(music)
    for i in range(40):
        with open(f"{music}/a song with a name of some length, number {i}.flac", "wb") as file:
            file.write(os.urandom(100000))

    def refused(place, code, words, seconds):
        began = time.monotonic()
        sender = lab.start(1, "send", "--to", place, "--wait", "0", music)
        assert sender.wait(seconds + 30) == code, sender.said()
        took = time.monotonic() - began
        assert words in sender.said() and took <= seconds, (took, sender.said())
        tell(f"“{words}” after {took:.1f} s")

    refused("10.77.0.2:9", 4, "it refused the connection", 15)
    refused("192.0.2.1", 4, "cannot be reached from this network", 15)
    for node in (1, 2):
        # One packet for each segment: the system hands over many as one otherwise, and that one is large.
        lab.output(node, "ip", "link", "set", "dev", "eth0", "gso_max_segs", "1")
        lab.output(node, "sh", "-c", "nft add table inet hole && nft 'add chain inet hole in { type filter hook input priority 0; }' && "
                   "nft add rule inet hole in meta length '>' 1300 drop")

    def goes_on(node, *arguments):
        program = lab.start(node, *arguments)
        began = time.monotonic()
        end = began + 15
        while "smaller ones are sent from now on" not in program.said() and time.monotonic() < end and program.process.poll() is None:
            time.sleep(0.1)
        said = time.monotonic() - began
        assert program.wait(60) == 0 and said < 15 and "smaller ones" in program.said(), (said, program.said(), program.events[-3:])
        tell(f"{' '.join(arguments[:2])}: said after {said:.1f} s, done after {time.monotonic() - began:.1f} s")

    goes_on(1, "send", "--to", "10.77.0.2", music)
    goes_on(1, "backups", "fetch", "--from", "10.77.0.2", "--as", "library", "--into", lab.folder + "/Back", "--backups", lab.folder + "/BackZips")
    lab.output(1, "diff", "-r", music, lab.folder + "/Back/Music")
    for node in (1, 2):
        lab.output(node, "nft", "add", "rule", "inet", "hole", "in", "meta", "length", ">", "1240", "drop")
    refused("10.77.0.2", 1, "smaller MTU", 25)


def case_slow(lab):
    """8 Mbit/s: slow is not dead."""
    sender, check = begin(lab)
    lab.run("rate", 2, "8mbit")
    time.sleep(35)
    assert sender.process.poll() is None, sender.said()
    lab.run("rate", 2, "off")
    check(0)


sys.exit(netlab.run_case(globals(), machines=2))
