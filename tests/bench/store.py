#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures a growing store: the time to receive, list, show, verify and remove a version and to apply retention, the
size of the database, and the memory, compared with rsync --link-dest over ssh and with restic on the same data in the
same run. Prints Markdown and the limits that were exceeded. It is not a test."""
import argparse
import contextlib
import getpass
import json
import os
import pathlib
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import peers

BYTES = 4096
DATABASE_MB = 0.25  # of each version of 2,000 files
LIST_S, REMOVE_S = 0.3, 0.3
GROWTH, BESIDE_RSYNC = 1.3, 1.5
MEMORY_MB = 64
WINDOW = 5  # versions that share a row: a single one is chance
YEAR_DAYS, YEAR_FILES, YEAR_MB = 365, 20000, 250
YEAR_ROWS = 4


def timed(command, env=None):
    """Returns (seconds, MB of memory at most, standard output)."""
    began = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {text.decode(errors='replace')[-2000:]}")
    return time.monotonic() - began, usage.ru_maxrss / 1024, text.decode()


class Keeper(peers.Product):
    """The product's receiver, which keeps versions."""

    def start(self, *more):
        self.port = peers.free_port()
        self.log = open(self.folder / "log", "ab")
        self.server = subprocess.Popen(
            [str(part) for part in (self.cli, "--interface", "lo", "--data-dir", self.folder / "receiver", "--port", self.port, "--alias",
                                    "Bench receiver", "receive", "--accept", "all", "--as", "backup", "--backups",
                                    self.target / "backups", *more)],
            env=self.environment(), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        peers.wait_port(self.port, self.server)

    def peak(self):
        status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def cpu(self):
        """Seconds of CPU so far, which say more than the time where other programs run."""
        fields = pathlib.Path(f"/proc/{self.server.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def here(self, *command):
        return [self.cli, "--interface", "lo", "--data-dir", self.folder / "receiver", *command]

    def database(self):
        """MB, with what is still in its log."""
        with contextlib.closing(sqlite3.connect(self.folder / "receiver" / "state.db", timeout=60)) as database:
            pages, size = (database.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        return pages * size / 1e6


class Store:
    def __init__(self, folder, cli, files, length=BYTES):
        self.music = folder / "Music"
        rand = random.Random(20260719)
        for i in range(files):
            path = self.music / f"{i // 20:03d}" / f"{i}.flac"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(rand.randbytes(length))
        peers.Product.cli = cli
        (folder / "keeper").mkdir()
        (folder / "rsync").mkdir()
        self.keeper, self.rsync = Keeper(folder / "keeper"), peers.Rsync(folder / "rsync")
        self.keeper.target.mkdir(parents=True, exist_ok=True)
        self.repository = folder / "restic"
        self.env = dict(os.environ, RESTIC_PASSWORD="bench", RESTIC_REPOSITORY=str(self.repository), RESTIC_CACHE_DIR=str(folder / "cache"))
        self.rsync.start()
        self.keeper.start()
        if shutil.which("restic"):
            timed(["restic", "init", "-q"], self.env)

    def stop(self):
        self.keeper.stop()
        self.rsync.stop()

    def change(self, number):
        (self.music / "000" / "0.flac").write_bytes(random.Random(number).randbytes(BYTES))

    def version(self):
        return timed(self.keeper.command([self.music], "-q"), self.keeper.environment())

    def version_by_rsync(self, number):
        shell = " ".join(["ssh", *self.rsync.options(), "-p", str(self.rsync.port)])
        target = self.rsync.target
        return timed(["rsync", "-a", f"--link-dest={target}/{number - 1}", "-e", shell, f"{self.music}/",
                      f"{getpass.getuser()}@127.0.0.1:{target}/{number}/"])[0]

    def version_by_restic(self):
        return timed(["restic", "backup", "-q", str(self.music)], self.env)[0] if shutil.which("restic") else None


def one_version(store, number, changes):
    if changes:
        store.change(number)
    time.sleep(0.02)
    took, _, _ = store.version()
    return {"took": took, "rsync": store.version_by_rsync(number), "restic": store.version_by_restic()}


def some_versions(store, numbers, changes, name):
    """A row of the table: the medians of all @numbers, and what the store costs after them."""
    each = [one_version(store, number, changes) for number in numbers]
    row = {key: None if each[0][key] is None else statistics.median(one[key] for one in each) for key in each[0]}
    listed = [timed(store.keeper.here("--json", "backups", "list")) for _ in range(3)]
    last = json.loads(listed[0][2].splitlines()[0])["id"]
    shown = [timed(store.keeper.here("--json", "backups", "show", last))[0] for _ in range(3)]
    row.update(name=name, n=numbers[-1], last=last, list=statistics.median(one[0] for one in listed), memory=listed[0][1],
               show=statistics.median(shown), database=store.keeper.database())
    return row


def measure(store, versions):
    """One file is another one each time, and nothing is at the last ones."""
    rows, half = [], versions // 2
    measured = [(range(1, 2), True, "1"), (range(2, 2 + WINDOW), True, f"2 to {1 + WINDOW}"),
                (range(half, half + WINDOW), True, f"{half} to {half + WINDOW - 1}"),
                (range(versions - 2 * WINDOW + 1, versions - WINDOW + 1), True, f"{versions - 2 * WINDOW + 1} to {versions - WINDOW}"),
                (range(versions - WINDOW + 1, versions + 1), False, f"{versions - WINDOW + 1} to {versions}, nothing changed")]
    number = 1
    for numbers, changes, name in measured:
        while number < numbers[0]:
            one_version(store, number, True)
            number += 1
        rows.append(some_versions(store, numbers, changes, name))
        number = numbers[-1] + 1
    return rows, rows[-1]["last"]


def at_the_end(store, last):
    """verify of one version, removal of one, retention of all but two."""
    verified = timed(store.keeper.here("-q", "backups", "verify", last))[0]
    ids = [json.loads(line)["id"] for line in timed(store.keeper.here("--json", "backups", "list"))[2].splitlines()]
    nothing = statistics.median(timed(store.keeper.here("--json", "backups", "show", last))[0] for _ in range(3))
    removed = statistics.median(timed(store.keeper.here("-q", "backups", "remove", one, "--yes"))[0] for one in ids[1:4])
    store.keeper.stop()
    store.keeper.start("--keep", "2", "--json")
    store.change(0)
    began = time.monotonic()
    store.version()
    while b'"removed"' not in (store.keeper.folder / "log").read_bytes() and time.monotonic() < began + 300:
        time.sleep(0.02)
    return {"verify": verified, "remove": max(0, removed - nothing), "retention": time.monotonic() - began, "peak": store.keeper.peak()}


def live_a_day(store, day, files):
    """Three songs are new, two have other tags, a playlist is another one, and once a week an album gets another name."""
    rand = random.Random(day)
    album = store.music / f"new {day // 4:03d}"
    album.mkdir(exist_ok=True)
    for i in range(3):
        (album / f"{day} {i}.flac").write_bytes(rand.randbytes(64))
    for i in rand.sample(range(files // 20), 2):
        song = next(path for folder in sorted(store.music.glob(f"{i:03d}*")) for path in sorted(folder.iterdir()))
        song.write_bytes(rand.randbytes(64))
    (store.music / "Mix.m3u").write_bytes(rand.randbytes(400).hex().encode())
    if day % 7 == 0:
        folder = sorted(store.music.glob(f"{rand.randrange(files // 20):03d}*"))[0]
        folder.rename(folder.with_name(f"{folder.name[:3]} ({day})"))


def measure_year(store, days, files):
    """One version a day; each row has the medians of its days. The database grows by the same with each of them, so a part of a year tells what a whole one needs."""
    print(f"| days, of {files:,} songs | new version, s | receiver: CPU, s | list, s | list: memory, MB | receiver: memory, MB | database, MB |\n"
          "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    sizes, took, cpu, since = [], [], [0.0], 1
    for day in range(1, days + 1):
        live_a_day(store, day, files)
        took.append(store.version()[0])
        cpu.append(store.keeper.cpu())
        sizes.append(store.keeper.database())
        if day == 1 or day * YEAR_ROWS // days != (day - 1) * YEAR_ROWS // days:
            listed = timed(store.keeper.here("--json", "backups", "list"))
            each = statistics.median(cpu[n] - cpu[n - 1] for n in range(since, day + 1))
            print(f"| {since if since == day else f'{since} to {day}'} | {statistics.median(took[since - 1:]):.2f} | {each:.2f} | {listed[0]:.2f} | "
                  f"{listed[1]:.0f} | {store.keeper.peak():.0f} | {sizes[-1]:.1f} |", flush=True)
            since = day + 1
    year = sizes[0] + (sizes[-1] - sizes[0]) / (days - 1) * (YEAR_DAYS - 1)
    print(f"\n| bar | measured | at most |\n| --- | ---: | ---: |\n| database after {YEAR_DAYS} days, MB{'' if days >= YEAR_DAYS else f' (from {days})'} | {year:.1f}"
          f"{' **missed**' if year > YEAR_MB else ''} | {YEAR_MB} |")


def tell(rows, end, files):
    print(f"| version of {files:,} files | new version, s | rsync --link-dest over ssh, s | restic, s | list, s | show, s | list: memory, MB | database, MB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        restic = "–" if row["restic"] is None else f"{row['restic']:.2f}"
        print(f"| {row['name']} | {row['took']:.2f} | {row['rsync']:.2f} | {restic} | {row['list']:.2f} | {row['show']:.2f} | {row['memory']:.0f} | {row['database']:.2f} |")
    print(f"\nAt the end: verify of one version {end['verify']:.2f} s; removal of one version {end['remove']:.2f} s (without the start of the "
          f"command); a version that moves all but two to the trash {end['retention']:.2f} s; the receiver's memory at most {end['peak']:.0f} MB.")
    third, changed, final = rows[1], rows[3], rows[-1]
    each = (final["database"] - rows[0]["database"]) / max(1, final["n"] - 1)
    bars = [("database a version, MB", each * 2000 / files, DATABASE_MB), ("list of all, s", final["list"], LIST_S),
            ("removal, s", end["remove"], REMOVE_S), ("memory of retention, MB", end["peak"], MEMORY_MB), ("last versions beside the first ones", changed["took"] / third["took"], GROWTH),
            ("unchanged version beside rsync", final["took"] / final["rsync"], BESIDE_RSYNC)]
    print("\n| bar | measured | at most |\n| --- | ---: | ---: |")
    for name, got, most in bars:
        print(f"| {name} | {got:.2f}{' **missed**' if got > most else ''} | {most} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cli", type=pathlib.Path, required=True)
    parser.add_argument("--versions", type=int)
    parser.add_argument("--files", type=int)
    parser.add_argument("--year", action="store_true")
    parser.add_argument("--folder", default="/dev/shm")
    options = parser.parse_args()
    options.versions = options.versions or (YEAR_DAYS if options.year else 300)
    options.files = options.files or (YEAR_FILES if options.year else 2000)
    if options.year and options.versions < YEAR_ROWS:
        parser.error(f"--versions is a number from {YEAR_ROWS} on")
    if not options.year and options.versions < 4 * WINDOW + 2:
        parser.error(f"--versions is a number from {4 * WINDOW + 2} on")
    with tempfile.TemporaryDirectory(prefix="namida-store-", dir=options.folder) as folder:
        store = Store(pathlib.Path(folder), options.cli.resolve(), options.files, 64 if options.year else BYTES)
        try:
            if options.year:
                measure_year(store, options.versions, options.files)
                return
            rows, last = measure(store, options.versions)
            tell(rows, at_the_end(store, last), options.files)
        finally:
            store.stop()
            subprocess.run(["chmod", "-R", "u+w", folder], check=False)


main()
