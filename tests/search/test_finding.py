"""What is found, by whom."""

from __future__ import annotations

import pytest

from wagtail_helpdesk.search import finding
from wagtail_helpdesk.search.indexing import index_due


@pytest.fixture
def found(desk):
    def find(text, user=None, limit=20):
        while index_due():
            pass
        answer = finding.search(user or desk.agent, finding.understand(text), limit=limit)
        return [place.ticket_id for place in answer.places]

    return find


def test_words(desk, ticket, found):
    assert found("invoice") == [ticket.pk]
    assert found("inv") == [ticket.pk]
    assert found("voice") == []
    assert found('"the invoice of"') == [ticket.pk]
    assert found('"invoice the"') == []
    assert found("INVOICE márch") == [ticket.pk]
    assert found("ana@example.org") == [ticket.pk]
    assert found("from:souza") == [ticket.pk]
    assert found("invoice -march") == [ticket.pk]
    assert found("is:open") == [ticket.pk]
    assert found("invoice", desk.other_agent) == []
    assert found("invoice", desk.manager) == [ticket.pk]
