# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests a man in the middle of two machines: node 1 connects to node 3 instead of node 2, and node 3 forwards
everything."""
import json
import os
import shutil
import signal
import sys
import threading

import lab as netlab
from lab import tell

HERE = os.path.dirname(os.path.abspath(__file__))
ADDRESS = "10.77.0.2"
PORT = 53317


class Middle:
    """On node 3. What node 1 sends to node 2's address goes there (its table of neighbours is wrong, as after a forged
    ARP reply), and node 1 has no other way. Node 3 reaches node 2 by IPv6."""

    def __init__(self, lab):
        if not shutil.which("openssl"):
            raise AssertionError("openssl is not installed")
        mac = json.loads(lab.output(3, "ip", "-j", "link", "show", "eth0"))[0]["address"]
        lab.output(3, "ip", "addr", "add", f"{ADDRESS}/32", "dev", "lo")
        lab.output(1, "ip", "-6", "addr", "flush", "dev", "eth0")
        lab.output(1, "ip", "neigh", "replace", ADDRESS, "lladdr", mac, "nud", "permanent", "dev", "eth0")
        self.lines = []
        self.process = lab.helper(3, os.path.join(HERE, "mitm.py"), lab.folder, "fd77::2", str(PORT))
        ready = self.process.stdout.readline().split()
        assert ready[:1] == ["ready"], ready
        self.fingerprint = ready[1]
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def fingerprint(lab, node):
    return json.loads(lab.output(node, lab.cli, "--data-dir", os.path.join(lab.folder, f"data{node}"), "--json",
                                 "identity"))["fingerprint"]


def some_music(lab):
    folder = os.path.join(lab.folder, "Rips")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "a.flac"), "wb") as file:
        file.write(os.urandom(5000))
    return folder


def receive(lab, policy, **more):
    two = lab.start(2, "receive", "--accept", policy, "--as", "library", "--music", os.path.join(lab.folder, "music"),
                    "--backups", os.path.join(lab.folder, "backups"), **more)
    two.wait_event("listening", 30)
    return two


def pair(lab, two, whom):
    """Both people say that the digits are the same, whatever they are. Returns both digits."""
    one = lab.start(1, "pair", whom, talk=True)
    _, here = one.wait_event("pair", 60)
    _, there = two.wait_event("pair", 60)
    return one, here, there


def case_pairing(lab):
    """The digits differ, and each side has the middle's key before it. Two who say no trust nobody."""
    own = fingerprint(lab, 1)
    two = receive(lab, "ask", talk=True)
    middle = Middle(lab)
    try:
        one, here, there = pair(lab, two, ADDRESS)
        tell(f"{here['digits']} here, {there['digits']} there; {middle.lines}")
        assert any(line.startswith("relays 10.77.0.1") for line in middle.lines), middle.lines
        assert here["digits"] != there["digits"], (here, there)
        assert here["fingerprint"] == middle.fingerprint, here
        assert there["fingerprint"] == middle.fingerprint != own, there
        one.answer(pair=False)
        two.answer(pair=False)
        assert one.wait(60) == 3, (one.events, one.said())
    finally:
        middle.stop()
    two.stop()
    for node in (1, 2):
        rows = lab.output(node, lab.cli, "--data-dir", os.path.join(lab.folder, f"data{node}"), "--json", "trust", "list")
        assert rows.strip() == "", rows


def case_paired(lab):
    """Devices that are paired refuse: exit code 6, by name and by address, and nothing of the backup leaves node 1."""
    two = receive(lab, "ask", talk=True)
    one, here, there = pair(lab, two, "node2")
    assert here["digits"] == there["digits"], (here, there)
    one.answer(pair=True)
    two.answer(pair=True)
    assert one.wait(60) == 0, (one.events, one.said())
    two.stop()
    two = receive(lab, "trusted")
    middle = Middle(lab)
    try:
        for whom in ("node2", ADDRESS, fingerprint(lab, 2)):
            sender = lab.start(1, "send", "--to", whom, some_music(lab))
            code = sender.wait(90)
            tell(f"--to {whom}: exit code {code}")
            assert code == 6, (whom, code, sender.events, sender.said(), middle.lines)
        assert middle.lines, "nobody was in the middle"
    finally:
        middle.stop()
    assert two.count("start") == 0, two.events
    assert not os.path.exists(os.path.join(lab.folder, "music", "Rips"))


def case_new(lab):
    """A new device's offer through the middle shows the middle's fingerprint, not the sender's."""
    own = fingerprint(lab, 1)
    two = receive(lab, "ask", talk=True)
    middle = Middle(lab)
    try:
        sender = lab.start(1, "send", "--to", ADDRESS, some_music(lab))
        _, offer = two.wait_event("offer", 60)
        assert offer["alias"] == "node1", offer
        assert offer["fingerprint"] == middle.fingerprint != own, (offer, own)
        assert offer["trusted"] is False, offer
        two.answer(decline=offer["id"])
        assert sender.wait(60) == 3, (sender.events, sender.said())
    finally:
        middle.stop()
    two.stop()


sys.exit(netlab.run_case(globals()))
