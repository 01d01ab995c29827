#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the cases of a GLib test program in parallel: beside.py [--at-once N] [--first REGEX] PROGRAM [-p CASE…]

For programs whose cases mostly wait, and use their own folders and ports. Each case is a process, whose output is
printed at once. Prints TAP with one point for each case of the program. A case that ends without its point has
failed."""
import argparse
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import time

POINT = re.compile(r"^(not )?ok \d+ (/\S+)(.*)$")
NOISE = re.compile(r"^(1\.\.\d+$|TAP version|# random seed|# Start of|# End of|# slow test|# \S+-(DEBUG|INFO):|$)")


def run(command, path):
    """Returns (“ok” or “not ok”, the rest of that line, the other output)."""
    began = time.monotonic()
    # In pipes of their own, because what another process says must not break into the line of a point.
    done = subprocess.run([*command, "--tap", "-p", path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    point, rest = None, ""
    notes = ["# " + line for line in done.stderr.decode(errors="replace").splitlines() if line]
    for line in done.stdout.decode(errors="replace").splitlines():
        found = POINT.match(line)
        # A path also selects the cases below it, whose points do not count here.
        if found and found.group(2) == path:
            point, rest = ("not ok" if found.group(1) else "ok"), found.group(3)
        elif not found and not NOISE.match(line):
            notes.append(line if line.startswith("#") else "# " + line)
    if point is None or (done.returncode and point == "ok"):
        how = signal.Signals(-done.returncode).name if done.returncode < 0 else f"exit code {done.returncode}"
        notes.append(f"# it ended with {how}")
        point = "not ok"
    seconds = time.monotonic() - began
    return point, rest or (f" # {seconds:.1f} s" if seconds >= 1 else ""), notes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--within", help="a script that gives each case a network of its own; where there is none, one case runs after the other")
    parser.add_argument("--first", help="the cases that wait longest: they begin first, so that the others fit in beside them")
    parser.add_argument("program")
    parser.add_argument("-p", action="append", default=[])
    options = parser.parse_args()
    # With sanitizers, the cases compute more than they wait and would exceed their time limits.
    if os.environ.get("ASAN_OPTIONS"):
        options.at_once = max(2, options.at_once // 4)
    listed = subprocess.run([options.program, "-l"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    # GLib 2.84 prints each one as a TAP comment.
    paths = [line for line in (line.removeprefix("# ") for line in listed.stdout.decode().splitlines()) if line.startswith("/")]
    if options.p:
        paths = [path for path in paths if any(path == one or path.startswith(one.rstrip("/") + "/") for one in options.p)]
    if options.first:
        paths.sort(key=lambda path: re.search(options.first, path) is None)
    print(f"1..{len(paths)}", flush=True)
    failed = 0
    command = [options.within, options.program] if options.within else [options.program]
    if options.within and subprocess.run([options.within, "--check"], check=False).returncode:
        options.at_once, command = 1, [options.program]
    elif options.within:
        os.environ["NAMIDA_OWN_NETWORK"] = "yes"
    with concurrent.futures.ThreadPoolExecutor(options.at_once) as pool:
        running = {pool.submit(run, command, path): path for path in paths}
        for number, job in enumerate(concurrent.futures.as_completed(running), 1):
            path = running[job]
            point, rest, notes = job.result()
            failed += point != "ok"
            print(*notes, f"{point} {number} {path}{rest}", sep="\n", flush=True)
    return 1 if failed or not paths else 0


sys.exit(main())
