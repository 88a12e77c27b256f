"""The queue of one transaction: order, savepoints, failing reactors, what a site hears after the commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import OperationalError, transaction

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import Action
from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.events import Actor, Event, Reactor


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened(Event):
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AlsoHappened(Happened):
    pass


def happened(name: str, depth: int = 0, kind: type[Happened] = Happened) -> Happened:
    return kind(actor=Actor.system(), depth=depth, name=name)


@pytest.fixture
def heard() -> list[str]:
    """What the reactors of a test write down."""
    return []


@pytest.fixture
def failures() -> list[str]:
    """The failures that were recorded."""
    return []


@pytest.fixture
def install(failures: list[str]) -> Iterator[Callable[..., None]]:
    """Put reactors in for one test."""
    before = events.installed(), events._on_failure

    def put(*reactors: Reactor) -> None:
        events.install(reactors, lambda event, reactor, error: failures.append(f"{event.name}: {type(error).__name__}"))

    yield put
    events.install(*before)


def fail(error: Exception) -> Callable[[Event], None]:
    def handle(event: Event) -> None:
        Team.objects.create(name="lost")
        events.publish(happened("lost"))
        raise error

    return handle


pytestmark = pytest.mark.django_db


def test_event_needs_a_unit_of_work():
    with pytest.raises(RuntimeError):
        events.publish(happened("one"))


def test_events_are_handled_in_order_by_each_reactor_in_order(install, heard):
    install(
        Reactor(Happened, lambda event: heard.append(f"first {event.name}")),
        Reactor(Happened, lambda event: heard.append(f"second {event.name}")),
    )
    with events.unit_of_work():
        events.publish(happened("a"))
        events.publish(happened("b"))
        assert heard == [], "nothing reacts before the action is done"
    assert heard == ["first a", "second a", "first b", "second b"]


def test_event_published_meanwhile_joins_the_end(install, heard):
    def react(event: Happened) -> None:
        heard.append(event.name)
        if event.name == "a":
            events.publish(happened("c", depth=event.depth + 1))

    install(Reactor(Happened, react))
    with events.unit_of_work():
        events.publish(happened("a"))
        events.publish(happened("b"))
    assert heard == ["a", "b", "c"]


def test_reactor_hears_its_kind_only(install, heard):
    install(Reactor(AlsoHappened, lambda event: heard.append(event.name)))
    with events.unit_of_work():
        events.publish(happened("a"))
        events.publish(happened("b", kind=AlsoHappened))
    assert heard == ["b"]


def test_failing_reactor_loses_its_own_rows_and_events_only(install, heard, failures, caplog):
    install(
        Reactor(Happened, lambda event: Team.objects.create(name=f"kept {event.name}")),
        Reactor(Happened, fail(ValueError("ana@example.org"))),
        Reactor(Happened, lambda event: heard.append(event.name)),
    )
    with events.unit_of_work():
        events.publish(happened("a"))
    assert heard == ["a"]
    assert failures == ["a: ValueError"]
    assert Team.objects.filter(name="kept a").exists()
    assert not Team.objects.filter(name="lost").exists()
    assert "ValueError" in caplog.text
    assert "ana@example.org" not in caplog.text, "an error's words may hold a customer's"


@pytest.mark.parametrize(
    ("reactor", "error"),
    [
        (Reactor(Happened, fail(ValueError()), essential=True), ValueError),
        # A deadlock ends the transaction, whichever reactor met it.
        (Reactor(Happened, fail(OperationalError("deadlock"))), OperationalError),
    ],
)
def test_what_must_not_fail_alone_fails_the_whole(install, failures, reactor, error):
    install(reactor)
    with pytest.raises(error), events.unit_of_work():
        Team.objects.create(name="with it")
        events.publish(happened("a"))
    assert not Team.objects.filter(name__in=["with it", "lost"]).exists()
    assert failures == []
    with events.unit_of_work():
        pass  # the queue is usable again


def test_inner_unit_joins_the_outer_one(install, heard):
    install(Reactor(Happened, lambda event: heard.append(event.name)))
    with events.unit_of_work():
        with events.unit_of_work():
            events.publish(happened("inner"))
        assert heard == []
        events.publish(happened("outer"))
    assert heard == ["inner", "outer"]


def test_failed_inner_unit_takes_its_rows_and_events_with_it(install, heard):
    install(Reactor(Happened, lambda event: heard.append(event.name)))
    with events.unit_of_work():
        events.publish(happened("before"))
        with pytest.raises(KeyError), events.unit_of_work():
            Team.objects.create(name="lost")
            events.publish(happened("inner"))
            raise KeyError
        events.publish(happened("after"))
    assert heard == ["before", "after"]
    assert not Team.objects.filter(name="lost").exists()


def test_failed_outer_unit_leaves_nothing(install, heard):
    install(Reactor(Happened, lambda event: heard.append(event.name)))
    with pytest.raises(KeyError), events.unit_of_work():
        events.publish(happened("a"))
        raise KeyError
    assert heard == []
    with events.unit_of_work():
        events.publish(happened("b"))
    assert heard == ["b"]


def test_a_rule_cannot_loop(install, heard, caplog):
    def again(event: Happened) -> None:
        heard.append(event.depth)
        events.publish(happened("again", depth=event.depth + 1))

    install(Reactor(Happened, again))
    with caplog.at_level(logging.ERROR), events.unit_of_work():
        events.publish(happened("first"))
    assert heard == list(range(events.MAX_DEPTH + 1))
    assert "event_depth_exceeded" in caplog.text


class MakesTeam(Action):
    def execute(self) -> None:
        Team.objects.create(name="made")
        self.publish(Happened, name="made")


def test_action_in_a_reactor_is_part_of_the_whole(install, heard):
    def react(event: Happened) -> None:
        heard.append(event.name)
        if event.name == "a":
            MakesTeam(actor=Actor.system(), depth=event.depth + 1)()

    install(Reactor(Happened, react))
    with events.unit_of_work():
        events.publish(happened("a"))
    assert heard == ["a", "made"]
    assert Team.objects.filter(name="made").exists()


class TestSubscribers:
    @pytest.fixture
    def subscribe(self) -> Iterator[Callable[..., None]]:
        kept: list[tuple[Any, Any]] = []

        def add(kind: type[Event], receiver: Callable[..., None]) -> None:
            kept.append((kind, receiver))
            events.subscribe(kind, receiver)

        yield add
        for kind, receiver in kept:
            events.published.disconnect(receiver, sender=kind)

    def test_hear_of_it_after_the_commit(
        self, subscribe, install, heard, django_capture_on_commit_callbacks: Callable[..., Any]
    ):
        install()
        subscribe(Happened, lambda sender, event, **kwargs: heard.append(event.name))
        with django_capture_on_commit_callbacks() as callbacks:
            with events.unit_of_work():
                events.publish(happened("a"))
                events.publish(happened("b", kind=AlsoHappened))
            assert heard == []
        for callback in callbacks:
            callback()
        assert heard == ["a"], "exactly this kind, once"

    def test_hear_nothing_of_what_went_back(self, subscribe, install, heard, django_capture_on_commit_callbacks):
        install()
        subscribe(Happened, lambda sender, event, **kwargs: heard.append(event.name))
        with django_capture_on_commit_callbacks(execute=True), pytest.raises(KeyError), transaction.atomic():
            with events.unit_of_work():
                events.publish(happened("a"))
            raise KeyError
        assert heard == []

    def test_hurt_nobody(self, subscribe, install, heard, caplog, django_capture_on_commit_callbacks):
        def bad(sender: Any, event: Happened, **kwargs: Any) -> None:
            raise ValueError("ana@example.org")

        install()
        subscribe(Happened, bad)
        subscribe(Happened, lambda sender, event, **kwargs: heard.append(event.name))
        with django_capture_on_commit_callbacks(execute=True), events.unit_of_work():
            events.publish(happened("a"))
        assert heard == ["a"]
        said = [record.getMessage() for record in caplog.records if record.name == "wagtail_helpdesk.events"]
        assert len(said) == 1 and "subscriber_failed" in said[0] and "ValueError" in said[0]
        assert "ana@example.org" not in said[0]
