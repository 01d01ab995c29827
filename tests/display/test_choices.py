#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests decisions that the window remembers or asks for again: devices without encryption, where the backups of a
device are saved, resuming or repeating a transfer, and how long an interrupted one is kept. Prints TAP."""
import json
import pathlib
import random
import sqlite3
import subprocess
import sys
import time

from namida_display import (CLI, LIMIT, RUN, Atspi, arrived, button, everything, find, keys, made_backup, other_said, place, press, quit_by_keyboard, run,
                            wait_for, window_id, xdo)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from namida_phone import Receiving  # noqa: E402

ALIAS = f"Desk PC {RUN}"
NEVER = "This device does not support encryption, and unencrypted transfers are turned off in Preferences"


def settle():
    """Up to GTK 4.8 a program dies of a question about its windows that comes while a dialog opens or closes (an object without a path)."""
    time.sleep(1.5)


def click(name, window_x=0, window_y=0):
    node = wait_for(f"“{name}”", lambda: find(name, "list item"))
    area = node.get_component_iface().get_extents(1)
    xdo("mousemove", window_x + area.x + 60, window_y + area.y + area.height // 2, "click", 1)


def window_of(lab, more="", files=()):
    process, data = lab.app(ALIAS, more, files)
    window = window_id("^Namida Sync$")
    place(window, 0, 0, 1000, 720)
    return process, data, window


def phone_near(lab, window):
    """A phone that cannot encrypt, found by its address."""
    (lab.path / "phone").mkdir()
    phone = Receiving(lab.path / "phone", host="127.0.0.2", alias="Galaxy S23")
    keys(window, "ctrl+l")
    dialog = window_id("Add a Device")
    xdo("windowfocus", "--sync", dialog)
    xdo("type", f"127.0.0.2:{phone.port}")
    keys(dialog, "Return")
    settle()
    wait_for("the phone", lambda: find("Galaxy S23", "list item"))
    return phone


def kept_version(lab):
    """A version that really arrived, in the folders of the window."""
    data = lab.path / "app"
    data.mkdir()
    backup, music, song = made_backup(lab.path / "files")
    receiver = lab.start(CLI, "--data-dir", data, "--interface", "lo", "--alias", "PC", "receive", "--accept", "all", "--as", "backup", "--backups",
                         data / "backups", "--music", data / "music")
    done = subprocess.run([CLI, "--data-dir", lab.path / "old", "--interface", "lo", "--alias", "Pixel 8", "send", "--to", "PC", backup, music],
                          env=lab.env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    receiver.terminate()
    receiver.wait(LIMIT)
    return backup, music, song


def restore_to_phone(process, window):
    """“Restore to a Device…” of the only version, to the phone."""
    keys(window, "alt+3")
    menu = wait_for("the version", lambda: [n for n in everything() if (n.get_name() or "").startswith("Actions for the version of")
                                            and n.get_action_iface() is not None and n.get_action_iface().get_n_actions() > 0])[0]
    press(menu)
    wait_for("the menu", lambda: find("Restore to a Device…"))
    time.sleep(0.5)
    keys(window, "d")
    settle()
    wait_for("the question which device", lambda: find("Restore to Which Device?"))
    dialog = [w for w in own_windows(process) if w != window][-1]
    # By keyboard: GTK 4.18 tells of a widget in this dialog another place than where it is.
    xdo("windowfocus", "--sync", dialog)
    wait_for("the focus on the phone", lambda: [n for n in everything() if n.get_name() == "Galaxy S23" and n.get_role_name() == "list item"
                                                and n.get_state_set().contains(Atspi.StateType.FOCUSED)])
    keys(dialog, "Return")
    settle()


def own_windows(process):
    found = []
    for window in xdo("search", "--onlyvisible", "--name", "."):
        pid = subprocess.run(["xdotool", "getwindowpid", window], capture_output=True, text=True).stdout.strip()
        geometry = subprocess.run(["xdotool", "getwindowgeometry", "--shell", window], capture_output=True, text=True).stdout
        width = [int(line.split("=")[1]) for line in geometry.splitlines() if line.startswith("WIDTH=")]
        if pid == str(process.pid) and width and width[0] > 100:
            found.append(window)
    return found


def test_unencrypted_never(lab):
    backup, music, song = kept_version(lab)
    process, data, window = window_of(lab, "unencrypted-peers='never'\n", [backup, music])
    phone = phone_near(lab, window)
    wait_for("what is to be sent", lambda: find("It will receive 1 backup and 1 folder"))
    click("Galaxy S23")
    wait_for("the words", lambda: find(NEVER))
    wait_for("the words to go", lambda: not find(NEVER))
    # The same of a version that is restored: one question, one answer.
    restore_to_phone(process, window)
    wait_for("the words", lambda: find(NEVER))
    assert not find("Send to Galaxy S23 Without Encryption?")
    assert not phone.current and not phone.done, "it was sent all the same"
    phone.close()
    quit_by_keyboard(process, window)


def test_unencrypted_asks(lab):
    backup, music, song = kept_version(lab)
    process, data, window = window_of(lab, files=[backup, music])
    phone = phone_near(lab, window)
    wait_for("what is to be sent", lambda: find("It will receive 1 backup and 1 folder"))
    click("Galaxy S23")
    settle()
    wait_for("the question", lambda: find("Send to Galaxy S23 Without Encryption?"))
    press(button("Cancel"))
    settle()
    assert not phone.current and not phone.done, "sent after a no"
    restore_to_phone(process, window)
    wait_for("the question", lambda: find("Send to Galaxy S23 Without Encryption?"))
    assert not phone.current and not phone.done, "sent before a yes"
    press(button("Send"))
    wait_for("the phone's restore", lambda: phone.done, 60)
    assert arrived(lab.path / "phone", song)
    phone.close()
    quit_by_keyboard(process, window)


def selected():
    """What the list of where to save says."""
    return [n.get_name() for n in everything() if n.get_name() in ("Your folders", "Dated backup")]


def test_landing_of_a_device(lab):
    """Kept with the device, not for all; and a device that is paired while the preference is off is asked about."""
    process, data, window = window_of(lab, "auto-accept-trusted=false\n")
    backup, music, song = made_backup(lab.path / "files")
    pair = lab.sender(f"ThinkPad {RUN}", "--json", "pair", ALIAS, stdin=subprocess.PIPE)
    press(button("Codes Match"))
    settle()
    wait_for("the digits there", lambda: '"digits"' in other_said(pair))
    pair.stdin.write('{"pair": true}\n')
    pair.stdin.flush()
    assert pair.wait(LIMIT) == 0
    keys(window_id("Pair Devices"), "Escape")
    settle()

    def offered():
        sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", ALIAS, backup, music)
        dialog = window_id("Receive a backup")
        settle()
        wait_for("the question", lambda: find(f"Receive a backup from ThinkPad {RUN}?") and selected())
        return sender, dialog

    def accept(sender):
        press(button("Accept"))
        settle()
        assert sender.wait(LIMIT) == 0

    sender, dialog = offered()
    accept(sender)
    wait_for("the music in its folder", lambda: arrived(data / "music", song))
    quit_by_keyboard(process, window)
    with sqlite3.connect(data / "state.db") as opened:
        assert opened.execute("SELECT landing FROM trusted").fetchall() == [("library",)]
        opened.execute("UPDATE trusted SET landing = 'backup'")
    process, data, window = window_of(lab, "auto-accept-trusted=false\n")
    (music / "more.flac").write_bytes(random.randbytes(1000))
    sender, dialog = offered()
    accept(sender)
    wait_for("a version of it", lambda: [p for p in (data / "backups").rglob("more.flac")])
    assert not (data / "music" / "Music" / "more.flac").exists() and not list((data / "music").rglob("more.flac"))
    # Another device has the choice of all.
    other = lab.sender(f"Pixel {RUN}", "send", "--to", ALIAS, backup, music)
    press(button("Accept"))
    settle()
    assert other.wait(LIMIT) == 0
    wait_for("the music in its folder", lambda: list((data / "music").rglob("more.flac")))
    quit_by_keyboard(process, window)


def test_resume_and_try_again(lab):
    nas, home = f"NAS {RUN}", lab.path / "nas"
    there = lab.sender(nas, "--json", "receive", "--accept", "ask", "--as", "library", "--backups", home / "b", "--music", home / "m",
                       stdin=subprocess.PIPE)
    backup, music, song = made_backup(lab.path / "files")
    song.write_bytes(random.randbytes(6_000_000))
    process, data, window = window_of(lab, "rate-limit=uint32 1500\n", [backup, music])
    wait_for("what is to be sent", lambda: find("It will receive 1 backup and 1 folder"))
    click(nas)

    def answer(number, word):
        def look():
            return [entry for entry in map(json.loads, (line for line in other_said(there).splitlines() if line.startswith("{")))
                    if entry.get("event") == "offer"][number:]
        offer = wait_for("the question there", look)[0]
        there.stdin.write(json.dumps({word: offer["id"]}) + "\n")
        there.stdin.flush()

    title = f"Backup and music to {nas}"
    answer(0, "decline")
    wait_for("the words", lambda: find("Declined", starts=True))
    press(button(f"Try Again: {title}"))
    answer(1, "accept")
    press(button(f"Pause: {title}"))
    wait_for("the words", lambda: [n for n in everything() if (n.get_name() or "").startswith("Paused")])
    assert not arrived(home / "m", song), "it arrived all the same"
    press(button(f"Resume: {title}"))
    wait_for("the music to arrive", lambda: arrived(home / "m", song), 60)
    wait_for("the end in words", lambda: find("Verified there", starts=True), 60)
    there.stdin.close()
    quit_by_keyboard(process, window)


def is_focused(name):
    return [n for n in everything() if n.get_name() == name and n.get_state_set().contains(Atspi.StateType.FOCUSED)]


def test_days_of_broken_transfers(lab):
    process, data, window = window_of(lab, "parts-days=uint32 9\n")
    keys(window, "ctrl+comma")
    dialog = window_id("Preferences")
    settle()
    # Newer versions of libadwaita (1.7 is one) name it after its row.
    spin = wait_for("the days", lambda: find("Days to keep an interrupted transfer", "spin button", starts=True)
                    or find("Keep Interrupted Transfers", "spin button"))
    assert spin.get_value_iface().get_current_value() == 9
    # What is chosen is remembered at once. By keyboard, as a person does it.
    for _ in range(60):
        if is_focused("Keep Interrupted Transfers"):
            break
        keys(dialog, "Tab")
    # Its row has the focus first, then the number in it.
    keys(dialog, "Tab")
    keys(dialog, "Up")
    wait_for("the setting", lambda: "parts-days=10" in (data / "settings.ini").read_text().splitlines())
    keys(dialog, "Escape")
    settle()
    quit_by_keyboard(process, window)


TESTS = {"unencrypted": (test_unencrypted_never, test_unencrypted_asks), "landing": (test_landing_of_a_device, test_days_of_broken_transfers),
         "again": (test_resume_and_try_again,)}
run([(test, True) for test in TESTS[sys.argv[1]]])
