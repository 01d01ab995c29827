# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared by the tests of the window: their own display, real devices on loopback, AT-SPI and a pointer. Prints TAP.

NAMIDA_SCREENSHOTS=DIR: the folder to which picture() writes.
NAMIDA_WAYLAND=1: on Wayland (uienv.sh).
NAMIDA_WATCHDOG=MS: after each test, the turns of the main loops that took longer are listed (src/base/namida-watchdog.h)."""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile

# "push button" is the older name for "button".
BUTTONS = ("push button", "button", "toggle button")
# Pixels of both sides together that GTK draws around a window without a compositor, as here. Newer versions of libadwaita (such as 1.7) make
# the inside of their preferences window 360 wide.
FRAME = 10
LIMIT = 30  # seconds; no single step may take longer
NARROW = 620  # pixels; the widest form in which some pages or dialogs look different


def skip(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


# Only for the programs: in this process, AT-SPI warns about widgets that have just disappeared.
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
WAYLAND = "NAMIDA_WAYLAND" in os.environ
RUN = f"{os.getpid()} {random.randrange(10**4)}"
if not os.path.exists(CLI):
    skip("namida-sync-cli is not built")


def wait_for(what, look, limit=LIMIT):
    """Waits until LOOK returns something true. Widgets may disappear while they are inspected."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            found = look()
        except Undriven:
            raise
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


def top_levels():
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(i)
        if application is not None and "namida-sync" in (application.get_name() or ""):
            yield from filter(None, (application.get_child_at_index(k) for k in range(application.get_child_count())))


def name_of(node):
    """Returns what a screen reader reads. In newer versions of GTK (such as 4.18), menu items have no name, but a label with a text."""
    name = node.get_name() or ""
    if name or not node.get_role_name().endswith("menu item"):
        return name
    for relation in node.get_relation_set():
        if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY:
            return " ".join(Atspi.Text.get_text(relation.get_target(i), 0, -1) for i in range(relation.get_n_targets()))
    return ""


def find(name, role=None, starts=False):
    for node in everything():
        text = name_of(node)
        if (text.startswith(name) if starts else text == name) and (role is None or node.get_role_name() == role):
            return node
    return None


def let_windows_register():
    """GTK 4.8 crashes if the list of windows is asked for after a window has been opened or closed and before GTK has told AT-SPI so, which it
    does when it is idle: GetChildAtIndex of the root passes a path that is NULL to g_variant_new()."""
    time.sleep(0.4)


def press(node):
    assert node, "there is no such button"
    # A question of another device accepts no answer during its first moment.
    wait_for(f"“{node.get_name()}” to be sensitive", lambda: node.get_state_set().contains(Atspi.StateType.SENSITIVE), 5)
    if WAYLAND:
        # A menu that opens in a window without the focus would be closed by what gives it the focus.
        xdo("windowfocus")
    action = node.get_action_iface()
    assert action.do_action(0), f"“{node.get_name()}” cannot be pressed"
    let_windows_register()


class Undriven(Exception):
    """The step cannot be done from the outside on this kind of display."""


def xdo_on_wayland(*args):
    """Translates what the tests ask of xdotool: keys and the pointer go to the one X window of the compositor. The program's own windows are found by
    AT-SPI, and cannot be moved or made smaller; the shell has the newest on top, with the focus."""
    if args[0] == "search":
        pattern = re.compile(args[args.index("--name") + 1])
        if not any(pattern.search(n.get_name() or "") for n in top_levels()):
            if "Drag Source" in args:
                raise Undriven("what another program drags cannot be driven there")
            raise LookupError(pattern)
        time.sleep(0.5)  # the keyboard follows a moment later
        return subprocess.run(["xdotool", "search", "--class", "."], check=True, capture_output=True, text=True).stdout.split()
    if args[0] in ("windowsize", "windowmove", "getwindowgeometry"):
        return []
    if args[0] == "windowfocus":
        # After a dialog its shell gives the focus to no window, and a click into an empty corner does.
        for _ in range(15):
            windows = list(top_levels())
            # A dialog has it from its shell, and does not tell AT-SPI.
            if len(windows) > 1 or any(n.get_state_set().contains(Atspi.StateType.ACTIVE) for n in windows):
                break
            time.sleep(0.1)
        else:
            subprocess.run(["xdotool", "mousemove", "300", "3", "click", "1"], check=True)
            time.sleep(0.3)
        return []
    return subprocess.run(["xdotool", *args], check=True, capture_output=True, text=True).stdout.split()


def xdo(*args):
    if WAYLAND:
        return xdo_on_wayland(*map(str, args))
    return subprocess.run(["xdotool", *map(str, args)], check=True, capture_output=True, text=True).stdout.split()


def keys(window, *combination):
    """Sends real key events, because GTK accepts no others. Sets the focus first, because without a window manager nothing restores it after a dialog."""
    xdo("windowfocus", "--sync", window)
    # The window may be gone before the key is released, which xdotool reports as an error.
    subprocess.run(["xdotool", "key", *combination], capture_output=True)
    let_windows_register()


def focus_on(window, name, *roles):
    """By Tab, as somebody does who uses no pointer; GTK 4.8 has no action for a check button or a row that unfolds."""
    node = wait_for(f"“{name}”", lambda: next(filter(None, (find(name, role, True) for role in roles)), None))
    for _ in range(30):
        if node.get_state_set().contains(Atspi.StateType.FOCUSED):
            return
        keys(window, "Tab")
        time.sleep(0.3)
    raise AssertionError(f"“{name}” is not reached by keys")


def unfold(window, name):
    """Newer versions of GTK do not tell of what is folded."""
    focus_on(window, name, "list item")
    keys(window, "space")


def tells_of_all():
    """Whether this version of GTK (4.8) tells of widgets that are not shown. It names those without a name by their class."""
    return find("AdwLeaflet") is not None


def type_path(chooser, path):
    """Types a path into a file chooser, which opens its field for it at the first slash. Newer versions of GTK may leave a completion behind it."""
    xdo("windowfocus", "--sync", chooser)
    xdo("type", str(path))
    time.sleep(1)
    keys(chooser, "shift+End", "Delete")
    keys(chooser, "Return")


def button(name):
    return wait_for(f"the button “{name}”", lambda: next(filter(None, (find(name, role) for role in BUTTONS)), None))


def window_id(name):
    return wait_for(f"the window “{name}”", lambda: xdo("search", "--onlyvisible", "--name", name))[-1]


def on_screen(pattern):
    """Whether a window with such a name is on the screen, for one that should go or should not come."""
    if WAYLAND:
        return any(re.search(pattern, n.get_name() or "") for n in top_levels())
    return bool(subprocess.run(["xdotool", "search", "--onlyvisible", "--name", pattern], capture_output=True).stdout)


def place(window, x, y, width=None, height=None):
    if WAYLAND and width and width <= NARROW:
        print(f"# Not narrow: the window cannot be made {width} wide there, so what follows shows its wide form.", flush=True)
    for _ in range(2):
        if width:
            xdo("windowsize", window, width, height)
        xdo("windowmove", window, x, y)
        time.sleep(0.8)
        # A page that becomes narrow on the way is as wide as its wide form at first; a person would go on to pull at its side.
        if not width or f"WIDTH={width}" in xdo("getwindowgeometry", "--shell", window):
            break


def picture(name, window):
    if PICTURES:
        os.makedirs(PICTURES, exist_ok=True)
        subprocess.run(["import", "-window", window, f"{PICTURES}/{name}.png"], check=True)


class Lab:
    def __init__(self, light=True):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="namida-display-"))
        self.processes = []
        self.light = light
        self.env = dict(os.environ, LC_ALL="C.UTF-8")
        if not light:
            self.env["ADW_DEBUG_COLOR_SCHEME"] = "prefer-dark"

    def start(self, *args, **more):
        for option, folder in zip(args, args[1:]):
            if option in ("--backups", "--music"):
                # Like a user's choice: the program creates only the last component of the path.
                pathlib.Path(folder).parent.mkdir(parents=True, exist_ok=True)
        log = open(self.path / f"log-{len(self.processes)}", "w+")
        process = subprocess.Popen(args, env=self.env, stdout=log, stderr=subprocess.STDOUT, text=True, **more)
        process.log = log
        self.processes.append(process)
        return process

    def sender(self, alias, *command, **more):
        return self.start(CLI, "--data-dir", self.path / f"sender-{alias}", "--interface", "lo", "--alias", alias, *command, **more)

    def receiver(self, alias, *options):
        home = self.path / alias
        home.mkdir()
        self.start(CLI, "--data-dir", home / "data", "--interface", "lo", "--alias", alias, "receive", "--accept", "all", "--as",
                   "library", "--backups", home / "backups", "--music", home / "music", *options)
        return home

    def app(self, alias, more="", files=()):
        """Starts the window, with the data that an earlier run left."""
        data = self.path / "app"
        for folder in ("backups", "music"):
            # Like a user's choice, which the program never recreates. A test of a drive that is not connected names another folder.
            (data / folder).mkdir(parents=True, exist_ok=True)
        (data / "settings.ini").write_text(
            f"[Settings]\nintroduced=true\nalias='{alias}'\nbackup-folder='{data}/backups'\nmusic-folder='{data}/music'\n{more}")
        process = self.start(APP, "--data-dir", data, "--interface", "lo", *files)
        wait_for("the window", lambda: process.poll() is not None or find("Namida Sync", "frame"))
        assert process.poll() is None, "the program ended"
        return process, data

    def complaints(self):
        """Returns the warnings of all programs. All are errors except one of GTK 4.8, which has no answer when an assistive tool, such as
        these tests, asks about a widget that has just disappeared."""
        found = []
        for process in self.processes:
            lines = pathlib.Path(process.log.name).read_text(errors="replace").splitlines()
            found += [line for line in lines if ("WARNING **" in line or "CRITICAL **" in line or "ERROR **" in line)
                      and "g_variant_is_object_path: assertion 'string != NULL'" not in line]
        return found

    def turns(self):
        """Returns what the watchdogs of the windows say of turns that were too long, the longest first."""
        lines = [line for process in self.processes if str(process.args[0]) == APP
                 for line in pathlib.Path(process.log.name).read_text(errors="replace").splitlines() if line.startswith("watchdog: blocked")]
        return sorted(lines, key=lambda line: -float(line.split()[2]))

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
        # Folders of versions are read-only for everyone except root.
        for folder, _, _ in os.walk(self.path):
            os.chmod(folder, 0o700)
        shutil.rmtree(self.path)


def made_backup(folder):
    folder.mkdir(parents=True)
    backup = folder / "Namida Backup - 2026-07-19 18.30.00.zip"
    with zipfile.ZipFile(backup, "w") as archive:
        archive.writestr("namida_settings.json", "{}")
    music = folder / "Music"
    (music / "Björk").mkdir(parents=True)
    song = music / "Björk" / "01. Jóga.flac"
    song.write_bytes(random.randbytes(2_000_000))
    return backup, music, song


def no_underscores():
    """Checks that no accessible name contains the underscore of a mnemonic. A path may contain underscores."""
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
    """Drags in small steps, because a single jump is no drag."""
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


class Shell:
    """The notification service of a desktop. Without one, GIO warns, and warnings are fatal here."""

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
        """Returns the title and the action keys of each notification, the oldest first."""
        calls, = self.call("GetMethodCalls", GLib.Variant("(s)", ("Notify",)))
        return [(args[3], args[5][::2]) for _, args in calls]

    def bodies(self):
        """Returns the body of each notification, the oldest first."""
        calls, = self.call("GetMethodCalls", GLib.Variant("(s)", ("Notify",)))
        return [args[4] for _, args in calls]

    def press(self, key):
        # The mock counts those that take the place of no other, from 1.
        calls, = self.call("GetMethodCalls", GLib.Variant("(s)", ("Notify",)))
        last = max(i for i, (_, args) in enumerate(calls) if key in args[5][::2])
        number = calls[last][1][1] or sum(args[1] == 0 for _, args in calls[:last + 1])
        self.call("EmitSignal", GLib.Variant("(sssav)", ("org.freedesktop.Notifications", "ActionInvoked", "us",
                                                         [GLib.Variant("u", number), GLib.Variant("s", key)])))

    def close(self):
        self.process.terminate()
        self.process.wait()


def other_said(process):
    return pathlib.Path(process.log.name).read_text()


def run(tests):
    """Runs @tests, pairs of a function and whether the window is light, and exits."""
    failures = 0
    shell = Shell()
    print(f"1..{len(tests)}", flush=True)
    for number, (test, light) in enumerate(tests, 1):
        lab = Lab(light)
        lab.shell = shell
        failed = False
        undriven = ""
        try:
            test(lab)
        except Undriven as error:
            undriven = f" # SKIP {error}"
        except Exception:
            failed = True
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            try:
                print("# On the screen:", [n.get_name() for n in everything() if n.get_name()])
            except GLib.Error as error:
                print(f"# Nothing on the screen: {error.message}")
        for line in lab.complaints():
            failed = True
            print(f"# {line}")
        if os.environ.get("NAMIDA_WATCHDOG"):
            print("".join(f"# {test.__name__}: {line}\n" for line in lab.turns()[:5]), end="")
        lab.close(failed)
        failures += failed
        print(f"{'not ' if failed else ''}ok {number} - {test.__name__}{undriven}", flush=True)
    shell.close()
    sys.exit(1 if failures else 0)
