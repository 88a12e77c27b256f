"""The search as the inbox shows it. What is found at all: tests/search."""

from __future__ import annotations

from html import escape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, reverse_lazy

from tests.pages.trees import make_article, make_centre, make_section
from wagtail_helpdesk.inbox import search_results
from wagtail_helpdesk.search.indexing import index_due
from wagtail_helpdesk.testing import factories

HOSTILE = '<script>alert("x")</script> & <b>zebra</b>'


@pytest.fixture
def get(login):
    """Return a function that gives the response of a search."""

    def get(user, text, view="all", address="view", **query):
        while index_due():
            pass
        response = login(user).get(reverse(f"helpdesk_inbox:{address}", args=[view]), {"q": text, **query})
        assert response.status_code == 200
        return response

    return get


def tickets(response):
    return [row.ticket for row in response.context["rows"]]


def test_shows_the_words_with_who_wrote_them(desk, ticket, get):
    factories.add_note(ticket, desk.agent, "<p>The bookkeepers know</p>")
    html = get(desk.light, "bookkeep").content.decode()
    assert "<mark>bookkeepers</mark> know" in html
    assert "Bruno" in html and "Internal note" in html
    assert "<mark>Invoice</mark> shows" in get(desk.light, "invoice").content.decode()


def test_nothing_of_a_message_is_html(desk, get):
    factories.make_ticket(HOSTILE, subject=HOSTILE, name=HOSTILE, team=desk.team, mailbox=desk.mailbox)
    for text in ("zebra", "alert", HOSTILE, f'from:"{HOSTILE}"'):
        html = get(desk.agent, text).content.decode()
        assert "<script>alert" not in html and "<b>" not in html, text
    assert f"&gt;<mark>zebra</mark>{escape('</b>')}" in get(desk.agent, "zebra").content.decode()


@pytest.mark.parametrize("address", ["view", "results"])
def test_who_may_see_it(desk, ticket, get, address):
    for name in desk.INSIDERS:
        response = get(getattr(desk, name), "souza", address=address)
        assert tickets(response) == [ticket] and len(response.context["results"].people) == 1, name
    response = get(desk.other_agent, "souza", address=address)
    assert tickets(response) == [] and response.context["results"].people == []
    assert "Souza" not in response.content.decode().replace("souza", "")


def test_people_lead_to_their_tickets(desk, ticket, get):
    factories.make_ticket("Other", team=desk.team, mailbox=desk.mailbox, name="Zoe")
    (person,) = get(desk.agent, "ana").context["results"].people
    assert tickets(get(desk.agent, person.search)) == [ticket]


def test_chips_lead_to_the_search_without_them(desk, ticket, get, login):
    response = get(desk.agent, 'invoice status:new -assignee:me from:"Ana Souza" team:', p="1")
    chips = response.context["chips"]
    assert [(chip.part.name, chip.part.value) for chip in chips] == [
        ("status", "new"),
        ("assignee", "me"),
        ("from", "Ana Souza"),
    ]
    assert chips[0].without == "q=invoice+-assignee%3Ame+from%3A%22Ana+Souza%22+team%3A"
    assert tickets(response) == [ticket]


def test_hints(desk, get):
    html = get(desk.agent, "is:<b>").content.decode()
    assert "is:&lt;b&gt; is not known" in html


def test_filters_and_search_together(desk, ticket, get):
    assert tickets(get(desk.agent, "invoice", channel="email")) == [ticket]
    assert tickets(get(desk.agent, "invoice", channel="form")) == []


def test_pages(desk, get, monkeypatch):
    monkeypatch.setattr(search_results, "PAGE_SIZE", 2)
    monkeypatch.setattr(search_results, "MAX_PAGES", 2)
    made = [factories.make_ticket(team=desk.team, mailbox=desk.mailbox).pk for _ in range(5)][::-1]
    first, second = get(desk.agent, "invoice"), get(desk.agent, "invoice", p="2")
    assert [ticket.pk for ticket in tickets(first)] == made[:2]
    assert [ticket.pk for ticket in tickets(second)] == made[2:4]
    assert (first.context["results"].previous, first.context["results"].next) == (None, 2)
    assert (second.context["results"].previous, second.context["results"].next) == (1, None)
    assert "There is more than can be shown" in second.content.decode()
    for page in ("0", "-1", "x", "99"):
        assert len(tickets(get(desk.agent, "invoice", p=page))) == 2, page
    waiting = get(desk.agent, "invoice", sort="waiting")
    assert [ticket.pk for ticket in tickets(waiting)] == made[:4][::-1]


@pytest.mark.parametrize("text", ["invoice", "souza", "is:open invoice", "nothing", "#1"])
def test_queries(desk, get, text):
    def count(number):
        for n in range(number):
            ticket = factories.make_ticket(
                f"invoice {n}", name=f"Souza {n}", subject="invoice", team=desk.team, mailbox=desk.mailbox
            )
            factories.add_note(ticket, desk.agent)
        # What is known of sites and content types stays known.
        get(desk.agent, text)
        with CaptureQueriesContext(connection) as captured:
            get(desk.agent, text)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    few = count(2)
    assert count(8) == few
    # Articles are looked for too; PostgreSQL asks more for them.
    assert few <= 72


def test_articles_stand_above_the_tickets(desk, get):
    article = make_article(make_section(make_centre()), "Returning a bicycle")
    assert [hit.pk for hit in get(desk.agent, "bicycle").context["results"].articles] == [article.pk]
    page = get(desk.agent, "bicycle").content.decode()
    assert f'href="{article.get_url()}"' in page
    for text in ("is:open bicycle", "bi", "#12", "nothing"):
        assert get(desk.agent, text).context["results"].articles == [], text
    assert get(desk.agent, "bicycle", p="2").context["results"].articles == []


@pytest.mark.parametrize(
    "address",
    [
        reverse_lazy("helpdesk_inbox:palette"),
        reverse_lazy("helpdesk_inbox:tags"),
        reverse_lazy("helpdesk_inbox:organisations"),
        reverse_lazy("helpdesk_inbox:view", args=["all"]),
    ],
)
def test_a_character_that_no_text_has_is_left_out(desk, login, address):
    """PostgreSQL refuses to look for it."""
    for name in ("q", "term", "tag"):
        assert login(desk.agent).get(f"{address}?{name}=a%00b").status_code == 200
