#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests folders that do not exist when the program starts: the window asks for them, and nothing is saved elsewhere.
Prints TAP."""
import os

from namida_display import button, everything, find, keys, made_backup, picture, press, run, wait_for, window_id


def texts():
    return [node.get_name() or "" for node in everything()]


def asked(beginning):
    return next((text for text in texts() if text.startswith(beginning)), None)


def test_gone_at_start(lab):
    drive = lab.path / "drive"
    music = lab.path / "music"
    music.mkdir()
    backup, _, _ = made_backup(lab.path / "files")
    process, data = lab.app("Desk PC", f"backup-folder='{drive}/Backups'\nmusic-folder='{music}'\n")
    window = window_id("Namida Sync")
    said = wait_for("the question for the folder", lambda: asked("The backup folder"))
    assert f"{drive}/Backups" in said and "Connect its drive" in said, said
    wait_for("the button", lambda: find("Choose a Folder…"))
    picture("folder-gone", window)

    # What is sent meanwhile is refused in words, and stays where it is; no folder takes the place of the other.
    sent = lab.sender("Phone", "send", "--to", "Desk PC", backup)
    press(button("Accept"))
    assert sent.wait(60) != 0
    sent.log.seek(0)
    words = sent.log.read()
    assert "The folder of the other device is not there." in words and str(drive) not in words, words
    # A page that is not shown is nothing that a person, or newer versions of AT-SPI, could read.
    keys(window, "alt+2")
    wait_for("what went wrong", lambda: asked(f"The destination folder “{drive}/Backups” was not found."))
    assert not drive.exists() and not (data / "backups" / "Phone").exists() and backup.exists()

    # The drive is plugged in: the next start asks no more, and the backup arrives.
    (drive / "Backups").mkdir(parents=True)
    process.terminate()
    process.wait(30)
    lab.app("Desk PC", f"backup-folder='{drive}/Backups'\nmusic-folder='{music}'\n")
    again = lab.sender("Phone", "send", "--to", "Desk PC", backup)
    press(button("Accept"))
    assert again.wait(60) == 0
    assert not asked("The backup folder") and list((drive / "Backups" / "Phone").iterdir())


def test_music_that_nothing_can_be_put_into(lab):
    blocked = lab.path / "music"
    blocked.write_text("a file where a folder was")
    lab.app("Desk PC", f"music-folder='{blocked}'\n")
    wait_for("the question for the folder", lambda: asked("Namida Sync cannot write to the music folder"))


def test_permission_of_the_desktop_is_lost(lab):
    lost = os.path.join(os.environ["XDG_RUNTIME_DIR"], "doc", "1a2b3c4d", "Chosen")
    lab.app("Desk PC", f"backup-folder='{lost}'\n")
    said = wait_for("the question for the folder", lambda: asked("Namida Sync no longer has access to your backup folder"))
    assert "doc" not in said and "Choose it again" in said, said
    # No place of the portal's own is told, but the name of what was chosen.
    keys(window_id("Namida Sync"), "ctrl+comma")
    wait_for("the name of the folder", lambda: "Chosen" in texts())
    assert not [text for text in texts() if "1a2b3c4d" in text], texts()


run([(test_gone_at_start, True), (test_music_that_nothing_can_be_put_into, False), (test_permission_of_the_desktop_is_lost, True)])
