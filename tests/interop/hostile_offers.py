# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests offers that no honest device sends: each is refused with a code and a message, and nothing is stored."""
import contextlib
import sys

from namida_hostile import NoAnswer, expect, music, run, tree

UNSAFE = ["../x", "/etc/x", "C:\\x", "C:x", "a/../../x", "a/../x", "..", ".", "./x", "a//x", "a/", "a\\..\\x",
          "\\\\host\\x", "\\etc\\x", "n" * 5000, "n" * 256, "d/" + "n" * 256, "d/" * 2100 + "x"]


def offer(receiver, *files, **more):
    return receiver.prepare({"files": list(files), **more})


def unsafe_names(lab, receiver):
    for name in UNSAFE:
        last = name.rsplit("/", 1)[-1] or "x"
        expect(offer(receiver, {"id": "f1", "name": name, "size": 1}), 400, "unsafe-path")
        expect(offer(receiver, music(name=last, path=name)), 400, "unsafe-path")
        expect(offer(receiver, music(label=name)), 400, "unsafe-path")


def unsafe_folders_and_backup_names(lab, receiver):
    for name in UNSAFE:
        folder = {"id": "f1", "name": name.rsplit("/", 1)[-1] or "x", "size": 0, "folderLabel": "Label",
                  "relativePath": name, "type": "inode/directory"}
        expect(offer(receiver, folder), 400, "unsafe-path")
        expect(offer(receiver, {"id": "f1", "name": "ok.zip", "size": 1}, backupName=name), 400, "unsafe-path")


def nul(lab, receiver):
    for value in (b'"a\\u0000b"', b'"\\u0000"', b'"a\0b"'):
        for key in (b"name", b"relativePath", b"folderLabel", b"id"):
            entry = {b"id": b'"f1"', b"name": b'"x"', b"folderLabel": b'"L"', b"relativePath": b'"x"', b"size": b"1"}
            entry[key] = value
            members = b",".join(b'"%s":%s' % pair for pair in entry.items())
            expect(receiver.prepare(b'{"files":[{%s}]}' % members), 400, "invalid-request", "unsafe-path")
    expect(receiver.prepare(b'{"files":[],"backupName":"a\\u0000.zip"}'), 400, "invalid-request", "unsafe-path")


def sizes(lab, receiver):
    for size in (b"-1", b"9223372036854775808", b"18446744073709551616", b'"1"', b'"many"', b"1.5", b"1e3", b"-0", b"01",
                 b"true", b"null", b"[]", b"{}", b"0x10", b"9" * 400):
        body = b'{"files":[{"id":"f1","name":"x","folderLabel":"L","relativePath":"x","size":%s}]}' % size
        expect(receiver.prepare(body), 400, "invalid-request")
    expect(offer(receiver, {"id": "f1", "name": "x"}), 400, "invalid-request")
    half = 1 << 62
    expect(offer(receiver, music("a", half), {**music("b", half), "id": "f2"}), 413, "too-large")
    # An honest number, but no disk has the room.
    expect(offer(receiver, music(size=(1 << 63) - 1)), 507, "no-space")


def clashes_within(lab, receiver):
    good = music("b", path="a/b")
    expect(offer(receiver, good, {**good, "id": "f2"}), 400, "invalid-request")
    expect(offer(receiver, good, {**music(), "id": "f1"}), 400, "invalid-request")
    expect(offer(receiver, good, {**music("c", path="a/b/c"), "id": "f2"}), 400, "unsafe-path")
    expect(offer(receiver, music("other", path="a/b")), 400, "invalid-request")
    for file_id in ("", "../x", "a b", "i" * 65, "ä", 1, None):
        expect(offer(receiver, {**music(), "id": file_id}), 400, "invalid-request")


def no_json(lab, receiver):
    for body in (b"", b"{", b"[]", b"null", b"1", b'"files"', b"{}", b'{"files":{}}', b'{"files":[1]}', b'{"files":null}',
                 b'{"files":[]} trailing', b'{"files":[],}', b"{'files':[]}", b'\xef\xbb\xbf{"files":[]}',
                 b'{"files":[{"name":"\xff\xfe","size":1}]}', b'{"files":[{"name":"\\ud800","size":1}]}', b"\0" * 100,
                 b'{"files":[[[[', b'{"files":' + b"[" * 100_000, b'{"files":' + b"[" * 20 + b"]" * 20 + b"}",
                 b'{"x":' * 50_000, b'{"info":' + b'{"a":' * 16 + b"1" + b"}" * 16 + b',"files":[]}',
                 b'{"info":"text","files":[]}', b'{"info":[],"files":[]}'):
        expect(receiver.prepare(body), 400, "invalid-request")
    for manifest in (b'"x"', b"[]", b"{}", b'{"manifestVersion":99}', b'{"manifestVersion":"2"}'):
        expect(receiver.prepare(b'{"files":[{"name":"x","size":1}],"manifest":%s}' % manifest), 400)


def too_many_files(lab, receiver):
    entries = ",".join('{"id":"%d","name":"%d","size":0}' % (i, i) for i in range(200_001))
    expect(receiver.prepare(f'{{"files":[{entries}]}}'.encode()), 413, "too-large")


def too_large(lab, receiver):
    body = b'{"files":[' + b" " * (65 << 20) + b"]}"
    for chunked in (False, True):
        for _ in range(3):  # the reset that ends such a connection can overtake the answer (RFC 9112, 9.6)
            with contextlib.suppress(NoAnswer):
                expect(receiver.prepare(body, chunked=chunked), 413, "too-large")
                break
        else:
            raise AssertionError("no answer in three tries")
    for what in ("register", "pair", "cancel?sessionId=x"):
        expect(receiver.curl(what, body[:(1 << 20) + 1]), 413, "too-large")
        expect(receiver.curl(what, body[:2 << 20], chunked=True), 413, "too-large")


def other_messages(lab, receiver):
    for body in (b"", b"[]", b"{}", b'{"step":"x"}', b'{"step":"commit"}', b'{"step":"commit","commitment":"zz"}',
                 b'{"step":"commit","commitment":1}', b'{"step":"reveal","pairId":"../x","nonce":"00"}'):
        answer = receiver.curl("pair", body, source="127.0.0.77", identity="peggy")
        expect(answer, 429 if answer.status == 429 else 400 if answer.status == 400 else 404)
    for body in (b"", b"[]", b"{", b"{}", b'{"alias":1,"port":1}', b'{"alias":null}', b'{"alias":[]}', b"[" * 5000):
        expect(receiver.curl("register", body), 400, "invalid-request")
    for what in ("finish", "session", "cancel"):
        method = "GET" if what == "session" else "POST"
        expect(receiver.curl(what, method=method), 400, "invalid-request")
        for session in ("", "x", "..%2f..%2fx", "%00", "%ff", "%", "a" * 2000, "'%20OR%201=1--"):
            answer = receiver.curl(f"{what}?sessionId={session}", b"{}" if method == "POST" else None, method=method)
            expect(answer, answer.status if answer.status in (400, 404) else 404)


def nothing_stored(lab, receiver):
    folders = [folder for folder in (receiver.backups, receiver.music, receiver.data / "staging") if folder.exists()]
    stored = [path for folder in folders for path in tree(folder) if path != str(folder)]
    assert not stored, stored


def main():
    return run([unsafe_names, unsafe_folders_and_backup_names, nul, sizes, clashes_within, no_json, too_many_files,
                too_large, other_messages], "--accept", "all", "--as", "library", afterwards=nothing_stored)


if __name__ == "__main__":
    sys.exit(main())
