# SPDX-License-Identifier: GPL-3.0-or-later
"""A hostile client: its own certificates, curl for whole requests, raw sockets for broken ones. Prints TAP.

The receiver is the real program in a separate process. The files around its folders must not change."""
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import queue
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

PREFIX = "/api/namidasync/v1/"
WAIT = 90  # seconds that no single answer may need, not even of a program with sanitizers beside eleven others of its kind
CLI = os.path.abspath(sys.argv[1])
PROPER = {
    400: {"invalid-request", "invalid-manifest", "unsafe-path"}, 401: {"pin-required", "pin-wrong"},
    403: {"declined", "bad-token", "encryption-required", "certificate-required"}, 404: {"not-found"}, 405: {"method"},
    409: {"busy", "wrong-offset"}, 410: {"cancelled", "expired"}, 413: {"too-large"}, 414: {"too-long"},
    422: {"wrong-size", "checksum"}, 429: {"too-many"}, 500: {"internal"}, 507: {"no-space"},
}  # docs/protocol.md, "Errors"


class NoAnswer(AssertionError):
    """The connection ended without one."""


class Skipped(Exception):
    """What a test needs is not on this computer; says what."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


def parse_answer(data):
    """The bytes of an answer, or None: the connection was closed without one. Interim answers are skipped."""
    while data:
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        if not lines[0].startswith(("HTTP/1.1 ", "HTTP/1.0 ")):
            raise AssertionError(f"no HTTP answer: {data[:200]!r}")
        if not lines[0].startswith("HTTP/1.1 1"):
            headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:])}
            return Answer(int(lines[0].split()[1]), headers, body)
        data = body
    return None


class Identity:
    """A key and a certificate like any device's."""

    def __init__(self, folder, name):
        self.key, self.certificate = folder / f"{name}.key", folder / f"{name}.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "3650", "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate],
                       check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=WAIT)


def tls_context(identity):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if identity:
        context.load_cert_chain(identity.certificate, identity.key)
    return context


class Lab:
    """A temporary folder: identities, and a world of which the receiver's folders are a part."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="namida-hostile-")).resolve()
        self.world = self.path / "world"
        self.outside = self.world / "outside"
        self.outside.mkdir(parents=True)
        (self.outside / "victim").write_text("untouched\n")
        (self.outside / "folder").mkdir()
        (self.outside / "folder" / "victim").write_text("untouched too\n")
        (self.path / "x").write_text("a name to climb to\n")
        self.receivers = []
        self.identities = [Identity(self.path, name) for name in ("mallory", "trudy", "peggy", "sybil")]
        self.mallory, self.trudy, self.peggy, self.sybil = self.identities

    def receiver(self, *options):
        receiver = Receiver(self, len(self.receivers), options)
        self.receivers.append(receiver)
        return receiver

    def close(self):
        for receiver in self.receivers:
            receiver.kill()
        # Folders of versions are read-only, which stops all but root.
        for folder, _, _ in os.walk(self.path):
            os.chmod(folder, 0o700)
        shutil.rmtree(self.path, ignore_errors=True)
        if self.path.exists():
            raise AssertionError(f"{self.path} could not be removed")


def describe(path):
    info = os.lstat(path)
    kind = os.readlink(path) if os.path.islink(path) else ""
    if os.path.isfile(path) and not kind:
        kind = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    return info.st_mode, info.st_ino, info.st_nlink, info.st_size, info.st_mtime_ns, kind


def tree(root):
    """path → what it is, of everything below @root, links not followed."""
    found = {str(root): describe(root)}
    for folder, names, files in os.walk(root):
        for name in names + files:
            path = os.path.join(folder, name)
            found[path] = describe(path)
    return found


class Receiver:
    """The program, receiving. All that it may write to lies in @home."""

    def __init__(self, lab, number, options):
        self.lab = lab
        self.home = lab.world / f"receiver-{number}"
        self.data, self.backups, self.music = (self.home / name for name in ("data", "backups", "music"))
        for folder in (self.backups, self.music):
            folder.mkdir(parents=True)
        self.options = options
        self.errors, self.seen = [], []
        self.offering = threading.Lock()  # a device may have one open offer at a time
        for _ in range(5):  # another program may take the port in between
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            if self.start():
                return
        raise AssertionError(f"the receiver does not start: {self.errors}")

    def start(self):
        env = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        for key in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "DBUS_SESSION_BUS_ADDRESS"):
            env.pop(key, None)
        env.update(HOME=str(self.home), LC_ALL="C.UTF-8", LANGUAGE="C", GIO_USE_PROXY_RESOLVER="dummy")
        # What a library keeps is told by its name in whole stacks (tests/unit/library-leaks.c says why).
        env["ASAN_OPTIONS"] = ":".join(filter(None, [env.get("ASAN_OPTIONS"), "fast_unwind_on_malloc=0",
                                                     "malloc_context_size=16"]))
        env["LSAN_OPTIONS"] = f"print_suppressions=0:suppressions={pathlib.Path(__file__).with_name('leaks.supp')}"
        self.process = subprocess.Popen(
            [CLI, "receive", "--interface", "lo", "--port", str(self.port), "--alias", f"Prey {os.getpid()}",
             "--data-dir", self.data, "--backups", self.backups, "--music", self.music, "--json", *self.options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=self.home)
        self.events = queue.Queue()
        for target, pipe in ((self.read_events, self.process.stdout), (self.read_errors, self.process.stderr)):
            threading.Thread(target=target, args=(pipe,), daemon=True).start()
        return self.wait_event("listening", may_end=True) is not None

    def read_events(self, pipe):
        for line in pipe:
            event = json.loads(line)
            self.seen.append(event)
            self.events.put(event)
        self.events.put(None)

    def read_errors(self, pipe):
        for line in pipe:
            self.errors.append(line.decode(errors="replace").rstrip())

    def wait_event(self, name, may_end=False):
        deadline = time.monotonic() + WAIT
        while True:
            try:
                event = self.events.get(timeout=max(deadline - time.monotonic(), 0.001))
            except queue.Empty:
                raise AssertionError(f"no event {name} within {WAIT} s after {self.seen[-3:]} and {self.errors[-3:]}") from None
            if event is None:
                assert may_end, f"the receiver ended before {name}: {self.errors}"
                return None
            if event["event"] == name:
                return event

    def decide(self, **decision):
        self.process.stdin.write(json.dumps(decision).encode() + b"\n")
        self.process.stdin.flush()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(WAIT)

    def check_alive(self):
        """It lives, and serves a stranger from an address of his own."""
        assert self.process.poll() is None, f"the receiver died ({self.process.returncode}): {self.errors[-10:]}"
        answer = self.register("127.0.0.250")
        assert answer.json["port"] == self.port, answer

    def stop(self):
        """An orderly end: nothing hangs, and no sanitizer or critical warning has anything to say."""
        self.process.terminate()
        code = self.process.wait(WAIT)
        assert code in (0, 1), f"exit code {code}: {self.errors[-10:]}"
        bad = [line for line in self.errors if "CRITICAL" in line or "Sanitizer" in line or "runtime error" in line]
        assert not bad, "\n".join([*bad, *(line for line in self.errors if " in namida_" in line)])

    # ---- requests ----

    def prepare(self, body, identity="mallory", **more):
        with self.offering:
            return self.curl("prepare-upload", body, identity=identity, **more)

    def url(self, what, scheme="https"):
        return f"{scheme}://127.0.0.1:{self.port}{what if what.startswith('/') else PREFIX + what}"

    def curl(self, what, body=None, method="POST", identity="mallory", source="127.0.0.1", headers=(), scheme="https",
             chunked=False):
        """A whole request. @body: bytes, or what becomes JSON."""
        command = ["curl", "--silent", "--insecure", "--http1.1", "--path-as-is", "--globoff", "--noproxy", "*",
                   "--max-time", str(WAIT), "--interface", source, "--request", method, "--include"]
        if identity:
            one = getattr(self.lab, identity)
            command += ["--cert", one.certificate, "--key", one.key]
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            command += ["--data-binary", "@-", "--header", "Content-Type: application/json"]
        for header in (*headers, "Expect:", *(["Transfer-Encoding: chunked"] if chunked else [])):
            command += ["--header", header]
        done = subprocess.run([*command, self.url(what, scheme)], input=body or b"", capture_output=True,
                              timeout=WAIT + 5)
        answer = parse_answer(done.stdout)
        if not answer:
            raise NoAnswer(f"curl: {done.returncode}, no answer to {method} {what[:200]}")
        return answer

    def register(self, source):
        """What a stranger at @source is answered. A connection that is refused, as the receiver may do while others take turns, is tried again,
        for as long as no single answer may need."""
        deadline = time.monotonic() + WAIT
        while True:
            try:
                answer = self.curl("register", method="GET", source=source)
            except NoAnswer:
                assert time.monotonic() < deadline, f"{source} was never served"
                time.sleep(0.1)
                continue
            assert answer.status == 200, answer
            return answer

    def connect(self, identity="mallory", source="127.0.0.1", tls=True, timeout=WAIT):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout, (source, 0))
        if not tls:
            return plain
        return tls_context(getattr(self.lab, identity) if identity else None).wrap_socket(plain)

    def raw(self, data, half_close=False, **connection):
        """Bytes as they are. Returns the answer, or None when there was none."""
        with self.connect(**connection) as stream:
            with contextlib.suppress(OSError):  # it may be refused before it is sent
                stream.sendall(data)
                if half_close:
                    stream.unwrap() if isinstance(stream, ssl.SSLSocket) else stream.shutdown(socket.SHUT_WR)
            return parse_answer(read_all(stream))

    def offer(self, files, identity="mallory", **more):
        answer = self.prepare({"info": {"alias": "Mallory", "port": 9}, "files": files, **more}, identity)
        assert answer.status == 200, answer
        return self.offered(answer, identity)

    def offered(self, answer, identity="mallory"):
        return Session(self, answer.json, identity)


class Session:
    def __init__(self, receiver, answer, identity):
        self.receiver, self.id, self.identity = receiver, answer["sessionId"], identity
        self.files = answer["files"]

    def query(self, file_id="f1", **changes):
        given = {"sessionId": self.id, "fileId": file_id, "token": self.files.get(file_id, {}).get("token", ""),
                 "offset": 0, **changes}
        return "upload?" + urllib.parse.urlencode({key: value for key, value in given.items() if value is not None})

    def upload(self, body, file_id="f1", identity=None, chunked=False, **changes):
        return self.receiver.curl(self.query(file_id, **changes), body, identity=identity or self.identity,
                                  chunked=chunked)

    def finish(self, identity=None, **bodies):
        hashes = {key: hashlib.sha256(body).hexdigest() for key, body in bodies.items()}
        return self.receiver.curl("finish?sessionId=" + self.id, {"files": hashes}, identity=identity or self.identity)

    def cancel(self, identity=None):
        return self.receiver.curl("cancel?sessionId=" + self.id, b"", identity=identity or self.identity)


def read_all(stream):
    data = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while len(data) < 1 << 20:
            more = stream.recv(65536)
            if not more:
                break
            data += more
    return data


def music(name="a.flac", size=4, path=None, label="Label", **more):
    return {"id": "f1", "name": name, "size": size, "folderLabel": label, "relativePath": path or name, **more}


def expect(answer, status, *codes):
    """A refusal as docs/protocol.md has it: status, code, and a sentence for a person."""
    assert answer is not None, "closed without an answer"
    assert answer.status == status, answer
    said = answer.json
    assert said["code"] in (codes or PROPER[status]), answer
    assert said["code"] in PROPER[status], answer
    assert isinstance(said["message"], str) and len(said["message"]) > 10 and "\n" not in said["message"], answer
    assert all(secret not in said["message"] for secret in ("/home", "/tmp", "namida-hostile")), answer


def run(tests, *options, afterwards=lambda lab, receiver: None, others=(), parallel=12):
    """Runs each test(lab, receiver), @parallel of them at a time on one receiver, then @afterwards, and looks at the world
    around it. @others: options of more receivers, lab.receivers[1] and so on."""
    for program in ("curl", "openssl"):
        if not shutil.which(program):
            print(f"1..0 # SKIP {program} is not installed")
            return 0
    lab = Lab()
    failed = 0
    print(f"1..{len(tests) + 3}", flush=True)
    try:
        receiver = lab.receiver(*options)
        for more in others:
            lab.receiver(*more)
        before = around(lab)
        with concurrent.futures.ThreadPoolExecutor(max_workers=parallel) as pool:
            futures = [pool.submit(test, lab, receiver) for test in tests]
            for number, (test, future) in enumerate(zip(tests, futures), 1):
                failed += report(number, test.__name__, future.result)
        failed += report(len(tests) + 1, "afterwards", lambda: afterwards(lab, receiver))
        failed += report(len(tests) + 2, "lives_and_ends_in_order", lambda: (receiver.check_alive(), receiver.stop()))
        failed += report(len(tests) + 3, "nothing_around_changed", lambda: compare(before, around(lab)))
    finally:
        lab.close()
    return 1 if failed else 0


def around(lab):
    """The world without what the receivers may write to."""
    own = [str(folder) for receiver in lab.receivers for folder in (receiver.data, receiver.backups, receiver.music)]
    found = {path: what for path, what in tree(lab.path).items()
             if not any(path == folder or path.startswith(folder + "/") for folder in own)}
    for path in ("/etc/x", "/x", "/tmp/x", "/etc/namida-hostile"):
        found[path] = os.path.lexists(path)
    return found


def compare(before, after):
    changed = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    assert not changed, f"touched: {changed}"


def report(number, name, function):
    try:
        function()
    except Skipped as skipped:
        print(f"ok {number} {name} # SKIP {skipped}", flush=True)
        return 0
    except BaseException:  # whatever it is, it is reported, and the rest is tried
        print(f"not ok {number} {name}")
        for line in traceback.format_exc().splitlines()[-14:]:
            print("#", line[:400])
        sys.stdout.flush()
        return 1
    print(f"ok {number} {name}", flush=True)
    return 0
