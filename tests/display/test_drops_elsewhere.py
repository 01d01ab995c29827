#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests drops on a device that is away, and drops from a program in a sandbox, whose files are passed by the
FileTransfer portal. Prints TAP."""
import contextlib
import pathlib
import sqlite3
import subprocess
import sys
import time

from namida_display import (DRAG, RUN, Atspi, arrived, drag, everything, find, keys, made_backup, place, quit_by_keyboard, run, wait_for, window_id,
                            xdo)

MOCK = pathlib.Path(__file__).with_name("documents_mock.py")
AWAY = f"Old Phone {RUN}"


def says(begins, ends=""):
    return [node for node in everything() if (node.get_name() or "").startswith(begins) and ends in node.get_name()]


def middle(node):
    area = node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    assert area.width > 50, f"“{node.get_name()}” has no size"
    return area.x + area.width // 3, area.y + area.height // 2


def drop(lab, offered, alias, seen):
    """Until SEEN returns something true. A synthetic pointer on a busy machine loses a drag now and then, before anything is dropped."""
    source = lab.start(DRAG, *offered)
    window_id("Drag Source")
    try:
        for last in (False, False, True):
            drag(*middle(wait_for("the row", lambda: find(alias, "list item"))), lambda: time.sleep(0.5))
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


def opened(lab):
    process, data = lab.app(f"Desk PC {RUN}")
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    return process, data, window


def test_device_that_is_away(lab):
    backup, music, _ = made_backup(lab.path / "files")
    process, data, window = opened(lab)
    quit_by_keyboard(process, window)
    now = time.time_ns() // 1000
    with contextlib.closing(sqlite3.connect(next(data.rglob("state.db")))) as database, database:
        database.execute("INSERT INTO trusted (fingerprint, alias, trusted_at, last_seen) VALUES (?, ?, ?, ?)", (f"{1:064X}", AWAY, now, now))
    process, data, window = opened(lab)
    drop(lab, [backup, music], AWAY, lambda: says(f"Waits for {AWAY}", "sends when it is back"))
    keys(window, "alt+1")
    row = wait_for("the device", lambda: find(AWAY, "list item"))
    assert "Away ·" in (row.get_description() or ""), f"its row does not say that it is away: {row.get_description()}"
    keys(window, "alt+2")
    wait_for("what waits", lambda: find(f"Backup and music to {AWAY}", "list item"))
    quit_by_keyboard(process, window)


def portal(lab, *paths):
    log = lab.path / "portal"
    mock = lab.start(sys.executable, "-B", MOCK, log, "4711", *paths)
    wait_for("the portal", lambda: "ready" in log.read_text())
    return mock, log


def test_files_of_the_portal(lab):
    """The sandbox names files as the Documents portal shows them, in a folder with a number that nobody knows before."""
    nas = f"NAS {RUN}"
    home = lab.receiver(nas)
    backup, music, song = made_backup(lab.path / "doc" / "1a2b3c")
    mock, log = portal(lab, backup, music)
    process, data, window = opened(lab)
    drop(lab, ["--portal", "4711"], nas, lambda: arrived(home / "music", song))
    wait_for("the backup to arrive", lambda: arrived(home / "backups", backup))
    assert '["RetrieveFiles", "4711"]' in log.read_text(), "the portal was not asked"
    keys(window, "alt+2")
    wait_for("the end in words", lambda: find("Verified there", starts=True))
    quit_by_keyboard(process, window)
    mock.terminate()
    mock.wait(20)


run([(test, True) for test in (test_device_that_is_away, test_files_of_the_portal)])
