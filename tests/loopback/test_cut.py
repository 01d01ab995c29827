# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests connections that are repeatedly cut in the middle of a TLS record: the transfer continues, and all files arrive
complete."""
import os
import socket
import subprocess
import threading

from namida_loopback import equal, expect, free_port, main

SIZE = (24 << 20) + 11
# The first ones bring a share and end within a record; the one after them lasts.
CUTS = [3 << 20, 1, 5, (5 << 20) + 3, 2 << 20]


class Cutter:
    """Passes connections on to a port. Each that brings more than a few KiB is cut after the next share of CUTS."""

    def __init__(self, port):
        self.port = port
        self.lock, self.cuts, self.done = threading.Lock(), list(CUTS), 0
        self.listener = socket.create_server(("127.0.0.1", free_port()))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                here = self.listener.accept()[0]
                there = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                return
            for source, sink, counted in ((here, there, True), (there, here, False)):
                threading.Thread(target=self.pass_on, args=(source, sink, counted), daemon=True).start()

    def take_share(self):
        with self.lock:
            return self.cuts.pop(0) if self.cuts else None

    def pass_on(self, source, sink, counted):
        passed, limit, large = 0, None, False
        try:
            while data := source.recv(65536):
                # Handshakes and questions are small, and pass.
                if counted and not large and passed + len(data) > 256 << 10:
                    large, limit = True, self.take_share()
                    limit = passed + limit if limit is not None else None
                if limit is not None and passed + len(data) >= limit:
                    sink.sendall(data[:limit - passed])
                    with self.lock:
                        self.done += 1
                    break
                sink.sendall(data)
                passed += len(data)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


def test_send_cut(lab):
    """a sending whose connections are cut five times goes on, and arrives whole"""
    # Who hears of the receiver would reach it past the cutter.
    os.environ["NAMIDA_FINDERS"] = ""
    big = lab.folder("source") / "Music" / "big.flac"
    big.parent.mkdir()
    big.write_bytes(os.urandom(SIZE))
    receiver = lab.receiver("--accept", "all", "--as", "library")
    cutter = Cutter(receiver.listening["port"])
    done = expect(0, lab.device("Sender").run("--json", "send", "--to", cutter.address, big.parent, seconds=300))
    equal(done.end()["stored"], 1)
    equal(cutter.done, len(CUTS), "cut that often")
    equal(subprocess.run(["cmp", str(big), str(receiver.music / "Music" / "big.flac")]).returncode, 0)
    cutter.close()


main(test_send_cut)
