# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests what is allowed but rare: names that look like a drive or an option, links, empty values, other files at a
needed path, and several programs that start at once."""
import json
import os
import signal
import subprocess
import time

from namida_loopback import LIMIT, all_files, environment, equal, expect, main, same_tree, unique, write


def test_colons(lab):
    """songs whose names begin like a drive arrive in both ways of landing, are known again, and verified"""
    music = lab.folder("source") / "Music"
    for name in ("Album/A: one.mp3", "Album/B: two.mp3", "Album/c.mp3", "E: Album/F: three.mp3", "Album/G: Disc/H:.mp3"):
        write(music / name, name.encode() * 500, 1_600_000_000_000)
    upper = lab.folder("upper")
    music = music.rename(upper / "Music")
    for landing in ("library", "backup"):
        receiver = lab.receiver("--accept", "all", "--as", landing, name=landing)
        sender = lab.device("Sender")
        equal(expect(0, sender.send(receiver, upper)).end()["stored"], 5)
        place = receiver.music / "upper"
        if landing == "backup":
            place = next(path for path in receiver.backups.rglob("upper") if path.is_dir())
        same_tree(upper, place)
        equal(expect(0, sender.send(receiver, upper)).end()["moved"], 0)
        expect(0, receiver.run("backups", "verify"))


def test_link(lab):
    """a link that was named is followed, to a file as to a folder; the name is the link's"""
    place = lab.folder("elsewhere")
    write(place / "real.mp3", b"behind a link" * 1000, 1_600_000_000_000)
    write(place / "Songs" / "song.mp3", b"song", 1_600_000_000_000)
    source = lab.folder("source")
    (source / "short.mp3").symlink_to("../elsewhere/real.mp3")
    (source / "Music").symlink_to("../elsewhere/Songs")
    receiver = lab.receiver("--accept", "all", "--as", "library")
    expect(0, lab.device("Sender").send(receiver, source / "short.mp3", source / "Music"))
    arrived = [path for path in receiver.backups.rglob("short.mp3")]
    equal([path.read_bytes() for path in arrived], [b"behind a link" * 1000])
    assert not arrived[0].is_symlink()
    equal(all_files(receiver.music / "Music"), ["song.mp3"])


def test_dash(lab):
    """what follows -- is a name, also when it begins with a dash"""
    source = lab.folder("source")
    write(source / "-song.mp3", b"dash")
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    for arguments in (["--", "-song.mp3"], ["--", "./-song.mp3"]):
        result = sender.run("--json", "send", "--to", receiver.alias, *arguments, wrap=("env", "-C", str(source)))
        expect(0, result)
    equal([path.name for path in receiver.backups.rglob("*.mp3")], ["-song.mp3"])
    expect(2, sender.run("inspect", "--"))
    expect(1, sender.run("inspect", "--", "-missing.zip"))


def test_empty(lab):
    """an empty value is no value: it means neither no PIN, nor every network, nor this folder"""
    device = lab.device()
    for arguments in (["receive", "--pin", ""], ["receive", "--backups="], ["receive", "--music", ""],
                      ["send", "--to", "", "/dev/null"], ["send", "--to", "x", ""], ["send", "--to", "x", "--music", ""],
                      ["--interface", "", "devices"], ["devices", "--interface="], ["--data-dir", "", "identity"],
                      ["--alias", "", "identity"], ["inspect", ""], ["trust", "remove", ""], ["backups", "show", ""]):
        result = expect(2, device.run(*arguments, wrap=("env", "-C", str(device.home))))
        assert ("empty" in result.err or "needs a value" in result.err) and not result.out, (arguments, result.out, result.err)
    equal(list(device.home.iterdir()), [])


def test_slow(lab):
    """at a low limit the request does not wait for its body: the other side would take that for silence"""
    music = lab.folder("source") / "Music"
    for n in range(4):
        write(music / f"{n}.mp3", os.urandom(60_000), 1_600_000_000_000)
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    result = expect(0, sender.send(receiver, music, "--limit", "12kB/s"))
    assert not [event for event in result.events if event["event"] == "interrupted"], result.out
    same_tree(music, receiver.music / "Music")


def test_in_the_way(lab):
    """a file or a link where a music folder should be: nothing is stored through it, and both sides say what to do"""
    music = lab.folder("source") / "Music"
    write(music / "song.mp3", b"song")
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    outside = lab.folder("outside")
    for n, block in enumerate((lambda path: path.write_bytes(b"a file"), lambda path: path.symlink_to(outside))):
        place = receiver.music / "Music"
        block(place)
        result = expect(7, sender.send(receiver, music))
        assert "See the message shown there" in result.end()["message"], result.err
        receiver.wait_event("end")
        why = [event["message"] for event in receiver.seen if event["event"] == "file"]
        equal(len(why), n + 1, receiver.seen)
        assert "in place of" in why[-1], why
        equal(list(outside.iterdir()), [])
        place.unlink()
    expect(0, sender.send(receiver, music))
    same_tree(music, receiver.music / "Music")


def test_report(lab):
    """a report replaces a report, never a song, a folder or a device; what cannot be written is told before anything is sent"""
    music = lab.folder("source") / "Music"
    song = write(music / "song.mp3", b"the only copy")
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    for place in (song, music, lab.path / "missing" / "report.json"):
        refused = expect(2, sender.send(receiver, music, "--report", place))
        assert str(place) in refused.err and [event["code"] for event in refused.events] == ["usage"], (refused.err, refused.out)
    equal(song.read_bytes(), b"the only copy")
    equal(all_files(receiver.music), [])
    report = lab.path / "report.json"
    for _ in range(2):
        expect(0, sender.send(receiver, music, "--report", report))
        equal(json.loads(report.read_text())["result"], "done")
    pipe = lab.path / "pipe"
    os.mkfifo(pipe)
    sender.start("send", "--to", receiver.alias, "--report", pipe, music)
    with pipe.open() as file:
        equal(json.loads(file.read())["result"], "done")
    equal(sender.wait(), 0)
    assert pipe.is_fifo()


def test_first_start(lab):
    """several commands at once make one new data folder: none is told that another program has it"""
    for n in range(5):
        device = lab.device()
        started = [subprocess.Popen(device.command("backups", "list"), env=environment(device.home), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(6)]
        for process in started:
            _, said = process.communicate(timeout=LIMIT)
            equal(process.returncode, 0, said)


def test_interrupted(lab):
    """stopped while it looks for the other device: cancelled, not failed inside"""
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        device = lab.device()
        device.start("send", "--to", unique("Nobody"), "/etc/hostname")
        deadline = time.monotonic() + 30
        while not (device.data / "state.db").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        device.process.send_signal(signal_number)
        equal(device.wait(), 130 if signal_number == signal.SIGINT else 1)
        equal([(event["result"], event["code"]) for event in device.seen], [("cancelled", "cancelled")], device.errors)


def test_too_slow(lab):
    """a speed without its unit is a mistake, not five bytes a second"""
    device = lab.device()
    for arguments in (["send", "--to", "x", "--limit", "5", "/etc/hostname"], ["receive", "--limit", "9kB/s"]):
        result = expect(2, device.run(*arguments))
        assert "5MB/s" in result.err, result.err


main(test_slow, test_interrupted, test_too_slow, test_in_the_way, test_report, test_first_start, test_colons, test_link, test_dash, test_empty)
