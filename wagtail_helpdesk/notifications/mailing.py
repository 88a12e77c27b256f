"""Notices by mail: one mail for one agent, made when it is due and looked at once more when it leaves."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from wagtail_helpdesk.addresses import normalise_address
from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.desk.querysets import own_addresses
from wagtail_helpdesk.mail.choices import MailKind
from wagtail_helpdesk.mail.models import AddressSuppression, OutboundMail, OutboundRecipient
from wagtail_helpdesk.notifications.choices import NoticeMail
from wagtail_helpdesk.notifications.letters import digest_letter, ticket_letter
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.notifications.outgoing import queue_letter
from wagtail_helpdesk.notifications.preferences import rhythm_of
from wagtail_helpdesk.notifications.rhythm import GATHER, HOUR, Pending, Plan, plan_mails
from wagtail_helpdesk.notifications.stop_tokens import address_hash_of
from wagtail_helpdesk.tickets.models import Ticket

#: Notices looked at in one round, the oldest first.
BATCH = 2_000


class _TakenMeanwhile(Exception):
    """Another process made a mail of some of these notices."""


def mail_notices() -> int:
    """Queue the mails that are due; return how many. What was read in the app meanwhile needs no mail."""
    now = timezone.now()
    Notice.objects.to_mail().filter(read_at__isnull=False).update(mail_state=NoticeMail.DROPPED)
    waiting: dict[Any, list[Pending]] = defaultdict(list)
    rows = Notice.objects.to_mail().filter(created_at__lte=now).order_by("created_at", "pk")
    for row in rows.only("user", "ticket", "created_at", "mail_state")[:BATCH]:
        for_digest = row.mail_state == NoticeMail.DIGEST
        waiting[row.user_id].append(Pending(row.pk, row.ticket_id, row.created_at, for_digest))
    due = [key for key, pending in waiting.items() if now - pending[0].created_at >= GATHER]
    users = get_user_model()._default_manager.select_related("helpdesk_notice_preference", "wagtail_userprofile")
    sent = _sent_last_hour(due, now)
    return sum(
        _carry_out(user, _plan(user, waiting[user.pk], sent.get(user.pk, 0), now))
        for user in users.filter(pk__in=due).order_by("pk")
    )


def may_leave(mail: OutboundMail) -> bool:
    """Tell whether a mail to an agent may be handed over now; the guard that ``mail.outbox.deliver`` asks.

    The agent must still be allowed to see every ticket it speaks of. What it should not say any more is dropped; the
    rest of a digest waits for the next one.
    """
    recipient = mail.recipients.select_related("user").first()
    notices = list(mail.notices.select_related("ticket")) if recipient and recipient.user else []
    if not notices or address_hash_of(recipient.user) != recipient.address_hash:
        return False
    visible = visible_tickets(recipient.user, notices)
    if all(notice.ticket_id in visible for notice in notices):
        return True
    keep = [notice.pk for notice in notices if notice.ticket_id in visible and mail.kind == MailKind.DIGEST]
    with transaction.atomic():
        mail.notices.exclude(pk__in=keep).update(mail_state=NoticeMail.DROPPED)
        mail.notices.filter(pk__in=keep).update(mail_state=NoticeMail.DIGEST, outbound=None)
    return False


def visible_tickets(user: Any, notices: list[Notice]) -> set[int]:
    """Return which tickets of ``notices`` the user may see now."""
    tickets = Ticket.objects.visible_to(user).current().exclude(category__in=HIDDEN)
    return set(tickets.filter(pk__in={notice.ticket_id for notice in notices}).values_list("pk", flat=True))


def _sent_last_hour(users: list[Any], now: Any) -> dict[Any, int]:
    recent = OutboundRecipient.objects.filter(
        user__in=users, outbound__kind=MailKind.NOTICE, outbound__created_at__gt=now - HOUR
    )
    return dict(recent.values_list("user").annotate(Count("pk")).order_by())


def _plan(user: Any, pending: list[Pending], sent: int, now: Any) -> Plan:
    zone = ZoneInfo(time_zone_of(user))
    return plan_mails(pending, rhythm=rhythm_of(user), sent_last_hour=sent, now=now, zone=zone)


def time_zone_of(user: Any) -> str:
    """Return the name of the time zone that the user chose in the admin, else the site's."""
    profile = getattr(user, "wagtail_userprofile", None)
    return profile.get_current_time_zone() if profile else settings.TIME_ZONE


def _carry_out(user: Any, plan: Plan) -> int:
    """Do what the plan says; return how many mails were queued."""
    planned = [*plan.mails, *([plan.digest] if plan.digest else [])]
    if not planned and not plan.put_off:
        return 0
    if not _can_be_written_to(user):
        keys = [*plan.put_off, *(key for keys in planned for key in keys)]
        Notice.objects.to_mail().filter(pk__in=keys).update(mail_state=NoticeMail.DROPPED)
        return 0
    Notice.objects.filter(pk__in=plan.put_off, mail_state=NoticeMail.WAITING).update(mail_state=NoticeMail.DIGEST)
    with timezone.override(time_zone_of(user)):
        return sum(_mail(user, keys, as_digest=keys is plan.digest) for keys in planned)


def _can_be_written_to(user: Any) -> bool:
    """Whether there is an address that a notice may go to: not one of our own mailboxes, none that is dead."""
    hashed = address_hash_of(user)
    if not hashed or not user.is_active:
        return False
    address = getattr(user, get_user_model().get_email_field_name())
    if normalise_address(address) in own_addresses():
        return False
    return not AddressSuppression.objects.filter(address_hash=hashed, until__gt=timezone.now()).exists()


def _mail(user: Any, keys: list[int], *, as_digest: bool) -> bool:
    """Queue one mail about the notices with these keys; False where there is nothing left to say, or no longer ours."""
    rows = Notice.objects.filter(pk__in=keys).select_related("ticket__mailbox__mail_options", "message")
    notices = list(rows.order_by("created_at", "pk"))
    visible = visible_tickets(user, notices)
    wanted = [notice for notice in notices if notice.ticket_id in visible]
    try:
        with transaction.atomic():
            _settle([notice for notice in notices if notice.ticket_id not in visible], NoticeMail.DROPPED)
            if not wanted:
                return False
            letter = digest_letter(user, wanted) if as_digest else ticket_letter(user, wanted)
            _settle(wanted, NoticeMail.MAILED, outbound=queue_letter(letter, user))
    except (_TakenMeanwhile, IntegrityError):
        return False
    return True


def _settle(notices: list[Notice], state: NoticeMail, **fields: Any) -> None:
    """Write where the notices stand. _TakenMeanwhile where another process was first."""
    keys = [notice.pk for notice in notices]
    if Notice.objects.to_mail().filter(pk__in=keys).update(mail_state=state, **fields) != len(keys):
        raise _TakenMeanwhile
