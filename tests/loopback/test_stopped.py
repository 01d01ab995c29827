# SPDX-License-Identifier: GPL-3.0-or-later
"""test_stopped.py CLI: tests that a program that was stopped for a while (Ctrl+Z, suspend) continues. Prints TAP."""
import os
import signal
import time

from namida_loopback import equal, main, same_tree, write


def stop_for(process, seconds):
    process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    process.send_signal(signal.SIGCONT)


def begin(lab, *options):
    big = write(lab.folder("source") / "Music" / "big.flac", os.urandom(16_000_000), 1_600_000_000_000)
    for i in range(20):
        write(big.parent / f"{i:02}.mp3", os.urandom(5000), 1_600_000_000_000)
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    sender.start("send", "--to", receiver.alias, "--limit", "4MB/s", *options, big.parent)
    sender.wait_event("progress", where=lambda event: event["sent"] > 3_000_000)
    return big.parent, receiver, sender


def check_end(music, receiver, sender):
    equal(sender.wait(150), 0, sender.errors)
    same_tree(music, receiver.music / "Music")


def test_sender_stopped(lab):
    """the sender is stopped for 20 s, longer than the receiver listens to silence"""
    music, receiver, sender = begin(lab)
    stop_for(sender.process, 20)
    check_end(music, receiver, sender)


def test_receiver_stopped(lab):
    """the receiver is stopped for 8 s: nobody gives up"""
    music, receiver, sender = begin(lab)
    stop_for(receiver.process, 8)
    check_end(music, receiver, sender)


def test_receiver_stopped_long(lab):
    """the receiver is stopped for 40 s: a sender that may wait goes on by itself"""
    music, receiver, sender = begin(lab, "--wait", "300")
    stop_for(receiver.process, 40)
    check_end(music, receiver, sender)


def test_leave_a_stopped_receiver(lab):
    """Ctrl+C ends a sender whose receiver does not answer any more; what arrived there is not sent again"""
    music, receiver, sender = begin(lab)
    receiver.process.send_signal(signal.SIGSTOP)
    sender.process.send_signal(signal.SIGINT)
    equal(sender.wait(30), 130, sender.errors)
    receiver.process.send_signal(signal.SIGCONT)
    # It may take a moment to find that the connection is gone.
    receiver.wait_event("interrupted", seconds=60)
    sender.start("send", "--to", receiver.alias, music)
    check_end(music, receiver, sender)
    resumed = [event for event in sender.seen if event["event"] == "progress"][0]
    assert resumed["sent"] > 1_000_000, resumed


main(test_sender_stopped, test_receiver_stopped, test_receiver_stopped_long, test_leave_a_stopped_receiver)
