"""Carries out an action on many tickets: each wholly or not at all, in a transaction of its own.

A few are done within the request. More become a job that worker and open page take forward together, a few seconds at
a time; the result of each ticket is written in the transaction that changed it, so that nothing is done twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk.models import BulkJob, BulkResult
from wagtail_helpdesk.inbox.bulk.registry import BulkAction, Step, Target, action_called
from wagtail_helpdesk.inbox.models import UndoRecord
from wagtail_helpdesk.inbox.seen import parse_seen
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.inbox.undoing import remember
from wagtail_helpdesk.notifications.mailing import time_zone_of
from wagtail_helpdesk.remembering import remembering
from wagtail_helpdesk.tickets.models import Ticket

logger = logging.getLogger(__name__)

#: So many tickets are done within the request; more become a job.
AT_ONCE = 50
#: "All that match" are these at most.
MOST = 10_000
#: How long one turn of a job takes, and for how long its worker has it to itself.
TURN_SECONDS = 2.0
LEASE = timedelta(seconds=30)
BATCH = 25
#: How long finished jobs are kept.
KEPT = timedelta(days=2)

Chosen = Sequence[tuple[int, str]]


@dataclass
class Outcome:
    """What became of the tickets: keys of those done, sentences for those that were not, and the way back."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


def run_one(action: BulkAction, target: Target, data: dict[str, Any], actor: Actor) -> tuple[str, list[Step]]:
    """Do one ticket; return ("", steps) or (the sentence that says why not, [])."""
    try:
        with events.unit_of_work():
            return "", list(action.run(target, data, actor))
    except ActionRefused as error:
        return str(error), []
    except PermissionDenied:
        return _("You may not do this."), []


def run_now(action: BulkAction, chosen: Chosen, data: dict[str, Any], user: Any) -> tuple[Outcome, UndoRecord | None]:
    """Do all of them, and remember how to take it back. Tickets that ``user`` may not see do not exist."""
    outcome, actor = Outcome(), Actor.of_user(user)
    with remembering():
        _run_all(action, chosen, data, user, actor, outcome)
    return outcome, remember(user, outcome.steps)


def _run_all(
    action: BulkAction, chosen: Chosen, data: dict[str, Any], user: Any, actor: Actor, outcome: Outcome
) -> None:
    for target in targets_of(chosen, user):
        try:
            why, steps = run_one(action, target, data, actor)
        except Exception as error:  # noqa: BLE001 - an essential reactor failed: this one is as it was, the others go on
            logger.error("bulk_ticket_failed action=%s error=%s", action.name, events.describe_error(error))
            why, steps = _("Something went wrong."), []
        if why:
            outcome.refused[target.ticket.pk] = why
        else:
            outcome.done.append(target.ticket.pk)
            outcome.steps += steps


def targets_of(chosen: Chosen, user: Any, *, any_ticket: bool = False) -> Iterable[Target]:
    """Return the chosen tickets that ``user`` may see, as they are now (all for ``any_ticket``: actions ask anyway)."""
    for first in range(0, len(chosen), BATCH):
        batch = chosen[first : first + BATCH]
        tickets = Ticket.objects.all() if any_ticket else visible_tickets(user)
        tickets = tickets.select_related("status", "restore_status").in_bulk([pk for pk, _seen in batch])
        for pk, seen in batch:
            if pk in tickets:
                yield Target(tickets[pk], parse_seen(seen) if seen else None)


def start_job(action: BulkAction, chosen: Chosen, data: dict[str, Any], user: Any) -> BulkJob:
    """Write down what is to be done."""
    return BulkJob.objects.create(user=user, action=action.name, data=data, chosen=[list(pair) for pair in chosen])


def take_turn(job: BulkJob, *, seconds: float = TURN_SECONDS) -> BulkJob:
    """Go on with a job for a few seconds, unless somebody else does; return it as it is then."""
    now = timezone.now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    claim = BulkJob.objects.filter(free, pk=job.pk, finished_at__isnull=True)
    if claim.update(leased_until=now + LEASE):
        job.refresh_from_db()
        try:
            with remembering():
                _go_on(job, time.monotonic() + seconds)
        finally:
            BulkJob.objects.filter(pk=job.pk).update(leased_until=None)
    job.refresh_from_db()
    return job


def _go_on(job: BulkJob, until: float) -> None:
    action, user = action_called(job.action), job.user
    actor = Actor.of_user(user)
    while job.position < len(job.chosen) and action is not None:
        batch = job.chosen[job.position : job.position + BATCH]
        found = {target.ticket.pk: target for target in targets_of(batch, user, any_ticket=action.any_ticket)}
        for pk, _seen in batch:
            if not _do_ticket(job, action, found.get(pk), pk, actor):
                # Somebody else goes on with the job too: the rest of the batch is another one by now.
                break
        # The lease is prolonged with each batch, so that no second worker begins.
        BulkJob.objects.filter(pk=job.pk).update(leased_until=timezone.now() + LEASE)
        if time.monotonic() >= until:
            break
    if job.position >= len(job.chosen) or action is None:
        _finish(job)


def _do_ticket(job: BulkJob, action: BulkAction, target: Target | None, pk: int, actor: Actor) -> bool:
    """One ticket and its result in one transaction: whoever was killed in between has done neither.

    Return whether it was ours to do.
    """
    number, refusal, steps = job.position, "", []
    try:
        with events.unit_of_work():
            # Whoever comes second waits here, and finds nothing to do.
            if not BulkJob.objects.filter(pk=job.pk, position=number).update(position=number + 1):
                job.refresh_from_db(fields=["position"])
                return False
            if target is not None:
                refusal, steps = run_one(action, target, job.data, actor)
                BulkResult.objects.create(job=job, number=number, ticket_key=pk, refusal=refusal[:300], steps=steps)
    except Exception as error:  # noqa: BLE001 - as above
        logger.error("bulk_ticket_failed action=%s error=%s", action.name, events.describe_error(error))
        with events.unit_of_work():
            if BulkJob.objects.filter(pk=job.pk, position=number).update(position=number + 1):
                refusal = _("Something went wrong.")
                BulkResult.objects.create(job=job, number=number, ticket_key=pk, refusal=refusal)
    job.position = number + 1
    return True


def _finish(job: BulkJob) -> None:
    steps = [step for row in job.results.order_by("number").values_list("steps", flat=True) for step in row]
    record = remember(job.user, steps)
    BulkJob.objects.filter(pk=job.pk, finished_at__isnull=True).update(finished_at=timezone.now(), undo=record)


def outcome_of(job: BulkJob) -> Outcome:
    """Return what became of a job's tickets so far."""
    rows = job.results.order_by("number").values_list("ticket_key", "refusal")
    return Outcome(
        done=[pk for pk, refusal in rows if not refusal], refused={pk: refusal for pk, refusal in rows if refusal}
    )


def continue_jobs() -> int:
    """The worker's part: give each waiting job a turn; return how many there were. Old ones go."""
    BulkJob.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    now = timezone.now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    waiting = list(BulkJob.objects.filter(free, finished_at__isnull=True).select_related("user").order_by("pk")[:10])
    for job in waiting:
        # As within the person's own request: why a ticket was refused is said in the language of whoever reads it, and
        # "tomorrow at nine" is meant where that person is.
        with override(_language_of(job.user)), timezone.override(time_zone_of(job.user)):
            take_turn(job)
    return len(waiting)


def _language_of(user: Any) -> str:
    profile = getattr(user, "wagtail_userprofile", None)
    return profile.get_preferred_language() if profile else settings.LANGUAGE_CODE


def chosen_of_place(place: Any, user: Any) -> Chosen:
    """Return all tickets of a place as it is now, in its order; MOST at most. Nobody has looked at each of them."""
    keys = place.tickets_for(user).order_by(*place.ordering.columns()).values_list("pk", flat=True)[:MOST]
    return [(pk, "") for pk in keys]


def known_references(keys: Iterable[int], user: Any) -> dict[int, Ticket]:
    """Return those of the tickets that ``user`` still sees, merged ones too, to name them."""
    return Ticket.objects.visible_to(user).in_bulk(list(keys))
