# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds 300 TLS connections without requests for a minute. Each one that is closed connects again at once."""
import contextlib
import hashlib
import os
import select
import socket
import sys
import threading
import time

from namida_hostile import NoAnswer, WAIT, music, read_all, run, tls_context

HOLD = 60  # seconds
CROWD = 300
SOURCES = 10  # addresses that they come from: below the limit of one address
LIMIT = 10  # seconds for a request head: docs/protocol.md, "Limits"
GROWTH = 64 << 20
BODY = os.urandom(1 << 20)


def resident(receiver):
    with open(f"/proc/{receiver.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def is_sanitized(receiver):
    """In a build with sanitizers freed memory is kept, and the figure says nothing."""
    with open(f"/proc/{receiver.process.pid}/maps") as file:
        return "libasan" in file.read()


class Idler(threading.Thread):
    """Some of the connections, from one address: each comes again when it is hung up on."""

    def __init__(self, lab, receiver, number):
        super().__init__(daemon=True)
        self.receiver, self.context = receiver, tls_context(lab.sybil)
        self.source = f"127.0.0.{30 + number}"
        self.over = threading.Event()
        self.streams, self.made = [], 0

    def connect(self):
        with contextlib.suppress(OSError):
            plain = socket.create_connection(("127.0.0.1", self.receiver.port), 5, (self.source, 0))
            try:
                self.streams.append(self.context.wrap_socket(plain))
                self.made += 1
            except OSError:
                plain.close()

    def run(self):
        while not self.over.is_set():
            if len(self.streams) < CROWD // SOURCES:
                self.connect()
            gone = select.select(self.streams, [], [], 0.05 if self.streams else 0)[0]
            for stream in gone:
                self.streams.remove(stream)
                stream.close()


def transfer(receiver, label):
    """A whole one. Somebody who asks for nothing makes room (test-listener); on a machine that is busy with 300
    handshakes a step may take longer than its limit all the same, and is tried again."""
    for tries in range(4):
        try:
            one = receiver.offer([music("a.flac", len(BODY), label=label)])
            assert one.upload(BODY).status == 200
            answer = one.finish(f1=BODY)
            assert answer.status == 200 and answer.json["files"]["f1"] in ("stored", "kept-existing"), answer
            break
        except NoAnswer:
            if tries == 3:
                raise
    stored = (receiver.music / label / "a.flac").read_bytes()
    assert hashlib.sha256(stored).digest() == hashlib.sha256(BODY).digest()


def three_hundred(lab, receiver):
    transfer(receiver, "Before")  # what the first one costs is not what is measured
    before = resident(receiver)
    idlers = [Idler(lab, receiver, number) for number in range(SOURCES)]
    began = time.monotonic()
    for idler in idlers:
        idler.start()
    grown, held, n = 0, 0, 0
    while time.monotonic() - began < HOLD:
        transfer(receiver, f"Meanwhile {n}")
        n += 1
        for _ in range(10):
            time.sleep(0.1)
            grown = max(grown, resident(receiver) - before)
            held = max(held, sum(len(idler.streams) for idler in idlers))
    made = sum(idler.made for idler in idlers)
    for idler in idlers:
        idler.over.set()
    print(f"# {n} transfers beside up to {held} connections ({made} were made); {grown >> 20} MiB more", flush=True)
    assert held > 100, "they were not there: nothing is shown"
    assert grown < GROWTH or is_sanitized(receiver), f"{grown >> 20} MiB more"
    for idler in idlers:
        idler.join(WAIT)
        assert not idler.is_alive()
    # Nobody comes again now: all of them are hung up on.
    deadline = time.monotonic() + LIMIT + WAIT
    for idler in idlers:
        for stream in idler.streams:
            stream.settimeout(max(deadline - time.monotonic(), 0.1))
            assert read_all(stream) == b""
            stream.close()
    transfer(receiver, "After")


if __name__ == "__main__":
    # Meson has malloc fill what it gives, also the buffers that an idle connection never touches: that is not measured.
    os.environ.pop("MALLOC_PERTURB_", None)
    accepting = ("--accept", "all", "--as", "library")
    sys.exit(run([three_hundred], *accepting))
