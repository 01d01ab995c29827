#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the page of transfers by accessibility and input events: ended transfers stay after a restart and can be found
and cleared; pause, resume, cancel; the result of each file, and a report of it. Prints TAP."""
import json
import os
import random
import time

from namida_display import (LIMIT, RUN, Atspi, arrived, button, everything, find, keys, made_backup, place, press, quit_by_keyboard, run, wait_for,
                            window_id, xdo)


def names():
    return [node.get_name() or "" for node in everything()]


def type_into(node, text):
    node.get_editable_text_iface().set_text_contents(text)


def settle():
    """Up to GTK 4.8 a program dies of a question about its windows that comes while a dialog opens or closes (an object without a path)."""
    time.sleep(1.5)


def showing(name):
    return wait_for(f"“{name}”", lambda: find(name))


def receive(lab, alias, sender, files):
    """Somebody sends to the window of ALIAS, and a person there accepts."""
    process = lab.sender(sender, "send", "--to", alias, *files)
    press(button("Accept"))
    settle()
    assert process.wait(LIMIT) == 0, f"the sender ended with {process.returncode}"


def test_history_stays_is_found_and_cleared(lab):
    alias = f"Desk PC {RUN}"
    backup, music, song = made_backup(lab.path / "files")
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    receive(lab, alias, f"ThinkPad {RUN}", [backup, music])
    keys(window, "alt+2")
    wait_for("its end in words", lambda: find("Verified", starts=True))
    quit_by_keyboard(process, window)

    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    keys(window, "alt+2")
    row = f"Backup and music from ThinkPad {RUN}"
    showing(row)
    showing(f"Open Folder: {row}")
    press(button("Search Transfers"))
    entry = wait_for("the search", lambda: [n for n in everything() if n.get_name() == "Search Transfers"
                                            and n.get_editable_text_iface() is not None])[-1]
    type_into(entry, "old phone")
    showing("No transfers match your search")
    type_into(entry, "THINK")
    wait_for("the row again", lambda: find(f"Open Folder: {row}"))
    press(button("Clear History…"))
    settle()
    press(button("Clear"))
    settle()
    wait_for("the empty page", lambda: find(row) is None)
    quit_by_keyboard(process, window)

    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    keys(window, "alt+2")
    time.sleep(1)
    assert find(row) is None, "the cleared history is back"
    assert arrived(data / "music", song), "clearing the history removed a file"
    quit_by_keyboard(process, window)


def test_pause_resume_and_cancel(lab):
    alias = f"Desk PC {RUN}"
    home = lab.receiver(f"NAS {RUN}")
    backup, music, song = made_backup(lab.path / "files")
    song.write_bytes(random.randbytes(12_000_000))
    process, data = lab.app(alias, "rate-limit=uint32 1500\n", files=[backup, music])
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    row = wait_for("the device", lambda: find(f"NAS {RUN}", "list item"))
    area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    wait_for("the question which device", lambda: find("It will receive 1 backup and 1 folder"))
    xdo("mousemove", area.x + 60, area.y + area.height // 2, "click", 1)
    title = f"Backup and music to NAS {RUN}"
    press(button(f"Pause: {title}"))
    button(f"Resume: {title}")
    assert not arrived(home / "music", song), "it arrived all the same"
    press(button(f"Cancel: {title}"))
    settle()
    showing("Cancel Transfer?")
    press(button("Continue"))
    settle()
    press(button(f"Cancel: {title}"))
    settle()
    box = wait_for("the box to tick", lambda: find("Remember this choice", "check box"))
    keys(window_id("Cancel Transfer"), "alt+r")
    wait_for("the tick", lambda: box.get_state_set().contains(Atspi.StateType.CHECKED))
    press(button("Cancel and Keep Part"))
    settle()
    button(f"Try Again: {title}")
    wait_for("the choice to be remembered", lambda: "cancelled-parts='keep'" in (data / "settings.ini").read_text())
    quit_by_keyboard(process, window)


def test_details_and_report(lab):
    alias = f"Desk PC {RUN}"
    home = lab.receiver(f"NAS {RUN}")
    backup, music, song = made_backup(lab.path / "files")
    (music / "Empty").write_bytes(b"")
    # Longer than 64 characters, where names were cut once: it is read whole.
    long_name = f"{'Not Quite the Longest Title That a Song Has Ever Had, but Long ' * 2}.flac"
    (music / long_name).write_bytes(b"long")
    process, data = lab.app(alias, files=[backup, music])
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    row = wait_for("the device", lambda: find(f"NAS {RUN}", "list item"))
    area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    wait_for("the question which device", lambda: find("It will receive 1 backup and 1 folder"))
    xdo("mousemove", area.x + 60, area.y + area.height // 2, "click", 1)
    wait_for("its end in words", lambda: find("Verified there", starts=True))
    assert arrived(home / "music", song)
    row = wait_for("the row", lambda: find(f"Backup and music to NAS {RUN}", "list item"))
    area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    xdo("mousemove", area.x + 80, area.y + area.height // 2, "click", 1)
    dialog = window_id("Details")
    showing("4 files verified")
    wait_for("a row for the song", lambda: find(song.name + ": Verified · Music/Björk"))
    wait_for("the whole long name", lambda: find(long_name) and find(f"{long_name}: Verified · Music"))
    press(button("Save Report"))
    chooser = wait_for("the name of the report", lambda: [n for n in everything() if n.get_role_name() == "text" and n.get_editable_text_iface()
                                                          is not None and (Atspi.Text.get_text(n, 0, 12) or "").startswith("Namida Sync")])
    path = lab.path / "report.json"
    type_into(chooser[-1], str(path))
    press(wait_for("the button that saves", lambda: find("_Save", "push button", starts=True)
                   or find("Save", "push button") or find("Save", "button")))
    wait_for("the report", path.exists)
    report = wait_for("a whole report", lambda: json.loads(path.read_text()))
    assert report["result"] == "done" and report["stored"] == 4, report
    assert any(entry["file"].endswith(song.name) and entry["result"] == "stored" for entry in report["entries"]), report
    showing("Report saved")
    keys(dialog, "Escape")
    quit_by_keyboard(process, window)


def test_what_is_left_out_is_told(lab):
    """A song that no receiver could store makes the sending incomplete, a link is told of; both are named in the details, and after a restart too."""
    alias, receiver = f"Desk PC {RUN}", f"NAS {RUN}"
    backup, music, song = made_backup(lab.path / "files")
    with open(os.fsencode(song.parent) + b"/latin\\..\\x.mp3", "wb") as odd:
        odd.write(b"song")
    (song.parent / "link.mp3").symlink_to(song)
    home = lab.receiver(receiver)
    process, data = lab.app(alias, files=[backup, music])
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    row = wait_for("the device", lambda: find(receiver, "list item"))
    wait_for("the question which device", lambda: find("It will receive 1 backup and 1 folder"))
    area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    xdo("mousemove", area.x + 60, area.y + area.height // 2, "click", 1)
    showing("Some files were not sent")
    assert arrived(home / "music", song)
    words = f"Backup and music to {receiver}"
    button(f"Try Again: {words}")
    row = wait_for("the row", lambda: find(words, "list item"))
    area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    xdo("mousemove", area.x + 80, area.y + area.height // 2, "click", 1)
    dialog = window_id("Details")
    showing("2 files verified · 2 skipped")
    wait_for("the song that was left out", lambda: find("latin", starts=True))
    wait_for("the link", lambda: find("link.mp3: It is a link, and links are not followed.", starts=True))
    assert find(song.name + ": Verified · Music/Björk") is None, "all files are shown where the missing ones are asked about"
    keys(dialog, "Escape")
    quit_by_keyboard(process, window)

    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    keys(window, "alt+2")
    showing("Some files were not sent")
    quit_by_keyboard(process, window)


run([(test_history_stays_is_found_and_cleared, True), (test_pause_resume_and_cancel, False), (test_details_and_report, True), (test_what_is_left_out_is_told, True)])
