"""The search server of Wagtail's setting, here with Wagtail's own database backend in its place."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from wagtail.search.models import IndexEntry

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.search import backends, fulltext
from wagtail_helpdesk.search.models import IndexTask, SearchEntry
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.models import Ticket

from .conftest import work


@pytest.fixture
def server(settings, monkeypatch):
    settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "SEARCH_BACKEND": "default"}

    def fail(*args, **kwargs):
        raise AssertionError("the server is to be asked")

    monkeypatch.setattr(fulltext, "candidates", fail)


def known():
    """Return how many entries the server knows."""
    return IndexEntry.objects.filter(content_type__model="searchentry").count()


@pytest.mark.full_text
@pytest.mark.parametrize(
    "text", ["invoice", "inv", "invoice march", '"invoice of march"', "from:souza", "ana@example.org"]
)
def test_finds(desk, ticket, found, server, text):
    # Wagtail's backend asks for all words, and MariaDB's full text leaves out "of": phrases with such words are lost.
    wanted = [] if connection.vendor == "mysql" and " of " in text else [ticket.pk]
    assert found(text) == found(text, desk.manager) == wanted
    assert found(text, desk.other_agent) == []


def test_looks_again_whether_it_is_right(desk, ticket, found, server):
    assert found('"march invoice"') == found("inv march") == found("invoice -march") == []
    assert found("invoice is:closed") == []


def test_shared_tickets(desk, ticket, found, server):
    ShareTicket(ticket=ticket, user=desk.other_agent, actor=Actor.of_user(desk.manager))()
    assert found("invoice", desk.other_agent) == [ticket.pk]


def test_erased_ticket_is_gone_from_the_server(desk, ticket, found, server):
    work()
    assert known() == 2
    TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
    EraseTicket(ticket=Ticket.objects.get(pk=ticket.pk), actor=Actor.of_user(desk.manager))()
    work()
    assert known() == 0


def test_server_that_fails_is_told_later(desk, ticket, server, monkeypatch):
    def fail(*args):
        raise ConnectionError

    monkeypatch.setattr(backends, "tell", fail)
    work()
    assert IndexTask.objects.filter(attempts=1).count() == 1


def test_without_the_setting_wagtail_indexes_nothing_of_it(desk, ticket, found):
    work()
    assert known() == 0
    call_command("update_index", "--verbosity=0")
    assert known() == 0


def test_automatic_indexing_is_off(desk, server):
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    assert SearchEntry.objects.count() == known() == 0
    SearchEntry.objects.create(key=1, ticket=ticket, team=desk.team, at=ticket.created_at, words=" x ")
    assert known() == 0


def test_unknown_alias_is_an_error(settings):
    settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "SEARCH_BACKEND": "nonsense"}
    assert "SEARCH_BACKEND" in " ".join(
        message.msg for message in run_checks() if message.id == "wagtail_helpdesk.E002"
    )
