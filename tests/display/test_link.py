#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialog of links for browsers: it shows an address, what a browser brings by it is asked about like everything else, and the link ends
with the dialog. Speaks TAP."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1] / "loopback"))
sys.argv.insert(1, "")  # the helpers of the other suites take the command line from there

from link_hostile import Page, expect, offer_of, piece  # noqa: E402
from namida_display import (RUN, button, find, keys, name_of, no_underscores, picture, place, press, quit_by_keyboard, run, wait_for,  # noqa: E402
                            window_id)


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


run([(test_receive_by_a_link, True)])
