# SPDX-License-Identifier: GPL-3.0-or-later
"""Links for browsers, in a real chromium: it brings files and folders, is cut off and reloaded in the middle and goes on, and fetches a
version as one zip; and what a link refuses. The real program is the other side; nothing leaves loopback."""
import contextlib
import hashlib
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "loopback"))

from namida_browser import Browser, find  # noqa: E402
from namida_loopback import Skip, equal, main, make_backup, same_tree, write  # noqa: E402

READY = "document.documentElement.dataset.ready === 'yes'"


def need_browser():
    if find() is None:
        raise Skip("chromium or its driver is not installed")


def link(lab, *arguments):
    device = lab.device()
    device.start("link", *arguments)
    device.link = device.wait_event("link")
    return device


def bring(lab, *arguments):
    device = lab.device()
    device.start("link", "--receive", "--as", "library", "--backups", device.backups, "--music", device.music, *arguments)
    device.link = device.wait_event("link")
    return device


def accept(device):
    offer = device.wait_event("offer")
    device.answer(accept=offer["id"])
    return offer


def hard_folder(lab):
    """300 files in folders with names that are hard to handle, and a file of several pieces."""
    chance = random.Random(7)
    folder = lab.folder("phone") / "Rips"
    names = ["01 – Björk – Jóga.flac", "空/夜.opus", "a b/c'd/e\"f.mp3", "dots...flac", "Zoë/e\u0301.mp3", "-dash.mp3", "%41.mp3", "emoji 🎵.ogg",
             "x" * 200 + ".mp3", "#hash?&=+.mp3", "CON/aux.mp3", "a:b/E: c.mp3", "tab\tin.mp3", "<b>&amp;.mp3", "' OR 1=1.mp3"]
    names += [f"Artist {i % 9}/Album {i % 4}/{i:03}.flac" for i in range(300 - len(names) - 1)]
    for name in names:
        write(folder / name, chance.randbytes(chance.choice([0, 1, 777, 5000, 65537])), 1_500_000_000_000 + chance.randrange(2 * 10**11))
    write(folder / "long.flac", chance.randbytes(9_000_000), 1_600_000_000_001)
    return folder


def test_bring(lab):
    """a browser brings 300 files in folders, is reloaded in the middle, cut off, and goes on"""
    need_browser()
    folder = hard_folder(lab)
    device = bring(lab)
    with Browser() as browser:
        browser.open(device.link["url"])
        browser.wait(READY)
        equal(browser.text("digits"), device.link["digits"])
        browser.give("folder", folder)
        browser.wait("!document.getElementById ('chosen').hidden")
        browser.slow(2_000_000)
        browser.click("send")
        offer = accept(device)
        equal((offer["files"], offer["encrypted"], offer["trusted"], offer["fingerprint"]), (300, True, False, None))
        browser.wait("sentBytes > 1000000 && doneFiles > 3")
        browser.reload()
        browser.wait(READY)
        browser.wait_text("message", "Choose the same files")
        browser.slow(-1)
        browser.give("folder", folder)
        browser.wait("running || link.state === 'done'")
        browser.cut(True)
        browser.cut(False)
        browser.wait_text("message", "300 files were saved and verified", 60)
        assert browser.shown("hashes"), "the hashes of what arrived are not shown"
    equal(device.wait(), 0)
    same_tree(folder, device.music / "Rips")
    end = device.seen[-1]
    equal((end["result"], end["stored"], end["failed"]), ("done", 300, 0))
    equal(len([event for event in device.seen if event["event"] == "offer"]), 1, "questions")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(test_bring)
