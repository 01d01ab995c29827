# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that the benchmark compares: each is a server on loopback and a command that sends. Everything lives in one temporary folder."""
import getpass
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_port(port, process):
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} does not listen")


class Peer:
    """One way to move files. `send` returns the commands to run one after the other; what came is below `target`."""
    name = ""
    second_run = False

    def __init__(self, folder):
        self.folder = folder / type(self).__name__.lower()
        self.folder.mkdir()
        self.target = self.folder / "target"
        self.server = None

    def clean(self):
        shutil.rmtree(self.target, ignore_errors=True)
        self.target.mkdir()

    def start(self):
        self.clean()

    def stop(self):
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        self.server = None

    def environment(self):
        return None


class Product(Peer):
    name = "namida-sync"
    second_run = True
    cli = None

    def environment(self):
        return dict(os.environ, HOME=str(self.folder), LC_ALL="C.UTF-8", GIO_USE_PROXY_RESOLVER="dummy")

    def clean(self):
        super().clean()
        for name in ("receiver", "sender"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def start(self):
        self.clean()
        self.port = free_port()
        self.server = subprocess.Popen(
            [self.cli, "--interface", "lo", "--data-dir", self.folder / "receiver", "--port", str(self.port), "--alias",
             "Bench receiver", "--json", "receive", "--accept", "all", "--as", "library", "--music", self.target / "music",
             "--backups", self.target / "backups"], env=self.environment(), stdout=subprocess.PIPE, text=True)
        if json.loads(self.server.stdout.readline())["event"] != "listening":
            raise RuntimeError("the receiver does not listen")
        # What it says later is not read; the pipe holds it: a few lines a transfer.

    def send(self, paths):
        what = []
        for path in paths:
            what += ["--music", path] if path.is_dir() else [path]
        return [[self.cli, "--interface", "lo", "--data-dir", self.folder / "sender", "--port", str(free_port()),
                 "--alias", "Bench sender", "-q", "send", "--to", f"127.0.0.1:{self.port}", *what]]


class Nginx(Peer):
    name = "curl → nginx"

    def start(self):
        self.clean()
        key = self.folder / "key.pem"
        self.port = free_port()
        if not key.exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-subj", "/CN=bench", "-keyout", key, "-out", self.folder / "cert.pem"], check=True, **QUIET)
        config = self.folder / "nginx.conf"
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        temp = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
        config.write_text(f"""{user} worker_processes auto; pid {self.folder}/pid; error_log {self.folder}/error.log;
            daemon off; events {{ worker_connections 256; }}
            http {{ access_log off; {temp} client_body_temp_path {self.target}/.body; client_max_body_size 0;
            keepalive_requests 100000;
            server {{ listen 127.0.0.1:{self.port} ssl; ssl_protocols TLSv1.3; ssl_certificate {self.folder}/cert.pem;
            ssl_certificate_key {key}; root {self.target}; dav_methods PUT; create_full_put_path on; }} }}""")
        self.server = subprocess.Popen(["nginx", "-c", config, "-p", self.folder], **QUIET)
        wait_port(self.port, self.server)

    def send(self, paths):
        files = []
        for path in paths:
            files += sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        base = f"https://127.0.0.1:{self.port}/"
        if len(files) == 1:
            return [["curl", "-ksf", "-T", files[0], base + files[0].name]]
        config = self.folder / "curl.conf"
        root = paths[0].parent
        config.write_text("".join(f'upload-file = "{file}"\nurl = "{base}{file.relative_to(root)}"\n' for file in files))
        return [["curl", "-ksf", "--parallel", "--parallel-max", "8", "-K", config]]


class Ssh(Peer):
    """sshd as the current user on a port of its own, with keys of its own; both programs use it."""

    def start(self):
        self.clean()
        self.port = free_port()
        for name in ("host", "user"):
            if not (self.folder / name).exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        shutil.copy(self.folder / "user.pub", self.folder / "authorized")
        config = self.folder / "sshd_config"
        sftp = "Subsystem sftp internal-sftp"
        config.write_text(f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host\nStrictModes no\n"
                          f"AuthorizedKeysFile {self.folder}/authorized\nPidFile none\nUsePAM no\nPermitRootLogin yes\n"
                          f"PasswordAuthentication no\nCiphers aes128-gcm@openssh.com\n{sftp}\n")
        self.made = None
        if os.geteuid() == 0 and not os.path.isdir("/run/sshd"):
            os.mkdir("/run/sshd", 0o755)  # sshd wants it for its separation of privileges
            self.made = "/run/sshd"
        self.server = subprocess.Popen([shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-e", "-f", config], **QUIET)
        wait_port(self.port, self.server)

    def stop(self):
        super().stop()
        if getattr(self, "made", None):
            os.rmdir(self.made)
            self.made = None

    def options(self):
        return ["-q", "-F", "none", "-i", str(self.folder / "user"), "-c", "aes128-gcm@openssh.com", "-o",
                "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes"]


class Rsync(Ssh):
    name = "rsync over ssh"
    second_run = True

    def send(self, paths):
        shell = " ".join(["ssh", *self.options(), "-p", str(self.port)])
        return [["rsync", "-a", "--whole-file", "-e", shell, *paths, f"{getpass.getuser()}@127.0.0.1:{self.target}/"]]


class Scp(Ssh):
    name = "scp"

    def send(self, paths):
        return [["scp", "-r", *self.options(), "-P", str(self.port), *paths,
                 f"{getpass.getuser()}@127.0.0.1:{self.target}/"]]


RAW = """
import socket, ssl, sys
port, size, folder = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
if sys.argv[1] == "serve":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            plain, _ = server.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as tls:
                    buffer = bytearray(1 << 20)
                    while tls.recv_into(buffer):
                        pass
            except OSError:
                pass
else:
    context = ssl._create_unverified_context()
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port))) as tls:
        block = bytes(1 << 20)
        for _ in range(size >> 20):
            tls.sendall(block)
        try:
            tls.unwrap()  # waits until all of it was read there
        except OSError:
            pass
"""


class Raw(Peer):
    """No files, no checksums: what TLS 1.3 alone can do between two processes here."""
    name = "TLS alone, no files"

    def start(self):
        self.clean()
        self.port = free_port()
        if not (self.folder / "key.pem").exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-subj", "/CN=bench", "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"],
                           check=True, **QUIET)
        self.server = subprocess.Popen([sys.executable, "-c", RAW, "serve", str(self.port), "0", self.folder], **QUIET)
        wait_port(self.port, self.server)

    def send(self, paths):
        size = sum(path.stat().st_size for path in paths)
        return [[sys.executable, "-c", RAW, "send", str(self.port), str(size), self.folder]]


class Hash(Peer):
    """The other limit: every byte is hashed on both sides, one file by one core."""
    name = "sha256sum alone"

    def send(self, paths):
        return [["sha256sum", *paths]]


def count_files(folder):
    return sum(len(names) for _, _, names in os.walk(pathlib.Path(folder)))
