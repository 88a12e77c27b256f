"""Watches a browser for what a person would not notice: errors in its console, and requests to other hosts."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Route, WebError


class Watch:
    """Collects the complaints of all browser contexts of one test, which fails when there is any at its end."""

    def __init__(self, origin: str) -> None:
        self.complaints: list[str] = []
        self._origin = origin
        self._expected: list[re.Pattern[str]] = []

    def attach(self, context: BrowserContext) -> None:
        """Watch what happens in ``context`` from now on."""
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.route("**/*", self._on_request)

    def expect(self, pattern: str) -> None:
        """Let complaints that ``pattern`` is found in pass, in a test that provokes them, such as an answer 404."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """Return the complaints that no expect() covers."""
        return [line for line in self.complaints if not any(pattern.search(line) for pattern in self._expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "assert"):
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_error(self, error: WebError) -> None:
        self.complaints.append(f"script: {error.error.message}")

    def _on_request(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if f"{url.scheme}://{url.netloc}" == self._origin:
            route.continue_()
        else:
            self.complaints.append(f"foreign request: {route.request.url}")
            route.abort()
