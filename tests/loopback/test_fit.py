# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests `fit` with realistic backups and the model of Namida's restore: every listen, playlist entry, favorite and
rating finds its track and its file, and no byte contains a path of the old device. Prints TAP."""
import io
import json
import os
import pathlib
import sqlite3
import struct
import subprocess
import sys
import tempfile
import traceback
import unicodedata
import zipfile

CLI, FIXTURES = sys.argv[1:3]
sys.path.insert(0, FIXTURES)
import namida_backups  # noqa: E402
import namida_restore  # noqa: E402

SANITIZED = b"__asan_init" in pathlib.Path(CLI).read_bytes()
WAIT = 120
# The largest memory of a child counts what its parent had when it was forked: so the parent is a small process.
MEASURE = """import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(child.pid, 0)
print([usage.ru_utime + usage.ru_stime, usage.ru_maxrss], flush=True)
sys.exit(os.waitstatus_to_exitcode(status))"""


class Cases:
    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self.music, self.rips = self.home / "Music", self.home / "Extern" / "Rips"
        self.rips.mkdir(parents=True)
        self.music.mkdir()
        self.usage = None

    def run(self, *arguments, code=0, json_out=True):
        env = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
        command = [CLI, arguments[0], *(["--json"] if json_out else []), *map(str, arguments[1:])]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**env, "HOME": str(self.home), "LC_ALL": "C.UTF-8", "TMPDIR": str(self.folder)})
        out, err = process.stdout.read(), process.stderr.read()
        _, status, self.usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        process.stderr.close()
        assert process.returncode == code, (command, process.returncode, out[-2000:], err[-2000:])
        return json.loads(out) if json_out and out.strip() else out.decode() + err.decode()

    def make(self, kind, name="phone.zip", **options):
        return (self.folder / name, *namida_backups.make(self.folder / name, kind, **options))

    def read(self, archive, name="data"):
        data = self.folder / name
        namida_restore.restore(archive, data)
        return namida_restore.read(data), data

    def check_whole(self, archive, truth, old):
        """All counts as in the truth, each path is of a track and of a file, and nothing is left of the old device."""
        got, data = self.read(archive)
        n = truth["listens"]
        assert got["listens"] == [n, n, n], got["listens"]
        assert got["days"] == truth["days"]
        assert got["playlists"] == {name: [count] * 3 for name, count in truth["playlists"].items()}, got["playlists"]
        assert got["favourites"] == [truth["favourites"]] * 3, got["favourites"]
        assert got["ratings"] == [truth["ratings"]] * 3, got["ratings"]
        assert got["queues"][0] == got["queues"][1] == got["queues"][2] == truth["queues"] * 20, got["queues"]
        assert got["library"][0] == truth["library"], got["library"]
        if "youtubeLikes" in truth:
            assert (got["likes"], got["subscriptions"], got["groups"], got["stray"]) == (truth["youtubeLikes"], truth["youtubeSubscriptions"], True, []), got
        left = namida_restore.bytes_left(data, *old)
        assert not left, left
        return got, data

    def fit_here(self, kind, **options):
        path, truth, tracks = self.make(kind, **options)
        assert namida_backups.write_music(tracks, self.music, self.rips) > 0
        before = path.read_bytes()
        out = self.folder / "fitted.zip"
        answer = self.run("fit", path, "--out", out, "--here", "--music", self.music, "--music", self.rips)
        assert path.read_bytes() == before
        assert (answer["found"], answer["missingCount"], answer["missing"]) == (answer["tracks"], 0, []), answer
        assert zipfile.ZipFile(out).testzip() is None
        return out, truth, tracks, answer

    def check_kind(self, kind):
        out, truth, _, answer = self.fit_here(kind)
        assert answer["tracks"] == truth["library"] and answer["folders"][0]["guessed"] is False, answer
        got, _ = self.check_whole(out, truth, truth["roots"])
        scan = [item["source"] if isinstance(item, dict) else item for item in got["settings"]["directoriesToScan"]]
        assert scan == [str(self.music), str(self.rips)], scan
        return answer, got

    def test_android65(self):
        answer, got = self.check_kind("android65")
        assert "namida_settings_eq.json" in answer["omittedSettings"] and "defaultBackupLocation_v2" in answer["omittedSettings"], answer
        assert "defaultBackupLocation_v2" not in got["settings"] and got["settings"]["setting7"] == 7
        data = self.folder / "data"
        assert not (data / "namida_settings_eq.json").exists() and not (data / "namida_settings_sync.json").exists()
        assert (data / "Of Next Year" / "x.bin").read_bytes() == b"unknown\0"
        rows = namida_restore.rows(data, "smart_playlists")
        assert str(self.music / "Björk") in rows["Björk"], rows
        assert f"folder_{self.music}/Björk" in namida_restore.rows(data, "latest_played")
        assert str(self.music) in (data / "M3U Backup" / "w.m3u8").read_text()

    def test_android60(self):
        self.check_kind("android60")

    def test_android53wal(self):
        """All rows are in the -wal: they must be in the database itself afterwards."""
        self.check_kind("android53wal")
        assert not list((self.folder / "data").glob("*-wal"))

    def test_old2023(self):
        self.check_kind("old2023")

    def test_linux65(self):
        """From a computer with other folders: YouTube's files get their folder, and no setting is left out."""
        answer, got = self.check_kind("linux65")
        assert answer["movedYoutube"] and answer["omittedSettings"] == [], answer
        assert got["settings"]["defaultBackupLocation_v2"] == str(self.rips / "Namida" / "Backups")

    def test_windows65(self):
        answer, _ = self.check_kind("windows65")
        assert answer["movedYoutube"] and "namida_settings_sync.json" in answer["omittedSettings"]

    def test_windows_portable(self):
        self.check_kind("windowsportable")

    def test_flat(self):
        self.check_kind("flat")

    def test_no_youtube(self):
        self.check_kind("noyoutube")

    def test_servers(self):
        """Half of the tracks are on a server: they stay as they are, and no word about the account is said."""
        path, truth, tracks = self.make("servers")
        namida_backups.write_music(tracks, self.music, self.rips)
        out = self.folder / "fitted.zip"
        answer = self.run("fit", path, "--out", out, "--here", "--music", self.music, "--music", self.rips)
        assert answer["onServers"] == truth["library"] // 2 and answer["tracks"] == truth["library"] - answer["onServers"] == answer["found"], answer
        assert namida_backups.SECRET_USER not in json.dumps(answer) and namida_backups.SECRET_HOST not in json.dumps(answer)
        got, data = self.read(out)
        assert got["listens"][:2] == [truth["listens"]] * 2 and not namida_restore.bytes_left(data, *truth["roots"])

    def test_parts_only_backups(self):
        """YouTube only, lyrics only: nothing to change, everything kept."""
        for kind in ("youtubeonly", "lyricsonly"):
            path, truth, _ = self.make(kind)
            out = self.folder / f"{kind}-fitted.zip"
            self.run("fit", path, "--out", out, "--here", "--music", self.music)
            got, data = self.read(out, kind)
            assert got["likes"] == truth.get("youtubeLikes") and len(list((data / "Lyrics").glob("*"))) == truth.get("lyrics", 0)
            assert not namida_restore.bytes_left(data, *truth["roots"])

    def test_round_trip(self):
        """Android to Linux and back by hand gives the contents of the first, byte by byte."""
        path, truth, _ = self.make("android65")
        there, back = self.folder / "there.zip", self.folder / "back.zip"
        a, b = truth["roots"]
        self.run("fit", path, "--out", there, "--map", f"{a}=/home/zoe/Music", "--map", f"{b}=/mnt/nas/Rips", "--all-settings")
        self.run("fit", there, "--out", back, "--map", f"/home/zoe/Music={a}", "--map", f"/mnt/nas/Rips={b}", "--all-settings")
        first, data = self.read(path, "first")
        second, again = self.read(back, "second")
        assert first == second
        assert namida_restore.bytes_left(self.read(there, "there")[1], a, b) == []
        names = sorted(p.relative_to(data) for p in data.rglob("*") if p.is_file())
        assert names == sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file())
        for name in names:
            if name.suffix == ".db":
                if len(name.parts) == 1:
                    assert namida_restore.rows(data, name.stem) == namida_restore.rows(again, name.stem), name
            else:
                assert (data / name).read_bytes() == (again / name).read_bytes(), name

    def test_round_trip_by_windows(self):
        """Android to Windows and back: every listen, playlist, favorite, rating and row is what it was; on the way nothing is left of the phone, nor on the way back of the computer."""
        path, truth, _ = self.make("android65")
        there, back = self.folder / "there.zip", self.folder / "back.zip"
        a, b = truth["roots"]
        self.run("fit", path, "--out", there, "--map", f"{a}=C:\\Users\\Zoë\\Music", "--map", f"{b}=\\\\nas\\music\\Rips", "--all-settings")
        self.run("fit", there, "--out", back, "--map", f"c:\\users\\Zoë\\Music={a}", "--map", f"\\\\NAS\\music\\Rips={b}", "--all-settings")
        first, data = self.read(path, "first")
        middle, windows = self.read(there, "there")
        second, again = self.read(back, "second")
        assert first == second
        n = truth["listens"]
        assert (middle["listens"][:2], middle["ratings"][:2]) == ([n, n], [truth["ratings"]] * 2), middle
        assert namida_restore.bytes_left(windows, a, b) == [] and namida_restore.bytes_left(again, "C:\\Users", "\\\\nas") == []
        for name in ("tracks", "tracks_stats"):
            rows = namida_restore.rows(windows, name)
            assert all(key.startswith(("C:\\Users\\Zoë\\Music\\", "\\\\nas\\music\\Rips\\")) and "/" not in key for key in rows), list(rows)[:3]
            assert namida_restore.rows(data, name) == namida_restore.rows(again, name), name
        for name in sorted(p.relative_to(data) for p in data.rglob("*.json")):
            assert json.loads((data / name).read_bytes()) == json.loads((again / name).read_bytes()), name

    def test_bad_zips(self):
        """A password, a cut anywhere, a flipped bit in a part that is only carried: each command says it, names the backup or the part, and writes nothing."""
        path, truth, _ = self.small()
        flat, _, _ = self.make("flat", name="flat.zip", tracks=30, listens=50)
        whole = path.read_bytes()
        secrets = []
        for source in (path, flat):
            data = bytearray(source.read_bytes())
            for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
                at = data.find(signature)
                while at >= 0:
                    data[at + flags] |= 1
                    at = data.find(signature, at + 4)
            secrets.append(bytes(data))
        flipped = bytearray(whole)
        with zipfile.ZipFile(path) as archive:
            lyrics = archive.getinfo("TEMPDIR_Lyrics.zip")
        flipped[lyrics.header_offset + lyrics.compress_size // 2] ^= 1
        cases = [(data, "is protected by a password") for data in secrets]
        cases += [(whole[:n], "is not a complete zip file. Copy or send it again.") for n in (3, 100, len(whole) // 2, len(whole) - 10)]
        cases.append((bytes(flipped), "The file “TEMPDIR_Lyrics.zip” in the backup is damaged."))
        bad, out, table = (self.folder / name for name in ("bad.zip", "out.zip", "l.csv"))
        for data, words in cases:
            bad.write_bytes(data)
            before = sorted(self.folder.iterdir())
            commands = [["fit", bad, "--out", out, "--map", f"{truth['roots'][0]}=/m"], ["fit", bad, "--out", out, "--here", "--music", self.music], ["merge", path, bad, "--out", out]]
            if "Lyrics" not in words:  # which compare and extract do not look at
                commands += [["compare", path, bad], ["extract", bad, "--listens", table]]
            for command in commands:
                said = self.run(*command, code=1, json_out=False)
                assert words in said, (command[0], words, said)
                assert sorted(self.folder.iterdir()) == before, (command, list(self.folder.iterdir()))
            answer = self.run("inspect", bad, code=1)
            assert answer["restorable"] is False and ("password" in words) == (answer["kind"] == "encrypted"), answer

    def test_spaces_in_values(self):
        """Values with spaces after their colons, as other programs write JSON: titles, sizes, ratings and dates of changes are read all the same."""
        def write(name, change):
            rows = [(f"/storage/emulated/0/Music/{i}/{i}.mp3", json.dumps({"comment": "\"size\": 1, title", "x": "title", "title": f"T{i}", "originalArtist": "A", "durationMS": 1000, "size": 3000 + i})) for i in range(9)]
            stats = [(key, json.dumps({"rating": change, "tags": ["x", "y"] if i else [], "_mt": change})) for i, (key, _) in enumerate(rows)]
            listens = json.dumps([{"dateAdded": 19000 * 86400000 + i, "track": key} for i, (key, _) in enumerate(rows)], indent=1).encode()
            local = namida_backups.database("tracks", rows) + namida_backups.database("tracks_stats", stats) + [("namida_settings.json", json.dumps({"directoriesToScan": ["/storage/emulated/0"]}, indent=2).encode())]
            path = self.folder / name
            with open(path, "wb") as file:
                namida_backups.write_zip(file, [("LOCAL_FILES.zip", namida_backups.zip_bytes(local, True)), ("TEMPDIR_History.zip", namida_backups.zip_bytes([("19000.json", listens)], True))], True)
            return path
        old, new = write("old.zip", 20), write("new.zip", 90)
        answer = self.run("inspect", old)
        assert (answer["ratings"], answer["tagged"], answer["library"], answer["listens"]) == (9, 8, 9, 9) and answer["topTracks"][0]["name"].startswith("A – T"), answer
        # The whole storage was the library there, and here the music is in a folder of another name: found by names and sizes.
        for i in range(9):
            (self.music / f"{i}.mp3").write_bytes(bytes(3000 + i))
        fitted = self.run("fit", old, "--out", self.folder / "fitted.zip", "--here", "--music", self.music)
        assert (fitted["found"], fitted["missing"]) == (9, []), fitted
        got, _ = self.read(self.folder / "fitted.zip")
        assert got["listens"] == [9, 9, 9] and got["ratings"] == [9, 9, 9], got
        assert got["settings"]["directoriesToScan"] == [str(self.music)], got["settings"]
        for one, other in ((old, new), (new, old)):
            out = self.folder / f"{one.name}+{other.name}"
            self.run("merge", one, other, "--out", out)
            _, data = self.read(out, out.name + ".data")
            assert {json.loads(value)["rating"] for value in namida_restore.rows(data, "tracks_stats").values()} == {90}

    def test_to_windows(self):
        """Separators and drive letters of the other device, also where JSON escapes them."""
        path, truth, _ = self.make("linux65")
        out = self.folder / "windows.zip"
        self.run("fit", path, "--out", out, "--map", f"{truth['roots'][0]}=C:\\Music", "--map", f"{truth['roots'][1]}=D:\\Rips")
        got, data = self.read(out)
        n = truth["listens"]
        assert got["listens"][:2] == [n, n]
        assert all(key.startswith(("C:\\Music\\", "D:\\Rips\\")) and "/" not in key for key in namida_restore.rows(data, "tracks"))
        assert not namida_restore.bytes_left(data, *truth["roots"])

    def test_missing_and_moved(self):
        """17 files are missing, others moved and were renamed by folder: found by name and size."""
        path, truth, tracks = self.make("android65")
        gone = {t["index"] for t in tracks[40:57]}
        moved = {t["index"] for t in tracks[60:70]}
        namida_backups.write_music(tracks, self.music, self.rips, leave_out=lambda t: t["index"] in gone,
                                   rename=lambda t, rel: ["Sorted", rel[1] + " new", rel[2]] if t["index"] in moved else rel)
        out = self.folder / "fitted.zip"
        answer = self.run("fit", path, "--out", out, "--here", "--music", self.music, "--music", self.rips)
        assert (answer["tracks"], answer["found"], answer["foundElsewhere"], answer["missingCount"]) == (truth["library"], truth["library"] - 17, 10, 17), answer
        wanted = sorted(f"{t['value']['originalArtist']} – {t['value']['title']}" for t in tracks[40:57])
        assert answer["missing"] == wanted, (answer["missing"], wanted)
        got, data = self.read(out)
        assert got["listens"][0] == got["listens"][1] == truth["listens"] and got["library"] == [truth["library"], truth["library"], truth["library"] - 17], got
        assert not namida_restore.bytes_left(data, *truth["roots"])

    def test_by_fields(self):
        """Files with other names and sizes that Namida here knows: found by title, artist, album and duration."""
        path, truth, tracks = self.make("android65", tracks=60)
        own = []
        for t in tracks:
            target = self.music / "Converted" / f"{t['index']}.opus"
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(b"x")
            own.append((str(target), json.dumps({key: t["value"][key] for key in ("title", "originalArtist", "originalAlbum", "durationMS")}, ensure_ascii=False, separators=(",", ":"))))
        (self.home / ".namida").mkdir()
        for name, data in namida_backups.database("tracks", own):
            (self.home / ".namida" / name).write_bytes(data)
        (self.home / ".namida" / "namida_settings.json").write_text(json.dumps({"directoriesToScan": [{"source": str(self.music)}]}))
        answer = self.run("fit", path, "--out", self.folder / "fitted.zip", "--here")
        assert (answer["found"], answer["foundElsewhere"]) == (60, 60), answer
        self.check_whole(self.folder / "fitted.zip", truth, [])

    def small(self, kind="android65", **options):
        return self.make(kind, tracks=60, listens=200, youtube=10, queues=2, **options)

    def fit(self, path, *options, out="fitted.zip"):
        return self.run("fit", path, "--out", self.folder / out, "--here", "--music", self.music, "--music", self.rips, *options)

    def test_other_characters(self):
        """A copy by way of macOS has its names decomposed, one by way of Windows in another case: the same tracks, each under its own name."""
        path, truth, tracks = self.small()
        namida_backups.write_music(tracks, self.music, self.rips, rename=lambda t, rel: [unicodedata.normalize("NFD", part) for part in rel] if t["index"] % 2 else [rel[0].swapcase(), rel[1].upper(), rel[2]])
        answer = self.fit(path)
        assert (answer["found"], answer["missingCount"]) == (60, 0) and answer["folders"][0]["to"] == str(self.music), answer
        self.check_whole(self.folder / "fitted.zip", truth, truth["roots"])

    def test_prefixes_of_prefixes(self):
        """One folder begins as another one is called, and one is inside another: the longest whole one counts, a slash at the end does not."""
        path, truth, tracks = self.small()
        a, b = truth["roots"]
        there = self.folder / "there.zip"
        self.run("fit", path, "--out", there, "--map", f"{a}=/data/Music/", "--map", f"{b}/=/data/Music/Rips", "--all-settings")
        namida_backups.write_music(tracks, self.music, self.rips)
        answer = self.fit(there)
        assert answer["found"] == 60 and [f["to"] for f in answer["folders"]] == [str(self.music), str(self.rips)], answer
        self.check_whole(self.folder / "fitted.zip", truth, ["/data/Music"])
        # “/storage/emulated/0/Mus” is no folder of “…/Music”; of maps that overlap the longer one counts, in any order.
        self.run("fit", path, "--out", self.folder / "none.zip", "--map", f"{a[:-2]}=/x")
        assert not namida_restore.bytes_left(self.read(self.folder / "none.zip", "none")[1], "/x/")
        for number, maps in enumerate(((f"{a}=/m", f"{a}/Björk=/b"), (f"{a}/Björk=/b", f"{a}=/m"))):
            out = self.folder / f"over{number}.zip"
            self.run("fit", path, "--out", out, *(word for one in maps for word in ("--map", one)), "--map", f"{b}=/r")
            keys = namida_restore.rows(self.read(out, f"over{number}")[1], "tracks")
            wanted = {t["path"].replace(f"{a}/Björk", "/b").replace(a, "/m").replace(b, "/r") for t in tracks}
            assert set(keys) == wanted, set(keys) ^ wanted

    def test_playlists_of_other_programs(self):
        """Lists name files as file:// addresses with escapes, too."""
        path = self.folder / "m3u.zip"
        root = namida_backups.ANDROID_ROOTS[0]
        lines = f"#EXTM3U\r\nfile://{root}/Bj%C3%B6rk/a%20b%25.mp3\r\nfile:///C:/Music/x.mp3\r\n{root}/c d.mp3\r\nhttp://example.org{root}/e.mp3\r\n../f.mp3\r\n"
        listed = {"name": "a", "tracks": [{"dateAdded": 1, "track": f"{root}/c d.mp3"}], "m3uPath": f"file://{root}/a%20b.m3u8"}
        with open(path, "wb") as file:
            namida_backups.write_zip(file, [("TEMPDIR_M3U Backup.zip", namida_backups.zip_bytes([("a.m3u8", lines.encode())], True)),
                                            ("TEMPDIR_Playlists.zip", namida_backups.zip_bytes([("a.json", namida_backups.dump(listed))], True))], True)
        answer = self.run("fit", path, "--out", self.folder / "fitted.zip", "--map", f"{root}=/home/zoé/M u", "--map", "C:\\Music=/w")
        _, data = self.read(self.folder / "fitted.zip")
        got = (data / "M3U Backup" / "a.m3u8").read_text().split("\n")
        wanted = ["#EXTM3U", "file:///home/zo%C3%A9/M%20u/Bj%C3%B6rk/a%20b%25.mp3", "file:///w/x.mp3", "/home/zoé/M u/c d.mp3", f"http://example.org{root}/e.mp3", "../f.mp3", ""]
        assert got == wanted and answer["paths"] == 5, (got, answer)
        assert json.loads((data / "Playlists" / "a.json").read_bytes())["m3uPath"] == "file:///home/zo%C3%A9/M%20u/a%20b.m3u8"

    def test_two_places(self):
        """A track that is in two places here, elsewhere than the backup says, could be either: it is told as missing rather than guessed."""
        path, _, tracks = self.small()
        namida_backups.write_music(tracks, self.music, self.rips, leave_out=lambda t: t["index"] == 20)
        for copy in ("One", "Two"):
            namida_backups.write_music([tracks[20]], self.music / copy, self.rips / copy, rename=lambda t, rel: [rel[2]])
        answer = self.fit(path)
        assert (answer["found"], answer["missingCount"]) == (59, 1), answer

    def test_large_lists(self):
        """A list of many megabytes is changed, too, block by block."""
        path = self.folder / "large.zip"
        root = namida_backups.ANDROID_ROOTS[0]
        names = [f"{root}/Ä {i}/Song \\ \"{i}\".mp3" for i in range(70000)]
        listed = namida_backups.dump({"name": "all", "tracks": [{"dateAdded": i, "track": name, "source": "local"} for i, name in enumerate(names)]})
        lines = "".join(name + "\n" for name in names)
        assert len(listed) > 4 << 20 and len(lines) > 2 << 20
        with open(path, "wb") as file:
            namida_backups.write_zip(file, [("TEMPDIR_Playlists.zip", namida_backups.zip_bytes([("all.json", listed)], True)),
                                            ("TEMPDIR_M3U Backup.zip", namida_backups.zip_bytes([("all.m3u8", lines.encode() * 2)], True))], True)
        answer = self.run("fit", path, "--out", self.folder / "fitted.zip", "--map", f"{root}=/m")
        _, data = self.read(self.folder / "fitted.zip")
        assert answer["paths"] == 210000, answer
        assert (data / "Playlists" / "all.json").read_bytes() == listed.replace(root.encode(), b"/m")
        assert (data / "M3U Backup" / "all.m3u8").read_bytes() == (lines * 2).replace(root, "/m").encode()

    def test_odd_zips(self):
        """zip64, a comment, empty parts, parts of a Namida of next year: read and kept. Bytes before the zip, a password: a sentence."""
        path, truth, _ = self.small()
        parts = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
        odd = self.folder / "odd.zip"
        with zipfile.ZipFile(odd, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = b"made by hand, " * 100
            for name, data in parts.items():
                with archive.open(name, "w", force_zip64=True) as file:
                    file.write(data)
            archive.writestr("TEMPDIR_Dreams.zip", namida_backups.zip_bytes([], True))
            archive.writestr("FUTURE_FILES.zip", b"not even a zip")
            archive.writestr("future.cbor", os.urandom(99))
        roots = [word for i, root in enumerate(truth["roots"]) for word in ("--map", f"{root}=/m{i}")]
        self.run("fit", odd, "--out", self.folder / "fitted.zip", *roots)
        assert self.run("inspect", odd)["restorable"] is True
        with zipfile.ZipFile(self.folder / "fitted.zip") as made, zipfile.ZipFile(odd) as old:
            assert made.namelist() == old.namelist() and all(made.read(n) == old.read(n) for n in ("TEMPDIR_Dreams.zip", "FUTURE_FILES.zip", "future.cbor"))
        before = self.folder / "before.zip"
        before.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
        said = self.run("fit", before, "--out", self.folder / "no.zip", *roots, code=1, json_out=False)
        assert "“before.zip” is not a complete zip file." in said and not (self.folder / "no.zip").exists(), said
        said = self.run("fit", path, "--out", path, *roots, code=1, json_out=False)
        assert "already exists" in said and zipfile.ZipFile(path).testzip() is None, said

    def test_no_space(self):
        """The disk is full in the middle: a sentence, and nothing is left."""
        path, truth, _ = self.make("android65", tracks=3000, listens=100, youtube=10, queues=1)
        command = ["bash", "-c", 'ulimit -f 40; trap "" XFSZ; exec "$@"', "sh", CLI, "fit", str(path), "--out", str(self.folder / "out.zip"), "--map", f"{truth['roots'][0]}=/m"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "HOME": str(self.home), "LC_ALL": "C.UTF-8", "TMPDIR": str(self.folder)})
        assert done.returncode == 1 and done.stderr.startswith("Could not write"), done
        assert sorted(p.name for p in self.folder.iterdir()) == ["home", "phone.zip"], list(self.folder.iterdir())

    def test_never_a_shorter_prefix(self):
        """/storage/emulated/0 is where the backup's music is, ~/Music where it is here: ~ itself must not become a library folder."""
        path, truth, tracks = self.make("android65")
        # As another phone: one folder above both.
        wide = self.folder / "wide.zip"
        self.run("fit", path, "--out", wide, "--map", f"{truth['roots'][0]}=/storage/emulated/0/Music", "--map", f"{truth['roots'][1]}=/storage/emulated/0/Rips", "--all-settings")
        namida_backups.write_music(tracks, self.music, self.music / "Rips")
        answer = self.run("fit", wide, "--out", self.folder / "fitted.zip", "--here", "--music", self.music)
        assert answer["found"] == truth["library"], answer
        got, _ = self.read(self.folder / "fitted.zip")
        for item in got["settings"]["directoriesToScan"]:
            assert item["source"].startswith(str(self.music)), got["settings"]["directoriesToScan"]

    def test_parts(self):
        path, truth, _ = self.make("android65")
        out = self.folder / "some.zip"
        answer = self.run("fit", path, "--out", out, "--only", "history,playlists")
        got, data = self.read(out)
        assert (got["listens"][0], got["settings"], got["favourites"], got["likes"], got["library"][0]) == (truth["listens"], None, None, None, 0), got
        assert answer["leftOut"] > 10 and len(got["playlists"]) == len(truth["playlists"])
        self.run("fit", path, "--out", self.folder / "less.zip", "--without", "settings,youtube")
        got, _ = self.read(self.folder / "less.zip", "less")
        assert got["settings"] is None and got["likes"] is None and got["library"][0] == truth["library"]
        text = self.run("fit", path, "--out", self.folder / "no.zip", "--only", "histroy", code=2, json_out=False)
        assert "“histroy” is not a part" in text and not (self.folder / "no.zip").exists()

    def test_never_replaces(self):
        path, _, _ = self.make("android65", tracks=30, listens=50)
        out = self.folder / "there.zip"
        out.write_bytes(b"precious")
        text = self.run("fit", path, "--out", out, "--here", code=1, json_out=False)
        assert "already exists" in text and out.read_bytes() == b"precious"
        assert sorted(p.name for p in self.folder.iterdir()) == ["home", "phone.zip", "there.zip"]

    def test_broken_database(self):
        """A page of tracks.db is wrong inside a sound zip: the file is named, and nothing is written."""
        path, _, _ = self.make("android65")
        broken = self.folder / "broken.zip"
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                data = old.read(name)
                if name == "LOCAL_FILES.zip":
                    with zipfile.ZipFile(io.BytesIO(data)) as inner:
                        files = {n: inner.read(n) for n in inner.namelist()}
                    db = bytearray(files["tracks.db"])
                    db[8192:12288] = os.urandom(4096)
                    files["tracks.db"] = bytes(db)
                    data = namida_backups.zip_bytes(files.items(), False)
                new.writestr(name, data)
        text = self.run("fit", broken, "--out", self.folder / "out.zip", "--here", code=1, json_out=False)
        assert "“tracks.db” in the backup is damaged" in text and not (self.folder / "out.zip").exists(), text
        answer = self.run("fit", broken, "--out", self.folder / "out.zip", "--here", "--without", "library")
        assert answer["paths"] >= 0 and self.read(self.folder / "out.zip")[0]["listens"][0] == 2000

    # ---- inspect ----

    def test_inspect_all_kinds(self):
        """The figures of every kind of backup are the true ones, and no account on a server is told."""
        for kind in namida_backups.KINDS:
            path, truth, _ = self.make(kind, name=f"{kind}.zip")
            answer = self.run("inspect", path)
            text = json.dumps(answer)
            assert answer["good"] and answer["restorable"] and answer["damagedPart"] is None, (kind, answer)
            assert namida_backups.SECRET_USER not in text and namida_backups.SECRET_HOST not in text, kind
            for key in ("listens", "library", "ratings", "tagged", "smartPlaylists", "favourites", "queues", "youtubeLikes", "youtubeSubscriptions", "youtubeListens", "youtubePlaylists", "secondsTracks"):
                if kind == "old2023" and key in ("ratings", "tagged", "secondsTracks"):
                    continue
                assert answer[key] == truth.get(key, 0), (kind, key, answer[key], truth.get(key))
            if kind not in ("youtubeonly", "lyricsonly"):
                assert answer["device"] == truth["device"] and answer["musicFolders"] == truth["roots"], (kind, answer)
                if kind != "servers":
                    assert [[t["name"], t["listens"]] for t in answer["topTracks"][:5]] == [[f"{a} – {t}", n] for a, t, n in truth["top"]], (kind, answer["topTracks"])
            assert ("youtube" in answer["parts"]) == (kind not in ("noyoutube", "lyricsonly", "flat")), (kind, answer["parts"])
        text = self.run("inspect", self.folder / "lyricsonly.zip", json_out=False)
        assert "Not included: settings, library, history" in text, text
        text = self.run("inspect", self.folder / "servers.zip", json_out=False)
        assert "log in again" in text and namida_backups.SECRET_USER not in text and namida_backups.SECRET_HOST not in text

    def test_inspect_here(self):
        """What was listened to or is in a list and has no file, by artist."""
        path, _, tracks = self.make("android65")
        played = {entry["track"] for day in namida_restore.lists(self.unpack(path) / "History").values() for entry in day}
        gone = [t for t in tracks if t["path"] in played][20:37]
        namida_backups.write_music(tracks, self.music, self.rips, leave_out=lambda t: t in gone)
        answer = self.run("inspect", path, "--here", "--music", self.music, "--music", self.rips)["music"]
        assert answer["missingCount"] == 17 and answer["missing"] == sorted(f"{t['value']['originalArtist']} – {t['value']['title']}" for t in gone), answer
        text = self.run("inspect", path, "--here", "--music", self.music, "--music", self.rips, json_out=False)
        assert f"Missing: {gone[0]['value']['originalArtist']}" in text, text

    def unpack(self, path):
        data = self.folder / "unpacked"
        namida_restore.restore(path, data)
        return data

    # ---- hostile ----

    def with_database(self, name, data, out="hostile.zip"):
        path = self.folder / out
        files = [("namida_settings.json", namida_backups.dump({"directoriesToScan": [{"source": "/storage/emulated/0/Music"}]})), (name, data)]
        with open(path, "wb") as file:
            namida_backups.write_zip(file, [("LOCAL_FILES.zip", namida_backups.zip_bytes(files, True))], True)
        return path

    def check_refused(self, path, part="tracks.db"):
        answer = self.run("inspect", path, code=1)
        assert not answer["restorable"] and answer["damagedPart"] == part and answer["kind"] == "damaged", answer
        text = self.run("fit", path, "--out", self.folder / "out.zip", "--map", "/storage/emulated/0/Music=/home/me", code=1, json_out=False)
        assert part in text and not (self.folder / "out.zip").exists(), text
        assert self.usage.ru_utime + self.usage.ru_stime < 5

    def database(self, *statements, rows=20):
        path = self.folder / "made.db"
        path.unlink(missing_ok=True)
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE tracks (key TEXT NOT NULL UNIQUE, value TEXT, PRIMARY KEY (key))")
        db.executemany("INSERT INTO tracks VALUES (?, ?)", [(f"/storage/emulated/0/Music/{i}.mp3", "{}") for i in range(rows)])
        for statement in statements:
            db.execute(statement)
        db.commit()
        db.close()
        return path.read_bytes()

    def test_hostile_databases(self):
        """Triggers, views, other tables, huge cells, malformed pages, no database at all: refused with a sentence, and nothing of them is executed."""
        cases = [self.database("CREATE TRIGGER t AFTER INSERT ON tracks BEGIN DELETE FROM tracks; END"), self.database("CREATE VIEW v AS SELECT * FROM tracks"),
                 self.database("CREATE TABLE more (a)"), self.database("CREATE INDEX i ON tracks (value)"),
                 self.database("CREATE VIRTUAL TABLE f USING fts5(x)"), self.database("ALTER TABLE tracks RENAME TO other"),
                 self.database("INSERT INTO tracks VALUES ('big', zeroblob(20000000))"), b"", b"SQLite format 3\0" + bytes(5000), os.urandom(9000), self.database()[:6000]]
        page = bytearray(self.database(rows=3000))
        for at in range(4096, len(page) - 4096, 8192):
            page[at:at + 64] = os.urandom(64)
        loop = bytearray(self.database(rows=3000))
        for at in range(4096, len(loop), 4096):
            loop[at + 8:at + 12] = (2).to_bytes(4, "big")  # every page points at the second
        for data in (*cases, bytes(page), bytes(loop)):
            self.check_refused(self.with_database("tracks.db", data))
        self.check_refused(self.with_database("tracks_stats.db", self.database()), "tracks_stats.db")

    def test_hostile_zips(self):
        """Names that lead out, a million entries, bombs, zips that are none: no file is made, in little time and memory."""
        entry = namida_backups.dump([])
        outside = self.folder / "outside.zip"
        with open(outside, "wb") as file:
            namida_backups.write_zip(file, [("TEMPDIR_History.zip", namida_backups.zip_bytes([("../../evil.json", entry)], False))], False)
        bomb = self.folder / "bomb.zip"
        with open(bomb, "wb") as file:
            namida_backups.write_zip(file, [("TEMPDIR_History.zip", namida_backups.zip_bytes([(f"{i}.json", bytes(60_000_000)) for i in range(19000, 19005)], False))], False)
        record = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
        many = self.folder / "many.zip"
        head = b"PK\3\4" + bytes(26)
        many.write_bytes(head + record * 1000000 + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0, 0, len(record) * 1000000, len(head), 0))
        text = self.folder / "text.zip"
        text.write_bytes(b"hello")
        empty = self.folder / "empty.zip"
        empty.write_bytes(b"")
        before = sorted(p.name for p in self.folder.iterdir())
        for path in (outside, bomb, many, text, empty):
            said = self.run("fit", path, "--out", self.folder / "out.zip", "--here", "--music", self.music, code=1, json_out=False)
            assert said.strip().endswith(".") and self.usage.ru_utime + self.usage.ru_stime < 5, (path.name, said)
            assert sorted(p.name for p in self.folder.iterdir()) == before, path.name

    # ---- restore ----

    def test_restore_fits(self):
        """“backups restore FOLDER --here --fit”: the music into its folders, the backup with their paths where Namida on this computer looks."""
        version = self.folder / "version"
        version.mkdir()
        path, truth, tracks = self.make("android65", tracks=60)
        path.rename(version / "Namida Backup - 2026-08-22 19.05.10.zip")
        namida_backups.write_music(tracks, version / "Music" / "Music", version / "Music" / "Rips & Live")
        (self.home / ".namida").mkdir()
        own = self.home / "My Backups"
        (self.home / ".namida" / "namida_settings.json").write_text(json.dumps({"directoriesToScan": [{"source": str(self.music)}], "defaultBackupLocation_v2": str(own)}))
        said = self.run("backups", "restore", version, "--here", "--fit", "--yes", "--into", self.music, json_out=False)
        made = own / "Namida Backup - 2026-08-22 19.05.10 - fitted.zip"
        # The library has the new paths already: nothing is to be looked for again.
        assert "Re-index" not in said and "Update directory path" not in said, said
        assert [p.name for p in own.iterdir()] == [made.name] and "Restore Backup, Automatic" in said, said
        self.check_whole(made, truth, truth["roots"])

    def make_version(self, **options):
        """A version as it is kept, and Namida on this computer with its own folder of backups."""
        version = self.folder / "version"
        version.mkdir()
        path, truth, tracks = self.make("android65", tracks=60, listens=300, youtube=40, queues=3, **options)
        path.rename(version / "Namida Backup - 2026-08-22 19.05.10.zip")
        namida_backups.write_music(tracks, version / "Music" / "Music", version / "Music" / "Rips & Live")
        (self.home / ".namida").mkdir()
        own = self.home / "My Backups"
        (self.home / ".namida" / "namida_settings.json").write_text(json.dumps({"directoriesToScan": [{"source": str(self.music)}], "defaultBackupLocation_v2": str(own)}))
        return version, own, truth

    def restore(self, version, *options, code=0):
        return self.run("backups", "restore", version, "--here", "--yes", "--into", self.music, *options, code=code, json_out=False)

    def test_restore_undone(self):
        """One undo takes back the music and the fitted copy, and what was changed since stays."""
        version, own, _ = self.make_version()
        before = sorted(str(p) for p in self.home.rglob("*"))
        self.restore(version, "--fit")
        assert len(list(own.iterdir())) == 1 and len(list(self.music.rglob("*.*"))) > 20
        said = self.run("backups", "undo", json_out=False)
        after = sorted(str(p) for p in self.home.rglob("*") if ".local" not in str(p))
        assert after == before, (said, set(after) ^ set(before))

    def test_restore_keeps_the_date(self):
        """Without --automatic the copy is as old as its original: it is not picked before a newer one, nor is the next automatic backup postponed."""
        version, own, _ = self.make_version()
        own.mkdir()
        newer = own / "Namida Backup - 2026-09-01 10.00.00.zip"
        namida_backups.make(newer, "linux65", tracks=10, listens=10)
        archive = next(version.glob("*.zip"))
        os.utime(archive, (1_700_000_000, 1_700_000_000))
        said = self.restore(version, "--fit")
        made = next(own.glob("* - fitted.zip"))
        assert made.stat().st_mtime == 1_700_000_000 and "Restore Backup, Manual" in said and "next automatic backup" not in said, said
        said = self.restore(version, "--fit", "--automatic")
        made = next(own.glob("* - fitted (2).zip"))
        assert made.stat().st_mtime > newer.stat().st_mtime and "Restore Backup, Automatic" in said and "counts its next automatic backup from now on" in said, said

    def test_automatic_when_there(self):
        """The zip is in Namida's folder already: with --automatic it becomes the newest all the same."""
        version, own, _ = self.make_version()
        said = self.restore(version)
        there = own / "Namida Backup - 2026-08-22 19.05.10.zip"
        (own / "Namida Backup - 2027-01-01 10.00.00.zip").write_bytes(b"x")
        os.utime(there, (1_700_000_000, 1_700_000_000))
        said = self.restore(version)
        assert "Manual" in said and there.stat().st_mtime == 1_700_000_000, said
        said = self.restore(version, "--automatic")
        assert "Restore Backup, Automatic" in said and there.stat().st_mtime > 1_700_000_001 and "counts its next automatic backup" in said, said
        assert len(list(own.iterdir())) == 2

    def test_restore_merges(self):
        """--merge: the listens and playlists of this computer stay beside those of the version; a broken newer backup here is passed over."""
        version, own, truth = self.make_version()
        own.mkdir()
        mine = own / "Namida Backup - 2026-08-01 08.00.00.zip"
        other, _ = namida_backups.make(self.folder / "other.zip", "android65", tracks=60, listens=200, seed=99, day0=18000)
        a, b = other["roots"]
        self.run("fit", self.folder / "other.zip", "--out", mine, "--map", f"{a}={self.music}", "--map", f"{b}={self.rips}")
        (own / "Namida Backup - 2026-12-01 08.00.00.zip").write_bytes(b"")
        said = self.restore(version, "--fit", "--merge", "--automatic")
        assert f"Merged with “{mine.name}”" in said, said
        got, data = self.read(next(own.glob("* - fitted.zip")))
        assert got["listens"][0] == truth["listens"] + other["listens"], (got["listens"], truth["listens"], other["listens"])
        assert not namida_restore.bytes_left(data, *truth["roots"])
        mine.unlink()
        text = self.restore(version, "--fit", "--merge", code=1)
        assert "no good backup of Namida on this computer to merge with" in text, text
        text = self.run("--json", "backups", "restore", version, "--here", "--yes", "--into", self.music, "--fit", "--merge", code=1, json_out=False)
        ends = [event for event in map(json.loads, filter(lambda line: line.startswith("{"), text.splitlines())) if event.get("event") == "end"]
        assert [end["result"] for end in ends] == ["failed"] and "merge with" in ends[0]["message"], ends

    def test_restore_parts(self):
        version, own, truth = self.make_version()
        self.restore(version, "--fit", "--only", "history,favorites")
        got, _ = self.read(next(own.glob("* - fitted.zip")))
        assert (got["listens"][0], got["settings"], got["library"][0], got["favourites"][0]) == (truth["listens"], None, 0, truth["favourites"]), got
        text = self.restore(version, "--only", "history", code=2)
        assert "need --fit" in text, text

    def large(self, seconds, megabytes, *options):
        """Made by a process of its own: what this one has used counts as used by its children."""
        path, out = self.folder / "large.zip", self.folder / "fitted.zip"
        made = subprocess.run([sys.executable, "-B", os.path.join(FIXTURES, "namida_backups.py"), str(path), "android65", *options, "--music", str(self.music), str(self.rips)],
                              check=True, stdout=subprocess.PIPE, timeout=WAIT * 4)
        command = [CLI, "fit", "--json", str(path), "--out", str(out), "--here", "--music", str(self.music), "--music", str(self.rips)]
        measured = subprocess.run([sys.executable, "-S", "-c", MEASURE, *command], check=True, stdout=subprocess.PIPE, text=True, timeout=WAIT * 4, env={**os.environ, "HOME": str(self.home)})
        answer, (spent, used) = (json.loads(line) for line in measured.stdout.splitlines())
        self.kilobytes = used
        print(f"# {spent:.2f} s, {used} KiB, {answer['paths']} paths", flush=True)
        assert SANITIZED or used < megabytes * 1024, used
        assert SANITIZED or spent < seconds, spent
        return json.loads(made.stdout), answer, out

    def test_memory_is_bounded(self):
        """Six times the tracks with lyrics (30 MB more in tracks.db) need hardly more memory."""
        used = []
        for tracks in (1000, 6000):
            for path in self.folder.glob("*.zip"):
                path.unlink()
            self.large(20, 64, "--tracks", str(tracks), "--listens", "500", "--lyrics", "6000", "--queues", "1", "--youtube", "10")
            used.append(self.kilobytes)
        assert SANITIZED or used[1] - used[0] < 10 * 1024, used

    def test_large(self):
        """12,000 tracks and 90,000 listens."""
        truth, answer, out = self.large(3, 64, "--tracks", "12000", "--listens", "90000", "--youtube", "3000", "--queues", "100")
        assert answer["found"] == answer["tracks"] == 12000, answer
        got, data = self.read(out)
        n = truth["listens"]
        assert got["listens"] == [n, n, n] and got["library"][2] == 12000 and not namida_restore.bytes_left(data, *truth["roots"])

    def test_large_with_lyrics(self):
        """60,000 tracks with lyrics."""
        truth, answer, out = self.large(20, 96, "--tracks", "60000", "--listens", "20000", "--lyrics", "6000", "--queues", "5")
        assert answer["found"] == answer["tracks"] == truth["library"] == 60000, answer
        assert zipfile.ZipFile(out).testzip() is None


def main():
    names = [name for name in dir(Cases) if name.startswith("test_")]
    only = sys.argv[3:]
    # The large ones take minutes: by name, or with NAMIDA_LARGE=1.
    names = [name for name in names if name in only or (not only and (not name.startswith("test_large") or "NAMIDA_LARGE" in os.environ))]
    failed = 0
    print(f"1..{len(names)}", flush=True)
    for number, name in enumerate(names, 1):
        with tempfile.TemporaryDirectory(prefix="namida-fit-") as folder:
            try:
                getattr(Cases(pathlib.Path(folder)), name)()
                print(f"ok {number} {name}", flush=True)
            except Exception:
                failed += 1
                print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
                print(f"not ok {number} {name}", flush=True)
    return 1 if failed else 0


sys.exit(main())
