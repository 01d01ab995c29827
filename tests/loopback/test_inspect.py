# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests `inspect` with every kind of zip, real and invented: it always ends with a message and needs little memory.
Prints TAP."""
import datetime
import io
import json
import os
import pathlib
import resource
import sqlite3
import struct
import subprocess
import sys
import tempfile
import traceback
import zipfile
import zlib

CLI, MAKE_FIXTURES = sys.argv[1:3]
MEMORY = 128 * 1024 * 1024
SECONDS = 5  # of the processor: what the promise is about, whatever else the machine does
WAIT = 120
# A build with sanitizers keeps freed memory and is many times slower: there the figures say nothing.
SANITIZED = b"__asan_init" in pathlib.Path(CLI).read_bytes()


def inspect(path, *options):
    """What it says as JSON, with its exit code; checks the promised time and memory."""
    done = {}

    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    process = subprocess.Popen([CLI, "inspect", "--json", *options, str(path)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, preexec_fn=limit, env={**os.environ, "LC_ALL": "C.UTF-8"})
    try:
        done["out"], done["err"] = process.stdout.read(), process.stderr.read()
    finally:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        process.stderr.close()
    assert process.returncode in (0, 1), (process.returncode, done["err"])
    assert SANITIZED or usage.ru_maxrss * 1024 < MEMORY, f"{usage.ru_maxrss} KiB for {path.name}"
    assert SANITIZED or usage.ru_utime + usage.ru_stime < SECONDS, f"{usage.ru_utime + usage.ru_stime} s for {path.name}"
    answer = json.loads(done["out"])
    assert answer["restorable"] == (process.returncode == 0)
    assert answer["sentence"].startswith("“") and answer["sentence"].endswith("."), answer["sentence"]
    return answer


def zip_of(files, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data if isinstance(data, (bytes, str)) else json.dumps(data))
    return buffer.getvalue()


def tracks(n, folder="/storage/emulated/0/Music"):
    return [{"dateAdded": 1784485800000 + i, "track": f"{folder}/Artist/Song {i % 7}.flac", "source": "local"}
            for i in range(n)]


def day(text):
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def database(name, rows):
    """As Namida leaves it: in WAL mode by its header."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "x.db")
        db = sqlite3.connect(path)
        db.execute(f"CREATE TABLE `{name}` (key TEXT NOT NULL UNIQUE, value TEXT, PRIMARY KEY (key))")
        db.executemany(f"INSERT INTO `{name}` VALUES (?, ?)", [(f"/m/{i}", '{"title":"T"}') for i in range(rows)])
        db.commit()
        db.close()
        data = bytearray(path.read_bytes())
    data[18:20] = b"\2\2"
    return bytes(data)


LISTS = {
    "favs.json": {"name": "_FAVOURITES_", "tracks": tracks(5), "creationDate": 1, "modifiedDate": 2},
    "total_listen.txt": '{"tr":7200,"vid":60,"yt":3600}',
    "tracks.db": database("tracks", 9),
    "latest_queue.json": tracks(3),
}
HISTORY = {f"{day('2026-01-05')}.json": tracks(9), f"{day('2025-12-31')}.json": tracks(4)}
PLAYLISTS = {"Road.json": {"name": "Road", "tracks": tracks(3)}, "No name.json": {"tracks": []}}
LIKES = {"name": "_LIKES_", "tracks": [{"id": "a"}, {"id": "b"}]}
SUBS = {"UC1": {"title": "One", "subscribed": True}, "UC2": {"title": "Two", "subscribed": False}, "UC3": {"subscribed": True}}
NEW_SETTINGS = {"directoriesToScan": [{"source": "/storage/emulated/0/Music"}, {"source": "/storage/ABCD-1234/Rips"}]}
OLD_SETTINGS = {"directoriesToScan": ["/storage/emulated/0/Music", "/storage/ABCD-1234/Rips"]}


def backup(settings=NEW_SETTINGS, youtube="Youtube/", extra=None, compression=zipfile.ZIP_DEFLATED):
    files = {
        "LOCAL_FILES.zip": zip_of({"namida_settings.json": settings, **LISTS}, compression),
        "YOUTUBE_FILES.zip": zip_of({f"{youtube}yt_likes.json": LIKES, f"{youtube}yt_subs.json": SUBS}, compression),
        "TEMPDIR_History.zip": zip_of(HISTORY, compression),
        "TEMPDIR_Playlists.zip": zip_of(PLAYLISTS, compression),
        "TEMPDIR_Queues.zip": zip_of({"1784485800000.json": tracks(2), "1784485900000.json": tracks(2)}, compression),
        "TEMPDIR_Lyrics.zip": zip_of({"Song 1.lrc": "[00:01.00]la"}, compression),
        "YOUTUBE_TEMPDIR_Youtube History.zip": zip_of({"20000.json": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}, compression),
        "YOUTUBE_TEMPDIR_Youtube Playlists.zip": zip_of({"Later.json": {"name": "Later", "tracks": []}}, compression),
    }
    files.update(extra or {})
    return zip_of(files, compression)


def check_figures(answer, youtube=True):
    assert answer["listens"] == 13 and answer["tracksHeard"] == 7, answer
    assert (answer["firstDay"], answer["lastDay"]) == ("2025-12-31", "2026-01-05")
    # 9 and 4 listens of 7 songs in turn: the first two were heard three times.
    assert answer["topTracks"][:3] == [{"name": "Song 0", "listens": 3}, {"name": "Song 1", "listens": 3},
                                       {"name": "Song 2", "listens": 2}], answer["topTracks"]
    assert answer["playlists"] == [{"name": "No name", "tracks": 0}, {"name": "Road", "tracks": 3}]
    assert (answer["playlistCount"], answer["favourites"], answer["queues"]) == (2, 5, 2)
    assert (answer["secondsTracks"], answer["secondsVideos"], answer["secondsYoutube"]) == (7200, 60, 3600)
    assert answer["musicFolders"] == ["/storage/emulated/0/Music", "/storage/ABCD-1234/Rips"]
    assert (answer["youtubeLikes"], answer["youtubeSubscriptions"]) == (2, 2)
    assert answer["unreadable"] == 0 and answer["unsafe"] == 0
    if youtube:
        assert (answer["youtubeListens"], answer["youtubePlaylists"]) == (3, 1)


class Cases:
    def __init__(self, folder):
        self.folder = folder

    def write(self, data, name="Namida Backup - 2026-07-19 18.30.00.zip"):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def test_new_layout(self):
        answer = inspect(self.write(backup()))
        assert answer["kind"] == "backup" and answer["namida"] == "6", answer
        check_figures(answer)
        assert answer["unknown"] == 0, answer

    def test_stored_without_compression(self):
        check_figures(inspect(self.write(backup(compression=zipfile.ZIP_STORED))))

    def test_old_settings_and_youtube_without_folder(self):
        answer = inspect(self.write(backup(OLD_SETTINGS, youtube="")))
        assert answer["kind"] == "backup" and answer["namida"] == "5 or older", answer
        check_figures(answer)

    def test_flat_with_folders(self):
        files = {"namida_settings.json": OLD_SETTINGS, **LISTS, "Youtube/yt_likes.json": LIKES, "Youtube/yt_subs.json": SUBS,
                 "Queues/1784485800000.json": [], "Queues/1784485900000.json": []}
        files.update({f"History/{name}": data for name, data in HISTORY.items()})
        files.update({f"Playlists\\{name}": data for name, data in PLAYLISTS.items()})
        answer = inspect(self.write(zip_of(files)))
        assert answer["kind"] == "flat" and "older desktop" in answer["sentence"], answer
        check_figures(answer, youtube=False)

    def test_flat_all_loose(self):
        files = {"namida_settings.json": OLD_SETTINGS, **LISTS, "yt_likes.json": LIKES, "yt_subs.json": SUBS,
                 "1784485800000.json": [], "1784485900000.json": [], **HISTORY, **PLAYLISTS, "what.json": {"a": 1}}
        answer = inspect(self.write(zip_of(files)))
        assert answer["kind"] == "flat" and answer["unknown"] == 1, answer
        check_figures(answer, youtube=False)

    def test_names_of_12_hours(self):
        for name in ("Namida Backup - 2025-03-04 06.30.00.zip", "Namida Backup - 2025-03-04 06.30.00 - auto.zip"):
            answer = inspect(self.write(backup(), name))
            assert answer["name"] == name and answer["kind"] == "backup"

    def test_streamed_zip(self):
        """As Java writes it: lengths and checksums after the data."""
        class Pipe(io.RawIOBase):
            def __init__(self):
                super().__init__()
                self.data = bytearray()

            def writable(self):
                return True

            def write(self, data):
                self.data += data
                return len(data)

        def streamed(files):
            pipe = Pipe()
            with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in files.items():
                    archive.writestr(name, data if isinstance(data, (bytes, str)) else json.dumps(data))
            assert struct.unpack_from("<H", pipe.data, 6)[0] & 8, "not streamed"
            return bytes(pipe.data)

        inner = streamed({"namida_settings.json": NEW_SETTINGS, **LISTS})
        answer = inspect(self.write(streamed({"LOCAL_FILES.zip": inner, "TEMPDIR_History.zip": streamed(HISTORY)})))
        assert (answer["kind"], answer["listens"], answer["favourites"]) == ("backup", 13, 5), answer

    def test_empty(self):
        for data in (b"", zip_of({})):
            answer = inspect(self.write(data))
            assert answer["kind"] == "empty" and "empty" in answer["sentence"], answer

    def test_no_zip(self):
        for data in (b"hello", b"\0" * 70000, b"\x1f\x8b" + os.urandom(5000), b"Rar!\x1a\x07"):
            assert inspect(self.write(data))["kind"] == "not-a-zip"

    def test_other_zip(self):
        files = {"readme.md": "hello", "package.json": {"name": "x", "version": 1}, "src/main.c": "int x;"}
        answer = inspect(self.write(zip_of(files)))
        assert answer["kind"] == "not-namida" and answer["lines"] == [], answer

    def test_unknown_entries(self):
        answer = inspect(self.write(backup(extra={"NEWER_THING.zip": zip_of({"x": "y"}), "TEMPDIR_Moods.zip": zip_of({"m": "n"}),
                                                  "note.txt": "hi"})))
        assert answer["kind"] == "backup" and answer["unknown"] == 2, answer
        check_figures(answer)
        assert any("does not know" in line for line in answer["lines"])

    def test_cut_off_at_20_places(self):
        data = backup()
        for i in range(20):
            answer = inspect(self.write(data[:1 + (len(data) - 2) * i // 19]))
            assert answer["kind"] == "truncated" and "its end is missing" in answer["sentence"], (i, answer)

    def test_cut_after_an_inner_zip(self):
        """The end of an inner zip at the very end looks like the end of a whole one."""
        inner = zip_of(HISTORY)
        data = zip_of({"TEMPDIR_History.zip": inner, "LOCAL_FILES.zip": zip_of(LISTS)}, zipfile.ZIP_STORED)
        end = data.index(inner) + len(inner)
        answer = inspect(self.write(data[:end]))
        assert (answer["kind"], answer["listens"]) == ("truncated", 13), answer

    def test_bad_checksum(self):
        data = backup(compression=zipfile.ZIP_STORED)
        at = data.index(b'"directoriesToScan"')
        broken = data[:at + 3] + b"X" + data[at + 4:]
        answer = inspect(self.write(broken))
        assert answer["kind"] == "damaged" and answer["damagedPart"] == "LOCAL_FILES.zip", answer
        assert "LOCAL_FILES.zip" in answer["sentence"] and answer["listens"] == 13, answer

    def test_bad_checksum_where_nothing_is_shown(self):
        data = backup(compression=zipfile.ZIP_STORED)
        at = data.index(b"[00:01.00]la")
        answer = inspect(self.write(data[:at] + b"X" + data[at + 1:]))
        assert answer["kind"] == "damaged" and answer["damagedPart"] == "TEMPDIR_Lyrics.zip", answer
        check_figures(answer)

    def test_encrypted(self):
        """The flag of encryption on the inner and on the outer zip's files."""
        def encrypt(data):
            data = bytearray(data)
            for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
                at = data.find(signature)
                while at >= 0:
                    data[at + offset] |= 1
                    at = data.find(signature, at + 4)
            return bytes(data)

        files = {"namida_settings.json": NEW_SETTINGS, **LISTS}
        outer = encrypt(zip_of({"LOCAL_FILES.zip": os.urandom(500)}))
        inner = zip_of({"TEMPDIR_History.zip": zip_of(HISTORY), "LOCAL_FILES.zip": encrypt(zip_of(files))}, zipfile.ZIP_STORED)
        for data in (outer, inner, encrypt(zip_of(files))):
            answer = inspect(self.write(data))
            assert answer["kind"] == "encrypted" and "password" in answer["sentence"], answer

    def test_names_that_lead_out(self):
        files = {"../../.bashrc": "x", "/etc/passwd": "x", "C:\\x": "x", "a/../../b.json": "[]"}
        answer = inspect(self.write(backup(extra={**files, "LOCAL_FILES.zip": zip_of({"../History/20000.json": tracks(3), **LISTS})})))
        assert answer["unsafe"] == 5 and answer["listens"] == 13, answer
        assert any("do not trust it" in line for line in answer["lines"]), answer
        assert sorted(os.listdir(self.folder)) == ["Namida Backup - 2026-07-19 18.30.00.zip"]

    def test_unreadable_lists(self):
        """Lists that are no JSON, nested without end, of another shape, or with texts without end."""
        files = {"20000.json": "[" * 1000000, "20001.json": "{", "20002.json": {"a": 1}, "20003.json": "", "20004.json": "[1,2",
                 "20005.json": tracks(2), "20006.json": '[{"track":"' + "x" * 5000000 + '"}]', "20007.json": "\ufeff[]"}
        answer = inspect(self.write(zip_of({"TEMPDIR_History.zip": zip_of(files)})))
        assert answer["kind"] == "backup" and answer["unreadable"] == 6 and answer["listens"] == 3, answer
        assert all(len(track["name"]) <= 64 for track in answer["topTracks"])

    def test_many_tracks(self):
        """More different tracks, and longer, than are told apart."""
        days = {f"{10000 + i}.json": [{"track": f"/{i}/{j}/" + "x" * 2000} for j in range(1000)] for i in range(40)}
        answer = inspect(self.write(zip_of({"TEMPDIR_History.zip": zip_of(days)})))
        assert answer["listens"] == 40000 and 1000 < answer["tracksHeard"] <= 40000, answer["tracksHeard"]

    def test_100000_entries(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for i in range(100000):
                archive.writestr(f"Playlists/{i}.json", b'{"tracks":[]}')
        data = buffer.getvalue()
        answer = inspect(self.write(data))
        assert (answer["kind"], answer["playlistCount"], len(answer["playlists"])) == ("flat", 100000, 500), answer["kind"]
        answer = inspect(self.write(zip_of({"TEMPDIR_Playlists.zip": data})))
        assert (answer["kind"], answer["playlistCount"]) == ("backup", 100000), answer["kind"]

    def test_too_many_entries(self):
        record = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
        n = 1000000
        head = b"PK\3\4" + bytes(26)
        end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0, 0, len(record) * n, len(head), 0)
        answer = inspect(self.write(head + record * n + end))
        assert answer["kind"] == "too-big", answer

    @staticmethod
    def zeros(name, megabytes):
        """A zip of one file of zeros. Its pieces do not refer to each other, so that they need not be deflated one by one."""
        compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
        piece = compressor.compress(bytes(1024 * 1024)) + compressor.flush(zlib.Z_FULL_FLUSH)
        data = piece * megabytes + b"\3\0"
        assert len(zlib.decompress(piece * 3 + b"\3\0", -15)) == 3 * 1024 * 1024
        name = name.encode()
        fields = (20, 0, 8, 0, 33, 0, len(data), 0xfffffffe, len(name))
        local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", *fields, 0) + name
        central = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, *fields, 0, 0, 0, 0, 0, 0) + name
        end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local) + len(data), 0)
        return local + data + central + end

    def test_bomb_of_zeros(self):
        """10 GB of zeros: as a list, as a database beside the lists, as an inner zip, and loose."""
        for name in ("namida_settings.json", "tracks.db", "anything"):
            bomb = self.zeros(name, 10000)
            answer = inspect(self.write(zip_of({"LOCAL_FILES.zip": bomb})))
            assert answer["kind"] == "too-big" and "Do not open" in answer["sentence"], answer
            answer = inspect(self.write(bomb))
            assert answer["kind"] == {"namida_settings.json": "too-big"}.get(name, "not-namida"), answer
            assert inspect(self.write(bomb[:len(bomb) // 2]))["kind"] == "too-big"
        assert inspect(self.write(self.zeros("TEMPDIR_History.zip", 10000)))["kind"] in ("damaged", "too-big")

    def test_bomb_of_zips(self):
        """As 42.zip: zips in zips in zips, each of sixteen."""
        data = zip_of({f"{i}.dll": bytes(4 * 1024 * 1024) for i in range(16)})
        for level in range(4):
            data = zip_of({f"lib {i}.zip": data for i in range(16)})
        assert inspect(self.write(data))["kind"] == "not-namida"
        names = ["LOCAL_FILES.zip", "YOUTUBE_FILES.zip", "TEMPDIR_History.zip", "TEMPDIR_Playlists.zip", "TEMPDIR_Queues.zip"]
        answer = inspect(self.write(zip_of({name: zip_of({n: data for n in names}) for name in names})))
        assert answer["kind"] in ("backup", "too-big") and answer["listens"] == 0, answer

    def test_sample(self):
        subprocess.run([MAKE_FIXTURES, str(self.folder / "made"), "--files", "30"], check=True, timeout=WAIT)
        answer = inspect(next((self.folder / "made").glob("*.zip")))
        assert answer["kind"] == "backup" and answer["listens"] > 100 and answer["favourites"] == 12, answer
        assert answer["musicFolders"] == ["/storage/emulated/0/Music", "/storage/ABCD-1234/Rips"]

    def test_words(self):
        path = self.write(backup())
        done = subprocess.run([CLI, "inspect", str(path)], capture_output=True, text=True, timeout=WAIT,
                              env={**os.environ, "LC_ALL": "C.UTF-8"}, check=True)
        for words in ("is a Namida backup", "13 listens, from 31 December 2025 to 5 January 2026", "Road (3)", "5 favorites",
                      "2 h of music", "2 subscriptions", "/storage/ABCD-1234/Rips"):
            assert words in done.stdout, (words, done.stdout)

    def test_paths(self):
        """The old and the new prefix, for this computer or for folders of another device."""
        path = self.write(backup())
        answer = inspect(path, "--here", "--music", "/home/me/Music", "--music", "D:\\Rips")
        assert answer["paths"] == [
            {"expected": "/storage/emulated/0/Music", "there": False, "old": "/storage/emulated/0/Music", "new": "/home/me/Music"},
            {"expected": "/storage/ABCD-1234/Rips", "there": False, "old": "/storage/ABCD-1234/Rips", "new": "D:/Rips"}], answer["paths"]
        (self.folder / "home" / "Music" / "Rips").mkdir(parents=True)
        # Of given folders, those in them are not meant.
        answer = inspect(path, "--music", self.folder / "home" / "Music")
        assert (answer["paths"][0]["new"], answer["paths"][1]["new"]) == (str(self.folder / "home" / "Music"), None), answer["paths"]
        env = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
        done = subprocess.run([CLI, "inspect", "--here", str(path)], capture_output=True, text=True, timeout=WAIT, check=True,
                              env={**env, "HOME": str(self.folder / "home"), "LC_ALL": "C.UTF-8"})
        assert f"from “/storage/emulated/0/Music” to “{self.folder}/home/Music”" in done.stdout, done.stdout
        assert f"from “/storage/ABCD-1234/Rips” to “{self.folder}/home/Music/Rips”" in done.stdout, done.stdout

    def test_no_room_to_check(self):
        """A backup whose databases could not be unpacked and checked is not said to be good."""
        path = self.write(zip_of({"LOCAL_FILES.zip": zip_of({**LISTS, "tracks.db": database("tracks", 3000)[:40000]})}))
        assert inspect(path)["kind"] == "damaged"
        done = subprocess.run([CLI, "inspect", "--json", str(path)], capture_output=True, text=True, timeout=WAIT, check=False,
                              env={**os.environ, "TMPDIR": str(self.folder / "none")})
        assert done.returncode != 0 and "temporary file" in done.stderr, done
        assert "restorable" not in done.stdout, done.stdout

    def test_no_file(self):
        for path in (self.folder / "none.zip", self.folder):
            done = subprocess.run([CLI, "inspect", str(path)], capture_output=True, text=True, timeout=WAIT, check=False)
            assert done.returncode == 1 and path.name in done.stderr, done
        done = subprocess.run([CLI, "inspect"], capture_output=True, text=True, timeout=WAIT, check=False)
        assert done.returncode == 2


def main():
    names = [name for name in dir(Cases) if name.startswith("test_")]
    only = sys.argv[3:]
    names = [name for name in names if not only or name in only]
    failed = 0
    print(f"1..{len(names)}", flush=True)
    for number, name in enumerate(names, 1):
        with tempfile.TemporaryDirectory(prefix="namida-inspect-") as folder:
            try:
                getattr(Cases(pathlib.Path(folder)), name)()
                print(f"ok {number} {name}", flush=True)
            except Exception:
                failed += 1
                print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
                print(f"not ok {number} {name}", flush=True)
    return 1 if failed else 0


sys.exit(main())
