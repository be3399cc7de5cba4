"""A real browser for the tests of the page: Chromium, spoken to by its DevTools protocol."""

import contextlib
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run --hide-scrollbars "
    "--remote-debugging-port=0 --lang=en"
).split()
PATIENCE = 10.0
"""Seconds that a page may take for what a person would call at once, on a busy machine."""

_BETWEEN = """
window.down = false;
window.canned = {};
window.sent = [];
const real = window.fetch;
window.fetch = async (path, asked = {}) => {
  const url = new URL(path, location.href);
  window.sent.push({method: asked.method, path: url.pathname + url.search,
    body: asked.body ? JSON.parse(asked.body) : null});
  if (window.down) throw new TypeError("no answer");
  const told = Object.keys(window.canned).find((end) => url.pathname.endsWith(end));
  if (told === undefined) return real(path, asked);
  return new Response(JSON.stringify(window.canned[told]));
};
"""
"""Stands between page and server: says what was sent, is deaf on demand, answers from `canned`."""


def find_chromium() -> str | None:
    """The path of a Chromium, where the machine has one."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


class Tab:
    """A tab with the page in it, as wide as a desk's unless told otherwise."""

    def __init__(self, socket: ClientConnection, address: str) -> None:
        self._socket, self._address, self._last = socket, address, 0
        self.errors: list[str] = []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self._before_all(_BETWEEN)

    def call(self, method: str, **asked: Any) -> Any:
        """Send a command of the protocol; what the page complains of meanwhile is kept."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": asked}))
        while True:
            told = json.loads(self._socket.recv(timeout=PATIENCE))
            if told.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.errors.append(json.dumps(told["params"])[:600])
            if told.get("id") == self._last:
                assert "error" not in told, told["error"]
                return told["result"]

    def _before_all(self, script: str) -> None:
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def open(
        self,
        part: str = "ask",
        *,
        me: dict[str, Any] | None = None,
        width: int = 1280,
        canned: dict[str, Any] | None = None,
        zone: str = "UTC",
        language: str | None = "en",
    ) -> None:
        """Open a part of the page as somebody, in a language, or None for the one that was chosen;
        what they look at is not kept, for other tests."""
        height, mobile = (844, True) if width < 600 else (900, False)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Emulation.setTimezoneOverride", timezoneId=zone)
        told = {"/v1/interactions": {}, **(canned or {})}
        chosen = f"localStorage.setItem('whoknows.language', '{language}');" if language else ""
        self._before_all(
            "if (location.protocol === 'http:') {"
            f"localStorage.setItem('whoknows.me', {json.dumps(json.dumps(me))});"
            f"{chosen}"
            f"Object.assign(window.canned, {json.dumps(told)}); }}"
        )
        # Another part of an open page would not load it anew.
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=f"{self._address}/#{part}")
        selected = "document.querySelector('[role=tab][aria-selected=true][tabindex=\"0\"]')"
        self.until(
            f"{selected}?.getAttribute('aria-controls') === {json.dumps(part.split('/')[0])}"
        )

    def js(self, expression: str) -> Any:
        """The value of an expression in the page."""
        told = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait for an expression to be true."""
        ends = time.monotonic() + PATIENCE
        while not self.js(f"!!({expression})"):
            assert time.monotonic() < ends, f"never: {expression}\n{self.text()}"
            time.sleep(0.03)

    def text(self, selector: str = "body") -> str:
        """What can be read in the first such element; none is empty."""
        found = self.js(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")
        return str(found)

    def count(self, selector: str) -> int:
        """How many such elements there are."""
        return int(self.js(f"document.querySelectorAll({json.dumps(selector)}).length"))

    def says(self, words: str, selector: str = "body") -> None:
        """Wait until an element says these words."""
        self.until(
            f"(document.querySelector({json.dumps(selector)})?.innerText ?? '')"
            f".includes({json.dumps(words)})"
        )

    def click(self, selector: str, words: str = "") -> None:
        """Click the first such element that says these words, once it is there."""
        self.until(
            f"(() => {{ const found = [...document.querySelectorAll({json.dumps(selector)})]"
            f".find((one) => one.textContent.includes({json.dumps(words)}));"
            "found?.click(); return !!found; })()"
        )

    def write(self, selector: str, words: str) -> None:
        """Write into a field, in place of what stood in it."""
        self.js(f"document.querySelector({json.dumps(selector)}).select()")
        self.js(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=words)

    def press(self, key: str) -> None:
        """Press a key where the focus is."""
        codes = {
            "Enter": 13,
            "Escape": 27,
            "End": 35,
            "Home": 36,
            "ArrowLeft": 37,
            "ArrowRight": 39,
        }
        asked = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
        text = {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **asked, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **asked)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return int(self.js("document.documentElement.scrollWidth - innerWidth"))


class Chromium:
    """A running browser."""

    def __init__(self, port: int) -> None:
        self._port = port

    @contextlib.contextmanager
    def tab(self, address: str) -> Iterator[Tab]:
        """A fresh tab for the page at `address`; closed afterwards."""
        base = f"http://127.0.0.1:{self._port}/json"
        asked = urllib.request.Request(f"{base}/new?about:blank", method="PUT")
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            made = json.load(answer)
        with connect(made["webSocketDebuggerUrl"], max_size=None) as socket:
            yield Tab(socket, address)
        urllib.request.urlopen(f"{base}/close/{made['id']}", timeout=PATIENCE).close()


@contextlib.contextmanager
def running_chromium(path: str, folder: Path) -> Iterator[Chromium]:
    """A browser with nothing remembered, ended afterwards."""
    process = subprocess.Popen(
        [path, *_FLAGS, f"--user-data-dir={folder}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        told, ends = folder / "DevToolsActivePort", time.monotonic() + 30
        while not (told.exists() and told.read_text().count("\n")):
            assert time.monotonic() < ends, "Chromium did not start"
            time.sleep(0.05)
        yield Chromium(int(told.read_text().splitlines()[0]))
    finally:
        process.terminate()
        process.wait(20)
