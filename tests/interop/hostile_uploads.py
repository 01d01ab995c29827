# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests uploads that differ from the accepted offer, and links that were planted where files would be saved."""
import os
import random
import sys

from namida_hostile import PREFIX, expect, music, run

BODY = b"0123456789" * 10


def session(receiver, label, size=len(BODY), **more):
    return receiver.offer([music(size=size, label=label)], **more)


def stored(receiver, label):
    path = receiver.music / label / "a.flac"
    return path.read_bytes() if path.exists() else None


def ends_well(session, label, body=BODY):
    """After all refusals the session still works, and what is stored is what was sent."""
    assert session.upload(body).status == 200
    answer = session.finish(f1=body)
    assert answer.status == 200 and answer.json["files"] == {"f1": "stored"}, answer
    assert stored(session.receiver, label) == body
    return answer


def wrong_tokens(lab, receiver):
    one, other = session(receiver, "Tokens"), session(receiver, "Tokens2", identity="trudy")
    token = one.files["f1"]["token"]
    for bad in ("0" * len(token), token[:-1], token + "0", token.upper() + "g", other.files["f1"]["token"]):
        expect(one.upload(BODY, token=bad), 403, "bad-token")
    for bad in ("", None, "../x", "a\0b", "%", "t" * 5000):
        expect(one.upload(BODY, token=bad), 400, "invalid-request")
    for bad in ("", None, "../f1", "f 1", "f" * 65):
        expect(one.upload(BODY, fileId=bad), 400, "invalid-request")
    expect(one.upload(BODY, fileId="f2"), 403, "bad-token")
    for bad in ("", None, "../" + one.id):
        expect(one.upload(BODY, sessionId=bad), 400, "invalid-request")
    expect(one.upload(BODY, sessionId="0" * len(one.id)), 404, "not-found")
    ends_well(one, "Tokens")
    ends_well(other, "Tokens2")


def sessions_of_others(lab, receiver):
    one = session(receiver, "Others")
    for identity in ("trudy", "peggy"):
        expect(one.upload(BODY, identity=identity), 403, "bad-token")
        expect(one.finish(identity=identity, f1=BODY), 403, "bad-token")
        expect(one.cancel(identity=identity), 403, "bad-token")
        expect(receiver.curl("session?sessionId=" + one.id, method="GET", identity=identity), 403, "bad-token")
    ends_well(one, "Others")
    expect(one.finish(identity="trudy", f1=BODY), 403, "bad-token")
    expect(one.cancel(identity="trudy"), 403, "bad-token")


def wrong_lengths(lab, receiver):
    one = session(receiver, "Lengths")
    for body in (BODY + b"x", BODY[:-1], b"", BODY * 50_000):
        expect(one.upload(body), 422, "wrong-size")
        expect(one.upload(body, chunked=True), 422, "wrong-size")
    assert stored(receiver, "Lengths") is None
    ends_well(one, "Lengths")
    none = session(receiver, "Empty", size=0)
    expect(none.upload(b"x"), 422, "wrong-size")
    expect(none.upload(b"x", chunked=True), 422, "wrong-size")
    ends_well(none, "Empty", b"")


def wrong_offsets(lab, receiver):
    one = session(receiver, "Offsets")
    for offset in (1, len(BODY), len(BODY) + 1, 1 << 40, (1 << 63) - 1):
        answer = one.upload(b"", offset=offset)
        expect(answer, 409, "wrong-offset")
        assert answer.json["offset"] == 0, answer
    for offset in (-1, 1 << 63, "x", "", "1e1", "0x1", " 1", "+1"):
        expect(one.upload(BODY, offset=offset), 400, "invalid-request")
    ends_well(one, "Offsets")


def request(one, headers, body=b"", **changes):
    return (f"POST {PREFIX}{one.query(**changes)} HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n").encode() + body


def bad_framing(lab, receiver):
    """Two ways to say a length, lengths that are none, chunks that are none: RFC 9112, 6 and 7."""
    one = session(receiver, "Framing")
    n = len(BODY)
    for headers in (f"Content-Length: {n}\r\nTransfer-Encoding: chunked\r\n", "Content-Length: -1\r\n",
                    f"Content-Length: {n}\r\nContent-Length: {n + 1}\r\n", f"Content-Length: +{n}\r\n",
                    "Content-Length: 18446744073709551616\r\n", "Content-Length: ten\r\n", f"Content-Length: {n}, {n}\r\n",
                    "Transfer-Encoding: identity\r\n"):
        answer = receiver.raw(request(one, headers, BODY))
        assert answer is not None, headers
        expect(answer, 400, "invalid-request")
    # RFC 9112, 6.1: what is not understood may be told with 501, and nothing else of it is looked at.
    answer = receiver.raw(request(one, "Transfer-Encoding: gzip, chunked\r\n", BODY))
    assert answer is not None and answer.status in (400, 501), answer
    chunked = "Transfer-Encoding: chunked\r\n"
    for body in (b"zz\r\n", b"-1\r\nx\r\n0\r\n\r\n", b"ffffffffffffffffff\r\n", b"1" * 5000, b"1\r\nxy\r\n0\r\n\r\n",
                 b"1\nx\n0\n\n", b"\r\n", b"5;" + b"e" * 5000 + b"\r\n", b"0x4\r\n", b"5 5\r\n01234\r\n0\r\n\r\n"):
        answer = receiver.raw(request(one, chunked, body), half_close=False)
        assert answer is not None, body[:40]
        expect(answer, answer.status if answer.status in (400, 422) else 400)
    ends_well(one, "Framing")


def cut_anywhere(lab, receiver):
    """A recorded upload that stops at any byte: nothing is stored, and nothing is left that blocks the next try."""
    one = session(receiver, "Cut")
    recorded = request(one, f"Content-Length: {len(BODY)}\r\nConnection: close\r\n", BODY)
    whole_head = recorded.index(b"\r\n\r\n") + 4
    random.seed(1)
    places = {1, 10, whole_head - 1, whole_head, whole_head + 1, len(recorded) - 1,
              *random.sample(range(len(recorded)), 40)}
    for place in sorted(places):
        answer = receiver.raw(recorded[:place], half_close=True)
        assert answer is None or answer.status >= 400, (place, answer)
    assert stored(receiver, "Cut") is None
    # The last cut one may still hold the file for a moment.
    for _ in range(50):
        answer = receiver.raw(recorded)
        if answer.status != 409:
            break
    assert answer.status == 200, answer
    answer = one.finish(f1=BODY)
    assert answer.json["files"] == {"f1": "stored"} and stored(receiver, "Cut") == BODY, answer


def lies_about_hashes(lab, receiver):
    one = session(receiver, "Lies")
    assert one.upload(BODY).status == 200
    answer = one.finish(f1=b"something else")
    assert answer.status == 200 and answer.json["files"] == {"f1": "mismatch"}, answer
    assert stored(receiver, "Lies") is None
    other = session(receiver, "Missing")
    answer = other.finish(f1=BODY)
    assert answer.status == 200 and answer.json["files"] == {"f1": "missing"}, answer
    assert stored(receiver, "Missing") is None
    third = session(receiver, "Bodies")
    for body in (b"", b"[]", b"{", b'{"files":[]}', b'{"files":{"f1":1}}', b'{"files":{"f1":"zz"}}', b'{"files":{"f1":{}}}',
                 b'{"files":{"../x":"%s"}}' % (b"0" * 64), b'{"files":[[[['):
        expect(receiver.curl("finish?sessionId=" + third.id, body), 400, "invalid-request")
    ends_well(third, "Bodies")


def sessions_that_ended(lab, receiver):
    one = session(receiver, "Ended")
    first = ends_well(one, "Ended")
    for _ in range(3):
        again = one.finish(f1=BODY)
        assert again.status == 200 and again.json == first.json, again
    expect(one.upload(BODY), 410, "expired")
    expect(one.upload(b"other" * 20), 410, "expired")
    expect(one.cancel(), 410, "expired")
    assert stored(receiver, "Ended") == BODY
    two = session(receiver, "Cancelled")
    assert two.upload(BODY).status == 200
    assert two.cancel().status == 200
    expect(two.upload(BODY), 410, "cancelled")
    expect(two.finish(f1=BODY), 410, "cancelled")
    assert two.cancel().status == 200
    assert stored(receiver, "Cancelled") is None


def links_in_the_way(lab, receiver):
    """Folders and files that are links out of the music folder, dangling ones included."""
    os.symlink(lab.outside / "folder", receiver.music / "Linked")
    os.symlink("../../../outside/folder", receiver.music / "Relative")
    os.symlink(lab.outside / "nowhere", receiver.music / "Dangling")
    (receiver.music / "Deep" / "er").mkdir(parents=True)
    os.symlink(lab.outside, receiver.music / "Deep" / "er" / "link")
    tries = [music("victim", len(BODY), label="Linked"), music("new", len(BODY), label="Linked"),
             music("victim", len(BODY), label="Relative"), music("new", len(BODY), label="Dangling"),
             music("new", len(BODY), path="er/link/new", label="Deep"),
             music("victim", len(BODY), path="er/link/folder/victim", label="Deep")]
    for entry in tries:
        answer = receiver.prepare({"files": [entry]})
        if answer.status == 200:  # told at the end, for this file
            refused_at_the_end(receiver, answer)
        else:
            expect(answer, 400, "unsafe-path")


def refused_at_the_end(receiver, answer):
    one = receiver.offered(answer)
    upload = one.upload(BODY)
    done = one.finish(f1=BODY)
    if done.status == 200:
        assert done.json["files"]["f1"] in ("missing", "mismatch"), (upload, done)
    else:
        expect(done, 400, "unsafe-path")
        one.cancel()


def link_for_a_file(lab, receiver):
    """A link where the file itself would go is neither followed nor replaced."""
    folder = receiver.music / "FileLink"
    folder.mkdir()
    for name, target in (("a.flac", lab.outside / "victim"), ("b.flac", lab.outside / "not-there")):
        os.symlink(target, folder / name)
        one = receiver.offer([music(name, len(BODY), label="FileLink")])
        assert one.upload(BODY).status == 200
        answer = one.finish(f1=BODY)
        assert answer.status == 200 and answer.json["files"]["f1"] in ("stored", "missing"), answer
        assert os.readlink(folder / name) == str(target)


def links_planted_meanwhile(lab, receiver):
    """Between the offer and its end somebody puts a link in the way."""
    for moment in ("before upload", "before finish"):
        label = "Planted " + moment
        one = session(receiver, label)
        if moment == "before upload":
            plant(lab, receiver.music / label)
        upload = one.upload(BODY)
        if moment == "before finish":
            assert upload.status == 200
            plant(lab, receiver.music / label)
        answer = one.finish(f1=BODY)
        if answer.status == 200:
            assert answer.json["files"]["f1"] in ("missing", "mismatch"), answer
        else:
            expect(answer, 400, "unsafe-path")
            one.cancel()
        assert not (lab.outside / "folder" / "a.flac").exists()


def plant(lab, place):
    if place.exists() and not place.is_symlink():
        place.rename(place.with_name(place.name + " moved"))
    os.symlink(lab.outside / "folder", place)


def link_for_the_backup_folder_of_a_device(lab, receiver):
    os.symlink(lab.outside / "folder", receiver.backups / "Mallory")
    entry = {"id": "f1", "name": "victim", "size": len(BODY)}
    for more in ({}, {"backupName": "victim"}):
        answer = receiver.prepare({"info": {"alias": "Mallory", "port": 9}, "files": [entry], **more})
        if answer.status == 200:
            refused_at_the_end(receiver, answer)
        else:
            expect(answer, 400, "unsafe-path")


if __name__ == "__main__":
    sys.exit(run([wrong_tokens, sessions_of_others, wrong_lengths, wrong_offsets, bad_framing, cut_anywhere,
                  lies_about_hashes, sessions_that_ended, links_in_the_way, link_for_a_file, links_planted_meanwhile,
                  link_for_the_backup_folder_of_a_device], "--accept", "all", "--as", "library"))
