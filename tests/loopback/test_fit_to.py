# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests sending a version as a copy that is adapted to another device: to the paths of its earlier backups, with
selected parts, merged with its own newest backup."""
import fcntl
import os
import pathlib
import sys

from namida_loopback import equal, expect, main

FIXTURES = sys.argv.pop(2)
sys.path.insert(0, FIXTURES)
import namida_backups  # noqa: E402
import namida_restore  # noqa: E402

SMALL = {"tracks": 60, "listens": 300, "youtube": 30, "queues": 3}
PHONE = ["Artist", "Album"]


def rows(device):
    return expect(0, device.run("--json", "backups", "list")).events


def read(lab, archive, name):
    data = lab.folder(name)
    namida_restore.restore(archive, data)
    return namida_restore.read(data), data


def make_keeper(lab):
    """A keeper with a version of an old phone, and one of a laptop that has the same music elsewhere. Returns (keeper, phone's version, laptop, phone's and laptop's truth, laptop's roots)."""
    keeper = lab.receiver("--accept", "all", "--as", "backup", name="NAS")
    phone, laptop = lab.device("Phone"), lab.device("Laptop")
    archive = lab.folder("phone") / "Namida Backup - 2026-08-22 19.05.10.zip"
    truth, tracks = namida_backups.make(archive, "android65", seed=5, **SMALL)
    expect(0, phone.send(keeper, archive))
    # The laptop's own backup and its music: the same tracks, at its own places.
    music, rips = laptop.home / "Tunes", laptop.home / "Extern" / "Rips"
    namida_backups.write_music(tracks, music, rips)
    foreign = lab.folder("laptop") / "made.zip"
    own, _ = namida_backups.make(foreign, "android65", seed=5, day0=18000, **SMALL)
    fitted = lab.path / "laptop" / "Namida Backup - 2026-08-20 08.00.00.zip"
    expect(0, laptop.run("fit", foreign, "--out", fitted, "--map", f"{own['roots'][0]}={music}", "--map", f"{own['roots'][1]}={rips}"))
    expect(0, laptop.send(keeper, fitted, "--music", music, "--music", rips))
    version = next(row for row in rows(keeper) if "Phone" in row["alias"])
    return keeper, version["id"], laptop, truth, own, (music, rips)


def receive_once(laptop, keeper, *arguments, code=0):
    laptop.receive("--accept", "all", "--as", "library")
    result = keeper.run("--json", "backups", "restore", *arguments, "--to", laptop.alias)
    laptop.stop()
    return expect(code, result)


def test_fit_to(lab):
    """the paths become those of the device, though this computer has none of them; nothing is left of the phone's"""
    keeper, version, laptop, truth, _, roots = make_keeper(lab)
    result = receive_once(laptop, keeper, version, "--zip-only", "--fit")
    fit = next(event for event in result.events if event["event"] == "fit")
    equal((fit["tracks"], fit["found"], fit["missingCount"]), (truth["library"], truth["library"], 0), fit)
    equal([folder["to"] for folder in fit["folders"]], [str(root) for root in roots])
    landed = next(laptop.backups.rglob("* - fitted.zip"))
    got, data = read(lab, landed, "data")
    n = truth["listens"]
    equal(got["listens"], [n, n, n])
    equal(got["ratings"], [truth["ratings"]] * 3)
    equal(namida_restore.bytes_left(data, *truth["roots"]), [])
    # The copy was temporary, and the version is what it was.
    equal(list((keeper.home / ".cache" / "namida-sync").glob("fitted-*")), [])
    # What a killed program left goes with the next start; not what one that lives still has.
    old, held = (keeper.home / ".cache" / "namida-sync" / name for name in ("fitted-killed", "fitted-living"))
    for folder in (old, held):
        folder.mkdir(parents=True)
        (folder / "x.zip").write_bytes(b"all that was heard")
    lock = os.open(held, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    receive_once(laptop, keeper, version, "--zip-only")
    equal(sorted(path.name for path in (keeper.home / ".cache" / "namida-sync").glob("fitted-*")), ["fitted-living"])
    equal((held / "x.zip").read_bytes(), b"all that was heard")
    os.close(lock)
    equal(len(list(keeper.backups.rglob("*fitted*"))), 0)


def test_merge_and_parts(lab):
    """--merge unites it with the device's own newest backup here; --only takes parts of both; an unknown device is told apart"""
    keeper, version, laptop, truth, own, roots = make_keeper(lab)
    receive_once(laptop, keeper, version, "--zip-only", "--fit", "--merge", "--only", "history,playlists")
    got, data = read(lab, next(laptop.backups.rglob("* - fitted.zip")), "data")
    equal(got["listens"][0], truth["listens"] + own["listens"])
    equal((got["settings"], got["library"][0]), (None, 0))
    equal(namida_restore.bytes_left(data, *truth["roots"]), [])
    other = lab.receiver("--accept", "all", "--as", "library", name="Unknown")
    result = expect(1, keeper.run("backups", "restore", version, "--to", other.alias, "--zip-only", "--fit"))
    assert "not known where" in result.err and "Receive one from it first" in result.err, result.err
    # By hand it can go there all the same.
    a, b = truth["roots"]
    expect(2, keeper.run("backups", "restore", version, "--to", other.alias, "--map", f"{a}=/x"))
    expect(2, keeper.run("backups", "restore", version, "--to", other.alias, "--fit", "--map", f"{a}=x"))
    expect(0, keeper.run("backups", "restore", version, "--to", other.alias, "--zip-only", "--fit", "--map", f"{a}=/x/Music", "--map", f"{b}=/y"))
    _, data = read(lab, next(other.backups.rglob("* - fitted.zip")), "other")
    equal(namida_restore.bytes_left(data, a, b), [])


def test_missing_music_is_told(lab):
    """before it is sent: songs of the backup that are in none of the folders that go with it"""
    phone = lab.device("Phone")
    archive = lab.folder("phone") / "Namida Backup - 2026-08-22 19.05.10.zip"
    _, tracks = namida_backups.make(archive, "android65", seed=5, **SMALL)
    music, rips = phone.home / "Music", phone.home / "Rips"
    namida_backups.write_music(tracks, music, rips, leave_out=lambda track: track["index"] in (1, 2, 3))
    keeper = lab.receiver("--accept", "all", "--as", "backup", name="NAS")
    result = expect(0, phone.send(keeper, archive, "--music", music, "--music", rips))
    told = [event for event in result.events if event["event"] == "missing-music"]
    wanted = sorted(f"{t['value']['originalArtist']} – {t['value']['title']}" for t in tracks if t["index"] in (1, 2, 3))
    equal([(event["count"], event["missing"]) for event in told], [(3, wanted)])
    # Nothing is missing: nothing is said.
    namida_backups.write_music(tracks, music, rips)
    result = expect(0, phone.send(keeper, archive, "--music", music, "--music", rips))
    equal([event for event in result.events if event["event"] == "missing-music"], [])


main(test_fit_to, test_merge_and_parts, test_missing_music_is_told)
