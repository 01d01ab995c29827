# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests bodies that are sent before an offer was accepted: how much memory they use, and that other devices do not have
to wait."""
import contextlib
import pathlib
import socket
import sys
import threading
import time

from namida_hostile import PREFIX, expect, music, parse_answer, read_all, run

MEBIBYTE = 1 << 20
GROWTH_MOST = 16 * MEBIBYTE


def head(what, *fields):
    return "\r\n".join([f"POST {PREFIX}{what} HTTP/1.1", "Host: 127.0.0.1", *fields, "", ""]).encode()


def memory(receiver):
    text = pathlib.Path(f"/proc/{receiver.process.pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


def sanitized(receiver):
    return "asan" in pathlib.Path(f"/proc/{receiver.process.pid}/maps").read_text()


@contextlib.contextmanager
def grows_little(receiver):
    """Not with a sanitizer: that keeps what is freed."""
    before = memory(receiver)
    yield
    grown = memory(receiver) - before
    assert sanitized(receiver) or grown < GROWTH_MOST, f"{grown >> 20} MiB more"


def refused_requests_leave_nothing(lab, receiver):
    """Debian 12's libsoup kept the path of each of these."""
    with grows_little(receiver):
        for fields in (["Transfer-Encoding: foo"], ["Content-Length: x"], ["Content-Length: 3", "Transfer-Encoding: chunked"],
                       ["X: a", " folded"]):
            for tls in (False, True):
                for path_bytes, times in ((60_000, 60), (15_000, 150)):
                    data = head("a" * path_bytes, *fields)
                    for _ in range(times // (5 if tls else 1)):
                        expect(receiver.raw(data, tls=tls, source="127.0.0.11"), 414 if path_bytes > 16384 else 400)


def no_session_no_body(lab, receiver):
    """The head says what is wrong: not one byte of 64 MiB is taken, and nobody is told to go on."""
    with grows_little(receiver):
        for what, status in (("finish?sessionId=x", 404), ("finish", 400), ("prepare-download", 403)):
            data = head(what, "Content-Length: 1000000", "Expect: 100-continue")
            with receiver.connect() as stream:
                stream.sendall(data)
                first = read_all(stream)
            assert b"100 Continue" not in first, first
            expect(parse_answer(first), status)


def sessions_of_others(lab, receiver):
    """The session of another device is looked at on the head, too; by no byte of its body is anything of it learned."""
    other = lab.receivers[1]
    one = other.offer([music("whose", 1000)])
    with other.connect("trudy") as stream:
        stream.sendall(head("finish?sessionId=" + one.id, "Content-Length: 1000000", "Expect: 100-continue"))
        first = read_all(stream)
    assert b"100 Continue" not in first, first
    expect(parse_answer(first), 403, "bad-token")
    other.stop()


def many_large_bodies(lab, receiver):
    """Sixteen offers of 40 MiB at once."""
    streams = []
    blob = b" " * MEBIBYTE

    def send(number):
        with contextlib.suppress(OSError):
            stream = receiver.connect(source=f"127.0.2.{number + 1}")
            streams.append(stream)
            stream.sendall(head("prepare-upload", f"Content-Length: {64 * MEBIBYTE}"))
            for _ in range(40):
                stream.sendall(blob)

    with grows_little(receiver):
        threads = [threading.Thread(target=send, args=(number,), daemon=True) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        receiver.check_alive()
        held = memory(receiver)
    for stream in streams:
        stream.close()
    assert held


def long_texts(lab, _):
    """One text, key or number of 16 MiB in an offer, and one that is all white space: nothing of it is held while it is read."""
    forms = [(b'{"info":{"alias":"x"},"files":[{"id":"a","name":"', b"a", b'"}]}', 413), (b'{"', b"a", b'":1}', 413), (b'{"info":{"alias":"', b"a", b'"},"files":[]}', 413),
             (b'{"info":', b"1", b',"files":[]}', 400), (b"", b" ", b"", 400), (b'{"info":{"alias":"x"},"files":[', b" ", b"1]}", 400)]
    receiver = lab.receivers[2]  # one that refuses strangers anyway does so before the body
    with Peak(receiver) as peak:
        for number, (before, fill, behind, status) in enumerate(forms):
            with receiver.connect(source=f"127.0.4.{number + 1}") as stream:
                stream.sendall(head("prepare-upload", f"Content-Length: {len(before) + 16 * MEBIBYTE + len(behind)}", "Connection: close") + before)
                for _ in range(16):
                    stream.sendall(fill * MEBIBYTE)
                stream.sendall(behind)
                expect(parse_answer(read_all(stream)), status)
    assert peak.grown < 8 * MEBIBYTE or sanitized(receiver), f"{peak.grown >> 20} MiB more"
    receiver.stop()


class Peak:
    """The most that a receiver has of memory meanwhile beyond what it had before."""

    def __init__(self, receiver):
        self.receiver, self.before, self.grown, self.over = receiver, memory(receiver), 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.over.wait(0.002):
            self.grown = max(self.grown, memory(self.receiver) - self.before)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(10)


def one_byte_chunks(lab, receiver):
    """A connection that sends nothing but chunks of one byte holds up nobody."""
    stop = threading.Event()

    def flood():
        blob = b"1\r\n \r\n" * 4000
        while not stop.is_set():
            with contextlib.suppress(OSError), receiver.connect(source="127.0.3.1") as stream:
                stream.sendall(head("prepare-upload", "Transfer-Encoding: chunked"))
                while not stop.is_set():
                    stream.sendall(blob)

    threads = [threading.Thread(target=flood, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        for _ in range(8):
            answer = receiver.raw(f"GET {PREFIX}register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(), tls=False)
            assert answer and answer.status == 200, answer
            time.sleep(0.1)
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)


def small_bodies_only(lab, receiver):
    for what in ("cancel?sessionId=x", "pair"):
        expect(receiver.curl(what, b"x" * 4097), 413)
        expect(receiver.curl(what, b"x" * 4097, chunked=True), 413)


def slow_bodies_end(lab, receiver):
    """A byte a second is no silence, and still ends: 30 s are for all of it."""
    began = time.monotonic()
    with receiver.connect(source="127.0.3.2", tls=False) as stream:
        stream.sendall(head("register", "Content-Length: 1000"))
        stream.settimeout(1)
        while time.monotonic() - began < 60:
            try:
                if stream.recv(100) == b"":
                    break
            except (TimeoutError, socket.timeout):
                stream.sendall(b" ")
            except OSError:
                break
    took = time.monotonic() - began
    assert 25 < took < 50, took


if __name__ == "__main__":
    # One after the other: each looks at the memory of the same process.
    sys.exit(run([
        refused_requests_leave_nothing, no_session_no_body, sessions_of_others, small_bodies_only, one_byte_chunks, many_large_bodies, long_texts,
        slow_bodies_end], parallel=1, others=[("--accept", "all"), ("--accept", "ask")]))
