"""The site on a port of its own, in this process, for a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Page, sync_playwright

from benchmarks.queries import signed_in
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS, PATIENCE
from tests.browser.screens import DESKTOP


@contextmanager
def live_server() -> Iterator[str]:
    """Serve the site and its static files; yield its address."""
    server = LiveServerThread("localhost", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.terminate()


@contextmanager
def browsing(user: object) -> Iterator[Page]:
    """Yield a tab of Chromium in which ``user`` is signed in. SystemExit where there is no browser."""
    executable = chromium.find()
    if executable is None:
        raise SystemExit(chromium.reason_for_none())
    session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    # Playwright keeps an event loop running in this thread, and Django would refuse the database to it.
    allowed = mock.patch.dict(os.environ, DJANGO_ALLOW_ASYNC_UNSAFE="true")
    with live_server() as address, allowed, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        context = browser.new_context(base_url=address, **DESKTOP.context_options)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
        try:
            yield context.new_page()
        finally:
            browser.close()
