# SPDX-License-Identifier: GPL-3.0-or-later
"""test_left.py CLI: tests a sender that leaves and returns with a slightly changed backup. Prints TAP."""
import os

from namida_loopback import equal, expect, main, same_tree, write

SIZE = 20_000_000


def parts(device):
    return [path for path in (device.data / "staging").rglob("*.part")]


def begin(lab, name):
    big = write(lab.folder(name) / "Music" / "big.flac", os.urandom(SIZE), 1_600_000_000_000)
    write(big.parent / "small.mp3", os.urandom(5000), 1_600_000_000_000)
    return big.parent


def until(sender, goal):
    sender.wait_event("progress", where=lambda event: event["sent"] >= goal)


def test_changed(lab):
    """the sender is killed, a file is added, and it is sent again at once: what arrived does not travel again"""
    music = begin(lab, "source")
    receiver, sender = lab.receiver("--accept", "all", "--as", "library"), lab.device("Sender")
    sender.start("send", "--to", receiver.alias, "--limit", "8MB/s", music)
    until(sender, SIZE // 2)
    sender.kill()
    there = sum(path.stat().st_size for path in parts(receiver))
    assert there > SIZE // 4, there
    write(music / "new.mp3", os.urandom(5000), 1_600_000_000_000)
    done = expect(0, sender.send(receiver, music))
    first = [event["sent"] for event in done.events if event["event"] == "progress"][0]
    assert first >= there, f"{there} bytes were there, and it went on at {first}"
    same_tree(music, receiver.music / "Music")
    equal(parts(receiver), [], "parts that nobody goes on with")
    rows = receiver.run("--json", "history").events
    equal([row["state"] for row in rows], ["done"], "what was received")


def test_two(lab):
    """one device sends two folders of one name at once: neither is taken for the other"""
    one, other = begin(lab, "one"), begin(lab, "other")
    write(other / "only here.mp3", os.urandom(5000), 1_600_000_000_000)
    receiver, sender = lab.receiver("--accept", "all", "--as", "backup"), lab.device("Sender")
    sender.start("send", "--to", receiver.alias, "--limit", "8MB/s", one)
    until(sender, SIZE // 4)
    expect(0, sender.send(receiver, other))
    equal(sender.wait(), 0, sender.errors)
    kept = [path for path in receiver.backups.rglob("Music/Music") if path.is_dir()]
    equal(len(kept), 2, "versions")
    for source in (one, other):
        there = [path for path in kept if (path / "only here.mp3").exists() == (source == other)]
        equal(len(there), 1, f"versions like {source}")
        same_tree(source, there[0])


main(test_changed, test_two)
