#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-netlab.py CLI CASE: whole machines that have to find each other. Prints TAP.

The times that are asserted are generous, the times that were measured are printed."""
import os
import signal
import sys
import time

import lab as netlab
from lab import tell

HERE = os.path.dirname(os.path.abspath(__file__))


def see_each_other(lab, limit, finders=None, watch=("devices", "--watch")):
    """Two machines that are there, and a third that comes: how long until everybody knows everybody."""
    first = [lab.start(node, *watch, finders=finders) for node in (1, 2)]
    first[0].wait_event("found", limit + 5, alias="node2")
    first[1].wait_event("found", limit + 5, alias="node1")
    time.sleep(1)
    third = lab.start(3, *watch, finders=finders)
    times = [program.wait_event("found", limit, alias="node3", since=third.began)[0] for program in first]
    times += [third.wait_event("found", limit, alias=f"node{node}")[0] for node in (1, 2)]
    tell(f"all know all {max(times) - third.began:.2f} s after the start of the third program")
    assert max(times) - third.began < limit
    return first + [third]


def case_see(lab):
    programs = see_each_other(lab, 3)
    time.sleep(4)
    for program in programs:
        # However many ways found it, a device is one row, and it does not flicker.
        assert program.count("found") == 2, program.events
        assert program.count("lost") == 0, program.events


def case_avahi(lab):
    programs = see_each_other(lab, 6, "avahi")
    quiet = time.monotonic()
    lab.run("avahi", 2, "stop")
    time.sleep(3)
    lab.run("avahi", 2, "start")
    time.sleep(6)
    for program in programs:
        assert program.count("lost", since=quiet) == 0, program.events
    # It was published again: somebody new finds it.
    programs[0].stop()
    again = lab.start(1, "devices", "--watch", finders="avahi")
    when, _ = again.wait_event("found", 8, alias="node2")
    tell(f"found after the daemon's restart in {when - again.began:.2f} s")


def case_scan(lab):
    for node in (2, 3):
        lab.start(node, "receive", "--accept", "all", finders="scan")
    time.sleep(1)
    looking = lab.start(1, "devices", "--watch", finders="scan")
    times = [looking.wait_event("found", 12, alias=f"node{node}")[0] for node in (2, 3)]
    tell(f"found by scan alone {max(times) - looking.began:.2f} s after the start (it waits 3 s before it scans)")


def case_ipv6(lab):
    for node in (1, 2, 3):
        lab.output(node, "ip", "-4", "addr", "flush", "dev", "eth0")
    for program in see_each_other(lab, 5):
        for _, event in program.events:
            assert ":" in event["address"], event


def case_linklocal(lab):
    for node in (1, 2, 3):
        lab.output(node, "ip", "-4", "addr", "flush", "dev", "eth0")
        lab.output(node, "ip", "-6", "addr", "flush", "dev", "eth0", "scope", "global")
    for finders in ("avahi", "multicast"):
        for program in see_each_other(lab, 8, finders):
            for _, event in program.events:
                assert event["address"].startswith("fe80:"), event
            program.stop()


def case_samename(lab):
    """Two devices of one name are two devices, also where DNS-SD wants their names to differ."""
    for node in (2, 3):
        lab.start(node, "receive", "--accept", "all", finders="avahi", alias="Desk PC")
    one = lab.start(1, "devices", "--watch", finders="avahi")
    time.sleep(6)
    rows = {event["uuid"]: event["alias"] for _, event in one.events if event["event"] == "found"}
    assert len(rows) == 2, one.events
    assert one.count("lost") == 0, one.events
    published = lab.output(1, "avahi-browse", "-tp", "_namidasync._tcp") if netlab.has("avahi-browse") else None
    if published is not None:
        assert "Desk\\032PC;" in published and "Desk\\032PC\\032\\0352;" in published, published
    answer = lab.start(1, "devices", "--timeout", "4")
    answer.wait(20)
    names = [event["alias"] for _, event in answer.events]
    assert names == ["Desk PC", "Desk PC"], answer.events


def case_readdress(lab):
    """Another address is the same device."""
    two = lab.start(2, "receive", "--accept", "all")
    one = lab.start(1, "devices", "--watch")
    one.wait_event("found", 10, alias="node2")
    time.sleep(3)
    lab.output(2, "sh", "-c", "ip addr del 10.77.0.2/24 dev eth0; ip addr add 10.77.0.22/24 dev eth0; "
               "ip route replace 224.0.0.0/4 dev eth0; ip -6 addr flush dev eth0")
    time.sleep(6)
    assert one.count("lost") == 0 and one.count("found") == 1, one.events
    source = os.path.join(lab.folder, "Rips")
    make_tree(source)
    one.stop()
    assert two.process.poll() is None
    sender = lab.start(1, "send", "--to", "node2", source)
    assert sender.wait(60) == 0, (sender.events, sender.said())


def make_tree(folder):
    for name, size in (("Björk/01 + Me.flac", 3_000_000), ("Björk/02.flac", 1), ("empty.mp3", 0), ("a/b/c/d.m4a", 70_000)):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(os.urandom(size))


def read_tree(folder):
    tree = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as file:
                tree[os.path.relpath(path, folder)] = file.read()
    return tree


def case_send(lab):
    source = os.path.join(lab.folder, "Rips")
    music = os.path.join(lab.folder, "music")
    make_tree(source)
    os.mkdir(music)
    lab.start(2, "receive", "--accept", "all", "--as", "library", "--music", music, "--backups",
              os.path.join(lab.folder, "backups"))
    sender = lab.start(1, "send", "--to", "node2", source)
    code = sender.wait(60)
    assert code == 0, (code, sender.events, sender.said())
    tell(f"found and sent in {time.monotonic() - sender.began:.2f} s")
    assert read_tree(os.path.join(music, "Rips")) == read_tree(source)


def case_unplug(lab):
    one = lab.start(1, "devices", "--watch")
    lab.start(2, "devices", "--watch")
    one.wait_event("found", 10, alias="node2")
    time.sleep(3)
    pulled = time.monotonic()
    lab.run("link", 2, "unplug")
    when, _ = one.wait_event("lost", 140, alias="node2", since=pulled)
    tell(f"gone {when - pulled:.1f} s after the cable was pulled")
    plugged = time.monotonic()
    lab.run("link", 2, "plug")
    when, _ = one.wait_event("found", 15, alias="node2", since=plugged)
    tell(f"back {when - plugged:.1f} s after the cable was plugged in")


def case_port(lab):
    holder = lab.helper(2, "-c", "import socket,time\ns=socket.socket(socket.AF_INET6)\n"
                        "s.bind(('::',53317))\ns.listen()\nprint('ready',flush=True)\ntime.sleep(60)")
    try:
        assert holder.stdout.readline() == "ready\n"
        lab.start(2, "receive", "--accept", "all")
        one = lab.start(1, "devices", "--watch")
        one.wait_event("found", 10, alias="node2", port=53318)
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()


def case_udp(lab):
    """Another program holds the port of multicast for itself: the other ways stay."""
    holder = lab.helper(2, "-c", "import socket,time\ns=[socket.socket(f,socket.SOCK_DGRAM) for f in "
                        "(socket.AF_INET6,socket.AF_INET)]\ns[0].setsockopt(41,26,1)\ns[0].bind(('::',53317))\n"
                        "s[1].bind(('',53317))\nprint('ready',flush=True)\ntime.sleep(60)")
    try:
        assert holder.stdout.readline() == "ready\n"
        two = lab.start(2, "receive", "--accept", "all")
        one = lab.start(1, "devices", "--watch")
        one.wait_event("found", 10, alias="node2")
        tell(f"it said: {two.said().strip()} {two.events}")
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()


def flood(lab, what, n):
    one = lab.start(1, "devices", "--watch")
    lab.start(2, "receive", "--accept", "all")
    one.wait_event("found", 10, alias="node2")
    time.sleep(1)
    before = one.resident()
    began = time.monotonic()
    sent = lab.helper(3, os.path.join(HERE, "flood.py"), what, str(n)).communicate(timeout=120)[0].strip()
    time.sleep(2)
    after = one.resident()
    tell(f"{sent}; resident before {before >> 20} MiB, after {after >> 20} MiB, in {time.monotonic() - began:.1f} s")
    assert after - before < 48 << 20
    fakes = [event["alias"] for _, event in one.events if event["event"] == "found" and event["alias"] != "node2"]
    tell(f"{len(fakes)} made-up devices were listed meanwhile")
    assert fakes, "the flood did not arrive: nothing is proven"
    assert not [event for _, event in one.events if event["event"] == "lost" and event["alias"] == "node2"]
    # Who really comes is still found.
    third = lab.start(3, "receive", "--accept", "all")
    when, _ = one.wait_event("found", 15, alias="node3", since=third.began)
    tell(f"a real device was found {when - third.began:.2f} s after its start")


def case_flood(lab):
    flood(lab, "hellos", 50000)


def case_services(lab):
    flood(lab, "services", 10000)


def case_malformed(lab):
    one = lab.start(1, "devices", "--watch")
    time.sleep(2)
    seeds = os.path.join(HERE, "..", "fuzz", "seeds", "hello")
    sent = lab.helper(3, os.path.join(HERE, "flood.py"), "malformed", seeds).communicate(timeout=60)[0].strip()
    tell(sent)
    time.sleep(1)
    one.pid()
    assert len(one.said().splitlines()) < 10, one.said()
    lab.start(2, "receive", "--accept", "all")
    one.wait_event("found", 10, alias="node2")


COUNTERS = """
table inet idle {
  chain out {
    type filter hook postrouting priority 300;
    oifname != "eth0" accept
    meta l4proto icmpv6 accept
    ip protocol igmp accept
    udp dport 5353 accept
    meta l4proto udp counter
    meta l4proto tcp counter
  }
}
"""


def case_idle(lab):
    for node in (1, 2, 3):
        lab.start(node, "receive", "--accept", "all")
    time.sleep(8)
    rules = os.path.join(lab.folder, "idle.nft")
    with open(rules, "w") as file:
        file.write(COUNTERS)
    lab.output(1, "nft", "-f", rules)
    # Longer than the silence after which a device is probed while somebody looks.
    time.sleep(130)
    words = lab.output(1, "nft", "list", "table", "inet", "idle").split()
    udp, tcp = [int(words[i + 1]) for i, word in enumerate(words) if word == "packets"]
    tell(f"{udp} UDP and {tcp} TCP packets of our own in 130 s with nobody looking (the daemon's mDNS not counted)")
    assert udp + tcp <= 4


sys.exit(netlab.run_case(globals()))
