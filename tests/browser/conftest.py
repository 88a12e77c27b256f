"""A real browser for the tests in this folder.

``page`` is a new tab with nobody signed in, ``sign_in`` signs somebody in, ``new_page`` opens further tabs, each with a
session of its own. A test fails on any error in the console, uncaught exception or request to another host.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.staticfiles import handlers
from django.contrib.staticfiles.views import serve
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser import chromium
from tests.browser.contexts import Contexts
from tests.browser.screens import DESKTOP, Screen
from tests.browser.watching import Watch

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    # Nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]
# Milliseconds. Far more than any step needs, even where two other programs have the processors.
PATIENCE = 20_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run. Skips the test where there is none."""
    executable = chromium.find()
    if executable is None:
        pytest.skip(chromium.reason_for_none())
    database_connections = {alias: connections[alias] for alias in connections}
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop running in this thread. Django would refuse the database to the test there, and
        # open new connections, which know nothing of what pytest-django noted on those it had set up.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        for alias, connection in database_connections.items():
            connections[alias] = connection
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def cached_files() -> Iterator[None]:
    """Let the browser keep style sheets and scripts for a while, as on a real site."""

    def serve_to_keep(request: HttpRequest, path: str, **options: Any) -> HttpResponseBase:
        response = serve(request, path, **options)
        response["Cache-Control"] = "max-age=3600, immutable"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers, "serve", serve_to_keep)
        yield


@pytest.fixture
def screen() -> Screen:
    """The screen of all pages; tests.browser.screens has marks that run a test on several."""
    return DESKTOP


@pytest.fixture
def watch(live_server: LiveServer) -> Iterator[Watch]:
    """What the browser complains of; ``watch.expect(pattern)`` lets pass what the test provokes."""
    watch = Watch(live_server.url)
    yield watch
    unexpected = watch.unexpected()
    assert not unexpected, "\n".join(["the browser complained:", *unexpected])


@pytest.fixture(scope="session")
def contexts(browser: Browser, live_server: LiveServer) -> Contexts:
    """What tests borrow their browser contexts from."""
    return Contexts(browser, live_server.url)


@pytest.fixture
def new_page(contexts: Contexts, screen: Screen, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Open a page in a session of its own; options are Playwright's, such as ``java_script_enabled=False``.

    With ``keep=False`` no later test gets its browser context: for tests that set its clock.
    """
    borrowed: list[tuple[BrowserContext, bool]] = []

    def open_page(*, keep: bool = True, **options: Any) -> Page:
        context = contexts.borrow(**(screen.context_options | options))
        context.set_default_timeout(PATIENCE)
        borrowed.append((context, keep))
        watch.attach(context)
        return context.new_page()

    yield open_page
    for context, keep in borrowed:
        if keep:
            contexts.give_back(context)
            watch.detach(context)
        else:
            watch.detach(context)
            contexts.close(context)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A tab with nobody signed in; its relative addresses are those of the live server."""
    return new_page()


@pytest.fixture
def sign_in(live_server: LiveServer, screen: Screen) -> Callable[[Page, AbstractBaseUser], None]:
    """Sign a user in on the page's session, without the login form, with the admin in the screen's colours."""

    def sign_in(page: Page, user: AbstractBaseUser) -> None:
        from wagtail.users.models import UserProfile

        UserProfile.objects.update_or_create(user=user, defaults={"theme": "dark" if screen.dark else "light"})
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])

    return sign_in
