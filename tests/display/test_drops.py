#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests drops from a real drag source on devices and on the window, accepted or refused with a message. Also tests
files that are given on the command line or by “Open With”, to a running program or not. Prints TAP."""
import os
import subprocess
import time

from namida_display import (APP, DRAG, RUN, Atspi, arrived, button, drag, everything, find, keys, made_backup, place, press, quit_by_keyboard,
                            run, wait_for, window_id, xdo)


def names():
    return [node.get_name() or "" for node in everything()]


def middle(node):
    area = node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    assert area.width > 50, f"“{node.get_name()}” has no size"
    return area.x + area.width // 3, area.y + area.height // 2


def dropped(lab, offered, where, seen):
    """Drags OFFERED to the place that WHERE returns, and lets go; until SEEN returns something true. A synthetic pointer on a busy machine
    loses a drag now and then, before anything is dropped."""
    source = lab.start(DRAG, *offered)
    window_id("Drag Source")
    try:
        for last in (False, False, True):
            drag(*where(), lambda: time.sleep(0.5))
            try:
                return wait_for("the answer to the drop", seen, 30 if last else 8)
            except AssertionError:
                if last:
                    raise
                xdo("mousemove", 1140, 400)
                time.sleep(1)
    finally:
        source.terminate()
        source.wait(20)
        wait_for("the source to go", lambda: not subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Drag Source"],
                                                                capture_output=True).stdout)
        xdo("mousemove", 1200, 900)


def refused(lab, offered, where, begins, ends):
    dropped(lab, offered, where, lambda: [name for name in names() if name.startswith(begins) and ends in name])


def start(lab, devices=(), files=()):
    homes = [lab.receiver(alias) for alias in devices]
    process, data = lab.app(f"Desk PC {RUN}", files=files)
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    for alias in devices:
        wait_for("the device", lambda: find(alias, "list item"))
    return process, window, homes


def test_drops_that_make_no_sense(lab):
    nas = f"NAS {RUN}"
    process, window, (home,) = start(lab, [nas])

    def row():
        return middle(find(nas, "list item"))

    files = lab.path / "files"
    for name in ("Empty/Nothing", "Papers", "Locked"):
        (files / name).mkdir(parents=True)
    (files / "Papers" / "letter.txt").write_text("Dear")
    (files / "Empty/Nothing").rmdir()
    os.mkfifo(files / "Pipe")
    gone = files / "Gone.zip"
    refused(lab, ["--text", "hello"], row, "Text cannot be sent", "Drop files")
    refused(lab, ["http://example.org/song.flac"], row, "“song.flac” is not on this computer", "Download it first")
    refused(lab, [files / "Empty"], row, "“Empty” is empty", "Drop a folder")
    refused(lab, [files / "Papers"], row, "“Papers” contains no music or backups", "Send…")
    refused(lab, [gone], row, "“Gone.zip” no longer exists", "moved or deleted")
    refused(lab, [files / "Pipe"], row, "“Pipe” cannot be sent", "not a file or a folder")
    if os.access(files / "Locked", os.R_OK) and os.geteuid() != 0:
        (files / "Locked").chmod(0)
        refused(lab, [files / "Locked"], row, "You do not have permission", "Locked")
        (files / "Locked").chmod(0o700)
    keys(window, "alt+2")
    wait_for("the empty page", lambda: "No Transfers Yet" in names())
    assert not list(home.rglob("letter.txt")), "it was sent all the same"
    quit_by_keyboard(process, window)


def test_drop_on_the_window_then_choose(lab):
    nas = f"NAS {RUN}"
    process, window, (home,) = start(lab, [nas])
    backup, music, song = made_backup(lab.path / "files")
    # Below all rows, where no device is.
    dropped(lab, [backup, music], lambda: (500, 660), lambda: find("It will receive 1 backup and 1 folder"))
    assert not arrived(home / "music", song), "sent before a device was chosen"
    x, y = middle(find(nas, "list item"))
    xdo("mousemove", x, y, "click", 1)
    wait_for("the music to arrive", lambda: arrived(home / "music", song))
    wait_for("the end in words", lambda: find("Verified there", starts=True))
    # From another page it comes to the devices, too.
    keys(window, "alt+3")
    dropped(lab, [music], lambda: (500, 600), lambda: find("It will receive 1 folder"))
    press(button("Cancel"))
    wait_for("the question to go", lambda: not find("It will receive 1 folder"))
    quit_by_keyboard(process, window)


def test_command_line(lab):
    nas = f"NAS {RUN}"
    backup, music, song = made_backup(lab.path / "files")
    process, window, (home,) = start(lab, [nas], [backup, music])
    wait_for("what is to be sent", lambda: find("It will receive 1 backup and 1 folder"))
    x, y = middle(find(nas, "list item"))
    xdo("mousemove", x, y, "click", 1)
    wait_for("the music to arrive", lambda: arrived(home / "music", song))
    quit_by_keyboard(process, window)
    # What makes no sense is refused in words here, too.
    process, _ = lab.app(f"Desk PC {RUN}", files=[lab.path / "files" / "Gone.zip"])
    wait_for("why not", lambda: [n for n in names() if n.startswith("“Gone.zip” no longer exists")])
    quit_by_keyboard(process, window_id("Namida Sync"))


def test_open_with(lab):
    """Without --data-dir the program is the desktop's one, whom a second start hands its files over the bus."""
    for key, name in (("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config")):
        lab.env[key] = str(lab.path / name)
    lab.env["GSETTINGS_BACKEND"] = "memory"
    backup, music, song = made_backup(lab.path / "files")
    first = lab.start(APP, "--interface", "lo", backup)
    wait_for("what is to be sent", lambda: find("It will receive 1 backup"))
    dialog = window_id("Welcome")
    keys(dialog, "Escape")
    wait_for("the welcome to go", lambda: not find("Welcome", "frame"))
    second = lab.start(APP, "--interface", "lo", backup, music)
    assert second.wait(30) == 0, "the second start does not hand over"
    wait_for("what is to be sent now", lambda: find("It will receive 1 backup and 1 folder"))
    assert first.poll() is None
    assert len(xdo("search", "--onlyvisible", "--name", "^Namida Sync$")) == 1, "there are two windows"
    quit_by_keyboard(first, window_id("Namida Sync"))


run([(test, True) for test in (test_drops_that_make_no_sense, test_drop_on_the_window_then_choose, test_command_line, test_open_with)])
