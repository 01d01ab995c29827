# SPDX-License-Identifier: GPL-3.0-or-later
"""test_wait.py CLI: tests a sender that waits for its device: one that was killed, is not running yet, or is busy.
Prints TAP."""
import os
import time

from namida_loopback import equal, expect, free_port, main, same_tree, write


def begin(lab, *options):
    """(music, receiver, sender) in the middle of a sending."""
    big = write(lab.folder("source") / "Music" / "big.flac", os.urandom(12_000_000), 1_600_000_000_000)
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    sender.start("send", "--to", receiver.alias, "--limit", "3MB/s", *options, big.parent)
    sender.wait_event("progress", where=lambda event: event["sent"] > 3_000_000)
    return big.parent, receiver, sender


def test_receiver_killed(lab):
    """without any option an accepted sending goes on when its receiver was killed and comes back"""
    music, receiver, sender = begin(lab)
    receiver.kill()
    sender.wait_event("interrupted")
    time.sleep(1)
    receiver.receive("--accept", "all", "--as", "library")
    equal(sender.wait(90), 0, sender.errors)
    same_tree(music, receiver.music / "Music")


def test_no_wait(lab):
    """with --wait 0 it ends when its receiver is killed"""
    music, receiver, sender = begin(lab, "--wait", "0")
    receiver.kill()
    equal(sender.wait(40), 1, sender.errors)


def test_not_there_yet(lab):
    """--wait waits for a device that is not there yet, by name, by fingerprint and by address"""
    music = write(lab.folder("source") / "Music" / "a.flac", os.urandom(50_000)).parent
    receiver = lab.device("Receiver")
    key = expect(0, receiver.run("--json", "identity")).events[0]["fingerprint"]
    port = free_port()
    senders = []
    for to in (receiver.alias, key, f"127.0.0.1:{port}"):
        sender = lab.device("Sender")
        sender.start("send", "--to", to, "--wait", "60", music)
        senders.append(sender)
    for sender in senders:
        sender.wait_event("waiting", seconds=30)
    receiver.command = lambda *arguments, usual=receiver.command, **_: usual(*arguments, port=port)
    receiver.receive("--accept", "all", "--as", "library")
    for sender in senders:
        equal(sender.wait(90), 0, sender.errors)
    same_tree(music, receiver.music / "Music")
    # It gives up in the end.
    began = time.monotonic()
    expect(4, lab.device("Sender").run("send", "--to", "Nobody at all", "--wait", "8", music))
    assert 5 < time.monotonic() - began < 40


def test_busy(lab):
    """a device that is busy is tried again, as late as it asks for; after all tries the exit code is 10"""
    first = write(lab.folder("first") / "Music" / "a.flac", os.urandom(50_000)).parent
    second = write(lab.folder("second") / "Other" / "b.flac", os.urandom(50_000)).parent
    receiver = lab.receiver("--accept", "ask", "--as", "library")
    sender, late = lab.device("Sender"), lab.device("Late")
    late.data = sender.data  # the same device: one question at a time
    sender.start("send", "--to", receiver.alias, first)
    offer = receiver.wait_event("offer")
    expect(10, late.run("send", "--to", receiver.alias, "--wait", "0", second))
    late.start("send", "--to", receiver.alias, second)
    late.wait_event("interrupted")
    receiver.answer(accept=offer["id"])
    equal(sender.wait(60), 0, sender.errors)
    receiver.answer(accept=receiver.wait_event("offer", seconds=60)["id"])
    equal(late.wait(60), 0, late.errors)
    same_tree(second, receiver.music / "Other")


main(test_receiver_killed, test_no_wait, test_not_there_yet, test_busy)
