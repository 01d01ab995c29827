#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the command line of this program with other programs, in turn, on generated data in memory. Prints Markdown.
It is not a test."""
import argparse
import contextlib
import os
import pathlib
import random
import signal
import sys
import tempfile

sys.dont_write_bytecode = True  # leaves nothing in the checkout

import bars
import crowd
import measure
import others
import peers
import picture
import shares
import tables

MIB = 1 << 20
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COUNTS = (1000, 10000, 100000)
MEMORY = pathlib.Path("/dev/shm")
SINGLE = {
    "one": (1024, "One file, 1 GiB"),
    "phone-one": (2048, "From a LocalSend sender: one file, 2 GiB"),
    "plain": (256, "One file of 256 MiB without AES and SHA instructions"),
    "core": (1024, "The same with one core for both sides together"),
    "medium": (48, "One file of 48 MiB, about the largest that LocalSend's (npm) own sender can"),
}


def make_file(path, size, rand):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        while size > 0:
            n = min(size, MIB)
            file.write(rand.randbytes(n))
            size -= n


def make_data(key, folder, scale):
    """What is sent in one case; returns the path and the case."""
    rand, path = random.Random(20260719), folder / key
    if key in SINGLE:
        mib, title = SINGLE[key]
        size, path = mib * MIB // scale, folder / f"{key}.bin"
        make_file(path, size, rand)
        return path, tables.Case(key, title, 1, size)
    number, size = (8, 256 * MIB // scale) if key == "eight" else (10000 // scale, 16384) if key == "many" else (5000 // scale, 16384)
    for i in range(number):
        make_file(path / (f"{i // 500:02d}/{i}.bin" if key != "eight" else f"{i}.bin"), size, rand)
    title = {"eight": "8 files of 256 MiB", "many": "10,000 files of 16 KiB",
             "phone": "From a LocalSend sender that keeps its connections: 5,000 files of 16 KiB"}[key]
    return path, tables.Case(key, title, number, number * size)


def warm(size):
    """The host of a virtual machine may take back memory that nothing uses, and then each page costs a multiple when it is written for the first
    time: in one run 0.66 s instead of 0.34 s for 512 MiB. Everyone finds as much of it in place as will arrive."""
    path = MEMORY / f"namida-bench-warm-{os.getpid()}"
    block = bytes(MIB)
    try:
        with open(path, "wb", buffering=0) as file:
            for _ in range(size // MIB + 1):
                file.write(block)
    finally:
        path.unlink(missing_ok=True)


def run_peer(peer, case, path):
    """Returns name → run of one round."""
    try:
        warm(case.bytes if peer.moves_files else 0)
        peer.start()
        found = {peer.name: measure.run_once(peer, [path])}
        if peer.second_run and case.key == "many":
            found[peer.name + tables.AGAIN] = measure.run_once(peer, [path])
        came = peers.count_files(peer.target) if peer.moves_files else case.files
        if came < case.files:
            raise measure.Failed(f"{came} of {case.files} files arrived")
        return found
    finally:
        peer.stop()
        peer.clean()


def run_round(peer, case, path, number):
    """A peer that fails is tried once more; then the table says so in words."""
    for attempt in (1, 2):
        try:
            for name, run in run_peer(peer, case, path).items():
                case.add(name, number, run)
                print(f"{case.key} {number + 1} {name}: {run['seconds']:.2f} s", flush=True)
            return
        except measure.Failed as error:
            case.words[peer.name] = f"cannot: {error}" if attempt == 2 else f"one run failed and was repeated ({error})"
            print(f"{case.key} {number + 1} {peer.name}: {error}", flush=True)
    if type(peer) is peers.Product:
        raise measure.Failed(f"{peer.name}, {case.title}: {case.words[peer.name]}")


def measure_case(key, kinds, folder, arguments):
    """Each round runs everyone once, and another one first each time: a busy minute hits all alike."""
    path, case = make_data(key, folder, arguments.scale)
    try:
        able = []
        for peer in kinds:
            reason = peer.missing()
            if reason is None:
                able.append(peer)
            else:
                case.words[peer.name] = f"not measured: {reason}"
        for number in range(arguments.rounds):
            turn = number % len(able)
            for peer in able[turn:] + able[:turn]:
                if not case.words.get(peer.name, "").startswith("cannot"):
                    run_round(peer, case, path, number)
        case.runs = {name: case.runs[name] for peer in able for name in (peer.name, peer.name + tables.AGAIN) if name in case.runs}
    finally:
        measure.remove(path) if path.is_dir() else path.unlink()
    return case


@contextlib.contextmanager
def on_one_core():
    """All that is started meanwhile has the first core that this process may use, and no other."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def grow_once(product, source):
    run = {}
    for told in (False, True):
        product.start()
        try:
            for which in ("first", "again"):
                if told:
                    run["told" if which == "first" else "told_again"] = measure.run_told(product, [source])
                else:
                    run[which] = measure.run_once(product, [source])
        finally:
            product.stop()
            product.clean()
    return run


def growth(product, folder, arguments):
    """A quiet pair of runs for time and memory, and a pair that tells by --json when the offer was answered."""
    found = {}
    for count in (max(n // arguments.scale, 10) for n in COUNTS):
        source, rand = folder / "grown", random.Random(count)
        for i in range(count):
            make_file(source / f"{i // 1000:03d}" / f"{i}.bin", 1024, rand)
        for number in range(min(arguments.rounds, 3)):
            found.setdefault(count, []).append(grow_once(product, source))
            run = found[count][-1]
            print(f"growth {number + 1} {count}: {run['first']['seconds']:.2f} s, answered after {run['told']['answered']:.2f} s, "
                  f"again {run['again']['seconds']:.2f} s", flush=True)
        measure.remove(source)
    return found


def compare(folder, arguments):
    """Returns the lines of the table and the text of the picture."""
    product, nginx, rsync, plain, plain_aes, plain_nginx = (kind(folder) for kind in (
        peers.Product, peers.Nginx, peers.Rsync, others.Plain, others.PlainAes, others.PlainNginx))
    tls, sha = others.Tls(folder), others.Hash(folder)
    more, last = [], []
    if not arguments.brief:
        more, last = [peers.Scp(folder), others.Npm(folder)], [others.NoHash(folder)]
    one = measure_case("one", [product, nginx, rsync, *more, tls, sha, *last], folder, arguments)
    eight = measure_case("eight", [product, nginx, rsync, *more, *last], folder, arguments)
    bare = measure_case("plain", [plain, plain_aes, plain_nginx], folder, arguments)
    many = measure_case("many", [product, nginx, rsync, *more, *last], folder, arguments)
    several = crowd.measured(product, folder, arguments)
    tail, grown = [], {}
    if not arguments.brief:
        with on_one_core():
            core = measure_case("core", [product, nginx, rsync, more[0], *last], folder, arguments)
        medium = measure_case("medium", [product, others.NpmBoth(folder)], folder, arguments)
        grown = growth(product, folder, arguments)
        tail = [*tables.rows(core, tables.NGINX), *tables.rows(medium, others.NpmBoth.name), *tables.growth_rows(grown)]
    lines = bars.bars(one, eight, bare, many, grown, several)
    ours, again = tables.OURS, tables.AGAIN
    pairs = [(one, ours, tables.NGINX), (one, ours, tables.RSYNC), (eight, ours, tables.NGINX), (bare, ours, plain_aes.name), (bare, ours, tables.NGINX),
             (many, ours, tables.RSYNC), (many, ours, tables.NGINX), (many, ours + again, tables.RSYNC + again)]
    names = (ours, tables.NGINX, tables.RSYNC, peers.Scp.name, plain_aes.name)
    drawn = picture.draw(picture.groups([one, eight, bare, many], names))
    return [*tables.head(arguments), *tables.summary(pairs), *lines, *bars.reasons(lines, one, eight, many),
            *tables.rows(one, tables.NGINX), *tables.rows(eight, tables.NGINX), *tables.rows(bare, tables.NGINX), *tables.rows(many, tables.RSYNC), *crowd.rows(several), *tail], drawn


def compare_phones(folder, arguments):
    """The same sender of LocalSend's protocol to this program and to LocalSend of another maker."""
    kinds = [kind(folder) for kind in (others.AsLocalsend, others.AsLocalsendTls, others.Npm)]
    return [*tables.head(arguments), *(line for key in ("phone", "phone-one")
                                       for line in tables.rows(measure_case(key, kinds, folder, arguments), others.Npm.name))]


def take_profile(folder, arguments):
    reason = shares.reason_to_skip()
    if reason is not None:
        return [f"No profile was taken: {reason}."]
    inner = folder / "profile"
    inner.mkdir()
    one, _ = make_data("one", inner, arguments.scale)
    many, _ = make_data("many", inner, arguments.scale)
    try:
        found = shares.profile(peers.Product(inner), [("one file", [one], None), ("small files", [many], "the same again")],
                               arguments.gnutls, inner)
    except measure.Failed as error:
        return [f"No profile was taken: {error}."]
    return [*tables.head(arguments, rounds=False), "", *shares.table(found)]


def write_part(path, part, lines):
    begin, end = f"<!-- begin of the {part} -->", f"<!-- end of the {part} -->"
    text = path.read_text(encoding="utf-8")
    head, rest = text.split(begin, 1)
    _, tail = rest.split(end, 1)
    path.write_text("\n".join([head + begin, *lines, end + tail]), encoding="utf-8")


def check_room(scale):
    """Data, what arrives, and a part for what the programs hold themselves; the files count too."""
    needed, files = (5 * 1024 * MIB) // scale + 300 * MIB, 250000 // scale
    room = os.statvfs(MEMORY)
    if room.f_bavail * room.f_frsize < needed:
        sys.exit(f"The benchmark keeps its files in memory: it needs {needed / (1 << 30):.1f} GiB of {MEMORY}, and {room.f_bavail * room.f_frsize / (1 << 30):.1f} "
                 f"are free. Free some, or try a smaller run, which writes no table: --scale {max(2, scale * 4)}")
    if 0 < room.f_files and room.f_favail < files:
        sys.exit(f"The benchmark makes {files:,} files in {MEMORY}, which has room for {room.f_favail:,} more.")


def parse():
    parser = argparse.ArgumentParser(prog="build-aux/bench", description=__doc__)
    parser.add_argument("--cli", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--gnutls", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--no-hash", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--npm", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5, help="how often everyone has a turn (default: 5)")
    parser.add_argument("--brief", action="store_true", help="only this program, nginx and rsync, and no growing offers")
    parser.add_argument("--scale", type=int, default=1, help="divide all sizes and numbers, to try the benchmark itself; writes no table")
    parser.add_argument("--profile", action="store_true", help="only the profile: where the CPU time goes")
    parser.add_argument("--phones", action="store_true", help="only what a LocalSend sender brings, here and to LocalSend of another maker")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.scale < 1:
        parser.error("--rounds and --scale are 1 or more")
    arguments.load = os.getloadavg()[0]
    return arguments


def interrupted(number, _frame):
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)  # cleaning up is not interrupted again
    if measure.starting:
        measure.starting[-1] = number
    else:
        sys.exit(128 + number)


def main():
    arguments = parse()
    check_room(arguments.scale)
    peers.Product.cli, others.Tls.program = arguments.cli.resolve(), arguments.gnutls.resolve()
    others.NoHash.shim = arguments.no_hash and arguments.no_hash.resolve()
    others.Npm.package = arguments.npm
    for number in SIGNALS:
        signal.signal(number, interrupted)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="namida-bench-", dir=MEMORY))
    parts = {}
    try:
        if not arguments.profile and not arguments.phones:
            parts["table"], drawn = compare(folder, arguments)
            if arguments.write is not None and arguments.scale == 1:
                arguments.write.with_suffix(".svg").write_text(drawn, encoding="utf-8")
        if not arguments.profile and not arguments.brief:
            parts["phones"] = compare_phones(folder, arguments)
        if not arguments.phones:
            parts["profile"] = take_profile(folder, arguments)
    except measure.Failed as error:
        sys.exit(str(error))
    finally:
        measure.end_all()
        measure.remove(folder)
    for part, lines in parts.items():
        print("\n".join(lines))
        if arguments.write is not None and arguments.scale == 1:
            write_part(arguments.write, part, lines)


if __name__ == "__main__":
    main()
