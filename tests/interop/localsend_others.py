# SPDX-License-Identifier: GPL-3.0-or-later
"""By hand: programs of other makers that speak LocalSend, each with the same cases, against this one.

    unshare -n python3 localsend_others.py CLI [--only NAME]… NAME=PATH…

NAME is go-cli (0w0mewo/localsend-cli), moyoez (MoYoez/localsend-go), localsendd and pip-cli (PyPI localsendd, localsend-cli)
or npm (dist/cli.js of npm's localsend); curl, node and requests need no PATH. Most of them are fixed to port 53317, so that
this needs a network of its own. Prints one line for each peer, direction and case; what a peer cannot do belongs into
docs/protocol.md. It is no part of the suites, which install nothing but npm's package."""
import argparse
import hashlib
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

PORT = 53317
LIMIT = 150
FLAT = ("go-cli", "pip-cli")  # they make no folders
AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
NODE = """
const fs = require('fs'), path = require('path'), [api, pin, ...files] = process.argv.slice(2);
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
(async () => {
  const offered = {};
  files.forEach((f, i) => offered['f' + i] = {id: 'f' + i, fileName: f.split('\\u0001')[1], size: fs.statSync(f.split('\\u0001')[0]).size, fileType: 'audio/mpeg'});
  const info = {alias: 'Node', version: '2.1', deviceModel: 'node', deviceType: 'headless', fingerprint: 'node', port: 1, protocol: 'https', download: false};
  let r = await fetch(api + 'prepare-upload' + (pin ? '?pin=' + pin : ''), {method: 'POST', body: JSON.stringify({info, files: offered})});
  if (r.status == 204) return;
  if (r.status != 200) { console.error(r.status, await r.text()); process.exit(1); }
  const session = await r.json();
  for (const [id, token] of Object.entries(session.files)) {
    const blob = await fs.openAsBlob(files[+id.slice(1)].split('\\u0001')[0]);
    r = await fetch(api + `upload?sessionId=${session.sessionId}&fileId=${id}&token=${token}`, {method: 'POST', body: blob});
    if (r.status != 200) { console.error(id, r.status, await r.text()); process.exit(1); }
  }
})();
"""
REQUESTS = """
import json, os, sys, requests, urllib3
urllib3.disable_warnings()
api, pin, *files = sys.argv[1:]
files = [f.split("\\x01") for f in files]
s = requests.Session(); s.verify = False; s.trust_env = False
info = dict(alias="Requests", version="2.1", deviceModel="py", deviceType="headless", fingerprint="requests", port=1, protocol="https", download=False)
r = s.post(api + "prepare-upload" + ("?pin=" + pin if pin else ""), json={"info": info, "files": {f"f{i}": dict(
    id=f"f{i}", fileName=name, size=os.path.getsize(path), fileType="audio/mpeg") for i, (path, name) in enumerate(files)}})
if r.status_code == 204: sys.exit()
if r.status_code != 200: sys.exit(f"{r.status_code} {r.text}")
for id, token in r.json()["files"].items():
    with open(files[int(id[1:])][0], "rb") as data:
        a = s.post(api + "upload", params=dict(sessionId=r.json()["sessionId"], fileId=id, token=token), data=data)
    if a.status_code != 200: sys.exit(f"{id} {a.status_code} {a.text}")
"""
HARD = ["Björk – Jóga.mp3", "a:b.mp3", "AC\\DC.mp3", "q?.mp3", "star*.mp3", "pipe|.mp3", "lt<gt>.mp3", "“q” & 100%.mp3", "dots...",
        "trailing .mp3", "漢字 かな.mp3", "عربي.mp3", "e\u0301 nfd.mp3", "CON.mp3", "#h+p=e;s.mp3", "tab\there.mp3", "~$.mp3", "🎵.mp3",
        ".hidden.mp3", "x" * 240 + ".mp3"]


def make_material(folder):
    def fill(name, count, make_name, make_data):
        (folder / name).mkdir()
        for number in range(count):
            (folder / name / make_name(number)).write_bytes(make_data(number))

    fill("one", 1, lambda _: "one.mp3", lambda _: os.urandom(3_000_000))
    fill("empty", 1, lambda _: "empty.mp3", lambda _: b"")
    fill("hard", 200, lambda n: f"{n} {HARD[n % len(HARD)]}", lambda n: os.urandom(100 + n))
    fill("small", 5000, lambda n: f"{n:04}.mp3", lambda n: n.to_bytes(4, "big") * 500)
    fill("large", 1, lambda _: "large.bin", lambda _: b"")
    os.truncate(folder / "large" / "large.bin", 2_000_000_000)


def digests(folder):
    """Of all files that are in @folder, without their names, which the other side may have changed."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_size < 1_000_000_000 and not path.name.startswith((".namida", ".localsend")):
            found.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), []).append(path.name)
        elif path.is_file() and path.stat().st_size >= 1_000_000_000:
            found[f"{path.stat().st_size} bytes"] = [path.name]
    return found


class Bench:
    def __init__(self, cli, peers):
        self.cli, self.peers = cli, peers
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="namida-others-"))
        self.material = self.root / "material"
        self.material.mkdir()
        make_material(self.material)
        (self.root / "node.js").write_text(NODE)
        (self.root / "by-requests.py").write_text(REQUESTS)
        self.count = 0

    def fresh(self):
        self.count += 1
        folder = self.root / str(self.count)
        for name in ("ours", "theirs", "home"):
            (folder / name).mkdir(parents=True)
        return folder

    def environment(self, home):
        """Without the authorities of this machine: Python's requests takes them although it was told to verify nothing."""
        return {**{key: value for key, value in os.environ.items() if key not in AUTHORITIES}, "HOME": str(home)}

    def run(self, *command, home, seconds=LIMIT):
        try:
            done = subprocess.run([str(part) for part in command], env=self.environment(home), cwd=home, timeout=seconds,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            return done.returncode, done.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired as error:
            return None, (error.stdout or b"").decode(errors="replace")

    def spawn(self, *command, home, log=None):
        return subprocess.Popen([str(part) for part in command], env=self.environment(home), cwd=home,
                                stdin=subprocess.DEVNULL, stdout=log or subprocess.DEVNULL, stderr=subprocess.STDOUT)

    # ---- they send ----

    def receiver(self, folder, *options):
        log = open(folder / "log", "wb")
        ours = self.spawn(self.cli, "--interface", "lo", "--port", PORT, "--data-dir", folder / "data", "--json", "receive", "--as", "library",
                          "--music", folder / "ours" / "m", "--backups", folder / "ours" / "b", *options, home=folder / "home", log=log)
        wait_for_port(PORT)
        return ours

    def send_command(self, name, files, folder, pin=None, plain=False, host="127.0.0.1"):
        """The command by which peer @name sends, or None when it cannot."""
        path = self.peers.get(name)
        scheme = "http" if plain else "https"
        api = f"{scheme}://{'[' + host + ']' if ':' in host else host}:{PORT}/api/localsend/v2/"
        if name == "go-cli":
            return [path, "send", f"--https={'false' if plain else 'true'}", "--ip", host, *(["-p", pin] if pin else []),
                    *(part for file in files for part in ("-f", file))] if ":" not in host and len(files) < 1000 else (
                        [path, "send", f"--https={'false' if plain else 'true'}", "--ip", host, "-f", files[0].parent] if ":" not in host else None)
        if name == "pip-cli":
            return [path, "send", host, *files] if not plain and not pin else None
        if name == "npm":
            return ["node", path, "send", host, files[0], "--port", PORT, "--protocol", scheme, *(["--pin", pin] if pin else [])] \
                if len(files) == 1 and ":" not in host else None
        if name == "localsendd":
            return None  # see send_by_daemon()
        if name == "node":
            return ["node", self.root / "node.js", api, pin or "", *(f"{file}\x01{file.parent.name}/{file.name}" for file in files)]
        if name == "requests":
            return [self.peers.get("requests") or sys.executable, self.root / "by-requests.py", api, pin or "",
                    *(f"{file}\x01{file.parent.name}/{file.name}" for file in files)]
        if name == "curl":
            return [sys.executable, __file__, "curl", api, pin or "", *files]
        return None

    def check(self, case, folder, sent, want=None):
        wanted = digests(sent)
        deadline = time.monotonic() + 20
        while True:
            got = digests(folder)
            if all(len(got.get(key, [])) >= len(names) for key, names in wanted.items()) or time.monotonic() > deadline:
                break
            time.sleep(0.3)
        missing = sum(max(0, len(names) - len(got.get(key, []))) for key, names in wanted.items())
        return "ok" if not missing else f"{missing} of {sum(map(len, wanted.values()))} missing"

    def they_send(self, name):
        for case, options, more in (("one", [], {}), ("empty", [], {}), ("hard", [], {}), ("small", [], {}), ("large", [], {}),
                                    ("plain", ["--unencrypted", "allow"], {"plain": True}), ("ipv6", [], {"host": "::1"}),
                                    ("no pin", ["--pin", "4242"], {}), ("pin", ["--pin", "4242"], {"pin": "4242"}), ("declined", None, {}),
                                    ("again", [], {}), ("cancelled here", [], {})):
            folder = self.fresh()
            sent = self.material / ("small" if case in ("again", "cancelled here") else case if (self.material / case).is_dir() else "one")
            command = self.send_command(name, sorted(sent.iterdir()), folder, **more)
            if command is None:
                self.say(name, "sends", case, "cannot")
                continue
            ours = self.receiver(folder, "--accept", "trusted" if options is None else "all", *(options or []))
            began = time.monotonic()
            if case in ("again", "cancelled here"):
                process = self.spawn(*command, home=folder / "home")
                time.sleep(0.7)
                if case == "again":
                    process.send_signal(signal.SIGKILL)
                    time.sleep(4)
                else:
                    ours.send_signal(signal.SIGINT)
                    try:
                        code = process.wait(30)
                        word = "ends" if code else "ends as if all were well"
                    except subprocess.TimeoutExpired:
                        process.kill()
                        word = "hangs"
                    ours.wait(30)
                    self.say(name, "sends", case, word)
                    shutil.rmtree(folder)
                    continue
                process.wait()
            code, text = self.run(*command, home=folder / "home")
            took = time.monotonic() - began
            if case in ("no pin", "declined"):
                word = "refused" + ("" if code else ", which it does not notice") if not digests(folder / "ours") else "STORED"
            else:
                word = self.check(case, folder / "ours", sent)
            ours.send_signal(signal.SIGINT)
            ours.wait(30)
            self.say(name, "sends", case, word, took, "" if word in ("ok", "refused") else text[-300:])
            shutil.rmtree(folder)

    # ---- they receive ----

    def receive_command(self, name, folder, pin=None, plain=False):
        path = self.peers.get(name)
        target = folder / "theirs"
        if name == "go-cli":
            return [path, "recv", "-d", target, f"--https={'false' if plain else 'true'}", *(["-p", pin] if pin else [])]
        if name == "moyoez":
            return [path, "-useAutoSave", "-skipNotify", "-doNotMakeSessionFolder", "-useDefaultUploadFolder", target, "-useConfigPath", folder / "config.yaml",
                    f"-useHttp={'true' if plain else 'false'}", "-useReferNetworkInterface", "lo", *(["-usePin", pin] if pin else [])]
        if name == "localsendd":
            return [path, "--port", PORT, "--socket", folder / "socket", "--download-dir", target, "--unattended",
                    "--no-encryption" if plain else "--encryption", *(["--pin", pin] if pin else [])]
        if name == "pip-cli":
            return [path, "receive", "--output", target, "--json", *(["--pin", pin] if pin else [])] if not plain else None
        if name == "npm":
            return ["node", path, "receive", "--alias", "R", "--port", PORT, "--saveDir", target, "--autoAccept", *(["--pin", pin] if pin else [])] \
                if plain else None
        return None

    def they_receive(self, name):
        for case, more in (("one", {}), ("empty", {}), ("hard", {}), ("small", {}), ("large", {}), ("plain", {"plain": True}),
                           ("pin", {"pin": "4242"}), ("no pin", {"pin": "4242"}), ("cancelled here", {}), ("again", {})):
            folder = self.fresh()
            sent = self.material / ("small" if case in ("again", "cancelled here") else case if (self.material / case).is_dir() else "one")
            if name == "npm":
                more = {**more, "plain": True}
            command = self.receive_command(name, folder, **more)
            if command is None:
                self.say(name, "receives", case, "cannot")
                continue
            with open(folder / "log", "wb") as log:
                theirs = self.spawn(*command, home=folder / "home", log=log)
            try:
                wait_for_port(PORT)
                ours = [self.cli, "--interface", "lo", "--port", 53400, "--data-dir", folder / "data", "send", "--to", f"127.0.0.1:{PORT}", "--wait", "0",
                        *(["--unencrypted"] if more.get("plain") else []), *(["--pin", "4242"] if case == "pin" else []), *(sorted(sent.iterdir()) if name in FLAT else [sent])]
                began = time.monotonic()
                if case in ("again", "cancelled here"):
                    process = self.spawn(*ours, home=folder / "home")
                    time.sleep(1.2)
                    process.send_signal(signal.SIGINT if case == "cancelled here" else signal.SIGKILL)
                    process.wait(20)
                    time.sleep(0.5)
                code, text = self.run(*ours, *(["--skip-sent"] if case == "again" else []), home=folder / "home")
                took = time.monotonic() - began
                if case == "no pin":
                    word = "asks for it" if code == 5 else f"exit code {code}"
                else:
                    word = self.check(case, folder / "theirs", sent) if code == 0 else f"exit code {code}"
                self.say(name, "receives", case, word, took, "" if word in ("ok", "asks for it") else text[-300:])
            finally:
                theirs.send_signal(signal.SIGTERM)
                try:
                    theirs.wait(5)
                except subprocess.TimeoutExpired:
                    theirs.kill()
                    theirs.wait()
            shutil.rmtree(folder)

    def say(self, name, verb, case, word, took=None, more=""):
        print(f"{name} {verb} {case}: {word}" + (f" ({took:.1f} s)" if took else "") + ("\n    " + more.strip().replace("\n", "\n    ") if more else ""),
              flush=True)


def wait_for_port(port):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens at {port}")


def curl(api, pin, *files):
    """prepare-upload, and then all files over one connection."""
    info = {"alias": "Curl", "version": "2.1", "deviceModel": "curl", "deviceType": "headless", "fingerprint": "curl", "port": 1,
            "protocol": "https", "download": False}
    files = [pathlib.Path(file) for file in files]
    offer = {f"f{n}": {"id": f"f{n}", "fileName": f"{file.parent.name}/{file.name}", "size": file.stat().st_size, "fileType": "audio/mpeg"}
             for n, file in enumerate(files)}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as body, tempfile.NamedTemporaryFile("w", suffix=".cfg") as config:
        json.dump({"info": info, "files": offer}, body)
        body.flush()
        answer = subprocess.run(["curl", "-ksS", "--fail-with-body", "-H", "Content-Type: application/json", "--data-binary", f"@{body.name}",
                                 api + "prepare-upload" + (f"?pin={pin}" if pin else "")], stdout=subprocess.PIPE, check=True)
        session = json.loads(answer.stdout or b'{"files": {}}')
        for number, (id_, token) in enumerate(session["files"].items()):
            name = str(files[int(id_[1:])]).replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
            config.write(("next\n" if number else "") + f'url = "{api}upload?sessionId={session["sessionId"]}&fileId={id_}&token={token}"\n'
                         f'request = "POST"\ninsecure\nsilent\nshow-error\nfail\ngloboff\nupload-file = "{name}"\n')
        config.flush()
        return subprocess.run(["curl", "-K", config.name]).returncode if session["files"] else 0


def main():
    if sys.argv[1:2] == ["curl"]:
        return curl(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cli")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("peers", nargs="*")
    options = parser.parse_args()
    subprocess.run(["ip", "link", "set", "lo", "up", "multicast", "on"], check=True)
    subprocess.run(["ip", "route", "add", "224.0.0.0/4", "dev", "lo"], check=False)
    bench = Bench(pathlib.Path(options.cli).resolve(), dict(peer.split("=", 1) for peer in options.peers))
    try:
        for name in [*bench.peers, *(name for name in ("curl", "node", "requests") if name not in bench.peers)]:
            if not options.only or name in options.only:
                bench.they_send(name)
                bench.they_receive(name) if name in bench.peers and name != "requests" else None
    finally:
        shutil.rmtree(bench.root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
