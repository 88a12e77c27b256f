"""Who is told what when something happened. Nobody is told of their own doing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wagtail_helpdesk.conversations.choices import Direction, Flag
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.events import (
    Actor,
    ContactErased,
    DeliveryProblem,
    MailHeld,
    MessageAdded,
    MessageRedacted,
    MessageSplit,
    TicketErased,
    TicketOpened,
    TicketsMerged,
    TicketsUnmerged,
    TicketUpdated,
    UserMentioned,
)
from wagtail_helpdesk.mail.choices import Audience, OutboundState
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.notifications.audience import (
    agents,
    keys_of,
    owner_and_watchers,
    responsible,
    team_of,
    watchers_of,
    wrote,
)
from wagtail_helpdesk.notifications.choices import (
    ANSWERED,
    CHANGED,
    MINE,
    MOVED,
    NOTED,
    OPENED,
    REPLIED,
    NoticeKind,
    NoticeMail,
)
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.notifications.preferences import choices_of, ways_for
from wagtail_helpdesk.tickets.actions.follow_ticket import write_reader
from wagtail_helpdesk.tickets.actions.merge_tickets import note_moved
from wagtail_helpdesk.tickets.choices import Watch
from wagtail_helpdesk.tickets.models import Ticket, TicketMerge, TicketReader
from wagtail_helpdesk.tickets.permissions import may

_UNSENT = (OutboundState.QUEUED, OutboundState.RETRY, OutboundState.CLAIMED)


def tell_of_new_ticket(event: TicketOpened) -> None:
    """The team hears of a new ticket; whoever has it already is told that it is theirs."""
    message = _message(event.message_id) if event.may_notify.allowed else None
    if message is None:
        return
    ticket = message.ticket
    owner = agents(ticket).filter(pk=ticket.assignee_id) if ticket.assignee_id else ()
    told = _tell(owner, NoticeKind.ASSIGNED, ticket, event.actor, message=message)
    _tell(team_of(ticket), NoticeKind.TEAM, ticket, event.actor, message=message, what=OPENED, but=told)


def tell_of_answer(event: MessageAdded) -> None:
    """What somebody outside wrote concerns the assignee; where there is none, the team."""
    if event.direction != Direction.INBOUND or not event.may_notify.allowed:
        return
    message = _message(event.message_id)
    if message is None:
        return
    ticket = message.ticket
    hearers = list(owner_and_watchers(ticket))
    owner = [user for user in hearers if user.pk == ticket.assignee_id]
    watchers = [user for user in hearers if user.watches]
    if owner:
        wants = [user for user in owner if not user.mutes]
        told = _tell(wants, NoticeKind.ANSWERED, ticket, event.actor, message=message)
    else:
        told = _tell(team_of(ticket), NoticeKind.TEAM, ticket, event.actor, message=message, what=ANSWERED)
    _tell(watchers, NoticeKind.WATCHED, ticket, event.actor, message=message, what=ANSWERED, but=told)


def tell_watchers_of_words(event: MessageAdded) -> None:
    """Whoever watches a ticket hears of replies and notes; who writes may watch from now on."""
    if event.direction == Direction.INBOUND:
        return
    if event.actor.kind == "user" and event.actor.id is not None:
        _watch_as_writer(event)
    watchers = list(watchers_of(event.ticket_id))
    message = _message(event.message_id) if watchers else None
    if message is not None:
        what = NOTED if event.direction == Direction.INTERNAL else REPLIED
        _tell(watchers, NoticeKind.WATCHED, message.ticket, event.actor, message=message, what=what)


def _watch_as_writer(event: MessageAdded) -> None:
    """Whoever wants that watches; whoever has muted or watched the ticket has chosen already."""
    if not NoticePreference.objects.filter(user=event.actor.id, watch_replied=True).exists():
        return
    chosen = TicketReader.objects.filter(ticket=event.ticket_id, user=event.actor.id).exclude(watch="")
    if not chosen.exists():
        write_reader(event.ticket_id, event.actor.id, watch=Watch.WATCHING)


def tell_of_change(event: TicketUpdated) -> None:
    """A new assignee and a new team are told; of a ticket whose sleep is over the assignee; of all who watches."""
    changed = {change.field: change.new for change in event.changes}
    watchers = list(watchers_of(event.ticket_id))
    is_back = changed.get("asleep") is False and event.actor.kind == "system"
    if not (changed.keys() & {"assignee", "team"} or is_back or watchers):
        return
    ticket = _worth_telling(event.ticket_id)
    if ticket is None:
        return
    told: set[Any] = set()
    if changed.get("assignee") is not None:
        told |= _tell(agents(ticket).filter(pk=changed["assignee"]), NoticeKind.ASSIGNED, ticket, event.actor)
    if "team" in changed:
        told |= _tell(team_of(ticket), NoticeKind.TEAM, ticket, event.actor, what=MOVED, but=told)
    if is_back and ticket.assignee_id is not None:
        told |= _tell(agents(ticket).filter(pk=ticket.assignee_id), NoticeKind.AWAKE, ticket, event.actor)
    _tell(watchers, NoticeKind.WATCHED, ticket, event.actor, what=CHANGED, but=told)


def tell_mentioned(event: UserMentioned) -> None:
    """Whoever a note names is told."""
    message = _message(event.message_id)
    if message is not None:
        _tell(agents().filter(pk=event.user_id), NoticeKind.MENTIONED, message.ticket, event.actor, message=message)


def tell_of_delivery_problem(event: DeliveryProblem) -> None:
    """The assignee hears that a mail did not get through, else who wrote it, else the team.

    A mail to an agent tells nobody: its report would be the first of an endless row.
    """
    ticket = _worth_telling(event.ticket_id)
    if ticket is None or OutboundMail.objects.filter(pk=event.outbound_id, audience=Audience.AGENT).exists():
        return
    message = _message(event.message_id) if event.message_id else None
    _tell(responsible(ticket, message), NoticeKind.DELIVERY, ticket, event.actor, message=message, what=event.what)


def tell_of_held_mail(event: MailHeld) -> None:
    """The agent in whose name a mail came is told that it waits, else who has the ticket."""
    ticket = _worth_telling(event.ticket_id)
    if ticket is None:
        return
    named = (
        [user for user in agents(ticket).filter(pk=event.user_id) if may(user, "view", ticket)] if event.user_id else []
    )
    if named:
        _tell(named, NoticeKind.HELD, ticket, event.actor, what=MINE)
    else:
        _tell(responsible(ticket, None), NoticeKind.HELD, ticket, event.actor)


def move_notices(event: TicketsMerged) -> None:
    """The source's notices lead to the target."""
    notices = list(Notice.objects.filter(ticket=event.source_id).values_list("pk", flat=True))
    Notice.objects.filter(pk__in=notices).update(ticket=event.target_id)
    note_moved(event.merge_id, "notifications", {"notices": notices})


def move_notices_back(event: TicketsUnmerged) -> None:
    """They go back with their ticket."""
    notices = TicketMerge.objects.get(pk=event.merge_id).moved["notifications"]["notices"]
    Notice.objects.filter(pk__in=notices).update(ticket=event.source_id)


def move_split_notices(event: MessageSplit) -> None:
    """What was told of a message leads to where it is now."""
    Notice.objects.filter(message=event.message_id).update(ticket=event.ticket_id)


def redact_notices(event: MessageRedacted) -> None:
    """Mails to agents that told of a message do not keep its words; one that has not left does not leave."""
    if not event.words:
        return
    told = Notice.objects.filter(message=event.message_id, outbound__isnull=False)
    mails = OutboundMail.objects.filter(pk__in=list(told.values_list("outbound", flat=True)))
    mails.filter(state__in=_UNSENT).update(state=OutboundState.CANCELLED)
    mails.update(subject="", text="", html="")


def erase_notices(event: TicketErased) -> None:
    """The notices go, and the words of the mails that they left in: a digest speaks of many tickets."""
    mails = OutboundMail.objects.filter(pk__in=Notice.objects.filter(ticket=event.ticket_id).values("outbound"))
    mails = OutboundMail.objects.filter(pk__in=list(mails.values_list("pk", flat=True)))
    mails.filter(state__in=_UNSENT).update(state=OutboundState.CANCELLED)
    mails.update(subject="", text="", html="", headers=[])
    Notice.objects.filter(ticket=event.ticket_id).delete()


def forget_contact(event: ContactErased) -> None:
    """The name goes from what their messages caused."""
    Notice.objects.filter(message__author_contact=event.contact_id).update(actor_name="")


def _worth_telling(ticket_id: int) -> Ticket | None:
    """Return the ticket; None for spam, trash, and what was erased."""
    return Ticket.objects.filter(pk=ticket_id, erased_at__isnull=True).exclude(category__in=HIDDEN).first()


def _message(message_id: int) -> Message | None:
    """Return the message with its ticket, in one query; None where that is not worth telling of."""
    worth = Message.objects.filter(ticket__erased_at__isnull=True).exclude(ticket__category__in=HIDDEN)
    columns = ("from_address", "flags", "author_user", "ticket__assignee", "ticket__team")
    return worth.select_related("ticket").only(*columns).filter(pk=message_id).first()


def _tell(
    users: Iterable[Any],
    kind: NoticeKind,
    ticket: Ticket,
    actor: Actor,
    *,
    message: Message | None = None,
    what: str = "",
    but: Iterable[Any] = (),
) -> set[Any]:
    """Write a notice for each of ``users`` as each wants it; return the keys of those it concerned."""
    own = {*but, *keys_of(actor)}
    automatic = message is not None and Flag.AUTO_REPLY in message.flags
    concerned, rows = set(but), []
    for user in users:
        if user.pk in own or wrote(user, actor, message):
            continue
        concerned.add(user.pk)
        ways = ways_for(choices_of(user), kind, what=what, automatic=automatic)
        if ways:
            rows.append(
                Notice(
                    user=user,
                    ticket=ticket,
                    message=message,
                    kind=kind,
                    what=what,
                    actor_name=actor.name[:200],
                    in_app=ways.in_app,
                    mail_state=NoticeMail.WAITING if ways.by_mail else NoticeMail.NONE,
                )
            )
    Notice.objects.bulk_create(rows)
    return concerned
