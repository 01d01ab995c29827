# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the real programs with SIGKILL in the middle of a transfer, starts them again, and compares every byte in the
end. If possible, it runs in its own network namespace, so that its loopback has no other traffic and the counter of the
interface shows how much was sent."""
import ctypes
import fcntl
import os
import pathlib
import random
import socket
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "loopback"))
from namida_loopback import all_files, equal, free_port, main, same_tree, write  # noqa: E402

POINTS = 10
LARGE = 300 * 10**6
SMALL = 300
BREAK = 8 << 20  # bytes that one break may cost
SEED = int(os.environ.get("NAMIDA_TEST_SEED", random.randrange(2**32)))


def own_loopback():
    """Moves this process into a network namespace whose only interface is lo. Returns whether that worked."""
    CLONE_NEWUSER, CLONE_NEWNET, SIOCSIFFLAGS, UP = 0x10000000, 0x40000000, 0x8914, 0x1 | 0x40
    uid, gid = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    pathlib.Path("/proc/self/setgroups").write_text("deny")
    pathlib.Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    pathlib.Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", UP))
    return True


def wire_bytes():
    for line in pathlib.Path("/proc/thread-self/net/dev").read_text().splitlines():
        if line.strip().startswith("lo:"):
            return int(line.split(":")[1].split()[0])
    raise AssertionError("no lo")


class Wire:
    """What one run may put on the wire: what came to be there in it, 8 MiB for the break, and what carries it."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.bytes, self.there = wire_bytes(), staged(receiver)

    def check(self, there, breaks):
        if not COUNTED:
            return
        sent, new = wire_bytes() - self.bytes, there - self.there
        overhead = new // 50 + 2 * 10**6  # headers, acknowledgements, TLS; offers, answers, greetings
        assert sent <= new + overhead + BREAK * breaks, \
            f"{sent} bytes were sent for {new} that are new ({there} there)"


def parts(receiver):
    return [path for folder in (receiver.data / "staging", receiver.music / ".namida-sync-parts",
                                receiver.backups / ".namida-sync-parts") if folder.exists()
            for path in folder.rglob("*.part")]


def staged(receiver):
    total = 0
    for path in parts(receiver):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            pass
    return total


def noise(chance, size):
    return b"".join(chance.randbytes(min(10**7, size - at)) for at in range(0, size, 10**7))


def make_music(folder, chance, large=LARGE, small=SMALL):
    music = folder / "Music"
    write(music / "Large" / "one.flac", noise(chance, large), 1_600_000_000_000)
    for i in range(small):
        write(music / f"Album {i % 7}" / f"{i:03}.mp3", chance.randbytes(chance.choice([0, 1, 4000, 70_000])),
              1_600_000_000_000 + i)
    return music, sum(path.stat().st_size for path in music.rglob("*") if path.is_file())


def restart(receiver, *options):
    receiver.start("receive", "--backups", receiver.backups, "--music", receiver.music, "--as", "library", *options)
    receiver.wait_event("listening")


def new_receiver(lab, *options):
    receiver = lab.device("Receiver")
    port = free_port()
    plain = receiver.command
    receiver.command = lambda *arguments, port=port: plain(*arguments, port=port)
    receiver.address = f"127.0.0.1:{port}"
    restart(receiver, *options)
    return receiver


def start_sending(sender, receiver, what, *options):
    sender.start("send", "--to", receiver.address, *options, what)


def until_staged(sender, receiver, goal):
    """Waits until so much is there, and more than now. Returns False when the transfer ended before."""
    deadline = time.monotonic() + 60
    goal = max(goal, staged(receiver) + 1)
    while staged(receiver) < goal:
        if sender.process.poll() is not None:
            return False
        assert time.monotonic() < deadline, f"only {staged(receiver)} bytes within 60 s"
        time.sleep(0.002)
    return True


def answer_first(receiver):
    """Says yes to one question; the next one would never be answered."""
    offer = receiver.wait_event("offer")
    receiver.answer(accept=offer["id"])


def goals(total):
    chance = random.Random(SEED)
    points = sorted(chance.randrange(1, total * 95 // 100) for _ in range(POINTS))
    print(f"# seed {SEED}; bytes there at each kill: {points}", flush=True)
    return points


def finish(sender, receiver, music):
    """The last run: nothing breaks it. Nobody is asked."""
    wire = Wire(receiver)
    total = sum(path.stat().st_size for path in music.rglob("*") if path.is_file())
    start_sending(sender, receiver, music)
    equal(sender.wait(), 0, f"exit of the last sending: {sender.errors}")
    wire.check(total, 0)
    same_tree(music, receiver.music / "Music")
    equal(parts(receiver), [], "parts left behind")
    end = [event for event in sender.seen if event["event"] == "end"][-1]
    equal((end["result"], end["failed"]), ("done", 0), "result")


def no_question(receiver):
    while not receiver.events.empty():
        receiver.seen.append(receiver.events.get())
    asked = [event for event in receiver.seen if event and event["event"] == "offer"]
    equal(asked, [], "questions after the first")


def test_receiver_killed(lab):
    """the receiver is killed at 10 random points of one transfer: it goes on each time, and nobody is asked twice"""
    music, total = make_music(lab.folder("source"), random.Random(SEED))
    receiver, sender = new_receiver(lab, "--accept", "ask"), lab.device("Sender")
    asked = False
    for goal in goals(total):
        wire = Wire(receiver)
        start_sending(sender, receiver, music, "--limit", "400MB/s", "--wait", "0")
        if not asked:
            answer_first(receiver)
            asked = True
        assert until_staged(sender, receiver, goal), f"the sending ended: {sender.seen} {sender.errors}"
        receiver.kill()
        code = sender.wait(60)
        assert code == 1, f"the sender ended with {code} though the receiver is dead: {sender.errors}"
        wire.check(staged(receiver), 1)
        restart(receiver, "--accept", "ask")
    finish(sender, receiver, music)
    no_question(receiver)


def test_sender_killed(lab):
    """the sender is killed at 10 random points of one transfer: the next sending goes on, and nobody is asked twice"""
    music, total = make_music(lab.folder("source"), random.Random(SEED + 1))
    receiver, sender = new_receiver(lab, "--accept", "ask"), lab.device("Sender")
    asked = False
    for goal in goals(total):
        wire = Wire(receiver)
        start_sending(sender, receiver, music, "--limit", "400MB/s")
        if not asked:
            answer_first(receiver)
            receiver.seen.clear()
            asked = True
        assert until_staged(sender, receiver, goal), f"the sending ended: {sender.seen} {sender.errors}"
        sender.kill()
        time.sleep(0.3)
        wire.check(staged(receiver), 1)
    finish(sender, receiver, music)
    no_question(receiver)
    # However often it was begun: one sending, one receiving.
    for device, direction in ((sender, "send"), (receiver, "receive")):
        rows = device.run("--json", "history").events
        equal([(row["direction"], row["state"], row["failed"]) for row in rows], [(direction, "done", 0)], "history")


def test_waiting_sender(lab):
    """one sending that may wait outlives three deaths of the receiver"""
    music, total = make_music(lab.folder("source"), random.Random(SEED + 5), large=90 * 10**6, small=100)
    receiver, sender = new_receiver(lab, "--accept", "ask"), lab.device("Sender")
    wire = Wire(receiver)
    start_sending(sender, receiver, music, "--limit", "60MB/s", "--wait", "60")
    answer_first(receiver)
    for goal in (10**7, 4 * 10**7, 7 * 10**7):
        assert until_staged(sender, receiver, goal), f"the sending ended: {sender.errors}"
        receiver.kill()
        sender.wait_event("interrupted")
        time.sleep(0.2)
        equal([(row["direction"], row["state"]) for row in sender.run("--json", "history").events], [("send", "interrupted")])
        restart(receiver, "--accept", "ask")
    equal(sender.wait(), 0, f"exit: {sender.errors}")
    wire.check(total, 3)
    same_tree(music, receiver.music / "Music")
    no_question(receiver)


def test_no_wait(lab):
    """with --wait 0 it ends soon, and says that the device is away"""
    music, _ = make_music(lab.folder("source"), random.Random(SEED + 6), large=30 * 10**6, small=5)
    receiver, sender = new_receiver(lab, "--accept", "all"), lab.device("Sender")
    began = time.monotonic()
    break_off(lab, sender, receiver, music, 10**7)
    assert time.monotonic() - began < 30, "it took more than 30 s"
    equal([event for event in sender.seen if event["event"] == "interrupted"], [], "waited")


def break_off(lab, sender, receiver, music, goal):
    start_sending(sender, receiver, music, "--limit", "60MB/s", "--wait", "0")
    assert until_staged(sender, receiver, goal), f"the sending ended: {sender.errors}"
    receiver.kill()
    equal(sender.wait(60), 1)


def large_part(receiver):
    return max(parts(receiver), key=lambda path: path.stat().st_size)


def test_damaged_part(lab):
    """a part that was damaged on the disk meanwhile is noticed by its hash, and its file is sent again"""
    music, _ = make_music(lab.folder("source"), random.Random(SEED + 2), large=60 * 10**6, small=20)
    receiver, sender = new_receiver(lab, "--accept", "all"), lab.device("Sender")
    break_off(lab, sender, receiver, music, 20 * 10**6)
    with large_part(receiver).open("r+b") as part:
        part.seek(12_345_678)
        byte = part.read(1)
        part.seek(-1, os.SEEK_CUR)
        part.write(bytes([byte[0] ^ 1]))
    restart(receiver, "--accept", "all")
    start_sending(sender, receiver, music)
    equal(sender.wait(), 0, f"exit: {sender.errors}")
    same_tree(music, receiver.music / "Music")


def test_damaged_whole_parts(lab):
    """the same with the parts of files that had arrived whole"""
    music, _ = make_music(lab.folder("source"), random.Random(SEED + 3), large=60 * 10**6, small=60)
    receiver, sender = new_receiver(lab, "--accept", "all"), lab.device("Sender")
    break_off(lab, sender, receiver, music, 50 * 10**6)
    whole = [path for path in parts(receiver) if path.stat().st_size in (4000, 70_000)]
    assert whole, "no small file has arrived before the large one"
    for path in whole[:5]:
        path.write_bytes(bytes(path.stat().st_size))
    restart(receiver, "--accept", "all")
    start_sending(sender, receiver, music)
    equal(sender.wait(), 0, f"exit: {sender.errors}")
    same_tree(music, receiver.music / "Music")


def changed(lab, change):
    music, _ = make_music(lab.folder("source"), random.Random(SEED + 4), large=60 * 10**6, small=20)
    receiver, sender = new_receiver(lab, "--accept", "all"), lab.device("Sender")
    break_off(lab, sender, receiver, music, 20 * 10**6)
    change(music / "Large" / "one.flac")
    restart(receiver, "--accept", "all")
    start_sending(sender, receiver, music)
    equal(sender.wait(), 0, f"exit: {sender.errors}")
    same_tree(music, receiver.music / "Music")
    equal(len([name for name in all_files(receiver.music) if "one" in name]), 1, "large files")


def test_source_changed(lab):
    """the sender's file has other content, size and time when it goes on: the new content arrives whole"""
    changed(lab, lambda path: write(path, random.Random(1).randbytes(55 * 10**6), 1_650_000_000_000))


def test_source_changed_unseen(lab):
    """the same when its size and time are as before: the hash tells"""
    changed(lab, lambda path: write(path, random.Random(2).randbytes(60 * 10**6), 1_600_000_000_000))


COUNTED = own_loopback()
print(f"# bytes on the wire are {'counted' if COUNTED else 'not counted: no network namespace of our own'}")
main(*[test for name, test in list(globals().items()) if name.startswith("test_") and name[5:] in (sys.argv[2:] or [name[5:]])])
