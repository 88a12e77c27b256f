"""What a ticket itself can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.desk.absences import away_words
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, Team, TicketType
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.choices import Channel
from wagtail_helpdesk.tickets.conditions.fields import (
    Context,
    Field,
    Operator,
    Source,
    Takes,
    register_field,
    register_source,
)
from wagtail_helpdesk.tickets.conditions.operators import (
    ages_of,
    keys_in,
    numbers_of,
    one_of,
    texts_in,
    whole_numbers,
    words_in,
    yes_or_no,
)
from wagtail_helpdesk.tickets.custom_fields.conditions import custom_field_called, custom_fields, day_operators
from wagtail_helpdesk.tickets.models import TaggedTicket, Ticket, TicketReader, TicketTag
from wagtail_helpdesk.tickets.permissions import all_who_may

#: More tags than this are no choice for people.
MAX_TAGS = 200
#: What stands for the user whose conditions they are, for the user's teams, and for nobody.
ME, MINE, NOBODY = "me", "mine", "none"


def tags_for(user: Any, *, beginning: str = "") -> QuerySet[TicketTag]:
    """Return the tags on tickets that ``user`` may see, by name."""
    visible = Ticket.objects.visible_to(user).current()
    used = TaggedTicket.objects.filter(tag=OuterRef("pk"), content_object__in=visible.values("pk"))
    return TicketTag.objects.filter(Exists(used), name__istartswith=beginning).order_by("name")


def _rows(model: Any) -> Any:
    return lambda user: [(str(row.pk), str(row)) for row in model.objects.all()]


def _mailboxes(user: Any) -> list[tuple[str, Any]]:
    return [(str(mailbox.pk), mailbox.name) for mailbox in Mailbox.objects.all()]


def _teams(user: Any) -> list[tuple[str, Any]]:
    return [(MINE, _("My teams")), *((str(team.pk), team.name) for team in Team.objects.all())]


def _people(user: Any) -> list[tuple[str, Any]]:
    people = sorted((Actor.of_user(person).name, str(person.pk), away_words(person)) for person in all_who_may("reply"))
    return [(ME, _("Me")), (NOBODY, _("Nobody")), *((key, _named(name, away)) for name, key, away in people)]


def _named(name: str, away: str) -> str:
    return gettext("%(name)s (%(away)s)") % {"name": name, "away": away} if away else name


def _tags(user: Any) -> list[tuple[str, Any]]:
    return [(str(tag.pk), tag.name) for tag in tags_for(user)[:MAX_TAGS]]


def _languages(user: Any) -> list[tuple[str, Any]]:
    return list(settings.LANGUAGES)


def _of_teams(values: Iterable[str], context: Context) -> Q:
    values = list(values)
    own = team_ids_of(context.user) if MINE in values else []
    return Q(team__in=[*own, *whole_numbers(values)])


def _of_people(values: Iterable[str], context: Context) -> Q:
    values = list(values)
    to_key = get_user_model()._meta.pk.to_python
    keys = [context.user.pk] if ME in values else []
    for value in values:
        if value in (ME, NOBODY):
            continue
        try:
            keys.append(to_key(value))
        except (ValidationError, ValueError):
            continue
    chosen = Q(assignee__in=keys)
    return chosen | Q(assignee__isnull=True) if NOBODY in values else chosen


def _tagged(values: Iterable[str], context: Context) -> Q:
    # Not a join: a ticket with two of the tags stands in the list once.
    return Q(Exists(TaggedTicket.objects.filter(content_object=OuterRef("pk"), tag__in=whole_numbers(values))))


def _tagged_with_all(values: Iterable[str], context: Context) -> Q:
    query = Q()
    for value in values:
        query &= _tagged([value], context)
    return query


def _from(text: str) -> Q:
    by_address = ContactEmail.objects.filter(address__icontains=text).values("contact")
    people = Contact.objects.filter(Q(name__icontains=text) | Q(pk__in=by_address))
    return Q(requester__in=people.values("pk"))


_EMPTY_TAGS = ~Q(Exists(TaggedTicket.objects.filter(content_object=OuterRef("pk"))))
_AWAITED = Q(customer_waiting_since__isnull=False)


def own_tickets(find: Callable[[Any], QuerySet]) -> tuple[Operator, ...]:
    """Return "yes" and "no" for tickets that are something to the user whose conditions they are.

    ``find`` returns the rows of a user, each with a ``ticket``.
    """

    def holds(value: Any, context: Context) -> Q:
        return Q(pk__in=find(context.user).values("ticket"))

    return (
        Operator("yes", _("yes"), Takes.NOTHING, holds),
        Operator("no", _("no"), Takes.NOTHING, lambda value, context: ~holds(value, context)),
    )


def _starred(user: Any) -> QuerySet:
    return TicketReader.objects.filter(user=user, starred=True)


def _due(**lookups: Any) -> Q:
    return Q(**{f"due_on{lookup}": day for lookup, day in lookups.items()})


def _filled(holds: Q) -> tuple[Operator, ...]:
    return (
        Operator("filled", _("is filled in"), Takes.NOTHING, lambda value, context: holds),
        Operator("empty", _("is empty"), Takes.NOTHING, lambda value, context: ~holds),
    )


FIELDS = (
    Field("category", _("State"), one_of(texts_in("category")), lambda user: list(Category.choices)),
    Field("status", _("Status"), one_of(keys_in("status")), _rows(Status)),
    Field("priority", _("Priority"), one_of(keys_in("priority")), _rows(Priority)),
    Field(
        "ticket_type",
        _("Type"),
        (*one_of(keys_in("ticket_type")), *_filled(Q(ticket_type__isnull=False))),
        _rows(TicketType),
    ),
    Field("due", _("Due"), (*day_operators(_due), *_filled(Q(due_on__isnull=False)))),
    Field("assignee", _("Assignee"), one_of(_of_people), _people),
    Field("team", _("Team"), one_of(_of_teams), _teams),
    Field("mailbox", _("Mailbox"), one_of(keys_in("mailbox")), _mailboxes),
    Field(
        "tag",
        _("Tag"),
        (
            *one_of(_tagged),
            Operator("all", _("has all of"), Takes.CHOICES, _tagged_with_all),
            Operator("none", _("has none at all"), Takes.NOTHING, lambda value, context: _EMPTY_TAGS),
        ),
        _tags,
    ),
    Field("channel", _("Channel"), one_of(texts_in("channel")), lambda user: list(Channel.choices)),
    Field("language", _("Language"), one_of(texts_in("language")), _languages),
    Field("subject", _("Subject"), words_in(lambda text: Q(subject__icontains=text))),
    Field("requester", _("Requester"), words_in(_from)),
    Field("waiting", _("Customer waits"), (*yes_or_no(_AWAITED), *ages_of("customer_waiting_since"))),
    Field("created", _("Created"), ages_of("created_at")),
    Field("activity", _("Last activity"), ages_of("last_activity_at")),
    Field("messages", _("Number of messages"), numbers_of("message_count")),
    Field("files", _("Has files"), yes_or_no(Q(attachment_count__gt=0))),
    Field("replied", _("Was answered"), yes_or_no(Q(first_replied_at__isnull=False))),
    Field("asleep", _("Snoozed"), yes_or_no(Q(asleep=True))),
    Field("delivery", _("Delivery problem"), yes_or_no(Q(delivery_failed=True))),
    Field("starred", _("Starred by me"), own_tickets(_starred)),
)


def install() -> None:
    """Register the fields. Called once, from ``apps.ready()``."""
    for field in FIELDS:
        register_field(field)
    register_source(Source(custom_field_called, custom_fields))
