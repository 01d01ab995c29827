# SPDX-License-Identifier: GPL-3.0-or-later
"""test_find.py CLI: tests the commands that read all versions: find, compare, usage and export. Prints TAP."""
import contextlib
import io
import json
import signal
import sqlite3
import subprocess
import time
import zipfile

from namida_loopback import all_files, equal, expect, main, namida_zip, write, zip_of


def playlist(name, *songs, modified=2):
    tracks = [{"track": f"/storage/emulated/0/Music/{song}", "dateAdded": 1_784_000_000_000, "source": "local"} for song in songs]
    return json.dumps({"name": name, "tracks": tracks, "creationDate": 1, "modifiedDate": modified, "comment": "", "moods": [], "isFav": False})


def with_playlist(name, *songs, modified=2):
    """A small backup with a playlist, and another one that nobody asks for."""
    return zip_of({"LOCAL_FILES.zip": zip_of({"favs.json": "[]", "namida_settings.json": "{}"}),
                   "TEMPDIR_Playlists.zip": zip_of({f"{name}.json": playlist(name, *(songs or ("a.mp3",)), modified=modified), "Other.json": playlist("Other", "z.mp3")})})


def playlists_of(archive):
    """All that is in a backup with playlists only: {name: songs}."""
    outer = zipfile.ZipFile(archive)
    equal(outer.namelist(), ["TEMPDIR_Playlists.zip"])
    inner = zipfile.ZipFile(io.BytesIO(outer.read("TEMPDIR_Playlists.zip")))
    lists = [json.loads(inner.read(name)) for name in inner.namelist()]
    return {one["name"]: [track["track"].rpartition("/")[2] for track in one["tracks"]] for one in lists}


def three_versions(lab):
    """A receiver that keeps three versions of one device."""
    receiver, sender = lab.receiver("--accept", "all", "--as", "backup"), lab.device("Sender")
    source = lab.folder("source")
    zips = [write(source / f"Namida Backup - 2026-07-{day} 18.30.00.zip", data)
            for day, data in ((17, with_playlist("Road Trip")), (18, with_playlist("Road Trip")), (19, namida_zip()))]
    music = source / "Music"
    write(music / "Björk" / "Homogenic" / "Jóga.flac", b"a" * 70_000)
    write(music / "Björk" / "Homogenic" / "Bachelorette.flac", b"b" * 50_000)
    expect(0, sender.send(receiver, zips[0], music))
    write(music / "Other" / "new.mp3", b"c" * 30_000)
    expect(0, sender.send(receiver, zips[1], music))
    (music / "Björk" / "Homogenic" / "Jóga.flac").unlink()
    write(music / "Other" / "new.mp3", b"d" * 30_001)
    expect(0, sender.send(receiver, zips[2], music))
    versions = sorted(expect(0, receiver.run("--json", "backups", "list")).events, key=lambda one: int(one["id"]))
    equal(len(versions), 3)
    return receiver, [one["id"] for one in versions]


def test_all(lab):
    """a song, an album and a playlist are found with their last version; two versions are compared, measured and exported"""
    receiver, ids = three_versions(lab)

    def find(text):
        return {(one["kind"], one["title"], one["versions"], str(one["version"])) for one in expect(0, receiver.run("--json", "backups", "find", text)).events}

    equal(find("JÓGA"), {("song", "Jóga.flac", 2, ids[1])})
    equal(find("homogenic"), {("album", "Homogenic", 3, ids[2])})
    equal(find("road"), {("playlist", "Road Trip", 2, ids[1])})
    equal(find("nothing of it"), set())
    assert "Road Trip" in expect(0, receiver.run("backups", "find", "road")).out
    changes = {(one["change"], one["file"]) for one in expect(0, receiver.run("--json", "backups", "compare", ids[1], ids[2])).events if "Music" in one["file"]}
    equal(changes, {("removed", "Music/Björk/Homogenic/Jóga.flac"), ("changed", "Music/Other/new.mp3")})
    rows = expect(0, receiver.run("--json", "backups", "usage", "--keep", "1")).events
    used = {str(one["id"]): one["only"] for one in rows if "id" in one}
    assert used[ids[2]] >= 30_001 and used[ids[1]] >= 30_000 and used[ids[0]] < 30_000, used
    device, keeping = rows[-2:]
    songs = 70_000 + 50_000 + 30_000 + 30_001
    assert device["versions"] == 3 and songs <= device["used"] < songs + 10_000 < device["bytes"], device
    # The newest version has more than half of what each older one has: both may go. Blocks of the disk are counted.
    equal((keeping["keep"], keeping["versions"]), (1, 2))
    assert 100_000 <= keeping["free"] < 150_000, keeping
    assert "2 older versions would go" in expect(0, receiver.run("backups", "usage", "--keep", "1")).out
    equal(len(expect(0, receiver.run("--json", "backups", "list")).events), 3)
    drive = lab.folder("drive")
    made = expect(0, receiver.run("--json", "backups", "export", ids[0], drive)).events[0]
    equal(subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=made["folder"]).returncode, 0)
    equal(len(all_files(drive)), made["files"])
    assert any("Jóga" in name for name in all_files(drive)), all_files(drive)
    # Again: nothing is replaced.
    expect(1, receiver.run("backups", "export", ids[0], drive))
    equal(len(list(drive.iterdir())), 1)
    for wrong in (("find",), ("compare", ids[0]), ("export", ids[0]), ("usage", ids[0]), ("usage", "--keep", "-1"), ("usage", "--keep-monthly"), ("list", "--keep", "2")):
        expect(2, receiver.run("backups", *wrong))
    expect(1, receiver.run("backups", "export", ids[0], lab.path / "missing"))
    # What is damaged is not passed on as good.
    song = next(receiver.backups.glob("*/*/Music/Music/Björk/Homogenic/Bachelorette.flac"))
    song.chmod(0o600)
    song.write_bytes(b"x" * 50_000)
    expect(1, receiver.run("backups", "export", ids[2], lab.folder("other")))
    equal(list((lab.path / "other").iterdir()), [])
    # What is known is told, also when the preview of --keep fails.
    receiver.stop()
    with contextlib.closing(sqlite3.connect(receiver.data / "state.db")) as database:
        database.execute("DROP VIEW version_files")
    failed = expect(1, receiver.run("--json", "backups", "usage", "--keep", "1"))
    equal([one for one in rows if "keep" not in one and "event" not in one], [one for one in failed.events if "event" not in one])
    assert "version_files" in failed.err, failed.err


def test_export_interrupted(lab):
    """Ctrl+C ends an export at once, and nothing is left of it"""
    receiver, sender = lab.receiver("--accept", "all", "--as", "backup"), lab.device("Sender")
    song = write(lab.folder("source") / "long.flac", b"")
    with song.open("r+b") as file:
        file.truncate(300_000_000)
    expect(0, sender.send(receiver, song))
    equal(receiver.stop(), 0)
    version = expect(0, receiver.run("--json", "backups", "list")).events[0]["id"]
    codes = []
    for attempt in range(5):
        drive = lab.folder(f"drive{attempt}")
        receiver.start("backups", "export", version, drive)
        while receiver.process.poll() is None and not list(drive.iterdir()):
            time.sleep(0.002)
        receiver.process.send_signal(signal.SIGINT)
        codes.append(receiver.wait(60))
        if codes[-1] == 130:
            equal(list(drive.iterdir()), [])
            return
    raise AssertionError(f"it went on: {codes}")


def test_put_back(lab):
    """a song, an album and a playlist alone are put back here, and taken back; a playlist that is here keeps its own songs"""
    receiver, ids = three_versions(lab)
    home = receiver.home
    song = next(one for one in expect(0, receiver.run("--json", "backups", "find", "JÓGA")).events)
    equal((song["place"], str(song["stored"])), ("Music/Björk/Homogenic/Jóga.flac", ids[1]))
    here = ("--here", "--yes", "--into", home / "Songs", "--zip-to", home / "Zips")
    end = expect(0, receiver.run("--json", "backups", "restore", song["stored"], "--pick", song["place"], *here)).end()
    equal((end["result"], end["added"]), ("done", 1))
    equal([name for name in all_files(home / "Songs")], ["Music/Björk/Homogenic/Jóga.flac"])
    expect(0, receiver.run("backups", "undo"))
    equal((all_files(home / "Songs") if (home / "Songs").exists() else [], (home / "Zips").exists()), ([], False))
    # A playlist: nothing else of the backup, and no music.
    result = expect(0, receiver.run("--json", "backups", "restore", ids[1], "--playlist", "Road Trip", *here))
    equal((result.end()["added"], [event["picked"] for event in result.events if event["event"] == "fit"]), (0, [True]))
    made = next((home / "Zips").glob("*.zip"))
    equal(playlists_of(made), {"Road Trip": ["a.mp3"]})
    expect(0, receiver.run("backups", "undo"))
    equal(list((home / "Zips").glob("*.zip")) if (home / "Zips").exists() else [], [])
    # The newest backup here has it with another song: both are kept, and again nothing else.
    newest = write(home / "Zips" / "Namida Backup - 2026-07-30 18.30.00.zip", with_playlist("road trip", "b.mp3", modified=3))
    result = expect(0, receiver.run("--json", "backups", "restore", ids[1], "--playlist", "ROAD TRIP", "--pick", "Music/Other", *here))
    equal(result.end()["added"], 1)
    fit = next(event for event in result.events if event["event"] == "fit")
    equal(fit["mergedWith"], newest.name)
    both = playlists_of(next(path for path in (home / "Zips").glob("*.zip") if path != newest))
    equal(sorted(songs for songs in both.values()), [["a.mp3"], ["b.mp3"]])
    equal(list(all_files(home / "Songs")), ["Music/Other/new.mp3"])
    # What is not there is named, and nothing is restored by halves.
    before = sorted(all_files(home / "Songs")), sorted((home / "Zips").iterdir())
    for options, told in ((("--playlist", "Road Trip", "--playlist", "Nobody's", "--pick", "Music/Björk"), "Nobody's"), (("--pick", "Music/Björk", "--pick", "Music/B"), "Music/B")):
        assert f"“{told}”" in expect(1, receiver.run("backups", "restore", ids[1], *options, *here)).err
    equal((sorted(all_files(home / "Songs")), sorted((home / "Zips").iterdir())), before)
    for wrong in (("--pick", ""), ("--pick", "a", "--fit"), ("--pick", "a", "--music", "Music"), ("--playlist", "a", "--zip-only"), ("--playlist", "a", "--only", "history")):
        expect(2, receiver.run("backups", "restore", ids[1], *wrong, "--here"))


def test_to_device(lab):
    """the same to another device: a song and a playlist alone, with nothing left out that was not asked for"""
    receiver, ids = three_versions(lab)
    other = lab.receiver("--accept", "all", "--as", "backup", name="Other")
    restore = ("--json", "backups", "restore", ids[1], "--to", other.alias)
    end = expect(0, receiver.run(*restore, "--pick", "Music/Björk/Homogenic/")).end()
    equal((end["result"], end["files"]), ("done", 2))
    equal({path.name for path in other.backups.rglob("*.flac")}, {"Jóga.flac", "Bachelorette.flac"})
    expect(0, receiver.run(*restore, "--playlist", "Road Trip", "--pick", "Music/Other/new.mp3", "--map", "/storage/emulated/0/Music=/home/x/Music"))
    equal(playlists_of(next(other.backups.rglob("* - fitted.zip"))), {"Road Trip": ["a.mp3"]})
    equal(sorted(path.name for path in other.backups.rglob("*.mp3")), ["new.mp3"])
    end = expect(0, receiver.run(*restore, "--playlist", "Other", "--map", "/storage/emulated/0/Music=/home/x/Music")).end()
    equal(end["files"], 1)
    assert "“Music/Bj”" in expect(1, receiver.run(*restore[1:], "--pick", "Music/Bj")).err
    assert "“Gone”" in expect(1, receiver.run(*restore[1:], "--playlist", "Gone", "--map", "/storage/emulated/0/Music=/home/x/Music")).err


main(test_all, test_export_interrupted, test_put_back, test_to_device)
