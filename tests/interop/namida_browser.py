# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls a real chromium without a display by its driver: the few calls of WebDriver
(https://www.w3.org/TR/webdriver2/) that the tests of links need, with http.client. All connections are on loopback."""
import base64
import http.client
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
WAIT = 30


def find():
    """(chromium, its driver), or None."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


class Browser:
    def __init__(self, *arguments, language="en", width=1000, height=900, dark=False):
        browser, driver = find()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="namida-browser-"))
        self.downloads = self.folder / "downloads"
        self.downloads.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen([driver, f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.session = None
        options = {
            "binary": browser,
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
                     "--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessSendPreflights,BlockInsecurePrivateNetworkRequests",
                     f"--lang={language}", f"--window-size={width},{height}", f"--user-data-dir={self.folder / 'profile'}",
                     *(["--blink-settings=preferredColorScheme=0"] if dark else []), *arguments],
            "prefs": {"intl.accept_languages": language, "download.default_directory": str(self.downloads),
                      "download.prompt_for_download": False, "profile.default_content_setting_values.automatic_downloads": 1},
        }
        capabilities = {"browserName": "chrome", "acceptInsecureCerts": True, "goog:chromeOptions": options,
                        "unhandledPromptBehavior": "accept", "pageLoadStrategy": "normal"}
        deadline = time.monotonic() + WAIT
        while True:
            try:
                answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
                break
            except ConnectionError:
                if time.monotonic() > deadline:
                    self.close()
                    raise
                time.sleep(0.05)
        self.session = "/session/" + answer["sessionId"]

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{path}: {answer['error']}: {answer['message'][:300]}")
        return answer

    def open(self, url):
        self.call("POST", self.session + "/url", {"url": url})

    def reload(self):
        self.call("POST", self.session + "/refresh", {})

    def run(self, script, *arguments):
        return self.call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        """@script gets a function as its last argument, and calls it with the result."""
        return self.call("POST", self.session + "/execute/async", {"script": script, "args": list(arguments)})

    def element(self, identifier):
        found = self.call("POST", self.session + "/element", {"using": "css selector", "value": "#" + identifier})
        return found[ELEMENT]

    def click(self, identifier):
        self.call("POST", f"{self.session}/element/{self.element(identifier)}/click", {})

    def give(self, identifier, *paths):
        """Files or one folder into a field that asks for them."""
        self.call("POST", f"{self.session}/element/{self.element(identifier)}/value", {"text": "\n".join(map(str, paths))})

    def text(self, identifier):
        return self.run("return document.getElementById (arguments[0]).textContent", identifier)

    def shown(self, identifier):
        return self.run("const e = document.getElementById (arguments[0]); return e !== null && e.offsetParent !== null", identifier)

    def wait(self, what, seconds=WAIT):
        """Until the expression @what is true in the page."""
        deadline = time.monotonic() + seconds
        while not (value := self.run("return " + what)):
            if time.monotonic() > deadline:
                words = self.run("return document.body.innerText")
                raise AssertionError(f"not within {seconds} s: {what}; the page says: {words[:600]!r}")
            time.sleep(0.05)
        return value

    def wait_text(self, identifier, part, seconds=WAIT):
        return self.wait(f"document.getElementById ({json.dumps(identifier)}).textContent.includes ({json.dumps(part)})", seconds)

    def cut(self, offline):
        """Cuts the browser off the network, or connects it again."""
        self.call("POST", self.session + "/goog/cdp/execute", {"cmd": "Network.enable", "params": {}})
        self.call("POST", self.session + "/goog/cdp/execute", {"cmd": "Network.emulateNetworkConditions", "params": {
            "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}})

    def slow(self, bytes_per_second):
        self.call("POST", self.session + "/goog/cdp/execute", {"cmd": "Network.enable", "params": {}})
        self.call("POST", self.session + "/goog/cdp/execute", {"cmd": "Network.emulateNetworkConditions", "params": {
            "offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second}})

    def resize(self, width, height):
        self.call("POST", self.session + "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}})

    def screenshot(self, path, width, height):
        self.resize(width, height)
        path.write_bytes(base64.b64decode(self.call("GET", self.session + "/screenshot")))

    def downloaded(self, seconds=WAIT):
        """The one file that was downloaded, when it is all there."""
        deadline = time.monotonic() + seconds
        while True:
            found = [path for path in self.downloads.iterdir()]
            if len(found) == 1 and not found[0].name.endswith(".crdownload") and not found[0].name.startswith("."):
                return found[0]
            assert time.monotonic() < deadline, f"nothing was downloaded: {found}"
            time.sleep(0.05)

    def close(self):
        try:
            if self.session:
                self.call("DELETE", self.session)
        except (OSError, RuntimeError, http.client.HTTPException):
            pass
        self.process.terminate()
        try:
            self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(WAIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()
