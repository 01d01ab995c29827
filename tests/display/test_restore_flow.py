#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the restore window: the backup of a phone is received and restored on this computer, which has other folders.
The model of Namida's restore then finds the file of every listen, playlist entry and rating, and the user did not have
to type anything. Prints TAP."""
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, os.environ["NAMIDA_FIXTURES"])
import namida_backups  # noqa: E402
import namida_restore  # noqa: E402
from namida_display import (CLI, Atspi, button, everything, find, keys, picture, place, press, quit_by_keyboard, run, type_path,  # noqa: E402
                            wait_for, window_id)


def texts():
    return [node.get_name() or "" for node in everything()]


def arrived(lab, alias="Pixel 8a", singles=()):
    """The phone's backup with its music and SINGLES, names of files in no folder, received into the window's own folders.
    Returns (data, truth)."""
    data = lab.path / "app"
    data.mkdir()
    made = lab.path / "made"
    made.mkdir()
    archive = made / "Namida Backup - 2026-08-22 19.05.10.zip"
    truth, tracks = namida_backups.make(archive, "android65", tracks=60, listens=300, youtube=40, queues=3)
    namida_backups.write_music(tracks, made / "Music", made / "Rips & Live")
    for name in singles:
        (made / name).write_bytes(name.encode())
    receiver = lab.start(CLI, "--data-dir", data, "--interface", "lo", "--alias", f"{alias} PC", "receive", "--accept", "all", "--as", "backup",
                         "--backups", data / "backups", "--music", data / "music")
    done = subprocess.run([CLI, "--data-dir", lab.path / "phone", "--interface", "lo", "--alias", alias, "send", "--to", f"{alias} PC", archive, made / "Music", made / "Rips & Live",
                           *(made / name for name in singles)],
                          env=lab.env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    receiver.terminate()
    assert receiver.wait(30) in (0, 1)
    return data, truth


def menu():
    return [node for node in everything() if (node.get_name() or "").startswith("Actions for the version of")
            and node.get_action_iface() is not None and node.get_action_iface().get_n_actions() > 0]


def open_restore(lab):
    process, data = lab.app("Desk PC")
    window = window_id("Namida Sync")
    place(window, 0, 0, *map(int, os.environ.get("NAMIDA_WINDOW", "1000x720").split("x")))
    keys(window, "alt+3")
    press(wait_for("the version", menu)[0])
    wait_for("the menu", lambda: find("Restore Here…"))
    time.sleep(0.5)
    keys(window, "h")
    dialog = window_id("Restore")
    if "NAMIDA_WINDOW" in os.environ:
        place(dialog, 0, 0, 360, 700)
    return process, data, window, dialog


def see(name, dialog):
    time.sleep(0.5)
    picture(name + os.environ.get("NAMIDA_PICTURE", ""), dialog)


def test_story(lab):
    _, truth = arrived(lab)
    process, data, window, dialog = open_restore(lab)
    wait_for("the parts", lambda: find("What Comes Back?") and f"{truth['listens']} listens" in texts())
    assert any("Off: made on Android" in text for text in texts()), texts()
    see("restore-parts", dialog)
    keys(dialog, "Return")
    wait_for("the music", lambda: "60 of 60 found" in texts())
    see("restore-music", dialog)
    keys(dialog, "Return")
    wait_for("what goes where", lambda: any("Destination of Music" == text for text in texts()))
    wait_for("the comparison", lambda: not any("Choose a destination" in text or "Comparing" in text for text in texts()))
    see("restore-place", dialog)
    press(button("Restore"))
    wait_for("the end", lambda: any("Left in Namida" in text for text in texts()), 60)
    assert f"It must show {truth['listens']} listens" in texts(), texts()
    assert any("Settings → Backup & Restore" in text for text in texts()), texts()
    see("restore-done", dialog)
    copies = list((pathlib.Path(os.environ["HOME"]) / "Namida" / "Backups").glob("* - fitted.zip"))
    assert len(copies) == 1, copies
    restored = lab.path / "namida"
    namida_restore.restore(copies[0], restored)
    got = namida_restore.read(restored)
    n = truth["listens"]
    assert got["listens"] == [n, n, n], got["listens"]
    assert got["playlists"] == {name: [count] * 3 for name, count in truth["playlists"].items()}, got["playlists"]
    assert got["favourites"] == [truth["favourites"]] * 3 and got["ratings"] == [truth["ratings"]] * 3, got
    assert got["settings"] is None and got["likes"] == truth["youtubeLikes"], got
    assert namida_restore.bytes_left(restored, *truth["roots"]) == []
    press(button("Undo"))
    wait_for("the undoing", lambda: "Restore Undone" in texts())
    assert not copies[0].exists() and not list((data / "music").rglob("*.flac"))
    keys(dialog, "Escape")
    leave_out_backup(data, window)
    quit_by_keyboard(process, window)


def test_left_out(lab):
    """Single files of a version are in no music folder; the end of the restore says that they were left out, and why."""
    arrived(lab, singles=("one.flac", "two.flac"))
    process, _, window, dialog = open_restore(lab)
    wait_for("the parts", lambda: find("What Comes Back?"))
    keys(dialog, "Return")
    wait_for("the music", lambda: "60 of 60 found" in texts())
    keys(dialog, "Return")
    wait_for("what goes where", lambda: any("Destination of Music" == text for text in texts()))
    wait_for("the comparison", lambda: not any("Choose a destination" in text or "Comparing" in text for text in texts()))
    press(button("Restore"))
    wait_for("the end", lambda: any("Left in Namida" in text for text in texts()), 60)
    see("restore-left-out", dialog)
    assert any(text.startswith("2 single files were not restored, because they are in no music folder") for text in texts()), texts()
    keys(dialog, "Escape")
    quit_by_keyboard(process, window)


def leave_out_backup(data, window):
    """The music alone comes back, and no copy of a backup that was left out gets into Namida's folder."""
    wait_for("the window to close", lambda: not find("Done", "push button"))
    press(wait_for("the version", menu)[0])
    wait_for("the menu", lambda: find("Restore Here…"))
    time.sleep(0.5)
    keys(window, "h")
    dialog = window_id("Restore")
    wait_for("the parts", lambda: find("What Comes Back?"))
    keys(dialog, "Return")
    wait_for("the music", lambda: "60 of 60 found" in texts())
    keys(dialog, "Return")
    wait_for("the comparison", lambda: any("a copy with the new places" in text for text in texts()))
    press(next(node for node in everything() if node.get_name() == "Destination of Backup for Namida"
               and node.get_action_iface() is not None and node.get_action_iface().get_n_actions() > 0))
    wait_for("the menu", lambda: find("Skip"))
    time.sleep(0.5)
    keys(dialog, "s")
    wait_for("what was chosen", lambda: "Skipped" in texts())
    press(button("Restore"))
    button("Done")
    assert list((data / "music").rglob("*.flac"))
    assert not list((pathlib.Path(os.environ["HOME"]) / "Namida" / "Backups").glob("*.zip"))
    keys(dialog, "Escape")


def test_merge(lab):
    """The phone's version and that of a laptop become one file, with the figures that the window has shown."""
    data, truth = arrived(lab)
    made = lab.path / "made" / "Namida Backup - 2026-08-23 08.00.00.zip"
    other, _ = namida_backups.make(made, "android65", tracks=60, listens=200, youtube=40, queues=3, seed=99, day0=18000)
    receiver = lab.start(CLI, "--data-dir", data, "--interface", "lo", "--alias", "Mira PC", "receive", "--accept", "all", "--as", "backup",
                         "--backups", data / "backups", "--music", data / "music")
    done = subprocess.run([CLI, "--data-dir", lab.path / "laptop", "--interface", "lo", "--alias", "Mira’s Laptop", "send", "--to", "Mira PC", made],
                          env=lab.env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    receiver.terminate()
    receiver.wait(30)
    process, data = lab.app("Desk PC")
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    keys(window, "alt+3")
    wait_for("both devices", lambda: find("Restore From Pixel 8a") and menu())
    press(menu()[0])
    wait_for("the menu", lambda: find("Merge With…"))
    time.sleep(0.5)
    keys(window, "m")
    dialog = window_id("Merge Two Backups")
    if "NAMIDA_WINDOW" in os.environ:
        place(dialog, 0, 0, 360, 700)
    wait_for("the other version", lambda: find("Merge With Which Backup?"))
    keys(dialog, "Tab")
    keys(dialog, "Return")
    total = truth["listens"] + other["listens"]
    wait_for("the figures", lambda: str(total) in texts(), 60)
    assert any((n.get_name() or "").startswith(f"Listens: {total}. ") for n in everything()), "a screen reader does not say the result and the rule"
    see("merge", dialog)
    press(button("Merge"))
    folder = pathlib.Path(os.environ["HOME"]) / "Namida" / "Backups"
    wait_for("the file", lambda: list(folder.glob("* - merged.zip")))
    restored = lab.path / "merged"
    namida_restore.restore(next(folder.glob("* - merged.zip")), restored)
    assert namida_restore.read(restored)["listens"][0] == total
    quit_by_keyboard(process, window)


def test_send_sheet(lab):
    """Before it is too late: songs of the backup that are in none of the chosen folders, and nothing more once they are there."""
    folder, music = lab.path / "Namida" / "Backups", lab.path / "Music"
    for name in (folder, music):
        name.mkdir(parents=True, exist_ok=True)
    archive = folder / "Namida Backup - 2026-08-22 19.05.10.zip"
    _, tracks = namida_backups.make(archive, "android65", tracks=60, listens=300, youtube=4, queues=1)
    namida_backups.write_music(tracks, music, music, leave_out=lambda track: track["index"] in (1, 2, 3))
    lab.start(CLI, "--data-dir", lab.path / "nas", "--interface", "lo", "--alias", "Box", "receive", "--accept", "all", "--backups", lab.path / "b", "--music", lab.path / "m")
    lab.start(CLI, "--data-dir", lab.path / "attic", "--interface", "lo", "--alias", "Attic", "receive", "--accept", "all", "--backups", lab.path / "b2", "--music",
              lab.path / "m2")
    process, _ = lab.app("Desk PC", f"backup-folder='{folder}'\nmusic-folder='{music}'\n")
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    wait_for("the second device", lambda: find("Attic", "list item"))
    press(wait_for("the device", lambda: button("Send to Box")))
    dialog = window_id("Send to Box")
    wanted = "3 songs that were played or are in your lists are in none of these folders"
    wait_for("the missing songs", lambda: any(text.startswith(wanted) for text in texts()), 30)
    see("send-missing", dialog)
    keys(dialog, "Escape")
    namida_backups.write_music(tracks, music, music)
    press(wait_for("the device again", lambda: button("Send to Box")))
    dialog = window_id("Send to Box")
    wait_for("the sum", lambda: any(text.endswith(" in total") for text in texts()), 60)
    time.sleep(2)
    assert not any("in none of these folders" in text for text in texts()), texts()
    # Who names a single file wants that one; what the window suggested stays in the list.
    press(button("Add Files…"))
    chooser = window_id("Add Files")
    time.sleep(1.5)
    single = lab.path / "single.mp3"
    single.write_bytes(b"single" * 1000)
    type_path(chooser, single)
    time.sleep(1.5)

    def ticked(name):
        return [n.get_state_set().contains(Atspi.StateType.CHECKED) for n in everything() if n.get_role_name() == "check box" and n.get_name() == name]

    wait_for("the suggestions without a tick", lambda: ticked("Namida backup") == [False] and ticked("Music") == [False])
    keys(dialog, "Escape")
    time.sleep(1.5)
    press(wait_for("the device once more", lambda: button("Send to Box")))
    dialog = window_id("Send to Box")
    wait_for("the sum", lambda: any(text.endswith(" in total") for text in texts()), 60)
    time.sleep(2)
    # The same for a second device, at once.
    assert "No other device" in texts()

    def focused(name):
        return any((n.get_name() or "").startswith(name) and n.get_state_set().contains(Atspi.StateType.FOCUSED) for n in everything())

    for name in ("Also Send To", "Attic"):
        for _ in range(20):
            if focused(name):
                break
            keys(dialog, "Tab")
            time.sleep(0.2)
        assert focused(name), f"“{name}” is not reached by keys"
        keys(dialog, "space")
        time.sleep(0.5)
    wait_for("its name in the closed row, and that it is not trusted", lambda: "Attic (New device)" in texts())
    assert any((n.get_name() or "").startswith("Attic") and n.get_role_name() == "check box" and "New device" in (n.get_description() or "")
               for n in everything()), "a screen reader does not say that it is not trusted"
    see("send-also", dialog)
    # A gigabyte twice would take a processor for long.
    for path in music.rglob("*.*"):
        if path.is_file():
            path.write_bytes(b"short")
    press(button("Send"))
    wait_for("both ends in words", lambda: len([text for text in texts() if text.startswith("Verified there")]) >= 2, 240)
    for name in ("b", "b2"):
        assert [path for path in (lab.path / name).rglob(archive.name) if path.read_bytes() == archive.read_bytes()], name
    quit_by_keyboard(process, window)


run([(test_story, True), (test_left_out, True), (test_merge, False), (test_send_sheet, False)])
