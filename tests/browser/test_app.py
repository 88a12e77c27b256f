"""The inbox as an app: its worker, and what is there without a connection."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from wagtail_helpdesk.testing import factories

#: What the worker keeps, by cache.
KEPT = """async () => {
  const names = await caches.keys();
  const lists = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return lists.flat().map((one) => one.url);
}"""
GONE = "async () => { for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister(); }"


@pytest.fixture
def app(desk, ticket, new_page, sign_in, watch):
    """An agent's page of the inbox, once its worker is there."""
    # Draftail sets style attributes, which our policy refuses.
    watch.expect("Applying inline style violates")
    page = new_page(keep=False, service_workers="allow")
    sign_in(page, desk.agent)
    page.goto("/admin/helpdesk/inbox/all/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    yield page
    page.context.set_offline(False)
    page.evaluate(GONE)


def test_without_a_connection_it_says_so_and_comes_back(app, ticket, watch):
    app.evaluate("localStorage.setItem('helpdesk-draft:1:1', '{}')")
    app.context.set_offline(True)
    watch.expect("ERR_INTERNET_DISCONNECTED|Failed to fetch|net::")
    app.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
    expect(app.get_by_role("heading", name="No connection")).to_be_visible()
    expect(app.get_by_text("One text that you have not sent is kept.")).to_be_visible()
    assert app.evaluate("getComputedStyle(document.querySelector('.button')).display") == "inline-block"
    app.context.set_offline(False)
    expect(app.get_by_role("heading", name=ticket.subject, exact=True)).to_be_visible()
    assert app.url.endswith(f"/admin/helpdesk/tickets/{ticket.pk}/")


def test_it_keeps_one_page_and_nothing_of_customers(app, ticket, desk):
    factories.add_customer_message(ticket)
    app.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
    app.goto("/admin/helpdesk/inbox/my-day/")
    kept = app.evaluate(KEPT)
    assert len(kept) == 3
    assert all("/admin/helpdesk/offline/" in one or "/static/wagtail_helpdesk/app/" in one for one in kept)
