# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays a recorded session: again, by other devices, out of order, several times at once, and cut off at every
byte."""
import concurrent.futures
import hashlib
import itertools
import json
import os
import sys
import time

from namida_hostile import PREFIX, WAIT, expect, music, parse_answer, read_all, run

BODY = b"what was sent, and heard by somebody " * 3
WORKERS = 8


def post(what, body):
    return (f"POST {PREFIX}{what} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            ).encode() + body


class Recording:
    """The bytes of a session of mallory's, as they go over the wire."""

    def __init__(self, receiver, label, identity="mallory"):
        self.receiver, self.label, self.identity = receiver, label, identity
        offer = {"info": {"alias": "Mallory", "port": 9}, "files": [music("a.flac", len(BODY), label=label)]}
        self.prepare = post("prepare-upload", json.dumps(offer).encode())
        with receiver.offering:
            answer = self.say(self.prepare)
        assert answer.status == 200, answer
        self.one = receiver.offered(answer, identity)
        self.upload = post(self.one.query(), BODY)
        hashes = {"files": {"f1": hashlib.sha256(BODY).hexdigest()}}
        self.finish = post("finish?sessionId=" + self.one.id, json.dumps(hashes).encode())
        self.cancel = post("cancel?sessionId=" + self.one.id, b"")
        self.session = f"GET {PREFIX}session?sessionId={self.one.id} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()

    def say(self, data, identity=None, **more):
        return self.receiver.raw(data, identity=identity or self.identity, **more)

    def stored(self):
        folder = self.receiver.music / self.label
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        if names:
            assert names == ["a.flac"] and (folder / "a.flac").read_bytes() == BODY, names
        return bool(names)

    def whole(self):
        assert self.say(self.upload).status == 200
        answer = self.say(self.finish)
        assert answer.status == 200 and answer.json["files"] == {"f1": "stored"}, answer
        return answer


def said_again(lab, receiver):
    """By the same device: it gets the same answers and changes nothing. By another: 403, whatever it has heard."""
    one = Recording(receiver, "Again")
    first = one.whole()
    stored = os.stat(receiver.music / "Again" / "a.flac")
    for _ in range(2):
        expect(one.say(one.upload), 410, "expired")
        again = one.say(one.finish)
        assert again.status == 200 and again.json == first.json, again
        for identity in ("trudy", "peggy"):
            for data in (one.upload, one.finish, one.cancel, one.session):
                expect(one.say(data, identity), 403, "bad-token")
    # The offer itself, by another: a session of its own, which the recorded requests do not fit.
    answer = one.say(one.prepare, "trudy")
    assert answer.status in (200, 204), answer
    if answer.status == 200:
        other = receiver.offered(answer, "trudy")
        assert other.id != one.one.id and other.files["f1"]["token"] != one.one.files["f1"]["token"]
        assert other.files["f1"]["offset"] == 0
        for data in (one.upload, one.finish, one.cancel):
            expect(one.say(data, "trudy"), 403, "bad-token")
        assert other.cancel().status == 200
    assert one.stored() and os.stat(receiver.music / "Again" / "a.flac").st_mtime_ns == stored.st_mtime_ns


def tokens_of_another_session(lab, receiver):
    """The token of one session is worth nothing in another, also of the same device."""
    one, two, other = Recording(receiver, "One"), Recording(receiver, "Two"), Recording(receiver, "Three", "trudy")
    for mine, theirs in ((one, two), (two, one), (one, other), (other, one)):
        token = theirs.one.files["f1"]["token"]
        expect(mine.one.upload(BODY, token=token), 403, "bad-token")
        assert token != mine.one.files["f1"]["token"]
    expect(one.one.upload(BODY, sessionId=other.one.id), 403, "bad-token")
    expect(one.one.upload(BODY, sessionId=other.one.id, token=other.one.files["f1"]["token"]), 403, "bad-token")
    for recording in (one, two, other):
        recording.whole()
        assert recording.stored()


def continued_by_another(lab, receiver):
    """Half a file is there: another device, with all that was said, gets 403, and its own offer begins at nothing."""
    one = Recording(receiver, "Half")
    half = len(one.upload) - len(BODY) // 2
    answer = one.say(one.upload[:half], half_close=True)
    assert answer is None or answer.status >= 400, answer
    offset = len(BODY) - len(BODY) // 2
    rest = post(one.one.query(offset=offset), BODY[offset:])
    for identity in ("trudy", "sybil"):
        expect(one.say(rest, identity), 403, "bad-token")
        expect(one.say(one.session, identity), 403, "bad-token")
        expect(one.say(one.finish, identity), 403, "bad-token")
    answer = one.say(one.prepare, "trudy")
    assert answer.status == 200, answer
    assert answer.json["files"]["f1"]["offset"] == 0, answer
    assert receiver.offered(answer, "trudy").cancel().status == 200
    assert not one.stored()
    # Whose it is goes on.
    answer = one.say(rest)
    assert answer.status in (200, 409), answer
    if answer.status == 409:
        offset = answer.json.get("offset", 0)
        answer = one.say(post(one.one.query(offset=offset), BODY[offset:]))
    assert answer.status == 200, answer
    answer = one.say(one.finish)
    assert answer.json["files"] == {"f1": "stored"}, answer
    assert one.stored()


def cut(recording, data, place, identity=None):
    """@data up to @place, then the end of the stream: no answer, or a refusal."""
    source = f"127.0.0.{60 + place % WORKERS}"
    with recording.receiver.connect(identity or recording.identity, source=source) as stream:
        try:
            stream.sendall(data[:place])
            stream.unwrap()
        except OSError:
            pass
        answer = parse_answer(read_all(stream))
    assert answer is None or 400 <= answer.status < 500, (place, answer)


def every_byte(lab, receiver):
    """Each request of it, cut off at every byte: nothing is stored, nothing hangs, and the session is still good."""
    other = lab.receivers[1]
    one = Recording(other, "Cut")
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(max_workers=WORKERS) as pool:
        for data in (one.session, one.finish, one.upload):
            list(pool.map(lambda place, data=data: cut(one, data, place), range(len(data))))
        # One offer of a device at a time: each device its own part of them, one after the other.
        devices = ("mallory", "trudy", "peggy", "sybil")
        list(pool.map(lambda first: [cut(one, one.prepare, place, devices[first])
                                     for place in range(first, len(one.prepare), len(devices))], range(len(devices))))
    print(f"# {sum(map(len, (one.session, one.finish, one.upload, one.prepare)))} cuts in "
          f"{time.monotonic() - begun:.1f} s", flush=True)
    assert not one.stored()
    deadline = time.monotonic() + WAIT
    while (answer := one.say(one.upload)).status == 409:  # the last cut one may still hold the file for a moment
        assert time.monotonic() < deadline, answer
        time.sleep(0.1)
    assert answer.status == 200, answer
    answer = one.say(one.finish)
    assert answer.status == 200 and answer.json["files"] == {"f1": "stored"} and one.stored(), answer
    other.check_alive()
    other.stop()


def any_order(lab, receiver):
    """Its requests in every order: stored only when the upload came before the finish, and neither after a cancel."""
    other = lab.receivers[2]
    for number, order in enumerate(itertools.permutations(("upload", "finish", "cancel", "session"))):
        one = Recording(other, f"Order {number}")
        answers = {step: one.say(getattr(one, step)) for step in order}
        assert all(answer is not None and answer.status < 500 for answer in answers.values()), (order, answers)
        good = order.index("upload") < order.index("finish") < order.index("cancel")
        assert one.stored() == good, (order, answers)
        if order.index("cancel") < order.index("upload"):
            assert answers["upload"].status == 410, (order, answers)
        if order.index("finish") < order.index("upload"):
            assert answers["upload"].status == 410, (order, answers)
    other.check_alive()
    other.stop()


def at_the_same_time(lab, receiver):
    """Each request five times at once: one wins, the others are told, and the file is there once."""
    other = lab.receivers[3]
    with concurrent.futures.ThreadPoolExecutor(max_workers=5) as pool:
        for number in range(5):
            one = Recording(other, f"Same {number}")
            answers = list(pool.map(one.say, [one.upload] * 5))
            assert all(answer.status in (200, 409) for answer in answers), answers
            assert any(answer.status == 200 for answer in answers), answers
            answers = list(pool.map(one.say, [one.finish] * 5))
            assert all(answer.status in (200, 409) for answer in answers), answers
            assert all(answer.json["files"] == {"f1": "stored"} for answer in answers if answer.status == 200), answers
            assert any(answer.status == 200 for answer in answers) and one.stored(), answers
            answers = list(pool.map(one.say, [one.cancel] * 5))
            assert all(answer.status in (200, 410) for answer in answers) and one.stored(), answers
    other.check_alive()
    other.stop()


if __name__ == "__main__":
    accepting = ("--accept", "all", "--as", "library")
    sys.exit(run([every_byte, said_again, tokens_of_another_session, continued_by_another, any_order, at_the_same_time],
                 *accepting, others=[accepting, accepting, accepting]))
