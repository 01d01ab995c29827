# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that the phone app, simulated as in the interop tests, and this program find each other on a network."""
import json
import os
import sys
import time

import lab as netlab

HERE = os.path.dirname(os.path.abspath(__file__))
PHONE = os.path.join(HERE, "..", "interop", "namida_phone.py")
HOLD = ("import socket,time\ns=[socket.socket(f) for f in (socket.AF_INET,socket.AF_INET6)]\n"
        "s[1].setsockopt(socket.IPPROTO_IPV6,socket.IPV6_V6ONLY,1)\nfor one in s: one.bind(('',53317)); one.listen()\n"
        "print('held',flush=True)\ntime.sleep(600)")


def look(lab, node):
    out, _ = lab.helper(node, "-B", PHONE, "look", "10.77.0").communicate(timeout=150)
    return json.loads(out)


def case_seen(lab):
    """The app's search finds this program by its hello and by its scan; and is itself seen by its hello."""
    lab.start(1, "receive", "--accept", "all").wait_event("listening", 60)
    watch = lab.start(3, "devices", "--watch", finders="multicast")
    watch.wait_event("found", 60, alias="node1")
    # The app listens for 2 s only, and not from the first moment on: its person may have to tap once more.
    for attempt in range(5):
        found = look(lab, 2)
        said = found["hello"].get("10.77.0.1")
        if said:
            break
        netlab.tell(f"no hello came in time, try {attempt + 1}")
    assert said and said["alias"] == "node1" and said["port"] == 53317, found
    scanned = found["scan"]
    assert scanned["10.77.0.1:53317"]["uuid"] == said["uuid"], found
    assert "10.77.0.1:53318" not in scanned, found
    _, event = watch.wait_event("found", 60, alias="android-4821")
    assert event["speaks"] == ["phone"] and event["encrypted"] is False and event["address"] == "10.77.0.2", event


def case_beta(lab):
    """When another program has its port, the next one is looked at by the app, too."""
    holder = lab.helper(1, "-c", HOLD)
    try:
        assert holder.stdout.readline().strip() == "held"
        _, event = lab.start(1, "receive", "--accept", "all").wait_event("listening", 60)
        assert event["port"] == 53318, event
        scanned = look(lab, 2)["scan"]
        assert scanned["10.77.0.1:53318"]["alias"] == "node1", scanned
    finally:
        holder.terminate()


def case_sent(lab):
    """An app that receives is found by a scan, and is sent to by its name."""
    restored = os.path.join(lab.folder, "restored")
    os.mkdir(restored)
    serving = lab.helper(2, "-B", PHONE, "serve", restored)
    try:
        uuid = json.loads(serving.stdout.readline())["uuid"]
        one = lab.start(1, "devices", "--scan", "--timeout", "60", "--watch", finders="scan")
        _, event = one.wait_event("found", 90, alias="android-77")
        assert event["uuid"] == uuid and event["speaks"] == ["phone"] and event["encrypted"] is False, event
        one.stop()
        name = "Namida Backup - 2026-07-19 18.30.00.zip"
        with open(os.path.join(lab.folder, name), "wb") as file:
            file.write(b"zip")
        sender = lab.start(1, "send", "--to", "10.77.0.2", os.path.join(lab.folder, name))
        assert sender.wait(120) == 8, (sender.events, sender.said())
        sender = lab.start(1, "send", "--to", "10.77.0.2", "--unencrypted", os.path.join(lab.folder, name))
        assert sender.wait(120) == 0, (sender.events, sender.said())
        end = json.loads(serving.stdout.readline())
        assert end == {"faults": [], "files": ["Backups/" + name]}, end
    finally:
        serving.terminate()


sys.exit(netlab.run_case(globals()))
