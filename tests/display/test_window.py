#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the real window on its own display, with real devices on loopback. Prints TAP."""
import json
import subprocess
import time

from namida_display import (DRAG, LIMIT, RUN, Atspi, arrived, button, drag, everything, find, keys, made_backup, no_underscores, on_screen, other_said,
                            place, press, quit_by_keyboard, run, unfold, wait_for, window_id, xdo)


def test_drop_sends(lab):
    alias = f"Living Room NAS {RUN}"
    home = lab.receiver(alias)
    backup, music, song = made_backup(lab.path / "files")
    process, _ = lab.app(f"Desk PC {RUN}")
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    row = wait_for("the device", lambda: find(alias, "list item"))
    lab.start(DRAG, backup, music)

    def hovering():
        wait_for("the words of the drop", lambda: find("Drop to send 1 backup and 1 folder"), 5)
        # The row takes it, and not the window around it.
        wait_for("the overlay to go", lambda: find("Drop to Choose a Device") is None, 5)

    # A synthetic pointer on a busy machine loses a drag now and then, before anything is dropped.
    for last in (False, False, True):
        area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
        assert area.width > 100, "the row has no size"
        try:
            drag(area.x + area.width // 3, area.y + area.height // 2, hovering)
            break
        except AssertionError:
            if last:
                raise
            xdo("mousemove", 1140, 400)
            time.sleep(1)
    wait_for("the backup to arrive", lambda: arrived(home / "backups", backup))
    wait_for("the music to arrive", lambda: arrived(home / "music", song))
    wait_for("the end in words", lambda: find("Verified there", starts=True))
    assert find("Drop to Choose a Device") is None, "the window still waits for a drop"
    place(window, 0, 0, 360, 640)
    width = int([line for line in xdo("getwindowgeometry", "--shell", window) if line.startswith("WIDTH")][0].split("=")[1])
    assert width == 360, f"the window cannot be narrower than {width}"
    keys(window, "alt+1")
    time.sleep(0.5)
    quit_by_keyboard(process, window)


def test_accept_receives(lab):
    alias = f"Desk PC {RUN}"
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", alias, backup, music)
    question = wait_for("the question", lambda: find(f"Receive a backup from ThinkPad {RUN}?"))
    assert question
    wait_for("the room left", lambda: [n for n in everything() if (n.get_name() or "").endswith(" free")])
    dialog = window_id("Receive a backup")
    place(dialog, 0, 0)
    place(dialog, 0, 0, 360, 640)
    assert not arrived(data / "music", song), "stored before anyone said yes"
    no_underscores()
    fingerprint = wait_for("the fingerprint", lambda: find("Not met before. Its screen shows", starts=True))
    assert fingerprint.get_text_iface().get_n_selections() == 0, "a text is selected that nobody selected"
    assert button("Decline").get_state_set().contains(Atspi.StateType.FOCUSED), "the focus is not on Decline"
    unfold(dialog, "2 Files")
    wait_for("what is offered", lambda: find("Namida backup"))
    press(button("Accept"))
    wait_for("the music to arrive", lambda: arrived(data / "music", song))
    wait_for("the backup to arrive", lambda: arrived(data / "backups", backup))
    assert sender.wait(LIMIT) == 0, "the sender does not know that it is safe"
    assert wait_for("the dialog to go", lambda: find(f"Receive a backup from ThinkPad {RUN}?") is None)
    keys(window, "alt+2")
    wait_for("the end in words", lambda: find("Verified", starts=True))
    wait_for("a way to the folder", lambda: find("Open Folder", starts=True))
    place(window, 0, 0, 360, 640)
    quit_by_keyboard(process, window)


def test_decline_tells_the_sender(lab):
    alias = f"Desk PC {RUN}"
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", alias, backup, music)
    press(button("Decline"))
    assert sender.wait(LIMIT) == 3, f"the sender ended with {sender.returncode}, not with “declined”"
    assert not (data / "music").exists() or not arrived(data / "music", song)
    quit_by_keyboard(process, window)


def test_notification_accepts_with_the_window_closed(lab):
    alias = f"Desk PC {RUN}"
    process, data = lab.app(alias, "receive-in-background=true\n")
    window = window_id("Namida Sync")
    before = len(lab.shell.shown())
    keys(window, "ctrl+w")
    wait_for("the word that it goes on", lambda: lab.shell.shown()[before:][0][0] == "Namida Sync is still running")
    wait_for("the window to go", lambda: not on_screen("Namida Sync"))
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", alias, backup, music)
    title, actions = wait_for("the question", lambda: [n for n in lab.shell.shown()[before:] if n[0].startswith("Receive")])[0]
    assert title == f"Receive a backup from ThinkPad {RUN}?", title
    assert not any(str(data) in action for action in actions), "a notification carries a path"
    lab.shell.press(next(action for action in actions if action.startswith("app.accept::")))
    wait_for("the music to arrive", lambda: arrived(data / "music", song))
    assert sender.wait(LIMIT) == 0, "the sender does not know that it is safe"
    wait_for("the word that it ended", lambda: any(action.startswith("app.open-folder::") for _, actions in lab.shell.shown()[before:]
                                                   for action in actions))
    assert process.poll() is None, "the program ended"
    lab.shell.press("app.quit")
    assert process.wait(LIMIT) == 0, f"the program ended with {process.returncode}"


def test_pairing_shows_the_same_digits(lab):
    alias = f"Desk PC {RUN}"
    process, _ = lab.app(alias)
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    other = lab.sender(f"ThinkPad {RUN}", "--json", "pair", alias, stdin=subprocess.PIPE)
    wait_for("the digits there", lambda: '"digits"' in other_said(other))
    digits = next(json.loads(line)["digits"] for line in other_said(other).splitlines() if '"digits"' in line)
    wait_for("the same digits here", lambda: [n for n in everything() if (n.get_name() or "").replace(" ", "") == digits.replace(" ", "")])
    no_underscores()
    press(button("Codes Match"))
    other.stdin.write('{"pair": true}\n')
    other.stdin.flush()
    assert other.wait(LIMIT) == 0, "the other device is not paired"
    wait_for("the end in words", lambda: [n for n in everything() if (n.get_name() or "").startswith("Paired With ")])
    keys(window_id("Pair Devices"), "Escape")
    wait_for("the dialog to go", lambda: find("Pair Devices") is None)
    lab.sender(f"ThinkPad {RUN}", "receive", "--accept", "trusted", "--backups", lab.path / "b", "--music", lab.path / "m")
    wait_for("it among the own devices", lambda: find(f"ThinkPad {RUN}", "list item").get_parent().get_name() == "Your devices")
    # The other one thinks better of it: this side's yes alone must not be called trust.
    other = lab.sender(f"Old Phone {RUN}", "--json", "pair", alias, stdin=subprocess.PIPE)
    press(button("Codes Match"))
    wait_for("the digits there", lambda: '"digits"' in other_said(other))
    wait_for("the words that it waits", lambda: find("Waiting for ", starts=True))
    other.stdin.write('{"pair": false}\n')
    other.stdin.flush()
    assert other.wait(LIMIT) != 0, "the other device says that it is paired"
    wait_for("the words that it is over", lambda: find("Pairing Failed"))
    assert not [n for n in everything() if (n.get_name() or "").startswith("Paired With ")]
    keys(window_id("Pair Devices"), "Escape")
    wait_for("the dialog to go", lambda: find("Pair Devices") is None)
    quit_by_keyboard(process, window)


run([(test_drop_sends, True), (test_accept_receives, False), (test_decline_tells_the_sender, True),
     (test_notification_accepts_with_the_window_closed, True), (test_pairing_shows_the_same_digits, False)])
