#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the Backups page of the real window: received versions are listed, verified, pinned, restored and removed.
Prints TAP."""
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile

from namida_display import (Atspi, CLI, button, everything, find, keys, made_backup, no_underscores, picture, place, press, quit_by_keyboard, run,
                            wait_for, window_id, xdo)

sys.path.insert(0, os.environ["NAMIDA_FIXTURES"])
import namida_hostile_zips  # noqa: E402


def texts():
    return [node.get_name() or "" for node in everything()]


def fill(backup, rain=True, snow=False):
    """A small backup as Namida writes it: a zip of zips."""
    def inner(**files):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            for name, content in files.items():
                archive.writestr(name.replace("__", " ") + ".json", json.dumps(content))
        return data.getvalue()

    listens = {str(20000 + day): [{"dateAdded": (20000 + day) * 86_400_000 + n, "track": f"/storage/emulated/0/Music/{n}.flac", "source": "local"}
                                  for n in range(day % 7 + 1)] for day in range(300)}
    tracks = [{"dateAdded": 1, "track": f"/storage/emulated/0/Music/{n}.flac"} for n in range(12)]
    with zipfile.ZipFile(backup, "w") as archive:
        archive.writestr("TEMPDIR_History.zip", inner(**listens))
        archive.writestr("TEMPDIR_Playlists.zip", inner(Road={"name": "Road", "tracks": tracks},
                                                               **({"Rain": {"name": "Rain", "tracks": tracks[:5]}} if rain else {}),
                                                               **({"Snow": {"name": "Snow", "tracks": tracks[:3]}} if snow else {})))
        archive.writestr("LOCAL_FILES.zip", inner(favs={"name": "favs", "tracks": tracks[:7]},
                                                  namida_settings={"directoriesToScan": ["/storage/emulated/0/Music"]}))


def versions(lab, alias="Pixel 8", rain=True, broken=False):
    """Two versions of one backup, received by the command line into the window's own folders; the second has one song more, and without RAIN two
    playlists less; BROKEN: its zip is whole, and a database in it is not."""
    data = lab.path / "app"
    data.mkdir()
    backup, music, song = made_backup(lab.path / "made")
    fill(backup, snow=not rain)
    receiver = lab.start(CLI, "--data-dir", data, "--interface", "lo", "--alias", f"{alias} PC", "receive", "--accept", "all", "--as", "backup",
                         "--backups", data / "backups", "--music", data / "music")
    for number in range(2):
        (music / f"{number}.flac").write_bytes(os.urandom(100_000))
        if number and not rain:
            fill(backup, rain)
        if number and broken:
            shutil.copy(namida_hostile_zips.malformed(lab.path / "made"), backup)
        done = subprocess.run([CLI, "--data-dir", lab.path / "phone", "--interface", "lo", "--alias", alias, "send", "--to", f"{alias} PC",
                               backup, music], env=lab.env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done
    receiver.terminate()
    assert receiver.wait(30) in (0, 1)
    return data


def open_page(lab, alias, n=2):
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    keys(window, "alt+3")
    wait_for("the versions", lambda: len(menus()) == n)
    return process, data, window


def menus():
    """The buttons of the versions that can be pressed, newest first."""
    return [node for node in everything() if (node.get_name() or "").startswith("Actions for the version of")
            and node.get_action_iface() is not None and node.get_action_iface().get_n_actions() > 0]


def choose(window, number, name, mnemonic):
    """An entry of a version's menu: AT-SPI has no action for it in GTK 4.8, a key has."""
    press(menus()[number])
    wait_for(f"“{name}” in the menu", lambda: find(name))
    time.sleep(0.5)
    keys(window, mnemonic)


def test_verify_pin_and_remove(lab):
    data = versions(lab, broken=True)
    process, data, window = open_page(lab, "Desk PC")
    # Both arrived whole. Namida could not restore the newer one: the row, the card and the verdict say so.
    wait_for("the doubt in the row", lambda: any("“tracks.db” in the backup is damaged" in text for text in texts()))
    wait_for("the doubt of the card", lambda: any(text.startswith("The newest good backup of Pixel 8 is of ") for text in texts()))
    assert "Pixel 8" in texts() and any(text.startswith("2 versions since") for text in texts())
    no_underscores()
    picture("backups-1000", window)

    choose(window, 0, "Verify", "v")
    wait_for("the verdict", lambda: find("Namida Cannot Restore This Backup") and any(
        text.startswith("“tracks.db” in the backup is damaged. The files are as they arrived. The newest good backup of Pixel 8 is of ") for text in texts()))
    keys(window_id("Namida Cannot Restore This Backup"), "Escape")
    time.sleep(1.5)  # who asks for the tree while a dialog closes loses the tree

    choose(window, 1, "Verify", "v")
    wait_for("the other verdict", lambda: any("are intact" in text for text in texts()))
    wait_for("the day of it", lambda: any(text.startswith("Verified on") for text in texts()))

    choose(window, 0, "Pinned", "p")
    wait_for("the pin", lambda: find("Pinned", "image") or find("Pinned", "icon") or any("Pinned" == text for text in texts()))

    choose(window, 1, "Move to Trash", "r")
    wait_for("the folder to go", lambda: len(list((data / "backups" / "Pixel 8").iterdir())) == 1)
    wait_for("the way back", lambda: find("The version is in the trash for 30 days"))
    picture("version-trashed", window)
    keys(window, "ctrl+z")
    wait_for("the folder again", lambda: len(list((data / "backups" / "Pixel 8").iterdir())) == 2)
    time.sleep(2)
    wait_for("both versions", lambda: len(menus()) == 2)
    assert asked(data, "SELECT pinned FROM versions WHERE removing = 0 ORDER BY id") == [(0,), (1,)], "the undo has pinned it"
    choose(window, 1, "Move to Trash", "r")
    # GTK 4.8 complains when an assistive tool asks about a row that just went: look at the disk first.
    wait_for("the folder to go", lambda: len(list((data / "backups" / "Pixel 8").iterdir())) == 1)
    time.sleep(2)
    wait_for("one version", lambda: any(text.startswith("1 version since") for text in texts()) and len(menus()) == 1)
    left = sorted(path.name for path in (data / "backups" / "Pixel 8").rglob("*.flac"))
    assert left == ["0.flac", "01. Jóga.flac", "1.flac"], left
    quit_by_keyboard(process, window)


def test_drive_away(lab):
    """What is on a drive that is not connected cannot be moved to the trash: the window offers to take it off the list."""
    versions(lab)
    process, data, window = open_page(lab, "Desk PC")
    (data / "backups").rename(data / "away")
    choose(window, 1, "Move to Trash", "r")
    wait_for("the question", lambda: find("Take the Version Off the List?") and any("is not connected" in text for text in texts()))
    dialog = window_id("Take the Version Off the List?")
    picture("version-away", dialog)
    keys(dialog, "Escape")
    time.sleep(1.5)
    assert asked(data, "SELECT count (*) FROM versions WHERE removing = 0") == [(2,)]
    choose(window, 1, "Move to Trash", "r")
    wait_for("the question again", lambda: find("Take Off the List"))
    press(button("Take Off the List"))
    wait_for("the row to go", lambda: asked(data, "SELECT count (*) FROM versions") == [(1,)])
    time.sleep(2)
    (data / "away").rename(data / "backups")
    assert len(list((data / "backups" / "Pixel 8").iterdir())) == 2, "its files were touched"
    quit_by_keyboard(process, window)
    # Whoever starts it without the drive finds the way in the menu, without trying the trash first.
    (data / "backups").rename(data / "away")
    process, data, window = open_page(lab, "Desk PC", 1)
    wait_for("the reason", lambda: any("its drive is not connected" in text for text in texts()))
    choose(window, 0, "Take Off the List…", "o")
    wait_for("the question", lambda: find("Take the Version Off the List?"))
    press(button("Take Off the List"))
    wait_for("the last row to go", lambda: asked(data, "SELECT count (*) FROM versions") == [(0,)])
    time.sleep(2)
    quit_by_keyboard(process, window)


def get_back_rain(data):
    """The restore window, of which only the steps that a playlist needs are shown; what it writes has that playlist and no other."""
    dialog = window_id("Restore")
    wait_for("the music", lambda: find("Where Is the Music Now?"))
    time.sleep(1.5)
    press(button("Continue"))
    wait_for("where it goes", lambda: "Rain. Existing files are replaced only if you choose to" in texts())
    assert "Use for Automatic Restore" not in texts(), "Namida would choose a backup with nothing but a playlist"
    # The button has the focus once the files have been compared.
    time.sleep(1.5)
    keys(dialog, "Return")
    wait_for("the end", lambda: any(text.startswith("“Rain” is in a backup of its own") for text in texts()))
    folder = pathlib.Path(os.environ["HOME"]) / "Namida" / "Backups"
    made = list(folder.glob("* - fitted.zip"))
    assert len(made) == 1, made
    with zipfile.ZipFile(made[0]) as fitted, zipfile.ZipFile(io.BytesIO(fitted.read("TEMPDIR_Playlists.zip"))) as lists:
        assert [json.loads(lists.read(name))["name"] for name in lists.namelist()] == ["Rain"]
    press(button("Undo"))
    wait_for("the undoing", lambda: "Restore Undone" in texts())
    assert not list(folder.glob("* - fitted.zip"))
    keys(dialog, "Escape")
    time.sleep(1.5)


def test_playlist_of_a_version(lab):
    """A playlist of an older version comes back from the page of that version."""
    versions(lab, rain=False)
    process, data, window = open_page(lab, "Desk PC")
    choose(window, 1, "Show Contents", "c")
    wait_for("the playlists", lambda: any(text == "Get Back “Rain”" for text in texts()))
    press(button("Get Back “Rain”"))
    get_back_rain(data)
    quit_by_keyboard(process, window)


def test_songs_to_a_device(lab):
    """One song of a version is sent to another device, and nothing else. Its PIN is asked for at once, and again after a wrong one."""
    versions(lab)
    home = lab.receiver("Attic", "--pin", "4711")
    process, data, window = open_page(lab, "Desk PC")
    keys(window, "alt+1")
    wait_for("the device", lambda: find("Attic", "list item"))
    keys(window, "alt+3")
    time.sleep(1)
    choose(window, 0, "Show Contents", "c")
    wait_for("the contents", lambda: find("Backup of Pixel 8") and find("Music That Came With It"))
    press(button("Restore Songs…"))
    picker = window_id("Choose Songs")
    wait_for("the songs", lambda: "0 of 3 songs" in texts())
    xdo("windowfocus", "--sync", picker)
    xdo("type", "01.")
    wait_for("only that song", lambda: len([node for node in everything() if node.get_role_name() == "list item" and (node.get_name() or "").startswith("Music/")]) == 1)
    keys(picker, "Tab")
    keys(picker, "space")
    wait_for("the choice", lambda: "1 of 3 songs" in texts())
    press(button("Continue"))
    wait_for("the devices", lambda: find("Restore to Which Device?"))
    assert any(text.startswith("01. Jóga.flac, from Pixel 8") for text in texts()), "it does not say what is restored"
    dialog = window_id("Restore")
    for _ in range(20):
        if any(node.get_name() == "Attic" and node.get_state_set().contains(Atspi.StateType.FOCUSED) for node in everything()):
            break
        keys(dialog, "Tab")
        time.sleep(0.2)
    keys(dialog, "space")
    press(button("Continue"))
    wait_for("the other device", lambda: "Asks there first" in texts())
    press(button("Send"))
    for pin, question in (("1234", "Enter the PIN that is set on the other device."),
                          ("4711", "That PIN was not correct. Enter the PIN that is set on the other device.")):
        wait_for("the question", lambda: find("Attic Requires a PIN") and question in texts())
        wait_for("the field", lambda: find("PIN", "text")).get_editable_text_iface().set_text_contents(pin)
        press(button("Send"))
    wait_for("the song", lambda: [path.name for path in home.rglob("*.flac")] == ["01. Jóga.flac"])
    assert not list(home.rglob("*.zip")), "the zip comes along"
    press(button("Done"))
    time.sleep(1.5)
    quit_by_keyboard(process, window)


def test_search(lab):
    """A song and a playlist are found in all versions; a playlist that the newest has lost comes back alone, as a backup that fits."""
    versions(lab, rain=False)
    process, data, window = open_page(lab, "Desk PC")
    keys(window, "ctrl+f")
    xdo("type", "0.flac")
    wait_for("the song", lambda: find("0.flac", "list item"))
    wait_for("how many have it", lambda: any(text.startswith("Music\nIn 2 versions, last: today, ") for text in texts()))
    assert not menus(), "the versions are still shown"
    keys(window, "ctrl+a")
    xdo("type", "rain")
    wait_for("the playlist", lambda: any(text.startswith("In 1 version: today, ") for text in texts()) and find("Rain", "list item"))
    picture("backups-search-1000", window)
    press(button("Get Back “Rain”"))
    get_back_rain(data)
    xdo("windowfocus", "--sync", window)
    keys(window, "ctrl+f")
    keys(window, "ctrl+a")
    xdo("type", "zzz")
    wait_for("the word that there is none", lambda: find("Not in Any Version"))
    keys(window, "Escape")
    wait_for("the versions again", lambda: len(menus()) == 2)
    quit_by_keyboard(process, window)


def test_songs_alone(lab):
    """One song from its list, and one album from the search: nothing else comes along, and both can be undone."""
    versions(lab)
    process, data, window = open_page(lab, "Desk PC")
    choose(window, 0, "Show Contents", "c")
    wait_for("the contents", lambda: find("Backup of Pixel 8") and find("Music That Came With It"))
    press(button("Restore Songs…"))
    picker = window_id("Choose Songs")
    wait_for("the songs", lambda: "0 of 3 songs" in texts() and any("Jóga" in text for text in texts()))
    keys(picker, "Return")
    assert window_id("Choose Songs"), "it went on with nothing chosen"
    # Escape empties the search first, then it closes the window.
    xdo("windowfocus", "--sync", picker)
    xdo("type", "zzz")
    wait_for("the search", lambda: not any("Jóga" in text for text in texts()))
    keys(picker, "Escape")
    wait_for("the songs again", lambda: any("Jóga" in text for text in texts()))
    keys(picker, "Escape")
    wait_for("the window to close", lambda: "0 of 3 songs" not in texts())
    time.sleep(1)
    press(button("Restore Songs…"))
    picker = window_id("Choose Songs")
    wait_for("the songs", lambda: "0 of 3 songs" in texts() and any("Jóga" in text for text in texts()))
    xdo("windowfocus", "--sync", picker)
    xdo("type", "01.")
    wait_for("only that song", lambda: len([node for node in everything() if node.get_role_name() == "list item" and (node.get_name() or "").startswith("Music/")]) == 1)
    keys(picker, "Tab")
    keys(picker, "space")
    wait_for("the choice", lambda: "1 of 3 songs" in texts())
    picture("songs-480", picker)
    press(button("Continue"))
    dialog = window_id("Restore")
    wait_for("what goes where", lambda: any(text.startswith("01. Jóga.flac. Existing files are replaced only") for text in texts()))
    wait_for("the comparison", lambda: any("1 new" in text for text in texts()))
    assert not any("Backup for Namida" == text for text in texts()), "the zip comes along"
    picture("songs-place", dialog)
    press(button("Restore"))
    wait_for("the end", lambda: "1 file was restored" in texts() and any("Open Folder" == text for text in texts()))
    assert [path.name for path in (data / "music").rglob("*.flac")] == ["01. Jóga.flac"]
    press(button("Undo"))
    wait_for("the undoing", lambda: "Restore Undone" in texts())
    assert "1 file was removed." in texts(), texts()
    assert not list((data / "music").rglob("*.flac"))
    keys(dialog, "Escape")
    time.sleep(1)
    keys(window, "Escape")
    wait_for("the page to go", lambda: find("Backup of Pixel 8") is None and len(menus()) == 2)

    album = next((data / "backups").rglob("01. Jóga.flac")).parent.name
    keys(window, "ctrl+f")
    xdo("type", album[:2])  # letters that any keyboard has
    press(button(f"Restore “{album}”"))
    dialog = window_id("Restore")
    wait_for("what goes where", lambda: any("1 new" in text for text in texts()))
    press(button("Restore"))
    wait_for("the end", lambda: "1 file was restored" in texts())
    assert [path.parent.name for path in (data / "music").rglob("*.flac")] == [album]
    keys(dialog, "Escape")
    time.sleep(1)
    quit_by_keyboard(process, window)


def test_story_13_the_folder_of_versions_alone(lab):
    """The computer died: a new one gets the backup folder, and nothing else. All versions are there, verified, and restored with their bytes."""
    data = versions(lab)
    wanted = {path.name: path.read_bytes() for path in (lab.path / "made" / "Music").rglob("*.flac")}
    drive = lab.path / "drive"
    shutil.move(data / "backups", drive)
    shutil.rmtree(data)
    process, data = lab.app("New PC", f"backup-folder='{drive}'\n")
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    keys(window, "alt+3")
    wait_for("both versions", lambda: len(menus()) == 2 and "Pixel 8" in texts())
    choose(window, 0, "Verify", "v")
    wait_for("the verdict", lambda: any("are intact" in text for text in texts()))
    picture("backups-adopted", window)
    choose(window, 0, "Restore Here…", "h")
    dialog = window_id("Restore")
    wait_for("the parts", lambda: find("What Comes Back?") and any("listens" in text for text in texts()))
    press(button("Continue"))
    wait_for("the music", lambda: any(" found" in text for text in texts()))
    press(button("Continue"))
    wait_for("the comparison", lambda: any(re.search(r"\d new", text) for text in texts()))
    press(button("Restore"))
    wait_for("the end", lambda: any("Left in Namida" in text for text in texts()))
    picture("restore-adopted", dialog)
    assert {path.name: path.read_bytes() for path in (data / "music").rglob("*.flac")} == wanted
    keys(dialog, "Escape")
    time.sleep(1)
    quit_by_keyboard(process, window)


def test_contents_and_restore_here(lab):
    versions(lab)
    process, data, window = open_page(lab, "Desk PC")
    choose(window, 0, "Show Contents", "c")
    wait_for("the contents", lambda: find("Backup of Pixel 8") and any("Music" == text for text in texts()))
    wait_for("the figures", lambda: {"1197", "Listens", "Playlists", "Favorites", "Listens by Month", "Most Listened"} <= set(texts()))
    wait_for("what changed", lambda: any(text.startswith("Since today") for text in texts()) and "Nothing changed" in texts())
    plot = wait_for("the plot", lambda: [n for n in everything() if (n.get_name() or "").startswith("Listens by month, ")])[-1]
    assert "Most in " in plot.get_name(), plot.get_name()
    picture("version-1000", window)
    # The plot is one stop of the focus, and its mark moves by keys.
    for _ in range(12):
        if plot.get_state_set().contains(Atspi.StateType.FOCUSED):
            break
        keys(window, "Tab")
        time.sleep(0.3)
    assert plot.get_state_set().contains(Atspi.StateType.FOCUSED), "the plot cannot be reached by Tab"
    before = plot.get_description()
    keys(window, "Left")
    wait_for("the words of another month", lambda: plot.get_description() != before)
    # Newer and older versions by keys, then back to the row.
    keys(window, "alt+Down")
    wait_for("the first version", lambda: "This is the first version" in texts())
    keys(window, "alt+Up")
    wait_for("the newest again", lambda: "Nothing changed" in texts())
    keys(window, "Escape")
    wait_for("the page to go", lambda: find("Backup of Pixel 8") is None)
    time.sleep(0.5)
    choose(window, 0, "Restore Here…", "h")
    dialog = window_id("Restore")
    wait_for("the parts", lambda: find("What Comes Back?") and any("listens" in text for text in texts()))
    press(button("Continue"))
    wait_for("the music", lambda: any(" found" in text for text in texts()))
    press(button("Continue"))
    wait_for("what goes where", lambda: any("Destination of Music" == text for text in texts()))
    wait_for("the comparison", lambda: any(re.search(r"\d new", text) for text in texts()))
    press(button("Restore"))
    wait_for("the end", lambda: any("Left in Namida" in text for text in texts()))
    restored = sorted(path.name for path in (data / "music").rglob("*.flac"))
    assert restored == ["0.flac", "01. Jóga.flac", "1.flac"], restored
    press(button("Undo"))
    wait_for("the undoing", lambda: "Restore Undone" in texts())
    assert not list((data / "music").rglob("*.flac"))
    keys(dialog, "Escape")
    quit_by_keyboard(process, window)


def test_device_that_declines(lab):
    """A device that keeps backups and does not give them back: the window says where to allow it there."""
    app, nas = lab.path / "app", lab.path / "nas"

    def cli(home, *command):
        return subprocess.run([CLI, "--data-dir", home, "--interface", "lo", *command], env=lab.env, check=True, capture_output=True, text=True, timeout=60).stdout

    for own, other, name in ((app, nas, "Box"), (nas, app, "Desk PC")):
        cli(own, "trust", "add", json.loads(cli(other, "--json", "identity"))["fingerprint"], name)
    lab.start(CLI, "--data-dir", nas, "--interface", "lo", "--alias", "Box", "receive", "--accept", "trusted", "--as", "backup", "--backups",
              lab.path / "kept" / "backups", "--music", lab.path / "kept" / "music")
    process, data = lab.app("Desk PC")
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    wait_for("the device", lambda: find("Box", "list item"))
    keys(window, "alt+3")
    press(button("Get a Backup from Another Device…"))
    told = wait_for("its answer", lambda: [text for text in texts() if text.startswith("“Box” does not allow this computer to get backups back yet.")])[0]
    assert "turn on “Get Back What Is Kept for It”" in told and told.endswith("namida-sync-cli trust set 'Desk PC' --restore yes"), told
    keys(window_id("Get a Backup"), "Escape")
    time.sleep(1.5)
    quit_by_keyboard(process, window)


NEW_PHONE = "0123456789ABCDEF" * 4


def kept_one(lab):
    """Three versions, of which --keep moved two to the trash; and a new phone that is trusted."""
    data = versions(lab)
    receiver = lab.start(CLI, "--data-dir", data, "--interface", "lo", "--alias", "Pixel 8 PC", "receive", "--accept", "all", "--as", "backup",
                         "--backups", data / "backups", "--music", data / "music", "--keep", "1")
    done = subprocess.run([CLI, "--data-dir", lab.path / "phone", "--interface", "lo", "--alias", "Pixel 8", "send", "--to", "Pixel 8 PC",
                           next((lab.path / "made").glob("*.zip")), lab.path / "made" / "Music"], env=lab.env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    wait_for("the older versions to go", lambda: len(list((data / "backups" / "Pixel 8").iterdir())) == 1)
    receiver.terminate()
    assert receiver.wait(30) in (0, 1)
    with contextlib.closing(sqlite3.connect(data / "state.db")) as database, database:
        database.execute("INSERT INTO trusted (fingerprint, alias, trusted_at, last_seen, auto_accept, may_restore) VALUES (?, 'Pixel 9', 1, 1, 0, 0)",
                         (NEW_PHONE,))
    return data


def asked(data, sql):
    with contextlib.closing(sqlite3.connect(data / "state.db", timeout=20)) as database:
        return database.execute(sql).fetchall()


def from_menu(window, name, mnemonic):
    keys(window, "F10")
    wait_for(f"“{name}” in the menu", lambda: find(name))
    time.sleep(0.5)
    keys(window, mnemonic)


def test_trash_and_replacement(lab):
    data = kept_one(lab)
    process, _ = lab.app("Desk PC")
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    from_menu(window, "Trash", "t")
    wait_for("what is in the trash", lambda: any(text.startswith("2 versions (") for text in texts()))
    buttons = [node for node in everything() if (node.get_name() or "").startswith("Restore the version of Pixel 8 of ")]
    assert len(buttons) == 2, buttons
    press(buttons[0])
    wait_for("one left", lambda: any(text.startswith("1 version (") for text in texts()))
    assert len(list((data / "backups" / "Pixel 8").iterdir())) == 2
    assert asked(data, "SELECT count (*) FROM versions WHERE removing = 0 AND pinned = 1") == [(1,)]
    press(button("Empty…"))
    wait_for("the question", lambda: "1 version is deleted. This cannot be undone." in texts())
    time.sleep(1.5)
    press(button("Empty"))
    wait_for("the empty trash", lambda: "The Trash Is Empty" in texts())
    assert asked(data, "SELECT count (*) FROM versions") == [(2,)]
    keys(window_id("Trash"), "Escape")
    time.sleep(1.5)

    from_menu(window, "Replace a Device…", "d")
    wait_for("what it would allow", lambda: any("“Pixel 9” will be able to restore 2 versions that “Pixel 8” sent" in text for text in texts()))
    assert asked(data, "SELECT * FROM succession") == []
    press(button("Replace"))
    time.sleep(1.5)  # who asks for the tree while a dialog closes loses the tree
    wait_for("the word of it", lambda: find("The new device can restore the backups of the old one"))
    old = asked(data, "SELECT DISTINCT fingerprint FROM versions")[0][0]
    assert asked(data, "SELECT fingerprint, predecessor FROM succession") == [(NEW_PHONE, old)]

    # All versions of a device at once, but for those that are pinned.
    keys(window, "alt+3")
    press(wait_for("the menu of the device", lambda: [n for n in everything() if n.get_name() == "Actions for the backups of Pixel 8"
                                                      and n.get_action_iface().get_n_actions() > 0])[-1])
    wait_for("its menu", lambda: find("Move All to the Trash…"))
    time.sleep(0.5)
    keys(window, "m")
    wait_for("the question", lambda: "Move the Backups of “Pixel 8” to the Trash?" in texts())
    time.sleep(1.5)
    press(button("Move to Trash"))
    wait_for("the word of it", lambda: find("1 version is in the trash for 30 days"))
    assert asked(data, "SELECT pinned, removing FROM versions ORDER BY id") == [(1, 0), (0, 2)]
    quit_by_keyboard(process, window)


run([(test_search, True), (test_device_that_declines, True), (test_drive_away, False), (test_songs_alone, True), (test_songs_to_a_device, True), (test_playlist_of_a_version, True), (test_story_13_the_folder_of_versions_alone, False), (test_trash_and_replacement, False), (test_verify_pin_and_remove, True), (test_contents_and_restore_here, False)])
