"""The ground of the browser tests: what it must notice it notices, and where it says we are, there we are."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen


@pytest.fixture
def superuser(transactional_db):
    return get_user_model().objects.create_superuser("root@example.com", "secret", first_name="Root")


def provoke(page, script):
    """Run ``script``, whatever becomes of it, and what it put off."""
    page.goto("/admin/login/")
    page.evaluate(f"async () => {{ try {{ {script} }} catch {{ }} await new Promise(done => setTimeout(done)) }}")


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('broken')", "console: broken"),
        ("await fetch('https://example.com/x')", "foreign request: https://example.com/x"),
        (
            "await new Promise(done => Object.assign(new Image(), {onerror: done, src: 'https://example.org/y'}))",
            "org/y",
        ),
        ("setTimeout(() => { throw new Error('uncaught') })", "script: uncaught"),
    ],
)
def test_complaints_are_noticed(page, watch, script, complaint):
    provoke(page, script)
    watch.expect(".")
    assert any(complaint in line for line in watch.complaints)


def test_inline_script_breaks_the_policy(page, watch):
    watch.expect("404")
    page.goto("/no-such-page/")
    page.evaluate("document.head.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in line for line in watch.unexpected())
    watch.expect("Content Security Policy")


@every_screen
def test_signed_in_on_each_screen(page, sign_in, superuser, screen):
    sign_in(page, superuser)
    page.goto("/admin/")
    expect(page).to_have_title("Dashboard - Wagtail")
    assert page.viewport_size == {"width": screen.width, "height": screen.height}
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is screen.dark
    assert f"w-theme-{'dark' if screen.dark else 'light'}" in page.locator("html").get_attribute("class")


def test_sessions_are_separate(new_page, sign_in, superuser):
    mine, other = new_page(), new_page()
    sign_in(mine, superuser)
    other.goto("/admin/")
    expect(other).to_have_url("/admin/login/?next=/admin/")


def test_axe_passes_and_fails(page):
    page.goto("/admin/login/")
    assert_axe(page)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        assert_axe(page)
    assert_axe(page, ignoring=["button-name"])
    assert_axe(page, within="form")
