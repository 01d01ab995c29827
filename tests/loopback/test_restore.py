# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that the contents of a received backup are described, and that it is restored into the folders of this
computer, with a preview and an undo."""
import os
import shutil
import subprocess
import sys

from namida_loopback import environment, equal, expect, main, namida_zip, on_terminal, write

MAKE_FIXTURES = sys.argv.pop(2)


def make_sample(lab, files=25):
    """(zip, music folder): a backup that is true to form."""
    folder = lab.path / "sample"
    subprocess.run([MAKE_FIXTURES, str(folder), "--files", str(files)], check=True, timeout=60)
    return next(folder.glob("*.zip")), folder / "Music"


def snapshot(folder):
    """Every name with its content, and the time of files."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found[name] = (path.read_bytes(), path.stat().st_mtime_ns) if path.is_file() else None
    return found


def receive_version(lab):
    """A device that keeps one version; its receiving has ended. Returns (device, version's folder, contents event)."""
    archive, music = make_sample(lab)
    device = lab.receiver("--accept", "all", "--as", "backup", "--once")
    expect(0, lab.device("Phone").send(device, archive, music))
    end = device.wait_event("end")
    equal(device.wait(), 0)
    contents = [event for event in device.seen if event["event"] == "contents"]
    equal(len(contents), 1, device.seen)
    return device, end["folder"], contents[0]


def test_single_files(lab):
    """single files of a version belong into no folder: that they are not restored is said, also when nothing else is in it"""
    receiver, sender = lab.receiver("--accept", "all", "--as", "backup"), lab.device("Sender")
    source = lab.folder("source")
    song, archive = write(source / "song.flac", b"1" * 1000), write(source / "Namida Backup - 2026-07-19 18.30.00.zip", namida_zip(b"1"))
    expect(0, sender.send(receiver, song))
    expect(0, sender.send(receiver, song, archive))
    expect(0, sender.send(receiver, archive))
    where = ("--here", "--into", receiver.home / "there", "--zip-to", receiver.home / "zips")
    for version, code, added in ((1, 7, 0), (2, 7, 1), (3, 0, 0)):
        expect(0, receiver.run("backups", "restore", version, *where, "--preview"))
        result = expect(code, receiver.run("--json", "backups", "restore", version, *where, "--yes"))
        equal(("1 single file is not restored" in result.err, result.end()["added"]), (code == 7, added))


def test_told_on_arrival(lab):
    """a backup that arrives is told in words, as a version and in a library"""
    device, _, contents = receive_version(lab)
    equal((contents["kind"], contents["favourites"], contents["playlistCount"]), ("backup", 12, 3))
    archive, music = next((lab.path / "sample").glob("*.zip")), lab.path / "sample" / "Music"
    library = lab.receiver("--accept", "all", "--as", "library", name="Library")
    expect(0, lab.device("Phone").send(library, archive, music))
    equal(library.wait_event("contents")["kind"], "backup")
    # Another one of that name: it lands beside the first, and is the one that is told.
    write(archive, b"no zip at all")
    expect(0, lab.device("Phone").send(library, archive))
    library.wait_event("contents", where=lambda event: event["kind"] == "not-a-zip")
    # Music alone has no contents to tell.
    expect(0, lab.device("Phone").send(library, "--music", music))
    library.wait_event("end")
    library.stop()
    equal(len([event for event in library.seen if event["event"] == "contents"]), 2)


def test_restore_here(lab):
    """restore here with a mapping: preview, apply, again nothing changes, undo leaves all as before"""
    device, folder, _ = receive_version(lab)
    home = device.home / "desk"
    write(home / "Music" / "Artist 00" / "mine.mp3", b"mine")
    before, kept = snapshot(device.home / "desk"), snapshot(lab.path / "sample" / "Music")
    options = ("restore", "1", "--here", "--into", home / "Music", "--zip-to", home / "Namida" / "Backups")

    result = expect(0, device.run("--json", "backups", *options, "--preview"))
    labels = {event["label"]: event for event in result.events if event["event"] == "label"}
    equal(labels["Music"]["folder"], str(home / "Music"))
    equal((labels["Music"]["new"], labels["Music"]["different"], labels[""]["new"]), (25, 0, 1))
    equal(snapshot(home), before, "a preview changes nothing")
    # Nobody is there to ask, and nobody said yes.
    expect(2, device.run("backups", *options))
    equal(snapshot(home), before)

    end = expect(0, device.run("--json", "backups", *options, "--yes")).end()
    equal((end["result"], end["added"]), ("done", 26))
    assert any("Automatic" in line for line in end["next"]), end["next"]
    assert any(str(home / "Music") in line for line in end["next"]), end["next"]
    restored = snapshot(home)
    for name, content in kept.items():
        equal(restored[f"Music/{name}"], content, name)
    end = expect(0, device.run("--json", "backups", *options, "--yes")).end()
    equal((end["added"], end["replaced"], end["same"]), (0, 0, 26))
    equal(snapshot(home), restored, "the second time")

    expect(0, device.run("backups", "undo"))
    equal(snapshot(home), before, "undone")
    expect(1, device.run("backups", "undo"))
    assert os.path.isdir(folder)


def test_mapping(lab):
    """a folder of another name is asked about; --map says where it goes, or that it stays"""
    device = lab.device()
    archive, music = make_sample(lab, 5)
    version = lab.folder("download")
    shutil.move(archive, version)
    shutil.move(music, version / "Rips")
    write(version / "Live" / "a.mp3", b"live")
    home = lab.folder("desk")
    options = ("restore", version, "--here", "--into", home / "Music", "--zip-to", home / "Zips")
    result = expect(0, device.run("backups", *options, "--preview", "--map", "Live=skip"))
    assert "Rips: no folder chosen" in result.out and "Live: not restored" in result.out, result.out
    expect(1, device.run("backups", *options, "--yes", "--map", "None=new"))
    expect(1, device.run("backups", *options, "--yes", "--map", f"Rips={version}/inside"))
    expect(2, device.run("backups", *options, "--yes", "--replace", "--keep-both"))
    equal(snapshot(home), {})
    expect(0, device.run("backups", *options, "--yes", "--map", "Live=skip", "--map", f"Rips={home}/Ripped"))
    equal(sorted(path.name for path in home.iterdir()), ["Ripped", "Zips"])
    expect(0, device.run("backups", *options, "--yes", "--map", f"Rips={home}/Ripped"))
    equal((home / "Music" / "Live" / "a.mp3").read_bytes(), b"live")
    expect(0, device.run("backups", "undo"))
    equal(sorted(path.name for path in home.iterdir()), ["Ripped", "Zips"])
    expect(0, device.run("backups", "undo"))
    equal(snapshot(home), {})


def test_different(lab):
    """what is different stays, or is kept beside, or is replaced and comes back by undo"""
    device = lab.device()
    version = lab.folder("version")
    write(version / "Music" / "Music" / "a.mp3", b"theirs")
    home = lab.folder("desk")
    write(home / "Music" / "a.mp3", b"mine", 1_600_000_000_000)
    before = snapshot(home)
    options = ("restore", version, "--here", "--into", home / "Music", "--yes")
    expect(0, device.run("backups", *options))
    equal(snapshot(home), before)
    expect(0, device.run("backups", *options, "--keep-both"))
    equal((home / "Music" / "a (2).mp3").read_bytes(), b"theirs")
    expect(0, device.run("backups", "undo"))
    equal(snapshot(home), before)
    expect(0, device.run("backups", *options, "--replace"))
    equal((home / "Music" / "a.mp3").read_bytes(), b"theirs")
    expect(0, device.run("backups", "undo"))
    equal(snapshot(home), before)


def test_damaged(lab):
    """a file of the version that is not what arrived is not restored, and is named"""
    device, folder, _ = receive_version(lab)
    victim = next(path for path in sorted((lab.path / folder / "Music").rglob("*.mp3")) if path.stat().st_size > 100)
    victim.chmod(0o644)
    data = bytearray(victim.read_bytes())
    data[50] ^= 1
    victim.write_bytes(data)
    home = lab.folder("desk")
    result = expect(7, device.run("backups", "restore", "1", "--here", "--into", home / "Music", "--zip-to", home / "Zips", "--yes"))
    assert victim.name in result.err and "damaged" in result.err, result.err
    assert not list((home / "Music").rglob(victim.name)), "a damaged file was restored"


def test_asked_on_a_terminal(lab):
    """without --yes a person is asked where to, and whether"""
    device = lab.device()
    version = lab.folder("version")
    write(version / "Music" / "Rips" / "a.mp3", b"x")
    home = lab.folder("desk")
    command = device.command("backups", "restore", version, "--here", "--into", home / "Music")
    for answer, there in ((b"n\n", False), (b"y\n", True)):
        code, shown = on_terminal(command, environment(device.home), (b"Enter a folder", b"new\n"), (b"[y/n]", answer))
        equal(code, 0 if there else 3, shown)
        equal(b"Nothing was restored." in shown, not there, shown)
        equal((home / "Music" / "Rips" / "a.mp3").exists(), there)


main(test_told_on_arrival, test_single_files, test_restore_here, test_mapping, test_different, test_damaged, test_asked_on_a_terminal)
