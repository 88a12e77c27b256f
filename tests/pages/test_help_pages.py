"""The help centre as a visitor meets it: sections, counts, questions, search, restrictions, structured data."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import BaseViewRestriction, PageViewRestriction
from wagtail.test.utils import WagtailPageTestCase
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from tests.pages.trees import make_article, make_centre, make_section
from wagtail_helpdesk.knowledge_base.blocks import FEATURES
from wagtail_helpdesk.pages.models import HelpArticlePage, HelpCentrePage, HelpSectionPage

# MariaDB's full text finds what is committed only.
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sites_design(settings):
    settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "BASE_TEMPLATE": "testsite/base.html"}


pytestmark = pytest.mark.django_db


def soup(client, shown, **query):
    response = client.get(shown.get_url(), query)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def structured(page):
    (script,) = page.select('script[type="application/ld+json"]')
    return json.loads(script.string)


def restrict(page, kind=BaseViewRestriction.LOGIN, **fields):
    return PageViewRestriction.objects.create(page=page, restriction_type=kind, **fields)


@pytest.fixture
def centre(db):
    return make_centre(intro="We answer within a day.")


@pytest.fixture
def section(centre):
    return make_section(centre, intro="Parcels and payment.")


class TestPageTypes(WagtailPageTestCase):
    def test_what_goes_where(self):
        self.assertAllowedSubpageTypes(HelpCentrePage, {HelpSectionPage})
        self.assertAllowedSubpageTypes(HelpSectionPage, {HelpArticlePage})
        self.assertAllowedSubpageTypes(HelpArticlePage, set())
        self.assertAllowedParentPageTypes(HelpArticlePage, {HelpSectionPage})

    def test_each_can_be_edited_and_previewed(self):
        self.login()
        centre = make_centre()
        section = make_section(centre)
        text = rich_text("<p>So.</p>", features=[*FEATURES])
        form = nested_form_data({"title": "Why?", "slug": "why", "body": streamfield([("paragraph", text)])})
        for page, values in ((centre, None), (section, None), (make_article(section, "Why?"), form)):
            self.assertPageIsRenderable(page)
            self.assertPageIsEditable(page, post_data=values and {**values, "comments-TOTAL_FORMS": 0})
            self.assertPageIsPreviewable(page, post_data=values and {**values, "comments-TOTAL_FORMS": 0})


def test_centre_lists_sections_with_counts(client, centre, section):
    make_article(section, "One")
    make_article(section, "Two")
    make_article(section, "Draft", live=False)
    make_section(centre, "Repairs")
    make_section(centre, "Hidden", live=False)
    cards = soup(client, centre).select(".helpdesk-card")
    assert [card.h2.get_text() for card in cards] == ["Orders", "Repairs"]
    assert [card.select_one(".helpdesk-count").get_text() for card in cards] == ["2 articles", "0 articles"]
    assert cards[0].a["href"] == section.get_url()


def test_empty_centre(client, centre):
    assert "There are no articles here yet." in soup(client, centre).get_text()


def test_pages_stand_in_the_sites_design(client, centre, section):
    article = make_article(section, "Why?")
    for page in (centre, section, article):
        assert soup(client, page).select_one("header a").get_text() == "Test site"
        assert soup(client, page).title.get_text() == page.title


def test_breadcrumbs(client, centre, section):
    article = make_article(section, "Why?")
    crumbs = soup(client, article).select(".helpdesk-breadcrumbs li")
    assert [crumb.get_text() for crumb in crumbs][-3:] == ["Help centre", "Orders", "Why?"]
    assert crumbs[-1]["aria-current"] == "page"
    assert [crumb.a["href"] for crumb in crumbs[-3:-1]] == [centre.get_url(), section.get_url()]


def test_section_lists_its_articles(client, section):
    make_article(section, "With summary", summary="In short.")
    make_article(section, "Without", "<p>First words.</p>")
    make_article(section, "Draft", live=False)
    rows = soup(client, section).select(".helpdesk-articles li")
    assert [(row.a.get_text(), row.p.get_text()) for row in rows] == [
        ("With summary", "In short."),
        ("Without", "First words."),
    ]


def test_long_section_has_pages(client, section):
    for number in range(27):
        make_article(section, f"Article {number:02}")
    assert len(soup(client, section).select(".helpdesk-articles li")) == 25
    second = soup(client, section, page=2)
    assert [row.a.get_text() for row in second.select(".helpdesk-articles li")] == ["Article 25", "Article 26"]
    assert second.select_one("a[rel=prev]")["href"] == "?page=1"


def test_article_shows_its_parts(client, section):
    article = make_article(
        section,
        "Why?",
        summary="In short.",
        body=[
            ("paragraph", "<p>Long story.</p>"),
            ("faq_list", {"heading": "More", "entries": [{"question": "And <b>?", "answer": "<p>So & so.</p>"}]}),
        ],
    )
    article.tags.add("lamp")
    article.save_revision().publish()
    make_article(section, "Beside")
    page = soup(client, article)
    assert "Long story." in page.select_one(".helpdesk-article__body").get_text()
    assert page.select_one("details summary").get_text() == "And <b>?"
    assert [tag.get_text() for tag in page.select(".helpdesk-tags li")] == ["lamp"]
    assert [link.get_text() for link in page.select(".helpdesk-siblings a")] == ["Beside"]
    assert structured(page)["mainEntity"] == [
        {"@type": "Question", "name": "And <b>?", "acceptedAnswer": {"@type": "Answer", "text": "So & so."}}
    ]


def test_frequently_asked(client, centre, section):
    inner = make_article(section, "Link?", f'<p>See <a linktype="page" id="{section.pk}">orders</a>.</p>', in_faq=True)
    make_article(section, "Not asked")
    make_article(section, "Draft", in_faq=True, live=False)
    page = soup(client, centre)
    (entry,) = page.select(".helpdesk-faq__entry")
    assert entry.summary.get_text() == "Link?"
    assert [link["href"] for link in entry.select("a")] == [section.get_url(), inner.get_url()]
    assert [row["name"] for row in structured(page)["mainEntity"]] == ["Link?"]
    assert structured(page)["mainEntity"][0]["acceptedAnswer"]["text"] == "See orders."


@pytest.mark.parametrize(
    "title", ["</script><script>alert(1)</script>", '"}]} <!-- \\ \u2028', "a\\u003cb", "<!--<script>"]
)
def test_structured_data_cannot_be_left(client, centre, section, title):
    make_article(section, title, slug="x", in_faq=True)
    page = soup(client, centre)
    assert structured(page)["mainEntity"][0]["name"] == title
    assert len(page.select("script")) == 1


@committed
def test_search(client, centre, section):
    make_article(section, "Changing the battery", "<p>Turn the screw.</p>")
    make_article(section, "Delivery", "<p>The parcel needs three days.</p>", summary="By post.")
    make_article(section, "Draft battery", live=False)
    elsewhere = make_section(make_centre("Other", slug="other"), "Far")
    make_article(elsewhere, "Battery elsewhere")
    for query, titles in [
        ("battery", ["Changing the battery"]),
        ("PARCEL", ["Delivery"]),
        ("nothingofthekind", []),
    ]:
        page = soup(client, centre, q=query)
        assert [row.get_text() for row in page.select(".helpdesk-articles__title")] == titles
        assert page.select_one("input[type=search]")["value"] == query
        assert ("Nothing was found" in page.get_text()) is (titles == [])


@pytest.mark.parametrize(
    "query", ['"', "'", "*", "a AND", "%_", "NEAR(", "\x00x", "ß" * 900, "-- ;", "(", "a:b", "<b>"]
)
def test_search_takes_anything(client, centre, section, query):
    make_article(section, "Changing the battery")
    assert "helpdesk-results" in str(soup(client, centre, q=query)) or not query.replace("\x00", "").strip()


@committed
def test_restricted_pages_are_nowhere(client, centre, section):
    make_article(section, "Open secret", in_faq=True)
    closed = make_section(centre, "Dealers")
    make_article(closed, "Dealers' secret", in_faq=True)
    restrict(closed)
    page = soup(client, centre)
    assert [card.h2.get_text() for card in page.select(".helpdesk-card")] == ["Orders"]
    assert [row.get_text() for row in page.select("summary")] == ["Open secret"]
    assert [row.get_text() for row in soup(client, centre, q="secret").select(".helpdesk-articles__title")] == [
        "Open secret"
    ]


def test_restricted_article_is_no_neighbour(client, section):
    article = make_article(section, "Open")
    restrict(make_article(section, "Closed"))
    assert soup(client, article).select(".helpdesk-siblings") == []
    assert [row.get_text() for row in soup(client, section).select(".helpdesk-articles__title")] == ["Open"]


@committed
def test_who_may_read_finds(client, desk, centre, section):
    make_article(section, "Members' battery")
    restrict(centre)
    assert client.get(centre.get_url()).status_code == 302
    client.force_login(desk.editor)
    found = soup(client, centre, q="battery").select(".helpdesk-articles__title")
    assert [row.get_text() for row in found] == ["Members' battery"]


def queries(client, shown, **query):
    with CaptureQueriesContext(connection) as captured:
        soup(client, shown, **query)
    return len(captured)


def test_queries_do_not_grow(client, centre, section):
    article = make_article(section, "Battery one", f'<p><a linktype="page" id="{section.pk}">x</a></p>', in_faq=True)
    make_article(section, "Battery two", "<p>Light.</p>")
    addresses = [(centre, {}), (centre, {"q": "battery"}), (section, {}), (article, {})]
    for page, query in addresses:
        soup(client, page, **query)
    before = [queries(client, page, **query) for page, query in addresses]
    for number in range(6):
        make_article(section, f"Battery more {number}", "<p>So <b>be</b> it.</p>", in_faq=True)
        make_section(centre, f"Section {number}")
    assert [queries(client, page, **query) for page, query in addresses] == before
    assert max(before) <= 25


def test_description_for_lists_and_search_engines(section):
    article = make_article(section, "Why?", "<p>First words.</p>")
    assert article.description == "First words."
    article.summary = "In short."
    assert article.description == "In short."
    article.search_description = "For machines."
    assert article.description == "For machines."
