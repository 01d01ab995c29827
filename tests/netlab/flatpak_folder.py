#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests a folder for backups to which the real portals give the sandboxed program access: it is chosen, used, lost and
chosen again. Usage: flatpak_folder.py APP-ID

Called by flatpak_sandbox.py on a machine of the lab, with its own session bus and display. xdg-document-portal with its
file system, the permission store and xdg-desktop-portal are real; only the dialog in which a user chooses is replaced
(chooser_standin.py)."""
import contextlib
import filecmp
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback

os.environ.update(NAMIDA_APP="/usr/bin/flatpak", NAMIDA_CLI="/usr/bin/flatpak", NAMIDA_DRAG_SOURCE="")
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "display"))
from namida_display import BUTTONS, Gio, GLib, button, everything, find, keys, picture, press, wait_for, window_id  # noqa: E402

APP = sys.argv[1]
HERE = pathlib.Path(__file__).parent
PORTALS = pathlib.Path("/usr/libexec")
OWN = pathlib.Path(os.environ["HOME"], ".var", "app", APP)
KEYFILE = OWN / "config/glib-2.0/settings/keyfile"
TITLE = "^Namida Sync \\(Development\\)$" if APP.endswith(".Devel") else "^Namida Sync$"
LOST = "The folder for backups that you chose can no longer be used. Choose it again."


def on_bus(name):
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    return bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", GLib.Variant("(s)", (name,)),
                         None, Gio.DBusCallFlags.NONE, 5000, None).unpack()[0]


def texts():
    return [node.get_name() or "" for node in everything()]


def settings(text):
    KEYFILE.parent.mkdir(parents=True, exist_ok=True)
    KEYFILE.write_text("[" + APP.replace(".", "/") + "]\n" + text)


def chosen():
    """The folder for backups as the program has noted it."""
    for line in KEYFILE.read_text().splitlines():
        if line.startswith("backup-folder="):
            return line.split("=", 1)[1].strip("'")
    return ""


class Folder:
    """The programs of the test, and one folder that the sandbox cannot see."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="namida-flatpak-"))
        self.real = self.path / "Drive" / "My Backups"
        self.real.mkdir(parents=True)
        self.processes = []
        self.login = []

    def start(self, name, *command):
        log = open(self.path / f"log-{len(self.processes)}-{name}", "w+")
        process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=subprocess.STDOUT, text=True)
        process.log = log
        self.processes.append(process)
        return process

    def portals(self):
        """One after the other, as each asks the one before."""
        backends = self.path / "backends"
        backends.mkdir(exist_ok=True)
        (backends / "standin.portal").write_text("[portal]\nDBusName=org.freedesktop.impl.portal.desktop.standin\n"
                                                 "Interfaces=org.freedesktop.impl.portal.FileChooser;\nUseIn=standin\n")
        os.environ.update(XDG_DESKTOP_PORTAL_DIR=str(backends), XDG_CURRENT_DESKTOP="standin")
        (self.path / "choice").write_text(str(self.real))
        for name, *command in (("org.freedesktop.impl.portal.PermissionStore", PORTALS / "xdg-permission-store"),
                               ("org.freedesktop.portal.Documents", PORTALS / "xdg-document-portal"),
                               ("org.freedesktop.impl.portal.desktop.standin", sys.executable, HERE / "chooser_standin.py", self.path / "choice"),
                               ("org.freedesktop.portal.Desktop", PORTALS / "xdg-desktop-portal")):
            self.login.append((name, self.start(name, *command)))
            wait_for(name, lambda name=name: on_bus(name))

    def login_anew(self):
        """The portals of the next session: what they show is the same, its numbers (stat) are others."""
        for name, process in reversed(self.login):
            process.terminate()
            process.wait(30)
            wait_for(f"the end of {name}", lambda name=name: not on_bus(name))
        self.login.clear()
        self.portals()

    @contextlib.contextmanager
    def window(self):
        self.start("window", "flatpak", "run", "--env=GSK_RENDERER=cairo", "--env=GDK_BACKEND=x11", APP)
        wait_for("the window’s words", lambda: find("Namida Sync", "frame") or find("Namida Sync (Development)", "frame"), 60)
        yield window_id(TITLE)
        subprocess.run(["flatpak", "kill", APP], capture_output=True)
        wait_for("the end of the program", lambda: not list(everything()))

    def send(self, *files):
        """From another device of this machine, which is in the same kind of sandbox."""
        return self.start("sender", "flatpak", "run", "--command=namida-sync-cli", APP, "--data-dir", OWN / "data/sender", "--alias", "Phone",
                          "send", "--to", "Desk PC", *files)

    def documents(self, method, *arguments):
        bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        return bus.call_sync("org.freedesktop.portal.Documents", "/org/freedesktop/portal/documents", "org.freedesktop.portal.Documents", method,
                             GLib.Variant(*arguments), None, Gio.DBusCallFlags.NONE, 5000, None).unpack()

    def permissions(self):
        """Of the program, for the folder: by the name of the document."""
        listed, = self.documents("List", "(s)", (APP,))
        return [document for document, path in listed.items() if bytes(path[:-1]).decode() == str(self.real)]

    def revoke(self):
        """As “flatpak permission-remove” does it, but at once, not from the next login on."""
        for document in self.permissions():
            self.documents("RevokePermissions", "(ssas)", (document, APP, ["read", "write", "grant-permissions", "delete"]))
        assert not self.permissions()

    def close(self, failed):
        # What is noted of it stays in the home folder, and another test's folder must not be taken for it.
        with contextlib.suppress(GLib.Error):
            for document in self.permissions():
                self.documents("Delete", "(s)", (document,))
        subprocess.run(["flatpak", "kill", APP], capture_output=True)
        for process in reversed(self.processes):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            if failed:
                process.log.seek(0)
                print(f"# {process.args[0]}:", *process.log.read().splitlines()[-12:], sep="\n#   ")
        shutil.rmtree(self.path, ignore_errors=True)


def accepted(folder, *files):
    sender = folder.send(*files)
    # Starting a sandbox takes a while on a busy computer.
    press(wait_for("the question", lambda: next(filter(None, (find("Accept", role) for role in BUTTONS[:2])), None), 120))
    code = sender.wait(120)
    sender.log.seek(0)
    return code, sender.log.read()


def below(path):
    """Each file with what it holds, as far as who looks can tell: its name, size and time."""
    return {str(file.relative_to(path)): (file.stat().st_size, file.stat().st_mtime_ns) for file in path.rglob("*") if file.is_file()}


def make_song(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(2_000_000))
    return path


def choose(folder, window):
    """In the preferences, by way of the portal."""
    keys(window, "ctrl+comma")
    # Newer versions of libadwaita (1.7 is one) call the button by its row.
    names = ("Change the folder of backups", "Backups")
    press(wait_for("the button", lambda: next(filter(None, (find(name, role) for name in names for role in BUTTONS[:2])), None)))
    wait_for("the choice", chosen)
    assert str(folder.real) not in chosen() and "/doc/" in chosen(), chosen()
    assert folder.permissions(), "no permission was given"
    wait_for("its name", lambda: folder.real.name in texts())
    keys(window_id("Preferences"), "Escape")


def versions(folder):
    return [path for path in (folder.real / "Phone").iterdir() if path.is_dir() and not path.name.startswith(".")]


def use(folder, music):
    """Versions land in the real folder, with what is in several of them there once; and what is below such a folder can be sent."""
    with folder.window() as window:
        choose(folder, window)
        for number in (1, 2):
            make_song(music / f"0{number} Jóga.flac")
            code, said = accepted(folder, music)
            assert code == 0 and len(versions(folder)) == number, (code, said, versions(folder))
        other = make_song(folder.real / "Other" / "Unravel.flac")
        code, said = accepted(folder, pathlib.Path(chosen()) / "Other" / other.name)
        assert code == 0, said
        shutil.rmtree(other.parent)
    landed = list(folder.real.rglob("01 Jóga.flac"))
    assert len(landed) == 2 and all(filecmp.cmp(path, music / path.name, shallow=False) for path in landed), landed
    assert landed[0].samefile(landed[1]), "what did not change takes its room twice"
    assert len(list(folder.real.rglob(other.name))) == 1


def lose(folder, music):
    """The permission is taken back: said at the next start, and nothing is stored anywhere else, nor lost."""
    folder.revoke()
    home = pathlib.Path(os.environ["HOME"], "Namida")
    before, elsewhere = below(folder.real), below(home)
    make_song(music / "03 Jóga.flac")
    with folder.window() as window:
        wait_for("the words", lambda: LOST in texts())
        picture("folder-lost", window)
        code, said = accepted(folder, music)
        assert code != 0 and "The folder of the other device is not there." in said, (code, said)
        assert below(folder.real) == before and below(home) == elsewhere

        press(button("Choose a Folder…"))
        wait_for("the end of the words", lambda: LOST not in texts())
        assert folder.permissions(), "no permission was given"
        code, said = accepted(folder, music)
        assert code == 0, said
    after = below(folder.real)
    assert before.items() <= after.items() and len(list(folder.real.rglob("03 Jóga.flac"))) == 1, (before, after)


def all_there(window, number):
    keys(window, "alt+3")
    wait_for("the versions", lambda: f"{number} versions" in texts() and texts().count("Verified on arrival") == number)


def nothing_new(folder, music):
    """What did not change takes no room another time."""
    code, said = accepted(folder, music)
    assert code == 0 and "0 files stored" in said and "3 already there" in said, (code, said)
    landed = list(folder.real.rglob("01 Jóga.flac"))
    assert len({path.stat().st_ino for path in landed}) == 1, landed


def log_in(folder, music):
    """After the next login nothing is asked, and all the versions are there."""
    folder.login_anew()
    with folder.window() as window:
        nothing_new(folder, music)
        all_there(window, 5)
        assert LOST not in texts()


def rename(folder, music):
    """The portal has forgotten the folder, as it does of a drive with another number: chosen again it has another name."""
    before = chosen()
    for document in folder.permissions():
        folder.documents("Delete", "(s)", (document,))
    with folder.window() as window:
        wait_for("the words", lambda: LOST in texts())
        press(button("Choose a Folder…"))
        wait_for("the end of the words", lambda: LOST not in texts())
        assert chosen() != before, before
        all_there(window, 5)
        nothing_new(folder, music)
        all_there(window, 6)


def test(folder):
    music = pathlib.Path(os.environ["HOME"], "Music", "Portal")
    for old in (music, OWN / "data", OWN / "config"):
        shutil.rmtree(old, ignore_errors=True)
    settings("introduced=true\nalias='Desk PC'\nlanding='backup'\n")
    folder.portals()
    use(folder, music)
    lose(folder, music)
    log_in(folder, music)
    rename(folder, music)
    shutil.rmtree(music)


folder = Folder()
failed = True
try:
    test(folder)
    failed = False
except Exception:
    traceback.print_exc()
    print("# On the screen:", [text for text in texts() if text])
finally:
    folder.close(failed)
sys.exit(1 if failed else 0)
