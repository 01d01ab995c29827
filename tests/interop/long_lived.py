# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests one receiver that runs for a long time: hundreds of sessions that succeed, are declined, cancelled or
interrupted, with failed PINs and pairings in between. In the end, it uses as many descriptors and threads and as much
memory as after the first sessions. Prints TAP."""
import concurrent.futures
import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import time

from namida_hostile import CLI, PREFIX, WAIT, Lab, parse_answer, read_all, report

ROUND = 10  # sessions in each round
WARM_UP = 8  # rounds, before the first measure: the list of transfers is as long as it gets
ROUNDS = 100 if os.environ.get("NAMIDA_TEST_ALL") else 12  # and after it
PIN = "4711"
SENDERS = ("mallory", "trudy", "peggy")
SIZE = 20_000
PACKED = 200  # files of the session that brings them in a pack
OFFERED = 4000  # files of the session that is cancelled
# Between the two measures, of resident memory: what the allocator needs for its gaps (2 to 4 MiB in a minute, 6 in ten). In the short form a list of
# transfers that forgets nothing takes twice as much, a buffer of 128 KiB that is lost with each session, too; in the long one it is 16 KiB.
MAY_GROW = (16 if ROUNDS == 100 else 8) << 20
QUIET = 90  # seconds; threads that have nothing to do end after 15


def body_of(number, size=SIZE):
    return hashlib.sha256(str(number).encode()).digest() * (size // 32)


class Person:
    """Sits before the receiver: declines what comes from somebody called No, and every second pairing."""

    def __init__(self, receiver):
        self.receiver, self.pairs, self.ends = receiver, 0, 0
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        with contextlib.suppress(OSError, ValueError):
            while (event := self.receiver.events.get()) is not None:
                if event["event"] == "offer":
                    self.receiver.decide(**{"decline" if event["alias"] == "No" else "accept": event["id"]})
                elif event["event"] == "pair":
                    self.pairs += 1
                    self.receiver.decide(pair=False, id=event["id"])
                elif event["event"] == "end":
                    self.ends += 1
                self.receiver.seen.clear()


class Sender:
    def __init__(self, receiver, identity, alias="Sender", source="127.0.0.1"):
        self.receiver, self.identity, self.alias, self.source = receiver, identity, f"{alias} {identity}", source
        if alias == "No":
            self.alias = alias

    def ask(self, what, body=b"", method="POST", cut=None):
        """One request on a connection of its own. @cut: so many bytes of the body, then it is gone."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        target = what if what.startswith("/") else PREFIX + what
        head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        with self.receiver.connect(self.identity, source=self.source) as stream:
            with contextlib.suppress(OSError):  # it may be answered before it is sent
                stream.sendall(head.encode() + (body if cut is None else body[:cut]))
            if cut is None:
                return parse_answer(read_all(stream))
        return None

    def offer(self, files, pin=PIN):
        return self.ask(f"prepare-upload?pin={pin}", {
            "info": {"alias": self.alias, "port": 9},
            "files": [{"id": name, "name": f"{name}.flac", "size": size, "folderLabel": "Music",
                       "relativePath": f"{name}.flac"} for name, size in files.items()]})

    def accepted(self, files):
        """Asks again while the receiver still stores or drops what was before."""
        deadline = time.monotonic() + WAIT
        while (answer := self.offer(files)).status == 409 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert answer.status == 200, answer
        return answer.json["sessionId"], {name: given["token"] for name, given in answer.json["files"].items()}

    def upload(self, session, name, token, body, **more):
        return self.ask(f"upload?sessionId={session}&fileId={name}&token={token}&offset=0", body, **more)

    def finish(self, session, bodies):
        hashes = {"files": {name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()}}
        deadline = time.monotonic() + WAIT
        while (answer := self.ask("finish?sessionId=" + session, hashes)).status == 409 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert answer.status == 200 and set(answer.json["files"].values()) <= {"stored", "kept-existing"}, answer

    # ---- the ways of a session ----

    def stores(self, number):
        bodies = {f"f{number}": body_of(number)}
        session, tokens = self.accepted({name: len(body) for name, body in bodies.items()})
        for name, body in bodies.items():
            assert self.upload(session, name, tokens[name], body).status == 200
        self.finish(session, bodies)

    def packs(self, number, cut=None):
        bodies = {f"p{number}-{index}": body_of((number, index), 64) for index in range(PACKED)}
        session, tokens = self.accepted({name: len(body) for name, body in bodies.items()})
        with io.BytesIO() as pack:
            with tarfile.open(fileobj=pack, mode="w", format=tarfile.USTAR_FORMAT) as tar:
                for name, body in bodies.items():
                    entry = tarfile.TarInfo(f"{name}/{tokens[name]}")
                    entry.size = len(body)
                    tar.addfile(entry, io.BytesIO(body))
            answer = self.ask("pack?sessionId=" + session, pack.getvalue(), cut=cut)
        if cut is not None:
            self.cancel(session)
            return
        assert answer.status == 200, answer
        self.finish(session, bodies)

    def cancel(self, session):
        assert self.ask("cancel?sessionId=" + session).status == 200

    def cancels(self, number):
        self.cancel(self.accepted({f"c{number}-{index}": SIZE for index in range(OFFERED)})[0])

    def is_cut_and_gives_up(self, number):
        session, tokens = self.accepted({f"x{number}": SIZE})
        self.upload(session, f"x{number}", tokens[f"x{number}"], body_of(number), cut=SIZE // 2)
        self.cancel(session)

    def is_cut_and_goes_on(self, number):
        name, body = f"y{number}", body_of(number)
        session, tokens = self.accepted({name: len(body)})
        self.upload(session, name, tokens[name], body, cut=SIZE // 2)
        session, tokens = self.accepted({name: len(body)})
        deadline = time.monotonic() + WAIT
        while (answer := self.upload(session, name, tokens[name], body)).status == 409:
            assert time.monotonic() < deadline, answer
            time.sleep(0.05)
        assert answer.status == 200, answer
        self.finish(session, {name: body})

    def is_declined(self, number):
        deadline = time.monotonic() + WAIT
        while (answer := self.offer({f"n{number}": SIZE})).status == 409 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert answer.status == 403, answer

    # ---- what is no session ----

    def guesses(self):
        answer = self.offer({"g": SIZE}, pin="1234")
        assert answer.status in (401, 429), answer

    def pairs(self, lies):
        nonce = os.urandom(32)
        commitment = hashlib.sha256(nonce).hexdigest()
        answer = self.ask("pair", {"step": "commit", "commitment": commitment})
        if answer.status == 429:  # three in five minutes, over all addresses
            return
        assert answer.status == 200, answer
        pair = answer.json["pairId"]
        shown = os.urandom(32) if lies else nonce
        answer = self.ask("pair", {"step": "reveal", "pairId": pair, "nonce": shown.hex()})
        # The person says no as soon as the question is there: that may be before this answer.
        assert answer.status in ((403,) if lies else (200, 403)), answer
        if answer.status == 200:
            answer = self.ask("pair", {"step": "confirm", "pairId": pair})
            assert answer.status == 403, answer

    def talks_nonsense(self):
        answer = self.ask("prepare-upload?pin=" + PIN, b'{"files":[{"id":"../x"}]}')
        assert answer.status in (400, 409), answer  # 409: three others are asking
        assert self.ask("/nowhere", method="GET").status == 404
        with self.receiver.connect(tls=False, source=self.source) as stream:
            stream.sendall(os.urandom(300))
        self.receiver.connect(tls=False, source=self.source).close()


def play(receiver, number):
    """ROUND sessions, and what is none beside them, by several devices at a time."""
    one, two, three = (Sender(receiver, identity) for identity in SENDERS)
    address = f"127.{10 + number // 250}.{number % 250}.7"  # three wrong tries lock an address
    stranger = Sender(receiver, "sybil", source=address)

    def first():
        for index in range(3):
            one.stores(f"{number}-{index}")
        one.is_cut_and_goes_on(number)

    def second():
        two.packs(number)
        two.packs(f"{number}-cut", cut=9000)
        two.cancels(number)

    def third():
        three.is_cut_and_gives_up(number)
        three.stores(f"{number}-three")
        if number == 0:  # after a no the device waits, longer each time
            Sender(receiver, "peggy", "No").is_declined(number)

    def fourth():
        stranger.guesses()
        stranger.pairs(lies=True)
        stranger.pairs(lies=False)
        stranger.talks_nonsense()

    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        for done in [pool.submit(task) for task in (first, second, third, fourth)]:
            done.result()


def send_by_program(lab, receiver, name):
    """Our own sender, a device of its own each time."""
    music = lab.path / f"sent-{name}" / "Music"
    music.mkdir(parents=True)
    for index in range(20):
        (music / f"{index}.flac").write_bytes(body_of((name, index)))
    env = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env.update(HOME=str(music.parent), LC_ALL="C.UTF-8", GIO_USE_PROXY_RESOLVER="dummy")
    done = subprocess.run([CLI, "--interface", "lo", "--data-dir", music.parent / "data", "--alias", f"Program {name}", "send", "--to",
                           f"127.0.0.1:{receiver.port}", "--pin", PIN, music],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=90, env=env)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


# ---- what it holds ----

def count(process, what):
    return len(os.listdir(f"/proc/{process.pid}/{what}"))


def resident(process):
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmRSS"))


def is_sanitized(process):
    with open(f"/proc/{process.pid}/maps") as file:
        maps = file.read()
    return "libasan" in maps or "libtsan" in maps


def settle(process, descriptors=0, threads=0):
    """What it holds when it holds no more than this, or, at the first time, does not change for a while."""
    deadline = time.monotonic() + QUIET
    least, since = None, time.monotonic()
    while time.monotonic() < deadline:
        now = count(process, "fd"), count(process, "task")
        if least is None or now[0] < least[0] or now[1] < least[1]:
            least, since = (now if least is None else tuple(map(min, now, least))), time.monotonic()
        if descriptors and now[0] <= descriptors and now[1] <= threads:
            break
        if not descriptors and time.monotonic() - since > 17:
            break
        time.sleep(0.2)
    return (*now, resident(process)) if descriptors else (*least, resident(process))


def names_of(process):
    folder = f"/proc/{process.pid}/fd"
    names = []
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            names.append(os.readlink(f"{folder}/{name}"))
    return sorted(names)


def lives_long(lab, receiver):
    for number in range(WARM_UP):
        play(receiver, number)
    send_by_program(lab, receiver, "one")
    before = settle(receiver.process)
    named = names_of(receiver.process)
    for number in range(WARM_UP, WARM_UP + ROUNDS):
        play(receiver, number)
    send_by_program(lab, receiver, "two")
    after = settle(receiver.process, *before[:2])
    for sessions, (descriptors, threads, bytes_) in ((WARM_UP * ROUND, before), ((WARM_UP + ROUNDS) * ROUND, after)):
        print(f"# after {sessions} sessions: {descriptors} descriptors, {threads} threads, {bytes_ / (1 << 20):.1f} MiB")
    assert after[0] <= before[0], (named, names_of(receiver.process))
    assert after[1] <= before[1], (before, after)
    # In a build with sanitizers freed memory is kept, and the figures say nothing.
    assert is_sanitized(receiver.process) or after[2] < before[2] + MAY_GROW, (before, after)


def main():
    lab = Lab()
    try:
        receiver = lab.receiver("--accept", "ask", "--as", "backup", "--keep", "2", "--pin", PIN)
        person = Person(receiver)
        print("1..3")
        failed = report(1, "holds_no_more_than_before", lambda: lives_long(lab, receiver))
        for line in receiver.errors[-20:] if failed else ():
            print("#", line)
        failed += report(2, "was_really_asked", lambda: answered(person))
        failed += report(3, "ends_in_order", lambda: ends(receiver))
    finally:
        lab.close()
    return 1 if failed else 0


def ends(receiver):
    receiver.stop()
    # What several sessions that end at once have to do with versions is done by one of them at a time.
    assert not any("no version" in line for line in receiver.errors), receiver.errors[-20:]


def answered(person):
    # No more unconfirmed pairings than three in five minutes reach a person, whatever strangers do.
    assert person.pairs == 3, person.pairs
    assert person.ends >= (WARM_UP + ROUNDS) * (ROUND - 2), person.ends


if __name__ == "__main__":
    sys.exit(main())
