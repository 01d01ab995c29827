#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the installed Flatpaks in their sandboxes, on two machines of a lab with their own display. Usage:
flatpak_sandbox.py APP-ID…

Called by build-aux/check-flatpak, with its own session bus and as an ordinary user."""
import contextlib
import filecmp
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from lab import HERE, NETLAB, Skip, check_machine

LIMIT = 60  # seconds that no single step may need
APPS = sys.argv[1:]


class Machines:
    """Two machines, each with its Avahi."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="namida-flatpak-")
        # A session bus for what runs there has to be of there: flatpak asks it where the program's own names go.
        self.env = dict(os.environ, NETLAB_DIR=self.folder + "/lab", GIO_USE_PROXY_RESOLVER="dummy")
        subprocess.run(["bash", NETLAB, "up", "2"], env=self.env, check=True, timeout=LIMIT)
        return self

    def start(self, app, node, *command, env=(), **more):
        options = [f"--env={entry}" for entry in env]
        return subprocess.Popen(["bash", NETLAB, "exec", str(node), "flatpak", "run", *options, "--command=namida-sync-cli", app, "--data-dir",
                                 f"{os.environ['HOME']}/.var/app/{app}/data/node{node}", "--alias", f"node{node}", "--json", *command],
                                env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **more)

    def __exit__(self, *what):
        subprocess.run(["bash", NETLAB, "down"], env=self.env, timeout=LIMIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def finish(process):
    try:
        out, errors = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        out, errors = stop(process)
    return process.returncode, out, errors


def stop(process):
    """The whole of it: a sandbox outlives who started it, and holds the pipes."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal_number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=15)
    return "", "it does not end"


def found(machines, app, finder):
    """node1 receives; node2 sees it by FINDER alone."""
    receiver = machines.start(app, 1, "receive", "--accept", "all", "--as", "backup", env=[f"NAMIDA_FINDERS={finder}"])
    try:
        for _ in range(10):
            code, out, errors = finish(machines.start(app, 2, "devices", "--timeout", "4", env=[f"NAMIDA_FINDERS={finder}"]))
            if any(json.loads(line).get("alias") == "node1" for line in out.splitlines()):
                return
        raise AssertionError(f"node1 was not seen by {finder}: {out} {errors}; it said: {stop(receiver)}")
    finally:
        stop(receiver)


def sent(machines, sender, receiver):
    """A file and a folder go from one sandbox to the other, and land in ~/Namida, which the manifest grants."""
    home = pathlib.Path(os.environ["HOME"])
    music = home / "Music" / "Sandbox"
    # What a desktop writes at the first login, and the manifest's "xdg-music" means.
    (home / ".config").mkdir(exist_ok=True)
    (home / ".config" / "user-dirs.dirs").write_text('XDG_MUSIC_DIR="$HOME/Music"\nXDG_DOWNLOAD_DIR="$HOME/Downloads"\n')
    (home / "Downloads").mkdir(exist_ok=True)
    shutil.rmtree(home / "Namida", ignore_errors=True)
    (music / "Björk").mkdir(parents=True, exist_ok=True)
    (music / "Björk" / "01 Jóga.flac").write_bytes(os.urandom(3_000_000))
    receiver = machines.start(receiver, 1, "receive", "--accept", "all", "--as", "backup")
    try:
        code, out, errors = finish(machines.start(sender, 2, "send", "--to", "node1", str(music)))
        assert code == 0, (code, out, errors, stop(receiver))
        landed = list((home / "Namida").rglob("01 Jóga.flac"))
        assert landed and filecmp.cmp(landed[0], music / "Björk" / "01 Jóga.flac", shallow=False), landed
    finally:
        stop(receiver)


@contextlib.contextmanager
def display(machines):
    """A display of its own. Yields the environment of what shall appear on it."""
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        raise Skip("Xvfb and xdotool are not installed")
    read, write = os.pipe()
    # A number far from those that are given out in turn: servers in networks of their own take the same ones, and whoever ends first takes
    # the socket of the other away.
    number = random.randrange(1000, 50000)
    server = subprocess.Popen(["Xvfb", f":{number}", "-displayfd", str(write), "-screen", "0", "1280x1024x24"], pass_fds=[write], stderr=subprocess.DEVNULL)
    try:
        yield dict(machines.env, DISPLAY=":" + os.read(read, 20).decode().strip())
    finally:
        server.terminate()
        server.wait(20)


@contextlib.contextmanager
def opened(app, node, env):
    """The program with its window on the display, until the end of the block."""
    title = "^Namida Sync \\(Development\\)$" if app.endswith(".Devel") else "^Namida Sync$"
    log = tempfile.TemporaryFile("w+")
    program = subprocess.Popen(["bash", NETLAB, "exec", str(node), "flatpak", "run", "--env=GSK_RENDERER=cairo", "--env=GDK_BACKEND=x11", app],
                               env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + LIMIT
        while subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], env=env, capture_output=True).returncode != 0:
            log.seek(0)
            assert program.poll() is None, "the program ended: " + log.read()[-2000:]
            assert time.monotonic() < end, "no window: " + log.read()[-2000:]
            time.sleep(0.2)
        yield program
    finally:
        program.terminate()
        program.wait(20)
        subprocess.run(["flatpak", "kill", app], capture_output=True)


def window(machines, app):
    """The window opens on a display of its own, in a machine of the lab."""
    with display(machines) as env, opened(app, 2, env):
        if os.environ.get("NAMIDA_SCREENSHOTS"):
            time.sleep(3)
            subprocess.run(["import", "-window", "root", f"{os.environ['NAMIDA_SCREENSHOTS']}/{app}.png"], env=env)


def side_by_side(machines, one, other):
    """Both variants run at once, on one machine and one session bus, and each has data of its own."""
    with display(machines) as env, opened(one, 2, env) as first, opened(other, 2, env) as second:
        assert first.poll() is None and second.poll() is None, "one took the place of the other"
    keys = [list(pathlib.Path(os.environ["HOME"], ".var/app", app, "data").glob("namida-sync*/identity/*")) for app in (one, other)]
    assert all(keys), keys


def folder(machines, app):
    """A folder by the real portals, on a session bus of its own, where FUSE is: flatpak_folder.py."""
    if not os.path.exists("/usr/libexec/xdg-document-portal") or not os.path.exists("/usr/libexec/xdg-desktop-portal"):
        raise Skip("xdg-desktop-portal is not installed: build-aux/setup trees installs it")
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR))
    except OSError as error:
        raise Skip(f"there is no FUSE here for the document portal ({error})")
    with display(machines) as env:
        env["XDG_RUNTIME_DIR"] = "/run/user/0"  # where the sandbox takes it to be, and whom it takes for its user
        inside = subprocess.Popen(["bash", NETLAB, "exec", "1", "sh", "-c", "mkdir -p -m 700 $XDG_RUNTIME_DIR && exec \"$@\"", "sh",
                                   "dbus-run-session", "--", sys.executable, "-B", f"{HERE}/flatpak_folder.py", app],
                                  env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        try:
            out, errors = inside.communicate(timeout=10 * LIMIT)
        except subprocess.TimeoutExpired:
            out, errors = stop(inside)
    if out.startswith("1..0 # SKIP "):
        raise Skip(out.strip().removeprefix("1..0 # SKIP "))
    assert inside.returncode == 0, f"{out}\n{errors[-3000:]}"


def tests_of(app):
    yield f"{app}: found by Avahi alone", lambda machines: found(machines, app, "avahi")
    yield f"{app}: found by multicast alone", lambda machines: found(machines, app, "multicast")
    yield f"{app}: sends and receives", lambda machines: sent(machines, app, app)
    yield f"{app}: the window opens", lambda machines: window(machines, app)


def main():
    try:
        check_machine()
    except Skip as reason:
        print(reason)
        return 77
    failed = 0
    tests = [test for app in APPS for test in tests_of(app)]
    if len(APPS) == 2:
        tests += [("one variant sends to the other", lambda machines: sent(machines, *APPS)),
                  ("both windows side by side", lambda machines: side_by_side(machines, *APPS))]
    tests.append((f"{APPS[0]}: a folder of the portal is used, lost and chosen again", lambda machines: folder(machines, APPS[0])))
    with Machines() as machines:
        for name, test in tests:
            try:
                test(machines)
                print(f"ok: {name}", flush=True)
            except Skip as reason:
                print(f"skipped: {name}: {reason}", flush=True)
            except Exception as error:
                failed = 1
                print(f"FAILED: {name}: {error}", flush=True)
    return failed


sys.exit(main())
