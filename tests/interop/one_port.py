# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that one port serves TLS and plain HTTP, and many connections at once: none has to wait for a silent, slow or
invalid one."""
import concurrent.futures
import contextlib
import random
import socket
import ssl
import sys
import threading

from namida_hostile import NoAnswer, PREFIX, WAIT, parse_answer, read_all, run, tls_context
from namida_phone import Phone

HEAD = f"GET {PREFIX}register HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()
LIMIT = 10  # seconds that a connection may be silent at first


def ask(receiver, tls, source):
    """A whole question on a connection of its own. The first byte decides how it is spoken."""
    with receiver.connect("trudy" if tls == "certificate" else None, source, bool(tls)) as stream:
        stream.sendall(HEAD)
        answer = parse_answer(read_all(stream))
    assert answer and answer.status == 200 and answer.json["port"] == receiver.port, (tls, answer)


def mixed(lab, receiver):
    """200 connections at once: 60 say nothing, 40 say nonsense, 100 ask, in TLS and in plain, and are answered while the
    silent ones still are."""
    silent, start = [], threading.Barrier(140)
    rest = random.Random(7)
    for number in range(60):
        silent.append(receiver.connect(tls=False, source=f"127.0.1.{number % 4 + 1}"))

    def nonsense(number):
        start.wait(WAIT)
        with contextlib.suppress(ConnectionError, NoAnswer, AssertionError, TimeoutError):
            first = bytes([(number * 7) % 256])
            with receiver.connect(tls=False, source=f"127.0.2.{number % 4 + 1}") as stream:
                stream.sendall(first + rest.randbytes(2000))
                stream.shutdown(socket.SHUT_WR)
                read_all(stream)

    def question(number):
        start.wait(WAIT)
        ask(receiver, (None, "anonymous", "certificate")[number % 3], f"127.0.3.{number % 20 + 1}")

    try:
        with concurrent.futures.ThreadPoolExecutor(max_workers=140) as pool:
            noise = [pool.submit(nonsense, number) for number in range(40)]
            asked = [pool.submit(question, number) for number in range(100)]
            for future in asked:
                future.result(WAIT * 2)
            for future in noise:
                future.result(WAIT * 2)
    finally:
        for stream in silent:
            stream.close()


def slow_beginners(lab, receiver):
    """A TLS record that comes byte by byte, and a request line that does: others are served meanwhile."""
    with receiver.connect(tls=False, source="127.0.4.1") as one, receiver.connect(tls=False, source="127.0.4.2") as other:
        for piece in (b"\x16", b"\x03", b"\x01"):
            one.sendall(piece)
            other.sendall({b"\x16": b"G", b"\x03": b"E", b"\x01": b"T"}[piece])
            for tls in (None, "anonymous", "certificate"):
                ask(receiver, tls, "127.0.4.3")
        other.sendall(HEAD[3:])
        assert parse_answer(read_all(other)).status == 200


def late_speakers(lab, receiver):
    """Many that connect, wait, and ask then: as a phone's pool of connections does."""
    streams = [receiver.connect(tls=False, source="127.0.5.1") for _ in range(30)]
    for stream in streams:
        stream.sendall(HEAD)
    for stream in streams:
        with stream:
            assert parse_answer(read_all(stream)).status == 200


def phone_search(lab, receiver):
    """All of its 254 addresses at both ports, all at once, each connection left idle."""
    found = Phone().scan((receiver.port, receiver.port + 1))
    assert found["127.0.0.1", receiver.port]["alias"].startswith("Prey"), found


def tls_after_plain(lab, receiver):
    """What began in one way does not change its mind."""
    with receiver.connect(tls=False, source="127.0.6.1") as plain:
        plain.sendall(b"G")
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            plain.settimeout(LIMIT * 2)
            tls_context(None).wrap_socket(plain)
            raise AssertionError("TLS was spoken after a plain byte")


if __name__ == "__main__":
    sys.exit(run([mixed, slow_beginners, late_speakers, phone_search, tls_after_plain], "--accept", "all", "--unencrypted",
                 "allow"))
