#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""flood.py hellos N | services N | malformed FOLDER: what a hostile machine of the lab sends to the others. Refuses to run elsewhere."""
import json
import os
import random
import socket
import struct
import sys
import time
import uuid

GROUP = ("224.0.0.251", 53317)


def open_socket():
    if not os.environ.get("NETLAB_NODE"):
        sys.exit("only in a node of the lab")
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(f"10.77.0.{os.environ['NETLAB_NODE']}"))
    return sock


def hellos(n):
    sock = open_socket()
    for i in range(n):
        hello = {"alias": f"Made up {i}", "port": random.randrange(1024, 65536), "uuid": str(uuid.uuid4()),
                 "version": "1.0", "fingerprint": os.urandom(32).hex().upper(), "protocol": "https",
                 "deviceType": "desktop", "announce": True}
        sock.sendto(json.dumps(hello).encode(), GROUP)
        if i % 50 == 0:
            time.sleep(0.01)
    return f"{n} made-up hellos sent"


def label(text):
    return bytes([len(text)]) + text.encode()


def record(name, kind, data):
    # Class IN with the cache-flush bit for all but PTR (RFC 6762, 10.2).
    return name + struct.pack(">HHIH", kind, 1 if kind == 12 else 0x8001, 120, len(data)) + data


def services(n):
    """mDNS answers, each with a service that nobody runs."""
    sock = open_socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    sock.bind(("", 5353))
    kind = label("_namidasync") + label("_tcp") + label("local") + b"\0"
    for i in range(n):
        name = label(f"Made up {i}") + kind
        host = label(f"made-up-{i}") + label("local") + b"\0"
        text = b"".join(map(label, ("v=1", f"id={uuid.uuid4()}", "fp=" + os.urandom(32).hex().upper())))
        answers = [record(kind, 12, name), record(name, 33, struct.pack(">HHH", 0, 0, 53317) + host),
                   record(name, 16, text), record(host, 1, socket.inet_aton(f"10.77.0.{100 + i % 100}"))]
        sock.sendto(struct.pack(">HHHHHH", 0, 0x8400, 0, len(answers), 0, 0) + b"".join(answers), ("224.0.0.251", 5353))
        if i % 20 == 0:
            time.sleep(0.01)
    return f"{n} made-up services announced"


def malformed(folder):
    sock = open_socket()
    chance = random.Random(1)
    seeds = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            seeds.append(file.read()[:60000])
    sent = [b"", b"\0", b"{", b"[" * 8000, b"\xff" * 1400, b'{"alias":' * 500]
    for seed in seeds:
        sent.append(seed)
        for _ in range(40):
            bad = bytearray(seed)
            for _ in range(chance.randrange(1, 8)):
                if bad:
                    bad[chance.randrange(len(bad))] = chance.randrange(256)
            sent.append(bytes(bad[:chance.randrange(len(bad) + 1)] if chance.random() < 0.3 else bad))
    sent += [chance.randbytes(chance.randrange(1, 2000)) for _ in range(500)]
    for datagram in sent:
        sock.sendto(datagram, GROUP)
        time.sleep(0.002)
    return f"{len(sent)} malformed datagrams sent"


ways = {"hellos": lambda: hellos(int(sys.argv[2])), "services": lambda: services(int(sys.argv[2])),
        "malformed": lambda: malformed(sys.argv[2])}
print(ways[sys.argv[1]](), flush=True)
