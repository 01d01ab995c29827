# SPDX-License-Identifier: GPL-3.0-or-later
"""test_find.py CLI: looking into all versions: find, compare, usage and export. Speaks TAP."""
import json
import signal
import subprocess
import time

from namida_loopback import all_files, equal, expect, main, namida_zip, write, zip_of


def with_playlist(name):
    """A small backup with one playlist."""
    playlist = json.dumps({"name": name, "tracks": [{"track": "/storage/emulated/0/Music/a.mp3", "dateAdded": 1_784_000_000_000, "source": "local"}],
                           "creationDate": 1, "modifiedDate": 2, "comment": "", "moods": [], "isFav": False})
    return zip_of({"LOCAL_FILES.zip": zip_of({"favs.json": "[]", "namida_settings.json": "{}"}), "TEMPDIR_Playlists.zip": zip_of({f"{name}.json": playlist})})


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


main(test_all, test_export_interrupted)
