#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests complete tasks in the window with another device, which is a separate program: a phone sends, a phone receives,
the connection between two computers breaks, a library is sent again. (test_backups.py tests the versions.) Prints
TAP."""
import json
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

from namida_display import (CLI, LIMIT, RUN, arrived, button, everything, find, keys, made_backup, other_said, place, press, quit_by_keyboard, run,
                            unfold, wait_for, window_id, xdo)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from namida_phone import Phone, Receiving  # noqa: E402

ALIAS = f"Desk PC {RUN}"
LONG = 60


def says(words):
    return [n for n in everything() if words in (n.get_name() or "")]


def window_of(lab, more="", files=()):
    process, data = lab.app(ALIAS, more, files)
    window = window_id("^Namida Sync$")
    place(window, 0, 0, 1000, 720)
    return process, data, window


def listening(lab):
    """The port that the window listens on, as the command line finds it."""
    def look():
        done = subprocess.run([CLI, "--data-dir", lab.path / "looking", "--interface", "lo", "--json", "devices", "--timeout", "3"], env=lab.env,
                              capture_output=True, text=True, timeout=LIMIT)
        return [entry["port"] for entry in map(json.loads, done.stdout.splitlines()) if entry.get("alias") == ALIAS]
    return wait_for("the window's port", look)[0]


def click(name):
    node = wait_for(f"“{name}”", lambda: find(name, "list item"))
    area = node.get_component_iface().get_extents(1)
    xdo("mousemove", area.x + 60, area.y + area.height // 2, "click", 1)


def tree_of(backup, song):
    return {("", backup.name): backup.read_bytes(), ("Music", "Björk/01. Jóga.flac"): song.read_bytes()}


def test_1_a_phone_sends(lab):
    process, data, window = window_of(lab)
    backup, music, song = made_backup(lab.path / "files")
    phone = Phone(port=listening(lab), source="127.0.0.2", alias="Galaxy S23")
    failed = []

    def send():
        try:
            phone.send(backup.name, tree_of(backup, song))
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    wait_for("who and what", lambda: find("Receive a backup from Galaxy S23?") or says("Receive a backup from"))
    unfold(window_id("Receive a backup"), "2 Files")
    wait_for("what is offered", lambda: find("Namida backup") and find("Music"))
    wait_for("the word that it is not encrypted", lambda: says("Not encrypted"))
    wait_for("its address", lambda: says("127.0.0.2"))
    assert not list((data / "music").rglob("*.flac")), "stored before anyone said yes"
    press(button("Accept"))
    wait_for("the music to arrive", lambda: arrived(data / "music", song))
    wait_for("the backup to arrive", lambda: arrived(data / "backups", backup))
    thread.join(LIMIT)
    assert not thread.is_alive() and not failed, failed
    keys(window, "alt+2")
    wait_for("the end in words", lambda: says("Received"))
    wait_for("a way to the folder", lambda: find("Open Folder", starts=True))
    quit_by_keyboard(process, window)


def test_2_a_phone_receives(lab):
    (lab.path / "phone").mkdir()
    phone = Receiving(lab.path / "phone", host="127.0.0.2", alias="Galaxy S23")
    backup, music, song = made_backup(lab.path / "files")
    process, data, window = window_of(lab, files=[backup, music])
    keys(window, "ctrl+l")
    dialog = window_id("Add a Device")
    xdo("windowfocus", "--sync", dialog)
    xdo("type", f"127.0.0.2:{phone.port}")
    keys(dialog, "Return")
    wait_for("what is to be sent", lambda: find("It will receive 1 backup and 1 folder"))
    time.sleep(1.5)  # up to GTK 4.8 a question during the change of windows ends the program
    # A name proves nothing without encryption: where the device is says a little more.
    wait_for("its address", lambda: find("Namida Sync app · 127.0.0.2"))
    click("Galaxy S23")
    wait_for("the question", lambda: find("Send to Galaxy S23 Without Encryption?"))
    assert not phone.current and not phone.done, "told before anyone said yes"
    press(button("Send"))
    wait_for("the phone's restore", lambda: phone.done, LONG)
    keys(window, "alt+2")
    wait_for("the end in words, with what is left to do", lambda: says("Sent"))
    wait_for("the last tap", lambda: says("To finish, open Settings → Backup"))
    assert not phone.faults, phone.faults
    assert arrived(lab.path / "phone" / "Backups", backup) and arrived(lab.path / "phone" / "Music", song)
    phone.close()
    quit_by_keyboard(process, window)


def test_3_the_sender_breaks_off_and_goes_on(lab):
    process, data, window = window_of(lab)
    backup, music, song = made_backup(lab.path / "files")
    song.write_bytes(random.randbytes(12_000_000))
    keys(window, "alt+2")
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--limit", "1MB/s", "--to", ALIAS, backup, music)
    press(button("Accept"))
    time.sleep(1.5)  # up to GTK 4.8 a question during the change of windows ends the program
    wait_for("bytes", lambda: says("MB/s"), LONG)
    sender.send_signal(signal.SIGKILL)
    sender.wait(LIMIT)
    wait_for("the words", lambda: says("Waiting for the device"), LONG)
    before = len(lab.shell.shown())
    again = lab.sender(f"ThinkPad {RUN}", "send", "--to", ALIAS, backup, music)
    assert again.wait(LONG) == 0, "it did not go on"
    # Nobody pressed anything: it was not asked again.
    assert not [title for title, _ in lab.shell.shown()[before:] if title.startswith("Receive")], "asked again"
    wait_for("the music to arrive", lambda: arrived(data / "music", song))
    wait_for("the end in words", lambda: says("Verified"))
    quit_by_keyboard(process, window)


def test_3_the_receiver_breaks_off_and_comes_back(lab):
    nas, home = f"NAS {RUN}", lab.path / "nas"
    home.mkdir()

    def receive():
        return lab.sender(nas, "--port", "53390", "receive", "--accept", "all", "--as", "library", "--backups", home / "backups", "--music",
                          home / "music")

    receiver = receive()
    backup, music, song = made_backup(lab.path / "files")
    song.write_bytes(random.randbytes(12_000_000))
    process, data, window = window_of(lab, "rate-limit=uint32 1500\n", files=[backup, music])
    wait_for("what is to be sent", lambda: find("It will receive 1 backup and 1 folder"))
    click(nas)
    wait_for("bytes", lambda: says("MB/s"), LONG)
    receiver.send_signal(signal.SIGKILL)
    receiver.wait(LIMIT)
    wait_for("the words that it waits", lambda: says("Waiting for the device"), LONG)
    receive()
    # By itself: nobody presses anything.
    wait_for("the music to arrive", lambda: arrived(home / "music", song), LONG)
    wait_for("the end in words", lambda: find("Verified there", starts=True), LONG)
    quit_by_keyboard(process, window)


def progress(process):
    """The lines of its progress since it was last interrupted, or began."""
    lines = [json.loads(line) for line in other_said(process).splitlines() if line.startswith("{")]
    begun = max((i for i, line in enumerate(lines) if line["event"] in ("interrupted", "start")), default=0)
    return lines, [line["sent"] for line in lines[begun:] if line["event"] == "progress"]


def test_3_the_window_is_killed_and_goes_on(lab):
    """The receiving window dies without a word: started again it has what it had, asks nothing, and the rest arrives."""
    process, data, window = window_of(lab)
    backup, music, song = made_backup(lab.path / "files")
    song.write_bytes(random.randbytes(20_000_000))
    sender = lab.sender(f"ThinkPad {RUN}", "--json", "send", "--limit", "1MB/s", "--wait", "60", "--to", ALIAS, backup, music)
    press(button("Accept"))
    time.sleep(1.5)  # up to GTK 4.8 a question during the change of windows ends the program
    wait_for("some of the music", lambda: max(progress(sender)[1]) > 4_000_000, LONG)
    process.send_signal(signal.SIGKILL)
    process.wait(LIMIT)
    assert not arrived(data / "music", song), "it was killed too late"
    before = len(lab.shell.shown())
    process, data, window = window_of(lab)
    assert sender.wait(2 * LONG) == 0, "it did not go on"
    assert not [title for title, _ in lab.shell.shown()[before:] if title.startswith("Receive")], "asked again"
    lines, sent = progress(sender)
    assert any(line["event"] == "interrupted" for line in lines), "nothing broke"
    # From its beginning it would be told four times in the first second.
    assert sent and not [one for one in sent if 150_000 < one < 900_000], f"sent again from the beginning: {sent}"
    wait_for("the music to arrive", lambda: arrived(data / "music", song))
    wait_for("the backup to arrive", lambda: arrived(data / "backups", backup))
    keys(window, "alt+2")
    wait_for("the end in words", lambda: says("Verified"))
    quit_by_keyboard(process, window)


def test_3_the_sending_window_is_killed_and_goes_on(lab):
    nas, home = f"NAS {RUN}", lab.path / "nas"
    there = lab.sender(nas, "--json", "receive", "--accept", "all", "--as", "library", "--backups", home / "b", "--music", home / "m",
                       stdin=subprocess.PIPE)
    backup, music, song = made_backup(lab.path / "files")
    song.write_bytes(random.randbytes(20_000_000))
    process, data, window = window_of(lab, "rate-limit=uint32 1500\n", files=[backup, music])
    wait_for("what is to be sent", lambda: find("It will receive 1 backup and 1 folder"))
    click(nas)
    wait_for("some of the music", lambda: max(progress(there)[1]) > 4_000_000, LONG)
    process.send_signal(signal.SIGKILL)
    process.wait(LIMIT)
    assert not arrived(home / "m", song), "it was killed too late"
    # Nobody says again what to send, or to whom.
    process, data, window = window_of(lab)
    keys(window, "alt+2")
    wait_for("the music to arrive", lambda: arrived(home / "m", song), LONG)
    wait_for("the end in words", lambda: find("Verified there", starts=True), LONG)
    lines, sent = progress(there)
    assert any(line["event"] == "interrupted" for line in lines), "nothing broke"
    assert sent and min(sent) > 1_000_000, f"sent again from the beginning: {sent}"
    there.stdin.close()
    quit_by_keyboard(process, window)


def test_4_the_library_again(lab):
    nas, home = f"NAS {RUN}", lab.path / "nas"
    there = lab.sender(nas, "--json", "receive", "--accept", "all", "--as", "library", "--backups", home / "b", "--music", home / "m",
                       stdin=subprocess.PIPE)
    library = lab.path / "Library"
    for album in range(20):
        (library / f"Album {album:02}").mkdir(parents=True)
        for number in range(5):
            (library / f"Album {album:02}" / f"{number}.flac").write_bytes(random.randbytes(100_000))

    def send():
        process, data, window = window_of(lab, files=[library])
        wait_for("what is to be sent", lambda: find("It will receive 1 folder"))
        click(nas)
        wait_for("the end in words", lambda: find("Verified there", starts=True), LONG)
        words = [n.get_name() for n in everything() if n.get_name()]
        quit_by_keyboard(process, window)
        return words

    def ends():
        return [entry for entry in (json.loads(line) for line in other_said(there).splitlines() if line.startswith("{")) if "result" in entry]

    send()
    first = wait_for("the end there", ends)[0]
    (library / "New Album").mkdir()
    for number in range(3):
        (library / "New Album" / f"{number}.flac").write_bytes(random.randbytes(100_000))
    send()
    second = wait_for("the second end there", lambda: ends()[1:])[0]
    print("#", first, second)
    assert first["stored"] == 100 and second["stored"] == 3 and second["kept"] == 100, (first, second)
    assert second["bytes"] == 300_000, "more than the new album travelled"
    assert len(list((home / "m").rglob("*.flac"))) == 103
    there.stdin.close()


TESTS = {"phones": (test_1_a_phone_sends, test_2_a_phone_receives),
         "breaks": (test_3_the_sender_breaks_off_and_goes_on, test_3_the_receiver_breaks_off_and_comes_back),
         "killed": (test_3_the_window_is_killed_and_goes_on, test_3_the_sending_window_is_killed_and_goes_on),
         "library": (test_4_the_library_again,)}
run([(test, True) for test in TESTS[sys.argv[1]]])
