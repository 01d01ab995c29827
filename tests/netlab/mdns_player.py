# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulates Namida with its own sync open: answers multicast DNS questions for _namida-server._tcp. Usage:
mdns_player.py ADDRESS [SECONDS]."""
import socket
import struct
import sys
import time

SERVICE = ("_namida-server", "_tcp", "local")


def name(*labels):
    return b"".join(bytes([len(label.encode())]) + label.encode() for label in labels) + b"\0"


def record(owner, kind, data, ttl=10):
    return owner + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def answer(question):
    """To a one-shot question, as RFC 6762, section 6.7, says: the same id and question, and lifetimes of ten seconds at most."""
    instance = name("namida-1", *SERVICE)
    text = b"".join(bytes([len(item)]) + item for item in (b"device_name=Pixel 8a", b"device_id=id-7"))
    server = name("pixel", "local")
    return (question[:2] + struct.pack(">HHHHH", 0x8400, 1, 1, 0, 2) + name(*SERVICE) + struct.pack(">HH", 12, 1) + record(b"\xc0\x0c", 12, instance)
            + record(instance, 33, struct.pack(">HHH", 0, 0, 62310) + server) + record(instance, 16, text))


def main():
    address, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("", 5353))
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.0.0.251") + socket.inet_aton(address))
    print("ready", flush=True)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        opened.settimeout(left)
        try:
            data, source = opened.recvfrom(9000)
        except TimeoutError:
            return
        if len(data) > 12 and not data[2] & 0x80 and name(*SERVICE) in data:
            opened.sendto(answer(data), source)


main()
