"""Who is told what when something happened. Nobody is told of their own doing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.choices import Direction, Flag
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.events import (
    Actor,
    ApprovalAsked,
    ApprovalGiven,
    ContactErased,
    DeliveryProblem,
    DraftMoved,
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
    write_later,
)
from wagtail_helpdesk.mail.choices import Audience, OutboundState
from wagtail_helpdesk.mail.models import OutboundMail
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
    NoticePush,
)
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.notifications.preferences import choices_of, ways_for
from wagtail_helpdesk.notifications.push.devices import may_have_device, with_devices
from wagtail_helpdesk.notifications.standing_in import stand_ins
from wagtail_helpdesk.notifications.watching import Marks, marks_of, watch_as_writer
from wagtail_helpdesk.remembering import remembered
from wagtail_helpdesk.tickets.actions.merge_tickets import note_moved
from wagtail_helpdesk.tickets.models import Ticket, TicketMerge
from wagtail_helpdesk.tickets.permissions import may, users_who_may

_UNSENT = (OutboundState.QUEUED, OutboundState.RETRY, OutboundState.CLAIMED)


def tell_of_new_ticket(event: TicketOpened) -> None:
    """The team hears of a new ticket; whoever has it already is told that it is theirs."""
    message = _message_of(event) if event.may_notify.allowed else None
    if message is None:
        return
    ticket = message.ticket
    owner = _owner_of(ticket)
    told = _tell(owner, NoticeKind.ASSIGNED, ticket, event.actor, message=message)
    _tell(_team_of(ticket), NoticeKind.TEAM, ticket, event.actor, message=message, what=OPENED, but=told)


def tell_of_answer(event: MessageAdded) -> None:
    """What somebody outside wrote concerns the assignee; where there is none, the team."""
    if event.direction != Direction.INBOUND or not event.may_notify.allowed:
        return
    message = _message_of(event)
    if message is None:
        return
    ticket = message.ticket
    owner = _owner_of(ticket)
    marks = marks_of(ticket.pk)
    if owner:
        told = _tell(owner, NoticeKind.ANSWERED, ticket, event.actor, message=message, but=marks.muted)
    else:
        told = _tell(
            _team_of(ticket), NoticeKind.TEAM, ticket, event.actor, message=message, what=ANSWERED, but=marks.muted
        )
    _tell_watchers(marks, ticket, event.actor, what=ANSWERED, message=message, but=told)


def tell_watchers_of_words(event: MessageAdded) -> None:
    """Whoever watches a ticket hears of replies and notes; who writes may watch from now on."""
    if event.direction == Direction.INBOUND:
        return
    watch_as_writer(event)
    marks = marks_of(event.ticket_id)
    message = _message(event.message_id) if marks.watching else None
    if message is not None:
        what = NOTED if event.direction == Direction.INTERNAL else REPLIED
        _tell_watchers(marks, message.ticket, event.actor, what=what, message=message)


def tell_of_change(event: TicketUpdated) -> None:
    """A new assignee and a new team are told; of a ticket whose sleep is over the assignee; of all who watches."""
    changed = {change.field: change.new for change in event.changes}
    marks = marks_of(event.ticket_id)
    is_back = changed.get("asleep") is False and event.actor.kind == "system"
    if not (changed.keys() & {"assignee", "team"} or is_back or marks.watching):
        return
    ticket = _worth_telling(event.ticket_id)
    if ticket is None:
        return
    told = set(marks.muted)
    if changed.get("assignee") is not None:
        told |= _tell(_users().filter(pk=changed["assignee"]), NoticeKind.ASSIGNED, ticket, event.actor, but=told)
    if "team" in changed:
        told |= _tell(_team_of(ticket), NoticeKind.TEAM, ticket, event.actor, what=MOVED, but=told)
    if is_back and ticket.assignee_id is not None:
        told |= _tell(_users().filter(pk=ticket.assignee_id), NoticeKind.AWAKE, ticket, event.actor, but=told)
    _tell_watchers(marks, ticket, event.actor, what=CHANGED, but=told)


def tell_mentioned(event: UserMentioned) -> None:
    """Whoever a note names is told."""
    message = _message(event.message_id)
    if message is not None:
        _tell(_users().filter(pk=event.user_id), NoticeKind.MENTIONED, message.ticket, event.actor, message=message)


def tell_of_delivery_problem(event: DeliveryProblem) -> None:
    """The assignee hears that a mail did not get through, else who wrote it, else the team.

    A mail to an agent tells nobody: its report would be the first of an endless row.
    """
    ticket = _worth_telling(event.ticket_id)
    if ticket is None or OutboundMail.objects.filter(pk=event.outbound_id, audience=Audience.AGENT).exists():
        return
    message = _message(event.message_id) if event.message_id else None
    _tell(
        _responsible(ticket, message),
        NoticeKind.DELIVERY,
        ticket,
        event.actor,
        message=message,
        what=event.what,
        but=marks_of(ticket.pk).muted,
    )


def tell_of_held_mail(event: MailHeld) -> None:
    """The agent in whose name a mail came is told that it waits, else who has the ticket."""
    ticket = _worth_telling(event.ticket_id)
    if ticket is None:
        return
    named = [user for user in _users().filter(pk=event.user_id) if may(user, "view", ticket)] if event.user_id else []
    if named:
        _tell(named, NoticeKind.HELD, ticket, event.actor, what=MINE)
    else:
        _tell(_responsible(ticket, None), NoticeKind.HELD, ticket, event.actor, but=marks_of(ticket.pk).muted)


def tell_of_draft(event: DraftMoved) -> None:
    """Whoever wrote something hears that it did not leave, or that somebody else goes on with it."""
    ticket = Ticket.objects.filter(pk=event.ticket_id, erased_at__isnull=True).first()
    if ticket is not None:
        author = [user for user in _users().filter(pk=event.user_id) if may(user, "view", ticket)]
        _tell(author, NoticeKind.DRAFT, ticket, event.actor, what=event.what)


def tell_of_asked_approval(event: ApprovalAsked) -> None:
    """Who is to look at a reply is told; of a team those who may send it."""
    ticket = _worth_telling(event.ticket_id)
    if ticket is None:
        return
    asked = _users().filter(pk=event.user_id) if event.user_id is not None else _team_of(ticket)
    people = [user for user in asked if may(user, "reply", ticket)]
    _tell(people, NoticeKind.APPROVAL, ticket, event.actor, what="asked")


def tell_of_given_approval(event: ApprovalGiven) -> None:
    """The author hears what became of the reply."""
    ticket = _worth_telling(event.ticket_id)
    if ticket is not None:
        author = [user for user in _users().filter(pk=event.user_id) if may(user, "view", ticket)]
        _tell(author, NoticeKind.APPROVAL, ticket, event.actor, what=event.verdict)


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


def _message_of(event: TicketOpened | MessageAdded) -> Message | None:
    """Return the message of an event with its ticket; None where that is not worth telling of."""
    if event.at_hand is None:
        return _message(event.message_id)
    ticket = event.at_hand.message.ticket
    return None if ticket.erased_at or ticket.category in HIDDEN else event.at_hand.message


def _message(message_id: int) -> Message | None:
    """Return the message with its ticket, in one query; None where that is not worth telling of."""
    worth = Message.objects.filter(ticket__erased_at__isnull=True).exclude(ticket__category__in=HIDDEN)
    columns = ("from_address", "flags", "author_user", "ticket__assignee", "ticket__team", "ticket__mailbox")
    return worth.select_related("ticket").only(*columns).filter(pk=message_id).first()


def _users() -> QuerySet:
    """Return those who may see tickets at all, with their preferences, whether they have devices, and with those who
    stand in for them."""
    related = ("helpdesk_notice_preference", "helpdesk_absence__substitute__helpdesk_notice_preference")
    return with_devices(users_who_may("view").select_related(*related))


def _owner_of(ticket: Ticket) -> Sequence[Any]:
    return _users_by(pk=ticket.assignee_id) if ticket.assignee_id else ()


def _team_of(ticket: Ticket) -> Sequence[Any]:
    return _users_by(helpdesk_teams=ticket.team_id)


@remembered
def _users_by(**wanted: Any) -> Sequence[Any]:
    return tuple(_users().filter(**wanted))


def _responsible(ticket: Ticket, message: Message | None) -> Iterable[Any]:
    """Return who looks after a ticket: its assignee, else who wrote the message, else the team."""
    for key in (ticket.assignee_id, message.author_user_id if message else None):
        found = list(_users().filter(pk=key)) if key is not None else []
        if found:
            return found
    return _team_of(ticket)


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
    """Write a notice for each of ``users`` as each wants it; return the keys of those it concerned.

    Whoever stands in for somebody who is away is told as well, of what is that person's own business.
    """
    own = {*but, *_keys_of(actor)}
    automatic = message is not None and Flag.AUTO_REPLY in message.flags
    concerned, rows = set(but), []
    users = list(users)
    told = [(user, None) for user in users] + (stand_ins(users, kind, what, ticket) if users else [])
    for user, stands_for in told:
        if user.pk in own or (stands_for and user.pk in concerned) or _wrote(user, actor, message):
            continue
        concerned.add(user.pk)
        ways = ways_for(
            choices_of(user, ticket.mailbox_id),
            kind,
            what=what,
            automatic=automatic,
            has_device=may_have_device(user),
        )
        if ways:
            rows.append(
                Notice(
                    user=user,
                    ticket=ticket,
                    message=message,
                    kind=kind,
                    what=what,
                    actor_name=actor.name[:200],
                    for_name=Actor.of_user(stands_for).name[:200] if stands_for else "",
                    in_app=ways.in_app,
                    mail_state=NoticeMail.WAITING if ways.by_mail else NoticeMail.NONE,
                    push_state=NoticePush.WAITING if ways.by_push else NoticePush.NONE,
                )
            )
    write_later(rows)
    return concerned


def _tell_watchers(
    marks: Marks, ticket: Ticket, actor: Actor, *, what: str, message: Message | None = None, but: Iterable[Any] = ()
) -> None:
    """Write a notice for those who watch and were not told otherwise. No query where nobody does."""
    watching = marks.watching - set(but)
    if watching:
        users = _users().filter(pk__in=watching)
        _tell(users, NoticeKind.WATCHED, ticket, actor, message=message, what=what, but=but)


def _keys_of(actor: Actor) -> set[Any]:
    """Return the key of the user who acts, also where the site knows a contact as a user."""
    if actor.kind == "user":
        return {actor.id}
    if actor.kind == "contact":
        contact = actor.instance or Contact.objects.filter(pk=actor.id).only("user").first()
        return {contact.user_id} if contact and contact.user_id else set()
    return set()


def _wrote(user: Any, actor: Actor, message: Message | None) -> bool:
    """Tell whether an arriving message came from the user's own address."""
    address = getattr(user, get_user_model().get_email_field_name(), "")
    return bool(
        actor.kind == "contact" and message and address and message.from_address.casefold() == address.casefold()
    )
