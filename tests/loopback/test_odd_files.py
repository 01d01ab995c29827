# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests unusual files and disks: many files, empty, changing and unreadable ones, and a full disk."""
import os
import time
import pathlib
import shutil
import subprocess

from namida_loopback import CLI, Skip, all_files, equal, expect, main, same_tree, write


def rows(device, *arguments):
    return expect(0, device.run("--json", *arguments)).events


def test_many(lab):
    """10,000 small files and an empty folder"""
    music = lab.folder("source") / "Many"
    for i in range(10_000):
        write(music / f"{i % 100:02}" / f"{i:05}.mp3", b"%d" % i * (i % 50), 1_600_000_000_000 + i)
    (music / "nothing").mkdir()
    receiver = lab.receiver("--accept", "all", "--as", "library")
    result = expect(0, lab.device("Sender").send(receiver, "--music", music, seconds=300))
    equal(result.end()["stored"], 10_000)
    same_tree(music, receiver.music / "Many")
    print(f"# 10,000 files in {result.seconds:.1f} s")


def test_empty(lab):
    """an empty file and nothing else"""
    source = lab.folder("source") / "Music"
    write(source / "empty.mp3", b"", 1_600_000_000_000)
    receiver = lab.receiver("--accept", "all", "--as", "library")
    equal(expect(0, lab.device("Sender").send(receiver, source)).end()["stored"], 1)
    same_tree(source, receiver.music / "Music")


def test_same_name(lab):
    """a file of that name with other contents stays, and the new one gets a name of its own"""
    source = lab.folder("source") / "Music"
    write(source / "song.mp3", b"new")
    receiver = lab.device("Receiver")
    write(receiver.music / "Music" / "song.mp3", b"mine")
    receiver.receive("--accept", "all", "--as", "library")
    expect(0, lab.device("Sender").send(receiver, source))
    equal((receiver.music / "Music" / "song.mp3").read_bytes(), b"mine")
    equal((receiver.music / "Music" / "song (2).mp3").read_bytes(), b"new")


def test_changing(lab):
    """files that grow, shrink or vanish while they are sent: 7, each is named, and the rest arrives"""
    source = lab.folder("source") / "Music"
    grows = write(source / "a-grows.flac", os.urandom(6_000_000))
    shrinks = write(source / "y-shrinks.flac", os.urandom(3_000_000))
    vanishes = write(source / "z-vanishes.flac", os.urandom(1_000_000))
    steady = [write(source / f"steady-{i}.flac", os.urandom(500_000), 1_600_000_000_000 + i) for i in range(6)]
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    sender.start("send", "--to", receiver.alias, "--limit", "3MB/s", source)
    sender.wait_event("start")
    vanishes.unlink()
    os.truncate(shrinks, 1000)
    sender.wait_event("progress")
    with grows.open("ab") as file:
        file.write(b"more")
    code = sender.wait()
    end = [event for event in sender.seen if event["event"] == "end"][0]
    equal(code, 7, (end, sender.errors))
    named = {event["file"] for event in sender.seen if event["event"] == "file"}
    equal(named, {f"Music/{path.name}" for path in (grows, shrinks, vanishes)}, sender.errors)
    equal((end["result"], end["stored"], end["failed"]), ("incomplete", len(steady), 3))
    for path in steady:
        equal((receiver.music / "Music" / path.name).read_bytes(), path.read_bytes(), path.name)
    equal(len(all_files(receiver.music)), len(steady), all_files(receiver.music))


def test_unreadable(lab):
    """a folder and a file without permission: told, 7, and the rest arrives"""
    source = lab.folder("source") / "Music"
    write(source / "fine.mp3", b"fine")
    write(source / "secret" / "inside.mp3", b"?")
    write(source / "private.mp3", b"?")
    (source / "link.mp3").symlink_to("fine.mp3")
    (source / "secret").chmod(0)
    (source / "private.mp3").chmod(0)
    sender = lab.device("Sender")
    wrap = ()
    if os.getuid() == 0:
        wrap = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        os.chown(sender.home, 65534, 65534)
        if shutil.which("setpriv") is None:
            raise Skip("there is no setpriv, and root may read everything")
        if subprocess.run([*wrap, CLI, "--version"], capture_output=True).returncode != 0:
            raise Skip("an ordinary user may not reach the build folder")
    receiver = lab.receiver("--accept", "all", "--as", "library")
    result = expect(7, sender.send(receiver, source, wrap=wrap))
    left_out = {pathlib.Path(event["file"]).name for event in result.events if event["event"] == "left-out"}
    equal(left_out, {"secret", "private.mp3", "link.mp3"}, result.err)
    missed = {pathlib.Path(event["file"]).name for event in result.events if event.get("missed")}
    equal(missed, {"secret", "private.mp3"}, result.out)
    end = result.events[-1]
    equal((end["result"], end["code"], end["failed"]), ("incomplete", "incomplete", 0), end)
    assert "2 files or folders were left out" in result.err, result.err
    assert "private.mp3" in result.err, result.err
    equal(all_files(receiver.music / "Music"), ["fine.mp3"])
    # The receiver knows it, too: what it has is not the whole backup.
    there = receiver.wait_event("end")
    equal((there["result"], there["code"], there["failed"]), ("incomplete", "incomplete", 0), there)
    equal([version["complete"] for version in rows(receiver, "backups", "list")], [False])
    row = rows(receiver, "history")[0]
    equal((row["state"], row["failed"]), ("incomplete", 0), row)
    assert row["message"] == there["message"], (row, there)

    (source / "secret").chmod(0o755)
    (source / "private.mp3").chmod(0o644)
    result = expect(0, sender.send(receiver, source, wrap=wrap))  # a link alone is left out by design
    equal(all_files(receiver.music / "Music"), ["fine.mp3", "private.mp3", "secret/inside.mp3"])
    equal(receiver.wait_event("end")["result"], "done")
    # The history is written after the end was said.
    deadline = time.monotonic() + 10
    while rows(receiver, "history")[0]["state"] != "done":
        assert time.monotonic() < deadline, rows(receiver, "history")
        time.sleep(0.1)
    assert rows(receiver, "backups", "list")[0]["complete"], "sent whole"


NAMES = [b"not-utf8-\xff.mp3", b"surrogate-\xed\xa0\x80.mp3", b"color-\x1b[31m.mp3", b"line\nVerified: forged.mp3", b"tab\t.mp3",
         "reversed-\u202e3pm.exe".encode(), "hidden-\u200b.mp3".encode()]


def test_strange_names(lab):
    """names that are no text, or hold line breaks and controls: they arrive unchanged, no line of the output is theirs, and each can be restored"""
    source = os.fsencode(lab.folder("source") / "Music")
    for name in NAMES:
        path = os.path.join(source, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"song of " + name)
    receiver = lab.receiver("--accept", "all", "--as", "backup", "--verbose")
    sent = expect(0, lab.device("Sender").run("send", "--to", receiver.alias, "--verbose", os.fsdecode(source)))
    verified = expect(0, receiver.run("backups", "verify", "--verbose"))
    for text in (sent.out, sent.err, verified.out, verified.err):
        assert "\x1b" not in text and "\u202e" not in text, text
        assert not any(line.startswith("Verified: forged") for line in text.splitlines()), text
    equal(sent.out.count("Verified: Music/"), len(NAMES), sent.out)
    version = rows(receiver, "backups", "list")[0]
    kept = os.fsencode(version["folder"]) + b"/Music/Music"
    equal(sorted(os.listdir(kept)), sorted(NAMES))
    # A name is given as a shell completes it, or as it is shown.
    for number, name in enumerate((NAMES[0], NAMES[0].decode(errors="replace").encode(), NAMES[3])):
        into = lab.path / f"restored-{number}"
        expect(0, receiver.run("backups", "restore", version["id"], "--here", "--yes", "--into", into, "--pick", os.fsdecode(b"Music/" + name)))
        equal(len(os.listdir(os.fsencode(into / "Music"))), 1)
    # The folder of --map is a name on this disk; other values that are no text are named.
    into = os.fsencode(lab.path) + b"/into-\xff"
    expect(0, receiver.run("backups", "restore", version["id"], "--here", "--yes", "--map", os.fsdecode(b"Music=" + into)))
    equal(sorted(os.listdir(into)), sorted(NAMES))
    refused = expect(2, receiver.run("backups", "list", "--from", os.fsdecode(b"\xff")))
    assert "“\ufffd” is not text" in refused.err, refused.err


def test_file_too_large(lab):
    """a file that the receiver's file system cannot hold: both sides say so, and the rest arrives"""
    if shutil.which("prlimit") is None:
        raise Skip("there is no prlimit")
    source = lab.folder("source") / "Songs"
    write(source / "small.mp3", b"small" * 1000)
    write(source / "large.flac", bytes(range(256)) * 20_000)
    receiver = lab.device("Receiver")
    receiver.receive("--accept", "all", "--as", "library",
                     wrap=("prlimit", "--fsize=3000000", "sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"))
    result = expect(7, lab.device("Sender").send(receiver, source))
    equal((result.end()["stored"], result.end()["failed"]), (1, 1), result.err)
    for event in (next(event for event in result.events if event["event"] == "file"), receiver.wait_event("file")):
        equal((pathlib.Path(event["file"]).name, event["result"]), ("large.flac", "missing"), event)
        assert "too large" in event["message"], event
    equal(all_files(receiver.music / "Songs"), ["small.mp3"])


def small_disk(lab):
    """A receiver whose folders are on a disk of 16 MiB. Returns (device, its folder as seen from here)."""
    wrap = ("unshare", "-U", "-r", "-m")
    if subprocess.run([*wrap, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode != 0:
        raise Skip("no user namespaces with mounts here")
    receiver = lab.device("Receiver")
    disk = lab.folder("disk")
    receiver.backups, receiver.music = disk / "Backups", disk / "Library"
    receiver.receive("--accept", "all", "--as", "library",
                     wrap=(*wrap, "sh", "-c", f"mount -t tmpfs -o size=16m tmpfs '{disk}' && exec \"$@\"", "sh"))
    return receiver, pathlib.Path(f"/proc/{receiver.process.pid}/root{disk}")


def told(errors):
    return any("space" in line.lower() or "room" in line.lower() for line in errors)


def test_disk_too_small(lab):
    """more than the disk holds is refused before anything travels"""
    source = lab.folder("source") / "Music"
    write(source / "big.flac", os.urandom(40_000_000))
    receiver, seen = small_disk(lab)
    result = expect(1, lab.device("Sender").send(receiver, source))
    equal(result.end()["code"], "no-space", result.err)
    assert told([result.err]), result.err
    equal(all_files(seen / "Library"), [])
    equal(receiver.stop(), 0)


def test_disk_fills(lab):
    """the disk fills up in the middle: the sender is told, nothing is half under a final name, the receiver lives on"""
    source = lab.folder("source") / "Music"
    for i in range(18):
        write(source / f"{i:02}.flac", os.urandom(500_000))
    small = write(lab.folder("source") / "Small" / "small.mp3", b"small")
    receiver, seen = small_disk(lab)
    sender = lab.device("Sender")
    sender.start("send", "--to", receiver.alias, "--limit", "2MB/s", source)
    sender.wait_event("progress", where=lambda event: event["sent"] > 1_000_000)
    filler = seen / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            while file.write(bytes(1 << 16)):
                pass
    except OSError:
        pass
    code = sender.wait()
    assert code in (1, 7), (code, sender.errors)
    assert told(sender.errors), sender.errors
    told_there = receiver.wait_event("interrupted", "end")
    assert told([told_there["message"]]), told_there
    there = all_files(seen / "Library")
    assert len(there) < 18, "everything arrived on a full disk"
    for name in there:
        equal((seen / "Library" / name).read_bytes(), (lab.path / "source" / name).read_bytes(), f"half of {name}")
    filler.unlink()
    expect(0, sender.send(receiver, source, small.parent))
    same_tree(source, seen / "Library" / "Music")
    equal((seen / "Library" / "Small" / "small.mp3").read_bytes(), b"small")
    equal(receiver.stop(), 0)


main(*[test for name, test in list(globals().items()) if name.startswith("test_")])
