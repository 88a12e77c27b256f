"""The database's own full text: made after ``migrate``, in step with its table by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from wagtail_helpdesk.search import engine
from wagtail_helpdesk.search.fulltext import Wanted, candidates, ensure_fulltext
from wagtail_helpdesk.search.models import SearchEntry
from wagtail_helpdesk.testing import factories

from .conftest import work


@pytest.fixture
def entry(desk, ticket):
    return SearchEntry.objects.create(
        key=10**9, ticket=ticket, team=desk.team, at=timezone.now(), words=" zebra of_ tax _t1 "
    )


def known(*words, groups=()):
    return candidates(Wanted({word.rstrip("*"): word.endswith("*") for word in words}, groups), 10)


# MariaDB's full text knows only what is committed: below.
@pytest.mark.only_on("sqlite", "postgresql")
class TestInOneTransaction:
    def test_follows_the_table(self, entry):
        assert known("zebra") == known("zeb*", "tax") == known("tax", groups=[["_t9", "_t1"]]) == [entry.pk]
        assert known("zeb") == known("zebra", "lion") == known("tax", groups=[["_t9"]]) == []
        entry.words = " lion "
        entry.save()
        assert known("zebra") == [] and known("lion") == [entry.pk]
        entry.delete()
        assert known("lion") == []

    def test_may_be_made_again_at_any_time(self, entry):
        for _time in range(2):
            ensure_fulltext("default")
        assert known("zebra") == [entry.pk]

    # The others make it of the rows that are there.
    @pytest.mark.only_on("sqlite")
    def test_rows_that_were_there_before_it_was(self, entry):
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE helpdesk_search_words")
            for what in ("added", "gone", "changed"):
                cursor.execute(f"DROP TRIGGER helpdesk_search_words_{what}")
        ensure_fulltext("default")
        assert known("zebra") == [entry.pk]

    def test_newest_first_and_no_more_than_asked_for(self, entry):
        older = SearchEntry.objects.create(
            key=2 * 10**9,
            ticket=entry.ticket,
            team=entry.team,
            at=entry.at - timedelta(days=1),
            words=" zebra ",
        )
        wanted = {"zebra": False}
        assert candidates(Wanted(wanted), 10) == [entry.pk, older.pk]
        assert candidates(Wanted(wanted), 1) == [entry.pk]
        assert candidates(Wanted(wanted, after=entry.at), 10) == [entry.pk]
        assert candidates(Wanted(wanted, before=entry.at), 10) == [older.pk]


# The others are asked in the tests above.
@pytest.mark.only_on("mysql")
@pytest.mark.django_db(transaction=True)
def test_on_mariadb(desk, monkeypatch, found):
    for name in ("NEWEST", "NEWEST_OF_TEAM", "ELSEWHERE"):
        monkeypatch.setattr(engine, name, 0)
    ticket = factories.make_ticket(
        "Hello, the invoice of March is wrong. A b. 東京都", team=desk.team, mailbox=desk.mailbox, subject="Tax id"
    )
    factories.make_ticket("Else", team=desk.team, mailbox=desk.mailbox, name="Zoe", subject="Else")
    work()
    for text in (
        "invoice",
        "inv",
        "of the",
        "the_",
        "a b",
        '"the invoice"',
        "from:souza",
        "東京",
        "subject:tax",
        "invoice -april",
    ):
        for user in (desk.agent, desk.manager):
            assert found(text, user) == [ticket.pk], text
    for text in ("voice", '"invoice the"', "from:march"):
        assert found(text) == [], text
    assert found("invoice", desk.other_agent) == []
