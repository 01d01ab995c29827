# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests backups that Namida could not restore, although they arrived unchanged: this is reported on arrival, in the
list and by verify, and each content is inspected only once."""
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile

from namida_loopback import environment, equal, expect, main

FIXTURES = sys.argv.pop(2)
sys.path.insert(0, FIXTURES)
import namida_backups  # noqa: E402
import namida_hostile_zips  # noqa: E402

SMALL = {"tracks": 30, "listens": 60, "youtube": 10, "queues": 1}


def named(folder, n, made):
    """The zip under a name that Namida gives."""
    path = folder / f"Namida Backup - 2026-08-{n:02} 08.00.00.zip"
    os.replace(made, path)
    return path


def good(lab, n, seed=5):
    path = lab.folder("made") / f"good {n}.zip"
    namida_backups.make(path, "android65", seed=seed, **SMALL)
    return named(lab.folder("source"), n, path)


def encrypted(path):
    """Says of each file in the zip that it needs a password."""
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(signature, at + 4)
    path.write_bytes(data)


def rows(device):
    return expect(0, device.run("--json", "backups", "list")).events


def told(device):
    return "\n".join(device.errors)


def test_broken_database(lab):
    """a whole zip with a broken tracks.db: on arrival, in the list, by verify, and in what is restored"""
    nas, phone = lab.receiver("--accept", "all", "--as", "backup", name="NAS"), lab.device("Phone")
    expect(0, phone.send(nas, good(lab, 1)))
    bad = named(lab.folder("source"), 2, namida_hostile_zips.malformed(lab.folder("made")))
    expect(0, phone.send(nas, bad))
    nas.wait_event("contents")
    equal(nas.wait_event("contents")["damagedPart"], "tracks.db")
    newest, first = rows(nas)
    equal((newest["restorable"], newest["doubt"], newest["damagedPart"]), (False, "damaged", "tracks.db"), newest)
    equal((first["restorable"], first["doubt"], first["damagedPart"]), (True, None, None), first)
    listed = expect(0, nas.run("backups", "list")).out
    assert "“tracks.db” in the backup is damaged" in listed and f"The newest good backup of {phone.alias}" in listed, listed
    result = expect(7, nas.run("--json", "backups", "verify"))
    doubts = [event for event in result.events if event["event"] == "doubt"]
    equal([(doubt["version"], doubt["damagedPart"]) for doubt in doubts], [(newest["id"], "tracks.db")], doubts)
    assert f"The newest good backup of {phone.alias}" in doubts[0]["message"], doubts
    equal((result.events[-1]["damaged"], result.events[-1]["doubts"]), (0, 1), result.events[-1])
    expect(0, nas.run("backups", "verify", first["id"]))
    # A folder speaks for itself, on a computer whose database knows nothing of it.
    other = lab.device("Other")
    expect(0, other.run("backups", "verify", first["folder"]))
    said = expect(7, other.run("backups", "verify", newest["folder"]))
    assert "“tracks.db” in the backup is damaged" in said.err, said.err
    result = expect(7, other.run("--json", "backups", "verify", nas.backups))
    equal([event["damagedPart"] for event in result.events if event["event"] == "doubt"], ["tracks.db"], result.events)
    equal((result.events[-1]["versions"], result.events[-1]["doubts"]), (2, 1), result.events[-1])
    nas.stop()
    assert "Namida cannot restore Namida Backup - 2026-08-02" in told(nas) and f"The newest good backup of {phone.alias}" in told(nas), told(nas)


def test_kinds(lab):
    """empty, truncated, with a password, and one with names that lead out: each is told for what it is"""
    nas, phone = lab.receiver("--accept", "all", "--as", "backup", name="NAS"), lab.device("Phone")
    source = lab.folder("source")
    empty = source / "Namida Backup - 2026-08-01 08.00.00.zip"
    empty.write_bytes(b"")
    cut, secret = good(lab, 2), good(lab, 3, seed=6)
    cut.write_bytes(cut.read_bytes()[:-2000])
    encrypted(secret)
    out = named(source, 4, namida_hostile_zips.leads_out(lab.folder("made")))
    for zip_path in (empty, cut, secret, out):
        expect(0, phone.send(nas, zip_path))
    nas.stop()
    listed = rows(nas)
    equal([row["doubt"] for row in listed], ["backup", "encrypted", "truncated", "empty"], listed)
    equal([row["state"] for row in listed], ["The backup has files with names that lead out of it", "The backup is protected by a password", "The backup is cut off", "The backup is empty"], listed)
    assert f"There is no good backup of {phone.alias} here." in expect(0, nas.run("backups", "list")).out


def stopped_at(process, name):
    """Stops the process while it reads the file. Returns whether it did, before the process ended."""
    while process.poll() is None:
        try:
            opened = [os.readlink(entry.path) for entry in os.scandir(f"/proc/{process.pid}/fd")]
        except OSError:
            continue
        if any(path.endswith(name) for path in opened):
            process.send_signal(signal.SIGSTOP)
            return True
    return False


def test_not_looked_into(lab):
    """if nobody can say whether Namida could restore a backup, it is not called verified"""
    nas, phone = lab.receiver("--accept", "all", "--as", "backup", name="NAS"), lab.device("Phone")
    music = lab.folder("Music")
    with open(music / "long.flac", "wb") as song:
        song.truncate(150 << 20)
    expect(0, phone.send(nas, music, good(lab, 1)))
    nas.stop()
    for _ in range(50):
        with subprocess.Popen(nas.command("--json", "backups", "verify"), env=environment(nas.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            stopped = stopped_at(process, "long.flac")
            if stopped:
                with contextlib.closing(sqlite3.connect(nas.data / "state.db")) as database:
                    database.execute("ALTER TABLE inspected_zips RENAME TO elsewhere")
            process.send_signal(signal.SIGCONT)
            out, err = process.communicate()
        if stopped:
            break
    equal(process.returncode, 1, (out, err))
    assert "inspected_zips" in out + err and "verified" not in out, (out, err)


def test_looked_into_once(lab):
    """what is known of a content is not looked for again: not in a longer list, not for a second version with the same zip"""
    nas, phone = lab.receiver("--accept", "all", "--as", "backup", name="NAS"), lab.device("Phone")
    zip_path = good(lab, 1)
    expect(0, phone.send(nas, zip_path))
    rows(nas)
    with sqlite3.connect(nas.data / "state.db") as database:
        database.execute("UPDATE inspected_zips SET kind = 'truncated', restorable = 0")
    database.close()
    equal(rows(nas)[0]["doubt"], "truncated")
    song = lab.folder("music") / "song.flac"
    song.write_bytes(b"la" * 500)
    expect(0, phone.send(nas, zip_path, song.parent))
    equal([row["doubt"] for row in rows(nas)], ["truncated", "truncated"])
    with sqlite3.connect(nas.data / "state.db") as database:
        database.execute("UPDATE inspected_zips SET rules = 0")
    database.close()
    equal([row["doubt"] for row in rows(nas)], [None, None])


def test_changed_later(lab):
    """a zip whose bytes are not those that arrived says nothing about the content"""
    nas, phone = lab.receiver("--accept", "all", "--as", "backup", name="NAS"), lab.device("Phone")
    expect(0, phone.send(nas, good(lab, 1)))
    rows(nas)
    nas.stop()
    with sqlite3.connect(nas.data / "state.db") as database:
        database.execute("DELETE FROM inspected_zips")
    database.close()
    kept = rows(nas)[0]["zip"]
    with sqlite3.connect(nas.data / "state.db") as database:
        equal(database.execute("SELECT count (*) FROM inspected_zips").fetchone(), (1,))
        database.execute("DELETE FROM inspected_zips")
    database.close()
    os.chmod(os.path.dirname(kept), 0o755)
    os.chmod(kept, 0o644)
    with open(kept, "r+b") as file:
        file.truncate(100)
    equal(rows(nas)[0]["doubt"], None)
    with sqlite3.connect(nas.data / "state.db") as database:
        equal(database.execute("SELECT count (*) FROM inspected_zips").fetchone(), (0,))
    database.close()
    assert not zipfile.is_zipfile(kept)


main(*[test for name, test in list(globals().items()) if name.startswith("test_")])
