# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests a web page that attacks this device: its requests are refused on every path of every dialect, whichever host
name it uses. The last test loads such a page in a real chromium."""
import contextlib
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from namida_hostile import PREFIX, Skipped, expect, run

LOCALSEND = "/api/localsend/v2/"
PATHS = [("GET", PREFIX + what) for what in ("register", "session?sessionId=x", "backups", "download?sessionId=x&fileId=x",
                                              "wanted")]
PATHS += [("POST", PREFIX + what) for what in ("register", "prepare-upload", "upload?sessionId=x", "pack?sessionId=x",
                                               "finish?sessionId=x", "cancel?sessionId=x", "pair", "prepare-download", "preview", "heal",
                                               "upload?type=music&relativePath=x.mp3&folderLabel=Music")]
PATHS += [("GET", LOCALSEND + "info"), *(("POST", LOCALSEND + what) for what in (
    "register", "prepare-upload", "upload?sessionId=x&fileId=x&token=x", "cancel"))]
FIELDS = ("Origin: https://evil.example", "Origin: null", "Referer: http://127.0.0.1/", "Sec-Fetch-Site: cross-site",
          "Sec-Fetch-Mode: no-cors", "Host: evil.example", "Host: evil.example:53317", "Host: x")


def routes():
    """The paths that the program knows: whoever adds one adds it here, too."""
    found = set()
    for source, prefix in (("v1", PREFIX), ("phone", PREFIX), ("localsend", LOCALSEND)):
        text = (pathlib.Path(__file__).parents[2] / f"src/server/namida-server-{source}.c").read_text()
        found |= {prefix + name for name in re.findall(r'\.name = "([a-z-]+)"', text)}
    return found


def every_path_refuses(lab, receiver):
    left = routes() - {path.partition("?")[0] for _, path in PATHS}
    assert len(routes()) > 15 and not left, left
    for tls in (False, True):
        for method, path in PATHS:
            for field in FIELDS:
                fields = [field] if field.startswith("Host") else ["Host: 127.0.0.1", field]
                body = b"{}" if method == "POST" else b""
                data = "\r\n".join([f"{method} {path} HTTP/1.1", *fields, "Content-Type: text/plain",
                                    f"Content-Length: {len(body)}", "", ""]).encode() + body
                if tls and field != "Origin: null":
                    continue  # a handshake each
                expect(receiver.raw(data, tls=tls, source="127.0.0.7"), 403, "declined")


def preflight_refused(lab, receiver):
    for path in (PREFIX + "prepare-upload", LOCALSEND + "prepare-upload"):
        data = (f"OPTIONS {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\n"
                "Access-Control-Request-Method: POST\r\n\r\n").encode()
        answer = receiver.raw(data, tls=False)
        expect(answer, 403, "declined")
        assert not any(name.startswith("access-control") for name in answer.headers), answer.headers


PAGE = """<!doctype html><title>waits</title>
<iframe name=frame hidden></iframe>
<form id=form method=post target=frame enctype=text/plain action="http://TARGET/api/localsend/v2/prepare-upload">
<input name='{"info":{"alias":"Evil","version":"2.1","deviceType":"web","fingerprint":"x","port":1,"protocol":"http"},"files":{"a":{"id":"a","fileName":"a.txt","size":1,"fileType":"text/plain","x":"' value='"}}}'></form>
<img src="http://TARGET/api/localsend/v2/info"><script>
const said = [];
async function ask (url, options) {
  try { const answer = await fetch (url, options); said.push (answer.type === "opaque" ? "opaque" : answer.status + " " + await answer.text ()); }
  catch (error) { said.push ("failed"); }
}
(async () => {
  document.getElementById ("form").submit ();
  for (const host of ["TARGET", "REBOUND"]) {
    await ask ("http://" + host + "/api/namidasync/v1/register", { mode: "no-cors" });
    await ask ("http://" + host + "/api/namidasync/v1/register", {});
    await ask ("http://" + host + "/api/localsend/v2/register", { method: "POST", mode: "no-cors", body: '{"alias":"Evil","version":"2.1","fingerprint":"x","port":1,"protocol":"http"}' });
    await ask ("http://" + host + "/api/namidasync/v1/prepare-upload", { method: "POST", mode: "no-cors", body: '{"backupName":"","files":[{"name":"x.mp3","path":"","size":5,"folderLabel":"Music","relativePath":"x.mp3"}]}' });
  }
  await fetch ("/said", { method: "POST", body: JSON.stringify (said) });
  document.title = "done";
})();
</script>"""


def find_browser():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def a_real_browser(lab, receiver):
    """A form, an image, fetch with and without leave to read, and the same by a name that leads here."""
    browser = find_browser()
    if not browser:
        raise Skipped("chromium is not installed")
    said = threading.Event()
    answers = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            port = str(receiver.port)
            page = PAGE.replace("TARGET", "127.0.0.1:" + port).replace("REBOUND", "rebound.example:" + port).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def do_POST(self):
            answers.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            said.set()

        def log_message(self, *arguments):
            pass

    before = len(receiver.seen)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             f"--user-data-dir={profile}", "--host-resolver-rules=MAP evil.example 127.0.0.1, MAP rebound.example 127.0.0.1",
             "--disable-features=PrivateNetworkAccessSendPreflights,BlockInsecurePrivateNetworkRequests,LocalNetworkAccessChecks",
             "--remote-debugging-port=0", f"http://evil.example:{server.server_port}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert said.wait(90), "the page did not get to its end"
        finally:
            process.kill()
            process.wait()
            server.shutdown()
    print(f"# the page was told: {answers}")
    assert len(answers) == 8, answers
    assert not any(answer.startswith("200") for answer in answers), answers
    seen = [event for event in receiver.seen[before:] if event["event"] in ("offer", "message", "device")]
    assert not seen, seen


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(run([every_path_refuses, preflight_refused, a_real_browser], "--accept", "ask", "--unencrypted", "ask"))
