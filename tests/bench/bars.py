# SPDX-License-Identifier: GPL-3.0-or-later
"""The bars that the engine was built for, computed from one run, and for each that is missed the figures that say why."""
import statistics

import others
from tables import AGAIN, MIB, NGINX, OURS, RSYNC, spread

HASH = others.Hash.name
NOHASH = others.NoHash.name


def verdict(ok):
    return "met" if ok else "**missed**"


def line(bar, measured, ok):
    return f"| {bar} | {measured} | {verdict(ok)} |"


def speed_bar(text, values, least):
    return line(text, spread(values), bool(values) and statistics.median(values) >= least)


def cpu_bar(text, case):
    if not case.of(OURS):
        return line(text, "not measured", False)
    gib = case.bytes / (1 << 30)
    receiver, sender = case.median(OURS, "receiver") / gib, case.median(OURS, "sender") / gib
    return line(text, f"{receiver:.2f}, {sender:.2f}", receiver <= 2.2 and sender <= 1.8)


def highest(runs):
    return max(run[key] for run in runs for key in ("receiver_rss", "sender_rss")) / MIB


def again_bars(many, grown):
    values = [100 / ratio for ratio in many.ratios(OURS + AGAIN, OURS)]
    lines = [line("the same again: at most 5 % of the first run", f"{spread(values, 0)} %", bool(values) and statistics.median(values) <= 5)]
    told = [run["told_again"] for runs in grown.values() for run in runs]
    hashed, moved = max(run["hashed"] for run in told), max(run["moved"] for run in told)
    return [*lines, line("the same again: nothing re-hashed, nothing re-sent", f"{hashed} files hashed, {moved} sent", hashed == moved == 0)]


def offer_bars(grown):
    lines = []
    for count, runs in grown.items():
        if count == max(grown):
            seconds = [run["told"]["answered"] for run in runs]
            lines.append(line(f"an offer of {count:,} files: answered in 2 s", f"{spread(seconds)} s", statistics.median(seconds) <= 2))
            most = highest([run["first"] for run in runs])
            lines.append(line(f"RSS at most 250 MiB for {count:,} files", f"{most:.0f} MiB", most <= 250))
    return lines


def bars(one, core, eight, many, grown):
    several = eight.ratios(OURS, NGINX, factor=eight.bytes / one.bytes, case=one)
    sizes = highest(one.of(OURS) + eight.of(OURS))
    return ["", "### The bars", "| bar | measured | |", "| --- | --- | --- |",
            speed_bar(f"one file: 1.2 × {NGINX}", one.ratios(OURS, NGINX), 1.2),
            f"| the same on one core | {spread(core.ratios(OURS, NGINX))} | no bar |",
            speed_bar(f"8 files: 1.6 × {NGINX} with one file", several, 1.6),
            f"| 8 files beside {NGINX} with 8 at once | {spread(eight.ratios(OURS, NGINX))} | no bar |",
            cpu_bar("8 files: CPU s/GiB at most 2.2 receiver, 1.8 sender", eight),
            cpu_bar("one file: CPU s/GiB at most 2.2 receiver, 1.8 sender", one),
            speed_bar(f"10,000 × 16 KiB: 2.5 × {RSYNC}", many.ratios(OURS, RSYNC), 2.5),
            *again_bars(many, grown),
            line("RSS at most 64 MiB for any size of a file", f"{sizes:.0f} MiB", sizes <= 64),
            *offer_bars(grown),
            "| the main loop of the window is blocked for at most 50 ms while 10,000 files go | with the window: `tests/display/test_load.py` | checked there |"]


def hash_floor(case):
    """MB/s of one core's SHA-256 and its CPU seconds for a GiB, here."""
    speed = statistics.median(case.bytes / 1e6 / run["seconds"] for run in case.of(HASH))
    return speed, case.median(HASH, "sender") / (case.bytes / (1 << 30))


def why_one(one):
    if not one.of(HASH) or not one.of(NGINX):
        return []
    speed, cpu = hash_floor(one)
    nginx = statistics.median(one.bytes / 1e6 / run["seconds"] for run in one.of(NGINX))
    asked = 1.2 * nginx
    text = f"- One file: it is hashed by one core on each side, and `gnutls_hash` alone does {speed:.0f} MB/s here"
    if asked > speed:
        text += f"; the bar asks for {asked:.0f} MB/s, which nothing that hashes by it can reach on this processor"
    if one.of(NOHASH):
        text += f". With the hash replaced by nothing, the rest of the engine comes to {spread(one.ratios(NOHASH, NGINX))} × {NGINX}"
    return [text + "."]


def why_cpu(one, case, name):
    if not one.of(HASH):
        return []
    _, cpu = hash_floor(one)
    gib = case.bytes / (1 << 30)
    receiver, sender = case.median(OURS, "receiver") / gib, case.median(OURS, "sender") / gib
    text = f"- CPU, {name}: SHA-256 alone costs {cpu:.2f} s/GiB here; without that, {max(0, receiver - cpu):.2f} receiver and {max(0, sender - cpu):.2f} sender are left"
    if case.of(NOHASH):
        text += (f" (with the hash replaced by nothing, {case.median(NOHASH, 'receiver') / gib:.2f} and "
                 f"{case.median(NOHASH, 'sender') / gib:.2f} were measured)")
    return [text + "."]


def why_eight(one, eight):
    if not one.of(HASH) or not eight.of(OURS):
        return []
    gib = eight.bytes / (1 << 30)
    used = eight.median(OURS, "receiver") + eight.median(OURS, "sender")
    text = (f"- 8 files: both sides share this computer's cores; together they used {used / eight.median(OURS, 'seconds'):.1f} cores while it lasted, "
            f"and {200 * hash_floor(one)[1] * gib / used:.0f} % of their CPU time is what SHA-256 alone costs")
    if eight.of(NOHASH):
        text += f". With the hash replaced by nothing: {spread(eight.ratios(NOHASH, NGINX, factor=eight.bytes / one.bytes, case=one))} × {NGINX} with one file"
    return [text + "."]


def why_many(many):
    ours, other = [statistics.median(run["receiver"] + run["sender"] for run in many.of(name)) for name in (OURS, RSYNC)]
    return [f"- Small files: both sides used {ours:.2f} CPU seconds in {many.median(OURS, 'seconds'):.2f} s, {RSYNC} {other:.2f} in "
            f"{many.median(RSYNC, 'seconds'):.2f} s. What they go to is in the profile below."]


def why_again(many):
    name = OURS + AGAIN
    return [f"- The second run took {many.median(name, 'seconds'):.2f} s, in which both sides used {many.median(name, 'receiver') + many.median(name, 'sender'):.2f} CPU "
            f"seconds: two programs' start of TLS, looking at every file, and an offer that is written, read and compared ({RSYNC} again: "
            f"{many.median(RSYNC + AGAIN, 'seconds'):.2f} s, {100 / statistics.median(many.ratios(RSYNC + AGAIN, RSYNC)):.0f} % of its first run)."]


def why_offer(grown):
    (small, few), (large, most) = min(grown.items()), max(grown.items())
    seconds = [statistics.median(run["told"]["answered"] for run in runs) for runs in (few, most)]
    return [f"- The offer: {large:,} files are answered in {seconds[1]:.2f} s, {1e6 * seconds[1] / large:.0f} µs a file ({small:,} files: {seconds[0]:.2f} s). The sender writes them, "
            "the receiver reads them, looks each of them up and answers with one token each, one after the other."]


def missed(lines, word):
    return any(word in text and "**missed**" in text for text in lines)


def reasons(lines, one, eight, many, grown):
    """For each missed bar, from the same figures; what the profile says stands below it."""
    found = []
    if missed(lines, "| one file: 1.2"):
        found += why_one(one)
    if missed(lines, "| 8 files: 1.6"):
        found += why_eight(one, eight)
    for case, name in ((eight, "8 files"), (one, "one file")):
        if missed(lines, f"| {name}: CPU"):
            found += why_cpu(one, case, name)
    if missed(lines, "| 10,000 ×") and many.of(RSYNC):
        found += why_many(many)
    if missed(lines, "at most 5 %") and many.of(RSYNC + AGAIN):
        found += why_again(many)
    if missed(lines, "| an offer of"):
        found += why_offer(grown)
    if missed(lines, "| RSS"):
        found.append("- Memory: the table of how it grows says what each file adds on each side; the programs themselves take what its first line shows.")
    return ["", "### What misses its bar, and the figures that say why", *found] if found else ["", "No bar is missed in this run."]
