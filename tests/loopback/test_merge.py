# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests `merge`, `compare` and `extract` with random realistic backups: merging is idempotent, commutative and
associative, nothing is lost, and the exported formats contain the same data as the backup. Prints TAP."""
import contextlib
import csv
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import traceback
import zipfile

CLI, FIXTURES = sys.argv[1:3]
sys.path.insert(0, FIXTURES)
import namida_backups  # noqa: E402
import namida_restore  # noqa: E402

WAIT = 300
KINDS = ["android65", "linux65", "android53wal", "flat", "noyoutube", "youtubeonly", "servers", "old2023", "android60", "windows65", "windowsportable", "lyricsonly"]
# Names of playlists that some devices do not tell from each other, or that look like those of a kept conflict.
NAMES = ["Mix", "mix", "MIX", "Caf\u00e9", "Cafe\u0301", "Mix (2)", "100% 😀", "Mix "]


class Cases:
    def __init__(self, folder):
        self.folder = folder
        self.n = 0

    def run(self, *arguments, code=0):
        done = subprocess.run([CLI, arguments[0], "--json", *map(str, arguments[1:])], capture_output=True, timeout=WAIT, check=False,
                              env={**os.environ, "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "TMPDIR": str(self.folder)})
        assert done.returncode == code, (arguments, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        return json.loads(done.stdout) if done.stdout.strip() else done.stderr.decode()

    def make(self, kind="android65", seed=1, **options):
        self.n += 1
        path = self.folder / f"in{self.n}.zip"
        options = {"tracks": 60, "listens": 400, "youtube": 80, "queues": 4, **options}
        truth, tracks = namida_backups.make(path, kind, seed=seed, **options)
        return path, truth, tracks

    def merge(self, *paths):
        self.n += 1
        out = self.folder / f"out{self.n}.zip"
        before = [path.read_bytes() for path in paths]
        self.answer = self.run("merge", *paths, "--out", out)
        assert before == [path.read_bytes() for path in paths]
        return out

    def read(self, archive):
        """Path → what is in it, as Namida has it after a restore; databases as their rows."""
        with tempfile.TemporaryDirectory(dir=self.folder) as data:
            namida_restore.restore(archive, data)
            out = {}
            for path in sorted(pathlib.Path(data).rglob("*")):
                name = str(path.relative_to(data))
                if not path.is_file() or name.endswith(("-wal", "-shm")):
                    continue
                known = name.endswith(".db") and ("/" not in name or path.stem == "ytid_stats")
                if known and path.parent.name == "Youtube":
                    out[name] = namida_restore.rows(path.parent, path.stem)
                else:
                    out[name] = namida_restore.rows(pathlib.Path(data), path.stem) if known else path.read_bytes()
            return out

    def differ(self, one, other):
        return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))

    def check_same(self, one, other):
        one, other = self.read(one), self.read(other)
        assert one == other, self.differ(one, other)[:9]

    def test_idempotent(self):
        """Merging a backup with itself changes nothing: not a byte of a list, not a row."""
        for kind in KINDS:
            path, _, _ = self.make(kind)
            once = self.merge(path, path)
            assert self.answer["conflicts"] == []
            got, wanted = self.read(once), self.read(path)
            if kind in ("linux65", "windows65", "windowsportable"):  # whose files of YouTube were beside their folder
                wanted = {("Youtube/" + name if name.startswith("yt") else name): data for name, data in wanted.items() if name != "ytid_stats.db"}
                got = {name: data for name, data in got.items() if name != "Youtube/ytid_stats.db"}
            assert got == wanted, (kind, self.differ(got, wanted)[:9])
            self.check_same(self.merge(once, path), once)

    def test_properties(self):
        """Random backups of several kinds: any order, any grouping, the same result."""
        for seed in range(1, 5):
            a, b, c = (self.make(KINDS[(seed * 3 + i) % len(KINDS)], seed=10 * seed + i, change=(i * 7 + seed) % 3, day0=19000 + 5 * (i % 2))[0] for i in range(3))
            ab, ba = self.merge(a, b), self.merge(b, a)
            self.check_same(ab, ba)
            left, right, flat = self.merge(ab, c), self.merge(a, self.merge(b, c)), self.merge(c, a, b)
            self.check_same(left, right)
            self.check_same(left, flat)
            self.check_same(self.merge(left, a), left)
            self.check_same(self.merge(left, left), left)

    def odd(self, seed):
        """A small backup of lists that are hard to unite: entries twice, equal titles and times, names that differ in case or form only, odd entries."""
        chance = random.Random(seed)
        tracks = [f"/m/{name}.mp3" for name in ("a", "A", "b", "Caf\u00e9", "Cafe\u0301", "100% 😀", "x\\\\y", "c")]

        def entries(most, times=(0, 5, 5, 7)):
            return [{"dateAdded": chance.choice(times), "track": chance.choice(tracks), **({"source": chance.choice(["local", "x"])} if chance.random() < 0.5 else {})} for _ in range(chance.randrange(most))]

        playlists = [(f"{name}.json", namida_backups.dump({"name": name, "tracks": entries(6), "modifiedDate": chance.choice([1, 5, 5, 9]), **({"next": {"year": [1]}} if chance.random() < 0.3 else {})}))
                     for name in NAMES if chance.random() < 0.6]
        days = [(f"{19000 + day}.json", namida_backups.dump(entries(12))) for day in range(3) if chance.random() < 0.8]
        rows = [(track, json.dumps({"title": "Same", "originalArtist": "Same", "_mt": chance.choice([1, 2, 2]), "rating": chance.randrange(3)})) for track in tracks if chance.random() < 0.7]
        local = [("favs.json", namida_backups.dump({"name": "_FAVOURITES_", "tracks": entries(8), "modifiedDate": chance.randrange(3)})), ("latest_queue.json", namida_backups.dump([{"p": chance.choice(tracks), "t": "tr"}])),
                 ("total_listen.txt", namida_backups.dump({"tr": chance.randrange(99), "vid": 0, "yt": 0})), ("future.json", namida_backups.dump({"v": seed % 2}))]
        local += namida_backups.database("tracks", rows) + namida_backups.database("tracks_stats", [(key, value) for key, value in rows if chance.random() < 0.7])
        chance.shuffle(playlists)
        self.n += 1
        path = self.folder / f"odd{self.n}.zip"
        parts = [("LOCAL_FILES.zip", local), ("TEMPDIR_History.zip", days), ("TEMPDIR_Playlists.zip", playlists), ("TEMPDIR_Queues.zip", [("1.json", namida_backups.dump({"tracks": [chance.choice(tracks)], "date": 1}))])]
        with open(path, "wb") as file:
            namida_backups.write_zip(file, [(name, namida_backups.zip_bytes(files, True)) for name, files in parts], True)
        return path

    def test_odd_lists(self):
        """The same properties where names, times and entries are equal or nearly so; and no entry of a list is lost."""
        for seed in range(0, 18, 3):
            a, b, c = (self.odd(seed + i) for i in range(3))
            self.check_same(self.merge(a, a), a)
            ab, ba = self.merge(a, b), self.merge(b, a)
            self.check_same(ab, ba)
            left = self.merge(ab, c)
            self.check_same(left, self.merge(a, self.merge(b, c)))
            self.check_same(left, self.merge(c, b, a))
            self.check_same(self.merge(left, b), left)
            merged, inputs = self.read(left), [self.read(path) for path in (a, b, c)]

            def listed(data, folder):
                return {(e["dateAdded"], e["track"]) for name, content in data.items() if name.startswith(folder) for e in json.loads(content)}

            assert listed(merged, "History/") == set().union(*(listed(data, "History/") for data in inputs)), seed
            for name in NAMES:
                wanted = {e["track"] for data in inputs if f"Playlists/{name}.json" in data for e in json.loads(data[f"Playlists/{name}.json"])["tracks"]}
                got = {e["track"] for path, content in merged.items() if path == f"Playlists/{name}.json" or path.startswith(f"Playlists/{name} (") for e in json.loads(content)["tracks"]}
                assert wanted <= got, (seed, name, wanted - got)
            assert set(merged["tracks.db"]) == set().union(*(data["tracks.db"] for data in inputs))

    def test_union(self):
        """Nothing is lost: listens, favorites, tracks of playlists, likes; ratings by the newest change."""
        a, _, _ = self.make(seed=1, change=0)
        b, _, _ = self.make(seed=2, change=1000, tracks=70)
        merged = self.read(self.merge(a, b))
        conflicts = self.answer["conflicts"]
        one, other = self.read(a), self.read(b)

        def listens(data, folder="History/"):
            return {json.dumps(e, sort_keys=True) for name, content in data.items() if name.startswith(folder) for e in json.loads(content)}

        def tracks(content):
            return {item.get("track", item.get("id")) for item in json.loads(content)["tracks"]}

        keys = [{(e["dateAdded"], e["track"]) for e in map(json.loads, listens(d))} for d in (one, other, merged)]
        assert keys[2] == keys[0] | keys[1] and len(keys[2]) == sum(len(json.loads(c)) for n, c in merged.items() if n.startswith("History/"))
        for name in ("favs.json", "Youtube/yt_likes.json"):
            assert tracks(merged[name]) == tracks(one[name]) | tracks(other[name]), name
        assert set(merged["tracks.db"]) == set(one["tracks.db"]) | set(other["tracks.db"])
        for key, value in other["tracks_stats.db"].items():
            assert merged["tracks_stats.db"][key] == value  # b changed them last
        for name in ("Road", "空 😀"):
            files = [content for path, content in merged.items() if path.startswith(f"Playlists/{name}")]
            assert len(files) == 2 and name in conflicts, (name, len(files), conflicts)
            assert merged[f"Playlists/{name}.json"] == other[f"Playlists/{name}.json"]
            kept = next(json.loads(content) for path, content in merged.items() if path.startswith(f"Playlists/{name} ("))
            assert kept["name"].startswith(name + " (") and {t["track"] for t in kept["tracks"]} == tracks(one[f"Playlists/{name}.json"])

    def test_newer_playlist_with_all_tracks(self):
        """Of a playlist to which tracks were added, only the newer version stays."""
        base = {"name": "Mix", "tracks": [{"dateAdded": 1, "track": "/m/a.mp3"}], "modifiedDate": 5}
        more = {"name": "Mix", "tracks": [{"dateAdded": 1, "track": "/m/a.mp3"}, {"dateAdded": 2, "track": "/m/b.mp3"}], "modifiedDate": 9}
        paths = []
        for name, playlist in (("one.zip", base), ("two.zip", more)):
            with open(self.folder / name, "wb") as file:
                namida_backups.write_zip(file, [("TEMPDIR_Playlists.zip", namida_backups.zip_bytes([("Mix.json", namida_backups.dump(playlist))], True))], True)
            paths.append(self.folder / name)
        got = self.read(self.merge(*paths))
        assert self.answer["conflicts"] == [] and got == {"Playlists/Mix.json": namida_backups.dump(more)}, got

    def test_not_a_playlist(self):
        """What only looks like a playlist is kept, too, also when several backups have it."""
        files, contents = [], [b'["odd", 1]', b'{"other": "form"}', b"no JSON"]
        for content in contents:
            self.n += 1
            files.append(self.folder / f"in{self.n}.zip")
            with open(files[-1], "wb") as file:
                namida_backups.write_zip(file, [("TEMPDIR_Playlists.zip", namida_backups.zip_bytes([("Mix.json", content)], True))], True)
        merged = self.read(self.merge(*files))
        assert merged.get("Playlists/Mix.json") in contents, merged
        assert self.read(self.merge(*reversed(files))) == merged

    def test_damaged_list(self):
        """A list that is cut in one backup costs the entries of that backup alone, and is named; one of an unknown form is not damaged."""
        def day(*dates):
            return namida_backups.dump([{"dateAdded": date, "track": f"/{date}.mp3", "source": 0, "ms": 1000} for date in dates])

        def make(content):
            self.n += 1
            path = self.folder / f"in{self.n}.zip"
            with open(path, "wb") as file:
                namida_backups.write_zip(file, [("TEMPDIR_History.zip", namida_backups.zip_bytes([("19000.json", content)], True))], True)
            return path

        one, other, cut, odd = make(day(1641600000001)), make(day(1641600000002, 1641600000003)), make(day(*range(1641600000004, 1641600000040))[:-9]), make(b'{"new": "form"}')
        for paths in ([one, cut, other], [cut, other, one], [other, one, cut]):
            got = self.read(self.merge(*paths))
            assert self.answer["damaged"] == ["History/19000.json"], self.answer
            equal = sorted(entry["dateAdded"] for entry in json.loads(got["History/19000.json"]))
            assert equal == [1641600000001, 1641600000002, 1641600000003], equal
        assert self.read(self.merge(one, cut))["History/19000.json"] == day(1641600000001)
        self.merge(one, odd)
        assert self.answer["damaged"] == [], self.answer

    def lists(self, files, when):
        """A backup of the favorites, a day of listens and a playlist."""
        self.n += 1
        path = self.folder / f"lists{self.n}.zip"
        parts = [("LOCAL_FILES.zip", [("favs.json", files[0])]), ("TEMPDIR_History.zip", [("19001.json", files[1])]), ("TEMPDIR_Playlists.zip", [("Mix.json", files[2])])]
        with open(path, "wb") as file:
            namida_backups.write_zip(file, [(name, namida_backups.zip_bytes(content, True, when)) for name, content in parts], True, when)
        return path

    def test_extract_damaged_list(self):
        """A list that is damaged is not passed over in silence: neither what is written nor what is compared is all."""
        entries = [{"dateAdded": 1, "track": "/m/1.mp3"}]
        good = [namida_backups.dump(content) for content in ({"name": "_FAVOURITES_", "tracks": entries}, entries, {"name": "Mix", "tracks": entries, "modifiedDate": 1})]
        whole, cut = self.lists(good, namida_backups.WHEN), self.lists([good[0], good[1][:-5], good[2]], namida_backups.WHEN)
        got = self.run("extract", cut, "--playlists", self.folder / "lists", "--listens", self.folder / "listens.csv", code=7)
        assert (got["playlists"], got["listens"], got["unreadable"]) == (2, 0, 1), got
        got = self.run("compare", whole, cut, code=7)
        assert (got["listensFirst"], got["unreadable"]) == (1, 1), got
        assert self.run("compare", whole, whole)["unreadable"] == 0

    def test_fits_both(self):
        """A phone's and a computer's backup of the same music become one of this computer."""
        a, ta, tracks = self.make("android65", seed=1)
        b, tb, _ = self.make("windows65", seed=2)
        music, rips = self.folder / "Music", self.folder / "Rips"
        namida_backups.write_music(tracks, music, rips)
        out = self.folder / "both.zip"
        self.run("merge", a, b, "--out", out, "--here", "--music", music, "--music", rips)
        data = self.folder / "data"
        namida_restore.restore(out, data)
        got = namida_restore.read(data)
        assert got["listens"][0] == got["listens"][1] == got["listens"][2] >= max(ta["listens"], tb["listens"]), got["listens"]
        assert got["library"] == [60, 60, 60], got["library"]
        assert not namida_restore.bytes_left(data, *ta["roots"], *tb["roots"])
        assert [p.name for p in self.folder.iterdir() if p.name.startswith(".namida")] == []

    def test_refuses(self):
        a, _, _ = self.make()
        text = self.run("merge", a, a, "--out", a, code=1)
        assert "already exists" in text["message"]
        broken = self.folder / "broken.zip"
        broken.write_bytes(a.read_bytes()[:-2000])
        self.run("merge", a, broken, "--out", self.folder / "x.zip", code=1)
        assert not (self.folder / "x.zip").exists()

    def test_compare(self):
        a, ta, _ = self.make(seed=1)
        b, _, _ = self.make(seed=2)
        same = self.run("compare", a, a)
        assert (same["listensFirst"], same["listensSecond"], same["favouritesFirst"], same["playlistsDiffer"], same["librarySame"]) == (0, 0, 0, [], 60), same
        got = self.run("compare", a, b)
        one, other = self.read(a), self.read(b)
        sets = [{(e["dateAdded"], e["track"]) for name, content in data.items() if name.startswith("History/") for e in json.loads(content)} for data in (one, other)]
        assert (got["listensSame"], got["listensFirst"], got["listensSecond"]) == (len(sets[0] & sets[1]), len(sets[0] - sets[1]), len(sets[1] - sets[0])), got
        assert set(got["playlistsDiffer"]) == set(ta["playlists"]) and got["playlistsFirst"] == []

    def test_extract(self):
        path, truth, tracks = self.make("android65", listens=500)
        lists, table, lines = self.folder / "lists", self.folder / "listens.csv", self.folder / "listens.jsonl"
        got = self.run("extract", path, "--playlists", lists, "--listens", table, "--listenbrainz", lines)
        assert (got["playlists"], got["listens"], got["listenbrainz"], got["unnamed"]) == (len(truth["playlists"]) + 1, 500, 500, 0), got
        known = {t["path"]: t["value"] for t in tracks}
        with open(table, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 500 and all((known[r["path"]]["title"], known[r["path"]]["originalArtist"]) == (r["title"], r["artist"]) for r in rows)
        listens = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
        assert len(listens) == 500 and all(l["track_metadata"]["artist_name"] and l["listened_at"] > 1_600_000_000 for l in listens)
        road = (lists / "Road.m3u8").read_text(encoding="utf-8").splitlines()
        assert road[0] == "#EXTM3U" and len([line for line in road if not line.startswith("#")]) == 40 and all(p in known for p in road[2::2]), road[:5]
        self.run("extract", path, "--listens", table, code=1)  # never replaces

    def small(self, title, total='{"tr":7,"vid":0,"yt":0}', playlist=None, day=20648):
        """A backup with one listen and one playlist; @title as it stands in JSON."""
        def packed(entries):
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w") as archive:
                for name, text in entries.items():
                    archive.writestr(name, text)
            return made.getvalue()

        song = "/storage/emulated/0/Music/a.mp3"
        self.n += 1
        path = self.folder / f"small{self.n}.zip"
        listen = json.dumps([{"dateAdded": day * 86_400_000 + 5, "track": song, "source": "local"}])
        playlist = playlist or f'{{"name":"{title}","creationDate":1784000000000,"modifiedDate":1784000000000,"comment":"","moods":[],"isFav":false,' \
                               f'"tracks":[{{"dateAdded":1784000000000,"track":"/storage/emulated/0/Music/{title}.mp3"}}]}}'
        path.write_bytes(packed({"LOCAL_FILES.zip": packed({"namida_settings.json": "{}", "total_listen.txt": total}),
                                 "TEMPDIR_History.zip": packed({f"{day}.json": listen}), "TEMPDIR_Playlists.zip": packed({"p.json": playlist})}))
        return path

    def inside(self, archive, part):
        with zipfile.ZipFile(archive) as outer, zipfile.ZipFile(io.BytesIO(outer.read(part))) as inner:
            return {name: inner.read(name).decode() for name in inner.namelist()}

    def test_half_characters(self):
        """Dart writes half of an emoji, of a title that was cut there, as an escape: such a playlist is no damaged one, and its paths are changed."""
        cut, good = self.small(r"Cut \ud83d", day=20652), self.small("Good")
        merged = self.merge(good, cut)
        assert not self.answer["damaged"] and len(self.inside(merged, "TEMPDIR_Playlists.zip")) == 2, (self.answer, self.inside(merged, "TEMPDIR_Playlists.zip"))
        self.run("compare", good, cut)
        self.run("extract", cut, "--playlists", self.folder / "cut")
        assert len(list((self.folder / "cut").iterdir())) == 1
        fitted = self.folder / "fitted.zip"
        self.run("fit", cut, "--out", fitted, "--map", "/storage/emulated/0/Music=/home/x/Music")
        assert "/home/x/Music/Cut" in self.inside(fitted, "TEMPDIR_Playlists.zip")["p.json"]

    def test_damaged_beside_good(self):
        """A total that is damaged does not come through, and what one backup has damaged and the other has whole is named."""
        for total in ('{"tr":10', '{"tr":-5,"vid":1e300,"yt":"x"}', "12 s", ""):
            for order in (1, -1):
                merged = self.merge(*[self.small("Good"), self.small("Good", total, day=20650)][::order])
                assert self.answer["damaged"] == ["total_listen.txt"], (total, order, self.answer)
                assert json.loads(self.inside(merged, "LOCAL_FILES.zip")["total_listen.txt"]) == {"tr": 7, "vid": 0, "yt": 0}, (total, order)
        for order in (1, -1):
            merged = self.merge(*[self.small("Good"), self.small("", playlist='{"name":"Lost', day=20650)][::order])
            assert self.answer["damaged"] == ["Playlists/p.json"], self.answer
            assert "Good" in self.inside(merged, "TEMPDIR_Playlists.zip")["p.json"]

    def test_killed(self):
        """Killed in the middle, “merge” and “fit” leave nothing behind, where the file system can make a file without a name."""
        def nameless(pid):
            links = []
            for fd in pathlib.Path(f"/proc/{pid}/fd").glob("*"):
                with contextlib.suppress(OSError):
                    links.append(os.readlink(fd))
            return any(link.startswith(f"{out}/") and link.endswith(" (deleted)") for link in links)

        out = self.folder / "out"
        out.mkdir()
        try:
            os.close(os.open(out, os.O_TMPFILE | os.O_RDWR))
        except OSError:
            return
        one, two = self.make(tracks=4000, listens=20000)[0], self.make(seed=2, tracks=4000, listens=20000)[0]
        for command in (("merge", one, two, "--out", out / "both.zip"), ("fit", one, "--out", out / "fitted.zip", "--map", "/storage/emulated/0=/home/x")):
            with subprocess.Popen([CLI, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env={**os.environ, "HOME": str(self.folder), "TMPDIR": str(self.folder)}) as process:
                while process.poll() is None and not nameless(process.pid):
                    pass
                process.kill()
                assert process.wait() == -9, "it had ended before"
            assert not list(out.iterdir()), list(out.iterdir())

    def test_extract_servers(self):
        """The account on a server is in no file."""
        path, _, _ = self.make("servers")
        lists, table, lines = self.folder / "lists", self.folder / "listens.csv", self.folder / "listens.jsonl"
        self.run("extract", path, "--playlists", lists, "--listens", table, "--listenbrainz", lines)
        for file in [table, lines, *lists.iterdir()]:
            text = file.read_text(encoding="utf-8")
            assert namida_backups.SECRET_USER not in text and namida_backups.SECRET_HOST not in text, file


def main():
    names = [name for name in dir(Cases) if name.startswith("test_")]
    only = sys.argv[3:]
    names = [name for name in names if not only or name in only]
    failed = 0
    print(f"1..{len(names)}", flush=True)
    for number, name in enumerate(names, 1):
        with tempfile.TemporaryDirectory(prefix="namida-merge-") as folder:
            try:
                getattr(Cases(pathlib.Path(folder)), name)()
                print(f"ok {number} {name}", flush=True)
            except Exception:
                failed += 1
                print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
                print(f"not ok {number} {name}", flush=True)
    return 1 if failed else 0


sys.exit(main())
