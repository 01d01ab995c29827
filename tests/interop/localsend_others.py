# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests LocalSend programs of other authors, each with the same cases, with this program. To be run by hand, as root:

    unshare -n python3 localsend_others.py CLI [--only NAME]… [--case CASE]… NAME=PATH…

NAME is go-cli (0w0mewo/localsend-cli), moyoez (MoYoez/localsend-go), localsendd and pip-cli (PyPI localsendd,
localsend-cli) or npm (dist/cli.js of npm's localsend); curl, node and requests need no PATH and only send. Most of them
always use port 53317, so each side has its own network, connected by a cable. Prints one line for each peer, direction
and case; limitations of a peer belong in docs/peers.md. It is not in the test suites, which install only the npm
package; localsend_npm.py and localsend_clients.py are. The peers and their commands are in namida_peers.py."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import namida_clients as clients
import namida_peers as peers

PORT = 53317
LIMIT = 150
HERE, THERE = ("10.77.0.1", "fd77::1"), ("10.77.0.2", "fd77::2")


def make_cable():
    """Another network beside this one, joined by eth0; returns the process that keeps it."""
    keeper = subprocess.Popen(["unshare", "-n", "sleep", "infinity"])
    time.sleep(0.3)
    ip = lambda *words, **more: subprocess.run(["ip", *words], check=True, **more)  # noqa: E731
    ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", str(keeper.pid))
    for prefix, (four, six) in (([], HERE), (["nsenter", "-t", str(keeper.pid), "-n"], THERE)):
        for words in (["link", "set", "lo", "up"], ["link", "set", "eth0", "up"], ["addr", "add", four + "/24", "dev", "eth0"],
                      ["-6", "addr", "add", six + "/64", "dev", "eth0", "nodad"], ["route", "add", "224.0.0.0/4", "dev", "eth0"]):
            subprocess.run([*prefix, "ip", *words], check=True)
    return keeper


class Bench:
    def __init__(self, cli, keeper, cases):
        self.cli, self.cases = cli, cases
        self.there = ["nsenter", "-t", str(keeper.pid), "-n", "--"]
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="namida-others-"))
        self.material = peers.make_material(self.root / "material")
        self.count = 0

    def fresh(self):
        self.count += 1
        folder = self.root / str(self.count)
        for name in ("ours", "theirs", "home"):
            (folder / name).mkdir(parents=True)
        return folder

    def environment(self, home):
        return {**{key: value for key, value in os.environ.items() if key not in clients.AUTHORITIES}, "HOME": str(home)}

    def spawn(self, *command, home, log):
        return subprocess.Popen([str(part) for part in command], env=self.environment(home), cwd=home, stdin=subprocess.PIPE,
                                stdout=open(log, "ab"), stderr=subprocess.STDOUT,
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # a shell in the background ignores it

    def wait_for_port(self, host, port):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex((host, port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"nobody listens at {host}:{port}")

    def say(self, peer, verb, case, word, took=None, more=""):
        print(f"{peer.name} {verb} {case}: {word}" + (f" ({took:.1f} s)" if took else "")
              + ("\n    " + more.strip()[-400:].replace("\n", "\n    ") if more.strip() else ""), flush=True)

    def files_of(self, case):
        folder = self.material / (case if (self.material / case).is_dir() else "small" if case in peers.LONG else "one")
        return folder, sorted(folder.iterdir())

    def check(self, folder, sent):
        wanted, got = peers.digests(sent), {}
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            got = peers.digests(folder)
            if all(len(got.get(key, [])) >= len(names) for key, names in wanted.items()):
                break
            time.sleep(0.3)
        missing = sum(max(0, len(names) - len(got.get(key, []))) for key, names in wanted.items())
        more = sum(map(len, got.values())) - sum(map(len, wanted.values()))
        return (f"{missing} of {sum(map(len, wanted.values()))} missing" if missing else "ok") + (f", {more} twice" if more > 0 and not missing else "")

    # ---- they send ----

    def ours(self, folder, *options):
        process = subprocess.Popen([self.cli, "--interface", "eth0", "--port", str(PORT), "--data-dir", folder / "data", "--json", "receive",
                                    "--as", "library", "--music", folder / "ours" / "m", "--backups", folder / "ours" / "b", *options],
                                   env=self.environment(folder / "home"), stdin=subprocess.PIPE, stdout=open(folder / "events", "wb"),
                                   stderr=subprocess.DEVNULL)
        self.wait_for_port(HERE[0], PORT)
        return process

    def wait_event(self, folder, name, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in (folder / "events").read_text().splitlines():
                event = json.loads(line)
                if event["event"] == name:
                    return event
            time.sleep(0.05)
        return None

    def they_send(self, peer):
        for case in [case for case in peers.SENDS if not self.cases or case in self.cases]:
            folder = self.fresh()
            sent, files = self.files_of(case)
            job = peers.Job(self, folder, files, host=HERE[case == "ipv6"], plain=case == "plain", pin={"pin": "4242", "wrong pin": "1111"}.get(case))
            command = peer.send(job)
            if command is None:
                self.say(peer, "sends", case, "cannot")
                shutil.rmtree(folder)
                continue
            ours = self.ours(folder, "--accept", "ask" if case in ("declined", "part") else "all",
                             *(["--pin", "4242"] if case in ("pin", "no pin", "wrong pin") else []), *(["--unencrypted", "allow"] if case == "plain" else []))
            with peer.background(job):
                self.one_sending(peer, case, folder, sent, job, ours, command)
            ours.send_signal(signal.SIGINT)
            ours.wait(30)
            shutil.rmtree(folder)

    def one_sending(self, peer, case, folder, sent, job, ours, command):
        began = time.monotonic()
        process = self.spawn(*command, home=folder / "home", log=folder / "said")
        word = None
        if case in ("declined", "part"):
            offer = self.wait_event(folder, "offer")
            answer = {"decline": offer["id"]} if case == "declined" else {"accept": offer["id"], "except": [offer["contents"][0]["label"] + "/1.mp3"]}
            ours.stdin.write(json.dumps(answer).encode() + b"\n")
            ours.stdin.flush()
        elif case in peers.LONG:
            self.wait_event(folder, "start")
            time.sleep(0.4)
            if case == "again":
                process.kill()
                process.wait()
                peer.end_background(job)
                time.sleep(1)
                peer.begin_background(job)
                process = self.spawn(*command, home=folder / "home", log=folder / "said")
            elif case == "canceled there":
                peer.cancel(job, process)
            elif case == "canceled here":
                ours.send_signal(signal.SIGINT)
            elif case == "two at once":
                other = clients.make_command("curl", folder, f"https://{HERE[0]}:{PORT}/api/localsend/v2/", [(self.material / "one" / "one.mp3", "one.mp3")])
                second = subprocess.run([*self.there, *map(str, other)], env=self.environment(folder / "home"), capture_output=True, text=True)
                word = "and the other is told that we are busy" if "409" in second.stderr else f"and the other: {second.returncode} {second.stderr}"
        try:
            code = process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            code = "hangs"
        took = time.monotonic() - began
        noticed = "" if code else ", which its exit code does not tell"
        if case in ("no pin", "wrong pin", "declined"):
            word = "refused" + noticed if not peers.digests(folder / "ours") else "STORED"
        elif case == "canceled there":
            end = self.wait_event(folder, "end", 10)
            word = f"our end: {end and end['result']}"
        elif case == "canceled here":
            word = ("ends" if code != "hangs" else "hangs") + noticed
        elif case == "part":
            names = sum(map(len, peers.digests(folder / "ours").values()))
            word = f"{names} of {len(job.files)} arrived" + (f", exit code {code}" if code else "")
        else:
            word = self.check(folder / "ours", sent) + (f", exit code {code}" if code else "") + (f"; {word}" if word else "")
        good = word.split(",")[0] in ("ok", "refused", "ends") or "cancelled" in word
        self.say(peer, "sends", case, word, took, "" if good else (folder / "said").read_text(errors="replace"))

    # ---- they receive ----

    def they_receive(self, peer):
        for case in [case for case in peers.RECEIVES if not self.cases or case in self.cases]:
            folder = self.fresh()
            sent, files = self.files_of(case)
            plain = case == "plain" or peer.plain_only
            job = peers.Job(self, folder, files, plain=plain, pin="4242" if case.endswith("pin") else None, ask=case == "declined")
            command = peer.receive(job)
            if command is None:
                self.say(peer, "receives", case, "cannot")
                shutil.rmtree(folder)
                continue
            theirs = self.spawn(*command, home=folder / "home", log=folder / "said")
            host = THERE[case == "ipv6"]
            try:
                self.wait_for_port(THERE[0], PORT)
                to = f"[{host}]:{PORT}" if ":" in host else f"{host}:{PORT}"
                self.one_receiving(peer, case, folder, sent, job, theirs, [
                    self.cli, "--interface", "eth0", "--port", "53400", "--data-dir", folder / "data", "send", "--to", to, "--wait", "0",
                    *(["--unencrypted"] if plain else []), *(["--pin", "4242" if case == "pin" else "1111"] if case in ("pin", "wrong pin") else []),
                    *(files if peer.flat else [sent])])
            except AssertionError as error:
                self.say(peer, "receives", case, str(error), more=(folder / "said").read_text(errors="replace"))
            finally:
                theirs.send_signal(signal.SIGTERM)
                try:
                    theirs.wait(5)
                except subprocess.TimeoutExpired:
                    theirs.kill()
                    theirs.wait()
            shutil.rmtree(folder)

    def one_receiving(self, peer, case, folder, sent, job, theirs, ours):
        began = time.monotonic()
        process = self.spawn(*ours, home=folder / "home", log=folder / "ours-said")
        word = None
        if case == "declined":
            time.sleep(1.5)
            peer.decline(job, theirs)
        elif case in peers.LONG:
            time.sleep(1.2)
            if case == "canceled there":
                peer.cancel_receiving(job, theirs)
            elif case == "canceled here":
                process.send_signal(signal.SIGINT)
            elif case == "again":
                process.kill()
                process.wait()
                time.sleep(0.5)
                process = self.spawn(*ours, "--skip-sent", home=folder / "home", log=folder / "ours-said")
            elif case == "two at once":
                second = [*ours[:ours.index("--to")], "--to", ours[ours.index("--to") + 1], "--wait", "0", *(["--unencrypted"] if peer.plain_only else []),
                          self.material / "one" / "one.mp3"]
                second[second.index("--data-dir") + 1], second[second.index("--port") + 1] = folder / "data2", "53401"
                done = subprocess.run([str(part) for part in second], env=self.environment(folder / "home"), capture_output=True, text=True, timeout=LIMIT)
                word = f"and the second sender: exit code {done.returncode}"
        try:
            code = process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            code = "hangs"
        took = time.monotonic() - began
        if case in ("no pin", "wrong pin"):
            text = "asks for it" if code == 5 else f"exit code {code}"
        elif case in ("declined", "canceled there", "canceled here"):
            text = f"exit code {code}"
        else:
            text = (self.check(folder / "theirs", sent) if code == 0 else f"exit code {code}") + (f"; {word}" if word else "")
        self.say(peer, "receives", case, text, took,
                 "" if text.startswith(("ok", "asks")) else (folder / "ours-said").read_text(errors="replace"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cli")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("peers", nargs="*")
    options = parser.parse_args()
    paths = dict(peer.split("=", 1) for peer in options.peers)
    keeper = make_cable()
    bench = Bench(str(pathlib.Path(options.cli).resolve()), keeper, options.case)
    try:
        for peer in peers.make(paths):
            if not options.only or peer.name in options.only:
                bench.they_send(peer)
                if peer.receives:
                    bench.they_receive(peer)
    finally:
        keeper.kill()
        shutil.rmtree(bench.root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
