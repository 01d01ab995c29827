#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests what the window requests from the desktop: the permission to run in the background, with every possible answer,
keeping the computer awake during transfers, and the progress on its icon. Prints TAP."""
import json
import pathlib
import random
import sys

from namida_display import (APP, LIMIT, RUN, Gio, GLib, arrived, button, everything, find, keys, made_backup, on_screen, press, quit_by_keyboard, run,
                            wait_for, window_id)

NAME = "io.github.namida_sync.Desktop"
MOCK = pathlib.Path(__file__).with_name("desktop_mock.py")


class Desktop:
    def __init__(self, lab, answer="yes", *parts):
        self.path = lab.path / "desktop.log"
        lab.start(sys.executable, "-B", MOCK, self.path, answer, *parts)
        wait_for("the mock of the desktop", lambda: self.calls("ready"))

    def calls(self, name):
        """The arguments of each call of that name."""
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [entry[1:] for entry in map(json.loads, lines) if entry[0] == name]


def says(words):
    return [n for n in everything() if words in (n.get_name() or "")]


def setting(data, text):
    return text in (data / "settings.ini").read_text()


def in_a_sandbox(lab):
    """As far as the bus goes. The portal's word on the network is not what is tested."""
    # GLib calls it by the second name from 2.84 on.
    lab.env.update(GTK_USE_PORTAL="1", GIO_USE_PORTALS="1", GIO_USE_NETWORK_MONITOR="netlink")


def switch_on(lab, answer, *parts):
    """A window in a sandbox, as far as the bus goes, whose person switches “Keep receiving” on."""
    in_a_sandbox(lab)
    desktop = Desktop(lab, answer, *parts)
    process, data = lab.app(f"Desk PC {RUN}")
    window = window_id("Namida Sync")
    keys(window, "ctrl+comma")
    dialog = window_id("Preferences")
    wait_for("the preference", lambda: says("Run in Background"))
    keys(dialog, "alt+r")
    return desktop, process, data, window, dialog


def goes_on_closed(lab, process, window):
    """It goes on with the window closed, and ends when it is asked to."""
    keys(window, "ctrl+w")
    wait_for("the window to go", lambda: not on_screen("Namida Sync"))
    assert process.poll() is None, "the program ended with its window"


def test_background_yes(lab):
    desktop, process, data, window, dialog = switch_on(lab, "yes", "portal")
    wait_for("the request", lambda: desktop.calls("Background.RequestBackground"))
    options = desktop.calls("Background.RequestBackground")[0][1]
    assert options["commandline"] == ["namida-sync", "--background"] and options["autostart"] is False and options["reason"], options
    wait_for("the status", lambda: desktop.calls("Background.SetStatus"))
    assert desktop.calls("Background.SetStatus")[-1][0]["message"] == "Ready to receive"
    keys(dialog, "alt+l")
    wait_for("the request for the start", lambda: [c for c in desktop.calls("Background.RequestBackground") if c[1]["autostart"]])
    wait_for("the settings", lambda: setting(data, "start-at-login=true") and setting(data, "receive-in-background=true"))
    keys(dialog, "Escape")
    goes_on_closed(lab, process, window)
    wait_for("the word that it goes on", lambda: desktop.calls("Notification.AddNotification"))
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", f"Desk PC {RUN}", backup, music)

    offer = wait_for("the question", lambda: [call for call in desktop.calls("Notification.AddNotification") if call[0].startswith("offer-")])[0]
    # The portal presses the action that this names, on the program's own name on the bus.
    accept = next(one for one in offer[1]["buttons"] if one["label"] == "Accept")
    assert accept["action"] == "app.accept" and f"offer-{accept['target']}" == offer[0], accept
    sender.terminate()
    sender.wait(LIMIT)
    wait_for("the question to be withdrawn", lambda: [offer[0]] in desktop.calls("Notification.RemoveNotification"))
    assert not arrived(data / "music", song)
    process.terminate()


def the_desktops_own(lab):
    """The program with its name on the bus, which one with a folder of its own (--data-dir) does not have, closed and receiving."""
    config = lab.path / "config" / "glib-2.0" / "settings"
    config.mkdir(parents=True)
    for name in ("backups", "music"):
        (lab.path / name).mkdir()
    (config / "keyfile").write_text(f"[{NAME.replace('.', '/')}]\nintroduced=true\nalias='Desk PC {RUN}'\ninterface='lo'\n"
                                    f"receive-in-background=true\nbackup-folder='{lab.path}/backups'\nmusic-folder='{lab.path}/music'\n")
    lab.env.update(XDG_CONFIG_HOME=str(lab.path / "config"), XDG_DATA_HOME=str(lab.path / "data"), GSETTINGS_BACKEND="keyfile")
    process = lab.start(APP)
    wait_for("the window", lambda: find("Namida Sync", "frame"))
    goes_on_closed(lab, process, window_id("^Namida Sync$"))
    return process


def press_at_the_portal(lab, button):
    """As xdg-desktop-portal does it (activate_action in src/notification.c): the action, without its group, on the name of the program."""
    group, action = button["action"].split(".", 1)
    assert group == "app", button
    lab.shell.bus.call_sync(NAME, "/" + NAME.replace(".", "/"), "org.freedesktop.Application", "ActivateAction",
                            GLib.Variant("(sava{sv})", (action, [GLib.Variant("s", button["target"])], {})), None, Gio.DBusCallFlags.NONE,
                            LIMIT * 1000, None)


def test_accept_by_the_portal(lab):
    """The window closed, the question told to the portal, its button pressed there: the file arrives, and the portal hears of the end."""
    in_a_sandbox(lab)
    desktop = Desktop(lab, "yes", "portal")
    process = the_desktops_own(lab)
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", f"Desk PC {RUN}", backup, music)

    def asked():
        return [call for call in desktop.calls("Notification.AddNotification") if call[0].startswith("offer-")]

    number, question = wait_for("the question", asked)[0]
    assert not arrived(lab.path / "music", song), "stored before anyone said yes"
    press_at_the_portal(lab, next(one for one in question["buttons"] if one["label"] == "Accept"))
    assert sender.wait(LIMIT) == 0, f"the sender ended with {sender.returncode}"
    wait_for("the music to arrive", lambda: arrived(lab.path / "music", song))
    wait_for("the question to be withdrawn", lambda: [number] in desktop.calls("Notification.RemoveNotification"))
    wait_for("the word that it ended", lambda: [call for call in desktop.calls("Notification.AddNotification")
                                                if any(one["label"] == "Open Folder" for one in call[1].get("buttons", []))])
    assert str(lab.path) not in json.dumps(desktop.calls("Notification.AddNotification")), "a notification carries a path"
    process.terminate()


def test_background_no(lab):
    desktop, process, data, window, dialog = switch_on(lab, "no", "portal")
    wait_for("the request", lambda: desktop.calls("Background.RequestBackground"))
    wait_for("the words", lambda: says("Namida Sync is not allowed to run in the background"))
    wait_for("the setting to be taken back", lambda: setting(data, "receive-in-background=false"))
    assert len(desktop.calls("Background.RequestBackground")) == 1, "asked again"
    keys(dialog, "Escape")
    keys(window, "ctrl+w")
    assert process.wait(LIMIT) == 0, "a program that may not stay stayed"


def test_background_unanswered(lab):
    desktop, process, data, window, dialog = switch_on(lab, "never", "portal")
    wait_for("the request", lambda: desktop.calls("Background.RequestBackground"))
    wait_for("the setting", lambda: setting(data, "receive-in-background=true"))
    keys(dialog, "Escape")
    goes_on_closed(lab, process, window)
    process.terminate()


def test_background_without_a_portal(lab):
    desktop, process, data, window, dialog = switch_on(lab, "never")
    wait_for("the setting", lambda: setting(data, "receive-in-background=true"))
    wait_for("the word of it", lambda: "No background portal" in pathlib.Path(process.log.name).read_text())
    keys(dialog, "Escape")
    goes_on_closed(lab, process, window)
    process.terminate()


def moves(lab, *parts):
    """Somebody sends for some seconds. Returns the desktop that hears of it, after the end."""
    desktop = Desktop(lab, "yes", *parts)
    alias = f"Desk PC {RUN}"
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    backup, music, song = made_backup(lab.path / "files")
    song.write_bytes(random.randbytes(6_000_000))
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--limit", "1MB/s", "--to", alias, backup, music)
    press(button("Accept"))
    return desktop, process, data, window, sender, song


def test_awake_and_on_the_dock(lab):
    desktop, process, data, window, sender, song = moves(lab, "session")
    wait_for("the wish to stay awake", lambda: desktop.calls("SessionManager.Inhibit"))
    app, _, reason, flags = desktop.calls("SessionManager.Inhibit")[0]
    assert app == "io.github.namida_sync.Desktop" and reason and flags & 4, (app, reason, flags)
    assert not desktop.calls("SessionManager.Uninhibit"), "it may sleep while bytes move"
    assert sender.wait(60) == 0
    wait_for("the end of it", lambda: [42] in desktop.calls("SessionManager.Uninhibit"))
    assert len(desktop.calls("SessionManager.Inhibit")) == 1, "asked more than once"
    wait_for("the end of the bar", lambda: not desktop.calls("LauncherEntry.Update")[-1][1]["progress-visible"])
    told = desktop.calls("LauncherEntry.Update")
    assert all(uri == "application://io.github.namida_sync.Desktop.desktop" for uri, _ in told), told
    bars = [what["progress"] for _, what in told if what["progress-visible"]]
    assert bars and bars == sorted(bars) and all(0 <= bar <= 1 for bar in bars) and any(0 < bar < 1 for bar in bars), bars
    quit_by_keyboard(process, window)


def test_awake_by_the_portal(lab):
    in_a_sandbox(lab)
    desktop, process, data, window, sender, song = moves(lab, "portal", "session")
    wait_for("the wish to stay awake", lambda: desktop.calls("Inhibit.Inhibit"))
    _, flags, options = desktop.calls("Inhibit.Inhibit")[0]
    assert flags & 4 and options["reason"], (flags, options)
    assert not desktop.calls("Request.Close"), "it may sleep while bytes move"
    assert sender.wait(60) == 0
    wait_for("the end of it", lambda: desktop.calls("Request.Close"))
    assert not desktop.calls("SessionManager.Inhibit"), "out of the sandbox"
    quit_by_keyboard(process, window)


TESTS = {"background": (test_background_yes, test_background_no, test_background_unanswered, test_background_without_a_portal),
         "portal": (test_accept_by_the_portal,),
         "awake": (test_awake_and_on_the_dock, test_awake_by_the_portal)}
run([(test, True) for test in TESTS[sys.argv[1]]])
