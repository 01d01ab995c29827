# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the folders that are given to a receiver on its command line: one that does not exist yet, one that was
deleted, or none."""
import pathlib
import shutil
import time

from namida_loopback import equal, expect, main, make_backup, same_tree, write


def test_made(lab):
    """folders that are not there are made when it starts, and it says so"""
    receiver = lab.device("Receiver")
    assert not receiver.backups.exists() and not receiver.music.exists()
    receiver.receive("--accept", "all", "--as", "library")
    assert receiver.backups.is_dir() and receiver.music.is_dir()
    receiver.stop()
    shutil.rmtree(receiver.backups)
    taken = lab.folder("file") / "taken"
    taken.write_text("no folder")
    said = receiver.run("receive", "--as", "library", "--backups", receiver.backups, "--music", taken)
    expect(1, said)
    assert str(receiver.backups) in said.out and "has been made" in said.out, said.out
    assert str(taken) in said.err and "no folder" in said.err, said.err


def test_impossible(lab):
    """a place where none can be made is refused at once, not with the first backup"""
    receiver = lab.device("Receiver")
    below = lab.folder("file") / "taken"
    below.write_text("no folder")
    for place in (below, below / "Backups", pathlib.Path("/proc/Namida")):
        said = expect(1, receiver.run("receive", "--accept", "all", "--backups", place))
        assert str(place) in said.err, said.err
        assert "listening" not in said.out, said.out


def test_gone(lab):
    """one that vanishes meanwhile, as a drive that is unplugged does, is not made anew; when it is back, it goes on"""
    archive, music = make_backup(lab.folder("source"))
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    away = receiver.music.with_name("away")
    receiver.music.rename(away)
    result = sender.send(receiver, archive, "--music", music)
    assert result.code not in (0, 7), result.out
    deadline = time.monotonic() + 30
    while not any(str(receiver.music) in line for line in receiver.errors):
        assert time.monotonic() < deadline, (receiver.errors, receiver.seen)
        time.sleep(0.1)
    assert not receiver.music.exists()
    away.rename(receiver.music)
    expect(0, sender.send(receiver, archive, "--music", music))
    same_tree(music, receiver.music / "Music")


def test_music_folder(lab):
    """the person's music folder is where music goes; one that is switched off (it is the home folder then) is not strewn over the home folder"""
    archive, music = make_backup(lab.folder("source"), files=1)
    keeper, sender = lab.receiver("--accept", "all", "--as", "backup", name="Keeper"), lab.device("Sender")
    expect(0, sender.send(keeper, archive, music))
    keeper.stop()
    version = expect(0, keeper.run("--json", "backups", "list")).events[0]["id"]
    for said, folder in ((None, "Music"), ("$HOME/Klänge/Music", "Klänge/Music"), ("$HOME/", "Music")):
        if said is not None:
            write(keeper.home / ".config" / "user-dirs.dirs", f'XDG_MUSIC_DIR="{said}"\n'.encode())
        keeper.start("receive", "--backups", keeper.backups)
        equal(keeper.wait_event("listening")["music"], str(keeper.home / folder), said)
        keeper.stop()
        label = next(event for event in expect(0, keeper.run("--json", "backups", "restore", version, "--here", "--preview")).events
                     if event["event"] == "label" and event["label"])
        equal(label["folder"], str(keeper.home / folder))


main(test_made, test_impossible, test_gone, test_music_folder)
