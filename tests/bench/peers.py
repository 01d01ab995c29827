# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that the benchmark compares: each has a server on loopback and a command that sends. All of their files
are in one temporary folder."""
import getpass
import os
import pathlib
import shutil
import socket
import subprocess
import time

import measure

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_port(port, process):
    for _ in range(400):
        if process.poll() is not None:
            raise measure.Failed(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise measure.Failed("the server does not listen")


def files_in(paths):
    files = []
    for path in paths:
        files += sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return files


def count_files(folder):
    return sum(len(names) for _, _, names in os.walk(pathlib.Path(folder)))


class Peer:
    """One way to move files. `send` returns the commands to run one after the other; what came is below `target`."""
    name = ""
    second_run = False
    moves_files = True
    limit = 600  # seconds for one command

    def __init__(self, folder):
        self.folder = folder / type(self).__name__.lower()
        self.folder.mkdir()
        self.target = self.folder / "target"
        self.server = None

    def missing(self):
        """(nullable) why it cannot be measured here, for the table."""
        return None

    def clean(self):
        measure.remove(self.target)
        self.target.mkdir()

    def start(self):
        self.clean()

    def stop(self):
        measure.end(self.server)
        self.server = None

    def settle(self, paths):
        """For a receiver that answers before it has written all."""

    def environment(self):
        return None


class Product(Peer):
    name = "namida-sync"
    second_run = True
    cli = None
    more = ()

    def environment(self):
        return dict(os.environ, HOME=str(self.folder), LC_ALL="C.UTF-8", GIO_USE_PROXY_RESOLVER="dummy")

    def clean(self):
        super().clean()
        for name in ("receiver", "sender"):
            measure.remove(self.folder / name)

    def start(self):
        self.clean()
        self.port = free_port()
        self.server = measure.spawn(
            [self.cli, "--interface", "lo", "--data-dir", self.folder / "receiver", "--port", self.port, "--alias",
             "Bench receiver", "-q", "receive", "--accept", "all", "--as", "library", "--music", self.target / "music",
             "--backups", self.target / "backups", *self.more], env=self.environment(), **QUIET)
        wait_port(self.port, self.server)

    def command(self, paths, how, data="sender"):
        what = []
        for path in paths:
            what += ["--music", path] if path.is_dir() else [path]
        return [self.cli, "--interface", "lo", "--data-dir", self.folder / data, "--port", free_port(),
                "--alias", "Bench sender", how, "send", "--to", f"127.0.0.1:{self.port}", *what]

    def send(self, paths):
        return [self.command(paths, "-q")]


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
        self.server = measure.spawn(["nginx", "-c", config, "-p", self.folder], env=self.environment(), **QUIET)
        wait_port(self.port, self.server)

    def send(self, paths):
        files = files_in(paths)
        base = f"https://127.0.0.1:{self.port}/"
        if len(files) == 1:
            return [["curl", "-ksf", "-T", files[0], base + files[0].name]]
        config = self.folder / "curl.conf"
        root = paths[0].parent
        config.write_text("".join(f'upload-file = "{file}"\nurl = "{base}{file.relative_to(root)}"\n' for file in files))
        return [["curl", "-ksf", "--parallel", "--parallel-max", "8", "-K", config]]


class Ssh(Peer):
    """sshd as the current user on a port of its own, with keys of its own; both programs use it."""
    made = None

    def start(self):
        self.clean()
        self.port = free_port()
        for name in ("host", "user"):
            if not (self.folder / name).exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        shutil.copy(self.folder / "user.pub", self.folder / "authorized")
        config = self.folder / "sshd_config"
        config.write_text(f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host\nStrictModes no\n"
                          f"AuthorizedKeysFile {self.folder}/authorized\nPidFile none\nUsePAM no\nPermitRootLogin yes\n"
                          "PasswordAuthentication no\nCiphers aes128-gcm@openssh.com\nSubsystem sftp internal-sftp\n")
        if os.geteuid() == 0 and not os.path.isdir("/run/sshd"):
            os.mkdir("/run/sshd", 0o755)  # sshd wants it for its separation of privileges
            self.made = "/run/sshd"
        self.server = measure.spawn([shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-e", "-f", config], **QUIET)
        wait_port(self.port, self.server)

    def stop(self):
        super().stop()
        if self.made:
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
