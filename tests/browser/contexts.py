"""Browser contexts that tests have one after the other: what pages load is loaded once, not in each test."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from playwright.sync_api import Browser, BrowserContext


class Contexts:
    """Lends contexts of ``browser``. One that comes back keeps its cache, and nothing else."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self._browser = browser
        self._origin = origin
        self._free: dict[str, list[BrowserContext]] = defaultdict(list)
        self._lent: dict[BrowserContext, str] = {}

    def borrow(self, **options: Any) -> BrowserContext:
        """Return a context with these options of Playwright's that nobody else has."""
        # A worker would stand between the pages and what tests make of their requests; it has tests of its own.
        options.setdefault("service_workers", "block")
        key = repr(sorted(options.items()))
        free = self._free[key]
        context = free.pop() if free else self._browser.new_context(base_url=self._origin, **options)
        self._lent[context] = key
        return context

    def close(self, context: BrowserContext) -> None:
        """Take it out of use: a test did to it what cannot be undone, such as setting its clock."""
        del self._lent[context]
        context.close()

    def give_back(self, context: BrowserContext) -> None:
        """Forget cookies and what pages stored, and close them.

        Raises:
            AssertionError: Its clock was set, which all later tests would go by.
        """
        for page in context.pages[1:]:
            page.close()
        page = context.pages[0] if context.pages else context.new_page()
        session = context.new_cdp_session(page)
        # Leaving, a page may still write.
        page.goto("about:blank")
        assert not page.evaluate("'__pwClock' in globalThis"), "The clock is set: new_page(keep=False)."
        session.send(
            "Storage.clearDataForOrigin", {"origin": self._origin, "storageTypes": "cookies,local_storage,indexeddb"}
        )
        page.close()
        context.clear_cookies()
        self._free[self._lent.pop(context)].append(context)
