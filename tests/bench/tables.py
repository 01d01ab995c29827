# SPDX-License-Identifier: GPL-3.0-or-later
"""Formats the measurements as Markdown tables. Shows medians over the rounds; each ratio compares values of the same
round."""
import os
import pathlib
import platform
import statistics
import time

MIB = 1 << 20
OURS, NGINX, RSYNC = "namida-sync", "curl → nginx", "rsync over ssh"
AGAIN = ", second run"


class Case:
    """The rounds of one case: name → round → run; what could not be done, in words."""

    def __init__(self, key, title, files, size):
        self.key, self.title, self.files, self.bytes = key, title, files, size
        self.runs, self.words = {}, {}

    def add(self, name, number, run):
        self.runs.setdefault(name, {})[number] = run

    def of(self, name):
        return list(self.runs.get(name, {}).values())

    def median(self, name, key):
        return statistics.median(run[key] for run in self.of(name))

    def ratios(self, name, other, factor=1.0, case=None):
        """Of the same round: how many times as fast as the other one, per byte when the factor says so."""
        theirs = (case or self).runs.get(other, {})
        return [factor * theirs[number]["seconds"] / run["seconds"] for number, run in self.runs.get(name, {}).items() if number in theirs]


def spread(values, digits=2):
    if not values:
        return "not measured"
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def short(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name")), platform.machine())
    return (f"{model}, {'with' if ' sha_ni' in text else 'without'} SHA instructions, {os.cpu_count()} cores; "
            f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release().split('-')[0]}")


def rows(case, other):
    """One line for each way to move the files; `other` is the one that the ratios are taken with."""
    many = case.key in ("many", "phone")
    gib = case.bytes / (1 << 30)
    unit, amount = ("files/s", case.files) if many else ("MB/s", case.bytes / 1e6)
    lines = ["", f"### {case.title}", "", f"| | {unit} (lowest to highest) | times {other} (same round) | CPU s/GiB receiver / sender | "
             "its busiest thread | peak RSS MiB receiver / sender |", "| --- | --- | --- | --- | --- | --- |"]
    for name in case.runs:
        speed = spread([amount / run["seconds"] for run in case.of(name)], 0)
        ratio = spread(case.ratios(name, other)) if name != other else "1"
        lines.append(f"| {name} | {speed} | {ratio} | {short(case.median(name, 'receiver') / gib)} / {short(case.median(name, 'sender') / gib)} | "
                     f"{short(case.median(name, 'receiver_thread') / gib)} / {short(case.median(name, 'sender_thread') / gib)} | "
                     f"{case.median(name, 'receiver_rss') / MIB:.0f} / {case.median(name, 'sender_rss') / MIB:.0f} |")
    lines += [f"| {name} | {words} | | | | |" for name, words in case.words.items() if name not in case.runs]
    lines += ["", *(f"{name}: {words}" for name, words in case.words.items() if name in case.runs)]
    return lines if lines[-1] else lines[:-1]


def cost(case, name):
    gib = case.bytes / (1 << 30)
    return (f"{short(case.median(name, 'receiver') / gib)} / {short(case.median(name, 'sender') / gib)} "
            f"({short(case.median(name, 'receiver_thread') / gib)} / {short(case.median(name, 'sender_thread') / gib)})")


def summary(pairs):
    """pairs: (case, ours, the program that it is compared with). One line for each."""
    lines = ["", "| case | compared with | times as fast (lowest to highest) | seconds | CPU s/GiB, receiver / sender (busiest thread of each) | the same of the other |",
             "| --- | --- | --- | --- | --- | --- |"]
    for case, ours, other in pairs:
        if case.of(ours) and case.of(other):
            again = ", unchanged again" if ours.endswith(AGAIN) else ""
            lines.append(f"| {case.title}{again} | {other.removesuffix(AGAIN)} | {spread(case.ratios(ours, other))} | {case.median(ours, 'seconds'):.2f}, "
                         f"{case.median(other, 'seconds'):.2f} | {cost(case, ours)} | {cost(case, other)} |")
    return lines


def growth_rows(grown):
    """grown: count → rounds. What a file costs above the smallest offer shows whether it stays flat."""
    if not grown:
        return []
    lines = ["", "### How it grows: files of 1 KiB in one offer", "",
             "| files | first run s | µs a file | offer answered after s | again s | µs a file again | peak RSS MiB receiver / sender | "
             "more KiB a file than the first line, receiver / sender |", "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    smallest = None
    for count, runs in grown.items():
        def middle(which, key, runs=runs):
            return statistics.median(run[which][key] for run in runs)
        rss = [middle("first", "receiver_rss"), middle("first", "sender_rss")]
        more = "" if smallest is None else " / ".join(f"{(now - then) / 1024 / (count - smallest[0]):.1f}" for now, then in zip(rss, smallest[1]))
        smallest = smallest or (count, rss)
        first, again = middle("first", "seconds"), middle("again", "seconds")
        lines.append(f"| {count:,} | {first:.2f} | {1e6 * first / count:.0f} | {spread([run['told']['answered'] for run in runs])} | {again:.2f} | "
                     f"{1e6 * again / count:.0f} | {rss[0] / MIB:.0f} / {rss[1] / MIB:.0f} | {more} |")
    return lines


def head(arguments, rounds=True):
    scale = f"; **all sizes and numbers divided by {arguments.scale}: only to try the benchmark**" if arguments.scale != 1 else ""
    counted = f"{arguments.rounds} {'rounds' if arguments.rounds != 1 else 'round'}; " if rounds else ""
    return [f"{machine()}; load when it began {arguments.load:.1f}; {counted}{time.strftime('%Y-%m-%d')}{scale}."
            + (" Medians; in brackets the lowest and the highest." if rounds else "")]
