#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests notifications and the bus: answers while the window is closed, which notifications are withdrawn and when, the
folder that a notification opens, and the start of the program by the bus. Prints TAP."""
import json
import os
import pathlib
import subprocess

from namida_display import (APP, LIMIT, RUN, Gio, GLib, arrived, button, find, keys, made_backup, on_screen, other_said, press, quit_by_keyboard, run, wait_for,
                            window_id, xdo)

NAME = "io.github.namida_sync.Desktop"
ALIAS = f"Desk PC {RUN}"


def hidden():
    return not on_screen("^Namida Sync$")


def closed(lab):
    """A window that goes on receiving after it was closed. Returns also how many notifications were shown until then."""
    process, data = lab.app(ALIAS, "receive-in-background=true\n")
    before = len(lab.shell.shown())
    keys(window_id("Namida Sync"), "ctrl+w")
    wait_for("the window to go", hidden)
    wait_for("the word that it goes on", lambda: lab.shell.shown()[before:])
    return process, data, before


def offer(lab, before):
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", ALIAS, backup, music)
    return sender, song, asked(lab, before)


def asked(lab, before):
    """The number and the action keys of the question that is shown."""
    def look():
        return [(number, actions) for number, (title, actions) in enumerate(lab.shell.shown(), 1)
                if number > before and title.startswith("Receive a backup")]
    return wait_for("the question", look)[-1]


def withdrawn(lab, number):
    """The mock numbers notifications from 1."""
    calls, = lab.shell.call("GetMethodCalls", GLib.Variant("(s)", ("CloseNotification",)))
    return any(arguments == [number] for _, arguments in calls)


def key(actions, name):
    return next(action for action in actions if action.startswith(f"app.{name}::"))


def test_decline_with_the_window_closed(lab):
    process, data, before = closed(lab)
    sender, song, (number, actions) = offer(lab, before)
    lab.shell.press(key(actions, "decline"))
    assert sender.wait(LIMIT) == 3, f"the sender ended with {sender.returncode}, not with “declined”"
    wait_for("the question to be withdrawn", lambda: withdrawn(lab, number))
    assert not arrived(data / "music", song), "declined, and stored"
    process.terminate()


def test_the_senders_row_says_declined(lab):
    """Two windows, on one display: the one that sends says what became of it."""
    process, data = lab.app(ALIAS)
    backup, music, song = made_backup(lab.path / "files")
    home = lab.path / "phone"
    there = lab.sender(f"Pixel {RUN}", "--json", "receive", "--accept", "ask", "--backups", home / "b", "--music", home / "m",
                       stdin=subprocess.PIPE)
    wait_for("the device", lambda: find(f"Pixel {RUN}", "list item"))
    quit_by_keyboard(process, window_id("Namida Sync"))
    process, data = lab.app(ALIAS, files=[backup, music])
    row = wait_for("the device", lambda: find(f"Pixel {RUN}", "list item"))
    wait_for("what is to be sent", lambda: find("It will receive 1 backup and 1 folder"))
    area = row.get_component_iface().get_extents(1)
    xdo("mousemove", area.x + 60, area.y + area.height // 2, "click", 1)
    wait_for("the question there", lambda: '"event":"offer"' in other_said(there))
    offered = next(json.loads(line) for line in other_said(there).splitlines() if '"event":"offer"' in line)
    there.stdin.write(json.dumps({"decline": offered["id"]}) + "\n")
    there.stdin.flush()
    wait_for("the words", lambda: find("Declined", starts=True))
    button(f"Try Again: Backup and music to Pixel {RUN}")
    there.stdin.close()
    quit_by_keyboard(process, window_id("Namida Sync"))


def test_withdrawn_when_the_sender_gives_up(lab):
    process, data, before = closed(lab)
    sender, song, (number, actions) = offer(lab, before)
    sender.terminate()
    sender.wait(LIMIT)
    wait_for("the question to be withdrawn", lambda: withdrawn(lab, number))
    # An answer that comes too late changes nothing.
    lab.shell.press(key(actions, "accept"))
    assert not arrived(data / "music", song)
    assert process.poll() is None, "the program ended"
    process.terminate()


def opens_folders(lab):
    """A file manager that only says what it was asked to open."""
    applications = lab.path / "data" / "applications"
    applications.mkdir(parents=True)
    program = lab.path / "manager"
    program.write_text(f'#!/bin/sh\necho "$1" >> "{lab.path}/opened"\n')
    program.chmod(0o755)
    (applications / "manager.desktop").write_text(f"[Desktop Entry]\nType=Application\nName=Manager\nExec={program} %u\nMimeType=inode/directory;\n")
    (applications / "mimeapps.list").write_text("[Default Applications]\ninode/directory=manager.desktop\n")
    lab.env["XDG_DATA_HOME"] = str(lab.path / "data")
    return lab.path / "opened"


def test_open_folder(lab):
    opened = opens_folders(lab)
    process, data, before = closed(lab)
    sender, song, (number, actions) = offer(lab, before)
    lab.shell.press(key(actions, "accept"))
    assert sender.wait(LIMIT) == 0
    wait_for("the music to arrive", lambda: arrived(data / "music", song))

    def ended():
        return [action for _, actions in lab.shell.shown()[before:] for action in actions if action.startswith("app.open-folder::")]

    action = wait_for("the word that it ended", ended)[0]
    assert str(data) not in action, "a notification carries a path"
    # In the words of its row: test-transfer-words.c has those.
    assert "Verified" in lab.shell.bodies()[before:], lab.shell.bodies()
    lab.shell.press(action)
    place = wait_for("the folder to be opened", lambda: opened.exists() and opened.read_text().strip())
    folder = Gio.File.new_for_commandline_arg(place).get_path()
    assert folder.startswith(str(data)) and os.path.isdir(folder), place
    process.terminate()


class Activated:
    """The program as the bus starts it: an instance of its own, with settings that the bus gives it."""

    last = None

    def __init__(self, lab):
        Activated.last = self
        self.lab, self.bus, self.log = lab, lab.shell.bus, lab.path / "log-activated"
        config = lab.path / "config"
        (config / "glib-2.0" / "settings").mkdir(parents=True)
        (config / "glib-2.0" / "settings" / "keyfile").write_text(
            f"[io/github/namida_sync/Desktop]\nintroduced=true\nalias='{ALIAS}'\ninterface='lo'\nreceive-in-background=true\n"
            f"backup-folder='{lab.path}/backups'\nmusic-folder='{lab.path}/music'\n")
        for name in ("backups", "music"):
            (lab.path / name).mkdir()
        services = pathlib.Path(os.environ["XDG_RUNTIME_DIR"]) / "dbus-1" / "services"
        services.mkdir(parents=True, exist_ok=True)
        program = lab.path / "start"
        program.write_text("#!/bin/sh\n" + "".join(f"export {name}='{value}'\n" for name, value in (
            ("XDG_CONFIG_HOME", config), ("XDG_DATA_HOME", lab.path / "data"), ("GSETTINGS_BACKEND", "keyfile"), ("LC_ALL", "C.UTF-8")))
            + f'exec "{APP}" --gapplication-service >"{self.log}" 2>&1\n')
        program.chmod(0o755)
        (services / f"{NAME}.service").write_text(f"[D-BUS Service]\nName={NAME}\nExec={program}\n")
        self.ask("ReloadConfig", None)

    def ask(self, method, parameters):
        return self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method, parameters, None,
                                  Gio.DBusCallFlags.NONE, 30000, None)

    def call(self, method, parameters):
        self.bus.call_sync(NAME, "/" + NAME.replace(".", "/"), "org.freedesktop.Application", method, parameters, None,
                           Gio.DBusCallFlags.NONE, 30000, None)

    def action(self, name, *parameters):
        self.call("ActivateAction", GLib.Variant("(sava{sv})", (name, [GLib.Variant("s", one) for one in parameters], {})))

    def running(self):
        return self.ask("NameHasOwner", GLib.Variant("(s)", (NAME,))).unpack()[0]

    def end(self):
        self.action("quit")
        wait_for("the end of the program", lambda: not self.running())
        said = self.log.read_text()
        assert not [line for line in said.splitlines() if "WARNING **" in line or "CRITICAL **" in line], said


def activated(lab):
    """Started by the bus, its window closed again."""
    program = Activated(lab)
    assert not program.running()
    program.call("Activate", GLib.Variant("(a{sv})", ({},)))
    wait_for("the window", lambda: find("Namida Sync", "frame") and not hidden())
    before = len(lab.shell.shown())
    keys(window_id("^Namida Sync$"), "ctrl+w")
    wait_for("the window to go", hidden)
    return program, before


def test_withdrawn_when_decided_elsewhere(lab):
    program, before = activated(lab)
    sender, song, (number, actions) = offer(lab, before)
    program.action("show")
    press(button("Accept"))
    assert sender.wait(LIMIT) == 0
    wait_for("the question to be withdrawn", lambda: withdrawn(lab, number))
    wait_for("the music to arrive", lambda: arrived(lab.path / "music", song))
    program.end()


def test_started_by_the_bus(lab):
    program, before = activated(lab)
    sender, song, (number, actions) = offer(lab, before)
    # As GNOME's shell and the portal press a button: the action itself, over the bus.
    program.action("accept", key(actions, "accept").split("::", 1)[1])
    assert sender.wait(LIMIT) == 0, "the sender does not know that it is safe"
    wait_for("the music to arrive", lambda: arrived(lab.path / "music", song))
    program.action("show")
    wait_for("the window", lambda: not hidden())
    program.end()
    # A button of an old notification starts it, too, and what is no longer there is no fault.
    program.action("accept", "gone")
    program.action("show")
    wait_for("the window", lambda: find("Namida Sync", "frame") and not hidden())
    program.end()


def test_opened_by_the_bus(lab):
    """“Open With” of a file manager, while the program does not run, and while it does."""
    program = Activated(lab)
    backup, music, song = made_backup(lab.path / "files")
    program.call("Open", GLib.Variant("(asa{sv})", ([backup.as_uri()], {})))
    wait_for("what is to be sent", lambda: find("It will receive 1 backup"))
    program.call("Open", GLib.Variant("(asa{sv})", ([backup.as_uri(), music.as_uri()], {})))
    wait_for("what is to be sent now", lambda: find("It will receive 1 backup and 1 folder"))
    program.end()


TESTS = (test_decline_with_the_window_closed, test_the_senders_row_says_declined, test_withdrawn_when_decided_elsewhere,
         test_withdrawn_when_the_sender_gives_up, test_open_folder, test_started_by_the_bus, test_opened_by_the_bus)


def ended(test):
    """Nothing that the bus started outlives its test, whatever became of that."""
    def done(lab):
        try:
            test(lab)
        finally:
            if Activated.last is not None and Activated.last.running():
                Activated.last.action("quit")
            Activated.last = None
    done.__name__ = test.__name__
    return done


run([(ended(test), True) for test in TESTS])
