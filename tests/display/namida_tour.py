# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens every page and dialog of the window, with real devices, in any language, and calls see(name, window) for each."""
import contextlib
import io
import json
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile

from namida_display import (CLI, DRAG, RUN, Atspi, drag, everything, find, keys, made_backup, place, press, wait_for, xdo)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from namida_phone import Phone, Receiving, entries_of  # noqa: E402

SONGS = ("Jóga", "Hunter", "Unravel", "Bachelorette", "All Neon Like", "5 Years", "Immature", "Alarm Call", "Pluto", "All Is Full of Love", "Hyperballad",
         "Isobel")
HOUR = 3600 * 1_000_000
PAGES = {"devices": "alt+1", "transfers": "alt+2", "backups": "alt+3"}


def inner_zip(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name + ".json", json.dumps(content))
    return data.getvalue()


def namida_backup(path, days=300):
    """Writes a small backup as Namida does: a zip of zips."""
    listens = {str(20000 + day): [{"dateAdded": (20000 + day) * 86_400_000 + n, "track": f"/storage/emulated/0/Music/{SONGS[n]}.flac", "source": "local"}
                                  for n in range(day % 7 + 1)] for day in range(days)}
    tracks = [{"dateAdded": 1, "track": f"/storage/emulated/0/Music/{SONGS[n]}.flac"} for n in range(12)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("TEMPDIR_History.zip", inner_zip(**listens))
        archive.writestr("TEMPDIR_Playlists.zip", inner_zip(Road={"name": "Road", "tracks": tracks if days == 300 else tracks[:10]},
                                                            Rain={"name": "Rain", "tracks": tracks[:5]}))
        archive.writestr("LOCAL_FILES.zip", inner_zip(favs={"name": "favs", "tracks": tracks[:7]},
                                                      namida_settings={"directoriesToScan": ["/storage/emulated/0/Music"]}))


class Tour:
    def __init__(self, lab, words, see, alone=False, folders=None):
        """@alone: in its own network, so that the devices can have realistic names."""
        self.lab, self.words, self.see, self.folders, self.width = lab, words, see, folders, 1000
        self.mark = "" if alone else f" {RUN}"
        self.alias = "Home PC" + self.mark
        lab.env.update(words.env)
        self.backup, self.music, self.song = made_backup(lab.path / "files")
        namida_backup(self.backup)
        for number in range(2, 9):
            (self.song.parent / f"{number:02}. {SONGS[number - 1]}.flac").write_bytes(random.randbytes(600_000))

    # ---- what AT-SPI has ----

    def shown(self, text, *values):
        return find(self.words(text, *values))

    def like(self, text):
        """Returns the widgets whose name is this sentence with any text in its placeholders."""
        pattern = re.compile(re.escape(self.words(text)).replace("%s", ".*"))
        return [n for n in everything() if pattern.fullmatch(n.get_name() or "")]

    def wait(self, text, *values):
        return wait_for(f"“{self.words(text, *values)}”", lambda: self.shown(text, *values))

    def button(self, name):
        def look():
            for node in everything():
                action = node.get_action_iface()
                if node.get_name() == name and action is not None and action.get_n_actions() > 0:
                    return node
            return None
        return wait_for(f"the button “{name}”", look)

    def press(self, text, *values):
        press(self.button(self.words(text, *values)))

    def click(self, node):
        area = node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
        xdo("mousemove", area.x + area.width // 2, area.y + area.height // 2, "click", 1)

    def activate(self, node):
        """By the keyboard, because the row may be below the visible part of its page."""
        for _ in range(80):
            if node.get_state_set().contains(Atspi.StateType.FOCUSED):
                break
            keys(self.window, "Tab")
            time.sleep(0.1)
        keys(self.window, "Return")

    def settle(self):
        """Waits, because up to GTK 4.8 a program crashes if it is asked about its windows while a dialog opens or closes."""
        time.sleep(1.5)

    def windows(self):
        listed = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", ".*"], capture_output=True, text=True).stdout.split()
        own = []
        for window in listed:
            pid = subprocess.run(["xdotool", "getwindowpid", window], capture_output=True, text=True).stdout.strip()
            geometry = subprocess.run(["xdotool", "getwindowgeometry", "--shell", window], capture_output=True, text=True).stdout
            if pid == str(self.process.pid) and int((re.findall(r"WIDTH=(\d+)", geometry) or ["0"])[0]) > 100:
                own.append(window)
        return own

    def dialog(self, doing):
        """Returns the window that @doing opens."""
        before = set(self.windows())
        doing()
        window = wait_for("the dialog", lambda: [w for w in self.windows() if w not in before])[-1]
        self.settle()
        return window

    def close(self, dialog, by=None):
        if by is None:
            keys(dialog, "Escape")
        else:
            by()
        wait_for("the dialog to go", lambda: dialog not in self.windows())
        self.settle()

    # ---- the stops ----

    def open(self, more="", files=()):
        if self.folders:
            more += f"backup-folder='{self.folders[0]}'\nmusic-folder='{self.folders[1]}'\n"
        for folder in self.folders or (self.lab.path / "app" / "backups", self.lab.path / "app" / "music"):
            folder.mkdir(parents=True, exist_ok=True)
        self.process, self.data = self.lab.app(self.alias, more, files)
        self.window = wait_for("the window", lambda: xdo("search", "--onlyvisible", "--name", "^Namida Sync$"))[-1]
        place(self.window, 0, 0, self.width, 640)

    def page(self, name, shown=None):
        keys(self.window, PAGES[name])
        self.settle()
        self.see(shown or name, self.window)
        place(self.window, 0, 0, self.width, 640)

    def kept(self):
        return self.folders[0] if self.folders else self.data / "backups"

    def quit(self):
        keys(self.window, "ctrl+q")
        assert self.process.wait(20) == 0, f"the program ended with {self.process.returncode}"

    def first_start(self):
        """Without nearby devices and received files, as on the first start."""
        self.open("introduced=false\n")
        dialog = wait_for("the welcome", lambda: [w for w in self.windows() if w != self.window])[-1]
        self.settle()
        self.see("welcome", dialog)
        self.close(dialog, lambda: self.press("_Start"))
        for name in PAGES:
            self.page(name, f"{name}-empty")

    def general(self):
        for key, name in (("ctrl+comma", "preferences"), ("ctrl+question", "shortcuts")):
            dialog = self.dialog(lambda key=key: keys(self.window, key))
            self.see(name, dialog)
            self.close(dialog)
        keys(self.window, "F10")
        time.sleep(0.5)
        self.see("menu", self.window, popover=True)
        dialog = self.dialog(lambda: keys(self.window, self.words.mnemonic("_About Namida Sync")))
        self.see("about", dialog)
        self.close(dialog)

    def versions(self):
        """Receives two versions of a phone's backup into the window's folders; the first is from the day before, and has less in it."""
        receiver = self.lab.start(CLI, "--data-dir", self.data, "--interface", "lo", "--alias", self.alias, "receive", "--accept", "all", "--as",
                                  "backup", "--backups", self.kept(), "--music", self.data / "music")
        for number in range(2):
            namida_backup(self.backup, 297 + 3 * number)
            (self.music / f"Demo {number + 1}.flac").write_bytes(random.randbytes(100_000))
            done = subprocess.run([CLI, "--data-dir", self.lab.path / "phone", "--interface", "lo", "--alias", "Pixel 8a" + self.mark, "send", "--to",
                                   self.alias, self.backup, self.music], env=self.lab.env, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done
        receiver.terminate()
        assert receiver.wait(30) in (0, 1)
        with contextlib.closing(sqlite3.connect(self.data / "state.db")) as database, database:
            database.execute("UPDATE versions SET created_at = created_at - ?, verified_at = verified_at - ? WHERE id = (SELECT min(id) FROM versions)",
                             (24 * HOUR, 24 * HOUR))

    def neighbours(self):
        """A new device, a phone that cannot encrypt, and a trusted device that is away."""
        self.lab.receiver("ThinkPad" + self.mark)
        (self.lab.path / "phone-app").mkdir()
        self.phone = Receiving(self.lab.path / "phone-app", host="127.0.0.2", alias="Galaxy S23" + self.mark)
        dialog = self.dialog(lambda: keys(self.window, "ctrl+l"))
        self.see("address", dialog)
        xdo("windowfocus", "--sync", dialog)
        xdo("type", f"127.0.0.2:{self.phone.port}")
        self.close(dialog, lambda: keys(dialog, "Return"))
        wait_for("the phone", lambda: find("Galaxy S23" + self.mark, "list item"))
        # It has nobody who could say yes.
        self.lab.sender("Tablet" + self.mark, "receive", "--accept", "trusted", "--as", "library", "--backups", self.lab.path / "tablet" / "backups",
                        "--music", self.lab.path / "tablet" / "music")
        self.pair("Living Room NAS" + self.mark)

    def pair(self, alias):
        other = self.lab.sender(alias, "--json", "pair", self.alias, stdin=subprocess.PIPE)
        dialog = wait_for("the digits", lambda: [w for w in self.windows() if w != self.window])[-1]
        self.settle()
        self.see("pairing", dialog)
        self.press("Codes _Match")
        wait_for("the digits there", lambda: '"digits"' in pathlib.Path(other.log.name).read_text())
        other.stdin.write('{"pair": true}\n')
        other.stdin.flush()
        assert other.wait(30) == 0, "the other device is not paired"
        self.settle()
        self.see("paired", dialog)
        self.close(dialog)
        home = self.lab.path / "nas"
        home.mkdir()
        self.nas = self.lab.start(CLI, "--data-dir", self.lab.path / f"sender-{alias}", "--interface", "lo", "--alias", alias, "receive", "--accept",
                                  "trusted", "--as", "backup", "--backups", home / "backups", "--music", home / "music")
        self.nas_name = alias

    def devices(self):
        wait_for("the devices", lambda: all(find(name + self.mark, "list item") for name in ("ThinkPad", "Galaxy S23", "Living Room NAS")))
        self.settle()
        self.page("devices")
        # A menu button is two objects in AT-SPI; the inner one can be pressed.
        press([n for n in everything() if n.get_name() == f"Living Room NAS{self.mark}: " + self.words("Trusted")
               and n.get_action_iface().get_n_actions() > 0][-1])
        time.sleep(0.5)
        self.see("device-menu", self.window, popover=True)
        keys(self.window, "Escape")
        time.sleep(0.5)
        dialog = self.dialog(lambda: self.press("Send to %s", "ThinkPad" + self.mark))
        wait_for("what can be sent", lambda: self.shown("Nothing selected") or self.shown("No Namida backup or music folder was found. Add the files or folders you want to send.")
                 or self.like("%s in total"))
        self.see("send", dialog)
        self.close(dialog)

    def drop(self):
        self.lab.start(DRAG, self.backup, self.music)
        if self.width < 1000:  # with large text, the row may be below the visible area
            place(self.window, 0, 0, self.width, 1000)
        row = wait_for("the device", lambda: find(self.nas_name, "list item"))
        area = row.get_component_iface().get_extents(Atspi.CoordType.WINDOW)

        def hovering():
            time.sleep(0.7)
            self.see("drop", self.window, popover=True)
        drag(area.x + area.width // 3, area.y + area.height // 2, hovering)
        time.sleep(0.5)
        xdo("windowmove", xdo("search", "--onlyvisible", "--name", "Drag Source")[-1], 1100, 900)
        place(self.window, 0, 0, self.width, 640)

    def offer(self, name, sender, *command):
        """Shows the question about an offer."""
        before = set(self.windows())
        process = self.lab.sender(sender, "send", *command, "--to", self.alias, self.backup, self.music)
        dialog = wait_for("the question", lambda: [w for w in self.windows() if w not in before])[-1]
        wait_for("the room left", lambda: self.like("%s free"))
        self.settle()
        self.see(name, dialog)
        return process, dialog

    def ask_always(self):
        """The switch applies to the devices that are trusted when it is changed."""
        dialog = self.dialog(lambda: keys(self.window, "ctrl+comma"))
        keys(dialog, "alt+" + self.words.mnemonic("_Accept From Trusted Devices"))
        wait_for("the switch", lambda: "auto-accept-trusted=false" in (self.data / "settings.ini").read_text(), 10)
        self.close(dialog)

    def expand(self, dialog):
        """Opens the list of what is offered, whose row says the number of files."""
        def row():
            return [n for n in everything() if n.get_role_name() == "list item" and re.match(r"\d+ ", n.get_name() or "")]

        wait_for("the sum", row)
        for _ in range(30):
            if any(n.get_state_set().contains(Atspi.StateType.FOCUSED) for n in row()):
                break
            keys(dialog, "Tab")
            time.sleep(0.2)
        keys(dialog, "space")
        self.settle()

    def offers(self):
        _, dialog = self.offer("accept", "Pixel 7" + self.mark, "--limit", "100kB/s")
        self.expand(dialog)
        self.see("accept-list", dialog)
        self.close(dialog, lambda: self.press("_Accept"))
        process, dialog = self.offer("accept-trusted", self.nas_name)
        self.close(dialog, lambda: self.press("_Decline"))
        process.wait(30)
        phone = Phone(port=self.port(), source="127.0.0.2", alias="Galaxy S23" + self.mark)
        tree = {("", self.backup.name): self.backup.read_bytes(), ("Music", "Björk/01. Jóga.flac"): self.song.read_bytes()}
        before = set(self.windows())

        def ask():
            try:
                phone.offer(self.backup.name, entries_of(tree))
            except Exception as error:  # declined, as intended here
                self.phone_heard = error
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        dialog = wait_for("the question", lambda: [w for w in self.windows() if w not in before])[-1]
        self.settle()
        self.see("accept-unencrypted", dialog)
        self.close(dialog, lambda: self.press("_Decline"))
        thread.join(30)

    def port(self):
        listed = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True).stdout
        return int(next(re.search(r":(\d+)\s", line).group(1) for line in listed.splitlines() if f"pid={self.process.pid}," in line))

    def transfers(self):
        keys(self.window, "alt+2")
        time.sleep(2)
        self.page("transfers", "transfers-running")
        self.press("%s: %s", self.words("Pause"), self.rows()[1])
        time.sleep(1.5)
        self.page("transfers")
        self.press("%s: %s", self.words("Resume"), self.rows()[1])
        self.details()
        self.cancelling()

    def rows(self):
        """Returns the names of the rows of transfers, the running ones first."""
        return [n.get_name() for n in everything() if n.get_role_name() == "list item" and (n.get_parent().get_name() or "").startswith((self.words("Transfers in progress"), self.words("Transfers: %s").split("%s")[0]))]

    def details(self):
        row = wait_for("a row", lambda: [find(name, "list item") for name in self.rows()])[0]
        dialog = self.dialog(lambda: self.click(row))
        self.see("details", dialog)
        self.close(dialog)

    def cancelling(self):
        row = self.rows()[0]
        dialog = self.dialog(lambda: self.press("%s: %s", self.words("Cancel"), row))
        self.see("cancel", dialog)
        self.close(dialog, lambda: self.press("_Continue"))
        dialog = self.dialog(lambda: self.press("C_lear History…"))
        self.see("clear", dialog)
        self.close(dialog)

    def search(self):
        press(self.button(self.words("Search Transfers")))
        time.sleep(0.5)
        xdo("windowfocus", "--sync", self.window)
        xdo("type", "Pixel")
        self.settle()
        self.see("search", self.window)
        keys(self.window, "Escape")
        time.sleep(0.5)
        place(self.window, 0, 0, self.width, 640)

    def message(self):
        """Sends a text message instead of files, as LocalSend does."""
        offer = {"info": {"alias": "Galaxy S23" + self.mark, "version": "2.1", "deviceModel": "Samsung", "deviceType": "mobile", "fingerprint": "5" * 64,
                          "port": 53317, "protocol": "https", "download": False},
                 "files": {"1": {"id": "1", "fileName": "1.txt", "size": 47, "fileType": "text/plain",
                                 "preview": "The tracks are listed at example.org/songs"}}}
        before = set(self.windows())
        subprocess.run(["curl", "-sk", "--max-time", "30", "-d", json.dumps(offer),
                        f"https://127.0.0.1:{self.port()}/api/localsend/v2/prepare-upload"], check=True, capture_output=True)
        dialog = wait_for("the message", lambda: [w for w in self.windows() if w not in before])[-1]
        self.settle()
        self.see("message", dialog)
        self.close(dialog)

    # ---- the versions ----

    def menus(self):
        return [n for n in self.like("Actions for the version of %s") if n.get_action_iface() is not None
                and n.get_action_iface().get_n_actions() > 0]

    def choose(self, text):
        press(wait_for("the versions", self.menus)[0])
        self.wait(text)
        time.sleep(0.5)
        keys(self.window, self.words.mnemonic(text))

    def backups(self):
        keys(self.window, "alt+3")
        wait_for("the versions", self.menus)
        self.page("backups")
        press(self.menus()[0])
        time.sleep(0.7)
        self.see("version-menu", self.window, popover=True)
        keys(self.window, "Escape")
        time.sleep(0.5)
        self.choose("Show _Contents")
        self.wait("Listens by Month")
        self.settle()
        self.see("version", self.window)
        place(self.window, 0, 0, self.width, 640)
        keys(self.window, "Escape")
        self.settle()
        for text, name in (("Restore _Here…", "restore"), ("Restore to a _Device…", "chooser"), ("Restore Son_gs…", "songs"),
                           ("_Share With a Browser…", "share")):
            dialog = self.dialog(lambda text=text: self.choose(text))
            time.sleep(1.5)
            self.see(name, dialog)
            self.close(dialog)
        row = wait_for("the way to another device", lambda: find(self.words("Get a Backup from Another Device…"), "list item"))
        dialog = self.dialog(lambda: self.activate(row))
        self.see("get", dialog)
        self.close(dialog)
        self.merge()
        self.restore()

    def merge(self):
        dialog = self.dialog(lambda: self.choose("_Merge With…"))
        self.wait("Merge With Which Backup?")
        self.see("merge-with", dialog)
        keys(dialog, "Tab")
        keys(dialog, "Return")
        self.wait("What the Result Will Have")
        self.settle()
        self.see("merge", dialog)
        self.close(dialog)

    def restore(self):
        """The steps after the choice of this computer."""
        dialog = self.dialog(lambda: self.choose("Restore _Here…"))
        for name in ("restore-parts", "restore-music", "restore-place"):
            xdo("windowfocus", "--sync", dialog)
            keys(dialog, "Return")
            time.sleep(2)
            self.see(name, dialog)
        self.close(dialog)

    def device(self):
        """The page of a trusted device, its questions, and the windows of the menus."""
        keys(self.window, "alt+1")
        time.sleep(1)
        self.activate(wait_for("the device", lambda: find(self.nas_name, "list item")))
        self.wait("What It May Do")
        self.settle()
        self.see("device", self.window)
        place(self.window, 0, 0, self.width, 640)
        dialog = self.dialog(lambda: self.press("_Forget This Device…"))
        self.see("forget", dialog)
        self.close(dialog)
        keys(self.window, "Escape")
        self.settle()
        dialog = self.dialog(lambda: keys(self.window, "ctrl+b"))
        self.see("link", dialog)
        self.close(dialog)
        for text, name in (("_Blocked Devices…", "blocked"), ("Replace a _Device…", "replace"), ("_Trash", "trash")):
            keys(self.window, "F10")
            time.sleep(0.5)
            dialog = self.dialog(lambda text=text: keys(self.window, self.words.mnemonic(text)))
            self.see(name, dialog)
            self.close(dialog)

    def choose_device(self, chooser, name):
        """Uses the keyboard, because newer versions of GTK report wrong positions of widgets in this dialog."""
        def rows():
            return [n for n in everything() if n.get_name() == name and n.get_role_name() == "list item"]

        wait_for("the device " + name, rows)
        xdo("windowfocus", "--sync", chooser)
        for _ in range(10):
            if any(n.get_state_set().contains(Atspi.StateType.FOCUSED) for n in rows()):
                break
            keys(chooser, "Down")
            time.sleep(0.5)
        keys(chooser, "Return")

    def failing(self):
        """Sends to a phone whose page is closed before the user answers, which waits, and to a device that declines."""
        keys(self.window, "alt+3")
        wait_for("the versions", self.menus)
        chooser = self.dialog(lambda: self.choose("Restore to a _Device…"))
        before = set(self.windows())
        self.choose_device(chooser, "Galaxy S23" + self.mark)
        dialog = wait_for("the question", lambda: [w for w in self.windows() if w not in before])[-1]
        self.settle()
        self.see("unencrypted", dialog)
        self.phone.close()
        self.close(dialog, lambda: self.press("_Send"))
        keys(self.window, "alt+3")
        self.settle()
        chooser = self.dialog(lambda: self.choose("Restore to a _Device…"))
        self.choose_device(chooser, "Tablet" + self.mark)
        keys(self.window, "alt+2")
        wait_for("the failure", lambda: [n for n in everything() if n.get_name() == self.words("Declined")], 120)
        self.page("transfers", "transfers-failed")

    def away(self):
        """Turns off the trusted device during a transfer."""
        self.nas.kill()
        self.nas.wait(30)
        keys(self.window, "alt+1")
        time.sleep(1)
        keys(self.window, "F5")
        away = self.words("Away · %s · sends when it is back").split(" ")[0]
        wait_for("the device to be away", lambda: [n for n in everything() if n.get_role_name() == "list item" and n.get_name() == self.nas_name
                                               and away + " ·" in (n.get_description() or "")], 240)
        self.page("devices", "devices-away")
        self.page("transfers", "transfers-waiting")

    def leaving(self):
        dialog = self.dialog(lambda: keys(self.window, "ctrl+w"))
        self.see("leaving", dialog)
        self.press("_Stop and Quit")
        assert self.process.wait(30) == 0, f"the program ended with {self.process.returncode}"

    def all(self):
        self.first_start()
        self.general()
        self.quit()
        self.versions()
        self.open("rate-limit=uint32 40\n")
        self.neighbours()
        self.devices()
        self.ask_always()
        self.drop()
        self.offers()
        self.transfers()
        self.search()
        self.message()
        self.backups()
        self.device()
        self.failing()
        self.away()
        self.leaving()
