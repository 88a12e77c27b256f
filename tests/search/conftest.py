"""What the tests of the search share."""

from __future__ import annotations

import pytest

from wagtail_helpdesk.search import engine, finding
from wagtail_helpdesk.search.document_queue import read_documents_due
from wagtail_helpdesk.search.indexing import index_due


@pytest.fixture
def found(desk):
    """Return a function that finds keys of tickets, once the worker has done what was due."""

    def find(text, user=None, **options):
        work()
        answer = finding.search(user or desk.agent, finding.understand(text), **{"limit": 50, **options})
        return [place.ticket_id for place in answer.places]

    return find


def work():
    """Do what a worker does for the search."""
    for _round in range(100):
        if not index_due() and not read_documents_due():
            return
    raise AssertionError("the list of what is to be indexed never ends")


@pytest.fixture
def full_text_only(monkeypatch):
    """Nothing is found by looking through the newest entries: the database's full text has to know."""
    monkeypatch.setattr(engine, "NEWEST", 0)
    monkeypatch.setattr(engine, "NEWEST_OF_TEAM", 0)
    monkeypatch.setattr(engine, "ELSEWHERE", 0)
