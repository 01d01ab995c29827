#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures a store that grows: the time of a version, of list, show, verify, remove and retention, the database and the memory, beside rsync
--link-dest over ssh and restic on the same data in the same run. Prints Markdown, and says which bars were missed; never part of the tests."""
import argparse
import contextlib
import getpass
import json
import os
import pathlib
import random
import shutil
import sqlite3
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

    def here(self, *command):
        return [self.cli, "--interface", "lo", "--data-dir", self.folder / "receiver", *command]

    def database(self):
        """MB, with what is still in its log."""
        with contextlib.closing(sqlite3.connect(self.folder / "receiver" / "state.db", timeout=60)) as database:
            pages, size = (database.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        return pages * size / 1e6


class Store:
    def __init__(self, folder, cli, files):
        self.music = folder / "Music"
        rand = random.Random(20260719)
        for i in range(files):
            path = self.music / f"{i // 20:03d}" / f"{i}.flac"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(rand.randbytes(BYTES))
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


def measure(store, versions):
    rows, every = [], sorted({1, 2, 3, versions // 2, versions})
    for number in range(1, versions + 1):
        if number not in every[3:]:
            store.change(number)  # one file is another one, each time; at the last ones nothing is
        time.sleep(0.02)
        took, _, _ = store.version()
        by_rsync = store.version_by_rsync(number)
        by_restic = store.version_by_restic()
        if number in every:
            listed, memory, text = timed(store.keeper.here("--json", "backups", "list"))
            last = json.loads(text.splitlines()[0])["id"]
            shown = timed(store.keeper.here("--json", "backups", "show", last))[0]
            rows.append({"n": number, "took": took, "rsync": by_rsync, "restic": by_restic, "list": listed, "memory": memory, "show": shown,
                         "database": store.keeper.database()})
    return rows, last


def at_the_end(store, last):
    """verify of one version, removal of one, retention of all but two."""
    verified = timed(store.keeper.here("-q", "backups", "verify", last))[0]
    removed = timed(store.keeper.here("-q", "backups", "remove", last, "--yes"))[0]
    listed = timed(store.keeper.here("--json", "backups", "list"))[0]
    store.keeper.stop()
    store.keeper.start("--keep", "2", "--json")
    store.change(0)
    began = time.monotonic()
    store.version()
    while b'"removed"' not in (store.keeper.folder / "log").read_bytes() and time.monotonic() < began + 300:
        time.sleep(0.02)
    return {"verify": verified, "remove": max(0, removed - listed), "retention": time.monotonic() - began, "peak": store.keeper.peak()}


def tell(rows, end, files):
    print(f"| version of {files:,} files | new version, s | rsync --link-dest over ssh, s | restic, s | list, s | show, s | list: memory, MB | database, MB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        restic = "–" if row["restic"] is None else f"{row['restic']:.2f}"
        print(f"| {row['n']} | {row['took']:.2f} | {row['rsync']:.2f} | {restic} | {row['list']:.2f} | {row['show']:.2f} | {row['memory']:.0f} | {row['database']:.2f} |")
    print(f"\nAt the end: verify of one version {end['verify']:.2f} s; removal of one version {end['remove']:.2f} s (without the start and the list of the "
          f"command); a version that moves all but two to the trash {end['retention']:.2f} s; the receiver's memory at most {end['peak']:.0f} MB.")
    third, final = rows[min(2, len(rows) - 1)], rows[-1]
    each = (final["database"] - rows[0]["database"]) / max(1, final["n"] - 1)
    bars = [("database a version, MB", each * 2000 / files, DATABASE_MB), ("list of all, s", final["list"], LIST_S),
            ("removal, s", end["remove"], REMOVE_S), ("last version beside the third", final["took"] / third["took"], GROWTH),
            ("unchanged version beside rsync", final["took"] / final["rsync"], BESIDE_RSYNC)]
    print("\n| bar | measured | at most |\n| --- | ---: | ---: |")
    for name, got, most in bars:
        print(f"| {name} | {got:.2f}{' **missed**' if got > most else ''} | {most} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cli", type=pathlib.Path, required=True)
    parser.add_argument("--versions", type=int, default=300)
    parser.add_argument("--files", type=int, default=2000)
    options = parser.parse_args()
    if options.versions < 3:
        parser.error("--versions is a number from 3 on")
    with tempfile.TemporaryDirectory(prefix="namida-store-", dir="/dev/shm") as folder:
        store = Store(pathlib.Path(folder), options.cli.resolve(), options.files)
        try:
            rows, last = measure(store, options.versions)
            tell(rows, at_the_end(store, last), options.files)
        finally:
            store.stop()
            subprocess.run(["chmod", "-R", "u+w", folder], check=False)


main()
