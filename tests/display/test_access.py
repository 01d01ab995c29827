#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests every page and dialog: each focusable widget has an accessible name, also with large text, and nothing is wider
than a narrow window. NAMIDA_SCREENSHOTS=DIR saves screenshots of each. Prints TAP."""
import pathlib
import time

from namida_names import nameless
from namida_display import (FRAME, PICTURES, RUN, Atspi, button, everything, find, keys, made_backup, picture, place, press, run, wait_for,
                            window_id, xdo)


def look(lab, name, window, narrow=True):
    mode = "light" if lab.light else "dark"
    # In two steps, as a hand would: the parts become narrow one after the other.
    sizes = ((1000, 640), (480, 640), (360, 640)) if name in ("devices", "transfers", "backups") else ((460, 640), (360, 640))
    for width, height in sizes if narrow else ():
        place(window, 0, 0, width, height)
        xdo("mousemove", 1200, 900)
        got = int([line for line in xdo("getwindowgeometry", "--shell", window) if line.startswith("WIDTH")][0].split("=")[1])
        assert got == width or (name == "preferences" and got - FRAME == width), f"“{name}” cannot be narrower than {got}"
        picture(f"{name}-{width}-{mode}", window)
    bad = wait_for("the widgets", lambda: [nameless()])[0]
    assert not bad, f"{name}: without a name: {bad}"


def close(window, name):
    keys(window, "Escape")
    wait_for(f"“{name}” to go", lambda: not xdo_search(name))


def xdo_search(name):
    try:
        return xdo("search", "--onlyvisible", "--name", name)
    except Exception:
        return []


def dialogs(lab, alias, backup, music):
    window = window_id("Namida Sync")
    keys(window, "ctrl+comma")
    dialog = window_id("Preferences")
    look(lab, "preferences", dialog)
    close(dialog, "Preferences")
    keys(window, "ctrl+l")
    dialog = window_id("Add a Device")
    look(lab, "address", dialog)
    keys(dialog, "Escape")
    wait_for("the dialog to go", lambda: not xdo_search("Add a Device"))
    press(button(f"Send to NAS {RUN}"))
    dialog = window_id("Send to NAS")
    wait_for("what can be sent", lambda: find("Nothing selected") or [n for n in everything() if (n.get_name() or "").endswith(" in total")])
    look(lab, "send", dialog)
    close(dialog, "Send to NAS")
    lab.sender(f"ThinkPad {RUN}", "send", "--to", alias, backup, music)
    dialog = window_id("Receive a backup")
    wait_for("the room left", lambda: [n for n in everything() if (n.get_name() or "").endswith(" free")])
    look(lab, "accept", dialog)
    press(button("Accept"))
    wait_for("the dialog to go", lambda: not xdo_search("Receive a backup"))
    keys(window, "alt+2")
    wait_for("the end in words", lambda: find("Verified", starts=True))
    look(lab, "transfers", window)
    row = wait_for("the row", lambda: find(f"Backup and music from ThinkPad {RUN}", "list item"))
    area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    xdo("mousemove", area.x + 80, area.y + area.height // 2, "click", 1)
    dialog = window_id("Details")
    look(lab, "details", dialog)
    close(dialog, "Details")


def every_page_and_dialog(lab):
    alias = f"Desk PC {RUN}"
    lab.receiver(f"NAS {RUN}")
    backup, music, _ = made_backup(lab.path / "files")
    lab.app(alias, "introduced=false\n")
    dialog = window_id("Welcome")
    look(lab, "welcome", dialog)
    wait_for("the device that may keep backups", lambda: [n for n in everything() if n.get_description() == f"NAS {RUN} is nearby and may keep some"
                                                          or n.get_name() == f"NAS {RUN} is nearby and may keep some"])
    keys(dialog, "shift+Tab")
    time.sleep(0.5)
    keys(dialog, "Return")
    wait_for("the devices", lambda: find(f"Pair with NAS {RUN}"))
    look(lab, "welcome-keepers", dialog)
    press(button("Back"))
    time.sleep(0.5)
    press(button("Start"))
    wait_for("the welcome to go", lambda: not xdo_search("Welcome"))
    window = window_id("Namida Sync")
    wait_for("the device", lambda: find(f"NAS {RUN}", "list item"))
    look(lab, "devices", window)
    dialogs(lab, alias, backup, music)


def test_names_everywhere(lab):
    every_page_and_dialog(lab)


def row_height():
    row = wait_for("the row", lambda: find("A Device Is Missing?", "list item"))
    return row.get_component_iface().get_extents(Atspi.CoordType.WINDOW).height


def test_large_text(lab):
    # One and a half of the usual size, as the desktop's "Large Text" and more. GTK on X11 takes it from here, and not from a settings.ini.
    process, _ = lab.app(f"Desk PC {RUN}")
    usual = row_height()
    keys(window_id("Namida Sync"), "ctrl+q")
    assert process.wait(20) == 0
    resources = pathlib.Path.home() / ".Xdefaults"
    resources.write_text("Xft.dpi: 144\n")
    try:
        lab.app(f"Desk PC {RUN}")
        window = window_id("Namida Sync")
        time.sleep(1)
        assert row_height() > usual * 1.25, f"the text is not larger: {row_height()} and {usual} px"
        for name, page in (("devices", "alt+1"), ("transfers", "alt+2"), ("backups", "alt+3")):
            keys(window, page)
            look(lab, name, window)
        keys(window, "ctrl+comma")
        dialog = window_id("Preferences")
        look(lab, "preferences", dialog)
    finally:
        resources.unlink()


run([(test_names_everywhere, True), (test_names_everywhere, False)] + ([] if PICTURES else [(test_large_text, True)]))
