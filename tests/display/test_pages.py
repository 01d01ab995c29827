#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the pages as a user sees them: the page of a device, context menus, the text when no device is near, transfers
grouped by days, a PIN that is requested immediately, and one unreadable file that does not stop the others. Prints
TAP."""
import contextlib
import pathlib
import socket
import sqlite3
import subprocess
import time

from namida_display import (CLI, RUN, Atspi, arrived, button, everything, find, keys, made_backup, picture, place, press, quit_by_keyboard, run, wait_for,
                            window_id, xdo)

AWAY = f"Old Tower {RUN}"
FINGERPRINT = f"{0x8D8EA7D9:08X}" * 8


def says(begins, ends=""):
    return [node for node in everything() if (node.get_name() or "").startswith(begins) and ends in node.get_name()]


def opened(lab, more=""):
    process, data = lab.app(f"Desk PC {RUN}", more)
    window = window_id("^Namida Sync$")
    place(window, 0, 0, 1000, 720)
    return process, data, window


def filled(lab, fill, more=""):
    """The window, with rows of its own in the database."""
    process, data, window = opened(lab, more)
    quit_by_keyboard(process, window)
    with contextlib.closing(sqlite3.connect(data / "state.db")) as database, database:
        fill(database)
    return opened(lab, more)


def trusted(database):
    now = time.time_ns() // 1000
    database.execute("INSERT INTO trusted (fingerprint, alias, trusted_at, last_seen, auto_accept, may_restore) VALUES (?, ?, ?, ?, 0, 0)",
                     (FINGERPRINT, AWAY, now, now - 30 * 60 * 1_000_000))


def row_of(data):
    with contextlib.closing(sqlite3.connect(data / "state.db")) as database:
        return database.execute("SELECT auto_accept, may_restore FROM trusted WHERE fingerprint = ?", (FINGERPRINT,)).fetchone()


def hidden(data):
    with contextlib.closing(sqlite3.connect(data / "state.db", timeout=20)) as database:
        return database.execute("SELECT count (*) FROM sessions WHERE hidden = 1").fetchone()[0]


def focus_on(window, name, role, tries=20):
    """By Tab and the arrows, as somebody does who uses no pointer."""
    for number in range(tries):
        for node in everything():
            if node.get_name() == name and node.get_role_name() == role and node.get_state_set().contains(Atspi.StateType.FOCUSED):
                return node
        keys(window, "Tab")
        time.sleep(0.3)
    raise AssertionError(f"“{name}” is not reached by keys")


def test_device_page(lab):
    process, data, window = filled(lab, trusted)
    row = wait_for("the device", lambda: find(AWAY, "list item"))
    assert (row.get_description() or "").startswith("Computer, Trusted. Away ·"), row.get_description()
    focus_on(window, AWAY, "list item")
    keys(window, "Return")
    wait_for("the page", lambda: find("What It May Do") and says("Computer · away · last seen 30 minutes ago"))
    press(button("Copy Fingerprint"))
    wait_for("the word that it is copied", lambda: find("Copied to the clipboard"))
    press(button("Forget This Device…"))
    wait_for("the question", lambda: find(f"Forget “{AWAY}”?"))
    time.sleep(1)
    press(button("Forget"))
    wait_for("the device to be forgotten", lambda: row_of(data) is None)
    wait_for("the way back", lambda: find(f"“{AWAY}” is forgotten"))
    quit_by_keyboard(process, window)


def test_invisible(lab):
    """Only trusted devices see this one while it is hidden, and it stays so over a restart."""
    def found():
        done = subprocess.run([CLI, "--json", "--data-dir", lab.path / "looker", "--interface", "lo", "devices", "--timeout", "3"], env=lab.env,
                              capture_output=True, text=True, timeout=60)
        return f"Desk PC {RUN}" in done.stdout
    process, data, window = opened(lab)
    wait_for("the network", lambda: says("Visible on this network · "))
    assert found()
    press(button("Visible to New Devices"))
    wait_for("the word for it", lambda: says("Visible only to trusted devices · "))
    picture("devices-invisible", window)
    assert not found()
    quit_by_keyboard(process, window)
    text = (data / "settings.ini").read_text()
    assert "visible=false" in text, text
    process, data, window = opened(lab, "visible=false\n")
    wait_for("the word for it again", lambda: says("Visible only to trusted devices · "))
    press(button("Visible to New Devices"))
    wait_for("the network again", lambda: says("Visible on this network · "))
    wait_for("this device to be found", found)
    quit_by_keyboard(process, window)


def test_keys_and_menus(lab):
    process, data, window = filled(lab, trusted)
    wait_for("the device", lambda: find(AWAY, "list item"))
    focus_on(window, AWAY, "list item")
    keys(window, "shift+F10")
    wait_for("the menu of the row", lambda: find("Show Device") and find("Forget…"))
    time.sleep(0.5)
    keys(window, "s")
    wait_for("the page", lambda: find("What It May Do"))
    keys(window, "Escape")
    wait_for("the row with the focus again", lambda: [n for n in everything() if n.get_name() == AWAY and n.get_role_name() == "list item"
                                                      and n.get_state_set().contains(Atspi.StateType.FOCUSED)])
    wait_for("the end of the search", lambda: find("None Found"), 20)
    assert find("Searching for Devices") is None
    quit_by_keyboard(process, window)


def test_delete_open_and_port(lab):
    """Delete on a trusted device asks whether to forget it; Ctrl+O sends to the focused one, or asks for files; the port is the one of the next start."""
    process, data, window = filled(lab, trusted)
    wait_for("the device", lambda: find(AWAY, "list item"))
    focus_on(window, AWAY, "list item")
    keys(window, "Delete")
    wait_for("the question", lambda: find(f"Forget “{AWAY}”?"))
    time.sleep(1)
    press(button("Cancel"))
    time.sleep(1.5)
    assert row_of(data) is not None, "Cancel has forgotten it"
    focus_on(window, AWAY, "list item")
    keys(window, "ctrl+o")
    sheet = window_id(f"Send to {AWAY}")
    picture("send-by-key", sheet)
    keys(sheet, "Escape")
    time.sleep(1.5)
    keys(window, "alt+3")
    keys(window, "ctrl+o")
    chooser = window_id("Send Which Files")
    keys(chooser, "Escape")
    time.sleep(1.5)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    keys(window, "ctrl+comma")
    dialog = window_id("Preferences")
    time.sleep(1)
    for _ in range(80):
        if any(n.get_name() == "Port" and n.get_state_set().contains(Atspi.StateType.FOCUSED) for n in everything()):
            break
        keys(dialog, "Tab")
    # Its row has the focus first, then the number in it.
    keys(dialog, "Tab")
    keys(dialog, "ctrl+a")
    xdo("type", port)
    keys(dialog, "Return")
    time.sleep(1)
    picture("preferences-port", dialog)
    wait_for("the setting", lambda: f"port={port}" in (data / "settings.ini").read_text().splitlines())
    keys(dialog, "Escape")
    time.sleep(1.5)
    quit_by_keyboard(process, window)
    process, data, window = opened(lab, f"port={port}\n")
    wait_for("the port", lambda: any(int(line.split()[1].split(":")[1], 16) == port and line.split()[3] == "0A"
                                     for name in ("tcp", "tcp6") for line in pathlib.Path(f"/proc/{process.pid}/net/{name}").read_text().splitlines()[1:]))
    quit_by_keyboard(process, window)


def test_days(lab):
    """Songs that a phone sends one by one within an hour are one row; what is older has the day as its heading."""
    def fill(database):
        hour = 60 * 60 * 1_000_000
        now = time.time_ns() // 1000
        # Not over midnight.
        noon = now - 5 * 60 * 1_000_000
        rows = [(f"song-{i}", "receive", "A" * 64, "Pixel 8a", f"{i}.flac", noon - i * 10_000_000, 1000, 1) for i in range(12)]
        rows += [("old", "send", "B" * 64, "Living Room NAS", "Namida Backup - 2026-01-01 10.00.00.zip", now - 3 * 24 * hour, 5000, 1)]
        database.executemany("INSERT INTO sessions (id, direction, fingerprint, alias, title, offer_key, state, started_at, updated_at, total_bytes,"
                             " total_files, stored_files, kept_files) VALUES (?1, ?2, ?3, ?4, ?5, ?1, 'finished', ?6, ?6, ?7, ?8, ?8, 0)", rows)

    process, data, window = filled(lab, fill)
    keys(window, "alt+2")
    row = wait_for("one row for twelve songs", lambda: find("12 files from Pixel 8a", "list item"))
    assert "Verified · between " in row.get_description(), row.get_description()
    assert not says("0.flac from"), "a song has a row of its own"
    wait_for("the backup", lambda: find("Backup to Living Room NAS", "list item"))
    headings = [n.get_name() for n in everything() if n.get_role_name() == "heading"]
    assert "Today" in headings or "Yesterday" in headings, headings
    wait_for("the words of one that was sent", lambda: find("Verified there"))
    # After Alt+2 the keyboard is in the page.
    assert [n for n in everything() if n.get_role_name() == "list item" and n.get_state_set().contains(Atspi.StateType.FOCUSED)]
    # A row leaves the history by a key and by its menu, and comes back by the toast: all that it stands for. GTK 4.8 complains when an assistive tool
    # asks about a row that just went: look into the database first.
    focus_on(window, "12 files from Pixel 8a", "list item")
    keys(window, "Delete")
    wait_for("the row to go", lambda: hidden(data) == 12)
    time.sleep(2)
    assert find("Removed from the history") and find("12 files from Pixel 8a") is None
    picture("transfers-removed", window)
    keys(window, "ctrl+z")
    wait_for("the rows again", lambda: hidden(data) == 0)
    wait_for("the row again", lambda: find("12 files from Pixel 8a", "list item"))
    focus_on(window, "Backup to Living Room NAS", "list item")
    keys(window, "shift+F10")
    wait_for("the menu of the row", lambda: find("Remove From History"))
    time.sleep(0.5)
    keys(window, "r")
    wait_for("the backup to go", lambda: hidden(data) == 1)
    time.sleep(2)
    assert find("Backup to Living Room NAS") is None
    keys(window, "ctrl+z")
    wait_for("the backup again", lambda: hidden(data) == 0)
    wait_for("its row", lambda: find("Backup to Living Room NAS", "list item"))
    keys(window, "ctrl+f")
    entry = wait_for("the search with the focus", lambda: [n for n in everything() if n.get_name() == "Search Transfers"
                                                           and n.get_editable_text_iface() is not None])[-1]
    entry.get_editable_text_iface().set_text_contents("nas")
    wait_for("only the backup", lambda: find("12 files from Pixel 8a") is None and find("Backup to Living Room NAS"))
    quit_by_keyboard(process, window)


def test_pin_is_asked_for_at_once(lab):
    nas, home = f"NAS {RUN}", lab.path / "nas"
    lab.start(CLI, "--data-dir", home / "data", "--interface", "lo", "--alias", nas, "receive", "--accept", "all", "--pin", "4711", "--as", "library",
              "--backups", home / "b", "--music", home / "m")
    backup, music, song = made_backup(lab.path / "files")
    process, data = lab.app(f"Desk PC {RUN}", files=[backup, music])
    window = window_id("^Namida Sync$")
    place(window, 0, 0, 1000, 720)
    row = wait_for("the device", lambda: find(nas, "list item"))
    wait_for("what is to be sent", lambda: find("It will receive 1 backup and 1 folder"))
    area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    xdo("mousemove", area.x + area.width // 3, area.y + area.height // 2, "click", 1)
    wait_for("the question", lambda: find(f"{nas} Requires a PIN"))
    assert not arrived(home / "m", song), "it arrived without the PIN"
    time.sleep(1)
    press(button("Cancel"))
    time.sleep(1)
    wait_for("a way to try again", lambda: find(f"Try Again: Backup and music to {nas}"))
    quit_by_keyboard(process, window)


def test_one_bad_file_does_not_stop_the_others(lab):
    backup, music, song = made_backup(lab.path / "files")
    process, data = lab.app(f"Desk PC {RUN}", files=[lab.path / "files" / "Gone.zip", backup, music])
    window = window_id("^Namida Sync$")
    wait_for("the word on the bad one", lambda: says("“Gone.zip” no longer exists"))
    wait_for("the others", lambda: find("It will receive 1 backup and 1 folder"))
    quit_by_keyboard(process, window)


run([(test_device_page, True), (test_invisible, True), (test_keys_and_menus, False), (test_delete_open_and_port, True), (test_days, True),
     (test_pin_is_asked_for_at_once, True), (test_one_bad_file_does_not_stop_the_others, True)])
