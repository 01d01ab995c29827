# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulates LocalSend 1.18: its server, which requires a client certificate, and its sender. Uses only Python's
standard library.

It behaves and checks like the app: fingerprints of certificates, one session, two chunked bodies at a time, exactly 200
with an empty body, 422 and another attempt, /cancel to the server of the other side."""
import concurrent.futures
import contextlib
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import queue
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
import urllib.parse

import namida_hostile as base

API = "/api/localsend/v2/"
WAIT = 30
GROUP = "224.0.0.167"


def fingerprint_of(certificate):
    """Of a file in PEM."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pathlib.Path(certificate).read_text())).hexdigest().upper()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """LocalSend receiving. @trusted: the program's certificate, in PEM: the one that is taken from it; None: plain HTTP.

    Every request becomes an entry of @log; what it answers is set by attributes."""

    def __init__(self, folder, identity, trusted=None, host="127.0.0.1"):
        self.folder, self.identity = pathlib.Path(folder), identity
        self.folder.mkdir(parents=True, exist_ok=True)
        self.fingerprint = fingerprint_of(identity.certificate)
        self.encrypted = trusted is not None
        self.pin, self.refuse = None, None  # refuse: (status, message) for prepare-upload
        self.damage = {}  # name → how often its bytes arrive damaged: 422
        self.only = None  # names that are wanted; None: all
        self.messages = []  # texts that were sent; None: it knows no messages, and wants their files
        self.on_upload = None  # called with the name before its body is read
        self.files, self.tokens, self.session, self.asker = {}, {}, None, None
        self.log, self.problems, self.uploading, self.most_uploading = [], [], 0, 0
        self.lock = threading.Lock()
        self.cancelled = threading.Event()
        self.registered = queue.Queue()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = WAIT

            def setup(self):
                self.request.settimeout(WAIT)
                if outer.encrypted:
                    self.request.do_handshake()
                super().setup()

            def log_message(self, *_):
                pass

            def do_POST(self):
                outer.serve(self)

            do_GET = do_POST

        class Threads(http.server.ThreadingHTTPServer):
            daemon_threads = True
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

            def handle_error(self, request, client_address):
                outer.log.append(("error", traceback.format_exc(limit=1), client_address[0]))

        self.server = Threads((host, 0), Handler)
        self.port = self.server.server_address[1]
        if self.encrypted:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(identity.certificate, identity.key)
            context.verify_mode = ssl.CERT_REQUIRED  # within its dates, signed by its own key
            context.load_verify_locations(trusted)
            self.peer_fingerprint = fingerprint_of(trusted)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def info(self):
        return {"alias": f"Strong Onion {self.port}", "version": "2.2", "deviceModel": "Pixel", "deviceType": "mobile",
                "fingerprint": self.fingerprint, "port": self.port, "protocol": "https" if self.encrypted else "http",
                "download": False}

    # ---- one request ----

    def serve(self, request):
        path, _, query = request.path.partition("?")
        query = {key: values[0] for key, values in urllib.parse.parse_qs(query).items()}
        name = path[len(API):] if path.startswith(API) else None
        handler = {"register": self.register, "info": self.info_request, "prepare-upload": self.prepare,
                   "upload": self.upload, "cancel": self.cancel}.get(name)
        self.log.append((name or path, query, request.client_address[0]))
        if handler is None:
            self.answer(request, 404, {"message": "Not found"})
        else:
            handler(request, query)

    def answer(self, request, status, body=None):
        data = json.dumps(body).encode() if body is not None else b""
        request.send_response(status)
        if data and len(self.log) % 2:  # both ways occur
            request.send_header("Transfer-Encoding", "chunked")
            data = b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)
        else:
            request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def body(self, request):
        if "chunked" not in request.headers.get("Transfer-Encoding", ""):
            length = int(request.headers.get("Content-Length", 0))
            data = request.rfile.read(length)
            if len(data) != length:
                raise ConnectionError("cut")
            return data
        data = b""
        while size := int(request.rfile.readline().strip(), 16):
            data += request.rfile.read(size)
            request.rfile.readline()
        request.rfile.readline()
        return data

    def check_peer(self, request, info):
        """Body and certificate name the same device."""
        shown = hashlib.sha256(request.connection.getpeercert(True)).hexdigest().upper() if self.encrypted else None
        wanted = {"alias", "version", "fingerprint", "port", "protocol", "download", "deviceModel", "deviceType"}
        if wanted - info.keys() or (shown and info["fingerprint"] != shown):
            self.problems.append(("info", info, shown))
            return False
        return True

    def register(self, request, _):
        info = json.loads(self.body(request))
        if not self.check_peer(request, info):
            return self.answer(request, 403, {"message": "Invalid fingerprint"})
        self.registered.put(info)
        self.answer(request, 200, {key: value for key, value in self.info.items() if key not in ("port", "protocol")})

    def info_request(self, request, _):
        self.answer(request, 200, self.info)

    def prepare(self, request, query):
        body = json.loads(self.body(request))
        self.sender = body["info"]
        if not self.check_peer(request, body["info"]):
            return self.answer(request, 403, {"message": "Invalid fingerprint"})
        if self.pin and query.get("pin") != self.pin:
            return self.answer(request, 401, {"message": "Invalid PIN" if "pin" in query else "PIN required"})
        if self.refuse:
            status, message = self.refuse
            return self.answer(request, status, {"message": message} if message else None)
        if self.session:
            return self.answer(request, 409, {"message": "Blocked by another session"})
        only = list(body["files"].values())[0]
        if self.messages is not None and len(body["files"]) == 1 and only["fileType"] == "text/plain" and "preview" in only:
            self.messages.append(only["preview"])
            return self.answer(request, 204)
        for id_, file in body["files"].items():
            modified = file.get("metadata", {}).get("modified")
            if (id_ != file["id"] or not id_.isalnum() or not isinstance(file["size"], int) or ".." in file["fileName"]
                    or (modified and not modified.endswith("Z"))):
                self.problems.append(("file", file))
        self.session, self.asker = f"session-{self.port}", request.client_address[0]
        self.files = {id_: file for id_, file in body["files"].items()
                      if self.only is None or file["fileName"] in self.only}
        self.tokens = {id_: f"token-{id_}" for id_ in self.files}
        self.answer(request, 200, {"sessionId": self.session, "files": self.tokens})

    def upload(self, request, query):
        file = self.files.get(query.get("fileId"))
        if (query.get("sessionId") != self.session or not file or query.get("token") != self.tokens[file["id"]]
                or request.client_address[0] != self.asker):
            self.problems.append(("upload", query, request.client_address))
            return self.answer(request, 403, {"message": "Invalid token or IP address"})
        with self.lock:
            self.uploading += 1
            self.most_uploading = max(self.most_uploading, self.uploading)
        try:
            if self.on_upload:
                self.on_upload(file["fileName"])
            data = self.body(request)
        finally:
            with self.lock:
                self.uploading -= 1
        if len(data) != file["size"]:
            self.problems.append(("size", file, len(data)))
        if file.get("sha256") not in (None, hashlib.sha256(data).hexdigest()):
            self.problems.append(("sha256", file))
        if self.damage.get(file["fileName"], 0) > 0:
            self.damage[file["fileName"]] -= 1
            return self.answer(request, 422, {"message": "Checksum mismatch"})
        target = self.folder / file["fileName"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        with self.lock:
            self.tokens.pop(file["id"])
            if not self.tokens:
                self.session = None
        self.answer(request, 200)

    def cancel(self, request, query):
        if query.get("sessionId", self.session) == self.session:
            self.session = None
            self.cancelled.set()
        self.answer(request, 200)


class Peer:
    """LocalSend sending, and what any client can do. @identity: (or None): shows no certificate; @scheme: http or https"""

    def __init__(self, receiver, identity, scheme="https", alias="Secret Banana", port=9, source="127.0.0.1",
                 protocol="https"):
        self.receiver, self.identity, self.scheme, self.source = receiver, identity, scheme, source
        self.info = {"alias": alias, "version": "2.2", "deviceModel": "Pixel", "deviceType": "mobile", "port": port,
                     "fingerprint": fingerprint_of(identity.certificate) if identity else "random letters",
                     "protocol": protocol, "download": False}

    def connection(self, source=None):
        options = {"timeout": WAIT, "source_address": (source or self.source, 0)}
        if self.scheme == "http":
            return http.client.HTTPConnection("127.0.0.1", self.receiver.port, **options)
        return http.client.HTTPSConnection("127.0.0.1", self.receiver.port, context=base.tls_context(self.identity),
                                           **options)

    def request(self, what, body=None, method="POST", chunked=False, source=None, headers=()):
        connection = self.connection(source)
        if body is not None and not isinstance(body, (bytes, list)):
            body = json.dumps(body).encode()
        try:
            if chunked:
                pieces = [body[i:i + 65536] for i in range(0, len(body), 65536)]
                connection.request(method, API + what, iter(pieces), dict(headers), encode_chunked=True)
            else:
                connection.request(method, API + what, body, dict(headers))
            answer = connection.getresponse()
            return base.Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()},
                               answer.read())
        finally:
            connection.close()

    def prepare(self, files, pin=None, info=None, **more):
        """@files: name → bytes, or a dictionary as it is on the wire."""
        described = {}
        for number, (name, data) in enumerate(files.items()):
            file = data if isinstance(data, dict) else {"fileName": name, "size": len(data)}
            id_ = f"id-{number}"
            described[id_] = {"id": id_, "fileType": "application/octet-stream", "sha256": None, **file}
        return self.request("prepare-upload" + (f"?pin={pin}" if pin else ""),
                            {"info": info or self.info, "files": described}, **more)

    def upload(self, session, id_, data, token=None, **more):
        query = {"sessionId": session["sessionId"], "fileId": id_, "token": token or session["files"][id_]}
        return self.request("upload?" + "&".join(f"{key}={value}" for key, value in query.items()), data, **more)

    def send(self, files, pin=None, describe=lambda name, data: None):
        """As the app does: two at a time, chunked. Raises when anything but 200 with an empty body comes."""
        answer = self.prepare({name: describe(name, data) or data for name, data in files.items()}, pin)
        assert answer.status == 200, answer
        session = answer.json

        def one(item):
            number, data = item
            if f"id-{number}" not in session["files"]:
                return
            done = self.upload(session, f"id-{number}", data, chunked=bool(data))
            assert done.status == 200 and done.body == b"", (number, done)

        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            list(pool.map(one, enumerate(files.values())))


class Program:
    """The program as a sender, to one place."""

    def __init__(self, lab, cli=base.CLI):
        self.lab, self.cli = lab, cli
        self.home = lab.path / f"sender-{len(list(lab.path.iterdir()))}"
        self.data = self.home / "data"
        self.data.mkdir(parents=True)
        self.run_cli("identity")
        self.certificate = self.data / "identity" / "certificate.pem"

    def environment(self):
        env = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        for key in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "DBUS_SESSION_BUS_ADDRESS"):
            env.pop(key, None)
        return {**env, "HOME": str(self.home), "LC_ALL": "C.UTF-8", "LANGUAGE": "C",
                "GIO_USE_PROXY_RESOLVER": "dummy",
                "ASAN_OPTIONS": ":".join(filter(None, [env.get("ASAN_OPTIONS"), "detect_leaks=0"]))}

    def start(self, *arguments):
        return subprocess.Popen([self.cli, "--interface", "lo", "--port", str(free_port()), "--data-dir", self.data,
                                 "--json", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=self.environment(), cwd=self.home)

    def run_cli(self, *arguments):
        """(exit code, events)"""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=3 * WAIT)
        assert b"CRITICAL" not in err and b"Sanitizer" not in err, err.decode()
        return process.returncode, [json.loads(line) for line in out.splitlines()]

    def send(self, to, *files, options=()):
        return self.run_cli("send", "--to", to, *(() if "--wait" in options else ("--wait", "0")), *options, *files)


def announce(info):
    """As LocalSend does, on the loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        out.sendto(json.dumps({**info, "announce": True}).encode(), (GROUP, 53317))


def listen_for(found, seconds=WAIT):
    """Listens on LocalSend's group until found(hello) is true; returns that hello, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        link.bind((GROUP, 53317))
        link.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                        socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1"))
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            link.settimeout(left)
            try:
                hello = json.loads(link.recv(8192))
            except (TimeoutError, ValueError):
                continue
            if found(hello):
                return hello
    return None


def run(tests, *make):
    """Each test(*what make returned), one after the other, as TAP."""
    failed = 0
    lab = base.Lab()
    print(f"1..{len(tests)}", flush=True)
    try:
        made = [one(lab) for one in make]
        for number, test in enumerate(tests, 1):
            failed += base.report(number, test.__name__, lambda: test(lab, *made))
    finally:
        lab.close()
    return 1 if failed else 0


def serve(folder, trusted, interface):
    """For the tests with namespaces: receives at all addresses of this machine, and announces itself until it is ended."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder / "received", base.Identity(folder, "onion"), trusted, host="::")
    index = socket.if_nametoindex(interface)
    print(json.dumps(server.info), flush=True)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as out:
        out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        while True:
            with contextlib.suppress(OSError):
                out.sendto(json.dumps({**server.info, "announce": True}).encode(), ("ff12::fd3a:e420", 53317, 0, index))
            time.sleep(0.5)


if __name__ == "__main__":
    serve(*sys.argv[2:5])
