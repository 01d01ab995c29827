# SPDX-License-Identifier: GPL-3.0-or-later
"""Several senders of many small files at once: how much memory the receiver needs for each session."""
import json
import os
import random
import subprocess
import threading
import time

import measure
import tables

SENDERS, FILES = 3, 30000
SIZE = 1024
MIB = tables.MIB


def make(folder, files, number):
    """In folders of 500, as music has them."""
    rand = random.Random(number)
    for i in range(files):
        path = folder / f"{i // 500:03d}" / f"{i}.bin"
        if i % 500 == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(rand.randbytes(SIZE))


def listen(process, events):
    """Notes the first event of each name, and when it came."""
    for line in process.stdout:
        events.setdefault(json.loads(line)["event"], time.monotonic())


def send_all(product, sources):
    """Returns the processes, their events and the threads that read them."""
    with open(os.devnull, "wb") as nowhere:
        processes = [measure.spawn(product.command([source], "--json", f"sender-{number}"), env=product.environment(), stdout=subprocess.PIPE,
                                   stderr=nowhere) for number, source in enumerate(sources)]
    events = [{} for _ in processes]
    threads = [threading.Thread(target=listen, args=pair, daemon=True) for pair in zip(processes, events)]
    for thread in threads:
        thread.start()
    return processes, events, threads


def once(product, sources):
    """Resident memory of the receiver: before, when every list is there and the first session has not ended, and its peak."""
    product.start()
    try:
        idle = measure.rss_of(product.server.pid)
        processes, events, threads = send_all(product, sources)
        samples = []
        try:
            while any(process.poll() is None for process in processes):
                samples.append((time.monotonic(), measure.rss_of(product.server.pid)))
                time.sleep(0.02)
        finally:
            for process in processes:
                measure.end(process)
            for thread in threads:
                thread.join()
    finally:
        product.stop()
        product.clean()
        for number in range(len(sources)):
            measure.remove(product.folder / f"sender-{number}")
    if any(process.returncode != 0 for process in processes):
        raise measure.Failed("one of several senders failed")
    first_end = min(event["finishing"] for event in events)
    lists = max(rss for when, rss in samples if when <= first_end)
    return {"idle": idle, "lists": lists, "peak": max(rss for _, rss in samples), "senders": len(sources)}


def measured(product, folder, arguments):
    sources = [folder / "crowd" / str(number) for number in range(SENDERS)]
    try:
        for number, source in enumerate(sources):
            make(source, max(FILES // arguments.scale, 500), number)
        found = [once(product, sources) for _ in range(min(arguments.rounds, 3))]
    finally:
        measure.remove(folder / "crowd")
    for run in found:
        print(f"crowd: {run['idle'] / MIB:.0f}, {run['lists'] / MIB:.0f}, {run['peak'] / MIB:.0f} MiB", flush=True)
    return found


def beside(run):
    """MiB of each session in addition to its list, if all were at their peak at the same time."""
    return (run["peak"] - run["lists"]) / run["senders"] / MIB


def rows(found):
    def middle(values):
        return tables.spread(list(values), 0)
    return ["", f"### {SENDERS} senders of {FILES:,} files at once", "", "| memory of the receiver | MiB (lowest to highest) |", "| --- | --- |",
            f"| before | {middle(run['idle'] / MIB for run in found)} |",
            f"| the list of each session: its files, their places, hashes and tokens | {middle((run['lists'] - run['idle']) / run['senders'] / MIB for run in found)} |",
            f"| beside its list, at the highest | {middle(beside(run) for run in found)} |",
            f"| all together, at the highest | {middle(run['peak'] / MIB for run in found)} |"]
