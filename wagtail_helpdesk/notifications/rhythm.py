"""When which notices leave by mail: pure functions over plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

from wagtail_helpdesk.notifications.choices import Rhythm

#: What happens on one ticket within this time is one mail.
GATHER = timedelta(seconds=60)
#: Mails to one agent within an hour; what is more goes into a digest.
MAX_AN_HOUR = 20
HOUR = timedelta(hours=1)
#: When the daily digest leaves, by the agent's clock.
MORNING = time(8)


@dataclass(frozen=True, slots=True)
class Pending:
    """A notice that waits for its mail."""

    pk: int
    ticket_id: int
    created_at: datetime
    #: Whether it was put off for the digest before.
    for_digest: bool = False


@dataclass
class Plan:
    """What to do now: mails of one ticket each, notices to put off, and the digest that is due."""

    mails: list[list[int]] = field(default_factory=list)
    put_off: list[int] = field(default_factory=list)
    digest: list[int] = field(default_factory=list)


def plan_mails(pending: Iterable[Pending], *, rhythm: Rhythm, sent_last_hour: int, now: datetime, zone: tzinfo) -> Plan:
    """Return what leaves at ``now`` for one agent, who got ``sent_last_hour`` mails. ``pending`` in any order."""
    rows = sorted(pending, key=lambda row: (row.created_at, row.pk))
    gathered = [row for row in rows if row.for_digest]
    plan, left = Plan(), MAX_AN_HOUR - sent_last_hour
    for group in _by_ticket(row for row in rows if not row.for_digest):
        if rhythm == Rhythm.AT_ONCE and now - group[0].created_at < GATHER:
            continue
        # Once there is a digest to come, everything waits for it.
        if rhythm == Rhythm.AT_ONCE and not gathered and left > 0:
            plan.mails.append([row.pk for row in group])
            left -= 1
        else:
            plan.put_off += [row.pk for row in group]
            gathered += group
    if gathered and now >= digest_due(min(row.created_at for row in gathered), rhythm, zone):
        plan.digest = sorted(row.pk for row in gathered)
    return plan


def digest_due(oldest: datetime, rhythm: Rhythm, zone: tzinfo) -> datetime:
    """Return when the digest leaves whose first notice is of ``oldest``."""
    if rhythm != Rhythm.DAILY:
        return oldest + HOUR
    local = oldest.astimezone(zone)
    morning = datetime.combine(local.date(), MORNING, tzinfo=zone)
    return morning if morning > local else morning + timedelta(days=1)


def _by_ticket(rows: Iterable[Pending]) -> Sequence[list[Pending]]:
    groups: dict[int, list[Pending]] = {}
    for row in rows:
        groups.setdefault(row.ticket_id, []).append(row)
    return list(groups.values())
