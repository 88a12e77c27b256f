"""What happened, as frozen values, and the queue that carries it through one transaction.

An action publishes events; they wait in the queue of the transaction. The
outermost :func:`unit_of_work` hands them, in order, to the reactors that
``pipeline`` installed, each in a savepoint of its own. After the commit every
event goes to the receivers that a site connected with :func:`subscribe`.

Whoever can do the whole again may first do it *hopefully*: without savepoints,
of which nearly all are for nothing. What would go back to one raises
:class:`StartAgain` then.

This module knows no model: events carry ids and plain values.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.dispatch import Signal

logger = logging.getLogger(__name__)

#: Sent after commit, once for each event: ``sender`` is the event's class, ``event`` the event.
published = Signal()

#: A rule that causes a rule that causes a rule ... ends here.
MAX_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``kind`` is "user", "contact", "rule" or "system"; ``id`` the row's key; ``name`` as it was then."""

    kind: str
    id: int | None = None
    name: str = ""
    #: The user or contact itself when at hand: saves a query, is no part of the value.
    instance: Any = field(default=None, compare=False, repr=False)
    #: What made the actor do it, for the timeline: "macro:Close as duplicate".
    cause: str = field(default="", compare=False)

    @classmethod
    def system(cls) -> Actor:
        """Return the actor of what nobody in particular did."""
        return cls("system")

    @classmethod
    def of_user(cls, user: Any) -> Actor:
        """Return the actor for a user of the site."""
        name = user.get_full_name() or user.get_username()
        return cls("user", user.pk, name, user)

    @classmethod
    def of_contact(cls, contact: Any) -> Actor:
        """Return the actor for a contact."""
        return cls("contact", contact.pk, contact.name, contact)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a channel allows something, and the reason (a stable code)."""

    allowed: bool
    reason: str = ""


ALLOWED = Verdict(True)


@dataclass(frozen=True, slots=True)
class Change:
    """One field's old and new value, as plain JSON values (keys of rows, texts, lists)."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """The base: who did it, and how many events lie between it and a person's own act."""

    actor: Actor
    depth: int = 0


@dataclass(frozen=True, slots=True)
class AtHand:
    """Rows of an event as they stand in its transaction: they save queries and are no part of its value."""

    #: With its ticket, and the ticket's mailbox.
    message: Any
    #: The requester's participation in a ticket that was opened.
    participant: Any = None
    #: What the channel keeps of the message (e-mail: the InboundMail).
    source: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketOpened(Event):
    """A ticket exists, with its first message."""

    ticket_id: int
    message_id: int
    channel: str
    may_acknowledge: Verdict = ALLOWED
    may_notify: Verdict = ALLOWED
    #: Whether the requester had never written before.
    is_first_contact: bool = False
    at_hand: AtHand | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageAdded(Event):
    """A message was published on a ticket that existed: an answer, a reply that left, a note."""

    ticket_id: int
    message_id: int
    direction: str
    visibility: str
    channel: str
    reopened: bool = False
    may_notify: Verdict = ALLOWED
    #: Whether it was mailed already, by a mail program of ours: no mail is made of it.
    has_left: bool = False
    at_hand: AtHand | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageReread(Event):
    """A message that was there says something else: it was read anew from its source."""

    ticket_id: int
    message_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UserMentioned(Event):
    """A note names a user who may see the ticket."""

    ticket_id: int
    message_id: int
    user_id: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketUpdated(Event):
    """Fields of a ticket changed (status, team, assignee, priority, subject, tags)."""

    ticket_id: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketsMerged(Event):
    """``source_id`` went into ``target_id``; ``merge_id`` is the record that reactors write their moves on."""

    source_id: int
    target_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketsUnmerged(Event):
    """A merge was taken back; ``merge_id`` tells each reactor what it had moved."""

    source_id: int
    target_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageSplit(Event):
    """``message_id`` left ``source_id`` and is the first message of ``ticket_id`` now."""

    source_id: int
    ticket_id: int
    message_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageRedacted(Event):
    """The words of ``message_id`` (``words``), or files of it with these keys, were taken out for good."""

    ticket_id: int
    message_id: int
    words: bool
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketErased(Event):
    """Everything a ticket said is to go; its row stays for statistics."""

    ticket_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactsMerged(Event):
    """``source_id`` is the same person as ``target_id``, who stays."""

    source_id: int
    target_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactErased(Event):
    """A contact's name and addresses are to go. The hashes are those of the addresses it had."""

    contact_id: int
    address_hashes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MailHeld(Event):
    """A mail to an agent's reply address that did not prove to be the agent's: a person decides on it."""

    inbound_id: int
    ticket_id: int
    #: The agent in whose name it came; None where nobody knows.
    user_id: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryProblem(Event):
    """A mail of ours has trouble. ``what``: "failed", "uncertain", "late", "bounced" or "complained"."""

    ticket_id: int
    outbound_id: int
    #: None for a mail that is no message's.
    message_id: int | None
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftMoved(Event):
    """Something of ``user_id``'s writing is not where it was. ``what``: "taken" (another agent goes on with the draft),
    "cancelled" or "answered" (a message that was to leave is a draft again; a customer's message came first)."""

    ticket_id: int
    user_id: Any
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalAsked(Event):
    """A reply waits for the approval of ``user_id``, or of anybody of ``team_id``."""

    ticket_id: int
    message_id: int
    user_id: Any
    team_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalGiven(Event):
    """A reply that ``user_id`` wrote was "approved", "returned" or "changed" by who was asked."""

    ticket_id: int
    user_id: Any
    verdict: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleDrafted(Event):
    """A ticket's answer became a draft article page."""

    ticket_id: int
    page_id: int


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
