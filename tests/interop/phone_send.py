# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests sending to the simulated phone app: the files exist after its restore, and nothing is sent without asking."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback

from namida_phone import Receiving, differences, sample

CLI = os.path.abspath(sys.argv[1])
WAIT = 120
ZIP = "Namida Backup - 2026-07-19 18.30.00.zip"


class Lab:
    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="namida-phone-"))
        self.count, self.phones, self.senders = 0, [], []

    def folder(self):
        self.count += 1
        folder = self.path / str(self.count)
        folder.mkdir()
        return folder

    def phone(self, **more):
        phone = Receiving(self.folder(), **more)
        self.phones.append(phone)
        return phone

    def lay_out(self, tree):
        """@tree on the disk. Returns what to send: the zip and the music folders."""
        folder = self.folder()
        for (label, path), body in tree.items():
            place = folder / label / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)
        return [folder / path for label, path in tree if not label], sorted({folder / label for label, _ in tree if label})

    def start(self, phone, zips, folders, *options):
        env = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "DBUS_", "DISPLAY", "WAYLAND"))}
        home = self.folder()
        env.update(HOME=str(home), LC_ALL="C.UTF-8", LANGUAGE="C", GIO_USE_PROXY_RESOLVER="dummy")
        music = [part for folder in folders for part in ("--music", folder)]
        # The app of these tests stores every name, as it does on a computer; what Android refuses is a test of its own.
        if not {"--rename", "--leave-out", "--ask"} & set(options):
            options = (*options, "--keep-names")
        options = [option for option in options if option != "--ask"]
        process = subprocess.Popen(
            [CLI, "send", "--interface", "lo", "--data-dir", home / "data", "--json", "--to", f"127.0.0.1:{phone.port}",
             *music, *options, *zips], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
        self.senders.append(process)
        return process

    def send(self, *arguments):
        """Returns the exit code and the last event."""
        return self.finish(self.start(*arguments))

    @staticmethod
    def finish(process):
        out, err = process.communicate(timeout=WAIT)
        for line in err.decode().splitlines():
            assert "CRITICAL" not in line and "Sanitizer" not in line, err.decode()
        events = [json.loads(line) for line in out.splitlines()]
        return process.returncode, events[-1] if events else {"message": err.decode()}

    def close(self):
        for process in self.senders:
            if process.poll() is None:
                process.kill()
            process.wait(WAIT)
        for phone in self.phones:
            phone.close()
        shutil.rmtree(self.path, ignore_errors=True)


def restored(phone, tree):
    return differences(tree, phone.folder, lambda label, path: f"{label or 'Backups'}/{path}")


def wait_for(condition):
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


def everything(lab):
    name, tree = sample(files=300)
    # The app makes a folder of a backslash: that is refused, and tried below.
    phone = lab.phone()
    code, end = lab.send(phone, *lab.lay_out(tree), "--unencrypted")
    assert code == 0 and end["result"] == "done" and end["stored"] == 301, (code, end)
    assert "Backup & Restore" in end["advice"], end
    assert not phone.faults, phone.faults
    assert len(phone.done) == 1 and not restored(phone, tree), restored(phone, tree)[:5]
    assert [entry["path"] for entry in phone.done[0]["files"]] == [""] * 301


def not_without_leave(lab):
    """A device that cannot encrypt gets nothing unless that is wished: exit code 8, and not even an offer."""
    phone = lab.phone()
    code, end = lab.send(phone, *lab.lay_out({("", ZIP): b"zip"}))
    assert code == 8, (code, end)
    assert not [path for path in phone.log if "prepare" in path], phone.log


def declined(lab):
    phone = lab.phone(answer="no")
    code, end = lab.send(phone, *lab.lay_out({("", ZIP): b"zip"}), "--unencrypted")
    assert code == 3 and end["result"] == "declined", (code, end)
    assert not phone.faults, phone.faults


def late_answer(lab):
    """Its person has time."""
    said = threading.Event()

    def answer(offer):
        said.wait(WAIT)
        return "yes"

    phone, tree = lab.phone(answer=answer), {("", ZIP): b"zip", ("Music", "a.mp3"): b"1"}
    sending = lab.start(phone, *lab.lay_out(tree), "--unencrypted")
    wait_for(lambda: any("prepare" in path for path in phone.log))
    time.sleep(8)
    assert sending.poll() is None
    said.set()
    code, end = lab.finish(sending)
    assert code == 0 and not restored(phone, tree) and not phone.faults, (code, end, phone.faults)


def cancelled(lab):
    """While its person thinks: it is told."""
    said = threading.Event()
    phone = lab.phone(answer=lambda offer: said.wait(WAIT) and "no")
    sending = lab.start(phone, *lab.lay_out({("", ZIP): b"zip"}), "--unencrypted")
    wait_for(lambda: any("prepare" in path for path in phone.log))
    sending.terminate()
    code, end = lab.finish(sending)
    said.set()
    assert code == 1 and end["result"] == "cancelled", (code, end)
    wait_for(lambda: any("cancel" in path for path in phone.log))


def starts_over(lab):
    """The phone loses its network in the middle: it is told, asked once more, and has all of it in the end."""
    tree = {("", ZIP): b"zip" * 1000, **{("Music", f"{n}.mp3"): bytes([n]) * 100_000 for n in range(20)}}
    phone = lab.phone(fail_at=9)
    code, end = lab.send(phone, *lab.lay_out(tree), "--unencrypted")
    assert code == 0 and end["stored"] == 21, (code, end)
    assert not phone.faults, phone.faults
    assert not restored(phone, tree), restored(phone, tree)
    what = [path.split("/")[-1].split("?")[0] for path in phone.log]
    assert what.count("prepare-upload") == 2 and "cancel" in what, what
    assert what.index("cancel") < len(what) - 1 - what[::-1].index("prepare-upload"), what


def one_zip(lab):
    """It restores exactly one."""
    phone = lab.phone()
    for words, tree in (("only together with a Namida backup", {("Music", "a.mp3"): b"1"}),
                        ("one Namida backup per transfer", {("", ZIP): b"zip",
                                                ("", "Namida Backup - 2026-07-20 18.30.00.zip"): b"zip"})):
        code, end = lab.send(phone, *lab.lay_out(tree), "--unencrypted")
        assert code == 1 and words in json.dumps(end), (code, end)
    assert not [path for path in phone.log if "upload" in path], phone.log


def single_file(lab):
    """It knows no file without a folder."""
    phone = lab.phone()
    zips, _ = lab.lay_out({("", ZIP): b"zip", ("", "song + one.mp3"): b"1"})
    code, end = lab.send(phone, zips, [], "--unencrypted")
    assert code == 0 and not phone.faults, (code, end, phone.faults)
    assert not restored(phone, {("", ZIP): b"zip", ("Music", "song + one.mp3"): b"1"}), phone.log


def backslash(lab):
    """It would make a folder of it: this one stays here, and that is told."""
    phone = lab.phone()
    code, end = lab.send(phone, *lab.lay_out({("", ZIP): b"zip", ("Music", "back\\slash.mp3"): b"1"}), "--unencrypted")
    assert code == 7, (code, end)
    assert not restored(phone, {("", ZIP): b"zip"}) and not phone.faults, (phone.log, phone.faults)


def names_of_android(lab):
    """Names that Android refuses, or confuses, are found before the phone is asked; they are left out, or renamed with the backup."""
    fixtures = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures")
    sys.path.insert(0, fixtures)
    import namida_backups
    import namida_restore
    tree = {("Music", "AC: DC/what?.mp3"): b"1", ("Music", "Abba/a.mp3"): b"2", ("Music", "ABBA/b.mp3"): b"3", ("Music", "Abba/A.mp3"): b"4", ("Music", "fine.mp3"): b"5"}
    _, folders = lab.lay_out(tree)
    archive = lab.folder() / ZIP
    paths = {path: f"/storage/emulated/0/Music/{path}" for _, path in tree}
    listens = [{"dateAdded": 1_700_000_000_000 + n, "track": path, "source": "local"} for n, path in enumerate(paths.values())]
    rows = [(path, json.dumps({"title": "x"})) for path in paths.values()]
    with open(archive, "wb") as file:
        namida_backups.write_zip(file, [("TEMPDIR_History.zip", namida_backups.zip_bytes([("19675.json", namida_backups.dump(listens))], True)),
                                        ("LOCAL_FILES.zip", namida_backups.zip_bytes([("namida_settings.json", namida_backups.dump({"directoriesToScan": ["/storage/emulated/0/Music"]})),
                                                                                      *namida_backups.database("tracks", rows)], True))], True)
    phone = lab.phone()
    code, end = lab.send(phone, [archive], folders, "--unencrypted", "--ask")
    text = json.dumps(end, ensure_ascii=False)
    assert code == 1 and "3 files" in text and "AC: DC/what?.mp3" in text and "--rename" in text, (code, end)
    assert not [path for path in phone.log if "upload" in path], phone.log

    code, end = lab.send(phone, [archive], folders, "--unencrypted", "--leave-out")
    assert code == 0 and not phone.faults, (code, end, phone.faults)
    there = sorted(path.name for path in (phone.folder / "Music").rglob("*.mp3"))
    assert len(there) == 2 and "fine.mp3" in there, there

    phone = lab.phone()
    code, end = lab.send(phone, [archive], folders, "--unencrypted", "--rename")
    assert code == 0 and not phone.faults, (code, end, phone.faults)
    names = sorted(str(path.relative_to(phone.folder / "Music")) for path in (phone.folder / "Music").rglob("*.mp3"))
    assert len(names) == 5 and len({name.lower() for name in names}) == 5 and not set("".join(names)) & set(':?*"<>|'), names
    assert sorted(path.read_bytes() for path in (phone.folder / "Music").rglob("*.mp3")) == [b"1", b"2", b"3", b"4", b"5"]
    data = lab.folder()
    namida_restore.restore(next((phone.folder / "Backups").glob("*.zip")), data)
    wanted = sorted(f"/storage/emulated/0/Music/{name}" for name in names)
    assert sorted(namida_restore.rows(data, "tracks")) == wanted, sorted(namida_restore.rows(data, "tracks"))
    assert sorted(entry["track"] for entry in json.loads((data / "History" / "19675.json").read_bytes())) == wanted


def restored_names(lab):
    """A version goes back to a phone: names that Android refuses are named before it is asked, and then left out or sent under other names."""
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures"))
    import namida_backups
    _, folders = lab.lay_out({("Music", "AC: DC/what?.mp3"): b"1", ("Music", "fine.mp3"): b"2"})
    home, archive = lab.folder(), lab.folder() / ZIP
    namida_backups.make(archive, "android65", tracks=5, listens=9, youtube=2, queues=1)
    env = {**{key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "DBUS_", "DISPLAY", "WAYLAND"))},
           "HOME": str(home), "LC_ALL": "C.UTF-8", "LANGUAGE": "C", "GIO_USE_PROXY_RESOLVER": "dummy"}
    base = [CLI, "--interface", "lo", "--data-dir", str(home / "data"), "--json"]

    def run(*arguments, data="data", code=0):
        base[4] = str(home / data)
        done = subprocess.run([*base, *map(str, arguments)], capture_output=True, text=True, timeout=WAIT, env=env, check=False)
        assert done.returncode == code, (arguments, done)
        return done

    receiver = subprocess.Popen([*base, "--alias", "Keeper", "receive", "--accept", "all", "--as", "backup", "--backups", str(home / "Backups")], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=env, text=True)
    try:
        port = next(event["port"] for event in map(json.loads, receiver.stdout) if event["event"] == "listening")
        run("send", "--to", f"127.0.0.1:{port}", archive, "--music", folders[0], data="sender")
    finally:
        receiver.terminate()
        receiver.communicate(timeout=WAIT)
    version = json.loads(run("backups", "list").stdout.splitlines()[0])["id"]
    for option, names in ((None, None), ("--leave-out", ["fine.mp3"]), ("--rename", ["fine.mp3", "what_.mp3"])):
        phone = lab.phone()
        done = run("backups", "restore", version, "--to", f"127.0.0.1:{phone.port}", "--unencrypted", *([option] if option else []), code=0 if option else 1)
        there = sorted(path.name for path in (phone.folder / "Music").rglob("*.mp3"))
        if option is None:
            assert "AC: DC/what?.mp3" in done.stdout + done.stderr and not there and not [path for path in phone.log if "upload" in path], (done, phone.log)
        else:
            assert there == names and not phone.faults, (there, names, phone.faults)


def changed(lab):
    """A file that shrinks while it is sent leaves nothing half done there."""
    tree = {("", ZIP): b"zip", ("Music", "a.mp3"): b"1" * 1000, ("Music", "b.mp3"): b"2" * 1000}
    zips, folders = lab.lay_out(tree)

    def answer(offer):
        (folders[0] / "b.mp3").write_bytes(b"short")
        return "yes"

    phone = lab.phone(answer=answer)
    code, end = lab.send(phone, zips, folders, "--unencrypted")
    assert code == 7 and "b.mp3" in json.dumps(end), (code, end)
    wait_for(lambda: any("cancel" in path for path in phone.log))
    assert not phone.done, phone.done


def main():
    tests = [everything, not_without_leave, declined, late_answer, cancelled, starts_over, one_zip, single_file, names_of_android, restored_names, backslash, changed]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        lab = Lab()
        try:
            test(lab)
            print(f"ok {number} {test.__name__}", flush=True)
        except BaseException:
            failed += 1
            print(f"not ok {number} {test.__name__}")
            for line in traceback.format_exc().splitlines()[-14:]:
                print("#", line[:600])
            sys.stdout.flush()
        finally:
            with contextlib.suppress(Exception):
                lab.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
