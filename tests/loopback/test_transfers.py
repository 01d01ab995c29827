# SPDX-License-Identifier: GPL-3.0-or-later
"""test_transfers.py CLI: tests that another program lists and stops the transfers of running ones. Prints TAP."""
import os
import socket
import time

from namida_loopback import equal, expect, main, make_backup, write

SLOW = ("--limit", "300kB/s")


def at(receiver):
    return f"127.0.0.1:{receiver.listening['port']}"


def listed(device):
    return expect(0, device.run("--json", "transfers")).events


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def start(lab, sender, receiver):
    """A sending that takes a while, once it moves."""
    music = lab.folder("source") / "Music"
    write(music / "long.flac", os.urandom(6_000_000))
    sender.start("send", "--to", at(receiver), *SLOW, music)
    wait_for(lambda: [one["state"] for one in listed(receiver)] == ["running"] and listed(receiver)[0]["sent"] > 0)
    return music


def test_list(lab):
    """both sides list a transfer while it runs, a receiver that is killed leaves no trace, and nothing is nothing"""
    receiver, sender = lab.device("Receiver"), lab.device("Sender")
    equal(listed(receiver), [])
    assert "Nothing" in expect(0, receiver.run("transfers")).out
    receiver.receive("--accept", "all", "--as", "library")
    start(lab, sender, receiver)
    here, there = listed(receiver)[0], listed(sender)[0]
    equal((here["direction"], here["alias"], there["direction"], there["alias"]), ("receive", sender.alias, "send", receiver.alias))
    equal((here["total"], there["total"], here["files"]), (6_000_000, 6_000_000, 1))
    assert here["id"][:8] in expect(0, receiver.run("transfers", "list")).out
    equal([row["id"] for row in expect(0, sender.run("--json", "history")).events], [there["id"]])
    equal([row["id"] for row in expect(0, receiver.run("--json", "history")).events], [here["id"]])
    receiver.kill()
    equal(listed(receiver), [])
    equal(list((receiver.data / "running").iterdir()), [])
    wait_for(lambda: listed(sender)[0]["state"] == "interrupted")
    expect(0, sender.run("transfers", "cancel", there["id"][:8]))
    assert sender.wait(20) != 0
    equal(listed(sender), [])
    equal(list((sender.data / "running").iterdir()), [])


def test_cancel(lab):
    """the receiver's side is cancelled by another command: both end, what arrived stays, and the next sending goes on"""
    receiver, sender = lab.device("Receiver"), lab.device("Sender")
    receiver.receive("--accept", "all", "--as", "library")
    music = start(lab, sender, receiver)
    row = listed(receiver)[0]
    for wrong in (("cancel",), ("cancel", "abc"), ("stop", row["id"]), ("cancel", row["id"], "x")):
        expect(2, receiver.run("transfers", *wrong))
    expect(1, receiver.run("transfers", "cancel", "ffff-none"))
    expect(1, receiver.run("transfers", "resume", row["id"]))
    equal(expect(0, receiver.run("--json", "transfers", "cancel", row["id"][:6])).events[0]["id"], row["id"])
    assert sender.wait(20) != 0
    equal(listed(receiver), [])
    parts = [path.stat().st_size for path in receiver.home.rglob("*") if path.is_file() and "staging" in str(path) or ".namida-sync" in str(path) and path.is_file()]
    assert any(size > 50_000 for size in parts), parts
    sent = expect(0, sender.send(at(receiver), music))
    equal((sent.end()["result"], (receiver.music / "Music" / "long.flac").read_bytes()), ("done", (music / "long.flac").read_bytes()))


def test_pause(lab):
    """it is paused and resumed from the receiver's side, and arrives whole"""
    receiver, sender = lab.device("Receiver"), lab.device("Sender")
    receiver.receive("--accept", "all", "--as", "library")
    music = lab.folder("source") / "Music"
    write(music / "song.flac", os.urandom(3_000_000))
    sender.start("send", "--to", at(receiver), "--limit", "600kB/s", music)
    wait_for(lambda: [one["state"] for one in listed(receiver)] == ["running"])
    row = listed(receiver)[0]
    expect(0, receiver.run("transfers", "pause", row["id"]))
    wait_for(lambda: [one["state"] for one in listed(receiver)] == ["paused"])
    expect(1, receiver.run("transfers", "pause", row["id"]))
    expect(0, receiver.run("transfers", "resume", row["id"]))
    equal(sender.wait(60), 0)
    equal((receiver.music / "Music" / "song.flac").read_bytes(), (music / "song.flac").read_bytes())


def test_bad_requests(lab):
    """lines that are no request, too long or never end cost nothing; a folder with a long path has its socket, too"""
    deep = lab.folder("d" * 60) / ("e" * 60)
    receiver = lab.device("Receiver")
    receiver.data = deep / "data"
    receiver.receive("--accept", "all", "--as", "library")
    names = list((receiver.data / "running").iterdir())
    equal((len(names), (receiver.data / "running").stat().st_mode & 0o777), (1, 0o700))
    folder = os.open(receiver.data / "running", os.O_PATH)
    address = f"/proc/self/fd/{folder}/{names[0].name}"
    silent = []
    for line in (b"\n", b"[]\n", b'{"do": 1}\n', b'{"do": "list", "id": {}}\n', b"x" * 5000, b'{"do":"cancel"}\n', b"\xff\xfe\n"):
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(address)
            one.sendall(line)
            one.settimeout(10)
            try:
                equal(one.recv(100), b"")
            except ConnectionResetError:
                pass
    for _ in range(20):
        one = socket.socket(socket.AF_UNIX)
        one.connect(address)
        silent.append(one)
    # The silent ones have the places, for five seconds.
    wait_for(lambda: receiver.run("--json", "transfers").code == 0, 10)
    for one in silent:
        one.close()
    os.close(folder)
    equal(listed(receiver), [])
    receiver.stop()
    equal(list((receiver.data / "running").iterdir()), [])


main(test_list, test_cancel, test_pause, test_bad_requests)
