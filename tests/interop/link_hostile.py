# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests what a link for browsers refuses: guessed addresses, a second browser, other origins and host names, requests
out of order, pieces that differ from what they claim, names outside the folder, and requests beyond its limits. Sends
raw requests over loopback to the real program."""
import contextlib
import hashlib
import json
import os
import pathlib
import socket
import ssl
import sys
import time
import urllib.parse
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "loopback"))

from namida_loopback import all_files, equal, main, write  # noqa: E402

ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store", "x-frame-options": "DENY"}


class Answer:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        assert lines[0].startswith("HTTP/1.1 "), data[:200]
        self.status = int(lines[0].split()[1])
        self.fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}

    @property
    def json(self):
        return json.loads(self.body)


class Page:
    """A browser that does what it is told to."""

    def __init__(self, url):
        self.url = urllib.parse.urlsplit(url)
        self.host = self.url.netloc
        self.origin = f"{self.url.scheme}://{self.host}"
        self.cookie = None

    def connect(self, tls=None):
        plain = socket.create_connection((self.url.hostname, self.url.port), timeout=30)
        if not (self.url.scheme == "https" if tls is None else tls):
            return plain
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(plain)

    def send(self, method, name, body=b"", tls=None, **fields):
        """Fields of None are left out; "_" stands for "-"."""
        path = self.url.path + ("/" + name if name else "")
        whole = {"Host": self.host, "Cookie": self.cookie, "Origin": self.origin if method == "POST" else None,
                 "Sec-Fetch-Site": "same-origin" if name else "none"}
        whole.update({key.replace("_", "-"): value for key, value in fields.items()})
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{key}: {value}\r\n" for key, value in whole.items() if value is not None)
        if method == "POST":
            head += f"Content-Length: {len(body)}\r\n"
        with self.connect(tls) as connection:
            connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)
            data = b""
            with contextlib.suppress(ssl.SSLError, ConnectionError):
                while piece := connection.recv(65536):
                    data += piece
        return Answer(data)

    def take(self):
        answer = self.send("POST", "open")
        equal(answer.status, 200, answer.body)
        self.cookie = answer.fields["set-cookie"].split(";")[0]
        return answer


def expect(answer, status, code=None):
    equal(answer.status, status, answer.body[:300])
    if code is not None:
        equal(answer.json["code"], code)
    return answer


def linked(lab, *arguments):
    device = lab.device()
    device.start("link", *arguments)
    device.link = device.wait_event("link")
    return device, Page(device.link["url"])


def bringing(lab, *arguments):
    device = lab.device()
    return device, *linked_as(device, "--receive", "--as", "library", "--backups", device.backups, "--music", device.music, *arguments)


def linked_as(device, *arguments):
    device.start("link", *arguments)
    device.link = device.wait_event("link")
    return (Page(device.link["url"]),)


def offer_of(*files):
    entries = [{"id": f"f{n}", "name": path.rsplit("/", 1)[-1], "size": size, "folderLabel": path.split("/", 1)[0],
                "relativePath": path.split("/", 1)[1]} for n, (path, size) in enumerate(files, 1)]
    return json.dumps({"names": "all", "backupName": "", "files": entries}).encode()


def accepted(device, page, *files, unproven=False):
    """The list of what is wanted."""
    expect(page.send("POST", "offer-unproven" if unproven else "offer", offer_of(*files)), 202)
    device.answer(accept=device.wait_event("offer")["id"])
    deadline = time.monotonic() + 30
    while page.send("GET", "state").json["state"] != "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return expect(page.send("GET", "wanted"), 200).json


def piece(page, wanted, number, offset, data, sha256="right", **fields):
    want = next(file for file in wanted["files"] if file["id"] == f"f{number}")
    query = {"sessionId": wanted["sessionId"], "fileId": want["id"], "token": want["token"], "offset": offset}
    if sha256 is not None:
        query["sha256"] = hashlib.sha256(data).hexdigest() if sha256 == "right" else sha256
    query.update(fields)
    return page.send("POST", "upload?" + urllib.parse.urlencode(query), data)


def test_who_may(lab):
    """a guess, a second browser, another origin, another name and plain HTTP get nothing; every answer has its fields"""
    device, page = bringing(lab)
    shown = expect(page.send("GET", ""), 200)
    assert "script-src 'nonce-" in shown.fields["content-security-policy"] and "frame-ancestors 'none'" in shown.fields["content-security-policy"]
    assert b'lang="en"' in shown.body
    for accepted, language in (("ja, de-AT, en", "de"), ("fr-CH;q=0.9, de, en", "fr"), ("fry, frr, en-GB, fr", "en"), ("den, ja", "en")):
        assert f'lang="{language}"'.encode() in page.send("GET", "", Accept_Language=accepted).body, accepted
    answers = [shown]
    # Before a browser has taken it.
    answers.append(expect(page.send("GET", "state"), 403, "used"))
    for name in ("offer", "offer-unproven", "finish", "cancel", "upload?sessionId=x&fileId=f1&token=x&offset=0"):
        answers.append(expect(page.send("POST", name, offer_of(("A/a.mp3", 1)), Cookie=None), 403, "used"))
        device.wait_event("link-refused") if "?" not in name else None
        answers.append(expect(page.send("POST", name, b"{}", Origin="https://evil.example"), 403, "foreign"))
    for fields in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": None, "Sec_Fetch_Site": None}):
        answers.append(expect(page.send("POST", "open", **fields), 403, "foreign"))
    for fields in ({"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Origin": "https://evil.example"}):
        refused = expect(page.send("GET", "", **fields), 403)
        assert b'WHY = "foreign"' in refused.body, refused.body[:200]
        answers.append(refused)
    for name, method in (("", "GET"), ("state", "GET"), ("open", "POST")):
        answers.append(expect(page.send(method, name, Host="rebound.example"), 403, "host"))
    guess = Page(device.link["url"][:-1] + ("0" if device.link["url"][-1] != "0" else "1"))
    answers.append(expect(guess.send("POST", "open"), 404, "not-found"))
    answers.append(expect(guess.send("GET", ""), 404))
    answers.append(expect(page.send("POST", "open", tls=False, Origin="http://" + page.host), 403, "encryption-required"))
    equal({event["event"] for event in device.seen}, {"link", "link-refused"})
    # The first browser, and then no other.
    taken = page.take()
    for word in ("HttpOnly", "SameSite=Strict", "Secure", "Path=" + page.url.path):
        assert word in taken.fields["set-cookie"], taken.fields
    answers.append(taken)
    equal(device.wait_event("link-opened")["address"], "127.0.0.1")
    other = Page(device.link["url"])
    answers.append(expect(other.send("POST", "open"), 403, "used"))
    device.wait_event("link-refused")
    answers.append(expect(other.send("GET", "state", Cookie="namida-link=" + "0" * 32), 403, "used"))
    assert b'WHY = "used"' in expect(other.send("GET", ""), 403).body
    equal(expect(page.send("POST", "open"), 200).json["state"], "ready")
    answers.append(expect(page.send("GET", "nothing"), 404))
    answers.append(expect(page.send("GET", "list"), 404))
    answers.append(expect(page.send("GET", "zip"), 403))
    for answer in answers:
        for name, value in ALWAYS.items():
            equal(answer.fields.get(name), value, f"{name} of {answer.status} {answer.body[:80]}")
    # The paths of devices stay closed to browsers.
    outside = Page(device.link["url"])
    outside.url = outside.url._replace(path="/api/namidasync/v1/register")
    expect(outside.send("GET", "", Sec_Fetch_Site="same-origin"), 403, "declined")
    equal(device.stop(), 1)


def test_pieces(lab):
    """pieces that are damaged, too large, too early, of no session or without their hash are refused, and nothing of them stays"""
    device, page = bringing(lab)
    page.take()
    expect(page.send("GET", "wanted"), 404)
    expect(page.send("POST", "upload?sessionId=x&fileId=f1&token=x&offset=0", b"x"), 410, "expired")
    expect(page.send("POST", "offer", offer_of(("../out/a.mp3", 1))), 400, "unsafe-path")
    expect(page.send("POST", "offer", offer_of(("Rips/../../a.mp3", 1))), 400, "unsafe-path")
    expect(page.send("POST", "offer", b"{"), 400, "invalid-request")
    data = os.urandom(100_000)
    wanted = accepted(device, page, ("Rips/a.flac", len(data)), ("Rips/b/c.mp3", 3), ("Rips/empty.mp3", 0))
    equal([file["path"] for file in wanted["files"]], ["Rips/a.flac", "Rips/b/c.mp3", "Rips/empty.mp3"])
    expect(page.send("POST", "offer", offer_of(("A/a.mp3", 1))), 409, "busy")
    expect(piece(page, wanted, 1, 0, data[:50_000], sha256=None), 400, "invalid-request")
    expect(piece(page, wanted, 1, 0, data[:50_000], sha256="0" * 64), 422, "checksum")
    equal(expect(page.send("GET", "wanted"), 200).json["files"][0]["offset"], 0)
    expect(piece(page, wanted, 1, 0, data + b"x"), 422, "wrong-size")
    expect(piece(page, wanted, 1, 5, data[5:10]), 409, "wrong-offset")
    expect(piece(page, wanted, 1, 0, data[:10], token="0" * 32), 403, "bad-token")
    expect(piece(page, wanted, 1, 0, data[:10], sessionId="x"), 403, "bad-token")
    equal(expect(piece(page, wanted, 1, 0, data[:50_000]), 200).json["offset"], 50_000)
    equal(expect(page.send("GET", "wanted"), 200).json["files"][0]["offset"], 50_000)
    whole = expect(piece(page, wanted, 1, 50_000, data[50_000:]), 200).json
    equal((whole["offset"], whole["sha256"]), (len(data), hashlib.sha256(data).hexdigest()))
    expect(piece(page, wanted, 2, 0, b"abc"), 200)
    expect(page.send("POST", "finish", b'{"files": 3, '), 400)
    expect(page.send("POST", "finish", b'{"files": {"f3": "changed"}}'), 202)
    end = device.wait_event("end")
    equal((end["result"], end["stored"], end["failed"]), ("incomplete", 2, 1))
    state = page.send("GET", "state").json
    equal((state["state"], state["failedFiles"][0]["path"]), ("partial", "Rips/empty.mp3"))
    equal(device.wait(), 7)
    equal(all_files(device.music), ["Rips/a.flac", "Rips/b/c.mp3"])
    equal((device.music / "Rips/a.flac").read_bytes(), data)


def test_limits(lab):
    """a piece over 8 MiB and a fifth download at once are refused; who declines is told so; a cancel leaves nothing"""
    device, page = bringing(lab)
    page.take()
    expect(page.send("POST", "offer", offer_of(("Rips/a.flac", 5))), 202)
    equal(page.send("GET", "state").json["state"], "asking")
    device.answer(decline=device.wait_event("offer")["id"])
    deadline = time.monotonic() + 30
    while (state := page.send("GET", "state").json["state"]) == "asking" and time.monotonic() < deadline:
        time.sleep(0.05)
    equal(state, "declined")
    equal(device.stop(), 3)
    device, page = bringing(lab)
    page.take()
    size = 8 * 1024 * 1024 + 1
    wanted = accepted(device, page, ("Rips/a.flac", size), ("Rips/b.flac", 100))
    expect(piece(page, wanted, 1, 0, bytes(size)), 413, "too-large")
    equal(expect(piece(page, wanted, 1, 0, bytes(size - 1)), 200).json["offset"], size - 1)
    equal(expect(page.send("POST", "cancel"), 200).json["state"], "cancelled")
    device.wait()
    equal(all_files(device.music), [])
    source = lab.folder("source") / "Rips"
    for name in "abc":
        write(source / f"{name}.flac", os.urandom(3_000_000))
    device, page = linked(lab, source)
    page.take()
    slow = [page.connect() for _ in range(4)]
    for connection in slow:
        connection.sendall(f"GET {page.url.path}/zip HTTP/1.1\r\nHost: {page.host}\r\nCookie: {page.cookie}\r\n\r\n".encode())
        assert connection.recv(12).startswith(b"HTTP/1.1 200")
    expect(page.send("GET", "zip"), 429, "busy")
    for connection in slow:
        connection.close()
    deadline = time.monotonic() + 30
    while page.send("GET", "zip").status != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert time.monotonic() < deadline


def test_plain(lab):
    """a link without encryption: its words, its cookie, and what is saved without being verified"""
    device, page = bringing(lab, "--unencrypted")
    equal((page.url.scheme, device.link["encrypted"]), ("http", False))
    taken = page.take()
    assert "Secure" not in taken.fields["set-cookie"]
    equal(taken.json["encrypted"], False)
    wanted = accepted(device, page, ("Rips/a.flac", 5), unproven=True)
    offer = next(event for event in device.seen if event["event"] == "offer")
    equal((offer["encrypted"], offer["alias"]), (False, "Browser"))
    expect(piece(page, wanted, 1, 0, b"abcde", sha256=None), 200)
    expect(page.send("POST", "finish", b"{}"), 202)
    equal(device.wait_event("end")["result"], "done")
    equal(device.wait(), 0)
    equal((device.music / "Rips/a.flac").read_bytes(), b"abcde")
    # Whoever is on the way can send what the page would send with encryption, and is not believed.
    page, = linked_as(device, "--receive", "--as", "library", "--backups", device.backups, "--music", device.music, "--unencrypted")
    page.take()
    wanted = accepted(device, page, ("Rips/b.flac", 5))
    expect(piece(page, wanted, 1, 0, b"abcde"), 200)
    expect(page.send("POST", "finish", b"{}"), 202)
    equal(device.wait(), 0)
    equal([row["unproven"] for row in device.run("--json", "history").events], [True, True])


def test_fetch(lab):
    """files, ranges, and a zip that another program reads; a damaged or changed file never arrives as whole"""
    source = lab.folder("source") / "Rips"
    data = os.urandom(300_000)
    write(source / "Björk" / "空 01.flac", data)
    write(source / "empty.mp3", b"")
    device, page = linked(lab, source)
    page.take()
    files = {file["path"]: file for file in expect(page.send("GET", "list"), 200).json["files"]}
    equal(sorted(files), ["Rips/Björk/空 01.flac", "Rips/empty.mp3"])
    name = "file?id=" + files["Rips/Björk/空 01.flac"]["id"]
    whole = expect(page.send("GET", name), 200)
    equal(whole.body, data)
    assert "filename*=UTF-8''%E7%A9%BA%2001.flac" in whole.fields["content-disposition"], whole.fields
    for text, part in (("bytes=5-", data[5:]), ("bytes=5-9", data[5:10]), ("bytes=-7", data[-7:])):
        answer = expect(page.send("GET", name, Range=text), 206)
        equal(answer.body, part)
        equal(answer.fields["etag"], whole.fields["etag"])
    expect(page.send("GET", name, Range="bytes=300000-"), 416)
    equal(expect(page.send("GET", "file?id=" + files["Rips/empty.mp3"]["id"]), 200).body, b"")
    expect(page.send("GET", "file?id=../../etc/passwd"), 403)
    expect(page.send("GET", name, Sec_Fetch_Site="cross-site"), 403)
    expect(page.send("GET", name, Cookie=None), 403)
    packed = lab.path / "all.zip"
    answer = expect(page.send("GET", "zip"), 200)
    body, rest = b"", answer.body
    while (size := int(rest[:rest.index(b"\r\n")], 16)) > 0:
        begin = rest.index(b"\r\n") + 2
        body, rest = body + rest[begin:begin + size], rest[begin + size + 2:]
    packed.write_bytes(body)
    with zipfile.ZipFile(packed) as archive:
        equal(archive.testzip(), None)
        equal(archive.read("Rips/Björk/空 01.flac"), data)
    write(source / "Björk" / "空 01.flac", data + b"x")
    expect(page.send("GET", name), 404)
    assert not page.send("GET", "zip").body.endswith(b"0\r\n\r\n"), "the zip of a changed file is whole"
    fetched = [event for event in device.seen if event["event"] == "fetched"]
    device.process.send_signal(2)
    equal(device.wait(), 0)
    fetched = [event for event in device.seen if event["event"] == "fetched" and event["whole"]]
    assert {event["name"] for event in fetched} >= {"空 01.flac", "Rips.zip"}, fetched
    (row,) = device.run("--json", "history").events
    equal((row["direction"], row["state"], row["fingerprint"], row["unproven"]), ("send", "incomplete", None, True))
    everything = [event for event in device.seen if event["event"] == "fetched"]
    equal((row["files"], row["stored"], row["bytes"]), (len(everything), len(fetched), sum(event["bytes"] for event in everything)))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(test_who_may, test_pieces, test_limits, test_plain, test_fetch)
