"""What the operators of a search say of tickets, as conditions for the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.conversations.choices import Direction, MessageState
from wagtail_helpdesk.conversations.models import Draft, Message
from wagtail_helpdesk.desk.choices import FINISHED, HIDDEN, UNRESOLVED, Category
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, Team, TicketType
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.search.dates import day_of
from wagtail_helpdesk.search.language import STATES, THINGS, Part, Query
from wagtail_helpdesk.search.words import fold
from wagtail_helpdesk.tickets.choices import Channel
from wagtail_helpdesk.tickets.models import TaggedTicket, TicketReader, TicketTag
from wagtail_helpdesk.tickets.permissions import users_who_may

#: Tags beginning with what was typed that are looked at.
MAX_TAGS = 50


@dataclass
class Narrowing:
    """What the operators leave. ``hints`` are sentences for whoever typed them."""

    condition: Q = field(default_factory=Q)
    #: What was written at or after, and before.
    after: datetime | None = None
    before: datetime | None = None
    #: Spam and trash only where they were asked for.
    hidden: set[str] = field(default_factory=set)
    hints: list[str] = field(default_factory=list)
    #: Whether there is a condition on tickets, besides time.
    is_narrow: bool = False


class _Unknown(Exception):
    """A value that says nothing; the text is a sentence about it."""


def narrow(query: Query, user: Any, *, now: datetime | None = None) -> Narrowing:
    """Return what the operators of ``query`` mean to ``user``: one query at most for each of them."""
    found = Narrowing()
    today = timezone.localtime(now).date()
    for part in query.conditions:
        try:
            if part.name in ("before", "after"):
                _limit(found, part, today)
                continue
            condition = _CONDITIONS[part.name](part.value, user)
        except _Unknown as unknown:
            found.hints.append(str(unknown))
            continue
        found.condition &= ~condition if part.negated else condition
        found.is_narrow = True
        if not part.negated:
            found.hidden |= _hidden_in(part)
    return found


def _limit(found: Narrowing, part: Part, today: date) -> None:
    day = day_of(part.value, today)
    if day is None:
        raise _Unknown(_("“%(value)s” is no date: try 2026-03-14, yesterday or 7d.") % {"value": part.value})
    moment = timezone.make_aware(datetime.combine(day, time.min))
    if (part.name == "after") != part.negated:
        found.after = max(filter(None, (found.after, moment)))
    else:
        found.before = min(filter(None, (found.before, moment)))


def _hidden_in(part: Part) -> set[str]:
    """Return which of spam and trash the part asks for, whatever their statuses are called."""
    if part.name == "is":
        return {_known(part.value, STATES, "is")} & {*HIDDEN}
    if part.name == "status":
        return {status.category for status in _statuses(part.value)} & {*HIDDEN}
    return set()


def _by_state(value: str, user: Any) -> Q:
    state = _known(value, STATES, "is")
    unseen = TicketReader.objects.filter(ticket=OuterRef("pk"), user=user, seen_at__gte=OuterRef("last_activity_at"))
    return {
        "open": lambda: Q(category__in=UNRESOLVED),
        "closed": lambda: Q(category__in=FINISHED),
        "unread": lambda: ~Exists(unseen),
        "starred": lambda: Exists(TicketReader.objects.filter(ticket=OuterRef("pk"), user=user, starred=True)),
        "snoozed": lambda: Q(asleep=True),
        "mine": lambda: Q(assignee=user),
        "unassigned": lambda: Q(assignee__isnull=True),
        "waiting": lambda: Q(customer_waiting_since__isnull=False),
        "spam": lambda: Q(category=Category.SPAM),
        "trash": lambda: Q(category=Category.TRASH),
    }[state]()


def _by_thing(value: str, user: Any) -> Q:
    thing = _known(value, THINGS, "has")
    notes = Message.objects.filter(ticket=OuterRef("pk"), direction=Direction.INTERNAL, state=MessageState.PUBLISHED)
    return {
        "attachment": lambda: Q(attachment_count__gt=0),
        "note": lambda: Exists(notes),
        "draft": lambda: Exists(Draft.objects.filter(ticket=OuterRef("pk"), user=user)),
    }[thing]()


def _by_status(value: str, user: Any) -> Q:
    return Q(status__in=_statuses(value))


def _statuses(value: str) -> list[Status]:
    rows = [(status, [status.name, status.category]) for status in Status.objects.all()]
    return _named(value, rows, _("No status is called “%(value)s”."))


def _by_tag(value: str, user: Any) -> Q:
    # No hint: it would tell of tags on tickets that are none of the user's business.
    tags = list(TicketTag.objects.filter(name__istartswith=value)[:MAX_TAGS])
    exact = [tag for tag in tags if fold(tag.name) == fold(value)]
    keys = [tag.pk for tag in exact or tags]
    return Exists(TaggedTicket.objects.filter(content_object=OuterRef("pk"), tag__in=keys))


def _by_assignee(value: str, user: Any) -> Q:
    if fold(value) in ("none", "nobody"):
        return Q(assignee__isnull=True)
    if fold(value) == "me":
        return Q(assignee=user)
    named = get_user_model()._default_manager.filter(pk__in=users_who_may("view").values("pk"))
    rows = [(person.pk, [Actor.of_user(person).name, person.get_username()]) for person in named]
    return Q(assignee__in=_named(value, rows, _("Nobody here is called “%(value)s”.")))


def _by_team(value: str, user: Any) -> Q:
    rows = [(team.pk, [team.name]) for team in Team.objects.all()]
    return Q(team__in=_named(value, rows, _("No team is called “%(value)s”.")))


def _by_mailbox(value: str, user: Any) -> Q:
    rows = [(box.pk, [box.name, box.address]) for box in Mailbox.objects.all()]
    return Q(mailbox__in=_named(value, rows, _("No mailbox is called “%(value)s”.")))


def _by_priority(value: str, user: Any) -> Q:
    rows = [(priority.pk, [priority.name]) for priority in Priority.objects.all()]
    return Q(priority__in=_named(value, rows, _("No priority is called “%(value)s”.")))


def _by_type(value: str, user: Any) -> Q:
    rows = [(kind.pk, [kind.name]) for kind in TicketType.objects.all()]
    return Q(ticket_type__in=_named(value, rows, _("No type is called “%(value)s”.")))


def _by_channel(value: str, user: Any) -> Q:
    rows = [(channel.value, [channel.value, str(channel.label)]) for channel in Channel]
    return Q(channel__in=_named(value, rows, _("No channel is called “%(value)s”.")))


_CONDITIONS: dict[str, Callable[[str, Any], Q]] = {
    "is": _by_state,
    "has": _by_thing,
    "status": _by_status,
    "tag": _by_tag,
    "assignee": _by_assignee,
    "team": _by_team,
    "mailbox": _by_mailbox,
    "priority": _by_priority,
    "type": _by_type,
    "channel": _by_channel,
}


def _known(value: str, values: Iterable[str], name: str) -> str:
    """Return the one of ``values`` that is meant; a beginning will do while somebody types."""
    typed = fold(value)
    for one in values:
        if one == typed or (len(typed) > 1 and one.startswith(typed)):
            return one
    said = {"name": name, "value": value, "values": ", ".join(values)}
    raise _Unknown(_("%(name)s:%(value)s is not known. There are: %(values)s.") % said)


def _named(value: str, rows: Iterable[tuple[Any, list[str]]], sentence: str) -> list[Any]:
    """Return what stands first in the rows of that name, else of those in whose name a word begins so."""
    typed = fold(value)
    exact, beginning = [], []
    for key, names in rows:
        folded = [fold(str(name)) for name in names]
        if typed in folded:
            exact.append(key)
        elif any(f" {name}".find(f" {typed}") >= 0 for name in folded):
            beginning.append(key)
    if not exact and not beginning:
        raise _Unknown(sentence % {"value": value})
    return exact or beginning


#: What the help says of each operator.
HELP: dict[str, Promise] = {
    "from": gettext_lazy("who wrote it, by name or address"),
    "to": gettext_lazy("whom it was sent to"),
    "subject": gettext_lazy("words of the subject"),
    "status": gettext_lazy("a status, by its name"),
    "tag": gettext_lazy("a tag"),
    "assignee": gettext_lazy("me, none, or a name"),
    "team": gettext_lazy("a team"),
    "mailbox": gettext_lazy("a mailbox, by name or address"),
    "priority": gettext_lazy("a priority"),
    "type": gettext_lazy("a type of tickets"),
    "channel": gettext_lazy("email, form, portal or agent"),
    "is": gettext_lazy("open, closed, unread, starred, snoozed, mine, unassigned, waiting, spam or trash"),
    "has": gettext_lazy("attachment, note or draft"),
    "before": gettext_lazy("2026-03-14, 2026-03, yesterday, 7d, 2w"),
    "after": gettext_lazy("as before:, that day included"),
}
