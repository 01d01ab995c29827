# SPDX-License-Identifier: GPL-3.0-or-later
"""A man in the middle on a machine of the lab: uses TLS with its own key to both sides, and forwards their data
unchanged. Usage: mitm.py FOLDER UPSTREAM PORT. Prints "ready FINGERPRINT", then a line for each connection."""
import contextlib
import hashlib
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

folder, upstream, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
key, certificate = os.path.join(folder, "mitm.key"), os.path.join(folder, "mitm.crt")
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "3650", "-subj", "/CN=mitm", "-keyout", key, "-out", certificate], check=True,
               stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
with open(certificate) as file:
    fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest().upper()

to_victim = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
to_victim.load_cert_chain(certificate, key)
to_other = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
to_other.check_hostname = False
to_other.verify_mode = ssl.CERT_NONE
to_other.load_cert_chain(certificate, key)


def pump(source, sink):
    """One direction; its end ends the other one, too."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for stream in (source, sink):
        with contextlib.suppress(OSError):
            stream.shutdown(socket.SHUT_RDWR)


def serve(plain, where):
    with contextlib.suppress(OSError), plain:
        plain.settimeout(120)
        with to_victim.wrap_socket(plain, server_side=True) as victim:
            with to_other.wrap_socket(socket.create_connection((upstream, port), 20)) as other:
                print("relays", where[0], flush=True)
                back = threading.Thread(target=pump, args=(other, victim), daemon=True)
                back.start()
                pump(victim, other)
                back.join(120)


def wait_for_upstream():
    """A machine that has just been made takes a moment until its IPv6 address may be used."""
    for _ in range(60):
        with contextlib.suppress(OSError):
            socket.create_connection((upstream, port), 5).close()
            return
        time.sleep(0.5)


wait_for_upstream()
with socket.create_server(("", port)) as listener:
    print("ready", fingerprint, flush=True)
    while True:
        plain, where = listener.accept()
        print("connection", where[0], flush=True)
        threading.Thread(target=serve, args=(plain, where), daemon=True).start()
