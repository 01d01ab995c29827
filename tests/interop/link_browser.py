# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests links for browsers with a real chromium and the real program: the browser sends files and folders, continues
after it was interrupted and reloaded, and downloads a version as one zip. Also tests what a link refuses. All
connections are on loopback. With NAMIDA_SCREENSHOTS=FOLDER, it takes screenshots of the page instead."""
import contextlib
import http.server
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "loopback"))

from namida_browser import Browser, find  # noqa: E402
from namida_loopback import Skip, equal, main, same_tree, write  # noqa: E402

READY = "document.documentElement.dataset.ready === 'yes'"


shared = []


def browser_of():
    """One for all tests: each takes seconds to start."""
    if find() is None:
        raise Skip("chromium or its driver is not installed")
    if not shared:
        shared.append(Browser("--host-resolver-rules=MAP evil.example 127.0.0.1, MAP rebound.example 127.0.0.1"))
    return shared[0]


def link(device, *arguments):
    device.start("link", *arguments)
    device.link = device.wait_event("link")
    return device.link["url"]


def bring(device, *arguments):
    return link(device, "--receive", "--backups", device.backups, "--music", device.music, *arguments)


def accept(device):
    offer = device.wait_event("offer")
    device.answer(accept=offer["id"])
    return offer


def hard_folder(lab):
    """300 files in folders with names that are hard to handle, and a file of several pieces."""
    chance = random.Random(7)
    folder = lab.folder("phone") / "Rips"
    names = ["01 – Björk – Jóga.flac", "空/夜.opus", "a b/c'd/e\"f.mp3", "dots...flac", "Zoë/e\u0301.mp3", "-dash.mp3", "%41.mp3", "emoji 🎵.ogg",
             "x" * 200 + ".mp3", "#hash?&=+.mp3", "CON/aux.mp3", "a:b/E: c.mp3", "tab\tin.mp3", "<b>&amp;.mp3", "' OR 1=1.mp3"]
    names += [f"Artist {i % 9}/Album {i % 4}/{i:03}.flac" for i in range(300 - len(names) - 1)]
    for name in names:
        write(folder / name, chance.randbytes(chance.choice([0, 1, 777, 5000, 65537])), 1_500_000_000_000 + chance.randrange(2 * 10**11))
    write(folder / "long.flac", chance.randbytes(9_000_000), 1_600_000_000_001)
    return folder


def test_bring_and_fetch(lab):
    """a browser brings 300 files in folders, is reloaded in the middle and cut off, goes on, and fetches the version as one zip that is equal"""
    browser = browser_of()
    folder = hard_folder(lab)
    device = lab.device()
    browser.open(bring(device, "--as", "backup"))
    browser.wait(READY)
    equal(browser.text("digits"), device.link["digits"])
    browser.give("folder", folder)
    browser.wait("!document.getElementById ('chosen').hidden")
    browser.slow(400_000)
    browser.click("send")
    offer = accept(device)
    equal((offer["files"], offer["encrypted"], offer["trusted"], offer["fingerprint"]), (300, True, False, None))
    browser.wait("sentBytes > 500000 && doneFiles > 3")
    browser.reload()
    browser.wait(READY)
    browser.wait_text("message", "Choose the same files")
    browser.slow(-1)
    browser.give("folder", folder)
    browser.wait("running || link.state === 'done'")
    browser.cut(True)
    browser.cut(False)
    browser.wait_text("message", "300 files were saved and verified", 60)
    assert browser.shown("hashes"), "the hashes of what arrived are not shown"
    equal(device.wait(), 0)
    end = device.seen[-1]
    equal((end["result"], end["stored"], end["failed"]), ("done", 300, 0))
    equal(len([event for event in device.seen if event["event"] == "offer"]), 1, "questions")
    kept = device.run("--json", "backups", "list").events
    equal((len(kept), kept[0]["alias"], kept[0]["complete"], kept[0]["files"]), (1, "Chrome on Linux", True, 300))
    equal(device.run("--json", "backups", "verify").code, 0)
    same_tree(folder, pathlib.Path(kept[0]["folder"]) / "Music" / "Rips")
    history = device.run("--json", "history").events
    equal([(one["alias"], one["state"], one["stored"]) for one in history], [("Chrome on Linux", "done", 300)])
    # And back.
    browser.open(link(device, "--backup", kept[0]["id"]))
    browser.wait(READY)
    browser.wait("!document.getElementById ('offered').hidden")
    browser.click("zip")
    packed = browser.downloaded()
    event = device.wait_event("fetched")
    equal((event["whole"], event["bytes"]), (True, packed.stat().st_size))
    there = lab.folder("unpacked")
    subprocess.run([sys.executable, "-m", "zipfile", "-e", packed, there], check=True)
    done = subprocess.run(["diff", "-r", folder, there / "Rips"], capture_output=True, text=True)
    equal((done.returncode, done.stdout, done.stderr), (0, "", ""))
    device.process.send_signal(signal.SIGINT)
    equal(device.wait(), 0)


def said_by(browser, url):
    browser.open(url)
    browser.wait(READY)
    return browser.text("error")


def test_refused(lab):
    """a link that is guessed, used twice, closed, or opened by another page, in a frame or by a name that leads here says why, and gives nothing"""
    browser = browser_of()
    device = lab.device()
    url = link(device, write(lab.folder("source") / "song.flac", b"a song"))
    guess = url[:-1] + ("0" if url[-1] != "0" else "1")
    assert "no such link" in said_by(browser, guess)
    # Another page: by a link, in a frame, by a request, by a form; and the same by a name of its own.
    port = device.link["url"].rsplit(":", 1)[1].split("/")[0]
    path = url.split(port, 1)[1]
    page = f"""<!doctype html><title>evil</title><a id=go href="{url}">go</a><iframe id=frame src="{url}"></iframe><script>
const said = [];
async function ask (url, options) {{
  try {{ const answer = await fetch (url, options); said.push (answer.type === "opaque" ? "opaque" : answer.status); }} catch (error) {{ said.push ("failed"); }}
}}
(async () => {{
  for (const base of ["{url}", "https://rebound.example:{port}{path}"]) {{
    await ask (base + "/open", {{ method: "POST" }});
    await ask (base + "/open", {{ method: "POST", mode: "no-cors", credentials: "include" }});
    await ask (base + "/list", {{ credentials: "include" }});
  }}
  window.said = said;
}}) ();</script>"""
    with serve(page) as evil:
        browser.open(f"http://evil.example:{evil}/")
        said = browser.wait("window.said")
        assert not any(str(one).startswith("2") for one in said), said
        assert browser.run("try { return document.getElementById ('frame').contentDocument !== null } catch (error) { return false }") is False
        browser.click("go")
        browser.wait(READY)
        assert "another page" in browser.text("error"), browser.text("error")
        browser.open(f"https://rebound.example:{port}{path}")
        assert "host" in browser.run("return document.body.innerText")
    equal([event["event"] for event in device.seen], ["link"])
    # The browser that takes it may load it again, and then no other.
    equal(said_by(browser, url), "")
    device.wait_event("link-opened")
    browser.reload()
    browser.wait(READY)
    equal(browser.text("error"), "")
    browser.call("DELETE", browser.session + "/cookie")
    assert "Another browser" in said_by(browser, url)
    device.wait_event("link-refused")
    equal(device.stop(), 1)


def test_expired(lab):
    """a link whose time is over says so in a browser that took it and in one that did not; what was chosen meanwhile is not sent"""
    browser = browser_of()
    data = lab.folder("clock")
    data.chmod(0o700)
    process = subprocess.Popen([sys.argv[2], data], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().strip()
        equal(said_by(browser, url), "")
        browser.give("folder", write(lab.folder("phone") / "Rips" / "one.flac", b"too late").parent)
        browser.wait("!document.getElementById ('chosen').hidden")
        process.stdin.write("599\n")
        process.stdin.flush()
        browser.reload()
        browser.wait(READY)
        equal(browser.text("error"), "")
        browser.give("folder", lab.folder("phone") / "Rips")
        browser.wait("!document.getElementById ('chosen').hidden")
        process.stdin.write("2\n")
        process.stdin.flush()
        equal(process.stdout.readline(), "expired\n")
        browser.click("send")
        browser.wait_text("error", "This link has expired")
        assert not browser.shown("send") and not browser.shown("choose"), "a link that is over offers to send"
        browser.reload()
        browser.wait(READY)
        assert "expired" in browser.text("error"), browser.text("error")
        browser.call("DELETE", browser.session + "/cookie")
        assert "expired" in said_by(browser, url), browser.text("error")
    finally:
        process.communicate("", timeout=30)
    equal(process.returncode, 0)


@contextlib.contextmanager
def serve(page):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()


def test_words(lab):
    """without encryption, declined, and at 360 pixels; each word is there in each language, each control and list has a name"""
    browser = browser_of()
    device = lab.device()
    folder = lab.folder("phone") / "Rips"
    for name in ("Björk – Jóga.flac", "Live/空 夜.opus"):
        write(folder / name, b"x" * 200_000)
    browser.open(bring(device, "--as", "library", "--unencrypted"))
    browser.wait(READY)
    assert "Not encrypted" in browser.text("digits-more"), browser.text("digits-more")
    equal(browser.text("digits"), "")
    browser.give("folder", folder)
    browser.wait("!document.getElementById ('chosen').hidden")
    browser.resize(360, 760)
    equal(browser.run("return [innerWidth, document.documentElement.scrollWidth <= innerWidth]"), [360, True])
    browser.click("send")
    device.answer(decline=device.wait_event("offer")["id"])
    browser.wait_text("error", "declined.")
    assert browser.shown("send"), "it cannot be sent again"
    equal(device.stop(), 3)
    unnamed = browser.run("return [...document.querySelectorAll ('button,a,input:not([hidden]),progress,ul')].filter (e => (e.offsetParent && /BUTTON|^A$|INPUT/.test (e.tagName) && !e.textContent.trim ()) || (/PROGRESS|UL/.test (e.tagName) && !document.getElementById (e.getAttribute ('aria-labelledby')))).map (e => e.id)")
    equal(unnamed, [], "controls without a name")
    missing = browser.run("""const missing = []; const walk = (a, b, at) => { for (const key in a) { if (typeof a[key] !== typeof b[key] ||
      Array.isArray (a[key]) !== Array.isArray (b[key])) missing.push (at + key); else if (typeof a[key] === "object") walk (a[key], b[key], at + key + "."); } };
      for (const one in WORDS) for (const other in WORDS) walk (WORDS[one], WORDS[other], one + " "); return [missing, Object.keys (WORDS)];""")
    equal(missing, [[], ["en", "de", "fr"]], "words in one language only")


def picture(browser, name):
    for width in (360, 1000):
        for scheme in ("light", "dark"):
            browser.call("POST", browser.session + "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
                "features": [{"name": "prefers-color-scheme", "value": scheme}]}})
            browser.screenshot(pathlib.Path(os.environ["NAMIDA_SCREENSHOTS"]) / f"{name}-{width}-{scheme}.png", width, 760)


def test_changed(lab):
    """a file that changes while it is sent is named as such, on both sides, and the rest is saved; files can be dropped"""
    browser = browser_of()
    device = lab.device()
    folder = lab.folder("phone") / "Rips"
    one, two = (write(folder / name, os.urandom(50_000)) for name in ("one.flac", "two.flac"))
    browser.open(bring(device, "--as", "library"))
    browser.wait(READY)
    browser.give("folder", folder)
    browser.wait("!document.getElementById ('chosen').hidden")
    browser.run("const data = new DataTransfer (); data.items.add (new File (['dropped'], 'drop.mp3', { lastModified: 1500000000000 }));"
                "dispatchEvent (new DragEvent ('drop', { dataTransfer: data, cancelable: true }))")
    browser.wait_text("chosen-list", "Music/drop.mp3")
    write(two, os.urandom(60_000))
    browser.click("send")
    equal(accept(device)["files"], 3)
    browser.wait_text("chosen-title", "1 file was not saved")
    assert "Rips/two.flac" in browser.text("chosen-list"), browser.text("chosen-list")
    equal(device.wait(), 7)
    told = [event for event in device.seen if event["event"] == "file"]
    assert len(told) == 1 and "changed" in told[0]["message"], told
    equal((device.music / "Rips" / "one.flac").read_bytes(), one.read_bytes())
    equal((device.music / "Music" / "drop.mp3").read_bytes() if (device.music / "Music").exists() else (device.music / "drop.mp3").read_bytes(), b"dropped")


def make_pictures(lab):
    """the page in pictures, for docs/screenshots"""
    browser = browser_of()
    folder = lab.folder("phone") / "Vespertine"
    for number, name in enumerate(("Hidden Place", "Cocoon", "Its Not Up to You", "Undo", "Pagan Poetry"), 1):
        write(folder / f"{number:02} {name}.flac", os.urandom(3_000_000 + number * 100_000))
    device = lab.device()
    device.alias = "Desk PC"
    browser.open(bring(device, "--as", "backup"))
    browser.wait(READY)
    browser.give("folder", folder)
    browser.wait("!document.getElementById ('chosen').hidden")
    picture(browser, "link-bring")
    browser.click("send")
    browser.wait_text("message", "Waiting")
    picture(browser, "link-asking")
    accept(device)
    browser.wait_text("message", "saved and verified")
    picture(browser, "link-done")
    equal(device.wait(), 0)
    browser.open(link(device, folder))
    browser.wait("!document.getElementById ('offered').hidden")
    picture(browser, "link-fetch")
    browser.call("DELETE", browser.session + "/cookie")
    assert "Another browser" in said_by(browser, device.link["url"])
    picture(browser, "link-used")
    device.stop()
    data = lab.folder("clock")
    data.chmod(0o700)
    process = subprocess.Popen([sys.argv[2], data], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    equal(said_by(browser, process.stdout.readline().strip()), "")
    process.stdin.write("601\n")
    process.stdin.flush()
    equal(process.stdout.readline(), "expired\n")
    browser.reload()
    browser.wait(READY)
    picture(browser, "link-expired")
    process.communicate("", timeout=30)


if __name__ == "__main__":
    try:
        main(*([make_pictures] if os.environ.get("NAMIDA_SCREENSHOTS") else [test_bring_and_fetch, test_refused, test_expired, test_words, test_changed]))
    finally:
        for one in shared:
            one.close()
