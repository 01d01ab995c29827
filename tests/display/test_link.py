#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the dialog of links for browsers: it shows an address, the user is asked about files that a browser sends, a
browser can download a version, and the link ends when the dialog is closed. Prints TAP."""
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1] / "loopback"))
sys.argv.insert(1, "")  # the helpers of the other suites take the command line from there

from link_hostile import Page, expect, offer_of, piece  # noqa: E402
from namida_display import (CLI, RUN, button, everything, find, keys, made_backup, name_of, no_underscores, picture, place, press,  # noqa: E402
                            quit_by_keyboard, run, wait_for, window_id)


def test_receive_by_a_link(lab):
    alias = f"Desk PC {RUN}"
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    keys(window, "ctrl+b")
    dialog = window_id("Link for a Browser")
    wait_for("the choice", lambda: find("Receive Files", starts=True))
    no_underscores()
    keys(dialog, "alt+r")
    address = wait_for("the address", lambda: find("https://", "label", starts=True))
    wait_for("the code, named for a screen reader", lambda: find("QR code of the address"))
    wait_for("how long it is valid", lambda: find("Valid for 10 more minutes"))
    place(dialog, 0, 0, 360, 640)
    picture("link", dialog)
    page = Page(name_of(address))
    taken = page.take().json
    wait_for("the digits of the page", lambda: find(taken["digits"]))
    wait_for("who opened it", lambda: find("Opened by Browser at ", starts=True))
    expect(page.send("POST", "offer", offer_of(("Rips/a.flac", 5))), 202)
    wait_for("the question", lambda: find("Receive ", starts=True) and button("Accept"))
    press(button("Accept"))
    wait_for("the yes", lambda: page.send("GET", "state").json["state"] == "running")
    wanted = expect(page.send("GET", "wanted"), 200).json
    expect(piece(page, wanted, 1, 0, b"abcde"), 200)
    expect(page.send("POST", "finish", b"{}"), 202)
    wait_for("the file", lambda: [path for path in (data / "music").rglob("a.flac") if path.read_bytes() == b"abcde"])
    wait_for("the end in words", lambda: find("The files have arrived"))
    keys(dialog, "Escape")
    wait_for("the dialog to go", lambda: find("QR code of the address") is None)
    wait_for("the end of the link", lambda: page.send("GET", "state").status == 410)
    quit_by_keyboard(process, window)


def kept(lab, alias):
    """A version of a phone in the window's own folder of backups. Returns its zip and its song."""
    data = lab.path / "app"
    data.mkdir()
    backup, music, song = made_backup(lab.path / "made")
    receiver = lab.start(CLI, "--data-dir", data, "--interface", "lo", "--alias", alias, "receive", "--accept", "all", "--as", "backup",
                         "--backups", data / "backups", "--music", data / "music")
    done = subprocess.run([CLI, "--data-dir", lab.path / "phone", "--interface", "lo", "--alias", f"Pixel 8a {RUN}", "send", "--to", alias, backup, music],
                          env=lab.env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    receiver.terminate()
    receiver.wait(30)
    return backup, song


def test_give_a_version_by_a_link(lab):
    """Story 14: a friend's phone without any app gets a backup with its music, from the menu of the version."""
    alias = f"Desk PC {RUN}"
    backup, song = kept(lab, alias)
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    keys(window, "alt+3")
    press(wait_for("the version", lambda: [node for node in everything() if (node.get_name() or "").startswith("Actions for the version of")
                                           and node.get_action_iface() is not None and node.get_action_iface().get_n_actions() > 0])[0])
    wait_for("the menu", lambda: find("Share With a Browser…"))
    time.sleep(0.5)
    keys(window, "s")
    dialog = window_id("Link for a Browser")
    address = wait_for("the address", lambda: find("https://", "label", starts=True))
    no_underscores()
    page = Page(name_of(address))
    page.take()
    files = {pathlib.PurePath(file["path"]).name: file for file in expect(page.send("GET", "list"), 200).json["files"]}
    for path in (backup, song):
        assert expect(page.send("GET", "file?id=" + files[path.name]["id"]), 200).body == path.read_bytes(), path
    wait_for("the word that it was downloaded", lambda: find(f"“{song.name}” was downloaded"))
    keys(dialog, "Escape")
    wait_for("the end of the link", lambda: page.send("GET", "state").status == 410)
    quit_by_keyboard(process, window)


run([(test_receive_by_a_link, True), (test_give_a_version_by_a_link, False)])
