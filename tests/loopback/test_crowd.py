# SPDX-License-Identifier: GPL-3.0-or-later
"""All that strangers do to a receiver, at the same time, while it receives from a trusted device."""
import contextlib
import hashlib
import json
import os
import pathlib
import socket
import ssl
import subprocess
import threading
import time

from namida_loopback import equal, expect, main, write

PREFIX = "/api/namidasync/v1/"
LOCALSEND = "/api/localsend/v2/"
WATCHDOG_MS = 50
MUSIC_BYTES = 300_000_000
GROWTH_MOST = 16 << 20


def head(what, *fields, method="POST"):
    return "\r\n".join([f"{method} {what}", *(fields or ["Host: 127.0.0.1"]), "", ""]).encode()


def pair(one, other):
    """@other receives with --accept ask."""
    one.start("pair", other.alias)
    one.wait_event("pair")
    other.wait_event("pair")
    one.answer(pair=True)
    other.answer(pair=True)
    equal(one.wait(), 0, one.errors)


class Crowd:
    """Each attack is a thread that goes on until told to stop, from addresses of its own."""

    def __init__(self, port, certificate):
        self.port = port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.context.load_cert_chain(*certificate)
        self.stop = threading.Event()
        self.done = {}
        attacks = [self.absurd_framing, self.long_paths, self.one_byte_chunks, self.large_bodies, self.slow_heads,
                   self.silent_connections, self.web_page, self.unknown_sessions, self.offers_given_up, self.offers_held,
                   self.phone_offers, self.localsend_offers, self.messages, self.pairings, self.deep_folders,
                   self.unknown_uploads, self.slow_hellos]
        attacks += [self.half_handshakes] * 5 + [self.whole_hellos] * 10
        self.hello = self.make_hello()
        self.threads = [threading.Thread(target=self.run, args=(attack, f"127.0.9.{number + 1}"), daemon=True)
                        for number, attack in enumerate(attacks)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(20)

    def run(self, attack, source):
        threading.current_thread().source = source
        while not self.stop.is_set():
            with contextlib.suppress(OSError):
                attack()
                name = getattr(attack, "__name__", "?")
                self.done[name] = self.done.get(name, 0) + 1
            time.sleep(0.005)

    def connect(self, tls=False):
        stream = socket.create_connection(("127.0.0.1", self.port), 5, (threading.current_thread().source, 0))
        return self.context.wrap_socket(stream) if tls else stream

    def ask(self, data, tls=False):
        with self.connect(tls) as stream:
            stream.sendall(data)
            while stream.recv(65536):
                pass

    def absurd_framing(self):
        for field in ("Transfer-Encoding: foo", "Content-Length: -1", "X: a\r\n b", "Host: a/b"):
            self.ask(head("/" + "a" * 15_000 + " HTTP/1.1", "Host: 127.0.0.1", field))

    def long_paths(self):
        self.ask(head("/" + "a" * 60_000 + " HTTP/1.1", "Host: a", "Transfer-Encoding: foo"))

    def one_byte_chunks(self):
        with self.connect(True) as stream:
            stream.sendall(head(PREFIX + "prepare-upload HTTP/1.1", "Host: 127.0.0.1", "Transfer-Encoding: chunked"))
            while not self.stop.is_set():
                stream.sendall(b"1\r\n \r\n" * 500)
                time.sleep(0.002)

    def large_bodies(self):
        with self.connect(True) as stream:
            stream.sendall(head(PREFIX + "prepare-upload HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {64 << 20}"))
            for _ in range(64 << 4):
                stream.sendall(b" " * (1 << 16))
                time.sleep(0.002)
                if self.stop.is_set():
                    return

    def slow_heads(self):
        with contextlib.ExitStack() as stack:
            streams = [stack.enter_context(self.connect()) for _ in range(60)]
            while not self.stop.is_set():
                for stream in streams:
                    stream.sendall(b"G")
                time.sleep(1)

    def silent_connections(self):
        with contextlib.ExitStack() as stack:
            streams = [stack.enter_context(self.connect()) for _ in range(60)]
            while streams and not self.stop.is_set():
                time.sleep(1)

    def make_hello(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            self.context.wrap_bio(incoming, outgoing).do_handshake()
        return outgoing.read()

    def whole_hellos(self):
        """A handshake has begun, and stops: each takes the place of another one."""
        with contextlib.ExitStack() as stack:
            for _ in range(6):
                stack.enter_context(self.connect()).sendall(self.hello)
            self.stop.wait(1)

    def slow_hellos(self):
        with self.connect() as stream:
            for number in range(len(self.hello) - 1):
                stream.sendall(self.hello[number:number + 1])
                if self.stop.wait(0.01):
                    return

    def post(self, path, body, tls, wait=0.0, more=()):
        """A request with this body, of which only so many seconds of the answer are waited for."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        with self.connect(tls) as stream:
            stream.sendall(head(path + " HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(data)}", *more) + data)
            stream.settimeout(max(wait, 0.001))
            with contextlib.suppress(TimeoutError):
                while said := stream.recv(65536):
                    return said
        return b""

    def offer(self):
        return {"info": {"alias": "A friend", "version": "1.0", "port": 1, "protocol": "https", "deviceType": "mobile"},
                "backupName": "", "files": [
                    {"id": "a", "name": "a.mp3", "path": "", "size": 5, "folderLabel": "Music", "relativePath": "a.mp3"}]}

    def offers_given_up(self):
        self.post(PREFIX + "prepare-upload", self.offer(), True, 0.05)

    def offers_held(self):
        self.post(PREFIX + "prepare-upload", self.offer(), True, 5)

    def phone_offers(self):
        files = [{"name": "x.mp3", "path": "", "size": 5, "folderLabel": "Music", "relativePath": "x.mp3"}]
        self.post(PREFIX + "prepare-upload", {"backupName": "", "files": files}, False, 0.05)

    def localsend(self, file):
        info = {"alias": "A friend", "version": "2.1", "deviceType": "mobile", "fingerprint": "x", "port": 1, "protocol": "http"}
        return {"info": info, "files": {"a": {"id": "a", "size": 5, **file}}}

    def localsend_offers(self):
        self.post(LOCALSEND + "prepare-upload", self.localsend({"fileName": "a.mp3", "fileType": "audio/mpeg"}), False, 0.05)

    def messages(self):
        self.post(LOCALSEND + "prepare-upload",
                  self.localsend({"fileName": "a.txt", "fileType": "text/plain", "preview": "x" * 60_000}), False, 1)

    def pairings(self):
        commitment = hashlib.sha256(os.urandom(32)).hexdigest()
        self.post(PREFIX + "pair", {"step": "commit", "commitment": commitment}, True, 1)

    def deep_folders(self):
        body = self.offer()
        body["files"] = [{**body["files"][0], "id": str(i), "relativePath": f"{i}/" + "a/" * 1900 + "x.mp3"} for i in range(15)]
        self.post(PREFIX + "prepare-upload", body, True, 1)

    def unknown_uploads(self):
        self.post(PREFIX + "upload?sessionId=x&fileId=a&token=x&offset=0", b"x" * 100_000, True, 1)
        self.post(LOCALSEND + "upload?sessionId=x&fileId=a&token=x", b"x" * 100_000, False, 1)

    def half_handshakes(self):
        with contextlib.ExitStack() as stack:
            for _ in range(6):
                stack.enter_context(self.connect()).sendall(b"\x16\x03\x01\x00\xc4\x01")
            self.stop.wait(1)

    def web_page(self):
        self.ask(head("/api/localsend/v2/prepare-upload HTTP/1.1", "Host: evil.example", "Origin: null", "Content-Length: 2") + b"{}")

    def unknown_sessions(self):
        self.ask(head(PREFIX + "finish?sessionId=x HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 67108864"), tls=True)


def memory(process):
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


class Peak:
    """The most memory that a process has meanwhile."""

    def __init__(self, process):
        self.process, self.most, self.stop = process, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.stop.wait(0.02):
            self.most = max(self.most, memory(self.process))

    def __enter__(self):
        self.most = memory(self.process)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(10)


def sanitized(process):
    return "asan" in pathlib.Path(f"/proc/{process.pid}/maps").read_text()


def watch(receiver, stop, found):
    """How long register takes, from an address of its own, and how much memory the receiver has at most."""
    port = receiver.listening["port"]
    while not stop.wait(0.05):
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", port), 20, ("127.0.9.200", 0)) as stream:
            stream.sendall(head(PREFIX + "register HTTP/1.1", method="GET"))
            said = stream.recv(65536)
        found["answers"].append(time.monotonic() - began)
        assert said.startswith(b"HTTP/1.1 200"), said
        found["memory"] = max(found["memory"], memory(receiver.process))


def timed(receiver, sender, path):
    began = time.monotonic()
    expect(0, sender.send(receiver, path, seconds=300))
    return time.monotonic() - began


def test_crowd(lab):
    """A trusted device sends through a crowd of attackers: it arrives, memory stays, and others are answered."""
    receiver, sender = lab.receiver("--accept", "ask"), lab.device("Sender")
    pair(sender, receiver)
    equal(receiver.stop(), 0)
    receiver.receive("--accept", "ask", "--unencrypted", "ask", wrap=("env", f"NAMIDA_WATCHDOG={WATCHDOG_MS}"))
    expect(0, sender.send(receiver, write(lab.path / "first.flac", b"x" * 1000)))
    with Peak(receiver.process) as peak:
        alone = timed(receiver, sender, write(lab.path / "a.flac", os.urandom(MUSIC_BYTES)))
    key, certificate = lab.path / "stranger.key", lab.path / "stranger.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", "/CN=stranger", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    before = peak.most  # what the trusted device's own transfer needs is not the crowd's
    stop, found, began = threading.Event(), {"answers": [], "memory": 0, "error": None}, time.monotonic()

    def watch_safely():
        try:
            watch(receiver, stop, found)
        except Exception as error:  # told by the test
            found["error"] = error

    watcher = threading.Thread(target=watch_safely, daemon=True)
    with Crowd(receiver.listening["port"], (certificate, key)) as crowd:
        time.sleep(3)
        watcher.start()
        amid = timed(receiver, sender, write(lab.path / "b.flac", os.urandom(MUSIC_BYTES)))
        time.sleep(5)
        stop.set()
        watcher.join(30)
    assert found["error"] is None, found["error"]
    grown = found["memory"] - before
    print(f"# alone {alone:.1f} s, amid the crowd {amid:.1f} s ({alone / amid:.0%}); {grown / (1 << 20):.1f} MiB more; register "
          f"{len(found['answers'])} times, at most {max(found['answers']):.2f} s; attacks: {crowd.done}")
    assert len(found["answers"]) > 5 and max(found["answers"]) < 5
    assert sanitized(receiver.process) or grown < GROWTH_MOST, f"{grown >> 20} MiB more"
    equal(receiver.stop(), 0)
    minutes = int((time.monotonic() - began) / 60) + 1
    asked = {name: sum(event["event"] == name for event in receiver.seen) for name in ("offer", "pair", "message")}
    blocked = [float(line.split()[2]) for line in receiver.errors if line.startswith("watchdog: blocked")]
    print(f"# in {minutes} minutes: {asked}; turns of the main loop over {WATCHDOG_MS} ms: {blocked}")
    print("# " + receiver.errors[-1])
    # Three may be open at once; ten a minute may be taken back; and then three are held back for ten seconds each.
    assert asked["offer"] <= 3 + 28 * minutes, asked
    assert asked["pair"] <= 3 + 3 * (minutes // 5) and asked["message"] <= 5 * (minutes + 1), asked


main(test_crowd)
