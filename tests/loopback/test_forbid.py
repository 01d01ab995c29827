# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests options that forbid: a command that only reads changes nothing on the disk, neither a file nor a time. Also
tests that the JSON output of each command has exactly the expected keys."""
import hashlib
import os
import pathlib
import sqlite3

from namida_loopback import equal, expect, expect_soon, main, make_backup, send_namesake, write


def tree(*folders):
    """Everything below: kind and mode, size, both times, contents or where a link leads."""
    found = {}
    for folder in folders:
        for path in [folder, *sorted(folder.rglob("*"))] if folder.exists() else []:
            st = path.lstat()
            what = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            found[str(path)] = (st.st_mode, st.st_ino, st.st_nlink, st.st_size if path.is_file() else 0, st.st_mtime_ns, st.st_ctime_ns, what)
    return found


def same(before, folders, what):
    after = tree(*folders)
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    assert not changed, f"{what} changed {changed}"


def rewrite(path, data):
    """In its place, as a disk does that rots: another inode would be a person's doing. Its time stays."""
    times = path.stat()
    path.parent.chmod(0o755)
    path.chmod(0o644)
    path.unlink()
    path.write_bytes(data)
    path.chmod(times.st_mode & 0o777)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    path.parent.chmod(0o555)


def kept(lab):
    """Two versions: the usual pairs, and those of another device of the same name. Returns (the keeper, the first device, its version)."""
    zip_path, music = make_backup(lab.folder("source"), files=3)
    keeper, phone = lab.receiver("--accept", "all", "--as", "backup", name="Keeper"), lab.device("Phone")
    send_namesake(lab, keeper, phone, music)
    expect(0, phone.send(keeper, zip_path, music))
    listed = expect(0, keeper.run("--json", "backups", "list")).events
    equal([row["alias"] for row in listed], [phone.alias] * 2)
    return keeper, phone, listed[0]


def test_no_repair(lab):
    """verify --no-repair, of a file that could be repaired: no file and no time changes; without it the file is repaired"""
    keeper, phone, version = kept(lab)
    bad = pathlib.Path(version["folder"]) / "Music" / "Music" / "Pairs" / "two.flac"
    rewrite(bad, b"x" * 5000)
    before = tree(keeper.backups, keeper.music)
    result = expect(1, keeper.run("--json", "backups", "verify", "--no-repair", version["id"]))
    equal((result.end()["damaged"], result.end()["repaired"]), (1, 0), result.out)
    same(before, (keeper.backups, keeper.music), "verify --no-repair")
    equal(bad.read_bytes(), b"x" * 5000)
    result = keeper.run("--json", "backups", "verify", version["id"])
    equal((result.end()["damaged"], result.end()["repaired"]), (1, 1), result.out)
    equal(bad.read_bytes(), b"2" * 5000, "the copy of the same content at another place, not of the same name of another device")


def test_dry_run_and_preview(lab):
    """remove --dry-run, restore --here --preview, list and show change no file and no time, here or where the music is"""
    keeper, phone, version = kept(lab)
    here = lab.folder("here")
    write(here / "Music" / "Pairs" / "one.flac", b"9" * 5000)
    folders = (keeper.backups, keeper.music, here)
    before = tree(*folders)
    version = version["id"]
    for arguments in (("remove", "--dry-run", version), ("restore", version, "--here", "--preview", "--into", here / "Music"),
                      ("restore", version, "--here", "--preview", "--replace", "--into", here / "Music"),
                      ("restore", version, "--here", "--preview", "--keep-both", "--into", here / "Music"),
                      ("list",), ("show", version), ("trash",), ("usage",)):
        expect(0, keeper.run("--json", "backups", *arguments))
        same(before, folders, f"backups {' '.join(map(str, arguments))}")
    with sqlite3.connect(keeper.data / "state.db") as database:
        equal(database.execute("SELECT count(*) FROM versions WHERE removing = 0").fetchone()[0], 2)


def test_send_dry_run(lab):
    """send --dry-run to a trusted device that has half of it: no file and no time changes, on either side"""
    zip_path, music = make_backup(lab.folder("source"), files=2)
    keeper, phone = lab.receiver("--accept", "all", "--as", "backup", name="Keeper"), lab.device("Phone")
    expect(0, phone.send(keeper, music))
    expect(0, keeper.run("trust", "add", expect(0, phone.run("--json", "identity")).events[0]["fingerprint"], phone.alias))
    expect_soon(0, lambda: phone.run("--json", "send", "--dry-run", "--to", keeper.alias, music))
    folders = (lab.folder("source"), keeper.backups, keeper.music)
    before, versions = tree(*folders), count_versions(keeper)
    result = expect(0, phone.run("--json", "send", "--dry-run", "--to", keeper.alias, zip_path, music))
    equal(result.end()["wouldSend"], 1, result.out)
    same(before, folders, "send --dry-run")
    equal(count_versions(keeper), versions)
    equal(len(expect(0, keeper.run("--json", "history")).events), 1, "a question is no transfer")


def count_versions(keeper):
    with sqlite3.connect(keeper.data / "state.db") as database:
        return database.execute("SELECT count(*), (SELECT count(*) FROM sessions) FROM versions").fetchone()


def test_keys(lab):
    """the objects of each command have exactly these keys: scripts read them by name"""
    keeper, phone, version = kept(lab)
    version = version["id"]
    got = {}
    for device, arguments in ((keeper, ("identity",)), (keeper, ("history",)), (phone, ("history",)), (keeper, ("trust", "list")),
                              (keeper, ("backups", "list")), (keeper, ("backups", "show", version)), (keeper, ("backups", "usage")),
                              (keeper, ("backups", "find", "one.flac")), (keeper, ("backups", "remove", "--dry-run", version)),
                              (keeper, ("backups", "verify", version)), (keeper, ("backups", "pin", version)),
                              (keeper, ("backups", "unpin", version)), (keeper, ("backups", "remove", "--yes", version)),
                              (keeper, ("backups", "list"))):
        for event in expect(0, device.run("--json", *arguments)).events:
            name = " ".join(arguments[:2] if arguments[0] in ("backups", "trust") else arguments[:1]) + (" of the sender" if device is phone else "")
            got.setdefault((name, event.get("event", "")), set()).add(" ".join(sorted(event)))
    wrong = {key: sorted(sets) for key, sets in got.items() if not sets <= KEYS.get(key, set())}
    missing = [key for key in KEYS if key not in got]
    assert not wrong and not missing, f"other keys: {wrong}; not printed: {missing}"


HISTORY = "advice alias bytes direction failed files fingerprint folder healed id kept leftOut message skipped started state stored title unproven updated"
VERSION = "alias as bytes complete created damaged damagedPart doubt files fingerprint folder found here id left music pinned readAt removing restorable state title verified zip"
# The command, the event → the keys of its objects.
KEYS = {
    ("identity", ""): {"alias dataFolder fingerprint schema uuid"},
    ("history", ""): {HISTORY},
    ("history of the sender", ""): {HISTORY},
    ("backups list", ""): {VERSION},
    ("backups show", ""): {VERSION},
    ("backups usage", ""): {"alias bytes created id only", "alias bytes fingerprint used versions"},
    ("backups find", ""): {"alias created detail kind place stored title version versions"},
    ("backups remove", "end"): {"bytes bytesKept event files result"},
    ("backups verify", "end"): {"absent bytes changed damaged doubts event files healed missing removed repaired result versions"},
}

main(test_no_repair, test_dry_run_and_preview, test_send_dry_run, test_keys)
