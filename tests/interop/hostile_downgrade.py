# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests an attacker who delays encrypted connections and answers plain ones: after a handshake that timed out, the
program does not use a dialect without encryption. Prints TAP."""
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

CLI = os.path.abspath(sys.argv[1])
ANSWER = json.dumps({"alias": "Phone", "uuid": "1", "version": "2.1", "port": 1, "protocol": "http", "deviceType": "mobile"}).encode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Holder:
    """Plain requests are answered as a phone would; TLS is let wait, or refused."""

    def __init__(self, silent):
        self.silent, self.plain, self.held = silent, [], []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                stream, _ = self.listening.accept()
                threading.Thread(target=self.serve, args=(stream,), daemon=True).start()

    def serve(self, stream):
        with contextlib.suppress(OSError):
            first = stream.recv(65536)
            if first[:1] == b"\x16":
                self.held.append(stream)
                if not self.silent:
                    stream.close()
                return
            self.plain.append(first)
            stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                           % len(ANSWER) + ANSWER)
            stream.close()


def send_to(holder, folder):
    song = folder / "song.mp3"
    song.write_bytes(b"music")
    env = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8", "GSETTINGS_BACKEND": "memory", "GIO_USE_PROXY_RESOLVER": "dummy"}
    process = subprocess.Popen([CLI, "send", "--json", "--interface", "lo", "--port", str(free_port()), "--data-dir", folder / "data", "--to",
                                f"127.0.0.1:{holder.port}", song], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=env)
    try:
        process.communicate(timeout=25)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode


def silent_handshake():
    """Nothing is asked in plain HTTP after a handshake that got no answer."""
    with tempfile.TemporaryDirectory() as folder:
        holder = Holder(True)
        code = send_to(holder, pathlib.Path(folder))
        assert code != 0 and holder.held, (code, holder.held)
        assert not holder.plain, holder.plain


def refused_handshake():
    """A phone, which closes at once, is still asked so: the test above shows something."""
    with tempfile.TemporaryDirectory() as folder:
        holder = Holder(False)
        send_to(holder, pathlib.Path(folder))
        assert holder.plain, "no plain request came"


tests = [silent_handshake, refused_handshake]
print(f"1..{len(tests)}", flush=True)
failed = 0
for number, test in enumerate(tests, 1):
    try:
        test()
        print(f"ok {number} {test.__name__}", flush=True)
    except AssertionError as error:
        failed = 1
        print(f"not ok {number} {test.__name__}\n# {error}", flush=True)
sys.exit(failed)
