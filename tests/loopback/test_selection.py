# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests which files below the given folders are sent: patterns, ignore files, lists of files, and what is reported
about the selection."""
import json
import subprocess
import time

from namida_loopback import all_files, environment, equal, expect, main, write


def music(lab):
    folder = lab.folder("source") / "Music"
    for name in ("x/1.flac", "x/2.flac", "y/3.flac", "y/4.wav", "drafts/5.flac"):
        write(folder / name, name.encode())
    return folder


def names(receiver):
    return all_files(receiver.music)


def test_exclude(lab):
    """patterns of the command line, of a file and of .namidaignore: excluded files do not travel, and nothing is incomplete"""
    folder = music(lab)
    patterns = lab.path / "patterns"
    patterns.write_text("# not these\n*.wav\n")
    write(folder / "y" / ".namidaignore", b"3.*\n")
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    result = expect(0, sender.run("--json", "send", "--to", receiver.alias, "--exclude", "drafts/", "--exclude-from", patterns, folder))
    equal([event for event in result.events if event["event"] == "start"][0]["excluded"], 3)
    equal(names(receiver), ["Music/x/1.flac", "Music/x/2.flac", "Music/y/.namidaignore"])
    result = expect(0, sender.run("send", "--to", receiver.alias, "--exclude", "drafts", folder))
    assert "excluded by patterns" in result.out, result.out


def test_files_from(lab):
    """a list, by lines or with zero bytes, from a file or from standard input: each file keeps its place in its music folder"""
    folder = music(lab)
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    listed = lab.path / "list"
    listed.write_text(f"{folder}/x/1.flac\n\n{folder}/y\n")
    expect(0, sender.run("send", "--to", receiver.alias, "--music", folder, "--files-from", listed))
    equal(names(receiver), ["Music/x/1.flac", "Music/y/3.flac", "Music/y/4.wav"])
    done = subprocess.run([*sender.command("send", "--to", receiver.alias, "--music", folder, "--files-from", "-")], input=f"{folder}/x/2.flac\0".encode(),
                          env=environment(sender.lab.path), capture_output=True, timeout=60)
    equal(done.returncode, 0, done.stderr)
    equal(len(names(receiver)), 4)


def test_wrong_selection(lab):
    """a list or a pattern that says nothing is wrong usage: a script's empty list must not send everything"""
    folder = music(lab)
    empty = lab.path / "empty"
    empty.write_text("\n")
    missing = lab.path / "missing"
    missing.write_text(f"{folder}/nothing.flac\n")
    device = lab.device()
    for arguments in (["--files-from", empty], ["--files-from", missing], ["--files-from", lab.path / "no such list"], ["--files-from", lab.path],
                      ["--exclude", "/"], ["--exclude", ""], ["--exclude-from", lab.path / "no such list"], ["--log-file", lab.path / "no" / "log"]):
        result = expect(2, device.run("send", "--to", "X", *arguments, folder))
        assert result.err.strip() and not result.out, (arguments, result.out, result.err)


def test_dry_run(lab):
    """send --dry-run: by the receiver's own answer, for a trusted device only; nothing changes on either side"""
    folder = music(lab)
    for way in ("backup", "library"):
        receiver, sender = lab.device(f"Receiver {way}"), lab.device(f"Sender {way}")
        receiver.receive("--accept", "ask", "--as", way)
        before = sender.run("--json", "send", "--dry-run", "--to", receiver.alias, folder)
        equal(before.code, 3, before.err)
        equal(before.end()["wouldSend"], 5)
        sender.start("pair", receiver.alias)
        sender.wait_event("pair"), receiver.wait_event("pair")
        sender.answer(pair=True)
        receiver.answer(pair=True)
        equal(sender.wait(), 0, sender.errors)
        expect(0, sender.send(receiver, folder))
        write(folder / "x" / "new.flac", way.encode())
        state = sorted((str(path), path.lstat().st_mtime_ns) for root in (receiver.backups, receiver.music) for path in root.rglob("*"))
        history = expect(0, receiver.run("--json", "history")).out
        result = expect(0, sender.run("--json", "send", "--dry-run", "--to", receiver.alias, folder))
        equal([event["file"] for event in result.events if event["event"] == "would-send"], ["Music/x/new.flac"])
        equal((result.end()["wouldSend"], result.end()["files"], result.end()["bytes"]), (1, 6, len(way)))
        equal(sorted((str(path), path.lstat().st_mtime_ns) for root in (receiver.backups, receiver.music) for path in root.rglob("*")), state)
        equal(expect(0, receiver.run("--json", "history")).out, history)
        expect(0, receiver.run("trust", "remove", sender.alias))
        deadline = time.monotonic() + 30  # the receiver notices within a second
        while sender.run("send", "--dry-run", "--to", receiver.alias, folder).code != 3:
            assert time.monotonic() < deadline, "a device that is not trusted any more is still answered"
        equal(receiver.stop(), 0)
        (folder / "x" / "new.flac").unlink()


def test_many_lines(lab):
    """of many files that were left out ten are named, with --verbose all; --log-file has the same lines with their time"""
    folder = music(lab)
    for number in range(15):
        (folder / f"link{number}").symlink_to("/nowhere")
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    log = lab.path / "log"
    result = expect(0, sender.run("send", "--to", receiver.alias, "--log-file", log, folder))
    equal(result.err.count("Skipped: "), 11, result.err)
    assert "5 more files and folders" in result.err, result.err
    lines = log.read_text().splitlines()
    equal(len(lines), len(result.out.splitlines()) + len(result.err.splitlines()))
    assert all(line[:4].isdigit() and line[10] == "T" for line in lines), lines
    result = expect(0, sender.run("send", "--verbose", "--to", receiver.alias, folder))
    equal(result.err.count("Skipped: "), 15, result.err)
    equal(result.out.count("Music/x/1.flac"), 1, result.out)
    events = [json.loads(line) for line in expect(0, sender.run("--json", "--log-file", log, "send", "--to", receiver.alias, folder)).out.splitlines()]
    equal(sum(event["event"] == "left-out" for event in events), 15)


main(*[test for name, test in list(globals().items()) if name.startswith("test_")])
