# SPDX-License-Identifier: GPL-3.0-or-later
"""test_schedule.py CLI: tests automatic backups of real programs without a user. Prints TAP."""
import contextlib
import os
import pathlib
import sqlite3
import subprocess
import time

from namida_loopback import expect, equal, main, make_backup, same_tree, write


def fingerprint(device):
    return expect(0, device.run("--json", "identity")).events[0]["fingerprint"]


def trust(device, other, may_store=True):
    """As after a pairing, without the digits."""
    key = fingerprint(other)
    fingerprint(device)
    expect(0, device.run("trust", "list"))  # makes the tables
    with contextlib.closing(sqlite3.connect(device.data / "state.db")) as base, base:
        base.execute("INSERT INTO trusted (fingerprint, alias, trusted_at, auto_accept) VALUES (?, ?, 1, ?)", (key, other.alias, may_store))


def paired(lab):
    """(sender, receiver): two devices that trust each other; nothing runs."""
    sender, receiver = lab.device("Sender"), lab.device("Receiver")
    trust(sender, receiver)
    trust(receiver, sender)
    return sender, receiver


def serve(device, wrap=()):
    device.receive("--accept", "trusted", "--as", "backup", wrap=wrap)


@contextlib.contextmanager
def laptop(lab):
    """(wrap, say): a system bus with UPower, on battery at first, and NetworkManager; say("battery 0") plugs it in."""
    address = f"unix:path={lab.folder('bus')}/socket"
    env = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=address)
    bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", f"--address={address}", "--print-address"], stdout=subprocess.PIPE)
    try:
        assert bus.stdout.readline(), "no bus"
        # The system's python, which has gi.
        mock = subprocess.Popen(["/usr/bin/python3", "-B", pathlib.Path(__file__).parent / "power_mock.py"], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True, env=env)
        try:
            equal(mock.stdout.readline(), "ready\n")

            def say(line):
                mock.stdin.write(line + "\n")
                mock.stdin.flush()

            yield ("env", f"DBUS_SYSTEM_BUS_ADDRESS={address}"), say
        finally:
            mock.kill()
            mock.communicate()
    finally:
        bus.kill()
        bus.communicate()


def listed(device):
    return expect(0, device.run("--json", "schedule", "list")).events


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


def music_of(receiver):
    return [path for path in receiver.backups.glob("*/*/Music/Music") if ".namida" not in str(path)]


def test_table(lab):
    """schedules are added, listed and removed, and what cannot be is said"""
    sender, receiver = paired(lab)
    music = make_backup(lab.folder("source"))[1]
    to = ("schedule", "add", "--to", receiver.alias)
    for wrong in (("schedule",), ("schedule", "add"), (*to, "--every", "month", music), (*to, "--every", "day"),
                  (*to, "--every", "day", "--at", "25:00", music), (*to, "--every", "day", "/does/not/exist"),
                  ("schedule", "remove"), ("schedule", "remove", "x"), ("schedule", "list", "1"), (*to, "--every", "day", "--limit", "x", music)):
        expect(2, sender.run(*wrong))
    expect(4, sender.run("schedule", "add", "--to", "Nobody", "--every", "day", music))
    expect(1, sender.run("schedule", "remove", "7"))
    added = expect(0, sender.run("--json", *to, "--every", "12h", "--newest-backup", "--limit", "5MB/s", music)).events[0]
    daily = expect(0, sender.run("--json", *to, "--every", "day", "--at", "02:30", music)).events[0]
    equal([dict(one, next=0) for one in listed(sender)], [dict(one, next=0) for one in (added, daily)])
    for key, value in {"alias": receiver.alias, "fingerprint": fingerprint(receiver), "every": "12h", "at": None, "newestBackup": True,
                       "folders": [str(music)], "limit": 5_000_000, "enabled": True, "onBattery": False, "result": ""}.items():
        equal(added[key], value, key)
    # One without a time of day is due at once, the other one in the night.
    assert added["next"] <= time.time() * 1000 < daily["next"] <= time.time() * 1000 + 25 * 3600 * 1000, (added, daily)
    assert "02:30" in sender.run("schedule", "list").out
    expect(0, sender.run("schedule", "remove", added["id"]))
    equal([one["id"] for one in listed(sender)], [daily["id"]])


def test_run(lab):
    """“schedule run” sends what is due, and an ID whatever the time; it says what is missing"""
    sender, receiver = paired(lab)
    archive, music = make_backup(lab.folder("source"))
    write(sender.home / "Namida" / "Backups" / archive.name, archive.read_bytes())
    gone = lab.folder("gone")
    one = expect(0, sender.run("--json", "schedule", "add", "--to", receiver.alias, "--every", "day", "--newest-backup", music)).events[0]
    two = expect(0, sender.run("--json", "schedule", "add", "--to", receiver.alias, "--every", "week", "--at", "03:00", gone)).events[0]
    expect(4, sender.run("schedule", "run"))
    serve(receiver)
    expect(0, sender.run("schedule", "run"))
    version = music_of(receiver)[0]
    same_tree(music, version)
    equal((version.parents[1] / archive.name).read_bytes(), archive.read_bytes())
    equal([row["result"] for row in listed(sender)], ["done", ""])
    done = expect(0, sender.run("schedule", "run"))
    assert "due" in done.out, done.out
    gone.rmdir()
    done = expect(1, sender.run("schedule", "run", two["id"]))
    assert "“" + str(gone) + "”" in done.err, done.err
    equal([row["result"] for row in listed(sender)], ["done", "again"])
    expect(0, sender.run("schedule", "run", one["id"]))
    expect(1, sender.run("schedule", "run", 99))


def test_service(lab):
    """the service runs it with nobody there: added while it runs, to a device that comes later, and once"""
    sender, receiver = paired(lab)
    music = make_backup(lab.folder("source"))[1]
    serve(sender)
    expect(0, sender.run("schedule", "add", "--to", receiver.alias, "--every", "day", music))
    time.sleep(2)
    equal(listed(sender)[0]["result"], "")
    serve(receiver)
    receiver.wait_event("end", seconds=90)
    wait_for(lambda: listed(sender)[0]["result"] == "done")
    same_tree(music, music_of(receiver)[0])
    # After a restart of both: the day has its backup.
    for device in (sender, receiver):
        device.stop()
        serve(device)
    time.sleep(5)
    equal(len(music_of(receiver)), 1)


def test_laptop(lab):
    """on battery and on a metered network nothing runs by itself, unless it is allowed; plugged in, it runs at once"""
    sender, receiver = paired(lab)
    music = write(lab.folder("source") / "Music" / "a.flac", b"a" * 1000).parent
    other = write(lab.folder("source") / "Other" / "b.flac", b"b" * 1000).parent
    serve(receiver)
    add = ("schedule", "add", "--to", receiver.alias, "--every", "day")
    expect(0, sender.run(*add, music))
    allowed = expect(0, sender.run("--json", *add, "--on-battery", other)).events[0]["id"]
    with laptop(lab) as (wrap, say):
        serve(sender, wrap)
        wait_for(lambda: {one["id"]: one["result"] for one in listed(sender)}[allowed] == "done")
        time.sleep(3)
        equal([one["result"] for one in listed(sender)], ["", "done"])
        say("metered 1")
        say("battery 0")
        time.sleep(3)
        equal([one["result"] for one in listed(sender)], ["", "done"])
        say("metered 0")
        wait_for(lambda: [one["result"] for one in listed(sender)] == ["done", "done"], 20)
    same_tree(music, music_of(receiver)[0])


def test_killed(lab):
    """the service is killed in the middle of a run: its next start makes it up, and what was there is not sent again"""
    sender, receiver = paired(lab)
    big = write(lab.folder("source") / "Music" / "big.flac", os.urandom(12_000_000))
    serve(receiver)
    expect(0, sender.run("schedule", "add", "--to", receiver.alias, "--every", "week", "--limit", "3MB/s", big.parent))
    serve(sender)
    receiver.wait_event("progress", seconds=60, where=lambda event: event["sent"] > 4_000_000)
    sender.kill()
    equal(listed(sender)[0]["result"], "")
    serve(sender)
    started = sender.wait_event("progress", seconds=60, where=lambda event: event["sent"] > 0)
    assert started["sent"] > 2_000_000, started
    wait_for(lambda: listed(sender)[0]["result"] == "done")
    same_tree(big.parent, music_of(receiver)[0])


def test_stale(lab):
    """a device without a recent backup is found, on both sides, and told once in the service's events"""
    sender, receiver = paired(lab)
    music = make_backup(lab.folder("source"), files=30)[1]
    serve(receiver)
    expect(0, sender.run("schedule", "add", "--to", receiver.alias, "--every", "day", music))
    expect(0, sender.run("schedule", "run"))
    for device in (sender, receiver):
        expect(0, device.run("backups", "list", "--stale", "1"))
    receiver.stop()
    ago = int(time.time() * 10**6) - 20 * 86400 * 10**6
    for device, change in ((sender, "UPDATE schedules SET done_at = ?"), (sender, "UPDATE sessions SET updated_at = ?"),
                           (receiver, "UPDATE versions SET created_at = ?")):
        with contextlib.closing(sqlite3.connect(device.data / "state.db")) as base, base:
            base.execute(change, (ago,))
    expect(0, receiver.run("backups", "list", "--stale", "21"))
    found = expect(9, receiver.run("--json", "backups", "list", "--stale", "14")).events
    equal([(one["alias"], one["direction"], one["days"]) for one in found], [(sender.alias, "receive", 20)])
    found = expect(9, sender.run("--json", "backups", "list", "--stale", "14")).events
    equal([(one["alias"], one["direction"], one["days"], one["stale"]) for one in found], [(receiver.alias, "send", 20, True)])
    serve(sender)
    event = sender.wait_event("stale", seconds=30)
    assert event["first"] and "20" in event["message"] and receiver.alias in event["message"], event
    sender.stop()
    serve(sender)
    time.sleep(4)
    sender.stop()
    assert not [event for event in sender.seen if event["event"] == "stale"], sender.seen


main(test_stale, test_table, test_run, test_service, test_laptop, test_killed)
