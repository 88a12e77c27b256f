"""The queue that carries what happened through one transaction; what can happen stands in ``happenings``.

An action publishes events; they wait in the queue of the transaction. The
outermost :func:`unit_of_work` hands them, in order, to the reactors that
``pipeline`` installed, each in a savepoint of its own. After the commit every
event goes to the receivers that a site connected with :func:`subscribe`.

Whoever can do the whole again may first do it *hopefully*: without savepoints,
of which nearly all are for nothing. What would go back to one raises
:class:`StartAgain` then.

This module knows no model.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.dispatch import Signal

from wagtail_helpdesk.happenings import (
    ALLOWED,
    Actor,
    ApprovalAsked,
    ApprovalGiven,
    ArticleDrafted,
    AtHand,
    Change,
    ContactErased,
    ContactsMerged,
    DeliveryProblem,
    DraftMoved,
    Event,
    MailHeld,
    MessageAdded,
    MessageRedacted,
    MessageReread,
    MessageSplit,
    TicketErased,
    TicketOpened,
    TicketsMerged,
    TicketsUnmerged,
    TicketUpdated,
    UserMentioned,
    Verdict,
)

__all__ = [
    "ALLOWED",
    "MAX_DEPTH",
    "Actor",
    "ApprovalAsked",
    "ApprovalGiven",
    "ArticleDrafted",
    "AtHand",
    "Change",
    "ContactErased",
    "ContactsMerged",
    "DeliveryProblem",
    "DraftMoved",
    "Event",
    "MailHeld",
    "MessageAdded",
    "MessageRedacted",
    "MessageReread",
    "MessageSplit",
    "Reactor",
    "StartAgain",
    "TicketErased",
    "TicketOpened",
    "TicketUpdated",
    "TicketsMerged",
    "TicketsUnmerged",
    "UserMentioned",
    "Verdict",
    "describe_error",
    "hand_out",
    "install",
    "installed",
    "publish",
    "published",
    "require_unit_of_work",
    "savepoint",
    "subscribe",
    "unit_of_work",
    "unwritten",
    "write_later",
]

logger = logging.getLogger(__name__)

#: Sent after commit, once for each event: ``sender`` is the event's class, ``event`` the event.
published = Signal()

#: A rule that causes a rule that causes a rule ... ends here.
MAX_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Reactor:
    """A function that handles one kind of event inside the transaction.

    ``essential``: its failure fails the whole transaction. Any other reactor
    loses its own rows and events only, and the failure is recorded.
    """

    event_type: type[Event]
    handle: Callable[[Any], None]
    essential: bool = False


class StartAgain(Exception):
    """A hopeful unit of work met something that would have gone back to a savepoint. Nothing of it was kept."""


class _State(threading.local):
    queue: list[Event] | None = None
    #: How many events of the queue the reactors have had.
    handed_out: int = 0
    is_hopeful: bool = False
    #: Rows to be written at the end, by model.
    rows: dict[Any, list[Any]] | None = None
    #: Whether StartAgain was raised: nobody on its way may swallow it.
    has_failed: bool = False


_state = _State()
_reactors: tuple[Reactor, ...] = ()
_on_failure: Callable[[Event, Reactor, Exception], None] | None = None


def install(reactors: Sequence[Reactor], on_failure: Callable[[Event, Reactor, Exception], None]) -> None:
    """Set the ordered reactors and the function that records a failed one. Called once, by ``pipeline``."""
    global _reactors, _on_failure
    _reactors, _on_failure = tuple(reactors), on_failure


def installed() -> tuple[Reactor, ...]:
    """Return the reactors in their order."""
    return _reactors


def subscribe(event_type: type[Event], receiver: Callable[..., None]) -> None:
    """Call ``receiver(sender, event, **kwargs)`` after the commit of each event of exactly this type.

    Django's signal rules hold: the receiver is referenced weakly. What it raises is logged and hurts nobody.
    """
    published.connect(receiver, sender=event_type)


def describe_error(error: BaseException) -> str:
    """Return an error's type and place, without its message: that may hold a customer's words or an address."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def publish(event: Event) -> None:
    """Queue ``event`` for the reactors. RuntimeError outside :func:`unit_of_work`."""
    if _state.queue is None:
        raise RuntimeError("An event can only be published inside an action.")
    if event.depth > MAX_DEPTH:
        logger.error("event_depth_exceeded event=%s depth=%s", type(event).__name__, event.depth)
        return
    _state.queue.append(event)


@contextmanager
def unit_of_work(*, hopeful: bool = False) -> Iterator[None]:
    """One transaction with its queue of events.

    The outermost block drains the queue before it commits. An inner block is a
    savepoint: when it raises, the events published within it go with its rows.
    ``hopeful`` (of the outermost): without savepoints, and StartAgain where one
    was needed after all.
    """
    if _state.queue is not None:
        mark = len(_state.queue)
        try:
            with savepoint():
                yield
        except BaseException:
            del _state.queue[mark:]
            raise
        return
    _state.queue, _state.handed_out = [], 0
    _state.is_hopeful, _state.has_failed, _state.rows = hopeful, False, {}
    try:
        with transaction.atomic():
            yield
            hand_out()
            _write_rows()
            if _state.has_failed:
                raise StartAgain
            for event in _state.queue:
                transaction.on_commit(partial(_announce, event))
    except IntegrityError as error:
        if hopeful:
            raise StartAgain from error
        raise
    finally:
        _state.queue, _state.is_hopeful, _state.rows = None, False, None


@contextmanager
def savepoint() -> Iterator[None]:
    """What may fail and be caught. In a hopeful unit of work a failure raises StartAgain, which nobody catches."""
    if not _state.is_hopeful:
        with transaction.atomic():
            yield
        return
    try:
        yield
    except (OperationalError, StartAgain):
        # The database is gone, or there was a deadlock: that ends the whole anyway.
        raise
    except Exception as error:
        _state.has_failed = True
        raise StartAgain from error


def write_later(rows: Sequence[Any]) -> None:
    """Insert rows of one model at the end of a hopeful unit of work, with all others of it; at once in any other.

    For kinds that nothing reads before (or only with :func:`unwritten`), and whose keys nobody needs.
    """
    if not rows:
        return
    model = type(rows[0])
    # What refers to such a row needs its key, which not every database gives for many rows at once.
    if _state.is_hopeful and connection.features.can_return_rows_from_bulk_insert:
        _state.rows.setdefault(model, []).extend(rows)
    elif len(rows) == 1:
        rows[0].save(force_insert=True)
    else:
        model._default_manager.bulk_create(rows)


def unwritten(model: Any) -> Sequence[Any]:
    """Return the rows of ``model`` that this unit of work has still to insert."""
    return (_state.rows or {}).get(model, ())


def _write_rows() -> None:
    for model, rows in _state.rows.items():
        model._default_manager.bulk_create(rows)
    _state.rows = {}


def require_unit_of_work() -> None:
    """RuntimeError outside :func:`unit_of_work`."""
    if _state.queue is None:
        raise RuntimeError("This has to be a part of a unit of work.")


def hand_out() -> None:
    """Hand each event to its reactors; events published meanwhile join the end of the same queue.

    The outermost unit does so in the end; one that does several things, after each of them. RuntimeError outside.
    """
    require_unit_of_work()
    queue = _state.queue
    while _state.handed_out < len(queue):
        event = queue[_state.handed_out]
        _state.handed_out += 1
        for reactor in _reactors:
            if isinstance(event, reactor.event_type):
                _react(event, reactor, queue)


def _react(event: Event, reactor: Reactor, queue: list[Event]) -> None:
    if reactor.essential:
        # What fails here fails the whole: there is nothing to go back to.
        reactor.handle(event)
        return
    mark = len(queue)
    try:
        with savepoint():
            reactor.handle(event)
    except (OperationalError, StartAgain):
        # A deadlock or a lost connection ends the whole transaction, whoever met it; it can be run again.
        raise
    except Exception as error:  # noqa: BLE001 - one reactor never undoes the others
        del queue[mark:]
        logger.error(
            "reactor_failed event=%s reactor=%s error=%s",
            type(event).__name__,
            reactor.handle.__qualname__,
            describe_error(error),
        )
        if _on_failure is not None:
            _on_failure(event, reactor, error)


def _announce(event: Event) -> None:
    for receiver, result in published.send_robust(sender=type(event), event=event):
        if isinstance(result, Exception):
            logger.error(
                "subscriber_failed event=%s receiver=%s error=%s",
                type(event).__name__,
                getattr(receiver, "__qualname__", type(receiver).__name__),
                describe_error(result),
            )
