# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs whole conversations with the real program, each generated from a number: three dialects, plain and TLS, several
connections, requests that depend on earlier answers, and mutations of their structure. In the other role, a server
answers a sender in this way. The program must keep running, must still answer another device afterwards, and must not
cause a sanitizer report.

conversations.py CLI SEEDS [SECONDS]: first uses every number in the file SEEDS (earlier findings), then new ones for
SECONDS (default: 10). A long run by hand: conversations.py CLI SEEDS 3600. Prints TAP."""
import contextlib
import hashlib
import json
import os
import pathlib
import random
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

CLI, SEEDS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 10
V1, LOCALSEND = "/api/namidasync/v1/", "/api/localsend/v2/"
WAIT = 20
ODD = ["", "..", "a/../b", "\u202e", "x" * 300, "\0", "a\\b", "C:x", -1, 0, 1 << 63, 1.5, None, True, [], {}, [[[[]]]], "f1"]


def environment(home):
    env = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env.update(HOME=str(home), LC_ALL="C.UTF-8", LANGUAGE="C", GIO_USE_PROXY_RESOLVER="dummy", GSETTINGS_BACKEND="memory",
               LSAN_OPTIONS=f"print_suppressions=0:suppressions={pathlib.Path(__file__).parents[1] / 'interop/leaks.supp'}")
    env["ASAN_OPTIONS"] = ":".join(filter(None, [env.get("ASAN_OPTIONS"), "fast_unwind_on_malloc=0"]))
    return env


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def mutated(chance, value, depth=0):
    """@value with some of its parts replaced, removed, doubled or nested; mostly as it was."""
    if chance.random() < 0.06:
        return chance.choice(ODD)
    if isinstance(value, dict):
        items = [(key, mutated(chance, one, depth + 1)) for key, one in value.items() if chance.random() > 0.04]
        if chance.random() < 0.05:
            items.append((chance.choice(["id", "files", "size", "x" * 100, ""]), chance.choice(ODD)))
        return dict(items)
    if isinstance(value, list):
        return [mutated(chance, one, depth + 1) for one in value for _ in range(chance.choice([1] * 12 + [0, 2]))]
    return value


def info(chance):
    return {"alias": f"Fuzz {chance.randrange(5)}", "version": "2.1", "uuid": "00000000-0000-4000-8000-000000000001",
            "fingerprint": "AB" * 32, "port": 9, "protocol": chance.choice(["http", "https"]), "deviceType": "desktop"}


def body_of(chance, what, known):
    files = [{"id": f"f{i}", "name": f"s{i}.mp3", "size": chance.choice([0, 4, 5000]), "folderLabel": "Music",
              "relativePath": f"A/s{i}.mp3", "type": "audio/mpeg"} for i in range(chance.randrange(4))]
    value = {
        "register": info(chance), "prepare-upload": {"info": info(chance), "backupName": "", "files": files},
        "preview": {"backupName": "", "files": files},
        "finish": {"files": {"f0": "00" * 32}}, "pair": {"step": chance.choice(["commit", "reveal", "confirm", "abort"]),
                                                       "pairId": known.get("pairId", "x"), "commitment": "00" * 32, "nonce": "00" * 32},
        "prepare-download": {"backup": "1", "labels": ["Music"]},
        "localsend": {"info": info(chance), "files": {one["id"]: {"id": one["id"], "fileName": one["name"], "size": one["size"],
                                                                 "fileType": "audio/mpeg"} for one in files}},
    }.get(what, {})
    text = json.dumps(mutated(chance, value)).encode()
    if chance.random() < 0.1:
        text = text[:chance.randrange(len(text) + 1)] + chance.randbytes(chance.randrange(3))
    return text


WHAT = ["register", "prepare-upload", "prepare-upload", "upload", "upload", "pack", "finish", "session", "cancel", "pair", "backups",
        "prepare-download", "download", "info"]
# Numbers from this one on also speak as a trusted device, of what only such a device may ask for. Smaller ones mean what they always meant.
TRUSTED_FROM = 1 << 48


def target_of(chance, known):
    """A path of one of the dialects, and the kind of body that belongs to it."""
    what = chance.choice(WHAT + ["preview", "wanted", "heal"] if chance.trusted else WHAT)
    localsend = chance.random() < 0.3
    query = []
    if what not in ("register", "prepare-upload", "pair") and chance.random() < 0.9:
        names = ("sessionId", "fileId", "token", "offset") if chance.random() < 0.8 else ("type", "relativePath", "folderLabel")
        given = {"fileId": "f0", "offset": "0", "type": "music", "relativePath": "A/s0.mp3", "folderLabel": "Music", **known}
        if what == "heal":
            names, given = ("sha256", "size"), {"sha256": "00" * 32, "size": "4"}
        query = [f"{name}={given.get(name, 'x') if chance.random() > 0.1 else chance.choice(['', '%00', '..', '-1', 'x' * 999])}" for name in names]
    path = (LOCALSEND if localsend else V1) + what + ("?" + "&".join(query) if query else "")
    return path, "localsend" if localsend and what == "prepare-upload" else what


def framed(chance, body):
    """The fields that announce a body, and its bytes: right, or wrong in one of many ways."""
    if chance.random() < 0.3:
        pieces = [body[i:i + 7] for i in range(0, len(body), 7)]
        data = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        return ["Transfer-Encoding: chunked"], data
    wrong = chance.choice([None] * 10 + ["Content-Length: -1", "Transfer-Encoding: foo", "Content-Length: 3, 4"])
    if wrong:
        return [wrong], body
    return [f"Content-Length: {len(body) + chance.choice([0] * 12 + [1, -1, 1000])}"], body


def request(chance, known):
    path, kind = target_of(chance, known)
    method = "GET" if kind in ("session", "backups", "download", "info", "wanted") else "POST"
    body = b"" if method == "GET" else chance.randbytes(chance.choice([0, 4, 5000])) if kind in ("upload", "pack", "heal") else body_of(chance, kind, known)
    fields, data = framed(chance, body) if body or method == "POST" else ([], b"")
    if chance.random() < 0.1:
        fields.append(chance.choice(["Expect: 100-continue", "X: a\r\n b", "Origin: null", "Host: b", "Connection: close", "A" * 3000 + ": b"]))
    if chance.random() < 0.05:
        method = chance.choice(["PUT", "get", "OPTIONS", "X" * 40])
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *fields, "", ""]).encode() + data


def learn(answer, known):
    """What later requests need of an answer: sessions, tokens, pairings."""
    with contextlib.suppress(ValueError, AttributeError, TypeError):
        said = json.loads(answer.partition(b"\r\n\r\n")[2])
        known.update({key: said[key] for key in ("sessionId", "pairId") if isinstance(said.get(key), str)})
        if isinstance(said.get("files"), list):
            known["fileId"] = said["files"][0]["id"]
        first = next(iter(said.get("files", {}).values()), None)
        token = first.get("token") if isinstance(first, dict) else first
        if isinstance(token, str):
            known["token"] = token


def read_some(stream, seconds):
    stream.settimeout(seconds)
    data = b""
    with contextlib.suppress(OSError):
        while len(data) < 1 << 18:
            more = stream.recv(65536)
            if not more:
                break
            data += more
            head, _, body = data.partition(b"\r\n\r\n")
            if b"\r\n\r\n" in data and b"100 Continue" not in head:
                break
    return data


class Conversation:
    """All of one number: what it does, and in which order, depends on the number and on the answers alone."""

    def __init__(self, seed, lab):
        self.chance, self.lab = random.Random(seed), lab
        self.chance.trusted = seed >= TRUSTED_FROM

    def connect(self):
        stream = socket.create_connection(("127.0.0.1", self.lab.port), 5, (f"127.0.5.{self.chance.randrange(1, 250)}", 0))
        kind = self.chance.choice(["plain", "plain", "tls", "certificate"] + ["trusted"] * 4 * self.chance.trusted)
        return stream if kind == "plain" else self.lab.contexts[kind].wrap_socket(stream)

    def as_client(self):
        known = {}
        with contextlib.ExitStack() as stack:
            streams = []
            for _ in range(self.chance.randrange(2, 9)):
                with contextlib.suppress(OSError):
                    if not streams or self.chance.random() < 0.7:
                        streams.append(stack.enter_context(self.connect()))
                    stream = self.chance.choice(streams)
                    data = request(self.chance, known)
                    if self.chance.random() < 0.1:
                        data = data[:self.chance.randrange(len(data))]
                    stream.sendall(data)
                    if self.chance.random() < 0.9:
                        learn(read_some(stream, 0.4), known)

    def answer(self, first_line):
        chance = self.chance
        value = mutated(chance, {
            **info(chance), "sessionId": "s1", "files": {f"f{i}": chance.choice(["t", {"token": "t", "offset": 0}]) for i in range(3)},
            "results": {}, "received": 5, "state": "open", "code": "busy", "message": "no"})
        body = chance.choice([json.dumps(value).encode(), b"", b"Ready for upload", b"File received"])
        status = chance.choice([200] * 8 + [100, 204, 302, 401, 403, 404, 409, 410, 429, 500, 999])
        fields, data = framed(chance, body)
        return "\r\n".join([f"HTTP/1.1 {status} OK", *fields, chance.choice(["X: a", "Connection: close"]), "", ""]).encode() + data

    def as_server(self):
        """A device that a sender was pointed at."""
        listening = socket.create_server(("127.0.0.1", 0))
        listening.settimeout(0.2)
        stop = threading.Event()

        def serve():
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    stream, _ = listening.accept()
                    with stream:
                        stream.settimeout(1)
                        if stream.recv(1, socket.MSG_PEEK) == b"\x16":
                            stream = self.lab.server_context.wrap_socket(stream, server_side=True)
                        for _ in range(20):
                            if not read_some(stream, 1):
                                break
                            stream.sendall(self.answer(b""))
                        stream.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        process = subprocess.Popen([CLI, "send", "--json", "--interface", "lo", "--port", str(free_port()), "--data-dir", self.lab.path / "sender",
                                    "--to", f"127.0.0.1:{port}", "--unencrypted", self.lab.song], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(self.lab.path))
        asked = False
        try:
            try:
                _, errors = process.communicate(timeout=6)
            except subprocess.TimeoutExpired:
                asked = True
                process.send_signal(signal.SIGTERM)
                _, errors = process.communicate(timeout=WAIT)
        finally:
            stop.set()
            if process.poll() is None:
                process.kill()
            listening.close()
            thread.join(5)
        # The signal may come when the program is past its last word, and looks for leaks: then it simply ends.
        code = 0 if asked and process.returncode == -signal.SIGTERM else process.returncode
        check_end(code, errors.decode(errors="replace"))


def check_end(code, errors):
    assert code is not None and 0 <= code < 20, f"exit code {code}: {errors[-3000:]}"
    assert not any(word in errors for word in ("CRITICAL", "Sanitizer", "runtime error")), errors[-4000:]


class Lab:
    def __init__(self, path):
        self.path = path
        self.song = path / "song.mp3"
        self.song.write_bytes(b"music" * 100)
        self.contexts = {}
        for kind in ("tls", "certificate", "trusted"):
            context = self.contexts[kind] = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        for kind in ("certificate", "trusted"):
            key, certificate = path / f"{kind}.key", path / f"{kind}.crt"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                            "-subj", "/CN=fuzz", "-keyout", key, "-out", certificate], check=True, capture_output=True)
            self.contexts[kind].load_cert_chain(certificate, key)
        self.server_context.load_cert_chain(path / "certificate.crt", path / "certificate.key")
        fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert((path / "trusted.crt").read_text())).hexdigest()
        for arguments in (["add", fingerprint, "Trusted"], ["set", fingerprint, "--restore=yes"]):
            subprocess.run([CLI, "trust", *arguments, "--data-dir", path / "data"], check=True, capture_output=True, env=environment(path))
        self.port = free_port()
        self.errors = open(path / "errors", "wb")
        self.process = subprocess.Popen(
            [CLI, "receive", "--json", "--interface", "lo", "--port", str(self.port), "--data-dir", path / "data", "--backups", path / "backups",
             "--music", path / "music", "--as", "backup", "--accept", "all", "--unencrypted", "allow"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self.errors, env=environment(path))
        deadline = time.monotonic() + WAIT
        while not self.answers() and time.monotonic() < deadline:
            time.sleep(0.1)

    def store(self):
        """Keeps a version of the trusted device there, which it may fetch."""
        identity = self.path / "owner" / "identity"
        identity.mkdir(parents=True)
        for name, source in (("key.pem", "trusted.key"), ("certificate.pem", "trusted.crt")):
            (identity / name).write_bytes((self.path / source).read_bytes())
        (identity / "uuid").write_text("00000000-0000-4000-8000-000000000002")
        for path in (identity.parent, identity, *identity.iterdir()):
            path.chmod(0o700 if path.is_dir() else 0o600)
        command = [CLI, "send", "--interface", "lo", "--port", str(free_port()), "--data-dir", identity.parent, "--to", f"127.0.0.1:{self.port}", self.song]
        for _ in range(4):  # as in check()
            sent = subprocess.run(command, capture_output=True, env=environment(self.path))
            if sent.returncode == 0:
                return
        raise AssertionError(f"nothing can be sent: {sent.stderr.decode(errors='replace')}")

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5, ("127.0.5.254", 0)) as stream:
            stream.sendall(f"GET {V1}register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return read_some(stream, 5).startswith(b"HTTP/1.1 200")
        return False

    def check(self):
        assert self.process.poll() is None, f"the receiver died: {self.process.returncode}"
        # On a computer that is busy with other things, one answer may take longer than its limit; a program that hangs
        # gives none.
        assert any(self.answers() for _ in range(4)), "the receiver does not answer"

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(WAIT)
        self.errors.close()
        check_end(code, (self.path / "errors").read_text(errors="replace"))


def converse(seed, lab):
    one = Conversation(seed, lab)
    if one.chance.random() < 0.1:
        one.as_server()
    else:
        one.as_client()
        lab.check()


def run():
    """Returns: the number that failed with why, or None; how many were tried."""
    seeds = [int(line.split()[0]) for line in SEEDS.read_text().splitlines() if line and not line.startswith("#")]
    new = random.SystemRandom()
    tried = 0
    with tempfile.TemporaryDirectory(prefix="namida-fuzz-", ignore_cleanup_errors=True) as folder:
        lab = Lab(pathlib.Path(folder))
        seed = None
        try:
            lab.store()
            end = time.monotonic() + SECONDS
            while seeds or time.monotonic() < end:
                seed = seeds.pop(0) if seeds else new.randrange(TRUSTED_FROM << 1)
                converse(seed, lab)
                tried += 1
            lab.close()
        except AssertionError as error:
            if lab.process.poll() is None:
                lab.process.kill()
            errors = (lab.path / "errors").read_text(errors="replace")[-4000:]
            return f"seed {seed}, after {tried} others: {error}\n{errors}", tried
    return None, tried


print("1..1", flush=True)
failure, number = run()
print(f"# {number} conversations")
if failure:
    print("not ok 1 conversations")
    print("\n".join("# " + line for line in failure.splitlines()))
    sys.exit(1)
print("ok 1 conversations")
