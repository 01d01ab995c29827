#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window asks of the desktop around it: the permission to go on in the background and every answer to that, that the computer stays
awake while bytes move, the progress on its icon. Speaks TAP."""
import json
import pathlib
import random
import subprocess
import sys

from namida_display import LIMIT, RUN, arrived, button, everything, find, keys, made_backup, press, quit_by_keyboard, run, wait_for, window_id

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
    wait_for("the preference", lambda: says("Keep receiving"))
    keys(dialog, "alt+k")
    return desktop, process, data, window, dialog


def goes_on_closed(lab, process, window):
    """It goes on with the window closed, and ends when it is asked to."""
    keys(window, "ctrl+w")
    wait_for("the window to go", lambda: not subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Namida Sync"],
                                                            capture_output=True).stdout)
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


def test_background_no(lab):
    desktop, process, data, window, dialog = switch_on(lab, "no", "portal")
    wait_for("the request", lambda: desktop.calls("Background.RequestBackground"))
    wait_for("the words", lambda: says("The desktop does not let Namida Sync receive in the background"))
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
         "awake": (test_awake_and_on_the_dock, test_awake_by_the_portal)}
run([(test, True) for test in TESTS[sys.argv[1]]])
