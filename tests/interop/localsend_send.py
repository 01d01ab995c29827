# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests sending to LocalSend 1.18, simulated by namida_localsend.py."""
import http.client
import os
import pty
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import namida_hostile as base
import namida_localsend as localsend

WAIT = localsend.WAIT


def make_program(lab):
    return localsend.Program(lab)


def make_files(lab):
    folder = lab.path / "Songs"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "01 Björk – Jóga.mp3").write_bytes(os.urandom(2_500_000))
    (folder / "deep" / "er" / "02 \"quoted\" & 100%.flac").write_bytes(os.urandom(70_000))
    (folder / "empty.mp3").write_bytes(b"")
    for number in range(40):
        (folder / f"{number:02}.mp3").write_bytes(bytes([number]) * number * 31)
    (lab.path / "Namida Backup - 2026-07-19 18.30.00.zip").write_bytes(b"PK" + os.urandom(4000))
    return folder


class Receiving:
    """A stand-in that receives, for one test."""

    def __init__(self, lab, program, **more):
        options = {"trusted": program.certificate, **more}
        name = f"received-{time.monotonic_ns()}"
        self.server = localsend.Server(lab.path / name, lab.peggy, **options)

    def __enter__(self):
        return self.server

    def __exit__(self, *_):
        self.server.close()


def equal(server, folder):
    sent = {str(path.relative_to(folder.parent)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    came = {str(path.relative_to(server.folder)): path.read_bytes()
            for path in server.folder.rglob("*") if path.is_file()}
    came = {name: data for name, data in came.items() if name.startswith(folder.name + "/")}
    assert sent == came, (sent.keys() ^ came.keys())


def end(events):
    return next(event for event in reversed(events) if event["event"] == "end")


def zip_and_folder(lab, program, folder):
    backup = lab.path / "Namida Backup - 2026-07-19 18.30.00.zip"
    with Receiving(lab, program) as server:
        code, events = program.send(f"127.0.0.1:{server.port}", backup, folder)
        assert code == 0 and end(events)["result"] == "done", (code, events)
        equal(server, folder)
        assert (server.folder / backup.name).read_bytes() == backup.read_bytes()
        assert not server.problems, server.problems
        assert 1 <= server.most_uploading <= 2, server.most_uploading
        # The stand-in compares each with what came; those are left out that would take long to read first.
        assert any(file.get("sha256") for file in server.files.values()), "an offer without hashes"
        assert server.session is None and not server.cancelled.is_set()
        assert {address for what, _, address in server.log if what in ("prepare-upload", "upload")} == {"127.0.0.1"}


def over_ipv6(lab, program, folder):
    with Receiving(lab, program, host="::1") as server:
        code, events = program.send(f"[::1]:{server.port}", folder)
        assert code == 0, (code, events)
        equal(server, folder)


def in_plain(lab, program, folder):
    with Receiving(lab, program, trusted=None) as server:
        code, events = program.send(f"127.0.0.1:{server.port}", folder)
        assert code == 8 and not list(server.folder.rglob("*.mp3")), (code, events)
        code, events = program.send(f"127.0.0.1:{server.port}", folder, options=["--unencrypted"])
        assert code == 0, (code, events)
        equal(server, folder)
        assert not server.problems, server.problems


def wrong_checksums(lab, program, folder):
    with Receiving(lab, program) as server:
        server.damage = {"Songs/05.mp3": 3}
        code, events = program.send(f"127.0.0.1:{server.port}", folder)
        assert code == 0, (code, events)
        equal(server, folder)
    with Receiving(lab, program) as server:
        server.damage = {"Songs/05.mp3": 4}
        code, events = program.send(f"127.0.0.1:{server.port}", folder)
        assert code == 7 and end(events)["failed"] == 1, (code, events)
        told = [event for event in events if event["event"] == "file"]
        assert [(event["file"], event["result"]) for event in told] == [("Songs/05.mp3", "mismatch")] and "damaged on the way" in told[0]["message"], told
        assert not (server.folder / "Songs" / "05.mp3").exists()
        assert server.cancelled.wait(WAIT), "its session is not left open"
        tries = [query for what, query, _ in server.log if what == "upload"]
        assert len(tries) == len([p for p in folder.rglob("*") if p.is_file()]) + 3, len(tries)


def asked_for_less(lab, program, folder):
    with Receiving(lab, program) as server:
        server.only = {"Songs/07.mp3"}
        code, events = program.send(f"127.0.0.1:{server.port}", folder)
        last = end(events)
        assert code == 7 and last["result"] == "incomplete", (code, events)
        assert (last["stored"], last["kept"], last["failed"]) == (1, 0, last["files"] - 1), last
        files = [event for event in events if event["event"] == "file"]
        assert len(files) == last["failed"] and {event["result"] for event in files} == {"declined"}, files
        assert [path.name for path in server.folder.rglob("*.*")] == ["07.mp3"]
    for nothing in ({"refuse": (204, None)}, {"only": {"no such file"}}):
        with Receiving(lab, program) as server:
            vars(server).update(nothing)
            code, events = program.send(f"127.0.0.1:{server.port}", folder)
            last = end(events)
            assert code == 3 and (last["result"], last["code"]) == ("declined", "declined"), (code, events)
            assert (last["stored"], last["kept"], last["failed"]) == (0, 0, last["files"]), last


def pin(lab, program, folder):
    with Receiving(lab, program) as server:
        server.pin = "42 42"
        to = f"127.0.0.1:{server.port}"
        code, events = program.send(to, folder)
        assert code == 5 and end(events)["code"] == "pin-required", (code, events)
        code, events = program.send(to, folder, options=["--pin", "1"])
        assert code == 5 and end(events)["code"] == "pin-wrong", (code, events)
        code, events = program.send(to, folder, options=["--pin", "42 42"])
        assert code == 0, (code, events)


def refusals(lab, program, folder):
    for status, message, wanted in ((403, "Rejected", 3), (409, "Blocked by another session", 10),
                                    (429, "Too many attempts", 5), (500, "Oh no", 1), (400, "Request body malformed", 1),
                                    (302, "Elsewhere", 1)):
        with Receiving(lab, program) as server:
            server.refuse = (status, message)
            code, events = program.send(f"127.0.0.1:{server.port}", folder)
            assert code == wanted and end(events)["message"], (status, code, events)


def another_identity(lab, program, folder):
    """Somebody answers at the address of a device that is known by its fingerprint."""
    with Receiving(lab, program) as server:
        told = {**server.info, "alias": f"Known Kiwi {server.port}",
                "fingerprint": localsend.fingerprint_of(lab.trudy.certificate)}
        stop = threading.Event()

        def repeat():
            while not stop.wait(0.3):
                localsend.announce(told)

        thread = threading.Thread(target=repeat, daemon=True)
        thread.start()
        try:
            code, events = program.send(told["alias"], folder)
        finally:
            stop.set()
            thread.join()
        assert code == 6, (code, events)
        assert not any(what == "prepare-upload" for what, _, _ in server.log), server.log


def found_by_its_announcement(lab, program, folder):
    with Receiving(lab, program) as server:
        stop = threading.Event()

        def repeat():
            while not stop.wait(0.3):
                localsend.announce(server.info)

        thread = threading.Thread(target=repeat, daemon=True)
        thread.start()
        try:
            code, events = program.send(server.info["alias"], folder)
        finally:
            stop.set()
            thread.join()
        assert code == 0, (code, events)
        equal(server, folder)
        assert not server.problems, server.problems


def cancelled_by_the_receiver(lab, program, folder):
    """Its person changes their mind: /cancel comes to our own server."""
    with Receiving(lab, program) as server:
        again = threading.Event()

        def on_upload(name):
            if again.is_set():
                return
            again.set()
            request = urllib.request.Request(
                f"https://127.0.0.1:{server.sender['port']}{localsend.API}cancel?sessionId={server.session}", b"",
                method="POST")
            opener = urllib.request.build_opener(
                urllib.request.HTTPSHandler(context=base.tls_context(lab.peggy)), urllib.request.ProxyHandler({}))
            assert opener.open(request, timeout=WAIT).status == 200

        server.on_upload = on_upload
        code, events = program.send(f"127.0.0.1:{server.port}", folder)
        assert code != 0 and end(events)["result"] == "cancelled", (code, events)


def cancelled_by_a_stranger(lab, program, folder):
    """From elsewhere and with another certificate, or without the session's id: it goes on, and is sent to its end."""
    with Receiving(lab, program) as server:
        answers, tried = [], threading.Lock()

        def cancel(session, identity, source):
            connection = http.client.HTTPSConnection("127.0.0.1", server.sender["port"], timeout=WAIT, source_address=(source, 0),
                                                     context=base.tls_context(identity))
            connection.request("POST", f"{localsend.API}cancel?sessionId={session}", b"")
            answers.append(connection.getresponse().status)
            connection.close()

        def on_upload(name):
            if tried.acquire(blocking=False):  # two files come at a time
                cancel(server.session, lab.trudy, "127.0.0.2")
                cancel(server.session, None, "127.0.0.2")
                cancel("0" * 32, lab.peggy, "127.0.0.1")

        server.on_upload = on_upload
        code, events = program.send(f"127.0.0.1:{server.port}", folder)
        assert code == 0 and end(events)["result"] == "done", (code, events)
        assert answers == [200] * 3, answers
        equal(server, folder)


def stopped_by_its_person(lab, program, folder):
    """Ctrl+C: the other side's one session is not left open."""
    with Receiving(lab, program) as server:
        reached, go_on = threading.Event(), threading.Event()

        def on_upload(name):
            reached.set()
            go_on.wait(WAIT)

        server.on_upload = on_upload
        process = program.start("send", "--to", f"127.0.0.1:{server.port}", folder)
        assert reached.wait(WAIT)
        process.send_signal(signal.SIGINT)
        assert server.cancelled.wait(WAIT), "no /cancel"
        go_on.set()
        process.communicate(timeout=WAIT)
        assert process.returncode not in (0, None), process.returncode


def a_file_that_goes(lab, program, folder):
    """What cannot be read is left out; the rest arrives, and the session ends."""
    with Receiving(lab, program) as server:
        gone = folder / "zz gone.mp3"
        gone.write_bytes(b"soon gone")
        server.on_upload = lambda name: gone.unlink(missing_ok=True)
        code, events = program.send(f"127.0.0.1:{server.port}", folder)
        assert code == 7 and end(events)["failed"] == 1, (code, events)
        equal(server, folder)
        assert server.cancelled.wait(WAIT)


def uploaded(server):
    """The names that came since the last time this was asked."""
    came = sorted(server.files[query["fileId"]]["fileName"] for what, query, _ in server.log if what == "upload")
    server.log.clear()
    return came


def at_a_terminal(program, server, folder, typed):
    """Runs "send" at a terminal, at which @typed answers the question; returns what stands there in the end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([program.cli, "--interface", "lo", "--port", str(localsend.free_port()), "--data-dir",
                                program.data, "send", "--wait", "0", "--to", f"127.0.0.1:{server.port}", folder],
                               stdin=theirs, stdout=theirs, stderr=theirs, env=program.environment())
    os.close(theirs)
    text = b""
    while True:
        try:
            text += os.read(ours, 4096)
        except OSError:  # it has ended
            break
        if typed and b"[y/n]" in text:
            os.write(ours, typed + b"\n")
            typed = None
    os.close(ours)
    assert process.wait(WAIT) == 0, text
    return text.decode()


def sent_before(lab, program, folder):
    """What the device has had from here can be left out: also what an earlier sending did not bring to its end."""
    own = lab.path / "Before"
    own.mkdir()
    for number in range(3):
        (own / f"{number}.mp3").write_bytes(f"before {number}".encode())
    with Receiving(lab, program) as server:
        to = f"127.0.0.1:{server.port}"
        server.damage = {"Before/2.mp3": 4}
        assert program.send(to, own)[0] == 7
        (own / "0.mp3").write_bytes(b"another")
        uploaded(server)
        code, events = program.send(to, own, options=["--skip-sent"])
        assert code == 0 and uploaded(server) == ["Before/0.mp3", "Before/2.mp3"], (code, events)
        assert (end(events)["files"], end(events)["stored"], end(events)["sentBefore"]) == (2, 2, 1), events
        assert "Strong Onion" in end(events)["advice"], events
        code, events = program.send(to, own, options=["--skip-sent"])
        assert code == 0 and "prepare-upload" not in [what for what, _, _ in server.log], (code, events, server.log)
        assert (end(events)["result"], end(events)["files"], end(events)["sentBefore"]) == ("done", 0, 3), events
        everything = [f"Before/{number}.mp3" for number in range(3)]
        for options in ([], ["--again"], ["--check"]):
            uploaded(server)
            code, events = program.send(to, own, options=options)
            assert code == 0 and uploaded(server) == everything and "sentBefore" not in end(events), (options, events)
        assert program.send(to, own, options=["--again", "--skip-sent"])[0] == 2
        (own / "3.mp3").write_bytes(b"new")
        text = at_a_terminal(program, server, own, b"n")
        assert uploaded(server) == ["Before/3.mp3"] and "Skipped 3 files" in text, text
        text = at_a_terminal(program, server, own, b"y")
        assert len(uploaded(server)) == 4 and "4 files" in text, text
    with Receiving(lab, program, trusted=None) as server:  # somebody else: nothing is known of it, and nothing is asked
        code, events = program.send(f"127.0.0.1:{server.port}", own, options=["--unencrypted", "--skip-sent"])
        assert code == 0 and len(uploaded(server)) == 4, (code, events)


TEXT = "Grüße, “quotes” & \\ 漢字\nin two lines 🎵"


def messages(lab, program, folder):
    with Receiving(lab, program) as server:
        server.pin = "42 42"
        say = ("--to", f"127.0.0.1:{server.port}", "--wait", "0", "--text", TEXT)
        assert program.run_cli("send", *say)[0] == 5 and not server.messages
        code, events = program.run_cli("send", *say, "--pin", "42 42")
        assert code == 0 and end(events)["result"] == "done" and server.messages == [TEXT], (code, events, server.messages)
        assert program.run_cli("send", *say, folder)[0] == 2  # no files beside it
        server.messages = None  # as a program that knows no messages: it gets a file
        code, events = program.run_cli("send", *say, "--pin", "42 42")
        assert code == 0 and (server.folder / "message.txt").read_text() == TEXT, (code, events)
        assert not server.problems, server.problems
        server.refuse = (403, "Rejected")
        code, events = program.run_cli("send", *say, "--pin", "42 42")
        assert code == 3 and end(events)["code"] == "declined", (code, events)
    with Receiving(lab, program, trusted=None) as server:
        say = ("--to", f"127.0.0.1:{server.port}", "--wait", "0", "--text", TEXT)
        assert program.run_cli("send", *say)[0] == 8 and not server.messages
        assert program.run_cli("send", *say, "--unencrypted")[0] == 0 and server.messages == [TEXT]


def a_message_to_ourselves(lab, program, folder):
    receiver = lab.receiver("--accept", "all")
    code, events = program.run_cli("send", "--to", f"127.0.0.1:{receiver.port}", "--wait", "0", "--text", TEXT)
    assert code == 0, (code, events)
    assert receiver.wait_event("message")["text"] == TEXT
    receiver.stop()


if __name__ == "__main__":
    sys.exit(localsend.run([zip_and_folder, over_ipv6, in_plain, wrong_checksums, asked_for_less, pin, refusals,
                            another_identity, found_by_its_announcement, cancelled_by_the_receiver, cancelled_by_a_stranger,
                            stopped_by_its_person, a_file_that_goes, sent_before,
                            messages, a_message_to_ourselves], make_program, make_files))
