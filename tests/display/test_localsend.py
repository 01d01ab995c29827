#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests a LocalSend device in the window: it is verified by its icons, receives a message, and the user is asked before
the same files are sent to it a second time. Prints TAP."""
import json
import pathlib
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
sys.argv.insert(1, "")  # the helpers of the other suites take the command line from there

import namida_hostile as base  # noqa: E402
import namida_localsend as localsend  # noqa: E402
from namida_display import (CLI, RUN, Atspi, button, everything, find, keys, no_underscores, place, press, quit_by_keyboard, run, wait_for,  # noqa: E402
                            window_id, xdo)


def settle():
    """Up to GTK 4.8 a program dies of a question about its windows that comes while a dialog opens or closes (an object without a path)."""
    time.sleep(1.5)


def typed(window, text):
    xdo("windowfocus", "--sync", window)
    xdo("type", text)


def click(name, mouse_button):
    area = find(name, "list item").get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    xdo("mousemove", area.x + area.width // 3, area.y + area.height // 2, "click", mouse_button)


def uploaded(server):
    return sorted(server.files[query["fileId"]]["fileName"] for what, query, _ in server.log if what == "upload")


def test_message_and_again(lab):
    songs = lab.path / "Songs"
    songs.mkdir()
    for name in ("1.mp3", "2.mp3"):
        (songs / name).write_bytes(name.encode() * 100)
    process, data = lab.app(f"Desk PC {RUN}")
    window = window_id("^Namida Sync$")
    place(window, 0, 0, 1000, 720)
    certificate = wait_for("the certificate", lambda: next(data.rglob("certificate.pem"), None))
    server = localsend.Server(lab.path / "phone", base.Identity(lab.path, "phone"), trusted=certificate)
    server.pin = "4242"
    alias = server.info["alias"]
    localsend.announce(server.info)
    keys(window, "alt+1")
    wait_for("the device", lambda: localsend.announce(server.info) or find(alias, "list item"))

    # The icons of both programs are the same (unit/identity), and those of another device are others.
    words = subprocess.run([CLI, "--data-dir", data, "--json", "trust", "verify", server.fingerprint], env=lab.env, capture_output=True, check=True)
    words = json.loads(words.stdout)["icons"].split(" · ")
    press(button(f"Verify {alias}"))
    settle()
    wait_for("the icons", lambda: all(find(f"{number}. {word}") for number, word in enumerate(words, 1)))
    no_underscores()
    press(button("Icons Match"))
    settle()
    wait_for("the word", lambda: find(f"{alias} is now trusted"))
    wait_for("its row", lambda: (find(alias, "list item").get_description() or "").count("Trusted"))
    with sqlite3.connect(f"file:{data}/state.db?mode=ro", uri=True) as database:
        wait_for("its key", lambda: database.execute("SELECT 1 FROM trusted WHERE fingerprint = ?", (server.fingerprint,)).fetchone())
    assert find(f"Verify {alias}") is None

    click(alias, 3)
    wait_for("the menu", lambda: find("Send Message…"))
    time.sleep(0.5)
    keys(window, "m")
    settle()
    dialog = window_id(f"Message to {alias}")
    no_underscores()
    assert not button("Send").get_state_set().contains(Atspi.StateType.SENSITIVE), "an empty message can be sent"
    typed(dialog, "Hello phone")
    press(wait_for("the button", lambda: button("Send")))
    settle()
    wait_for("the PIN", lambda: find("Enter the PIN that is set on the other device."))
    typed(window_id(f"Message to {alias}"), "4242")
    press(button("Send"))
    settle()
    wait_for("the message", lambda: server.messages == ["Hello phone"])
    wait_for("the word", lambda: find(f"Message sent to {alias}"))
    # Its page has the same in its menu, for those who do not try the other mouse button.
    click(alias, 1)
    wait_for("its page", lambda: find("Forget This Device…"))
    press([n for n in everything() if n.get_name() == "Device Menu" and n.get_action_iface().get_n_actions() > 0][-1])
    wait_for("the message in its menu", lambda: find("Send Message…"))
    time.sleep(0.5)
    keys(window, "Escape")
    keys(window, "Escape")
    settle()
    quit_by_keyboard(process, window)

    server.pin = None
    for answer, wanted in ((None, 2), ("Skip", 1), ("Send Again", 3)):
        server.log.clear()
        process, data = lab.app(f"Desk PC {RUN}", files=[songs])
        window = window_id("^Namida Sync$")
        place(window, 0, 0, 1000, 720)
        wait_for("the device to choose", lambda: localsend.announce(server.info) or (find("It will receive 1 folder") and find(alias, "list item")))
        click(alias, 1)
        settle()
        if answer:
            wait_for("the question", lambda: find("Send Files Again?"))
            wait_for("how many", lambda: find("2 files (" if answer == "Skip" else "3 files (", starts=True))
            assert not uploaded(server), "sent before the answer"
            press(wait_for("the answer", lambda: button(answer)))
            settle()
        wait_for("the files", lambda: len(uploaded(server)) == wanted)
        wait_for("the end", lambda: find("Sent, not verified", starts=True) or find("Songs to ", starts=True))
        if answer is None:
            (songs / "3.mp3").write_bytes(b"new")
        quit_by_keyboard(process, window)
    server.close()


run([(test_message_and_again, True)])
