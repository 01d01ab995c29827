# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the required figures of the engine against one run, and explains each missed one by the figures that belong to
it."""
import os
import statistics

import crowd
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


def cpu_of(case, name):
    """CPU seconds of both sides for a GiB, of each round."""
    return [(run["receiver"] + run["sender"]) / (case.bytes / (1 << 30)) for run in case.of(name)]


def most_bar(text, values, most):
    return line(text, spread(values), bool(values) and statistics.median(values) <= most)


def thread_bars(one):
    gib = one.bytes / (1 << 30)
    return [most_bar(f"one file: busiest thread of the {side} at most {most} s/GiB", [run[f"{side}_thread"] / gib for run in one.of(OURS)], most)
            for side, most in (("receiver", 1.15), ("sender", 0.9))]


def highest(runs):
    return max(run[key] for run in runs for key in ("receiver_rss", "sender_rss")) / MIB


def again_bars(many, grown):
    values = [100 / ratio for ratio in many.ratios(OURS + AGAIN, OURS)]
    lines = [line("the same again: at most 15 % of the first run", f"{spread(values, 0)} %", bool(values) and statistics.median(values) <= 15),
             most_bar(f"the same again: at most 0.6 × {RSYNC} again", [1 / ratio for ratio in many.ratios(OURS + AGAIN, RSYNC + AGAIN)], 0.6)]
    told = [run["told_again"] for runs in grown.values() for run in runs]
    if not told:
        return lines
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


def bars(one, eight, plain, many, grown, several):
    sizes = highest(one.of(OURS) + eight.of(OURS))
    return ["", "### The bars", "", "| bar | measured | |", "| --- | --- | --- |",
            speed_bar(f"one file: 0.9 × {NGINX}", one.ratios(OURS, NGINX), 0.9),
            *thread_bars(one),
            most_bar("one file: CPU of both sides at most 4.2 s/GiB", cpu_of(one, OURS), 4.2),
            speed_bar(f"8 files: 0.75 × {NGINX} with 8 at once", eight.ratios(OURS, NGINX), 0.75),
            most_bar("8 files: CPU of both sides at most 4.0 s/GiB", cpu_of(eight, OURS), 4.0),
            speed_bar("without AES and SHA instructions: 1.5 × the usual order of ciphers", plain.ratios(OURS, others.PlainAes.name), 1.5),
            speed_bar(f"10,000 × 16 KiB: 2 × {RSYNC}", many.ratios(OURS, RSYNC), 2),
            *again_bars(many, grown),
            line("RSS at most 64 MiB for any size of a file", f"{sizes:.0f} MiB", sizes <= 64),
            most_bar(f"{crowd.SENDERS} senders of {crowd.FILES:,} files at once: MiB for each beside its list at most 24", [crowd.beside(run) for run in several], 24),
            *offer_bars(grown),
            "| the main loop of the window is blocked for at most 50 ms while 10,000 files go | with the window: `tests/display/test_load.py` | checked there |"]


def machines(one):
    """What two computers could do of which each has free cores: the busiest thread decides."""
    values = []
    for number, run in one.runs.get(OURS, {}).items():
        other = one.runs.get(NGINX, {}).get(number)
        if other is not None:
            values.append(max(other["receiver_thread"], other["sender_thread"]) / max(run["receiver_thread"], run["sender_thread"]))
    return values


def hash_floor(case):
    """MB/s of one core's SHA-256 and its CPU seconds for a GiB, here."""
    speed = statistics.median(case.bytes / 1e6 / run["seconds"] for run in case.of(HASH))
    return speed, case.median(HASH, "sender") / (case.bytes / (1 << 30))


def floor(case, name):
    """What a run would take if its CPU seconds kept all cores busy from its beginning to its end."""
    return statistics.median(run["receiver"] + run["sender"] for run in case.of(name)) / (os.cpu_count() or 1)


def why_one(one):
    if not one.of(NGINX):
        return []
    ours, theirs = statistics.median(cpu_of(one, OURS)), statistics.median(cpu_of(one, NGINX))
    text = (f"- One file: both sides share this computer's cores, and need {ours:.2f} CPU seconds for a GiB, {NGINX} {theirs:.2f}. Spread over "
            f"{os.cpu_count()} cores, that is {floor(one, OURS):.2f} s of the {one.median(OURS, 'seconds'):.2f} s that it took")
    if one.of(HASH):
        cpu = hash_floor(one)[1]
        text += f". SHA-256 on both sides is {2 * cpu:.2f} of it, which {NGINX} does not do: without it, {ours - 2 * cpu:.2f} are left"
    if one.of(NOHASH):
        text += f". With the hash replaced by nothing: {spread(one.ratios(NOHASH, NGINX))} × {NGINX}"
    text += (". A part of the rest would go if GnuTLS decrypted into the block that is written, without the two copies between them, which "
             "glib-networking does not allow")
    values = machines(one)
    if values:
        text += f". On two computers with cores to spare, the busiest thread decides, and by it this program does {spread(values)} × {NGINX}"
    return [text + "."]


def why_eight(one, eight):
    if not eight.of(NGINX):
        return []
    ours, theirs = statistics.median(cpu_of(eight, OURS)), statistics.median(cpu_of(eight, NGINX))
    return [f"- 8 files: all cores are busy with both, so that CPU seconds decide: {ours:.2f} s/GiB beside {theirs:.2f} of {NGINX}, which hashes nothing."]


def why_many(many):
    ours, other = [statistics.median(run["receiver"] + run["sender"] for run in many.of(name)) for name in (OURS, RSYNC)]
    return [f"- Small files: both sides used {ours:.2f} CPU seconds in {many.median(OURS, 'seconds'):.2f} s, {RSYNC} {other:.2f} in "
            f"{many.median(RSYNC, 'seconds'):.2f} s. While the bodies are sent, both sides work; {os.cpu_count()} cores would need {floor(many, OURS):.2f} s "
            "for all of it. The rest is a chain, in which one side waits for the other: start, scan and offer before the first body, names and "
            "database after the last. The bar would need both: a shorter chain, and less work for each file, which is opened, hashed, written, "
            "made durable and renamed, and has its rows in the database. The profile below says what that goes to."]


def why_again(many):
    name = OURS + AGAIN
    return [f"- The second run took {many.median(name, 'seconds'):.2f} s, in which both sides used {many.median(name, 'receiver') + many.median(name, 'sender'):.2f} CPU "
            f"seconds. It is one chain across both sides: start, scan, offer, the decision about each file, the comparison with the earlier version, and the end, "
            f"each of which needs the result of the one before it ({RSYNC} again: "
            f"{many.median(RSYNC + AGAIN, 'seconds'):.2f} s, {100 / statistics.median(many.ratios(RSYNC + AGAIN, RSYNC)):.0f} % of its first run)."]


def missed(lines, word):
    return any(word in text and "**missed**" in text for text in lines)


def reasons(lines, one, eight, many):
    """For each missed bar, from the same figures; what the profile says stands below it."""
    found = []
    if missed(lines, "| one file:"):
        found += why_one(one)
    if missed(lines, "| 8 files:"):
        found += why_eight(one, eight)
    if missed(lines, "| 10,000 ×") and many.of(RSYNC):
        found += why_many(many)
    if missed(lines, "| the same again: at most") and many.of(RSYNC + AGAIN):
        found += why_again(many)
    if missed(lines, "| RSS") or missed(lines, "| an offer of"):
        found.append("- Memory and offers: the table of how it grows says what each file adds on each side; the programs themselves take what its first line shows.")
    return ["", "### What misses its bar, and the figures that say why", "", *found] if found else ["", "No bar is missed in this run."]
