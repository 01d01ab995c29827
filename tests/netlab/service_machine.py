# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that boots its own systemd, the other end of its network cable, and commands that run on it."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

SERVICE = "namida-sync-receive"
LIMIT = 90  # seconds that no single step may need
NETWORK = """[Match]
Name=host0
[Network]
Address=10.88.0.1/24
Address=fd88::1/64
"""


def run(*words, check=True, timeout=LIMIT, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=timeout, errors="replace",
                          **{"stdin": subprocess.DEVNULL, **more})
    assert not check or done.returncode == 0, f"{words} ended with {done.returncode}: {done.stdout[-1500:]} {done.stderr[-1500:]}"
    return done


def until(what, probe, limit=LIMIT):
    """The first answer of PROBE that is something."""
    end = time.monotonic() + limit
    while True:
        with contextlib.suppress(AssertionError, subprocess.TimeoutExpired, OSError):
            answer = probe()
            if answer:
                return answer
        assert time.monotonic() < end, f"not within {limit} s: {what}"
        time.sleep(0.3)


class Machine:
    """A computer with a user, Ana, who may sudo."""

    def __init__(self, tree, installed, folder):
        self.folder = pathlib.Path(folder)
        self.log = open(self.folder / "console.log", "w+")
        self.root = self.folder / "root"
        for name in ("root", "upper", "work", "phone"):
            (self.folder / name).mkdir()
        run("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir={installed}:{tree},upperdir={self.folder}/upper,workdir={self.folder}/work", self.root)
        for name, text in {"etc/hostname": "nas\n", "etc/systemd/network/10-host0.network": NETWORK,
                           "etc/sudoers.d/ana": "ana ALL=(ALL) NOPASSWD: ALL\n", "etc/hosts": "127.0.0.1 localhost nas\n"}.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.root / "etc/sudoers.d/ana").chmod(0o440)
        run("chroot", self.root, "useradd", "--create-home", "--shell", "/bin/bash", "ana")
        run("chroot", self.root, "systemctl", "enable", "systemd-networkd")
        run("chroot", self.root, "systemctl", "disable", "firewalld", "ufw", "apt-daily.timer", "apt-daily-upgrade.timer")
        run("chroot", self.root, "glib-compile-schemas", "/usr/share/glib-2.0/schemas")
        self.home = self.root / "home/ana"
        self.nspawn = self.pid = None

    def switch_on(self):
        self.nspawn = subprocess.Popen(["systemd-nspawn", "--register=no", "--keep-unit", "--quiet", "--boot", "--directory", str(self.root), "--machine=nas",
                                        "--network-veth", "--private-users=identity", "--console=read-only"],
                                       stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        self.booted()

    def reboot(self):
        self.do("systemctl", "reboot")
        assert self.nspawn.wait(LIMIT) == 133, self.said()  # systemd-nspawn leaves it to who started it
        self.switch_on()

    def said(self):
        return (self.folder / "console.log").read_text(errors="replace")[-1500:]

    def first_process(self):
        """Of the machine, as seen from here; or True, when it has ended."""
        if self.nspawn.poll() is not None:
            return True
        for task in os.listdir(f"/proc/{self.nspawn.pid}/task"):
            for child in pathlib.Path(f"/proc/{self.nspawn.pid}/task/{task}/children").read_text().split():
                if pathlib.Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    return child
        return None

    def booted(self):
        self.pid = until("the machine boots", self.first_process)
        assert self.nspawn.poll() is None, "the machine has ended: " + self.said()
        until("the machine has booted", lambda: self.do("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"))
        failed = self.do("systemctl", "--failed", "--plain", "--no-legend").stdout
        assert not failed, f"it booted, but for: {failed}"

    def plug_in(self):
        run("ip", "link", "set", "ve-nas", "up")
        run("ip", "address", "replace", "10.88.0.2/24", "dev", "ve-nas")
        run("ip", "address", "replace", "fd88::2/64", "dev", "ve-nas", "nodad")
        run("ip", "route", "replace", "224.0.0.0/4", "dev", "ve-nas")
        until("the network is up", lambda: "10.88.0.1" in self.do("ip", "-br", "address", "show", "dev", "host0").stdout)

    def entering(self, *words):
        return ["nsenter", "--target", self.pid, "--all", "--", *map(str, words)]

    def do(self, *words, **more):
        """As root of the machine."""
        return run(*self.entering(*words), **more)

    def ana(self, line, **more):
        """In a login of Ana's, through PAM."""
        return self.do("su", "-l", "ana", "-c", line, **more)

    def systemctl(self, words, **more):
        return self.ana(f"systemctl --user {words} {SERVICE}", **more)

    def restart(self, check=True):
        """Oftener than a person would, so systemd is told not to count."""
        self.systemctl("reset-failed", check=False)
        return self.systemctl("restart", check=check)

    def main_pid(self):
        return self.systemctl("show --property MainPID --value").stdout.strip()

    def journal(self):
        return self.ana(f"journalctl --user --unit {SERVICE} --output cat --no-pager --quiet").stdout

    def drop_in(self, text):
        """As `systemctl --user edit` would write it; None: without it again."""
        folder = f".config/systemd/user/{SERVICE}.service.d"
        if text is None:
            self.ana(f"rm -rf {folder} && systemctl --user daemon-reload")
        else:
            self.ana(f"mkdir -p {folder} && cat >{folder}/override.conf && systemctl --user daemon-reload", input=text, stdin=None)

    def switch_off(self):
        if self.nspawn is None or self.nspawn.poll() is not None:
            return
        self.nspawn.send_signal(signal.SIGTERM)  # its first process is asked to end
        try:
            self.nspawn.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()
            raise AssertionError("the machine does not switch off: " + self.said()) from None


class Phone:
    """The device at the other end of the cable: the same program, without a systemd."""

    def __init__(self, machine, name):
        self.machine, self.name = machine, name
        self.home = machine.folder / "phone" / name
        self.home.mkdir()

    def command(self, *words):
        return ["bwrap", "--ro-bind", str(self.machine.root), "/", "--dev", "/dev", "--unshare-pid", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/run",
                "--bind", str(self.home), "/mnt", "--die-with-parent", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", "/mnt",
                "--setenv", "LANG", "C.UTF-8", "--setenv", "GIO_USE_PROXY_RESOLVER", "dummy",
                "namida-sync-cli", "--alias", self.name, *map(str, words)]

    def run(self, *words, **more):
        return run(*self.command(*words), check=False, **more)

    def sees_it(self):
        return "NAS" in self.run("devices").stdout

    def send(self, number, to="NAS"):
        """Music that is another one each time. Returns: what came of it, and what to find there."""
        folder = self.home / f"Music {number}"
        folder.mkdir()
        content = os.urandom(400_000)
        (folder / "01 Jóga.flac").write_bytes(content)
        return self.run("send", "--to", to, f"/mnt/{folder.name}"), content


class Talk:
    """A command that is answered while it runs."""

    def __init__(self, words):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = []
        for stream in (self.process.stdout, self.process.stderr):
            threading.Thread(target=lambda stream=stream: self.lines.extend(stream), daemon=True).start()

    def event(self, name):
        def probe():
            for line in self.lines:
                if line.startswith("{") and json.loads(line).get("event") == name:
                    return json.loads(line)
            return None
        try:
            return until(name, probe)
        except AssertionError as error:
            raise AssertionError(f"{error}; it said: {self.lines}") from None

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self):
        self.process.terminate()
        self.process.wait(LIMIT)
