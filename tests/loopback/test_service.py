# SPDX-License-Identifier: GPL-3.0-or-later
"""A receiver that a service manager started: when it says that it is ready, and what keeps it from that."""
import os
import socket

from namida_loopback import expect, main


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


main(test_told, test_no_manager, test_shut)
