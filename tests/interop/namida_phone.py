# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulates the Namida Sync phone app (2.0.0-beta.1) as observed on the network: docs/protocol.md, "The phone app's
dialect". Uses only the standard library. It makes the same mistakes as the app."""
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import sys
import threading
import time
import urllib.parse
import uuid

PREFIX = "/api/namidasync/v1/"
PORTS = (53317, 53318)
GROUP = "224.0.0.251"
CHUNK = 65536
WAIT = 60  # seconds: the app itself has no limit, a test that hangs tells nobody why


class Refused(Exception):
    """It is told so: 403 and the like. The status, and what the answer says."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body!r}")
        self.status, self.body = status, body


class HungUp(Exception):
    """The connection ended without an answer."""


def chunked(data):
    """A body's chunks as Dart writes them: whatever was added at once is one chunk."""
    for start in range(0, len(data), CHUNK):
        piece = data[start:start + CHUNK]
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    yield b"0\r\n\r\n"


def read_answer(stream):
    """Status and body of the one answer on this connection."""
    data = b""
    with contextlib.suppress(ConnectionError):
        while more := stream.recv(CHUNK):
            data += more
            head, found, body = data.partition(b"\r\n\r\n")
            if found and head.split()[1] != b"100":
                length = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
                if length and len(body) >= int(length[0]):
                    break
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        raise HungUp("no answer")
    return int(head.split()[1]), body.decode(errors="replace")


class Phone:
    """The sending side, and the search. @source: the address that it comes from."""

    def __init__(self, host="127.0.0.1", port=53317, source="127.0.0.1", alias="android-4821"):
        self.host, self.port, self.source, self.alias = host, port, source, alias
        self.uuid = str(uuid.uuid4())

    # ---- the search ----

    def hello(self, interface=None):
        """From a port of its own, once; then listens for 2 s. What answered: address → hello."""
        data = json.dumps({"alias": self.alias, "port": 53317, "uuid": self.uuid}).encode()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            if interface:
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
            sender.sendto(data, (GROUP, PORTS[0]))
        found = {}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(("", PORTS[0]))
            listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                                socket.inet_aton(GROUP) + socket.inet_aton(interface or "0.0.0.0"))
            end = time.monotonic() + 2
            while (left := end - time.monotonic()) > 0:
                listener.settimeout(left)
                with contextlib.suppress(TimeoutError, ValueError):
                    data, address = listener.recvfrom(65536)
                    said = json.loads(data)
                    if said.get("uuid") != self.uuid:
                        found[address[0]] = said
        return found

    def register(self, host, port, idle=None):
        """One GET of its search; the connection stays open for @idle, as its pool keeps it."""
        with socket.create_connection((host, port), 1, (self.source, 0)) as stream:
            stream.settimeout(WAIT)
            stream.sendall(f"GET {PREFIX}register HTTP/1.1\r\nuser-agent: Dart/3.4 (dart:io)\r\naccept-encoding: gzip\r\n"
                           f"content-length: 0\r\nhost: {host}:{port}\r\n\r\n".encode())
            status, body = read_answer(stream)
            if idle:
                idle.wait(WAIT)
        return json.loads(body) if status == 200 else None

    def scan(self, ports, hosts=None, idle=True):
        """Every address of the /24 at every port, all at once. Returns (address, port) → what it says."""
        hosts = hosts or [f"127.0.0.{n}" for n in range(1, 255)]
        found, everybody_asked = {}, threading.Event()

        def ask(host, port):
            with contextlib.suppress(OSError, HungUp, ValueError):
                said = self.register(host, port, everybody_asked if idle else None)
                if said and said.get("uuid") != self.uuid:
                    found[host, port] = said

        asking = [threading.Thread(target=ask, args=(host, port), daemon=True) for host in hosts for port in ports]
        for thread in asking:
            thread.start()
        end = time.monotonic() + WAIT
        # Who waits idly has its answer: the rest are done when nobody is left but those.
        while time.monotonic() < end and sum(thread.is_alive() for thread in asking) > len(found):
            time.sleep(0.02)
        time.sleep(0.1)
        everybody_asked.set()
        for thread in asking:
            thread.join(WAIT)
        return found

    # ---- the sending ----

    def connect(self):
        return socket.create_connection((self.host, self.port), WAIT, (self.source, 0))

    def post(self, path, body, kind, stream=None, length=None):
        """Sends all of @body before it looks at an answer. @length: instead of chunks."""
        with stream or self.connect() as stream:
            framing = f"content-length: {length}" if length is not None else "transfer-encoding: chunked"
            stream.sendall(f"POST {PREFIX}{path} HTTP/1.1\r\nuser-agent: Dart/3.4 (dart:io)\r\ncontent-type: {kind}\r\n"
                           f"accept-encoding: gzip\r\n{framing}\r\nhost: {self.host}:{self.port}\r\n\r\n".encode())
            try:
                for piece in [body] if length is not None else chunked(body):
                    stream.sendall(piece)
            except ConnectionError as error:
                raise HungUp(str(error)) from error
            return read_answer(stream)

    def offer(self, backup_name, files):
        """Waits for the person there. @files: the offer's entries."""
        body = json.dumps({"backupName": backup_name, "files": files}, ensure_ascii=False).encode()
        status, said = self.post("prepare-upload", body, "application/json; charset=utf-8")
        if status != 200 or "Ready" not in said:
            raise Refused(status, said)

    @staticmethod
    def target(entry):
        if not entry["folderLabel"]:
            return "upload?" + urllib.parse.urlencode({"type": "backupZip", "name": entry["name"]})
        return "upload?" + urllib.parse.urlencode({"type": "music", "relativePath": entry["relativePath"],
                                                   "folderLabel": entry["folderLabel"]})

    def upload(self, entry, body, stream=None, target=None, length=None):
        if not body and length is None:
            length = 0
        status, said = self.post(target or self.target(entry), body, "application/octet-stream", stream, length)
        if status != 200 or "File received" not in said:
            raise Refused(status, said)

    def send(self, backup_name, tree):
        """An offer and all of its files. @tree: (label, relative path) → bytes; the zip: ("", name)."""
        entries = entries_of(tree)
        self.offer(backup_name, entries)
        for entry, body in zip(entries, tree.values()):
            self.upload(entry, body)


def entries_of(tree):
    return [{"name": path.rsplit("/", 1)[-1], "path": f"/storage/emulated/0/{label}/{path}", "size": len(body),
             "folderLabel": label, "relativePath": path if label else ""} for (label, path), body in tree.items()]


# ---- the receiving side ----

class Restore:
    """What it knows of a transfer: nothing but counts."""

    def __init__(self, folder, offer):
        self.folder, self.offer = folder, offer
        self.total, self.came, self.running = len(offer["files"]), 0, 0
        self.saved, self.finished, self.faults = {}, threading.Event(), []


class Receiving(http.server.ThreadingHTTPServer):
    """Its server, while its page is open. @answer: "yes", "no", or a function of the offer. What was restored lies in
    @folder: Backups and one folder a label; what the app would have done wrong is in @faults."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder, host="127.0.0.1", port=0, answer="yes", alias="android-1", fail_at=None):
        super().__init__((host, port), Handler)
        self.folder, self.answer, self.alias = pathlib.Path(folder), answer, alias
        self.uuid, self.fail_at = str(uuid.uuid4()), fail_at
        self.current, self.done, self.faults, self.log = None, [], [], []
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.shutdown()
        self.server_close()

    def restore(self, current):
        """It takes the zip and moves what it saved to its places: existing names are skipped, never overwritten."""
        if any("path" not in entry for entry in current.offer["files"]):
            self.faults.append("an entry without path: the restore throws, and all is deleted")
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        zips = [name for (kind, name) in current.saved if kind == "backupZip"]
        if zips != [current.offer["backupName"]]:
            self.faults.append(f"{zips} are no one zip named {current.offer['backupName']}")
        for (label, path), body in current.saved.items():
            place = self.folder / ("Backups" if label == "backupZip" else label) / path.replace("\\", "/")
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                place.write_bytes(body)
        self.done.append(current.offer)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def say(self, status, text, kind="text/plain; charset=utf-8"):
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def fault(self, text):
        self.server.faults.append(text)

    def body(self):
        if self.headers.get("Expect"):
            self.fault("Expect: 100-continue")
        if "Content-Length" in self.headers:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            if len(data) != int(self.headers["Content-Length"]):
                raise ConnectionError("cut off")
            return data
        data = b""
        while True:
            line = self.rfile.readline()
            if not line:
                raise ConnectionError("cut off")
            size = int(line.split(b";")[0], 16)
            data += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return data

    def do_GET(self):
        if self.path == PREFIX + "register":
            self.say(200, json.dumps({"alias": self.server.alias, "uuid": self.server.uuid}), "application/json")
        else:
            self.say(404, "Not Found")

    def do_POST(self):
        self.server.log.append(self.path)
        what, _, query = self.path.removeprefix(PREFIX).partition("?")
        try:
            {"prepare-upload": self.prepare, "upload": self.upload, "cancel": self.cancel}[what](
                dict(urllib.parse.parse_qsl(query, keep_blank_values=True)))
        except KeyError:
            self.say(404, "Not Found")
        except ConnectionError:
            self.close_connection = True

    def prepare(self, query):
        try:
            offer = json.loads(self.body())
            assert isinstance(offer["backupName"], str) and offer["files"]
            for entry in offer["files"]:
                assert all(isinstance(entry[key], str) for key in ("name", "folderLabel", "relativePath")), entry
                assert type(entry["size"]) is int, entry
        except (ValueError, KeyError, TypeError, AssertionError) as error:
            self.fault(f"an invalid offer: {error}")
            self.say(400, "Invalid request")
            return
        answer = self.server.answer(offer) if callable(self.server.answer) else self.server.answer
        if answer != "yes":
            self.say(403, "Transfer declined")
            return
        with self.server.lock:
            if self.server.current:
                self.fault("an offer while it still counts another transfer")
            self.server.current = Restore(self.server.folder, offer)
        self.say(200, "Ready for upload")

    def upload(self, query):
        server = self.server
        label = "backupZip" if query["type"] == "backupZip" else query["folderLabel"]
        path = query["name"] if query["type"] == "backupZip" else query["relativePath"]
        with server.lock:
            current = server.current
            if not current:
                self.say(403, "No transfer")
                return
            # It counts when a request arrives, not when a file is there, and does not look whether it had it before.
            current.came += 1
            last = current.came == current.total
            current.running += 1
            if current.running > 1:
                self.fault(f"{path} came while another file did")
            if (label, path) in current.saved:
                self.fault(f"{path} came twice")
        try:
            if server.fail_at and current.came == server.fail_at:
                server.fail_at = None
                self.rfile.read(1)
                raise ConnectionError("the phone lost its network")
            body = self.body()
        finally:
            with server.lock:
                current.running -= 1
        if len(body) not in [entry["size"] for entry in current.offer["files"] if entry["name"] == path.rsplit("/", 1)[-1]]:
            self.fault(f"{path} has {len(body)} bytes")
        current.saved[label, path] = body
        if last:
            with server.lock:
                server.current = None
            server.restore(current)
        self.say(200, "File received")

    def cancel(self, query):
        self.body() if int(self.headers.get("Content-Length") or 0) else None
        with self.server.lock:
            self.server.current = None
        self.say(200, "Cancelled")


# ---- what is sent ----

def sample(seed=1, files=300):
    """A zip and @files files with hard names: (label, relative path) → bytes, the zip first."""
    name = "Namida Backup - 2026-07-19 18.30.00.zip"
    hard = ["Björk/01 + Me.flac", "a&b=c?d#e.mp3", "100%.mp3", "100%25.mp3", " leading and trailing .mp3", "-dash.flac",
            "…/…/日本語 – 音楽.opus", "emoji 🎵/👩‍👩‍👧.m4a", "é (NFC).mp3", "é (NFD).mp3", "quote\".mp3", "it's.mp3", "semi;colon.mp3",
            "new\nline.mp3", "tab\t.mp3", ".hidden/.hidden.mp3", "CON.mp3", "plus+plus.mp3", "a" * 200 + ".mp3",
            "/".join(["deep"] * 40) + "/end.ogg", "عربي/موسيقى.mp3", "colon: star* pipe|.mp3", "empty.mp3", "dots...mp3",
            "folder.mp3/inside.mp3", "Ｆｕｌｌｗｉｄｔｈ.wav", "name.MP3.part", "~tilde.mp3", "$(touch x).mp3", "%2e%2e%2f.mp3"]
    tree = {("", name): os.urandom(1) * 300_007 + str(seed).encode()}
    for number, path in enumerate(hard):
        tree["Music", path] = b"" if path == "empty.mp3" else f"{seed} {path}".encode() * (1 + number * 37)
    while len(tree) < files + 1:
        number = len(tree)
        label = ("Music", "Rips & more", "Ünï cödé")[number % 3]
        tree[label, f"Artist {number % 7}/{number:03} song.flac"] = f"{seed}:{number} ".encode() * (number * 11 % 9000)
    return name, tree


def differences(tree, folder, place):
    """As diff -r has it: what is not alike in @tree and below @folder. @place: (label, path) → its path there."""
    wanted = {str(place(label, path)): body for (label, path), body in tree.items()}
    found = {str(path.relative_to(folder)): path.read_bytes() for path in pathlib.Path(folder).rglob("*")
             if path.is_file() and not path.is_symlink()}
    return sorted([f"only sent: {name!r}" for name in wanted.keys() - found.keys()]
                  + [f"only there: {name!r}" for name in found.keys() - wanted.keys()]
                  + [f"differs: {name!r}" for name in wanted.keys() & found.keys() if wanted[name] != found[name]])


# ---- as a program of its own, on a machine of its own ----

if __name__ == "__main__":
    what, where = sys.argv[1:3]
    if what == "look":  # where: the first three numbers of its /24
        here = Phone(source="0.0.0.0")
        by_hello = here.hello()
        by_scan = here.scan(PORTS, [f"{where}.{n}" for n in range(1, 255)])
        print(json.dumps({"uuid": here.uuid, "hello": by_hello,
                          "scan": {f"{host}:{port}": said for (host, port), said in by_scan.items()}}))
    else:  # serve: where: what it restores
        serving = Receiving(where, host="0.0.0.0", port=PORTS[0], alias="android-77")
        print(json.dumps({"uuid": serving.uuid}), flush=True)
        while not serving.done:
            time.sleep(0.1)
        print(json.dumps({"faults": serving.faults, "files": sorted(
            str(path.relative_to(where)) for path in pathlib.Path(where).rglob("*") if path.is_file())}), flush=True)
