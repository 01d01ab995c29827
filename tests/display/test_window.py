#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real window on a display of its own, with real devices beside it on loopback. Speaks TAP.

NAMIDA_SCREENSHOTS=DIR writes the pictures of the documentation there instead."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile

LIMIT = 20  # seconds that no single step may need


def skip(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(77)


# Of the programs only: AT-SPI warns in this driver about widgets that just went.
os.environ.pop("G_DEBUG", None)
try:
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, Gio, GLib
except (ImportError, ValueError) as error:
    skip(f"the bindings of AT-SPI are missing ({error})")
for tool in ("xdotool", "import"):
    if shutil.which(tool) is None:
        skip(f"{tool} is not installed")

APP, CLI, DRAG = (os.environ[key] for key in ("NAMIDA_APP", "NAMIDA_CLI", "NAMIDA_DRAG_SOURCE"))
PICTURES = os.environ.get("NAMIDA_SCREENSHOTS")
RUN = f"{os.getpid()} {random.randrange(10**4)}"
if not os.path.exists(CLI):
    skip("namida-sync-cli is not built")


def wait_for(what, look, limit=LIMIT):
    """Until LOOK returns something true; widgets may vanish while they are looked at."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            found = look()
        except Exception:
            found = None
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {limit} s in vain for {what}")


def walk(node, depth=0):
    yield node
    if depth < 60:
        for i in range(node.get_child_count()):
            child = node.get_child_at_index(i)
            if child is not None:
                yield from walk(child, depth + 1)


def everything():
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(i)
        if application is not None and "namida-sync" in (application.get_name() or ""):
            yield from walk(application)


def find(name, role=None, starts=False):
    for node in everything():
        text = node.get_name() or ""
        if (text.startswith(name) if starts else text == name) and (role is None or node.get_role_name() == role):
            return node
    return None


def press(node):
    assert node, "there is no such button"
    action = node.get_action_iface()
    assert action.do_action(0), f"“{node.get_name()}” cannot be pressed"


def xdo(*args):
    return subprocess.run(["xdotool", *map(str, args)], check=True, capture_output=True, text=True).stdout.split()


def keys(window, *combination):
    """As typed by hand. With no window manager nobody gives the focus back when a dialog goes, and GTK hears only real keys."""
    xdo("windowfocus", "--sync", window)
    # The window may be gone before the key is released, which xdotool takes for an error.
    subprocess.run(["xdotool", "key", *combination], capture_output=True)


def button(name):
    return wait_for(f"the button “{name}”", lambda: find(name, "push button") or find(name, "button"))


def window_id(name):
    return wait_for(f"the window “{name}”", lambda: xdo("search", "--onlyvisible", "--name", name))[-1]


def place(window, x, y, width=None, height=None):
    if width:
        xdo("windowsize", window, width, height)
    xdo("windowmove", window, x, y)
    time.sleep(0.8)


def picture(name, window):
    if PICTURES:
        os.makedirs(PICTURES, exist_ok=True)
        subprocess.run(["import", "-window", window, f"{PICTURES}/{name}.png"], check=True)


class Lab:
    def __init__(self, light=True):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="namida-display-"))
        self.processes = []
        self.light = light
        self.env = dict(os.environ, LC_ALL="C.UTF-8", G_DEBUG="fatal-warnings")
        if not light:
            self.env["ADW_DEBUG_COLOR_SCHEME"] = "prefer-dark"

    def start(self, *args, **more):
        log = open(self.path / f"log-{len(self.processes)}", "w+")
        process = subprocess.Popen(args, env=self.env, stdout=log, stderr=subprocess.STDOUT, text=True, **more)
        process.log = log
        self.processes.append(process)
        return process

    def sender(self, alias, *command, **more):
        return self.start(CLI, "--data-dir", self.path / f"sender-{alias}", "--interface", "lo", "--alias", alias, *command, **more)

    def receiver(self, alias):
        home = self.path / alias
        home.mkdir()
        self.start(CLI, "--data-dir", home / "data", "--interface", "lo", "--alias", alias, "receive", "--accept", "all", "--as",
                   "library", "--backups", home / "backups", "--music", home / "music")
        return home

    def app(self, alias, more=""):
        data = self.path / "app"
        data.mkdir()
        (data / "settings.ini").write_text(
            f"[Settings]\nalias='{alias}'\nbackup-folder='{data}/backups'\nmusic-folder='{data}/music'\n{more}")
        process = self.start(APP, "--data-dir", data, "--interface", "lo")
        wait_for("the window", lambda: process.poll() is not None or find("Namida Sync", "frame"))
        assert process.poll() is None, "the program ended"
        return process, data

    def close(self, failed):
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if failed:
                process.log.seek(0)
                for line in process.log.read().splitlines()[-15:]:
                    print(f"# {os.path.basename(str(process.args[0]))}: {line}")
            process.log.close()
        shutil.rmtree(self.path)


def made_backup(folder):
    folder.mkdir(parents=True)
    backup = folder / "Namida Backup - 2026-07-19 18.30.00.zip"
    backup.write_bytes(b"PK\5\6" + bytes(18))
    music = folder / "Music"
    (music / "Björk").mkdir(parents=True)
    song = music / "Björk" / "01. Jóga.flac"
    song.write_bytes(random.randbytes(2_000_000))
    return backup, music, song


def no_underscores():
    """The mark of a mnemonic is for the eye; read aloud it is noise. A path may have underscores of its own."""
    names = [n.get_name() or "" for n in everything()]
    spoken = [name for name in names if "_" in name and "/" not in name]
    assert not spoken, f"names with underscores: {spoken}"


def quit_by_keyboard(process, window):
    keys(window, "ctrl+q")
    assert process.wait(20) == 0, f"the program ended with {process.returncode}"


def arrived(folder, wanted):
    for path in folder.rglob("*"):
        if path.is_file() and path.name == wanted.name:
            return path.read_bytes() == wanted.read_bytes()
    return False


def drag(target_x, target_y, hovering):
    """As a hand does it: in small steps; one jump is no drag."""
    source = window_id("Drag Source")
    place(source, 1040, 20)
    xdo("mousemove", 1140, 120, "mousedown", 1)
    x, y = 1140, 120
    for _ in range(2):
        x -= 12
        xdo("mousemove", x, y)
        time.sleep(0.05)
    for step in range(1, 13):
        xdo("mousemove", x + (target_x - x) * step // 12, y + (target_y - y) * step // 12)
        time.sleep(0.03)
    time.sleep(0.25)
    xdo("mousemove", target_x + 3, target_y)
    time.sleep(0.3)
    try:
        hovering()
    finally:
        xdo("mouseup", 1)


def test_drop_sends(lab):
    alias = f"Living Room NAS {RUN}"
    home = lab.receiver(alias)
    backup, music, song = made_backup(lab.path / "files")
    process, _ = lab.app(f"Desk PC {RUN}")
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    row = wait_for("the device", lambda: find(alias, "list item"))
    lab.start(DRAG, backup, music)

    def hovering():
        wait_for("the words of the drop", lambda: find("Drop to send 1 backup and 1 folder"), 5)

    # A synthetic pointer on a busy machine loses a drag now and then, before anything is dropped.
    for last in (False, False, True):
        area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
        assert area.width > 100, "the row has no size"
        try:
            drag(area.x + area.width // 3, area.y + area.height // 2, hovering)
            break
        except AssertionError:
            if last:
                raise
            xdo("mousemove", 1140, 400)
            time.sleep(1)
    wait_for("the backup to arrive", lambda: arrived(home / "backups", backup))
    wait_for("the music to arrive", lambda: arrived(home / "music", song))
    wait_for("the end in words", lambda: find("Sent and verified"))
    place(window, 0, 0, 360, 640)
    width = int([line for line in xdo("getwindowgeometry", "--shell", window) if line.startswith("WIDTH")][0].split("=")[1])
    assert width == 360, f"the window cannot be narrower than {width}"
    keys(window, "alt+1")
    time.sleep(0.5)
    quit_by_keyboard(process, window)


def test_accept_receives(lab):
    alias = f"Desk PC {RUN}"
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", alias, backup, music)
    question = wait_for("the question", lambda: find(f"Receive a backup from ThinkPad {RUN}?"))
    assert question
    wait_for("what is offered", lambda: find("Namida backup"))
    wait_for("the room left", lambda: [n for n in everything() if (n.get_name() or "").endswith(" free")])
    dialog = window_id("Receive a backup")
    place(dialog, 0, 0)
    place(dialog, 0, 0, 360, 640)
    assert not arrived(data / "music", song), "stored before anyone said yes"
    no_underscores()
    press(button("Accept"))
    wait_for("the music to arrive", lambda: arrived(data / "music", song))
    wait_for("the backup to arrive", lambda: arrived(data / "backups", backup))
    assert sender.wait(LIMIT) == 0, "the sender does not know that it is safe"
    assert wait_for("the dialog to go", lambda: find(f"Receive a backup from ThinkPad {RUN}?") is None)
    keys(window, "alt+2")
    wait_for("the end in words", lambda: find("Received and verified"))
    wait_for("a way to the folder", lambda: find("Open Folder", starts=True))
    place(window, 0, 0, 360, 640)
    quit_by_keyboard(process, window)


def test_decline_tells_the_sender(lab):
    alias = f"Desk PC {RUN}"
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", alias, backup, music)
    press(button("Decline"))
    assert sender.wait(LIMIT) == 3, f"the sender ended with {sender.returncode}, not with “declined”"
    assert not (data / "music").exists() or not arrived(data / "music", song)
    quit_by_keyboard(process, window)


class Shell:
    """What shows notifications on a desktop; without one GIO warns, and warnings are fatal here."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-m", "dbusmock", "--template", "notification_daemon", "-p",
                                         '{"capabilities": "actions body persistence"}'], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        wait_for("the mock of the shell", lambda: self.call("GetMethodCalls", GLib.Variant("(s)", ("Notify",))) is not None)

    def call(self, method, parameters):
        return self.bus.call_sync("org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.DBus.Mock",
                                  method, parameters, None, Gio.DBusCallFlags.NONE, 5000, None).unpack()

    def shown(self):
        """Title and action keys of each, oldest first."""
        calls, = self.call("GetMethodCalls", GLib.Variant("(s)", ("Notify",)))
        return [(args[3], args[5][::2]) for _, args in calls]

    def press(self, key):
        # The id is the count: the mock numbers from 1 and the program shows one after another.
        number = 1 + max(i for i, (_, keys) in enumerate(self.shown()) if key in keys)
        self.call("EmitSignal", GLib.Variant("(sssav)", ("org.freedesktop.Notifications", "ActionInvoked", "us",
                                                         [GLib.Variant("u", number), GLib.Variant("s", key)])))

    def close(self):
        self.process.terminate()
        self.process.wait()


def test_notification_accepts_with_the_window_closed(lab):
    alias = f"Desk PC {RUN}"
    process, data = lab.app(alias, "receive-in-background=true\n")
    window = window_id("Namida Sync")
    before = len(lab.shell.shown())
    keys(window, "ctrl+w")
    wait_for("the word that it goes on", lambda: lab.shell.shown()[before:][0][0] == "Namida Sync goes on receiving")
    wait_for("the window to go", lambda: not subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Namida Sync"],
                                                            capture_output=True).stdout)
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.sender(f"ThinkPad {RUN}", "send", "--to", alias, backup, music)
    title, actions = wait_for("the question", lambda: [n for n in lab.shell.shown()[before:] if n[0].startswith("Receive")])[0]
    assert title == f"Receive a backup from ThinkPad {RUN}?", title
    assert not any(str(data) in action for action in actions), "a notification carries a path"
    lab.shell.press(next(action for action in actions if action.startswith("app.accept::")))
    wait_for("the music to arrive", lambda: arrived(data / "music", song))
    assert sender.wait(LIMIT) == 0, "the sender does not know that it is safe"
    wait_for("the word that it ended", lambda: any(action.startswith("app.open-folder::") for _, actions in lab.shell.shown()[before:]
                                                   for action in actions))
    assert process.poll() is None, "the program ended"
    lab.shell.press("app.quit")
    assert process.wait(LIMIT) == 0, f"the program ended with {process.returncode}"


def test_pairing_shows_the_same_digits(lab):
    alias = f"Desk PC {RUN}"
    process, _ = lab.app(alias)
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    other = lab.sender(f"ThinkPad {RUN}", "--json", "pair", alias, stdin=subprocess.PIPE)
    wait_for("the digits there", lambda: '"digits"' in other_said(other))
    digits = next(json.loads(line)["digits"] for line in other_said(other).splitlines() if '"digits"' in line)
    wait_for("the same digits here", lambda: [n for n in everything() if (n.get_name() or "").replace(" ", "") == digits.replace(" ", "")])
    no_underscores()
    press(button("The Same"))
    other.stdin.write('{"pair": true}\n')
    other.stdin.flush()
    assert other.wait(LIMIT) == 0, "the other device is not paired"
    wait_for("the end in words", lambda: [n for n in everything() if (n.get_name() or "").endswith(" is trusted now")])
    keys(window_id("Pair Devices"), "Escape")
    wait_for("the dialog to go", lambda: find("Pair Devices") is None)
    # The other one thinks better of it: this side's yes alone must not be called trust.
    other = lab.sender(f"Old Phone {RUN}", "--json", "pair", alias, stdin=subprocess.PIPE)
    press(button("The Same"))
    wait_for("the digits there", lambda: '"digits"' in other_said(other))
    other.stdin.write('{"pair": false}\n')
    other.stdin.flush()
    assert other.wait(LIMIT) != 0, "the other device says that it is paired"
    wait_for("the words that it waits", lambda: find("Waiting for ", starts=True))
    time.sleep(0.5)
    assert not [n for n in everything() if (n.get_name() or "").endswith(" is trusted now")]
    keys(window_id("Pair Devices"), "Escape")
    wait_for("the dialog to go", lambda: find("Pair Devices") is None)
    quit_by_keyboard(process, window)


def other_said(process):
    return pathlib.Path(process.log.name).read_text()


def test_pictures(lab):
    """What the documentation shows; with names as people give them, so in a network of its own or alone on the machine."""
    look = "light" if lab.light else "dark"
    backup, music, song = made_backup(lab.path / "files")
    with zipfile.ZipFile(backup, "w") as archive:
        archive.writestr("LOCALFILES.zip", random.randbytes(1_840_000))
    for number in range(2, 13):
        (song.parent / f"{number:02}. Track.flac").write_bytes(random.randbytes(2_500_000))
    for alias in ("Living Room NAS", "ThinkPad"):
        lab.receiver(alias)
    process, _ = lab.app("Desk PC", f"backup-folder='{pathlib.Path.home()}/Namida/Backups'\nmusic-folder='{pathlib.Path.home()}/Music'\n")
    window = window_id("Namida Sync")
    wait_for("the device", lambda: find("ThinkPad", "list item"))
    nas = wait_for("the device", lambda: find("Living Room NAS", "list item"))

    def both(name):
        for width, height in ((1000, 640), (360, 640)):
            place(window, 0, 0, width, height)
            xdo("mousemove", 1200, 900)
            picture(f"{name}-{width}-{look}", window)

    def dialog_both(name, title):
        dialog = window_id(title)
        for width, height in ((460, 640), (360, 640)):
            place(dialog, 0, 0, width, height)
            picture(f"{name}-{width}-{look}", dialog)

    both("devices")
    place(window, 0, 0, 1000, 640)
    lab.start(DRAG, backup, music)
    area = nas.get_component_iface().get_extents(Atspi.CoordType.WINDOW)

    def hovering():
        wait_for("the words of the drop", lambda: find("Drop to send 1 backup and 1 folder"), 10)
        picture(f"drop-1000-{look}", window)

    drag(area.x + area.width // 3, area.y + area.height // 2, hovering)
    wait_for("the end in words", lambda: find("Sent and verified"))
    xdo("windowmove", window_id("Drag Source"), 1100, 800)
    lab.sender("Pixel 8", "send", "--limit", "1MB/s", "--to", "Desk PC", backup, music)
    wait_for("the room left", lambda: [n for n in everything() if (n.get_name() or "").endswith(" free")])
    dialog_both("accept", "Receive a backup")
    press(button("Accept"))
    time.sleep(4)
    keys(window, "alt+2")
    both("transfers")
    keys(window, "alt+1")
    # A menu button is two things to AT-SPI; the inner one can be pressed.
    press([n for n in everything() if n.get_name() == "ThinkPad: New device" and n.get_action_iface().get_n_actions() > 0][-1])
    press(button("Pair…"))
    button("The Same")
    dialog_both("pairing", "Pair Devices")
    assert process.poll() is None, "the program ended"


TESTS = [(test_drop_sends, True), (test_accept_receives, False), (test_decline_tells_the_sender, True),
         (test_notification_accepts_with_the_window_closed, True), (test_pairing_shows_the_same_digits, False)]
if PICTURES:
    TESTS = [(test_pictures, True), (test_pictures, False)]


def main():
    failures = 0
    shell = Shell()
    print(f"1..{len(TESTS)}", flush=True)
    for number, (test, light) in enumerate(TESTS, 1):
        lab = Lab(light)
        lab.shell = shell
        failed = False
        try:
            test(lab)
        except Exception:
            failed = True
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            try:
                print("# On the screen:", [n.get_name() for n in everything() if n.get_name()])
            except GLib.Error as error:
                print(f"# Nothing on the screen: {error.message}")
        lab.close(failed)
        failures += failed
        print(f"{'not ' if failed else ''}ok {number} - {test.__name__}", flush=True)
    shell.close()
    return 1 if failures else 0


sys.exit(main())
