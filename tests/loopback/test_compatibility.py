# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests an older release and this one together, in both directions, and this one with the data folder and the versions
of the older one. Prints TAP.

Usage: test_compatibility.py CLI OLD-CLI. build-aux/check-compatibility builds the older release and runs this."""
import json
import os
import pathlib
import signal
import sys

from namida_loopback import CLI, all_files, equal, expect, main, make_backup, same_tree, write

OLD = os.path.abspath(sys.argv[2])
MIB = 1 << 20


def couple(lab, *options, sender, receiver):
    """A receiver and a sender, each of the given program."""
    there, here = lab.device("Receiver"), lab.device("Sender")
    there.cli, here.cli = receiver, sender
    there.receive(*options)
    return here, there


def versions(device):
    return [event for event in expect(0, device.run("--json", "backups", "list")).events if "folder" in event]


def each_way(case):
    """A test of @case for each direction between the two programs."""
    def old_to_new(lab):
        case(lab, OLD, CLI)

    def new_to_old(lab):
        case(lab, CLI, OLD)

    old_to_new.__doc__ = case.__doc__ + " (old to new)"
    new_to_old.__doc__ = case.__doc__ + " (new to old)"
    return [old_to_new, new_to_old]


def send_library(lab, sender, receiver):
    """a backup and a folder arrive, and nothing travels the second time"""
    here, there = couple(lab, "--accept", "all", "--as", "library", sender=sender, receiver=receiver)
    archive, music = make_backup(lab.folder("source"))
    first = expect(0, here.send(there, archive, music)).end()
    equal((first["result"], first["failed"]), ("done", 0))
    same_tree(music, there.music / "Music")
    again = expect(0, here.send(there, archive, music)).end()
    equal((again["result"], again["moved"]), ("done", 0))


def send_versions(lab, sender, receiver):
    """two versions are kept, and what did not change does not travel"""
    here, there = couple(lab, "--accept", "all", "--as", "backup", sender=sender, receiver=receiver)
    archive, music = make_backup(lab.folder("source"))
    expect(0, here.send(there, archive, music))
    write(music / "new.flac", b"new" * 5000)
    equal(expect(0, here.send(there, archive, music)).end()["moved"], 1)
    equal(there.stop(), 0)
    equal(len(versions(there)), 2, "versions")
    expect(0, there.run("backups", "verify"))


def go_on(lab, sender, receiver):
    """a sending that was killed in the middle goes on"""
    here, there = couple(lab, "--accept", "all", "--as", "library", "--limit", "10MB/s", sender=sender, receiver=receiver)
    big = write(lab.folder("source") / "Music" / "big.flac", os.urandom(30 * MIB))
    here.start("send", "--to", there.alias, big.parent)
    here.wait_event("progress", where=lambda event: event["sent"] >= 12 * MIB)
    here.process.send_signal(signal.SIGKILL)
    here.wait()
    end = expect(0, here.send(there, big.parent)).end()
    equal(end["result"], "done")
    same_tree(big.parent, there.music / "Music")


def pair_and_fetch(lab, sender, receiver):
    """the two pair, the trusted one sends without a question, and fetches what is kept for it"""
    here, there = couple(lab, "--accept", "ask", "--as", "backup", sender=sender, receiver=receiver)
    here.start("pair", there.alias)
    digits = here.wait_event("pair")["digits"], there.wait_event("pair")["digits"]
    equal(*digits, "digits")
    here.answer(pair=True)
    there.answer(pair=True)
    equal(here.wait(), 0, here.errors)
    equal(there.stop(), 0)
    expect(0, there.run("trust", "set", here.alias, "--restore=yes"))
    there.receive("--accept", "trusted", "--as", "backup")
    archive, music = make_backup(lab.folder("source"))
    expect(0, here.send(there, archive, music))
    expect(0, here.run("backups", "fetch", "--from", there.alias, "--backups", here.backups, "--into", here.music))
    assert set(all_files(music)) <= {str(pathlib.Path(name).relative_to("Music")) for name in all_files(here.music) if name.startswith("Music/")}


def test_data_folder(lab):
    """the data folder and the versions of the old program are at home in the new one: identity, trust, history, versions, unfinished parts"""
    here, there = couple(lab, "--accept", "ask", "--as", "backup", sender=OLD, receiver=OLD)
    here.start("pair", there.alias)
    here.wait_event("pair"), there.wait_event("pair")
    here.answer(pair=True)
    there.answer(pair=True)
    equal(here.wait(), 0, here.errors)
    there.stop()
    there.receive("--accept", "trusted", "--as", "backup", "--limit", "10MB/s")
    archive, music = make_backup(lab.folder("source"))
    expect(0, here.send(there, archive, music))
    write(music / "second.flac", b"second" * 3000)
    expect(0, here.send(there, archive, music))
    big = write(lab.folder("source") / "Music" / "big.flac", os.urandom(30 * MIB))
    here.start("send", "--to", there.alias, archive, big.parent)
    here.wait_event("progress", where=lambda event: event["sent"] >= 12 * MIB)
    here.process.send_signal(signal.SIGKILL)
    here.wait()
    there.stop()
    old = {device: json.loads(device.run("--json", "identity").out) for device in (here, there)}
    equal(len(versions(there)), 2, "versions")
    here.cli = there.cli = CLI
    for device in (here, there):
        now = json.loads(expect(0, device.run("--json", "identity")).out)
        equal(now["fingerprint"], old[device]["fingerprint"], "fingerprint")
        equal(now["uuid"], old[device]["uuid"], "uuid")
    expect(0, there.run("backups", "verify"))
    there.receive("--accept", "trusted", "--as", "backup")
    end = expect(0, here.send(there, archive, music)).end()
    equal(end["result"], "done")
    equal(there.stop(), 0)
    listed = versions(there)
    equal(len(listed), 3, "versions")
    expect(0, there.run("backups", "verify"))
    into = lab.folder("restored")
    expect(0, there.run("backups", "restore", listed[0]["id"], "--here", "--yes", "--map", f"Music={into}"))
    same_tree(music, into)
    history = expect(0, there.run("--json", "history")).events
    assert len(history) >= 3, history


TESTS = [test for case in (send_library, send_versions, go_on, pair_and_fetch) for test in each_way(case)]
main(*TESTS, test_data_folder)
