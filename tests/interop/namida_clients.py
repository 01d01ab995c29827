# SPDX-License-Identifier: GPL-3.0-or-later
"""Senders of LocalSend's protocol that use HTTP clients of other authors: curl, Node's fetch and Python's requests.

localsend_clients.py and localsend_others.py run them as separate processes. Each gets a job, a JSON file, and exits
with 0 if every requested file was stored, with 2 if it cancelled, and otherwise with 1 and a message. Run as a script,
this file is the sender with curl or requests. A sender that is to be stopped prints a line and continues at the end of
its input."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
NODE = """
const fs = require('fs');
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
process.removeAllListeners('warning');
const job = JSON.parse(fs.readFileSync(process.argv[2]));
const bytesOf = path => fs.openAsBlob ? fs.openAsBlob(path) : fs.readFileSync(path);
(async () => {
  let r = await fetch(job.api + 'prepare-upload' + (job.pin ? '?pin=' + job.pin : ''), {method: 'POST', body: JSON.stringify(job.offer)});
  if (r.status == 204) return;
  if (r.status != 200) { console.error(r.status, await r.text()); process.exit(1); }
  const session = await r.json();
  let count = 0;
  for (const [id, token] of Object.entries(session.files)) {
    if (count++ == job.stopAfter) {
      console.log('stopped');
      if (job.cancel) { r = await fetch(job.api + 'cancel?sessionId=' + session.sessionId, {method: 'POST'}); process.exit(r.status == 200 ? 2 : 1); }
      await new Promise(done => process.stdin.on('end', done).resume());
    }
    r = await fetch(job.api + `upload?sessionId=${session.sessionId}&fileId=${id}&token=${token}`, {method: 'POST', body: await bytesOf(job.paths[id])});
    if (r.status != 200) { console.error(id, r.status, await r.text()); process.exit(1); }
    await r.arrayBuffer();
  }
})();
"""


def find():
    """The names of the clients that are on this computer."""
    found = ["curl"] if shutil.which("curl") else []
    if shutil.which("node"):
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=30).stdout.strip().lstrip("v")
        found += ["node"] if int(version.split(".")[0] or 0) >= 18 else []
    if subprocess.run([sys.executable, "-c", "import requests"], capture_output=True, timeout=30).returncode == 0:
        found.append("requests")
    return found


def make_command(name, folder, api, files, pin=None, stop_after=None, cancel=False, protocol="https"):
    """The command by which client @name sends @files, pairs of path and name; its job is written to @folder."""
    offered = {f"f{number}": {"id": f"f{number}", "fileName": as_, "size": path.stat().st_size, "fileType": "audio/mpeg"}
               for number, (path, as_) in enumerate(files)}
    info = {"alias": f"By {name}", "version": "2.1", "deviceModel": name, "deviceType": "headless", "fingerprint": name, "port": 1,
            "protocol": protocol, "download": False}
    job = {"api": api, "pin": pin, "stopAfter": stop_after, "cancel": cancel, "offer": {"info": info, "files": offered},
           "paths": {f"f{number}": str(path) for number, (path, _) in enumerate(files)}}
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix="job-", suffix=".json", delete=False) as file:
        json.dump(job, file)
    if name != "node":
        return [sys.executable, "-B", __file__, name, file.name]
    script = pathlib.Path(folder) / "client.js"
    script.write_text(NODE)
    return ["node", "--no-warnings", script, file.name]


class Requests:
    def __init__(self):
        import requests
        import urllib3
        urllib3.disable_warnings()
        self.session = requests.Session()
        self.session.verify = self.session.trust_env = False

    def post(self, url, body=None):
        answer = self.session.post(url, data=body)
        return answer.status_code, answer.content

    def upload(self, items):
        for url, path in items:
            with open(path, "rb") as data:
                status, said = self.post(url, data)
            if status != 200:
                sys.exit(f"{path}: {status} {said[:300]}")


class Curl:
    def post(self, url, body=b""):
        done = subprocess.run(["curl", "-ksS", "-g", "-w", "\\n%{http_code}", "-H", "Content-Type: application/json", "--data-binary", "@-", url],
                              input=body, stdout=subprocess.PIPE, check=True)
        said, _, status = done.stdout.rpartition(b"\n")
        return int(status), said

    def upload(self, items):
        """All over one connection."""
        def quote(text):
            return text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")

        with tempfile.NamedTemporaryFile("w", suffix=".cfg") as config:
            config.write("next\n".join(f'url = "{url}"\nrequest = "POST"\ninsecure\nsilent\nshow-error\nfail\ngloboff\nupload-file = "{quote(path)}"\n'
                                       for url, path in items))
            config.flush()
            if subprocess.run(["curl", "--fail-early", "-K", config.name]).returncode:
                sys.exit(1)


def main(name, job):
    client = {"curl": Curl, "requests": Requests}[name]()
    job = json.loads(pathlib.Path(job).read_text())
    status, said = client.post(job["api"] + "prepare-upload" + (f"?pin={job['pin']}" if job["pin"] else ""), json.dumps(job["offer"]).encode())
    if status == 204:
        return 0
    if status != 200:
        return f"{status} {said.decode(errors='replace')}"
    session = json.loads(said)
    items = [(f"{job['api']}upload?sessionId={session['sessionId']}&fileId={id_}&token={token}", job["paths"][id_])
             for id_, token in session["files"].items()]
    if items[:job["stopAfter"]]:
        client.upload(items[:job["stopAfter"]])
    if job["stopAfter"] is None:
        return 0
    print("stopped", flush=True)
    if job["cancel"]:
        return 2 if client.post(f"{job['api']}cancel?sessionId={session['sessionId']}", b"")[0] == 200 else 1
    sys.stdin.read()
    client.upload(items[job["stopAfter"]:])
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
