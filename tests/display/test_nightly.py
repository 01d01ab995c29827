#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests automatic backups in the window (story 9, “it just happens”): the user enables them for a device once; a missed
backup is made up for automatically, and if there has been none for long, the row of the device says so. They also run
while the window is closed or no window exists. Prints TAP."""
import contextlib
import json
import pathlib
import sqlite3
import subprocess
import time

from namida_display import (APP, CLI, LIMIT, RUN, Atspi, arrived, button, everything, find, keys, made_backup, on_screen, picture, place, press,
                            quit_by_keyboard, run, wait_for, window_id)

NAS = f"NAS {RUN}"
PC = f"Home PC {RUN}"
DAY = 24 * 60 * 60 * 1_000_000


def cli(lab, home, *command):
    return subprocess.run([CLI, "--data-dir", home, "--interface", "lo", *command], env=lab.env, check=True, capture_output=True, text=True, timeout=60)


def opened(lab, more=""):
    process, data = lab.app(PC, more)
    window = window_id("^Namida Sync$")
    place(window, 0, 0, 1000, 900)
    return process, data, window


def row(words):
    """The row of the device, once it says WORDS."""
    return wait_for(f"“{words}” in the row", lambda: next((n for n in everything() if n.get_name() == NAS and n.get_role_name() == "list item"
                                                           and words in (n.get_description() or "")), None), 60)


def focus_on(window, name, roles):
    for _ in range(30):
        for node in everything():
            if name in (node.get_name() or "") and node.get_role_name() in roles and node.get_state_set().contains(Atspi.StateType.FOCUSED):
                return
        keys(window, "Tab")
        time.sleep(0.2)
    raise AssertionError(f"“{name}” is not reached by keys")


def back_in_time(data, days):
    """As if all that the window remembers of its runs had been DAYS earlier."""
    with contextlib.closing(sqlite3.connect(data / "state.db")) as database, database:
        for table, columns in (("schedules", ("created_at", "slot_at", "started_at", "ended_at", "done_at", "anchor")), ("schedule_runs", ("started_at", "ended_at")),
                               ("sessions", ("started_at", "updated_at")), ("trusted", ("trusted_at", "last_seen"))):
            for column in columns:
                database.execute(f"UPDATE {table} SET {column} = {column} - ? WHERE {column} > ?", (days * DAY, days * DAY))


def test_story_9(lab):
    backup, music, _ = made_backup(lab.path / "files")
    home = pathlib.Path.home()
    (home / "Namida").mkdir()
    backup.parent.rename(home / "Namida" / "Backups")
    (home / "Namida" / "Backups" / "Music").rename(home / "Music")
    song = next((home / "Music").rglob("*.flac"))
    app, nas = lab.path / "app", lab.path / "nas"
    for own, other, name in ((app, nas / "data", NAS), (nas / "data", app, PC)):
        fingerprint = json.loads(cli(lab, other, "--json", "identity").stdout)["fingerprint"]
        cli(lab, own, "trust", "add", fingerprint, name)
        cli(lab, own, "trust", "set", name, "--auto-accept=yes")

    def keep():
        return lab.start(CLI, "--data-dir", nas / "data", "--interface", "lo", "--alias", NAS, "receive", "--accept", "trusted", "--as", "backup",
                         "--backups", nas / "backups", "--music", nas / "music")
    keeper = keep()
    process, data, window = opened(lab)
    row("")
    focus_on(window, NAS, ("list item",))
    keys(window, "Return")
    wait_for("the page", lambda: find("Automatic Backup"))
    focus_on(window, "Back Up to", ("toggle button", "switch", "check box"))
    keys(window, "space")
    wait_for("the next run", lambda: [n for n in everything() if "next" in f"{n.get_name()} {n.get_description()}"])
    picture("nightly-page", window)
    press(button("Back Up Now"))
    wait_for("the music there", lambda: arrived(nas / "backups", song), 60)
    keys(window, "Escape")
    row("Last backup today")
    picture("nightly-row", window)
    quit_by_keyboard(process, window)

    # A day was missed: what is new is there without a question and without a hand.
    back_in_time(data, 2)
    new = song.with_name("02. Hyperballad.flac")
    new.write_bytes(b"new" * 1000)
    process, data, window = opened(lab)
    wait_for("the new song there", lambda: arrived(nas / "backups", new), 90)
    row("Last backup today")
    quit_by_keyboard(process, window)

    # For three weeks the other device was not there.
    keeper.terminate()
    keeper.wait(30)
    back_in_time(data, 23)
    process, data, window = opened(lab, "receive-in-background=true\n")
    row("23 days")
    picture("nightly-stale", window)

    # The window is closed, and the other device comes back.
    keys(window, "ctrl+w")
    wait_for("the window to go", lambda: not on_screen("Namida Sync"))
    later = song.with_name("03. Isobel.flac")
    later.write_bytes(b"later" * 1000)
    keeper = keep()
    wait_for("the song that was sent with the window closed", lambda: arrived(nas / "backups", later), 90)
    assert process.poll() is None and not on_screen("Namida Sync"), "the program ended, or opened its window"
    process.terminate()
    process.wait(LIMIT)

    # As at login: no window was ever there.
    back_in_time(data, 2)
    latest = song.with_name("04. Cover Me.flac")
    latest.write_bytes(b"latest" * 1000)
    process = lab.start(APP, "--data-dir", data, "--interface", "lo", "--background")
    wait_for("the song that was sent without a window", lambda: arrived(nas / "backups", latest), 90)
    assert process.poll() is None and not on_screen("Namida Sync"), "the program ended, or opened a window"
    process.terminate()
    process.wait(LIMIT)


run([(test_story_9, True)])
