# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures `fit`, `inspect`, `merge` and `compare` on large backups like those of Namida: the CPU time and the peak
memory, each next to its limit.

namida.py --cli CLI [--write docs/benchmarks.md] [--rounds N]. Exits with 1 if a limit is exceeded."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MAKE = HERE.parent / "fixtures" / "namida_backups.py"
BEGIN, END = "<!-- namida: begin -->", "<!-- namida: end -->"
# The largest memory of a child counts what its parent had when it was forked: so a small process starts it.
MEASURE = """import os, subprocess, sys, time
began = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print([time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024], flush=True)
sys.exit(os.waitstatus_to_exitcode(status))"""
SIZES = {"12,000 tracks, 90,000 listens": ["--tracks", "12000", "--listens", "90000", "--youtube", "3000", "--queues", "100"],
         "60,000 tracks with lyrics": ["--tracks", "60000", "--listens", "20000", "--lyrics", "6000", "--queues", "5"]}
# Command, what is measured, seconds and MB at most.
LIMITS = {"12,000 tracks, 90,000 listens": {"fit": (3, 64), "inspect": (10, 64), "merge": (10, 96), "compare": (5, 96)},
          "60,000 tracks with lyrics": {"fit": (20, 96), "inspect": (10, 64), "merge": (60, 96), "compare": (20, 96)}}


def run(cli, home, *arguments):
    env = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8"}
    done = subprocess.run([sys.executable, "-S", "-c", MEASURE, cli, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True, env=env)
    return json.loads(done.stdout)


def measure(cli, folder, options):
    """command → (seconds, seconds of the processor, MB), of one round."""
    path, music, rips, out = folder / "phone.zip", folder / "Music", folder / "Rips", folder / "out.zip"
    if not path.exists():
        subprocess.run([sys.executable, "-B", str(MAKE), str(path), "android65", *options, "--music", str(music), str(rips)], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([sys.executable, "-B", str(MAKE), str(folder / "other.zip"), "android65", *options, "--seed", "8"], check=True, stdout=subprocess.DEVNULL)
    results = {"inspect": run(cli, folder, "inspect", path),
               "fit": run(cli, folder, "fit", path, "--out", out, "--here", "--music", music, "--music", rips)}
    out.unlink()
    results["merge"] = run(cli, folder, "merge", path, folder / "other.zip", "--out", out)
    out.unlink()
    results["compare"] = run(cli, folder, "compare", path, folder / "other.zip")
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cli", required=True)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=["12000", "60000"])
    options = parser.parse_args()
    lines = ["| backup | command | time | processor | memory | allowed |", "| --- | --- | ---: | ---: | ---: | --- |"]
    failed = 0
    for size, arguments in SIZES.items():
        if options.only and options.only not in arguments:
            continue
        with tempfile.TemporaryDirectory(prefix="namida-bench-", dir="/var/tmp") as name:
            folder = pathlib.Path(name)
            rounds = [measure(options.cli, folder, arguments) for _ in range(options.rounds)]
            bytes_ = (folder / "phone.zip").stat().st_size / 1e6
        for command, (seconds, megabytes) in LIMITS[size].items():
            wall, spent = (sorted(result[command][i] for result in rounds)[len(rounds) // 2] for i in range(2))
            memory = max(result[command][2] for result in rounds)
            ok = spent <= seconds and memory <= megabytes
            failed += not ok
            lines.append(f"| {size} ({bytes_:.0f} MB) | `{command}` | {wall:.1f} s | {spent:.1f} s | {memory:.0f} MiB | {seconds} s, {megabytes} MiB{'' if ok else ': **exceeded**'} |")
            print(lines[-1], flush=True)
    if options.write and not options.only:
        text = options.write.read_text()
        begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
        options.write.write_text(text[:begin] + "\n" + "\n".join(lines) + "\n" + text[end:])
    return 1 if failed else 0


sys.exit(main())
