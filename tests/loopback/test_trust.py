# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests devices that could be mistaken for others by their number, name or address, and what a trusted device may
do."""
import json
import shutil
import sqlite3

from namida_loopback import Device, equal, expect, landed, main, unique, write

LOOKALIKE = str.maketrans("aeopcS", "\u0430\u0435\u043e\u0440\u0441\u0405")  # Cyrillic


def pair(one, other):
    """@other receives with --accept ask."""
    one.start("pair", other.alias)
    here, there = one.wait_event("pair"), other.wait_event("pair")
    equal(here["digits"], there["digits"], "digits")
    one.answer(pair=True)
    other.answer(pair=True)
    equal(one.wait(), 0, one.errors)
    return there


def trusting(lab):
    """A receiver and a sender that trust each other; the receiver has ended."""
    receiver, sender = lab.receiver("--accept", "ask"), lab.device("Sender")
    pair(sender, receiver)
    sender.uuid = json.loads(expect(0, sender.run("--json", "identity")).out)["uuid"]
    equal(receiver.stop(), 0)
    return receiver, sender


def impostor(lab, of, alias=None, same_uuid=True):
    """Another device with a key of its own, that says it is @of."""
    device = Device(lab, alias or of.alias)
    lab.devices.append(device)
    expect(0, device.run("identity"))
    if same_uuid:
        shutil.copyfile(of.data / "identity" / "uuid", device.data / "identity" / "uuid")
    return device


def some_file(lab):
    return write(lab.path / "some.flac", b"music" * 1000)


def test_sender_with_another_key(lab):
    """an offer that says it is a trusted device but shows another key is shouted about, and never taken unasked"""
    receiver, sender = trusting(lab)
    false = impostor(lab, sender)
    receiver.receive("--accept", "ask")
    false.start("send", "--to", receiver.alias, some_file(lab))
    offer = receiver.wait_event("offer")
    assert sender.alias in offer["warning"] and "key is different" in offer["warning"], offer
    equal(offer["trusted"], False)
    assert offer["fingerprint"] == json.loads(expect(0, false.run("--json", "identity")).out)["fingerprint"], offer
    receiver.answer(decline=offer["id"])
    equal(false.wait(), 3, false.errors)
    equal(receiver.stop(), 0)
    assert any("key is different" in line for line in receiver.errors), receiver.errors
    for policy in ("all", "trusted"):
        receiver.receive("--accept", policy)
        expect(3, false.send(receiver, some_file(lab)))
        equal(receiver.stop(), 0)
        assert any("key is different" in line for line in receiver.errors), receiver.errors
    assert not receiver.backups.exists() or not any(receiver.backups.iterdir())
    # The real one is what it was.
    receiver.receive("--accept", "trusted")
    expect(0, sender.send(receiver, some_file(lab)))
    equal(receiver.stop(), 0)


def test_names_that_look_alike(lab):
    """an offer and a device whose name looks like a trusted one's carry a warning; a pairing with it does, too"""
    receiver, sender = trusting(lab)
    false = impostor(lab, sender, sender.alias.translate(LOOKALIKE) + "\u202e", same_uuid=False)
    assert false.alias != sender.alias
    receiver.receive("--accept", "ask")
    false.start("send", "--to", receiver.alias, some_file(lab))
    offer = receiver.wait_event("offer")
    assert sender.alias in offer["warning"], offer
    assert "\u202e" not in offer["alias"], offer
    receiver.answer(decline=offer["id"])
    equal(false.wait(), 3, false.errors)
    false.start("pair", receiver.alias)
    false.wait_event("pair")
    request = receiver.wait_event("pair")
    assert sender.alias in request["warning"], request
    receiver.answer(pair=False)
    false.answer(pair=False)
    equal(false.wait(), 3, false.errors)
    # The trusted one is not suspected, and neither is one of another name.
    sender.start("send", "--to", receiver.alias, some_file(lab))
    equal(sender.wait(), 0, sender.errors)
    stranger = lab.device("Somebody Else")
    stranger.start("send", "--to", receiver.alias, some_file(lab))
    assert "warning" not in receiver.wait_event("offer")
    stranger.kill()
    equal(receiver.stop(), 0)


def seen(looker, device):
    rows = expect(0, looker.run("--json", "devices", "--timeout", "3")).events
    found = [row for row in rows if row["fingerprint"] == device.listening["fingerprint"]]
    equal(len(found), 1, rows)
    return found[0]


def test_receiver_with_another_key(lab):
    """send ends with 6 when the device under a trusted name or number, or at its address, has another key"""
    receiver, sender = trusting(lab)
    what = some_file(lab)
    false = impostor(lab, receiver)
    false.receive("--accept", "all")
    row = seen(sender, false)
    assert "key is different" in row["warning"] and row["trusted"] is False, row
    where = f"127.0.0.1:{false.listening['port']}"
    for name in (receiver.alias, where, false.listening["fingerprint"]):
        result = expect(6, sender.send(name, what))
        assert receiver.alias in result.out + result.err, result.out + result.err
    equal(false.stop(), 0)
    false = impostor(lab, receiver, same_uuid=False)
    false.receive("--accept", "all")
    assert receiver.alias in seen(sender, false)["warning"]
    expect(6, sender.send(receiver.alias, what))
    assert not false.backups.exists() or not any(false.backups.iterdir())
    # Whoever means this very device says so.
    expect(0, sender.send(false.listening["fingerprint"], what))
    equal(false.stop(), 0)


def kept(device, *what):
    return device.run("backups", *what, "--backups", device.backups, "--music", device.music)


def test_address_of_a_trusted_device(lab):
    """another device at the address where a trusted one was: the trusted one is not here (4), and nobody is alarmed"""
    receiver, sender = trusting(lab)
    where = receiver.listening["port"]
    row = expect(0, sender.run("--json", "trust", "list")).events[0]
    assert row["address"].endswith(f":{where}"), row
    stranger = lab.device("Stranger")
    stranger.start("receive", "--accept", "all", "--port", where, "--backups", stranger.backups, "--music", stranger.music)
    stranger.listening = stranger.wait_event("listening")
    fingerprint = receiver.listening["fingerprint"]
    told = []
    for name in (f"127.0.0.1:{where}", receiver.alias, fingerprint[:8], fingerprint):
        told.append(expect(4, sender.send(name, some_file(lab))))
        told.append(expect(4, kept(sender, "list", "--from", name)))
        told.append(expect(4, kept(sender, "fetch", "newest", "--from", name)))
    for name in (receiver.alias, fingerprint):
        told.append(expect(4, sender.run("--json", "pair", name)))
    told.append(expect(0, sender.run("devices", "--timeout", "3")))
    for result in told:
        assert "Warning" not in result.out + result.err and "key is different" not in result.out + result.err, result.err
    assert stranger.alias in told[0].out + told[0].err and receiver.alias in told[0].out + told[0].err, told[0].err
    expect(0, sender.send(stranger.alias, some_file(lab)))
    equal(stranger.stop(), 0)


def test_claims_at_the_address(lab):
    """a device with another key at that address that says it is the trusted one, by name or number: 6 everywhere"""
    receiver, sender = trusting(lab)
    where = receiver.listening["port"]
    for false in (impostor(lab, receiver), impostor(lab, receiver, same_uuid=False)):
        false.start("receive", "--accept", "all", "--port", where, "--backups", false.backups, "--music", false.music)
        false.listening = false.wait_event("listening")
        for name in (f"127.0.0.1:{where}", receiver.alias, receiver.listening["fingerprint"]):
            expect(6, sender.send(name, some_file(lab)))
            expect(6, kept(sender, "list", "--from", name))
            expect(6, kept(sender, "fetch", "newest", "--from", name))
        assert "Warning" in expect(0, sender.run("devices", "--timeout", "3")).err
        assert not false.backups.exists() or not any(false.backups.iterdir())
        equal(false.stop(), 0)


def test_paired_again(lab):
    """a device that was set up anew is taken again after a new pairing"""
    receiver, sender = trusting(lab)
    again = impostor(lab, sender)
    receiver.receive("--accept", "ask")
    again.start("pair", receiver.alias)
    again.wait_event("pair")
    assert "key is different" in receiver.wait_event("pair")["warning"]
    again.answer(pair=True)
    receiver.answer(pair=True)
    equal(again.wait(), 0, again.errors)
    expect(0, again.send(receiver, some_file(lab)))
    equal(receiver.stop(), 0)


def test_what_it_may_do(lab):
    """trust set: a program that receives knows the change at the next offer, and a removal"""
    receiver, sender = trusting(lab)
    receiver.receive("--accept", "trusted", "--as", "library")
    one, two, three = (write(lab.path / name, name.encode() * 99) for name in ("1.flac", "2.flac", "3.flac"))
    expect(0, sender.send(receiver, one))
    expect(0, receiver.run("trust", "set", sender.alias, "--auto-accept", "no"))
    expect(3, sender.send(receiver, two))
    expect(0, receiver.run("trust", "set", sender.alias, "--auto-accept", "yes", "--as", "backup", "--restore", "yes"))
    row = expect(0, receiver.run("--json", "trust", "list")).events[0]
    equal((row["autoAccept"], row["mayRestore"], row["as"]), (True, True, "backup"))
    expect(0, sender.send(receiver, two))
    assert (landed(receiver) / "1.flac").exists() and not (landed(receiver) / "2.flac").exists()
    assert list(landed(receiver).rglob("2.flac")), "it is kept as a dated version"
    expect(0, receiver.run("trust", "remove", sender.alias))
    expect(3, sender.send(receiver, three))
    equal(receiver.stop(), 0)
    for wrong in (["set", "x"], ["set", "x", "--auto-accept", "maybe"], ["list", "--restore", "yes"], ["set"]):
        expect(2, receiver.run("trust", *wrong))


def test_blocked(lab):
    """a device that is blocked is refused without a question, stands in the lists, and is a stranger again when unblocked"""
    receiver, stranger = lab.receiver("--accept", "ask"), lab.device("Stranger")
    stranger.start("send", "--to", receiver.alias, some_file(lab))
    offer = receiver.wait_event("offer")
    receiver.answer(block=offer["id"])
    equal(stranger.wait(), 3, stranger.errors)
    asked = len(receiver.seen)
    expect(3, stranger.send(receiver, some_file(lab)))
    assert not any(event["event"] == "offer" for event in receiver.seen[asked:]), receiver.seen[asked:]
    line, = [line for line in expect(0, receiver.run("trust", "list")).out.splitlines() if offer["fingerprint"] in line]
    assert "blocked" in line and stranger.alias in line, line
    equal(expect(0, receiver.run("--json", "trust", "list")).events, [])
    rows = expect(0, receiver.run("--json", "trust", "blocked")).events
    equal(rows, [{"alias": stranger.alias, "fingerprint": offer["fingerprint"]}])
    expect(4, receiver.run("trust", "unblock", offer["fingerprint"][:8]))
    expect(4, receiver.run("trust", "unblock", "Somebody Else"))
    expect(0, receiver.run("trust", "unblock", offer["fingerprint"][:16]))
    equal(expect(0, receiver.run("--json", "trust", "blocked")).events, [])
    stranger.start("send", "--to", receiver.alias, some_file(lab))
    again = receiver.wait_event("offer")
    receiver.answer(accept=again["id"])
    equal(stranger.wait(), 0, stranger.errors)
    expect(0, receiver.run("trust", "block", again["fingerprint"]))
    expect(3, stranger.send(receiver, some_file(lab)))
    equal(receiver.stop(), 0)


def test_not_written(lab):
    """a change that could not be written is not said to be made"""
    device = lab.device("Keeper")
    one, two = "A" * 64, "B" * 64
    expect(0, device.run("trust", "add", one, "Phone"))
    with sqlite3.connect(device.data / "state.db") as database:
        for table, change in (("trusted", "DELETE"), ("trusted", "UPDATE"), ("blocked", "INSERT")):
            database.execute(f"CREATE TRIGGER no_{table}_{change} BEFORE {change} ON {table}"
                             " BEGIN SELECT RAISE(ABORT, 'full'); END")
    database.close()
    for change in (["remove", "Phone"], ["rename", "Phone", "Desk"], ["set", "Phone", "--restore", "yes"],
                   ["block", two]):
        result = expect(1, device.run("trust", *change))
        assert "full" in result.out + result.err, result.out + result.err
    row, = expect(0, device.run("--json", "trust", "list")).events
    equal((row["alias"], row["mayRestore"]), ("Phone", False))


main(test_sender_with_another_key, test_names_that_look_alike, test_receiver_with_another_key,
     test_address_of_a_trusted_device, test_claims_at_the_address, test_paired_again, test_what_it_may_do, test_blocked,
     test_not_written)
