# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparisons of the benchmark that are not ordinary peers: the limits (TLS alone, SHA-256 alone, the engine
without its hash) and a LocalSend program by another author."""
import http.client
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import time

import measure
import peers

MIB = 1 << 20


class Tls(peers.Peer):
    """No files, no checksums: what TLS 1.3 alone can do between two processes here."""
    name = "GnuTLS alone, no files"
    moves_files = False
    program = None

    def start(self):
        self.port = peers.free_port()
        self.server = measure.spawn([self.program, "serve", self.port], **peers.QUIET)
        peers.wait_port(self.port, self.server)

    def clean(self):
        pass

    def send(self, paths):
        size = sum(file.stat().st_size for file in peers.files_in(paths))
        return [[self.program, "send", self.port, max(1, size // MIB)]]


class Hash(peers.Peer):
    """The other limit: every byte is hashed on both sides, one file by one core."""
    name = "gnutls_hash alone, one core"
    moves_files = False

    def clean(self):
        pass

    def send(self, paths):
        size = sum(file.stat().st_size for file in peers.files_in(paths))
        return [[Tls.program, "hash", max(1, size // MIB)]]


class NoHash(peers.Product):
    """The same program with SHA-256 replaced by next to nothing: no mode of the product, and nobody should use it."""
    name = "namida-sync, its hash replaced by nothing"
    second_run = False
    shim = None

    def environment(self):
        return dict(super().environment(), LD_PRELOAD=str(self.shim))

    def missing(self):
        return None if self.shim else "no shim was built"


# As a processor without AES and SHA instructions (Raspberry Pi 4, old laptops) would have them: GnuTLS, Nettle and OpenSSL each have a switch.
PLAIN = {"GNUTLS_CPUID_OVERRIDE": "0x1", "NETTLE_FAT_OVERRIDE": "vendor:other", "OPENSSL_ia32cap": "~0x200000200000000:~0x20000000"}


class Plain(peers.Product):
    name = "namida-sync"
    second_run = False

    def environment(self):
        return dict(super().environment(), **PLAIN)


class PlainAes(Plain):
    """With the ciphers in GnuTLS's own order, as any program without a choice of its own has them."""
    name = "namida-sync, AES-256-GCM first"

    def environment(self):
        return dict(super().environment(), G_TLS_GNUTLS_PRIORITY="NORMAL:%COMPAT")


class PlainNginx(peers.Nginx):
    def environment(self):
        return dict(os.environ, **PLAIN)


class Npm(peers.Peer):
    """The receiver of the npm package "localsend". It looks around in all networks it finds: it gets one of its own with nothing but loopback.

    curl sends to it: its own sender takes one file a command, and breaks off in files of more than 50 MiB (see NpmBoth)."""
    name = "curl → LocalSend (npm), plain HTTP"
    package = None
    limit = 120

    def missing(self):
        node = shutil.which("node")
        if node is None or self.package is None or not self.package.is_file():
            return "the npm package localsend is not installed (it needs Node.js 20 and npm)"
        tried = subprocess.run(["unshare", "-Urn", "ip", "link", "set", "lo", "up"], check=False, **peers.QUIET)
        return "it would look around in this computer's networks, and this user may not make one of its own" if tried.returncode else None

    def environment(self):
        return dict(os.environ, HOME=str(self.folder), NO_COLOR="1")

    def inside(self, *command):
        return ["nsenter", "-t", self.server.pid, "-U", "-n", "--preserve-credentials", *command]

    def start(self):
        self.clean()
        self.port = peers.free_port()
        self.server = measure.spawn(
            ["unshare", "-Urn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", "node", self.package, "receive", "--alias", "Bench",
             "--port", self.port, "--saveDir", self.target, "--autoAccept"], env=self.environment(), cwd=self.folder, **peers.QUIET)
        for _ in range(200):
            tried = subprocess.run([str(part) for part in self.inside("curl", "-s", f"http://127.0.0.1:{self.port}/api/localsend/v2/info")],
                                   check=False, **peers.QUIET)
            if tried.returncode == 0:
                return
            if self.server.poll() is not None:
                break
            time.sleep(0.05)
        raise measure.Failed("the server does not listen")

    def send(self, paths):
        return [self.inside(sys.executable, "-B", pathlib.Path(__file__).resolve(), self.port, self.folder, *peers.files_in(paths))]

    def settle(self, paths):
        """It answers before it has written all."""
        wanted, deadline = sum(file.stat().st_size for file in peers.files_in(paths)), time.monotonic() + 60
        while sum(file.stat().st_size for file in peers.files_in([self.target])) < wanted:
            if time.monotonic() > deadline:
                raise measure.Failed("not all of it was written")
            time.sleep(0.05)


class NpmBoth(Npm):
    """Both sides of the package."""
    name = "LocalSend (npm), plain HTTP"

    def send(self, paths):
        return [self.inside("node", self.package, "send", "127.0.0.1", file, "--port", self.port, "--protocol", "http", "--alias",
                            "Bench sender") for file in peers.files_in(paths)]


class AsLocalsend(peers.Product):
    """The program's receiver, and the same sender as to the npm package: LocalSend's protocol in plain HTTP, kept connections."""
    name = "curl → namida-sync as LocalSend, plain HTTP"
    second_run = False
    more = ("--unencrypted", "allow")

    def send(self, paths):
        return [[sys.executable, "-B", pathlib.Path(__file__).resolve(), self.port, self.folder, *peers.files_in(paths)]]


class AsLocalsendTls(AsLocalsend):
    """As LocalSend's own apps: over TLS."""
    name = "curl → namida-sync as LocalSend, TLS"

    def send(self, paths):
        return [[*command, "--tls"] for command in super().send(paths)]


def offer_and_send(port, folder, files, tls):
    """The offer by LocalSend's protocol, then curl, eight files at once, in this process's place."""
    info = {"alias": "curl", "version": "2.1", "deviceModel": "curl", "deviceType": "headless", "fingerprint": "bench", "port": 9,
            "protocol": "http", "download": False}
    offered = {str(i): {"id": str(i), "fileName": f"{i} {pathlib.Path(file).name}", "size": os.path.getsize(file), "fileType": "audio/mpeg"}
               for i, file in enumerate(files)}
    context = ssl._create_unverified_context()  # pylint: disable=protected-access
    connection = (http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context) if tls
                  else http.client.HTTPConnection("127.0.0.1", port, timeout=60))
    connection.request("POST", "/api/localsend/v2/prepare-upload", json.dumps({"info": info, "files": offered}),
                       {"Content-Type": "application/json"})
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200:
        sys.exit(f"the offer was answered by {answer.status}")
    session = json.loads(said)
    config = pathlib.Path(folder) / "curl.conf"
    base = f"http{'s' if tls else ''}://127.0.0.1:{port}/api/localsend/v2/upload?sessionId={session['sessionId']}"
    config.write_text('request = POST\nheader = "Expect:"\n' + "".join(
        f'upload-file = "{file}"\nurl = "{base}&fileId={i}&token={session["files"][str(i)]}"\n' for i, file in enumerate(files)))
    os.execvp("curl", ["curl", "-skf", "--parallel", "--parallel-max", "8", "-K", str(config)])


if __name__ == "__main__":
    offer_and_send(int(sys.argv[1]), sys.argv[2], [name for name in sys.argv[3:] if name != "--tls"], "--tls" in sys.argv)
