# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that LocalSend and this program find each other on a network: the simulated LocalSend of the interop tests, and
the npm package."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import lab as netlab

HERE = os.path.dirname(os.path.abspath(__file__))
STAND_IN = os.path.join(HERE, "..", "interop", "namida_localsend.py")
PACKAGES = (os.environ.get("NAMIDA_NPM"), os.path.join(HERE, "..", "..", "build-npm"))


def case_linklocal(lab):
    """Found by its announcement and sent to where there is nothing but link-local addresses."""
    for node in (1, 2):
        lab.output(node, "ip", "-4", "addr", "flush", "dev", "eth0")
        lab.output(node, "ip", "-6", "addr", "flush", "dev", "eth0", "scope", "global")
    folder = pathlib.Path(lab.folder) / "onion"
    certificate = pathlib.Path(lab.folder) / "data1" / "identity" / "certificate.pem"
    onion = lab.helper(2, "-B", STAND_IN, "serve", str(folder), str(certificate), "eth0")
    try:
        info = json.loads(onion.stdout.readline())
        song = pathlib.Path(lab.folder) / "song.mp3"
        song.write_bytes(os.urandom(300_000))
        sender = lab.start(1, "send", "--to", info["alias"], str(song))
        assert sender.wait(120) == 0, (sender.events, sender.said())
        assert (folder / "received" / "song.mp3").read_bytes() == song.read_bytes()
        watch = lab.start(1, "devices", "--watch", finders="multicast")
        _, event = watch.wait_event("found", 60, alias=info["alias"])
        assert event["address"].startswith("fe80:") and event["speaks"] == ["localsend"] and event["encrypted"], event
    finally:
        onion.terminate()


def find_package():
    for folder in filter(None, PACKAGES):
        script = os.path.join(folder, "node_modules", "localsend", "dist", "cli.js")
        if os.path.isfile(script):
            return script
    return None


def package(lab, node, *words):
    return subprocess.Popen(["bash", netlab.NETLAB, "exec", str(node), "node", find_package(), *words],
                            env=dict(os.environ, NETLAB_DIR=lab.state, HOME=lab.folder, NO_COLOR="1"), cwd=lab.folder,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            start_new_session=True)


def case_npm(lab):
    """Another maker's LocalSend and this program see each other."""
    lab.start(1, "receive", "--accept", "all").wait_event("listening", 60)
    watch = lab.start(3, "devices", "--watch", finders="multicast")
    watch.wait_event("found", 60, alias="node1")
    os.mkdir(os.path.join(lab.folder, "saved"))
    there = package(lab, 2, "receive", "--alias", "Npm Nut", "--port", "53317", "--saveDir",
                    os.path.join(lab.folder, "saved"), "--autoAccept")
    try:
        _, event = watch.wait_event("found", 90, alias="Npm Nut")
        assert event["speaks"] == ["localsend"] and event["encrypted"] is False, event
    finally:
        os.killpg(there.pid, signal.SIGKILL)
        there.communicate(timeout=30)
    # It announces itself, and lists who registers with it or answers its search.
    for _ in range(5):
        said = package(lab, 2, "discover", "--timeout", "12", "--json").communicate(timeout=120)[0]
        if "node1" in said:
            break
    assert "node1" in said, said


def reason_to_skip():
    if sys.argv[2] != "npm":
        return None
    if not shutil.which("node") or find_package() is None:
        return "the npm package localsend is not installed: build-aux/setup test, with Node.js 20 and a network"
    return None


reason = reason_to_skip()
if reason:
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)
sys.exit(netlab.run_case(globals()))
