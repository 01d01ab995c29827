#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests faults that users have found in the window: numbers changed by a scroll wheel, an empty strip, wrongly counted
space, a port in use that disabled everything, a choice for one stranger that became the setting, and a notification for
each of many songs. Prints TAP."""
import os
import socket
import time

from gi.repository import GLib

from namida_display import (LIMIT, RUN, Atspi, button, everything, find, keys, made_backup, picture, place, press, quit_by_keyboard,
                            run, wait_for, window_id, xdo)

ALIAS = f"Desk PC {RUN}"


def says(begins, ends=""):
    return [node.get_name() for node in everything() if (node.get_name() or "").startswith(begins) and ends in node.get_name()]


def extents(node):
    return node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)


def opened(lab, more="", width=1000):
    process, data = lab.app(ALIAS, more)
    window = window_id("^Namida Sync$")
    place(window, 0, 0, width, 720)
    return process, data, window


def bottom():
    """How far down the page of devices reaches."""
    area = extents(wait_for("the page", lambda: find("NamidaDevicesPage") or find("Devices", "panel")))
    return area.y + area.height


def spin_buttons():
    return [node for node in everything() if node.get_role_name() == "spin button"]


def test_wheel_and_width(lab):
    """The wheel scrolls the preferences and changes no number; a window that was narrow has no bar left below its page."""
    process, data, window = opened(lab)
    wide = bottom()
    place(window, 0, 0, 360, 720)
    wait_for("the bar of a narrow window", lambda: bottom() < wide)
    place(window, 0, 0, 1000, 720)
    wait_for("the whole height again", lambda: bottom() == wide)

    keys(window, "ctrl+comma")
    preferences = window_id("^Preferences$")
    place(preferences, 0, 0, 620, 1020)
    assert len(wait_for("the numbers", spin_buttons)) == 5
    for node in spin_buttons():
        area, before = extents(node), node.get_value_iface().get_current_value()
        xdo("mousemove", area.x + 20, area.y + area.height // 2, "click", "--repeat", 3, 4, "click", "--repeat", 3, 5, "click", 4)
        time.sleep(0.2)
        assert node.get_value_iface().get_current_value() == before, f"the wheel changed “{node.get_name()}”"
    keys(preferences, "Escape")
    time.sleep(1)
    quit_by_keyboard(process, window)
    assert "versions-to-keep" not in (data / "settings.ini").read_text()


def choose_backup(dialog):
    """“Dated backup” of where to save."""
    row = wait_for("“Save To”", lambda: next((n for n in everything() if n.get_name() == "Save To" and n.get_role_name() in ("list item", "combo box")), None))
    for _ in range(20):
        if row.get_state_set().contains(Atspi.StateType.FOCUSED):
            break
        keys(dialog, "Tab")
        time.sleep(0.2)
    keys(dialog, "space")
    time.sleep(0.8)
    keys(dialog, "Down", "Return")
    wait_for("the choice", lambda: find("Dated backup"))


def test_room_and_a_stranger(lab):
    """What is missing is told before the answer, with what stays free, and the answer stays possible; what is chosen for a stranger holds once."""
    process, data, window = opened(lab, "reserve=uint32 1000000\n")
    backup, music, song = made_backup(lab.path / "files")
    free = os.statvfs(data).f_bavail * os.statvfs(data).f_frsize

    def offered():
        sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", ALIAS, backup, music)
        dialog = window_id("^Receive a backup")
        time.sleep(1.5)
        return sender, dialog

    sender, dialog = offered()
    words, = wait_for("the room that is missing", lambda: says("Up to ", "1.0\xa0TB are kept free"))
    missing = float(words.split()[2].split("\xa0")[0])
    assert abs(missing - (10 ** 12 - free) / 10 ** 9) < 20, (words, free)
    picture("accept-room", dialog)
    assert button("Accept").get_state_set().contains(Atspi.StateType.SENSITIVE), "what may fit cannot be accepted"
    choose_backup(dialog)
    press(button("Decline"))
    assert sender.wait(LIMIT) == 3
    time.sleep(1.5)
    sender, dialog = offered()
    wait_for("the usual place", lambda: find("Your folders"))
    press(button("Decline"))
    assert sender.wait(LIMIT) == 3
    time.sleep(1.5)
    quit_by_keyboard(process, window)
    assert "landing" not in (data / "settings.ini").read_text()


def test_port_in_use(lab):
    """The window says so, and what needs no network stays open; once the port is free, one button is enough."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process, data, window = opened(lab, f"port=uint32 {taken.getsockname()[1]}\n")
        wait_for("the problem", lambda: says("", str(taken.getsockname()[1])))
        picture("port-in-use", window)
        keys(window, "alt+3")
        wait_for("the backups", lambda: find("No Backups Yet") and find("Get a Backup from Another Device…"))
        keys(window, "ctrl+comma")
        preferences = window_id("^Preferences$")
        wait_for("where to choose another", lambda: len(spin_buttons()) == 5)
        keys(preferences, "Escape")
        time.sleep(1)
    keys(window, "alt+1")
    press(button("Try Again"))
    wait_for("the network", lambda: says("Visible on this network"))
    quit_by_keyboard(process, window)


def test_many_songs_one_notification(lab):
    """A phone that sends its songs one by one is told of once: each notification takes the place of the one before."""
    process, data = lab.app(ALIAS, "receive-in-background=true\n")
    before = len(lab.shell.shown())
    keys(window_id("^Namida Sync$"), "ctrl+w")
    wait_for("the word that it goes on", lambda: lab.shell.shown()[before:])
    backup, music, song = made_backup(lab.path / "files")
    for number in range(3):
        one = song.with_name(f"{number}.flac")
        song.rename(one)
        asked = len(lab.shell.shown())
        sender = lab.sender(f"Pixel {RUN}", "send", "--to", ALIAS, one)
        actions = wait_for("the question", lambda: [actions for title, actions in lab.shell.shown()[asked:] if title.startswith("Receive 1 file")])[0]
        lab.shell.press(next(key for key in actions if key.startswith("app.accept::")))
        assert sender.wait(LIMIT) == 0
        one.rename(song)
        song.write_bytes(os.urandom(1000))
        wait_for("the end", lambda: [title for title, _ in lab.shell.shown()[asked:] if not title.startswith("Receive 1 file")])
    calls, = lab.shell.call("GetMethodCalls", GLib.Variant("(s)", ("Notify",)))
    replaced = [arguments[1] for _, arguments in calls[before + 1:] if not arguments[3].startswith("Receive 1 file")]
    assert len(replaced) == 3 and replaced[0] == 0 and 0 not in replaced[1:], replaced
    process.terminate()
    process.wait()


run([(test_wheel_and_width, True), (test_room_and_a_stranger, True), (test_port_in_use, True), (test_many_songs_one_notification, True)])
