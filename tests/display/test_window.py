#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real window on a display of its own, with real devices beside it on loopback. Speaks TAP.

NAMIDA_SCREENSHOTS=DIR also writes pictures there."""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

LIMIT = 20  # seconds that no single step may need


def skip(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(77)


try:
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi
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
        # GTK 4.8 names a button with a mnemonic by its underlined text.
        text = (node.get_name() or "").replace("_", "")
        if (text.startswith(name) if starts else text in (name, f"{name} {name}")) and (role is None or node.get_role_name() == role):
            return node
    return None


def press(node):
    assert node, "there is no such button"
    action = node.get_action_iface()
    assert action.do_action(0), f"“{node.get_name()}” cannot be pressed"


def xdo(*args):
    return subprocess.run(["xdotool", *map(str, args)], check=True, capture_output=True, text=True).stdout.split()


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
        # Of the programs, not of this driver: AT-SPI itself warns about widgets that just went.
        self.env = dict(os.environ, LC_ALL="C.UTF-8", G_DEBUG="fatal-warnings")
        if not light:
            self.env["ADW_DEBUG_COLOR_SCHEME"] = "prefer-dark"

    def start(self, *args):
        log = open(self.path / f"log-{len(self.processes)}", "w+")
        process = subprocess.Popen(args, env=self.env, stdout=log, stderr=subprocess.STDOUT)
        process.log = log
        self.processes.append(process)
        return process

    def receiver(self, alias):
        home = self.path / alias
        home.mkdir()
        self.start(CLI, "--data-dir", home / "data", "--interface", "lo", "--alias", alias, "receive", "--accept", "all", "--as",
                   "library", "--backups", home / "backups", "--music", home / "music")
        return home

    def app(self, alias):
        data = self.path / "app"
        data.mkdir()
        (data / "settings.ini").write_text(f"[Settings]\nalias='{alias}'\nbackup-folder='{data}/backups'\nmusic-folder='{data}/music'\n")
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


def quit_by_keyboard(process, window):
    # The window may be gone before the key is released, which xdotool takes for an error.
    subprocess.run(["xdotool", "key", "--window", window, "ctrl+q"], capture_output=True)
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
    hovering()
    xdo("mouseup", 1)


def test_drop_sends(lab):
    alias = f"Living Room NAS {RUN}"
    home = lab.receiver(alias)
    backup, music, song = made_backup(lab.path / "files")
    process, _ = lab.app(f"Desk PC {RUN}")
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    row = wait_for("the device", lambda: find(alias, "list item"))
    picture("devices-1000-light", window)
    lab.start(DRAG, backup, music)
    area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    assert area.width > 100, "the row has no size"

    def hovering():
        wait_for("the words of the drop", lambda: find("Drop to send 1 backup and 1 folder"), 10)
        picture("drop-1000-light", window)

    drag(area.x + area.width // 3, area.y + area.height // 2, hovering)
    wait_for("the backup to arrive", lambda: arrived(home / "backups", backup))
    wait_for("the music to arrive", lambda: arrived(home / "music", song))
    wait_for("the end in words", lambda: find("Sent and verified"))
    picture("transfers-1000-light", window)
    place(window, 0, 0, 360, 640)
    width = int([line for line in xdo("getwindowgeometry", "--shell", window) if line.startswith("WIDTH")][0].split("=")[1])
    assert width == 360, f"the window cannot be narrower than {width}"
    picture("transfers-360-light", window)
    xdo("key", "--window", window, "alt+1")
    time.sleep(0.5)
    picture("devices-360-light", window)
    quit_by_keyboard(process, window)


def test_accept_receives(lab):
    alias = f"Desk PC {RUN}"
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    place(window, 0, 0, 1000, 720)
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.start(CLI, "--data-dir", lab.path / "sender", "--interface", "lo", "--alias", f"ThinkPad {RUN}", "send", "--to",
                       alias, backup, music)
    question = wait_for("the question", lambda: find(f"Receive a backup from ThinkPad {RUN}?"))
    assert question
    wait_for("what is offered", lambda: find("Namida backup"))
    wait_for("the room left", lambda: [n for n in everything() if (n.get_name() or "").endswith(" free")])
    dialog = window_id("Receive a backup")
    place(dialog, 0, 0)
    picture("accept-dark", dialog)
    place(dialog, 0, 0, 360, 640)
    picture("accept-360-dark", dialog)
    assert not arrived(data / "music", song), "stored before anyone said yes"
    press(wait_for("the button", lambda: find("Accept", "push button") or find("Accept", "button")))
    wait_for("the music to arrive", lambda: arrived(data / "music", song))
    wait_for("the backup to arrive", lambda: arrived(data / "backups", backup))
    assert sender.wait(LIMIT) == 0, "the sender does not know that it is safe"
    assert wait_for("the dialog to go", lambda: find(f"Receive a backup from ThinkPad {RUN}?") is None)
    xdo("key", "--window", window, "alt+2")
    wait_for("the end in words", lambda: find("Received and verified"))
    wait_for("a way to the folder", lambda: find("Open Folder", starts=True))
    picture("transfers-1000-dark", window)
    place(window, 0, 0, 360, 640)
    picture("transfers-360-dark", window)
    quit_by_keyboard(process, window)


def test_decline_tells_the_sender(lab):
    alias = f"Desk PC {RUN}"
    process, data = lab.app(alias)
    window = window_id("Namida Sync")
    backup, music, song = made_backup(lab.path / "files")
    sender = lab.start(CLI, "--data-dir", lab.path / "sender", "--interface", "lo", "--alias", f"ThinkPad {RUN}", "send", "--to",
                       alias, backup, music)
    press(wait_for("the question", lambda: find("Decline", "push button") or find("Decline", "button")))
    assert sender.wait(LIMIT) == 3, f"the sender ended with {sender.returncode}, not with “declined”"
    assert not (data / "music").exists() or not arrived(data / "music", song)
    quit_by_keyboard(process, window)


TESTS = [(test_drop_sends, True), (test_accept_receives, False), (test_decline_tells_the_sender, True)]


def main():
    failures = 0
    # What shows notifications on a desktop; without one GIO warns, and warnings are fatal here.
    shell = subprocess.Popen([sys.executable, "-m", "dbusmock", "--template", "notification_daemon"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    time.sleep(1.5)
    print(f"1..{len(TESTS)}", flush=True)
    for number, (test, light) in enumerate(TESTS, 1):
        lab = Lab(light)
        failed = False
        try:
            test(lab)
        except Exception:
            failed = True
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
        lab.close(failed)
        failures += failed
        print(f"{'not ' if failed else ''}ok {number} - {test.__name__}", flush=True)
    shell.terminate()
    shell.wait()
    return 1 if failures else 0


sys.exit(main())
