"""Begins and ends focus sessions, and hands out tickets: no two agents get the same one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from wagtail_helpdesk.inbox.focus.models import FocusSession
from wagtail_helpdesk.inbox.focus.order import play_order
from wagtail_helpdesk.inbox.focus.queue import MOST, read_queue
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.presence import open_elsewhere
from wagtail_helpdesk.inbox.standing_views import visible_tickets

#: How long a ticket is an agent's whose page gives no sign of life: it is being loaded, or has no JavaScript.
CLAIM = timedelta(minutes=2)
#: What was left longer is over.
KEPT = timedelta(hours=18)
#: Colleagues who take tickets at the same moment: after so many attempts there is none.
ATTEMPTS = 20


def session_of(user: Any) -> FocusSession | None:
    """Return the session of ``user``, None where there is none. One query."""
    return FocusSession.objects.filter(user=user, moved_at__gt=timezone.now() - KEPT).first()


def start(user: Any, place: Place) -> FocusSession:
    """Return the session of ``user`` in ``place`` with its ticket: the one that runs there, else a new one.

    It has no ticket where nothing is left. A session elsewhere is over then.
    """
    with transaction.atomic():
        session = _locked(user)
        slug = place.out_of_focus.slug
        if session is None or session.place != slug:
            now = timezone.now()
            fresh = {"place": slug, "ticket": None, "done": {}, "skipped": [], "started_at": now, "moved_at": now}
            session, _new = FocusSession.objects.update_or_create(user=user, defaults=fresh)
        elif session.ticket_id and _is_there(session, user):
            stay(session, session.ticket_id)
            return session
        return _take(session, user, place)


def move_on(user: Any, place: Place, ticket: int, *, skips: bool = False) -> FocusSession | None:
    """Be done with ``ticket``, and return the session with the next one; None where no session runs in ``place``.

    ``skips``: it does not come back. Where the session has another ticket by now, that stays.
    """
    with transaction.atomic():
        session = _locked(user)
        if session is None or session.place != place.out_of_focus.slug:
            return None
        if skips:
            session.skipped = [*session.skipped, *({ticket} - set(session.skipped))]
        else:
            session.done = {**session.done, str(ticket): timezone.now().isoformat()}
        if session.ticket_id not in (None, ticket) and _is_there(session, user):
            session.save(update_fields=["done", "skipped"])
            return session
        return _take(session, user, place)


def bring_back(user: Any, tickets: Iterable[int]) -> None:
    """What was done with ``tickets`` was taken back: they are to be done again. One query, one more in a session."""
    keys = set(map(str, tickets))
    with transaction.atomic():
        session = _locked(user)
        if session is not None and not keys.isdisjoint(session.done):
            session.done = {key: at for key, at in session.done.items() if key not in keys}
            session.save(update_fields=["done"])


def stay(session: FocusSession, ticket: int) -> None:
    """Note that the agent has ``ticket`` open. One UPDATE; none changed where the session has another one."""
    now = timezone.now()
    FocusSession.objects.filter(pk=session.pk, ticket=ticket).update(claimed_at=now, moved_at=now)


def leave(session: FocusSession, ticket: int) -> None:
    """Note that the agent closed ``ticket``: it is free for others until the agent comes back."""
    FocusSession.objects.filter(pk=session.pk, ticket=ticket).update(claimed_at=None)


def end(session: FocusSession) -> None:
    """Forget the session."""
    FocusSession.objects.filter(pk=session.pk).delete()


def forget_left() -> int:
    """Remove sessions that were left long ago; return how many."""
    return FocusSession.objects.filter(moved_at__lt=timezone.now() - KEPT).delete()[0]


def _locked(user: Any) -> FocusSession | None:
    sessions = FocusSession.objects.select_for_update()
    return sessions.filter(user=user, moved_at__gt=timezone.now() - KEPT).first()


def _is_there(session: FocusSession, user: Any) -> bool:
    return visible_tickets(user).filter(pk=session.ticket_id).exists()


def _take(session: FocusSession, user: Any, place: Place) -> FocusSession:
    """Give the session the first ticket that nobody else has. Four queries and two for each attempt."""
    now = timezone.now()
    done = {int(key): _moment(at) for key, at in session.done.items()}
    queue = read_queue(place, user, gone=len(done) + len(session.skipped))
    queue = play_order(queue, done=done, skipped=set(session.skipped))
    busy = open_elsewhere(user) | _claimed(user, now)
    free = [one for one in queue if one.pk not in busy]
    session.left = min(len(free), MOST + 1)
    session.ticket_id, session.moved_at = None, now
    for one in free[:ATTEMPTS]:
        if _claim(session, one.pk, now):
            break
        session.left -= 1
    session.claimed_at = session.taken_at = now if session.ticket_id else None
    session.save()
    return session


def _claimed(user: Any, now: datetime) -> set[int]:
    """Return the tickets that others were brought and are about to see."""
    rows = FocusSession.objects.filter(ticket__isnull=False, claimed_at__gt=now - CLAIM).exclude(user=user)
    return set(rows.values_list("ticket", flat=True))


def _claim(session: FocusSession, ticket: int, now: datetime) -> bool:
    """Make the ticket this session's; False where a colleague was quicker."""
    others = FocusSession.objects.filter(ticket=ticket).exclude(pk=session.pk)
    others.exclude(claimed_at__gt=now - CLAIM).update(ticket=None)
    try:
        with transaction.atomic():
            FocusSession.objects.filter(pk=session.pk).update(ticket=ticket)
    except IntegrityError:
        return False
    session.ticket_id = ticket
    return True


def _moment(text: str) -> datetime:
    return parse_datetime(text) or timezone.now()
