# SPDX-License-Identifier: GPL-3.0-or-later
"""How localsend_others.py makes each program of another author send, receive, decline and cancel.

A peer runs in the network of the other side; its class defines what it supports. A method that returns None is not
supported by that peer. Run as a script, with a folder and the word "send", "cancel" or "decline", this file controls
the local interface of MoYoez/localsend-go, which has no commands."""
import contextlib
import hashlib
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import namida_clients as clients

LONG = ("again", "canceled there", "canceled here", "two at once")
SENDS = ("one", "empty", "hard", "small", "large", "plain", "ipv6", "no pin", "wrong pin", "pin", "declined", "part", *LONG)
RECEIVES = ("one", "empty", "hard", "small", "large", "plain", "ipv6", "no pin", "wrong pin", "pin", "declined", *LONG)
HARD = ["Björk – Jóga.mp3", "a:b.mp3", "AC\\DC.mp3", "q?.mp3", "star*.mp3", "pipe|.mp3", "lt<gt>.mp3", "“q” & 100%.mp3", "dots...",
        "trailing .mp3", "漢字 かな.mp3", "عربي.mp3", "e\u0301 nfd.mp3", "CON.mp3", "#h+p=e;s.mp3", "tab\there.mp3", "~$.mp3", "🎵.mp3",
        ".hidden.mp3", "x" * 240 + ".mp3"]


def make_material(folder):
    folder.mkdir()

    def fill(name, count, make_name, make_data):
        (folder / name).mkdir()
        for number in range(count):
            (folder / name / make_name(number)).write_bytes(make_data(number))

    fill("one", 1, lambda _: "one.mp3", lambda _: os.urandom(3_000_000))
    fill("part", 3, lambda n: f"{n}.mp3", lambda _: os.urandom(10_000))
    fill("empty", 1, lambda _: "empty.mp3", lambda _: b"")
    fill("hard", 200, lambda n: f"{n} {HARD[n % len(HARD)]}", lambda n: os.urandom(100 + n))
    fill("small", 5000, lambda n: f"{n:04}.mp3", lambda n: n.to_bytes(4, "big") * 500)
    fill("large", 1, lambda _: "large.bin", lambda _: b"")
    os.truncate(folder / "large" / "large.bin", 2_000_000_000)
    return folder


def digests(folder):
    """Of all files that are in @folder, without their names, which the other side may have changed."""
    found = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and not path.name.startswith((".namida", ".localsend")):
                large = path.stat().st_size >= 1_000_000_000
                key = f"{path.stat().st_size} bytes" if large else hashlib.sha256(path.read_bytes()).hexdigest()
                found.setdefault(key, []).append(path.name)
    return found


class Job:
    def __init__(self, bench, folder, files, host=None, plain=False, pin=None, ask=False):
        self.bench, self.folder, self.files, self.host, self.plain, self.pin, self.ask = bench, folder, files, host, plain, pin, ask
        self.target, self.there = folder / "theirs", bench.there


class Peer:
    """One that can do nothing."""
    name, flat, plain_only, receives = "", False, False, True

    def __init__(self, path):
        self.path = path

    def send(self, job):
        return None

    def receive(self, job):
        return None

    @contextlib.contextmanager
    def background(self, job):
        self.begin_background(job)
        try:
            yield
        finally:
            self.end_background(job)

    def begin_background(self, job):
        pass

    def end_background(self, job):
        pass

    def cancel(self, job, process):
        process.send_signal(signal.SIGINT)

    def decline(self, job, process):
        process.stdin.write(b"n\n")
        process.stdin.flush()

    def cancel_receiving(self, job, process):
        process.send_signal(signal.SIGINT)


class Client(Peer):
    receives = False

    def __init__(self, name):
        self.name = name

    def send(self, job):
        host = f"[{job.host}]" if ":" in job.host else job.host
        api = f"{'http' if job.plain else 'https'}://{host}:53317/api/localsend/v2/"
        return [*job.there, *clients.make_command(self.name, job.folder, api, [(file, f"{file.parent.name}/{file.name}") for file in job.files], job.pin)]


class GoCli(Peer):
    name, flat = "go-cli", True

    def send(self, job):
        if ":" in job.host:
            return None
        files = [job.files[0].parent] if len(job.files) > 1000 else job.files
        return [*job.there, self.path, "send", f"--https={'false' if job.plain else 'true'}", "--ip", job.host, *(["-p", job.pin] if job.pin else []),
                *(part for file in files for part in ("-f", file))]

    def receive(self, job):
        return None if job.ask else [*job.there, self.path, "recv", "-d", job.target, f"--https={'false' if job.plain else 'true'}",
                                     *(["-p", job.pin] if job.pin else [])]


class PipCli(Peer):
    name, flat = "pip-cli", True

    def send(self, job):
        return [*job.there, self.path, "send", job.host, *job.files] if not job.plain and not job.pin else None

    def receive(self, job):
        return [*job.there, self.path, "receive", "--output", job.target, "--interactive-json" if job.ask else "--json",
                *(["--pin", job.pin] if job.pin else [])] if not job.plain else None


class Npm(Peer):
    name, plain_only = "npm", True

    def send(self, job):
        return [*job.there, "node", self.path, "send", job.host, job.files[0], "--port", "53317", "--protocol", "http" if job.plain else "https",
                *(["--pin", job.pin] if job.pin else [])] if len(job.files) == 1 and ":" not in job.host else None

    def receive(self, job):
        return [*job.there, "node", self.path, "receive", "--alias", "R", "--port", "53317", "--saveDir", job.target,
                *([] if job.ask else ["--autoAccept"]), *(["--pin", job.pin] if job.pin else [])]


class Daemon(Peer):
    name = "localsendd"

    def run(self, job, *options):
        return [*job.there, self.path, "--port", "53317", "--socket", job.folder / "socket", "--download-dir", job.target,
                "--no-encryption" if job.plain else "--encryption", *options]

    def control(self, job, *words):
        return [*job.there, pathlib.Path(self.path).with_name("localsendctl"), "--socket", job.folder / "socket", *words]

    def send(self, job):
        return self.control(job, "send", "--to", job.host, *(["--pin", job.pin] if job.pin else []), "--wait", "--quiet", *job.files)

    def begin_background(self, job):
        self.daemon = job.bench.spawn(*self.run(job), home=job.folder / "home", log=job.folder / "daemon")
        job.bench.wait_for_port("10.77.0.2", 53317)
        time.sleep(3)  # until it has seen who is there

    def end_background(self, job):
        self.daemon.kill()
        self.daemon.wait()

    def receive(self, job):
        if not job.ask:
            return self.run(job, "--unattended", *(["--pin", job.pin] if job.pin else []))
        return ["sh", "-c", '"$@" & d=$!; sleep 1; ' + " ".join(map(str, self.control(job, "watch"))) + ' >/dev/null & w=$!; trap "kill $d $w" TERM; wait $d',
                "sh", *self.run(job)]

    def decline(self, job, process):
        subprocess.run([str(word) for word in self.control(job, "reject")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def cancel(self, job, process):
        subprocess.run([str(word) for word in self.control(job, "cancel")], stdout=subprocess.DEVNULL)

    cancel_receiving = cancel


class MoYoez(Peer):
    name = "moyoez"

    def run(self, job, *options):
        return [*job.there, self.path, "-skipNotify", "-doNotMakeSessionFolder", "-useDefaultUploadFolder", job.target, "-useConfigPath",
                job.folder / "config.yaml", f"-useHttp={'true' if job.plain else 'false'}", *options]

    def send(self, job):
        files = [str(file) for file in job.files]
        (job.folder / "moyoez.json").write_text(json.dumps({"to": job.host, "pin": job.pin, "files": files, "plain": job.plain}))
        return None if ":" in job.host else [*job.there, sys.executable, "-B", __file__, job.folder, "send"]

    def begin_background(self, job):
        self.server = job.bench.spawn(*self.run(job), home=job.folder / "home", log=job.folder / "daemon")
        job.bench.wait_for_port("10.77.0.2", 53317)

    def end_background(self, job):
        self.server.kill()
        self.server.wait()

    def cancel(self, job, process):
        subprocess.run([*job.there, sys.executable, "-B", __file__, str(job.folder), "cancel"])

    def receive(self, job):
        return self.run(job, *([] if job.ask else ["-useAutoSave"]), *(["-usePin", job.pin] if job.pin else []))

    def decline(self, job, process):
        said = (job.folder / "said").read_text(errors="replace")
        (job.folder / "moyoez.json").write_text(json.dumps({"plain": job.plain, "session": re.search(r"sessionId:(\S+?)[\s\]]", said)[1]}))
        subprocess.run([*job.there, sys.executable, "-B", __file__, str(job.folder), "decline"], check=True)


def make(paths):
    kinds = {kind.name: kind for kind in (GoCli, PipCli, Npm, Daemon, MoYoez)}
    return [*(kinds[name](path) for name, path in paths.items()), *map(Client, clients.find())]


def moyoez(folder, word):
    folder = pathlib.Path(folder)
    job = json.loads((folder / "moyoez.json").read_text())
    context = ssl._create_unverified_context()
    base = f"http{'' if job['plain'] else 's'}://127.0.0.1:53317/api/self/v1/"

    def post(what, body=None):
        request = urllib.request.Request(base + what, json.dumps(body or {}).encode(), {"Content-Type": "application/json"}, method="POST")
        try:
            with urllib.request.urlopen(request, context=None if job["plain"] else context, timeout=300) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            sys.exit(f"{what}: {error.code} {error.read()[:300]!r}")

    if word == "decline":
        url = base + f"confirm-recv?sessionId={job['session']}&confirmed=false"
        return print(urllib.request.urlopen(url, context=None if job["plain"] else context, timeout=30).read())
    if word == "cancel":
        return print(post("cancel?sessionId=" + (folder / "session").read_text()))
    urls = {f"f{n}": "file://" + urllib.parse.quote(file) for n, file in enumerate(job["files"])}
    folders = len(job["files"]) > 1000
    more = {"useFolderUpload": True, "folderPath": str(pathlib.Path(job["files"][0]).parent)} if folders else {}
    offered = {} if folders else {id_: {"id": id_, "fileName": pathlib.PurePath(file).parent.name + "/" + pathlib.PurePath(file).name, "size": 0, "fileType": "",
                                        "fileUrl": urls[id_]} for id_, file in zip(urls, job["files"])}
    status, said = post("prepare-upload" + (f"?pin={job['pin']}" if job["pin"] else ""),
                        {"useFastSender": True, "useFastSenderIp": job["to"], "files": offered, **more})
    if status == 204:
        return
    session = said["data"]
    (folder / "session").write_text(session["sessionId"])
    items = [] if folders else [{"fileId": id_, "token": token, "fileUrl": urls[id_]} for id_, token in session["files"].items()]
    status, said = post("upload-batch", {"sessionId": session["sessionId"], "files": items, **more})
    result = said.get("data", said)
    print(str(result)[-300:])
    sys.exit(1 if result.get("failed") else 0)


if __name__ == "__main__":
    moyoez(*sys.argv[1:3])
