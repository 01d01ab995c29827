# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the commands and their exit codes as users and scripts use them."""
import contextlib
import json
import os
import pty
import select
import signal
import sqlite3
import subprocess
import time

from namida_loopback import (DEVICE_KEYS, all_files, environment, equal, expect, free_port, landed, main, make_backup, same_time, same_tree, unique,
                             write)


def test_help(lab):
    """help for the program and each command, nothing that does not exist"""
    device = lab.device()
    out = expect(0, device.run("--help")).out
    for command in ("receive", "devices", "send", "pair", "trust", "history", "identity", "demo"):
        assert f"\n  {command} " in out, out
        text = expect(0, device.run(command, "--help")).out
        assert f"namida-sync-cli {command}" in text and "--json" in text, text
    assert not device.data.exists(), "help made a data folder"


def test_usage(lab):
    """wrong usage ends with 2, says what is wrong, and touches nothing"""
    device = lab.device()
    for arguments in ([], ["backups"], ["inspect"], ["frobnicate"], ["--frobnicate"], ["send", "x"],
                      ["send", "--to", "X"], ["send", "--to", "X", lab.path / "missing.zip"],
                      ["send", "--to", "X", "--music", "/dev/null"], ["receive", "--accept", "some"],
                      ["receive", "--accept", "ask"], ["receive", "--as", "x"], ["receive", "--limit", "fast"],
                      ["devices", "--timeout", "0"], ["send", "--to", "https://nas", "/etc/passwd"], ["send", "--to", "nas:99999", "/etc/passwd"],
                      ["backups", "fetch", "--from", "256.1.1.1"], ["trust"], ["trust", "remove"], ["pair"], ["--port", "70000", "devices"],
                      ["--port", "0", "devices"], ["receive", "--keep", "0"], ["receive", "--verify-every", "-1"], ["receive", "--reread-after", "-1"], ["receive", "--keep-monthly"]):
        result = expect(2, device.run(*arguments))
        assert result.err.strip() and not result.out, (arguments, result.out, result.err)
    assert not device.data.exists(), "a wrong command made a data folder"


def test_nobody_there(lab):
    """where nothing listens, one sentence says so, and under the address that was typed"""
    place = f"127.0.0.1:{free_port()}"
    source = lab.folder("source") / "one.flac"
    source.write_bytes(b"x")
    result = expect(4, lab.device().run("send", "--to", place, source))
    equal(result.err.count(place), 1, result.err)
    equal(result.err.lower().count("make sure"), 1, result.err)


def test_identity(lab):
    """identity is made once and is what receive announces"""
    device = lab.device()
    first = json.loads(expect(0, device.run("--json", "identity")).out)
    again = json.loads(expect(0, device.run("identity", "--json")).out)
    equal(first, again)
    equal(len(first["fingerprint"]), 64)
    equal(first["alias"], device.alias)
    listening = device.receive("--accept", "all")
    equal(listening["fingerprint"], first["fingerprint"])
    equal(listening["uuid"], first["uuid"])
    equal((device.data / "identity").stat().st_mode & 0o777, 0o700)


def test_devices(lab):
    """devices sees the other one within 2 s (or 4, 8, 16 on a busy machine), with every key"""
    receiver = lab.receiver("--accept", "all")
    for seconds in (2, 4, 8, 16):
        result = expect(0, lab.device("Looker").run("--json", "devices", "--timeout", str(seconds)))
        assert result.seconds < 30 + seconds, result.seconds
        found = [event for event in result.events if event["alias"] == receiver.alias]
        if found:
            break
    equal(len(found), 1, result.out)
    equal(set(found[0]), DEVICE_KEYS)
    equal(found[0]["fingerprint"], receiver.listening["fingerprint"])
    equal(found[0]["port"], receiver.listening["port"])
    equal((found[0]["trusted"], found[0]["encrypted"]), (False, True))
    text = expect(0, lab.device("Looker").run("devices", "--timeout", str(seconds))).out
    assert receiver.alias in text, text


def test_send(lab):
    """a zip and a folder arrive equal, with their times; again nothing travels; both remember it"""
    archive, music = make_backup(lab.folder("source"))
    (music / "Empty folder").mkdir()
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    report = lab.path / "report.json"
    end = expect(0, sender.send(receiver, "--report", report, archive, music)).end()
    equal((end["result"], end["failed"], end["kept"]), ("done", 0, 0))
    equal(end["stored"], end["files"])
    equal(end["bytes"], sum(path.stat().st_size for path in [archive, *music.rglob("*")] if path.is_file()))
    same_tree(music, receiver.music / "Music")
    copy = landed(receiver) / archive.name
    equal(copy.read_bytes(), archive.read_bytes(), "the zip")
    same_time(archive, copy)
    told = json.loads(report.read_text())
    equal((told["result"], len(told["entries"]), told["leftOut"]), ("done", end["files"] + 1, []))  # and an empty folder
    assert all(entry["result"] == "stored" for entry in told["entries"]), told

    before = all_files(receiver.music) + all_files(receiver.backups)
    end = expect(0, sender.send(receiver, archive, music)).end()
    equal((end["stored"], end["bytes"], end["kept"]), (0, 0, end["files"]))
    after = all_files(receiver.music) + all_files(receiver.backups)
    equal([name for name in after if "manifest" not in name], [name for name in before if "manifest" not in name], "sent again")
    equal(receiver.stop(), 0)
    for device, direction in ((sender, "send"), (receiver, "receive")):
        rows = expect(0, device.run("--json", "history")).events
        equal([(row["direction"], row["state"]) for row in rows], [(direction, "done")] * 2)


def test_kept_as_backup(lab):
    """kept as a backup: a dated folder, and a second version shares what did not change"""
    archive, music = make_backup(lab.folder("source"))
    receiver = lab.receiver("--accept", "all", "--as", "backup")
    sender = lab.device("Sender")
    expect(0, sender.send(receiver, archive, music))
    versions = [path for path in landed(receiver).iterdir() if not path.name.startswith(".")]
    equal(len(versions), 1)
    same_tree(music, versions[0] / "Music" / "Music")
    equal((versions[0] / archive.name).read_bytes(), archive.read_bytes())
    equal(all_files(receiver.music), [], "a kept backup touched the music folder")
    write(music / "new.flac", b"new", 1_600_000_000_000)
    time.sleep(1.1)  # versions are named by the second
    end = expect(0, sender.send(receiver, archive, music)).end()
    equal((end["stored"], end["failed"]), (1, 0))
    later = [path for path in landed(receiver).iterdir() if not path.name.startswith(".") and path != versions[0]]
    equal(len(later), 1, "new versions")
    same_tree(music, later[0] / "Music" / "Music")
    name = "dots...flac"
    equal((versions[0] / "Music" / "Music" / name).stat().st_ino, (later[0] / "Music" / "Music" / name).stat().st_ino, "hard link")


def test_ask(lab):
    """answers by JSON: accepted is sent, declined is 3 and writes nothing; the end of the input declines"""
    archive, music = make_backup(lab.folder("source"), files=3)
    receiver = lab.receiver("--accept", "ask", "--as", "library")
    sender = lab.device("Sender")

    sender.start("send", "--to", receiver.alias, archive, music)
    offer = receiver.wait_event("offer")
    equal((offer["alias"], offer["trusted"], offer["encrypted"]), (sender.alias, False, True))
    assert {"label": "Music"}.items() <= offer["contents"][-1].items(), offer
    receiver.answer(decline=offer["id"])
    equal(sender.wait(), 3)
    assert sender.errors, "declined without a sentence"
    equal(all_files(receiver.backups) + all_files(receiver.music), [], "declined, but written")

    sender.start("send", "--to", receiver.alias, archive, music)
    receiver.answer(accept=receiver.wait_event("offer")["id"])
    equal(sender.wait(), 0, sender.errors)
    same_tree(music, receiver.music / "Music")

    write(music / "more.mp3", b"more")
    receiver.process.stdin.close()
    time.sleep(0.3)
    equal(expect(3, sender.send(receiver, music)).end()["result"], "declined")


def test_trusted_only(lab):
    """--accept trusted: a stranger is declined; after pairing the same sending is taken; trust can be renamed and removed"""
    archive, music = make_backup(lab.folder("source"), files=3)
    receiver = lab.receiver("--accept", "trusted", "--as", "library")
    sender = lab.device("Sender")
    expect(3, sender.send(receiver, archive))
    expect(3, sender.send(receiver, archive))
    equal(all_files(receiver.backups), [])
    equal(receiver.stop(), 0)
    told = [line for line in receiver.errors if "is not trusted" in line]
    assert len(told) == 1 and sender.alias in told[0], receiver.errors  # once a minute, however often it tries

    receiver.receive("--accept", "ask")
    sender.start("pair", receiver.alias)
    here, there = sender.wait_event("pair"), receiver.wait_event("pair")
    equal(here["digits"], there["digits"], "digits")
    sender.answer(pair=True)
    receiver.answer(pair=True)
    equal(sender.wait(), 0, sender.errors)
    equal(receiver.stop(), 0)

    receiver.receive("--accept", "trusted", "--as", "library")
    expect(0, sender.send(receiver, archive, music))
    same_tree(music, receiver.music / "Music")
    equal(receiver.stop(), 0)
    rows = expect(0, receiver.run("--json", "trust", "list")).events
    equal([row["alias"] for row in rows], [sender.alias])
    expect(0, receiver.run("trust", "rename", sender.alias, "Friend"))
    expect(4, receiver.run("trust", "remove", sender.alias))
    expect(0, receiver.run("trust", "remove", "friend"))
    equal(expect(0, receiver.run("--json", "trust", "list")).events, [])


def test_one_is_meant(lab):
    """a name that two devices have, the last version of a device, and a new device for an old one: nothing is done without a clear word"""
    nas, phone, other = lab.receiver("--accept", "all", "--as", "backup", name="NAS"), lab.device("Phone"), lab.device("Other")
    song = write(lab.path / "song.flac", b"song" * 1000)
    for device in (phone, other):
        expect(0, device.send(nas, song))
    nas.stop()
    first, nas.backups = nas.backups, nas.home / "Second"
    nas.receive("--accept", "all", "--as", "backup")
    expect(0, phone.send(nas, song))
    nas.stop()
    keys = [expect(0, device.run("--json", "identity")).events[0]["fingerprint"] for device in (phone, other)]
    for key in keys:
        expect(0, nas.run("trust", "add", key, "Twin"))
    assert "Several" in expect(4, nas.run("trust", "remove", "twin")).err
    assert "--yes" in expect(2, nas.run("backups", "succeed", phone.alias, keys[1])).err
    # Neither a version of another device nor one whose drive is away is a reason to remove the last one without a question.
    nas.backups.rename(nas.home / "Away")
    rows = expect(0, nas.run("--json", "backups", "list")).events
    here = next(row["id"] for row in rows if row["alias"] == phone.alias and row["here"])
    equal(len(rows), 3)
    assert "last version" in expect(2, nas.run("backups", "remove", here)).err
    (nas.home / "Away").rename(nas.backups)
    expect(0, nas.run("backups", "remove", here))
    with contextlib.closing(sqlite3.connect(nas.data / "state.db")) as database, database:
        equal(database.execute("SELECT count(*) FROM succession").fetchone()[0], 0)
        database.execute("UPDATE sessions SET state = 'parked'")
    # What a device has begun ends with the trust in it, and nothing of another device does.
    expect(0, nas.run("trust", "remove", keys[0]))
    with contextlib.closing(sqlite3.connect(nas.data / "state.db")) as database:
        equal({row for row in database.execute("SELECT fingerprint, state FROM sessions WHERE direction = 'receive'")},
              {(keys[0], "cancelled"), (keys[1], "parked")})
    expect(0, nas.run("trust", "add", keys[0], "Twin"))
    for key in keys:
        expect(0, nas.run("trust", "block", key))
    assert "Several" in expect(4, nas.run("trust", "unblock", "twin")).err
    expect(0, nas.run("trust", "unblock", keys[0]))
    equal([row["fingerprint"] for row in expect(0, nas.run("--json", "trust", "blocked")).events], [keys[1]])
    assert first.exists()


def test_pair_refused(lab):
    """pairing that the other side refuses, before or after this one's yes, is 3 and trusts nobody"""
    receiver = lab.receiver("--accept", "ask")
    sender = lab.device("Sender")
    for first, second in ((sender, receiver), (receiver, sender)):
        sender.start("pair", receiver.alias)
        sender.wait_event("pair")
        receiver.wait_event("pair")
        first.answer(pair=first is sender)
        time.sleep(0.5)
        if first is receiver:  # its no is noticed at once: the sender has ended
            equal(sender.wait(10), 3, sender.errors)
            continue
        second.answer(pair=second is sender)
        equal(sender.wait(), 3, sender.errors)
        assert sender.errors, "refused without a sentence"
    equal(receiver.stop(), 0)
    for device in (sender, receiver):
        equal(expect(0, device.run("--json", "trust", "list")).events, [])


class Terminal:
    """The other end of a terminal that a program runs in."""

    def __init__(self, device, *arguments):
        self.master, slave = pty.openpty()
        self.text = ""
        self.process = device.process = subprocess.Popen(device.command(*arguments), stdin=slave, stdout=slave, stderr=slave,
                                                         env=environment(device.home), start_new_session=True)
        os.close(slave)

    def wait_text(self, wanted, seconds=30):
        deadline = time.monotonic() + seconds
        while wanted not in self.text:
            left = deadline - time.monotonic()
            assert left > 0, f"{wanted!r} did not come: {self.text!r}"
            if select.select([self.master], [], [], left)[0]:
                self.text += os.read(self.master, 65536).decode(errors="replace")

    def type(self, text):
        os.write(self.master, text.encode())


def test_ask_on_a_terminal(lab):
    """on a terminal each offer is asked about, with who and what; n declines, y takes it, with a bar"""
    archive, music = make_backup(lab.folder("source"), files=3)
    receiver, sender = lab.device("Receiver"), lab.device("Sender")
    terminal = Terminal(receiver, "receive", "--backups", receiver.backups, "--music", receiver.music, "--as", "library", "--once")
    try:
        terminal.wait_text("Listening as")
        sender.start("send", "--to", receiver.alias, archive, music)
        terminal.wait_text("Accept? [y/n")
        for words in (sender.alias, "New device", f"Music: {len(all_files(music))} files", str(receiver.music)):
            assert words in terminal.text, (words, terminal.text)
        terminal.type("n\n")
        equal(sender.wait(), 3, sender.errors)
        terminal.text = ""
        sender.start("send", "--to", receiver.alias, archive, music)
        terminal.wait_text("Accept? [y/n")
        terminal.type("y\n")
        equal(sender.wait(), 0, sender.errors)
        terminal.wait_text("verified")
        equal(terminal.process.wait(30), 0)
        same_tree(music, receiver.music / "Music")
    finally:
        os.close(terminal.master)


def test_pin(lab):
    """a PIN: without or with a wrong one 5, with the right one 0"""
    archive, _ = make_backup(lab.folder("source"), files=1)
    receiver = lab.receiver("--accept", "all", "--pin", "4711")
    sender = lab.device("Sender")
    expect(5, sender.send(receiver, archive))
    expect(5, sender.send(receiver, "--pin", "1234", archive))
    equal(all_files(receiver.backups), [])
    expect(0, sender.send(receiver, "--pin", "4711", archive))


def test_once(lab):
    """receive --once ends with the code of its one transfer"""
    archive, _ = make_backup(lab.folder("source"), files=1)
    receiver = lab.receiver("--accept", "all", "--once")
    expect(0, lab.device("Sender").send(receiver, archive))
    equal(receiver.wait(30), 0, receiver.errors)


def test_no_such_device(lab):
    """a wrong name is 4, soon, and names the devices near; so is an address where nobody listens"""
    archive, _ = make_backup(lab.folder("source"), files=1)
    receiver = lab.receiver("--accept", "all")
    result = expect(4, lab.device("Sender").send(unique("Nobody"), archive))
    assert result.seconds < 30, result.seconds
    assert receiver.alias in result.err, result.err
    equal(result.end()["code"], "no-such-device")
    expect(4, lab.device("Sender").send("127.0.0.1:9", archive))


def test_sender_is_not_listed(lab):
    """what only sends is in nobody's list, and is not sent to by its address"""
    archive, _ = make_backup(lab.folder("source"), files=1)
    receiver = lab.receiver("--accept", "ask")
    sender = lab.device("Sender")
    port = free_port()
    sender.start("send", "--to", receiver.alias, archive, "--port", str(port))
    receiver.wait_event("offer")
    listed = expect(0, lab.device("Other").run("--json", "devices")).out
    assert receiver.alias in listed and sender.alias not in listed, listed
    result = expect(4, lab.device("Another").send(f"127.0.0.1:{port}", archive))
    assert "only sends" in result.err, result.err


def test_scan(lab):
    """where multicast does not arrive, a name is found by the scan that "devices --scan" makes, and the list waits for it"""
    archive, _ = make_backup(lab.folder("source"), files=1)
    receiver = lab.device()
    alone = ("env", "NAMIDA_FINDERS=scan")
    for port in range(53327, 53317, -1):
        receiver.start("receive", "--accept", "all", "--port", str(port), "--backups", receiver.backups, "--music", receiver.music, wrap=alone)
        if receiver.wait_event("listening", "end")["event"] == "listening":
            break
    expect(0, lab.device("Sender").send(receiver.alias, archive, wrap=alone))
    listed = expect(0, lab.device("Other").run("--json", "devices", "--scan", "--timeout", "1", wrap=alone))
    assert receiver.alias in listed.out, listed.out
    # Without the option it scans when it has found nobody, and does not say that there is nobody before.
    listed = expect(0, lab.device("Third").run("--json", "devices", wrap=alone))
    assert receiver.alias in listed.out, listed.out


def test_by_address(lab):
    """by address and by the start of the fingerprint: of a device that is not trusted, 16 digits at least"""
    archive, _ = make_backup(lab.folder("source"), files=1)
    receiver = lab.receiver("--accept", "all")
    expect(0, lab.device("Sender").send(f"127.0.0.1:{receiver.listening['port']}", archive))
    expect(0, lab.device("Sender").send(receiver.listening["fingerprint"][:16].lower(), archive))
    expect(4, lab.device("Sender").send(receiver.listening["fingerprint"][:15].lower(), archive))


def test_receiver_killed(lab):
    """the receiver is killed in the middle: 1 with a sentence, soon; started again, the rest follows"""
    big = write(lab.folder("source") / "Music" / "big.flac", os.urandom(12_000_000), 1_600_000_000_000)
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    sender.start("send", "--to", receiver.alias, "--limit", "3MB/s", "--wait", "0", big.parent)
    sender.wait_event("progress", where=lambda event: event["sent"] > 3_000_000)
    receiver.kill()
    began = time.monotonic()
    equal(sender.wait(120), 1, sender.errors)
    assert time.monotonic() - began < 90, "it took too long to notice"
    assert sender.errors, "failed without a sentence"
    equal(all_files(receiver.music), [], "a part under a final name")
    receiver.receive("--accept", "all", "--as", "library")
    expect(0, sender.send(receiver, big.parent))
    same_tree(big.parent, receiver.music / "Music")


def test_interrupted(lab):
    """SIGINT stops a sender cleanly and soon; what arrived is no file yet; the receiver lives on"""
    big = write(lab.folder("source") / "Music" / "big.flac", os.urandom(12_000_000), 1_600_000_000_000)
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    sender.start("send", "--to", receiver.alias, "--limit", "2MB/s", big.parent)
    sender.wait_event("progress", where=lambda event: event["sent"] > 1_000_000)
    sender.process.send_signal(signal.SIGINT)
    equal(sender.wait(30), 130, sender.errors)
    # It was told, and did not have to find out.
    told = receiver.wait_event("interrupted")["message"]
    assert told.startswith("The other device stopped the transfer"), told
    equal(all_files(receiver.music), [])
    result = expect(0, sender.send(receiver, big.parent))
    assert result.end()["moved"] == 1 and result.end()["bytes"] <= 12_000_000, result.out
    same_tree(big.parent, receiver.music / "Music")
    equal(receiver.stop(), 0)


def test_output(lab):
    """for people: sentences on stdout, errors on stderr; --quiet says nothing when all is well"""
    archive, _ = make_backup(lab.folder("source"), files=1)
    receiver = lab.receiver("--accept", "all")
    result = expect(0, lab.device("Sender").run("send", "--to", receiver.alias, archive))
    assert receiver.alias in result.out and "verified" in result.out and "\r" not in result.out, result.out
    equal(result.err, "")
    result = expect(0, lab.device("Sender").run("--quiet", "send", "--to", receiver.alias, archive))
    equal((result.out, result.err), ("", ""))


def test_port_taken(lab):
    """a port that is taken is an error that says so"""
    receiver = lab.receiver("--accept", "all")
    other = lab.device("Other")
    result = expect(1, other.run("--port", str(receiver.listening["port"]), "receive", "--accept", "all", seconds=30))
    assert str(receiver.listening["port"]) in result.err, result.err


main(*[test for name, test in list(globals().items()) if name.startswith("test_")])
