#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the dialog that asks whether to receive: selecting a part of the offer, and another folder for this transfer.
Prints TAP."""
import json
import random
import sqlite3
import subprocess
import time

from namida_display import (CLI, LIMIT, RUN, Atspi, arrived, button, everything, find, focus_on, keys, made_backup, picture, press, quit_by_keyboard,
                            run, type_path, unfold, wait_for, window_id, xdo)


def settle():
    """Up to GTK 4.8 a program dies of a question about its windows that comes while a dialog opens or closes (an object without a path)."""
    time.sleep(1.5)


def check(name):
    return wait_for(f"the check button “{name}”", lambda: find(name, "check box"))


def is_checked(name):
    return check(name).get_state_set().contains(Atspi.StateType.CHECKED)


SENDER = f"ThinkPad {RUN}"


def trusted_and_asked(lab):
    """The sender is trusted before the window opens, and asks for each of its transfers."""
    def command(data, *arguments):
        done = subprocess.run([CLI, "--json", "--data-dir", data, *arguments], env=lab.env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done
        return done.stdout
    (lab.path / "app").mkdir()
    fingerprint = json.loads(command(lab.path / f"sender-{SENDER}", "identity").splitlines()[-1])["fingerprint"]
    command(lab.path / "app", "trust", "add", fingerprint, SENDER)
    command(lab.path / "app", "trust", "set", fingerprint, "--auto-accept=no")


def ask_no_more(dialog):
    """What the switch does is said, and nothing of pairing: the device was asked for nothing."""
    assert find("Next Time Without a Question") and find("Only from this device, and while there is room")
    said = [node.get_name() or "" for node in everything()]
    assert not [text for text in said if "pair" in text.lower()], said
    keys(dialog, "alt+w")
    settle()


def offered(lab, alias, *files):
    sender = lab.sender(SENDER, "send", "--to", alias, *files)
    dialog = window_id("^Receive ")
    settle()
    return sender, dialog


def toggle(window, name):
    focus_on(window, name, "check box")
    keys(window, "space")


def into_another_folder(dialog, folder):
    """“Another folder” of the combo row, and the folder typed into the file chooser."""
    focus_on(dialog, "Save To", "list item", "combo box")
    keys(dialog, "space")
    time.sleep(0.8)
    keys(dialog, "Down", "Down", "Return")
    chooser = window_id("Save Into Which Folder")
    settle()
    type_path(chooser, folder)
    settle()


def test_a_part_into_another_folder(lab):
    alias = f"Desk PC {RUN}"
    trusted_and_asked(lab)
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    backup, music, song = made_backup(lab.path / "files")
    other = song.with_name("02. Hyperballad.flac")
    other.write_bytes(random.randbytes(300_000))
    elsewhere = lab.path / "elsewhere"
    elsewhere.mkdir()
    sender, dialog = offered(lab, alias, backup, music)
    wait_for("the sum", lambda: find("3 Files · 2.3\xa0MB", starts=True))
    unfold(dialog, "3 Files")
    wait_for("what is offered", lambda: find("Choose Files…"))
    assert is_checked("Namida backup") and is_checked("Music")
    toggle(dialog, "Namida backup")
    wait_for("the sum without the backup", lambda: find("2 of 3 Files · 2.3\xa0MB", starts=True))
    toggle(dialog, "Music")
    wait_for("nothing to accept", lambda: find("0 of 3 Files", starts=True))
    assert not button("Accept").get_state_set().contains(Atspi.StateType.SENSITIVE), "nothing can be accepted"
    toggle(dialog, "Music")
    # One song of the folder.
    focus_on(dialog, "Choose Files…", "list item")
    keys(dialog, "Return")
    files = window_id("^Choose Files$")
    settle()
    picture("accept-files", files)
    assert is_checked(song.name) and not is_checked(backup.name)
    xdo("windowfocus", "--sync", files)
    xdo("type", "hyper")
    wait_for("only the song", lambda: find(other.name) and not find(song.name))
    toggle(files, "Select All")
    wait_for("the sum of it", lambda: find("1 of 3 Files · 2.0\xa0MB"))
    keys(files, "Escape")
    settle()
    wait_for("the sum in the question", lambda: find("1 of 3 Files · 2.0\xa0MB", starts=True))
    into_another_folder(dialog, elsewhere)
    wait_for("the folder and its room", lambda: [n for n in everything() if str(elsewhere) in (n.get_name() or "") and "free" in n.get_name()])
    picture("accept-part", dialog)
    ask_no_more(dialog)
    press(button("Accept"))
    settle()
    sender.wait(LIMIT)
    wait_for("the song in that folder", lambda: arrived(elsewhere, song))
    assert not list(lab.path.joinpath("elsewhere").rglob(other.name)) and not list(elsewhere.rglob("*.zip"))
    assert not list(data.joinpath("music").rglob("*.flac")) and not list(data.joinpath("backups").rglob("*.zip"))
    quit_by_keyboard(process, window)
    # For this time: the next offer is asked with the usual place and all of it.
    with sqlite3.connect(data / "state.db") as opened:
        assert opened.execute("SELECT landing, auto_accept FROM trusted").fetchall() == [(None, 1)]


def here(words):
    wait_for(words, lambda: [node for node in everything() if words in f"{node.get_name()} {node.get_description()}"])


def test_what_is_here_already(lab):
    """The second time, a song has been added: what is here is counted, and nothing of it travels."""
    alias = f"Desk PC {RUN}"
    trusted_and_asked(lab)
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    backup, music, song = made_backup(lab.path / "files")
    sender, dialog = offered(lab, alias, backup, music)
    assert not [node for node in everything() if "here already" in f"{node.get_name()} {node.get_description()}"]
    press(button("Accept"))
    assert sender.wait(LIMIT) == 0
    settle()
    other = song.with_name("02. Hyperballad.flac")
    other.write_bytes(random.randbytes(300_000))
    sender, dialog = offered(lab, alias, backup, music)
    here("2 of 3 are here already · 300.0\xa0kB to receive")
    unfold(dialog, "3 Files")
    # What is hidden is not in the tree.
    wait_for("the tick of the backup alone", lambda: len([n for n in everything() if n.get_name() == "Already here"]) == 1)
    picture("accept-here", dialog)
    toggle(dialog, "Music")
    here("2 of 3 are here already · 0 bytes to receive")
    toggle(dialog, "Music")
    press(button("Accept"))
    assert sender.wait(LIMIT) == 0
    wait_for("the new song", lambda: arrived(data / "music", other))
    quit_by_keyboard(process, window)


run([(test_a_part_into_another_folder, True), (test_what_is_here_already, True)])
