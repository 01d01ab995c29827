#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the product's own command line beside other programs, in turn, on generated data in memory. Prints Markdown; never part of the tests."""
import argparse
import os
import pathlib
import platform
import random
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

import peers

MIB = 1 << 20
TICKS = os.sysconf("SC_CLK_TCK")
BEGIN, END = "<!-- begin of the table -->", "<!-- end of the table -->"


# ---- what processes used ----

def read_stat(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rsplit(")", 1)[1].split()


def tree(pid):
    found, parents = [pid], {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parents.setdefault(int(read_stat(name)[1]), []).append(int(name))
            except OSError:
                pass
    for parent in found:
        found += parents.get(parent, [])
    return found


def cpu_of(pid):
    """Seconds of a process, of its children and of those it has waited for."""
    total = 0
    for member in tree(pid) if pid else []:
        try:
            total += sum(int(value) for value in read_stat(member)[11:15])
        except OSError:
            pass
    return total / TICKS


def rss_of(pid):
    total = 0
    for member in tree(pid):
        try:
            with open(f"/proc/{member}/statm", encoding="utf-8") as file:
                total += int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            pass
    return total


class Watch:
    """The highest resident memory of the receiving and the sending side, looked at 20 times a second."""

    def __init__(self, pids):
        self.peaks = [0] * len(pids)
        self.pids, self.over = pids, threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.over.wait(0.05):
            self.peaks = [max(peak, rss_of(pid) if pid else 0) for peak, pid in zip(self.peaks, self.pids)]

    def end(self):
        self.over.set()
        self.thread.join()
        return self.peaks


def run_once(peer, paths):
    before, began, cpu = cpu_of(peer.server and peer.server.pid), time.monotonic(), 0
    peaks = [0, 0]
    for command in peer.send(paths):
        process = subprocess.Popen(command, env=peer.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        watch = Watch([peer.server and peer.server.pid, process.pid])
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        peaks = [max(pair) for pair in zip(peaks, watch.end())]
        if process.returncode != 0:
            raise RuntimeError(f"{peer.name} failed with {process.returncode}: {errors.decode(errors='replace')[-500:]}")
        cpu += usage.ru_utime + usage.ru_stime
    time.sleep(0.2)  # children of a server end after their client
    return {"seconds": took, "sender": cpu, "receiver": cpu_of(peer.server and peer.server.pid) - before,
            "receiver_rss": peaks[0], "sender_rss": peaks[1]}


# ---- data ----

def make_file(path, size, rand):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        while size > 0:
            n = min(size, MIB)
            file.write(rand.randbytes(n))
            size -= n


def make_data(folder, scale):
    rand = random.Random(20260719)
    one, eight, many = folder / "one.bin", folder / "eight", folder / "many"
    make_file(one, 1024 * MIB // scale, rand)
    for i in range(8):
        make_file(eight / f"{i}.bin", 256 * MIB // scale, rand)
    for i in range(10000 // scale):
        make_file(many / f"{i // 500:02d}" / f"{i}.bin", 16384, rand)
    return one, eight, many


def measure(case, peer_list, paths, rounds):
    """Returns name → runs; each round runs everyone once, so that a busy minute hits all alike."""
    results = {}
    n_files = sum(peers.count_files(path) if path.is_dir() else 1 for path in paths)
    for round_number in range(rounds):
        for peer in peer_list:
            peer.start()
            try:
                runs = [(peer.name, run_once(peer, paths))]
                if peer.second_run and case == "many":
                    runs.append((peer.name + ", second run", run_once(peer, paths)))
                came = peers.count_files(peer.target)
                if came < n_files and not isinstance(peer, (peers.Raw, peers.Hash)):
                    raise RuntimeError(f"{peer.name}: {came} of {n_files} files arrived")
            finally:
                peer.stop()
                peer.clean()
            for name, run in runs:
                results.setdefault(name, []).append(run)
                print(f"{case} {round_number + 1} {name}: {run['seconds']:.2f} s", flush=True)
    return results


def growth(product, folder, counts):
    rows = []
    for count in counts:
        source = folder / "grown"
        rand = random.Random(count)
        for i in range(count):
            make_file(source / f"{i // 1000:03d}" / f"{i}.bin", 1024, rand)
        product.start()
        try:
            rows.append((count, run_once(product, [source]), run_once(product, [source])))
            print(f"growth {count}: {rows[-1][1]['seconds']:.2f} s, again {rows[-1][2]['seconds']:.2f} s", flush=True)
        finally:
            product.stop()
            product.clean()
            shutil.rmtree(source)
    return rows


# ---- the table ----

def median(runs, key):
    return statistics.median(run[key] for run in runs)


def ratios(results, name, other):
    """Of the same round: how many times as fast."""
    return [theirs["seconds"] / ours["seconds"] for ours, theirs in zip(results[name], results[other])]


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def rows_of(results, amount, unit, gib):
    lines = [f"| | {unit} (lowest to highest) | CPU s/GiB receiver / sender | peak RSS MiB receiver / sender |", "| --- | --- | --- | --- |"]
    for name, runs in results.items():
        speed = spread([amount / run["seconds"] for run in runs], 0)
        lines.append(f"| {name} | {speed} | {median(runs, 'receiver') / gib:.2f} / {median(runs, 'sender') / gib:.2f} | "
                     f"{median(runs, 'receiver_rss') / MIB:.0f} / {median(runs, 'sender_rss') / MIB:.0f} |")
    return lines


def cpu_model():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name")), platform.machine())
    return model + (", with SHA instructions" if " sha_ni" in text else ", without SHA instructions")


def verdict(ok):
    return "met" if ok else "**missed**"


def bars(one, eight, many, grown):
    ours = peers.Product.name
    first = ratios(one, ours, "curl → nginx")
    several = ratios(eight, ours, "curl → nginx")
    several_bar = [theirs["seconds"] * 2 / run["seconds"] for run, theirs in zip(eight[ours], one["curl → nginx"])]
    small = ratios(many, ours, "rsync over ssh")
    again = [second["seconds"] / run["seconds"] for run, second in zip(many[ours], many[ours + ", second run"])]
    rss = max(run[key] for run in one[ours] + eight[ours] for key in ("receiver_rss", "sender_rss")) / MIB
    receiver, sender = median(one[ours], "receiver"), median(one[ours], "sender")
    lines = ["| bar | measured | |", "| --- | --- | --- |",
             f"| one 1 GiB file: 1.2 × curl → nginx | {spread(first)} | {verdict(statistics.median(first) >= 1.2)} |",
             f"| 8 × 256 MiB: 1.6 × curl → nginx with one file | {spread(several_bar)} | {verdict(statistics.median(several_bar) >= 1.6)} |",
             f"| 8 × 256 MiB beside curl → nginx with 8 at once | {spread(several)} | no bar |",
             f"| CPU s/GiB at most 2.2 receiver, 1.8 sender | {receiver:.2f}, {sender:.2f} | {verdict(receiver <= 2.2 and sender <= 1.8)} |",
             f"| 10,000 × 16 KiB: 2.5 × rsync over ssh | {spread(small)} | {verdict(statistics.median(small) >= 2.5)} |",
             f"| the same again: at most 5 % of the first run | {spread([100 * value for value in again], 0)} % | {verdict(statistics.median(again) <= 0.05)} |",
             f"| RSS at most 64 MiB for any size | {rss:.0f} MiB | {verdict(rss <= 64)} |"]
    for count, run, _ in grown:
        if count == 100000:
            most = max(run["receiver_rss"], run["sender_rss"]) / MIB
            lines.append(f"| RSS at most 250 MiB for 100,000 files | {most:.0f} MiB | {verdict(most <= 250)} |")
    return lines


def report(arguments, one, eight, many, grown):
    ours, scale = peers.Product.name, arguments.scale
    text = [f"{cpu_model()}, {os.cpu_count()} cores; {platform.freedesktop_os_release()['PRETTY_NAME']}; load when it began {arguments.load:.1f}; "
            f"{arguments.rounds} rounds; {time.strftime('%Y-%m-%d')}. Medians; in brackets the lowest and the highest.", "",
            "### One file, 1 GiB", *rows_of(one, 1024 * 1.048576 / scale, "MB/s", 1 / scale), "",
            "### 8 files of 256 MiB", *rows_of(eight, 2048 * 1.048576 / scale, "MB/s", 2 / scale), "",
            "### 10,000 files of 16 KiB", *rows_of(many, 10000 / scale, "files/s", 10000 * 16384 / (1 << 30) / scale), "",
            "### How it grows: files of 1 KiB in one offer",
            "| files | first run s | µs a file | again s | peak RSS MiB receiver / sender |", "| --- | --- | --- | --- | --- |"]
    for count, run, again in grown:
        text.append(f"| {count:,} | {run['seconds']:.2f} | {1e6 * run['seconds'] / count:.0f} | {again['seconds']:.2f} | "
                    f"{run['receiver_rss'] / MIB:.0f} / {run['sender_rss'] / MIB:.0f} |")
    text += ["", "### The bars"]
    if ours in one and arguments.scale == 1:
        text += bars(one, eight, many, grown)
    return "\n".join(text)


def write_table(path, table):
    text = path.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    path.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cli", type=pathlib.Path, help="namida-sync-cli")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=int, default=1, help="divide all sizes and numbers, to try the benchmark itself")
    parser.add_argument("--write", type=pathlib.Path, help="put the table into this file")
    arguments = parser.parse_args()
    arguments.load = os.getloadavg()[0]
    peers.Product.cli = arguments.cli.resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="namida-bench-", dir="/dev/shm"))
    try:
        one, eight, many = make_data(folder, arguments.scale)
        product, nginx, rsync, scp, raw, sha = (kind(folder) for kind in (
            peers.Product, peers.Nginx, peers.Rsync, peers.Scp, peers.Raw, peers.Hash))
        table = report(
            arguments,
            measure("one", [product, nginx, rsync, scp, raw, sha], [one], arguments.rounds),
            measure("eight", [product, nginx, rsync, scp], [eight], arguments.rounds),
            measure("many", [product, nginx, rsync, scp], [many], arguments.rounds),
            growth(product, folder, [n // arguments.scale for n in (1000, 10000, 100000)]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table)
    if arguments.write is not None and arguments.scale == 1:
        write_table(arguments.write, table)


if __name__ == "__main__":
    main()
