"""A unit of work without savepoints: it ends as it should, or nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from wagtail_helpdesk import events
from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.events import Actor, Event, Reactor, StartAgain

pytestmark = pytest.mark.django_db


class Happened(Event):
    pass


@pytest.fixture(autouse=True)
def install(monkeypatch) -> Iterator[Callable[..., None]]:
    monkeypatch.setattr(events, "_reactors", ())
    yield lambda *reactors: monkeypatch.setattr(events, "_reactors", reactors)


def names() -> set[str]:
    return set(Team.objects.filter(name__startswith="new").values_list("name", flat=True))


def test_costs_no_savepoints(install):
    install(Reactor(Happened, lambda event: Team.objects.create(name="new by a reactor")))
    outer, inner = events.unit_of_work(hopeful=True), events.unit_of_work()
    with CaptureQueriesContext(connection) as asked, outer, events.savepoint(), inner:
        Team.objects.create(name="new")
        events.publish(Happened(actor=Actor.system()))
    # The test itself runs in a transaction.
    assert sum(query["sql"].startswith("SAVEPOINT") for query in asked) == 1
    assert names() == {"new", "new by a reactor"}


@pytest.mark.parametrize("error", [ValueError(), IntegrityError()])
def test_reactor_that_fails_starts_the_whole_again(install, error):
    def fail(event: Event) -> None:
        raise error

    install(Reactor(Happened, fail))
    with pytest.raises(StartAgain), events.unit_of_work(hopeful=True):
        Team.objects.create(name="new")
        events.publish(Happened(actor=Actor.system()))
    assert names() == set()


def test_nobody_swallows_it():
    with pytest.raises(StartAgain), events.unit_of_work(hopeful=True):
        with suppress(Exception), events.savepoint():
            Team.objects.create(name="new half")
            raise ValueError
        Team.objects.create(name="new")
    assert names() == set()
    with events.unit_of_work(hopeful=True):
        Team.objects.create(name="new later")
    assert names() == {"new later"}


def test_error_of_its_own_is_what_it_is():
    with pytest.raises(KeyError), events.unit_of_work(hopeful=True):
        raise KeyError
    with pytest.raises(OperationalError), events.unit_of_work(hopeful=True), events.savepoint():
        raise OperationalError
    with pytest.raises(StartAgain), events.unit_of_work(hopeful=True):
        raise IntegrityError


def test_rows_are_written_together_in_the_end(django_assert_num_queries):
    with django_assert_num_queries(3), events.unit_of_work(hopeful=True):  # two of them are the test's savepoint
        for number in range(5):
            events.write_later([Team(name=f"new {number}")])
        assert [team.name for team in events.unwritten(Team)] == [f"new {number}" for number in range(5)]
    assert len(names()) == 5
    with events.unit_of_work():
        events.write_later([Team(name="new at once")])
        events.write_later([])
        assert "new at once" in names()
        assert events.unwritten(Team) == ()


def test_events_are_handed_out_on_the_way(install):
    heard = []
    install(Reactor(Happened, lambda event: heard.append(event.actor.name)))
    with events.unit_of_work(hopeful=True):
        events.publish(Happened(actor=Actor("system", name="a")))
        events.hand_out()
        assert heard == ["a"]
        events.publish(Happened(actor=Actor("system", name="b")))
    assert heard == ["a", "b"], "each once"
