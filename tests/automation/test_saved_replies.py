"""Which saved replies somebody finds, in which language, and what they bring along."""

from __future__ import annotations

import pytest
from wagtail.models import Locale

from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.matching import score
from wagtail_helpdesk.automation.models import ReplyFolder, SavedReply
from wagtail_helpdesk.automation.saved_replies import folder_paths, make_ready, replies_for, search_replies
from wagtail_helpdesk.testing import factories


@pytest.mark.parametrize(
    ("query", "fields", "better"),
    [
        ("ref", ["Refund", "", "", ""], ["Prefer", "", "", ""]),
        ("refund", ["Refund", "", "", ""], ["Money back", "", "", "about a refund"]),
        ("money", ["Refund", "money", "", ""], ["Refund", "", "Money", ""]),
    ],
)
def test_better_fits_count_more(query, fields, better):
    assert score(query, fields) > score(query, better) > 0


@pytest.mark.parametrize(
    ("query", "found"), [("rfnd", True), ("refund pol", True), ("refund xyz", False), ("", False), ("rf", False)]
)
def test_what_fits(query, found):
    assert bool(score(query, ["Refund", "policy", "", ""])) is found


@pytest.fixture
def scoped(desk, make_reply):
    return {
        "everyone": make_reply("everyone"),
        "own": make_reply("own", scope=Scope.ME, owner=desk.agent),
        "another's": make_reply("another's", scope=Scope.ME, owner=desk.colleague),
        "team": make_reply("team", scope=Scope.TEAM, team=desk.team),
        "other team": make_reply("other team", scope=Scope.TEAM, team=desk.other_team),
        "mailbox": make_reply("mailbox", scope=Scope.MAILBOX, mailbox=desk.mailbox),
        "other mailbox": make_reply("other mailbox", scope=Scope.MAILBOX, mailbox=factories.make_mailbox()),
    }


@pytest.mark.parametrize(
    ("persona", "names"),
    [
        ("light", {"everyone", "team", "mailbox"}),
        ("agent", {"everyone", "own", "team", "mailbox"}),
        ("colleague", {"everyone", "another's", "team", "mailbox"}),
        ("other_agent", {"everyone", "other team", "mailbox"}),
        ("manager", {"everyone", "team", "mailbox"}),
        ("editor", set()),
    ],
)
def test_who_finds_what(persona, names, desk, ticket, scoped):
    assert {one.reply.name for one in replies_for(getattr(desk, persona), ticket=ticket)} == names


def test_each_reply_once_in_the_tickets_language(desk, ticket, make_reply, django_assert_num_queries):
    english = make_reply("Hello", "<p>Hello</p>")
    for code, body in (("pt-br", "<p>Olá</p>"), ("es", "<p>Hola</p>")):
        locale, _new = Locale.objects.get_or_create(language_code=code)
        make_reply("Hello", body, locale=locale, translation_key=english.translation_key)
    found = {}
    for language in ("pt-br", "pt", "es-mx", "de", ""):
        ticket.language = language
        (one,) = replies_for(desk.agent, ticket=ticket)
        found[language] = one.words
    assert found == {"pt-br": "Olá", "pt": "Olá", "es-mx": "Hola", "de": "Hello", "": "Hello"}
    for number in range(5):
        make_reply(f"More {number}")
    # The replies, the folders, the site's own language.
    with django_assert_num_queries(3):
        assert len(replies_for(desk.agent, ticket=ticket)) == 6


def test_search_looks_into_folders_keywords_and_words(desk, ticket, make_reply):
    folder = ReplyFolder.objects.create(name="Money", parent=ReplyFolder.objects.create(name="Shop"))
    make_reply("Refund", folder=folder, keywords="cashback", body="<p>Within fourteen days</p>")
    make_reply("Opening hours")
    everything = replies_for(desk.agent, ticket=ticket)
    assert folder_paths()[folder.pk] == "Shop / Money"
    for query in ("rfnd", "cashb", "shop", "fourteen days"):
        assert [one.reply.name for one in search_replies(everything, query)] == ["Refund"], query
    assert search_replies(everything, "nothing like it") == []


def test_a_folder_never_stands_inside_itself(db):
    outer = ReplyFolder.objects.create(name="a")
    inner = ReplyFolder.objects.create(name="b", parent=outer)
    outer.parent = inner
    with pytest.raises(Exception, match="inside itself"):
        outer.full_clean()


def test_ready_in_its_own_language(desk, ticket, make_reply):
    reply = SavedReply.objects.select_related("locale").get(pk=make_reply(body="<p>{{ customer.organisation }}</p>").pk)
    ready = make_ready(reply, desk.agent, ticket=ticket)
    assert (ready.html, ready.missing) == ("<p>[[customer.organisation]]</p>", ["customer.organisation"])
