#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests a new computer that gets its backups: the user pairs it in the Welcome window with the device that has them,
and fetches one. Prints TAP."""
import json
import subprocess
import time

from namida_display import CLI, RUN, Atspi, arrived, button, everything, find, keys, made_backup, press, quit_by_keyboard, run, wait_for, window_id

NAS = f"NAS {RUN}"
PC = f"Home PC {RUN}"


def cli(lab, home, *command):
    return subprocess.run([CLI, "--data-dir", home, "--interface", "lo", *command], env=lab.env, check=True, capture_output=True, text=True, timeout=60)


def known_to_each_other(lab, app, nas):
    """As a pairing of both leaves it, with the right to get backups again."""
    for home, other, name in ((app, nas, NAS), (nas, app, PC)):
        fingerprint = json.loads(cli(lab, other, "--json", "identity").stdout)["fingerprint"]
        cli(lab, home, "trust", "add", fingerprint, name)
        cli(lab, home, "trust", "set", name, "--auto-accept=yes", "--restore=yes")


def test_new_computer(lab):
    backup, music, song = made_backup(lab.path / "files")
    app, nas = lab.path / "app", lab.path / "nas"
    known_to_each_other(lab, app, nas / "data")
    lab.start(CLI, "--data-dir", nas / "data", "--interface", "lo", "--alias", NAS, "receive", "--accept", "trusted", "--as", "backup", "--backups",
              nas / "backups", "--music", nas / "music")
    # What an earlier life of this computer left there.
    cli(lab, app, "--alias", PC, "send", "--to", NAS, backup, music)
    process, data = lab.app(PC, "introduced=false\n")
    dialog = window_id("Welcome")
    wait_for("the device", lambda: [n for n in everything() if f"{NAS} is nearby and may keep some" in ((n.get_name() or ""), n.get_description())])
    # The row before Start, which has the focus.
    keys(dialog, "shift+Tab")
    wait_for("the row with the focus", lambda: [n for n in everything() if (n.get_name() or "").startswith("Get Your Backups…")
                                                and n.get_role_name() == "list item" and n.get_state_set().contains(Atspi.StateType.FOCUSED)])
    keys(dialog, "Return")
    time.sleep(1.5)
    wait_for("what it keeps", lambda: [n for n in everything() if (n.get_name() or "").startswith("Keeps 1 backup, from today")])
    press(button(f"Get a backup from {NAS}"))
    time.sleep(1.5)
    window_id("Get a Backup")
    wait_for("the backup", lambda: button("Get Backup").get_state_set().contains(Atspi.StateType.SENSITIVE))
    press(button("Get Backup"))
    wait_for("the end", lambda: find("Backup Received"), 60)
    assert "introduced=true" in (data / "settings.ini").read_text()
    assert arrived(data / "music", song), "the music is not back"
    keys(window_id("Get a Backup"), "Escape")
    time.sleep(1)
    quit_by_keyboard(process, window_id("^Namida Sync$"))


run([(test_new_computer, True)])
