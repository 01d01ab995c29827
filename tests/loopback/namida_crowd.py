# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes every attack that strangers can make on a receiver, all at the same time. It is a separate program, so that it
can run with the lowest priority: the work of the attackers' own computers must not be measured.

namida_crowd.py PORT CERTIFICATE KEY: attacks until its input ends, then prints the number of each kind of attack
(JSON).
NAMIDA_CROWD_LINK: how many bytes a second all attackers together can send (default: unlimited)."""
import contextlib
import hashlib
import json
import os
import socket
import ssl
import sys
import threading
import time

PREFIX = "/api/namidasync/v1/"
LOCALSEND = "/api/localsend/v2/"


def head(what, *fields, method="POST"):
    return "\r\n".join([f"{method} {what}", *(fields or ["Host: 127.0.0.1"]), "", ""]).encode()


class Link:
    """The network between the attackers and the receiver."""

    def __init__(self, bytes_per_second):
        self.rate, self.free_at, self.lock = bytes_per_second, 0, threading.Lock()

    def pass_on(self, data):
        with self.lock:
            self.free_at = max(time.monotonic(), self.free_at) + len(data) / self.rate
            wait = self.free_at - time.monotonic()
        time.sleep(max(wait, 0))

    def limit(self, kind):
        """Lets all sockets of this class send through the link."""
        send_all = kind.sendall

        def limited(stream, data, *arguments):
            self.pass_on(data)
            return send_all(stream, data, *arguments)

        kind.sendall = limited


class Crowd:
    """Runs each attack in a thread, from its own addresses, until it is stopped."""

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
            self.done[attack.__name__] = self.done.get(attack.__name__, 0) + 1
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
        """Begins a handshake and stops. Each such connection takes the place of another one."""
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
        """Sends a request with this body and waits at most this many seconds for the answer."""
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


def main(port, certificate, key):
    if rate := int(os.environ.get("NAMIDA_CROWD_LINK", "0")):
        link = Link(rate)
        link.limit(socket.socket)
        link.limit(ssl.SSLSocket)
    with Crowd(int(port), (certificate, key)) as crowd:
        print("began", flush=True)
        sys.stdin.read()
    print(json.dumps(crowd.done), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
