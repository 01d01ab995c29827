# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests receiving from the simulated phone app: the files are stored, and nothing is stored without consent."""
import json
import re
import socket
import sys
import threading
import time

from namida_hostile import NoAnswer, WAIT, expect, run, tree
from namida_phone import HungUp, Phone, Refused, differences, entries_of, sample

ZIP = "Namida Backup - 2026-07-19 18.30.00.zip"
CONTROL = re.compile("[\x00-\x1f\x7f]")


def phone(receiver, source="127.0.0.1"):
    return Phone(port=receiver.port, source=source)


def in_background(function, *arguments):
    """Returns a list that gets the one result, or the exception, and the thread."""
    result = []

    def call():
        try:
            result.append(function(*arguments))
        except Exception as error:
            result.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return result, thread


def landed(receiver, tree, alias="Namida Sync app"):
    """What of @tree is not where it belongs."""
    def place(label, path):
        return f"{label if label else alias}/{CONTROL.sub('_', path)}"
    music = {key: body for key, body in tree.items() if key[0]}
    zips = {key: body for key, body in tree.items() if not key[0]}
    wrong = differences(music, receiver.music, place)
    for (_, name), body in zips.items():
        found = list(receiver.backups.glob(f"*/{name}"))
        if len(found) != 1 or found[0].read_bytes() != body:
            wrong.append(f"zip: {found}")
    return wrong


def ended(receiver):
    return receiver.wait_event("end")


def everything(lab, receiver):
    """A zip and 300 files with hard names, and once more: nothing is stored twice."""
    name, files = sample()
    phone(receiver).send(name, files)
    end = ended(receiver)
    assert end["result"] == "done" and end["stored"] == 301, end
    assert not landed(receiver, files), landed(receiver, files)[:5]
    phone(receiver).send(name, files)
    end = ended(receiver)
    assert end["result"] == "done" and end["kept"] == 301 and end["stored"] == 0, end
    assert not landed(receiver, files), landed(receiver, files)[:5]
    # A song was changed on the phone: it comes beside the old one.
    changed = {("", name): files["", name], ("Music", "100%.mp3"): b"another"}
    phone(receiver).send(name, changed)
    end = ended(receiver)
    assert end["stored"] == 1 and end["kept"] == 1, end
    assert (receiver.music / "Music" / "100%.mp3").read_bytes() == files["Music", "100%.mp3"]
    assert (receiver.music / "Music" / "100% (2).mp3").read_bytes() == b"another"


def asked(lab, _):
    """Asked although all others are accepted; no and yes."""
    receiver = lab.receivers[1]
    tree = {("", ZIP): b"zip", ("Music", "a.mp3"): b"music"}
    result, thread = in_background(phone(receiver).send, ZIP, tree)
    offer = receiver.wait_event("offer")
    assert offer["encrypted"] is False and offer.get("fingerprint") is None and not offer["trusted"], offer
    receiver.decide(decline=offer["id"])
    thread.join(WAIT)
    assert isinstance(result[0], Refused) and result[0].status == 403, result
    result, thread = in_background(phone(receiver).send, ZIP, tree)
    try:
        offer = receiver.wait_event("offer")
    except AssertionError as error:
        raise AssertionError(f"{error}; the phone: {result}") from None
    receiver.decide(accept=offer["id"])
    thread.join(WAIT)
    assert result == [None], result
    start = receiver.wait_event("start")
    assert start["encrypted"] is False and ended(receiver)["result"] == "done"
    assert not landed(receiver, tree), landed(receiver, tree)


def withdrawn(lab, _):
    """Who hangs up while a person thinks has withdrawn it."""
    receiver = lab.receivers[2]
    body = json.dumps({"backupName": ZIP, "files": entries_of({("", ZIP): b"x"})}).encode()
    with phone(receiver).connect() as stream:
        stream.sendall(b"POST /api/namidasync/v1/prepare-upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(body)
                       + body)
        first = receiver.wait_event("offer")

    def patiently():
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            try:
                phone(receiver).offer(ZIP, entries_of({("", ZIP): b"x"}))
            except Refused as refused:
                if refused.status != 409:  # else it has not noticed yet
                    raise
            time.sleep(0.1)

    result, thread = in_background(patiently)
    second = receiver.wait_event("offer")
    assert first["id"] != second["id"]
    receiver.decide(decline=second["id"])
    thread.join(WAIT)
    assert isinstance(result[0], Refused) and result[0].status == 403, result


def never(lab, _):
    """403 with a sentence, and this device's person is told."""
    receiver = lab.receivers[3]
    try:
        phone(receiver).send(ZIP, {("", ZIP): b"x"})
        raise AssertionError("it was taken")
    except Refused as refused:
        assert refused.status == 403 and len(json.loads(refused.body)["message"]) > 20, refused
    expect(receiver.curl("prepare-upload", {}, scheme="http", identity=None), 403, "encryption-required")
    deadline = time.monotonic() + WAIT
    while not any("127.0.0.1" in line and "unencrypted" in line for line in receiver.errors):
        assert time.monotonic() < deadline, receiver.errors
        time.sleep(0.05)
    assert receiver.curl("register", method="GET", scheme="http", identity=None).status == 200


def hung_up(function, *arguments, **more):
    try:
        function(*arguments, **more)
    except HungUp:
        return
    except ConnectionError:
        return
    raise AssertionError("it was taken")


def unexpected(lab, receiver):
    """Uploads that nobody agreed to: without an offer, from elsewhere, of other sizes, twice, side by side."""
    one = phone(receiver, "127.0.0.21")
    tree = {("", ZIP): b"zip" * 1000, ("Music", "a.mp3"): b"1234", ("Music", "b.mp3"): b"5678"}
    entries = entries_of(tree)
    zip_entry, a, b = entries
    hung_up(one.upload, a, b"1234")
    one.offer(ZIP, entries)
    hung_up(phone(receiver, "127.0.0.22").upload, a, b"1234")
    for body in (b"123", b"12345", b"", b"1" * 1_000_000):
        hung_up(one.upload, a, body)
        hung_up(one.upload, a, body, length=len(body))
    hung_up(one.upload, {**a, "relativePath": "c.mp3"}, b"1234")
    hung_up(one.upload, {**a, "folderLabel": "Other"}, b"1234")
    hung_up(one.upload, {**a, "folderLabel": "", "name": "a.mp3"}, b"1234")
    hung_up(one.upload, a, b"1234", target="upload?type=backupZip&name=Music%2Fa.mp3")
    hung_up(one.upload, a, b"1234", target="upload?type=other&relativePath=a.mp3&folderLabel=Music")
    hung_up(one.upload, a, b"1234", target="upload")
    one.upload(a, b"1234")
    hung_up(one.upload, a, b"1234")
    with one.connect() as first:
        first.sendall(f"POST /api/namidasync/v1/{one.target(b)} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 4\r\n\r\n5".encode())
        deadline = time.monotonic() + WAIT
        while True:  # until the first has begun, the other one would be taken
            seen = json.loads(json.dumps(receiver.seen))
            if time.monotonic() > deadline or any(event["event"] == "start" for event in seen):
                break
        time.sleep(0.5)
        hung_up(one.upload, zip_entry, tree["", ZIP])
        first.sendall(b"678")
        assert b"File received" in first.recv(1000)
    one.upload(zip_entry, tree["", ZIP])
    hung_up(one.upload, zip_entry, tree["", ZIP])
    # Of what is here already, only the size can be compared.
    one.offer(ZIP, entries)
    for body in (b"123", b"12345"):
        hung_up(one.upload, a, body)
        hung_up(one.upload, a, body, length=len(body))
    for entry, body in zip(entries, tree.values()):
        one.upload(entry, body)


def odd_names(lab, receiver):
    """Names that lead out or are none, in each of name, folderLabel and relativePath, get safe places, and their uploads
    are known by what the app calls them."""
    one = phone(receiver, "127.0.0.31")
    tree = {("", "../odd\\x.zip"): b"zip", ("Odd", "../x"): b"1", ("Odd", "x"): b"22", ("../Odd", "./x"): b"333",
            ("AC\\DC", "E: song.mp3"): b"4444", ("Odd", "/etc/x"): b"55555", ("..", "C:/x"): b"666666",
            ("Odd", "w" * 300): b"7777777"}
    entries = entries_of(tree)
    one.offer("../odd\\x.zip", entries)
    hung_up(one.upload, {**entries[1], "relativePath": "x (2)", "name": "x (2)"}, b"22")
    for entry, data in zip(entries, tree.values()):
        one.upload(entry, data)
    places = {"Odd/x": b"1", "Odd/x (2)": b"22", "Odd/x (3)": b"333", "AC_DC/E_ song.mp3": b"4444", "Odd/etc/x": b"55555",
              "C_/x": b"666666", "Odd/" + "w" * 255: b"7777777"}
    for place, data in places.items():
        assert (receiver.music / place).read_bytes() == data, place
    assert [path.read_bytes() for path in receiver.backups.rglob("odd_x.zip")] == [b"zip"]
    same = {"name": "a", "path": "", "size": 1, "folderLabel": "L", "relativePath": "a"}
    try:
        one.offer("", [same, same])
        raise AssertionError("one place twice was taken")
    except Refused as refused:
        assert refused.status == 400, refused


def odd_offers(lab, receiver):
    one = phone(receiver, "127.0.0.41")
    for body in (b"", b"{}", b"[]", b'{"files":[]}', b'{"backupName":"x.zip","files":[]}', b"\xff", b'{"files":[{}]}',
                 b'{"files":[{"name":"a","size":-1}]}', b'{"files":[{"name":"a","size":1e99}]}',
                 b'{"files":[{"name":"a","size":1},{"name":"a","size":1}]}',
                 b'{"files":[{"name":"a","size":0,"folderLabel":"L","relativePath":"a","type":"inode/directory"}]}'):
        status, said = one.post("prepare-upload", body, "application/json")
        assert status == 400 and json.loads(said)["message"], (body, status, said)


def claims(lab, receiver):
    """What only a certificate can prove, or a hash could ask for, is not looked at."""
    one = phone(receiver, "127.0.0.51")
    known = receiver.curl("register", method="GET").json
    entries = entries_of({("", ZIP): b"zip"})
    body = json.dumps({"info": {"alias": "Your own NAS", "fingerprint": known["fingerprint"], "port": 1}, "backupName": ZIP,
                       "files": [{**entries[0], "sha256": "0" * 64, "id": "f9"}]}).encode()
    assert one.post("prepare-upload", body, "application/json")[0] == 200
    one.upload(entries[0], b"zip")
    assert not any(event.get("alias") == "Your own NAS" for event in receiver.seen), receiver.seen


def disappears(lab, _):
    """In the middle of a file, and between two: what comes next is asked about, and does not disturb before it is
    accepted; then the first one is over."""
    receiver = lab.receivers[4]
    files = {("", ZIP): b"zip" * 100_000, ("Music", "a.mp3"): b"a" * 3_000_000, ("Music", "b.mp3"): b"b" * 1000}
    entries = entries_of(files)
    one = phone(receiver)
    result, thread = in_background(one.offer, ZIP, entries)
    receiver.decide(accept=receiver.wait_event("offer")["id"])
    thread.join(WAIT)
    one.upload(entries[0], files["", ZIP])
    with one.connect() as stream:
        stream.sendall(f"POST /api/namidasync/v1/{one.target(entries[1])} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
                       "transfer-encoding: chunked\r\n\r\n10000\r\n".encode() + b"a" * 65536 + b"\r\n")
    receiver.wait_event("interrupted")
    assert not any(receiver.music.rglob("*.mp3")), list(receiver.music.rglob("*"))
    result, thread = in_background(one.send, ZIP, files)
    offer = receiver.wait_event("offer")
    one.upload(entries[2], files["Music", "b.mp3"])  # the first one runs on meanwhile
    receiver.decide(accept=offer["id"])
    thread.join(WAIT)
    assert result == [None], result
    assert [ended(receiver)["result"] for _ in range(2)] == ["cancelled", "done"]
    assert not landed(receiver, files), landed(receiver, files)
    parts = [path for path in tree(receiver.home) if path.endswith(".part")]
    assert not parts, parts


def killed(lab, _):
    """This program dies in the middle: the next try takes its parts over, and is asked about all the same."""
    receiver = lab.receivers[5]
    files = {("", ZIP): b"zip" * 1000, ("Music", "a.mp3"): b"a" * 1000, ("Music", "b.mp3"): b"b" * 1000}
    entries = entries_of(files)
    one = phone(receiver)
    result, thread = in_background(one.offer, ZIP, entries)
    receiver.decide(accept=receiver.wait_event("offer")["id"])
    thread.join(WAIT)
    one.upload(entries[0], files["", ZIP])
    one.upload(entries[1], files["Music", "a.mp3"])
    receiver.kill()
    while receiver.events.get(timeout=WAIT):  # all that it said
        pass
    assert receiver.start(), receiver.errors
    hung_up(one.upload, entries[2], files["Music", "b.mp3"])
    result, thread = in_background(one.send, ZIP, files)
    receiver.decide(accept=receiver.wait_event("offer")["id"])
    thread.join(WAIT)
    assert result == [None], result
    assert ended(receiver)["result"] == "done"
    assert not landed(receiver, files), landed(receiver, files)
    parts = [path for path in tree(receiver.home) if path.endswith(".part")]
    assert not parts, parts


def nothing_outside(lab, receiver):
    outside = [path for path in lab.world.rglob("x") if not path.is_relative_to(receiver.music)]
    assert not outside, outside


if __name__ == "__main__":
    LIBRARY = ("--as", "library")
    sys.exit(run([everything, asked, withdrawn, never, disappears, killed], "--accept", "all", *LIBRARY,
                 "--unencrypted", "allow", afterwards=lambda lab, receiver: (unexpected(lab, receiver), odd_names(lab, receiver),
                                                                             odd_offers(lab, receiver), claims(lab, receiver),
                                                                             nothing_outside(lab, receiver)),
                 others=[("--accept", "all", *LIBRARY, "--unencrypted", "ask"), ("--accept", "ask", *LIBRARY),
                         ("--accept", "all", "--unencrypted", "never"), ("--accept", "ask", *LIBRARY),
                         ("--accept", "ask", *LIBRARY)]))
