"""A browser without a window, driven over the WebDriver protocol with nothing but the standard library."""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path

# Without the flags on networking the browser looks up hosts of its maker at every start.
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
]


class Browser:
    """One session of the browser."""

    def __init__(self):
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        driver = shutil.which("chromedriver")
        if not chromium or not driver:
            raise SystemExit("this test needs Chromium and ChromeDriver: on Debian, the packages chromium and chromium-driver")
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = None
        for line in self.process.stdout:
            if found := re.search(r"successfully on port (\d+)", line):
                self.port = int(found[1])
                break
        if self.port is None:
            raise SystemExit("ChromeDriver did not start")
        self.session = ""
        options = {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={self.folder.name}"]}
        always = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        try:
            started = self.call("POST", "/session", {"capabilities": {"alwaysMatch": always}})
        except BaseException:
            self.process.kill()
            raise
        self.session = f"/{started['sessionId']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait()
            self.folder.cleanup()

    def call(self, method, path, body=None):
        prefix = f"/session{self.session}" if self.session else ""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{prefix}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["value"]["message"]) from None

    def cdp(self, command, **params):
        """Says something to the browser itself."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def open(self, path):
        self.call("POST", "/url", {"url": Path(path).resolve().as_uri()})

    def run(self, script, *args):
        """What a script says of the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def log(self, kind):
        return self.call("POST", "/se/log", {"type": kind})

    def look(self, width, height, scheme="light", media=""):
        """The size of the window, and how the page is to be shown."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        features = [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]
        self.cdp("Emulation.setEmulatedMedia", media=media, features=features)

    def press(self, key, code):
        for kind in ("rawKeyDown", "char", "keyUp") if key == "Enter" else ("rawKeyDown", "keyUp"):
            self.cdp("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                     text="\r" if key == "Enter" else "")

    def picture(self, file, whole=False):
        data = self.cdp("Page.captureScreenshot", captureBeyondViewport=whole)
        Path(file).write_bytes(base64.b64decode(data["data"]))

    def pdf(self, inches):
        width, height = inches
        data = self.cdp("Page.printToPDF", paperWidth=width, paperHeight=height, printBackground=True, preferCSSPageSize=False,
                        marginTop=0.6, marginBottom=0.6, marginLeft=0.5, marginRight=0.5)
        return base64.b64decode(data["data"])
