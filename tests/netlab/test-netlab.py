#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-netlab.py CLI CASE: tests whole machines that have to find each other. Prints TAP.

The asserted times are generous; the measured times are printed."""
import json
import os
import shutil
import signal
import sqlite3
import sys
import time

import lab as netlab
from lab import tell

HERE = os.path.dirname(os.path.abspath(__file__))


TRIES = 4


def measure(lab, promise, what, once):
    """The product's promise, without the start of a program, and three times as long for a machine that does other
    things too: once in a few tries it has to be kept. once() returns the seconds."""
    began = time.monotonic()
    lab.start(3, "identity").wait(60)
    start = time.monotonic() - began
    for _ in range(TRIES):
        seconds = once()
        tell(f"{what}: {seconds:.2f} s, of which the start of a program is {start:.2f} s; promised are {promise} s")
        if seconds - start < 3 * promise:
            return
    raise AssertionError(f"{what}: never within three times {promise} s")


def time_third(lab, finders):
    """How long until a third machine knows the two that are there, and they know it."""
    programs = see_each_other(lab, 60, finders)
    third = programs[2]
    times = [program.wait_event("found", 1, alias="node3")[0] for program in programs[:2]]
    times += [third.wait_event("found", 1, alias=f"node{node}")[0] for node in (1, 2)]
    for program in programs:
        program.stop()
    return max(times) - third.began


def see_each_other(lab, limit, finders=None, watch=("devices", "--watch")):
    """Two machines that are there, and a third that comes: until everybody knows everybody."""
    first = [lab.start(node, *watch, finders=finders) for node in (1, 2)]
    first[0].wait_event("found", limit, alias="node2")
    first[1].wait_event("found", limit, alias="node1")
    time.sleep(1)
    third = lab.start(3, *watch, finders=finders)
    times = [program.wait_event("found", limit, alias="node3", since=third.began)[0] for program in first]
    times += [third.wait_event("found", limit, alias=f"node{node}")[0] for node in (1, 2)]
    tell(f"all know all {max(times) - third.began:.2f} s after the start of the third program")
    return first + [third]


def stay(programs, since):
    """Nobody flickers, nobody is lost."""
    for program in programs:
        assert program.count("found", since=since) == 0, program.events
        assert program.count("lost", since=since) == 0, program.events


def case_see(lab):
    programs = see_each_other(lab, 30)
    settled = time.monotonic()
    time.sleep(4)
    # However many ways found it, a device is one row.
    for program in programs:
        assert program.count("found") == 2, program.events
    for node in (2, 1):
        lab.run("avahi", node, "stop")
        time.sleep(2)
        lab.run("avahi", node, "start")
    time.sleep(4)
    stay(programs, settled)


def case_promises(lab):
    """Those of multicast alone and of the daemon alone."""
    for finders, promise, what in (("multicast", 0.5, "by multicast"), ("avahi", 2, "by the daemon alone")):
        measure(lab, promise, "all know all " + what, lambda: time_third(lab, finders))


def case_avahi(lab):
    programs = see_each_other(lab, 30, "avahi")
    quiet = time.monotonic()
    lab.run("avahi", 2, "stop")
    time.sleep(3)
    lab.run("avahi", 2, "start")
    time.sleep(6)
    stay(programs, quiet)
    # It was published again: somebody new finds it.
    programs[0].stop()
    again = lab.start(1, "devices", "--watch", finders="avahi")
    when, _ = again.wait_event("found", 30, alias="node2")
    tell(f"found after the daemon's restart in {when - again.began:.2f} s")


def case_player(lab):
    """Namida with its own sync open is seen without any Avahi, and is gone when it no longer answers."""
    for node in (1, 2):
        lab.run("avahi", node, "stop")
    lab.start(2, "receive", "--accept", "all", finders="multicast")
    address = json.loads(lab.output(2, "ip", "-j", "-4", "addr", "show", "scope", "global"))
    player = lab.helper(2, os.path.join(HERE, "mdns_player.py"), next(one["local"] for link in address for one in link["addr_info"]))
    try:
        assert player.stdout.readline() == "ready\n"
        looking = lab.start(1, "devices", finders="multicast")
        looking.wait(60)
        found = [event for _, event in looking.events if event.get("alias") == "node2"]
        assert found and found[-1].get("namidaOpen") is True, looking.events
    finally:
        os.killpg(player.pid, signal.SIGKILL)  # the shell around it alone would not end it
        player.wait()
    looking = lab.start(1, "devices", finders="multicast")
    looking.wait(60)
    found = [event for _, event in looking.events if event.get("alias") == "node2"]
    assert found and "namidaOpen" not in found[-1], looking.events


def case_scan(lab):
    for node in (2, 3):
        lab.start(node, "receive", "--accept", "all", finders="scan")
    time.sleep(1)

    def once():
        looking = lab.start(1, "devices", "--watch", finders="scan")
        times = [looking.wait_event("found", 60, alias=f"node{node}")[0] for node in (2, 3)]
        looking.stop()
        return max(times) - looking.began

    measure(lab, 5, "all found by scan alone, 3 s of waiting for other ways counted", once)


def case_ipv6(lab):
    for node in (1, 2, 3):
        lab.output(node, "ip", "-4", "addr", "flush", "dev", "eth0")
    for program in see_each_other(lab, 30):
        for _, event in program.events:
            assert ":" in event["address"], event


def case_linklocal(lab):
    for node in (1, 2, 3):
        lab.output(node, "ip", "-4", "addr", "flush", "dev", "eth0")
        lab.output(node, "ip", "-6", "addr", "flush", "dev", "eth0", "scope", "global")
    for finders in ("avahi", "multicast"):
        for program in see_each_other(lab, 30, finders):
            for _, event in program.events:
                assert event["address"].startswith("fe80:"), event
            program.stop()


def case_cloned(lab):
    """A data folder that was copied to another machine: both say so, and how to end it."""
    source, copy = (os.path.join(lab.folder, f"data{node}") for node in (1, 2))
    shutil.rmtree(copy)
    shutil.copytree(source, copy)
    programs = [lab.start(node, "receive", "--accept", "all") for node in (1, 2)]
    for program in programs:
        program.wait_event("listening", 60)
    for program, other in zip(programs, ("10.77.0.2", "10.77.0.1")):
        end = time.monotonic() + 60
        while "the same identity" not in program.said():
            assert time.monotonic() < end, program.said()
            time.sleep(0.2)
        assert other in program.said() or "fe80" in program.said() or "fd77" in program.said(), program.said()
    sender = lab.start(1, "send", "--to", "10.77.0.2", __file__)
    assert sender.wait(60) == 4 and "the same identity" in sender.said(), sender.said()


def case_carrier_nat(lab):
    """Networks of 100.64.0.0/10 (RFC 6598) and of public addresses are networks like others: found, scanned, sent to."""
    for network in ("100.64.7.{}/10", "203.0.113.{}/24"):
        for node in (1, 2):
            lab.output(node, "ip", "addr", "flush", "dev", "eth0")
            lab.output(node, "ip", "addr", "add", network.format(node), "dev", "eth0")
            lab.output(node, "ip", "route", "replace", "224.0.0.0/4", "dev", "eth0")
        receiver = lab.start(1, "receive", "--accept", "all", finders="multicast")
        receiver.wait_event("listening", 60)
        watch = lab.start(2, "devices", "--watch", finders="multicast")
        watch.wait_event("found", 60, alias="node1", address=network.format(1).split("/")[0])
        watch.stop()
        sender = lab.start(2, "send", "--to", "node1", __file__, finders="scan")
        assert sender.wait(90) == 0, sender.said()
        receiver.stop()


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
    sent = lab.helper(3, os.path.join(HERE, "flood.py"), what, str(n)).communicate(timeout=200)[0].strip()
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
    flood(lab, "services", 50000)


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


def wait_hint(program, kind, timeout, since=0):
    """Until a list of hints names this kind; returns the hint."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        for when, event in list(program.events):
            if when >= since and event.get("event") == "hints":
                for hint in event["hints"]:
                    if hint["kind"] == kind:
                        return hint
        time.sleep(0.1)
    raise AssertionError(f"no hint “{kind}” in {timeout} s: {program.events} {program.said()}")


EXCLUSIVE = ("import socket,time\ns=[socket.socket(f,socket.SOCK_DGRAM) for f in (socket.AF_INET6,socket.AF_INET)]\n"
             "s[0].setsockopt(41,26,1)\ns[0].bind(('::',53317))\ns[1].bind(('',53317))\n"
             "print('ready',flush=True)\ntime.sleep(200)")


def case_hints(lab):
    """An empty list explains itself, and stops to when somebody is near."""
    holder = lab.helper(2, "-c", EXCLUSIVE)
    try:
        assert holder.stdout.readline() == "ready\n"
        two = lab.start(2, "devices", "--watch", finders="multicast")
        hint = wait_hint(two, "port", 60)
        tell(hint["title"])
        assert "python" in hint["title"] and "53317" in hint["title"], hint
        two.stop()
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()
    # A network on which only the router answers: the third machine is that, and the second one is gone.
    lab.run("link", 2, "unplug")
    lab.output(3, "sh", "-c", "ip addr flush dev eth0; ip addr add 10.77.0.254/24 dev eth0")
    lab.output(1, "sh", "-c", "ip route replace default via 10.77.0.254")
    one = lab.start(1, "devices", "--watch")
    hint = wait_hint(one, "isolated", 60)
    tell(hint["title"])
    gone = time.monotonic()
    lab.run("link", 1, "unplug")
    lab.output(1, "ip", "addr", "flush", "dev", "eth0")
    hint = wait_hint(one, "no-network", 60, since=gone)
    tell(hint["title"])
    one.stop()
    # The same for who asks once; nothing about it goes where the list goes.
    once = lab.start(1, "devices", "--timeout", "1")
    assert once.wait(60) == 0
    assert [event["hints"][0]["kind"] for _, event in once.events] == ["no-network"], once.events


def trust(lab, node, other):
    """As if node had been paired with other: what a person does takes two of them."""
    identity = lab.start(other, "identity")
    identity.wait(60)
    fingerprint = identity.events[0][1]["fingerprint"]
    database = sqlite3.connect(os.path.join(lab.folder, f"data{node}", "state.db"))
    with database:
        database.execute("INSERT INTO trusted (fingerprint, alias, trusted_at, last_seen, last_address)"
                         " VALUES (?, ?, 1, 1700000000000000, ?)", (fingerprint, f"node{other}", f"10.77.0.{other}:53317"))
    database.close()


def case_away(lab):
    """A trusted device is listed when it is not near, and is looked for where it was, whatever the network hides."""
    lab.start(1, "devices", "--timeout", "1").wait(60)
    trust(lab, 1, 2)
    asked = lab.start(1, "devices", "--all", "--timeout", "1", finders="none")
    assert asked.wait(60) == 0
    rows = [event for _, event in asked.events if "alias" in event]
    assert len(rows) == 1 and rows[0]["away"] and rows[0]["trusted"], asked.events
    assert rows[0]["lastSeen"].startswith("2023-11-14T22:13:20"), rows
    asked = lab.start(1, "devices", "--timeout", "1", finders="none")
    asked.wait(60)
    assert not [event for _, event in asked.events if "alias" in event], asked.events
    two = lab.start(2, "receive", "--accept", "all", finders="none")
    time.sleep(1)
    one = lab.start(1, "devices", "--watch", finders="none")
    one.wait_event("found", 60, alias="node2")
    # It takes leave, and is gone at once where that is heard.
    heard = lab.start(3, "devices", "--watch")
    two.stop()
    two = lab.start(2, "receive", "--accept", "all")
    heard.wait_event("found", 60, alias="node2")
    left = time.monotonic()
    two.stop()
    heard.wait_event("lost", 60, alias="node2", since=left)


def case_remembered(lab):
    """An address that was typed once is asked again in later runs: by number, and by a name."""
    source = os.path.join(lab.folder, "one.flac")
    with open(source, "wb") as file:
        file.write(b"x" * 1000)
    names = os.path.join(lab.folder, "hosts")
    with open(names, "w") as file:
        file.write("127.0.0.1 localhost\n10.77.0.3 nas.test\n")
    places = ["10.77.0.2", "nas.test:53317"]
    if os.path.exists("/etc/hosts"):
        lab.output(1, "mount", "--bind", names, "/etc/hosts")
    else:
        tell("there is no /etc/hosts here: both by number")
        places[1] = "10.77.0.3"
    for node in (2, 3):
        lab.start(node, "receive", "--accept", "all", "--music", os.path.join(lab.folder, f"music{node}"),
                  finders="none")
    time.sleep(1)
    unknown = lab.start(1, "devices", "--timeout", "2", finders="none")
    unknown.wait(60)
    assert not [event for _, event in unknown.events if "alias" in event], unknown.events
    for place in places:
        sender = lab.start(1, "send", "--to", place, source, finders="none")
        assert sender.wait(60) == 0, (sender.events, sender.said())
    one = lab.start(1, "devices", "--watch", finders="none")
    for node in (2, 3):
        one.wait_event("found", 60, alias=f"node{node}")


def case_carrier(lab):
    """A cable that comes back is told about, also where the address stayed."""
    lab.start(2, "receive", "--accept", "all", finders="multicast")
    time.sleep(4)
    lab.run("link", 2, "down")
    one = lab.start(1, "devices", "--watch", finders="multicast")
    time.sleep(4)
    assert one.count("found") == 0, one.events
    plugged = time.monotonic()
    lab.run("link", 2, "up")
    # Before the next hello of who looks, 30 s after its start.
    when, _ = one.wait_event("found", 20, alias="node2", since=plugged)
    tell(f"found {when - plugged:.1f} s after the cable was plugged in")


def case_nextaddress(lab):
    """An address that does not answer does not keep a device from being reached."""
    source = os.path.join(lab.folder, "Rips")
    make_tree(source)
    rules = os.path.join(lab.folder, "deaf.nft")
    with open(rules, "w") as file:
        file.write("table ip deaf { chain in { type filter hook input priority 0; tcp dport 53317 drop; }; }\n")
    lab.output(2, "nft", "-f", rules)
    lab.start(2, "receive", "--accept", "all", "--music", os.path.join(lab.folder, "music"))
    one = lab.start(1, "devices", "--watch")
    one.wait_event("found", 60, alias="node2")
    one.stop()
    sender = lab.start(1, "send", "--to", "node2", source)
    assert sender.wait(120) == 0, (sender.events, sender.said())


sys.exit(netlab.run_case(globals()))
