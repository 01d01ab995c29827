# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints a Markdown table of the CPU time of both sides by purpose, as sampled by perf."""
import collections
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import measure

PURPOSES = ["SHA-256", "TLS", "kernel: network and its copies", "kernel: files and their copies", "kernel: memory", "kernel: threads and waiting",
            "kernel: rest", "SQLite", "JSON", "packs (libarchive)", "HTTP (libsoup)", "GLib and libc", "namida-sync itself", "rest"]
BY_LIBRARY = [(r"libsqlite3", "SQLite"), (r"libjson-glib", "JSON"), (r"libarchive", "packs (libarchive)"),
              (r"libsoup|libnghttp2", "HTTP (libsoup)"),
              (r"libgnutls|libnettle|libhogweed|libgmp|libgiognutls|libp11|libtasn1", "TLS"),
              (r"libglib|libgobject|libgio-|libc\.so|libc-|ld-linux|libm\.so", "GLib and libc"), (r"namida-sync-cli", "namida-sync itself")]
BY_KERNEL = [(r"tcp_|inet_|inet6_|skb_|sock_|__sys_(send|recv|connect|accept)|net_rx|__dev_queue", "kernel: network and its copies"),
             (r"page_fault|mmap|munmap|madvise|do_brk|__x64_sys_brk|mprotect|exit_mm", "kernel: memory"),
             (r"futex|poll|eventfd|__x64_sys_nanosleep|sched_yield|do_clone|kernel_clone|wait4", "kernel: threads and waiting"),
             (r"vfs_|ksys_|filp_|fput|do_sys_open|rename|fsync|getdents|iterate_dir|stat|unlink|mkdir|fallocate|fadvise|sync_file_range|fcntl|"
              r"flock|path_|filename_", "kernel: files and their copies")]
MAP = re.compile(r"PERF_RECORD_MMAP2? -?\d+/-?\d+: \[(0x[0-9a-f]+)\((0x[0-9a-f]+)\) @ (0x[0-9a-f]+|0)[^\]]*\]: \S+ (\S+)")
FRAME = re.compile(r"^\s+([0-9a-f]+) (.*) \((.*)\)$")
RECORD = ["perf", "record", "-q", "-g", "-e", "cpu-clock", "-F", "997"]


def reason_to_skip():
    if shutil.which("perf") is None:
        return "perf is not installed here (Debian: linux-perf)"
    paranoid = int(pathlib.Path("/proc/sys/kernel/perf_event_paranoid").read_text(encoding="ascii"))
    if os.geteuid() != 0 and paranoid > 1:
        return f"this user may not look into the kernel (kernel.perf_event_paranoid is {paranoid}; root may)"
    tried = subprocess.run([*RECORD, "-o", "/dev/null", "--", "true"], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return "perf is not permitted here" if tried.returncode else None


class Samples:
    """What one perf.data holds: for each sample its library and place in it, and the kernel's functions, innermost first."""

    def __init__(self, data):
        read = subprocess.run(["perf", "script", "-i", data, "--show-mmap-events", "-F", "comm,event,ip,sym,dso"], check=False,
                              capture_output=True, text=True, errors="replace")
        if read.returncode != 0:
            raise measure.Failed(f"perf could not read what it wrote: {read.stderr.strip()[:200]}")
        self.maps, self.stacks = {}, []
        frames = []
        for line in [*read.stdout.splitlines(), ""]:
            found = FRAME.match(line)
            if found:
                frames.append((int(found[1], 16), found[2], found[3]))
                continue
            if frames:
                self.stacks.append(frames)
                frames = []
            mapped = MAP.search(line)
            if mapped:
                base, size, offset = (int(mapped[i], 16) for i in (1, 2, 3))
                self.maps.setdefault(mapped[4], []).append((base, size, offset))

    def place(self, address, library):
        for base, size, offset in self.maps.get(library, []):
            if base <= address < base + size:
                return address - base + offset
        return address if address < 1 << 32 else None  # some versions of perf say the place itself


def record(command, data):
    return [*RECORD, "-o", data, "--", *command]


def hash_places(program, folder):
    """Where SHA-256 is in the libraries, which have no names for it: what gnutls_hash runs by itself, in steps of 64 bytes."""
    data = folder / "hash.data"
    subprocess.run([str(part) for part in record([program, "hash", 128], data)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    samples = Samples(data)
    counts = collections.Counter()
    for stack in samples.stacks:
        address, _, library = stack[0]
        place = samples.place(address, library)
        if place is not None and re.search("libgnutls|libnettle", library):
            counts[library, place // 64] += 1
    least = max(2, sum(counts.values()) // 2000)
    found = {}
    for (library, step), count in counts.items():
        if count >= least:
            low, high = found.get(library, (step, step))
            found[library] = (min(low, step), max(high, step))
    return found


def purpose_of(samples, stack, places):
    address, symbol, library = stack[0]
    if "kernel" in library or library.startswith("["):
        names = " ".join(frame[1] for frame in stack if "kernel" in frame[2])
        return next((purpose for pattern, purpose in BY_KERNEL if re.search(pattern, names)), "kernel: rest")
    if library in places:
        place = samples.place(address, library)
        if place is not None and places[library][0] <= place // 64 <= places[library][1]:
            return "SHA-256"
    return next((purpose for pattern, purpose in BY_LIBRARY if re.search(pattern, library)), "rest")


def shares(data, places):
    samples = Samples(data)
    counts = collections.Counter(purpose_of(samples, stack, places) for stack in samples.stacks)
    total = sum(counts.values()) or 1
    return {purpose: 100 * counts[purpose] / total for purpose in PURPOSES}, total / 997


def watch(pid, data):
    """perf gives up when a thread ends just as it starts to look."""
    for _ in range(20):
        data.unlink(missing_ok=True)
        watcher = measure.spawn([*RECORD, "-o", data, "-p", pid], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        if watcher.poll() is None:
            return watcher
        measure.end(watcher)
    raise measure.Failed("perf does not look at the receiver")


def watch_both(product, paths, folder, places):
    """One transfer with perf on both sides: (receiver's shares and CPU seconds, the sender's)."""
    data = [folder / "receiver.data", folder / "sender.data"]
    watcher = watch(product.server.pid, data[0])
    try:
        measure.run_command(product, record(product.command(paths, "-q"), data[1]))
    finally:
        measure.end(watcher, signal.SIGINT)
    return [shares(one, places) for one in data]


def profile(product, cases, program, folder):
    """cases: (name, paths, whether a second run is looked at too). Returns [(name, receiver, sender)]."""
    places, found = hash_places(program, folder), []
    for name, paths, again in cases:
        product.start()
        try:
            found.append((name, *watch_both(product, paths, folder, places)))
            print(f"profile {name}", flush=True)
            if again:
                found.append((again, *watch_both(product, paths, folder, places)))
                print(f"profile {again}", flush=True)
        finally:
            product.stop()
            product.clean()
    return found


def most(side):
    values, seconds = side
    top = sorted(values.items(), key=lambda item: -item[1])[:4]
    return f"{seconds:.2f} s of CPU: " + ", ".join(f"{purpose} {value:.0f} %" for purpose, value in top)


def table(found):
    lines = ["| CPU time in %, receiver / sender | " + " | ".join(name for name, _, _ in found) + " |",
             "| --- |" + " --- |" * len(found)]
    for purpose in PURPOSES:
        cells = [f"{receiver[0][purpose]:.1f} / {sender[0][purpose]:.1f}" for _, receiver, sender in found]
        lines.append(f"| {purpose} | " + " | ".join(cells) + " |")
    lines.append("| CPU seconds in all | " + " | ".join(f"{receiver[1]:.2f} / {sender[1]:.2f}" for _, receiver, sender in found) + " |")
    lines.append("")
    for name, receiver, sender in found:
        lines.append(f"- {name}: the receiver used {most(receiver)}. The sender used {most(sender)}.")
    return lines
