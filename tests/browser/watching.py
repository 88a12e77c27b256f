"""Watches a browser for what a person would not notice: errors in its console, and requests to other hosts."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

#: The others stay in the browser.
_REACHING_OUT = ("http", "https", "ws", "wss", "ftp")
#: The icon that a browser asks for by itself, and Playwright's look into a frame that has no document yet.
_NOT_OURS = re.compile(r"/favicon\.ico\)$|^console: Blocked script execution in 'about:blank'")


class Watch:
    """Collects the complaints of all browser contexts of one test, which fails when there is any at its end."""

    def __init__(self, origin: str) -> None:
        self.complaints: list[str] = []
        self._host = urlsplit(origin).netloc
        self._expected: list[re.Pattern[str]] = []

    def attach(self, context: BrowserContext) -> None:
        """Watch what happens in ``context`` from now on."""
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        # Looked at, not routed: routing would keep the browser from caching. conftest.py sees to it that none arrives.
        context.on("request", self._on_request)

    def detach(self, context: BrowserContext) -> None:
        """Watch ``context`` no more."""
        context.remove_listener("console", self._on_console)
        context.remove_listener("weberror", self._on_error)
        context.remove_listener("request", self._on_request)

    def expect(self, pattern: str) -> None:
        """Let complaints that ``pattern`` is found in pass, in a test that provokes them, such as an answer 404."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """Return the complaints that no expect() covers."""
        return [line for line in self.complaints if not any(pattern.search(line) for pattern in self._expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        complaint = f"console: {message.text} ({message.location.get('url', '')})"
        if message.type in ("error", "assert") and not _NOT_OURS.search(complaint):
            self.complaints.append(complaint)

    def _on_error(self, error: WebError) -> None:
        self.complaints.append(f"script: {error.error.message}")

    def _on_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in _REACHING_OUT and url.netloc != self._host:
            self.complaints.append(f"foreign request: {request.url}")
