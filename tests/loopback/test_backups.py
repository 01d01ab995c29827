# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that versions are listed, shown, verified, repaired, restored, removed, and fetched by the device that sent
them."""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time

from namida_loopback import Skip, check_pairs, equal, expect, flip_bit, main, make_backup, send_namesake, write

SIZE = (1 << 30) + 7


def keeper(lab, *options):
    return lab.receiver("--accept", "all", "--as", "backup", *options, name="Keeper")


def rows(device, *arguments):
    return expect(0, device.run("--json", "backups", *arguments)).events


def allow(keeper, sender, restore=1):
    """Trusts the sender, as pairing does; the program reads it when it starts."""
    fingerprint = expect(0, sender.run("--json", "identity")).events[0]["fingerprint"]
    keeper.stop()
    with sqlite3.connect(keeper.data / "state.db") as database:
        database.execute("INSERT OR REPLACE INTO trusted (fingerprint, alias, trusted_at, may_restore)"
                         " VALUES (?, ?, 1, ?)", (fingerprint, sender.alias, restore))
    database.close()
    keeper.receive("--accept", "all", "--as", "backup")


def read_all(folder):
    """Of the version in @folder: (path, time, content) of each file."""
    return [(str(path), path.stat().st_mtime_ns, path.read_bytes()) for path in pathlib.Path(folder).rglob("*") if path.is_file()]


def same(one, other):
    equal(subprocess.run(["diff", "-r", str(one), str(other)], capture_output=True).returncode, 0, f"{one} {other}")


def test_list_show_remove(lab):
    """versions are listed newest first, pinned ones stay, removing one frees only what no other has"""
    source = lab.folder("source")
    zip_path, music = make_backup(source)
    nas, phone = keeper(lab), lab.device("Phone")
    send_namesake(lab, nas, phone, music)
    other = rows(nas, "list")[0]
    before = sorted(read_all(other["folder"]))
    expect(0, phone.send(nas, zip_path, music))
    write(music / "new.flac", b"new" * 5000)
    expect(0, phone.send(nas, zip_path, music))
    listed = rows(nas, "list")
    equal([row["id"] for row in listed[2:]], [other["id"]])
    equal(rows(nas, "list", listed[0]["fingerprint"][:16]), listed[:2])
    assert int(listed[0]["created"]) >= int(listed[1]["created"])
    equal([row["as"] for row in listed], ["backup"] * 3)
    newest, first = listed[0]["id"], listed[1]["id"]
    equal(rows(nas, "show", newest)[0]["music"][0]["label"], music.name)
    manifests = [name for name in os.listdir(listed[0]["folder"]) if name.startswith("manifest_")]
    equal(len(manifests), 1, "a manifest beside each version")
    expect(0, nas.run("backups", "pin", first))
    expect(3, nas.run("backups", "remove", first))
    expect(0, nas.run("backups", "unpin", first))
    would = rows(nas, "remove", "--dry-run", first)[0]
    did = rows(nas, "remove", first)[0]
    equal(would["bytes"], did["bytes"])
    same(music, f"{listed[0]['folder']}/Music/{music.name}")
    check_pairs(pathlib.Path(listed[0]["folder"]) / "Music" / music.name)
    assert not os.path.exists(listed[1]["folder"])
    equal(sorted(read_all(other["folder"])), before, "the version of another device of the same name")
    expect(1, nas.run("backups", "show", first))
    expect(2, nas.run("backups", "pin"))


def test_keep(lab):
    """receive --keep 1 leaves the newest version and what is pinned"""
    source = lab.folder("source")
    zip_path, music = make_backup(source, files=3)
    nas, phone = keeper(lab, "--keep", "1"), lab.device("Phone")
    send_namesake(lab, nas, phone, music)
    other = rows(nas, "list")[0]["id"]
    expect(0, phone.send(nas, zip_path, music))
    pinned = rows(nas, "list")[0]["id"]
    expect(0, nas.run("backups", "pin", pinned))
    for n in range(2):
        write(music / "changed.flac", b"%d" % n)
        expect(0, phone.send(nas, zip_path, music))
    deadline = time.monotonic() + 30
    while len(rows(nas, "list")) != 3:
        assert time.monotonic() < deadline, rows(nas, "list")
        time.sleep(0.1)
    equal([row["id"] for row in rows(nas, "list")[1:]], [pinned, other], "the only version of another device of the same name stays")
    # It is told, it can be taken back, and then it stays.
    trash = rows(nas, "trash")
    equal([row["alias"] for row in trash], [phone.alias], trash)
    assert trash[0]["goneAt"] > time.time() * 1000 + 29 * 24 * 3600 * 1000, trash
    told = [row for row in expect(0, nas.run("--json", "history")).events if row["direction"] == "trashed"]
    equal([(row["alias"], row["state"], row["files"]) for row in told], [(phone.alias, "done", 1)], told)
    expect(1, nas.run("backups", "take-back", pinned))
    expect(0, nas.run("backups", "take-back", trash[0]["id"]))
    equal(rows(nas, "trash"), [])
    equal([row["pinned"] for row in rows(nas, "list")], [False, True, True, False])


def test_newest_good(lab):
    """a newer backup that nobody could restore: the list says of when the newest good one is"""
    source = lab.folder("source")
    good, bad = source / "Namida Backup - 1.zip", source / "Namida Backup - 2.zip"
    os.rename(make_backup(source, files=1)[0], good)
    write(bad, b"")
    nas, phone = keeper(lab), lab.device("Phone")
    expect(0, phone.send(nas, bad))
    assert "There is no good backup of" in expect(0, nas.run("backups", "list")).out
    expect(0, phone.send(nas, good))
    assert "good backup" not in expect(0, nas.run("backups", "list")).out
    expect(0, phone.send(nas, bad))
    assert "The newest good backup of" in expect(0, nas.run("backups", "list")).out


def test_verify(lab):
    """one flipped bit is found and named; with a second copy it is repaired"""
    source = lab.folder("source")
    zip_path, music = make_backup(source, files=3)
    song = write(music / "song.flac", b"la" * 3000)
    nas, phone = keeper(lab), lab.device("Phone")
    send_namesake(lab, nas, phone, music)
    expect(0, phone.send(nas, zip_path, song.parent))
    version = rows(nas, "list")[0]
    kept = f"{version['folder']}/Music/{music.name}/song.flac"
    flip_bit(type(song)(kept))
    result = nas.run("--json", "backups", "verify")
    equal(result.code, 1, result.out)
    damage = [event for event in result.events if event["event"] == "file"]
    equal([(one["name"], one["version"], one["kind"], one["copy"]) for one in damage],
          [(f"{music.name}/song.flac", version["id"], "damaged", None)])
    shutil.copytree(music, nas.music / music.name)
    with sqlite3.connect(nas.data / "state.db") as database:
        copy = nas.music / music.name / "song.flac"
        stat = copy.stat()
        database.execute("INSERT INTO contents (path, size, mtime_ns, inode, device, ctime_ns, read_at, sha256)"
                         " SELECT ?, ?, ?, ?, ?, ?, 1, c.sha256 FROM version_files f JOIN contents c ON c.id = f.content"
                         " WHERE relative = 'song.flac'",
                         (str(copy), stat.st_size, stat.st_mtime_ns, stat.st_ino, stat.st_dev, stat.st_ctime_ns))
    database.close()
    events = rows(nas, "verify")
    equal(events[-1]["repaired"], 1)
    equal(type(song)(kept).read_bytes(), song.read_bytes())
    equal(rows(nas, "verify")[-1]["damaged"], 0)


def test_healed(lab):
    """a damaged file is whole again in every version that has it when it is sent once more, and both sides say so"""
    source = lab.folder("source")
    zip_path, music = make_backup(source, files=3)
    song = write(music / "song.flac", b"la" * 3000)
    nas, phone = keeper(lab), lab.device("Phone")
    for n in range(3):
        write(music / "changed.flac", b"%d" % n)
        end = expect(0, phone.send(nas, zip_path, music)).end()
        assert "healed" not in end, end
    versions = rows(nas, "list")
    flip_bit(type(song)(f"{versions[1]['folder']}/Music/{music.name}/song.flac"))
    equal(nas.run("backups", "verify").code, 1)
    equal(damaged_contents(nas), 1)
    end = expect(0, phone.send(nas, zip_path, music)).end()
    equal((end["healed"], end["healedVersions"]), (1, 3))
    there = nas.wait_event("end", where=lambda event: "healed" in event)
    equal((there["healed"], there["healedVersions"]), (1, 3))
    for version in versions:
        equal(type(song)(f"{version['folder']}/Music/{music.name}/song.flac").read_bytes(), song.read_bytes())
    expect(0, nas.run("backups", "verify"))


def damaged_contents(device):
    """how many contents the device knows to be damaged: the next sending carries them"""
    database = sqlite3.connect(device.data / "state.db", timeout=30)
    count = database.execute("SELECT count(*) FROM contents WHERE damaged = 1").fetchone()[0]
    database.close()
    return count


def test_restore(lab):
    """a version goes to another device: all of it, or one music folder; a damaged file does not pass for whole"""
    source = lab.folder("source")
    zip_path, music = make_backup(source)
    write(source / "Rips" / "rip.flac", b"rip")
    nas, phone = keeper(lab), lab.device("Phone")
    send_namesake(lab, nas, phone, music)
    expect(0, phone.send(nas, zip_path, music, source / "Rips"))
    version = rows(nas, "list")[0]
    new = lab.receiver("--accept", "all", "--as", "library", name="New phone")
    expect(0, nas.run("backups", "restore", version["id"], "--to", new.alias, "--music", "Rips"))
    equal(os.listdir(new.music), ["Rips"])
    expect(0, nas.run("backups", "restore", version["id"], "--to", new.alias))
    same(music, new.music / music.name)
    check_pairs(new.music / music.name)
    expect(1, nas.run("backups", "restore", version["id"], "--to", new.alias, "--music", "Nothing"))
    other = lab.receiver("--accept", "all", "--as", "library", name="Third phone")
    flip_bit(type(source)(f"{version['folder']}/Music/Rips/rip.flac"))
    result = nas.run("backups", "restore", version["id"], "--to", other.alias)
    equal(result.code, 7, result.out + result.err)
    assert not (other.music / "Rips" / "rip.flac").exists()
    equal(damaged_contents(nas), 1)


def test_cloud_folder(lab):
    """a folder downloaded from the cloud, and a version's folder, are sent as the backup that they are"""
    cloud = lab.folder("From Drive")
    zip_path, music = make_backup(cloud, files=5)
    manifest = {"manifestVersion": 2, "type": "backup", "timestamp": "2026-07-19T18:54:32.123456", "deviceId": "localhost",
                "platform": "android", "backupZip": {"name": zip_path.name, "size": zip_path.stat().st_size},
                "folders": [{"label": music.name, "originalPath": "/storage/emulated/0/Music", "files": []}]}
    write(cloud / "manifest_2026-07-19T18-54-32.123456_android_localhost.json", json.dumps(manifest).encode())
    write(cloud / "manifest_2026-07-20T00-00-00.000000_android_localhost.json", b"[" * 100000)
    write(cloud / "unrelated.txt", b"not of the backup")
    nas, sender = keeper(lab), lab.device("Sender")
    expect(0, sender.send(nas, cloud))
    version = rows(nas, "list")[0]
    equal(os.path.basename(version["zip"]), zip_path.name)
    equal([one["label"] for one in version["music"]], [music.name])
    same(music, f"{version['folder']}/Music/{music.name}")
    other = lab.receiver("--accept", "all", "--as", "library", name="Other")
    expect(0, nas.run("send", "--to", other.alias, version["folder"]))
    same(music, other.music / music.name)
    equal([path.name for path in other.backups.rglob("*.zip")], [zip_path.name])
    # What the manifest names and is not there is missed; a folder without files is not in the cloud at all.
    absent = lab.folder("From Drive in part")
    folder = manifest["folders"][0]
    for name, folders in (("5", [folder, {**folder, "label": "Empty", "files": []}]),
                          ("6", [folder, {**folder, "label": "Albums", "files": [{"name": "Albums/a.mp3", "size": 1}]}])):
        shutil.rmtree(absent)
        shutil.copytree(cloud, absent)
        write(absent / f"manifest_2026-07-19T19-0{name}-00.000000_android_localhost.json", json.dumps({**manifest, "folders": folders}).encode())
        result = sender.send(nas, absent)
        equal((result.code, [event["file"] for event in result.events if event["event"] == "left-out"]),
              (0, []) if name == "5" else (7, [str(absent / "Albums")]))


def test_fetch(lab):
    """a device lists and fetches what is kept for it, and only that, and only when it is allowed"""
    source = lab.folder("source")
    zip_path, music = make_backup(source)
    nas, phone, stranger = keeper(lab), lab.device("Phone"), lab.device("Stranger")
    other = send_namesake(lab, nas, phone, music)
    expect(0, phone.send(nas, zip_path, music))
    expect(3, phone.run("backups", "list", "--from", nas.alias))
    allow(nas, phone, restore=0)
    expect(3, phone.run("backups", "list", "--from", nas.alias))
    allow(nas, phone)
    allow(nas, stranger)
    kept = rows(phone, "list", "--from", nas.alias)
    equal([row["complete"] for row in kept], [True])
    equal(rows(stranger, "list", "--from", nas.alias), [])
    allow(nas, other)
    theirs = rows(other, "list", "--from", nas.alias)
    assert len(theirs) == 1 and theirs[0]["id"] != kept[0]["id"], (kept, theirs)
    expect(1, other.run("backups", "fetch", kept[0]["id"], "--from", nas.alias, "--backups", other.backups, "--into", other.music))
    expect(1, stranger.run("backups", "fetch", kept[0]["id"], "--from", nas.alias, "--backups", stranger.backups,
                           "--into", stranger.music))
    assert not stranger.music.exists()
    source = source.rename(lab.path / "gone")  # what a device has need not travel
    zip_path, music = source / zip_path.name, source / music.name
    expect(0, phone.run("backups", "fetch", "--from", nas.alias, "--backups", phone.backups, "--into", phone.music))
    same(music, phone.music / music.name)
    zips = [path for path in phone.backups.rglob("*.zip")]
    equal([path.read_bytes() for path in zips], [zip_path.read_bytes()])
    again = expect(0, phone.run("--json", "backups", "fetch", "--from", nas.alias, "--backups", phone.backups, "--into",
                                phone.music))
    equal(again.end()["stored"], 0)


def test_fetch_damaged(lab):
    """a file that is damaged where it is kept is not stored where it is fetched, and the rest is"""
    source = lab.folder("source")
    zip_path, music = make_backup(source, files=4)
    write(music / "song.flac", b"la" * 3000)
    nas, phone = keeper(lab), lab.device("Phone")
    expect(0, phone.send(nas, zip_path, music))
    allow(nas, phone)
    folder = rows(nas, "list")[0]["folder"]
    flip_bit(type(source)(f"{folder}/Music/{music.name}/song.flac"))
    source.rename(lab.path / "gone")
    equal(damaged_contents(nas), 0)
    result = phone.run("backups", "fetch", "--from", nas.alias, "--backups", phone.backups, "--into", phone.music)
    equal(result.code, 7, result.out + result.err)
    deadline = time.monotonic() + 10
    while damaged_contents(nas) != 1:
        assert time.monotonic() < deadline, "the keeper does not know that the file is damaged"
        time.sleep(0.05)
    assert not (phone.music / music.name / "song.flac").exists()
    equal(len(list(phone.backups.rglob("*.zip"))), 1)


def parts(device):
    return sum(path.stat().st_size for path in (device.data / "staging").rglob("*.part") if path.exists())


def test_fetch_killed(lab):
    """fetching 1 GiB goes on where it was killed, twice, and ends equal"""
    if shutil.disk_usage(lab.path).free < 3 * SIZE:
        raise Skip("not enough room in the temporary folder")
    big = lab.folder("source") / "Music" / "big.flac"
    big.parent.mkdir()
    with big.open("wb") as file:
        file.write(b"begin")
        for n in range(1, 1024):
            file.seek(n << 20)
            file.write(b"%d" % n)
        file.seek(SIZE - 3)
        file.write(b"end")
    nas, phone = keeper(lab), lab.device("Phone")
    expect(0, phone.send(nas, big.parent, seconds=600))
    allow(nas, phone)
    big = big.parent.rename(lab.path / "gone") / big.name
    fetch = ("backups", "fetch", "--from", nas.alias, "--backups", phone.backups, "--into", phone.music)
    reached = 0
    for share in (4, 2):
        phone.start(*fetch)
        while parts(phone) < SIZE // share:
            assert phone.process.poll() is None, (phone.process.returncode, phone.errors)
            time.sleep(0.002)
        if share == 4:
            phone.process.send_signal(signal.SIGSTOP)
            expect(10, phone.run(*fetch))
        phone.process.kill()
        phone.wait()
        assert parts(phone) >= reached, "what had arrived is still there"
        reached = parts(phone)
    phone.kill()
    done = expect(0, phone.run("--json", *fetch, seconds=600))
    first = [event["sent"] for event in done.events if event["event"] == "progress" and event["sent"] > 0]
    assert not first or first[0] >= reached, (first[:1], reached)
    equal(subprocess.run(["cmp", str(big), str(phone.music / "Music" / "big.flac")]).returncode, 0)


def test_bare_folder(lab):
    """on another computer that knows nothing, a version is verified, adopted and restored by what lies in its folder"""
    source = lab.folder("source")
    zip_path, music = make_backup(source, files=3)
    nas, phone = keeper(lab), lab.device("Phone")
    expect(0, phone.send(nas, zip_path, music))
    there = lab.folder("usb") / "Backups"
    shutil.copytree(nas.backups, there)
    version = next(path.parent for path in there.rglob("SHA256SUMS"))
    equal(subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=version).returncode, 0)
    other = lab.device("Other")
    clean = expect(0, other.run("--json", "backups", "verify", there)).events[-1]
    equal([clean[key] for key in ("versions", "absent", "missing", "changed", "damaged", "healed")], [1, 0, 0, 0, 0, 0])
    songs = sorted(path for path in (version / "Music").rglob("*") if path.is_file() and path.stat().st_size > 0)
    flip_bit(songs[0])
    songs[1].parent.chmod(0o755)  # folders of versions are read-only
    songs[1].unlink()
    bad = other.run("--json", "backups", "verify", version)
    equal(bad.code, 1, bad.out)
    equal([bad.events[-1][key] for key in ("missing", "damaged")], [1, 1])
    home = lab.folder("desk")
    done = other.run("--json", "backups", "restore", version, "--here", "--yes", "--into", home / "Music", "--zip-to", home)
    equal(done.code, 7, done.out)
    equal(done.events[-1]["blocked"], 2)
    equal(expect(0, other.run("--json", "backups", "adopt", there)).events[-1]["adopted"], 1)
    listed = rows(other, "list")
    equal([(row["alias"], row["found"], row["here"]) for row in listed], [(phone.alias, True, True)])
    there.rename(there.with_name("unplugged"))
    equal([row["here"] for row in rows(other, "list")], [False])
    gone = other.run("--json", "backups", "verify")
    equal((gone.code, gone.events[-1]["absent"]), (7, 1), gone.out)


def test_successor(lab):
    """a new computer gets what the old one sent, once the keeper's person says so; the newest of everything"""
    source = lab.folder("source")
    zip_path, music = make_backup(source, files=3)
    rips = source / "Rips"
    write(rips / "one.flac", b"one" * 500)
    nas, old, new = keeper(lab), lab.device("Old"), lab.device("New")
    expect(0, old.send(nas, zip_path, rips))
    expect(0, old.send(nas, music))
    allow(nas, new)
    refused = new.run("backups", "fetch", "--from", nas.alias)
    equal(refused.code, 1)
    assert "succeed" in refused.err, refused.err
    expect(2, nas.run("backups", "succeed", old.alias))
    expect(4, nas.run("backups", "succeed", "Nobody", new.alias, "--yes"))
    expect(0, nas.run("backups", "succeed", old.alias, new.alias, "--yes"))
    # The keeper goes on meanwhile.
    done = expect(0, new.run("backups", "fetch", "--from", nas.alias, "--into", new.music))
    assert "older version" in done.out, done.out
    # Without --music each label goes where this computer keeps it: “Music” is the music folder itself.
    homes = [new.home / "Music", new.music]
    for path in music.rglob("*"):
        copies = [home / below / path.relative_to(music) for home in homes for below in ("", music.name)]
        assert not path.is_file() or any(copy.exists() and copy.read_bytes() == path.read_bytes() for copy in copies), path
    assert any((home / "Rips" / "one.flac").exists() for home in homes)


main(*[test for name, test in list(globals().items()) if name.startswith("test_")])
