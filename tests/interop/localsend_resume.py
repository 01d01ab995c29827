# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests a LocalSend sender that is interrupted and offers its files again: complete files are not requested a second
time. Also tests accepting only a part of its offer."""
import hashlib
import http.client
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

import namida_hostile as base
import namida_localsend as localsend

WAIT = localsend.WAIT
MODIFIED = {"modified": "2021-01-01T12:34:56.000Z"}


def make_receiver(lab):
    return lab.receiver("--accept", "all", "--as", "library", "--unencrypted", "allow")


def describe(name, data, by):
    return {"fileName": name, "size": len(data), "fileType": "audio/mpeg" if name.endswith("mp3") else "text/plain",
            "sha256": hashlib.sha256(data).hexdigest() if by == "hash" else None,
            **({"metadata": MODIFIED} if by == "time" else {})}


def offer(one, files, by):
    """@files: name → bytes. Returns the session and the names that are asked for; (None, []) for 204."""
    described = {f"{time.monotonic_ns()}-{n}": describe(name, data, by) for n, (name, data) in enumerate(files.items())}
    answer = one.request("prepare-upload", {"info": one.info, "files": described})
    if answer.status == 204:
        return None, {}
    assert answer.status == 200, answer
    return answer.json, {described[id_]["fileName"]: id_ for id_ in answer.json["files"]}


def cut(one, session, id_, data):
    """An upload whose connection ends in the middle."""
    connection = one.connection()
    connection.putrequest("POST", f"{localsend.API}upload?sessionId={session['sessionId']}&fileId={id_}"
                                  f"&token={session['files'][id_]}")
    connection.putheader("Content-Length", str(len(data)))
    connection.endheaders()
    connection.send(data[:len(data) // 2])
    connection.sock.close()
    connection.close()


def end_of(receiver, alias):
    while True:
        event = receiver.wait_event("start")
        if event["alias"] == alias:
            return receiver.wait_event("end")


def songs(folder, count=6):
    return {f"{folder}/{n}.mp3": os.urandom(100_000 + n) for n in range(count)}


def broken(lab, receiver, by, again, folder):
    one = localsend.Peer(receiver, lab.mallory, alias=folder)
    files = songs(folder)
    session, wanted = offer(one, files, by)
    names = list(files)
    for name in names[:4]:
        assert one.upload(session, wanted[name], files[name]).status == 200
    cut(one, session, wanted[names[4]], files[names[4]])
    session, wanted = offer(one, files, by)
    assert sorted(wanted) == sorted(names[again:]), (by, sorted(wanted))
    for name, id_ in wanted.items():
        assert one.upload(session, id_, files[name]).status == 200
    end = end_of(receiver, folder)
    assert end["result"] == "done" and end["stored"] == 6, end
    for name, data in files.items():
        assert (receiver.music / name).read_bytes() == data, name
    return one, files


def broken_with_hashes(lab, receiver):
    one, files = broken(lab, receiver, "hash", 4, "Hash Hazel")
    assert offer(one, files, "hash") == (None, {}), "all of it is there"
    changed = {**files, "Hash Hazel/5.mp3": os.urandom(100_005)}
    assert list(offer(one, changed, "hash")[1]) == ["Hash Hazel/5.mp3"]
    one.request("cancel")


def broken_with_times(lab, receiver):
    one, files = broken(lab, receiver, "time", 4, "Time Thyme")
    assert offer(one, files, "time") == (None, {}), "the same places, sizes and times"
    longer = {**files, "Time Thyme/5.mp3": os.urandom(7)}
    assert list(offer(one, longer, "time")[1]) == ["Time Thyme/5.mp3"]
    one.request("cancel")
    # What was changed here since is not what was sent.
    (receiver.music / "Time Thyme" / "0.mp3").write_bytes(files["Time Thyme/1.mp3"][:100_000])
    os.utime(receiver.music / "Time Thyme" / "0.mp3", (1609504496, 1609504496))
    assert list(offer(one, files, "time")[1]) == ["Time Thyme/0.mp3"]
    one.request("cancel")


def broken_with_neither(lab, receiver):
    broken(lab, receiver, None, 0, "Nothing Nut")


def only_the_rest(lab, receiver):
    """The app offers only what failed. What it was told to have arrived is stored all the same."""
    one = localsend.Peer(receiver, lab.mallory, alias="Rest Rose")
    files = songs("Rest Rose")
    names = list(files)
    session, wanted = offer(one, files, "hash")
    for name in names[:4]:
        one.upload(session, wanted[name], files[name])
    cut(one, session, wanted[names[4]], files[names[4]])
    rest = {name: files[name] for name in names[4:]}
    deadline = time.monotonic() + WAIT
    while True:  # that its sender has left is noticed after 3 s
        try:
            session, wanted = offer(one, rest, "hash")
            break
        except AssertionError:
            assert time.monotonic() < deadline
            time.sleep(0.3)
    assert sorted(wanted) == sorted(rest)
    for name, id_ in wanted.items():
        one.upload(session, id_, files[name])
    for name, data in files.items():
        assert (receiver.music / name).read_bytes() == data, name


def killed_at_commit(lab, _):
    """This program dies while it stores: nothing that was stored or is whole travels again."""
    receiver = lab.receiver("--accept", "all", "--as", "library")
    one = localsend.Peer(receiver, lab.mallory, alias="Kill Kiwi")
    files = {f"Kill Kiwi/{n}.mp3": os.urandom(3000) for n in range(400)}
    *first, last = files
    session, wanted = offer(one, files, "hash")
    connection = one.connection()
    for name in first:
        connection.request("POST", f"{localsend.API}upload?sessionId={session['sessionId']}&fileId={wanted[name]}"
                                   f"&token={session['files'][wanted[name]]}", files[name])
        assert connection.getresponse().read() == b""
    connection.close()
    target = receiver.music / "Kill Kiwi"

    def finish():
        try:
            one.upload(session, wanted[last], files[last])
        except (OSError, http.client.HTTPException):  # it dies meanwhile
            pass
    thread = threading.Thread(target=finish)
    thread.start()
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline and not (target.exists() and any(target.iterdir())):
        pass
    receiver.kill()
    thread.join(WAIT)
    while receiver.events.get(timeout=WAIT):
        pass
    assert receiver.start(), receiver.errors
    session, wanted = offer(one, files, "hash")
    assert len(wanted) <= 1, f"{len(wanted)} files are asked for again"
    for name, id_ in wanted.items():
        one.upload(session, id_, files[name])
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {
        pathlib.PurePath(name).name: data for name, data in files.items()}
    receiver.kill()


def results(events):
    return {event["file"]: event["result"] for event in events if event["event"] == "file"}


def decide_later(receiver, **decision):
    def decide():
        receiver.decide(accept=receiver.wait_event("offer")["id"], **decision)
    thread = threading.Thread(target=decide)
    thread.start()
    return thread


def in_part(lab, _):
    """The person here takes a folder without one of its files, and a single file; the rest gets no token."""
    receiver = lab.receiver("--accept", "ask", "--as", "library")
    one = localsend.Peer(receiver, lab.mallory, alias="Part Pear")
    files = {"A/1.mp3": b"1", "A/2.mp3": b"22", "A/sub/3.mp3": b"333", "B/4.mp3": b"4444", "notes.txt": b"55555"}
    thread = decide_later(receiver, only=["A", "notes.txt"], **{"except": ["A/2.mp3"]})
    session, wanted = offer(one, files, "hash")
    thread.join()
    assert sorted(wanted) == ["A/1.mp3", "A/sub/3.mp3", "notes.txt"], wanted
    for name, id_ in wanted.items():
        assert one.upload(session, id_, files[name]).status == 200
    end = end_of(receiver, "Part Pear")
    assert end["result"] == "incomplete" and end["stored"] == 3, end
    assert "2 of 5 files were not accepted" in end["message"], end
    assert results(receiver.seen) == {"A/2.mp3": "declined", "B/4.mp3": "declined"}, receiver.seen
    assert not (receiver.music / "A" / "2.mp3").exists() and not (receiver.music / "B").exists()
    # What is not in the offer is no part of it, and the question stays.
    errors = len(receiver.errors)
    result = []
    thread = threading.Thread(target=lambda: result.append(one.prepare({"C/1.mp3": b"1", "C/2.mp3": b"2"}).status))
    thread.start()
    id_ = receiver.wait_event("offer")["id"]
    receiver.decide(accept=id_, only=["D"])
    while len(receiver.errors) == errors:
        time.sleep(0.05)
    receiver.decide(decline=id_)
    thread.join()
    assert result == [403], result
    receiver.stop()


def into_a_folder(lab, _):
    receiver = lab.receiver("--accept", "ask", "--as", "backup")
    one = localsend.Peer(receiver, lab.mallory, alias="Folder Fig")
    folder = receiver.home / "for this time"
    folder.mkdir()
    files = {"A/1.mp3": b"1" * 1000, "B/2.mp3": b"22", "notes.txt": b"55555"}
    thread = decide_later(receiver, folder=str(folder), **{"except": ["B"]})
    session, wanted = offer(one, files, "hash")
    thread.join()
    one.upload(session, wanted["A/1.mp3"], files["A/1.mp3"])
    receiver.kill()  # and it goes on there afterwards, with the same part
    while receiver.events.get(timeout=WAIT):
        pass
    assert receiver.start(), receiver.errors
    session, wanted = offer(one, files, "hash")
    assert list(wanted) == ["notes.txt"], wanted
    one.upload(session, wanted["notes.txt"], files["notes.txt"])
    assert (folder / "A" / "1.mp3").read_bytes() == files["A/1.mp3"] and (folder / "notes.txt").read_bytes() == b"55555"
    assert not list(receiver.music.iterdir()) and not (folder / "B").exists()
    receiver.stop()


def in_part_from_ourselves(lab, _):
    """The same between two of these programs: the sender names what was declined there."""
    receiver = lab.receiver("--accept", "ask", "--as", "library")
    program = localsend.Program(lab)
    source = program.home / "Mixed"
    source.mkdir()
    for n in range(4):
        (source / f"{n}.mp3").write_bytes(bytes([n]) * 1000)
    thread = decide_later(receiver, **{"except": ["Mixed/1.mp3", "Mixed/3.mp3"]})
    code, events = program.run_cli("send", "--to", f"127.0.0.1:{receiver.port}", "--music", source)
    thread.join()
    end = events[-1]
    assert code != 0 and end["result"] == "incomplete" and end["stored"] == 2, end
    assert results(events) == {"Mixed/1.mp3": "declined", "Mixed/3.mp3": "declined"}, events
    assert sorted(path.name for path in (receiver.music / "Mixed").iterdir()) == ["0.mp3", "2.mp3"]
    receiver.stop()


def trusted_by_certificate(lab, _):
    """A server that takes what trusted devices send takes it from a LocalSend whose certificate was added."""
    receiver = lab.receiver("--accept", "trusted", "--as", "backup")
    one = localsend.Peer(receiver, lab.mallory, alias="Trust Tulip")
    assert one.prepare({"Trust/a.mp3": b"1"}).status == 403

    def trust(*arguments):
        done = subprocess.run([base.CLI, "--json", "--data-dir", receiver.data, "trust", *arguments], check=True,
                              capture_output=True, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]
    fingerprint = localsend.fingerprint_of(lab.mallory.certificate)
    own = receiver.curl("register", method="GET").json["fingerprint"]
    shown = trust("verify", fingerprint)[0]
    assert shown["hex"] == "".join(sorted([own, fingerprint])) and len(shown["icons"].split(" · ")) == 16, shown
    trust("add", fingerprint, "My phone")
    one.send({"Trust/a.mp3": b"12345"})
    assert end_of(receiver, "Trust Tulip")["result"] == "done"
    assert [path.read_bytes() for path in receiver.backups.rglob("a.mp3")] == [b"12345"]
    stranger = localsend.Peer(receiver, None, alias="Trust Tulip")
    assert stranger.prepare({"Trust/b.mp3": b"1"}).status == 403
    receiver.stop()


def lives_and_ends_in_order(lab, receiver):
    receiver.check_alive()
    receiver.stop()


if __name__ == "__main__":
    sys.exit(localsend.run([broken_with_hashes, broken_with_times, broken_with_neither, only_the_rest, killed_at_commit,
                            in_part, into_a_folder, in_part_from_ourselves, trusted_by_certificate, lives_and_ends_in_order],
                           make_receiver))
