# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests connections that no HTTP library makes: garbage, silence, floods, and requests for paths that do not exist."""
import contextlib
import random
import select
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings

from namida_hostile import PREFIX, expect, music, parse_answer, read_all, run, tls_context

LIMIT = 10  # seconds for a handshake and for a head: docs/protocol.md, "Limits"
IDLE = 30  # seconds for the next byte of a body
SLACK = 20  # for a machine that has other things to do; a clock that is asked begins before what it measures
SESSION_PATHS = [("POST", "prepare-upload"), ("POST", "upload?sessionId=x&fileId=f1&token=t&offset=0"), ("POST", "pair"),
                 ("POST", "finish?sessionId=x"), ("POST", "cancel?sessionId=x"), ("GET", "session?sessionId=x")]


def head(line, *fields):
    return "\r\n".join([line, "Host: 127.0.0.1", *fields, "", ""]).encode()


def plain_http(lab, receiver):
    for method, what in SESSION_PATHS:
        expect(receiver.curl(what, b"{}" if method == "POST" else None, method, scheme="http", identity=None), 403,
               "encryption-required")
    assert receiver.curl("register", method="GET", scheme="http", identity=None).status == 200


def no_certificate(lab, receiver):
    for method, what in SESSION_PATHS:
        expect(receiver.curl(what, b"{}" if method == "POST" else None, method, identity=None), 403,
               "certificate-required")
    assert receiver.curl("register", method="GET", identity=None).status == 200
    expect(receiver.curl("register", {"alias": "x", "port": 1}, identity=None), 403, "certificate-required")


def unknown_paths(lab, receiver):
    for path in ("/", "/index.html", PREFIX, PREFIX[:-1], PREFIX + "nothing", PREFIX + "upload/", PREFIX + "register/x",
                 "/api/namidasync/v2/register", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
                 PREFIX + "UPLOAD"):
        for identity in ("mallory", None):
            expect(receiver.curl(path, method="GET", identity=identity), 404, "not-found")
    # What is there for trusted devices only names no file of this one for others either.
    for identity in ("mallory", None):
        expect(receiver.curl(PREFIX + "download?sessionId=x&fileId=../../etc/passwd", method="GET", identity=identity),
               403)


def wrong_methods(lab, receiver):
    for method, what in (("GET", "prepare-upload"), ("PUT", "upload"), ("DELETE", "session?sessionId=x"), ("GET", "finish"),
                         ("POST", "session?sessionId=x"), ("PATCH", "register"), ("BREW", "pair"), ("GET", "cancel")):
        expect(receiver.curl(what, method=method), 405, "method")


def no_http(lab, receiver):
    for data in (b"GET\r\n\r\n", b"hello\r\n\r\n", b"\0" * 100 + b"\r\n\r\n", b"POST " + PREFIX.encode() + b"upload\r\n\r\n",
                 head(f"GET {PREFIX}register%00 HTTP/1.1"), head(f"GET {PREFIX}session?sessionId=% HTTP/1.1"),
                 head("GET /\0x HTTP/1.1"), b"GET / HTTP/1.1\r\n\r\n",
                 head(f"POST {PREFIX}register HTTP/1.1", "Content-Length: ten")):
        for tls in (True, False):
            answer = receiver.raw(data, tls=tls)
            assert answer is not None, data
            expect(answer, 404 if answer.status == 404 else 400)


def too_long_heads(lab, receiver):
    # Also where nothing is: what is too large is not looked up first.
    for path in (PREFIX + "register", PREFIX + "nothing"):
        for data, status in ((head(f"GET {path}?{'a' * 17_000} HTTP/1.1"), 414),
                             (head(f"GET {path} HTTP/1.1", "X: " + "a" * 20_000), 413),
                             (head(f"GET {path} HTTP/1.1", *["X-Many: a"] * 2000), 413)):
            for tls in (True, False):
                answer = receiver.raw(data, tls=tls, source="127.0.0.2")
                assert answer is not None
                expect(answer, status)
    # So much that it is not even looked at: refused or hung up on, but not kept.
    for data in (f"GET /{'a' * 3_000_000} HTTP/1.1\r\n\r\n".encode(), b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 500_000):
        answer = receiver.raw(data, source="127.0.0.2")
        assert answer is None or 400 <= answer.status < 500, answer


def closes_within(stream, seconds):
    """Waits for the other side to hang up. @stream: a plain socket."""
    started = time.monotonic()
    stream.settimeout(seconds)
    data = read_all(stream)
    assert time.monotonic() - started < seconds, "is not hung up on"
    return data


def slow_heads(lab, receiver):
    """A byte now and then keeps no connection: the whole head has its time."""
    def drip(tls):
        started = time.monotonic()
        with receiver.connect(tls=tls, source="127.0.0.3") as stream:
            stream.sendall(f"POST {PREFIX}finish?sessionId=x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ".encode())
            stream.settimeout(0.5)
            while time.monotonic() - started < LIMIT + SLACK:
                try:
                    stream.sendall(b"a")
                    if stream.recv(1000) == b"":
                        break
                except TimeoutError:
                    continue
                except (ConnectionError, ssl.SSLError):
                    break
            took = time.monotonic() - started
        assert LIMIT - 3 < took < LIMIT + SLACK, f"closed after {took:.1f} s (TLS: {tls})"

    in_parallel([lambda: drip(True), lambda: drip(False)])


def silence(lab, receiver):
    """Nothing at all, a TLS record that never ends, a handshake that stops half-way, TLS and then nothing."""
    hello = client_hello()

    def hold(data):
        with receiver.connect(tls=False, source="127.0.0.4") as stream:
            stream.sendall(data)
            closes_within(stream, LIMIT + SLACK)

    def after_handshake():
        # From elsewhere: of one address three handshakes run at once, and those above hold them.
        with receiver.connect(source="127.0.0.14") as stream:
            closes_within(stream, LIMIT + SLACK)

    in_parallel([after_handshake] + [lambda data=data: hold(data) for data in (
        b"", hello[:1], hello[:6], hello[:len(hello) // 2], hello, b"\x16\x03\x01\xff\xff" + b"a" * 100)])


def in_parallel(functions):
    failures = []

    def call(function):
        try:
            function()
        except BaseException as failure:  # raised again below, in the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=call, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "hangs"
    if failures:
        raise failures[0]


def client_hello():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        tls_context(None).wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


def garbage(lab, receiver):
    random.seed(7)
    hello = client_hello()
    tries = [random.randbytes(size) for size in (1, 2, 16, 300, 5000, 70_000)]
    tries += [b"\x16" + random.randbytes(size) for size in (4, 100, 5000)]
    tries += [hello + random.randbytes(200), hello[:40] + random.randbytes(len(hello) - 40), hello * 5]
    tries += [b"\x80\x2e\x01\x00\x02", b"SSH-2.0-x\r\n", b"\r\n" * 1000, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\xff" * 100_000]
    for _ in range(30):
        broken = bytearray(hello)
        for _ in range(3):
            broken[random.randrange(5, len(broken))] = random.randrange(256)
        tries.append(bytes(broken))
    for data in tries:
        with receiver.connect(tls=False, source="127.0.0.5", timeout=LIMIT) as stream:
            with contextlib.suppress(OSError):
                stream.sendall(data)
                stream.shutdown(socket.SHUT_WR)
            answer = read_all(stream)
            assert not answer.startswith(b"HTTP/1.1 2") and not answer.startswith(b"HTTP/1.1 5"), (data[:50], answer)


def old_protocols(lab, receiver):
    """TLS 1.2 is the oldest that is spoken (docs/protocol.md, "Ports and connections")."""
    context = tls_context(lab.mallory)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with receiver.connect(tls=False) as plain, contextlib.suppress(ssl.SSLError, ConnectionError):
        with context.wrap_socket(plain) as stream:
            stream.sendall(head(f"GET {PREFIX}register HTTP/1.1"))
            data = stream.recv(1000)
            assert data == b"", f"{stream.version()} was spoken: {data}"


def renegotiation(lab, receiver):
    """A handshake on a connection that has one costs as much as a new one, without its turn: it ends the connection."""
    process = subprocess.Popen(["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{receiver.port}"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = b""

    def read_until(words, times=1):
        nonlocal said
        while said.count(words) < times and (more := process.stdout.read1()):
            said += more

    def type_line(line):
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(line)
            process.stdin.flush()

    read_until(b"Verify return code")
    assert b"Secure Renegotiation IS supported" in said, said
    type_line(b"R\n")  # s_client's command for it
    read_until(b"verify return", said.count(b"verify return") + 1)  # its certificate is seen again, or the connection has ended
    type_line(head(f"GET {PREFIX}register HTTP/1.1"))
    read_until(b"HTTP/1.1")
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    process.wait(30)
    assert b"RENEGOTIATING" in said and b"HTTP/1.1" not in said, said


def fill(receiver, sources):
    """Connects from each of @sources and announces a message: who is let in is told to go on, and is waited for; who is
    one too many is hung up on without a word. Returns (the connections, how many are in at the end: on a busy machine one may have had to make
    room for another)."""
    request = head(f"POST {PREFIX}register HTTP/1.1", "Content-Length: 100", "Expect: 100-continue")
    streams, let_in = [], []
    for source in sources:
        stream = receiver.connect(tls=False, source=source)
        streams.append(stream)
        with contextlib.suppress(ConnectionError):
            stream.sendall(request)
            if stream.recv(12) == b"HTTP/1.1 100":
                let_in.append(stream)
    return streams, sum(map(is_open, let_in))


def is_open(stream):
    """Whether the receiver has not hung up. What is left of its answer does not count."""
    stream.setblocking(False)
    try:
        while stream.recv(1000):
            pass
        return False
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    finally:
        stream.setblocking(True)


def crowded(receiver, sources, expected, spared=0, meanwhile=lambda: None):
    """Of as many connections as @sources, @expected are let in, or up to @spared fewer: those are other devices' that
    ask the receiver who it is. Those that are in stay in for IDLE seconds without a
    word: a machine that was too slow to connect them all in that time has shown nothing, and tries again."""
    for _ in range(4):
        started = time.monotonic()
        streams, let_in = fill(receiver, sources)
        in_time = time.monotonic() - started < IDLE - 1
        try:
            if in_time:
                assert expected - spared <= let_in <= expected, f"{let_in} of {len(sources)} were let in"
                meanwhile()
                return
        finally:
            for stream in streams:
                stream.close()
        time.sleep(1)
    raise AssertionError(f"{len(sources)} connections take more than {IDLE} s")


def crowd(lab, receiver):
    """70 connections from one address: 64 are kept, and other addresses are served meanwhile and this one after."""
    def others_are_served():
        receiver.register("127.0.0.7")

    crowded(receiver, ["127.0.0.6"] * 70, 64, meanwhile=others_are_served)
    receiver.register("127.0.0.6")


def crowds(lab, receiver):
    """192 connections of strangers, from however many addresses."""
    other = lab.receivers[1]
    crowded(other, [f"127.0.0.{20 + i % 5}" for i in range(300)], 192, spared=8)
    other.check_alive()
    other.stop()


def half_open(lab, receiver):
    """Handshakes that stop half-way: three of an address at once, so that there is always room for others."""
    hello, other = client_hello(), lab.receivers[3]  # where nobody else has a handshake to make
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(other.connect(tls=False, source="127.0.0.9")) for _ in range(20)]
        for stream in streams:
            stream.sendall(hello)
            stream.setblocking(False)
        begun = Begun(streams)
        deadline = time.monotonic() + LIMIT
        while len(begun.answered) < 3 and time.monotonic() < deadline:
            begun.look(1)
        assert len(begun.answered) >= 3, len(begun.answered)
        other.register("127.0.0.10")
        # However long that took: one that gives way to another is hung up on before the next one begins.
        for _ in range(3):
            begun.look(0.3)


class Begun:
    """How many handshakes of one address go on at once: those that were answered, and not hung up on since."""

    def __init__(self, streams):
        self.streams, self.answered = streams, set()

    def look(self, seconds):
        # What happened before this moment is what is looked at, also while more of it happens.
        for stream in select.select(self.streams, [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):
                try:
                    while stream.recv(65536):
                        self.answered.add(stream)
                except ConnectionError:
                    pass
                self.streams.remove(stream)
        going_on = self.answered & set(self.streams)
        assert len(going_on) <= 3, len(going_on)


def half_open_everywhere(lab, receiver):
    """The same from ten and from forty addresses, again and again. Whoever comes meanwhile has a turn; in order of arrival, there would be 60
    and 40 handshakes of 10 s before it, 8 at once."""
    hello, other = client_hello(), lab.receivers[2]  # where nobody else has a handshake to make
    for addresses, each in ((10, 6), (40, 1)):
        stop = threading.Event()

        def hold(number):
            streams = []
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    while len(streams) < each:
                        streams.append(other.connect(tls=False, source=f"127.0.4.{1 + number}"))
                        streams[-1].sendall(hello)
                        streams[-1].setblocking(False)
                for stream in list(streams):
                    try:
                        if stream.recv(4096) == b"":
                            streams.remove(stream)
                    except BlockingIOError:
                        pass
                    except OSError:
                        streams.remove(stream)
                time.sleep(0.05)

        threads = [threading.Thread(target=hold, args=(number,), daemon=True) for number in range(addresses)]
        for thread in threads:
            thread.start()
        try:
            time.sleep(1)
            for _ in range(4):
                other.register("127.0.0.10")
        finally:
            stop.set()
            for thread in threads:
                thread.join(10)


def idle_bodies(lab, receiver):
    """A body of which no byte comes for 30 s: of an upload, and of a message."""
    one = receiver.offer([music("slow", 1000)])

    def stall(what):
        with receiver.connect(source="127.0.0.13", timeout=IDLE + SLACK) as stream:
            started = time.monotonic()
            stream.sendall(head(f"POST {PREFIX}{what} HTTP/1.1", "Content-Length: 1000") + b"x" * 10)
            data = closes_within(stream, IDLE + SLACK)
            took = time.monotonic() - started
        assert took > IDLE - 3, f"{what}: {took:.1f} s, {data}"
        assert not data.startswith(b"HTTP/1.1 2"), data

    in_parallel([lambda: stall(one.query()), lambda: stall("finish?sessionId=" + one.id), lambda: stall("register")])


def two_requests_in_one(lab, receiver):
    """What follows a refused request on its connection is not taken for a request (RFC 9112, 11.2)."""
    second = head(f"GET {PREFIX}register HTTP/1.1")
    for first in (head(f"POST {PREFIX}finish?sessionId=x HTTP/1.1", f"Content-Length: {len(second)}"),
                  head(f"POST {PREFIX}nothing HTTP/1.1", "Content-Length: 0"),
                  head(f"POST {PREFIX}upload?sessionId=x&fileId=f&token=t HTTP/1.1", "Content-Length: 0")):
        with receiver.connect() as stream:
            with contextlib.suppress(OSError):
                stream.sendall(first + second)
            data = read_all(stream)
        assert data.count(b"HTTP/1.1 ") == 1, data
        assert parse_answer(data).status in (404, 400), data


def hang_up_early(lab, receiver):
    """Gone before the answer, with a reset: nobody waits for this client."""
    body = b'{"files":[{"name":"../x","size":1}]}'
    request = head(f"POST {PREFIX}prepare-upload HTTP/1.1", f"Content-Length: {len(body)}") + body
    for size in range(0, len(request), 7):
        stream = receiver.connect(source="127.0.0.8")
        stream.sendall(request[:size])
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        stream.close()


if __name__ == "__main__":
    sys.exit(run([idle_bodies, slow_heads, silence, crowd, crowds, half_open, half_open_everywhere, plain_http, no_certificate, unknown_paths,
                  wrong_methods, no_http, too_long_heads, garbage, old_protocols, renegotiation, two_requests_in_one, hang_up_early], "--accept", "all",
                 others=[("--accept", "all")] * 3))
