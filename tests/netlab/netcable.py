#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""netcable.py IFA IFB DELAY_MS LOSS% : forwards Ethernet frames IFA<->IFB with delay and random loss."""
import socket, sys, time, random, select, collections, signal
a, b, delay, loss = sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000, float(sys.argv[4]) / 100
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
def op(n):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    s.setsockopt(263, 15, 1)            # PACKET_VNET_HDR: keeps checksum-offload state
    s.setsockopt(263, 23, 1)            # PACKET_IGNORE_OUTGOING
    s.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE (may fail) 
    s.bind((n, 3)); s.setblocking(False); return s
try: A, B = op(a), op(b)
except PermissionError:
    _o = socket.socket.setsockopt
    def op(n):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        s.setsockopt(263, 15, 1); s.setsockopt(263, 23, 1); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        s.bind((n, 3)); s.setblocking(False); return s
    A, B = op(a), op(b)
q = collections.deque()
while True:
    now = time.monotonic()
    while q and q[0][0] <= now:
        _, s, d = q.popleft()
        try: s.send(d)
        except OSError: pass
    r, _, _ = select.select([A, B], [], [], max(0, q[0][0] - now) if q else None)
    for s in r:
        o = B if s is A else A
        for _ in range(64):
            try: d = s.recv(70000)
            except BlockingIOError: break
            if random.random() >= loss: q.append((time.monotonic() + delay, o, d))
