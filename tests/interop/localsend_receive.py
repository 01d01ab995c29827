# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests receiving from LocalSend 1.18, simulated by namida_localsend.py."""
import hashlib
import json
import os
import pathlib
import socket
import sys
import threading
import time
import urllib.parse

import namida_hostile as base
import namida_localsend as localsend

WAIT = localsend.WAIT
MODIFIED = "2021-01-01T12:34:56.000Z"
FILES = {
    "Rips/01 Björk – Jóga.mp3": os.urandom(300_000),
    "Rips/deep/er/02 \"quoted\" & 100%.flac": os.urandom(1_200_000),
    "Rips/empty.mp3": b"",
    "Rips/ -dash and space .mp3": b"x" * 10,
    "single.opus": b"audio without a folder",
    "notes.pdf": b"no audio",
    "Namida Backup - 2026-07-19 18.30.00.zip": b"PK" + os.urandom(5000),
    **{f"Rips/many/{n:03}.mp3": bytes([n]) * (n * 37) for n in range(60)},
}


def make_receiver(lab):
    receiver = lab.receiver("--accept", "all", "--as", "library", "--unencrypted", "allow")
    return receiver


def peer(lab, receiver, identity="mallory", **more):
    return localsend.Peer(receiver, getattr(lab, identity) if identity else None, **more)


def end_of(receiver, alias):
    """The end of the transfer of this sender: they come one after the other."""
    while True:
        event = receiver.wait_event("start")
        if event["alias"] == alias:
            return event, receiver.wait_event("end")


def register_and_info(lab, receiver):
    one = peer(lab, receiver)
    own = localsend.fingerprint_of(receiver.data / "identity" / "certificate.pem")
    for what, method, body in (("info", "GET", None), ("register", "POST", one.info)):
        answer = one.request(what, body, method)
        assert answer.status == 200, answer
        assert answer.json["fingerprint"] == own and answer.json["deviceType"] in ("desktop", "headless"), answer
        assert answer.json["download"] is False and answer.json["version"] == "2.1", answer
    assert one.request("register", {**one.info, "fingerprint": "A" * 64}).status == 403, "another's fingerprint"
    assert one.request("register", {"port": 1}).status == 400
    assert one.request("register", b"{").status == 400
    assert peer(lab, receiver, None).request("register", one.info).status == 200, "older ones show no certificate"
    assert peer(lab, receiver, None, scheme="http").request("info", method="GET").status == 200
    # LocalSend's search gives each host 500 ms, for the handshake, too: the best of some tries, as others may be at
    # work on this machine.
    best = 99.0
    for _ in range(30):
        began = time.monotonic()
        one.request("register", one.info)
        best = min(best, time.monotonic() - began)
        if best < 0.5:
            break
    assert best < 0.5, best


def check_arrived(receiver, alias):
    for name, data in FILES.items():
        if name.startswith("Rips/"):
            path = receiver.music / name
        elif name.endswith(".opus"):
            path = receiver.music / "Music" / name
        else:
            path = receiver.backups / alias / name
        assert path.read_bytes() == data, path
        assert path.stat().st_mtime == 1609504496, (path, path.stat().st_mtime)


def files_in_folders(lab, receiver):
    peer(lab, receiver, alias="Fast Fig").send(FILES, describe=lambda name, data: {
        "fileName": name, "size": len(data), "metadata": {"modified": MODIFIED},
        "fileType": "audio/mpeg" if name.endswith("mp3") else "application/octet-stream"})
    start, end = end_of(receiver, "Fast Fig")
    assert start["encrypted"] and start["fingerprint"] == localsend.fingerprint_of(lab.mallory.certificate), start
    assert end["result"] == "done" and end["stored"] == len(FILES), end
    check_arrived(receiver, "Fast Fig")


def without_certificate_and_in_plain(lab, receiver):
    for scheme, name in (("https", "Old Olive"), ("http", "Plain Plum")):
        one = peer(lab, receiver, None, scheme=scheme, alias=name, protocol=scheme)
        one.send({f"{name}/a.mp3": b"from " + name.encode()})
        start, end = end_of(receiver, name)
        assert start["fingerprint"] is None and start["encrypted"] == (scheme == "https"), start
        assert end["result"] == "done", end
        assert (receiver.music / name / "a.mp3").read_bytes() == b"from " + name.encode()


def checksum(lab, receiver):
    one = peer(lab, receiver, alias="Sum Sorrel")
    good = os.urandom(70_000)
    described = {"fileName": "Sum/a.mp3", "size": len(good), "sha256": hashlib.sha256(good).hexdigest()}
    session = one.prepare({"a": described}).json
    for chunked in (False, True):
        assert one.upload(session, "id-0", bytes(len(good)), chunked=chunked).status == 422
    answer = one.upload(session, "id-0", good)
    assert answer.status == 200 and answer.body == b"", answer
    assert end_of(receiver, "Sum Sorrel")[1]["result"] == "done"
    assert (receiver.music / "Sum" / "a.mp3").read_bytes() == good


def what_was_not_agreed_on(lab, receiver):
    one = peer(lab, receiver, alias="Bad Bean")
    session = one.prepare({"Bad/a.mp3": b"12345", "Bad/b.mp3": b"12345"}).json
    refused = (
        ("wrong token", one.upload(session, "id-0", b"12345", token="0" * 32), 403),
        ("no such file", one.request(f"upload?sessionId={session['sessionId']}&fileId=x&token=x", b"12345"), 403),
        ("no such session", one.request("upload?sessionId=x&fileId=id-0&token=x", b"12345"), 404),
        ("nothing named", one.request("upload", b"12345"), 400),
        ("another address", one.upload(session, "id-0", b"12345", source="127.0.0.2"), 403),
        ("another key", peer(lab, receiver, "trudy").upload(session, "id-0", b"12345"), 403),
        ("in plain", peer(lab, receiver, None, scheme="http").upload(session, "id-0", b"12345"), 403),
        ("too short", one.upload(session, "id-0", b"1234"), 400),
        ("too long", one.upload(session, "id-0", b"123456"), 400),
        ("too short, chunked", one.upload(session, "id-0", b"1234", chunked=True), 400),
        ("too long, chunked", one.upload(session, "id-0", b"123456", chunked=True), 400),
    )
    for what, answer, status in refused:
        assert answer.status == status, (what, answer)
        assert answer.json["message"], (what, answer)
    assert one.upload(session, "id-0", b"12345").status == 200
    stranger = peer(lab, receiver, "trudy")
    assert stranger.request(f"cancel?sessionId={session['sessionId']}", b"").status == 200
    assert one.upload(session, "id-1", b"12345").status == 200, "a stranger's cancel ends nothing"
    assert end_of(receiver, "Bad Bean")[1]["result"] == "done"


def busy(lab, receiver):
    one, other = peer(lab, receiver, alias="Busy Bee"), peer(lab, receiver, "trudy", alias="Late Lime")
    session = one.prepare({"Busy/a.mp3": b"12345"}).json
    answer = other.prepare({"Busy/b.mp3": b"12345"})
    assert answer.status == 409 and answer.json["message"], answer
    assert one.prepare({"Busy/c.mp3": b"12345"}).status == 409, "it has one session, too"
    assert one.upload(session, "id-0", b"12345").status == 200
    assert end_of(receiver, "Busy Bee")[1]["result"] == "done"
    other.send({"Busy/b.mp3": b"12345"})
    assert end_of(receiver, "Late Lime")[1]["result"] == "done"


def cancelled_there(lab, receiver):
    one = peer(lab, receiver, alias="Calm Carrot")
    session = one.prepare({"Calm/a.mp3": b"12345", "Calm/b.mp3": b"12345"}).json
    assert one.upload(session, "id-0", b"12345").status == 200
    assert one.request(f"cancel?sessionId={session['sessionId']}", b"").status == 200
    assert end_of(receiver, "Calm Carrot")[1]["result"] == "cancelled"
    assert one.upload(session, "id-1", b"12345").status in (403, 404, 410)
    assert not (receiver.music / "Calm").exists()
    one.send({"Calm/a.mp3": b"12345", "Calm/b.mp3": b"12345"})
    assert end_of(receiver, "Calm Carrot")[1]["result"] == "done"


def begun_anew(lab, receiver):
    """An app that was killed offers the same again: it does not wait for its own old session."""
    one = peer(lab, receiver, alias="Again Apple")
    one.prepare({"Again/a.mp3": b"12345"})
    one.send({"Again/a.mp3": b"12345"})
    assert (receiver.music / "Again" / "a.mp3").read_bytes() == b"12345"


def odd_names(lab, receiver):
    """Each comes under a safe name, with the rest of the offer; two that become the same stay two files."""
    one = peer(lab, receiver, alias="Evil Elder")
    places = {"../x": "B/x", "/Odd/x": "M/Odd/x", "Odd/../../x": "M/Odd/x (2)", "..": "B/Unnamed file",
              "Odd\\..\\x": "B/Odd_.._x", "C:/x": "M/C_/x", "Odd//b": "M/Odd/b", "./Odd/./b": "M/Odd/b (2)",
              "": "B/Unnamed file (2)", "Odd/E: song.mp3": "M/Odd/E_ song.mp3", "a:b": "B/a_b", "AC\\DC": "B/AC_DC",
              "Odd/b/below": "M/Odd/b/below", "Odd/\x01\n\x7f": "M/Odd/___", "y" * 256: "B/" + "y" * 255,
              "Odd/" + "z" * 300 + ".flac": "M/Odd/" + "z" * 250 + ".flac", "Odd/trail. ": "M/Odd/trail. ",
              "plain.txt": "B/plain.txt"}
    places["Odd//b"] = "M/Odd/b (3)"  # "Odd/b" is a folder of the offer
    one.send({name: f"of {name}".encode() for name in places})
    start, end = end_of(receiver, "Evil Elder")
    assert end["result"] == "done" and end["stored"] == len(places), end
    for name, place in places.items():
        root = receiver.music if place[0] == "M" else receiver.backups / "Evil Elder"
        assert (root / place[2:]).read_bytes() == f"of {name}".encode(), (name, place)


def read_answers(stream, count):
    """The bodies of @count answers with 200, in their order, from one connection."""
    file, bodies = stream.makefile("rb"), []
    for _ in range(count):
        status, length = file.readline(), 0
        assert status.startswith(b"HTTP/1.1 200"), (status, bodies)
        while (line := file.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            assert b"close" not in line, line
        bodies.append(file.read(length))
    return bodies


def ask(what, body=b"", method="POST", version="1.1", more=""):
    return (f"{method} {localsend.API}{what} HTTP/{version}\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n{more}\r\n"
            .encode() + body)


def kept_connections(lab, receiver):
    """One connection carries everything, in TLS and in plain HTTP, also requests that come before the answer to the one
    before them."""
    for scheme in ("https", "http"):
        one = peer(lab, receiver, "mallory" if scheme == "https" else None, scheme=scheme, alias=f"Kept {scheme}",
                   protocol=scheme)
        described = {f"f{n}": {"fileName": f"Kept {scheme}/{n}.mp3", "size": n, "fileType": "audio/mpeg"} for n in range(40)}
        offer = json.dumps({"info": one.info, "files": described}).encode()
        connection = one.connection()
        connection.connect()
        with connection.sock as stream:
            stream.sendall(ask("register", json.dumps(one.info).encode()) + ask("prepare-upload", offer) + ask("info", method="GET"))
            _, session, info = read_answers(stream, 3)
            assert json.loads(info)["version"] == "2.1", info
            session = json.loads(session)
            uploads = [ask(f"upload?sessionId={session['sessionId']}&fileId={id_}&token={token}", b"x" * int(id_[1:]))
                       for id_, token in session["files"].items()]
            for start in range(0, 40, 8):
                stream.sendall(b"".join(uploads[start:start + 8]))
                assert read_answers(stream, 8) == [b""] * 8
            stream.sendall(ask("cancel") + ask("info", method="GET"))
            assert len(read_answers(stream, 2)) == 2
        _, end = end_of(receiver, f"Kept {scheme}")
        assert end["result"] == "done" and end["stored"] == 40, end


def old_http(lab, receiver):
    """HTTP/1.0: an answer, and the end of the connection."""
    one = peer(lab, receiver, None, scheme="http", alias="Old HTTP", protocol="http")

    def call(what, body):
        with socket.create_connection(("127.0.0.1", receiver.port), WAIT) as stream:
            stream.sendall(ask(what, body, version="1.0", more="Connection: keep-alive\r\n"))
            head, _, answer = b"".join(iter(lambda: stream.recv(65536), b"")).partition(b"\r\n\r\n")
            assert head.split()[1] == b"200", head
            return answer
    session = json.loads(call("prepare-upload", json.dumps(
        {"info": one.info, "files": {"a": {"fileName": "Old HTTP/a.mp3", "size": 3}}}).encode()))
    call(f"upload?sessionId={session['sessionId']}&fileId=a&token={session['files']['a']}", b"abc")
    assert (receiver.music / "Old HTTP" / "a.mp3").read_bytes() == b"abc"


def offers_that_are_none(lab, receiver):
    one = peer(lab, receiver, alias="Evil Elder")
    for body in (b"{", b"[]", b"{}", b'{"info":{},"files":{}}', b'{"info":{"alias":"a"},"files":{}}'):
        assert one.request("prepare-upload", body).status == 400, body
    wrong = {**one.info, "fingerprint": "B" * 64}
    assert one.prepare({"a.mp3": b"1"}, info=wrong).status == 403, "another's fingerprint"


def what_other_senders_say(lab, receiver):
    """Members that are missing, empty, of another type or in another spelling hold nothing up where LocalSend does without them, and
    the query, the framing and the case of fields are read as HTTP has them."""
    one = peer(lab, receiver, None, alias="Loose Lime")
    sha256 = hashlib.sha256(b"abc").hexdigest()
    files = [{}, {"sha256": sha256}, {"sha256": sha256.upper()}, {"sha256": ""}, {"sha256": "xyz"}, {"sha256": 5}, {"fileType": None}, {"fileType": "audio"},
             {"fileType": "image"}, {"fileType": "text"}, {"preview": None}, {"metadata": None}, {"metadata": {}}, {"metadata": {"modified": "yesterday"}},
             {"metadata": {"modified": 12345}}, {"metadata": {"modified": "2021-01-01T12:34:56"}}, {"metadata": {"modified": "2021-01-01T12:34:56.123456+02:00"}},
             {"metadata": {"modified": MODIFIED, "accessed": MODIFIED}}, {"id": "another than the key"}, {"extra": [{"deep": None}]}]
    infos = [{**one.info, key: value} for key, value in (("deviceModel", None), ("deviceType", "toaster"), ("port", "53317"), ("version", "1.0"), ("version", "3.0"),
                                                         ("protocol", None), ("extra", {"deep": [1]}), ("announce", True))]
    infos += [{key: value for key, value in one.info.items() if key != left_out} for left_out in one.info if left_out != "alias"]
    for number, (file, info) in enumerate([*((file, one.info) for file in files), *(({}, info) for info in infos)]):
        answer = one.prepare({f"Loose/{number}.mp3": {"fileName": f"Loose/{number}.mp3", "size": 3, **file}}, info=info)
        assert answer.status == 200, (file, info, answer)
        done = one.upload(answer.json, "id-0", b"abc")
        assert done.status == 200 and done.body == b"", (file, info, done)
        assert (receiver.music / "Loose" / f"{number}.mp3").read_bytes() == b"abc"
    told = {**one.info, "alias": None}
    assert one.prepare({"Loose/none.mp3": b"abc"}, info=told).status == 400
    for size in ("3", 3.5, -1, None):
        assert one.prepare({"Loose/none.mp3": {"fileName": "Loose/none.mp3", "size": size}}).status == 400, size
    # An id that needs escapes, the query in another order, and each framing that HTTP has.
    framings = [b"Content-Length: 3\r\n\r\nabc", b"content-length:3\r\nEXPECT: 100-continue\r\n\r\nabc",
                b"transfer-encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n2\r\nbc\r\n0\r\nX-Trailer: 1\r\n\r\n"]
    for number, framing in enumerate(framings):
        name = f"Loose/framing {number}.mp3"
        answer = one.request("prepare-upload", {"info": one.info, "files": {"ü/1 2&3": {"id": "ü/1 2&3", "fileName": name, "size": 3, "fileType": "x"}}})
        assert answer.status == 200, answer
        query = urllib.parse.urlencode({"more": "", "token": answer.json["files"]["ü/1 2&3"], "fileId": "ü/1 2&3", "sessionId": answer.json["sessionId"]})
        with receiver.connect(None) as stream:
            stream.sendall(f"POST {localsend.API}upload?{query} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Close\r\n".encode() + framing)
            assert base.parse_answer(base.read_all(stream)).status == 200, framing
        assert (receiver.music / name).read_bytes() == b"abc"


def messages(lab, receiver):
    for identity, scheme, text in (("mallory", "https", "Hello\n✓ <b>\u202etxet\x1b[31m"), (None, "http", "plain")):
        one = peer(lab, receiver, identity, scheme=scheme, alias="Chatty Cherry", protocol=scheme)
        answer = one.prepare({"m": {"fileName": "m.txt", "size": len(text), "fileType": "text/plain", "preview": text}})
        assert answer.status == 204 and answer.body == b"", answer
        event = receiver.wait_event("message")
        assert event["alias"] == "Chatty Cherry" and event["encrypted"] == (scheme == "https"), event
        assert event["text"].startswith(text[:5]) and "\x1b" not in event["text"] and "\u202e" not in event["text"]
    assert peer(lab, receiver).request("upload?sessionId=a&fileId=b&token=c", b"").status == 404


def pin(lab, receiver):
    guarded = lab.receiver("--accept", "all", "--pin", "424242", "--unencrypted", "never")
    one = peer(lab, guarded, alias="Pin Pear")
    missing, wrong = one.prepare({"Pin/a.mp3": b"1"}), one.prepare({"Pin/a.mp3": b"1"}, pin="1")
    assert missing.status == 401 and missing.json["message"] == "PIN required", missing
    assert wrong.status == 401 and wrong.json["message"] == "Invalid PIN", wrong
    one.send({"Pin/a.mp3": b"1"}, pin="424242")
    assert end_of(guarded, "Pin Pear")[1]["result"] == "done"
    plain = peer(lab, guarded, None, scheme="http", protocol="http")
    assert plain.prepare({"Pin/b.mp3": b"1"}, pin="424242").status == 403
    assert plain.prepare({"m": {"fileName": "m", "size": 1, "fileType": "text/plain", "preview": "x"}},
                         pin="424242").status == 403
    guarded.check_alive()
    guarded.stop()


def advice(lab, receiver):
    """Nobody is advised to pair with a device that has no pairing."""
    careful = lab.receiver("--accept", "trusted")
    answer = peer(lab, careful, alias="Shy Sloth").prepare({"Shy/a.mp3": b"12345"})
    assert answer.status == 403 and "settings" in answer.json["message"], answer
    assert "pair" not in answer.json["message"].lower(), answer
    careful.stop()


def switched_off(lab, receiver):
    silent = lab.receiver("--accept", "all", "--no-localsend")
    one = peer(lab, silent)
    assert one.request("info", method="GET").status == 404
    assert one.prepare({"a.mp3": b"1"}).status == 404
    silent.check_alive()
    silent.stop()


def announces_itself_and_answers(lab, receiver):
    """It shows up as LocalSend's own devices do, and registers with one that announces itself."""
    certificate = receiver.data / "identity" / "certificate.pem"
    server = localsend.Server(lab.path / "announced", lab.peggy, certificate)
    stop = threading.Event()

    def repeat():
        while not stop.wait(0.5):
            localsend.announce(server.info)

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        info = server.registered.get(timeout=WAIT)
        assert info["fingerprint"] == localsend.fingerprint_of(certificate) and info["port"] == receiver.port, info
        assert info["protocol"] == "https" and not server.problems, server.problems
    finally:
        stop.set()
        thread.join()
        server.close()
    heard = []
    listener = threading.Thread(target=lambda: heard.append(localsend.listen_for(
        lambda hello: str(hello.get("alias", "")).startswith("Prey") and hello.get("announce"))))
    listener.start()
    while listener.is_alive():  # its burst is over after two seconds
        more = lab.receiver("--accept", "trusted")
        listener.join(3)
        more.stop()
    hello = heard[0]
    assert hello and hello["version"] == "2.1" and hello["protocol"] == "https" and hello["download"] is False, hello
    assert len(hello["fingerprint"]) == 64 and hello["port"] > 0, hello


def lives_and_ends_in_order(lab, receiver):
    receiver.check_alive()
    receiver.stop()


if __name__ == "__main__":
    sys.exit(localsend.run([register_and_info, files_in_folders, without_certificate_and_in_plain, checksum,
                            what_was_not_agreed_on, busy, cancelled_there, begun_anew, odd_names, kept_connections, old_http,
                            offers_that_are_none, what_other_senders_say, messages,
                            pin, advice, switched_off, announces_itself_and_answers, lives_and_ends_in_order],
                           make_receiver))
