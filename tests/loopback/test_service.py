# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests a receiver that was started by a service manager: when it reports that it is ready, and what prevents it."""
import os
import socket

from namida_loopback import expect, expect_soon, main, write


def manager(lab):
    """A socket as systemd's: (socket, the words before a command that give it to it)."""
    path = lab.folder("manager") / "notify"
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(str(path))
    ear.settimeout(30)
    return ear, ("env", f"NOTIFY_SOCKET={path}")


def test_told(lab):
    """the manager hears that it listens, and that it ends"""
    ear, wrap = manager(lab)
    receiver = lab.receiver("--accept", "trusted", "--as", "backup", wrap=wrap)
    assert ear.recv(100) == b"READY=1"
    receiver.stop()
    assert ear.recv(100) == b"STOPPING=1"


def test_no_manager(lab):
    """one that nobody listens to, or whose name is too long, is no error"""
    for path in (lab.folder("manager") / "nobody", "/" + "x" * 300, "nonsense"):
        receiver = lab.receiver("--accept", "trusted", "--as", "backup", wrap=("env", f"NOTIFY_SOCKET={path}"))
        receiver.stop()


def test_shut(lab):
    """a usual place that cannot be written to is told at the start, and it is never called ready"""
    ear, wrap = manager(lab)
    receiver = lab.device("Receiver")
    (receiver.home / "Namida").write_text("no folder")
    said = expect(1, receiver.run("receive", "--accept", "trusted", "--as", "backup", wrap=wrap))
    assert "Namida" in said.err and "ReadWritePaths=" in said.err, said.err
    said = expect(1, receiver.run("receive", "--accept", "trusted", "--as", "backup"))
    assert "Namida" in said.err and "ReadWritePaths=" not in said.err, said.err
    ear.setblocking(False)
    try:
        assert not ear.recv(100)
    except BlockingIOError:
        pass
    assert os.listdir(receiver.home / "data")


def test_hidden(lab):
    """a receiver whose file says “hidden” is found by no stranger, and by a device as soon as it is trusted"""
    receiver, sender = lab.device("Receiver"), lab.device("Sender")
    file = receiver.home / "receive.conf"
    file.write_text("[receive]\naccept=all\nas=backup\nhidden=true\n")
    receiver.receive("--config", file)
    song, address = write(sender.home / "song.mp3", b"x"), f"127.0.0.1:{receiver.listening['port']}"
    expect(4, sender.send(address, song))
    found = expect(0, sender.run("--json", "devices")).events
    assert not any(event["alias"] == receiver.alias for event in found), found
    own = expect(0, sender.run("--json", "identity")).events[0]["fingerprint"]
    expect(0, receiver.run("trust", "add", own, sender.alias))
    expect_soon(0, lambda: sender.send(address, song))


def test_config(lab):
    """options stand in a file as well; what is typed wins, and what is wrong in it is said"""
    receiver = lab.device("Receiver")
    file = receiver.home / "receive.conf"
    file.write_text(f"[receive]\n# a comment\naccept=trusted\nas=backup\nkeep=3\nno-localsend=true\nonce=false\nalias=Cupboard\nbackups={receiver.home / 'Kept here'}\n")
    receiver.start("receive", "--config", file, "--music", receiver.music)
    listening = receiver.wait_event("listening")
    assert (listening["as"], listening["backups"], listening["alias"]) == ("backup", str(receiver.home / "Kept here"), "Cupboard"), listening
    receiver.stop()
    receiver.start("receive", f"--config={file}", "--as", "library", "--backups", receiver.backups, "--music", receiver.music)
    listening = receiver.wait_event("listening")
    assert (listening["as"], listening["backups"]) == ("library", str(receiver.backups)), listening
    receiver.stop()
    for wrong, word in (("[receive]\nkepe=3\n", "kepe"), ("[other]\nkeep=3\n", "other"), ("[receive]\nonce=perhaps\n", "once"), ("keep=3\n", "receive.conf"),
                        ("[receive]\nas=box\n", "box"), ("[receive]\nconfig=x\n", "config")):
        file.write_text(wrong)
        said = expect(2, receiver.run("receive", "--config", file))
        assert word in said.err, said.err
    expect(2, receiver.run("receive", "--config", receiver.home / "missing.conf"))
    # The usual place need not be there, and is read when it is.
    usual = receiver.home / ".config" / "namida-sync" / "receive.conf"
    usual.parent.mkdir(parents=True)
    usual.write_text("[receive]\naccept=nobody\n")
    assert "nobody" in expect(2, receiver.run("receive")).err


main(test_hidden, test_config, test_told, test_no_manager, test_shut)
